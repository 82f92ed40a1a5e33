//! Runs beside each other: pictures, and below each what happens in its steps.

use super::steps::{Step, of_run};
use super::visible;
use crate::program::Program;
use crate::report::diagram::Diagram;
use crate::report::runs::ShownRun;
use crate::report::svg;
use crate::source::SourceMap;
use maud::{Markup, html};

/// A run of a page.
#[derive(Debug)]
pub struct PageRun {
    /// The picture.
    pub diagram: Diagram,
    /// What is told of its rows.
    pub steps: Vec<Step>,
    /// How many steps more it has.
    pub left_out: usize,
}

/// Most steps of a run that a page shows.
const MOST_STEPS: usize = 800;

impl PageRun {
    /// A run; `other` is the one that it is compared with.
    pub fn new(program: &Program, sources: &SourceMap, run: &ShownRun<'_>, other: Option<&ShownRun<'_>>) -> PageRun {
        let left_out = run.records.len().saturating_sub(MOST_STEPS);
        let shown = if left_out == 0 {
            run.clone()
        } else {
            // Where the end is not shown, nor is the loop.
            ShownRun { records: &run.records[..MOST_STEPS], stem: MOST_STEPS, ..run.clone() }
        };
        PageRun { diagram: shown.diagram(program), steps: of_run(program, sources, &shown, other), left_out }
    }
}

/// The name of a step in links, if the page shows it: the run's number on the page and the step's in the run, both from 0.
pub fn anchor(run: usize, step: usize) -> Option<String> {
    (step < MOST_STEPS).then(|| name(run, step))
}

fn name(run: usize, step: usize) -> String {
    format!("run-{}-step-{}", run + 1, step + 1)
}

/// The runs beside each other; `first` is the number of the first on the page, from 0.
pub fn beside(first: usize, runs: &[PageRun]) -> Markup {
    let parts = runs.iter().find_map(|run| run.diagram.parts_at);
    let diagrams: Vec<&Diagram> = runs.iter().map(|run| &run.diagram).collect();
    // On paper, pictures of many lifelines stand one below the other.
    let many = diagrams.iter().any(|diagram| diagram.nodes.len() > 3);
    html! {
        div .runs data-parts=[parts] {
            div .stepper hidden {
                button type="button" data-go="first" title="Home" { "|◀ first" }
                button type="button" data-go="back" title="Arrow left" { "◀ back" }
                button type="button" data-go="on" title="Arrow right" { "on ▶" }
                button type="button" data-go="last" title="End" { "last ▶|" }
                @if parts.is_some() { button type="button" data-go="parts" title="d" { "≠ where they part" } }
                output aria-live="polite" {}
                span .note { "Keys: ← → Home End" @if parts.is_some() { " d" } ". A click on a step goes there." }
            }
            ul .legend {
                @for (mark, what) in svg::legend(&diagrams) { li { b { (mark) } " " (visible(&what)) } }
                @if runs.len() > 1 { li { b { "▲ △" } " below a picture: not so in the same step of the other run" } }
            }
            div .pair .many[many] {
                @for (place, run) in runs.iter().enumerate() { (figure(first + place, if place == 0 { "one" } else { "two" }, run)) }
            }
        }
    }
}

/// `number` is that of the run on the page, `which` whether it is the first or the second of a pair.
fn figure(number: usize, which: &str, run: &PageRun) -> Markup {
    html! {
        figure class=(format!("run {which}")) data-steps=(run.steps.len()) data-loop=[run.diagram.repeats_from] {
            div .scroll tabindex="0" { (svg::heads(&run.diagram)) (svg::inline(&run.diagram)) }
            @if run.left_out > 0 {
                p .note { (run.left_out) " steps more, with any loop, are left out; " code { "--format itf" } " or " code { "json" } " has them." }
            }
            ol .steps aria-label="Steps" {
                @for (index, step) in run.steps.iter().enumerate() {
                    li id=(name(number, index)) data-step=(index) { (told(step)) }
                }
            }
        }
    }
}

fn told(step: &Step) -> Markup {
    html! {
        h4 { (visible(&step.name)) }
        @if step.lists.is_empty() { p .note { "nothing is delivered, changes or is sent" } }
        dl {
            @for list in &step.lists {
                dt { (list.what) }
                dd {
                    ul {
                        @for item in &list.items {
                            li .new[item.new && list.what == "holds"] .only[item.only] {
                                code { (visible(&item.text)) }
                                @if !item.why.is_empty() { span .why { (visible(&item.why)) } }
                            }
                        }
                        @if list.more > 0 { li { "and " (list.more) " more" } }
                    }
                }
            }
        }
    }
}
