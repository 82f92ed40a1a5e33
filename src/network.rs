//! Buffers: what is in flight to one node, and the ways to deliver some of it (semantics §2, §3).
//!
//! A buffer is a multiset of facts, hash-consed to a small number. Every sub-multiset may be delivered in a step.
//! Copies are counted exactly, except those of messages that were seen to be *pumped*: some loop returns to the same
//! local states with more copies in flight. Of these, counts above a cap K are all written ω ([`OMEGA`]).
//!
//! **Why that over-approximates and nothing else.** Let α replace a count above K by ω for each pumped message. Every
//! transition of the exact system from a buffer b to b' is one from α(b) to α(b') here: sending adds one (ω stays ω, K+1
//! becomes ω), and a delivery of some of n > K copies leaves any of 0..n−1, that is one of 0..K or ω, all of which are
//! offered. So every run is here with the same local steps, and a message is in flight there iff it is here.
//! Conversely a run of this system that never meets ω is a run of the exact one, letter by letter.

pub mod fifo;
pub mod traffic;

use crate::budget::{Bound, Budget};
use crate::checkpoint::{Reader, Writer};
use crate::system::words::{Slices, growth_of, number};
use crate::system::{Copies, OMEGA, Stop};
use serde::{Deserialize, Serialize};
use std::io;

/// Most deliveries listed for one buffer. A node with more messages in flight than this allows has no answer
/// without a reduction; the bound reported is `transitions`.
pub const MOST_DELIVERIES: u64 = 1 << 20;

/// All buffers met so far. Facts are numbers here; what they mean is the caller's.
#[derive(Debug)]
pub struct Buffers {
    /// Alternating fact and copies, sorted by fact.
    slices: Slices,
    inboxes: Slices,
    most: Vec<Copies>,
    saturated: Vec<bool>,
    /// All deliveries listed so far, and where each buffer's are, by kind of node; `None` if they were not asked for yet.
    deliveries: Vec<Delivery>,
    listed: Vec<Vec<Option<(usize, usize)>>>,
    cap: Copies,
    budget: Budget,
}

/// How the copies of a message are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// All of them.
    Exact,
    /// Up to the cap, then ω: the message is pumped.
    UpToCap,
    /// Not at all: whoever steps takes all that are there.
    Presence,
}

/// One way to deliver from a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The set of facts delivered.
    pub inbox: u32,
    /// The buffer that stays.
    pub rest: u32,
}

/// The empty buffer.
pub const EMPTY: u32 = 0;

impl Buffers {
    /// Only the empty buffer; pumped messages are counted up to `cap`.
    pub fn new(cap: Copies, budget: &Budget) -> Self {
        let mut buffers = Buffers {
            slices: Slices::default(),
            inboxes: Slices::default(),
            most: Vec::new(),
            saturated: Vec::new(),
            deliveries: Vec::new(),
            listed: Vec::new(),
            cap,
            budget: budget.clone(),
        };
        buffers.intern(&[]);
        buffers.inboxes.intern(&[]);
        buffers
    }

    fn intern(&mut self, pairs: &[u32]) -> u32 {
        let id = self.slices.intern(pairs);
        if id as usize == self.most.len() {
            let counts = || pairs.chunks_exact(2).map(|pair| pair[1]);
            self.most.push(counts().filter(|&n| n != OMEGA).max().unwrap_or(0));
            self.saturated.push(counts().any(|n| n == OMEGA));
        }
        id
    }

