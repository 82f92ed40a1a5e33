//! Searches a [`System`] to the end, or to a bound.
//!
//! Nothing here knows of Datalog, nodes' states or facts: states are words, choices are numbers.

pub mod breadth_first;
pub mod components;
#[cfg(feature = "timely")]
pub mod distributed;
pub mod graph;

pub use breadth_first::{Exploration, LeftOut, Progress, explore};
pub use graph::Graph;
