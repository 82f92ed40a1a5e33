//! Single runs: a picture, the schedule, the ultimate model.

use super::{SHOWN_FACTS, row};
use crate::program::{LocatedFact, Program};
use crate::report::facts::{listed, shown};
use crate::report::space_time::{DrawnRun, Glyphs, Picture};
use crate::report::style::{Style, Tone};
use crate::witness::StepRecord;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A run as a picture. `stem` is the number of records if there is no loop.
pub fn picture(
    program: &Program,
    title: &str,
    records: &[StepRecord],
    stem: usize,
    fact: Option<&LocatedFact>,
    style: Style,
) -> String {
    let picture = Picture { program, fact, critical: None, width: style.width, glyphs: Glyphs::Unicode };
    picture.draw(&[DrawnRun { title, records, stem }])
}

/// The ultimate model of a run.
pub fn ultimate_model(program: &Program, model: &BTreeSet<LocatedFact>, verbose: bool, style: Style) -> String {
    let mut text = String::new();
    let most = if verbose { usize::MAX } else { 4 * SHOWN_FACTS };
    row(&mut text, style, "ultimate", &listed(&shown(program, model), most));
    text
}

/// The schedule and the command that replays it.
pub fn schedule(shell_words: &[String], schedule: &str, style: Style) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "\n{}\n    {schedule}", style.paint(Tone::Strong, "As a schedule"));
    super::replay(shell_words, None, &[schedule.to_string()], style, &mut text);
    text
}
