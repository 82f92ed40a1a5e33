//! The explored part of a transition system, as compressed rows.
//!
//! States are numbered in the order of discovery (breadth first, so also by distance from the initial state). A state's
//! transitions stand in the order of its choices, so a transition needs its target only: who stepped and what was delivered is found by
//! asking the system for the choices again. A state is expanded *in part* if a reduction left choices out ([`System::ample`]).
//!
//! Everything stands in chunks of [`CHUNK`] states, which never move: a search may use its memory to the last chunk,
//! where one array that doubles would need three times its size for a moment.

use crate::checkpoint::{Reader, Writer};
use crate::system::words::{Batch, Rows};
use crate::system::{Choice, Stop, System};
use crate::threads::Threads;
use bitvec::vec::BitVec;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::io;

/// States and transitions.
#[derive(Debug)]
pub struct Graph {
    /// The states' words.
    pub states: Rows,
    /// For each state the state from which it was discovered; the initial state has itself.
    parents: Vec<Vec<u32>>,
    /// The transitions of expanded states, by chunk.
    transitions: Vec<Transitions>,
    expanded: usize,
    taken: usize,
    /// The states expanded in part; shorter than the states if the last ones are not.
    partial: BitVec,
    /// The transitions of states that were expanded in part first and in full later.
    again: FxHashMap<u32, Box<[u32]>>,
}

/// States in a chunk.
const CHUNK: usize = 1 << 12;

/// The transitions of the states of one chunk.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Transitions {
    /// Where each state's end.
    ends: Vec<u32>,
    targets: Vec<u32>,
}

impl Graph {
    /// A graph of one state, not expanded.
    pub fn new(initial: &[u32]) -> Self {
        let mut states = Rows::new(initial.len());
        states.number_of(initial);
        Graph {
            states,
            parents: vec![vec![0]],
            transitions: Vec::new(),
            expanded: 0,
            taken: 0,
            partial: BitVec::new(),
            again: FxHashMap::default(),
        }
    }

    /// Number of states whose transitions are all here. States from this number on are the frontier.
    pub fn expanded(&self) -> usize {
        self.expanded
    }

    /// Number of transitions of expanded states.
    pub fn transitions(&self) -> usize {
        self.taken
    }

    /// Whether the transitions of this state are here.
    pub fn is_expanded(&self, state: u32) -> bool {
        (state as usize) < self.expanded
    }

    /// The number of the state of these words, and whether it is new: discovered from `parent` then. `None` if it is new and there are
    /// `most` states already.
    pub fn discover(&mut self, words: &[u32], parent: u32, most: usize) -> Option<(u32, bool)> {
        let (state, new) = self.states.intern(words, most)?;
        if new {
            if (state as usize).is_multiple_of(CHUNK) {
                self.parents.push(Vec::with_capacity(CHUNK));
            }
            self.parents[state as usize / CHUNK].push(parent);
        }
        Some((state, new))
    }

    /// The same for many states, each discovered from the state that `parent` gives for its place; there is no limit.
    pub fn discover_all(&mut self, words: &mut Batch, count: usize, parent: impl Fn(usize) -> u32, threads: &Threads) {
        let first = self.states.len();
        self.states.number_all(words, count, threads);
        for (state, &at) in (first..).zip(&words.new) {
            if state.is_multiple_of(CHUNK) {
                self.parents.push(Vec::with_capacity(CHUNK));
            }
            self.parents[state / CHUNK].push(parent(at as usize));
        }
    }

    /// Expands the next state, in full or in part: its transitions lead to these states, in the order of its choices. `None`, and
    /// nothing is changed, if a chunk would hold 2³² transitions.
    pub fn expand(&mut self, targets: &[u32], partial: bool) -> Option<()> {
        if self.expanded.is_multiple_of(CHUNK) {
            if let Some(full) = self.transitions.last_mut() {
                full.targets.shrink_to_fit();
            }
            self.transitions.push(Transitions { ends: Vec::with_capacity(CHUNK), targets: Vec::new() });
        }
        let chunk = &mut self.transitions[self.expanded / CHUNK];
        let end = u32::try_from(chunk.targets.len() + targets.len()).ok()?;
        chunk.targets.extend_from_slice(targets);
        chunk.ends.push(end);
        if partial {
            self.partial.resize(self.expanded + 1, false);
            self.partial.set(self.expanded, true);
        }
        self.expanded += 1;
        self.taken += targets.len();
        Some(())
    }

    /// Expands in full a state that was expanded in part.
    pub fn expand_again(&mut self, state: u32, targets: &[u32]) {
        self.taken += targets.len() - self.successors(state).len();
        self.partial.set(state as usize, false);
        self.again.insert(state, targets.into());
    }

