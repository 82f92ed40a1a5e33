//! All values of unknown inputs: the cases that runs can tell apart ([`crate::symbolic`]), each decided on one instance of it.

use super::check::{Answer, Basis, FaultReport, Options, Scope, Verdict, check};
use super::figures::Figures;
use super::instance::Findings;
use super::open::Open;
use super::read::Read;
use crate::analysis::faultless::is_faultless;
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::Program;
use crate::symbolic::condition::{Line, show};
use crate::symbolic::oracle::{Case, Counts, Halt, Oracle};
use crate::symbolic::possible::relevant;
use crate::symbolic::values::values;
use crate::symbolic::{possible, reach};
use crate::syntax::unknowns::Valuation;

/// Most cases that are explored though they are not settled: what is not found in one instance each may be in others.
const MOST_UNSETTLED: usize = 8;

/// A case, and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The conditions that make it, beside the program's assumptions; which facts are given comes first.
    pub conditions: Vec<String>,
    /// The valuation that was explored, as text.
    pub valuation: String,
    /// Its verdict.
    pub verdict: Verdict,
}

/// What was searched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Searched {
    /// The unknowns, as the program writes them.
    pub unknowns: String,
    /// The cases in the order in which they were decided.
    pub cases: Vec<Decided>,
    /// The one of them to which the answer belongs, if that is not all of them.
    pub answered: Option<usize>,
    /// How questions about the unknowns were answered.
    pub counts: Counts,
}

impl Searched {
    /// The case to which the answer belongs.
    pub fn answered(&self) -> Option<&Decided> {
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
    let mut searched = Searched { unknowns: open.unknowns.to_string(), ..Searched::default() };
    if !open.unknowns.assumptions.is_empty() {
        let line = Line::new(&open.program, &open.unknowns, &open.stand_ins);
        if Oracle::new(&line, budget).is_possible(&[]) == Ok(false) {
            return Err(NoAnswer::Contradictory);
        }
    }
    if let Some(answer) = by_theorem(open, options) {
        return Ok(Outcome { answer, found: None, searched });
    }
    let mut search =
        Search { open, options, budget, total: Figures::default(), bound: None, found: None, every, unsettled: 0 };
    let mut any = false;
    for given in Given::of(open) {
        any |= search.cases(&given, &mut searched, watch)?;
        if search.is_over() {
            break;
        }
    }
    if !any && search.bound.is_none() {
        return Err(NoAnswer::Contradictory);
    }
    let Search { mut total, bound, found, .. } = search;
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

/// Which of the `maybe` facts are given: all parts of those that can matter, small ones first in the order of binary numbers.
struct Given {
    matters: Vec<usize>,
    next: Option<Vec<bool>>,
}

impl Given {
    fn of(open: &Open) -> Self {
        let relevant = relevant(&open.program);
        let named = |name: &str| open.program.relation_named(name).is_none_or(|relation| relevant[relation.0 as usize]);
        let facts = open.unknowns.facts.iter().enumerate();
        let matters = facts.filter(|(_, fact)| named(&fact.name.text)).map(|(i, _)| i).collect();
        Given { matters, next: Some(vec![false; open.unknowns.facts.len()]) }
    }
}

impl Iterator for Given {
    type Item = Vec<bool>;

    fn next(&mut self) -> Option<Vec<bool>> {
        let given = self.next.take()?;
        let mut after = given.clone();
        for &fact in &self.matters {
            after[fact] = !after[fact];
            if after[fact] {
                self.next = Some(after);
                break;
            }
        }
        Some(given)
    }
}

struct Search<'a> {
    open: &'a Open,
    options: Options,
    budget: &'a Budget,
    total: Figures,
    bound: Option<Bound>,
    found: Option<(Answer, Read)>,
    every: bool,
    unsettled: usize,
}

impl Search<'_> {
    fn is_over(&self) -> bool {
        let found = self.found.as_ref().map(|(answer, _)| answer.verdict);
        let strongest = found == Some(Verdict::Violated) || found.is_some() && self.open.program.nevers.is_empty();
        strongest && !self.every
            || self.unsettled >= MOST_UNSETTLED
            || self.bound.is_some() && self.budget.check().is_err()
    }

