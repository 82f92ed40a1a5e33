//! What `prove` found, for people.

use super::{Rows, classification, row, rows_of_instances};
use crate::pipeline::Verdict;
use crate::pipeline::prove::Outcome;
use crate::pipeline::prove::reached::Sought;
use crate::program::Program;
use crate::prove::joining::{Attempt, Obligation, Steps};
use crate::prove::semantic::Semantic;
use crate::report::obligations;
use crate::report::proof::Proof;
use crate::report::style::{Style, Tone};

/// The verdict in one line.
pub fn headline(proof: &Proof<'_>, style: Style) -> String {
    let (tone, name, why) = match proof.verdict() {
        Verdict::Confluent => (Tone::Good, "proved", "in every instance, all fair runs have the same ultimate model"),
        Verdict::Diffluent if proof.refuting().is_some() => (
            Tone::Bad,
            "refuted",
            "two fair runs of a small instance end differently, so not every instance is confluent",
        ),
        Verdict::Diffluent => {
            (Tone::Bad, "refuted", "two fair runs of this instance end differently, so not every instance is confluent")
        }
        _ if proof.small.is_some() => (
            Tone::Open,
            "not proved",
            "no theorem applies and no proof was found, and no counterexample on this instance or on small ones",
        ),
        _ => (
            Tone::Open,
            "not proved",
            "no theorem applies and no proof was found, and no counterexample on this instance",
        ),
    };
    format!("{}: {why}\n", style.paint(tone, name))
}

/// The whole answer.
pub fn answer(proof: &Proof<'_>, style: Style, verbose: bool) -> String {
    let mut text = headline(proof, style);
    text.push('\n');
    let Proof { program, analysis, sources, outcome, .. } = *proof;
    row(&mut text, style, "class", &classification::one_line(sources, analysis));
    if let Outcome::Proved(theorem) = outcome {
        row(&mut text, style, "basis", &super::by(theorem));
        row(&mut text, style, "assumed", &format!("the EDB relations are {}", classification::edb(program)));
        for assumption in proof.assumptions() {
            row(&mut text, style, "", &assumption);
        }
    }
    if let Some(semantic) = proof.semantic {
        tried(proof, semantic, style, &mut text);
    }
    if matches!(outcome, Outcome::Explored(_)) {
        let found = match proof.confluence() {
            Some(true) => "confluent, explored to the end",
            Some(false) => "diffluent",
            None => "not explored to the end",
        };
        let which = if proof.refuting().is_some() { "own" } else { "instance" };
        row(&mut text, style, which, found);
    }
    let case = proof.case();
    let mut rows = Rows::default();
    if let Some(small) = proof.small {
        let instance = proof.refuting().map(|one| one.text.as_str());
        rows_of_instances(small.searched, instance, &mut rows);
        if let Some(cut) = small.cut.filter(|_| instance.is_none()) {
            rows.push("", format!("not all of them to the end: bound:{cut}"));
        }
    }
    if let Some(case) = &case {
        super::facts(case, verbose, &mut rows);
    }
    rows.write(style, &mut text);
    let known = proof.known();
    classification::polarity(program, sources, &known, style, &mut text);
    if let Some(case) = &case {
        super::witness(case, style, &mut text);
    }
    text
}

/// What was tried to prove it by what the rules mean.
fn tried(proof: &Proof<'_>, semantic: &Semantic, style: Style, text: &mut String) {
    let program = proof.program;
    for apparent in &semantic.apparent {
        let how = match (apparent.up.is_some(), apparent.down.is_some()) {
            (true, true) => "never changes",
            (true, false) => "only grows",
            _ => "only shrinks",
        };
        let name = obligations::names(program, &[apparent.relation]);
        row(text, style, "apparent", &format!("what the rules of {name} derive together {how}, though they negate"));
    }
    for attempt in told(semantic) {
        let steps = Steps::new(program, &attempt.cell);
        let cell = obligations::names(program, &attempt.cell.own);
        if attempt.joins() {
            let shown = attempt.obligations.len();
            row(text, style, "joins", &format!("deliveries to {cell}: {shown} obligations shown"));
        } else {
            row(text, style, "joins not", &format!("deliveries to {cell}, as far as was shown"));
        }
        for invariant in &attempt.invariants {
            row(text, style, "", &format!("in every state, {}", invariant.describe(&steps)));
        }
        if let Some(trouble) = obligations::trouble(program, attempt) {
            row(text, style, "", &trouble);
        }
        if let Some((failed, failing)) = attempt.failed().zip(attempt.failing.as_ref()) {
            for (what, how) in obligations::failing(program, failed, failing) {
                row(text, style, what, &how);
            }
        }
        if let Some((failed, sought)) = attempt.failed().zip(proof.sought(attempt)) {
            reached(program, failed, sought, style, text);
        }
    }
}

/// Whether what was not shown fails in a reachable state.
fn reached(program: &Program, failed: Obligation, sought: &Sought, style: Style, text: &mut String) {
    let Some(found) = &sought.found else {
        let runs = super::counted(sought.runs, "run");
        row(text, style, "reached", &format!("no such state of this instance, in {runs} that were tried"));
        return;
    };
    let node = program.show_node(found.step.node);
    let after = match found.schedule.show(program) {
        none if none.is_empty() => "at the start".to_string(),
        schedule => format!("after {schedule}"),
    };
    row(text, style, "reached", &format!("on this instance, at node {node} {after}"));
    row(text, style, "", &format!("the next step can be {}", obligations::step(program, &found.step)));
    for (what, how) in obligations::failing(program, failed, &found.failing) {
        row(text, style, "", &format!("{what}: {how}"));
    }
}

/// The cells that join; and if there is no proof, of those that do not the last one that shows how, or else the last.
fn told(semantic: &Semantic) -> Vec<&Attempt> {
    let mut told: Vec<&Attempt> = semantic.attempts.iter().filter(|attempt| attempt.joins()).collect();
    if semantic.proof.is_none() {
        let failed = || semantic.attempts.iter().filter(|attempt| !attempt.joins());
        told.extend(failed().rfind(|attempt| attempt.failing.is_some()).or_else(|| failed().next_back()));
    }
    told
}
