//! The least part of the facts that still has the verdict.

use super::{SHOWN_FACTS, row};
use crate::pipeline::{Least, Verdict};
use crate::report::Case;
use crate::report::facts::{listed, shown};
use crate::report::style::{Style, Tone};
use std::fmt::Write as _;

/// The facts, what is contested with them, and two runs as schedules.
pub fn facts(case: &Case<'_>, style: Style, text: &mut String) {
    let Some(fewer) = case.fewer else { return };
    let verdict = fewer.answer.verdict.name();
    let heading = format!("{} of {} facts are enough", fewer.left, fewer.given);
    let _ = writeln!(text, "\n{}\n", style.paint(Tone::Strong, &heading));
    for fact in fewer.shown() {
        let _ = writeln!(text, "    {fact};");
    }
    let _ = writeln!(text);
    row(text, style, "verdict", &format!("{verdict}, with the same rules, outputs and network"));
    let how = match fewer.least {
        Least::Smallest => format!("with fewer facts, whichever they are, it is not {verdict}"),
        Least::Minimal => "none of them can be left out; parts with fewer facts were too many to try".to_string(),
        Least::Bounded => "a bound was hit while facts were left out: perhaps fewer are enough".to_string(),
    };
    row(text, style, "least", &how);
    if fewer.answer.verdict == Verdict::Diffluent {
        row(text, style, "contested", &listed(&shown(case.program, &fewer.answer.findings.contested), SHOWN_FACTS));
    }
    let two = fewer.answer.witness.iter().flat_map(|witness| &witness.schedules);
    let violating = fewer.answer.violations.iter().map(|violation| &violation.schedule);
    for schedule in violating.chain(two) {
        row(text, style, "schedule", &schedule.show(case.program));
    }
}
