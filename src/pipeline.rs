//! Source → program → classification → theorem | exploration → verdict: the one place that sequences stages.

pub mod check;
mod extend;
pub mod instance;
mod joint;
mod overtaking;
mod part;
pub mod read;
mod recount;
mod slices;
pub mod verify;

pub use check::{Answer, Basis, FaultReport, ReplayedViolation, Scope, Verdict, Witness, check};
pub use instance::{Cut, Divergence, Figures, Findings, Invariant, explore_instance};
pub use read::{Read, read};
