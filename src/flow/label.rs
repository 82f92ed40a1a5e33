//! Labels of streams, by severity (Blazes, fig. 8).

use super::graph::{Key, listed};
use std::fmt;

/// What can be said of the contents of a stream. Ordered by severity; two seals with different keys are incomparable in
/// meaning, and their join is [`Label::Async`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// The same contents in every run, in any order, and its partitions by this key end with a punctuation.
    Seal(Key),
    /// The same contents in every run, in any order.
    Async,
    /// Contents that may differ from run to run.
    Run,
    /// Contents that may differ from one copy of the producer to another, for a while.
    Inst,
    /// The state of copies may differ for ever.
    Diverge,
}

impl Label {
    /// The name without the key.
    pub fn name(&self) -> &'static str {
        match self {
            Label::Seal(_) => "Seal",
            Label::Async => "Async",
            Label::Run => "Run",
            Label::Inst => "Inst",
            Label::Diverge => "Diverge",
        }
    }

    /// Whether contents depend on the order of deliveries.
    pub fn is_anomaly(&self) -> bool {
        *self > Label::Async
    }

    /// The least label that is as severe as both. A stream that two producers seal by one key is sealed by it once both
    /// have; by two keys, by neither.
    #[must_use]
    pub fn join(self, other: Label) -> Label {
        match (self, other) {
            (Label::Seal(a), Label::Seal(b)) => {
                if a == b {
                    Label::Seal(a)
                } else {
                    Label::Async
                }
            }
            (a, b) => a.max(b),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Seal(key) => write!(f, "Seal[{}]", listed(key)),
            other => f.write_str(other.name()),
        }
    }
}
