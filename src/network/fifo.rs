//! Buffers of ordered channels: what is in flight to one node, by sender and in the order sent (interface, *FIFO channels*).
//!
//! A channel is a sequence of sets of facts, one set for each step of the sender that sent something on it. Of each channel a step may
//! deliver any copies such that none is left that was sent in an earlier step than a delivered one: some whole sets from
//! the front, and a part of the next. Channels are written as runs: a set, and how often it stands there in a row.
//! Eager messages ([`crate::reduce::eager`]) stand aside: they have channels of their own, all of which are emptied at each step, so it is
//! enough to know which facts there are.
//!
//! **Resends.** A set that is sent at every step makes a run that grows for ever. As on the unordered network, counts are exact until a
//! loop is seen that pumps; from then on a run of a set all of whose facts are pumped is counted up to a cap K, and ω
//! ([`OMEGA`]) stands for more. Let α write ω for each such count above K. *Every transition of the exact system from a buffer b to b'
//! is one from α(b) to α(b') here.* What is sent joins the last run or begins a new one; K + 1 becomes ω, and ω stays ω. A
//! delivery of whole sets only from a run of n > K leaves any of 0..n − 1, that is one of 0..K or ω; one that takes a part of the next
//! set leaves, beside the rest of that set, n − 1 ≥ K, so K or ω, if there is no whole set among what it takes, and any of
//! 0..K or ω if there is. All of these are offered. Where the rest of a set is like the run behind it, both are one run.
//! So all runs are here with the same local steps and the same sets of messages in flight, and a run that never meets ω
//! is a run of the exact system. Which messages are taken for pumped is of no account for this.
//!
//! **Overflow.** A sender that takes turns makes runs of one set each, more and more of them, and no count grows. Where one pumped set
//! makes more than K + 1 runs of a channel, the buffer is [`OVERFLOW`]: the search goes no further there, and its caller has
//! to know that ([`FifoBuffers::overflowed`]). Without runs through such states it is an under-approximation.

use super::{Delivery, MOST_DELIVERIES};
use crate::budget::{Bound, Budget};
use crate::checkpoint::{Reader, Writer};
use crate::system::words::{Slices, growth_of};
use crate::system::{Copies, OMEGA, Stop};
use rustc_hash::FxHashSet;
use std::io;

/// The buffer that stands for all with too many runs.
pub const OVERFLOW: u32 = 1;

/// A set of facts, and how often it stands in a row.
type Run = (u32, Copies);

/// All buffers of ordered channels met so far. Facts and senders are numbers here; what they mean is the caller's.
#[derive(Debug)]
pub struct FifoBuffers {
    /// Sets of facts, sorted; 0 is the empty set.
    sets: Slices,
    /// The set of eager facts; then channel by channel the sender, the number of its runs, and the runs.
    slices: Slices,
    /// How many facts are delivered, the facts, and who sent which of them: alternating sender and fact.
    inboxes: Slices,
    most: Vec<Copies>,
    saturated: Vec<bool>,
    deliveries: Vec<Delivery>,
    /// By addressee and buffer, where its deliveries are, if they were asked for.
    listed: Vec<Vec<Option<(usize, usize)>>>,
    /// Sender, addressee and fact.
    pumped: FxHashSet<(u32, u32, u32)>,
    cap: Copies,
    overflowed: bool,
    budget: Budget,
}

/// What a delivery may take from one channel: the facts, as a set, and the runs that stay.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Draw {
    facts: u32,
    rest: Vec<Run>,
}

impl FifoBuffers {
    /// Only the empty buffer, which is 0, and the overflow; runs of pumped messages (sender, addressee, fact) are counted up to `cap`.
    pub fn new(cap: Copies, pumped: FxHashSet<(u32, u32, u32)>, budget: &Budget) -> Self {
        let mut buffers = FifoBuffers {
            sets: Slices::default(),
            slices: Slices::default(),
            inboxes: Slices::default(),
            most: Vec::new(),
            saturated: Vec::new(),
            deliveries: Vec::new(),
            listed: Vec::new(),
            pumped,
            cap,
            overflowed: false,
            budget: budget.clone(),
        };
        buffers.sets.intern(&[]);
        buffers.inboxes.intern(&[0]);
        buffers.intern(0, &[]);
        buffers.slices.intern(&[]);
        buffers.most.push(0);
        buffers.saturated.push(true);
        buffers
    }

