//! Synchronous runs with faults by hand, and against each node's local steps by themselves.

use crate::random::{self, Choices, Fragment};
use crate::text::{node, outcome, program, round, run_of, specification};
use proptest::prelude::*;
use std::collections::BTreeSet;
use watershed::budget::Budget;
use watershed::eval::naive::Naive;
use watershed::eval::{EvalError, LocalStep};
use watershed::faults::brute::{fault_sets, minimal_counterexamples};
use watershed::faults::global::Global;
use watershed::faults::specification::Fault;
use watershed::faults::{Crash, CrashMode, FaultSet, Judgement, Omission, Specification, VerdictRule, run};
use watershed::program::{Fact, LocatedFact, NodeId, Program, When};

/// One node sends what it has to its peers, in every round.
const RETRY: &str = "peer(a, b); peer(a, c); bcast(a, x)@1;
    log(N, P) :- bcast(N, P);
    log(N, P)@next :- log(N, P);
    log(M, P)@async :- log(N, P), peer(N, M);
    pre(P) :- log(N, P), notin crash(N, N, _);
    post(P) :- log(a, P), log(b, P), log(c, P);
    nodes a, b, c;";

fn omission(program: &Program, time: u64, from: &str, to: &str) -> Fault {
    Fault::Omission(Omission { time, from: node(program, from), to: node(program, to) })
}

fn crash(program: &Program, time: u64, at: &str) -> Fault {
    Fault::Crash(Crash { time, node: node(program, at) })
}

#[test]
fn messages_arrive_in_the_next_round_or_never() {
    let program = program(RETRY);
    let spec = specification(3, 3, 1);
    let free = run_of(&program, &spec, &FaultSet::none());
    assert_eq!(round(&program, &free, 1), ["peer(a, b)", "peer(a, c)", "bcast(a, x)", "log(a, x)"]);
    assert_eq!(round(&program, &free, 2), ["peer(a, b)", "peer(a, c)", "log(a, x)", "log(b, x)", "log(c, x)"]);
    let one = FaultSet::new([omission(&program, 1, "a", "b")]);
    let run = run_of(&program, &spec, &one);
    assert_eq!(round(&program, &run, 2), ["peer(a, b)", "peer(a, c)", "log(a, x)", "log(c, x)"]);
    assert_eq!(round(&program, &run, 3), round(&program, &free, 3), "sent again in round 2");
    assert!(run.rounds[0].sent.iter().any(|sent| sent.lost && sent.to == node(&program, "b")));
}

#[test]
fn a_crashed_node_sends_nothing_and_computes_or_stops() {
    let program = program(RETRY);
    let mut spec = specification(4, 2, 1);
    let faults = FaultSet::new([omission(&program, 1, "a", "b"), crash(&program, 2, "a")]);
    let run = run_of(&program, &spec, &faults);
    assert_eq!(round(&program, &run, 4), ["peer(a, b)", "peer(a, c)", "log(a, x)", "log(c, x)"]);
    assert_eq!(outcome(&program, &run, "pre"), ["pre(x)"], "c is up");
    assert_eq!(outcome(&program, &run, "crash"), ["crash(a, a, 2)", "crash(b, a, 2)", "crash(c, a, 2)"]);
    spec.crash_mode = CrashMode::Stops;
    let run = run_of(&program, &spec, &faults);
    assert_eq!(round(&program, &run, 1), ["peer(a, b)", "peer(a, c)", "bcast(a, x)", "log(a, x)"]);
    assert_eq!(round(&program, &run, 2), ["log(c, x)"]);
    assert_eq!(outcome(&program, &run, "log"), ["log(a, x)", "log(c, x)"], "the last step of a");
    let at_once = run_of(&program, &spec, &FaultSet::new([crash(&program, 1, "a")]));
    assert_eq!(outcome(&program, &at_once, "log"), [""; 0]);
}

