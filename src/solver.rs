//! Solvers of others, each behind what we need of it: the only place that names one.

pub mod answer;
pub mod least;
pub mod sat;
#[cfg_attr(not(feature = "z3"), path = "solver/no_smt.rs")]
pub mod smt;
#[cfg_attr(not(feature = "z3"), path = "solver/no_stack.rs")]
pub mod stack;
