//! Reductions: choices that need not be tried, because others lead to the same outcomes.
//!
//! Each is an argument about all fair runs of a program, made on its ground rules before or during the search: for every
//! fair run there is one that the reduced system has, too, in which the same output facts are ultimate and the same `never`
//! relations hold at some time. The reduced system only leaves out choices, so each of its runs is a run of the program.
//! Where a program cannot be grounded, or an argument does not apply, nothing is left out.

pub mod atoms;
pub mod eager;
pub mod observed;
pub mod persistent;
pub mod slices;
pub mod symmetry;
mod thresholds;

use std::fmt;

/// Which reductions are on; `--reduce` and `--no-reduction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reductions {
    /// What outputs do not depend on is left out, and independent parts are explored apart ([`slices`]).
    pub slices: bool,
    /// Messages whose order nothing remembers are delivered at once ([`eager`]).
    pub eager: bool,
    /// Where a set of nodes can receive nothing more before it moves, only its steps are taken ([`persistent`]).
    pub persistent: bool,
    /// Batches that are as good as a sequence of smaller deliveries are left out ([`crate::system::asynchronous`]).
    pub batches: bool,
    /// Of states that are renamings of one another one is explored ([`symmetry`]).
    pub symmetry: bool,
    /// A mistake in one of them; for tests of the tests.
    pub flaw: Option<Flaw>,
}

/// A mistake that is made on purpose, so that the tests which compare answers with and without reductions can show that they would
/// notice it. No command makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Eager delivery passes over inductive rules that remember the order of deliveries.
    Latches,
    /// Eager delivery passes over what outputs show while messages arrive.
    Shown,
    /// Persistent sets pass over what other nodes may send.
    Senders,
    /// Messages count as silent whatever is sent for them.
    Silent,
    /// Steps are taken sooner although observers see it.
    Seen,
    /// Batches are compared with sequences but for what is sent.
    Batches,
    /// Cones of influence pass over what rules forbid.
    Forbidden,
    /// Cones of influence pass over who sends a message.
    Sent,
    /// The models of slices that share messages are combined as if they did not.
    Entangled,
    /// Eager delivery passes over what else travels on an ordered channel.
    Channels,
    /// Eager delivery passes over causes that may come in one step and then send one copy.
    Coinciding,
    /// Symmetry passes over the rules.
    Alike,
    /// Symmetry passes over what aggregates make of values.
    Aggregated,
    /// Paths through states that stand for others are not renamed.
    Unrenamed,
    /// Divergence that loops through states that stand for others is not looked for again without symmetry.
    Folded,
}

impl Reductions {
    /// All of them.
    pub const ALL: Reductions =
        Reductions { slices: true, eager: true, persistent: true, batches: true, symmetry: true, flaw: None };
    /// None: the system as semantics §2 defines it.
    pub const NONE: Reductions =
        Reductions { slices: false, eager: false, persistent: false, batches: false, symmetry: false, flaw: None };
    /// Their names, in the order in which they are applied.
    pub const NAMES: [&'static str; 5] = ["slices", "eager", "persistent", "batches", "symmetry"];
    /// The names of those that leave out choices of single states.
    pub const OF_STATES: [&'static str; 3] = ["eager", "persistent", "batches"];

    /// The reduction of this name alone.
    pub fn only(name: &str) -> Option<Reductions> {
        match name {
            "slices" => Some(Reductions { slices: true, ..Reductions::NONE }),
            "eager" => Some(Reductions { eager: true, ..Reductions::NONE }),
            "persistent" => Some(Reductions { persistent: true, ..Reductions::NONE }),
            "batches" => Some(Reductions { batches: true, ..Reductions::NONE }),
            "symmetry" => Some(Reductions { symmetry: true, ..Reductions::NONE }),
            _ => None,
        }
    }

    /// Those that are on in one or the other.
    pub fn and(self, other: Reductions) -> Reductions {
        Reductions {
            slices: self.slices || other.slices,
            eager: self.eager || other.eager,
            persistent: self.persistent || other.persistent,
            batches: self.batches || other.batches,
            symmetry: self.symmetry || other.symmetry,
            flaw: self.flaw.or(other.flaw),
        }
    }
}

impl Default for Reductions {
    fn default() -> Self {
        Reductions::ALL
    }
}

impl fmt::Display for Reductions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = [self.slices, self.eager, self.persistent, self.batches, self.symmetry];
        let names: Vec<&str> =
            Reductions::NAMES.into_iter().zip(on).filter(|&(_, on)| on).map(|(name, _)| name).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(","))
    }
}
