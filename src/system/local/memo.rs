//! A memory of local steps that forgets: direct mapped, so that a new step may push out an old one.
//!
//! Evaluating a step again gives the same numbers, so forgetting costs time only. A memory that never forgets would be most of what
//! a search holds where every local step is new. It doubles while it is asked for more than it can hold, up to a
//! fixed size.

use super::Moved;

/// Most entries: 28 bytes each.
const MOST: usize = 1 << 18;

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: [u32; 3],
    moved: Moved,
}

/// No local state has this number.
const NO_KEY: [u32; 3] = [u32::MAX; 3];
const VACANT: Entry = Entry { key: NO_KEY, moved: Moved { next: 0, sent: 0, snapshot: 0, alarm: false } };

/// The memory.
#[derive(Debug)]
pub struct Memo {
    entries: Vec<Entry>,
    evicted: usize,
}

impl Memo {
    /// An empty one.
    pub fn new() -> Self {
        Memo { entries: vec![VACANT; 1 << 10], evicted: 0 }
    }

    fn place(&self, key: [u32; 3]) -> usize {
        let [node, local, inbox] = key.map(u64::from);
        let mixed =
            (local.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (node << 32 | inbox)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (mixed >> 32) as usize & (self.entries.len() - 1)
    }

    /// What is remembered of this step.
    pub fn get(&self, key: [u32; 3]) -> Option<Moved> {
        let entry = &self.entries[self.place(key)];
        (entry.key == key).then_some(entry.moved)
    }

    /// Remembers a step.
    pub fn put(&mut self, key: [u32; 3], moved: Moved) {
        let at = self.place(key);
        if self.entries[at].key != NO_KEY {
            self.evicted += 1;
        }
        self.entries[at] = Entry { key, moved };
        if self.evicted > self.entries.len() / 2 && self.entries.len() < MOST {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let doubled = vec![VACANT; self.entries.len() * 2];
        let old = std::mem::replace(&mut self.entries, doubled);
        self.evicted = 0;
        for entry in old.into_iter().filter(|entry| entry.key != NO_KEY) {
            let at = self.place(entry.key);
            self.entries[at] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_put_last() {
        let mut memo = Memo::new();
        let moved = |next| Moved { next, ..Moved::default() };
        let key = |i: u32| [i % 3, i / 3, i % 7];
        let mut kept = 0;
        for i in 0..200_000 {
            memo.put(key(i), moved(i));
            assert_eq!(memo.get(key(i)), Some(moved(i)));
        }
        for i in 0..200_000 {
            if let Some(found) = memo.get(key(i)) {
                assert_eq!(found, moved(i));
                kept += 1;
            }
        }
        assert!(kept > 50_000, "{kept} of 200,000 kept");
    }
}