    fn intern(&mut self, eager: u32, channels: &[(u32, Vec<Run>)]) -> u32 {
        let mut words = vec![eager];
        for (sender, runs) in channels.iter().filter(|(_, runs)| !runs.is_empty()) {
            words.extend([*sender, runs.len() as u32]);
            words.extend(runs.iter().flat_map(|&(set, copies)| [set, copies]));
        }
        let id = self.slices.intern(&words);
        if id as usize == self.most.len() {
            let copies = || channels.iter().flat_map(|(_, runs)| runs).map(|run| run.1);
            self.most.push(channels.iter().map(|(_, runs)| longest(runs)).max().unwrap_or(0));
            self.saturated.push(copies().any(|n| n == OMEGA));
        }
        id
    }

    /// The eager set, and each channel that is not empty, sorted by sender. Nothing for the overflow.
    fn parts(&self, buffer: u32) -> (u32, Vec<(u32, Vec<Run>)>) {
        let Some((&eager, mut words)) = self.slices.get(buffer).split_first() else { return (0, Vec::new()) };
        let mut channels = Vec::new();
        while let &[sender, runs, ref rest @ ..] = words {
            let (here, behind) = rest.split_at(2 * runs as usize);
            channels.push((sender, here.chunks_exact(2).map(|run| (run[0], run[1])).collect()));
            words = behind;
        }
        (eager, channels)
    }

    /// The eager facts in flight, sorted.
    pub fn eager(&self, buffer: u32) -> &[u32] {
        self.slices.get(buffer).first().map_or(&[], |&set| self.sets.get(set))
    }

    /// The other facts in flight, each with its sender and its copies; sorted by sender and fact.
    pub fn contents(&self, buffer: u32) -> Vec<(u32, u32, Copies)> {
        let mut all = Vec::new();
        for (sender, runs) in self.parts(buffer).1 {
            let start = all.len();
            for (set, copies) in runs {
                all.extend(self.sets.get(set).iter().map(|&fact| (sender, fact, copies)));
            }
            all[start..].sort_unstable();
        }
        all.dedup_by(|next, first| {
            let same = (next.0, next.1) == (first.0, first.1);
            if same {
                first.2 = first.2.saturating_add(next.2);
            }
            same
        });
        all
    }

    /// Every fact in flight, sorted.
    pub fn facts(&self, buffer: u32) -> Vec<u32> {
        let channels = self.contents(buffer);
        let mut facts: Vec<u32> =
            channels.iter().map(|&(_, fact, _)| fact).chain(self.eager(buffer).to_vec()).collect();
        facts.sort_unstable();
        facts.dedup();
        facts
    }

    /// How often the most frequent set stands in one channel, ω not counted.
    pub fn most(&self, buffer: u32) -> Copies {
        self.most[buffer as usize]
    }

    /// Whether a count is ω, or the buffer is the overflow.
    pub fn saturated(&self, buffer: u32) -> bool {
        self.saturated[buffer as usize]
    }

    /// Whether some buffer was the overflow.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The delivered facts of an inbox, sorted.
    pub fn inbox(&self, inbox: u32) -> &[u32] {
        let words = self.inboxes.get(inbox);
        &words[1..1 + words[0] as usize]
    }

    /// Of the delivered facts that are not eager, who sent which: pairs of sender and fact, sorted.
    pub fn drawn(&self, inbox: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let words = self.inboxes.get(inbox);
        words[1 + words[0] as usize..].chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }

