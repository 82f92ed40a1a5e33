//! Many rows numbered at once: the same numbers as one after another, with the waiting for memory shared among threads.
//!
//! A large index misses the caches at every row, and a search spends nearly half its time there. In a batch these misses do not depend
//! on each other. First, the slots where the rows belong are touched, so that many are on their way at once. Then the slots are cut into as
//! many stretches as there are threads, and each thread looks for the rows that belong into its stretch, in their order, and
//! enters those that it does not find under *provisional* numbers: the place in the batch, counted on from the
//! table's size. A search that would run over the end of a stretch is put off. At last, in the order of the batch, what was put
//! off is done, and new rows get the numbers that follow.
//!
//! **Numbers do not depend on the threads.** Equal rows have one hash and so belong into one stretch, where the first of them is entered
//! first, or are all put off, as nothing ever leaves the index: a slot once taken stays taken, so that once one of
//! them ran over the end the others do. So which row of the batch is new, and is the first of its like, depends on the rows alone, and numbers are
//! given in their order. Where in the index an entry stands does depend on the threads, but no answer does.

use super::{CHUNK, Rows, VACANT, hash, number, row_of};
use crate::threads::Threads;

/// Rows to be numbered, and then their numbers.
#[derive(Debug, Default)]
pub struct Batch {
    /// The rows, one after another.
    pub words: Vec<u32>,
    /// Their numbers.
    pub numbers: Vec<u32>,
    /// Which of them were new: the first of each like, in order.
    pub new: Vec<u32>,
    hashes: Vec<u32>,
    shares: Vec<Share>,
}

/// What one thread does.
#[derive(Debug, Default)]
struct Share {
    /// What became of those rows that belong into its stretch.
    told: Vec<(u32, Told)>,
}

/// What is known of a row.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// It has this number.
    Known(u32),
    /// It is like an earlier one of the batch.
    Like(u32),
    /// It is entered in this slot.
    Entered(u32),
    /// The search ran over the end of the stretch.
    PutOff,
}

/// Fewer rows are not worth waking other threads for; in debug builds nearly all are, so that small programs test what large ones need.
const FEW: usize = if cfg!(debug_assertions) { 3 } else { 1 << 9 };

/// Slots touched before they are searched.
const AHEAD: usize = 1 << 10;

impl Batch {
    /// Leaves no rows.
    pub fn clear(&mut self) {
        self.words.clear();
        self.numbers.clear();
        self.new.clear();
    }

    /// The row at this place.
    fn row(&self, at: usize, width: usize) -> &[u32] {
        &self.words[at * width..][..width]
    }
}

impl Rows {
    /// Numbers `count` rows; new ones are stored.
    pub fn number_all(&mut self, batch: &mut Batch, count: usize, threads: &Threads) {
        debug_assert_eq!(batch.words.len(), count * self.width);
        batch.numbers.clear();
        batch.new.clear();
        batch.hashes.clear();
        batch.hashes.extend((0..count).map(|at| hash(&batch.words[at * self.width..][..self.width])));
        if threads.count() == 1 || count < FEW {
            self.number_in_order(batch, 0..count);
            return;
        }
        self.reserve(count);
        let shares = self.search(batch, count, threads);
        batch.shares = shares;
        self.number_told(batch, count);
    }

    /// Makes room in the index for this many more rows.
    fn reserve(&mut self, count: usize) {
        let (width, chunks) = (self.width, &self.chunks);
        self.index.reserve(count, |id| hash(row_of(chunks, width, id)));
    }

    fn number_in_order(&mut self, batch: &mut Batch, places: std::ops::Range<usize>) {
        let end = places.end;
        for at in places {
            if at.is_multiple_of(AHEAD) {
                self.touch(batch.hashes[at..end.min(at + AHEAD)].iter().copied());
            }
            let row = &batch.words[at * self.width..][..self.width];
            let (id, new) = self.intern_hashed(batch.hashes[at], row);
            batch.numbers.push(id);
            if new {
                batch.new.push(at as u32);
            }
        }
    }

    /// Reads the slots where these hashes belong, so that they are near when they are searched.
    fn touch(&self, hashes: impl Iterator<Item = u32>) {
        if self.index.slots.is_empty() {
            return;
        }
        let slots = &self.index.slots;
        std::hint::black_box(hashes.fold(0, |sum: u32, hash| sum ^ slots[self.index.split(hash).0]));
    }

    /// Each thread's part of the search.
    fn search(&mut self, batch: &mut Batch, count: usize, threads: &Threads) -> Vec<Share> {
        let base = self.len as u32;
        let (width, chunks, bits) = (self.width, &self.chunks, self.index.bits());
        let last = (1u32 << bits) - 1;
        let stretch = self.index.slots.len().div_ceil(threads.count());
        let mut shares = std::mem::take(&mut batch.shares);
        shares.resize_with(threads.count(), Share::default);
        let batch = &*batch;
        let mut stretches: Vec<_> = self.index.slots.chunks_mut(stretch).zip(&mut shares).collect();
        threads.share(&mut stretches, |number, (slots, share)| {
            let start = number * stretch;
            let belongs = |hash: u32| {
                let split = u64::from(hash) << bits;
                ((split >> 32) as usize).wrapping_sub(start)
            };
            share.told.clear();
            for part in (0..count).step_by(AHEAD) {
                let places = part..count.min(part + AHEAD);
                let here = places.filter(|&at| belongs(batch.hashes[at]) < slots.len());
                let before = share.told.len();
                share.told.extend(here.map(|at| (at as u32, Told::PutOff)));
                let told = &mut share.told[before..];
                let touched = told.iter().fold(0, |sum, told| sum ^ slots[belongs(batch.hashes[told.0 as usize])]);
                std::hint::black_box(touched);
                for (at, told) in told {
                    let hash = batch.hashes[*at as usize];
                    let tag = (u64::from(hash) << bits) as u32;
                    let row = batch.row(*at as usize, width);
                    for slot in belongs(hash)..slots.len() {
                        let entry = slots[slot];
                        if entry == VACANT {
                            slots[slot] = tag | (base + *at);
                            *told = Told::Entered((start + slot) as u32);
                            break;
                        }
                        let number = entry & last;
                        if entry - number != tag {
                            continue;
                        }
                        if number < base {
                            if row_of(chunks, width, number) == row {
                                *told = Told::Known(number);
                                break;
                            }
                        } else if batch.row((number - base) as usize, width) == row {
                            *told = Told::Like(number - base);
                            break;
                        }
                    }
                }
            }
        });
        drop(stretches);
        shares
    }

