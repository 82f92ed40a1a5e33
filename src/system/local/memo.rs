//! A memory of local steps that forgets: direct mapped, so that a new step may push out an old one.
//!
//! Evaluating a step again gives the same numbers, so forgetting costs time only. A memory that never forgets would be most of what
//! a search holds where every local step is new. It doubles while it is asked for more than it can hold, up to a
//! fixed size. There, each look misses the caches and may cost as much as the step; so of a node whose steps hardly ever
//! come again within the reach of the memory nothing is remembered for a while, and then it is tried again.

use super::Moved;
use serde::{Deserialize, Serialize};

/// Most entries: 28 bytes each.
const MOST: usize = 1 << 18;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Entry {
    key: [u32; 3],
    moved: Moved,
}

/// No local state has this number.
const NO_KEY: [u32; 3] = [u32::MAX; 3];
const VACANT: Entry = Entry { key: NO_KEY, moved: Moved { next: 0, sent: 0, snapshot: 0, alarm: false } };

/// What remembering the steps of one node has brought.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Trial {
    asked: usize,
    hits: usize,
    /// Whether they are remembered now.
    pays: bool,
}

const NEW_TRIAL: Trial = Trial { asked: 0, hits: 0, pays: true };

/// Steps asked for during a trial: as many as may be remembered.
const TRIAL: usize = MOST;

/// Steps asked for from one trial to the next.
const ROUND: usize = 8 * TRIAL;

/// A trial is passed if one step in this many was remembered.
const WORTH: usize = 16;

/// The memory.
#[derive(Debug, Serialize, Deserialize)]
pub struct Memo {
    entries: Vec<Entry>,
    evicted: usize,
    trials: Vec<Trial>,
}

impl Memo {
    /// An empty one, for this many nodes.
    pub fn new(nodes: usize) -> Self {
        Memo { entries: vec![VACANT; 1 << 10], evicted: 0, trials: vec![NEW_TRIAL; nodes] }
    }

    fn place(&self, key: [u32; 3]) -> usize {
        let [node, local, inbox] = key.map(u64::from);
        let mixed =
            (local.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (node << 32 | inbox)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (mixed >> 32) as usize & (self.entries.len() - 1)
    }

    /// What is remembered of this step: node, local state, inbox.
    pub fn get(&mut self, key: [u32; 3]) -> Option<Moved> {
        let trial = &mut self.trials[key[0] as usize];
        trial.asked += 1;
        match trial.asked {
            TRIAL => trial.pays = trial.hits >= TRIAL / WORTH,
            ROUND => *trial = NEW_TRIAL,
            _ => {}
        }
        if !trial.pays {
            return None;
        }
        let entry = &self.entries[self.place(key)];
        let found = (entry.key == key).then_some(entry.moved);
        self.trials[key[0] as usize].hits += usize::from(found.is_some());
        found
    }

    /// Remembers a step.
    pub fn put(&mut self, key: [u32; 3], moved: Moved) {
        if !self.trials[key[0] as usize].pays {
            return;
        }
        let at = self.place(key);
        if self.entries[at].key != NO_KEY {
            self.evicted += 1;
        }
        self.entries[at] = Entry { key, moved };
        if self.evicted > self.entries.len() / 2 && self.entries.len() < MOST {
            self.grow();
        }
    }

    /// Remembers, from now on, another outcome of a step that was put, if it is still remembered; forgets it if there is none.
    pub fn replace(&mut self, key: [u32; 3], moved: Option<Moved>) {
        let at = self.place(key);
        if self.entries[at].key == key {
            self.entries[at] = moved.map_or(VACANT, |moved| Entry { key, moved });
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
        let mut memo = Memo::new(3);
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

    #[test]
    fn what_never_comes_again_is_remembered_during_trials_only() {
        let mut memo = Memo::new(2);
        let mut remembered = 0;
        for i in 1..2 * ROUND as u32 {
            assert_eq!(memo.get([1, i, 0]), None);
            memo.put([1, i, 0], Moved::default());
            remembered += usize::from(memo.entries[memo.place([1, i, 0])].key == [1, i, 0]);
            if memo.get([0, i % 7, 0]).is_none() {
                memo.put([0, i % 7, 0], Moved::default());
            }
        }
        assert_eq!(remembered, 2 * TRIAL - 1);
        assert!(memo.trials[0].pays && !memo.trials[1].pays);
    }
}
