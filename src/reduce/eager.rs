//! Eager delivery: messages whose order nothing remembers are delivered as soon as their node steps.
//!
//! Let G be a set of messages, F all atoms that depend on them at their node, by whatever rules. Async rules are not followed: what is
//! sent earlier can still arrive as late. Compare a fair run r with a run r' that takes the same steps of
//! the same nodes, delivers the same messages outside G (or those that stand for them, see below), and delivers each message of G in
//! the first step of its node after it was sent. Outside F both runs have the same facts at the same steps. If the
//! conditions below hold, then in F
//!
//! 1. an atom that is *up* is true in r' no later than in r, and true at some time in both or in neither;
//! 2. an *early* atom is true in some step in both or in neither, in r' for the first time no later than in r; if it is also once,
//!    then in exactly one step of either or in none;
//! 3. a *settled* atom has from some step on the same value at the same steps in both.
//!
//! What F sends is then in flight in r' no later than in r: once each, or, if its cause is up, at every step from
//! then on. So r' can deliver it where r did; the copies that r' has more of arrive together with later ones, of which there is no end.
//! By induction over the steps r' exists; it is fair; and it has the ultimate facts and violations of r.
//!
//! **Conditions**, for every rule that reads an atom of F. It is *orderly* if its body is up (reads only up atoms positively and down ones
//! negatively), or reads exactly one early atom and nothing else, or fires exactly once after the rest of its body, which is up
//! ([`Atoms::is_pulse`]). These make a head true in both runs or in neither, since limits of up and down atoms and the occurrence of early ones do not depend on the order,
//! and sooner in r', since bodies are true sooner.
//! - An inductive rule is orderly, and so is a deductive one with a guarded head: what is remembered does not depend on the order. Any
//!   other rule that remembers is a *latch* in the words of temporal polarity.
//! - An async rule has an up body, or fires once, or reads one atom that is early and once. In the last two cases no other rule of its node
//!   sends the same message, but for rules with up bodies, unless that message is in G: causes that come in one step send one copy, and
//!   in r they may come in two. (With an up body u beside one that fires once, r' has sent no fewer copies by any step, since both are
//!   sooner or at the same step in r', and from u on there is one at each.)
//! - A deductive rule is free. Its head is early if all rules of the head are orderly, and settled if they read settled atoms only.
//! - An output relation has up, down or settled atoms, or ones that are early and once, which are never ultimate. A `never`
//!   relation has up or early ones. What observers read is up where they need it and down where they forbid it.
//!
//! G is the greatest set found by starting from all messages and removing those on which a rule that breaks a condition depends.
//!
//! **Copies.** Since all copies are delivered in one step, a buffer needs to know only whether there is one. **Absorbed messages.** If a
//! message of G can do nothing but make some guarded atoms true, and these are true, it changes nothing any more: it is dropped from buffers
//! when it is sent. A witness has to deliver the copies that the program really sends; [`crate::pipeline`] counts them by replaying.
//!
//! **Extra steps.** A step of a node that delivers messages of G only, leaves everything outside F as it was and sends nothing from outside
//! F, can be put in anywhere: outside F it is an idle step that changes nothing, and in F it only comes sooner. So where
//! such a step changes the state it is taken at once, and nothing else is tried there ([`Eager::is_extra`]). Observers must not see it
//! too early ([`super::observed`]). A loop of such states would keep other nodes from stepping for ever; the search tries everything in
//! states of loops ([`crate::explore`]).
//!
//! **Silent messages.** Nothing in the comparison above needs r' to deliver as early as possible, but what F sends. A message of G
//! is silent if no async rule reads what depends on it, and observers do not either unless what they see stays. Then any two runs that take
//! the same steps but for when silent messages are delivered agree in the sense of 1 to 3, since both agree with r'.

//! **Ordered channels.** A message that is delivered at once forces everything before it in its channel, and one that is sent sooner takes another
//! place there. So on ordered channels a further condition is: for each sender and addressee, either all messages that the one may send to
//! the other are in G, or none is and no rule that sends them reads an atom of F. A channel of the first kind is emptied whenever its
//! addressee steps, which is in order whatever it holds. On a channel of the second kind r' has sent the same sets in the same
//! steps as r, extra steps send nothing on it, and r' delivers from it what r does: in order, since r does. So nothing stands
//! for another message any more, and the rest of the argument is as above. Silent messages travel on channels of the first kind.

use super::Flaw;
use super::atoms::{Atom, Atoms, Rule};
use super::observed::{Reading, is_order_unobserved, readings, relations};
use crate::eval::ground::Ground;
use crate::program::{Order, Program, RelationId, RuleKind};
use std::collections::BTreeSet;
use std::ops::Range;

