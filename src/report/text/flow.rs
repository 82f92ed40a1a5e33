//! The answer of `flow` for people.

mod contents;

use super::counted;
use crate::flow::graph::listed;
use crate::flow::infer::{Labelling, Order, Step};
use crate::flow::strategy::{Measure, Strategy};
use crate::flow::{Graph, Label};
use crate::pipeline::flow::{Described, Examined, Verdict};
use crate::report::advice;
use crate::report::facts::listed as listed_names;
use crate::report::json::PlaceObject;
use crate::report::style::{Style, Tone};
use crate::source::SourceMap;
use std::fmt::Write as _;

/// Most streams named in one line.
const SHOWN: usize = 4;

/// The verdict in one line.
pub fn headline(graph: &Graph, examined: &Examined, style: Style) -> String {
    let labels = &examined.answer.labelling.labels;
    let refuted = examined.refuted();
    let told = |(at, label): (usize, &Label)| {
        let name = &graph.streams[at].name;
        match (label.is_anomaly(), refuted.contains(&at)) {
            (true, _) => Some(format!("{name} is {label}")),
            (_, true) => Some(format!("{name} is not {label}, since two runs differ")),
            _ => None,
        }
    };
    let verdict = examined.verdict();
    let (tone, why) = match verdict {
        Verdict::Anomaly => {
            let anomalous: Vec<String> = labels.iter().enumerate().filter_map(told).collect();
            (Tone::Bad, listed_names(&anomalous, SHOWN))
        }
        Verdict::NoAnomaly => {
            let streams = all(graph.streams.len());
            (Tone::Good, format!("the contents of {streams} do not depend on the order of deliveries"))
        }
        Verdict::Inconclusive(bound) => (
            Tone::Open,
            format!(
                "by the labels there is no anomaly, but not all runs were explored, because {}",
                advice::meaning(bound)
            ),
        ),
    };
    format!("{}: {why}\n", style.paint(tone, verdict.name()))
}

fn all(streams: usize) -> String {
    if streams == 1 { "the stream".to_string() } else { format!("all {streams} streams") }
}

/// The whole answer.
pub fn answer(
    described: &Described,
    sources: &SourceMap,
    examined: &Examined,
    (style, verbose): (Style, bool),
) -> String {
    let (graph, answer) = (described.graph(), &examined.answer);
    let mut text = headline(graph, examined, style);
    let heading = |text: &mut String, title: &str| {
        let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, title));
    };
    heading(&mut text, "Streams");
    let width = graph.streams.iter().map(|stream| stream.name.chars().count()).max().unwrap_or(0);
    for (stream, label) in graph.streams.iter().zip(&answer.labelling.labels) {
        let tone = if label.is_anomaly() { Tone::Bad } else { Tone::Good };
        let ends = match (stream.external, stream.is_sink()) {
            (true, _) => "  (from outside)",
            (_, true) => "  (sink)",
            _ => "",
        };
        let _ = writeln!(text, "  {:width$}  {}{ends}", stream.name, style.paint(tone, &label.to_string()));
    }
    heading(&mut text, "Derivation");
    for step in &answer.labelling.steps {
        derivation(&mut text, graph, step);
    }
    cycles(&mut text, graph, &answer.labelling);
    if !answer.plan.strategies.is_empty() {
        heading(&mut text, "Where to seal, where to order");
        for strategy in &answer.plan.strategies {
            coordination(&mut text, graph, sources, strategy);
        }
        let worst = answer.plan.after.worst().map_or(String::new(), Label::to_string);
        let measures = counted(answer.plan.strategies.len() as u64, "measure");
        let _ = writeln!(text, "  With the first of each ({measures}) no stream is worse than {worst}.");
    }
    contents::section(&mut text, described, examined, (style, verbose));
    text
}

fn derivation(text: &mut String, graph: &Graph, step: &Step) {
    let path = &graph.components[step.component].paths[step.path];
    let name = graph.path_name(step.component, step.path);
    let _ = writeln!(text, "  {name}  {}", path.annotation);
    let (rule, reason) = (step.rule.number(), step.rule.reason());
    let _ = writeln!(text, "      {} gives {}: {reason} (rule {rule})", step.input, step.gives);
}

fn cycles(text: &mut String, graph: &Graph, labelling: &Labelling) {
    for cycle in &labelling.cycles {
        let names: Vec<String> = cycle.iter().map(|&stream| graph.streams[stream].name.clone()).collect();
        let worst = cycle.first().map_or(String::new(), |&stream| labelling.labels[stream].to_string());
        let _ =
            writeln!(text, "  on a cycle: {}, which has its most severe label, {worst}", listed_names(&names, SHOWN));
    }
}

fn coordination(text: &mut String, graph: &Graph, sources: &SourceMap, strategy: &Strategy) {
    let span = graph.components[strategy.component].paths[strategy.path].span;
    let place = PlaceObject::new(sources, span).short().unwrap_or_default();
    let name = graph.path_name(strategy.component, strategy.path);
    let _ = writeln!(text, "  {name}  ({place})");
    for (number, (measure, leaves)) in strategy.measures.iter().enumerate() {
        let or = if number == 0 { "  " } else { "or" };
        let _ = writeln!(text, "    {or} {}: {leaves}", words(graph, strategy.component, measure));
    }
}

/// A measure in words.
pub fn words(graph: &Graph, component: usize, measure: &Measure) -> String {
    let component = &graph.components[component].name;
    match measure {
        Measure::Seal { streams, key } => {
            let names: Vec<String> = streams.iter().map(|&stream| graph.streams[stream].name.clone()).collect();
            format!("seal {} by {}", names.join(" and "), listed(key))
        }
        Measure::Order(Order::Agreed) => format!("let the copies of {component} agree on an order of deliveries"),
        Measure::Order(_) => format!("send everything to {component} through one sequencer, with a fixed order"),
    }
}
