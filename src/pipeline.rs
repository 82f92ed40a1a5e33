//! Source → program → classification → theorem | exploration → verdict: the one place that sequences stages.

pub mod instance;

pub use instance::{Cut, Divergence, Figures, Findings, Invariant, Options, explore_instance};