/// Which messages are eager, and what they touch.
#[derive(Debug, Clone)]
pub struct Eager {
    nodes: Vec<EagerNode>,
}

/// The same for one node, over its atoms and messages as [`Ground`] numbers them.
#[derive(Debug, Clone, Default)]
pub struct EagerNode {
    /// The eager messages, sorted by atom.
    pub messages: Vec<EagerMessage>,
    /// The atoms that do not depend on eager ones and can be carried, as bits.
    pub untouched: Vec<u64>,
    /// By message that the node can send: whether it is sent for eager causes only.
    pub late: Vec<bool>,
}

/// An eager message.
#[derive(Debug, Clone)]
pub struct EagerMessage {
    /// Its atom.
    pub atom: u32,
    /// The guarded atoms that it makes true, if it can do nothing else.
    pub absorbers: Option<Vec<u32>>,
    /// Whether nothing that depends on it is sent, or seen by observers before it stays.
    pub silent: bool,
}

/// Rounds of removing after which no message is eager. Each removes all that some broken condition depends on, so they are few.
const MOST_ROUNDS: usize = 100;

const EARLY: u8 = 1;
const SETTLED: u8 = 2;

impl Eager {
    /// Finds the eager messages of a program, in at most [`MOST_ROUNDS`] rounds, each linear in the ground rules.
    pub fn new(program: &Program, ground: &Ground, atoms: &Atoms, flaw: Option<Flaw>) -> Eager {
        let observed = readings(program);
        let mut draft = Draft {
            atoms,
            relation: relations(program, ground),
            outputs: marks(program, program.outputs.iter().copied()),
            nevers: marks(program, program.nevers.iter().map(|&(relation, _)| relation)),
            eager: (0..atoms.len() as Atom).map(|atom| atoms.is_message(atom)).collect(),
            touched: Vec::new(),
            flags: Vec::new(),
            observed: &observed,
            order_unobserved: is_order_unobserved(program, ground, atoms),
            channels: if program.order == Order::Fifo { channels(program, ground, atoms) } else { Vec::new() },
            flaw,
        };
        let mut rounds = 0..MOST_ROUNDS;
        loop {
            draft.classify();
            let broken = draft.broken();
            if broken.is_empty() {
                break;
            }
            match rounds.next() {
                Some(_) => draft.remove(broken),
                None => draft.eager.fill(false),
            }
        }
        let nodes = program.node_ids().map(|node| draft.node(node.0, ground)).collect();
        Eager { nodes }
    }

    /// What is eager at a node.
    pub fn node(&self, node: u32) -> &EagerNode {
        &self.nodes[node as usize]
    }

    /// Whether no message is eager.
    pub fn is_empty(&self) -> bool {
        self.nodes.iter().all(|node| node.messages.is_empty())
    }

    /// Whether a step that delivered eager messages only, from `before` to `after` (carried atoms as bits) with these messages sent, can be put in anywhere.
    pub fn is_extra(&self, node: u32, before: &[u64], after: &[u64], mut sent: impl Iterator<Item = u32>) -> bool {
        let EagerNode { untouched, late, .. } = &self.nodes[node as usize];
        before.iter().zip(after).zip(untouched).all(|((a, b), mask)| (a ^ b) & mask == 0)
            && sent.all(|message| late[message as usize])
    }
}

fn marks(program: &Program, marked: impl Iterator<Item = RelationId>) -> Vec<bool> {
    let mut marks = vec![false; program.relations.len()];
    marked.for_each(|relation| marks[relation.0 as usize] = true);
    marks
}

/// An ordered channel: the messages that one node may send to another.
struct Channel {
    sender: Range<Atom>,
    addressee: Range<Atom>,
    messages: BTreeSet<Atom>,
}

fn channels(program: &Program, ground: &Ground, atoms: &Atoms) -> Vec<Channel> {
    let mut channels = Vec::new();
    for from in program.node_ids() {
        for to in program.node_ids() {
            let (sender, addressee) = (atoms.of_node(from.0), atoms.of_node(to.0));
            let sending = ground.rules(from).iter().filter(|rule| rule.kind == RuleKind::Async);
            let messages: BTreeSet<Atom> = sending
                .map(|rule| ground.messages(from)[rule.head as usize])
                .filter(|message| message.0 == to)
                .map(|(_, atom)| addressee.start + atom)
                .collect();
            if !messages.is_empty() {
                channels.push(Channel { sender, addressee, messages });
            }
        }
    }
    channels
}

/// Whether a relation is marked; those of hidden atoms are not.
fn is_marked(marks: &[bool], relation: usize) -> bool {
    marks.get(relation) == Some(&true)
}

