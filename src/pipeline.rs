//! Source → program → classification → theorem | exploration → verdict: the one place that sequences stages.

pub mod check;
mod extend;
mod hunt;
pub mod instance;
mod joint;
mod orbits;
mod overtaking;
mod part;
pub mod prove;
pub mod read;
mod recount;
pub mod searcher;
mod slices;
pub mod verify;
#[cfg(feature = "timely")]
pub mod workers;

pub use check::{Answer, Basis, FaultReport, ReplayedViolation, Scope, Verdict, Witness, check, check_with};
pub use instance::{Cut, Divergence, Figures, Findings, Invariant, explore_instance};
pub use read::{Read, read};
