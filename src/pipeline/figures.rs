//! What a search took, in numbers.

use super::recheck::Rechecked;
use crate::program::NodeId;
use crate::reduce::Reductions;

/// Figures of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Distinct states, initial and frontier included, of the last search.
    pub states: usize,
    /// Of these, states whose transitions were not all taken.
    pub frontier: usize,
    /// Transitions, self-loops included, of the last search.
    pub transitions: usize,
    /// Transitions into states that were there before: where schedules meet again. Of all searches that are summed up.
    pub duplicates: usize,
    /// Local steps evaluated.
    pub local_steps: u64,
    /// Local steps answered from memory.
    pub remembered: u64,
    /// Distinct local states.
    pub local_states: usize,
    /// Lately, the share of local steps that led to a new local state; `None` in short searches.
    pub novelty: Option<f64>,
    /// Maximal fair components.
    pub components: usize,
    /// Searches made: one, and one more for each pumped message and each raise of the cap.
    pub searches: usize,
    /// A node to which so many messages are in flight in one state that their deliveries cannot be listed, and how many these are, if
    /// that ended the search.
    pub crowd: Option<(NodeId, usize)>,
    /// The cap on copies of pumped messages in the last search; 0 if all counts were exact.
    pub cap: u32,
    /// Messages that were delivered eagerly in the last search; of slices, in all of them.
    pub eager_messages: usize,
    /// States of the last search that were expanded in part, for each of [`Reductions::OF_STATES`].
    pub in_part: [usize; Reductions::OF_STATES.len()],
    /// How many of these were expanded again in full, since they lie on loops.
    pub again: usize,
    /// Transitions of the last search that led to a state for which a renaming of it was taken.
    pub mapped: usize,
    /// Into how many slices the instance was taken apart; 0 if it was explored as a whole. All figures are then sums over the
    /// slices that were searched.
    pub slices: usize,
    /// How many of these were searched; the others are like them but for names.
    pub searched_slices: usize,
    /// States of searches of several slices together, for the models that they have together; not among `states`.
    pub joint_states: usize,
    /// Transitions of these searches; not among `transitions`.
    pub joint_transitions: usize,
    /// Questions put to a solver.
    pub solver_calls: u64,
    /// How far the choices that reductions left out were tested, if they were.
    pub rechecked: Option<Rechecked>,
}

impl Figures {
    /// Adds the work that another instance took.
    pub fn add(&mut self, other: &Figures) {
        self.states += other.states;
        self.transitions += other.transitions;
        self.duplicates += other.duplicates;
        self.local_steps += other.local_steps;
        self.remembered += other.remembered;
        self.components += other.components;
        self.searches += other.searches;
        self.solver_calls += other.solver_calls;
    }
}
