//! The dependency graph as a drawing for Graphviz.
//!
//! Style and label both tell the kind of an edge: deductive solid, inductive dashed `next`, async dotted `async`; `not` and
//! `agg` on negated and aggregated ones; a point of order is bold and says so. Relations: EDB in boxes, IDB in
//! ellipses, a double border where the relation is persisted. Parallel edges that look alike are drawn once. The text is the same for the same program.

use super::dependency::{Dependencies, Sign};
use super::order::asynchronous;
use super::persistence;
use crate::program::{Kind, Program, RelationId, RuleKind};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The drawing, in the DOT language.
pub fn to_dot(program: &Program, dependencies: &Dependencies) -> String {
    let persisted = persistence::persisted(program);
    let asynchronous = asynchronous(program, dependencies);
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
    let edges: BTreeSet<(u32, u32, RuleKind, Sign)> =
        dependencies.edges().map(|(read, head, edge)| (read.0, head.0, edge.kind, edge.sign)).collect();
    for (read, head, kind, sign) in edges {
        let (style, when) = match kind {
            RuleKind::Deductive => ("solid", ""),
            RuleKind::Inductive => ("dashed", "next"),
            RuleKind::Async => ("dotted", "async"),
        };
        let reads = match sign {
            Sign::Positive => "",
            Sign::Negated => "not",
            Sign::Aggregated => "agg",
        };
        let point = sign != Sign::Positive && asynchronous[read as usize];
        let order = if point { "point of order" } else { "" };
        let words: Vec<&str> = [when, reads, order].into_iter().filter(|word| !word.is_empty()).collect();
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
