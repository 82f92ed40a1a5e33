//! The answer of `coordinate`: a program, with the report as comments before it.

use super::counted;
use crate::pipeline::coordinate::Outcome;
use crate::report::advice;
use crate::report::coordination::{CoordinateCase, aim, in_full, measured, model, named, note, price, rechecked};
use crate::report::style::{Style, Tone};
use std::fmt::Write as _;

/// The verdict in one line.
pub fn headline(case: &CoordinateCase<'_>, style: Style) -> String {
    let verdict = case.verdict();
    match (case.chosen(), &case.answered.outcome) {
        (Some(chosen), _) => {
            let plan = named(case.program, &case.answered.channels, &chosen.plan);
            format!("{}: {plan}\n", style.paint(Tone::Good, verdict))
        }
        (None, Outcome::Unneeded) if !case.wants_full => {
            let small = case.answered.small.map_or(String::new(), |small| {
                format!(", likewise on {} ({})", counted(small.instances as u64, "small instance"), small.bounds)
            });
            let basis = case.answered.before.basis;
            format!("{}: the program is confluent as it is ({basis}){small}\n", style.paint(Tone::Good, verdict))
        }
        (None, outcome) => {
            let why = match (case.full.filter(|_| case.wants_full), outcome) {
                (Some(full), _) => format!("the rewrite is {}", rechecked(&full.trial)),
                (None, Outcome::NotFound(Some(bound))) => {
                    format!("no plan passed, and some were not decided because {}", advice::meaning(*bound))
                }
                _ => "none of the plans that are known to it passed".to_string(),
            };
            format!("{}: {why}\n", style.paint(Tone::Open, verdict))
        }
    }
}

/// The report, each line a comment, and the program.
pub fn answer(case: &CoordinateCase<'_>, style: Style) -> String {
    let mut report = headline(case, style);
    let answered = case.answered;
    let before = &answered.before;
    let contested: Vec<String> =
        before.findings.contested.iter().map(|fact| case.program.show_fact(fact.node, &fact.fact)).collect();
    let contested = if contested.is_empty() {
        String::new()
    } else {
        format!(", contested: {}", crate::report::facts::listed(&contested, 8))
    };
    let _ = writeln!(report, "before: {}{contested}; a run: {}", before.verdict.name(), measured(answered.measured));
    if let Some(witness) = &before.witness {
        for (schedule, holds) in witness.schedules.iter().zip(["holds", "does not"]) {
            let fact = case.program.show_fact(witness.fact.node, &witness.fact.fact);
            let _ = writeln!(report, "  in the end {fact} {holds}: {}", schedule.show(case.program));
        }
    }
    if let Some(aim) = aim(case) {
        let _ = writeln!(report, "aim: {aim}");
    }
    if let Some(chosen) = case.chosen() {
        let _ = writeln!(report, "plan:");
        for measure in case.measures(&chosen.plan) {
            let _ = writeln!(report, "  {}: {}", case.place(measure.rule), measure.what);
        }
        let _ = writeln!(report, "price: {}, estimated", price(chosen.price, case.prices));
        let trial = &chosen.trial;
        let _ = writeln!(report, "after: {}; a run: {}", rechecked(trial), measured(trial.measured));
        if let Some(outcome) = &trial.model {
            let _ = writeln!(report, "  {}", model(outcome));
        }
        if let Some(note) = note(case) {
            let _ = writeln!(report, "note: {note}");
        }
        for &relation in &trial.silenced {
            let name = &case.program.relation(relation).name;
            let _ = writeln!(
                report,
                "note: no message of `{name}` is sent any more: read by strata, what its rule says `notin` of holds from the first step"
            );
        }
        let _ = writeln!(report, "rules added: {}", trial.rules_added);
    }
    if !case.wants_full {
        if let Some(full) = case.full {
            let _ = writeln!(report, "in full, P(S): {}", in_full(case, full));
        }
        if case.rejected().next().is_some() {
            let _ = writeln!(report, "cheaper plans that do not do, or are not known to:");
        }
        for attempt in case.rejected() {
            let plan = named(case.program, &answered.channels, &attempt.plan);
            let failure = attempt.failure.as_ref().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(report, "  {}: {plan}: {failure}", attempt.price.total(case.prices));
        }
    }
    let mut text = String::new();
    for line in report.lines() {
        let _ = writeln!(text, "// {line}");
    }
    if let Some(chosen) = case.chosen() {
        let _ = write!(text, "\n{}", chosen.trial.text);
    }
    text
}
