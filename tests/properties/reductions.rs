//! Each reduction alone, and all together, against the system without them.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use watershed::pipeline::verify::{Verified, compare};
use watershed::pipeline::{Findings, Invariant, explore_instance, instance};
use watershed::program::Program;
use watershed::reduce::{Flaw, Reductions};
use watershed::witness::replay::{check_claim, check_violation};

/// What exploration with these reductions finds.
pub fn explore(program: &Program, reductions: Reductions) -> Findings {
    explore_instance(program, &library::budget(), options(reductions), &mut |_| ())
}

fn options(reductions: Reductions) -> instance::Options {
    instance::Options { max_models: 64, reductions, every_model: true, recheck: false }
}

/// The same, with every choice that the reductions leave out held against their definitions; the error says which must not be.
fn rechecked(program: &Program, reductions: Reductions) -> Result<Findings, String> {
    let options = instance::Options { recheck: true, ..options(reductions) };
    let search = || explore_instance(program, &library::budget(), options, &mut |_| ());
    std::panic::catch_unwind(search)
        .map_err(|said| said.downcast::<String>().map_or_else(|_| "a panic".to_string(), |said| *said))
}

/// The reductions that are tried, by name.
pub fn tried() -> Vec<(String, Reductions)> {
    let alone = Reductions::NAMES.into_iter().filter_map(|name| Some((name.to_string(), Reductions::only(name)?)));
    alone.chain([("all".to_string(), Reductions::ALL)]).collect()
}

/// Compares, and replays what the reduced search found.
pub fn reductions_change_nothing(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    reductions_change_nothing_in(&program, tally)
}

/// The same for a program.
pub fn reductions_change_nothing_in(program: &Program, tally: &mut Tally) -> Result<(), String> {
    let findings = explore(program, Reductions::NONE);
    let Some(whole) = library::answer(program, &findings) else {
        tally.count("cut without reductions");
        return Ok(());
    };
    tally.count_if(!whole.contested.is_empty(), "diffluent");
    tally.count_if(whole.invariants.iter().any(|i| i.1 == Some(false)), "violated");
    for (name, reductions) in tried() {
        // That takes longer than all else: a third of the programs.
        let is_rechecked = name == "all" && program.facts.len().is_multiple_of(3);
        let found = if is_rechecked { rechecked(program, reductions)? } else { explore(program, reductions) };
        if let Some(rechecked) = found.figures.rechecked {
            tally.count_by(rechecked.choices as u64, "left-out choices rechecked");
            tally.count_by(rechecked.to_the_end as u64, "left-out choices rechecked to the end");
        }
        let Some(reduced) = library::answer(program, &found) else {
            return Err(format!("{name}: cut by {:?}", found.cut));
        };
        match compare(program, &findings, &found) {
            Verified::Same => {}
            Verified::AsFarAsDecided => tally.count("compared as far as decided"),
            Verified::Different(what) => return Err(format!("{name}: {what}")),
        }
        replayed(program, &found).map_err(|why| format!("{name}: {why}"))?;
        let less = match &name[..] {
            "slices" => "slices leave out transitions",
            "eager" => "eager leaves out transitions",
            "persistent" => "persistent leaves out transitions",
            "batches" => "batches leaves out transitions",
            "symmetry" => "symmetry leaves out transitions",
            _ => "all leave out transitions",
        };
        tally.count_if(reduced.transitions < whole.transitions, less);
        if name == "symmetry" && found.figures.mapped > 0 {
            tally.count("states renamed");
            tally.count_if(
                program.rules.iter().any(|rule| rule.head.is_aggregated()),
                "states renamed, with aggregates",
            );
            tally.count_if(!whole.contested.is_empty(), "symmetry, diffluent");
        }
        if name == "slices" {
            tally.count_if(found.figures.slices > 1, "several slices");
            tally.count_if(found.figures.searched_slices < found.figures.slices, "slices alike");
            tally.count_if(found.figures.joint_states > 0, "slices searched together");
            tally.count_if(found.figures.slices > 1 && !whole.contested.is_empty(), "several slices, diffluent");
            tally.count_if(whole.models.is_some() && reduced.models.is_none(), "models known only without slices");
        }
        tally.count_if(reduced.transitions * 2 < whole.transitions, "by half or more");
        let undecided = !reduced.undecided.is_empty() && whole.undecided.is_empty();
        tally.count_if(undecided, "undecided only with a reduction");
    }
    Ok(())
}

pub fn replayed(program: &Program, found: &Findings) -> Result<(), String> {
    let budget = library::budget();
    if let Some(divergence) = &found.divergence {
        for (schedule, holds) in [(&divergence.holds, true), (&divergence.lacks, false)] {
            check_claim(program, schedule, &divergence.fact, holds, &budget)
                .map_err(|error| format!("{}\n{}", error.describe(program), schedule.show(program)))?;
        }
    } else if !found.contested.is_empty() {
        return Err("contested facts and no witness".to_string());
    }
    for (&(relation, _), invariant) in program.nevers.iter().zip(&found.invariants) {
        if let Invariant::Violated(schedule) = invariant {
            check_violation(program, schedule, relation, &budget)
                .map_err(|error| format!("{}\n{}", error.describe(program), schedule.show(program)))?;
        }
    }
    Ok(())
}

/// Whether a reduction with this flaw gives a wrong answer for a program, a witness that does not replay, or notices itself that
/// something is wrong.
pub fn is_caught(model: &Model, flaw: Flaw) -> bool {
    library::program(&model.text()).is_ok_and(|program| is_caught_in(&program, flaw))
}

/// The same for a program.
pub fn is_caught_in(program: &Program, flaw: Flaw) -> bool {
    let whole = explore(program, Reductions::NONE);
    let flawed = std::panic::catch_unwind(|| explore(program, Reductions { flaw: Some(flaw), ..Reductions::ALL }));
    let Ok(found) = flawed else { return true };
    let both = whole.cut.is_none() && found.cut.is_none();
    both && (matches!(compare(program, &whole, &found), Verified::Different(_)) || replayed(program, &found).is_err())
}
