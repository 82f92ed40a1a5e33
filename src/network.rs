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

use crate::budget::{Bound, Budget};
use crate::system::words::{Slices, growth_of, number};
use crate::system::{Copies, OMEGA, Stop};

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
    /// All deliveries listed so far, and where each buffer's are; `None` if they were not asked for yet.
    deliveries: Vec<Delivery>,
    listed: Vec<Option<(usize, usize)>>,
    cap: Copies,
    budget: Budget,
}

/// One way to deliver from a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// How many distinct buffers there are.
    pub fn len(&self) -> usize {
        self.slices.len()
    }

    /// Never: the empty buffer is always there.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        self.slices.growth() + self.inboxes.growth() + growth_of(&self.deliveries)
    }

    /// The buffer with one more copy of each of `facts` (sorted); `pumped` says which are counted up to the cap only.
    pub fn add(&mut self, buffer: u32, facts: &[u32], pumped: impl Fn(u32) -> bool) -> u32 {
        let mut pairs = self.slices.get(buffer).to_vec();
        for &fact in facts {
            let at = pairs.chunks_exact(2).position(|pair| pair[0] >= fact).unwrap_or(pairs.len() / 2) * 2;
            if pairs.get(at) == Some(&fact) {
                let count = &mut pairs[at + 1];
                *count = match *count {
                    OMEGA => OMEGA,
                    n if n >= self.cap && pumped(fact) => OMEGA,
                    n => n + 1,
                };
            } else {
                pairs.splice(at..at, [fact, 1]);
            }
        }
        self.intern(&pairs)
    }

    /// Every sub-multiset that can be delivered, the empty one first, always in the same order.
    ///
    /// # Errors
    /// `bound:transitions` if there are more than [`MOST_DELIVERIES`], and the bounds from outside.
    pub fn deliveries(&mut self, buffer: u32) -> Result<&[Delivery], Stop> {
        let known = self.listed.get(buffer as usize).copied().flatten();
        let (start, end) = match known {
            Some(range) => range,
            None => self.list(buffer)?,
        };
        Ok(&self.deliveries[start..end])
    }

    fn list(&mut self, buffer: u32) -> Result<(usize, usize), Stop> {
        let pairs = self.slices.get(buffer).to_vec();
        let remains: Vec<Vec<Copies>> = pairs.chunks_exact(2).map(|pair| self.remains(pair[1])).collect();
        let total = remains.iter().try_fold(1u64, |product, r| product.checked_mul(r.len() as u64));
        if total.is_none_or(|total| total > MOST_DELIVERIES) {
            return Err(Stop::Bound(Bound::Transitions));
        }
        let mut digits = vec![0usize; remains.len()];
        let start = self.deliveries.len();
        let (mut inbox, mut rest) = (Vec::new(), Vec::new());
        loop {
            inbox.clear();
            rest.clear();
            for ((pair, remains), &digit) in pairs.chunks_exact(2).zip(&remains).zip(&digits) {
                if digit > 0 {
                    inbox.push(pair[0]);
                }
                if remains[digit] > 0 {
                    rest.extend([pair[0], remains[digit]]);
                }
            }
            let delivery = Delivery { inbox: self.inboxes.intern(&inbox), rest: self.intern(&rest) };
            self.deliveries.push(delivery);
            if self.deliveries.len().is_multiple_of(4096) {
                self.budget.check()?;
            }
            let Some(at) = (0..digits.len()).find(|&at| digits[at] + 1 < remains[at].len()) else {
                let range = (start, self.deliveries.len());
                if self.listed.len() < self.slices.len() {
                    self.listed.resize(self.slices.len(), None);
                }
                self.listed[buffer as usize] = Some(range);
                return Ok(range);
            };
            digits[at] += 1;
            digits[..at].fill(0);
        }
    }

    /// What can be left of `count` copies: first all of them (nothing delivered), then fewer.
    fn remains(&self, count: Copies) -> Vec<Copies> {
        if count == OMEGA {
            [OMEGA, OMEGA].into_iter().chain((0..=self.cap).rev()).collect()
        } else {
            (0..=count).rev().collect()
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
            id = buffers.add(id, &[7], |_| false);
        }
        assert_eq!(contents(&buffers, id), [(7, 3)]);
        let listed = buffers.deliveries(id).expect("few").to_vec();
        let rests: Vec<_> = listed.iter().map(|d| contents(&buffers, d.rest)).collect();
        assert_eq!(rests, [vec![(7, 3)], vec![(7, 2)], vec![(7, 1)], vec![]]);
        assert_eq!(listed.iter().filter(|d| buffers.inbox(d.inbox).is_empty()).count(), 1);
    }

    #[test]
    fn omega_can_be_kept_or_left_at_any_count() {
        let mut buffers = Buffers::new(1, &Budget::default());
        let one = buffers.add(EMPTY, &[7], |_| true);
        let two = buffers.add(one, &[7], |_| true);
        assert!(buffers.saturated(two) && !buffers.saturated(one));
        let listed = buffers.deliveries(two).expect("few").to_vec();
        let rests: Vec<_> = listed.iter().map(|d| contents(&buffers, d.rest)).collect();
        assert_eq!(rests, [vec![(7, OMEGA)], vec![(7, OMEGA)], vec![(7, 1)], vec![]]);
        assert!(buffers.inbox(listed[0].inbox).is_empty() && buffers.inbox(listed[1].inbox) == [7]);
    }

    #[test]
    fn deliveries_are_the_sub_multisets() {
        let mut buffers = Buffers::new(1, &Budget::default());
        let id = buffers.add(EMPTY, &[1, 2, 3], |_| false);
        let id = buffers.add(id, &[2], |_| false);
        assert_eq!(buffers.deliveries(id).expect("few").len(), 2 * 3 * 2);
    }

    #[test]
    fn covering_is_strict_and_names_what_grew() {
        let mut buffers = Buffers::new(9, &Budget::default());
        let a = buffers.add(EMPTY, &[1], |_| false);
        let b = buffers.add(a, &[1, 2], |_| false);
        assert_eq!(buffers.covered(a, b), Some(vec![1, 2]));
        assert_eq!(buffers.covered(b, a), None);
        assert_eq!(buffers.covered(a, a), Some(vec![]));
    }
}
