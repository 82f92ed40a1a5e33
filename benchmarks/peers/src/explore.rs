//! A timed run of stateright's checker over a whole state space.

use std::hash::Hash;
use std::time::{Duration, Instant};

use stateright::{Checker, Model};

/// Which of stateright's exhaustive searches to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// `spawn_bfs`: keeps each state's parent.
    Bfs,
    /// `spawn_dfs`: keeps fingerprints alone.
    Dfs,
}

/// What the checker found and how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exploration {
    /// Distinct states, by the checker's own count.
    pub states: usize,
    /// Successors generated, by the checker's own count.
    pub transitions: usize,
    /// From building the checker until its last thread has ended.
    pub time: Duration,
}

/// Explores all states of `model`.
pub fn explore<M>(model: M, search: Search, threads: usize) -> Exploration
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Send + Sync + 'static,
    M::Action: Clone + PartialEq,
{
    let roots = model.init_states().len();
    let start = Instant::now();
    let builder = model.checker().threads(threads);
    match search {
        Search::Bfs => measure(builder.spawn_bfs().join(), start, roots),
        Search::Dfs => measure(builder.spawn_dfs().join(), start, roots),
    }
}

/// Explores, depth first and on one thread, one state of each set of states with one representative.
pub fn explore_up_to<M>(model: M, representative: fn(&M::State) -> M::State) -> Exploration
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Send + Sync + 'static,
    M::Action: Clone + PartialEq,
{
    let roots = model.init_states().len();
    let start = Instant::now();
    measure(model.checker().symmetry_fn(representative).spawn_dfs().join(), start, roots)
}

/// Reads a finished checker. Its `state_count` is the initial states and every successor generated.
fn measure<M: Model>(checker: impl Checker<M>, start: Instant, roots: usize) -> Exploration {
    let time = start.elapsed();
    Exploration { states: checker.unique_state_count(), transitions: checker.state_count() - roots, time }
}
