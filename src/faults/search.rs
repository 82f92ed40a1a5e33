//! Is some fault set within the specification bad? Hypotheses, runs, and what each good run teaches.
//!
//! The rounds are unrolled into a circuit ([`super::unroll`]). A hypothesis is a fault set that nothing learned so far covers, the
//! smallest first ([`super::hypotheses`]). It is run. If it is bad, smaller ones within it are tried until none is left
//! that is bad. If it is good, then each goal (a `pre` tuple comes with its `post` tuple; no rule errs) has been met for
//! a reason, a set of switches ([`super::lineage`]), and every fault set that agrees on them is covered: it meets the goal as well. No hypothesis
//! left means that all fault sets are covered, which is a certificate.
//!
//! After [`PATIENCE`] runs the solver is given the circuit as well ([`super::encoding`]), so that hypotheses that the circuit refutes are not run.
//!
//! What a certificate rests on: that the circuit is the program, which tests compare with the definition; that each reason is one, which
//! is checked here each time by evaluating the circuit with all other switches unknown; that the clauses of a circuit, if they were used, allow each
//! run, which tests compare by brute force; that the solver is right when it says that nothing is left.
//! A counterexample rests on nothing: it is run by definition before it is told.

use super::circuit::{Bounds, Circuit, GateId};
use super::global::Global;
use super::hypotheses::{COUNTED, Hypotheses};
use super::judge::{Judgement, Tuple, VerdictRule};
use super::lineage::Supports;
use super::rounds::{Run, RunError, run};
use super::specification::{FaultSet, Specification};
use super::unroll::{Unrolled, unroll};
use crate::budget::{Bound, Budget};
use crate::program::{Fact, Program};
use std::collections::BTreeSet;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What may go wrong.
    pub specification: Specification,
    /// When a run is bad.
    pub rule: VerdictRule,
    /// Most minimal counterexamples to find.
    pub most: usize,
    /// Runs from whose lineage is learned; beyond, the solver is given the circuit itself. [`PATIENCE`] is a good number.
    pub patience: u64,
}

/// Where lineage suffices it takes some ten runs, seldom a few hundred. A protocol that sends everything again in every round can be good in
/// more ways than can be listed run by run.
pub const PATIENCE: u64 = 400;

/// What is known in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Some fault set is bad.
    Counterexample,
    /// None is.
    Certified,
    /// The failure-free run has no `pre` tuple or no `post` tuple.
    Vacuous,
    /// A bound was hit.
    Inconclusive(Bound),
}

impl Verdict {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Counterexample => "counterexample",
            Verdict::Certified => "certified",
            Verdict::Vacuous => "vacuous",
            Verdict::Inconclusive(_) => "inconclusive",
        }
    }
}

/// A bad fault set of which no proper part is bad.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// The faults.
    pub faults: FaultSet,
    /// The run, by definition.
    pub run: Run,
    /// The `pre` tuples without their `post` tuples.
    pub lost: BTreeSet<Tuple>,
}

/// What it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Runs, the failure-free one included.
    pub runs: u64,
    /// Reasons learned.
    pub lessons: u64,
    /// Questions put to the solver.
    pub solver_calls: u64,
    /// Gates of the circuit that the goals depend on.
    pub gates: usize,
    /// Single faults that the goals depend on, as switches.
    pub switches: usize,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The failure-free run.
    pub failure_free: Run,
    /// By what runs are judged.
    pub judgement: Judgement,
    /// The minimal counterexamples found, sorted: one, or as many as were asked for.
    pub counterexamples: Vec<Counterexample>,
    /// Whether there are no others.
    pub complete: bool,
    /// What it took.
    pub effort: Effort,
}

