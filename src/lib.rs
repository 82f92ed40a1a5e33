//! Watershed: does every delivery order of a Dedalus program lead to the same outcome?

pub mod analysis;
pub mod budget;
pub mod checkpoint;
pub mod cli;
pub mod diagnostic;
pub mod eval;
pub mod explore;
pub mod export;
pub mod faults;
pub mod flow;
pub mod network;
pub mod pipeline;
pub mod program;
pub mod prove;
pub mod provenance;
pub mod reduce;
pub mod report;
pub mod schedule;
pub mod solver;
pub mod source;
pub mod symbolic;
pub mod syntax;
pub mod system;
pub mod threads;
pub mod ultimate;
pub mod witness;
