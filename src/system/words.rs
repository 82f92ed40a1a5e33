//! Hash-consed slices of words: each distinct slice is stored once, in one arena, and known by a small number.
//!
//! Numbers are handed out in order of first appearance. Sets of small numbers are stored as bits or as a sorted list,
//! whichever is shorter, so that dense sets of facts cost a bit a fact and sparse ones a word a fact.

mod batch;

pub use batch::Batch;
use serde::{Deserialize, Serialize};
use std::hash::Hasher;

fn hash(words: &[u32]) -> u32 {
    let mut hasher = rustc_hash::FxHasher::default();
    let pairs = words.chunks_exact(2);
    let last = pairs.remainder().first().copied();
    for pair in pairs {
        hasher.write_u64(u64::from(pair[0]) | u64::from(pair[1]) << 32);
    }
    hasher.write_u64(u64::from(last.unwrap_or(0)) << 32 | words.len() as u64);
    let hash = hasher.finish();
    ((hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// Bytes that a vector asks for at once if it grows soon: it doubles, and has old and new for a moment.
pub fn growth_of<T>(vector: &Vec<T>) -> usize {
    if vector.len() < vector.capacity() / 8 * 7 { 0 } else { 2 * vector.capacity() * size_of::<T>() }
}

/// Finds the numbers 0, 1, 2 … of a table's entries by what they stand for: open addressing with linear probing.
///
/// Large tables miss the caches on every access, so a slot is one small word: of 2ᵇ slots each has a number in its low b
/// bits and above them the hash's low 32 − b bits; the other b say where it belongs. So an entry is looked at only
/// if nearly all of its hash is right. The table knows its entries, so an index that is full is thrown away before one of twice the
/// size is made: never are there two, and the entries are read in order.
#[derive(Debug, Default)]
struct Index {
    slots: Vec<u32>,
    len: usize,
}

/// No slot has this number: never more than three quarters are taken.
const VACANT: u32 = u32::MAX;

impl Index {
    /// The logarithm of the number of slots.
    fn bits(&self) -> u32 {
        self.slots.len().trailing_zeros()
    }

    /// Where a hash belongs, and what is stored of it.
    fn split(&self, hash: u32) -> (usize, u32) {
        let split = u64::from(hash) << self.bits();
        ((split >> 32) as usize, split as u32)
    }

    fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let last = self.slots.len() - 1;
        let (mut at, tag) = self.split(hash);
        loop {
            let slot = self.slots[at];
            if slot == VACANT {
                return None;
            }
            let number = slot & last as u32;
            if slot - number == tag && is(number) {
                return Some(number);
            }
            at = (at + 1) & last;
        }
    }

    /// Adds the next number; `hash_of` gives the hashes of all.
    fn add(&mut self, hash: u32, hash_of: impl Fn(u32) -> u32) {
        self.reserve(1, hash_of);
        self.place(hash, self.len as u32);
        self.len += 1;
    }

    /// Makes room for this many more.
    fn reserve(&mut self, more: usize, hash_of: impl Fn(u32) -> u32) {
        if self.len + more > self.slots.len() / 4 * 3 {
            let mut slots = (2 * self.slots.len()).max(16);
            while self.len + more > slots / 4 * 3 {
                slots *= 2;
            }
            self.slots = Vec::new();
            self.slots = vec![VACANT; slots];
            (0..self.len as u32).for_each(|number| self.place(hash_of(number), number));
        }
    }

    fn place(&mut self, hash: u32, number: u32) {
        let (mut at, tag) = self.split(hash);
        while self.slots[at] != VACANT {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = tag | number;
    }

    /// Bytes that it asks for at once if it grows soon, beyond those that it gives back.
    fn growth(&self) -> usize {
        if self.len < self.slots.len() / 16 * 11 { 0 } else { self.slots.len() * size_of::<u32>() }
    }
}

/// Distinct slices of any length.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "StoredSlices")]
pub struct Slices {
    words: Vec<u32>,
    ends: Vec<usize>,
    #[serde(skip)]
    index: Index,
}

/// Slices without what is found again from the rest.
#[derive(Deserialize)]
struct StoredSlices {
    words: Vec<u32>,
    ends: Vec<usize>,
}

impl From<StoredSlices> for Slices {
    fn from(StoredSlices { words, ends }: StoredSlices) -> Self {
        let mut index = Index::default();
        let of = |id: u32| hash(slice_of(&words, &ends, id));
        index.reserve(ends.len(), of);
        (0..ends.len() as u32).for_each(|id| index.add(of(id), of));
        Slices { words, ends, index }
    }
}

impl Slices {
    /// The number of this slice, which is stored if it is new.
    pub fn intern(&mut self, slice: &[u32]) -> u32 {
        let (words, ends) = (&self.words, &self.ends);
        let of = |id: u32| slice_of(words, ends, id);
        let key = hash(slice);
        if let Some(id) = self.index.find(key, |id| of(id) == slice) {
            return id;
        }
        let id = number(self.ends.len());
        self.words.extend_from_slice(slice);
        self.ends.push(self.words.len());
        let (words, ends) = (&self.words, &self.ends);
        self.index.add(key, |id| hash(slice_of(words, ends, id)));
        id
    }

    /// Bytes that the table may ask for at once when it next grows.
    pub fn growth(&self) -> usize {
        growth_of(&self.words) + growth_of(&self.ends) + self.index.growth()
    }

    /// The slice with this number.
    pub fn get(&self, id: u32) -> &[u32] {
        slice_of(&self.words, &self.ends, id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn slice_of<'a>(words: &'a [u32], ends: &[usize], id: u32) -> &'a [u32] {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &words[start..ends[id]]
}

/// The next number of a table.
///
/// # Panics
/// At 2³² entries, which take more than 64 GiB here: the memory bound ends a search long before.
pub fn number(len: usize) -> u32 {
    u32::try_from(len).expect("internal error: a table of 2^32 entries")
}

/// Distinct slices of one width, without a word of overhead each.
///
/// Rows stand in chunks of a fixed number, so that a table never moves: doubling one array would need three times the
/// memory for a moment, and waste half of it afterwards.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "StoredRows")]
pub struct Rows {
    width: usize,
    chunks: Vec<Vec<u32>>,
    len: usize,
    #[serde(skip)]
    index: Index,
}

/// Rows without what is found again from the rest.
#[derive(Deserialize)]
struct StoredRows {
    width: usize,
    chunks: Vec<Vec<u32>>,
    len: usize,
}

impl From<StoredRows> for Rows {
    fn from(StoredRows { width, mut chunks, len }: StoredRows) -> Self {
        chunks.iter_mut().for_each(Vec::shrink_to_fit);
        let mut index = Index::default();
        let of = |id: u32| hash(row_of(&chunks, width, id));
        index.reserve(len, of);
        (0..len as u32).for_each(|id| index.add(of(id), of));
        Rows { width, chunks, len, index }
    }
}

/// Rows in a chunk, as a power of two.
const CHUNK: u32 = 12;

fn row_of(chunks: &[Vec<u32>], width: usize, id: u32) -> &[u32] {
    let at = (id & ((1 << CHUNK) - 1)) as usize * width;
    &chunks[(id >> CHUNK) as usize][at..at + width]
}

impl Rows {
    /// No rows of `width` words.
    pub fn new(width: usize) -> Self {
        Rows { width, chunks: Vec::new(), len: 0, index: Index::default() }
    }

    /// The number of this row and whether it is new; nothing is stored, and `None` given, if it is new and there are
    /// `most` rows already.
    pub fn intern(&mut self, row: &[u32], most: usize) -> Option<(u32, bool)> {
        debug_assert_eq!(row.len(), self.width);
        let (width, chunks) = (self.width, &self.chunks);
        let key = hash(row);
        if let Some(id) = self.index.find(key, |id| row_of(chunks, width, id) == row) {
            return Some((id, false));
        }
        if self.len >= most {
            return None;
        }
        Some((self.add(key, row), true))
    }

    /// The number of a row with this hash, and whether it is new.
    fn intern_hashed(&mut self, key: u32, row: &[u32]) -> (u32, bool) {
        let (width, chunks) = (self.width, &self.chunks);
        match self.index.find(key, |id| row_of(chunks, width, id) == row) {
            Some(id) => (id, false),
            None => (self.add(key, row), true),
        }
    }

    /// Stores a new row with this hash.
    fn add(&mut self, key: u32, row: &[u32]) -> u32 {
        let id = number(self.len);
        self.push(row);
        let (width, chunks) = (self.width, &self.chunks);
        self.index.add(key, |id| hash(row_of(chunks, width, id)));
        id
    }

    /// The number of this row, which is stored if it is new.
    pub fn number_of(&mut self, row: &[u32]) -> u32 {
        self.intern(row, usize::MAX).expect("internal error: a table without a limit was full").0
    }

    /// Bytes that the table may ask for at once when it next grows.
    pub fn growth(&self) -> usize {
        (self.width << (CHUNK + 2)) + self.index.growth()
    }

    /// The row with this number.
    pub fn get(&self, id: u32) -> &[u32] {
        row_of(&self.chunks, self.width, id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Drops the index, which only [`Rows::intern`] needs.
    pub fn freeze(&mut self) {
        self.index = Index::default();
    }
}

/// Distinct sets of numbers, each with a small mark beside it (a local clock, or 0).
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sets {
    slices: Slices,
    #[serde(skip)]
    scratch: Vec<u32>,
}

const BITS: u32 = 0;
const LIST: u32 = 1;

impl Sets {
    /// The number of this set with mark 0, given sorted and without duplicates.
    pub fn intern(&mut self, sorted: &[u32]) -> u32 {
        self.intern_marked(0, sorted)
    }

    /// The number of this mark (below 2³¹) and set, given sorted and without duplicates.
    pub fn intern_marked(&mut self, mark: u32, sorted: &[u32]) -> u32 {
        debug_assert!(sorted.is_sorted_by(|a, b| a < b));
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let dense_words = sorted.last().map_or(0, |&last| last as usize / 32 + 1);
        if dense_words <= sorted.len() {
            scratch.resize(dense_words + 1, 0);
            scratch[0] = mark << 1 | BITS;
            for &member in sorted {
                scratch[member as usize / 32 + 1] |= 1 << (member % 32);
            }
        } else {
            scratch.push(mark << 1 | LIST);
            scratch.extend_from_slice(sorted);
        }
        let id = self.slices.intern(&scratch);
        self.scratch = scratch;
        id
    }

    /// The mark of a set.
    pub fn mark(&self, id: u32) -> u32 {
        self.slices.get(id)[0] >> 1
    }

    /// Writes the members of a set, sorted, at the end of `members`.
    pub fn read(&self, id: u32, members: &mut Vec<u32>) {
        let slice = self.slices.get(id);
        match slice.split_first() {
            Some((tag, list)) if tag & 1 == LIST => members.extend_from_slice(list),
            Some((_, words)) => {
                for (at, &word) in words.iter().enumerate() {
                    let mut word = word;
                    while word != 0 {
                        members.push(at as u32 * 32 + word.trailing_zeros());
                        word &= word - 1;
                    }
                }
            }
            None => {}
        }
    }

    /// Bytes that the table may ask for at once when it next grows.
    pub fn growth(&self) -> usize {
        self.slices.growth()
    }

    /// The members of a set, sorted.
    pub fn members(&self, id: u32) -> Vec<u32> {
        let mut members = Vec::new();
        self.read(id, &mut members);
        members
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.slices.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_set_is_read_back_and_equal_sets_have_one_number(
            sets in prop::collection::vec(prop::collection::btree_set(0u32..200, 0..40), 1..40)
        ) {
            let mut table = Sets::default();
            let ids: Vec<u32> =
                sets.iter().map(|s| table.intern(&s.iter().copied().collect::<Vec<_>>())).collect();
            for (set, &id) in sets.iter().zip(&ids) {
                prop_assert_eq!(&table.members(id).into_iter().collect::<BTreeSet<_>>(), set);
            }
            let distinct: BTreeSet<_> = sets.iter().collect();
            prop_assert_eq!(table.len(), distinct.len());
        }

        #[test]
        fn rows_are_numbered_in_order_of_appearance(rows in prop::collection::vec(prop::array::uniform2(0u32..4), 1..60)) {
            let mut table = Rows::new(2);
            let mut seen: Vec<[u32; 2]> = Vec::new();
            for row in &rows {
                let (id, new) = table.intern(row, usize::MAX).expect("no limit");
                prop_assert_eq!(new, !seen.contains(row));
                if new { seen.push(*row); }
                prop_assert_eq!(seen[id as usize], *row);
                prop_assert_eq!(table.get(id), &row[..]);
            }
        }
    }
}