impl Answer {
    /// Whether nothing need go wrong for a bad run.
    pub fn is_bad_without_faults(&self) -> bool {
        self.counterexamples.first().is_some_and(|found| found.faults.is_empty())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The faults of the run that has no outcome.
    pub faults: FaultSet,
    /// Why it has none.
    pub error: RunError,
}

/// Answers a question about a program, which must have been resolved for synchronous rounds.
///
/// # Errors
/// If a rule errs in some run.
///
/// # Panics
/// If the circuit and the definition disagree: an internal error, and better than a wrong verdict.
pub fn investigate(program: &Program, question: &Question, budget: &Budget) -> Result<Answer, Failure> {
    let global = Global::new(program);
    let specification = &question.specification;
    let by_definition = |faults: &FaultSet| run(program, &global, specification, faults, budget);
    let failure_free = match by_definition(&FaultSet::none()) {
        Ok(run) => run,
        Err(error) => return stopped(program, question, error, FaultSet::none(), None),
    };
    let judgement = Judgement::new(program, question.rule, &failure_free);
    let mut answer = Answer {
        verdict: Verdict::Vacuous,
        counterexamples: Vec::new(),
        complete: true,
        effort: Effort { runs: 1, ..Effort::default() },
        judgement,
        failure_free,
    };
    let lost = answer.judgement.lost(&answer.failure_free);
    if answer.judgement.is_vacuous() {
        return Ok(answer);
    }
    if !lost.is_empty() {
        let run = answer.failure_free.clone();
        answer.verdict = Verdict::Counterexample;
        answer.counterexamples.push(Counterexample { faults: FaultSet::none(), run, lost });
        return Ok(answer);
    }
    let unrolled = match unroll(program, &global, specification, budget) {
        Ok(unrolled) => unrolled,
        Err(bound) => {
            answer.verdict = Verdict::Inconclusive(bound);
            answer.complete = false;
            return Ok(answer);
        }
    };
    let mut search = Search::new(&unrolled, &answer.judgement, specification, budget);
    let mut found: Vec<FaultSet> = Vec::new();
    let end = search.run(question.most, question.patience, &mut found);
    answer.effort = search.effort();
    match end {
        Ok(complete) => {
            answer.complete = complete;
            answer.verdict = if found.is_empty() { Verdict::Certified } else { Verdict::Counterexample };
        }
        Err(Stop::Bound(bound)) => {
            answer.complete = false;
            answer.verdict = if found.is_empty() { Verdict::Inconclusive(bound) } else { Verdict::Counterexample };
        }
        Err(Stop::Errs(faults)) => {
            return match by_definition(&faults) {
                Err(error) => stopped(program, question, error, faults, Some(answer)),
                Ok(_) => panic!("internal error: a rule errs in the circuit and not by definition, under {faults:?}"),
            };
        }
    }
    found.sort();
    for faults in found {
        match confirmed(&answer.judgement, &faults, &by_definition) {
            Ok(counterexample) => answer.counterexamples.push(counterexample),
            Err(error) => return stopped(program, question, error, faults, Some(answer)),
        }
    }
    Ok(answer)
}

/// The counterexample, run by definition; so are the fault sets with one fault less, which must be good.
fn confirmed(
    judgement: &Judgement,
    faults: &FaultSet,
    by_definition: &dyn Fn(&FaultSet) -> Result<Run, RunError>,
) -> Result<Counterexample, RunError> {
    let run = by_definition(faults)?;
    let lost = judgement.lost(&run);
    assert!(!lost.is_empty(), "internal error: a counterexample is good by definition: {faults:?}");
    for fault in faults.iter() {
        let fewer = by_definition(&faults.without(fault))?;
        assert!(judgement.lost(&fewer).is_empty(), "internal error: {faults:?} is bad without {fault:?} too");
    }
    Ok(Counterexample { faults: faults.clone(), run, lost })
}

/// The end at a run without outcome: a bound if one was hit, else a mistake of the program.
fn stopped(
    program: &Program,
    question: &Question,
    error: RunError,
    faults: FaultSet,
    so_far: Option<Answer>,
) -> Result<Answer, Failure> {
    let Some(bound) = error.bound() else { return Err(Failure { faults, error }) };
    let empty = Run { rounds: Vec::new(), outcome: BTreeSet::new() };
    let answer = so_far.unwrap_or_else(|| Answer {
        verdict: Verdict::Inconclusive(bound),
        judgement: Judgement::new(program, question.rule, &empty),
        failure_free: empty,
        counterexamples: Vec::new(),
        complete: false,
        effort: Effort { runs: 1, ..Effort::default() },
    });
    let verdict = if answer.counterexamples.is_empty() { Verdict::Inconclusive(bound) } else { answer.verdict };
    Ok(Answer { verdict, complete: false, ..answer })
}

/// What every good run does.
#[derive(Debug, Clone, Copy)]
enum Goal {
    /// If the first gate holds, the second does.
    Kept(GateId, Option<GateId>),
    /// The gate does not hold: no rule errs.
    Sound(GateId),
}

/// Why a search ends without an answer.
enum Stop {
    Bound(Bound),
    /// Under these faults a rule errs.
    Errs(FaultSet),
}

impl From<Bound> for Stop {
    fn from(bound: Bound) -> Self {
        Stop::Bound(bound)
    }
}

struct Search<'b> {
    circuit: Circuit,
    goals: Vec<Goal>,
    hypotheses: Hypotheses,
    budget: &'b Budget,
    effort: Effort,
}

