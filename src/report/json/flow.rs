//! The answer of `flow`.

use super::contents::{ContentsObject, contents};
use super::{DiagnosticObject, PlaceObject, Statistics};
use crate::flow::graph::Key;
use crate::flow::infer::{Order, Step};
use crate::flow::strategy::{Measure, Strategy};
use crate::flow::{Graph, Label};
use crate::pipeline::flow::{Described, Examined};
use crate::source::SourceMap;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The answer of `flow`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FlowObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `flow`.
    #[schemars(extend("const" = "flow"))]
    pub command: &'static str,
    /// The files as the user wrote them.
    pub program: Vec<String>,
    /// `no-anomaly` if no stream has a label above `Async`, else `anomaly`. Of a graph that is derived from a program, `anomaly` too if two runs
    /// refute a label, and `inconclusive` if a bound left one without evidence.
    #[schemars(extend("enum" = ["no-anomaly", "anomaly", "inconclusive"]))]
    pub verdict: &'static str,
    /// By stream: `Seal`, `Async`, `Run`, `Inst` or `Diverge`.
    #[schemars(with = "BTreeMap<String, LabelName>")]
    pub labels: BTreeMap<String, &'static str>,
    /// What would remove the anomalies: take the first measure of each.
    pub strategies: Vec<StrategyObject>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// By stream: the key, where the label is `Seal`.
    pub seals: BTreeMap<String, Vec<String>>,
    /// Streams that nothing in the graph reads.
    pub sinks: Vec<String>,
    /// By stream: the label once the first measure of each strategy is taken.
    #[schemars(with = "BTreeMap<String, LabelName>")]
    pub labels_after: BTreeMap<String, &'static str>,
    /// Which rule made which label on which path.
    pub derivation: Vec<StepObject>,
    /// The streams of each cycle; they share their most severe label.
    pub cycles: Vec<Vec<String>>,
    /// The files of the program from whose rules the graph is derived; none if it is described by annotations.
    pub rules: Vec<String>,
    /// The components that run in several copies.
    pub replicated: Vec<String>,
    /// By stream: whether its contents, all that it ever carries, are the same in every run of the program's instance. `null` if the
    /// graph is described by annotations.
    pub contents: Option<BTreeMap<String, ContentsObject>>,
}

/// A label's name.
#[derive(Serialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
enum LabelName {
    Seal,
    Async,
    Run,
    Inst,
    Diverge,
}

/// A path.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PathObject {
    /// The component.
    pub component: String,
    /// Its input.
    pub from: String,
    /// Its output.
    pub to: String,
    /// `CR`, `CW`, `OR[…]` or `OW[…]`.
    pub annotation: String,
    /// Where it is written.
    pub place: PlaceObject,
}

/// One step of a derivation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StepObject {
    /// The path.
    pub path: PathObject,
    /// The label of its input.
    pub input: String,
    /// The number of the rule in `docs/flow.md`.
    pub rule: u8,
    /// The rule in a few words.
    pub reason: &'static str,
    /// What it contributes to the label of its output.
    pub gives: String,
}

/// A race and the ways to remove it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StrategyObject {
    /// Where the anomaly begins.
    pub path: PathObject,
    /// The ways, the best first.
    pub measures: Vec<MeasureObject>,
}

/// A way to remove a race.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MeasureObject {
    /// `seal` streams by a key; `sequence` deliveries in an order fixed beforehand; `order` them as all copies agree.
    #[schemars(extend("enum" = ["seal", "sequence", "order"]))]
    pub kind: &'static str,
    /// What is sealed; the streams into the component that are ordered otherwise.
    pub streams: Vec<String>,
    /// The key; empty unless sealed.
    pub key: Vec<String>,
    /// The label that it leaves behind the path.
    pub leaves: String,
}

impl FlowObject {
    /// The object of an answer.
    pub fn new(
        (described, examined): (&Described, &Examined),
        sources: &SourceMap,
        files: Vec<String>,
        diagnostics: Vec<DiagnosticObject>,
        statistics: Statistics,
    ) -> Self {
        let (graph, answer) = (described.graph(), &examined.answer);
        let named = |labels: &[Label]| {
            graph.streams.iter().zip(labels).map(|(stream, label)| (stream.name.clone(), label.name())).collect()
        };
        let labelling = &answer.labelling;
        let seals = graph.streams.iter().zip(&labelling.labels).filter_map(|(stream, label)| match label {
            Label::Seal(key) => Some((stream.name.clone(), columns(key))),
            _ => None,
        });
        let name = |&stream: &usize| graph.streams[stream].name.clone();
        FlowObject {
            schema: super::SCHEMA,
            command: "flow",
            program: files,
            verdict: examined.verdict().name(),
            labels: named(&labelling.labels),
            strategies: (answer.plan.strategies.iter())
                .map(|strategy| StrategyObject::new(graph, sources, strategy))
                .collect(),
            diagnostics,
            statistics,
            seals: seals.collect(),
            sinks: graph.streams.iter().filter(|stream| stream.is_sink()).map(|stream| stream.name.clone()).collect(),
            labels_after: named(&answer.plan.after.labels),
            derivation: labelling.steps.iter().map(|step| StepObject::new(graph, sources, step)).collect(),
            cycles: labelling.cycles.iter().map(|cycle| cycle.iter().map(name).collect()).collect(),
            rules: rules(described),
            replicated: (graph.components.iter())
                .filter(|component| component.replicated)
                .map(|component| component.name.clone())
                .collect(),
            contents: contents(described, examined),
        }
    }
}

fn rules(described: &Described) -> Vec<String> {
    match described {
        Described::Annotated(_) => Vec::new(),
        Described::Derived(white) => white.files.iter().map(|file| file.display().to_string()).collect(),
    }
}

fn columns(key: &Key) -> Vec<String> {
    key.iter().cloned().collect()
}

impl PathObject {
    fn new(graph: &Graph, sources: &SourceMap, component: usize, path: usize) -> Self {
        let component = &graph.components[component];
        let path = &component.paths[path];
        PathObject {
            component: component.name.clone(),
            from: component.inputs[path.from].clone(),
            to: component.outputs[path.to].clone(),
            annotation: path.annotation.to_string(),
            place: PlaceObject::new(sources, path.span),
        }
    }
}

impl StepObject {
    fn new(graph: &Graph, sources: &SourceMap, step: &Step) -> Self {
        StepObject {
            path: PathObject::new(graph, sources, step.component, step.path),
            input: step.input.to_string(),
            rule: step.rule.number(),
            reason: step.rule.reason(),
            gives: step.gives.to_string(),
        }
    }
}

impl StrategyObject {
    fn new(graph: &Graph, sources: &SourceMap, strategy: &Strategy) -> Self {
        let measures = strategy.measures.iter().map(|(measure, leaves)| {
            let (kind, streams, key) = match measure {
                Measure::Seal { streams, key } => ("seal", streams.clone(), columns(key)),
                Measure::Order(order) => {
                    let into = |stream: &usize| {
                        let ports = &graph.streams[*stream].to;
                        ports.iter().any(|port| port.component == strategy.component)
                    };
                    let kind = if *order == Order::Fixed { "sequence" } else { "order" };
                    (kind, (0..graph.streams.len()).filter(into).collect(), Vec::new())
                }
            };
            let streams = streams.into_iter().map(|stream| graph.streams[stream].name.clone()).collect();
            MeasureObject { kind, streams, key, leaves: leaves.to_string() }
        });
        StrategyObject {
            path: PathObject::new(graph, sources, strategy.component, strategy.path),
            measures: measures.collect(),
        }
    }
}
