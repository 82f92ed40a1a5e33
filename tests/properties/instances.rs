//! Small instances of random programs against instances made at random within the same bounds.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};
use watershed::budget::Budget;
use watershed::pipeline::Verdict;
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::instances::{Bounds, search};
use watershed::pipeline::read::read_bare;
use watershed::program::rule::{AggregateFunction, Comparator};
use watershed::program::{Condition, HeadTerm, Kind, Program, Rule, Spelling, resolve};
use watershed::prove::prover::Effort;
use watershed::prove::semantic;
use watershed::syntax::load::Input;

pub const BOUNDS: Bounds = Bounds { nodes: 2, values: 2, facts: 2, steps: 1 };
/// Instances made of each program.
const TRIED: usize = 30;

/// Whether values are told apart by `==` only: else instances also differ in how new values are ordered among those that rules name, which the search
/// does not promise to cover.
pub fn is_unordered(rule: &Rule) -> bool {
    let compares = |condition: &Condition| match condition {
        Condition::Compare { comparator, .. } => matches!(comparator, Comparator::Eq | Comparator::Ne),
        Condition::Bind { .. } => true,
    };
    let counts = |term: &HeadTerm| match term {
        HeadTerm::Expr(_) => true,
        HeadTerm::Aggregate(aggregate) => aggregate.function == AggregateFunction::Count,
    };
    !rule.can_err && rule.conditions.iter().all(compares) && rule.head.terms.iter().all(counts)
}

/// Facts over two nodes whose names stand in every column.
pub fn facts(program: &Program, nodes: &[&str], rng: &mut ChaCha8Rng) -> Vec<String> {
    let relations: Vec<_> = program.relations.iter().filter(|of| of.is_edb() && !of.builtin).collect();
    let count = rng.random_range(0..=BOUNDS.facts);
    let mark = if program.spelling == Spelling::Hash { "#" } else { "" };
    let mut facts = Vec::new();
    for _ in 0..count {
        let (Some(relation), Some(node)) = (relations.choose(rng), nodes.choose(rng)) else { break };
        let columns: Vec<&str> = (0..relation.arity).filter_map(|_| nodes.choose(rng).copied()).collect();
        let columns: String = columns.iter().map(|column| format!(", {column}")).collect();
        let step = if relation.kind == Kind::Event { "@1" } else { "" };
        facts.push(format!("{}({mark}{node}{columns}){step};", relation.name));
    }
    facts.sort();
    facts.dedup();
    facts
}

/// How much is tried to prove a random program.
pub const EFFORT: Effort =
    Effort { work: 150_000, questions: 400, unanswered: 3, lost: 10_000_000, text: 10_000_000, explains: false };

/// What is proved has no small instance that is diffluent.
pub fn what_is_proved_holds_in_small_instances(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let input = Input::Text { name: "p.ded".to_string(), text: model.text() };
    let (read, bare) = read_bare(&[input], &resolve::Options::default());
    let (Some((program, analysis)), Some(bare)) = (read.program, bare) else { return Ok(()) };
    // The few programs that take long say no more than others.
    let deadline = Some(Instant::now() + Duration::from_secs(10));
    let budget = Budget { deadline, ..library::budget() };
    let by_meaning = || semantic::prove(&program, &analysis, EFFORT, &budget).proof.is_some();
    let is_proved = analysis.theorem.is_some() || by_meaning();
    let options = Options { theorems: false, enough: None, ..Options::default() };
    let Ok(outcome) = search(&program, &bare, BOUNDS, &budget, options, &mut |_| ()) else {
        tally.count("not searched");
        return Ok(());
    };
    let verdict = outcome.answer.verdict;
    if is_proved && !outcome.answer.findings.contested.is_empty() {
        return Err(format!(
            "proved, and diffluent with {}",
            outcome.found.map(|found| found.text).unwrap_or_default()
        ));
    }
    tally.count(match (is_proved, verdict) {
        (true, Verdict::Confluent) => "proved, and confluent in all small instances",
        (true, Verdict::Violated) => "proved, and a `never` is violated in a small instance",
        (true, Verdict::Inconclusive) => "proved, small instances not all explored",
        (true, Verdict::Diffluent) => unreachable!("it has a contested fact"),
        (false, Verdict::Confluent) => "not proved, and confluent in all small instances",
        (false, Verdict::Inconclusive) => "not proved, small instances not all explored",
        (false, Verdict::Diffluent | Verdict::Violated) => "not proved, with a small instance that is not confluent",
    });
    Ok(())
}

/// No instance made at random is diffluent, or violates a `never`, with fewer facts than the one that the search finds.
pub fn no_instance_is_missed(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let text = model.text();
    let Ok(program) = library::program(&text) else { return Ok(()) };
    if !program.rules.iter().all(is_unordered) {
        return Ok(());
    }
    let input = Input::Text { name: "p.ded".to_string(), text: text.clone() };
    let (read, bare) = read_bare(&[input], &resolve::Options::default());
    let (Some((program, _)), Some(bare)) = (read.program, bare) else { return Err("it is not read".to_string()) };
    let budget = library::budget();
    let options = Options { theorems: false, ..Options::default() };
    let Ok(outcome) = search(&program, &bare, BOUNDS, &budget, options, &mut |_| ()) else { return Ok(()) };
    if outcome.answer.verdict == Verdict::Inconclusive {
        tally.count("inconclusive");
        return Ok(());
    }
    tally.count("searched");
    let found = outcome.found.as_ref().map(|found| found.text.matches(';').count() - 1);
    tally.count_if(found.is_some(), "diffluent or violated");
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let mut rng = ChaCha8Rng::seed_from_u64(hasher.finish());
    let nodes: Vec<&str> = bare.named.iter().map(String::as_str).chain(["n8", "n9"]).take(2).collect();
    for _ in 0..TRIED {
        let facts = facts(&program, &nodes, &mut rng);
        let instance = format!("nodes {}; {}", nodes.join(", "), facts.join(" "));
        let Some((program, analysis)) = bare.with(&instance).program else {
            return Err(format!("{instance} is not read"));
        };
        let Ok(answer) = check(&program, &analysis, &budget, options, &mut |_| ()) else { continue };
        if matches!(answer.verdict, Verdict::Diffluent | Verdict::Violated) {
            tally.count("diffluent or violated instances");
            if found.is_none_or(|found| found > facts.len()) {
                return Err(format!("{instance} is {}, the search says {found:?}", answer.verdict.name()));
            }
        }
    }
    Ok(())
}