#[test]
fn all_fault_sets_are_tried() {
    let program = program(RETRY);
    let global = Global::new(&program);
    for (eot, eff, crashes, expected) in [(4, 2, 0, 0), (4, 2, 1, 2), (4, 0, 1, 0), (3, 3, 0, 2)] {
        let spec = specification(eot, eff, crashes);
        let free = run_of(&program, &spec, &FaultSet::none());
        let judgement = Judgement::new(&program, VerdictRule::Invariant, &free);
        assert!(!judgement.is_vacuous());
        let found = minimal_counterexamples(&program, &global, &spec, &judgement, &Budget::default()).expect("runs");
        assert_eq!(found.len(), expected, "{eot}/{eff}/{crashes}: {found:?}");
        assert!(found.iter().all(|faults| spec.allows(faults, 3) && !faults.is_empty()));
    }
    let spec = specification(2, 2, 0);
    assert_eq!(fault_sets(&spec, 3).count(), 64);
    // One round, so that a crash is in round 1: none or one of three nodes, none or one of six messages.
    assert_eq!(fault_sets(&specification(2, 2, 1), 3).count(), 64 * 4);
}

#[test]
fn the_two_rules_of_judgement_differ() {
    // b hears of x or not; what it makes of silence is promised to a but never kept.
    let program = program(
        "nodes a, b; go(a, b)@1; fine(B)@async :- go(A, B); fine(B)@next :- fine(B); late(b)@1; late(B)@next :- late(B);
         pre(kept) :- fine(b); post(kept) :- fine(b); pre(broken) :- late(B), notin fine(B);",
    );
    let spec = specification(3, 2, 0);
    let free = run_of(&program, &spec, &FaultSet::none());
    assert_eq!(
        (outcome(&program, &free, "pre"), outcome(&program, &free, "post")),
        (vec!["pre(kept)".into()], vec!["post(kept)".into()])
    );
    let lost = run_of(&program, &spec, &FaultSet::new([omission(&program, 1, "a", "b")]));
    let bad = |rule| !Judgement::new(&program, rule, &free).lost(&lost).is_empty();
    assert!(bad(VerdictRule::Invariant) && !bad(VerdictRule::Baseline));
}

#[test]
fn rules_across_nodes_and_named_rounds() {
    let program = program(
        "nodes a, b; p(a, b)@1; q(b, a)@1; first(a, one)@1; first(a, two)@2;
         met(X, Y) :- p(X, Y), q(Y, X);
         told(Y, X)@async :- q(Y, X), p(X, Y), X != Y;
         sent(X)@async :- q(Y, X), p(X, Y);
         was(X, V)@next :- p(X, _), first(X, V)@1;
         then(X, V)@next :- was(X, _), first(X, V)@1, notin first(X, V)@2;
         now(X) :- first(X, V)@2, first(X, V); kept(X)@next :- now(X);
         seen(X) :- then(X, V)@3; pre(X) :- seen(X); post(X) :- met(X, Y)@1;",
    );
    let spec = specification(3, 2, 0);
    let run = run_of(&program, &spec, &FaultSet::none());
    assert_eq!(outcome(&program, &run, "pre"), ["pre(a)"]);
    assert_eq!(outcome(&program, &run, "post"), ["post(a)"]);
    let held = |time: usize, fact: &str| round(&program, &run, time).contains(&fact.to_string());
    assert!(held(2, "sent(a)") && held(2, "told(b, a)"));
    assert!(held(2, "was(a, one)") && held(3, "then(a, one)") && !held(3, "then(a, two)"));
    assert!(!held(1, "now(a)") && held(2, "now(a)") && !held(3, "now(a)") && held(3, "kept(a)"));
    // `sent` travels from b, where the first atom is.
    let run = run_of(&program, &spec, &FaultSet::new([omission(&program, 1, "b", "a")]));
    assert!(!round(&program, &run, 2).contains(&"sent(a)".to_string()));
    assert!(round(&program, &run, 2).contains(&"told(b, a)".to_string()), "what b sends itself is never lost");
    let run = run_of(&program, &spec, &FaultSet::new([omission(&program, 1, "a", "b")]));
    assert_eq!(round(&program, &run, 2), round(&program, &run_of(&program, &spec, &FaultSet::none()), 2));
}

