//! A random program and the same with a rule or a literal less: what is said of all values, or of all small instances, against single ones made at random.

use super::campaign::Tally;
use super::instances::{BOUNDS, facts, is_unordered};
use super::library;
use super::model::Model;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};
use watershed::budget::Budget;
use watershed::pipeline::equiv::{Likeness, Side, align, compare, instances};
use watershed::pipeline::instance::Options;
use watershed::pipeline::instances::Subject;
use watershed::pipeline::read::{Read, read_bare};
use watershed::program::resolve;
use watershed::syntax::load::Input;

/// Valuations and instances tried of each pair.
const TRIED: usize = 12;

fn rng(model: &Model) -> ChaCha8Rng {
    let mut hasher = DefaultHasher::new();
    model.text().hash(&mut hasher);
    ChaCha8Rng::seed_from_u64(hasher.finish())
}

/// The few programs that take long say no more than others.
fn budget() -> Budget {
    let deadline = Some(Instant::now() + Duration::from_secs(10));
    Budget { max_states: 1_000, max_transitions: 10_000, deadline, ..library::budget() }
}

fn input(text: &str) -> Input {
    Input::Text { name: "p.ded".to_string(), text: text.to_string() }
}

/// A model without one of its rules, or with one rule's body shortened by a literal.
fn variant(model: &Model, rng: &mut ChaCha8Rng) -> Option<Model> {
    let mut variant = model.clone();
    if variant.rules.is_empty() {
        return None;
    }
    let rule = rng.random_range(0..variant.rules.len());
    let body = &mut variant.rules[rule].body;
    if body.len() > 1 && rng.random_bool(0.6) {
        body.remove(rng.random_range(0..body.len()));
    } else {
        variant.rules.remove(rule);
    }
    Some(variant)
}

/// How two programs compare; nothing if they are not read, or a rule errs.
fn likeness(reads: [Read; 2]) -> Option<Likeness> {
    let [first, second] = reads.map(|read| read.program.map(|(program, analysis)| Side { program, analysis }));
    let mut sides = [first?, second?];
    align(&mut sides).ok()?;
    let compared = compare(&sides, &budget(), Options::default(), &mut |_| ()).ok()?;
    Some(compared.comparison.likeness())
}

/// Values under which two programs differ are found, if there are some.
#[cfg(feature = "z3")]
pub fn no_values_are_missed(model: &Model, tally: &mut Tally) -> Result<(), String> {
    use super::unknowns::{candidates, integral, opened, shown};
    use rand::seq::IndexedRandom;
    use watershed::pipeline::equiv::valuations::{Pair, search};
    use watershed::pipeline::read::read_open;
    use watershed::syntax::unknowns::Valuation;

    let mut rng = rng(model);
    let model = opened(model, &mut rng);
    let Some(other) = variant(&model, &mut rng) else { return Ok(()) };
    let read = |text: &str| read_open(&[input(text)], &resolve::Options::default()).1;
    let Some(first) = read(&shown(&model)) else { return Ok(()) };
    // A clock that starts anywhere takes any number of steps to its end: cases without end.
    let assumed: String = integral(&first).iter().map(|name| format!("assume ?{name} >= 0;\n")).collect();
    let texts = [shown(&model) + &assumed, shown(&other)];
    let [Some(first), Some(second)] = [&texts[0], &texts[1]].map(|text| read(text)) else { return Ok(()) };
    let Ok(pair) = Pair::new(&first, &second) else { return Ok(()) };
    let Ok(outcome) = search(&pair, &budget(), Options::default(), &mut |_| ()) else {
        tally.count("a rule errs");
        return Ok(());
    };
    let found = outcome.compared.comparison.likeness();
    tally.count(found.name());
    let several = outcome.searched.cases.len() > 1;
    tally.count_if(several && found != Likeness::Inconclusive, "several cases, decided");
    if let Some(text) = outcome.searched.valuation() {
        let valuation = pair.valuation(text).map_err(|_| format!("{text} is not read"))?;
        let again = likeness(pair.with(&valuation));
        if again != Some(Likeness::Different) {
            return Err(format!("different with {text}, and {again:?} with it alone\n{}", texts[1]));
        }
    }
    if found != Likeness::Same {
        return Ok(());
    }
    let (integers, symbols) = candidates(&first);
    let all: Vec<_> = integers.iter().chain(&symbols).cloned().collect();
    let integral = &integral(&first) | &integral(&second);
    for _ in 0..TRIED {
        let mut valuation = Valuation::default();
        for (name, _) in &pair.unknowns.constants {
            let from = if integral.contains(name) { &integers } else { &all };
            valuation.constants.extend(from.choose(&mut rng).map(|value| (name.clone(), value.clone())));
        }
        valuation.given = pair.unknowns.facts.iter().map(|_| rng.random_bool(0.5)).collect();
        if pair.unknowns.broken(&valuation).is_some() {
            continue;
        }
        tally.count("valuations of programs that are the same");
        if likeness(pair.with(&valuation)) == Some(Likeness::Different) {
            return Err(format!("different with {}, and no case is\n{}", pair.unknowns.show(&valuation), texts[1]));
        }
    }
    Ok(())
}

