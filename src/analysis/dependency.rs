//! The dependency graph of a program's operational rules, and the questions that all analyses ask it.
//!
//! Nodes are relations. Each literal of each rule is one edge from the relation that the literal reads to the relation
//! that the rule derives, so an edge points the way data flows. Every query is linear in the size of the
//! program and keeps its own stack: a chain of a million rules is an ordinary input.

use crate::program::{Program, RelationId, RuleId, RuleKind};
use crate::source::Span;
use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};

/// How a literal reads its relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// A positive atom of a rule without aggregates.
    Positive,
    /// A negated atom.
    Negated,
    /// A positive atom of a rule whose head aggregates.
    Aggregated,
}

/// One literal of one rule, as an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency {
    /// When the rule's head holds.
    pub kind: RuleKind,
    /// How the literal reads its relation.
    pub sign: Sign,
    /// The rule.
    pub rule: RuleId,
    /// The literal.
    pub span: Span,
}

impl Dependency {
    /// Whether the rule is inductive or async.
    pub fn is_temporal(&self) -> bool {
        self.kind != RuleKind::Deductive
    }
}

/// The graph and its strongly connected components.
#[derive(Debug, Clone)]
pub struct Dependencies {
    graph: DiGraph<RelationId, Dependency>,
    components: Vec<Vec<RelationId>>,
    component: Vec<usize>,
}

impl Dependencies {
    /// The graph of all operational rules of `program`. Linear.
    pub fn of(program: &Program) -> Self {
        let mut graph = DiGraph::with_capacity(program.relations.len(), program.rules.len());
        for index in 0..program.relations.len() {
            graph.add_node(RelationId(index as u32));
        }
        for (index, rule) in program.rules.iter().enumerate() {
            let head = node(rule.head.relation);
            let positive = if rule.head.is_aggregated() { Sign::Aggregated } else { Sign::Positive };
            let literals = rule.positive.iter().map(|atom| (atom.relation, positive, atom.span));
            let negated = rule.negative.iter().map(|atom| (atom.relation, Sign::Negated, atom.span));
            for (relation, sign, span) in literals.chain(negated) {
                let dependency = Dependency { kind: rule.kind, sign, rule: RuleId(index as u32), span };
                graph.add_edge(node(relation), head, dependency);
            }
        }
        // Kosaraju's algorithm: petgraph's version keeps its own stack, its version of Tarjan's recurses.
        let components = in_order(kosaraju_scc(&graph));
        let mut component = vec![0; program.relations.len()];
        for (index, members) in components.iter().enumerate() {
            for member in members {
                component[member.0 as usize] = index;
            }
        }
        Dependencies { graph, components, component }
    }

    /// All edges with what they read and what they derive: rule by rule, positive literals before negated ones.
    pub fn edges(&self) -> impl Iterator<Item = (RelationId, RelationId, &Dependency)> {
        self.graph.edge_references().map(|e| (relation(e.source()), relation(e.target()), e.weight()))
    }

    /// The edges into `head`, with what they read. In no particular order, the same each time.
    pub fn edges_into(&self, head: RelationId) -> impl Iterator<Item = (RelationId, &Dependency)> {
        self.graph.edges_directed(node(head), Direction::Incoming).map(|e| (relation(e.source()), e.weight()))
    }

    /// The strongly connected components, each sorted; what a component reads stands before it.
    pub fn components(&self) -> &[Vec<RelationId>] {
        &self.components
    }

    /// The component of a relation, as index into [`Self::components`].
    pub fn component(&self, relation: RelationId) -> usize {
        self.component[relation.0 as usize]
    }

    /// The components of the graph without the edges that `keep` refuses, in the same order as [`Self::components`]. `keep`
    /// is given the relation that the edge derives.
    pub fn components_where(&self, keep: impl Fn(RelationId, &Dependency) -> bool) -> Vec<Vec<RelationId>> {
        let kept = EdgeFiltered::from_fn(&self.graph, |edge| keep(relation(edge.target()), edge.weight()));
        in_order(kosaraju_scc(&kept))
    }

    /// Whether an edge from `from` to `to` lies on a cycle.
    pub fn on_cycle(&self, from: RelationId, to: RelationId) -> bool {
        self.component(from) == self.component(to)
    }

    /// Which relations depend, directly or not, on one of `seeds`; the seeds among them. By [`RelationId`].
    pub fn depending_on(&self, seeds: impl IntoIterator<Item = RelationId>) -> Vec<bool> {
        self.reach(seeds, Direction::Outgoing)
    }

