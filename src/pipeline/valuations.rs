//! All values of unknown inputs: the cases that runs can tell apart ([`crate::symbolic`]), each decided on one instance of it.

pub(super) mod cases;

use super::check::{Answer, Basis, FaultReport, Options, Scope, Verdict, check};
use super::figures::Figures;
use super::instance::Findings;
use super::open::Open;
use super::read::Read;
use crate::analysis::faultless::is_faultless;
use crate::budget::Budget;
use crate::explore::Progress;
use crate::symbolic::oracle::Counts;
use cases::{Case, Cases, Next, readable};

/// A case, and what was found of it: a verdict, if it is about one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<V = Verdict> {
    /// The conditions that make it, beside the program's assumptions; which facts are given comes first.
    pub conditions: Vec<String>,
    /// The valuation that was explored, as text.
    pub valuation: String,
    /// What was found of it.
    pub verdict: V,
}

/// What was searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched<V = Verdict> {
    /// The unknowns, as the program writes them.
    pub unknowns: String,
    /// The cases in the order in which they were decided.
    pub cases: Vec<Decided<V>>,
    /// The one of them to which the answer belongs, if that is not all of them.
    pub answered: Option<usize>,
    /// How questions about the unknowns were answered.
    pub counts: Counts,
}

impl<V> Searched<V> {
    /// Nothing yet.
    pub fn new(unknowns: String) -> Self {
        Searched { unknowns, cases: Vec::new(), answered: None, counts: Counts::default() }
    }

    /// The case to which the answer belongs.
    pub fn answered(&self) -> Option<&Decided<V>> {
        self.cases.get(self.answered?)
    }

    /// Its valuation.
    pub fn valuation(&self) -> Option<&str> {
        self.answered().map(|case| case.valuation.as_str())
    }
}

/// What was found.
#[derive(Debug)]
pub struct Outcome {
    /// The answer: of the case found, else of all of them.
    pub answer: Answer,
    /// The program of the case to which the answer belongs, if it is not confluent for all values.
    pub found: Option<Read>,
    /// What was searched.
    pub searched: Searched,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// No values meet the assumptions.
    Contradictory,
    /// A rule errs in a reachable step, with the program and the valuation where it does.
    Fault(Box<FaultReport>, Box<Read>, String),
}

/// Decides all cases of `open`; without `every`, up to one that is not confluent, or is violated where one might be.
///
/// # Errors
/// If there is nothing to decide, or a rule errs.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn search(
    open: &Open,
    every: bool,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome, NoAnswer> {
    let mut cases = Cases::of(open, budget);
    let mut searched = Searched::new(cases.unknowns.to_string());
    if cases.are_none() {
        return Err(NoAnswer::Contradictory);
    }
    if let Some(answer) = by_theorem(open, options) {
        return Ok(Outcome { answer, found: None, searched });
    }
    let mut search = Search { open, options, budget, total: Figures::default(), found: None, every };
    let any = cases.each(&mut |cases, case| search.decide(cases, case, &mut searched, watch))?;
    let bound = cases.bound;
    if !any && bound.is_none() {
        return Err(NoAnswer::Contradictory);
    }
    searched.counts = cases.counts;
    let Search { mut total, found, .. } = search;
    total.solver_calls = searched.counts.solved;
    if let Some((answer, read)) = found {
        let answer = Answer { findings: Findings { figures: total, ..answer.findings }, ..answer };
        return Ok(Outcome { answer, found: Some(read), searched });
    }
    let (verdict, scope, basis) = match bound {
        Some(bound) => (Verdict::Inconclusive, Scope::Bounded, Basis::Bound(bound)),
        None => (Verdict::Confluent, Scope::ThisInstance, Basis::Explored),
    };
    let answer =
        Answer { verdict, scope, basis, findings: Findings::none(total), witness: None, violations: Vec::new() };
    Ok(Outcome { answer, found: None, searched })
}

/// What holds of all instances holds of those with any values. There is no one ultimate model to show.
fn by_theorem(open: &Open, options: Options) -> Option<Answer> {
    let theorem = open.analysis.theorem.filter(|_| options.theorems)?;
    let applies = open.program.nevers.is_empty() && is_faultless(&open.program);
    applies.then(|| Answer {
        verdict: Verdict::Confluent,
        scope: Scope::AllInstances,
        basis: Basis::Theorem(theorem),
        findings: Findings::none(Figures::default()),
        witness: None,
        violations: Vec::new(),
    })
}

struct Search<'a> {
    open: &'a Open,
    options: Options,
    budget: &'a Budget,
    total: Figures,
    found: Option<(Answer, Read)>,
    every: bool,
}

impl Search<'_> {
    /// Whether no other case can have a stronger verdict.
    fn is_over(&self) -> bool {
        let found = self.found.as_ref().map(|(answer, _)| answer.verdict);
        let strongest = found == Some(Verdict::Violated) || found.is_some() && self.open.program.nevers.is_empty();
        strongest && !self.every
    }

    fn decide(
        &mut self,
        cases: &mut Cases<'_>,
        case: &Case,
        searched: &mut Searched,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Next, NoAnswer> {
        let valuation = cases.unknowns.show(&case.valuation);
        let mut read = cases.with(&case.valuation);
        let read = read.pop().expect("internal error: cases of no program");
        let (program, analysis) = readable(&read);
        // A search that has enough ends the ones after it too.
        let last = !self.every && self.open.program.nevers.is_empty();
        let options = Options { enough: self.options.enough.filter(|_| last), ..self.options };
        let answer = match check(program, analysis, self.budget, options, watch) {
            Ok(answer) => answer,
            Err(fault) => return Err(NoAnswer::Fault(fault, Box::new(read), valuation)),
        };
        self.total.add(&answer.findings.figures);
        let verdict = match (answer.verdict, answer.basis, case.unsettled) {
            (Verdict::Inconclusive, Basis::Bound(bound), _) | (Verdict::Confluent, _, Some(bound)) => {
                cases.stopped(Some(bound));
                Verdict::Inconclusive
            }
            (verdict, ..) => verdict,
        };
        let known = self.found.as_ref().map(|(answer, _)| answer.verdict);
        let stronger = match verdict {
            Verdict::Violated => known != Some(Verdict::Violated),
            Verdict::Diffluent => known.is_none(),
            Verdict::Confluent | Verdict::Inconclusive => false,
        };
        if stronger {
            searched.answered = Some(searched.cases.len());
        }
        searched.cases.push(Decided { conditions: case.conditions.clone(), valuation, verdict });
        if stronger {
            self.found = Some((answer, read));
        }
        Ok(if self.is_over() { Next::Stop } else { Next::Go })
    }
}
