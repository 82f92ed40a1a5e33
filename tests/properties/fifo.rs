//! Ordered channels: the explorer against the definition, against the unordered network, and with reductions.

use super::brute::{self, Excess, Limits, Refused};
use super::campaign::{Tally, campaign};
use super::model::Model;
use super::{Facts, TRANSITIONS_CUT, by_definition, library, random, reductions, relays, within};
use watershed::pipeline::{Invariant, explore_instance};
use watershed::program::{LocatedFact, Order, Program};
use watershed::reduce::{Flaw, Reductions};

/// A random program on ordered channels.
fn ordered(model: &Model) -> Option<Program> {
    Some(Program { order: Order::Fifo, ..library::program(&model.text()).ok()? })
}

fn set(facts: &[LocatedFact]) -> Facts {
    facts.iter().cloned().collect()
}

fn compare_with_the_definition(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Some(program) = ordered(model) else { return Ok(()) };
    let found = library::explore(&program);
    if found.cut.is_some() {
        tally.count("library: cut by a bound");
    }
    tally.count_if(!found.undecided.is_empty(), "undecided");
    tally.count_if(!found.contested.is_empty(), "diffluent");
    let contested = set(&found.contested);
    let certain = found.certain.as_deref().map(set);
    reductions::replayed(&program, &found)?;

    let under = match by_definition(&program) {
        Ok(under) => under,
        Err(Refused::TooLarge) => {
            tally.count("definition: too large");
            return Ok(());
        }
        Err(Refused::Fault) if found.cut.is_some() => return Ok(()),
        Err(Refused::Fault) => return Err("a local step has no outcome, and the library found none such".to_string()),
    };
    let least = under.ultimate();
    let figures = found.figures;
    if !under.exceeded {
        tally.count("definition: exact");
        tally.count_if(!least.contested().is_empty(), "definition: exact and diffluent");
        within(&program, "the library's contested facts are contested", &contested, &least.contested())?;
        if let Some(certain) = &certain {
            within(&program, "the library's certain facts are certain", certain, &least.certain())?;
        }
        if found.cut.is_some() || figures.cap != 0 {
            tally.count("definition: exact, library not");
            return Ok(());
        }
        let sizes = (under.states(), under.transitions());
        if (figures.states, figures.transitions) != sizes {
            return Err(format!("{sizes:?} states and transitions, the library has {figures:?}"));
        }
        let certain = certain.unwrap_or_default();
        within(&program, "certain facts are the library's", &least.certain(), &certain)?;
        within(&program, "contested facts are the library's", &least.contested(), &contested)?;
        within(&program, "the library is undecided", &set(&found.undecided), &Facts::new())?;
        for (index, invariant) in found.invariants.iter().enumerate() {
            let violated = matches!(invariant, Invariant::Violated(_));
            if violated != under.violated.contains(&index) || *invariant == Invariant::Unknown {
                return Err(format!("assertion {index} is {invariant:?}"));
            }
        }
        if let Some(models) = under.models(300)
            && found.models_complete
            && models != found.models.iter().cloned().collect()
        {
            return Err(format!("{} ultimate models, the library has {}", models.len(), found.models.len()));
        }
        return Ok(());
    }

    tally.count("definition: cut");
    tally.count_if(!least.contested().is_empty(), "definition: cut and diffluent");
    let Some(certain) = certain else {
        tally.count("definition: cut, library too");
        return Ok(());
    };
    let decided: Facts = certain.union(&contested).cloned().collect();
    let open: Facts = decided.union(&set(&found.undecided)).cloned().collect();
    let not_certain: Facts = contested.union(&set(&found.undecided)).cloned().collect();
    within(&program, "facts that some run has ultimate are the library's", &least.possible, &open)?;
    within(&program, "facts contested within the cut are not certain", &least.contested(), &not_certain)?;
    tally.count_if(!least.contested().is_subset(&contested), "definition: cut and diffluent, library undecided");
    let lost: Facts = certain.intersection(&least.avoidable).cloned().collect();
    within(&program, "the library's certain facts cannot be lost", &lost, &Facts::new())?;
    // Every run is one of the unordered network.
    let unordered = Program { order: Order::Any, ..program.clone() };
    let saturate = Limits { copies: 1, excess: Excess::Saturate, transitions: TRANSITIONS_CUT };
    if let Ok(over) = brute::explore(&unordered, saturate) {
        let most = over.ultimate();
        tally.count("definition: cut, and saturated without order");
        within(&program, "contested facts are contested when saturated", &contested, &most.contested())?;
        within(&program, "facts certain when saturated are possible", &most.certain(), &open)?;
        within(&program, "contested facts are not certain when saturated", &contested, &most.avoidable)?;
    }
    for (index, invariant) in found.invariants.iter().enumerate() {
        if under.violated.contains(&index) && *invariant == Invariant::Kept {
            return Err(format!("assertion {index} is kept, and is not"));
        }
    }
    Ok(())
}

