//! Space-time diagrams for Graphviz: a cluster a run, a chain of steps a node, messages across.

use super::diagram::{Diagram, Dot, Row};
use super::svg::visible;
use std::fmt::Write as _;

/// The diagrams as one graph in the DOT language. Messages that do not arrive end in points.
pub fn runs(diagrams: &[Diagram]) -> String {
    let mut text = String::from(
        "digraph runs {\n  rankdir=TB;\n  node [fontname=\"monospace\", fontsize=11];\n  edge [fontname=\"monospace\", fontsize=9];\n",
    );
    for (number, diagram) in diagrams.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{number} {{\n    label={};", quoted(&diagram.title));
        run(number, diagram, &mut text);
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn run(number: usize, diagram: &Diagram, text: &mut String) {
    let mut last: Vec<Option<usize>> = vec![None; diagram.nodes.len()];
    for (index, row) in diagram.rows.iter().enumerate() {
        for &(node, dot) in &row.dots {
            let parts = if diagram.parts_at == Some(index) { ", color=purple, penwidth=2" } else { "" };
            let style = match dot {
                Dot::Step => "shape=box",
                Dot::Holds => "shape=box, style=filled, fillcolor=lightblue",
                Dot::Lacks => "shape=diamond",
                Dot::Crash => "shape=octagon, style=filled, fillcolor=orange",
                Dot::Crashed => "shape=octagon, style=dashed",
            };
            let label = quoted(&label(diagram, row, node, index));
            let _ = writeln!(text, "    s{number}_{index}_{node} [label={label}, {style}{parts}];");
            if let Some(before) = last[node].replace(index) {
                let _ = writeln!(
                    text,
                    "    s{number}_{before}_{node} -> s{number}_{index}_{node} [style=bold, arrowhead=none, weight=10];"
                );
            }
        }
    }
    for (index, arrow) in diagram.arrows.iter().enumerate() {
        let what = quoted(&arrow.facts.join("\n"));
        let (sent, from, to) = (arrow.sent, arrow.from, arrow.to);
        match arrow.delivered {
            Some(delivered) => {
                let _ = writeln!(text, "    s{number}_{sent}_{from} -> s{number}_{delivered}_{to} [label={what}];");
            }
            None => {
                let fate = if arrow.lost { "lost" } else { "in flight" };
                let _ = writeln!(text, "    m{number}_{index} [shape=plaintext, label=\"{fate}\"];");
                let _ = writeln!(
                    text,
                    "    s{number}_{sent}_{from} -> m{number}_{index} [label={what}, style=dashed, arrowhead=none];"
                );
            }
        }
    }
}

fn label(diagram: &Diagram, row: &Row, node: usize, index: usize) -> String {
    let mut label =
        if row.dots.len() == 1 { row.name.clone() } else { format!("{}, {}", diagram.nodes[node], row.name) };
    if diagram.repeats_from.is_some_and(|from| from <= index) {
        label.push_str(" (for ever)");
    }
    // What is said of a round is not said of one of its nodes.
    if row.dots.len() == 1 {
        for line in row.lines.iter().filter(|line| line.lead != "sends") {
            let _ = write!(label, "\n{} {}", line.lead, line.items.join("\n   "));
        }
    }
    label
}

/// A quoted string of the DOT language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", visible(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
