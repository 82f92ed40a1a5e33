//! Confluence for all instances: a theorem, a proof by what the rules mean, or else a counterexample on the instance at hand.
//!
//! That no theorem or proof applies says nothing. So the instance is explored, within a bound: if two of its runs end differently the
//! program is not confluent, and the runs are the evidence. If not, small instances are searched for one that is a counterexample ([`small`]), and runs
//! of the instance at hand for a state in which what could not be shown fails ([`reached`]).

pub mod reached;
pub mod small;

use super::bare::Bare;
use super::check::{Answer, FaultReport, Options, Verdict, check};
use super::instance;
use crate::analysis::{Analysis, Theorem};
use crate::budget::Budget;
use crate::explore::Progress;
use crate::program::Program;
use crate::prove::prover::Effort;
use crate::prove::semantic::{self, Semantic};
use reached::Sought;
use small::Small;
use std::time::Instant;

/// Most states that are explored for a counterexample, unless more are asked for.
pub const STATES: usize = 200_000;

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The answer.
    pub outcome: Outcome,
    /// What was tried where no theorem applies by the form of the rules.
    pub semantic: Option<Box<Semantic>>,
    /// Where an obligation was not shown: whether it fails in a state that runs of the instance come to.
    pub reached: Vec<Sought>,
    /// The small instances that were searched for a counterexample.
    pub small: Option<Box<Small>>,
}

impl Found {
    fn proved(theorem: Theorem, semantic: Option<Box<Semantic>>) -> Self {
        Found { outcome: Outcome::Proved(theorem), semantic, reached: Vec::new(), small: None }
    }
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

/// Proves, or looks for a counterexample: on the instance at hand, then, given what is left of the program without it, on small ones.
///
/// # Errors
/// If a rule errs in some reachable step of the instance.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn prove(
    program: &Program,
    analysis: &Analysis,
    bare: Option<&Bare>,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Found, Box<FaultReport>> {
    if let Some(theorem) = analysis.theorem {
        return Ok(Found::proved(theorem, None));
    }
    let semantic = semantic::prove(program, analysis, Effort::PROVE, &half(budget));
    if let Some(proof) = semantic.proof {
        return Ok(Found::proved(proof, Some(Box::new(semantic))));
    }
    let (mut outcome, mut reached) = (Outcome::NoInstance, Vec::new());
    if !program.nodes.is_empty() {
        outcome = explored(program, analysis, budget, options, watch)?;
        reached = semantic.attempts.iter().filter_map(|one| reached::look(program, one, budget)).collect();
    }
    let bare = bare.filter(|_| !outcome.is_refuted() && budget.check().is_ok());
    let small = bare.and_then(|bare| small::refute(program, bare, budget, options, watch)).map(Box::new);
    Ok(Found { outcome, semantic: Some(Box::new(semantic)), reached, small })
}

/// Half of the time that is left: the other is for what refutes.
fn half(budget: &Budget) -> Budget {
    let now = Instant::now();
    let deadline = budget.deadline.map(|deadline| now + deadline.saturating_duration_since(now) / 2);
    Budget { deadline, ..budget.clone() }
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
