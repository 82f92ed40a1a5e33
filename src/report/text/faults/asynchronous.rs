//! The answer of `faults --async` for people.

use crate::faults::asynchronous::{Answer, Counterexample, Question};
use crate::faults::plan::{Fault, Tolerance};
use crate::faults::{Verdict, VerdictRule};
use crate::program::Program;
use crate::report::advice;
use crate::report::facts::listed;
use crate::report::style::{Style, Tone};
use crate::report::text::{counted, runs};
use std::fmt::Write as _;

/// Most facts of a list.
const SHOWN: usize = 8;

/// The verdict in one line.
pub fn headline(question: &Question, answer: &Answer, style: Style) -> String {
    let within = within(&question.tolerance);
    let (tone, why) = match answer.verdict {
        Verdict::Counterexample => (Tone::Bad, answer.counterexamples.first().map_or_else(String::new, sentence)),
        Verdict::Certified => (Tone::Good, format!("every run with at most {within} has a good outcome")),
        Verdict::Vacuous => {
            let which = if answer.promised.is_empty() { "pre" } else { "post" };
            (Tone::Open, format!("no run without a fault has a `{which}` tuple, so that no run can be judged"))
        }
        Verdict::Inconclusive(bound) => {
            (Tone::Open, format!("no answer within {within}, because {}", advice::meaning(bound)))
        }
    };
    format!("{}: {why}\n", style.paint(tone, answer.verdict.name()))
}

fn within(tolerance: &Tolerance) -> String {
    let kinds = [
        (tolerance.omissions, "omission"),
        (tolerance.crashes, "crash"),
        (tolerance.restarts, "restart"),
        (tolerance.duplications, "duplication"),
    ];
    let some: Vec<String> = kinds
        .into_iter()
        .filter(|&(most, _)| most > 0)
        .map(
            |(most, what)| {
                if what == "crash" && most != 1 { format!("{most} crashes") } else { counted(most as u64, what) }
            },
        )
        .collect();
    if some.is_empty() { "no fault".to_string() } else { some.join(", ") }
}

/// What a counterexample loses, and by what.
fn sentence(found: &Counterexample) -> String {
    let lacks = found.claim().lacks;
    let lacks: Vec<String> = lacks.iter().map(|fact| found.program.show_global_fact(fact)).collect();
    let (missing, is) = (listed(&lacks, SHOWN), if lacks.len() == 1 { "is" } else { "are" });
    if found.faults.is_empty() {
        let its = if lacks.len() == 1 { "its `pre` tuple holds" } else { "their `pre` tuples hold" };
        return format!("an order of deliveries suffices: {missing} {is} missing in the end while {its}");
    }
    format!("{missing} {is} missing in the end after {}", listed(&faults(&found.program, found), SHOWN))
}

/// Each fault in a few words.
fn faults(program: &Program, found: &Counterexample) -> Vec<String> {
    let name = |node| program.show_node(node);
    let words = |&(fault, step): &(Fault, u64)| match fault {
        Fault::Omission { from, to } => format!("{} to {} lost in step {step} of {}", name(from), name(to), name(from)),
        Fault::Crash { node } => format!("{} crashed in its step {step}", name(node)),
        Fault::Restart { node } => format!("{} restarted after its step {step}", name(node)),
        Fault::Duplication { from, to } => {
            format!("{} to {} doubled in step {step} of {}", name(from), name(to), name(from))
        }
    };
    found.faults.iter().map(words).collect()
}

/// The whole answer.
pub fn answer(question: &Question, answer: &Answer, style: Style, verbose: bool) -> String {
    let mut text = headline(question, answer, style);
    if let Some(found) = answer.counterexamples.first() {
        let title = if found.faults.is_empty() { "The run" } else { "The run, in which faults are messages, too" };
        text.push('\n');
        text.push_str(&runs::picture(&found.program, title, &found.run.records, found.run.stem, None, style));
        let schedule = found.schedule.show(&found.program);
        let _ = writeln!(text, "\n{}\n    {schedule}", style.paint(Tone::Strong, "As a schedule"));
        if !found.minimal {
            text.push_str("\nFewer faults may do: not all runs with fewer of these could be explored before.\n");
        }
    }
    if answer.counterexamples.len() > 1 {
        let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "Minimal counterexamples"));
        for found in &answer.counterexamples {
            let _ = writeln!(text, "  {}", listed(&faults(&found.program, found), usize::MAX));
        }
        if !answer.complete {
            text.push_str("  and perhaps others\n");
        }
    }
    let most = if verbose { usize::MAX } else { SHOWN };
    let list = |facts: &std::collections::BTreeSet<String>| {
        let facts: Vec<String> = facts.iter().cloned().collect();
        if facts.is_empty() { "nothing".to_string() } else { listed(&facts, most) }
    };
    let post = match question.rule {
        VerdictRule::Invariant => "each run has",
        VerdictRule::Baseline => "each run has, and is judged by,",
    };
    let (promised, fulfilled) = (list(&answer.promised), list(&answer.fulfilled));
    let _ = writeln!(text, "\nWithout faults: some run has {promised}; {post} {fulfilled}");
    let figures = &answer.figures;
    let _ = writeln!(
        text,
        "{}, {}, {}",
        counted(answer.plans, "plan"),
        counted(figures.states as u64, "state"),
        counted(figures.transitions as u64, "transition")
    );
    text
}
