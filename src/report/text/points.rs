//! The points of order, ranked: which lines are to blame, and the commands that replay the runs that show it.

use super::{LONGEST_COMMAND, counted, shell_quoted};
use crate::diagnostic::render::render;
use crate::pipeline::Verdict;
use crate::pipeline::races::{Points, Race};
use crate::report::Case;
use crate::report::points::{findings, unexplained};
use crate::report::style::{Style, Tone};
use std::fmt::Write as _;

/// The section.
pub fn section(case: &Case<'_>, points: &Points, style: Style) -> String {
    let mut text = format!("{}\n", style.paint(Tone::Strong, &heading(points)));
    for (point, finding) in points.list.iter().zip(findings(case, points)) {
        let _ = write!(text, "\n{}", render(case.sources, &[finding], style.color));
        if let Some(race) = &point.race {
            replay(case, race, &mut text);
        }
    }
    if case.answer.verdict == Verdict::Violated {
        let _ = writeln!(text, "\n  races are looked for behind contested facts, not behind a violated `never`");
    }
    if let Some(finding) = unexplained(case, points) {
        let _ = write!(text, "\n{}", render(case.sources, &[finding], style.color));
    }
    text
}

fn heading(points: &Points) -> String {
    match (points.races().count(), points.list.len()) {
        (_, 0) => "Points of order: none".to_string(),
        (0, all) => format!("Points of order: {all}, no race among them"),
        (races, all) => format!(
            "Points of order: {all}, of which {} real",
            if races == 1 { "1 is".to_string() } else { format!("{races} are") }
        ),
    }
}

/// The commands that replay the two runs of a race.
fn replay(case: &Case<'_>, race: &Race, text: &mut String) {
    let told = case.answer.witness.as_ref().is_some_and(|witness| witness.schedules == race.witness.schedules);
    if told {
        let _ = writeln!(text, "  the runs are those of the witness above");
        return;
    }
    let program = case.shell_words.join(" ");
    for (number, schedule) in race.witness.schedules.iter().enumerate() {
        let shown = schedule.show(case.program);
        if shown.len() > LONGEST_COMMAND {
            let steps = counted(schedule.steps().count() as u64, "step");
            let _ = writeln!(text, "  run {}: {steps}, which `--format json` has", number + 1);
        } else {
            let schedule = shell_quoted(&shown);
            let _ = writeln!(text, "  run {}: watershed replay {program} --schedule {schedule}", number + 1);
        }
    }
}
