//! The page of `coordinate`.

use super::runs::{PageRun, beside};
use super::{Page, Section, file, findings, list, listing, meaning, place, table, visible};
use crate::analysis::analyse;
use crate::pipeline::coordinate::Coordinated;
use crate::pipeline::read::read;
use crate::program::resolve;
use crate::report::coordination::{CoordinateCase, aim, in_full, measured, model, named, note, price, rechecked};
use crate::report::facts::shown;
use crate::report::json::DiagnosticObject;
use crate::report::runs::of_witness;
use crate::report::style::{Style, Tone};
use crate::report::svg::graph;
use crate::report::text;
use crate::syntax::load::Input;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Most facts of a list.
const MOST_FACTS: usize = 200;

/// The page.
pub fn page(case: &CoordinateCase<'_>, diagnostics: &[DiagnosticObject]) -> String {
    let verdict = case.verdict();
    let tone = if verdict == "inconclusive" { Tone::Open } else { Tone::Good };
    let meaning = meaning(&text::coordinate::headline(case, Style::plain()), verdict);
    let mut sections = vec![Section::new("answer", "The answer", answer(case))];
    sections.extend(case.chosen().map(|chosen| plan(case, chosen)));
    sections.extend(rejected(case));
    sections.extend(before(case));
    sections.extend(findings(case.sources, diagnostics));
    let analysis = analyse(case.program);
    sections.push(Section::new("order", "What reads what, before", graph::part(case.program, &analysis.dependencies)));
    let points = analysis.points_of_order.iter().map(|point| point.span);
    sections.push(Section::new("program", "The program as it is", listing::listing(case.sources, points)));
    if let Some(chosen) = case.chosen() {
        sections.push(written(case, &chosen.trial.text));
        sections.extend(after(&chosen.trial.text));
    }
    file(&Page { command: "coordinate", files: case.files, verdict, tone, meaning, sections })
}

fn answer(case: &CoordinateCase<'_>) -> Markup {
    let answered = case.answered;
    let mut rows = vec![("before", format!("{}; a run: {}", case.before().name(), measured(answered.measured)))];
    let contested = shown(case.program, &answered.before.findings.contested);
    if !contested.is_empty() {
        rows.push(("contested", crate::report::facts::listed(&contested, 12)));
    }
    rows.extend(aim(case).map(|aim| ("aim", aim)));
    if let Some(chosen) = case.chosen() {
        rows.push(("price", format!("{}, estimated", price(chosen.price, case.prices))));
        rows.push(("after", format!("{}; a run: {}", rechecked(&chosen.trial), measured(chosen.trial.measured))));
        rows.extend(chosen.trial.model.as_ref().map(|outcome| ("ultimate", model(outcome))));
        rows.push(("rules added", chosen.trial.rules_added.to_string()));
    }
    rows.extend(note(case).map(|note| ("note", note.to_string())));
    if let Some(full) = case.full.filter(|_| !case.wants_full) {
        rows.push(("in full, P(S)", in_full(case, full)));
    }
    table(rows.iter().map(|(name, value)| (*name, value.as_str())))
}

fn plan(case: &CoordinateCase<'_>, chosen: &Coordinated) -> Section {
    let silenced: Vec<String> =
        chosen.trial.silenced.iter().map(|&id| case.program.relation(id).name.clone()).collect();
    let content = html! {
        ul {
            @for measure in case.measures(&chosen.plan) {
                @let span = case.program.rules[measure.rule.0 as usize].span;
                li { (place(case.sources, span)) ": " (visible(&measure.what)) }
            }
        }
        @if !silenced.is_empty() {
            p { "Of these relations no message is sent any more: read by strata, what is said " code { "notin" } " of holds from the first step." }
            (list(&silenced, MOST_FACTS))
        }
    };
    Section::new("plan", "The plan", content)
}

fn rejected(case: &CoordinateCase<'_>) -> Option<Section> {
    let rejected: Vec<_> = case.rejected().collect();
    if rejected.is_empty() || case.wants_full {
        return None;
    }
    let content = html! {
        ul {
            @for attempt in &rejected {
                li {
                    (attempt.price.total(case.prices)) ": " (visible(&named(case.program, &case.answered.channels, &attempt.plan)))
                    @if let Some(failure) = &attempt.failure { ": " (visible(&failure.to_string())) }
                }
            }
        }
    };
    let heading = "Cheaper plans that do not do, or are not known to".to_string();
    Some(Section::new("rejected", "Cheaper plans", content).headed(heading))
}

/// The two runs of the program as it is.
fn before(case: &CoordinateCase<'_>) -> Option<Section> {
    let runs = of_witness(case.program, case.answered.before.witness.as_ref()?);
    let drawn = |run: usize, other: usize| PageRun::new(case.program, case.sources, &runs[run], Some(&runs[other]));
    let schedules = case.answered.before.witness.iter().flat_map(|witness| &witness.schedules);
    let schedules: Vec<String> = schedules.map(|schedule| schedule.show(case.program)).collect();
    let content = html! {
        (beside(0, &[drawn(0, 1), drawn(1, 0)]))
        h3 { "Replay" }
        (super::commands(&text::replay_commands(case.shell_words, Some("check"), &schedules)))
    };
    Some(Section::new("runs", "Two runs of the program as it is", content))
}

/// The dependency graph of the program with the plan.
fn after(text: &str) -> Option<Section> {
    let input = Input::Text { name: "plan.ded".to_string(), text: text.to_string() };
    let (program, analysis) = read(&[input], &resolve::Options::default()).program?;
    Some(Section::new("after", "What reads what, after", graph::part(&program, &analysis.dependencies)))
}

/// The program with the plan; lines that the program as it is does not have are marked.
fn written(case: &CoordinateCase<'_>, text: &str) -> Section {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in case.sources.files().flat_map(|(_, file)| file.text.lines()) {
        *left.entry(line.trim()).or_default() += 1;
    }
    let old: Vec<bool> = text
        .lines()
        .map(|line| match left.get_mut(line.trim()) {
            _ if line.trim().is_empty() => true,
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        })
        .collect();
    let mark = |line: usize| if old[line - 1] { "" } else { "+" };
    let content = html! {
        p .note { "+ marks lines that the program as it is does not have." }
        (listing::numbered(text, |line| format!("written-line-{line}"), mark))
    };
    Section::new("written", "The program with the plan", content)
}
