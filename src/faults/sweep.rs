//! One specification after another, from few rounds and few faults to more, until one has a counterexample.
//!
//! ```text
//! for EOT = 1, 2, … up to the bound
//!     while no EOT was ready: is the failure-free run good, and has it `pre` and `post` tuples? else the next EOT
//!     for EFF = 0, 2, 3, … up to the bound and to EOT − 1
//!         for crashes = 0, 1, … up to the bound
//!             investigate ⟨EOT, EFF, crashes⟩; end at a counterexample
//! ```
//!
//! As in the paper, EFF stays below EOT: what is sent in round EOT − 1 arrives, so that a protocol which sends again gets one chance. EFF 1
//! allows what EFF 0 does (no round comes before round 1) and is left out. A protocol needs some rounds before its
//! outcome means anything, so a failure-free run that is bad or vacuous passes while EOT may still grow; after the
//! first one that is ready, and at the last EOT, it is told like everywhere.

use super::search::{Answer, Failure, Question, Verdict, investigate};
use super::specification::Specification;
use crate::budget::Budget;
use crate::program::Program;

/// What is known of one specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub specification: Specification,
    /// What was found; a counterexample without faults that is [`Stage::early`] says that there were too few rounds.
    pub verdict: Verdict,
    /// Runs, the failure-free one included.
    pub runs: u64,
    /// Whether the failure-free run was bad or vacuous while EOT could still grow.
    pub early: bool,
}

/// A sweep to its end.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The specifications in the order in which they were tried.
    pub stages: Vec<Stage>,
    /// The last of them.
    pub question: Question,
    /// The answer to it, which is that of the sweep: certified if every stage that is not early is.
    pub answer: Answer,
}

impl Sweep {
    /// Runs of all stages.
    pub fn runs(&self) -> u64 {
        self.stages.iter().map(|stage| stage.runs).sum()
    }
}

impl Stage {
    /// Its name in reports: the verdict's, or `early`.
    pub fn name(&self) -> &'static str {
        if self.early { "early" } else { self.verdict.name() }
    }
}

/// Sweeps up to the specification of `most`, which bounds each of EOT, EFF and crashes.
///
/// # Errors
/// If a rule errs in some run.
pub fn sweep(program: &Program, most: &Question, budget: &Budget) -> Result<Sweep, Failure> {
    let bound = most.specification;
    let mut stages = Vec::new();
    let mut ready = false;
    let mut last: Option<(Question, Answer)> = None;
    'widening: for eot in 1..=bound.eot {
        let effs = std::iter::once(0).chain(2..=bound.eff.min(eot - 1));
        for eff in effs {
            for crashes in 0..=bound.crashes.min(program.nodes.len()) {
                let question = Question { specification: Specification { eot, eff, crashes, ..bound }, ..*most };
                let answer = investigate(program, &question, budget)?;
                let verdict = answer.verdict;
                let unready = answer.is_bad_without_faults() || verdict == Verdict::Vacuous;
                let early = unready && !ready && eot < bound.eot;
                stages.push(Stage { specification: question.specification, verdict, runs: answer.effort.runs, early });
                last = Some((question, answer));
                if early {
                    continue 'widening;
                }
                ready = true;
                if verdict != Verdict::Certified {
                    break 'widening;
                }
            }
        }
    }
    let (question, answer) = last.expect("internal error: a sweep without rounds");
    Ok(Sweep { stages, question, answer })
}
