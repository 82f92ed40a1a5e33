//! The pages of `faults`.

use super::reasons::{Pointer, tree};
use super::rounds::of_rounds;
use super::runs::{PageRun, anchor, beside};
use super::{Page, Section, commands, file, findings, listing, meaning, table, visible};
use crate::faults::why::{Claim, How, When, Why};
use crate::faults::{Answer, Counterexample, FaultSet, Question, Verdict, asynchronous};
use crate::program::Program;
use crate::report::diagram::Diagram;
use crate::report::json::DiagnosticObject;
use crate::report::runs::of_bad;
use crate::report::style::{Style, Tone};
use crate::report::text;
use crate::source::SourceMap;
use maud::{Markup, html};

/// Most counterexamples that are drawn.
const MOST_DRAWN: usize = 6;

/// What a page about runs in rounds is made of.
#[derive(Debug)]
pub struct FaultsCase<'a> {
    /// The files as the user wrote them.
    pub files: &'a [String],
    /// The program's texts.
    pub sources: &'a SourceMap,
    /// The program.
    pub program: &'a Program,
    /// What was asked.
    pub question: &'a Question,
    /// The answer.
    pub answer: &'a Answer,
    /// A fact that is explained: what is explained, whether in the counterexample, and the explanation.
    pub why: Option<(String, bool, &'a Why)>,
}

/// The page about runs in rounds.
pub fn page(case: &FaultsCase<'_>, diagnostics: &[DiagnosticObject]) -> String {
    let FaultsCase { program, question, answer, .. } = *case;
    let headline = text::faults::headline(program, question, answer, Style::plain());
    let (verdict, tone, meaning) = said(answer.verdict, &headline);
    let specification = &question.specification;
    let rows = [
        ("rounds", format!("EOT {}", specification.eot)),
        ("losses", format!("before round {} (EFF)", specification.eff)),
        ("crashes", format!("at most {}", specification.crashes)),
        ("runs", answer.effort.runs.to_string()),
        ("lessons", answer.effort.lessons.to_string()),
        ("outcome", text::faults::outcome(program, answer, false)),
    ];
    let rows = rows.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, value.as_str()));
    let mut sections = vec![Section::new("answer", "The answer", table(rows))];
    sections.push(Section::new("runs", "Runs", runs(case)));
    if let Some((fact, failing, why)) = &case.why {
        sections.push(why_section(case, fact, *failing, why));
    }
    sections.extend(findings(case.sources, diagnostics));
    sections.push(Section::new("program", "The program", listing::listing(case.sources, [])));
    file(&Page { command: "faults", files: case.files, verdict, tone, meaning, sections })
}

/// The verdict's name and tone, and what follows it in a headline.
fn said(verdict: Verdict, headline: &str) -> (&'static str, Tone, String) {
    let tone = match verdict {
        Verdict::Certified => Tone::Good,
        Verdict::Counterexample => Tone::Bad,
        Verdict::Vacuous | Verdict::Inconclusive(_) => Tone::Open,
    };
    let name = verdict.name();
    (name, tone, meaning(headline, name))
}

/// Each counterexample beside the run without faults.
fn runs(case: &FaultsCase<'_>) -> Markup {
    let FaultsCase { program, question, answer, .. } = *case;
    let crash_mode = question.specification.crash_mode;
    let none = FaultSet::none();
    let free = &answer.failure_free;
    let without = || PageRun {
        diagram: Diagram::of_rounds(program, "without faults", free, &none, crash_mode),
        steps: of_rounds(program, free, &none, answer.counterexamples.first().map(|found| &found.run)),
        left_out: 0,
    };
    let with = |found: &Counterexample, compared: bool| {
        let title = text::faults::fault_list(program, &found.faults).join(", ");
        let title = if title.is_empty() { "without any fault" } else { &title };
        PageRun {
            diagram: Diagram::of_rounds(program, title, &found.run, &found.faults, crash_mode),
            steps: of_rounds(program, &found.run, &found.faults, compared.then_some(free)),
            left_out: 0,
        }
    };
    html! {
        @match answer.counterexamples.split_first() {
            None if free.rounds.is_empty() => { p .note { "no run was made" } }
            None => { (beside(0, &[without()])) }
            Some((first, others)) => {
                @if first.faults.is_empty() || free.rounds.is_empty() {
                    (beside(0, &[with(first, false)]))
                } @else {
                    (beside(0, &[with(first, true), without()]))
                }
                @for (number, other) in others.iter().take(MOST_DRAWN).enumerate() {
                    h3 { "Another minimal counterexample" }
                    (beside(number + 2, &[with(other, false)]))
                }
                @if others.len() > MOST_DRAWN { p .note { "and " (others.len() - MOST_DRAWN) " more" } }
                @if !answer.complete { p .note { "There may be other minimal counterexamples." } }
            }
        }
    }
}