    /// Facts with their copies, sorted by fact.
    pub fn contents(&self, buffer: u32) -> impl Iterator<Item = (u32, Copies)> + '_ {
        self.slices.get(buffer).chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }

    /// The buffer with these contents: alternating fact and copies, sorted by fact.
    pub fn number_of(&mut self, contents: &[u32]) -> u32 {
        self.intern(contents)
    }

    /// The greatest exact count in a buffer.
    pub fn most(&self, buffer: u32) -> Copies {
        self.most[buffer as usize]
    }

    /// Whether a count is ω.
    pub fn saturated(&self, buffer: u32) -> bool {
        self.saturated[buffer as usize]
    }

    /// The delivered facts of an inbox, sorted.
    pub fn inbox(&self, inbox: u32) -> &[u32] {
        self.inboxes.get(inbox)
    }

    /// The number of an inbox with these facts, sorted.
    pub fn inbox_of(&mut self, facts: &[u32]) -> u32 {
        self.inboxes.intern(facts)
    }

    /// How many distinct buffers there are.
    pub fn len(&self) -> usize {
        self.slices.len()
    }

    /// Never: the empty buffer is always there.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Writes what was met so far.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, to: &mut Writer) -> io::Result<()> {
        to.put(&(&self.slices, &self.inboxes, &self.most, &self.saturated))?;
        to.put(&(&self.deliveries, &self.listed))
    }

    /// Takes it back into new buffers that are counted alike.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        (self.slices, self.inboxes, self.most, self.saturated) = from.get()?;
        (self.deliveries, self.listed) = from.get()?;
        Ok(())
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        self.slices.growth() + self.inboxes.growth() + growth_of(&self.deliveries)
    }

    /// The buffer with one more copy of each of `facts` (sorted), counted as `count` says.
    pub fn add(&mut self, buffer: u32, facts: &[u32], count: impl Fn(u32) -> Count) -> u32 {
        let mut pairs = self.slices.get(buffer).to_vec();
        for &fact in facts {
            let at = pairs.chunks_exact(2).position(|pair| pair[0] >= fact).unwrap_or(pairs.len() / 2) * 2;
            if pairs.get(at) == Some(&fact) {
                let copies = &mut pairs[at + 1];
                *copies = match (*copies, count(fact)) {
                    (OMEGA, _) => OMEGA,
                    (n, Count::Presence) => n,
                    (n, Count::UpToCap) if n >= self.cap => OMEGA,
                    (n, _) => n + 1,
                };
            } else {
                pairs.splice(at..at, [fact, 1]);
            }
        }
        self.intern(&pairs)
    }

    /// Every sub-multiset that can be delivered and has all copies of the `forced` facts; the smallest first, always in the same
    /// order. `kind` numbers kinds of nodes with different forced facts.
    ///
    /// # Errors
    /// `bound:transitions` if there are more than [`MOST_DELIVERIES`], and the bounds from outside.
    pub fn deliveries(&mut self, buffer: u32, kind: usize, forced: impl Fn(u32) -> bool) -> Result<&[Delivery], Stop> {
        let known = self.listed.get(kind).and_then(|listed| listed.get(buffer as usize).copied().flatten());
        let (start, end) = match known {
            Some(range) => range,
            None => self.list(buffer, kind, forced)?,
        };
        Ok(&self.deliveries[start..end])
    }

    fn list(&mut self, buffer: u32, kind: usize, forced: impl Fn(u32) -> bool) -> Result<(usize, usize), Stop> {
        let facts: Vec<u32> = self.contents(buffer).map(|(fact, _)| fact).collect();
        let options: Vec<Vec<(bool, Copies)>> = self
            .contents(buffer)
            .map(|(fact, copies)| if forced(fact) { vec![(true, 0)] } else { self.options(copies) })
            .collect();
        let total = options.iter().try_fold(1u64, |product, o| product.checked_mul(o.len() as u64));
        if total.is_none_or(|total| total > MOST_DELIVERIES) {
            return Err(Stop::Bound(Bound::Transitions));
        }
        debug_assert!(self.contents(buffer).zip(&options).all(|((f, n), o)| forced(f) || o.len() == self.ways(n)));
        let mut digits = vec![0usize; options.len()];
        let start = self.deliveries.len();
        let (mut inbox, mut rest) = (Vec::new(), Vec::new());
        loop {
            inbox.clear();
            rest.clear();
            for ((&fact, options), &digit) in facts.iter().zip(&options).zip(&digits) {
                let (delivered, left) = options[digit];
                if delivered {
                    inbox.push(fact);
                }
                if left > 0 {
                    rest.extend([fact, left]);
                }
            }
            let delivery = Delivery { inbox: self.inboxes.intern(&inbox), rest: self.intern(&rest) };
            self.deliveries.push(delivery);
            if self.deliveries.len().is_multiple_of(4096) {
                self.budget.check()?;
            }
            let Some(at) = (0..digits.len()).find(|&at| digits[at] + 1 < options[at].len()) else {
                let range = (start, self.deliveries.len());
                if self.listed.len() <= kind {
                    self.listed.resize(kind + 1, Vec::new());
                }
                let listed = &mut self.listed[kind];
                if listed.len() < self.slices.len() {
                    listed.resize(self.slices.len(), None);
                }
                listed[buffer as usize] = Some(range);
                return Ok(range);
            };
            digits[at] += 1;
            digits[..at].fill(0);
        }
    }

    /// In how many ways some or none of `count` copies can be delivered. [`Self::deliveries`] are all combinations of those of the
    /// messages that are not forced: number `d₁ + w₁·(d₂ + w₂·(…))` delivers message i, in the order of the facts, in the dᵢ-th of wᵢ
    /// ways. The 0th delivers nothing of it; of n copies that are counted the dᵢ-th delivers dᵢ.
    pub fn ways(&self, count: Copies) -> usize {
        if count == OMEGA { self.cap as usize + 3 } else { count as usize + 1 }
    }

    /// Whether some of `count` copies are delivered, and how many are left: first nothing delivered, then ever more.
    fn options(&self, count: Copies) -> Vec<(bool, Copies)> {
        let delivered = |left| (true, left);
        if count == OMEGA {
            let fewer = std::iter::once(OMEGA).chain((0..=self.cap).rev());
            std::iter::once((false, OMEGA)).chain(fewer.map(delivered)).collect()
        } else {
            std::iter::once((false, count)).chain((0..count).rev().map(delivered)).collect()
        }
    }

    /// If `later` strictly covers `earlier`: the facts of which it has more.
    pub fn covered(&self, earlier: u32, later: u32) -> Option<Vec<u32>> {
        let mut more = Vec::new();
        let mut old = self.contents(earlier).peekable();
        for (fact, count) in self.contents(later) {
            match old.peek() {
                Some(&(other, _)) if other < fact => return None,
                Some(&(other, before)) if other == fact => {
                    old.next();
                    if count < before {
                        return None;
                    }
                    if count > before {
                        more.push(fact);
                    }
                }
                _ => more.push(fact),
            }
        }
        if old.peek().is_some() { None } else { Some(more) }
    }
}

