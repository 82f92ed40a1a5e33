//! The dependency graph as a picture: what reads what, and where the order of deliveries may show.
//!
//! Where relations and edges stand is computed by `dagre` (layers, crossings, routes, room for labels); a graph that is too
//! large to be looked at, or to be laid out in a moment, is not drawn.

use super::{px, visible};
use crate::analysis::dependency::{Dependencies, Sign};
use crate::analysis::dot::{DrawnEdge, edges};
use crate::analysis::persistence::persisted;
use crate::program::{Kind, Program, RelationId, RuleKind};
use crate::report::space_time::Glyphs;
use crate::report::space_time::text::{shorten, width_of};
use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Point, RankDir, layout};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Most relations that are drawn.
const MOST_RELATIONS: usize = 60;
/// Most edges that are drawn.
const MOST_EDGES: usize = 160;
/// Most edges that are listed where they are not drawn.
const MOST_LISTED: usize = 2_000;
/// Most characters of a name.
const LONGEST_NAME: usize = 28;
const MARGIN: f64 = 8.0;

/// The picture with what its marks mean; the edges as a list if it would be too large.
pub fn part(program: &Program, dependencies: &Dependencies) -> Markup {
    html! {
        @if let Some(picture) = inline(program, dependencies) {
            div .scroll tabindex="0" { (picture) }
            p .note {
                "An arrow goes from what a rule reads to what it derives; long dashes: in the next step, dots: as a message. "
                "Boxes with square corners: EDB (dashed: events), rounded: IDB; a double border: persisted, a thick one: output. "
                "A disc at the tip: read negated or aggregated; filled and thick: a point of order."
            }
        } @else {
            (edge_list(program, dependencies))
        }
    }
}

fn edge_list(program: &Program, dependencies: &Dependencies) -> Markup {
    let edges: Vec<DrawnEdge> = edges(program, dependencies).into_iter().collect();
    let name = |id: RelationId| visible(&program.relation(id).name);
    html! {
        @if edges.is_empty() {
            p .note { "No rule reads a relation." }
        } @else {
            details {
                summary { "The graph is too large to be drawn: " (edges.len()) " edges" }
                ul {
                    @for edge in edges.iter().take(MOST_LISTED) {
                        li {
                            code { (name(edge.head)) } " reads " code { (name(edge.read)) }
                            @if !edge.words().is_empty() { ": " (edge.words().join(", ")) }
                        }
                    }
                    @if edges.len() > MOST_LISTED { li { "and " (edges.len() - MOST_LISTED) " more" } }
                }
            }
        }
    }
}

/// The picture; `None` if it would be too large.
fn inline(program: &Program, dependencies: &Dependencies) -> Option<Markup> {
    let edges = edges(program, dependencies);
    // A relation that nothing reads or derives tells nothing; the built-in `node` is everywhere.
    let touched: BTreeSet<RelationId> = edges.iter().flat_map(|edge| [edge.read, edge.head]).collect();
    let drawn: Vec<RelationId> =
        touched.into_iter().filter(|&id| !program.relation(id).observer && !program.relation(id).builtin).collect();
    let edges: Vec<DrawnEdge> =
        edges.into_iter().filter(|edge| drawn.contains(&edge.read) && drawn.contains(&edge.head)).collect();
    if drawn.is_empty() || drawn.len() > MOST_RELATIONS || edges.len() > MOST_EDGES {
        return None;
    }
    let options = GraphOptions { directed: true, multigraph: true, compound: false };
    let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(options);
    for &id in &drawn {
        let width = width_of(&label(program, id)) as f64 * 7.25 + 18.0;
        graph.set_node(key(id), Some(NodeLabel { width, height: 26.0, ..NodeLabel::default() }));
    }
    for (number, edge) in edges.iter().enumerate() {
        let words = edge.words().join(", ");
        let (width, height) = if words.is_empty() { (0.0, 0.0) } else { (width_of(&words) as f64 * 6.4 + 4.0, 14.0) };
        let label = EdgeLabel { width, height, ..EdgeLabel::default() };
        graph.set_edge(key(edge.read), key(edge.head), Some(label), Some(&number.to_string()));
    }
    let options =
        LayoutOptions { rankdir: RankDir::LR, nodesep: 22.0, edgesep: 10.0, ranksep: 34.0, ..Default::default() };
    layout(&mut graph, Some(options));
    Some(picture(program, &graph, &drawn, &edges))
}

fn picture(
    program: &Program,
    graph: &Graph<NodeLabel, EdgeLabel>,
    drawn: &[RelationId],
    edges: &[DrawnEdge],
) -> Markup {
    let persisted = persisted(program);
    let nodes: Vec<(RelationId, &NodeLabel)> =
        drawn.iter().filter_map(|&id| Some((id, graph.node(&key(id))?))).collect();
    let routes: Vec<(&DrawnEdge, &EdgeLabel)> = (edges.iter().enumerate())
        .filter_map(|(number, edge)| {
            Some((edge, graph.edge(&key(edge.read), &key(edge.head), Some(&number.to_string()))?))
        })
        .collect();
    let corners = nodes
        .iter()
        .map(|(_, node)| (node.x.unwrap_or(0.0) + node.width / 2.0, node.y.unwrap_or(0.0) + node.height / 2.0));
    let points = routes.iter().flat_map(|(_, route)| route.points.iter().map(|point| (point.x, point.y)));
    let labels = routes
        .iter()
        .map(|(_, route)| (route.x.unwrap_or(0.0) + route.width / 2.0, route.y.unwrap_or(0.0) + route.height / 2.0));
    let (right, bottom) =
        corners.chain(points).chain(labels).fold((0.0, 0.0), |(x, y): (f64, f64), (a, b)| (x.max(a), y.max(b)));
    let (width, height) = (right + 2.0 * MARGIN, bottom + 2.0 * MARGIN);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="picture graph" role="img" width=(at(width)) height=(at(height))
            viewBox=(format!("0 0 {} {}", at(width), at(height))) {
            title { "The dependency graph" }
            @for (edge, route) in &routes { (drawn_edge(edge, route)) }
            @for (id, node) in &nodes { (relation(program, *id, node, persisted[id.0 as usize])) }
        }
    }
}