    /// Gives the numbers, in order.
    fn number_told(&mut self, batch: &mut Batch, count: usize) {
        let base = self.len as u32;
        let bits = self.index.bits();
        let last = (1u32 << bits) - 1;
        let mut all = vec![Told::PutOff; count];
        for &(at, told) in batch.shares.iter().flat_map(|share| &share.told) {
            all[at as usize] = told;
        }
        for (at, told) in all.iter_mut().enumerate() {
            if matches!(told, Told::PutOff) {
                *told = self.search_on(batch, at, base);
            }
            let id = match *told {
                Told::Known(number) => number,
                Told::Like(earlier) => batch.numbers[earlier as usize],
                Told::Entered(_) => {
                    batch.new.push(at as u32);
                    let id = number(self.len);
                    self.push(&batch.words[at * self.width..][..self.width]);
                    id
                }
                Told::PutOff => unreachable!("internal error: a search over all slots was put off"),
            };
            batch.numbers.push(id);
        }
        for &at in &batch.new {
            if let Told::Entered(slot) = all[at as usize] {
                let slot = &mut self.index.slots[slot as usize];
                *slot = *slot & !last | batch.numbers[at as usize];
            }
        }
        self.index.len = self.len;
    }

    /// The search for one row over all slots.
    fn search_on(&mut self, batch: &Batch, at: usize, base: u32) -> Told {
        let (mut slot, tag) = self.index.split(batch.hashes[at]);
        let last = self.index.slots.len() - 1;
        let row = batch.row(at, self.width);
        loop {
            let entry = self.index.slots[slot];
            if entry == VACANT {
                self.index.slots[slot] = tag | (base + at as u32);
                return Told::Entered(slot as u32);
            }
            let number = entry & last as u32;
            if entry - number == tag {
                if number < base {
                    if row_of(&self.chunks, self.width, number) == row {
                        return Told::Known(number);
                    }
                } else if batch.row((number - base) as usize, self.width) == row {
                    return Told::Like(number - base);
                }
            }
            slot = (slot + 1) & last;
        }
    }

    /// Stores a row, which is not in the index.
    pub(super) fn push(&mut self, row: &[u32]) {
        if self.len.is_multiple_of(1 << CHUNK) {
            // The first chunks grow by doubling, so that a small table stays small.
            let rows = if self.len == 0 { 16 } else { 1 << CHUNK };
            self.chunks.push(Vec::with_capacity(rows * self.width));
        }
        self.chunks[self.len >> CHUNK].extend_from_slice(row);
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroUsize;

    fn threads(count: usize) -> Threads {
        Threads::new(NonZeroUsize::new(count).expect("not 0"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn a_batch_is_numbered_as_its_rows_one_after_another(
            sizes in prop::collection::vec(0usize..4000, 1..6),
            spread in 1u32..10_000,
            seed in any::<u32>(),
        ) {
            let threads: Vec<Threads> = [1, 2, 3, 8].map(threads).into();
            let mut tables: Vec<Rows> = threads.iter().map(|_| Rows::new(2)).collect();
            let mut batches: Vec<Batch> = threads.iter().map(|_| Batch::default()).collect();
            let mut one_by_one = Rows::new(2);
            let mut random = seed;
            for size in sizes {
                let mut words = Vec::new();
                for _ in 0..size {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    words.extend([(random >> 8) % spread, 7]);
                }
                let interned: Vec<(u32, bool)> =
                    words.chunks(2).map(|row| one_by_one.intern(row, usize::MAX).expect("no limit")).collect();
                let numbers: Vec<u32> = interned.iter().map(|pair| pair.0).collect();
                let new: Vec<u32> = (0..).zip(&interned).filter(|(_, pair)| pair.1).map(|(at, _)| at).collect();
                for ((threads, table), batch) in threads.iter().zip(&mut tables).zip(&mut batches) {
                    batch.clear();
                    batch.words.clone_from(&words);
                    table.number_all(batch, size, threads);
                    prop_assert_eq!(&batch.numbers, &numbers);
                    prop_assert_eq!(&batch.new, &new);
                    prop_assert_eq!(table.len(), one_by_one.len());
                }
            }
            for table in &mut tables {
                for id in 0..one_by_one.len() as u32 {
                    prop_assert_eq!(table.get(id), one_by_one.get(id));
                    prop_assert_eq!(table.intern(one_by_one.get(id), usize::MAX), Some((id, false)));
                }
            }
        }
    }
}
