//! Programs for other solvers and tools.

pub mod asp;
pub mod datalog;
pub mod smt2;
