//! Fair components: the parts of the graph in which a fair run can stay for ever (semantics §3).
//!
//! Take the transitions that a fair run uses infinitely often, E. They form a strongly connected part. Every node steps in E.
//! Every message that is in flight in all states of E is delivered by some transition of E: otherwise a copy of it is
//! never delivered. (A message that is absent from some state of E has had all its copies delivered by then, again and
//! again.) And copies drawn from ω are paid for: [`super::rates`].
//!
//! Conversely let E be strongly connected with these properties and without ω. The closed walk through all of E, repeated for
//! ever, is a fair run that uses exactly E. So on exact counts the conditions are necessary and sufficient, and a maximal
//! strongly connected part satisfies them if any part of it does: each condition asks for *some* transition or
//! state, and a larger part has more of them. Fairness is a matter of transitions, not of states: a state with two steps
//! of one node has both here.

use super::rates;
use crate::budget::Budget;
use crate::explore::Graph;
use crate::explore::components::components;
use crate::system::words::Sets;
use crate::system::{Choice, Copies, Effect, Message, OMEGA, Output, Stop, System};
use bitvec::vec::BitVec;
use rustc_hash::FxHashMap;

/// What can be told at once of a component of one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Glance {
    /// No run that stays here is fair: something is in flight and no loop delivers anything, or nothing is in flight
    /// and some node cannot step without leaving.
    Unfair,
    /// Nothing is in flight and every node's idle step stays here: the run is fair, and this is its ultimate model.
    Quiet(Vec<Output>),
    /// Neither.
    Open,
}

/// A transition inside a component.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// Source, as an index into the component's states.
    pub from: u32,
    /// Target, likewise.
    pub to: u32,
    /// The choice.
    pub choice: Choice,
    /// The set of messages delivered, a number of [`Marks`].
    pub delivered: u32,
    /// The set of messages sent.
    pub sent: u32,
    /// The set of output facts in the step.
    pub outputs: u32,
}

/// A part of the graph: states, and some of the transitions between them.
#[derive(Debug, Clone)]
pub struct Component {
    /// State numbers, sorted.
    pub states: Vec<u32>,
    /// Transitions, in the order of their sources and choices.
    pub edges: Vec<Edge>,
}

/// The sets that mark transitions, hash-consed.
#[derive(Debug, Default)]
pub struct Marks {
    /// Sets of messages.
    pub messages: Sets,
    /// Sets of output facts.
    pub outputs: Sets,
}

/// Where and with what components are looked for.
pub struct Region<'a, S> {
    /// The explored graph.
    pub graph: &'a Graph,
    /// The system it was explored from.
    pub system: &'a mut S,
    /// The states that count; all expanded ones if `None`. Used for the exactly counted part of a graph with ω.
    pub within: Option<&'a BitVec>,
    /// Limits.
    pub budget: &'a Budget,
    /// Marks of the transitions met.
    pub marks: Marks,
}

impl<'a, S: System> Region<'a, S> {
    /// The region of these states of `graph`.
    pub fn new(graph: &'a Graph, system: &'a mut S, within: Option<&'a BitVec>, budget: &'a Budget) -> Self {
        Region { graph, system, within, budget, marks: Marks::default() }
    }

    /// Whether a state counts.
    pub fn has(&self, state: u32) -> bool {
        self.graph.is_expanded(state) && self.within.is_none_or(|within| within[state as usize])
    }