fn why_section(case: &FaultsCase<'_>, fact: &str, failing: bool, why: &Why) -> Section {
    let holds = if why.holds() { "holds" } else { "does not hold" };
    let run = if failing { "with these faults" } else { "without faults" };
    let (lines, cut) = text::why::lines(&text::why::told(case.program, case.sources, why), false);
    // The run without faults stands second where there are two.
    let two = case.answer.counterexamples.first().is_some_and(|found| !found.faults.is_empty());
    let number = usize::from(!failing && two);
    let step = |when: When| match when {
        When::Round(round) | When::Observed(round) | When::Later(round) => {
            let anchor = anchor(number, usize::try_from(round).ok()?.checked_sub(1)?)?;
            Some((format!("round {round}"), anchor))
        }
        When::End => None,
    };
    let pointer = |reason: usize| {
        let reason = &why.reasons[reason];
        let (when, place) = match &reason.claim {
            Claim::Holds(_, when) | Claim::Absent(_, when) => (*when, None),
            Claim::Fails(span, _, when) => (*when, Some(*span)),
            Claim::Lost(_, round) => (When::Round(*round), None),
            Claim::Condition(span) => (When::End, Some(*span)),
        };
        let rule = match reason.how {
            How::Rule(span) | How::Sent(_, _, span) | How::Kept(_, span) => Some(span),
            _ => None,
        };
        Pointer { place: place.or(rule), step: step(when) }
    };
    let content = tree(case.sources, &lines, cut, pointer);
    Section::new("why", "Why", content).headed(format!("Why {fact} {holds} {run}"))
}

/// The page about all orders of deliveries with faults in them.
pub fn asynchronous(
    files: &[String],
    (program, sources): (&Program, &SourceMap),
    question: &asynchronous::Question,
    answer: &asynchronous::Answer,
    diagnostics: &[DiagnosticObject],
    replay: &[String],
) -> String {
    let headline = text::faults::asynchronous::headline(question, answer, Style::plain());
    let (verdict, tone, meaning) = said(answer.verdict, &headline);
    let shown = |facts: &std::collections::BTreeSet<String>| {
        crate::report::facts::listed(&facts.iter().cloned().collect::<Vec<_>>(), 12)
    };
    let rows = [
        ("promised", shown(&answer.promised)),
        ("fulfilled", shown(&answer.fulfilled)),
        ("plans", answer.plans.to_string()),
        ("states", answer.figures.states.to_string()),
        ("transitions", answer.figures.transitions.to_string()),
    ];
    let rows = rows.iter().map(|(name, value)| (*name, value.as_str()));
    let mut sections = vec![Section::new("answer", "The answer", table(rows))];
    // A counterexample is a run of its own program, that with the faults in it.
    let bad = answer.counterexamples.first().map(|found| {
        let mut sources = SourceMap::new();
        sources.add("bad.ded", found.text.as_str());
        (found, sources)
    });
    if let Some((found, sources)) = &bad {
        let shown = PageRun::new(&found.program, sources, &of_bad(found), None);
        let content = html! {
            @if !found.faults.is_empty() { p { "Faults are messages here: the program below has them in its rules." } }
            (beside(0, &[shown]))
            h3 { "As a schedule" }
            pre .commands { (visible(&found.schedule.show(&found.program))) }
            h3 { "Replay" }
            (commands(replay))
            @if !found.minimal { p .note { "Fewer faults may do: not all runs with fewer of these could be explored before." } }
        };
        sections.push(Section::new("runs", "A bad run", content));
    }
    sections.extend(findings(&SourceMap::new(), diagnostics));
    let listing = match &bad {
        Some((_, sources)) => Section::new("program", "The program with its faults", listing::listing(sources, [])),
        None => {
            let points = crate::analysis::analyse(program).points_of_order;
            let points = points.iter().map(|point| point.span);
            Section::new("program", "The program", listing::listing(sources, points))
        }
    };
    sections.push(listing);
    file(&Page { command: "faults --async", files, verdict, tone, meaning, sections })
}
