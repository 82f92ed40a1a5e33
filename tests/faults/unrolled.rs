//! The circuit of a program against its runs by definition: every fact of every round, and errors.

use crate::random::{self, Choices, Fragment};
use crate::text::program;
use proptest::prelude::*;
use std::collections::BTreeSet;
use watershed::budget::Budget;
use watershed::eval::{EvalError, Fault};
use watershed::faults::circuit::Bounds;
use watershed::faults::global::Global;
use watershed::faults::unroll::unroll;
use watershed::faults::{CrashMode, FaultSet, Specification, run};
use watershed::program::{Fact, Program};

/// Compares one run, and what is said of it while only some switches are known.
fn compare(
    program: &Program,
    spec: &Specification,
    faults: &FaultSet,
    known: u64,
) -> Result<&'static str, TestCaseError> {
    let budget = Budget { max_facts: 400, ..Budget::default() };
    let global = Global::new(program);
    let Ok(unrolled) = unroll(program, &global, spec, &budget) else { return Ok("too many facts") };
    let values = unrolled.circuit.evaluate(faults);
    let of = |facts: &[(Fact, u32)]| -> BTreeSet<String> {
        facts
            .iter()
            .filter(|(_, gate)| values[*gate as usize])
            .map(|(fact, _)| program.show_global_fact(fact))
            .collect()
    };
    let bounds = unrolled.circuit.bounds(&|gate, switch| {
        if known >> (gate % 64) & 1 == 1 { Bounds::known(switch.is_on(faults)) } else { Bounds::OPEN }
    });
    for (at, value) in values.iter().enumerate() {
        prop_assert!(!bounds[at].certain || *value, "{:?}", unrolled.circuit.gate(at as u32));
        prop_assert!(bounds[at].possible || !*value, "{:?}", unrolled.circuit.gate(at as u32));
    }
    let errs = unrolled.errs.iter().any(|&gate| values[gate as usize]);
    match run(program, &global, spec, faults, &budget) {
        Ok(found) => {
            prop_assert!(!errs, "the circuit errs");
            for (time, round) in found.rounds.iter().enumerate() {
                let expected: BTreeSet<String> = round.derived.iter().map(|f| program.show_global_fact(f)).collect();
                prop_assert_eq!(expected, of(&unrolled.rounds[time]), "round {}", time + 1);
            }
            let expected: BTreeSet<String> = found.outcome.iter().map(|f| program.show_global_fact(f)).collect();
            prop_assert_eq!(expected, of(&unrolled.outcome), "outcome");
            Ok("runs")
        }
        Err(error) if matches!(error.error, EvalError::TooManyFacts { .. }) => Ok("too many facts"),
        Err(error) => {
            prop_assert!(errs, "the definition errs: {:?}", error);
            let integer = matches!(error.error, EvalError::Fault { fault: Fault::IntegerBeyond64Bits, .. });
            Ok(if integer { "beyond 64 bits" } else { "errs" })
        }
    }
}

fn pick(spec: &Specification, program: &Program, mut chosen: u64) -> FaultSet {
    let mut crashed = Vec::new();
    let mut picked = Vec::new();
    for fault in spec.faults(program.nodes.len()) {
        chosen = chosen.rotate_right(7).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        if chosen & 3 != 3 {
            continue;
        }
        if let watershed::faults::specification::Fault::Crash(crash) = fault {
            if crashed.contains(&crash.node) || crashed.len() == spec.crashes {
                continue;
            }
            crashed.push(crash.node);
        }
        picked.push(fault);
    }
    FaultSet::new(picked)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]
    #[test]
    fn random_programs(choices in prop::collection::vec(any::<u16>(), 0..400), chosen: u64, known: u64, eff in 0u64..5, crashes in 0usize..3, stops: bool) {
        let program = random::program(&mut Choices::new(&choices), Fragment::Full);
        let crash_mode = if stops { CrashMode::Stops } else { CrashMode::LosesSends };
        let spec = Specification { eot: 4, eff, crashes, crash_mode };
        let faults = pick(&spec, &program, chosen);
        prop_assert!(spec.allows(&faults, 2));
        compare(&program, &spec, &faults, known)?;
    }
}

#[test]
fn rules_across_nodes_named_rounds_and_crashes() {
    let program = program(
        "nodes a, b, c; p(a, b)@1; q(b, a)@1; first(a, one)@1; first(a, two)@2; first(b, one)@2;
         p(X, Y)@next :- p(X, Y); q(X, Y)@next :- q(X, Y), notin first(Y, two);
         met(X, Y) :- p(X, Y), q(Y, X); told(Y, X)@async :- met(X, Y); told(X, Y)@next :- told(X, Y);
         was(X, V)@next :- p(X, _), first(X, V)@1;
         then(X, V)@next :- was(X, _), first(X, V)@1, notin first(X, V)@2;
         many(X, count<Y>)@async :- told(X, Y), p(Y, Z);
         many(Y, N)@next :- p(X, Y), many(X, N);
         odd(V, X)@next :- first(X, V); odd(Z, W)@async :- odd(V, X), told(X, W), q(Z, W);
         pre(X) :- then(X, V)@3; pre(V) :- odd(V, _)@3; pre(N) :- many(_, N), notin crash(N, N, _);
         pre(a)@4; seen(X) :- pre(X)@2; post(X, T) :- crash(_, X, T), notin seen(X);",
    );
    for stops in [false, true] {
        let crash_mode = if stops { CrashMode::Stops } else { CrashMode::LosesSends };
        let spec = Specification { eot: 5, eff: 4, crashes: 2, crash_mode };
        for seed in 0..200u64 {
            let faults = pick(&spec, &program, seed.wrapping_mul(0x2545_F491_4F6C_DD1D) | 1);
            assert_eq!(compare(&program, &spec, &faults, seed.wrapping_mul(0xABCD_EF01)).expect("equal"), "runs");
        }
    }
}
