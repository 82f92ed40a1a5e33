//! What the reductions say of this program, in the numbers of its transition system.

use crate::eval::ground::Ground;
use crate::network::Count;
use crate::network::traffic::Traffic;
use crate::program::{Order, Program, RuleKind};
use crate::reduce::atoms::Atoms;
use crate::reduce::eager::{Eager, EagerMessage};
use crate::reduce::observed::{Reading, is_order_unobserved, readings};
use crate::reduce::persistent::Future;
use crate::reduce::symmetry::Swap;
use crate::reduce::{Flaw, Reductions};
use crate::system::local::GroundSteps;
use crate::system::words::Slices;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The reductions of one program.
#[derive(Debug, Default)]
pub struct Reduced {
    eager: Option<EagerFacts>,
    future: Option<Futures>,
    /// How observers read each relation, if the order of steps of different nodes can matter to them.
    observed: Option<Vec<Reading>>,
    batches: bool,
    flaw: Option<Flaw>,
}

/// The eager messages.
#[derive(Debug)]
struct EagerFacts {
    eager: Eager,
    /// By node and fact, the eager message.
    facts: Vec<FxHashMap<u32, EagerMessage>>,
    /// By node, the number of each message that it can send.
    sent: Vec<FxHashMap<(u32, u32), u32>>,
}

/// What nodes may send, remembered.
#[derive(Debug)]
struct Futures {
    future: Future,
    /// Sets of facts.
    sets: Slices,
    /// Sets of messages, as alternating addressee and set of facts.
    sent: Slices,
    /// By buffer, the set of its facts.
    in_flight: Vec<Option<u32>>,
    unions: FxHashMap<(u32, u32), u32>,
    /// By node, local state and set of facts.
    noticed: FxHashMap<(u32, u32, u32), bool>,
    /// By node, local state and set of facts that may come: the messages that it may send.
    known: FxHashMap<(u32, u32, u32), u32>,
    /// By node, whether it sends anything.
    sends: Vec<bool>,
    /// Working space: by node, the set of facts that may come; nodes to look at.
    may_come: Vec<u32>,
    open: Vec<usize>,
    waiting: Vec<bool>,
}

impl Reduced {
    /// The reductions that are wanted and apply: none if the program could not be grounded.
    pub fn new(program: &Program, steps: Option<&GroundSteps>, wanted: Reductions) -> Self {
        let others =
            Reduced { batches: wanted.batches && program.order == Order::Any, flaw: wanted.flaw, ..Reduced::default() };
        let Some(steps) = steps.filter(|_| wanted.eager || wanted.persistent) else { return others };
        let ground = steps.engine();
        let atoms = Atoms::new(program, ground);
        let nodes = || program.node_ids().map(|node| node.0);
        let eager =
            wanted.eager.then(|| Eager::new(program, ground, &atoms, wanted.flaw)).filter(|eager| !eager.is_empty());
        let eager = eager.map(|eager| EagerFacts {
            facts: nodes()
                .map(|node| {
                    let messages = eager.node(node).messages.iter();
                    messages.map(|message| (steps.fact_of(node, message.atom), message.clone())).collect()
                })
                .collect(),
            sent: nodes().map(|node| steps.messages(node).iter().copied().zip(0..).collect()).collect(),
            eager,
        });
        let apart = wanted.persistent && program.nodes.len() > 1;
        let observed = !is_order_unobserved(program, ground, &atoms) && wanted.flaw != Some(Flaw::Seen);
        let future = apart.then(|| Futures::new(program, ground, &atoms));
        Reduced { eager, future, observed: observed.then(|| readings(program)), ..others }
    }

    /// How many messages are eager.
    pub fn eager_messages(&self) -> usize {
        self.eager.as_ref().map_or(0, |eager| eager.facts.iter().map(FxHashMap::len).sum())
    }

    /// Whether any message is eager.
    pub fn has_eager_messages(&self) -> bool {
        self.eager.is_some()
    }

    /// Whether a message is eager.
    pub fn is_eager(&self, node: u32, fact: u32) -> bool {
        self.eager.as_ref().is_some_and(|eager| eager.facts[node as usize].contains_key(&fact))
    }