/// D of each round, nodes taken one by one with [`Naive::step`]; the error of the first node that errs, if one does.
fn node_by_node(program: &Program, spec: &Specification, faults: &FaultSet) -> Result<Vec<BTreeSet<LocatedFact>>, ()> {
    let mut naive = Naive::new(program, 150);
    let mut carried: Vec<BTreeSet<Fact>> = vec![BTreeSet::new(); program.nodes.len()];
    let mut arriving: Vec<LocatedFact> = Vec::new();
    let mut rounds = Vec::new();
    for time in 1..=spec.eot {
        let mut derived = BTreeSet::new();
        let mut sent = Vec::new();
        for node in program.node_ids() {
            if spec.crash_mode == CrashMode::Stops && faults.crashed(node, time) {
                continue;
            }
            let mut input = std::mem::take(&mut carried[node.0 as usize]);
            input.extend(arriving.iter().filter(|message| message.node == node).map(|message| message.fact.clone()));
            let due =
                program.facts.iter().filter(|f| f.node == node && [When::Always, When::Step(time)].contains(&f.when));
            input.extend(due.map(|f| f.fact.clone()));
            let outcome = naive.step(node, &input).map_err(|error| assert!(!matches!(error, EvalError::Stopped(_))))?;
            derived.extend(outcome.derived.into_iter().map(|fact| LocatedFact { node, fact }));
            carried[node.0 as usize] = outcome.next;
            sent.extend(outcome.sent.into_iter().filter(|message| !faults.loses(node, message.node, time)));
        }
        arriving = sent;
        rounds.push(derived);
    }
    Ok(rounds)
}

/// A random program without named rounds.
fn random_program(choices: &[u16]) -> Program {
    let mut program = random::program(&mut Choices::new(choices), Fragment::Full);
    for rule in &mut program.rules {
        rule.positive.iter_mut().for_each(|atom| atom.time = None);
        rule.negative.iter_mut().for_each(|atom| atom.time = None);
    }
    program
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn a_round_is_a_local_step_of_each_node(choices in prop::collection::vec(any::<u16>(), 0..400), chosen: u64, stops: bool) {
        let program = random_program(&choices);
        let crash_mode = if stops { CrashMode::Stops } else { CrashMode::LosesSends };
        let spec = Specification { eot: 4, eff: 4, crashes: 2, crash_mode };
        let all = spec.faults(program.nodes.len());
        let picked = FaultSet::new(all.iter().enumerate().filter(|(at, _)| chosen >> at & 3 == 3).map(|(_, &fault)| fault));
        let budget = Budget { max_facts: 400, ..Budget::default() };
        let global = run(&program, &Global::new(&program), &spec, &picked, &budget);
        match (node_by_node(&program, &spec, &picked), global) {
            (Ok(expected), Ok(found)) => {
                for (expected, found) in expected.iter().zip(&found.rounds) {
                    let expected: BTreeSet<String> = expected.iter().map(|f| program.show_fact(f.node, &f.fact)).collect();
                    let found: BTreeSet<String> = found.derived.iter().map(|f| program.show_global_fact(f)).collect();
                    prop_assert_eq!(expected, found);
                }
            }
            (Err(()), Err(_)) => {}
            (expected, found) => {
                // The two count facts differently.
                let full = found.is_err_and(|error| matches!(error.error, EvalError::TooManyFacts { .. }));
                prop_assert!(full || expected.is_err(), "one errs");
            }
        }
    }
}

#[test]
fn nodes_of_the_random_programs_are_two() {
    assert_eq!(random_program(&[]).node_ids().collect::<Vec<_>>(), [NodeId(0), NodeId(1)]);
}
