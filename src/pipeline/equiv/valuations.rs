//! Whether two programs have the same ultimate models under all values of their unknown inputs.
//!
//! Both are evaluated under the same valuation: unknowns of one name are one unknown, `maybe` facts that are written alike are given together or not at
//! all, and what either program assumes holds. The cases are those that runs of either can tell apart, and that decide which of their
//! output facts are the same ([`crate::symbolic::meet`], with the argument that one instance stands for a case).

use super::{Compared, Comparison, Likeness, NotComparable, Side, compare, shared_outputs};
use crate::budget::Budget;
use crate::diagnostic::Diagnostic;
use crate::explore::Progress;
use crate::pipeline::check::FaultReport;
use crate::pipeline::figures::Figures;
use crate::pipeline::instance;
use crate::pipeline::open::{self, Open};
use crate::pipeline::read::Read;
use crate::pipeline::valuations::cases::{Case, Cases, Next, readable};
use crate::pipeline::valuations::{Decided, Searched};
use crate::syntax::unknowns::{Unknowns, Valuation};

/// Two programs with their unknowns in common.
#[derive(Debug)]
pub struct Pair {
    /// What is unknown of either.
    pub unknowns: Unknowns,
    stand_ins: Valuation,
    opens: [Open; 2],
}

/// What was found.
#[derive(Debug)]
pub struct Outcome {
    /// The answer.
    pub compared: Compared,
    /// The programs with the values under which they differ, if they do.
    pub found: Option<[Side; 2]>,
    /// For each program its part of these values, as text; nothing if it has no unknowns.
    pub parts: [Option<String>; 2],
    /// What was searched.
    pub searched: Searched<Likeness>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// No values meet the assumptions.
    Contradictory,
    /// A rule of one of them errs in a reachable step, with the program and the valuation where it does.
    Fault(Box<FaultReport>, Box<Read>, String),
}

impl Pair {
    /// Two programs, of which one at least has unknowns.
    ///
    /// # Errors
    /// If there is nothing to compare.
    pub fn new(first: &Open, second: &Open) -> Result<Self, NotComparable> {
        let outputs = shared_outputs([&first.program, &second.program])?;
        let (unknowns, stand_ins, opens) = Open::side_by_side([first, second], &outputs);
        Ok(Pair { unknowns, stand_ins, opens })
    }

    /// The programs with stand-ins for what is unknown.
    pub fn sides(&self) -> [Side; 2] {
        [0, 1].map(|side| {
            let Open { program, analysis, .. } = &self.opens[side];
            Side { program: program.clone(), analysis: analysis.clone() }
        })
    }

    /// Reads the text of a valuation of both.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn valuation(&self, text: &str) -> Result<Valuation, Vec<Diagnostic>> {
        open::valuation(&self.unknowns, text)
    }

    /// The programs under a valuation.
    pub fn with(&self, valuation: &Valuation) -> [Read; 2] {
        [0, 1].map(|side: usize| self.opens[side].with(&self.part(side, valuation)))
    }

    fn part(&self, side: usize, valuation: &Valuation) -> Valuation {
        self.opens[side].unknowns.part(&self.unknowns, valuation)
    }

    /// For each program what a valuation says of its own unknowns, as text; nothing if it has none.
    pub fn parts(&self, valuation: &Valuation) -> [Option<String>; 2] {
        [0, 1].map(|side: usize| {
            let unknowns = &self.opens[side].unknowns;
            (!unknowns.is_empty()).then(|| unknowns.show(&self.part(side, valuation)))
        })
    }
}

/// Compares two programs under all valuations, up to one under which they differ.
///
/// # Errors
/// If there is nothing to decide, or a rule errs.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn search(
    pair: &Pair,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome, NoAnswer> {
    let mut searched = Searched::new(pair.unknowns.to_string());
    let mut cases = Cases::of_pair(&pair.opens, &pair.unknowns, &pair.stand_ins, budget);
    if cases.are_none() {
        return Err(NoAnswer::Contradictory);
    }
    let mut figures = [Figures::default(); 2];
    let mut found = None;
    let any = cases.each(&mut |cases: &mut Cases<'_>, case: &Case| {
        let text = pair.unknowns.show(&case.valuation);
        let [first, second] = pair.with(&case.valuation);
        let sides = [&first, &second].map(|read| {
            let (program, analysis) = readable(read);
            Side { program: program.clone(), analysis: analysis.clone() }
        });
        let compared = match compare(&sides, budget, options, watch) {
            Ok(compared) => compared,
            Err((side, fault)) => {
                let read = if side == 0 { first } else { second };
                return Err(NoAnswer::Fault(fault, Box::new(read), text));
            }
        };
        figures.iter_mut().zip(&compared.figures).for_each(|(sum, more)| sum.add(more));
        let bound = match compared.comparison {
            Comparison::Open(bound) => Some(bound),
            Comparison::Same => case.unsettled,
            Comparison::Different(_) => None,
        };
        cases.stopped(bound);
        let likeness = bound.map_or(compared.comparison.likeness(), |_| Likeness::Inconclusive);
        let decided = Decided { conditions: case.conditions.clone(), valuation: text, verdict: likeness };
        searched.cases.push(decided);
        if likeness == Likeness::Different {
            searched.answered = Some(searched.cases.len() - 1);
            found = Some((compared, sides, pair.parts(&case.valuation)));
            return Ok(Next::Stop);
        }
        Ok(Next::Go)
    })?;
    if !any && cases.bound.is_none() {
        return Err(NoAnswer::Contradictory);
    }
    searched.counts = cases.counts;
    figures[0].solver_calls = searched.counts.solved;
    Ok(match found {
        Some((compared, sides, parts)) => {
            let compared = Compared { figures, ..compared };
            Outcome { compared, found: Some(sides), parts, searched }
        }
        None => {
            let compared = Compared::of_many(cases.bound, figures);
            Outcome { compared, found: None, parts: [None, None], searched }
        }
    })
}
