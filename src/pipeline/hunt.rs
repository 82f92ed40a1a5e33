//! Single runs, taken on the chance that two of them end differently or that one meets a violation.
//!
//! A search that gets large may never end, and yet two runs may show at once that it need not: of forty writes to one register any may come last.
//! So once a search is large, and again where a bound cut it, some runs are taken by the definition: in rounds; with each message in turn
//! coming last, and coming first; with random deliveries, then all at once or each alone for ever. They prove `diffluent` and `violated` like any others. That none differ proves
//! nothing, and nothing is made of it.
//!
//! What is done does not depend on the time, but for a deadline: the work is counted in facts.

use super::instance::{Divergence, Findings, Invariant};
use crate::budget::Budget;
use crate::program::{LocatedFact, Program};
use crate::schedule::Schedule;
use crate::witness::hold::{Apart, Held, Holding};
use crate::witness::replay::check_violation;
use crate::witness::run::{End, Policy, Random, Rounds, Run, interact, run};
use std::collections::{BTreeMap, BTreeSet};

/// Facts that the runs of one hunt may derive and send, each rule of a step counted as one.
pub const WORK: usize = 1 << 16;

/// Most messages that come first or last.
const MESSAGES: usize = 1 << 7;

/// Most steps of a run.
const STEPS: usize = 1 << 12;

/// The runs taken so far.
#[derive(Debug)]
pub struct Hunt<'p> {
    program: &'p Program,
    budget: Budget,
    /// Steps that may still be taken: bounds on states and transitions hold for those of all runs.
    steps: usize,
    /// The messages that wait in the next runs, in reverse order.
    held: Vec<Held>,
    /// Rounds for which they do: a few more than it takes until a run in rounds repeats itself.
    rounds: usize,
    /// The next seed.
    seed: u64,
    taken: usize,
    /// A shortest schedule met for each ultimate model.
    models: BTreeMap<BTreeSet<LocatedFact>, Schedule>,
    /// For each `never` relation a run to a step where it holds.
    violations: Vec<Option<Schedule>>,
}

impl<'p> Hunt<'p> {
    /// No run yet.
    pub fn new(program: &'p Program, budget: &Budget) -> Self {
        let steps = budget.max_states.min(budget.max_transitions);
        let budget = Budget { max_states: STEPS, checkpoints: None, ..budget.clone() };
        Hunt {
            program,
            budget,
            steps,
            held: Vec::new(),
            rounds: 0,
            seed: 0,
            taken: 0,
            models: BTreeMap::new(),
            violations: vec![None; program.nevers.len()],
        }
    }

    /// Takes runs until this much work is done, or time, memory or patience ends.
    pub fn go_on(&mut self, work: usize) {
        let mut left = work;
        while left > 0 && self.steps > 0 && self.budget.check().is_ok() {
            self.budget.max_transitions = self.steps.min(STEPS);
            let taken = self.next();
            self.steps = self.steps.saturating_sub(taken.records.len().max(1));
            let cost = |record: &crate::witness::StepRecord| record.derived.len() + record.sent.len();
            let facts: usize = taken.records.iter().map(cost).sum();
            left = left.saturating_sub(facts + taken.records.len() * (1 + self.program.rules.len()));
            self.admit(taken);
        }
    }

    /// Whether two of the runs end differently.
    pub fn differs(&self) -> bool {
        self.models.len() > 1
    }

    /// The ultimate models of the runs, each with a shortest schedule that was met.
    pub fn models(&self) -> impl Iterator<Item = (&BTreeSet<LocatedFact>, &Schedule)> {
        self.models.iter()
    }

