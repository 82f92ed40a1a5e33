//! The least part of a program's facts that has its verdict, against all parts.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use std::collections::BTreeSet;
use watershed::analysis::analyse;
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::fewer::with_fewer_facts;
use watershed::pipeline::{Answer, Least, Verdict};
use watershed::program::Program;
use watershed::source::Span;

/// Most facts of a program: all parts of these are tried.
const MOST: usize = 6;

fn answer(program: &Program) -> Option<Answer> {
    check(program, &analyse(program), &library::budget(), Options::default(), &mut |_| ()).ok()
}

fn with(program: &Program, spans: &[Span]) -> Program {
    let mut fewer = program.clone();
    fewer.facts.retain(|fact| spans.contains(&fact.span));
    fewer
}

/// Takes some facts of a program, leaves out what can be left out, and tries all parts.
pub fn the_least_part_is_the_least(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    let spans: BTreeSet<Span> = program.facts.iter().map(|fact| fact.span).collect();
    let spans: Vec<Span> = spans.into_iter().take(MOST).collect();
    let program = with(&program, &spans);
    let Some(whole) = answer(&program) else { return Ok(()) };
    let found = with_fewer_facts(&program, &whole, &library::budget(), Options::default());
    if !matches!(whole.verdict, Verdict::Diffluent | Verdict::Violated) {
        return if found.is_none() { Ok(()) } else { Err("facts are left out without a verdict".to_string()) };
    }
    let found = found.ok_or("no part has the verdict")?;
    tally.count("diffluent or violated");
    tally.count_if(found.left < found.given, "with fewer facts");
    let left: BTreeSet<Span> = found.program.facts.iter().map(|fact| fact.span).collect();
    if found.given != spans.len() || found.left != left.len() || found.answer.verdict != whole.verdict {
        return Err(format!("{} of {}, {}", found.left, found.given, found.answer.verdict.name()));
    }
    if found.least == Least::Bounded {
        tally.count("bounded");
        return Ok(());
    }
    if found.least != Least::Smallest {
        return Err("some parts were not tried".to_string());
    }
    for chosen in 0u32..1 << spans.len() {
        if (chosen.count_ones() as usize) < found.left {
            let part: Vec<Span> = (0..spans.len()).filter(|at| chosen >> at & 1 == 1).map(|at| spans[at]).collect();
            if answer(&with(&program, &part)).is_some_and(|answer| answer.verdict == whole.verdict) {
                return Err(format!("{} facts are enough, not {}", part.len(), found.left));
            }
        }
    }
    Ok(())
}
