//! A run that is given: executed by the definition, checked against what is claimed of it, shortened, written down.
//!
//! This module shares no code with the searches, their reductions or the semi-naive evaluator. It trusts
//! [`crate::eval::naive`], the definition of a local step, and semantics §2 and §3; whatever a search claims passes
//! through [`replay`] before it is said.

pub mod channels;
pub mod file;
pub mod hold;
pub mod outcome;
pub mod reorder;
pub mod replay;
pub mod run;
pub mod shrink;
pub mod simulate;
pub mod why;

pub use replay::{LassoError, LassoRun, check_lasso};
pub use simulate::{Impossible, Simulation, StepRecord};
