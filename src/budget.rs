//! What a computation may use, and the name of the bound it hit.

use crate::checkpoint::Checkpoints;
use crate::threads::Threads;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A bound that ended a computation; `bound:<name>` in reports (interface, *JSON*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Bound {
    /// `--max-states`
    #[error("states")]
    States,
    /// `--max-transitions`
    #[error("transitions")]
    Transitions,
    /// `--max-facts` in one local step
    #[error("facts")]
    Facts,
    /// `--max-memory`
    #[error("memory")]
    Memory,
    /// `--timeout`
    #[error("time")]
    Time,
    /// An integer beyond 64 bits
    #[error("integer")]
    Integer,
    /// Buffers that grow without bound, whose abstraction left facts undecided
    #[error("copies")]
    Copies,
    /// `--max-models`, where each ultimate model has to be looked at
    #[error("models")]
    Models,
    /// What the solver could not decide
    #[error("solver")]
    Solver,
    /// Ctrl-C or a termination signal
    #[error("interrupt")]
    Interrupt,
}

/// The limits of one run of the tool. Cheap to clone; clones share the interrupt flag.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Most states explored.
    pub max_states: usize,
    /// Most transitions explored.
    pub max_transitions: usize,
    /// Most facts in D of one local step.
    pub max_facts: usize,
    /// Most bytes in use, as `memory` counts them.
    pub max_memory: usize,
    /// When to stop.
    pub deadline: Option<Instant>,
    /// Set by a signal handler.
    pub interrupted: Arc<AtomicBool>,
    /// Set when a search need not go on, since what it is made for is known: it then ends with the bound `transitions`.
    pub enough: Arc<AtomicBool>,
    /// Bytes in use now; a constant 0 where nobody counts.
    pub memory: fn() -> usize,
    /// The threads that may be used. No answer depends on how many they are.
    pub threads: Threads,
    /// Where searches are kept, so that an interrupted answer can go on.
    pub checkpoints: Option<Checkpoints>,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            max_states: usize::MAX,
            max_transitions: usize::MAX,
            max_facts: 1_000_000,
            max_memory: usize::MAX,
            deadline: None,
            interrupted: Arc::new(AtomicBool::new(false)),
            enough: Arc::new(AtomicBool::new(false)),
            memory: || 0,
            threads: Threads::default(),
            checkpoints: None,
        }
    }
}

impl Budget {
    /// Whether a search need not go on.
    pub fn is_enough(&self) -> bool {
        self.enough.load(Ordering::Relaxed)
    }

    /// The part of what is left that a search may use, so that time and memory remain to judge what it found: three
    /// quarters of the time until the deadline, seven tenths of the memory.
    #[must_use]
    pub fn search_share(&self) -> Budget {
        let now = Instant::now();
        let deadline = self.deadline.map(|deadline| now + deadline.saturating_duration_since(now).mul_f64(0.75));
        Budget { deadline, max_memory: self.max_memory / 10 * 7, ..self.clone() }
    }

    /// Checks the bounds that come from outside: interrupt, time, memory. Costs about as much as reading a clock; call
    /// it every few hundred steps of work.
    ///
    /// # Errors
    /// The first of them that is hit.
    pub fn check(&self) -> Result<(), Bound> {
        self.check_growth(0)
    }

    /// The same where tables are about to ask for this many bytes more at once.
    ///
    /// # Errors
    /// The first of the bounds that is hit.
    pub fn check_growth(&self, bytes: usize) -> Result<(), Bound> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Bound::Interrupt);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Bound::Time);
        }
        if (self.memory)().saturating_add(bytes) > self.max_memory {
            return Err(Bound::Memory);
        }
        Ok(())
    }
}
