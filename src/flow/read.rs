//! From YAML to a graph (`docs/flow.md` has the format).
//!
//! Two shapes are read. The first has `components`, `streams` and `injective` at the top. The second is the one that the
//! Blazes paper prints (its §VI): each key at the top is a component with `annotation`, one path or a list of paths with
//! `from`, `to`, `label` and `subscript`, and `Rep: true` if several copies run. There the wiring comes from elsewhere;
//! here interfaces of one name are joined unless `streams` says otherwise. Either shape may use the other's words. A file that names a
//! `program` has no paths: [`program`] reads it, and [`super::derive`] makes the graph.

pub mod program;
mod shape;
mod wiring;

use super::graph::{Annotation, Component, Gate, Graph, Injective, Path};
use super::infer::{Coordination, Labelling, Rule, infer};
use super::label::Label;
use super::yaml::{self, Kind, Node};
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::source::{SourceMap, Span};
use crate::syntax::load::{Input, read_text};
use shape::Findings;
use std::collections::{BTreeMap, BTreeSet};

/// Most paths and streams together.
pub const MAX_PARTS: usize = 2000;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The file.
    pub sources: SourceMap,
    /// The graph, unless there is an error, or it is to be derived.
    pub graph: Option<Graph>,
    /// The files of the program from which the graph is to be derived, as the description names them, with their places there.
    pub program: Option<Vec<(String, Span)>>,
    /// Findings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a description.
pub fn read(input: &Input) -> Read {
    let mut sources = SourceMap::new();
    let (name, text) = match read_text(input) {
        Ok(read) => read,
        Err(problem) => return Read { sources, diagnostics: vec![*problem], ..Read::default() },
    };
    let file = sources.add(name, text);
    let root = match yaml::parse(&sources, file) {
        Ok(root) => root,
        Err(problem) => return Read { sources, diagnostics: vec![*problem], ..Read::default() },
    };
    if let Some(program) = program::named_files(&root) {
        return Read { sources, program: Some(program), ..Read::default() };
    }
    let mut findings = Findings::default();
    let graph = graph(&root, &mut findings);
    let mut diagnostics = findings.diagnostics;
    let sound = !any_error(&diagnostics);
    if sound {
        let labelling = infer(&graph, &Coordination::none(&graph));
        diagnostics.extend(seals_in_vain(&graph, &labelling));
        diagnostics.extend(seals_lost(&graph, &labelling));
    }
    Read { sources, graph: sound.then_some(graph), program: None, diagnostics }
}

const TOP_HELP: &str = "at the top stand `components`, `streams` and `injective`, or components themselves";
const COMPONENT_HELP: &str = "a component is `Name: { rep: true, paths: [{ from: in, to: out, label: CR }] }`";
const PATH_HELP: &str = "a path is `{ from: in, to: out, label: OW, gate: [column], keeps: [column] }`";

fn graph(root: &Node, findings: &mut Findings) -> Graph {
    let mut graph = Graph::default();
    if !matches!(root.kind, Kind::Mapping(_)) {
        findings.shape(root, "a mapping of components", TOP_HELP);
        return graph;
    }
    let top = findings.entries(root, "a mapping of components", TOP_HELP);
    let own = top.iter().any(|(name, ..)| *name == "components");
    let mut components: Vec<(&str, Span, &Node)> = Vec::new();
    let mut streams = Vec::new();
    for (name, span, value) in top {
        match name {
            "components" => components.extend(findings.entries(value, "a mapping of components", COMPONENT_HELP)),
            "streams" => streams = wiring::drafts(value, findings),
            "injective" => graph.injective = injective(value, findings),
            _ if own => {
                let message = format!("expected components, streams or injective, found `{}`", yaml::clipped(name));
                findings.at(codes::UNKNOWN_FIELD, span, message, "means nothing here", TOP_HELP);
            }
            _ => components.push((name, span, value)),
        }
    }
    let mut places = wiring::Places::new();
    for (name, _, value) in components {
        let (component, spans) = component(name, value, findings);
        graph.components.push(component);
        places.push(spans);
    }
    let paths: usize = graph.components.iter().map(|component| component.paths.len()).sum();
    if paths == 0 && !any_error(&findings.diagnostics) {
        findings.at(
            codes::NO_COMPONENTS,
            root.span,
            "expected components with paths, found none".to_string(),
            "nothing to label",
            COMPONENT_HELP,
        );
    }
    if paths + streams.len() > MAX_PARTS {
        let message = format!("expected at most {MAX_PARTS} paths and streams, found {}", paths + streams.len());
        let help = "divide the system: a stream that leaves one file enters another";
        findings.at(codes::TOO_MUCH_YAML, root.span, message, "beyond the limit", help);
        return graph;
    }
    wiring::wire(&mut graph, &streams, &places, findings);
    feed_the_unfed(&mut graph);
    graph
}

