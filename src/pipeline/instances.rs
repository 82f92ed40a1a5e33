//! All small instances (`--instances`): every network and every content of the EDB relations within bounds, up to renaming, smaller ones first.
//! `check` checks each like any instance, and the first that is diffluent or violates a `never` is the answer.

mod columns;
mod enumerate;
mod universe;

use super::bare::Bare;
use super::check::{Answer, Basis, Options, Scope, Verdict, check};
use super::figures::Figures;
use super::instance::Findings;
use super::read::Read;
use crate::analysis::Analysis;
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::Program;
use enumerate::next_level;
use std::fmt;
use std::ops::ControlFlow;
use universe::universes;

/// How large instances may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most nodes.
    pub nodes: usize,
    /// Most values in a column, beside the constants that rules name there.
    pub values: usize,
    /// Most facts of EDB relations, at all nodes together.
    pub facts: usize,
    /// The last local step at which facts of event relations are given.
    pub steps: usize,
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bounds { nodes, values, facts, steps } = self;
        write!(f, "nodes<={nodes}, values<={values}, facts<={facts}, steps<={steps}")
    }
}

/// What was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Searched {
    /// Within which bounds.
    pub bounds: Bounds,
    /// Instances that were checked, up to renaming.
    pub instances: usize,
    /// Of these, instances in which a rule errs, of which nothing is said.
    pub erring: usize,
}

/// An instance that is not confluent.
#[derive(Debug)]
pub struct Found {
    /// Its text.
    pub text: String,
    /// The program with it.
    pub read: Read,
}

/// What was found.
#[derive(Debug)]
pub struct Outcome {
    /// The answer: of the instance found, else of all that were searched.
    pub answer: Answer,
    /// The instance to which the answer belongs, if it is not confluent.
    pub found: Option<Found>,
    /// How many were searched.
    pub searched: Searched,
}

/// Why small instances are not searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSearched {
    /// The program names more nodes than the bound allows.
    #[error("the program names {0} nodes itself, more than the bound on nodes")]
    Nodes(usize),
    /// Observer rules join across nodes.
    #[error("rules that observe several nodes are not covered by a search of small instances")]
    Observers,
    /// Too many possible facts.
    #[error("within these bounds there are {0} possible facts, more than can be combined")]
    Facts(usize),
}

/// Searches all instances of `bare`, what is left of `program`, within bounds.
///
/// # Errors
/// If the search is not possible.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn search(
    program: &Program,
    bare: &Bare,
    bounds: Bounds,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome, NotSearched> {
    let mut searched = Searched { bounds, instances: 0, erring: 0 };
    let mut total = Figures::default();
    let mut open: Option<Bound> = None;
    let mut found = None;
    let cut = each(&[Subject { program, bare }], bounds, budget, &mut |text| {
        let read = bare.with(text);
        let (program, analysis) = readable(&read, text);
        searched.instances += 1;
        let Ok(answer) = check(program, analysis, budget, options, watch) else {
            searched.erring += 1;
            return ControlFlow::Continue(());
        };
        total.add(&answer.findings.figures);
        match (answer.verdict, answer.basis) {
            (Verdict::Diffluent | Verdict::Violated, _) => {
                found = Some((answer, Found { text: text.to_string(), read }));
                return ControlFlow::Break(());
            }
            (Verdict::Inconclusive, Basis::Bound(bound)) => open = open.or(Some(bound)),
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    if let Some((answer, found)) = found {
        let answer = Answer { findings: Findings { figures: total, ..answer.findings }, ..answer };
        return Ok(Outcome { answer, found: Some(found), searched });
    }
    let (verdict, basis) = match open.or(cut) {
        Some(bound) => (Verdict::Inconclusive, Basis::Bound(bound)),
        None => (Verdict::Confluent, Basis::Explored),
    };
    let findings = Findings::none(total);
    let answer = Answer { verdict, scope: Scope::Bounded, basis, findings, witness: None, violations: Vec::new() };
    Ok(Outcome { answer, found: None, searched })
}

/// A program whose instances are searched.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The program.
    pub program: &'a Program,
    /// What is left of it without its instance.
    pub bare: &'a Bare,
}

/// Calls `judge` with the text of each instance of one program, or of two that are given the same instances, until it breaks. The bound that cut the
/// search, if one did.
///
/// # Errors
/// If the search is not possible.
pub fn each(
    subjects: &[Subject<'_>],
    bounds: Bounds,
    budget: &Budget,
    judge: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<Option<Bound>, NotSearched> {
    let mut universes = universes(subjects, bounds)?;
    for facts in 0..=bounds.facts {
        for universe in &mut universes {
            let previous = std::mem::take(&mut universe.level);
            let sets: Box<dyn Iterator<Item = Vec<u32>>> = if facts == 0 {
                Box::new(std::iter::once(Vec::new()))
            } else {
                Box::new(next_level(&previous, universe.facts.len() as u32, &universe.images))
            };
            for set in sets {
                if let Err(bound) = budget.check() {
                    return Ok(Some(bound));
                }
                let text = universe.text(&set);
                universe.level.push(set);
                if judge(&text).is_break() {
                    return Ok(None);
                }
            }
        }
    }
    Ok(None)
}

/// The program that was read with an instance of it.
///
/// # Panics
/// If there is none: an internal error.
pub fn readable<'a>(read: &'a Read, text: &str) -> &'a (Program, Analysis) {
    read.program.as_ref().unwrap_or_else(|| {
        let why: Vec<&str> = read.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
        panic!("internal error: an instance that cannot be read: {text}: {}", why.join("; "))
    })
}
