//! What was tried to prove confluence by what rules mean.

use super::PlaceObject;
use crate::pipeline::prove::reached::{Reached, Sought};
use crate::program::{Program, RelationId};
use crate::prove::joining::{Attempt, Failing, Obligation, Steps};
use crate::prove::semantic::Semantic;
use crate::report::obligations;
use crate::report::proof::Proof;
use crate::source::SourceMap;
use schemars::JsonSchema;
use serde::Serialize;

/// What was tried, and shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SemanticObject {
    /// Questions that the solver was asked.
    pub questions: u64,
    /// Rules of one relation whose negation is only apparent.
    pub apparent: Vec<ApparentObject>,
    /// Relations whose deliveries were shown to join, or not; one that does not join is the last, or is tried again with more of the rules.
    pub cells: Vec<CellObject>,
}

/// Rules that together move one way in time.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApparentObject {
    /// Their relation.
    pub relation: String,
    /// The rules.
    pub rules: Vec<PlaceObject>,
    /// `up` or `down`, or both.
    pub flags: Vec<&'static str>,
}

/// Relations whose state is to depend on what was received and not on how.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CellObject {
    /// The relations.
    pub relations: Vec<String>,
    /// Relations whose facts come in every fair run or in none, messages and facts at single steps among them.
    pub inputs: Vec<String>,
    /// Relations that never change.
    pub fixed: Vec<String>,
    /// What was shown of every state, one sentence each.
    pub invariants: Vec<String>,
    /// What had to be shown; after the first that was not there are none.
    pub obligations: Vec<ObligationObject>,
    /// Whether all of it was.
    pub joins: bool,
    /// Why nothing had to be shown.
    pub refused: Option<String>,
    /// A state and inputs for which the last obligation fails; that a run comes to this state is not said.
    pub counterexample: Option<CounterexampleObject>,
    /// A state that a run of the instance comes to, in which the last obligation fails; `null` if none was found.
    pub reached: Option<ReachedObject>,
    /// Runs of the instance that were taken to find one.
    pub reached_runs: u64,
}

/// Something to be shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ObligationObject {
    /// In words.
    pub claim: String,
    /// `holds`, `fails` or `unknown`.
    #[schemars(extend("enum" = ["holds", "fails", "unknown"]))]
    pub shown: &'static str,
}

/// How an obligation fails; rows are without their location.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CounterexampleObject {
    /// The values in order, where it matters.
    pub values: Vec<String>,
    /// What relations hold that never change.
    pub given: Vec<String>,
    /// What the node carries.
    pub state: Vec<String>,
    /// What comes.
    pub inputs: Vec<String>,
    /// What comes with that, or in the step after it; `null` for an idle step.
    pub then: Option<String>,
    /// What differs, in words.
    pub differs: String,
}

/// A reachable state in which an obligation fails; rows are without their location.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReachedObject {
    /// The steps that lead to it, as text; empty at the start of a run.
    pub schedule: String,
    /// The node whose state it is.
    pub node: String,
    /// A step that it can take next, as text: in it the inputs come together, with `then`.
    pub step: String,
    /// What the node carries.
    pub state: Vec<String>,
    /// What comes.
    pub inputs: Vec<String>,
    /// What comes with that, or in the step after it; `null` for an idle step.
    pub then: Option<String>,
    /// What differs, in words.
    pub differs: String,
}

impl ReachedObject {
    fn new(program: &Program, failed: Obligation, found: &Reached) -> Self {
        let Reached { schedule, step, failing } = found;
        let rows = |list: &[_]| list.iter().map(|row| obligations::row(program, row)).collect();
        ReachedObject {
            schedule: schedule.show(program),
            node: program.show_node(step.node),
            step: obligations::step(program, step),
            state: rows(&failing.state),
            inputs: rows(&failing.inputs),
            then: failing.fact.as_ref().map(|fact| obligations::row(program, fact)),
            differs: differs(program, failed, failing),
        }
    }
}

fn differs(program: &Program, failed: Obligation, failing: &Failing) -> String {
    let lines = obligations::failing(program, failed, failing);
    lines.into_iter().filter(|(what, _)| *what == "differs").map(|(_, how)| how).collect()
}

impl SemanticObject {
    /// The object of what was tried.
    pub fn new(program: &Program, sources: &SourceMap, semantic: &Semantic, proof: &Proof<'_>) -> Self {
        let apparent = semantic.apparent.iter().map(|one| ApparentObject {
            relation: program.relation(one.relation).name.clone(),
            rules: one
                .rules
                .iter()
                .map(|rule| PlaceObject::new(sources, program.rules[rule.0 as usize].span))
                .collect(),
            flags: [(one.up.is_some(), "up"), (one.down.is_some(), "down")]
                .into_iter()
                .filter(|(has, _)| *has)
                .map(|(_, f)| f)
                .collect(),
        });
        SemanticObject {
            questions: semantic.questions as u64,
            apparent: apparent.collect(),
            cells: (semantic.attempts.iter())
                .map(|attempt| CellObject::new(program, attempt, proof.sought(attempt)))
                .collect(),
        }
    }
}

impl CellObject {
    fn new(program: &Program, attempt: &Attempt, sought: Option<&Sought>) -> Self {
        let steps = Steps::new(program, &attempt.cell);
        let names = |relations: &[RelationId]| -> Vec<String> {
            relations.iter().map(|relation| program.relation(*relation).name.clone()).collect()
        };
        let counterexample = attempt.failed().zip(attempt.failing.as_ref()).map(|(failed, failing)| {
            let rows = |list: &[_]| list.iter().map(|row| obligations::row(program, row)).collect();
            CounterexampleObject {
                values: failing.order.clone(),
                given: rows(&failing.fixed),
                state: rows(&failing.state),
                inputs: rows(&failing.inputs),
                then: failing.fact.as_ref().map(|fact| obligations::row(program, fact)),
                differs: differs(program, failed, failing),
            }
        });
        let found = sought.and_then(|sought| sought.found.as_ref());
        CellObject {
            relations: names(&attempt.cell.own),
            inputs: names(&steps.inputs),
            fixed: names(&attempt.cell.fixed),
            invariants: attempt.invariants.iter().map(|one| one.describe(&steps)).collect(),
            obligations: (attempt.obligations.iter())
                .map(|one| ObligationObject {
                    claim: obligations::claim(program, one.claim),
                    shown: obligations::shown(one.shown),
                })
                .collect(),
            joins: attempt.joins(),
            refused: attempt.refused.map(|why| why.to_string()),
            counterexample,
            reached: attempt.failed().zip(found).map(|(failed, found)| ReachedObject::new(program, failed, found)),
            reached_runs: sought.map_or(0, |sought| sought.runs),
        }
    }
}
