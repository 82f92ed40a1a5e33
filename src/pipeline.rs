//! Source → program → classification → theorem | exploration → verdict: the one place that sequences stages.

pub mod bare;
pub mod check;
pub mod contents;
pub mod coordinate;
pub mod equiv;
mod extend;
pub mod fewer;
pub mod figures;
pub mod flow;
pub mod hunt;
pub mod instance;
pub mod instances;
mod joint;
mod judge;
pub mod open;
mod orbits;
mod overtaking;
mod part;
pub mod prove;
pub mod races;
pub mod read;
pub mod recheck;
mod recount;
pub mod reproduce;
pub mod searcher;
mod slices;
pub mod valuations;
pub mod verify;
#[cfg(feature = "timely")]
pub mod workers;

pub use check::{Answer, Basis, FaultReport, ReplayedViolation, Scope, Verdict, Witness, check, check_with};
pub use fewer::{Fewer, Least};
pub use figures::Figures;
pub use instance::{Cut, Divergence, Findings, Invariant, explore_instance};
pub use read::{Read, read, read_bare, read_open, read_trees, read_trees_bare};
