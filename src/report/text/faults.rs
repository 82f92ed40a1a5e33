//! The answer of `faults` for people.

pub mod asynchronous;

use super::counted;
use crate::faults::specification::Fault;
use crate::faults::{Answer, Counterexample, FaultSet, Question, Sweep, Verdict};
use crate::program::Program;
use crate::report::facts::listed;
use crate::report::json::shown_tuples;
use crate::report::rounds::{RoundPicture, beside};
use crate::report::space_time::Glyphs;
use crate::report::style::{Style, Tone};
use std::collections::BTreeSet;
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
    let outcome = outcome(program, answer, verbose);
    if !outcome.is_empty() {
        let _ = writeln!(text, "\nFailure-free run: {outcome}");
    }
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

/// What the failure-free run promises and fulfils; empty if that is nothing. `verbose` lists all tuples.
pub fn outcome(program: &Program, answer: &Answer, verbose: bool) -> String {
    let tuples = |relation: Option<_>, tuples| {
        listed(
            &relation.map_or_else(Vec::new, |relation| shown_tuples(program, relation, tuples)),
            if verbose { usize::MAX } else { SHOWN },
        )
    };
    let judgement = &answer.judgement;
    let kept: BTreeSet<_> = judgement.promised().intersection(judgement.fulfilled()).cloned().collect();
    let broken: BTreeSet<_> = judgement.promised().difference(judgement.fulfilled()).cloned().collect();
    let beyond: BTreeSet<_> = judgement.fulfilled().difference(judgement.promised()).cloned().collect();
    let parts = [
        (judgement.pre, &kept, " with their `post`"),
        (judgement.pre, &broken, " without their `post`"),
        (judgement.post, &beyond, " beyond `pre`"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(_, some, _)| !some.is_empty())
        .map(|(relation, some, what)| {
            let what = if some.len() == 1 { what.replace("their", "its") } else { what.to_string() };
            format!("{}{what}", tuples(relation, some))
        })
        .collect();
    said.join("; ")
}

/// The specifications of a sweep, a line for each EOT and what was said of it.
pub fn swept(sweep: &Sweep, style: Style) -> String {
    let mut text = format!("\n{}\n", style.paint(Tone::Strong, "Specifications tried"));
    for of_eot in sweep.stages.chunk_by(|a, b| a.specification.eot == b.specification.eot) {
        for same in of_eot.chunk_by(|a, b| a.name() == b.name()) {
            let (first, last) = (same[0].specification, same[same.len() - 1].specification);
            let range =
                |least: u64, most: u64| if least == most { format!("{least}") } else { format!("{least} to {most}") };
            let crashes = same.iter().map(|stage| stage.specification.crashes as u64);
            let _ = writeln!(
                text,
                "  EOT {}, EFF {}, crashes {}: {}, {}",
                first.eot,
                range(first.eff, last.eff),
                range(crashes.clone().min().unwrap_or(0), crashes.max().unwrap_or(0)),
                if same[0].early { "too few rounds for the failure-free run" } else { same[0].name() },
                counted(same.iter().map(|stage| stage.runs).sum(), "run"),
            );
        }
    }
    text
}