    /// Calls `found` with the members (sorted) of each strongly connected component that has a transition.
    ///
    /// # Errors
    /// The first error of `found`; what follows is passed over.
    pub fn strongly_connected(
        &mut self,
        mut found: impl FnMut(&mut Self, &[u32]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (graph, within) = (self.graph, self.within);
        let has = |state: u32| graph.is_expanded(state) && within.is_none_or(|within| within[state as usize]);
        let mut result = Ok(());
        components(
            graph.expanded(),
            |state| graph.successors(state),
            has,
            |members| {
                if result.is_ok() && (members.len() > 1 || graph.successors(members[0]).contains(&members[0])) {
                    result = found(self, members);
                }
            },
        );
        result
    }

    /// Looks at a state that is a component by itself, as most states of a large system are.
    ///
    /// # Errors
    /// A bound.
    pub fn glance(&mut self, state: u32) -> Result<Glance, Stop> {
        if self.graph.is_partial(state) {
            return Ok(Glance::Open);
        }
        let words = self.graph.states.get(state);
        let targets = self.graph.successors(state);
        let mut messages = Vec::new();
        self.system.in_flight(words, &mut messages);
        let mut choices = Vec::new();
        self.graph.choices(self.system, state, &mut choices)?;
        if !messages.is_empty() {
            let mut loops = choices.iter().zip(targets).filter(|&(_, &target)| target == state);
            let starves = loops.all(|(choice, _)| choice.inbox == 0);
            return Ok(if starves { Glance::Unfair } else { Glance::Open });
        }
        if targets.iter().any(|&target| target != state) {
            return Ok(Glance::Unfair);
        }
        let (mut model, mut outputs) = (Vec::new(), Vec::new());
        for choice in choices {
            self.system.outputs(words, choice, &mut outputs)?;
            model.extend_from_slice(&outputs);
        }
        model.sort_unstable();
        Ok(Glance::Quiet(model))
    }

    /// The component on these states (sorted) with every transition between them.
    ///
    /// # Errors
    /// A bound.
    pub fn component(&mut self, states: Vec<u32>) -> Result<Component, Stop> {
        let mut edges = Vec::new();
        let (mut choices, mut effect) = (Vec::new(), Effect::default());
        for (from, &state) in (0u32..).zip(&states) {
            if from % 256 == 255 {
                self.budget.check()?;
            }
            let words = self.graph.states.get(state);
            self.graph.choices(self.system, state, &mut choices)?;
            for (&choice, target) in choices.iter().zip(self.graph.successors(state)) {
                let Ok(to) = states.binary_search(target) else { continue };
                self.system.effect(words, choice, &mut effect)?;
                edges.push(Edge {
                    from,
                    to: to as u32,
                    choice,
                    delivered: self.marks.messages.intern(&effect.delivered),
                    sent: self.marks.messages.intern(&effect.sent),
                    outputs: self.marks.outputs.intern(&effect.outputs),
                });
            }
        }
        Ok(Component { states, edges })
    }

    /// The maximal fair components inside `component`.
    ///
    /// # Errors
    /// A bound.
    pub fn fair_parts(&mut self, component: Component) -> Result<Vec<Component>, Stop> {
        let mut fair = Vec::new();
        let mut open = vec![component];
        while let Some(part) = open.pop() {
            self.budget.check()?;
            for part in split(&part) {
                let in_flight = self.in_flight(&part);
                let saturated = in_flight.iter().any(|(_, always)| always.omega);
                let usable = if saturated { rates::usable(&part, &in_flight, &self.marks, self.budget)? } else { None };
                match usable {
                    Some(edges) => open.push(Component { states: part.states, edges }),
                    None if self.is_just(&part, &in_flight) => fair.push(part),
                    None => {}
                }
            }
        }
        fair.sort_by(|a, b| a.states.cmp(&b.states));
        Ok(fair)
    }

    /// For each message in flight somewhere in the part: is it in flight everywhere, and is it ω somewhere? Sorted.
    fn in_flight(&self, part: &Component) -> Vec<(Message, InFlight)> {
        let mut found: FxHashMap<Message, (usize, bool)> = FxHashMap::default();
        let mut messages: Vec<(Message, Copies)> = Vec::new();
        for &state in &part.states {
            self.system.in_flight(self.graph.states.get(state), &mut messages);
            for &(message, copies) in &messages {
                let entry = found.entry(message).or_default();
                entry.0 += 1;
                entry.1 |= copies == OMEGA;
            }
        }
        let mut list: Vec<(Message, InFlight)> = found
            .into_iter()
            .map(|(message, (states, omega))| (message, InFlight { always: states == part.states.len(), omega }))
            .collect();
        list.sort_unstable_by_key(|&(message, _)| message);
        list
    }

    fn is_just(&self, part: &Component, in_flight: &[(Message, InFlight)]) -> bool {
        let mut steps = vec![false; self.system.nodes()];
        let mut delivered: Vec<u32> = Vec::new();
        for edge in &part.edges {
            steps[edge.choice.node as usize] = true;
            delivered.push(edge.delivered);
        }
        delivered.sort_unstable();
        delivered.dedup();
        let mut messages = Vec::new();
        for set in delivered {
            self.marks.messages.read(set, &mut messages);
        }
        messages.sort_unstable();
        steps.iter().all(|&stepped| stepped)
            && in_flight.iter().all(|(message, state)| !state.always || messages.binary_search(message).is_ok())
    }
}

/// How a message is in flight in the states of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFlight {
    /// In all of them.
    pub always: bool,
    /// Counted ω in some of them.
    pub omega: bool,
}

/// The strongly connected components of a part that have a transition, with the transitions inside them.
pub(super) fn split(part: &Component) -> Vec<Component> {
    let count = part.states.len();
    let mut starts = vec![0usize; count + 1];
    for edge in &part.edges {
        starts[edge.from as usize + 1] += 1;
    }
    for at in 0..count {
        starts[at + 1] += starts[at];
    }
    let targets: Vec<u32> = part.edges.iter().map(|edge| edge.to).collect();
    let mut place = vec![(u32::MAX, 0u32); count];
    let mut parts: Vec<Component> = Vec::new();
    components(
        count,
        |state| &targets[starts[state as usize]..starts[state as usize + 1]],
        |_| true,
        |members| {
            let number = parts.len() as u32;
            for (at, &member) in (0u32..).zip(members) {
                place[member as usize] = (number, at);
            }
            parts.push(Component {
                states: members.iter().map(|&member| part.states[member as usize]).collect(),
                edges: Vec::new(),
            });
        },
    );
    for edge in &part.edges {
        let (source, target) = (place[edge.from as usize], place[edge.to as usize]);
        if source.0 == target.0 {
            parts[source.0 as usize].edges.push(Edge { from: source.1, to: target.1, ..*edge });
        }
    }
    parts.retain(|part| !part.edges.is_empty());
    parts
}
