//! The explored part of a transition system, as compressed rows.
//!
//! States are numbered in the order of discovery (breadth first, so also by distance from the initial state). A state's
//! transitions stand in the order of its choices, so a transition needs its target only: who stepped and what was delivered is found by
//! asking the system for the choices again.

use crate::system::words::{Rows, growth_of};

/// States and transitions.
#[derive(Debug)]
pub struct Graph {
    /// The states' words.
    pub states: Rows,
    /// For each state the state from which it was discovered; the initial state has itself.
    pub parents: Vec<u32>,
    /// Where each expanded state's transitions start in `targets`; one more entry at the end.
    pub starts: Vec<u32>,
    /// Targets of all transitions of expanded states.
    pub targets: Vec<u32>,
}

impl Graph {
    /// Number of states whose transitions are all here. States from this number on are the frontier.
    pub fn expanded(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether the transitions of this state are here.
    pub fn is_expanded(&self, state: u32) -> bool {
        (state as usize) < self.expanded()
    }

    /// Gives back what only a search needs.
    pub fn freeze(&mut self) {
        self.states.freeze();
        self.parents.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.targets.shrink_to_fit();
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        self.states.growth() + growth_of(&self.parents) + growth_of(&self.starts) + growth_of(&self.targets)
    }

    /// The targets of a state's transitions, in the order of its choices; none if it was not expanded.
    pub fn successors(&self, state: u32) -> &[u32] {
        if self.is_expanded(state) {
            &self.targets[self.starts[state as usize] as usize..self.starts[state as usize + 1] as usize]
        } else {
            &[]
        }
    }
}
