//! The cases of unknown inputs, for people.

use super::{Rows, counted};
use crate::pipeline::Verdict;
use crate::pipeline::valuations::{Decided, Searched};
use crate::report::Case;
use std::fmt::Write as _;

/// How many cases are listed before the list is cut.
const SHOWN_CASES: usize = 12;

/// The rows about unknowns. `verbose` lists all cases.
pub fn rows(case: &Case<'_>, verbose: bool, rows: &mut Rows) {
    let Some(searched) = case.valuations else { return };
    let all = [Verdict::Confluent, Verdict::Diffluent, Verdict::Violated, Verdict::Inconclusive];
    let shown = if verbose {
        usize::MAX
    } else if case.command == "explore" {
        SHOWN_CASES
    } else {
        0
    };
    rows_of(searched, &all.map(|verdict| (verdict, verdict.name())), shown, rows);
}

/// The same, with the names of what may be found of a case; `shown` cases are listed.
pub fn rows_of<V: Copy + PartialEq>(searched: &Searched<V>, names: &[(V, &str)], shown: usize, rows: &mut Rows) {
    rows.push("unknown", searched.unknowns.as_str());
    if let Some(found) = searched.answered() {
        rows.push("case", conditions(found));
        rows.push("values", found.valuation.as_str());
    }
    if searched.cases.is_empty() {
        return;
    }
    let mut told = counted(searched.cases.len() as u64, "case");
    for (verdict, name) in names {
        let cases = searched.cases.iter().filter(|case| case.verdict == *verdict).count();
        if cases > 0 {
            let _ = write!(told, ", {cases} {name}");
        }
    }
    let counts = searched.counts;
    let _ = write!(
        told,
        "; path conditions: {} solved, {} cut, {} answered from the case",
        counts.solved, counts.cut, counts.cached
    );
    rows.push("cases", told);
    for case in searched.cases.iter().take(shown) {
        let name = names.iter().find(|(verdict, _)| *verdict == case.verdict).map_or("", |(_, name)| *name);
        rows.push("", format!("{name}: {}", conditions(case)));
    }
    if shown > 0 && searched.cases.len() > shown {
        rows.push("", format!("and {} more (`-v` lists them)", searched.cases.len() - shown));
    }
}

fn conditions<V>(case: &Decided<V>) -> String {
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
