//! The search against all fault sets: the same minimal counterexamples, none if there are none, errors if some run errs.

use crate::random::{self, Choices, Fragment};
use crate::text::program;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;
use watershed::budget::{Bound, Budget};
use watershed::faults::brute::minimal_counterexamples;
use watershed::faults::global::Global;
use watershed::faults::{
    Answer, CrashMode, FaultSet, Judgement, Question, Specification, Verdict, VerdictRule, investigate, run,
};
use watershed::program::Program;

/// Compares, and says what came out.
fn compare(program: &Program, specification: Specification, rule: VerdictRule) -> Result<&'static str, TestCaseError> {
    let budget = Budget { max_facts: 300, ..Budget::default() };
    let global = Global::new(program);
    // By lineage alone, and with the circuit given to the solver at once.
    let question = |patience| Question { specification, rule, most: usize::MAX, patience };
    let found = investigate(program, &question(u64::MAX), &budget);
    if let (Ok(found), Ok(answer)) = (&found, investigate(program, &question(0), &budget)) {
        let sets = |answer: &Answer| answer.counterexamples.iter().map(|c| c.faults.clone()).collect::<Vec<_>>();
        prop_assert_eq!((answer.verdict, answer.complete, sets(&answer)), (found.verdict, found.complete, sets(found)));
    }
    let brute = run(program, &global, &specification, &FaultSet::none(), &budget).and_then(|free| {
        let judgement = Judgement::new(program, rule, &free);
        let all = minimal_counterexamples(program, &global, &specification, &judgement, &budget)?;
        Ok((judgement.is_vacuous(), all))
    });
    match (found, brute) {
        (Ok(answer), Ok((vacuous, all))) => {
            if vacuous {
                prop_assert_eq!(answer.verdict, Verdict::Vacuous);
                return Ok("vacuous");
            }
            if answer.verdict == Verdict::Inconclusive(Bound::Facts) {
                return Ok("too many facts");
            }
            let sets: Vec<FaultSet> = answer.counterexamples.iter().map(|c| c.faults.clone()).collect();
            prop_assert_eq!(&sets, &all);
            prop_assert!(answer.complete);
            let expected = if all.is_empty() { Verdict::Certified } else { Verdict::Counterexample };
            prop_assert_eq!(answer.verdict, expected);
            Ok(match all.iter().map(FaultSet::len).max() {
                None => "certified",
                Some(0) => "bad without faults",
                Some(1) => "one fault",
                Some(_) => "several faults",
            })
        }
        (Err(failure), brute) => {
            let again = run(program, &global, &specification, &failure.faults, &budget).expect_err("a run that errs");
            prop_assert_eq!(again, failure.error);
            prop_assert!(brute.is_err());
            Ok("errs")
        }
        (Ok(answer), Err(_)) => {
            let bound = matches!(answer.verdict, Verdict::Inconclusive(Bound::Facts | Bound::Integer));
            // The search may meet a counterexample before the run that goes beyond a bound.
            prop_assert!(bound || !answer.complete || answer.verdict == Verdict::Vacuous, "{:?}", answer.verdict);
            Ok("bound")
        }
    }
}

static MET: Mutex<BTreeMap<&'static str, usize>> = Mutex::new(BTreeMap::new());

/// A random program whose relations `p` and `q`, or `r` and `s`, are `pre` and `post`.
fn judged(choices: &[u16], wide: bool, fragment: Fragment) -> Program {
    let mut program = random::program(&mut Choices::new(choices), fragment);
    let names = if wide { ["r", "s"] } else { ["p", "q"] };
    for (name, new) in names.into_iter().zip(["pre", "post"]) {
        let id = program.relation_named(name).expect("a relation");
        program.relations[id.0 as usize].name = new.to_string();
    }
    program
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn random_programs(choices in prop::collection::vec(any::<u16>(), 60..500), wide: bool, full: bool, eff in 2u64..4, crashes in 0usize..3, stops: bool, baseline: bool) {
        let fragment = if full { Fragment::Full } else { Fragment::Aggregates };
        let program = judged(&choices, wide, fragment);
        let crash_mode = if stops { CrashMode::Stops } else { CrashMode::LosesSends };
        let specification = Specification { eot: 4, eff, crashes, crash_mode };
        let rule = if baseline { VerdictRule::Baseline } else { VerdictRule::Invariant };
        let met = compare(&program, specification, rule)?;
        *MET.lock().expect("no other test failed").entry(met).or_default() += 1;
    }
}

