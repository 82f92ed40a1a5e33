//! Strata of the deductive rules, through negation and aggregation (semantics §1, *Safety*).
//!
//! An edge goes from each relation in a body to the head; it is *strict* if the atom is negated or the head aggregates.
//! A strict edge within a strongly connected component has no stratification; else the stratum of a relation is the
//! greatest number of strict edges on a path to it. Kosaraju's algorithm, because it is the one that does not recurse:
//! chains of 10,000 rules are ordinary. Linear in the size of the rules.

use super::relations::Entry;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Rule, RuleKind};
use crate::source::Span;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::VecDeque;

/// At most this many literals of a cycle are pointed at.
const SHOWN: usize = 8;

#[derive(Clone, Copy)]
struct Edge {
    /// Why it is strict, if it is.
    strict: Option<Strict>,
    literal: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    Negation,
    Aggregation,
}

/// The stratum of each relation, 0 lowest, for the deductive ones of these rules. Each cycle through negation or
/// aggregation is an error.
pub fn strata<'r>(
    relations: &[Entry<'_>],
    rules: impl IntoIterator<Item = &'r Rule>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let graph = graph(relations.len(), rules);
    // Components come out last first: the reverse is an order in which bodies precede heads.
    let mut components = kosaraju_scc(&graph);
    components.reverse();
    let mut component = vec![0; relations.len()];
    for (i, members) in components.iter().enumerate() {
        for member in members {
            component[member.index()] = i;
        }
    }
    let mut found = Vec::new();
    let mut strata = vec![0; relations.len()];
    for (i, members) in components.iter().enumerate() {
        let within = |edge: EdgeIndex| {
            let (from, to) = graph.edge_endpoints(edge).expect("an edge of this graph");
            component[from.index()] == component[to.index()]
        };
        let mut stratum = 0;
        let mut broken: Option<EdgeIndex> = None;
        for edge in members.iter().flat_map(|member| graph.edges_directed(*member, petgraph::Incoming)) {
            let strict = edge.weight().strict.is_some();
            if !within(edge.id()) {
                stratum = stratum.max(strata[edge.source().index()] + usize::from(strict));
            } else if strict {
                broken = Some(broken.map_or(edge.id(), |other| other.min(edge.id())));
            }
        }
        for member in members {
            strata[member.index()] = stratum;
        }
        if let Some(edge) = broken {
            found.push((edge, cycle(&graph, &component, i, edge)));
        }
    }
    found.sort_unstable_by_key(|(edge, _)| *edge);
    diagnostics.extend(found.into_iter().map(|(_, path)| report(&graph, relations, &path)));
    strata
}

fn graph<'r>(relations: usize, rules: impl IntoIterator<Item = &'r Rule>) -> DiGraph<(), Edge> {
    let mut graph = DiGraph::with_capacity(relations, relations);
    for _ in 0..relations {
        graph.add_node(());
    }
    let node = |id: crate::program::RelationId| NodeIndex::new(id.0 as usize);
    for rule in rules.into_iter().filter(|rule| rule.kind == RuleKind::Deductive) {
        let head = node(rule.head.relation);
        let aggregated = rule.head.is_aggregated().then_some(Strict::Aggregation);
        for atom in &rule.positive {
            graph.add_edge(node(atom.relation), head, Edge { strict: aggregated, literal: atom.span });
        }
        for atom in &rule.negative {
            graph.add_edge(node(atom.relation), head, Edge { strict: Some(Strict::Negation), literal: atom.span });
        }
    }
    graph
}

/// A shortest cycle through `edge`, starting with it.
fn cycle(graph: &DiGraph<(), Edge>, component: &[usize], number: usize, edge: EdgeIndex) -> Vec<EdgeIndex> {
    let (goal, start) = graph.edge_endpoints(edge).expect("an edge of this graph");
    let mut reached: rustc_hash::FxHashMap<NodeIndex, EdgeIndex> = rustc_hash::FxHashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        if at == goal {
            break;
        }
        for next in graph.edges(at) {
            if component[next.target().index()] == number
                && next.target() != start
                && !reached.contains_key(&next.target())
            {
                reached.insert(next.target(), next.id());
                queue.push_back(next.target());
            }
        }
    }
    let mut path = Vec::new();
    let mut at = goal;
    while at != start {
        let step = reached[&at];
        path.push(step);
        at = graph.edge_endpoints(step).expect("an edge of this graph").0;
    }
    path.push(edge);
    path.reverse();
    path
}

fn report(graph: &DiGraph<(), Edge>, relations: &[Entry<'_>], path: &[EdgeIndex]) -> Diagnostic {
    let names = |edge: EdgeIndex| {
        let (from, to) = graph.edge_endpoints(edge).expect("an edge of this graph");
        (relations[from.index()].name, relations[to.index()].name)
    };
    let label = |edge: EdgeIndex| {
        let (from, to) = names(edge);
        match graph[edge].strict {
            None => format!("`{to}` depends on `{from}`"),
            Some(Strict::Negation) => format!("`{to}` depends on the absence of `{from}`"),
            Some(Strict::Aggregation) => format!("`{to}` aggregates over `{from}`"),
        }
    };
    let first = path[0];
    let how = match graph[first].strict {
        Some(Strict::Aggregation) => "aggregation",
        _ => "negation",
    };
    let message = format!("`{}` depends on itself through {how} in one step", names(first).1);
    let mut diagnostic = Diagnostic::at(codes::NOT_STRATIFIABLE, graph[first].literal, message, label(first));
    for &edge in path[1..].iter().take(SHOWN - 1) {
        diagnostic = diagnostic.with(graph[edge].literal, label(edge));
    }
    if path.len() > SHOWN {
        diagnostic = diagnostic.help(format!("the cycle has {} rules; the first {SHOWN} are shown", path.len()));
    }
    diagnostic.help("let one rule of the cycle take effect later: `@next` or `@async` edges do not count")
}
