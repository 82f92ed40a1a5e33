//! The main job: classification, then a theorem if one applies, else exploration; a verdict whose evidence was replayed.

use super::figures::Figures;
use super::hunt::{self, Hunt};
use super::instance::{self, Cut, Findings, Invariant, explore_instance_with};
use super::searcher::{Alone, Searcher};
use crate::analysis::faultless::is_faultless;
use crate::analysis::{Analysis, Theorem};
use crate::budget::{Bound, Budget};
use crate::eval::{EvalError, Fault};
use crate::explore::Progress;
use crate::program::{LocatedFact, Program, RelationId};
use crate::prove::prover::Effort;
use crate::prove::{datalog_model, semantic};
use crate::schedule::Schedule;
use crate::system::Stop;
use crate::witness::replay::{LassoRun, Violation, check_claim, check_violation};
use crate::witness::run::{End, Policy, run};
use crate::witness::shrink::{Claim, shrink_loop};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// The answer to a question about confluence, weakest last (semantics §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// All fair runs have one ultimate model.
    Confluent,
    /// Two fair runs have different ultimate models.
    Diffluent,
    /// A `never` relation holds in some reachable step.
    Violated,
    /// A bound was hit.
    Inconclusive,
}

impl Verdict {
    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Confluent => "confluent",
            Verdict::Diffluent => "diffluent",
            Verdict::Violated => "violated",
            Verdict::Inconclusive => "inconclusive",
        }
    }

    /// The exit code it stands for.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Confluent => 0,
            Verdict::Diffluent | Verdict::Violated => 1,
            Verdict::Inconclusive => 3,
        }
    }
}

/// What a verdict speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every network and every content of the EDB relations.
    AllInstances,
    /// The network and facts given.
    ThisInstance,
    /// As far as the search got.
    Bounded,
}

impl Scope {
    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Scope::AllInstances => "all-instances",
            Scope::ThisInstance => "this-instance",
            Scope::Bounded => "bounded",
        }
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A theorem, by the form of the rules or by a proof.
    Theorem(Theorem),
    /// The whole transition system, or as much of it as the evidence needs.
    Explored,
    /// A bound that left the question open.
    Bound(Bound),
}

impl std::fmt::Display for Basis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Basis::Theorem(theorem) => f.write_str(&theorem.basis()),
            Basis::Explored => f.write_str("explored"),
            Basis::Bound(bound) => write!(f, "bound:{bound}"),
        }
    }
}

/// How a question is to be answered.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether theorems may answer (`--no-theorems`; never for `explore`).
    pub theorems: bool,
    /// How much is tried to prove all instances confluent by what the rules mean, where no theorem applies and theorems may answer; nothing if
    /// `None`.
    pub proofs: Option<Effort>,
    /// What to compute of the instance.
    pub instance: instance::Options,
    /// A search ends with this many transitions if two runs are known to differ by then, though not all that is contested; `None` if
    /// it is to go on as far as the budget allows.
    pub enough: Option<usize>,
}

/// What [`Options::enough`] is where nobody says otherwise: some seconds.
pub const ENOUGH: usize = 1 << 21;

/// Single runs are taken once a search has this many transitions.
const LARGE: usize = 1 << 19;

impl Default for Options {
    fn default() -> Self {
        Options { theorems: true, proofs: None, instance: instance::Options::default(), enough: Some(ENOUGH) }
    }
}

/// Two replayed runs.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The fact that is ultimate in the first run and not in the second.
    pub fact: LocatedFact,
    /// The schedules, shortened.
    pub schedules: [Schedule; 2],
    /// The same, as replayed by the definition.
    pub runs: [LassoRun; 2],
}

/// A replayed violation of a `never` relation.
#[derive(Debug, Clone)]
pub struct ReplayedViolation {
    /// The relation.
    pub relation: RelationId,
    /// The schedule.
    pub schedule: Schedule,
    /// The same, as replayed.
    pub violation: Violation,
}

/// A verdict with everything that supports it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// What it speaks of.
    pub scope: Scope,
    /// What it rests on.
    pub basis: Basis,
    /// What was found of the instance. After a theorem: the one ultimate model, if it could be evaluated.
    pub findings: Findings,
    /// Two runs that end differently.
    pub witness: Option<Witness>,
    /// The violations found, in the order of the `never` declarations.
    pub violations: Vec<ReplayedViolation>,
}

