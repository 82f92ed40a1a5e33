//! What is in flight to all nodes, on the unordered network or on ordered channels, behind one set of questions.

use super::fifo::{FifoBuffers, OVERFLOW};
use super::{Buffers, Count, Delivery, EMPTY};
use crate::checkpoint::{Reader, Writer};
use crate::system::{Copies, OMEGA, Stop};
use std::io;

/// The buffers of a network.
#[derive(Debug)]
pub enum Traffic {
    /// Copies may overtake each other.
    Any(Buffers),
    /// Copies from one sender arrive in the order sent.
    Fifo(FifoBuffers),
}

/// Messages are numbered by pairs of a link and a fact. On the unordered network a link is an addressee; on ordered channels a sender
/// and an addressee, or for eager messages, whose senders are not told apart, an addressee alone.
pub type Link = u32;

impl Traffic {
    /// The link of a message among `nodes` nodes; `is_eager` says whether it is delivered as soon as its addressee steps.
    pub fn link(&self, nodes: usize, sender: u32, addressee: u32, is_eager: impl FnOnce() -> bool) -> Link {
        match self {
            Traffic::Any(_) => addressee,
            Traffic::Fifo(_) if is_eager() => addressee,
            Traffic::Fifo(_) => (sender + 1) * nodes as u32 + addressee,
        }
    }

    /// Sender, if it is told apart, and addressee of a link.
    pub fn ends(&self, nodes: usize, link: Link) -> (Option<u32>, u32) {
        ((link / nodes as u32).checked_sub(1), link % nodes as u32)
    }

    /// The delivered facts of an inbox, sorted.
    pub fn inbox(&self, inbox: u32) -> &[u32] {
        match self {
            Traffic::Any(buffers) => buffers.inbox(inbox),
            Traffic::Fifo(buffers) => buffers.inbox(inbox),
        }
    }

    /// Every delivery from the buffer of `addressee`; `forced` facts are in all of them.
    ///
    /// # Errors
    /// If there are too many to list, and the bounds from outside.
    pub fn deliveries(
        &mut self,
        buffer: u32,
        addressee: u32,
        forced: impl Fn(u32) -> bool,
    ) -> Result<&[Delivery], Stop> {
        match self {
            Traffic::Any(buffers) => buffers.deliveries(buffer, addressee as usize, forced),
            Traffic::Fifo(buffers) => buffers.deliveries(buffer, addressee),
        }
    }

    /// The buffer of `addressee` after a step of `sender` that sends it `facts` (sorted, at least one). `count` says how each is
    /// counted; on ordered channels only whether it is eager.
    pub fn send(
        &mut self,
        buffer: u32,
        sender: u32,
        addressee: u32,
        facts: &[u32],
        count: impl Fn(u32) -> Count,
    ) -> u32 {
        match self {
            Traffic::Any(buffers) => buffers.add(buffer, facts, count),
            Traffic::Fifo(buffers) => {
                let (eager, others): (Vec<u32>, Vec<u32>) =
                    facts.iter().partition(|&&fact| count(fact) == Count::Presence);
                buffers.send(buffer, sender, addressee, &eager, &others)
            }
        }
    }

    /// Every fact in flight, sorted.
    pub fn facts(&self, buffer: u32) -> Vec<u32> {
        match self {
            Traffic::Any(buffers) => buffers.contents(buffer).map(|(fact, _)| fact).collect(),
            Traffic::Fifo(buffers) => buffers.facts(buffer),
        }
    }

    /// Calls `found` with link, fact and copies of each message in flight to `addressee`.
    pub fn messages(&self, nodes: usize, buffer: u32, addressee: u32, mut found: impl FnMut(Link, u32, Copies)) {
        match self {
            Traffic::Any(buffers) => buffers.contents(buffer).for_each(|(fact, copies)| found(addressee, fact, copies)),
            Traffic::Fifo(buffers) => {
                buffers.eager(buffer).iter().for_each(|&fact| found(addressee, fact, 1));
                for (sender, fact, copies) in buffers.contents(buffer) {
                    found(self.link(nodes, sender, addressee, || false), fact, copies);
                }
            }
        }
    }

