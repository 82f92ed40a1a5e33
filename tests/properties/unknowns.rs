//! Cases of unknown inputs of random programs against values made by enumeration.

use super::campaign::Tally;
use super::library;
use super::model::{Constant, Model, Term};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};
use watershed::budget::Budget;
use watershed::pipeline::Verdict;
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::open::Open;
use watershed::pipeline::read::read;
use watershed::pipeline::valuations::{NoAnswer, search};
use watershed::program::{Value, resolve};
use watershed::syntax::ast::TermKind;
use watershed::syntax::load::Input;
use watershed::syntax::unknowns::Valuation;

/// Valuations tried of each program.
const TRIED: usize = 15;

/// Some constants in the facts of a model are made unknown, and sometimes a fact becomes one that may be given or not.
fn text(model: &Model, rng: &mut ChaCha8Rng) -> String {
    shown(&opened(model, rng))
}

/// The text of a model whose constants [`opened`] made unknown.
pub fn shown(model: &Model) -> String {
    model.text().replace("zzq", "?u")
}

/// The same as a model; an unknown is a symbol there.
pub fn opened(model: &Model, rng: &mut ChaCha8Rng) -> Model {
    let mut model = model.clone();
    let unknowns = rng.random_range(1..=3);
    let mut columns: Vec<(usize, usize)> = Vec::new();
    for (i, fact) in model.facts.iter().enumerate() {
        columns.extend((0..fact.atom.terms.len()).map(|column| (i, column)));
    }
    for number in 0..unknowns {
        if let Some(&(fact, column)) = columns.choose(rng) {
            model.facts[fact].atom.terms[column] = Term::Constant(Constant::Symbol(format!("zzq{number}")));
        }
    }
    let given = model.facts.len();
    if given > 0 && rng.random_bool(0.3) {
        let fact = &mut model.facts[rng.random_range(0..given)];
        if fact.atom.relation != "up" {
            fact.atom.relation = format!("maybe {}", fact.atom.relation);
        }
    }
    model
}

/// Values that lie everywhere among those of the program.
pub fn candidates(open: &Open) -> (Vec<TermKind>, Vec<TermKind>) {
    let mut integers: BTreeSet<i64> = (1..=3).collect();
    let mut symbols: BTreeSet<String> = ["", "a0", "zz"].map(String::from).into();
    let mut constant = |value: Value| match value {
        Value::Int(integer) => integers.extend(integer - 2..=integer + 2),
        Value::Symbol(id) => {
            let name = open.program.symbols.name(id);
            if !name.starts_with('?') {
                symbols.extend([name.to_string(), format!("{name}a")]);
            }
        }
    };
    open.program.facts.iter().flat_map(|given| given.fact.values.iter()).for_each(|&value| constant(value));
    for id in 0..open.program.symbols.len() as u32 {
        constant(Value::Symbol(watershed::program::SymbolId(id)));
    }
    (integers.into_iter().map(TermKind::Integer).collect(), symbols.into_iter().map(TermKind::Symbol).collect())
}

/// The unknowns in columns that hold integers.
pub fn integral(open: &Open) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for given in &open.program.facts {
        for (column, &value) in given.fact.values.iter().enumerate() {
            if let Value::Symbol(id) = value
                && let Some(name) = open.program.symbols.name(id).strip_prefix('?')
                && open.program.integers[given.fact.relation.0 as usize][column]
            {
                found.insert(name.to_string());
            }
        }
    }
    found
}

