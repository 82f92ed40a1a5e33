//! From a fair component to a lasso: a path to it and a closed walk in it that is fair by itself.
//!
//! A walk in a fair component need not be fair: a message that is absent from some state of the component may be in flight in
//! every state of the walk. So the walk has to visit, for each node, a step of it; for each message, a state without it or a
//! delivery of it; for the claim that a fact is not ultimate, a step of its node that lacks it; and for the claim that nothing is but
//! what the component has in common, a step with each set of facts that a node's steps have. Each is reached by a shortest path
//! from where the walk stands, nearest goal first. What can still be dropped from the walk is dropped later by replaying it
//! ([`crate::witness`]).

use super::fairness::{Component, Edge, Region};
use super::has;
use crate::explore::Graph;
use crate::system::{Choice, Message, Output, System};
use bitvec::vec::BitVec;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Transitions as (state, choice), one after the other.
pub type Path = Vec<(u32, Choice)>;

/// What a lasso is to show of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It holds in every step of its node in the loop. The component keeps it.
    Holds,
    /// Some step of its node in the loop lacks it.
    Lacks(Output),
    /// What is ultimate in the run is what all steps of the component have in common, and nothing else.
    Exactly,
}

/// A shortest path through `within` (all states if `None`) from the initial state to a state that `goal` accepts.
pub fn stem<S: System>(
    graph: &Graph,
    system: &mut S,
    within: Option<&BitVec>,
    goal: impl Fn(u32) -> bool,
) -> Option<(Path, u32)> {
    let has = |state: u32| within.is_none_or(|within| within[state as usize]);
    let end = match within {
        None => (0..graph.states.len() as u32).find(|&state| goal(state))?,
        Some(_) => {
            let tree = reach(graph, has);
            let end = *tree.order.iter().find(|&&state| goal(state))?;
            return Some((path_to(graph, system, |state| tree.parents[state as usize], end), end));
        }
    };
    Some((path_to(graph, system, |state| graph.parent(state), end), end))
}

/// The states reachable through states that `has` accepts, in breadth-first order, each with its parent.
pub struct Reached {
    /// Breadth-first order.
    pub order: Vec<u32>,
    /// Parents, by state; meaningless for states not reached.
    pub parents: Vec<u32>,
}

/// Breadth-first search in the explored graph from the initial state, through states that `has` accepts.
pub fn reach(graph: &Graph, has: impl Fn(u32) -> bool) -> Reached {
    let mut parents = vec![u32::MAX; graph.states.len()];
    let mut order = Vec::new();
    if has(0) {
        parents[0] = 0;
        order.push(0);
    }
    let mut at = 0;
    while let Some(&state) = order.get(at) {
        at += 1;
        for &target in graph.successors(state) {
            if parents[target as usize] == u32::MAX && has(target) {
                parents[target as usize] = state;
                order.push(target);
            }
        }
    }
    Reached { order, parents }
}

/// The path from the initial state to `end` along the states' parents.
pub fn path_to<S: System>(graph: &Graph, system: &mut S, parent: impl Fn(u32) -> u32, end: u32) -> Path {
    let mut path = Vec::new();
    let mut choices = Vec::new();
    let mut state = end;
    while state != 0 {
        let parent = parent(state);
        let at = graph.successors(parent).iter().position(|&target| target == state);
        if graph.choices(system, parent, &mut choices).is_ok()
            && let Some(at) = at
        {
            path.push((parent, choices[at]));
        }
        state = parent;
    }
    path.reverse();
    path
}

/// A closed walk in `component` from its state `start` that is fair and shows the claim. `component` is a fair component on exact
/// counts; for [`Claim::Lacks`] it has a step of the fact's node without the fact.
pub fn cycle<S: System>(region: &mut Region<'_, S>, component: &Component, start: u32, claim: Claim) -> Path {
    let mut walk = Walk::new(region, component, claim);
    let home = component.states.binary_search(&start).expect("internal error: the walk starts outside its component");
    let mut at = home as u32;
    walk.pass(at);
    while let Some(path) = walk.nearest(at, |walk, edge| walk.serves(edge)) {
        for edge in path {
            walk.take(edge);
            at = component.edges[edge].to;
        }
    }
    if at != home as u32 {
        let back = walk.nearest(at, |_, edge| component.edges[edge].to == home as u32);
        for edge in back.expect("internal error: a component that is not strongly connected") {
            walk.take(edge);
        }
    }
    walk.taken
        .iter()
        .map(|&edge| (component.states[component.edges[edge].from as usize], component.edges[edge].choice))
        .collect()
}

