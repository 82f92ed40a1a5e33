//! The evaluators of a local step against the definition: same outcomes, same errors, on random programs and inputs.

mod definition;
mod random;
mod text;

use proptest::prelude::*;
use random::{Choices, Fragment};
use std::collections::BTreeMap;
use std::sync::Mutex;
use watershed::budget::Budget;
use watershed::eval::naive::Naive;
use watershed::eval::seminaive::SemiNaive;
use watershed::eval::{EvalError, LocalStep, Outcome};

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

#[test]
fn semi_naive_is_naive() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 6000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let choices = prop::collection::vec(any::<u16>(), 20..800);
    if let Err(failure) = runner.run(&choices, |choices| semi_naive_equals_naive(&choices)) {
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