    /// Calls `found` with link and fact of each message delivered to `addressee`; `is_eager` says which are eager.
    pub fn delivered(
        &self,
        nodes: usize,
        inbox: u32,
        addressee: u32,
        is_eager: impl Fn(u32) -> bool,
        mut found: impl FnMut(Link, u32),
    ) {
        match self {
            Traffic::Any(buffers) => buffers.inbox(inbox).iter().for_each(|&fact| found(addressee, fact)),
            Traffic::Fifo(buffers) => {
                let eager = buffers.inbox(inbox).iter().filter(|&&fact| is_eager(fact));
                eager.for_each(|&fact| found(addressee, fact));
                for (sender, fact) in buffers.drawn(inbox) {
                    found(self.link(nodes, sender, addressee, || false), fact);
                }
            }
        }
    }

    /// What a delivery takes: sender, if it is told apart, fact and copies. What is drawn from ω is given as one copy.
    pub fn taken(&self, before: u32, delivery: Delivery) -> Vec<(Option<u32>, u32, Copies)> {
        let difference = |before: Copies, after: Copies| if before == OMEGA { 1 } else { before - after };
        match self {
            Traffic::Any(buffers) => {
                let count =
                    |buffer: u32, fact: u32| buffers.contents(buffer).find(|&(f, _)| f == fact).map_or(0, |c| c.1);
                let taken = |&fact: &u32| (None, fact, difference(count(before, fact), count(delivery.rest, fact)));
                buffers.inbox(delivery.inbox).iter().map(taken).collect()
            }
            Traffic::Fifo(buffers) => {
                let (full, rest) = (buffers.contents(before), buffers.contents(delivery.rest));
                let count = |list: &[(u32, u32, Copies)], sender, fact| {
                    list.iter().find(|&&(s, f, _)| (s, f) == (sender, fact)).map_or(0, |c| c.2)
                };
                let taken = |(sender, fact)| {
                    (Some(sender), fact, difference(count(&full, sender, fact), count(&rest, sender, fact)))
                };
                buffers.drawn(delivery.inbox).map(taken).collect()
            }
        }
    }

    /// The count by which growth is noticed.
    pub fn most(&self, buffer: u32) -> Copies {
        match self {
            Traffic::Any(buffers) => buffers.most(buffer),
            Traffic::Fifo(buffers) => buffers.most(buffer),
        }
    }

    /// Whether the buffer is not exact.
    pub fn saturated(&self, buffer: u32) -> bool {
        match self {
            Traffic::Any(buffers) => buffers.saturated(buffer),
            Traffic::Fifo(buffers) => buffers.saturated(buffer),
        }
    }

    /// Whether nothing can be said of what follows this buffer.
    pub fn is_overflow(&self, buffer: u32) -> bool {
        matches!(self, Traffic::Fifo(_)) && buffer == OVERFLOW
    }

    /// Whether some buffer was an overflow.
    pub fn overflowed(&self) -> bool {
        matches!(self, Traffic::Fifo(buffers) if buffers.overflowed())
    }

    /// If the buffer `later` of `addressee` covers `earlier`: links and facts of which it has more.
    pub fn covered(&self, nodes: usize, earlier: u32, later: u32, addressee: u32) -> Option<Vec<(Link, u32)>> {
        match self {
            Traffic::Any(buffers) => {
                let grown = buffers.covered(earlier, later)?;
                Some(grown.into_iter().map(|fact| (addressee, fact)).collect())
            }
            Traffic::Fifo(buffers) => {
                let grown = buffers.covered(earlier, later)?;
                let link = |(sender, fact)| (self.link(nodes, sender, addressee, || false), fact);
                Some(grown.into_iter().map(link).collect())
            }
        }
    }

    /// Whether nothing is in flight.
    pub fn is_empty(&self, buffer: u32) -> bool {
        buffer == EMPTY
    }

    /// Writes what was met so far.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, to: &mut Writer) -> io::Result<()> {
        match self {
            Traffic::Any(buffers) => buffers.save(to),
            Traffic::Fifo(buffers) => buffers.save(to),
        }
    }

    /// Takes it back into the new buffers of a network of the same kind.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        match self {
            Traffic::Any(buffers) => buffers.restore(from),
            Traffic::Fifo(buffers) => buffers.restore(from),
        }
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        match self {
            Traffic::Any(buffers) => buffers.growth(),
            Traffic::Fifo(buffers) => buffers.growth(),
        }
    }
}
