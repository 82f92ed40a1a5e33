//! Answers that need no search of the transition system.

pub mod apparent;
pub mod datalog_model;
pub mod formula;
pub mod joining;
pub mod prover;
pub mod semantic;
pub mod theory;
