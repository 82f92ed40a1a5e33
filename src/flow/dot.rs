//! A labelled graph for Graphviz: components as boxes, streams as arrows, anomalies in red.

use super::{Graph, Labelling};
use std::fmt::Write as _;

/// The graph in the DOT language.
pub fn to_dot(graph: &Graph, labelling: &Labelling) -> String {
    let mut dot = String::from("digraph flow {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (at, component) in graph.components.iter().enumerate() {
        let more = if component.replicated { ", peripheries=2" } else { "" };
        let _ = writeln!(dot, "  c{at} [label={}{more}];", quoted(&component.name));
    }
    for (at, (stream, label)) in graph.streams.iter().zip(&labelling.labels).enumerate() {
        let colour = if label.is_anomaly() { ", color=red, fontcolor=red" } else { "" };
        let text = quoted(&format!("{}: {label}", stream.name));
        let mut from: Vec<String> = stream.from.iter().map(|port| format!("c{}", port.component)).collect();
        let mut to: Vec<String> = stream.to.iter().map(|port| format!("c{}", port.component)).collect();
        if stream.external {
            let _ = writeln!(dot, "  source{at} [shape=point];");
            from.push(format!("source{at}"));
        }
        if to.is_empty() {
            let _ = writeln!(dot, "  sink{at} [shape=point];");
            to.push(format!("sink{at}"));
        }
        for from in &from {
            for to in &to {
                let _ = writeln!(dot, "  {from} -> {to} [label={text}{colour}];");
            }
        }
    }
    dot.push_str("}\n");
    dot
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
