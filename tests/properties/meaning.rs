//! Proofs by what rules mean against exploration: no program that is proved is diffluent.

use super::campaign::Tally;
use super::instances::EFFORT;
use super::library;
use super::model::Model;
use watershed::analysis::analyse;
use watershed::budget::Budget;
use watershed::program::Program;
use watershed::prove::prover::Flaw;
use watershed::prove::semantic::{self, Semantic};

fn attempt(program: &Program, flaw: Option<Flaw>) -> Option<Semantic> {
    let analysis = analyse(program);
    if analysis.theorem.is_some() {
        return None;
    }
    Some(semantic::flawed(program, &analysis, EFFORT, &Budget::default(), flaw))
}

/// What is proved, and no theorem gives, is explored whole.
pub fn what_is_proved_is_confluent(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else {
        tally.count("refused as invalid");
        return Ok(());
    };
    let analysis = analyse(&program);
    if let Some(theorem) = analysis.theorem {
        tally.count(theorem.name);
        return Ok(());
    }
    let semantic = semantic::flawed(&program, &analysis, EFFORT, &Budget::default(), None);
    let found = library::explore(&program);
    let contested = !found.contested.is_empty();
    let settled = found.cut.is_none() && found.undecided.is_empty() && !contested;
    let Some(proof) = semantic.proof else {
        tally.count_if(contested, "not proved, and diffluent");
        tally.count_if(settled, "not proved, and this instance is confluent");
        return Ok(());
    };
    tally.count(proof.name);
    tally.count_if(semantic.attempts.iter().any(|attempt| !attempt.invariants.is_empty()), "proved with invariants");
    tally.count_if(
        semantic.attempts.iter().any(|attempt| {
            attempt.cell.own.iter().any(|own| {
                program.rules.iter().any(|r| r.head.relation == *own && r.kind == watershed::program::RuleKind::Async)
            })
        }),
        "proved with what is sent back",
    );
    tally.count_if(settled, "proved, explored to the end");
    if contested {
        let fact = &found.contested[0];
        return Err(format!("proved ({}), and {} is contested", proof.name, program.show_fact(fact.node, &fact.fact)));
    }
    Ok(())
}

/// A program that is diffluent, and that a prover with this mistake proves.
pub fn trap(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Joins => {
            "nodes a, r; output s; event e; e(#a, 1)@1; e(#a, 2)@1; m(#r, X)@async :- e(#A, X);
             any() :- m(_); s(X)@next :- m(X); s(X)@next :- s(X), notin any();"
        }
        Flaw::Sends => {
            "nodes a, r; output s; event e; e(#a, 1)@1; e(#a, 2)@2; m(#r, X)@async :- e(#A, X), X == 1; k(#r, X)@async :- e(#A, X), X == 2;
             s(#a, X)@async :- m(X), notin k(_); s(X)@next :- s(X);"
        }
        Flaw::Strangers => {
            "nodes a, r; output s; event e; e(#a, 1)@1; e(#a, 2)@1; m(#r, X)@async :- e(#A, X), X == 1; k(#r, X)@async :- e(#A, X), X == 2;
             b(X) :- m(X), notin k(_); s(X)@next :- s(X); s(X)@next :- b(X);"
        }
        Flaw::Unknowns => {
            "nodes a, r; output s; event e; e(#a, 1)@1; m(#r, X)@async :- e(#A, X); k(#r, X)@async :- e(#A, X);
             s(X)@next :- s(X); s(X) :- m(X), notin k(X);"
        }
    }
}

/// Whether a prover with this mistake proves its trap, and one without does not.
pub fn is_caught(flaw: Flaw) -> bool {
    let program = library::program(trap(flaw)).expect("a valid program");
    let proved = |flaw| attempt(&program, flaw).is_some_and(|semantic| semantic.proof.is_some());
    proved(Some(flaw)) && !proved(None) && !library::explore(&program).contested.is_empty()
}
