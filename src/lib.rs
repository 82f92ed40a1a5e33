//! Watershed: does every delivery order of a Dedalus program lead to the same outcome?

pub mod budget;
pub mod diagnostic;
pub mod eval;
pub mod program;
pub mod report;
pub mod schedule;
pub mod source;
pub mod syntax;
pub mod witness;
