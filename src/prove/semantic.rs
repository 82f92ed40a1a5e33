//! Confluence of all instances by what rules mean: temporal polarity, where a solver shows flags and standings that the literals of the rules do not.
//!
//! Two kinds of proof, [`apparent`] and [`joining`], each with its argument at the code, grant the type system what they show; then it types the program again, and
//! so on until all outputs settle or nothing more can be shown. Each round is a program with fewer open relations, so rounds are at most as many as relations.

use super::apparent::{self, Apparent};
use super::joining::{self, Attempt, Cell, Reach, Steps};
use super::prover::{Effort, Flaw, Prover};
use crate::analysis::endurance::Endurance;
use crate::analysis::polarity::Granted;
use crate::analysis::theorem::Known;
use crate::analysis::{Analysis, Polarity, Theorem};
use crate::budget::Budget;
use crate::program::{Program, RelationId};

/// Negation that is only apparent, and nothing else.
pub const APPARENT: Theorem = Theorem {
    name: "apparent-negation",
    known: Known::Meaning,
    source: "stated and proved in `src/prove/apparent.rs`",
    argument: "Rules that negate derive together, by what they mean, only ever more or only ever less; with that known, temporal polarity applies.",
};

/// Deliveries that join.
pub const JOINING: Theorem = Theorem {
    name: "joining-deliveries",
    known: Known::Meaning,
    source: "stated and proved in `src/prove/joining.rs`",
    argument: "Whatever a node has received, its state is the same however that was delivered: two deliveries may be exchanged, taken in one step or repeated, with idle \
               steps between. So each node sends and receives the same messages in all fair runs and comes to the same state, and what the outputs derive from it is the same.",
};

/// What was found.
#[derive(Debug, Clone)]
pub struct Semantic {
    /// The proof, if it succeeded.
    pub proof: Option<Theorem>,
    /// Flags with all that was granted.
    pub polarity: Polarity,
    /// Rules whose negation is only apparent.
    pub apparent: Vec<Apparent>,
    /// Cells that were tried, in order. One that does not join is the last, or is tried again with a greater reach.
    pub attempts: Vec<Attempt>,
    /// Questions that the solver was asked.
    pub questions: usize,
}

/// Tries to prove that every instance is confluent.
pub fn prove(program: &Program, analysis: &Analysis, effort: Effort, budget: &Budget) -> Semantic {
    flawed(program, analysis, effort, budget, None)
}

/// The same with a mistake; for tests of the tests.
pub fn flawed(program: &Program, analysis: &Analysis, effort: Effort, budget: &Budget, flaw: Option<Flaw>) -> Semantic {
    let mut prover = Prover::new(effort, budget);
    prover.flaw = flaw;
    let mut granted = Granted::nothing(program);
    let mut found = Semantic {
        proof: None,
        polarity: analysis.polarity.clone(),
        apparent: Vec::new(),
        attempts: Vec::new(),
        questions: 0,
    };
    let endurance = Endurance::of(program, &analysis.dependencies);
    let again =
        |granted: &Granted| Polarity::granted(program, &analysis.dependencies, &endurance, &analysis.counters, granted);
    let endless = endless(program, analysis);
    for _ in 0..=program.relations.len() {
        if found.polarity.is_confluent(program) {
            found.proof = Some(if found.attempts.is_empty() { APPARENT } else { JOINING });
            break;
        }
        if prover.is_spent() {
            break;
        }
        let wanted = wanted(program);
        let apparent = apparent::grant(program, &found.polarity, &wanted, &mut granted, &mut prover);
        if !apparent.is_empty() {
            found.apparent.extend(apparent);
            found.polarity = again(&granted);
            continue;
        }
        if !join(program, &mut found, &mut granted, &endless, &mut prover) {
            break;
        }
        let polarity = again(&granted);
        if polarity == found.polarity {
            break;
        }
        found.polarity = polarity;
    }
    found.questions = prover.questions;
    found
}

/// Tries to show that deliveries to what spoils the outputs join: first with what is known of other relations by their flags, then with their rules.
fn join(
    program: &Program,
    found: &mut Semantic,
    granted: &mut Granted,
    endless: &[bool],
    prover: &mut Prover<'_>,
) -> bool {
    let mut before: Option<Cell> = None;
    for reach in [Reach::Flags, Reach::Given] {
        let Some(cell) = joining::cell_of_spoilers(program, &found.polarity, reach, prover.flaw) else { return false };
        let mut all = cell.own.iter().chain(&cell.kept).chain(&cell.free);
        if all.any(|relation| endless[relation.0 as usize]) || before.as_ref() == Some(&cell) {
            return false;
        }
        let steps = Steps::new(program, &cell);
        let attempt = joining::attempt(&steps, prover);
        let joins = attempt.joins();
        if joins {
            attempt.grant(&steps, granted);
        }
        found.attempts.push(attempt);
        if joins {
            return true;
        }
        before = Some(cell);
    }
    false
}

/// By relation: it may have values that are made without end.
fn endless(program: &Program, analysis: &Analysis) -> Vec<bool> {
    let heads = analysis.counters.iter().map(|counter| program.rules[counter.rule.0 as usize].head.relation);
    let heads: Vec<RelationId> = heads.collect();
    if heads.is_empty() { vec![false; program.relations.len()] } else { analysis.dependencies.depending_on(heads) }
}

/// By relation: some output depends on it.
fn wanted(program: &Program) -> Vec<bool> {
    let mut wanted = vec![false; program.relations.len()];
    let mut open: Vec<RelationId> = program.outputs.clone();
    while let Some(relation) = open.pop() {
        if !std::mem::replace(&mut wanted[relation.0 as usize], true) {
            let rules = program.rules.iter().filter(|rule| rule.head.relation == relation);
            open.extend(rules.flat_map(joining::reads));
        }
    }
    wanted
}
