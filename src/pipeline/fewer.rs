//! The smallest part of the user's facts with which the verdict stays `diffluent` or `violated`.
//!
//! Facts are left out in runs of halving length, then one by one, until none can go (delta debugging). That is a part of which no single fact can
//! be left out; it need not be a smallest one, since a fact less may also make a program diffluent. So all smaller parts are tried
//! then, smallest first, where they are few enough. Rules, outputs and the network stay as they are.

use super::check::{Answer, Options, Verdict, check};
use crate::analysis::analyse;
use crate::budget::Budget;
use crate::program::{InitialFact, Program, When};
use crate::source::Span;
use std::collections::BTreeSet;

/// A program with fewer facts and the same verdict.
#[derive(Debug, Clone)]
pub struct Fewer {
    /// The program with these facts only.
    pub program: Program,
    /// The answer for it.
    pub answer: Answer,
    /// How many facts the text gives; one that holds at every node is one.
    pub given: usize,
    /// How many of these are left.
    pub left: usize,
    /// How far that is a least part.
    pub least: Least,
    /// How many instances were checked.
    pub checks: usize,
}

/// How small a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// No part with fewer facts has the verdict.
    Smallest,
    /// No single fact can be left out; parts with fewer facts were too many to try.
    Minimal,
    /// A bound was hit: perhaps more can be left out.
    Bounded,
}

impl Least {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Least::Smallest => "smallest",
            Least::Minimal => "minimal",
            Least::Bounded => "bounded",
        }
    }
}

/// Most parts that are tried beyond those of delta debugging.
const MOST_PARTS: usize = 2_000;

/// Leaves out facts while the verdict stays what it is for `program`. `None` if that is neither `diffluent` nor `violated`.
pub fn with_fewer_facts(program: &Program, answer: &Answer, budget: &Budget, options: Options) -> Option<Fewer> {
    if !matches!(answer.verdict, Verdict::Diffluent | Verdict::Violated) {
        return None;
    }
    // As they stand in the text: a fact of every node is one.
    let spans: BTreeSet<Span> = program.facts.iter().map(|fact| fact.span).collect();
    let spans: Vec<Span> = spans.into_iter().collect();
    let mut trial = Trial { program, wanted: answer.verdict, budget, options, checks: 0, bounded: false };
    let mut best: (Vec<Span>, Answer) = (spans.clone(), answer.clone());
    let mut length = best.0.len();
    while length > 0 {
        let mut end = best.0.len();
        let mut dropped = false;
        while end > 0 {
            let start = end.saturating_sub(length);
            let fewer: Vec<Span> = best.0[..start].iter().chain(&best.0[end..]).copied().collect();
            if let Some(answer) = trial.of(&fewer) {
                best = (fewer, answer);
                dropped = true;
            }
            end = start;
        }
        // One by one until nothing goes.
        length = if length == 1 && dropped { 1 } else { length / 2 };
    }
    let mut least = Least::Smallest;
    let parts = (0..best.0.len()).try_fold(0usize, |sum, size| sum.checked_add(choose(spans.len(), size)?));
    if parts.is_some_and(|parts| parts <= MOST_PARTS) {
        let mut smaller = (0..best.0.len()).flat_map(|size| parts_of(&spans, size));
        if let Some((answer, fewer)) = smaller.find_map(|fewer| Some((trial.of(&fewer)?, fewer))) {
            best = (fewer, answer);
        }
    } else {
        least = Least::Minimal;
    }
    if trial.bounded {
        least = Least::Bounded;
    }
    let (kept, answer) = best;
    let checks = trial.checks;
    Some(Fewer { program: part(program, &kept), answer, given: spans.len(), left: kept.len(), least, checks })
}

impl Fewer {
    /// The facts that are left, as the program spells them; one that holds at every node is there for each.
    pub fn shown(&self) -> Vec<String> {
        let fact = |given: &InitialFact| {
            let fact = self.program.show_fact(given.node, &given.fact);
            match given.when {
                When::Always => fact,
                When::Step(step) => format!("{fact}@{step}"),
            }
        };
        self.program.facts.iter().map(fact).collect()
    }
}

struct Trial<'a> {
    program: &'a Program,
    wanted: Verdict,
    budget: &'a Budget,
    options: Options,
    checks: usize,
    /// Whether some instance had no verdict.
    bounded: bool,
}

impl Trial<'_> {
    /// The answer for these facts, if it has the verdict that is wanted. A rule that errs with them has none.
    fn of(&mut self, facts: &[Span]) -> Option<Answer> {
        if self.budget.check().is_err() {
            self.bounded = true;
            return None;
        }
        self.checks += 1;
        let program = part(self.program, facts);
        let budget = Budget { enough: Default::default(), checkpoints: None, ..self.budget.clone() };
        let answer = check(&program, &analyse(&program), &budget, self.options, &mut |_| ()).ok()?;
        self.bounded |= answer.verdict == Verdict::Inconclusive;
        (answer.verdict == self.wanted).then_some(answer)
    }
}

fn part(program: &Program, facts: &[Span]) -> Program {
    let mut fewer = program.clone();
    fewer.facts.retain(|fact| facts.contains(&fact.span));
    fewer
}

/// The number of parts of some size; `None` if it is too large to be told.
fn choose(all: usize, size: usize) -> Option<usize> {
    (0..size).try_fold(1usize, |parts, at| Some(parts.checked_mul(all - at)? / (at + 1)))
}

/// The parts of some size, in the order of the text.
fn parts_of(all: &[Span], size: usize) -> Vec<Vec<Span>> {
    let mut parts: Vec<(usize, Vec<Span>)> = vec![(0, Vec::new())];
    for _ in 0..size {
        let longer = parts
            .into_iter()
            .flat_map(|(next, part)| (next..all.len()).map(move |at| (at + 1, [&part[..], &[all[at]]].concat())));
        parts = longer.collect();
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn parts_are_as_many_as_they_are_counted() {
        let all: Vec<Span> = (0..7).map(|at| Span { file: FileId(0), start: at, end: at + 1 }).collect();
        for size in 0..=all.len() {
            let parts = parts_of(&all, size);
            assert_eq!(Some(parts.len()), choose(all.len(), size));
            assert!(parts.iter().all(|part| part.len() == size));
            assert_eq!(parts.iter().collect::<BTreeSet<_>>().len(), parts.len());
        }
        assert_eq!(choose(200, 100), None);
    }
}