/// A walk under construction, with the goals it still has to serve.
struct Walk<'c> {
    component: &'c Component,
    /// Transitions by source: `outgoing[starts[s]..starts[s + 1]]`.
    starts: Vec<usize>,
    nodes: Vec<bool>,
    messages: Vec<Message>,
    /// For each transition what it shows of the claim, if anything, and what has not been shown yet.
    shows: Vec<Option<u32>>,
    unshown: BTreeSet<u32>,
    /// For each state the messages in flight.
    in_flight: Vec<Vec<Message>>,
    /// For each transition the messages it delivers.
    delivered: Vec<Vec<Message>>,
    taken: Vec<usize>,
}

impl<'c> Walk<'c> {
    fn new<S: System>(region: &mut Region<'_, S>, component: &'c Component, claim: Claim) -> Self {
        let mut starts = vec![0usize; component.states.len() + 1];
        for edge in &component.edges {
            starts[edge.from as usize + 1] += 1;
        }
        for at in 0..component.states.len() {
            starts[at + 1] += starts[at];
        }
        let mut found = Vec::new();
        let in_flight: Vec<Vec<Message>> = component
            .states
            .iter()
            .map(|&state| {
                region.system.in_flight(region.graph.states.get(state), &mut found);
                found.iter().map(|&(message, _)| message).collect()
            })
            .collect();
        let mut messages: Vec<Message> = in_flight.iter().flatten().copied().collect();
        messages.sort_unstable();
        messages.dedup();
        let mut sets: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let shows: Vec<Option<u32>> = match claim {
            Claim::Holds => vec![None; component.edges.len()],
            Claim::Lacks(fact) => {
                let node = region.system.output_node(fact);
                let system = &mut *region.system;
                let mut lacks = |e: &Edge| e.choice.node == node && !has(system, node, e.outputs, fact);
                component.edges.iter().map(|edge| lacks(edge).then_some(0)).collect()
            }
            // A step of each node with each set of facts that its steps have.
            Claim::Exactly => {
                let mut number = |edge: &Edge| {
                    let next = sets.len() as u32;
                    *sets.entry((edge.choice.node, edge.outputs)).or_insert(next)
                };
                component.edges.iter().map(|edge| Some(number(edge))).collect()
            }
        };
        Walk {
            component,
            starts,
            nodes: vec![true; region.system.nodes()],
            messages,
            unshown: shows.iter().copied().flatten().collect(),
            shows,
            in_flight,
            delivered: component.edges.iter().map(|edge| region.marks.messages.members(edge.delivered)).collect(),
            taken: Vec::new(),
        }
    }

    /// Strikes off the messages that are not in flight in a state of the walk.
    fn pass(&mut self, state: u32) {
        let here = &self.in_flight[state as usize];
        self.messages.retain(|message| here.binary_search(message).is_ok());
    }

    fn serves(&self, edge: usize) -> bool {
        let Some(step) = self.component.edges.get(edge) else { return false };
        let target = &self.in_flight[step.to as usize];
        self.nodes[step.choice.node as usize]
            || self.shows[edge].is_some_and(|shown| self.unshown.contains(&shown))
            || self
                .messages
                .iter()
                .any(|m| self.delivered[edge].binary_search(m).is_ok() || target.binary_search(m).is_err())
    }

    fn take(&mut self, edge: usize) {
        let step = &self.component.edges[edge];
        self.nodes[step.choice.node as usize] = false;
        let delivered = &self.delivered[edge];
        self.messages.retain(|message| delivered.binary_search(message).is_err());
        if let Some(shown) = self.shows[edge] {
            self.unshown.remove(&shown);
        }
        self.pass(step.to);
        self.taken.push(edge);
    }

    /// A shortest path of transitions from `from` whose last one satisfies `goal`; `None` if there is none.
    fn nearest(&self, from: u32, goal: impl Fn(&Self, usize) -> bool) -> Option<Vec<usize>> {
        let mut by: Vec<Option<usize>> = vec![None; self.component.states.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(state) = queue.pop_front() {
            for edge in self.starts[state as usize]..self.starts[state as usize + 1] {
                if goal(self, edge) {
                    let mut path = vec![edge];
                    let mut back = state;
                    while back != from {
                        let edge = by[back as usize].expect("internal error: a visited state without a way to it");
                        path.push(edge);
                        back = self.component.edges[edge].from;
                    }
                    path.reverse();
                    return Some(path);
                }
                let to = self.component.edges[edge].to;
                if to != from && by[to as usize].is_none() {
                    by[to as usize] = Some(edge);
                    queue.push_back(to);
                }
            }
        }
        None
    }
}