/// Small protocols in all their modes; how the parts of a rule are put together decides what can go wrong.
fn protocols() -> Vec<String> {
    let sends = [
        "m(Y, V)@async :- up(X, V), peer(X, Y);",
        "m(Y, V)@async :- up(X, V), peer(X, Y), notin ack(X, Y);",
        "m(Y, V)@async :- up(X, V), peer(X, Y), notin heard(X, V);",
        "m(Y, V)@async :- up(X, V), peer(X, Y), notin done(X);",
    ];
    let keeps = ["heard(X, V) :- m(X, V);", "heard(X, V) :- m(X, V); heard(X, V)@next :- heard(X, V);"];
    let replies = [
        "",
        "ack(Y, X)@async :- m(X, V), peer(X, Y); ack(X, Y)@next :- ack(X, Y);",
        "n(X, count<Y>) :- ack(X, Y); done(X) :- n(X, N), N >= 2; ack(Y, X)@async :- m(X, V), peer(X, Y); ack(X, Y)@next :- ack(X, Y);",
        "reach(X, Y) :- ack(X, Y); reach(X, Z) :- reach(X, Y), peer(Y, Z), heard(Z, _); ack(Y, X)@async :- m(X, V), peer(X, Y);
         done(X) :- reach(X, X);",
    ];
    let relays = ["", "up(X, V) :- heard(X, V);", "up(X, V)@next :- heard(X, V), notin m(X, V);"];
    let posts = [
        "pre(V) :- heard(X, V), notin crash(X, X, _); post(V) :- heard(b, V), heard(c, V);",
        "pre(X, V) :- up(X, V); post(X, V) :- peer(X, Y), heard(Y, V);",
        "pre(X) :- up(X, _), notin crash(_, X, _); post(X) :- up(X, V), peer(X, Y), notin missing(V); missing(V) :- up(_, V), peer(_, Y), notin heard(Y, V);",
        "least(X, min<T>) :- crash(X, _, T); pre(X) :- up(X, _), notin least(X, 2); post(X) :- heard(X, V); post(a) :- heard(b, _)@3;",
    ];
    let mut all = Vec::new();
    for send in sends {
        for keep in keeps {
            for reply in replies {
                for relay in relays {
                    for post in posts {
                        all.push(format!(
                            "nodes a, b, c; peer(a, b); peer(a, c); peer(b, c); peer(c, a); up(a, x)@1; up(X, V)@next :- up(X, V);
                             input ack(node); input done(); {send} {keep} {reply} {relay} {post}"
                        ));
                    }
                }
            }
        }
    }
    all
}

#[test]
fn small_protocols() {
    let mut met: BTreeMap<&'static str, usize> = BTreeMap::new();
    // A part of them, in which each choice meets the others: brute force is slow.
    for (at, text) in protocols().iter().enumerate().skip(1).step_by(5) {
        let text = if text.contains("ack(Y, X)@async") { text.replace("input ack(node);", "") } else { text.clone() };
        let text = if text.contains("done(X) :-") { text.replace("input done();", "") } else { text };
        let program = program(
            &text.replace("input ack(node);", "input ack(node, other);").replace("input done();", "input done(node);"),
        );
        // Six channels: one round of losses and crashes, or crashes alone over more rounds.
        let (eot, eff, crashes) = [(4, 2, 1), (5, 0, 2), (4, 2, 0), (3, 2, 2)][at % 4];
        let crash_mode = if at % 3 == 0 { CrashMode::Stops } else { CrashMode::LosesSends };
        let rule = if at % 5 == 0 { VerdictRule::Baseline } else { VerdictRule::Invariant };
        let specification = Specification { eot, eff, crashes, crash_mode };
        let outcome = compare(&program, specification, rule)
            .unwrap_or_else(|error| panic!("{error}\n{text}\n{specification:?} {rule:?}"));
        *met.entry(outcome).or_default() += 1;
    }
    for outcome in ["certified", "one fault", "several faults"] {
        assert!(met.get(outcome).is_some_and(|&times| times >= 5), "{outcome} is rare: {met:?}");
    }
}

