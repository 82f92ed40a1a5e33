//! The explorer and its judgement against the definition, on random programs.

mod brute;
mod campaign;
mod generator;
mod library;
mod model;
mod shrink;

use brute::{Excess, Limits, Refused, Ultimate};
use campaign::{Tally, campaign};
use generator::Fragment;
use model::Model;
use std::collections::BTreeSet;
use watershed::pipeline::Invariant;
use watershed::program::LocatedFact;

/// Most copies of a message that the definition counts, at first and if that is too large.
const COPIES: [u64; 2] = [5, 2];
/// Most transitions of a system that is explored by the definition.
const TRANSITIONS: usize = 12_000;

fn fragment(seed: u64) -> Fragment {
    match seed % 12 {
        0 => Fragment::DedalusPlus,
        1 => Fragment::DedalusS,
        _ => Fragment::Dedalus,
    }
}

fn random(seed: u64) -> Model {
    generator::program(seed, fragment(seed))
}

type Facts = BTreeSet<LocatedFact>;

/// The facts of `these` that are not among `those`, in words.
fn without(program: &watershed::program::Program, these: &Facts, those: &Facts) -> Vec<String> {
    these.difference(those).map(|f| program.show_fact(f.node, &f.fact)).collect()
}

fn within(
    program: &watershed::program::Program,
    claim: &str,
    these: &Facts,
    those: &Facts,
) -> Result<(), String> {
    let missing = without(program, these, those);
    if missing.is_empty() { Ok(()) } else { Err(format!("{claim}, but not {}", missing.join(" "))) }
}

fn compare_with_the_definition(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else {
        tally.count("refused as invalid");
        return Ok(());
    };
    let found = library::explore(&program);
    if found.cut.is_some() {
        tally.count("library: cut by a bound");
        return Ok(());
    }
    let figures = found.figures;
    tally.count(if figures.cap == 0 { "library: exact" } else { "library: copies saturated" });
    tally.count_if(figures.states > 100, "over 100 states");
    tally.count_if(!found.contested.is_empty(), "diffluent");
    tally.count_if(!found.undecided.is_empty(), "undecided");
    let set = |facts: &[LocatedFact]| facts.iter().cloned().collect::<Facts>();
    let certain = set(found.certain.as_deref().unwrap_or_default());
    let (contested, undecided) = (set(&found.contested), set(&found.undecided));

    let limits = |copies, excess| Limits { copies, excess, transitions: TRANSITIONS };
    let mut cut = Err(Refused::TooLarge);
    for copies in COPIES {
        cut = brute::explore(&program, limits(copies, Excess::Cut));
        if cut.is_ok() {
            break;
        }
    }
    let under = match cut {
        Ok(under) => under,
        Err(Refused::TooLarge) => {
            tally.count("definition: too large");
            return Ok(());
        }
        Err(Refused::Fault) => return Err("a local step has no outcome, and the library found none such".to_string()),
    };
    let least = under.ultimate();
    let claims = |index: usize| &found.invariants[index];
    if !under.exceeded {
        tally.count("definition: exact");
        tally.count_if(under.states() > 100, "definition: exact and over 100 states");
        tally.count_if(!least.contested().is_empty(), "definition: exact and diffluent");
        let sizes = (under.states(), under.transitions());
        if figures.cap != 0 || (figures.states, figures.transitions) != sizes {
            return Err(format!("{sizes:?} states and transitions, the library has {figures:?}"));
        }
        within(&program, "the library's certain facts are certain", &certain, &least.certain())?;
        within(&program, "certain facts are the library's", &least.certain(), &certain)?;
        within(&program, "the library's contested facts are contested", &contested, &least.contested())?;
        within(&program, "contested facts are the library's", &least.contested(), &contested)?;
        within(&program, "the library is undecided", &undecided, &Facts::new())?;
        for index in 0..program.nevers.len() {
            let violated = matches!(claims(index), Invariant::Violated(_));
            if violated != under.violated.contains(&index) || *claims(index) == Invariant::Unknown {
                return Err(format!("assertion {index} is {:?}", claims(index)));
            }
            tally.count_if(violated, "definition: exact, an assertion violated");
        }
        if let Some(models) = under.models(300) {
            let theirs: BTreeSet<Facts> = found.models.iter().cloned().collect();
            tally.count("definition: exact, models compared");
            tally.count_if(models.len() > 2, "definition: exact, over two models");
            if found.models_complete && models != theirs {
                return Err(format!("{} ultimate models, the library has {}", models.len(), theirs.len()));
            }
        }
        return Ok(());
    }

    tally.count("definition: cut");
    if figures.cap == 0 {
        tally.count("definition: cut, library exact");
    }
    let over = brute::explore(&program, limits(1, Excess::Saturate)).ok();
    tally.count_if(over.is_some(), "definition: cut and saturated");
    let most: Option<Ultimate> = over.as_ref().map(|over| over.ultimate());
    let decided: Facts = certain.union(&contested).cloned().collect();
    let open: Facts = decided.union(&undecided).cloned().collect();
    within(&program, "facts that some run has ultimate are the library's", &least.possible, &open)?;
    tally.count_if(!least.contested().is_empty(), "definition: cut and diffluent");
    within(&program, "facts contested within the cut are contested", &least.contested(), &contested)?;
    let lost: Facts = certain.intersection(&least.avoidable).cloned().collect();
    within(&program, "the library's certain facts cannot be lost", &lost, &Facts::new())?;
    if let Some(most) = most {
        within(&program, "the library's facts are ultimate in some saturated run", &open, &most.possible)?;
        within(&program, "the library's contested facts are contested when saturated", &contested, &most.contested())?;
        within(&program, "facts certain when saturated are certain", &most.certain(), &certain)?;
        tally.count_if(most == least, "definition: cut and saturated agree");
    }
    for index in 0..program.nevers.len() {
        let violated = under.violated.contains(&index);
        let possible = over.as_ref().is_none_or(|over| over.violated.contains(&index));
        if (violated && !matches!(claims(index), Invariant::Violated(_)))
            || (!possible && *claims(index) != Invariant::Kept)
        {
            return Err(format!("assertion {index} is {:?}", claims(index)));
        }
    }
    Ok(())
}

#[test]
fn the_explorer_agrees_with_the_definition() {
    let tally = campaign(2000, random, compare_with_the_definition);
    let all = tally.programs();
    assert!(tally.of("diffluent") * 4 >= all, "too few programs are diffluent");
    assert!(tally.of("over 100 states") * 4 >= all, "too few programs have over 100 states");
}
