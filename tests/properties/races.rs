//! Races at points of order: none in a confluent instance, and in a diffluent one a race, or it is said that nothing explains it.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use std::collections::BTreeSet;
use watershed::analysis::analyse;
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::races::{places, points, search};
use watershed::pipeline::{Verdict, instance};
use watershed::program::{LocatedFact, RuleKind};
use watershed::witness::run::{End, Policy, run};

/// Holds what is said of a random program against the answer.
pub fn races_are_those_of_the_instance(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    let analysis = analyse(&program);
    let places = places(&program, &analysis);
    let budget = library::budget();
    let options = Options {
        theorems: false,
        instance: instance::Options { max_models: 64, ..instance::Options::default() },
        ..Options::default()
    };
    let Ok(mut answer) = check(&program, &analysis, &budget, options, &mut |_| ()) else { return Ok(()) };
    let show = |fact: &LocatedFact| program.show_fact(fact.node, &fact.fact);
    if answer.verdict == Verdict::Confluent {
        if places.is_empty() {
            return Ok(());
        }
        tally.count("confluent, with points");
        // As if each fact that some run has were contested.
        let facts: BTreeSet<LocatedFact> = match run(&program, Policy::Fifo, &budget).end {
            End::Closed(lasso) => lasso.ultimate_model(&program),
            _ => BTreeSet::new(),
        };
        tally.count_if(!facts.is_empty(), "confluent, with points and ultimate facts");
        let found = search(&program, &places, &[], &facts, &budget);
        return match found.races.iter().flatten().next() {
            Some(race) => Err(format!("a race decides {}, which is certain", show(&race.witness.fact))),
            None => Ok(()),
        };
    }
    let before = answer.verdict;
    let points = points(&program, &analysis, &mut answer, &budget);
    if before == Verdict::Inconclusive {
        tally.count("inconclusive");
        tally.count_if(answer.verdict == Verdict::Diffluent, "inconclusive, decided by a race");
        return Ok(());
    }
    if answer.findings.contested.is_empty() {
        return Ok(());
    }
    tally.count("diffluent");
    tally.count_if(points.list.is_empty(), "diffluent without a point");
    let real = points.races().count();
    if !points.list.is_empty() {
        tally.count("diffluent, with points");
        tally.count_by(points.list.len() as u64, "points of diffluent programs");
        tally.count_by(real as u64, "races");
        tally.count_if(real > 0, "diffluent, with a race");
        tally.count_if(real == 0, "diffluent, with points and without a race");
        tally.count_if(points.unexplained.is_empty(), "diffluent, all explained");
    }
    if real == 0 && points.unexplained.is_empty() {
        return Err("neither a race nor anything unexplained".to_string());
    }
    for (place, race) in points.races() {
        let contested = &answer.findings.contested;
        if contested.binary_search(&race.witness.fact).is_err() {
            return Err(format!("{} is not contested", show(&race.witness.fact)));
        }
        let rule = &program.rules[place.rule().0 as usize];
        tally.count_if(rule.kind == RuleKind::Async, "races in async rules");
        tally.count_if(race.against.is_empty(), "races with a node's own step");
        let [holds, lacks] = &race.witness.runs;
        if !holds.holds(&race.witness.fact) || lacks.holds(&race.witness.fact) {
            return Err("the runs do not differ as they should".to_string());
        }
    }
    Ok(())
}
