//! The page of `run` and `replay`: runs by themselves.

use super::runs::{PageRun, beside};
use super::{Page, Section, commands, file, findings, list, listing, table};
use crate::analysis::Analysis;
use crate::program::Program;
use crate::report::json::DiagnosticObject;
use crate::report::runs::ShownRun;
use crate::report::style::Tone;
use crate::source::SourceMap;
use maud::html;

/// Most facts of an ultimate model.
const MOST_FACTS: usize = 400;

/// What the page is made of.
#[derive(Debug)]
pub struct Runs<'a> {
    /// The command.
    pub command: &'a str,
    /// The files as the user wrote them.
    pub files: &'a [String],
    /// The verdict's name.
    pub verdict: &'a str,
    /// What kind of verdict it is.
    pub tone: Tone,
    /// What is said after the verdict.
    pub meaning: String,
    /// Further lines: their names, and what is said.
    pub rows: Vec<(&'a str, String)>,
    /// The program's texts.
    pub sources: &'a SourceMap,
    /// The program.
    pub program: &'a Program,
    /// What can be said of it.
    pub analysis: &'a Analysis,
    /// The runs.
    pub runs: Vec<ShownRun<'a>>,
    /// The ultimate model, where it is known.
    pub ultimate: Option<Vec<String>>,
    /// What was reported.
    pub diagnostics: &'a [DiagnosticObject],
    /// Commands that replay the runs.
    pub replay: Vec<String>,
}

/// The page.
pub fn page(of: Runs<'_>) -> String {
    let drawn = |run: &ShownRun<'_>, other| PageRun::new(of.program, of.sources, run, other);
    let mut sections = Vec::new();
    if !of.rows.is_empty() {
        let rows = of.rows.iter().map(|(name, value)| (*name, value.as_str()));
        sections.push(Section::new("answer", "The answer", table(rows)));
    }
    if !of.runs.is_empty() {
        let content = html! {
            @if let [first, second] = &of.runs[..] && first.parts_at.is_some() {
                (beside(0, &[drawn(first, Some(second)), drawn(second, Some(first))]))
            } @else {
                @for (number, run) in of.runs.iter().enumerate() { (beside(number, &[drawn(run, None)])) }
            }
            @if !of.replay.is_empty() { h3 { "Replay" } (commands(&of.replay)) }
        };
        sections.push(Section::new("runs", if of.runs.len() == 1 { "The run" } else { "The runs" }, content));
    }
    if let Some(model) = &of.ultimate {
        let content = if model.is_empty() {
            html! { p .note { "nothing" } }
        } else {
            list(model, MOST_FACTS)
        };
        sections.push(Section::new("ultimate", "The ultimate model", content));
    }
    sections.extend(findings(of.sources, of.diagnostics));
    let points = of.analysis.points_of_order.iter().map(|point| point.span);
    sections.push(Section::new("program", "The program", listing::listing(of.sources, points)));
    let Runs { command, files, verdict, tone, meaning, .. } = of;
    file(&Page { command, files, verdict, tone, meaning, sections })
}
