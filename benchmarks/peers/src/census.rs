//! A plain count of a model's states and transitions that does not use stateright's checker.

use std::collections::HashSet;
use std::hash::Hash;

use stateright::Model;

/// How big a state space is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Census {
    /// Distinct reachable states.
    pub states: usize,
    /// Actions of reachable states that have a successor.
    pub transitions: usize,
    /// Distinct values of the states' outcomes.
    pub outcomes: usize,
}

/// Counts `model`; `outcome` says what a state ends with, if it is final.
pub fn census<M, O>(model: &M, outcome: impl Fn(&M, &M::State) -> Option<O>) -> Census
where
    M: Model,
    M::State: Clone + Eq + Hash,
    O: Eq + Hash,
{
    let mut pending = model.init_states();
    let mut known: HashSet<M::State> = pending.iter().cloned().collect();
    let mut outcomes = HashSet::new();
    let mut transitions = 0;
    while let Some(state) = pending.pop() {
        outcomes.extend(outcome(model, &state));
        for next in model.next_states(&state) {
            transitions += 1;
            if known.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    Census { states: known.len(), transitions, outcomes: outcomes.len() }
}
