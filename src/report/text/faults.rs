//! The answer of `faults` for people.

use super::counted;
use crate::faults::specification::Fault;
use crate::faults::{Answer, Counterexample, FaultSet, Question, Verdict};
use crate::program::Program;
use crate::report::facts::listed;
use crate::report::json::shown_tuples;
use crate::report::rounds::{RoundPicture, beside};
use crate::report::space_time::Glyphs;
use crate::report::style::{Style, Tone};
use std::fmt::Write as _;

/// Most tuples of a list.
const SHOWN: usize = 8;

/// The verdict in one line.
pub fn headline(program: &Program, question: &Question, answer: &Answer, style: Style) -> String {
    let specification = &question.specification;
    let within = format!(
        "EOT {}, EFF {}, {}",
        specification.eot,
        specification.eff,
        match specification.crashes {
            1 => "1 crash".to_string(),
            crashes => format!("{crashes} crashes"),
        }
    );
    let (tone, why) = match answer.verdict {
        Verdict::Counterexample => {
            let first = answer.counterexamples.first();
            let what = first.map_or_else(String::new, |found| sentence(program, answer, found));
            (Tone::Bad, what)
        }
        Verdict::Certified => (Tone::Good, format!("every run within {within} is good")),
        Verdict::Vacuous => {
            let which = if answer.judgement.promised().is_empty() { "pre" } else { "post" };
            (Tone::Open, format!("the failure-free run has no `{which}` tuple, so that no run can be judged"))
        }
        Verdict::Inconclusive(bound) => {
            (Tone::Open, format!("no answer within {within}, because {}", crate::report::advice::meaning(bound)))
        }
    };
    format!("{}: {why}\n", style.paint(tone, answer.verdict.name()))
}

/// What a counterexample loses, and by what.
fn sentence(program: &Program, answer: &Answer, found: &Counterexample) -> String {
    let lost = answer.judgement.post.map_or_else(Vec::new, |post| shown_tuples(program, post, &found.lost));
    let missing = listed(&lost, SHOWN);
    if found.faults.is_empty() {
        return format!("without any fault {missing} is missing while its `pre` tuple holds");
    }
    format!("{missing} is missing after {}", listed(&fault_list(program, &found.faults), SHOWN))
}

/// Each fault in a few words.
pub fn fault_list(program: &Program, faults: &FaultSet) -> Vec<String> {
    let name = |node| program.show_node(node);
    let words = |fault| match fault {
        Fault::Omission(lost) => format!("{} to {} lost in round {}", name(lost.from), name(lost.to), lost.time),
        Fault::Crash(crash) => format!("{} crashed in round {}", name(crash.node), crash.time),
    };
    faults.iter().map(words).collect()
}

/// The whole answer.
pub fn answer(program: &Program, question: &Question, answer: &Answer, style: Style, verbose: bool) -> String {
    let mut text = headline(program, question, answer, style);
    let specification = &question.specification;
    if let Some(found) = answer.counterexamples.first() {
        let glyphs = Glyphs::Unicode;
        let of = |run, faults| {
            let crash_mode = specification.crash_mode;
            RoundPicture { program, run, faults, crash_mode, width: style.width, glyphs }.lines()
        };
        let none = FaultSet::none();
        text.push('\n');
        if found.faults.is_empty() {
            text.push_str(&beside(("The run", of(&found.run, &none)), ("", Vec::new()), style.width));
        } else {
            let failing = of(&found.run, &found.faults);
            let good = of(&answer.failure_free, &none);
            text.push_str(&beside(("With these faults", failing), ("Without faults", good), style.width));
        }
        if answer.counterexamples.len() > 1 {
            let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "Minimal counterexamples"));
            for found in &answer.counterexamples {
                let _ = writeln!(text, "  {}", listed(&fault_list(program, &found.faults), usize::MAX));
            }
            if !answer.complete {
                text.push_str("  and perhaps others\n");
            }
        }
    }
    let tuples = |relation: Option<_>, tuples| {
        listed(
            &relation.map_or_else(Vec::new, |relation| shown_tuples(program, relation, tuples)),
            if verbose { usize::MAX } else { SHOWN },
        )
    };
    let judgement = &answer.judgement;
    let _ = writeln!(
        text,
        "\nFailure-free run: pre {}; post {}",
        tuples(judgement.pre, judgement.promised()),
        tuples(judgement.post, judgement.fulfilled())
    );
    let effort = &answer.effort;
    let _ = writeln!(
        text,
        "{}, {}, {}",
        counted(effort.runs, "run"),
        counted(effort.lessons, "lesson"),
        counted(effort.gates as u64, "gate")
    );
    text
}