    /// Writes what was met so far.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, to: &mut Writer) -> io::Result<()> {
        to.put(&(&self.sets, &self.slices, &self.inboxes, &self.most, &self.saturated))?;
        to.put(&(&self.deliveries, &self.listed, self.overflowed))
    }

    /// Takes it back into new buffers that are counted alike.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        (self.sets, self.slices, self.inboxes, self.most, self.saturated) = from.get()?;
        (self.deliveries, self.listed, self.overflowed) = from.get()?;
        Ok(())
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        self.sets.growth() + self.slices.growth() + self.inboxes.growth() + growth_of(&self.deliveries)
    }

    fn is_pumped(&self, sender: u32, addressee: u32, set: u32) -> bool {
        self.sets.get(set).iter().all(|&fact| self.pumped.contains(&(sender, addressee, fact)))
    }

    /// A count as it is kept.
    fn counted(&self, sender: u32, addressee: u32, set: u32, copies: Copies) -> Copies {
        if copies > self.cap && self.is_pumped(sender, addressee, set) { OMEGA } else { copies }
    }

    /// The buffer of `addressee` after a step of `sender` that sends these facts to it (each sorted): the eager ones, and those that take
    /// their place in the channel.
    pub fn send(&mut self, buffer: u32, sender: u32, addressee: u32, eager: &[u32], facts: &[u32]) -> u32 {
        if buffer == OVERFLOW {
            return OVERFLOW;
        }
        let (mut aside, mut channels) = self.parts(buffer);
        if !eager.is_empty() {
            let mut all: Vec<u32> = self.sets.get(aside).iter().chain(eager).copied().collect();
            all.sort_unstable();
            all.dedup();
            aside = self.sets.intern(&all);
        }
        if !facts.is_empty() {
            let set = self.sets.intern(facts);
            let at = channels.partition_point(|&(other, _)| other < sender);
            if channels.get(at).is_none_or(|&(other, _)| other != sender) {
                channels.insert(at, (sender, Vec::new()));
            }
            let runs = &mut channels[at].1;
            match runs.last_mut() {
                Some(last) if last.0 == set => last.1 = self.counted(sender, addressee, set, last.1.saturating_add(1)),
                _ => runs.push((set, 1)),
            }
            let alike = runs.iter().filter(|run| run.0 == set).count();
            if alike as u64 > u64::from(self.cap) + 1 && self.is_pumped(sender, addressee, set) {
                self.overflowed = true;
                return OVERFLOW;
            }
        }
        self.intern(aside, &channels)
    }

    /// Every delivery to `addressee` that is in order, all eager facts always delivered; first the one that delivers least, always in the
    /// same order. None from the overflow.
    ///
    /// # Errors
    /// `bound:transitions` if there are more than [`MOST_DELIVERIES`], and the bounds from outside.
    pub fn deliveries(&mut self, buffer: u32, addressee: u32) -> Result<&[Delivery], Stop> {
        let known =
            self.listed.get(addressee as usize).and_then(|listed| listed.get(buffer as usize).copied().flatten());
        let (start, end) = match known {
            Some(range) => range,
            None => self.list(buffer, addressee)?,
        };
        Ok(&self.deliveries[start..end])
    }

    fn list(&mut self, buffer: u32, addressee: u32) -> Result<(usize, usize), Stop> {
        let start = self.deliveries.len();
        if buffer != OVERFLOW {
            let (eager, channels) = self.parts(buffer);
            let sizes = channels.iter().map(|(_, runs)| self.ways(runs));
            let total = sizes.fold(1u64, u64::saturating_mul);
            if total > MOST_DELIVERIES {
                return Err(Stop::Bound(Bound::Transitions));
            }
            let draws: Vec<Vec<Draw>> =
                channels.iter().map(|(sender, runs)| self.draws(*sender, addressee, runs)).collect();
            let mut digits = vec![0usize; draws.len()];
            loop {
                let delivery = self.delivery(eager, &channels, &draws, &digits);
                self.deliveries.push(delivery);
                if self.deliveries.len().is_multiple_of(4096) {
                    self.budget.check()?;
                }
                let Some(at) = (0..digits.len()).find(|&at| digits[at] + 1 < draws[at].len()) else { break };
                digits[at] += 1;
                digits[..at].fill(0);
            }
        }
        let range = (start, self.deliveries.len());
        let addressee = addressee as usize;
        if self.listed.len() <= addressee {
            self.listed.resize(addressee + 1, Vec::new());
        }
        let listed = &mut self.listed[addressee];
        if listed.len() < self.slices.len() {
            listed.resize(self.slices.len(), None);
        }
        listed[buffer as usize] = Some(range);
        Ok(range)
    }

    fn delivery(
        &mut self,
        eager: u32,
        channels: &[(u32, Vec<Run>)],
        draws: &[Vec<Draw>],
        digits: &[usize],
    ) -> Delivery {
        let chosen = || channels.iter().zip(draws).zip(digits).map(|(((sender, _), of), &digit)| (*sender, &of[digit]));
        let mut facts = self.sets.get(eager).to_vec();
        let mut senders = Vec::new();
        for (sender, draw) in chosen() {
            for &fact in self.sets.get(draw.facts) {
                facts.push(fact);
                senders.extend([sender, fact]);
            }
        }
        facts.sort_unstable();
        facts.dedup();
        facts.insert(0, facts.len() as u32);
        facts.extend(senders);
        let rest: Vec<(u32, Vec<Run>)> = chosen().map(|(sender, draw)| (sender, draw.rest.clone())).collect();
        Delivery { inbox: self.inboxes.intern(&facts), rest: self.intern(0, &rest) }
    }

    /// At least as many as there are draws.
    fn ways(&self, runs: &[Run]) -> u64 {
        let of = |&(set, copies): &Run| {
            let parts = 1u64.checked_shl(self.sets.get(set).len() as u32).unwrap_or(u64::MAX);
            let counts = if copies == OMEGA { 2 * u64::from(self.cap) + 6 } else { u64::from(copies) };
            parts.saturating_mul(counts)
        };
        runs.iter().map(of).fold(1, u64::saturating_add)
    }

    /// What can be taken from a channel, in order: nothing first.
    fn draws(&mut self, sender: u32, addressee: u32, runs: &[Run]) -> Vec<Draw> {
        let mut draws = vec![Draw { facts: 0, rest: runs.to_vec() }];
        let mut taken = 0;
        for (at, &(set, copies)) in runs.iter().enumerate() {
            let behind = &runs[at + 1..];
            let with_set = self.union(taken, set);
            let cap = self.cap;
            // What may be left of the run after whole sets only, and after a part as the first and as a later one.
            let (whole, first, later): (Vec<Copies>, Vec<Copies>, Vec<Copies>) = if copies == OMEGA {
                let any = || std::iter::once(OMEGA).chain((0..=cap).rev());
                (any().collect(), vec![OMEGA, cap], any().collect())
            } else {
                ((0..copies).rev().collect(), vec![copies - 1], (0..copies.saturating_sub(1)).rev().collect())
            };
            for part in self.parts_of(set) {
                let remains = self.difference(set, part);
                for (lefts, taken) in [(&first, taken), (&later, with_set)] {
                    let facts = self.union(taken, part);
                    for &left in lefts {
                        let rest = self.rest(sender, addressee, &[(remains, 1), (set, left)], behind);
                        draws.push(Draw { facts, rest });
                    }
                }
            }
            for &left in &whole {
                let rest = self.rest(sender, addressee, &[(set, left)], behind);
                draws.push(Draw { facts: with_set, rest });
            }
            taken = with_set;
        }
        draws
    }

    /// These runs, without those of no copy, and then those behind; equal neighbours are one.
    fn rest(&self, sender: u32, addressee: u32, front: &[Run], behind: &[Run]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::with_capacity(front.len() + behind.len());
        for &(set, copies) in front.iter().chain(behind).filter(|run| run.1 > 0) {
            match runs.last_mut() {
                Some(last) if last.0 == set => {
                    last.1 = self.counted(sender, addressee, set, last.1.saturating_add(copies));
                }
                _ => runs.push((set, copies)),
            }
        }
        runs
    }

    /// The sets that are neither empty nor all of `set`, and contained in it. [`FifoBuffers::ways`] has seen that they are not too many.
    fn parts_of(&mut self, set: u32) -> Vec<u32> {
        let facts = self.sets.get(set).to_vec();
        (1..(1u64 << facts.len()) - 1)
            .map(|bits| {
                let part: Vec<u32> =
                    facts.iter().enumerate().filter(|&(at, _)| bits >> at & 1 > 0).map(|(_, &fact)| fact).collect();
                self.sets.intern(&part)
            })
            .collect()
    }

    fn union(&mut self, one: u32, other: u32) -> u32 {
        let mut facts: Vec<u32> = self.sets.get(one).iter().chain(self.sets.get(other)).copied().collect();
        facts.sort_unstable();
        facts.dedup();
        self.sets.intern(&facts)
    }

    fn difference(&mut self, whole: u32, part: u32) -> u32 {
        let part = self.sets.get(part);
        let rest: Vec<u32> =
            self.sets.get(whole).iter().filter(|fact| part.binary_search(fact).is_err()).copied().collect();
        self.sets.intern(&rest)
    }

    /// If each channel of `earlier` is what is left of that of `later` when some sets are struck out: the senders and facts of what
    /// is struck out, sorted. A loop from one to the other seems to pump these.
    pub fn covered(&self, earlier: u32, later: u32) -> Option<Vec<(u32, u32)>> {
        if later == OVERFLOW || earlier == OVERFLOW || self.eager(earlier) != self.eager(later) {
            return None;
        }
        let (old, new) = (self.parts(earlier).1, self.parts(later).1);
        let mut more: Vec<(u32, u32)> = Vec::new();
        for (sender, _) in &old {
            new.binary_search_by_key(sender, |(other, _)| *other).ok()?;
        }
        for (sender, runs) in &new {
            let before = old.binary_search_by_key(sender, |(other, _)| *other).map_or(&[][..], |at| &old[at].1[..]);
            let grown = struck_out(before, runs)?;
            let facts = grown.into_iter().flat_map(|set| self.sets.get(set));
            more.extend(facts.map(|&fact| (*sender, fact)));
        }
        more.sort_unstable();
        more.dedup();
        Some(more)
    }
}