/// A rule did what the language forbids in some reachable step: the program is wrong (exit code 2).
#[derive(Debug, Clone)]
pub struct FaultReport {
    /// Which rule and what.
    pub fault: Stop,
    /// A shortest run to it; its last step is the one that has no outcome.
    pub schedule: Schedule,
}

/// Answers the question for `program`.
///
/// # Errors
/// If a rule errs in some reachable step.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn check(
    program: &Program,
    analysis: &Analysis,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Answer, Box<FaultReport>> {
    check_with(program, analysis, budget, options, &mut Alone, watch)
}

/// The same where others work on the searches too.
///
/// # Errors
/// As [`check`].
///
/// # Panics
/// As [`check`].
pub fn check_with(
    program: &Program,
    analysis: &Analysis,
    budget: &Budget,
    options: Options,
    searcher: &mut dyn Searcher,
    watch: &mut dyn FnMut(Progress),
) -> Result<Answer, Box<FaultReport>> {
    let mut questions = 0;
    let proof = || {
        let effort = options.proofs.filter(|_| program.nevers.is_empty())?;
        let semantic = semantic::prove(program, analysis, effort, budget);
        questions = semantic.questions as u64;
        semantic.proof
    };
    let theorem = if options.theorems { analysis.theorem.or_else(proof) } else { None };
    if let Some(theorem) = theorem
        && program.nevers.is_empty()
        && let Some(mut answer) = by_theorem(program, budget, theorem)
    {
        answer.findings.figures.solver_calls = questions;
        return Ok(answer);
    }
    let mut hunt = Hunt::new(program, budget);
    let mut hunted = false;
    let mut watch_and_hunt = |progress: Progress| {
        if progress.transitions >= LARGE && !hunted {
            hunted = true;
            hunt.go_on(hunt::WORK);
        }
        if hunt.differs() && options.enough.is_some_and(|enough| progress.transitions >= enough) {
            budget.enough.store(true, Ordering::Relaxed);
        }
        watch(progress);
    };
    let mut findings = explore_instance_with(program, budget, options.instance, searcher, &mut watch_and_hunt);
    findings.figures.solver_calls += questions;
    let wanted = !matches!(findings.cut, Some(Cut::Fault { .. } | Cut::Bound(Bound::Interrupt)));
    if wanted && judge(&findings, budget).0 == Verdict::Inconclusive {
        if !hunt.differs() {
            hunt.go_on(hunt::WORK);
        }
        hunt.tell(&mut findings, options.instance.max_models);
    }
    if let Some(Cut::Fault { fault, schedule }) = &findings.cut {
        return Err(Box::new(FaultReport { fault: *fault, schedule: schedule.clone() }));
    }
    assert!(
        theorem.or(analysis.theorem).is_none() || findings.contested.is_empty() || !is_faultless(program),
        "internal error: exploration contradicts {}",
        theorem.or(analysis.theorem).map_or("", |theorem| theorem.name)
    );
    let (verdict, basis) = judge(&findings, budget);
    let scope = match (verdict, theorem) {
        (Verdict::Inconclusive, _) => Scope::Bounded,
        (Verdict::Confluent, Some(_)) => Scope::AllInstances,
        _ => Scope::ThisInstance,
    };
    let basis = match theorem {
        Some(theorem) if verdict == Verdict::Confluent => Basis::Theorem(theorem),
        _ => basis,
    };
    let witness = replayed_witness(program, budget, &findings);
    let violations = replayed_violations(program, budget, &findings);
    Ok(Answer { verdict, scope, basis, findings, witness, violations })
}

fn judge(findings: &Findings, budget: &Budget) -> (Verdict, Basis) {
    if findings.invariants.iter().any(|invariant| matches!(invariant, Invariant::Violated(_))) {
        return (Verdict::Violated, Basis::Explored);
    }
    let bound = match findings.cut {
        Some(Cut::Bound(bound)) => Some(bound),
        _ => None,
    };
    if findings.divergence.is_some() {
        (Verdict::Diffluent, Basis::Explored)
    } else if let Some(bound) = bound {
        (Verdict::Inconclusive, Basis::Bound(bound))
    } else if !findings.contested.is_empty() {
        // Contested, but a bound from outside was hit before two runs were put together.
        (Verdict::Inconclusive, Basis::Bound(budget.check().err().unwrap_or(Bound::Time)))
    } else if !findings.undecided.is_empty() || findings.invariants.contains(&Invariant::Unknown) {
        (Verdict::Inconclusive, Basis::Bound(Bound::Copies))
    } else {
        (Verdict::Confluent, Basis::Explored)
    }
}

