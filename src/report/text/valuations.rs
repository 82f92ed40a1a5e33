//! The cases of unknown inputs, for people.

use super::{Style, counted, row};
use crate::pipeline::Verdict;
use crate::pipeline::valuations::{Decided, Searched};
use crate::report::Case;
use std::fmt::Write as _;

/// How many cases are listed before the list is cut.
const SHOWN_CASES: usize = 12;

/// The rows about unknowns. `verbose` lists all cases.
pub fn rows(case: &Case<'_>, style: Style, verbose: bool, text: &mut String) {
    let Some(searched) = case.valuations else { return };
    row(text, style, "unknown", &searched.unknowns);
    if let Some(found) = searched.answered() {
        row(text, style, "case", &conditions(found));
        row(text, style, "values", &found.valuation);
    }
    if searched.cases.is_empty() {
        return;
    }
    let count = |verdict: Verdict| searched.cases.iter().filter(|case| case.verdict == verdict).count();
    let mut told = counted(searched.cases.len() as u64, "case");
    for verdict in [Verdict::Confluent, Verdict::Diffluent, Verdict::Violated, Verdict::Inconclusive] {
        let cases = count(verdict);
        if cases > 0 {
            let _ = write!(told, ", {cases} {}", verdict.name());
        }
    }
    let counts = searched.counts;
    let _ = write!(
        told,
        "; path conditions: {} solved, {} cut, {} answered from the case",
        counts.solved, counts.cut, counts.cached
    );
    row(text, style, "cases", &told);
    if verbose || case.command == "explore" {
        let most = if verbose { usize::MAX } else { SHOWN_CASES };
        for case in searched.cases.iter().take(most) {
            row(text, style, "", &format!("{}: {}", case.verdict.name(), conditions(case)));
        }
        if searched.cases.len() > most {
            row(text, style, "", &format!("and {} more (`-v` lists them)", searched.cases.len() - most));
        }
    }
}

fn conditions(case: &Decided) -> String {
    if case.conditions.is_empty() { "all values".to_string() } else { case.conditions.join(", ") }
}

/// What an explored answer rests on, if it is about all values.
pub fn basis(searched: &Searched) -> &'static str {
    if searched.answered.is_some() {
        "explored: every delivery order of the instance with these values"
    } else {
        "explored: every delivery order of every case that runs can tell apart"
    }
}
