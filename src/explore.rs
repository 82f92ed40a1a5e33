//! Searches a [`System`] to the end, or to a bound.
//!
//! Nothing here knows of Datalog, nodes' states or facts: states are words, choices are numbers.

pub mod components;
#[cfg(feature = "timely")]
pub mod distributed;
pub mod graph;
pub mod sequential;

pub use graph::Graph;
pub use sequential::{Exploration, LeftOut, Progress, explore};