/// A guess at the eager messages.
struct Draft<'a> {
    atoms: &'a Atoms,
    relation: Vec<RelationId>,
    outputs: Vec<bool>,
    nevers: Vec<bool>,
    observed: &'a [Reading],
    /// Whether what observers need stays, and they need no more ([`is_order_unobserved`]).
    order_unobserved: bool,
    /// Those that are ordered.
    channels: Vec<Channel>,
    /// G.
    eager: Vec<bool>,
    /// F.
    touched: Vec<bool>,
    flags: Vec<u8>,
    flaw: Option<Flaw>,
}

impl Draft<'_> {
    fn touches(&self, rule: &Rule) -> bool {
        rule.reads().any(|atom| self.touched[atom as usize])
    }

    fn is_early(&self, atom: Atom) -> bool {
        self.flags[atom as usize] & EARLY > 0
    }

    /// Computes F and its flags for this G.
    fn classify(&mut self) {
        self.touched = vec![false; self.atoms.len()];
        let mut open: Vec<Atom> = (0..self.atoms.len() as Atom).filter(|&atom| self.eager[atom as usize]).collect();
        while let Some(atom) = open.pop() {
            if !std::mem::replace(&mut self.touched[atom as usize], true) {
                let local = self.atoms.readers(atom).filter(|rule| rule.kind != RuleKind::Async);
                open.extend(local.map(|rule| rule.head));
            }
        }
        let start = vec![EARLY | SETTLED; self.atoms.len()];
        self.flags = self.atoms.greatest(start, |flags, atom| self.promises(flags, atom));
    }

    fn promises(&self, flags: &[u8], atom: Atom) -> u8 {
        if !self.touched[atom as usize] {
            return SETTLED;
        }
        let early = |atom: Atom| flags[atom as usize] & EARLY > 0;
        let touching = || self.atoms.sources(atom).filter(|rule| self.touches(rule));
        let is_early = touching().all(|rule| self.is_orderly(rule, early));
        let is_settled = self.atoms.is_up(atom)
            || self.atoms.is_down(atom)
            || (!self.eager[atom as usize]
                && touching().all(|rule| {
                    rule.kind == RuleKind::Deductive && rule.reads().all(|read| flags[read as usize] & SETTLED > 0)
                }));
        (if is_early { EARLY } else { 0 }) | (if is_settled { SETTLED } else { 0 })
    }

    fn is_orderly(&self, rule: &Rule, early: impl Fn(Atom) -> bool) -> bool {
        self.atoms.is_up_body(&rule.positive, &rule.negative)
            || rule.needs_only().is_some_and(|atom| self.touched[atom as usize] && early(atom))
            || self.atoms.is_pulse(rule)
    }

    /// The atoms of F that are read by rules which break a condition, or break one themselves.
    fn broken(&self) -> Vec<Atom> {
        let mut broken = Vec::new();
        for rule in self.atoms.rules().iter().filter(|rule| self.touches(rule)) {
            let orderly = self.is_orderly(rule, |atom| self.is_early(atom));
            let kept = match rule.kind {
                RuleKind::Deductive => orderly || !self.atoms.is_guarded(rule.head),
                RuleKind::Inductive => orderly || self.flaw == Some(Flaw::Latches),
                RuleKind::Async => {
                    let is_once = self.atoms.is_pulse(rule)
                        || rule.needs_only().is_some_and(|atom| self.is_early(atom) && self.atoms.is_once(atom));
                    self.atoms.is_up_body(&rule.positive, &rule.negative)
                        || (is_once && (self.eager[rule.head as usize] || !self.may_coincide(rule)))
                }
            };
            if !kept {
                broken.extend(rule.reads().filter(|&atom| self.touched[atom as usize]));
            }
        }
        let shown_in_order = |atom: &Atom| {
            let relation = self.relation[*atom as usize].0 as usize;
            let (up, down) = (self.atoms.is_up(*atom), self.atoms.is_down(*atom));
            let settled = self.flags[*atom as usize] & SETTLED > 0;
            let output = up || down || settled || (self.is_early(*atom) && self.atoms.is_once(*atom));
            let Reading { needed, forbidden } = self.observed.get(relation).copied().unwrap_or_default();
            (output || !is_marked(&self.outputs, relation) || self.flaw == Some(Flaw::Shown))
                && (up || self.is_early(*atom) || !is_marked(&self.nevers, relation))
                && (up || !needed)
                && (down || !forbidden)
        };
        let touched = (0..self.atoms.len() as Atom).filter(|&atom| self.touched[atom as usize]);
        broken.extend(touched.filter(|atom| !shown_in_order(atom)));
        for channel in self.channels.iter().filter(|_| self.flaw != Some(Flaw::Channels)) {
            self.break_channel(channel, &mut broken);
        }
        broken
    }

    /// Whether another rule of the same node may send what `rule` sends, at some steps and not at all later ones. One step sends one copy
    /// of a message, so if both fire in one step of r' and in two of r, then r' sends one copy less.
    fn may_coincide(&self, rule: &Rule) -> bool {
        let sender = |rule: &Rule| rule.reads().next().map(|atom| self.atoms.node_of(atom));
        self.atoms.senders(rule.head).any(|other| {
            !std::ptr::eq(other, rule)
                && sender(other) == sender(rule)
                && !self.atoms.is_up_body(&other.positive, &other.negative)
        })
    }

    /// The eager messages of a channel on which not all are eager, and the atoms of F that decide what is sent on it.
    fn break_channel(&self, channel: &Channel, broken: &mut Vec<Atom>) {
        let is_eager = |atom: &&Atom| self.eager[**atom as usize];
        if channel.messages.iter().all(|atom| self.eager[*atom as usize]) {
            return;
        }
        broken.extend(channel.messages.iter().filter(is_eager));
        let sends = |rule: &&Rule| {
            rule.kind == RuleKind::Async
                && channel.addressee.contains(&rule.head)
                && rule.reads().any(|atom| channel.sender.contains(&atom))
        };
        for rule in self.atoms.rules().iter().filter(sends) {
            broken.extend(rule.reads().filter(|&atom| self.touched[atom as usize]));
        }
    }

    /// Removes from G what these atoms depend on.
    fn remove(&mut self, mut open: Vec<Atom>) {
        let mut seen = vec![false; self.atoms.len()];
        while let Some(atom) = open.pop() {
            if !std::mem::replace(&mut seen[atom as usize], true) {
                self.eager[atom as usize] = false;
                let sources = self.atoms.sources(atom).flat_map(Rule::reads);
                open.extend(sources.filter(|&read| self.touched[read as usize]));
            }
        }
    }

    fn node(&self, node: u32, ground: &Ground) -> EagerNode {
        let range = self.atoms.of_node(node);
        let here = range.start;
        let id = crate::program::NodeId(node);
        let mut untouched = vec![0u64; ground.carried_words(id)];
        for atom in 0..ground.carried_atoms(id) {
            if !self.touched[here as usize + atom] {
                untouched[atom / 64] |= 1 << (atom % 64);
            }
        }
        let eager = range.filter(|&atom| self.eager[atom as usize]);
        let message = |atom| EagerMessage {
            atom: atom - here,
            absorbers: self.absorbers(atom, here),
            silent: self.is_silent(atom),
        };
        let messages = eager.map(message).collect();
        let mut late = vec![true; ground.messages(id).len()];
        for rule in ground.rules(id).iter().filter(|rule| rule.kind == RuleKind::Async) {
            let reads = rule.positive.iter().chain(&rule.negative);
            late[rule.head as usize] &= reads.into_iter().any(|&atom| self.touched[(here + atom) as usize]);
        }
        EagerNode { messages, untouched, late }
    }

    fn is_silent(&self, message: Atom) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![message];
        while let Some(atom) = open.pop() {
            if !seen.insert(atom) {
                continue;
            }
            let relation = self.relation[atom as usize].0 as usize;
            let Reading { needed, forbidden } = self.observed.get(relation).copied().unwrap_or_default();
            let sends = self.atoms.readers(atom).any(|rule| rule.kind == RuleKind::Async);
            if (sends && self.flaw != Some(Flaw::Silent)) || ((needed || forbidden) && !self.order_unobserved) {
                return false;
            }
            open.extend(self.atoms.readers(atom).filter(|rule| rule.kind != RuleKind::Async).map(|rule| rule.head));
        }
        true
    }

    /// The guarded atoms that a message makes true, by their numbers at the node, if it can do nothing else.
    fn absorbers(&self, message: Atom, here: Atom) -> Option<Vec<u32>> {
        let mut absorbers = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![message];
        while let Some(atom) = open.pop() {
            if self.atoms.is_guarded(atom) {
                absorbers.insert(atom - here);
                continue;
            }
            if !seen.insert(atom) {
                continue;
            }
            if is_marked(&self.nevers, self.relation[atom as usize].0 as usize) {
                return None;
            }
            for rule in self.atoms.readers(atom) {
                // What is carried, if only for one step, is part of the state.
                let passes = rule.kind == RuleKind::Deductive || self.atoms.is_guarded(rule.head);
                if rule.kind == RuleKind::Async || !passes {
                    return None;
                }
                open.push(rule.head);
            }
        }
        Some(absorbers.into_iter().collect())
    }
}
