//! The transition system of one program on its network (semantics §2), behind the [`System`] seam.
//!
//! A state is, for each node, its local state and its buffer, as numbers; if a `never` relation is an observer, then also what
//! observers last saw of each node. Two global states are equal exactly if these are: what a node will do depends on
//! nothing else.

mod portable;
mod reduced;

use super::local::LocalSteps;
use super::{Choice, Copies, Effect, Message, OMEGA, Output, OutputSet, Spread, Stop, System};
use crate::budget::Budget;
use crate::eval::naive;
use crate::eval::store::FactId;
use crate::network::{Buffers, Count, EMPTY, Pairs};
use crate::program::{Fact, LocatedFact, NodeId, Program};
use crate::reduce::Reductions;
use reduced::Reduced;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// How often, times the number of nodes, a state asks who may send to a set of nodes.
const LOOKS_A_NODE: usize = 4;

/// How buffers are counted; see [`crate::network`].
#[derive(Debug, Clone, Default)]
pub struct Counting {
    /// Messages seen to be pumped, counted up to `cap` only.
    pub pumped: BTreeSet<LocatedFact>,
    /// The greatest exact count of a pumped message.
    pub cap: Copies,
}

/// The transition system of a program, less what the reductions leave out.
#[derive(Debug)]
pub struct Asynchronous<'p> {
    program: &'p Program,
    steps: LocalSteps,
    buffers: Buffers,
    messages: Pairs,
    outputs: Pairs,
    shown: Vec<FactId>,
    pumped: FxHashSet<(u32, u32)>,
    observers: bool,
    observed_alarms: FxHashMap<Box<[u32]>, bool>,
    reduced: Reduced,
}

impl<'p> Asynchronous<'p> {
    /// The system of `program` with these reductions, as far as they apply.
    pub fn new(program: &'p Program, budget: &Budget, counting: &Counting, reductions: Reductions) -> Self {
        let observers = program.nevers.iter().any(|&(relation, _)| program.relation(relation).observer);
        let observed = if observers { read_by_observers(program) } else { Vec::new() };
        let mut steps = LocalSteps::new(program, budget, observed);
        let reduced = Reduced::new(program, steps.ground(), reductions);
        let pumped = counting.pumped.iter().map(|m| (m.node.0, steps.fact_id(&m.fact).0)).collect();
        Asynchronous {
            program,
            steps,
            buffers: Buffers::new(counting.cap, budget),
            messages: Pairs::default(),
            outputs: Pairs::default(),
            shown: Vec::new(),
            pumped,
            observers,
            observed_alarms: FxHashMap::default(),
            reduced,
        }
    }

    /// The message with this number.
    pub fn message(&self, message: Message) -> LocatedFact {
        let (node, fact) = self.messages.get(message);
        LocatedFact { node: NodeId(node), fact: self.steps.fact(FactId(fact)).clone() }
    }

    /// The output fact with this number.
    pub fn output(&self, output: Output) -> LocatedFact {
        let (node, fact) = self.outputs.get(output);
        LocatedFact { node: NodeId(node), fact: self.steps.fact(FactId(fact)).clone() }
    }

    /// The copies that `choice` delivers in `state`, for a schedule. What is drawn from ω is given as one copy.
    pub fn delivered_copies(&self, state: &[u32], choice: Choice) -> Vec<(Fact, u64)> {
        let before: FxHashMap<u32, Copies> = self.buffers.contents(buffer(state, choice.node)).collect();
        let after: FxHashMap<u32, Copies> = self.buffers.contents(choice.rest).collect();
        let mut copies: Vec<(Fact, u64)> = self
            .buffers
            .inbox(choice.inbox)
            .iter()
            .map(|fact| {
                let taken = match before[fact] {
                    OMEGA => 1,
                    copies => copies - after.get(fact).copied().unwrap_or(0),
                };
                (self.steps.fact(FactId(*fact)).clone(), u64::from(taken))
            })
            .collect();
        copies.sort();
        copies
    }

    /// The local steps taken so far, for figures.
    pub fn local_steps(&self) -> &LocalSteps {
        &self.steps
    }

    /// The number of a message that is in flight somewhere, and so was sent.
    fn number(&self, node: u32, fact: u32) -> Message {
        self.messages.find((node, fact)).expect("internal error: a message in flight that was never sent")
    }

