//! What `prove` found, for people.

use super::{classification, row};
use crate::pipeline::Verdict;
use crate::pipeline::prove::Outcome;
use crate::report::proof::Proof;
use crate::report::style::{Style, Tone};

/// The verdict in one line.
pub fn headline(proof: &Proof<'_>, style: Style) -> String {
    let (tone, name, why) = match proof.verdict() {
        Verdict::Confluent => (Tone::Good, "proved", "in every instance, all fair runs have the same ultimate model"),
        Verdict::Diffluent => {
            (Tone::Bad, "refuted", "two fair runs of this instance end differently, so not every instance is confluent")
        }
        _ => (Tone::Open, "not proved", "no theorem applies, and no counterexample was found on this instance"),
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
        row(&mut text, style, "basis", &format!("theorem {} ({}): {}", theorem.name, theorem.source, theorem.argument));
        row(&mut text, style, "assumed", &format!("the EDB relations are {}", classification::edb(program)));
        for assumption in proof.assumptions() {
            row(&mut text, style, "", &assumption);
        }
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
    classification::polarity(program, sources, analysis, style, &mut text);
    if let Some(case) = &case {
        super::witness(case, style, &mut text);
    }
    text
}