    /// Decides the cases in which these facts are given. Whether there are any.
    fn cases(
        &mut self,
        given: &[bool],
        searched: &mut Searched,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<bool, NoAnswer> {
        let facts = Valuation { given: given.to_vec(), ..self.open.stand_ins.clone() };
        let read = self.open.with(&facts);
        let program = &readable(&read).0;
        let line = Line::new(program, &self.open.unknowns, &facts);
        let mut oracle = Oracle::new(&line, self.budget);
        match oracle.is_possible(&[]) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(halt) => {
                self.bound = self.bound.or(bound_of(halt));
                return Ok(true);
            }
        }
        let mut cases = vec![Case::default()];
        while let Some(case) = cases.pop() {
            if let Err(bound) = self.budget.check() {
                self.bound = self.bound.or(Some(bound));
                break;
            }
            oracle.case = case;
            let settled = self.settle(program, &mut oracle);
            if let Err(Halt::Open(question)) = settled {
                oracle.counts.split += 1;
                cases.extend([false, true].map(|answer| oracle.case.with(question, answer)));
                continue;
            }
            // An instance of a case that is not settled decides that instance: a divergence is one, its absence says nothing.
            let unsettled = settled.err().and_then(bound_of);
            self.unsettled += usize::from(unsettled.is_some());
            let places = match oracle.places() {
                Ok(places) => places,
                Err(halt) => {
                    self.bound = self.bound.or(unsettled).or(bound_of(halt));
                    continue;
                }
            };
            let names = line.names.iter().cloned();
            let constants = names.zip(values(program, &line, &places)).collect();
            let valuation = Valuation { constants, given: given.to_vec() };
            let conditions = self.conditions(given, &oracle, program);
            self.decide(&valuation, conditions, unsettled, searched, watch)?;
            if self.is_over() {
                break;
            }
        }
        let (sum, more) = (&mut searched.counts, oracle.counts);
        sum.solved += more.solved;
        sum.cut += more.cut;
        sum.cached += more.cached;
        sum.split += more.split;
        Ok(true)
    }

    /// Settles the oracle's case, in the way that suits the program first: amounts that change have no end unless steps are taken.
    fn settle(&self, program: &Program, oracle: &mut Oracle<'_>) -> Result<(), Halt> {
        type Way = fn(&Program, &mut Oracle<'_>) -> Result<(), Halt>;
        let [first, second]: [Way; 2] = if self.open.analysis.counters.is_empty() {
            [possible::settle, reach::settle]
        } else {
            [reach::settle, possible::settle]
        };
        match first(program, oracle) {
            Err(Halt::Stopped(Bound::Facts | Bound::States | Bound::Transitions)) => second(program, oracle),
            settled => settled,
        }
    }

    /// The conditions of the oracle's case.
    fn conditions(&self, given: &[bool], oracle: &Oracle<'_>, program: &Program) -> Vec<String> {
        let facts = self.open.unknowns.facts.iter().zip(given);
        let facts = facts.map(|(fact, given)| format!("{}{fact}", if *given { "" } else { "notin " }));
        let conditions = oracle.case.path.iter();
        let names = &oracle.line().names;
        facts.chain(conditions.map(|&one| show(one, &oracle.terms, program, names))).collect()
    }

    fn decide(
        &mut self,
        valuation: &Valuation,
        conditions: Vec<String>,
        unsettled: Option<Bound>,
        searched: &mut Searched,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), NoAnswer> {
        let text = self.open.unknowns.show(valuation);
        let read = self.open.with(valuation);
        let (program, analysis) = readable(&read);
        // A search that has enough ends the ones after it too.
        let last = !self.every && self.open.program.nevers.is_empty();
        let options = Options { enough: self.options.enough.filter(|_| last), ..self.options };
        let answer = match check(program, analysis, self.budget, options, watch) {
            Ok(answer) => answer,
            Err(fault) => return Err(NoAnswer::Fault(fault, Box::new(read), text)),
        };
        self.total.add(&answer.findings.figures);
        let verdict = match (answer.verdict, answer.basis, unsettled) {
            (Verdict::Inconclusive, Basis::Bound(bound), _) | (Verdict::Confluent, _, Some(bound)) => {
                self.bound = self.bound.or(Some(bound));
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
        searched.cases.push(Decided { conditions, valuation: text, verdict });
        if stronger {
            self.found = Some((answer, read));
        }
        Ok(())
    }
}

fn bound_of(halt: Halt) -> Option<Bound> {
    match halt {
        Halt::Stopped(bound) => Some(bound),
        Halt::Open(_) => None,
    }
}

fn readable(read: &Read) -> &(Program, crate::analysis::Analysis) {
    read.program.as_ref().unwrap_or_else(|| {
        let why: Vec<&str> = read.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
        panic!("internal error: a valuation whose program cannot be read: {}", why.join("; "))
    })
}