/// The answer that the theorem gives; none if a rule errs, which exploring then shows with a run.
fn by_theorem(program: &Program, budget: &Budget, theorem: Theorem) -> Option<Answer> {
    // The verdict does not need the model; it is shown where it can be evaluated within the budget.
    let model = match datalog_model::ultimate_model(program, budget) {
        Some(Err(EvalError::Fault { fault, .. })) if fault != Fault::IntegerBeyond64Bits => return None,
        Some(model) => model.ok(),
        // Outside Dedalus⁺ a rule may err under some schedules only, of which the theorem does not speak.
        None if !is_faultless(program) => return None,
        None => model_of_one_run(program, budget),
    };
    let known = model.is_some();
    let findings = Findings {
        certain: model.as_ref().map(|model| model.iter().cloned().collect()),
        contested: Vec::new(),
        undecided: Vec::new(),
        models_found: usize::from(known),
        models: model.into_iter().collect(),
        models_complete: known,
        divergence: None,
        run: None,
        invariants: Vec::new(),
        cut: None,
        figures: Figures::default(),
    };
    Some(Answer {
        verdict: Verdict::Confluent,
        scope: Scope::AllInstances,
        basis: Basis::Theorem(theorem),
        findings,
        witness: None,
        violations: Vec::new(),
    })
}

/// The ultimate model of one fair run, which is that of all if the program is confluent; none where the run is long or large.
fn model_of_one_run(program: &Program, budget: &Budget) -> Option<BTreeSet<LocatedFact>> {
    const MOST_ROUNDS: usize = 200;
    const MOST_FACTS: usize = 2_000;
    if program.facts.len() > MOST_FACTS || program.rules.len() > MOST_FACTS {
        return None;
    }
    let max_transitions = budget.max_transitions.min(MOST_ROUNDS * program.nodes.len().max(1));
    let short = Budget { max_transitions, max_facts: budget.max_facts.min(MOST_FACTS), ..budget.clone() };
    match run(program, Policy::Fifo, &short).end {
        End::Closed(lasso) => Some(lasso.ultimate_model(program)),
        _ => None,
    }
}

/// Evidence is replayed whatever the time: it is short, and without it there is no verdict.
fn unhurried(budget: &Budget) -> Budget {
    Budget { max_facts: budget.max_facts, ..Budget::default() }
}

fn replayed_witness(program: &Program, budget: &Budget, findings: &Findings) -> Option<Witness> {
    let divergence = findings.divergence.as_ref()?;
    let patient = unhurried(budget);
    let replay = |schedule: &Schedule, holds: bool| {
        let claim = Claim::Lasso { fact: divergence.fact.clone(), holds };
        let schedule = shrink_loop(program, schedule, &claim, budget);
        match check_claim(program, &schedule, &divergence.fact, holds, &patient) {
            Ok(run) => (schedule, run),
            Err(error) => panic!("internal error: a witness does not replay: {}", error.describe(program)),
        }
    };
    let (holds, holding) = replay(&divergence.holds, true);
    let (lacks, lacking) = replay(&divergence.lacks, false);
    Some(Witness { fact: divergence.fact.clone(), schedules: [holds, lacks], runs: [holding, lacking] })
}

fn replayed_violations(program: &Program, budget: &Budget, findings: &Findings) -> Vec<ReplayedViolation> {
    let patient = unhurried(budget);
    let mut replayed = Vec::new();
    for (invariant, &(relation, _)) in findings.invariants.iter().zip(&program.nevers) {
        let Invariant::Violated(schedule) = invariant else { continue };
        let schedule = shrink_loop(program, schedule, &Claim::Violation(relation), budget);
        match check_violation(program, &schedule, relation, &patient) {
            Ok(violation) => replayed.push(ReplayedViolation { relation, schedule, violation }),
            Err(error) => panic!("internal error: a violation does not replay: {}", error.describe(program)),
        }
    }
    replayed
}
