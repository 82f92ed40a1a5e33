//! The dependency graph as a drawing for Graphviz.
//!
//! Style and label both tell the kind of an edge: deductive solid, inductive dashed `next`, async dotted `async`; `not` and
//! `agg` on negated and aggregated ones; a point of order is bold and says so. Relations: EDB in boxes, IDB in
//! ellipses, a double border where the relation is persisted. Parallel edges that look alike are drawn once. The text is the same for the same program.

use super::dependency::{Dependencies, Dependency, Sign};
use super::order::asynchronous;
use super::persistence;
use crate::program::{Kind, Program, RelationId, RuleKind};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// An edge as it is drawn: all that look alike are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DrawnEdge {
    /// What is read.
    pub read: RelationId,
    /// What is derived.
    pub head: RelationId,
    /// By which kind of rule.
    pub kind: RuleKind,
    /// How it is read.
    pub sign: Sign,
    /// Whether it is a point of order.
    pub point: bool,
}

impl DrawnEdge {
    /// What stands beside it.
    pub fn words(&self) -> Vec<&'static str> {
        let when = match self.kind {
            RuleKind::Deductive => "",
            RuleKind::Inductive => "next",
            RuleKind::Async => "async",
        };
        let reads = match self.sign {
            Sign::Positive => "",
            Sign::Negated => "not",
            Sign::Aggregated => "agg",
        };
        let order = if self.point { "point of order" } else { "" };
        [when, reads, order].into_iter().filter(|word| !word.is_empty()).collect()
    }
}

/// The edges to draw, in order.
pub fn edges(program: &Program, dependencies: &Dependencies) -> BTreeSet<DrawnEdge> {
    let asynchronous = asynchronous(program, dependencies);
    let drawn = |(read, head, edge): (RelationId, RelationId, &Dependency)| {
        let point = edge.sign != Sign::Positive && asynchronous[read.0 as usize];
        DrawnEdge { read, head, kind: edge.kind, sign: edge.sign, point }
    };
    dependencies.edges().map(drawn).collect()
}

/// The drawing, in the DOT language.
pub fn to_dot(program: &Program, dependencies: &Dependencies) -> String {
    let persisted = persistence::persisted(program);
    let outputs: BTreeSet<RelationId> = program.outputs.iter().copied().collect();
    let mut text = String::from("digraph dependencies {\n  rankdir=LR;\n  node [fontname=\"monospace\"];\n");
    for (index, relation) in program.relations.iter().enumerate() {
        if relation.observer {
            continue;
        }
        let shape = match relation.kind {
            Kind::Static => "shape=box",
            Kind::Event => "shape=box, style=dashed",
            Kind::Idb => "shape=ellipse",
        };
        let border = if persisted[index] || relation.normalised { ", peripheries=2" } else { "" };
        let output = if outputs.contains(&RelationId(index as u32)) { ", penwidth=2" } else { "" };
        let name = escape(&relation.name);
        let _ = writeln!(text, "  r{index} [label=\"{name}/{}\", {shape}{border}{output}];", relation.arity);
    }
    for edge in edges(program, dependencies) {
        let DrawnEdge { read: RelationId(read), head: RelationId(head), kind, sign, point } = edge;
        let style = match kind {
            RuleKind::Deductive => "solid",
            RuleKind::Inductive => "dashed",
            RuleKind::Async => "dotted",
        };
        let words = edge.words();
        let (arrow, color) = match (sign, point) {
            (Sign::Positive, _) => ("normal", ""),
            (_, false) => ("odot", ""),
            (_, true) => ("dot", ", color=red, penwidth=2"),
        };
        let _ = writeln!(
            text,
            "  r{read} -> r{head} [style={style}, label=\"{}\", arrowhead={arrow}{color}];",
            words.join("\\n")
        );
    }
    text.push_str("}\n");
    text
}

/// A name inside a quoted string of the DOT language.
fn escape(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
