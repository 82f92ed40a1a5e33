//! The transition system of one program on its network (semantics §2), behind the [`System`] seam.
//!
//! A state is, for each node, its local state and its buffer, as numbers; if a `never` relation is an observer, then also what
//! observers last saw of each node. Two global states are equal exactly if these are: what a node will do depends on
//! nothing else.

mod batches;
mod block;
mod portable;
pub mod probe;
mod reduced;
pub mod symmetric;

use super::block::Block;
use super::local::block::StepBlock;
use super::local::{LocalSteps, Moved};
use super::{Choice, Copies, Effect, Message, Output, OutputSet, Spread, Stop, System};
use crate::budget::Budget;
use crate::checkpoint::{Reader, Writer};
use crate::eval::ground::Ground;
use crate::eval::naive;
use crate::eval::store::FactId;
use crate::network::fifo::FifoBuffers;
use crate::network::traffic::{Link, Traffic};
use crate::network::{Buffers, Count, Delivery, EMPTY, Pairs};
use crate::program::{Fact, LocatedFact, NodeId, Order, Program, RelationId};
use crate::reduce::{Reductions, observed};
use crate::threads::Threads;
use batches::Needed;
use reduced::Reduced;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use symmetric::Symmetric;

/// How often, times the number of nodes, a state asks who may send to a set of nodes.
const LOOKS_A_NODE: usize = 4;

/// How buffers are counted; see [`crate::network`].
#[derive(Debug, Clone, Default)]
pub struct Counting {
    /// Messages seen to be pumped, counted up to `cap` only; on ordered channels each with its sender.
    pub pumped: BTreeSet<(Option<NodeId>, LocatedFact)>,
    /// The greatest exact count of a pumped message.
    pub cap: Copies,
}

/// The transition system of a program, less what the reductions leave out.
#[derive(Debug)]
pub struct Asynchronous<'p> {
    program: &'p Program,
    steps: LocalSteps,
    traffic: Traffic,
    messages: Pairs,
    outputs: Pairs,
    shown: Vec<FactId>,
    pumped: FxHashSet<(u32, u32)>,
    observers: bool,
    observed_alarms: FxHashMap<Box<[u32]>, bool>,
    reduced: Reduced,
    symmetric: Option<Symmetric>,
    needed: Needed,
    /// See [`System::identity`].
    identity: u64,
    /// Working space.
    asked: StepBlock,
}

impl<'p> Asynchronous<'p> {
    /// The system of `program` with these reductions, as far as they apply.
    pub fn new(program: &'p Program, budget: &Budget, counting: &Counting, reductions: Reductions) -> Self {
        Self::grounded(program, Ground::new(program, budget), budget, counting, reductions)
    }

    /// The same where the ground rules, if there are any, are known; nothing else of the program's rules and facts is then read, but for
    /// observers.
    pub fn grounded(
        program: &'p Program,
        ground: Option<Ground>,
        budget: &Budget,
        counting: &Counting,
        reductions: Reductions,
    ) -> Self {
        let observers = program.nevers.iter().any(|&(relation, _)| program.relation(relation).observer);
        let observed = if observers { read_by_observers(program) } else { Vec::new() };
        let identity = if budget.checkpoints.is_some() {
            let mut hasher = DefaultHasher::new();
            format!("{counting:?} {reductions:?} {:?} {ground:?}", program.order).hash(&mut hasher);
            hasher.finish()
        } else {
            0
        };
        let mut steps = LocalSteps::new(program, ground, budget, observed);
        let reduced = Reduced::new(program, steps.ground(), reductions);
        let mut numbered = Vec::new();
        for (sender, message) in &counting.pumped {
            numbered.push((sender.map_or(0, |node| node.0), message.node.0, steps.fact_id(&message.fact).0));
        }
        let traffic = match program.order {
            Order::Any => Traffic::Any(Buffers::new(counting.cap, budget)),
            Order::Fifo => Traffic::Fifo(FifoBuffers::new(counting.cap, numbered.iter().copied().collect(), budget)),
        };
        let link = |sender, addressee| traffic.link(program.nodes.len(), sender, addressee, || false);
        let pumped = numbered.iter().map(|&(sender, addressee, fact)| (link(sender, addressee), fact)).collect();
        // What is pumped or on ordered channels is not renamed.
        let renames = reductions.symmetry && program.order == Order::Any && counting.pumped.is_empty();
        let symmetric = renames.then(|| Symmetric::new(program, &steps, &reduced, reductions.flaw)).flatten();
        Asynchronous {
            program,
            steps,
            traffic,
            messages: Pairs::default(),
            outputs: Pairs::default(),
            shown: Vec::new(),
            pumped,
            observers,
            observed_alarms: FxHashMap::default(),
            reduced,
            symmetric,
            needed: Needed::default(),
            identity,
            asked: StepBlock::default(),
        }
    }

