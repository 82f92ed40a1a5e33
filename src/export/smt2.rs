//! What a proof by meaning had to show, in SMT-LIB 2: questions that any solver of first-order logic answers, each `unsat` if it holds.

use crate::program::Program;
use crate::prove::formula::Script;
use crate::prove::joining::{self, Attempt, Steps};
use crate::prove::semantic::Semantic;
use crate::prove::theory::{SETS, STEPS, assertions};
use crate::report::obligations;
use std::fmt::Write as _;

/// The obligations of the proof that was found; if none was, those of the last that was tried, of which some do not hold. Nothing if there are none.
pub fn to_smt2(program: &Program, semantic: &Semantic) -> Option<String> {
    let mut text = String::from("(set-logic ALL)\n");
    let mut any = false;
    for apparent in &semantic.apparent {
        let name = obligations::names(program, &[apparent.relation]);
        let ways = [(&apparent.up, "only grows"), (&apparent.down, "only shrinks")];
        for (script, way) in ways.into_iter().filter_map(|(shown, way)| Some((shown.as_ref()?, way))) {
            question(&mut text, &format!("what the rules of {name} derive together {way}"), script);
            any = true;
        }
    }
    let joined = |attempt: &&Attempt| attempt.joins() || semantic.proof.is_none();
    for attempt in semantic.attempts.iter().filter(joined) {
        let steps = Steps::new(program, &attempt.cell);
        for (index, invariant) in attempt.invariants.iter().enumerate() {
            if let Ok(script) = joining::kept(&steps, &attempt.invariants, index) {
                question(&mut text, &format!("a step keeps that {}", invariant.describe(&steps)), &script);
            }
        }
        for claim in joining::claims(&steps) {
            if let Ok(script) = joining::question(&steps, claim, &attempt.invariants) {
                question(&mut text, &obligations::claim(program, claim), &script);
                any = true;
            }
        }
    }
    if !any {
        return None;
    }
    if semantic.attempts.iter().any(Attempt::joins) {
        lemma(&mut text);
    }
    Some(text)
}

fn question(text: &mut String, claim: &str, script: &Script) {
    let _ = write!(text, "\n; {claim}\n(push 1)\n{}(check-sat)\n(pop 1)\n", script.text);
}

/// The induction by which the obligations for one fact at a time are those for sets (`src/prove/joining.rs`).
fn lemma(text: &mut String) {
    let constants = "(declare-const s State)\n(declare-const m Facts)\n(declare-const n Facts)\n(declare-const a Fact)\n(assert (invariant s))\n";
    let claim = |n: &str| {
        format!(
            "(and (= (step s (union m {n})) (step (step s m) {n})) (= (sends s (union m {n})) (both (sends s m) (sends (step s m) {n}))))"
        )
    };
    let base = format!("(assert (not {}))\n", claim("nothing"));
    let induction = format!("(assert {})\n(assert (not {}))\n", claim("n"), claim("(with n a)"));
    for (what, asked) in [("base", base), ("step", induction)] {
        let script = Script::of(
            &format!("{SETS}{STEPS}{constants}{asked}"),
            assertions(SETS) + assertions(STEPS) + 1 + asked.matches("(assert").count(),
        );
        question(
            text,
            &format!("the obligations for one fact are those for finite sets: {what} of the induction"),
            &script,
        );
    }
}