/// No instance made at random tells two programs apart with fewer facts than the one that the search finds.
pub fn no_instance_is_missed(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let mut rng = rng(model);
    let Some(other) = variant(model, &mut rng) else { return Ok(()) };
    let texts = [model.text(), other.text()];
    let [first, second] = [&texts[0], &texts[1]].map(|text| read_bare(&[input(text)], &resolve::Options::default()));
    let (Some((first, first_analysis)), Some(bare)) = (first.0.program, first.1) else { return Ok(()) };
    let (Some((second, second_analysis)), Some(other_bare)) = (second.0.program, second.1) else { return Ok(()) };
    if !first.rules.iter().chain(&second.rules).all(is_unordered) {
        return Ok(());
    }
    let mut sides =
        [Side { program: first, analysis: first_analysis }, Side { program: second, analysis: second_analysis }];
    if align(&mut sides).is_err() {
        return Ok(());
    }
    let subjects = [
        Subject { program: &sides[0].program, bare: &bare },
        Subject { program: &sides[1].program, bare: &other_bare },
    ];
    let Ok(outcome) = instances::search(subjects, BOUNDS, &budget(), Options::default(), &mut |_| ()) else {
        tally.count("not searched");
        return Ok(());
    };
    let found = outcome.compared.comparison.likeness();
    tally.count(found.name());
    if found == Likeness::Inconclusive {
        return Ok(());
    }
    let smallest = outcome.found.as_ref().map(|found| found.text.matches(';').count() - 1);
    if let Some(found) = &outcome.found {
        let again = likeness([bare.with(&found.text), other_bare.with(&found.text)]);
        if again != Some(Likeness::Different) {
            return Err(format!("different on {}, and {again:?} on it alone\n{}", found.text, texts[1]));
        }
    }
    let named: BTreeSet<&str> = bare.named.iter().chain(&other_bare.named).map(String::as_str).collect();
    let nodes: Vec<&str> = named.into_iter().chain(["n8", "n9"]).take(BOUNDS.nodes).collect();
    for _ in 0..TRIED {
        let program = &sides[usize::from(rng.random_bool(0.5))].program;
        let facts = facts(program, &nodes, &mut rng);
        let instance = format!("nodes {}; {}", nodes.join(", "), facts.join(" "));
        if likeness([bare.with(&instance), other_bare.with(&instance)]) == Some(Likeness::Different) {
            tally.count("instances on which programs differ");
            if smallest.is_none_or(|smallest| smallest > facts.len()) {
                return Err(format!("different on {instance}, the search says {smallest:?}\n{}", texts[1]));
            }
        }
    }
    Ok(())
}