    /// The message with this number.
    pub fn message(&self, message: Message) -> LocatedFact {
        self.sent_message(message).1
    }

    /// The same with its sender, if messages of different senders have different numbers.
    pub fn sent_message(&self, message: Message) -> (Option<NodeId>, LocatedFact) {
        let (link, fact) = self.messages.get(message);
        let (sender, addressee) = self.traffic.ends(self.nodes(), link);
        let fact = self.steps.fact(FactId(fact)).clone();
        (sender.map(NodeId), LocatedFact { node: NodeId(addressee), fact })
    }

    /// The output fact with this number.
    pub fn output(&self, output: Output) -> LocatedFact {
        let (node, fact) = self.outputs.get(output);
        LocatedFact { node: NodeId(node), fact: self.steps.fact(FactId(fact)).clone() }
    }

    /// The number of a fact at a node as an output fact.
    pub fn output_of(&mut self, located: &LocatedFact) -> Output {
        let fact = self.steps.fact_id(&located.fact);
        self.outputs.intern((located.node.0, fact.0))
    }

    /// The copies that `choice` delivers in `state`, for a schedule: facts, on ordered channels their senders, and numbers. What is drawn
    /// from ω is given as one copy.
    pub fn delivered_copies(&self, state: &[u32], choice: Choice) -> Vec<(Fact, Option<NodeId>, u64)> {
        let delivery = Delivery { inbox: choice.inbox, rest: choice.rest };
        let taken = self.traffic.taken(buffer(state, choice.node), delivery);
        let fact = |fact| self.steps.fact(FactId(fact)).clone();
        let copies = taken.into_iter();
        copies.map(|(sender, id, copies)| (fact(id), sender.map(NodeId), u64::from(copies))).collect()
    }

    /// Whether the search went no further at some states, since an ordered channel held too much ([`crate::network::fifo`]).
    pub fn overflowed(&self) -> bool {
        self.traffic.overflowed()
    }

    /// The local steps taken so far, for figures.
    pub fn local_steps(&self) -> &LocalSteps {
        &self.steps
    }