    fn snapshots<'s>(&self, state: &'s [u32]) -> &'s [u32] {
        &state[2 * self.nodes()..]
    }

    /// How many messages are delivered as soon as their addressee steps.
    pub fn eager_messages(&self) -> usize {
        self.reduced.eager_messages()
    }

    /// Whether some messages are delivered as soon as their addressee steps.
    pub fn has_eager_messages(&self) -> bool {
        self.reduced.has_eager_messages()
    }

    /// Whether a message is delivered as soon as its addressee steps, all copies of it at once.
    pub fn is_eager(&self, node: NodeId, fact: &Fact) -> bool {
        self.steps.known_id(fact).is_some_and(|id| self.reduced.is_eager(node.0, id.0))
    }

    /// A step that delivers eager messages only and may be taken at once.
    fn extra_step(&mut self, state: &[u32], choices: &[Choice]) -> Result<Option<Choice>, Stop> {
        let mut next = Vec::new();
        for of_node in choices.chunk_by(|a, b| a.node == b.node) {
            let choice @ Choice { node, inbox, .. } = of_node[0];
            if self.buffers.inbox(inbox).is_empty() {
                continue;
            }
            self.step(state, choice, &mut next)?;
            let moved = self.steps.moved(node, local(state, node), inbox, self.buffers.inbox(inbox))?;
            let sent = self.steps.sent(moved.sent);
            if next != state && self.reduced.is_extra(self.steps.ground(), node, local(state, node), moved.next, sent) {
                return Ok(Some(choice));
            }
        }
        Ok(None)
    }

    /// Leaves only the choices of a smallest set of nodes that receives nothing before it moves, if there is one.
    fn persistent_set(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> Result<bool, Stop> {
        if !self.reduced.looks_ahead() {
            return Ok(false);
        }
        let nodes = self.nodes();
        let mut counts = vec![0usize; nodes];
        let mut idles = vec![false; nodes];
        let mut next = Vec::new();
        for of_node in choices.chunk_by(|a, b| a.node == b.node) {
            let choice = of_node[0];
            let node = choice.node as usize;
            let alarm = self.step(state, choice, &mut next)?;
            idles[node] = next == state && !alarm && choice.inbox == 0;
            counts[node] = of_node.len() - usize::from(idles[node]);
        }
        let Some(steps) = self.steps.ground() else { return Ok(false) };
        let locals: Vec<u32> = (0..nodes as u32).map(|node| local(state, node)).collect();
        let in_flight: Vec<Vec<u32>> = (0..nodes as u32)
            .map(|node| self.buffers.contents(buffer(state, node)).map(|(fact, _)| fact).collect())
            .collect();
        // All sets grow by those who may send to them, in turn: a small closed one is found first. Where every set grows and
        // grows, looking on costs more than it saves.
        let mut looks = LOOKS_A_NODE * nodes;
        let mut best: Option<(usize, Vec<bool>)> = None;
        let starts = (0..nodes).filter(|&node| counts[node] > 0);
        let mut open: Vec<(usize, Vec<bool>)> =
            starts.map(|start| (counts[start], (0..nodes).map(|node| node == start).collect())).collect();
        while !open.is_empty() && looks > 0 {
            open.retain_mut(|(size, apart)| {
                if looks == 0 || best.as_ref().is_some_and(|(least, _)| *size >= *least) {
                    return false;
                }
                looks -= 1;
                let senders = self.reduced.senders(steps, apart, &locals, &in_flight);
                if senders.is_empty() {
                    best = Some((*size, std::mem::take(apart)));
                    return false;
                }
                for node in senders {
                    apart[node] = true;
                    *size += counts[node];
                }
                true
            });
        }
        let Some((size, apart)) = best.filter(|(size, _)| *size < choices.len()) else { return Ok(false) };
        let mut first = vec![true; nodes];
        choices.retain(|choice| {
            let node = choice.node as usize;
            let is_first = std::mem::replace(&mut first[node], false);
            apart[node] && !(is_first && idles[node])
        });
        debug_assert_eq!(choices.len(), size);
        Ok(true)
    }

    /// Indices of the observer `never` relations that hold in a snapshot.
    fn observe(&mut self, snapshots: &[u32]) -> Result<Vec<u32>, Stop> {
        let latest: Vec<Option<BTreeSet<Fact>>> = snapshots
            .iter()
            .map(|&snapshot| {
                let seen = snapshot.checked_sub(1)?;
                Some(self.steps.snapshot(seen).into_iter().map(|id| self.steps.fact(id).clone()).collect())
            })
            .collect();
        let latest: Vec<Option<&BTreeSet<Fact>>> = latest.iter().map(Option::as_ref).collect();
        let held = naive::observe(self.program, &latest)?;
        let holds = |relation| held.iter().any(|fact| fact.relation == relation);
        Ok((0u32..)
            .zip(&self.program.nevers)
            .filter(|&(_, &(relation, _))| self.program.relation(relation).observer && holds(relation))
            .map(|(index, _)| index)
            .collect())
    }
}

