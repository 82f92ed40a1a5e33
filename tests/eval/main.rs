//! The evaluators of a local step against the definition: same outcomes, same errors, on random programs and inputs.

mod definition;
mod large;
mod random;
mod text;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use random::{Choices, Fragment};
use std::collections::BTreeMap;
use std::sync::Mutex;
use watershed::budget::Budget;
use watershed::eval::ground::Ground;
use watershed::eval::naive::Naive;
use watershed::eval::seminaive::SemiNaive;
use watershed::eval::{EvalError, LocalStep, Outcome};
use watershed::program::NodeId;

/// How often each kind of outcome was met: a generator that never errs, or always does, tests nothing.
static MET: Mutex<BTreeMap<&'static str, usize>> = Mutex::new(BTreeMap::new());

fn kind(outcome: &Result<Outcome, EvalError>, input: usize) -> &'static str {
    match outcome {
        Ok(outcome) if outcome.derived.len() > input + 2 => "derives",
        Ok(outcome) if !outcome.next.is_empty() || !outcome.sent.is_empty() => "keeps or sends",
        Ok(_) => "nothing",
        Err(EvalError::Fault { fault, .. }) => match fault {
            watershed::eval::Fault::DivisionByZero => "division by zero",
            watershed::eval::Fault::ArithmeticOnSymbol => "arithmetic on a symbol",
            watershed::eval::Fault::OrdersIntegerAndSymbol => "mixed order",
            watershed::eval::Fault::IntegerBeyond64Bits => "beyond 64 bits",
        },
        Err(EvalError::TooManyFacts { .. }) => "too many facts",
        Err(EvalError::Stopped(_)) => "stopped",
    }
}

fn semi_naive_equals_naive(choices: &[u16]) -> Result<(), TestCaseError> {
    let mut choices = Choices::new(choices);
    let program = random::program(&mut choices, Fragment::Full);
    let max_facts = choices.max_facts();
    let mut naive = Naive::new(&program, max_facts);
    let mut fast = SemiNaive::new(&program, Budget { max_facts, ..Budget::default() });
    for _ in 0..4 {
        let (node, facts) = random::input(&mut choices);
        let input = facts.into_iter().collect();
        let expected = naive.step(node, &input);
        *MET.lock().expect("no test panics while it counts").entry(kind(&expected, input.len())).or_default() += 1;
        prop_assert_eq!(fast.step(node, &input), expected, "input {:?} of {:#?}", input, program.rules);
    }
    Ok(())
}

/// Steps of a grounded program on inputs made of its own atoms; how many there were.
fn ground_equals_naive(choices: &[u16], fragment: Fragment) -> Result<usize, TestCaseError> {
    let mut choices = Choices::new(choices);
    let program = random::program(&mut choices, fragment);
    let Some(ground) = Ground::new(&program, &Budget::default()) else { return Ok(0) };
    let mut naive = Naive::new(&program, usize::MAX);
    let mut steps = 0;
    for node in program.node_ids().chain(program.node_ids()) {
        let mut input = text::given(&program, node, 1);
        let carried: Vec<u32> = (0..ground.carried_atoms(node) as u32).filter(|_| choices.below(3) == 0).collect();
        let arriving = |(addressee, atom): &(NodeId, u32)| (*addressee == node).then_some(*atom);
        let messages = program.node_ids().flat_map(|sender| ground.messages(sender)).filter_map(arriving);
        let delivered: Vec<u32> = messages.filter(|_| choices.below(3) == 0).collect();
        input.extend(carried.iter().chain(&delivered).map(|&atom| ground.atoms(node)[atom as usize].clone()));
        let found = text::ground_step(&ground, node, &carried, &input);
        let expected = naive.step(node, &input);
        prop_assert_eq!(Ok(found), expected, "node {:?}, input {:?} of {:#?}", node, input, program);
        steps += 1;
    }
    Ok(steps)
}

#[test]
fn ground_is_naive() {
    for fragment in [Fragment::Finite, Fragment::Aggregates, Fragment::Full] {
        let steps = std::cell::Cell::new(0);
        let check = |choices: Vec<u16>| {
            steps.set(steps.get() + ground_equals_naive(&choices, fragment)?);
            Ok(())
        };
        if let Err(failure) = runner(3000).run(&choices(), check) {
            panic!("{failure}");
        }
        println!("{fragment:?}: {} steps", steps.get());
        assert!(steps.get() >= 1000, "{fragment:?}: hardly any program is ground; {} steps", steps.get());
    }
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() })
}

fn choices() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 20..800)
}

#[test]
fn semi_naive_is_naive() {
    if let Err(failure) = runner(6000).run(&choices(), |choices| semi_naive_equals_naive(&choices)) {
        panic!("{failure}");
    }
    let met = MET.lock().expect("no test panics while it counts");
    println!("{met:?}");
    for kind in [
        "derives",
        "keeps or sends",
        "nothing",
        "division by zero",
        "arithmetic on a symbol",
        "mixed order",
        "beyond 64 bits",
        "too many facts",
    ] {
        assert!(
            met.get(kind).is_some_and(|&times| times >= 10),
            "the random programs hardly ever show: {kind}; {met:?}"
        );
    }
}
