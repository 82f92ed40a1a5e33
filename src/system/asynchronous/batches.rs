//! Batches that are sequences: of a node's deliveries, one that two smaller ones after each other amount to is left out.
//!
//! Let c be a choice of a node x in a state s that delivers several copies, and let c₁ and c₂ be choices of x, each with a part of these
//! copies, such that c₁ is enabled in s, c₂ after it, and both lead where c does: to the same state, snapshots included. Let no `never`
//! relation hold in the step of c. Then a fair run c·u from s and the run c₁·c₂·u have the same ultimate facts, as they differ in finitely many
//! steps, and what held in the one at some time held in the other, since c₂ ends in the same snapshots. So c need not be tried in s.
//! What is tried after c₁ is another question, answered there. A run passes finitely many states where something was
//! left out ([`crate::explore`]), so it is changed finitely often.
//!
//! Both parts deliver fewer copies than c, so what delivers least is never left out: if every batch amounts to a sequence, single copies are left, k
//! transitions for k messages in flight instead of 2ᵏ.
//!
//! *Idle steps* that change nothing are left out with them, if anything else can be done: otherwise nearly every state would lie on a loop. Something else is
//! done in every fair run, since what is in flight is delivered and an idle step that has an effect is taken.
//!
//! On ordered channels nothing is left out here.
//!
//! Nothing is argued about rules here: the three steps are taken and compared. They are steps of one node, remembered like
//! others. So that a node for which every batch matters costs little, batches of more than two are looked at only if pairs say that one of
//! their messages may be delivered before each of the others.

use super::{Asynchronous, Choice, Stop, buffer, local};
use crate::network::traffic::Traffic;
use crate::network::{Buffers, Delivery};
use crate::reduce::Flaw;
use crate::system::{Copies, OMEGA};
use rustc_hash::FxHashMap;

/// Most deliveries of one buffer that are looked at.
const MOST: usize = 1 << 12;

/// Most answers that are remembered; then they are found anew.
const REMEMBERED: usize = 1 << 13;

/// For a node in a local state with a buffer: which of its deliveries, as they are listed, are needed. `None`: all.
pub type Needed = FxHashMap<[u32; 3], Option<Box<[bool]>>>;

/// The deliveries of a buffer as numbers with one digit a message: 0 if it is not delivered, or else how.
struct Digits {
    /// For each message that need not be delivered: its fact, the weight of its digit, how many values it has, and whether its copies are counted.
    messages: Vec<Message>,
}

struct Message {
    fact: u32,
    weight: usize,
    values: usize,
    exact: bool,
}

impl Message {
    fn digit(&self, delivery: usize) -> usize {
        delivery / self.weight % self.values
    }
}

