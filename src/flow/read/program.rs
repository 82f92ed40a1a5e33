//! Descriptions that name a program: components are sets of its rules, and what flows between them is derived
//! ([`crate::flow::derive`]).

use super::shape::{Fields, Findings};
use super::{TOP_HELP, injective};
use crate::diagnostic::{Diagnostic, codes};
use crate::flow::graph::{Injective, Key};
use crate::flow::yaml::{self, Kind, Node};
use crate::source::{FileId, SourceMap, Span};

/// What a file says of a program.
#[derive(Debug, Default)]
pub struct Description {
    /// The components, in order.
    pub components: Vec<ComponentRules>,
    /// What is said of streams.
    pub streams: Vec<Remark>,
    /// What is known of the columns.
    pub injective: Vec<Injective>,
    /// Where the program is named.
    pub span: Option<Span>,
}

/// A component: the rules that head some relations.
#[derive(Debug)]
pub struct ComponentRules {
    /// Its name.
    pub name: String,
    /// Where.
    pub span: Span,
    /// The relations that its rules head, and where they are named.
    pub rules: Vec<(String, Span)>,
    /// Whether several copies of it run, if that is said.
    pub replicated: Option<bool>,
}

/// What is said of a stream.
#[derive(Debug)]
pub struct Remark {
    /// The relation that it carries.
    pub relation: String,
    /// Where.
    pub span: Span,
    /// The names of its columns, and where they are given.
    pub columns: Option<(Vec<String>, Span)>,
    /// The key by which its producers tell which partitions are complete.
    pub seal: Option<Key>,
    /// Whether copies of a component read or write it.
    pub replicated: bool,
}

const COMPONENT_HELP: &str =
    "a component of a program is `Name: { rules: [relation, other], rep: true }`: the rules that head these relations";
const STREAM_HELP: &str =
    "a stream of a program is `relation: { columns: [a, b], seal: [a], rep: true }`; where it leads, the rules say";

/// The files of the program that a description names, each with its place; `None` if it names none.
pub fn named_files(root: &Node) -> Option<Vec<(String, Span)>> {
    let Kind::Mapping(pairs) = &root.kind else { return None };
    let named = |(key, _): &&(Node, Node)| matches!(&key.kind, Kind::Scalar(text, _) if text == "program");
    let (_, value) = pairs.iter().find(named)?;
    // A component may be called so in the shape of the paper.
    let files: &[Node] = match &value.kind {
        Kind::Mapping(_) => return None,
        Kind::Sequence(items) => items,
        Kind::Scalar(..) => std::slice::from_ref(value),
    };
    let text = |node: &Node| match &node.kind {
        Kind::Scalar(text, _) => Some((text.clone(), node.span)),
        _ => None,
    };
    files.iter().map(text).collect()
}

/// Reads a description whose text is a file of `sources`.
pub fn describe(sources: &SourceMap, file: FileId) -> (Description, Vec<Diagnostic>) {
    let mut findings = Findings::default();
    let mut description = Description::default();
    let root = match yaml::parse(sources, file) {
        Ok(root) => root,
        Err(problem) => return (description, vec![*problem]),
    };
    for (name, span, value) in findings.entries(&root, "a mapping of components", TOP_HELP) {
        match name {
            "program" => description.span = Some(value.span),
            "components" => description.components = components(value, &mut findings),
            "streams" => description.streams = streams(value, &mut findings),
            "injective" => description.injective = injective(value, &mut findings),
            _ => {
                let message =
                    format!("expected program, components, streams or injective, found `{}`", yaml::clipped(name));
                let help = "beside `program` stand `components`, `streams` and `injective`";
                findings.at(codes::UNKNOWN_FIELD, span, message, "means nothing here", help);
            }
        }
    }
    (description, findings.diagnostics)
}

fn components(node: &Node, findings: &mut Findings) -> Vec<ComponentRules> {
    let mut found = Vec::new();
    for (name, span, value) in findings.entries(node, "a mapping of components", COMPONENT_HELP) {
        let known: &[&[&'static str]] = &[&["rules"], &["rep", "Rep", "replicated"]];
        let expected = "a mapping that describes a component of the program";
        let Some(fields) = findings.fields(value, expected, known, COMPONENT_HELP) else { continue };
        let Some(rules) = fields.get("rules") else {
            findings.shape(value, "a component with `rules`", COMPONENT_HELP);
            continue;
        };
        let rules = names(rules, "the name of a relation", COMPONENT_HELP, findings);
        let replicated = fields.get("rep").map(|node| findings.truth(node));
        found.push(ComponentRules { name: name.to_string(), span, rules, replicated });
    }
    found
}

fn streams(node: &Node, findings: &mut Findings) -> Vec<Remark> {
    let mut found = Vec::new();
    for (name, span, value) in findings.entries(node, "a mapping of streams", STREAM_HELP) {
        let known: &[&[&'static str]] = &[&["columns"], &["seal", "Seal"], &["rep", "Rep", "replicated"]];
        let expected = "a mapping that describes a stream of the program";
        let Some(fields) = findings.fields(value, expected, known, STREAM_HELP) else { continue };
        found.push(Remark {
            relation: name.to_string(),
            span,
            columns: columns(&fields, findings),
            seal: super::wiring::seal(fields.get("seal").copied(), findings),
            replicated: fields.get("rep").is_some_and(|node| findings.truth(node)),
        });
    }
    found
}

/// Column names in order; `_` names none, so it may be repeated.
fn columns(fields: &Fields<'_>, findings: &mut Findings) -> Option<(Vec<String>, Span)> {
    let node = fields.get("columns")?;
    let named = names(node, "the name of a column", STREAM_HELP, findings);
    for (at, (name, span)) in named.iter().enumerate() {
        if let Some((_, before)) = named[..at].iter().find(|(other, _)| other == name && other != "_") {
            findings.twice(name, *span, *before);
        }
    }
    Some((named.into_iter().map(|(name, _)| name).collect(), node.span))
}

fn names(node: &Node, expected: &str, help: &str, findings: &mut Findings) -> Vec<(String, Span)> {
    let items = findings.items(node);
    items.into_iter().filter_map(|item| Some((findings.text(item, expected, help)?.to_string(), item.span))).collect()
}
