//! The cases of unknown inputs, one after another: those that runs of one program can tell apart, or of two under the same valuations.

use crate::analysis::Analysis;
use crate::budget::{Bound, Budget};
use crate::pipeline::open::Open;
use crate::pipeline::read::Read;
use crate::program::Program;
use crate::symbolic::condition::{Line, show};
use crate::symbolic::meet::meet;
use crate::symbolic::oracle::{self, Counts, Halt, Oracle};
use crate::symbolic::possible::{Output, relevant};
use crate::symbolic::values::values;
use crate::symbolic::{possible, reach};
use crate::syntax::unknowns::{Unknowns, Valuation};

/// Most cases that are explored though they are not settled: what is not found in one instance each may be in others.
const MOST_UNSETTLED: usize = 8;

/// A case, to be decided on one instance of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The conditions that make it, beside what is assumed; which facts are given comes first.
    pub conditions: Vec<String>,
    /// One valuation of it.
    pub valuation: Valuation,
    /// The bound for which it is not settled: that nothing is found in this instance of it says nothing of the others.
    pub unsettled: Option<Bound>,
}

/// What the decision of a case means for those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// They are decided too.
    Go,
    /// There is no need of them.
    Stop,
}

/// The cases of one program, or of two that have the same symbols.
#[derive(Debug)]
pub struct Cases<'a> {
    opens: Vec<&'a Open>,
    /// What is unknown, a fact once.
    pub unknowns: Unknowns,
    stand_ins: Valuation,
    budget: &'a Budget,
    /// How questions were answered.
    pub counts: Counts,
    /// The first bound that left something open.
    pub bound: Option<Bound>,
    unsettled: usize,
}

impl<'a> Cases<'a> {
    /// The cases of one program.
    pub fn of(open: &'a Open, budget: &'a Budget) -> Self {
        let unknowns = open.unknowns.joined(&Unknowns::default());
        let stand_ins = Valuation { given: vec![true; unknowns.facts.len()], ..open.stand_ins.clone() };
        Cases::new(vec![open], unknowns, stand_ins, budget)
    }

    /// The cases of two programs, as [`Open::side_by_side`] gives them.
    pub fn of_pair(pair: &'a [Open; 2], unknowns: &Unknowns, stand_ins: &Valuation, budget: &'a Budget) -> Self {
        Cases::new(pair.iter().collect(), unknowns.clone(), stand_ins.clone(), budget)
    }

    fn new(opens: Vec<&'a Open>, unknowns: Unknowns, stand_ins: Valuation, budget: &'a Budget) -> Self {
        Cases { opens, unknowns, stand_ins, budget, counts: Counts::default(), bound: None, unsettled: 0 }
    }

    /// Whether no values meet what is assumed, as far as a solver finds out.
    pub fn are_none(&self) -> bool {
        if self.unknowns.assumptions.is_empty() {
            return false;
        }
        let programs: Vec<&Program> = self.opens.iter().map(|open| &open.program).collect();
        let line = Line::new(&programs, &self.unknowns, &self.stand_ins);
        Oracle::new(&line, self.budget).is_possible(&[]) == Ok(false)
    }

    /// Calls `decide` with one case after another. Whether there are any.
    ///
    /// # Errors
    /// Those of `decide`.
    pub fn each<E>(&mut self, decide: &mut dyn FnMut(&mut Self, &Case) -> Result<Next, E>) -> Result<bool, E> {
        let mut any = false;
        for given in Given::of(&self.opens, &self.unknowns) {
            let (some, next) = self.with_facts(&given, decide)?;
            any |= some;
            if next == Next::Stop || self.is_over() {
                break;
            }
        }
        Ok(any)
    }

    fn is_over(&self) -> bool {
        self.unsettled >= MOST_UNSETTLED || self.bound.is_some() && self.budget.check().is_err()
    }

    /// Notes a bound.
    pub fn stopped(&mut self, bound: Option<Bound>) {
        self.bound = self.bound.or(bound);
    }

    /// The program of each under a valuation of all unknowns.
    pub fn with(&self, valuation: &Valuation) -> Vec<Read> {
        self.opens.iter().map(|open| open.with(&open.unknowns.part(&self.unknowns, valuation))).collect()
    }