/// A verdict that some values have is the verdict of some case; all values, if there is one case.
pub fn no_values_are_missed(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let mut hasher = DefaultHasher::new();
    model.text().hash(&mut hasher);
    let mut rng = ChaCha8Rng::seed_from_u64(hasher.finish());
    let text = text(model, &mut rng);
    let name = "p.ded".to_string();
    let input = |text: &str| Input::Text { name: name.clone(), text: text.to_string() };
    let Some(open) = read(&[input(&text)], &resolve::Options::default()).open else { return Ok(()) };
    // A clock that starts anywhere takes any number of steps to its end: cases without end.
    let assumed: String = integral(&open).iter().map(|name| format!("assume ?{name} >= 0;\n")).collect();
    let text = text + &assumed;
    let Some(open) = read(&[input(&text)], &resolve::Options::default()).open else { return Err(text) };
    // The few programs that take long say no more than others.
    let deadline = Some(Instant::now() + Duration::from_secs(10));
    let budget = Budget { max_states: 1_000, max_transitions: 10_000, deadline, ..library::budget() };
    let options = Options { theorems: false, ..Options::default() };
    // An instance that is too large says that the others are: nothing is decided then, slowly.
    let (integers, symbols) = candidates(&open);
    let least =
        open.unknowns.constants.iter().map(|(name, _)| (name.clone(), integers[integers.len() - 1].clone())).collect();
    let some = open.with(&Valuation { constants: least, given: vec![true; open.unknowns.facts.len()] });
    if let Some((program, analysis)) = &some.program
        && check(program, analysis, &budget, options, &mut |_| ())
            .is_ok_and(|answer| answer.verdict == Verdict::Inconclusive)
    {
        tally.count("too large");
        return Ok(());
    }
    let outcome = match search(&open, true, &budget, options, &mut |_| ()) {
        Ok(outcome) => outcome,
        Err(NoAnswer::Fault(..)) => {
            tally.count("a rule errs");
            return Ok(());
        }
        Err(NoAnswer::Contradictory) => return Err(format!("{text}: no values")),
    };
    let cases = &outcome.searched.cases;
    let verdicts: BTreeSet<Verdict> = cases.iter().map(|case| case.verdict).collect();
    if verdicts.is_empty()
        || verdicts.contains(&Verdict::Inconclusive)
        || outcome.answer.verdict == Verdict::Inconclusive
    {
        tally.count("inconclusive");
        return Ok(());
    }
    tally.count("searched");
    tally.count_if(cases.len() > 1, "several cases");
    tally.count_if(verdicts.len() > 1, "several verdicts");
    tally.count_if(!open.unknowns.facts.is_empty(), "with facts that may be given");
    let all: Vec<TermKind> = integers.iter().chain(&symbols).cloned().collect();
    let integral = integral(&open);
    for tried in 0..TRIED {
        let mut constants = BTreeMap::new();
        for (name, _) in &open.unknowns.constants {
            let from = if integral.contains(name) { &integers } else { &all };
            constants.extend(from.choose(&mut rng).map(|value| (name.clone(), value.clone())));
        }
        let given = open.unknowns.facts.iter().map(|_| rng.random_bool(0.5)).collect();
        let valuation = Valuation { constants, given };
        if open.unknowns.broken(&valuation).is_some() {
            continue;
        }
        let shown = open.unknowns.show(&valuation);
        let valued = open.with(&valuation);
        let Some((program, analysis)) = &valued.program else { return Err(format!("{shown} is not read")) };
        let Ok(answer) = check(program, analysis, &budget, options, &mut |_| ()) else {
            return Err(format!("a rule errs with {shown}, and in no case"));
        };
        if answer.verdict == Verdict::Inconclusive {
            continue;
        }
        if !verdicts.contains(&answer.verdict) {
            return Err(format!("{text}\n{} with {shown}, but no case is", answer.verdict.name()));
        }
        // The same values, as an assumption: the case they are in has their verdict.
        if tried < 3 && valuation.given.is_empty() {
            let known =
                open.unknowns.constants.iter().map(|(name, _)| format!("?{name} == {}", valuation.constants[name]));
            let assumed = format!("{text}assume {};", known.collect::<Vec<_>>().join(", "));
            let Some(open) = read(&[input(&assumed)], &resolve::Options::default()).open else {
                return Err(format!("{assumed} is not read"));
            };
            let Ok(outcome) = search(&open, true, &budget, options, &mut |_| ()) else {
                return Err(format!("{assumed}: no answer"));
            };
            if outcome.answer.verdict == Verdict::Inconclusive {
                continue;
            }
            if outcome.searched.cases.len() != 1 || outcome.answer.verdict != answer.verdict {
                return Err(format!(
                    "{assumed}: {} in place of {}",
                    outcome.answer.verdict.name(),
                    answer.verdict.name()
                ));
            }
            tally.count("values assumed");
        }
    }
    Ok(())
}
