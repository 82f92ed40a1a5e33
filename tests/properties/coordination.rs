//! The rewrite P(S) on random DedalusS programs: explored, its one ultimate model has to be the stratified one, which is evaluated by other code
//! ([`super::datalog`]).

use super::campaign::{Tally, campaign};
use super::generator::{self, Fragment};
use super::model::Model;
use super::{datalog, library};
use std::collections::BTreeSet;
use watershed::analysis::{Class, analyse};
use watershed::budget::Budget;
use watershed::pipeline::coordinate::{Failure, Outcome, Prices, coordinate, full};
use watershed::pipeline::instance::Options;
use watershed::pipeline::read_trees;
use watershed::program::resolve;
use watershed::syntax::load::Input;

fn budget(states: usize) -> Budget {
    Budget { max_states: states, max_transitions: 20 * states, max_facts: 20_000, ..library::budget() }
}

/// Without `never` relations: whether they hold is another question.
fn dedalus_s(seed: u64) -> Model {
    let model = generator::program(seed, Fragment::DedalusS);
    Model { nevers: Vec::new(), ..model }
}

fn in_full(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let input = Input::Text { name: "random.ded".to_string(), text: model.text() };
    let (read, trees) = read_trees(&[input], &resolve::Options::default());
    let Some((program, analysis)) = read.program else { return Err("the program is refused".to_string()) };
    if analysis.classification.class > Class::DedalusS || !program.nevers.is_empty() {
        tally.count("outside DedalusS, or with `never` relations");
        return Ok(());
    }
    let Some(expected) = datalog::model(&program) else {
        tally.count("a rule errs");
        return Ok(());
    };
    let expected: BTreeSet<String> = expected.iter().map(|fact| program.show_fact(fact.node, &fact.fact)).collect();
    let Some(found) = full(&program, &analysis, &trees, &budget(60_000), Options::default(), &mut |_| ()) else {
        return Err("no stratified model".to_string());
    };
    let points = match &found.plan {
        watershed::rewrite::Plan::Seals(sealing) => sealing.points.len(),
        _ => 0,
    };
    tally.count_if(points > 0, "some rule waits");
    tally.count_if(found.trial.text.contains("_answer(") && points > 0, "a vote is held");
    match &found.trial.failure {
        Some(Failure::Open(bound)) => {
            tally.count("inconclusive");
            tally.count_if(points > 0, "inconclusive, though some rule waits");
            tally.count(if bound.to_string() == "states" { "bound: states" } else { "another bound" });
            return Ok(());
        }
        Some(Failure::Fault) => {
            tally.count("a rule errs in the rewritten program");
            return Ok(());
        }
        Some(failure) => return Err(format!("{failure}\n{}", found.trial.text)),
        None => {}
    }
    let model = found.trial.model.clone().unwrap_or_default();
    if model != expected {
        return Err(format!("the model is {model:?}, not {expected:?}\n{}", found.trial.text));
    }
    tally.count("P(S) ends with the stratified model");
    tally.count_if(points > 0, "and some rule waits");
    tally.count_by(found.trial.figures.states as u64, "states of these, all together");
    Ok(())
}

#[test]
fn the_rewrite_ends_with_the_stratified_model() {
    let tally = campaign(300, dedalus_s, in_full);
    assert!(tally.of("and some rule waits") > tally.programs() / 8, "{tally}");
    assert!(5 * tally.of("inconclusive") < tally.programs(), "{tally}");
}

fn least(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let input = Input::Text { name: "random.ded".to_string(), text: model.text() };
    let (read, trees) = read_trees(&[input], &resolve::Options::default());
    let Some((program, analysis)) = read.program else { return Err("the program is refused".to_string()) };
    let prices = Prices::default();
    let budget = budget(2_000);
    let Ok(answered) =
        coordinate(&program, &analysis, &trees, (prices, None), &budget, Options::default(), &mut |_| ())
    else {
        tally.count("a rule errs");
        return Ok(());
    };
    for attempt in &answered.attempts {
        if let Some(Failure::Refused(why)) = &attempt.failure {
            return Err(format!("{:?} is refused: {why}", attempt.plan));
        }
    }
    match &answered.outcome {
        Outcome::Unneeded => tally.count("confluent as it is"),
        Outcome::NotFound(None) => tally.count("no plan passed"),
        Outcome::NotFound(Some(_)) => tally.count("no plan passed, some were cut"),
        Outcome::Found(found) => {
            tally.count(match &found.plan {
                watershed::rewrite::Plan::Nothing => "nothing",
                watershed::rewrite::Plan::Once(_) => "sent once",
                watershed::rewrite::Plan::Seals(sealing) if sealing.points.is_empty() => "kept only",
                watershed::rewrite::Plan::Seals(_) => "sealed",
                watershed::rewrite::Plan::Order(..) => "ordered",
            });
            // What was found is read again from its text, and explored by a search without reductions.
            let again = library::program(&found.trial.text)?;
            let again_analysed = analyse(&again);
            let unreduced = Options { reductions: watershed::reduce::Reductions::NONE, ..Options::default() };
            let checking =
                watershed::pipeline::check::Options { theorems: false, instance: unreduced, ..Default::default() };
            let checked = watershed::pipeline::check(&again, &again_analysed, &budget, checking, &mut |_| ());
            match checked.map(|answer| answer.verdict.name()) {
                Ok("confluent") => tally.count("the same without reductions"),
                Ok("inconclusive") => tally.count("too large without reductions"),
                other => return Err(format!("{other:?} without reductions:\n{}", found.trial.text)),
            }
            let smaller = found.price.total(prices);
            if let Some(whole) = full(&program, &analysis, &trees, &budget, Options::default(), &mut |_| ())
                && whole.trial.failure.is_none()
                // What a program with events is brought to has to be an outcome of its own.
                && let Some(model) = &whole.trial.model
                && answered.own.as_ref().is_none_or(|(own, complete)| !complete || own.contains(model))
                && whole.price.total(prices) < smaller
                && !answered.attempts.iter().any(|attempt| matches!(attempt.failure, Some(Failure::Open(_))))
            {
                return Err(format!("P(S) is cheaper: {:?} against {:?}", whole.price, found.price));
            }
        }
    }
    Ok(())
}

fn any(seed: u64) -> Model {
    let model = generator::program(seed, if seed.is_multiple_of(2) { Fragment::DedalusS } else { Fragment::Dedalus });
    Model { nevers: Vec::new(), ..model }
}

#[test]
fn the_least_plan_passes_without_reductions_and_is_no_dearer_than_the_whole() {
    let tally = campaign(120, any, least);
    assert!(tally.of("sealed") > 2, "{tally}");
    assert!(tally.of("ordered") + tally.of("sent once") > 2, "{tally}");
}