impl<'b> Search<'b> {
    fn new(unrolled: &Unrolled, judgement: &Judgement, specification: &Specification, budget: &'b Budget) -> Self {
        let of = |relation| move |(fact, _): &&(Fact, GateId)| Some(fact.relation) == relation;
        let gate_of_post = |values: &Tuple| {
            unrolled
                .outcome
                .iter()
                .filter(of(judgement.post))
                .find(|(fact, _)| fact.values == *values)
                .map(|&(_, gate)| gate)
        };
        let promised =
            unrolled.outcome.iter().filter(of(judgement.pre)).filter(|(fact, _)| judgement.concerns(&fact.values));
        let kept = promised.map(|(fact, pre)| Goal::Kept(*pre, gate_of_post(&fact.values)));
        let goals: Vec<Goal> = kept.chain(unrolled.errs.iter().map(|&gate| Goal::Sound(gate))).collect();
        let roots: Vec<GateId> = goals.iter().flat_map(|goal| goal.gates()).collect();
        let (circuit, number) = unrolled.circuit.cone(&roots);
        let numbered = |gate: GateId| number[gate as usize].expect("internal error: a root outside its cone");
        let goals: Vec<Goal> = goals
            .into_iter()
            .map(|goal| match goal {
                Goal::Kept(pre, post) => Goal::Kept(numbered(pre), post.map(numbered)),
                Goal::Sound(gate) => Goal::Sound(numbered(gate)),
            })
            .collect();
        let hypotheses = Hypotheses::new(&circuit, specification, goals.len(), budget);
        let effort = Effort { gates: circuit.len(), switches: circuit.switches().count(), ..Effort::default() };
        Search { circuit, goals, hypotheses, budget, effort }
    }

    fn effort(&self) -> Effort {
        Effort { solver_calls: self.hypotheses.solver_calls(), ..self.effort }
    }

    /// Finds at most `most` minimal counterexamples; whether these are all.
    fn run(&mut self, most: usize, patience: u64, found: &mut Vec<FaultSet>) -> Result<bool, Stop> {
        let good = self.try_out(&FaultSet::none())?;
        assert!(good, "internal error: the failure-free run is bad in the circuit and not by definition");
        let mut size = 1;
        let mut is_encoded = false;
        while found.len() < most {
            if self.effort.runs >= patience && !std::mem::replace(&mut is_encoded, true) {
                let goals = self.goals.iter().map(|goal| goal.reasons().collect());
                self.hypotheses.learn_circuit(&self.circuit, goals);
            }
            let hypothesis = match self.hypotheses.next(size)? {
                Ok(hypothesis) => hypothesis,
                Err(true) => return Ok(true),
                Err(false) => {
                    size = if size < COUNTED { size + 1 } else { usize::MAX };
                    continue;
                }
            };
            if self.try_out(&hypothesis)? {
                continue;
            }
            let mut least = hypothesis;
            while let Some(part) = self.hypotheses.part_of(&least)? {
                if !self.try_out(&part)? {
                    least = part;
                }
            }
            self.hypotheses.exclude(&least);
            found.push(least);
        }
        Ok(false)
    }

    /// Runs a fault set, learns from it, and says whether it is good.
    fn try_out(&mut self, faults: &FaultSet) -> Result<bool, Stop> {
        self.budget.check()?;
        self.effort.runs += 1;
        let values = self.circuit.evaluate(faults);
        let holds = |gate: GateId| values[gate as usize];
        if self.goals.iter().any(|goal| matches!(goal, Goal::Sound(gate) if holds(*gate))) {
            return Err(Stop::Errs(faults.clone()));
        }
        let supports = Supports::new(&self.circuit, &values);
        let mut good = true;
        for (at, goal) in self.goals.iter().enumerate() {
            let reasons = goal.reasons().filter(|&(gate, wanted)| holds(gate) == wanted);
            let reason = reasons.map(|(gate, wanted)| (supports.of(gate), gate, wanted)).min_by_key(|r| r.0.len());
            let Some((support, gate, wanted)) = reason else {
                good = false;
                continue;
            };
            self.check(&support, gate, wanted, &values);
            self.hypotheses.learn(at, &support, &holds);
            self.effort.lessons += 1;
        }
        Ok(good)
    }

    /// Evaluates the circuit with only the switches of a support known.
    fn check(&self, support: &[GateId], gate: GateId, wanted: bool, values: &[bool]) {
        let bounds = self.circuit.bounds(&|switch, _| {
            if support.binary_search(&switch).is_ok() { Bounds::known(values[switch as usize]) } else { Bounds::OPEN }
        });
        assert!(bounds[gate as usize] == Bounds::known(wanted), "internal error: a reason that is none");
    }
}

impl Goal {
    fn gates(self) -> impl Iterator<Item = GateId> {
        self.reasons().map(|(gate, _)| gate)
    }

    /// Gates and values, any of which meets the goal.
    fn reasons(self) -> impl Iterator<Item = (GateId, bool)> {
        let (first, second) = match self {
            Goal::Kept(pre, post) => ((pre, false), post.map(|post| (post, true))),
            Goal::Sound(gate) => ((gate, false), None),
        };
        std::iter::once(first).chain(second)
    }
}