fn relation(program: &Program, id: RelationId, node: &NodeLabel, persisted: bool) -> Markup {
    let of = program.relation(id);
    let (x, y) = (node.x.unwrap_or(0.0) + MARGIN, node.y.unwrap_or(0.0) + MARGIN);
    let event = of.kind == Kind::Event;
    let output = program.outputs.contains(&id);
    let class = format!("relation{}{}", if event { " event" } else { "" }, if output { " output" } else { "" });
    let round = if of.kind == Kind::Idb { "13" } else { "2" };
    let what = match of.kind {
        Kind::Static => "EDB, static",
        Kind::Event => "EDB, events",
        Kind::Idb => "IDB",
    };
    let inside = |by: f64| {
        (
            at(x - node.width / 2.0 + by),
            at(y - node.height / 2.0 + by),
            at(node.width - 2.0 * by),
            at(node.height - 2.0 * by),
        )
    };
    html! {
        g {
            title { (visible(&of.name)) "/" (of.arity) ": " (what) @if persisted { ", persisted" } @if output { ", output" } }
            @let (left, top, width, height) = inside(0.0);
            rect class=(class) x=(left) y=(top) width=(width) height=(height) rx=(round) {}
            @if persisted || of.normalised {
                @let (left, top, width, height) = inside(3.0);
                rect class="relation" x=(left) y=(top) width=(width) height=(height) rx=(round) {}
            }
            text class="name" x=(at(x)) y=(at(y + 4.0)) { (visible(&label(program, id))) }
        }
    }
}

fn drawn_edge(edge: &DrawnEdge, route: &EdgeLabel) -> Markup {
    let kind = match edge.kind {
        RuleKind::Deductive => "",
        RuleKind::Inductive => " inductive",
        RuleKind::Async => " async",
    };
    let point = if edge.point { " point" } else { "" };
    let words = edge.words();
    html! {
        @if let Some((path, tip, back)) = curve(&route.points) {
            path class=(format!("edge{kind}{point}")) d=(path) {}
            @if edge.sign == Sign::Positive {
                path class=(format!("edge-head{point}")) d=(super::head(tip, along(back, tip))) {}
            } @else {
                @let along = along(back, tip);
                circle class=(format!("edge-head{}", if edge.point { " point" } else { " negated" }))
                    cx=(px(tip.0 - along.0 * 4.0)) cy=(px(tip.1 - along.1 * 4.0)) r="4" {}
            }
            @if !words.is_empty() {
                text class=(format!("edge-label{point}")) x=(at(route.x.unwrap_or(0.0) + MARGIN)) y=(at(route.y.unwrap_or(0.0) + MARGIN + 3.5)) {
                    (words.join(", "))
                }
            }
        }
    }
}

/// A curve through these points, with its tip and the point before it.
#[allow(clippy::type_complexity, reason = "a name for it would say nothing more")]
fn curve(points: &[Point]) -> Option<(String, (f32, f32), (f32, f32))> {
    let [first, middle @ .., last] = points else { return None };
    let mut path = format!("M{} {}", at(first.x + MARGIN), at(first.y + MARGIN));
    for (index, point) in middle.iter().enumerate() {
        let next = middle.get(index + 1).map_or(last, |next| next);
        // Bends where it passes a point, half way to the next.
        let (x, y) = if index + 1 < middle.len() {
            (f64::midpoint(point.x, next.x), f64::midpoint(point.y, next.y))
        } else {
            (last.x, last.y)
        };
        path.push_str(&format!(
            " Q{} {} {} {}",
            at(point.x + MARGIN),
            at(point.y + MARGIN),
            at(x + MARGIN),
            at(y + MARGIN)
        ));
    }
    if middle.is_empty() {
        path.push_str(&format!(" L{} {}", at(last.x + MARGIN), at(last.y + MARGIN)));
    }
    let before = middle.last().unwrap_or(first);
    let place = |point: &Point| ((point.x + MARGIN) as f32, (point.y + MARGIN) as f32);
    Some((path, place(last), place(before)))
}

fn along(from: (f32, f32), to: (f32, f32)) -> (f32, f32) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(0.001);
    (dx / length, dy / length)
}

fn at(value: f64) -> String {
    px(value as f32)
}

fn key(id: RelationId) -> String {
    id.0.to_string()
}

fn label(program: &Program, id: RelationId) -> String {
    let relation = program.relation(id);
    shorten(&format!("{}/{}", relation.name, relation.arity), LONGEST_NAME, Glyphs::Unicode)
}