fn local(state: &[u32], node: u32) -> u32 {
    state[2 * node as usize]
}

fn buffer(state: &[u32], node: u32) -> u32 {
    state[2 * node as usize + 1]
}

/// Which relations the observer rules read of nodes' steps.
fn read_by_observers(program: &Program) -> Vec<bool> {
    let mut read = vec![false; program.relations.len()];
    for rule in &program.observers {
        let positive = rule.positive.iter().map(|atom| atom.relation);
        let negative = rule.negative.iter().map(|atom| atom.relation);
        for relation in positive.chain(negative) {
            read[relation.0 as usize] |= !program.relation(relation).observer;
        }
    }
    read
}

impl System for Asynchronous<'_> {
    fn width(&self) -> usize {
        self.nodes() * if self.observers { 3 } else { 2 }
    }

    fn nodes(&self) -> usize {
        self.program.nodes.len()
    }

    fn initial(&mut self, state: &mut Vec<u32>) {
        state.clear();
        for node in self.program.node_ids() {
            state.extend([self.steps.initial(node.0), EMPTY]);
        }
        state.resize(self.width(), 0);
    }

    fn enabled(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> Result<(), Stop> {
        choices.clear();
        for node in self.program.node_ids() {
            let forced = self.reduced.eager_facts(node.0);
            let listed = self.buffers.deliveries(buffer(state, node.0), node.0 as usize, forced)?;
            choices.extend(listed.iter().map(|d| Choice { node: node.0, inbox: d.inbox, rest: d.rest }));
        }
        Ok(())
    }

    fn ample(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> Result<Option<&'static str>, Stop> {
        if let Some(choice) = self.extra_step(state, choices)? {
            choices.clear();
            choices.push(choice);
            return Ok(Some("eager"));
        }
        Ok(if self.persistent_set(state, choices)? { Some("persistent") } else { None })
    }

    fn step(&mut self, state: &[u32], choice: Choice, next: &mut Vec<u32>) -> Result<bool, Stop> {
        let Choice { node, inbox, rest } = choice;
        let moved = self.steps.moved(node, local(state, node), inbox, self.buffers.inbox(inbox))?;
        next.clear();
        next.extend_from_slice(state);
        next[2 * node as usize] = moved.next;
        next[2 * node as usize + 1] = rest;
        let mut facts = Vec::new();
        let mut sends = self.steps.sent(moved.sent).chunks_exact(2).peekable();
        while let Some(&[to, fact]) = sends.next() {
            facts.clear();
            facts.push(fact);
            while let Some(&&[_, fact]) = sends.peek().filter(|pair| pair[0] == to) {
                facts.push(fact);
                sends.next();
            }
            let addressee = local(next, to);
            facts.retain(|&fact| !self.reduced.is_absorbed(self.steps.ground(), to, addressee, fact));
            if facts.is_empty() {
                continue;
            }
            for &fact in &facts {
                self.messages.intern((to, fact));
            }
            let (pumped, reduced) = (&self.pumped, &self.reduced);
            let exact = |fact| if pumped.contains(&(to, fact)) { Count::UpToCap } else { Count::Exact };
            let slot = &mut next[2 * to as usize + 1];
            *slot = self.buffers.add(*slot, &facts, |fact| reduced.count(to, fact).unwrap_or_else(|| exact(fact)));
        }
        let mut alarm = moved.alarm;
        if self.observers {
            let at = 2 * self.nodes() + node as usize;
            next[at] = moved.snapshot + 1;
            let snapshots = self.snapshots(next);
            let held = match self.observed_alarms.get(snapshots) {
                Some(&held) => held,
                None => {
                    let held = !self.observe(snapshots)?.is_empty();
                    self.observed_alarms.insert(self.snapshots(next).into(), held);
                    held
                }
            };
            alarm |= held;
        }
        Ok(alarm)
    }

    fn alarms(&mut self, state: &[u32], choice: Choice) -> Result<Vec<u32>, Stop> {
        let delivered = self.buffers.inbox(choice.inbox);
        let derived = self.steps.derived(choice.node, local(state, choice.node), delivered)?;
        let holds = |relation| derived.iter().any(|&id| self.steps.fact(id).relation == relation);
        let mut held: Vec<u32> = (0u32..)
            .zip(&self.program.nevers)
            .filter(|&(_, &(relation, _))| !self.program.relation(relation).observer && holds(relation))
            .map(|(index, _)| index)
            .collect();
        if self.observers {
            let mut next = Vec::new();
            self.step(state, choice, &mut next)?;
            held.extend(self.observe(&next[2 * self.nodes()..])?);
            held.sort_unstable();
        }
        Ok(held)
    }

    fn in_flight(&self, state: &[u32], messages: &mut Vec<(Message, Copies)>) {
        messages.clear();
        for node in self.program.node_ids() {
            for (fact, copies) in self.buffers.contents(buffer(state, node.0)) {
                messages.push((self.number(node.0, fact), copies));
            }
        }
        messages.sort_unstable();
    }

    fn at_rest(&self, state: &[u32]) -> bool {
        self.program.node_ids().all(|node| buffer(state, node.0) == EMPTY)
    }

    fn saturated(&self, state: &[u32]) -> bool {
        self.program.node_ids().any(|node| self.buffers.saturated(buffer(state, node.0)))
    }

    fn effect(&mut self, state: &[u32], choice: Choice, effect: &mut Effect) -> Result<(), Stop> {
        let Choice { node, inbox, .. } = choice;
        let delivered = self.buffers.inbox(inbox);
        let moved = self.steps.moved(node, local(state, node), inbox, delivered)?;
        effect.delivered.clear();
        effect.delivered.extend(delivered.iter().map(|&fact| self.messages.intern((node, fact))));
        effect.delivered.sort_unstable();
        effect.sent.clear();
        let messages = &mut self.messages;
        effect.sent.extend(self.steps.sent(moved.sent).chunks_exact(2).map(|pair| messages.intern((pair[0], pair[1]))));
        effect.sent.sort_unstable();
        effect.outputs = self.outputs(state, choice)?;
        Ok(())
    }

    fn outputs(&mut self, state: &[u32], choice: Choice) -> Result<OutputSet, Stop> {
        let Choice { node, inbox, .. } = choice;
        self.steps.outputs(node, local(state, node), self.buffers.inbox(inbox))
    }

    fn members(&mut self, node: u32, set: OutputSet, outputs: &mut Vec<Output>) {
        self.steps.members(node, set, &mut self.shown);
        outputs.extend(self.shown.iter().map(|id| self.outputs.intern((node, id.0))));
    }

    fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread {
        self.steps.spread(node, sets)
    }

    fn settle(&mut self) {
        self.steps.forget();
    }

    fn output_node(&self, output: Output) -> u32 {
        self.outputs.get(output).0
    }

    fn growth(&self) -> usize {
        self.steps.growth() + self.buffers.growth()
    }

    fn grew(&self, state: &[u32], next: &[u32]) -> bool {
        self.program.node_ids().any(|node| {
            let most = self.buffers.most(buffer(next, node.0));
            most >= 2 && most.is_power_of_two() && most > self.buffers.most(buffer(state, node.0))
        })
    }

    fn pumped(&self, earlier: &[u32], later: &[u32]) -> Option<Vec<Message>> {
        let mut more = Vec::new();
        for node in self.program.node_ids() {
            if local(earlier, node.0) != local(later, node.0) {
                return None;
            }
            let grown = self.buffers.covered(buffer(earlier, node.0), buffer(later, node.0))?;
            more.extend(grown.into_iter().map(|fact| (node.0, fact)).filter(|pair| !self.pumped.contains(pair)));
        }
        if more.is_empty() {
            return None;
        }
        Some(more.into_iter().map(|(node, fact)| self.number(node, fact)).collect())
    }
}