    /// The cases in which these facts are given. Whether there are any, and whether to go on.
    fn with_facts<E>(
        &mut self,
        given: &[bool],
        decide: &mut dyn FnMut(&mut Self, &Case) -> Result<Next, E>,
    ) -> Result<(bool, Next), E> {
        let facts = Valuation { given: given.to_vec(), ..self.stand_ins.clone() };
        let read = self.with(&facts);
        let programs: Vec<&Program> = read.iter().map(|read| &readable(read).0).collect();
        let line = Line::new(&programs, &self.unknowns, &facts);
        let mut oracle = Oracle::new(&line, self.budget);
        match oracle.is_possible(&[]) {
            Ok(true) => {}
            Ok(false) => return Ok((false, Next::Go)),
            Err(halt) => {
                self.stopped(bound_of(halt));
                return Ok((true, Next::Go));
            }
        }
        let mut next = Next::Go;
        let mut cases = vec![oracle::Case::default()];
        while let Some(case) = cases.pop() {
            if let Err(bound) = self.budget.check() {
                self.stopped(Some(bound));
                break;
            }
            oracle.case = case;
            let settled = self.settle(&programs, &mut oracle);
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
                    self.stopped(unsettled.or(bound_of(halt)));
                    continue;
                }
            };
            let names = line.names.iter().cloned();
            let constants = names.zip(values(programs[0], &line, &places)).collect();
            let valuation = Valuation { constants, given: given.to_vec() };
            let conditions = self.conditions(given, &oracle, programs[0]);
            next = decide(self, &Case { conditions, valuation, unsettled })?;
            if next == Next::Stop || self.is_over() {
                break;
            }
        }
        let (sum, more) = (&mut self.counts, oracle.counts);
        sum.solved += more.solved;
        sum.cut += more.cut;
        sum.cached += more.cached;
        sum.split += more.split;
        Ok((true, next))
    }

    /// Settles the oracle's case for all programs, and for what they have in common.
    fn settle(&self, programs: &[&Program], oracle: &mut Oracle<'_>) -> Result<(), Halt> {
        let mut outputs = Vec::new();
        for (open, program) in self.opens.iter().zip(programs) {
            outputs.push(settle_one(&open.analysis, program, oracle)?);
        }
        match (programs, outputs.as_slice()) {
            (&[first, second], [one, other]) => meet([first, second], [one, other], oracle),
            _ => Ok(()),
        }
    }

    /// The conditions of the oracle's case.
    fn conditions(&self, given: &[bool], oracle: &Oracle<'_>, program: &Program) -> Vec<String> {
        let facts = self.unknowns.facts.iter().zip(given);
        let facts = facts.map(|(fact, given)| format!("{}{fact}", if *given { "" } else { "notin " }));
        let conditions = oracle.case.path.iter();
        let names = &oracle.line().names;
        facts.chain(conditions.map(|&one| show(one, &oracle.terms, program, names))).collect()
    }
}

/// Settles the oracle's case, in the way that suits the program first: amounts that change have no end unless steps are taken.
fn settle_one(analysis: &Analysis, program: &Program, oracle: &mut Oracle<'_>) -> Result<Vec<Output>, Halt> {
    type Way = fn(&Program, &mut Oracle<'_>) -> Result<Vec<Output>, Halt>;
    let [first, second]: [Way; 2] = if analysis.counters.is_empty() {
        [possible::settle, reach::settle]
    } else {
        [reach::settle, possible::settle]
    };
    match first(program, oracle) {
        Err(Halt::Stopped(Bound::Facts | Bound::States | Bound::Transitions)) => second(program, oracle),
        settled => settled,
    }
}

/// Which of the `maybe` facts are given: all parts of those that can matter, small ones first in the order of binary numbers.
struct Given {
    matters: Vec<usize>,
    next: Option<Vec<bool>>,
}

impl Given {
    fn of(opens: &[&Open], unknowns: &Unknowns) -> Self {
        let relevant: Vec<Vec<bool>> = opens.iter().map(|open| relevant(&open.program)).collect();
        let named = |name: &str| {
            opens.iter().zip(&relevant).any(|(open, relevant)| {
                let own = open.unknowns.facts.iter().any(|fact| fact.name.text == name);
                own && open.program.relation_named(name).is_none_or(|relation| relevant[relation.0 as usize])
            })
        };
        let facts = unknowns.facts.iter().enumerate();
        let matters = facts.filter(|(_, fact)| named(&fact.name.text)).map(|(i, _)| i).collect();
        Given { matters, next: Some(vec![false; unknowns.facts.len()]) }
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

fn bound_of(halt: Halt) -> Option<Bound> {
    match halt {
        Halt::Stopped(bound) => Some(bound),
        Halt::Open(_) => None,
    }
}

/// The program that was read under a valuation.
///
/// # Panics
/// If there is none: an internal error.
pub fn readable(read: &Read) -> &(Program, Analysis) {
    read.program.as_ref().unwrap_or_else(|| {
        let why: Vec<&str> = read.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
        panic!("internal error: a valuation whose program cannot be read: {}", why.join("; "))
    })
}
