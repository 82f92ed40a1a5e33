//! What `prove` found, for people.

use super::{classification, row};
use crate::pipeline::Verdict;
use crate::pipeline::prove::Outcome;
use crate::program::Program;
use crate::prove::joining::{Attempt, Steps};
use crate::prove::semantic::Semantic;
use crate::report::obligations;
use crate::report::proof::Proof;
use crate::report::style::{Style, Tone};

/// The verdict in one line.
pub fn headline(proof: &Proof<'_>, style: Style) -> String {
    let (tone, name, why) = match proof.verdict() {
        Verdict::Confluent => (Tone::Good, "proved", "in every instance, all fair runs have the same ultimate model"),
        Verdict::Diffluent => {
            (Tone::Bad, "refuted", "two fair runs of this instance end differently, so not every instance is confluent")
        }
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
        tried(program, semantic, style, &mut text);
    }
    let case = proof.case();
    if let Some(case) = &case {
        let found = match case.confluence() {
            Some(true) => "confluent, explored to the end".to_string(),
            Some(false) => "diffluent".to_string(),
            None => "not explored to the end".to_string(),
        };
        row(&mut text, style, "instance", &found);
        super::facts(case, style, verbose, &mut text);
    }
    let known = proof.known();
    classification::polarity(program, sources, &known, style, &mut text);
    if let Some(case) = &case {
        super::witness(case, style, &mut text);
    }
    text
}

/// What was tried to prove it by what the rules mean.
fn tried(program: &Program, semantic: &Semantic, style: Style, text: &mut String) {
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