    /// The number of a message that is in flight somewhere, and so was sent.
    fn number(&self, link: Link, fact: u32) -> Message {
        self.messages.find((link, fact)).expect("internal error: a message in flight that was never sent")
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
            if self.traffic.inbox(inbox).is_empty() {
                continue;
            }
            self.step_itself(state, choice, &mut next)?;
            let moved = self.steps.moved(node, local(state, node), inbox, self.traffic.inbox(inbox))?;
            let sent = self.steps.sent(moved.sent);
            if next != state
                && self.reduced.is_extra(self.steps.ground(), node, local(state, node), moved.next, sent)
                && !self.is_seen_early(state, &next, node)
            {
                return Ok(Some(choice));
            }
        }
        Ok(None)
    }

    /// Whether observers may find less if the step of `node` from `state` to `next` is taken before others.
    fn is_seen_early(&self, state: &[u32], next: &[u32], node: u32) -> bool {
        let Some(readings) = self.reduced.observed().filter(|_| self.observers) else { return false };
        let shown = |state: &[u32]| -> Vec<(u32, RelationId)> {
            let snapshot = self.snapshots(state)[node as usize].checked_sub(1);
            let facts = snapshot.map_or_else(Vec::new, |snapshot| self.steps.snapshot(snapshot));
            facts.into_iter().map(|id| (id.0, self.steps.fact(id).relation)).collect()
        };
        observed::is_seen_early(readings, &shown(state), &shown(next))
    }

    /// The nodes all of whose steps may be taken before those of others as far as observers can tell.
    fn unseen(&mut self, state: &[u32], choices: &[Choice]) -> Result<Vec<bool>, Stop> {
        let mut unseen = vec![true; self.nodes()];
        if self.observers && self.reduced.observed().is_some() {
            let mut next = Vec::new();
            for &choice in choices {
                if unseen[choice.node as usize] {
                    self.step_itself(state, choice, &mut next)?;
                    unseen[choice.node as usize] = !self.is_seen_early(state, &next, choice.node);
                }
            }
        }
        Ok(unseen)
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
            let alarm = self.step_itself(state, choice, &mut next)?;
            idles[node] = next == state && !alarm && choice.inbox == 0;
            counts[node] = of_node.len() - usize::from(idles[node]);
        }
        let unseen = self.unseen(state, choices)?;
        let Some(steps) = self.steps.ground() else { return Ok(false) };
        // All sets grow by those who may send to them, in turn: a small closed one is found first. Where every set grows and
        // grows, looking on costs more than it saves.
        let mut senders = Vec::new();
        let mut looks = LOOKS_A_NODE * nodes;
        let mut best: Option<(usize, Vec<bool>)> = None;
        let starts = (0..nodes).filter(|&node| counts[node] > 0 && unseen[node]);
        let mut open: Vec<(usize, Vec<bool>)> =
            starts.map(|start| (counts[start], (0..nodes).map(|node| node == start).collect())).collect();
        while !open.is_empty() && looks > 0 {
            open.retain_mut(|(size, apart)| {
                if looks == 0 || best.as_ref().is_some_and(|(least, _)| *size >= *least) {
                    return false;
                }
                looks -= 1;
                self.reduced.senders(steps, &self.traffic, apart, state, &mut senders);
                if senders.is_empty() {
                    best = Some((*size, std::mem::take(apart)));
                    return false;
                }
                if senders.iter().any(|&node| !unseen[node]) {
                    return false;
                }
                for &node in &senders {
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

    /// The node to which most messages are in flight, and how many these are; none if nothing is.
    pub fn crowd(&self, state: &[u32]) -> Option<(NodeId, usize)> {
        let count = |node: NodeId| {
            let mut count = 0;
            self.traffic.messages(self.nodes(), buffer(state, node.0), node.0, |_, _, _| count += 1);
            count
        };
        let counted = self.program.node_ids().map(|node| (node, count(node))).filter(|&(_, count)| count > 0);
        counted.min_by_key(|&(_, count)| Reverse(count))
    }

    /// Writes the state after `choice`, whose local step is `moved`, into `next` (cleared first); see [`System::step`].
    fn lead(&mut self, state: &[u32], choice: Choice, moved: Moved, next: &mut Vec<u32>) -> Result<bool, Stop> {
        let Choice { node, rest, .. } = choice;
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
            for &fact in &facts {
                let link = self.traffic.link(self.program.nodes.len(), node, to, || self.reduced.is_eager(to, fact));
                self.messages.intern((link, fact));
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
            let count = |fact| reduced.count(to, fact).unwrap_or_else(|| exact(fact));
            *slot = self.traffic.send(*slot, node, to, &facts, count);
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

    /// Indices of the observer `never` relations that hold in a snapshot.
    fn observe(&self, snapshots: &[u32]) -> Result<Vec<u32>, Stop> {
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
            let listed = self.traffic.deliveries(buffer(state, node.0), node.0, forced)?;
            if listed.is_empty() {
                // Nothing can be said of what follows an overflow.
                choices.clear();
                break;
            }
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
        let persistent = self.persistent_set(state, choices)?;
        let batches = self.reduced.splits_batches() && {
            let idle = !persistent && self.without_idle_steps(state, choices);
            self.without_batches(state, choices)? | idle
        };
        Ok(if persistent { Some("persistent") } else { batches.then_some("batches") })
    }

    fn step(&mut self, state: &[u32], choice: Choice, next: &mut Vec<u32>) -> Result<bool, Stop> {
        let alarm = self.step_itself(state, choice, next)?;
        self.represent(state, next);
        Ok(alarm)
    }

    fn step_all(&mut self, block: &mut Block, threads: &Threads) -> Result<(), Stop> {
        self.step_block(block, threads)
    }

    fn alarms(&mut self, state: &[u32], choice: Choice) -> Result<Vec<u32>, Stop> {
        let delivered = self.traffic.inbox(choice.inbox).to_vec();
        let mut held = self.own_alarms(choice.node, local(state, choice.node), &delivered)?;
        if self.observers {
            let mut next = Vec::new();
            self.step_itself(state, choice, &mut next)?;
            held.extend(self.observe(&next[2 * self.nodes()..])?);
            held.sort_unstable();
        }
        Ok(held)
    }

    fn in_flight(&self, state: &[u32], messages: &mut Vec<(Message, Copies)>) {
        messages.clear();
        for node in self.program.node_ids() {
            self.traffic.messages(self.nodes(), buffer(state, node.0), node.0, |link, fact, copies| {
                messages.push((self.number(link, fact), copies));
            });
        }
        messages.sort_unstable();
    }

    fn at_rest(&self, state: &[u32]) -> bool {
        self.program.node_ids().all(|node| buffer(state, node.0) == EMPTY)
    }

    fn saturated(&self, state: &[u32]) -> bool {
        self.program.node_ids().any(|node| self.traffic.saturated(buffer(state, node.0)))
    }

    fn effect(&mut self, state: &[u32], choice: Choice, effect: &mut Effect) -> Result<(), Stop> {
        let Choice { node, inbox, .. } = choice;
        let delivered = self.traffic.inbox(inbox);
        let moved = self.steps.moved(node, local(state, node), inbox, delivered)?;
        effect.delivered.clear();
        let (nodes, traffic, reduced) = (self.program.nodes.len(), &self.traffic, &self.reduced);
        let messages = &mut self.messages;
        let is_eager = |fact| reduced.is_eager(node, fact);
        let note = |link, fact| effect.delivered.push(messages.intern((link, fact)));
        traffic.delivered(nodes, inbox, node, is_eager, note);
        effect.delivered.sort_unstable();
        effect.sent.clear();
        effect.sent.extend(self.steps.sent(moved.sent).chunks_exact(2).map(|pair| {
            let link = traffic.link(nodes, node, pair[0], || reduced.is_eager(pair[0], pair[1]));
            messages.intern((link, pair[1]))
        }));
        effect.sent.sort_unstable();
        effect.outputs = self.outputs(state, choice)?;
        Ok(())
    }

    fn outputs(&mut self, state: &[u32], choice: Choice) -> Result<OutputSet, Stop> {
        let Choice { node, inbox, .. } = choice;
        self.steps.outputs(node, local(state, node), self.traffic.inbox(inbox))
    }

    fn members(&mut self, node: u32, set: OutputSet, outputs: &mut Vec<Output>) {
        self.steps.members(node, set, &mut self.shown);
        outputs.extend(self.shown.iter().map(|id| self.outputs.intern((node, id.0))));
    }

    fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread {
        self.steps.spread(node, sets)
    }

    fn settle(&mut self) {
        self.needed.clear();
        self.asked = StepBlock::default();
        self.steps.forget();
    }

    fn output_node(&self, output: Output) -> u32 {
        self.outputs.get(output).0
    }

    fn growth(&self) -> usize {
        self.steps.growth() + self.traffic.growth()
    }

    fn identity(&self) -> u64 {
        self.identity
    }

    fn save(&self, to: &mut Writer) -> io::Result<()> {
        self.steps.save(to)?;
        self.traffic.save(to)?;
        let mut needed: Vec<_> = self.needed.iter().collect();
        needed.sort_unstable_by_key(|entry| entry.0);
        to.put(self.messages.list())?;
        to.put(&self.symmetric.as_ref().map_or([0; 2], |symmetric| [symmetric.mapped, symmetric.folded]))?;
        to.put(&needed)
    }

    fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        self.steps.restore(from)?;
        self.traffic.restore(from)?;
        self.messages = Pairs::default();
        for pair in from.get::<Vec<(u32, u32)>>()? {
            self.messages.intern(pair);
        }
        let [mapped, folded] = from.get()?;
        if let Some(symmetric) = &mut self.symmetric {
            (symmetric.mapped, symmetric.folded) = (mapped, folded);
        }
        self.needed = from.get::<Vec<([u32; 3], Option<Box<[bool]>>)>>()?.into_iter().collect();
        Ok(())
    }

    fn grew(&self, state: &[u32], next: &[u32]) -> bool {
        self.program.node_ids().any(|node| {
            let most = self.traffic.most(buffer(next, node.0));
            most >= 2 && most.is_power_of_two() && most > self.traffic.most(buffer(state, node.0))
        })
    }

    fn pumped(&self, earlier: &[u32], later: &[u32]) -> Option<Vec<Message>> {
        let mut more = Vec::new();
        for node in self.program.node_ids() {
            if local(earlier, node.0) != local(later, node.0) {
                return None;
            }
            let (before, after) = (buffer(earlier, node.0), buffer(later, node.0));
            let grown = self.traffic.covered(self.nodes(), before, after, node.0)?;
            more.extend(grown.into_iter().filter(|pair| !self.pumped.contains(pair)));
        }
        if more.is_empty() {
            return None;
        }
        Some(more.into_iter().map(|(link, fact)| self.number(link, fact)).collect())
    }
}
