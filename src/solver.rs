//! Solvers of others, each behind what we need of it: the only place that names one.

pub mod sat;
#[cfg(feature = "z3")]
pub mod smt;
