//! One local step: from the facts a node has, the facts that hold in the step, those it keeps, those it sends.
//!
//! Nothing here knows of networks, buffers or schedules. [`naive`] is the definition; [`seminaive`] is planned and
//! indexed and must equal it on every input, errors included.

pub mod ground;
pub mod naive;
pub mod plan;
pub mod scalar;
pub mod seminaive;
pub mod store;

use crate::program::{Fact, LocatedFact, NodeId, RuleId};
use std::collections::BTreeSet;

/// What one local step makes of its input (semantics §2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// D: the stratified fixpoint of the deductive rules over the input; contains the input.
    pub derived: BTreeSet<Fact>,
    /// What the inductive rules derive from D, once.
    pub next: BTreeSet<Fact>,
    /// What the async rules derive from D, once; addressees outside the network are dropped.
    pub sent: BTreeSet<LocatedFact>,
}

/// Why a local step has no outcome.
///
/// Which error is reported is part of the definition, so that all evaluators agree: bindings that err are passed over
/// until the stratum's fixpoint is reached, then the error with the least (rule, kind) of the lowest stratum that
/// has one is the step's. Inductive and async rules come after all strata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum EvalError {
    /// A rule did what the language forbids (exit code 2).
    #[error("rule {} {fault}", rule.0)]
    Fault {
        /// The rule.
        rule: RuleId,
        /// What it did.
        fault: Fault,
    },
    /// The step has more facts in D than `--max-facts` (`bound:facts`).
    #[error("a local step derives more than {limit} facts")]
    TooManyFacts {
        /// The bound.
        limit: usize,
    },
    /// Time, memory or an interrupt ended the step from outside; see [`crate::budget`].
    #[error("stopped: {0}")]
    Stopped(crate::budget::Bound),
}

/// What a rule can do wrong while it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Fault {
    /// `/` or `%` by zero.
    #[error("divides by zero")]
    DivisionByZero,
    /// Arithmetic, or `sum`, on a symbol.
    #[error("does arithmetic on a symbol")]
    ArithmeticOnSymbol,
    /// `<` and its like between an integer and a symbol where the column is inferred to hold integers.
    #[error("orders an integer and a symbol")]
    OrdersIntegerAndSymbol,
    /// A value outside 64 bits: not a mistake but a bound (`bound:integer`).
    #[error("makes an integer beyond 64 bits")]
    IntegerBeyond64Bits,
}

/// An evaluator of local steps of one program.
pub trait LocalStep {
    /// The outcome of a step of `node` whose input is `input`: static facts, due events, carried facts and
    /// delivered facts, all of them. Built-in relations are added by the evaluator.
    ///
    /// # Errors
    /// See [`EvalError`].
    fn step(&mut self, node: NodeId, input: &BTreeSet<Fact>) -> Result<Outcome, EvalError>;
}
