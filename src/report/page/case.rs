//! The page of `check` and `explore`.

use super::reasons::{Pointer, tree};
use super::runs::{PageRun, anchor, beside};
use super::{Page, Section, commands, file, findings, list, listing, meaning, place, table};
use crate::pipeline::{Basis, Verdict};
use crate::program::LocatedFact;
use crate::report::facts::{shown, shown_models};
use crate::report::json::{DiagnosticObject, Statistics};
use crate::report::runs::{ShownRun, violations, witness};
use crate::report::style::{Style, Tone};
use crate::report::svg::graph;
use crate::report::text::why::{lines, run};
use crate::report::{Case, Explained, advice, text};
use crate::witness::why::{Claim, How, Moments, Reason};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Most facts of a list, and most models.
const MOST_FACTS: usize = 400;
const MOST_MODELS: usize = 60;

/// The page.
pub fn page(case: &Case<'_>, diagnostics: &[DiagnosticObject], statistics: &Statistics) -> String {
    let tone = match case.answer.verdict {
        Verdict::Confluent => Tone::Good,
        Verdict::Diffluent | Verdict::Violated => Tone::Bad,
        Verdict::Inconclusive => Tone::Open,
    };
    let verdict = case.answer.verdict.name();
    let meaning = meaning(&text::headline(case, Style::plain()), verdict);
    let rows = text::table(case, false);
    let mut sections = vec![Section::new(
        "answer",
        "The answer",
        html! {
            (table(rows.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
            (what_to_try(case))
        },
    )];
    sections.extend(runs(case));
    sections.extend(why(case));
    sections.extend(outcomes(case));
    sections.extend(fewer(case));
    sections.extend(findings(case.sources, diagnostics));
    sections.push(order(case));
    sections.push(class(case));
    sections.push(figures(case, statistics));
    let points = case.analysis.points_of_order.iter().map(|point| point.span);
    sections.push(Section::new("program", "The program", listing::listing(case.sources, points)));
    file(&Page { command: case.command, files: case.files, verdict, tone, meaning, sections })
}

fn what_to_try(case: &Case<'_>) -> Markup {
    let Basis::Bound(bound) = case.answer.basis else { return html! {} };
    let advice = advice::advice(case.program, case.analysis, bound, &case.answer.findings.figures);
    html! { h3 { "What to try" } ul { @for sentence in &advice { li { (sentence) } } } }
}

fn runs(case: &Case<'_>) -> Vec<Section> {
    let program = case.program;
    let drawn = |run: &ShownRun<'_>, other| PageRun::new(program, case.sources, run, other);
    let replay = |schedules: &[String]| {
        html! { h3 { "Replay" } (commands(&text::replay_commands(case.shell_words, Some(case.command), schedules))) }
    };
    let mut sections = Vec::new();
    let violating = violations(case);
    if !violating.is_empty() {
        let content = html! {
            @for (number, (run, found)) in violating.iter().zip(&case.answer.violations).enumerate() {
                p { "A run to a step with " code { (super::visible(&found.violation.facts.join(", "))) } ":" }
                (beside(number, &[drawn(run, None)]))
                (replay(&[found.schedule.show(program)]))
            }
        };
        sections.push(
            Section::new("violations", "Violations", content).headed("What must never hold, and does".to_string()),
        );
    }
    let Some(found) = &case.answer.witness else { return sections };
    let pair = witness(case);
    let fact = program.show_fact(found.fact.node, &found.fact.fact);
    let parts = pair[0].parts_at.unwrap_or_default() + 1;
    let [first, second] = &found.runs;
    let models = [first.ultimate_model(program), second.ultimate_model(program)];
    let schedules = found.schedules.each_ref().map(|schedule| schedule.show(program));
    let content = html! {
        (beside(violating.len(), &[drawn(&pair[0], Some(&pair[1])), drawn(&pair[1], Some(&pair[0]))]))
        h3 { "How they end" }
        div .pair {
            @for (number, class) in ["one", "two"].into_iter().enumerate() {
                div class=(format!("end {class}")) {
                    h4 { "Ultimate in run " (number + 1) }
                    (ending(case, &models[number], &models[1 - number]))
                }
            }
        }
        (replay(&schedules))
    };
    let heading = format!("Two fair runs that part at step {parts} and end differently in {fact}");
    sections.push(Section::new("runs", "Two runs", content).headed(heading));
    sections
}

/// An ultimate model; what the other run's lacks stands out.
fn ending(case: &Case<'_>, model: &BTreeSet<LocatedFact>, other: &BTreeSet<LocatedFact>) -> Markup {
    let (only, both): (Vec<_>, Vec<_>) = model.iter().partition(|fact| !other.contains(fact));
    let room = MOST_FACTS.saturating_sub(only.len());
    let show = |fact: &LocatedFact| case.program.show_fact(fact.node, &fact.fact);
    html! {
        @if model.is_empty() { p .note { "nothing" } }
        ul .list {
            @for fact in only.iter().take(MOST_FACTS) { li .only { code { (super::visible(&show(fact))) } } }
            @for fact in both.iter().take(room) { li { code { (super::visible(&show(fact))) } } }
            @if model.len() > MOST_FACTS { li { "and " (model.len() - MOST_FACTS) " more" } }
        }
    }
}

fn why(case: &Case<'_>) -> Option<Section> {
    let explained = case.explained.filter(|explained| !explained.is_empty())?;
    let found = case.answer.violations.len();
    let content = html! {
        @for (number, one) in explained.iter().enumerate() {
            @let run = match one.run { "holds" => found, "lacks" => found + 1, _ => number };
            h3 { (super::visible(&text::why_heading(one))) }
            (explanation(case, one, run))
        }
    };
    Some(Section::new("why", "Why", content))
}

/// An explanation of a fact of the run with this number on the page.
fn explanation(case: &Case<'_>, explained: &Explained<'_>, number: usize) -> Markup {
    let program = case.program;
    let (lines, cut) = lines(&run::told(program, case.sources, explained.records, &explained.why), false);
    tree(case.sources, &lines, cut, |reason| {
        let reason = &explained.why.reasons[reason];
        let named = |step: usize| {
            let record = &explained.records[step];
            Some((format!("{}:{}", program.show_node(record.node), record.step), anchor(number, step)?))
        };
        let step = |when: &Moments| if let Moments::Step(step) = when { named(*step) } else { None };
        let mut pointer = pointer(reason);
        pointer.step = match &reason.claim {
            Claim::Holds(_, when) | Claim::Absent(_, when) | Claim::Fails(_, _, when) | Claim::Instead(_, when) => {
                step(when)
            }
            Claim::Supplies { sent, .. } => named(*sent),
            Claim::Condition(_) => None,
        };
        if let Claim::Fails(rule, _, when) = &reason.claim {
            let rules = if matches!(when, Moments::Step(_)) { &program.rules } else { &program.observers };
            pointer.place = Some(rules[*rule].span);
        }
        pointer
    })
}

fn pointer(reason: &Reason) -> Pointer {
    let place = match (&reason.claim, reason.how) {
        (Claim::Condition(span), _) => Some(*span),
        (_, How::Rule(span) | How::Sent(_, span) | How::Kept(_, span)) => Some(span),
        _ => None,
    };
    Pointer { place, step: None }
}

fn outcomes(case: &Case<'_>) -> Option<Section> {
    let findings = &case.answer.findings;
    let facts = [("Contested", &findings.contested), ("Undecided", &findings.undecided)];
    let certain = findings.certain.as_ref().map(|certain| shown(case.program, certain));
    let models = if findings.models.len() > 1 { shown_models(case.program, &findings.models) } else { Vec::new() };
    if facts.iter().all(|(_, facts)| facts.is_empty()) && certain.is_none() {
        return None;
    }
    let content = html! {
        @for (name, facts) in facts.into_iter().filter(|(_, facts)| !facts.is_empty()) {
            h3 { (name) ": in some fair runs ultimate, in others not" @if name == "Undecided" { ", as far as is known" } }
            (list(&shown(case.program, facts), MOST_FACTS))
        }
        @if let Some(certain) = &certain {
            h3 { "Certain: ultimate in every fair run" }
            @if certain.is_empty() { p .note { "nothing" } } @else { (list(certain, MOST_FACTS)) }
        }
        @if !models.is_empty() {
            h3 { "Ultimate models: " (findings.models_found) @if !findings.models_complete { " or more" } }
            ol .models {
                @for model in models.iter().take(MOST_MODELS) {
                    li { @if model.is_empty() { span .note { "nothing" } } @else { code { (super::visible(&crate::report::facts::listed(model, MOST_FACTS / 4))) } } }
                }
            }
            @if findings.models_found > MOST_MODELS.min(models.len()) {
                p .note { (MOST_MODELS.min(models.len())) " of " (findings.models_found) " are shown." }
            }
        }
    };
    Some(Section::new("outcomes", "Outcomes", content))
}

fn fewer(case: &Case<'_>) -> Option<Section> {
    let fewer = case.fewer?;
    let facts: Vec<String> = fewer.shown().into_iter().map(|fact| format!("{fact};")).collect();
    let verdict = fewer.answer.verdict.name();
    let content = html! {
        p { "With these facts alone, and the same rules, outputs and network, it is " (verdict) " too." }
        (list(&facts, MOST_FACTS))
    };
    let heading = format!("{} of {} facts are enough", fewer.left, fewer.given);
    Some(Section::new("fewer", "Fewer facts", content).headed(heading))
}

/// The dependency graph, and where the order of deliveries can show.
fn order(case: &Case<'_>) -> Section {
    let analysis = case.analysis;
    let content = html! {
        (graph::part(case.program, &analysis.dependencies))
        h3 { "Points of order" }
        @if let Some(points) = case.points {
            pre .findings { (super::visible(&text::points_of_order(case, points, Style::plain()))) }
        } @else if analysis.points_of_order.is_empty() {
            p .note { "none" }
        } @else {
            ul { @for point in &analysis.points_of_order { li { (place(case.sources, point.span)) ": " (super::visible(&point.message)) } } }
            p .note { "Whether a point is real, two runs show: " code { "watershed " (case.command) " … --points" } }
        }
        @if !analysis.meetings.is_empty() {
            h3 { "Unguarded meetings" }
            ul {
                @for meeting in &analysis.meetings {
                    li {
                        @if let Some(&span) = meeting.literals.first() { (place(case.sources, span)) ": " }
                        (super::visible(&meeting.message)) "; would guard it: " (super::visible(&meeting.guard))
                    }
                }
            }
        }
    };
    Section::new("order", "What reads what", content)
}

fn class(case: &Case<'_>) -> Section {
    let classification = &case.analysis.classification;
    let content = html! {
        @if classification.reasons.is_empty() { p .note { "Nothing keeps it out of a smaller class." } }
        ul {
            @for reason in &classification.reasons {
                li {
                    (place(case.sources, reason.span)) ": not " (reason.keeps_out_of.name()) ": " (super::visible(&reason.message))
                    "; would change it: " (super::visible(&reason.remedy))
                }
            }
        }
    };
    Section::new("class", "Class", content).headed(format!("Class: {}", classification.class.name()))
}

fn figures(case: &Case<'_>, statistics: &Statistics) -> Section {
    let found = &case.answer.findings.figures;
    let rows = [
        ("states", statistics.states.to_string()),
        ("transitions", statistics.transitions.to_string()),
        ("into states met before", statistics.duplicates.to_string()),
        ("local steps", statistics.local_steps.to_string()),
        ("local steps remembered", found.remembered.to_string()),
        ("components in which runs end", statistics.schedules.to_string()),
        ("searches", found.searches.to_string()),
        ("solver calls", statistics.solver_calls.to_string()),
        ("seconds", format!("{:.2}", statistics.wall_seconds)),
        ("peak bytes", statistics.peak_bytes.to_string()),
    ];
    let content = html! {
        (table(rows.iter().map(|(name, value)| (*name, value.as_str()))))
        p .note { (text::figures(statistics, Some(found))) }
    };
    Section::new("figures", "What it took", content)
}
