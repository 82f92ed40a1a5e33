//! Shortens a schedule while it still shows what is claimed of it.
//!
//! Steps are dropped in runs of halving length, then one by one (as in delta debugging), then single copies are left undelivered,
//! and all is tried again until nothing can go. Each attempt is replayed from the start by the definition, so the
//! result is checked, whatever the attempts were. The loop goes first: it is what a reader has to imagine repeated.

use super::outcome::{OutcomeClaim, shows};
use super::replay::{claim, lasso, violation};
use super::simulate::Simulation;
use crate::budget::Budget;
use crate::program::{LocatedFact, Program, RelationId};
use crate::schedule::{Schedule, ScheduledStep};

/// What a schedule shows and must go on showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is a fair run in which the fact is ultimate (`holds`) or is not.
    Lasso {
        /// The fact.
        fact: LocatedFact,
        /// Its fate.
        holds: bool,
    },
    /// It is finite and ends where the relation of a `never` holds.
    Violation(RelationId),
    /// It is a fair run with such an outcome.
    Outcome(OutcomeClaim),
}

impl Claim {
    /// Whether the schedule shows it.
    pub fn shown_by(&self, program: &Program, schedule: &Schedule, budget: &Budget) -> bool {
        self.shown_in(&mut Simulation::new(program, budget), schedule)
    }

    fn shown_in(&self, simulation: &mut Simulation<'_>, schedule: &Schedule) -> bool {
        match self {
            Claim::Lasso { fact, holds } => claim(simulation, schedule, fact, *holds).is_ok(),
            Claim::Violation(relation) => violation(simulation, schedule, *relation).is_ok(),
            Claim::Outcome(claim) => {
                let program = simulation.program();
                lasso(simulation, schedule).is_ok_and(|run| shows(program, &run, claim, &Budget::default()).is_ok())
            }
        }
    }
}

/// A bound on the work: local steps replayed.
const MOST_STEPS: usize = 200_000;

/// A schedule that shows `claim` and, unless the work got too much, stops doing so if any one step of its loop, step of its stem
/// or delivered copy is dropped. A schedule that does not show the claim comes back as it is.
///
/// Replays O(n) schedules of n steps a pass and makes as many passes as still drop something; gives up after a fixed
/// amount of work with what it has by then.
pub fn shrink_loop(program: &Program, schedule: &Schedule, claim: &Claim, budget: &Budget) -> Schedule {
    let mut shrinker =
        Shrinker { simulation: Simulation::remembering(program, budget), claim, budget, left: MOST_STEPS };
    let mut best = schedule.clone();
    if !shrinker.shows(&best) {
        return best;
    }
    loop {
        let before = best.clone();
        shrinker.drop_steps(&mut best, Part::Cycle);
        shrinker.drop_copies(&mut best, Part::Cycle);
        shrinker.drop_steps(&mut best, Part::Stem);
        shrinker.drop_copies(&mut best, Part::Stem);
        if best == before {
            return best;
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Stem,
    Cycle,
}

fn part(schedule: &mut Schedule, which: Part) -> &mut Vec<ScheduledStep> {
    match which {
        Part::Stem => &mut schedule.stem,
        Part::Cycle => &mut schedule.cycle,
    }
}

struct Shrinker<'a> {
    simulation: Simulation<'a>,
    claim: &'a Claim,
    budget: &'a Budget,
    left: usize,
}

impl Shrinker<'_> {
    fn shows(&mut self, schedule: &Schedule) -> bool {
        let cost = schedule.stem.len() + schedule.cycle.len();
        if cost > self.left || self.budget.check().is_err() {
            self.left = 0;
            return false;
        }
        self.left -= cost;
        self.claim.shown_in(&mut self.simulation, schedule)
    }

    fn drop_steps(&mut self, best: &mut Schedule, which: Part) {
        let mut length = part(best, which).len();
        while length > 0 {
            // From the back, so that what is dropped does not move what is still to be tried.
            let mut end = part(best, which).len();
            while end > 0 {
                let start = end.saturating_sub(length);
                let mut candidate = best.clone();
                part(&mut candidate, which).drain(start..end);
                if self.shows(&candidate) {
                    *best = candidate;
                }
                end = start;
            }
            length /= 2;
        }
    }

    fn drop_copies(&mut self, best: &mut Schedule, which: Part) {
        for step in (0..part(best, which).len()).rev() {
            for fact in (0..part(best, which)[step].deliver.len()).rev() {
                let copies = part(best, which)[step].deliver[fact].copies;
                for keep in [0, 1] {
                    if keep >= copies {
                        break;
                    }
                    let mut candidate = best.clone();
                    let deliver = &mut part(&mut candidate, which)[step].deliver;
                    if keep == 0 {
                        deliver.remove(fact);
                    } else {
                        deliver[fact].copies = keep;
                    }
                    if self.shows(&candidate) {
                        *best = candidate;
                        break;
                    }
                }
            }
        }
    }
}