    /// Whether a swap, with its images of facts, keeps what is said of eager messages.
    pub fn is_kept_by(&self, swap: &Swap, facts: &FxHashMap<u32, u32>) -> bool {
        let Some(eager) = &self.eager else { return true };
        (0..).zip(&eager.facts).all(|(node, messages)| {
            let to = swap.nodes[node].0 as usize;
            let atoms = &swap.atoms[node];
            messages.len() == eager.facts[to].len()
                && messages.iter().all(|(fact, message)| {
                    let sorted = |absorbers: &Option<Vec<u32>>, image: &dyn Fn(u32) -> u32| {
                        absorbers.as_ref().map(|list| list.iter().map(|&a| image(a)).collect::<BTreeSet<u32>>())
                    };
                    let other = facts.get(fact).and_then(|fact| eager.facts[to].get(fact));
                    other.is_some_and(|other| {
                        other.silent == message.silent
                            && sorted(&message.absorbers, &|atom| atoms[atom as usize])
                                == sorted(&other.absorbers, &|atom| atom)
                    })
                })
        })
    }

    /// How a message is counted, if not exactly.
    pub fn count(&self, node: u32, fact: u32) -> Option<Count> {
        self.is_eager(node, fact).then_some(Count::Presence)
    }

    /// The eager facts of a node, if there are any eager messages.
    pub fn eager_facts(&self, node: u32) -> impl Fn(u32) -> bool + use<'_> {
        let facts = self.eager.as_ref().map(|eager| &eager.facts[node as usize]).filter(|facts| !facts.is_empty());
        move |fact| facts.is_some_and(|facts| facts.contains_key(&fact))
    }

    /// Whether a message that is sent to a node in local state `local` changes nothing there any more.
    pub fn is_absorbed(&self, steps: Option<&GroundSteps>, node: u32, local: u32, fact: u32) -> bool {
        let message = self.eager.as_ref().and_then(|eager| eager.facts[node as usize].get(&fact));
        let absorbers = message.and_then(|message| message.absorbers.as_ref());
        match (absorbers, steps) {
            (Some(atoms), Some(steps)) => atoms.iter().all(|&atom| steps.carries(node, local, atom)),
            _ => false,
        }
    }

    /// Whether it does not matter when a message is delivered.
    fn is_silent(&self, node: u32, fact: u32) -> bool {
        self.eager
            .as_ref()
            .and_then(|eager| eager.facts[node as usize].get(&fact))
            .is_some_and(|message| message.silent)
    }

    /// Whether batches that sequences amount to are left out.
    pub fn splits_batches(&self) -> bool {
        self.batches
    }

    /// The mistake to make.
    pub fn flaw(&self) -> Option<Flaw> {
        self.flaw
    }

    /// How observers read each relation, if the order of steps of different nodes can matter to them.
    pub fn observed(&self) -> Option<&[Reading]> {
        self.observed.as_deref()
    }

    /// Whether a step of `node` that delivers eager messages only, from one local state to another, with these messages
    /// (alternating addressee and fact) sent, can be put in anywhere.
    pub fn is_extra(&self, steps: Option<&GroundSteps>, node: u32, from: u32, to: u32, sent: &[u32]) -> bool {
        let (Some(eager), Some(steps)) = (&self.eager, steps) else { return false };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let clock = steps.carried(node, from, &mut before);
        let numbers = &eager.sent[node as usize];
        clock == steps.carried(node, to, &mut after)
            && eager.eager.is_extra(
                node,
                &before,
                &after,
                sent.chunks_exact(2).map(|message| numbers[&(message[0], message[1])]),
            )
    }

    /// Whether sets of nodes can be looked for that receive nothing before they move.
    pub fn looks_ahead(&self) -> bool {
        self.future.is_some()
    }

    /// Writes the nodes outside `apart` (marked) that may send something to a marked node before any marked node moves from `state` into
    /// `senders` (cleared first), sorted.
    pub fn senders(
        &mut self,
        steps: &GroundSteps,
        traffic: &Traffic,
        apart: &[bool],
        state: &[u32],
        senders: &mut Vec<usize>,
    ) {
        senders.clear();
        if self.flaw == Some(Flaw::Senders) {
            return;
        }
        if let Some(mut futures) = self.future.take() {
            futures.senders(self, steps, traffic, apart, state, senders);
            self.future = Some(futures);
        }
    }
}

