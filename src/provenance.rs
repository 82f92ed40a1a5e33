//! Why rules derive what they do at one moment: the firings that derive a fact, and the literals that fail where none does.
//!
//! What a moment is depends on who asks: a round of `faults` ([`crate::faults::why`]), a local step of a run
//! ([`crate::witness::why`]), what observers see of either.

pub mod moment;
pub mod reasons;
pub mod rules;

pub use moment::Moment;
pub use reasons::{Reason, Reasons};
pub use rules::{Failure, Firing, Pattern, Site};
