//! What streams carry in the runs of a program: whether each label is borne out, and the runs.

use crate::flow::Label;
use crate::pipeline::Basis;
use crate::pipeline::contents::{Apart, Difference, Found};
use crate::pipeline::flow::{Described, Evidence, Examined, WhiteBox};
use crate::program::Program;
use crate::report::advice;
use crate::report::space_time::{DrawnRun, Glyphs, Picture};
use crate::report::style::{Style, Tone};
use crate::report::text::{replay, shell_quoted};
use crate::schedule::critical;
use std::fmt::Write as _;

/// The evidence for all labels; nothing where there is no program.
pub fn section(text: &mut String, described: &Described, examined: &Examined, how: (Style, bool)) {
    let (Described::Derived(white), Some(found)) = (described, &examined.evidence) else { return };
    let (style, verbose) = how;
    let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "In the runs of the program"));
    let streams = white.derived.graph.streams.iter().zip(&examined.answer.labelling.labels).zip(found);
    let width = white.derived.graph.streams.iter().map(|stream| stream.name.chars().count()).max().unwrap_or(0);
    for ((stream, label), evidence) in streams.clone() {
        let _ = writeln!(text, "  {:width$}  {}", stream.name, sentence(&white.program, label, evidence));
    }
    for ((stream, label), evidence) in streams {
        let Found::Different(difference) = &evidence.contents.found else { continue };
        let fact = white.program.show_fact(difference.fact.node, &difference.fact.fact);
        let heading = format!("{} ({label}): two fair runs that differ in {fact}", stream.name);
        let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, &heading));
        runs(text, white, difference, (style, verbose));
        copies(text, &white.program, label, evidence);
    }
    let differences = found.iter().filter_map(|evidence| match &evidence.contents.found {
        Found::Different(difference) => Some(difference),
        _ => None,
    });
    let mut schedules: Vec<String> = Vec::new();
    for schedule in differences.flat_map(|difference| &difference.schedules) {
        let shown = schedule.show(&white.program);
        if !schedules.contains(&shown) {
            schedules.push(shown);
        }
    }
    if !schedules.is_empty() {
        let files: Vec<String> = white.files.iter().map(|file| shell_quoted(&file.to_string_lossy())).collect();
        replay(&files, None, &schedules, style, text);
    }
}

/// Whether the contents are the same, in one line.
fn sentence(program: &Program, label: &Label, evidence: &Evidence) -> String {
    match &evidence.contents.found {
        Found::Same(basis @ Basis::Theorem(_)) => format!("the same in every run of every instance ({basis})"),
        Found::Same(_) if label.is_anomaly() => {
            "no divergence found: explored to the end, this instance bears the label out in its rules only".to_string()
        }
        Found::Same(_) => "the same in every run of this instance: explored to the end".to_string(),
        Found::Open(bound) if label.is_anomaly() => {
            format!("no divergence found up to bound:{bound}, because {}", advice::meaning(*bound))
        }
        Found::Open(bound) => format!("not explored to the end (bound:{bound}), because {}", advice::meaning(*bound)),
        Found::Different(difference) => {
            let fact = program.show_fact(difference.fact.node, &difference.fact.fact);
            let refuted = if label.is_anomaly() { "" } else { "; the label does not hold" };
            format!("differs in two runs: {fact}{refuted}")
        }
    }
}

fn runs(text: &mut String, white: &WhiteBox, difference: &Difference, (style, verbose): (Style, bool)) {
    let program = &white.program;
    let [first, second] = &difference.schedules;
    let titles = ["1: carried".to_string(), "2: never carried".to_string()];
    if verbose {
        let drawn: Vec<DrawnRun<'_>> = (difference.runs.iter().zip(&titles))
            .map(|(run, title)| DrawnRun { title, records: &run.records, stem: run.stem })
            .collect();
        let picture = Picture {
            program,
            fact: Some(&difference.fact),
            critical: Some(critical(first, second)),
            width: style.width,
            glyphs: Glyphs::Unicode,
        };
        text.push_str(&picture.draw(&drawn));
    }
    for (title, schedule) in titles.iter().zip(&difference.schedules) {
        let _ = writeln!(text, "  {title}\n    {}", schedule.show(program));
    }
}

/// How copies differ in the runs.
fn copies(text: &mut String, program: &Program, label: &Label, evidence: &Evidence) {
    if !evidence.copies || *label < Label::Inst {
        return;
    }
    for run in 0..2 {
        let found = evidence.apart.iter().find(|apart| apart.run == run);
        let told =
            found.map_or_else(|| "all copies put out and keep the same".to_string(), |apart| differ(program, apart));
        let _ = writeln!(text, "  in run {}: {told}", run + 1);
    }
}

fn differ(program: &Program, apart: &Apart) -> String {
    let [one, other] = [apart.one, apart.other].map(|node| program.show_node(node));
    let answers = apart.answers.as_ref().map(|fact| {
        let fact = program.show_fact(fact.node, &fact.fact);
        format!("copy {one} puts out {fact}, and copy {other} never does")
    });
    let keeps = match &apart.keeps {
        Some(fact) => format!("{one} keeps {} for ever, and {other} does not", program.show_fact(apart.one, fact)),
        None => "what they keep is the same in the end".to_string(),
    };
    answers.into_iter().chain([keeps]).collect::<Vec<_>>().join("; ")
}