    fn next(&mut self) -> Run {
        self.taken += 1;
        if self.taken == 1 {
            let rounds = run(self.program, Policy::Fifo, &self.budget);
            self.rounds = rounds.records.len() / self.program.nodes.len().max(1) + 2;
            let sent: BTreeSet<&LocatedFact> = rounds.records.iter().flat_map(|record| &record.sent).collect();
            let messages = sent.into_iter().take(MESSAGES);
            self.held =
                messages.flat_map(|message| [Held::This(message.clone()), Held::Others(message.clone())]).collect();
            self.held.reverse();
            return rounds;
        }
        if self.taken == 2 {
            return interact(self.program, &mut Apart(Rounds), &self.budget);
        }
        if let Some(held) = self.held.pop() {
            return interact(self.program, &mut Holding::new(self.program, &held, self.rounds), &self.budget);
        }
        self.seed += 1;
        let random = Random::new(self.program, self.seed);
        if self.seed.is_multiple_of(2) {
            interact(self.program, &mut Apart(random), &self.budget)
        } else {
            interact(self.program, &mut { random }, &self.budget)
        }
    }

    fn admit(&mut self, taken: Run) {
        for (number, &(relation, _)) in self.program.nevers.iter().enumerate() {
            if self.violations[number].is_some() {
                continue;
            }
            let holds =
                |record: &crate::witness::StepRecord| record.derived.iter().any(|fact| fact.relation == relation);
            let Some(last) = taken.records.iter().position(holds) else { continue };
            let stem = taken.records[..=last].iter().map(|record| record.scheduled()).collect();
            let schedule = Schedule { stem, cycle: Vec::new() };
            if check_violation(self.program, &schedule, relation, &self.budget).is_ok() {
                self.violations[number] = Some(schedule);
            }
        }
        if let End::Closed(lasso) = taken.end {
            let length = |schedule: &Schedule| schedule.stem.len() + schedule.cycle.len();
            let known = self.models.entry(lasso.ultimate_model(self.program)).or_insert_with(|| taken.schedule.clone());
            if length(&taken.schedule) < length(known) {
                *known = taken.schedule;
            }
        }
    }

    /// Adds what the runs show to what a search found.
    pub fn tell(mut self, findings: &mut Findings, max_models: usize) {
        for (known, found) in findings.invariants.iter_mut().zip(self.violations.drain(..)) {
            if let (Invariant::Unknown, Some(schedule)) = (&*known, found) {
                *known = Invariant::Violated(schedule);
            }
        }
        if self.models.len() < 2 {
            return;
        }
        let mut all = self.models.keys();
        let first = all.next().cloned().unwrap_or_default();
        let (some, every) = all.fold((first.clone(), first), |(mut some, mut every), model| {
            some.extend(model.iter().cloned());
            every.retain(|fact| model.contains(fact));
            (some, every)
        });
        let contested: BTreeSet<LocatedFact> = some.difference(&every).cloned().collect();
        assert!(
            findings.certain.iter().flatten().all(|fact| !contested.contains(fact)),
            "internal error: a run contradicts a search"
        );
        if findings.divergence.is_none() {
            findings.divergence = self.divergence(&contested);
        }
        findings.undecided.retain(|fact| !contested.contains(fact));
        findings.contested = std::mem::take(&mut findings.contested)
            .into_iter()
            .chain(contested)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let models: BTreeSet<_> = findings.models.drain(..).chain(self.models.into_keys()).collect();
        findings.models_found = findings.models_found.max(models.len());
        findings.models = models.into_iter().take(max_models).collect();
        findings.models_complete = false;
    }

    /// The shortest runs for the fact that takes the shortest ones.
    fn divergence(&self, contested: &BTreeSet<LocatedFact>) -> Option<Divergence> {
        let length = |schedule: &&Schedule| schedule.stem.len() + schedule.cycle.len();
        let of = |fact: &LocatedFact, holds: bool| {
            let runs = self.models.iter().filter(|(model, _)| model.contains(fact) == holds);
            runs.map(|(_, schedule)| schedule).min_by_key(length)
        };
        let pairs = contested.iter().filter_map(|fact| Some((fact, of(fact, true)?, of(fact, false)?)));
        let (fact, holds, lacks) = pairs.min_by_key(|(_, holds, lacks)| length(holds) + length(lacks))?;
        Some(Divergence { fact: fact.clone(), holds: holds.clone(), lacks: lacks.clone() })
    }
}
