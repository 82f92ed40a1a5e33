//! The outcome of a fair run: its ultimate facts, and what observers derive from them.
//!
//! Observers see D of each node's latest step. In a run in which D of each node is the same from some step on, that is from then on the set of
//! the node's ultimate facts, so the outcome is what observers see for ever. In other runs it takes of each node what is there for good.

use super::replay::{ClaimError, LassoRun, check_lasso};
use crate::budget::Budget;
use crate::eval::EvalError;
use crate::eval::naive::Naive;
use crate::program::{Fact, LocatedFact, Program};
use crate::schedule::Schedule;
use std::collections::BTreeSet;

/// The ultimate facts `ultimate` and what observers derive from them. The first value of each fact is its location.
///
/// # Errors
/// If an observer rule errs; its number is an index into [`Program::observers`].
pub fn outcome(
    program: &Program,
    ultimate: &BTreeSet<LocatedFact>,
    budget: &Budget,
) -> Result<BTreeSet<Fact>, EvalError> {
    let mut of_nodes: Vec<BTreeSet<Fact>> = vec![BTreeSet::new(); program.nodes.len()];
    let mut facts = BTreeSet::new();
    for located in ultimate {
        of_nodes[located.node.0 as usize].insert(located.fact.clone());
        let location = program.node_value(located.node);
        let values = std::iter::once(location).chain(located.fact.values.iter().copied()).collect();
        facts.insert(Fact { relation: located.fact.relation, values });
    }
    let snapshot: Vec<Option<&BTreeSet<Fact>>> = of_nodes.iter().map(Some).collect();
    facts.extend(Naive::within(program, budget.clone()).observe(&snapshot)?);
    Ok(facts)
}

/// What is claimed of an outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeClaim {
    /// Facts in it.
    pub holds: BTreeSet<Fact>,
    /// Facts that are not.
    pub lacks: BTreeSet<Fact>,
}

impl OutcomeClaim {
    /// The first fact that is otherwise, and what was claimed of it.
    pub fn wrong(&self, outcome: &BTreeSet<Fact>) -> Option<(&Fact, bool)> {
        let missing = self.holds.iter().find(|&fact| !outcome.contains(fact));
        let present = self.lacks.iter().find(|&fact| outcome.contains(fact));
        missing.map(|fact| (fact, true)).or(present.map(|fact| (fact, false)))
    }
}

/// Checks that a schedule is a fair run with an outcome of which the claim is true.
///
/// # Errors
/// If it is no fair run, if an observer rule errs, or if a fact's fate is the other one.
pub fn check_outcome(
    program: &Program,
    schedule: &Schedule,
    claim: &OutcomeClaim,
    budget: &Budget,
) -> Result<LassoRun, ClaimError> {
    let run = check_lasso(program, schedule, budget).map_err(ClaimError::Lasso)?;
    shows(program, &run, claim, budget)?;
    Ok(run)
}

/// Whether the claim is true of a checked run.
pub(super) fn shows(
    program: &Program,
    run: &LassoRun,
    claim: &OutcomeClaim,
    budget: &Budget,
) -> Result<(), ClaimError> {
    let outcome = outcome(program, &run.ultimate, budget).map_err(ClaimError::Observer)?;
    match claim.wrong(&outcome) {
        None => Ok(()),
        Some((fact, claimed)) => Err(ClaimError::OtherOutcome { fact: fact.clone(), claimed }),
    }
}