#[test]
fn on_ordered_channels_the_explorer_agrees_with_the_definition() {
    let tally = campaign(400, random, compare_with_the_definition);
    assert!(tally.of("definition: exact") * 4 >= tally.programs(), "too few programs are compared exactly");
    assert!(tally.of("diffluent") * 5 >= tally.programs(), "too few programs are diffluent");
    let lost = tally.of("definition: exact, library not");
    assert!(lost * 100 <= tally.of("definition: exact"), "too much is not exact");
}

/// Every run on ordered channels is a run of the unordered network.
fn order_only_takes_runs_away(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Some(program) = ordered(model) else { return Ok(()) };
    let unordered = Program { order: Order::Any, ..program.clone() };
    let options = watershed::pipeline::instance::Options { max_models: 64, ..Default::default() };
    let [fifo, any] =
        [&program, &unordered].map(|program| explore_instance(program, &library::budget(), options, &mut |_| ()));
    // A schedule in text says all that replaying needs.
    if let Some(divergence) = &fifo.divergence {
        for schedule in [&divergence.holds, &divergence.lacks] {
            let text = schedule.show(&program);
            let read = watershed::schedule::parse::parse(&program, "schedule", &text);
            if read.as_ref().ok() != Some(schedule) {
                return Err(format!("{text} is read as {read:?}"));
            }
        }
    }
    reductions::replayed(&unordered, &fifo).map_err(|why| format!("without order: {why}"))?;
    let (contested, may_be) = (set(&fifo.contested), set(&[&any.contested[..], &any.undecided].concat()));
    if any.cut.is_none() {
        within(&program, "contested facts are contested without order", &contested, &may_be)?;
    }
    if let (Some(certain), Some(more)) = (&any.certain, &fifo.certain) {
        within(&program, "facts certain without order are certain", &set(certain), &set(more))?;
    }
    let both = any.cut.is_none() && fifo.cut.is_none() && fifo.undecided.is_empty();
    tally.count_if(both, "both explored");
    tally.count_if(both && contested != set(&any.contested), "order decides some fact");
    tally.count_if(both && contested.is_empty() && !any.contested.is_empty(), "diffluent for want of order");
    Ok(())
}

#[test]
fn order_only_takes_runs_of_the_unordered_network_away() {
    let tally = campaign(1000, random, order_only_takes_runs_away);
    assert!(tally.of("order decides some fact") * 50 >= tally.programs(), "order hardly matters");
}

#[test]
fn reductions_keep_every_answer_on_ordered_channels() {
    for (programs, random) in [(1000, random as fn(u64) -> Model), (125, relays::program)] {
        let tally = campaign(programs, random, |model, tally| match ordered(model) {
            Some(program) => reductions::reductions_change_nothing_in(&program, tally),
            None => Ok(()),
        });
        assert!(tally.of("all leave out transitions") * 8 >= tally.programs(), "too few programs are reduced");
    }
}

/// A message to a node whose steps are taken first, sent once before and once after them, is delivered once more in one order. Testing each left-out
/// choice once took that for a mistake.
#[test]
fn copies_sent_before_and_after_a_step_are_no_mistake() {
    for seed in [29_801, 30_255] {
        let program = ordered(&random(seed)).expect("a valid program");
        reductions::reductions_change_nothing_in(&program, &mut Tally::default()).expect("nothing is wrong");
    }
}

/// The comparison above would notice if eager delivery paid no heed to what else is in a channel.
#[test]
fn eager_delivery_that_overtakes_is_caught() {
    let is_caught =
        |seed: &u64| ordered(&random(*seed)).is_some_and(|program| reductions::is_caught_in(&program, Flaw::Channels));
    let caught = (0..2000).find(is_caught);
    println!("caught by the program of seed {caught:?}");
    assert!(caught.is_some(), "a flaw is not caught");
    assert_eq!(Reductions::ALL.flaw, None);
}
