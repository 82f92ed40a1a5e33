//! What is in flight on ordered channels, for replaying (interface, *FIFO channels*).
//!
//! Every copy is kept by itself, with its sender and the local step of the sender in which it was sent. A delivery is right if it
//! leaves no copy behind that the same sender sent to the same addressee in an earlier step. Nothing cleverer: this is what
//! the search is checked against.

use super::simulate::Impossible;
use crate::program::{Fact, LocatedFact, NodeId};
use crate::schedule::{Delivered, ScheduledStep};
use std::collections::{BTreeMap, BTreeSet};

/// A copy in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copy {
    from: NodeId,
    /// The local step of the sender.
    sent: u64,
    to: NodeId,
    fact: Fact,
}

/// All copies in flight, those sent first first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Channels {
    copies: Vec<Copy>,
}

/// By sender and addressee, what is in flight: one set for each step that sent something, oldest first. No channel is empty.
pub type Contents = BTreeMap<(NodeId, NodeId), Vec<BTreeSet<Fact>>>;

impl Channels {
    /// Adds what a step of `from` sends.
    pub fn send(&mut self, from: NodeId, step: u64, messages: &BTreeSet<LocatedFact>) {
        let copy = |message: &LocatedFact| Copy { from, sent: step, to: message.node, fact: message.fact.clone() };
        self.copies.extend(messages.iter().map(copy));
    }

    /// Everything in flight to a node, by fact and sender.
    pub fn in_flight_to(&self, node: NodeId) -> Vec<Delivered> {
        let copies = self.copies.iter().filter(|copy| copy.to == node);
        let copies = copies.map(|copy| Delivered { fact: copy.fact.clone(), from: Some(copy.from), copies: 1 });
        ScheduledStep::of(node, copies).deliver
    }

    /// What stays in flight if `step` delivers what it says, and that with all senders named.
    ///
    /// Of one sender's copies of a fact the oldest are delivered: no other choice can be in order. A copy whose sender is not named
    /// is any of those in flight if all are delivered that are left after the named ones, or if they have one sender.
    ///
    /// # Errors
    /// If a copy is not in flight, has several possible senders, or would overtake another.
    pub fn take(&self, step: &ScheduledStep) -> Result<(Channels, Vec<Delivered>), Impossible> {
        let mut taken = vec![false; self.copies.len()];
        let (named, unnamed): (Vec<&Delivered>, Vec<&Delivered>) =
            step.deliver.iter().partition(|delivered| delivered.from.is_some());
        for delivered in named.into_iter().chain(unnamed) {
            let Delivered { fact, from, copies } = delivered;
            let places: Vec<usize> = (0..self.copies.len())
                .filter(|&at| !taken[at] && self.copies[at].to == step.node && self.copies[at].fact == *fact)
                .filter(|&at| from.is_none_or(|from| self.copies[at].from == from))
                .collect();
            let in_flight = places.len() as u64;
            if in_flight < *copies {
                return Err(Impossible::NotInFlight { fact: fact.clone(), wanted: *copies, in_flight });
            }
            let senders: BTreeSet<NodeId> = places.iter().map(|&at| self.copies[at].from).collect();
            if *copies < in_flight && senders.len() > 1 {
                return Err(Impossible::SeveralSenders { fact: fact.clone() });
            }
            // As many as are in flight at most, so the number is small.
            places.into_iter().take(*copies as usize).for_each(|at| taken[at] = true);
        }
        let of = |wanted: bool| self.copies.iter().zip(&taken).filter(move |&(_, &taken)| taken == wanted);
        for (copy, _) in of(true) {
            if let Some((earlier, _)) = of(false).find(|(other, _)| is_before(other, copy)) {
                let (fact, earlier) = (copy.fact.clone(), earlier.fact.clone());
                return Err(Impossible::OutOfOrder { fact, earlier, from: copy.from });
            }
        }
        let rest = Channels { copies: of(false).map(|(copy, _)| copy.clone()).collect() };
        let delivered =
            of(true).map(|(copy, _)| Delivered { fact: copy.fact.clone(), from: Some(copy.from), copies: 1 });
        let delivered = ScheduledStep::of(step.node, delivered).deliver;
        Ok((rest, delivered))
    }

    /// What is in flight, by channel.
    pub fn contents(&self) -> Contents {
        let mut by_step: BTreeMap<(NodeId, NodeId), BTreeMap<u64, BTreeSet<Fact>>> = BTreeMap::new();
        for copy in &self.copies {
            let channel = by_step.entry((copy.from, copy.to)).or_default();
            channel.entry(copy.sent).or_default().insert(copy.fact.clone());
        }
        by_step.into_iter().map(|(channel, steps)| (channel, steps.into_values().collect())).collect()
    }
}

/// Whether one copy was sent before another on the same channel.
fn is_before(one: &Copy, other: &Copy) -> bool {
    one.from == other.from && one.to == other.to && one.sent < other.sent
}
