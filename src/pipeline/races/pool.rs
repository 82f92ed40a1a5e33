//! Runs in which races are looked for: those that an answer stands on, then runs in rounds, with each message coming last or first, and with
//! random deliveries. All are fair runs, checked by the definition.

use crate::budget::Budget;
use crate::program::{LocatedFact, Program};
use crate::witness::LassoRun;
use crate::witness::hold::{Apart, Held, Holding};
use crate::witness::run::{Chooser, End, Random, Rounds, interact};
use std::collections::BTreeSet;

/// Most messages that come first or last.
const MESSAGES: usize = 24;

/// Runs with random deliveries.
const SEEDS: u64 = 24;

/// Most steps of a run.
pub const STEPS: usize = 1 << 10;

/// Facts that may be derived and sent while runs are collected, each rule of a step counted as one.
const WORK: usize = 1 << 15;

/// The work that a run was: its facts, and each rule of a step counted as one.
pub fn cost(program: &Program, records: &[crate::witness::StepRecord]) -> usize {
    let facts: usize = records.iter().map(|record| record.derived.len() + record.sent.len()).sum();
    facts + records.len() * (1 + program.rules.len())
}

/// A budget for one of many runs.
pub fn short(budget: &Budget) -> Budget {
    Budget {
        max_states: budget.max_states.min(STEPS),
        max_transitions: budget.max_transitions.min(STEPS),
        checkpoints: None,
        ..budget.clone()
    }
}

/// The runs: `known` first, as they stand, then others, short ones first; no schedule twice.
pub fn pool(program: &Program, known: &[LassoRun], budget: &Budget) -> Vec<LassoRun> {
    let budget = short(budget);
    let mut left = WORK;
    let mut found: Vec<LassoRun> = Vec::new();
    let mut sent: BTreeSet<LocatedFact> = BTreeSet::new();
    let mut take = |chooser: &mut dyn Chooser, sent: Option<&mut BTreeSet<LocatedFact>>| {
        if left == 0 || budget.check().is_err() {
            return 0;
        }
        let run = interact(program, chooser, &budget);
        left = left.saturating_sub(cost(program, &run.records).max(1));
        if let Some(sent) = sent {
            sent.extend(run.records.iter().flat_map(|record| record.sent.iter().cloned()));
        }
        let steps = run.records.len();
        if let End::Closed(lasso) = run.end {
            found.push(lasso);
        }
        steps
    };
    let rounds = take(&mut Rounds, Some(&mut sent)) / program.nodes.len().max(1) + 2;
    take(&mut Apart(Rounds), Some(&mut sent));
    for message in sent.into_iter().take(MESSAGES) {
        for held in [Held::This(message.clone()), Held::Others(message)] {
            take(&mut Holding::new(program, &held, rounds), None);
        }
    }
    for seed in 1..=SEEDS {
        let random = Random::new(program, seed);
        if seed % 2 == 0 {
            take(&mut Apart(random), None);
        } else {
            take(&mut { random }, None);
        }
    }
    found.sort_by_key(|run| run.records.len());
    let mut all: Vec<LassoRun> = known.to_vec();
    for run in found {
        if all.iter().all(|other| other.records != run.records || other.stem != run.stem) {
            all.push(run);
        }
    }
    all
}