impl Futures {
    fn new(program: &Program, ground: &Ground, atoms: &Atoms) -> Self {
        let sends_to = |node| {
            let mut to = vec![false; program.nodes.len()];
            for rule in ground.rules(node).iter().filter(|rule| rule.kind == RuleKind::Async) {
                to[ground.messages(node)[rule.head as usize].0.0 as usize] = true;
            }
            to
        };
        Futures {
            future: Future::new(program, ground, atoms),
            sets: Slices::default(),
            in_flight: Vec::new(),
            sent: Slices::default(),
            unions: FxHashMap::default(),
            noticed: FxHashMap::default(),
            known: FxHashMap::default(),
            sends: program.node_ids().map(|node| sends_to(node).contains(&true)).collect(),
            may_come: Vec::new(),
            open: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// The number of the set of facts in a buffer.
    fn in_flight(&mut self, traffic: &Traffic, buffer: u32) -> u32 {
        if self.in_flight.len() <= buffer as usize {
            self.in_flight.resize(buffer as usize + 1, None);
        }
        let sets = &mut self.sets;
        *self.in_flight[buffer as usize].get_or_insert_with(|| sets.intern(&traffic.facts(buffer)))
    }

    /// The number of the union of two sets.
    fn union(&mut self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        let sets = &mut self.sets;
        *self.unions.entry((one, other)).or_insert_with(|| {
            let mut facts = [sets.get(one), sets.get(other)].concat();
            facts.sort_unstable();
            facts.dedup();
            sets.intern(&facts)
        })
    }

    /// Whether a node in a local state would take notice of some of these facts.
    fn notices(&mut self, reduced: &Reduced, steps: &GroundSteps, node: u32, local: u32, facts: u32) -> bool {
        let facts_of = &self.sets;
        *self.noticed.entry((node, local, facts)).or_insert_with(|| {
            facts_of
                .get(facts)
                .iter()
                .any(|&fact| !reduced.is_silent(node, fact) && !reduced.is_absorbed(Some(steps), node, local, fact))
        })
    }

    fn senders(
        &mut self,
        reduced: &Reduced,
        steps: &GroundSteps,
        traffic: &Traffic,
        apart: &[bool],
        state: &[u32],
        senders: &mut Vec<usize>,
    ) {
        let nodes = apart.len();
        let mut may_come = std::mem::take(&mut self.may_come);
        let mut open = std::mem::take(&mut self.open);
        let mut waiting = std::mem::take(&mut self.waiting);
        may_come.clear();
        may_come.extend((0..nodes as u32).map(|node| self.in_flight(traffic, super::buffer(state, node))));
        waiting.clear();
        waiting.extend((0..nodes).map(|node| !apart[node] && self.sends[node]));
        open.extend((0..nodes).filter(|&node| waiting[node]));
        while let Some(node) = open.pop() {
            waiting[node] = false;
            let sent = self.may_send(steps, node as u32, super::local(state, node as u32), may_come[node]);
            for at in 0..self.sent.get(sent).len() / 2 {
                let (to, facts) = (self.sent.get(sent)[2 * at], self.sent.get(sent)[2 * at + 1]);
                if apart[to as usize] {
                    if self.notices(reduced, steps, to, super::local(state, to), facts) {
                        senders.push(node);
                    }
                    continue;
                }
                let more = self.union(may_come[to as usize], facts);
                if more != may_come[to as usize] {
                    may_come[to as usize] = more;
                    if self.sends[to as usize] && !std::mem::replace(&mut waiting[to as usize], true) {
                        open.push(to as usize);
                    }
                }
            }
        }
        senders.sort_unstable();
        senders.dedup();
        (self.may_come, self.open, self.waiting) = (may_come, open, waiting);
    }

    fn may_send(&mut self, steps: &GroundSteps, node: u32, local: u32, may_come: u32) -> u32 {
        let key = (node, local, may_come);
        if let Some(&sent) = self.known.get(&key) {
            return sent;
        }
        let (mut carried, mut numbers) = (Vec::new(), Vec::new());
        let clock = steps.carried(node, local, &mut carried);
        let come = self.sets.get(may_come).iter().filter_map(|&fact| steps.atom(node, fact));
        let due = (clock > 0).then(|| steps.due_from(node, clock)).into_iter().flatten();
        self.future.may_send(node, &carried, come.chain(due), &mut numbers);
        let mut sent: Vec<(u32, u32)> =
            numbers.into_iter().map(|number| steps.messages(node)[number as usize]).collect();
        sent.sort_unstable();
        let mut words = Vec::new();
        for of_addressee in sent.chunk_by(|a, b| a.0 == b.0) {
            let facts: Vec<u32> = of_addressee.iter().map(|&(_, fact)| fact).collect();
            words.extend([of_addressee[0].0, self.sets.intern(&facts)]);
        }
        let sent = self.sent.intern(&words);
        self.known.insert(key, sent);
        sent
    }
}
