//! Small instances of a program whose own instance is no counterexample: the first that is diffluent refutes confluence of all instances.
//!
//! That none is proves nothing: instances are bounded, and so are the time and the states of each.

use crate::analysis::Analysis;
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::pipeline::bare::Bare;
use crate::pipeline::check::{Answer, Basis, Options, Verdict, check};
use crate::pipeline::figures::Figures;
use crate::pipeline::instance::{self, Findings};
use crate::pipeline::instances::{Bounds, Searched, Subject, each};
use crate::program::Program;
use crate::source::SourceMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How large they may be.
pub const BOUNDS: Bounds = Bounds { nodes: 2, values: 2, facts: 3, steps: 1 };
/// Most states of one of them.
const STATES: usize = 20_000;
/// Most time for all of them.
const TIME: Duration = Duration::from_secs(10);

/// What was searched, and found.
#[derive(Debug, Clone)]
pub struct Small {
    /// How many, and within which bounds.
    pub searched: Searched,
    /// What ended the search, or left open whether some instance is confluent.
    pub cut: Option<Bound>,
    /// The first that is diffluent.
    pub found: Option<Refuting>,
}

/// A diffluent instance.
#[derive(Debug, Clone)]
pub struct Refuting {
    /// Its text.
    pub text: String,
    /// The texts of the program and of the instance.
    pub sources: SourceMap,
    /// The program with it. What must never hold is not asked of it.
    pub program: Program,
    /// What can be said of that without running it.
    pub analysis: Analysis,
    /// Two runs of it that end differently.
    pub answer: Answer,
}

/// Searches small instances of `bare`, what is left of `program`; nothing if they cannot be listed.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn refute(
    program: &Program,
    bare: &Bare,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Option<Small> {
    let latest = Instant::now() + TIME;
    let budget = Budget {
        max_states: budget.max_states.min(STATES),
        deadline: Some(budget.deadline.map_or(latest, |deadline| deadline.min(latest))),
        ..budget.clone()
    };
    let options = Options { theorems: false, instance: options, ..Options::default() };
    let mut small = Small { searched: Searched { bounds: BOUNDS, instances: 0, erring: 0 }, cut: None, found: None };
    let mut total = Figures::default();
    let cut = each(&[Subject { program, bare }], BOUNDS, &budget, &mut |text| {
        let read = bare.with(text);
        let Some((mut program, analysis)) = read.program else {
            panic!("internal error: an instance that cannot be read: {text}");
        };
        program.nevers.clear();
        small.searched.instances += 1;
        let Ok(answer) = check(&program, &analysis, &budget, options, watch) else {
            small.searched.erring += 1;
            return ControlFlow::Continue(());
        };
        total.add(&answer.findings.figures);
        if answer.verdict == Verdict::Diffluent && answer.witness.is_some() {
            let answer = Answer { findings: Findings { figures: total, ..answer.findings }, ..answer };
            small.found = Some(Refuting { text: text.to_string(), sources: read.sources, program, analysis, answer });
            return ControlFlow::Break(());
        }
        if let Basis::Bound(bound) = answer.basis {
            small.cut = small.cut.or(Some(bound));
        }
        ControlFlow::Continue(())
    });
    small.cut = cut.ok()?.or(small.cut);
    Some(small)
}
