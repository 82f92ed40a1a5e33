//! Confluence for all instances: a theorem, a proof by what the rules mean, or else a counterexample on the instance at hand.
//!
//! That no theorem or proof applies says nothing. So the instance is explored, within a bound: if two of its runs end differently the
//! program is not confluent, and the runs are the evidence.

use super::check::{Answer, FaultReport, Options, Verdict, check};
use super::instance;
use crate::analysis::{Analysis, Theorem};
use crate::budget::Budget;
use crate::explore::Progress;
use crate::program::Program;
use crate::prove::prover::Effort;
use crate::prove::semantic::{self, Semantic};

/// Most states that are explored for a counterexample, unless more are asked for.
pub const STATES: usize = 200_000;

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The answer.
    pub outcome: Outcome,
    /// What was tried where no theorem applies by the form of the rules.
    pub semantic: Option<Box<Semantic>>,
}

/// The answer.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Every instance in which no rule errs is confluent.
    Proved(Theorem),
    /// The instance at hand was explored: it is diffluent, or the question is open.
    Explored(Box<Answer>),
    /// There is no network to explore.
    NoInstance,
}

impl Outcome {
    /// Two runs of the instance end differently.
    pub fn is_refuted(&self) -> bool {
        matches!(self, Outcome::Explored(answer) if answer.witness.is_some())
    }
}

/// Proves, or looks for a counterexample.
///
/// # Errors
/// If a rule errs in some reachable step of the instance.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn prove(
    program: &Program,
    analysis: &Analysis,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Found, Box<FaultReport>> {
    if let Some(theorem) = analysis.theorem {
        return Ok(Found { outcome: Outcome::Proved(theorem), semantic: None });
    }
    let semantic = semantic::prove(program, analysis, Effort::PROVE, budget);
    let outcome = match semantic.proof {
        Some(proof) => Outcome::Proved(proof),
        None if program.nodes.is_empty() => Outcome::NoInstance,
        None => explored(program, analysis, budget, options, watch)?,
    };
    Ok(Found { outcome, semantic: Some(Box::new(semantic)) })
}

fn explored(
    program: &Program,
    analysis: &Analysis,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome, Box<FaultReport>> {
    let budget = Budget { max_states: budget.max_states.min(STATES), ..budget.clone() };
    let options = Options { theorems: false, instance: options, ..Options::default() };
    let answer = check(program, analysis, &budget, options, watch)?;
    assert!(
        answer.verdict != Verdict::Diffluent || answer.witness.is_some(),
        "internal error: diffluent without two runs"
    );
    Ok(Outcome::Explored(Box::new(answer)))
}