fn injective(node: &Node, findings: &mut Findings) -> Vec<Injective> {
    const HELP: &str =
        "`injective: [{ from: [company], to: [symbol] }]`: each company has one symbol, and no two share it";
    let mut found = Vec::new();
    for item in findings.items(node) {
        let Some(fields) = findings.fields(item, "a dependency with `from` and `to`", &[&["from"], &["to"]], HELP)
        else {
            continue;
        };
        let (Some(from), Some(to)) = (fields.get("from"), fields.get("to")) else {
            findings.shape(item, "a dependency with `from` and `to`", HELP);
            continue;
        };
        let dependency = Injective { from: findings.columns(from, HELP), to: findings.columns(to, HELP) };
        if dependency.from.is_empty() || dependency.to.is_empty() {
            findings.shape(item, "columns on both sides", HELP);
        }
        found.push(dependency);
    }
    found
}

fn component(name: &str, node: &Node, findings: &mut Findings) -> (Component, (Vec<Span>, Vec<Span>)) {
    let known: &[&[&'static str]] = &[&["paths", "annotation", "annotations"], &["rep", "Rep", "replicated"]];
    let fields = findings.fields(node, "a mapping that describes a component", known, COMPONENT_HELP);
    let fields = fields.unwrap_or_default();
    let mut component = Component {
        name: name.to_string(),
        replicated: fields.get("rep").is_some_and(|node| findings.truth(node)),
        inputs: Vec::new(),
        outputs: Vec::new(),
        paths: Vec::new(),
    };
    let mut spans = (Vec::new(), Vec::new());
    let items = fields.get("paths").map_or_else(Vec::new, |node| findings.items(node));
    let (mut inputs, mut outputs) = (BTreeMap::new(), BTreeMap::new());
    for item in items {
        let Some((from, to, annotation, keeps)) = path(item, findings) else { continue };
        let from = numbered(from, &mut inputs, &mut component.inputs, &mut spans.0);
        let to = numbered(to, &mut outputs, &mut component.outputs, &mut spans.1);
        component.paths.push(Path { from, to, annotation, keeps, decides: None, span: item.span });
    }
    (component, spans)
}

/// An end of a path: where its name stands, and the name.
type End<'n> = (&'n Node, &'n str);

/// The number of an interface; a new one if it has not been named before.
fn numbered<'n>(
    (node, name): End<'n>,
    known: &mut BTreeMap<&'n str, usize>,
    names: &mut Vec<String>,
    spans: &mut Vec<Span>,
) -> usize {
    *known.entry(name).or_insert_with(|| {
        names.push(name.to_string());
        spans.push(node.span);
        names.len() - 1
    })
}

fn path<'n>(
    node: &'n Node,
    findings: &mut Findings,
) -> Option<(End<'n>, End<'n>, Annotation, BTreeMap<String, String>)> {
    let known: &[&[&'static str]] = &[&["from"], &["to"], &["label", "annotation"], &["gate", "subscript"], &["keeps"]];
    let fields = findings.fields(node, "a path with `from`, `to` and `label`", known, PATH_HELP)?;
    let missing: Vec<&str> = ["from", "to", "label"].into_iter().filter(|name| !fields.contains_key(name)).collect();
    if !missing.is_empty() {
        let message =
            format!("expected a path with `from`, `to` and `label`, found none of `{}`", missing.join("`, `"));
        findings.at(codes::WRONG_SHAPE, node.span, message, "something is missing", PATH_HELP);
        return None;
    }
    let from = findings.text(fields["from"], "the name of an input", PATH_HELP);
    let to = findings.text(fields["to"], "the name of an output", PATH_HELP);
    let label = findings.text(fields["label"], "CR, CW, OR or OW", PATH_HELP)?;
    let (sensitive, writes) = match label {
        "CR" => (false, false),
        "CW" => (false, true),
        "OR" => (true, false),
        "OW" => (true, true),
        other => {
            let message = format!("expected CR, CW, OR or OW, found `{}`", yaml::clipped(other));
            let help = "confluent or order-sensitive, then read or write; columns go to `gate`";
            findings.at(codes::UNKNOWN_ANNOTATION, fields["label"].span, message, "no annotation", help);
            return None;
        }
    };
    let gate = fields.get("gate").map(|node| match &node.kind {
        Kind::Scalar(text, _) if text == "*" => Gate::Unknown,
        _ => Gate::Columns(findings.columns(node, "`gate: [id, window]`, or `gate: \"*\"` if it is not known")),
    });
    if let (false, Some(node)) = (sensitive, fields.get("gate")) {
        let message = format!("expected no gate on a {label} path, found one");
        let help = "remove it, or write O for C if the order matters within these partitions";
        findings.at(codes::GATE_OF_CONFLUENT, node.span, message, "order does not matter here", help);
    }
    let keeps = fields.get("keeps").map(|node| keeps(node, findings)).unwrap_or_default();
    let annotation = Annotation { gate: sensitive.then(|| gate.unwrap_or(Gate::Unknown)), writes };
    Some(((fields["from"], from?), (fields["to"], to?), annotation, keeps))
}

/// `[a, b]`, or `{ a: b }` for a column with another name behind.
fn keeps(node: &Node, findings: &mut Findings) -> BTreeMap<String, String> {
    const HELP: &str = "`keeps: [batch]`, or `keeps: { batch: lot }` if the column is called otherwise behind the path";
    if !matches!(node.kind, Kind::Mapping(_)) {
        return findings.columns(node, HELP).into_iter().map(|column| (column.clone(), column)).collect();
    }
    let mut kept = BTreeMap::new();
    for (name, _, value) in findings.entries(node, "columns", HELP) {
        if let Some(behind) = findings.text(value, "the name of a column", HELP) {
            kept.insert(name.to_string(), behind.to_string());
        }
    }
    kept
}

/// What nothing from outside reaches would have no label, but its components may start by themselves: it is taken to
/// come from outside too.
pub(super) fn feed_the_unfed(graph: &mut Graph) {
    let mut reached: BTreeSet<usize> = (0..graph.streams.len()).filter(|&at| graph.streams[at].external).collect();
    let mut outputs_from = BTreeMap::<_, Vec<_>>::new();
    for (at, component) in graph.components.iter().enumerate() {
        for path in &component.paths {
            outputs_from.entry((at, path.from)).or_default().push((at, path.to));
        }
    }
    let mut fed = BTreeMap::<_, Vec<usize>>::new();
    for (at, stream) in graph.streams.iter().enumerate() {
        for port in &stream.from {
            fed.entry((port.component, port.interface)).or_default().push(at);
        }
    }
    let mut pending: Vec<usize> = reached.iter().copied().collect();
    loop {
        while let Some(stream) = pending.pop() {
            for port in &graph.streams[stream].to {
                for output in outputs_from.get(&(port.component, port.interface)).into_iter().flatten() {
                    for &next in fed.get(output).into_iter().flatten() {
                        if reached.insert(next) {
                            pending.push(next);
                        }
                    }
                }
            }
        }
        let Some(unfed) = (0..graph.streams.len()).find(|at| !reached.contains(at)) else { return };
        graph.streams[unfed].external = true;
        reached.insert(unfed);
        pending.push(unfed);
    }
}

/// Seals that the file declares and that do nothing.
pub(super) fn seals_in_vain(graph: &Graph, labelling: &Labelling) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (stream, label) in graph.streams.iter().zip(&labelling.labels) {
        if stream.seal.is_some() && !matches!(label, Label::Seal(_)) {
            let message = format!("expected contents that can be sealed in `{}`, found {label}", stream.name);
            found.push(
                Diagnostic::at(codes::SEAL_WITHOUT_EFFECT, stream.span, message, "sealed in vain")
                    .help("seal the streams before the anomaly begins, and outside of cycles"),
            );
        }
    }
    found
}

/// Seals that a path loses because it does not say what it keeps.
fn seals_lost(graph: &Graph, labelling: &Labelling) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for step in labelling.steps.iter().filter(|step| step.rule == Rule::LostSeal) {
        let path = &graph.components[step.component].paths[step.path];
        let Label::Seal(key) = &step.input else { continue };
        let name = graph.path_name(step.component, step.path);
        let message = format!("expected `{name}` to keep {}, found that it does not say so", super::graph::listed(key));
        found.push(
            Diagnostic::at(codes::SEAL_LOST, path.span, message, "the seal ends here").help(format!(
                "if the output has the same values there, write `keeps: [{}]`",
                super::graph::listed(key)
            )),
        );
    }
    found
}