    /// Whether the state was expanded in part only.
    pub fn is_partial(&self, state: u32) -> bool {
        self.partial.get(state as usize).is_some_and(|bit| *bit)
    }

    /// Number of states expanded in part.
    pub fn partial(&self) -> usize {
        self.partial.count_ones()
    }

    /// Writes the choices that were taken in a state into `choices` (cleared first), in the order of its transitions.
    ///
    /// # Errors
    /// Those of the system.
    pub fn choices<S: System>(&self, system: &mut S, state: u32, choices: &mut Vec<Choice>) -> Result<(), Stop> {
        let words = self.states.get(state);
        system.enabled(words, choices)?;
        if self.is_partial(state) {
            system.ample(words, choices)?;
        }
        Ok(())
    }

    /// The state from which a state was discovered; the initial state's own is itself.
    pub fn parent(&self, state: u32) -> u32 {
        self.parents[state as usize / CHUNK][state as usize % CHUNK]
    }

    /// Writes the graph.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, to: &mut Writer) -> io::Result<()> {
        let partial: Vec<usize> = self.partial.iter_ones().collect();
        let mut again: Vec<_> = self.again.iter().collect();
        again.sort_unstable();
        to.put(&(&self.states, &self.parents, &self.transitions))?;
        to.put(&(self.expanded, self.taken))?;
        to.put(&partial)?;
        to.put(&again)
    }

    /// The graph that was written.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn restore(from: &mut Reader) -> io::Result<Self> {
        let (states, parents, transitions) = from.get()?;
        let (expanded, taken): (usize, usize) = from.get()?;
        let ones: Vec<usize> = from.get()?;
        let again: Vec<(u32, Box<[u32]>)> = from.get()?;
        let mut partial = BitVec::new();
        partial.resize(ones.last().map_or(0, |&last| last + 1), false);
        ones.iter().for_each(|&at| partial.set(at, true));
        let again = again.into_iter().collect();
        Ok(Graph { states, parents, transitions, expanded, taken, partial, again })
    }

    /// Gives back what only a search needs.
    pub fn freeze(&mut self) {
        self.states.freeze();
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        let targets = self.transitions.last().map_or(0, |chunk| chunk.targets.capacity());
        self.states.growth() + (2 * CHUNK + 3 * targets) * size_of::<u32>()
    }

    /// The targets of a state's transitions, in the order of its choices; none if it was not expanded.
    pub fn successors(&self, state: u32) -> &[u32] {
        if !self.is_expanded(state) {
            return &[];
        }
        if !self.again.is_empty()
            && let Some(targets) = self.again.get(&state)
        {
            return targets;
        }
        let chunk = &self.transitions[state as usize / CHUNK];
        let at = state as usize % CHUNK;
        let start = if at == 0 { 0 } else { chunk.ends[at - 1] };
        &chunk.targets[start as usize..chunk.ends[at] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_and_parents_are_read_back_across_chunks() {
        let states = 3 * CHUNK as u32 + 5;
        let mut graph = Graph::new(&[0]);
        let targets = |state: u32| (0..state % 4).map(|at| (state * 7 + at) % states).collect::<Vec<_>>();
        for state in 1..states {
            assert_eq!(graph.discover(&[state], state / 2, usize::MAX), Some((state, true)));
            assert_eq!(graph.discover(&[state], state / 3, usize::MAX), Some((state, false)));
        }
        for state in 0..states - 1 {
            graph.expand(&targets(state), false).expect("few transitions");
        }
        for state in 0..states - 1 {
            assert_eq!(graph.successors(state), targets(state));
            assert_eq!(graph.parent(state), state / 2);
        }
        assert!(graph.successors(states - 1).is_empty() && !graph.is_expanded(states - 1));
        assert_eq!(graph.transitions(), (0..states - 1).map(|state| state as usize % 4).sum::<usize>());
        assert_eq!(graph.discover(&[states], 0, states as usize), None);
    }

    #[test]
    fn a_state_expanded_again_has_its_new_transitions_only() {
        let mut graph = Graph::new(&[0]);
        graph.discover(&[1], 0, 9).expect("no limit");
        graph.expand(&[1], true).expect("few transitions");
        graph.expand(&[1], false).expect("few transitions");
        assert!(graph.is_partial(0) && !graph.is_partial(1) && graph.partial() == 1);
        graph.expand_again(0, &[0, 1, 0]);
        assert_eq!((graph.successors(0), graph.successors(1)), (&[0, 1, 0][..], &[1][..]));
        assert_eq!((graph.partial(), graph.transitions()), (0, 4));
    }
}