/// Numbers for pairs of a node and a fact, in order of first appearance: used for messages and output facts.
#[derive(Debug, Default)]
pub struct Pairs {
    list: Vec<(u32, u32)>,
    /// By node and fact, the pair's number and one; 0 where it has none.
    index: Vec<Vec<u32>>,
}

impl Pairs {
    /// The number of this pair.
    pub fn intern(&mut self, pair: (u32, u32)) -> u32 {
        let (node, fact) = (pair.0 as usize, pair.1 as usize);
        if self.index.len() <= node {
            self.index.resize(node + 1, Vec::new());
        }
        let row = &mut self.index[node];
        if row.len() <= fact {
            row.resize(fact + 1, 0);
        }
        if row[fact] == 0 {
            self.list.push(pair);
            row[fact] = number(self.list.len());
        }
        row[fact] - 1
    }

    /// The number of this pair, if it has one.
    pub fn find(&self, pair: (u32, u32)) -> Option<u32> {
        self.index.get(pair.0 as usize)?.get(pair.1 as usize)?.checked_sub(1)
    }

    /// The pair with this number.
    pub fn get(&self, id: u32) -> (u32, u32) {
        self.list[id as usize]
    }

    /// All pairs, in the order of their numbers.
    pub fn list(&self) -> &[(u32, u32)] {
        &self.list
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(buffers: &Buffers, id: u32) -> Vec<(u32, Copies)> {
        buffers.contents(id).collect()
    }

    #[test]
    fn one_shot_copies_are_counted_however_many() {
        let mut buffers = Buffers::new(1, &Budget::default());
        let mut id = EMPTY;
        for _ in 0..3 {
            id = buffers.add(id, &[7], |_| Count::Exact);
        }
        assert_eq!(contents(&buffers, id), [(7, 3)]);
        let listed = buffers.deliveries(id, 0, |_| false).expect("few").to_vec();
        let rests: Vec<_> = listed.iter().map(|d| contents(&buffers, d.rest)).collect();
        assert_eq!(rests, [vec![(7, 3)], vec![(7, 2)], vec![(7, 1)], vec![]]);
        assert_eq!(listed.iter().filter(|d| buffers.inbox(d.inbox).is_empty()).count(), 1);
    }

    #[test]
    fn omega_can_be_kept_or_left_at_any_count() {
        let mut buffers = Buffers::new(1, &Budget::default());
        let one = buffers.add(EMPTY, &[7], |_| Count::UpToCap);
        let two = buffers.add(one, &[7], |_| Count::UpToCap);
        assert!(buffers.saturated(two) && !buffers.saturated(one));
        let listed = buffers.deliveries(two, 0, |_| false).expect("few").to_vec();
        let rests: Vec<_> = listed.iter().map(|d| contents(&buffers, d.rest)).collect();
        assert_eq!(rests, [vec![(7, OMEGA)], vec![(7, OMEGA)], vec![(7, 1)], vec![]]);
        assert!(buffers.inbox(listed[0].inbox).is_empty() && buffers.inbox(listed[1].inbox) == [7]);
    }

    #[test]
    fn deliveries_are_the_sub_multisets() {
        let mut buffers = Buffers::new(1, &Budget::default());
        let id = buffers.add(EMPTY, &[1, 2, 3], |_| Count::Exact);
        let id = buffers.add(id, &[2], |_| Count::Exact);
        assert_eq!(buffers.deliveries(id, 0, |_| false).expect("few").len(), 2 * 3 * 2);
    }

    #[test]
    fn forced_facts_are_in_every_delivery() {
        let mut buffers = Buffers::new(9, &Budget::default());
        let id = buffers.add(EMPTY, &[1, 2, 3], |_| Count::Presence);
        let id = buffers.add(id, &[1, 2], |fact| if fact == 1 { Count::Presence } else { Count::Exact });
        assert_eq!(contents(&buffers, id), [(1, 1), (2, 2), (3, 1)]);
        let listed = buffers.deliveries(id, 3, |fact| fact != 2).expect("few").to_vec();
        let shown: Vec<_> =
            listed.iter().map(|d| (buffers.inbox(d.inbox).to_vec(), contents(&buffers, d.rest))).collect();
        assert_eq!(shown, [(vec![1, 3], vec![(2, 2)]), (vec![1, 2, 3], vec![(2, 1)]), (vec![1, 2, 3], vec![])]);
        assert_eq!(buffers.deliveries(id, 0, |_| false).expect("few").len(), 2 * 3 * 2);
    }

    #[test]
    fn covering_is_strict_and_names_what_grew() {
        let mut buffers = Buffers::new(9, &Budget::default());
        let a = buffers.add(EMPTY, &[1], |_| Count::Exact);
        let b = buffers.add(a, &[1, 2], |_| Count::Exact);
        assert_eq!(buffers.covered(a, b), Some(vec![1, 2]));
        assert_eq!(buffers.covered(b, a), None);
        assert_eq!(buffers.covered(a, a), Some(vec![]));
    }
}
