//! Answers that follow from a program's class alone.
//!
//! **Theorem 1** (*Confluence analysis for distributed programs*): every Dedalus⁺ program is confluent. The argument, as far as
//! this tool relies on it: let I(x, t) be the input and D(x, t) the facts of step t of node x. No fact carries `@k`, so
//! static(x) is the same at every step. A delivered fact is of a relation that heads an async rule, so it is persisted
//! exactly, so it is in D from then on. Positive rules are monotone, and what they negate or aggregate over is EDB, hence static. By induction on t,
//! I(x, t) ⊆ I(x, t+1) and D(x, t) ⊆ D(x, t+1): whatever holds once holds for ever. Hence every derived fact is ultimate, an async
//! rule that fired once fires at every later step with the same bindings, and by fairness its message arrives. So in every fair run a fact
//! is derived at a node if and only if it has a derivation in which inductive and async rules are read as deductive
//! (Lemma 4): one direction by induction on the run, the other by induction on the derivation. That set does not mention
//! the run. The argument needs no finite domain. A rule that errs for some binding errs in every fair run or in none, since bindings
//! are facts of that same set.
//!
//! **Temporal polarity**: stated and proved at [`super::polarity`]. It says nothing of instances in which a rule errs.

use super::classify::{Class, Classification};
use super::polarity::Polarity;
use crate::program::Program;

/// How it is known that a theorem applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// By the form of the rules.
    Form,
    /// By what the rules mean: a solver discharged obligations.
    Meaning,
}

/// A theorem that makes every instance of a program confluent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theorem {
    /// Its name.
    pub name: &'static str,
    /// How it is known that it applies.
    pub known: Known,
    /// Where it is stated.
    pub source: &'static str,
    /// Why it holds, for a reader of a report.
    pub argument: &'static str,
}

impl Theorem {
    /// As in `basis`: `theorem:<name>` or `proof:<name>`.
    pub fn basis(&self) -> String {
        match self.known {
            Known::Form => format!("theorem:{}", self.name),
            Known::Meaning => format!("proof:{}", self.name),
        }
    }
}

/// Theorem 1.
pub const DEDALUS_PLUS: Theorem = Theorem {
    name: "dedalus+",
    known: Known::Form,
    source: "Marczak et al., Confluence analysis for distributed programs (2012), Theorem 1",
    argument: "No fact is given at a single step, every message relation is persisted, and only EDB relations are negated or \
               aggregated over. So each node's facts only grow from step to step, whatever is delivered when. A message that is sent once \
               is sent at every later step, so every fair run delivers it; in the end each node has exactly what the rules derive when \
               `@next` and `@async` are read as plain deduction over all nodes at once (Lemma 4). That set does not depend on \
               the order of deliveries.",
};

/// Temporal polarity.
pub const TEMPORAL_POLARITY: Theorem = Theorem {
    name: "temporal-polarity",
    known: Known::Form,
    source: "stated and proved in `src/analysis/polarity.rs`",
    argument: "Whatever is remembered for ever, or sent, is there in every fair run or in none: its rules read what only grows, or what only \
               shrinks under a negation, or what the local step alone decides, or a single message. So all fair runs reach the same facts that only grow or shrink, \
               timed facts are the same at the same steps, and what the outputs derive from these by other rules is in the end the same. No \
               output depends on values that are made without end.",
};

/// The theorem that makes every instance of a program confluent, if there is one. Dedalusˢ has none:
/// run as plain Dedalus, the marriage ceremony is in it and diffluent.
pub fn applies(program: &Program, classification: &Classification, polarity: &Polarity) -> Option<Theorem> {
    if classification.class == Class::DedalusPlus {
        Some(DEDALUS_PLUS)
    } else if polarity.is_confluent(program) {
        Some(TEMPORAL_POLARITY)
    } else {
        None
    }
}