    /// Which relations one of `seeds` depends on, directly or not; the seeds among them. By [`RelationId`].
    pub fn read_by(&self, seeds: impl IntoIterator<Item = RelationId>) -> Vec<bool> {
        self.reach(seeds, Direction::Incoming)
    }

    fn reach(&self, seeds: impl IntoIterator<Item = RelationId>, direction: Direction) -> Vec<bool> {
        let mut reached = vec![false; self.graph.node_count()];
        let mut stack: Vec<NodeIndex> = seeds.into_iter().map(node).collect();
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut reached[at.index()], true) {
                stack.extend(self.graph.neighbors_directed(at, direction).filter(|n| !reached[n.index()]));
            }
        }
        reached
    }
}

/// Finds shortest cycles for messages, within a total effort that is linear in the graph.
///
/// One breadth-first search per literal would be quadratic in a large component; when the effort is spent, a
/// message names members of the component instead.
#[derive(Debug)]
pub struct CycleFinder<'a> {
    dependencies: &'a Dependencies,
    /// For each relation, the search that last reached it and the relation that it was reached from.
    reached: Vec<(u32, NodeIndex)>,
    search: u32,
    effort: usize,
}

impl<'a> CycleFinder<'a> {
    /// A finder with a fresh effort.
    pub fn new(dependencies: &'a Dependencies) -> Self {
        let graph = &dependencies.graph;
        CycleFinder {
            dependencies,
            reached: vec![(0, NodeIndex::end()); graph.node_count()],
            search: 0,
            effort: 1000 + 8 * (graph.edge_count() + graph.node_count()),
        }
    }

    /// A shortest cycle through an edge from `from` to `to`: starts with `from`, then `to`, and ends with `from`.
    /// `None` if there is no cycle or the effort is spent.
    pub fn through(&mut self, from: RelationId, to: RelationId) -> Option<Vec<RelationId>> {
        if !self.dependencies.on_cycle(from, to) {
            return None;
        }
        self.search += 1;
        let (start, goal) = (node(to), node(from));
        self.reached[start.index()] = (self.search, NodeIndex::end());
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            if at == goal {
                return Some(self.path_to(goal, from));
            }
            for next in self.dependencies.graph.neighbors(at) {
                self.effort = self.effort.checked_sub(1)?;
                let inside = self.dependencies.on_cycle(relation(next), from);
                if inside && self.reached[next.index()].0 != self.search {
                    self.reached[next.index()] = (self.search, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    fn path_to(&self, goal: NodeIndex, from: RelationId) -> Vec<RelationId> {
        let mut path = Vec::new();
        let mut at = goal;
        while at != NodeIndex::end() {
            path.push(relation(at));
            at = self.reached[at.index()].1;
        }
        path.push(from);
        path.reverse();
        path
    }

    /// The cycle in words: `a → b → a`, long ones shortened, or members of the component when no path was found.
    pub fn describe(&mut self, program: &Program, from: RelationId, to: RelationId) -> String {
        const SHOWN: usize = 8;
        let name = |id: &RelationId| program.relation(*id).name.clone();
        match self.through(from, to) {
            Some(path) if path.len() <= SHOWN => path.iter().map(name).collect::<Vec<_>>().join(" → "),
            Some(path) => {
                let start: Vec<String> = path[..SHOWN - 2].iter().map(name).collect();
                let end: Vec<String> = path[path.len() - 2..].iter().map(name).collect();
                format!("{} → … ({} more) → {}", start.join(" → "), path.len() - SHOWN, end.join(" → "))
            }
            None => {
                let members = &self.dependencies.components[self.dependencies.component(from)];
                let shown: Vec<String> = members.iter().take(SHOWN).map(name).collect();
                format!("{} relations that depend on each other, among them {}", members.len(), shown.join(", "))
            }
        }
    }
}

/// Components as this module hands them out: sources first, members sorted.
fn in_order(components: Vec<Vec<NodeIndex>>) -> Vec<Vec<RelationId>> {
    let sorted = |members: Vec<NodeIndex>| {
        let mut members: Vec<RelationId> = members.into_iter().map(relation).collect();
        members.sort_unstable();
        members
    };
    components.into_iter().rev().map(sorted).collect()
}

fn node(relation: RelationId) -> NodeIndex {
    NodeIndex::new(relation.0 as usize)
}

fn relation(node: NodeIndex) -> RelationId {
    RelationId(node.index() as u32)
}