/// Numbers from a seed (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A small program of which the outcome depends on messages: relations `p0` to `p4` of a node and a value, of which a deductive
/// rule negates lower ones only.
fn small_program(seed: u64) -> String {
    let mut n = Numbers(seed);
    let three = n.below(3) == 0;
    let mut text = String::from(if three {
        "nodes a, b, c; peer(a, b); peer(b, c); peer(c, a); peer(a, c); "
    } else {
        "nodes a, b; peer(a, b); peer(b, a); "
    });
    for relation in 0..5 {
        let (node, value, time) = (n.of(&["a", "b"]), n.below(2), 1 + n.below(2));
        text += &format!("p{relation}({node}, {value})@{time}; ");
    }
    for _ in 0..6 + n.below(8) {
        let (head, body) = (n.below(5), n.below(5));
        let mut rest = String::new();
        let kind = n.below(4);
        if n.below(3) == 0 {
            rest += &format!(
                ", p{}(X, {})",
                if kind == 0 { n.below(head + 1) } else { n.below(5) },
                n.of(&["V", "_", "W"])
            );
        }
        if n.below(2) == 0 {
            let negated = if kind == 0 { n.below(head.max(1)) } else { n.below(5) };
            if kind != 0 || head > 0 {
                rest += &format!(", notin p{negated}(X, {})", n.of(&["V", "_", "1"]));
            }
        }
        text += &match kind {
            0 => format!("p{head}(X, V) :- p{}(X, V){rest}; ", n.below(head + 1)),
            1 => format!("p{head}(X, V)@next :- p{body}(X, V){rest}; "),
            2 => format!("p{head}(Y, V)@async :- p{body}(X, V), peer(X, Y){rest}; "),
            _ => format!("p{head}(X, {}<V>)@next :- p{body}(X, V){rest}; ", n.of(&["count", "min", "max", "sum"])),
        };
    }
    for kept in 0..5 {
        if n.below(2) == 0 {
            text += &format!("p{kept}(X, V)@next :- p{kept}(X, V); ");
        }
    }
    let crash = n.of(&["", ", notin crash(X, X, _)", ", notin crash(_, X, 1)"]);
    let (pre, post) = (n.below(5), n.below(5));
    text + &match n.below(4) {
        0 => format!("pre(X, V) :- p{pre}(X, V){crash}; post(X, V) :- p{post}(X, V);"),
        1 => format!("pre(V) :- p{pre}(X, V){crash}; post(V) :- p{post}(X, V);"),
        2 => format!("pre(V) :- p{pre}(X, V){crash}; post(V) :- p{post}(X, V), peer(X, Y), p{post}(Y, V);"),
        _ => format!(
            "pre(V) :- p{pre}(X, V){crash}; post(V) :- p{pre}(X, V), notin bad(V); bad(V) :- p{post}(X, V), p{post}(Y, _), X < Y;"
        ),
    }
}

#[test]
fn small_random_programs() {
    let mut met: BTreeMap<&'static str, usize> = BTreeMap::new();
    let judged = |met: &BTreeMap<&'static str, usize>| {
        ["certified", "one fault", "several faults"].iter().filter_map(|name| met.get(name)).sum::<usize>()
    };
    let mut seed = 0;
    while judged(&met) < 300 {
        seed += 1;
        assert!(seed < 4000, "few programs can be judged: {met:?}");
        let text = small_program(seed);
        let program = program(&text);
        let small = program.nodes.len() == 2;
        let (eot, eff, crashes) = if small { (4, 3, seed as usize % 2) } else { (4, 2, seed as usize % 2) };
        let crash_mode = if seed % 5 == 0 { CrashMode::Stops } else { CrashMode::LosesSends };
        let rule = if seed % 3 == 0 { VerdictRule::Baseline } else { VerdictRule::Invariant };
        let specification = Specification { eot, eff, crashes, crash_mode };
        let outcome = compare(&program, specification, rule)
            .unwrap_or_else(|error| panic!("{error}\n{seed}: {text}\n{specification:?} {rule:?}"));
        *met.entry(outcome).or_default() += 1;
    }
    println!("{met:?}");
    for outcome in ["certified", "one fault", "several faults"] {
        assert!(met.get(outcome).is_some_and(|&times| times >= 10), "{outcome} is rare: {met:?}");
    }
}
