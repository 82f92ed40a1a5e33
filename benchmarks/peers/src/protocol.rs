//! The command line of the program that explores a protocol with stateright.

use clap::{Parser, Subcommand};
use serde::Serialize;
use stateright::Model;
use std::hash::Hash;

use crate::explore::{Exploration, Search, explore, explore_up_to};
use crate::paxos::{self, Paxos};
use crate::two_phase_commit::{self, MAX_MANAGERS, TwoPhaseCommit};

/// Explores a protocol with stateright on one thread and prints one line of JSON.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct ProtocolArgs {
    /// Search strategy
    #[arg(long, value_enum, default_value_t = Search::Bfs, global = true)]
    pub search: Search,
    /// Take states that differ in names only for one; searches depth first
    #[arg(long, global = true)]
    pub symmetry: bool,
    /// What to explore
    #[command(subcommand)]
    pub protocol: Protocol,
}

/// A protocol with its size.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Protocol {
    /// Two-phase commit of Gray and Lamport
    TwoPhaseCommit {
        /// Number of resource managers
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_MANAGERS)))]
        managers: u8,
    },
    /// Single-decree Paxos with three acceptors
    Paxos {
        /// Number of proposers, each with one ballot
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
        proposers: u8,
    },
}

/// One measured run.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ProtocolReport {
    /// Distinct states.
    pub states: usize,
    /// Successors generated.
    pub transitions: usize,
    /// Seconds of the exploration alone.
    pub seconds: f64,
    /// Peak of live heap bytes.
    pub peak_bytes: usize,
}

impl ProtocolArgs {
    /// Runs the exploration; `peak` tells the peak of live heap bytes afterwards.
    pub fn run(&self, peak: impl FnOnce() -> usize) -> ProtocolReport {
        let run = match self.protocol {
            Protocol::TwoPhaseCommit { managers } => {
                let model = TwoPhaseCommit::new(managers).expect("the command line admits legal sizes only");
                self.explore(model, two_phase_commit::State::representative)
            }
            Protocol::Paxos { proposers: 1 } => self.explore(Paxos::<3, 1>, paxos::State::representative),
            Protocol::Paxos { proposers: 2 } => self.explore(Paxos::<3, 2>, paxos::State::representative),
            Protocol::Paxos { .. } => self.explore(Paxos::<3, 3>, paxos::State::representative),
        };
        let Exploration { states, transitions, time } = run;
        ProtocolReport { states, transitions, seconds: time.as_secs_f64(), peak_bytes: peak() }
    }

    fn explore<M>(&self, model: M, representative: fn(&M::State) -> M::State) -> Exploration
    where
        M: Model + Send + Sync + 'static,
        M::State: Hash + Clone + PartialEq + Send + Sync + 'static,
        M::Action: Clone + PartialEq,
    {
        if self.symmetry { explore_up_to(model, representative) } else { explore(model, self.search, 1) }
    }
}