impl Asynchronous<'_> {
    /// Leaves out idle steps after which everything is as before, if there are other choices; returns whether there are any.
    pub(super) fn without_idle_steps(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> bool {
        let mut next = Vec::new();
        let mut kept = Vec::with_capacity(choices.len());
        for &choice in &*choices {
            // A step that has no outcome is taken, and reported, by the search.
            let idles = choice.inbox == 0 && self.step_itself(state, choice, &mut next) == Ok(false) && next == state;
            if !idles {
                kept.push(choice);
            }
        }
        let fewer = !kept.is_empty() && kept.len() < choices.len();
        if fewer {
            *choices = kept;
        }
        fewer
    }

    /// Leaves out the choices that sequences of smaller ones amount to; returns whether there are any.
    pub(super) fn without_batches(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> Result<bool, Stop> {
        let mut kept = Vec::with_capacity(choices.len());
        for of_node in choices.chunk_by(|a, b| a.node == b.node) {
            let node = of_node[0].node;
            if of_node.len() <= 2 {
                kept.extend_from_slice(of_node);
                continue;
            }
            let key = [node, local(state, node), buffer(state, node)];
            if !self.needed.contains_key(&key) {
                if self.needed.len() >= REMEMBERED {
                    self.needed.clear();
                }
                let needed = self.needed_deliveries(key)?;
                self.needed.insert(key, needed);
            }
            let Some(needed) = &self.needed[&key] else {
                kept.extend_from_slice(of_node);
                continue;
            };
            // The choices are some of the deliveries that are listed, in their order.
            let forced = self.reduced.eager_facts(node);
            let listed = self.traffic.deliveries(key[2], node, forced)?;
            let mut choices = of_node.iter().copied().peekable();
            for (delivery, &needed) in listed.iter().zip(needed) {
                let is_it = |choice: &Choice| (choice.inbox, choice.rest) == (delivery.inbox, delivery.rest);
                kept.extend(choices.next_if(is_it).filter(|_| needed));
            }
        }
        let fewer = kept.len() < choices.len();
        *choices = kept;
        Ok(fewer)
    }

    /// See [`Needed`].
    fn needed_deliveries(&mut self, key: [u32; 3]) -> Result<Option<Box<[bool]>>, Stop> {
        let [node, _, buffer] = key;
        let forced = self.reduced.eager_facts(node);
        let Traffic::Any(buffers) = &mut self.traffic else { return Ok(None) };
        let listed = buffers.deliveries(buffer, node as usize, &forced)?.to_vec();
        if listed.len() > MOST {
            return Ok(None);
        }
        let digits = Digits::new(buffers, buffers.contents(buffer).filter(|&(fact, _)| !forced(fact)));
        drop(forced);
        let count = digits.messages.len();
        // What all deliveries have in common may come first, alone.
        let base = !buffers.inbox(listed[0].inbox).is_empty();
        // By message: those that may follow it, if it is delivered first.
        let mut before: Vec<Vec<bool>> = Vec::new();
        for first in &digits.messages {
            let mut may = vec![false; count];
            for (may, second) in may.iter_mut().zip(&digits.messages) {
                *may = first.fact != second.fact && self.amounts_to(key, &listed, first.weight, second.weight);
            }
            before.push(may);
        }
        let mut needed = vec![true; listed.len()];
        for (delivery, needed) in needed.iter_mut().enumerate().skip(1) {
            let delivered: Vec<usize> = (0..count).filter(|&at| digits.messages[at].digit(delivery) > 0).collect();
            if base && self.amounts_to(key, &listed, 0, delivery) {
                *needed = false;
                continue;
            }
            for &first in &delivered {
                let message = &digits.messages[first];
                let digit = message.digit(delivery);
                let is_first = delivered.iter().all(|&other| other == first || before[first][other]);
                // All copies of one message at first, or one of several.
                let part = match &delivered[..] {
                    [_] if message.exact && digit > 1 => message.weight,
                    [_] => continue,
                    _ => digit * message.weight,
                };
                if is_first && self.amounts_to(key, &listed, part, delivery - part) {
                    *needed = false;
                    break;
                }
            }
        }
        Ok(needed.contains(&false).then(|| needed.into()))
    }

    /// Whether delivery number `first`, and then what `second` delivers beyond what is in all deliveries, amounts to both at once: delivery number `first + second`.
    fn amounts_to(&mut self, key: [u32; 3], listed: &[Delivery], first: usize, second: usize) -> bool {
        let [node, local, _] = key;
        let (one, both) = (listed[first], listed[first + second]);
        let Traffic::Any(buffers) = &mut self.traffic else { return false };
        let common = buffers.inbox(listed[0].inbox).to_vec();
        let mut left = buffers.inbox(listed[second].inbox).to_vec();
        left.retain(|fact| common.binary_search(fact).is_err());
        let left = buffers.inbox_of(&left);
        let whole = self.steps.moved(node, local, both.inbox, buffers.inbox(both.inbox));
        let start = self.steps.moved(node, local, one.inbox, buffers.inbox(one.inbox));
        // If a step has no outcome the search comes to it by itself.
        let (Ok(whole), Ok(start)) = (whole, start) else { return false };
        let Ok(end) = self.steps.moved(node, start.next, left, buffers.inbox(left)) else { return false };
        if whole.alarm || (end.next, end.snapshot) != (whole.next, whole.snapshot) {
            return false;
        }
        if self.reduced.flaw() == Some(Flaw::Batches) {
            return true;
        }
        // What the first step sends to its own node would be in flight already at the second.
        let start = self.steps.sent(start.sent);
        let mut sent: Vec<&[u32]> = start.chunks_exact(2).chain(self.steps.sent(end.sent).chunks_exact(2)).collect();
        sent.sort_unstable();
        start.chunks_exact(2).all(|pair| pair[0] != node)
            && sent.into_iter().eq(self.steps.sent(whole.sent).chunks_exact(2))
    }
}

impl Digits {
    /// Those of the deliveries of a buffer with these messages, forced ones left out.
    fn new(buffers: &Buffers, messages: impl Iterator<Item = (u32, Copies)>) -> Self {
        let mut weight = 1;
        let mut digits = Digits { messages: Vec::new() };
        for (fact, copies) in messages {
            let values = buffers.ways(copies);
            digits.messages.push(Message { fact, weight, values, exact: copies != OMEGA });
            weight *= values;
        }
        digits
    }
}