/// How often the most frequent set occurs, ω not counted.
fn longest(runs: &[Run]) -> Copies {
    let total = |set: u32| {
        let copies = runs.iter().filter(|run| run.0 == set && run.1 != OMEGA).map(|run| run.1);
        copies.fold(0, Copies::saturating_add)
    };
    runs.iter().map(|run| total(run.0)).max().unwrap_or(0)
}

/// The sets to be struck out of `long`, from the front, so that `short` is left; `None` if that cannot be.
fn struck_out(short: &[Run], long: &[Run]) -> Option<Vec<u32>> {
    let mut struck = Vec::new();
    let mut wanted = short.iter().copied().peekable();
    for &(set, copies) in long {
        let mut left = copies;
        while let Some((_, of)) = wanted.peek_mut().filter(|run| run.0 == set) {
            let used = left.min(*of);
            // ω on both sides is the same.
            let (done, same) = (used == *of, *of == OMEGA && left == OMEGA);
            left = if same { 0 } else { left - used };
            *of -= used;
            if !done {
                break;
            }
            wanted.next();
        }
        if left > 0 {
            struck.push(set);
        }
    }
    wanted.next().is_none().then_some(struck)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn exact() -> FifoBuffers {
        FifoBuffers::new(9, FxHashSet::default(), &Budget::default())
    }

    /// Node 0 sends these sets to node 1, one after the other.
    fn sent(buffers: &mut FifoBuffers, sets: &[&[u32]]) -> u32 {
        sets.iter().fold(super::super::EMPTY, |buffer, set| buffers.send(buffer, 0, 1, &[], set))
    }

    /// What can be delivered and what is left, by taking every choice of copies and looking whether one overtakes.
    fn by_definition(sets: &[&[u32]]) -> BTreeSet<(Vec<u32>, Vec<Vec<u32>>)> {
        let copies: Vec<(usize, u32)> =
            sets.iter().enumerate().flat_map(|(at, set)| set.iter().map(move |&fact| (at, fact))).collect();
        let mut found = BTreeSet::new();
        for choice in 0..1u32 << copies.len() {
            let (taken, left): (Vec<_>, Vec<_>) = (0..copies.len()).partition(|at| choice >> at & 1 > 0);
            if taken.iter().any(|&at| left.iter().any(|&other| copies[other].0 < copies[at].0)) {
                continue;
            }
            let facts: BTreeSet<u32> = taken.iter().map(|&at| copies[at].1).collect();
            let rest =
                (0..sets.len()).map(|set| left.iter().map(|&at| copies[at]).filter(move |c| c.0 == set).map(|c| c.1));
            let rest: Vec<Vec<u32>> = rest.map(Iterator::collect).filter(|set: &Vec<u32>| !set.is_empty()).collect();
            found.insert((facts.into_iter().collect(), rest));
        }
        found
    }

    fn unrolled(buffers: &FifoBuffers, buffer: u32) -> Vec<Vec<u32>> {
        let runs = buffers.parts(buffer).1.into_iter().flat_map(|(_, runs)| runs);
        runs.flat_map(|(set, copies)| (0..copies).map(move |_| set)).map(|set| buffers.sets.get(set).to_vec()).collect()
    }

    #[test]
    fn deliveries_are_those_that_overtake_nothing() {
        let cases: [&[&[u32]]; 7] = [
            &[],
            &[&[1]],
            &[&[1], &[1], &[1]],
            &[&[1], &[2], &[1]],
            &[&[1, 2], &[2]],
            &[&[1, 2, 3], &[1, 2], &[1, 2]],
            &[&[1, 2], &[1, 2], &[2], &[2], &[1, 3]],
        ];
        for sets in cases {
            let mut buffers = exact();
            let buffer = sent(&mut buffers, sets);
            let listed = buffers.deliveries(buffer, 1).expect("few").to_vec();
            let found: BTreeSet<_> =
                listed.iter().map(|d| (buffers.inbox(d.inbox).to_vec(), unrolled(&buffers, d.rest))).collect();
            assert_eq!(found, by_definition(sets), "{sets:?}");
            assert_eq!(found.len(), listed.len(), "{sets:?}: nothing is listed twice");
            assert_eq!((listed[0].inbox, listed[0].rest), (0, buffer), "nothing first");
        }
    }

    #[test]
    fn channels_of_different_senders_have_no_order() {
        let mut buffers = exact();
        let one = buffers.send(super::super::EMPTY, 2, 1, &[], &[7]);
        let both = buffers.send(one, 0, 1, &[], &[7]);
        let again = buffers.send(super::super::EMPTY, 0, 1, &[], &[7]);
        assert_eq!(buffers.send(again, 2, 1, &[], &[7]), both);
        let listed = buffers.deliveries(both, 1).expect("few").to_vec();
        let drawn: Vec<Vec<(u32, u32)>> = listed.iter().map(|d| buffers.drawn(d.inbox).collect()).collect();
        assert_eq!(drawn, [vec![], vec![(0, 7)], vec![(2, 7)], vec![(0, 7), (2, 7)]]);
    }

    /// α of each exact delivery from a long run is among those of α of the run.
    #[test]
    fn what_is_saturated_offers_what_the_exact_buffers_do() {
        let pumped: FxHashSet<(u32, u32, u32)> = [(0, 1, 1), (0, 1, 2)].into_iter().collect();
        for cap in 1..3 {
            for copies in 1..6 {
                let sets: Vec<&[u32]> =
                    std::iter::once(&[3u32][..]).chain(vec![&[1, 2][..]; copies]).chain([&[2][..]]).collect();
                let mut buffers = FifoBuffers::new(cap, pumped.clone(), &Budget::default());
                let buffer = sent(&mut buffers, &sets);
                assert_eq!(buffers.saturated(buffer), copies > cap as usize);
                let listed = buffers.deliveries(buffer, 1).expect("few").to_vec();
                let offered: BTreeSet<(Vec<u32>, u32)> =
                    listed.iter().map(|d| (buffers.inbox(d.inbox).to_vec(), d.rest)).collect();
                for (facts, rest) in by_definition(&sets) {
                    let rest: Vec<&[u32]> = rest.iter().map(Vec::as_slice).collect();
                    let rest = sent(&mut buffers, &rest);
                    assert!(offered.contains(&(facts.clone(), rest)), "{cap} {copies} {facts:?}");
                }
            }
        }
    }

    #[test]
    fn turns_of_pumped_messages_overflow_and_others_do_not() {
        let turns: Vec<&[u32]> = std::iter::repeat_n([&[1u32][..], &[2]], 4).flatten().collect();
        let mut buffers = exact();
        let long = sent(&mut buffers, &turns);
        assert!(long != OVERFLOW && !buffers.overflowed() && buffers.most(long) == 4);
        let pumped = [(0, 1, 1), (0, 1, 2)].into_iter().collect();
        let mut buffers = FifoBuffers::new(1, pumped, &Budget::default());
        assert_eq!(sent(&mut buffers, &turns), OVERFLOW);
        assert!(buffers.overflowed() && buffers.saturated(OVERFLOW));
        assert_eq!(buffers.deliveries(OVERFLOW, 1), Ok(&[][..]));
    }

    #[test]
    fn covering_strikes_out_sets() {
        let mut buffers = exact();
        let old = sent(&mut buffers, &[&[1], &[2]]);
        let new = sent(&mut buffers, &[&[1], &[3], &[2], &[2]]);
        assert_eq!(buffers.covered(old, new), Some(vec![(0, 2), (0, 3)]));
        assert_eq!(buffers.covered(new, old), None);
        assert_eq!(buffers.covered(old, old), Some(vec![]));
        let other = sent(&mut buffers, &[&[2], &[1]]);
        assert_eq!(buffers.covered(old, other), None);
    }
}
