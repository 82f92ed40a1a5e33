//! Temporal polarity against exploration: no program that the theorem accepts is diffluent.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use watershed::analysis::polarity::{Flaw, Polarity, Standing};
use watershed::analysis::{Class, Dependencies, analyse, endurance::Endurance};
use watershed::program::Program;

/// What the theorem accepts is explored whole, without reductions.
pub fn what_is_accepted_is_confluent(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else {
        tally.count("refused as invalid");
        return Ok(());
    };
    let analysis = analyse(&program);
    let accepted = analysis.polarity.is_confluent(&program);
    let strict = analysis.classification.class == Class::DedalusPlus;
    if strict && !accepted {
        return Err("in Dedalus+ and not accepted".to_string());
    }
    let found = library::explore(&program);
    let contested = !found.contested.is_empty();
    tally.count_if(!accepted && contested, "refused, and diffluent");
    tally.count_if(
        !accepted && !contested && found.cut.is_none() && found.undecided.is_empty(),
        "refused, and confluent",
    );
    if !accepted {
        return Ok(());
    }
    tally.count("accepted");
    tally.count_if(!strict, "accepted, outside Dedalus+");
    tally.count_if(!strict && found.cut.is_none(), "accepted, outside Dedalus+, explored to the end");
    tally.count_if(found.figures.cap == 0 && found.cut.is_none(), "accepted, explored on exact counts");
    let standing =
        |wanted: Standing| program.outputs.iter().any(|&output| *analysis.polarity.standing(output) == wanted);
    tally.count_if(standing(Standing::Settles), "accepted, an output settles without a flag");
    tally.count_if(standing(Standing::Ends), "accepted, an output ends");
    if contested {
        return Err(format!(
            "accepted, and {} is contested",
            program.show_fact(found.contested[0].node, &found.contested[0].fact)
        ));
    }
    tally.count_if(!found.undecided.is_empty(), "accepted, undecided");
    Ok(())
}

/// Whether the type system with this mistake accepts a program that is diffluent.
pub fn is_caught(model: &Model, flaw: Flaw) -> bool {
    library::program(&model.text()).is_ok_and(|program| {
        accepts_with(&program, flaw) && !analyse(&program).polarity.is_confluent(&program) && {
            !library::explore(&program).contested.is_empty()
        }
    })
}

/// Whether the type system with this mistake accepts the program.
pub fn accepts_with(program: &Program, flaw: Flaw) -> bool {
    let dependencies = Dependencies::of(program);
    let endurance = Endurance::of(program, &dependencies);
    let counters = analyse(program).counters;
    Polarity::flawed(program, &dependencies, &endurance, &counters, Some(flaw)).is_confluent(program)
}
