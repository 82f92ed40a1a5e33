//! Random small programs under random seeded runs: every run replays from its text and from its JSON with equal
//! records, and what the lasso check accepts is a fair run when it is unrolled.

use super::{budget, program, schedule};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, VecDeque};
use watershed::program::{LocatedFact, Program};
use watershed::schedule::{Delivered, Schedule};
use watershed::witness::file::{WitnessFile, WitnessObject, read};
use watershed::witness::replay::replay;
use watershed::witness::run::{End, Policy, run};
use watershed::witness::shrink::{Claim, shrink_loop};
use watershed::witness::simulate::StepRecord;
use watershed::witness::{LassoError, check_lasso};

/// Rules that go together in any selection: one-shot sends, resends at full and half rate, persistence, latches, timers,
/// negation, aggregates, self-sends, broadcast.
const RULES: [&str; 20] = [
    "m(#S, X)@async :- go(#C, S, X);",
    "m(#S, X)@async :- every(#C, S, X);",
    "m(#S, X)@async :- on(#C), every(#C, S, X);",
    "k(#S, X)@async :- go(#C, S, X);",
    "k(#C, X)@async :- m(#C, X);",
    "k(#N, X)@async :- m(#C, X);",
    "on()@next :- off();",
    "off()@next :- on();",
    "off()@next :- tick();",
    "m(X)@next :- m(X);",
    "k(X)@next :- k(X);",
    "seen(X) :- m(X);",
    "seen(X)@next :- seen(X);",
    "late(X) :- k(X), notin seen(X);",
    "late(X)@next :- late(X);",
    "both() :- m(X), k(X);",
    "many(count<X>) :- seen(X);",
    "first(X) :- m(X), notin late(X);",
    "first(X)@next :- first(X), notin both();",
    "both()@next :- both(), notin on();",
];

/// Facts that a program may leave out.
const FACTS: [&str; 7] = [
    "go(#a, b, x)@1;",
    "go(#b, a, y)@2;",
    "go(#a, a, y)@1;",
    "every(#a, b, x);",
    "every(#b, b, y);",
    "tick(#b)@1;",
    "tick(#a)@3;",
];

fn random_program(generator: &mut ChaCha8Rng) -> Program {
    let mut text = String::from("nodes a, b;\n event go, tick;\n output m, k, seen, late, both, many, first;\n");
    text.push_str("seen(X) :- seen0(X); late(X) :- seen0(X), k(X); first(X) :- seen0(X); many(N) :- seen0(N);\n");
    text.push_str("both() :- seen0(X), on(), off(), m(X), k(X), every(X, Y), go(X, Y), tick();\n");
    for line in RULES.iter().chain(&FACTS) {
        if generator.random_range(0..3) > 0 {
            text.push_str(line);
            text.push('\n');
        }
    }
    program(&text)
}

#[test]
fn runs_replay_from_their_text_and_their_json() {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut compared = 0;
    for _ in 0..150 {
        let p = random_program(&mut generator);
        let runs: Vec<_> = (0..4).map(|seed| run(&p, Policy::Seeded(seed), &budget())).collect();
        let mut closed = Vec::new();
        for run in &runs {
            let End::Closed(lasso) = &run.end else { panic!("{:?}", run.end) };
            let text = run.schedule.show(&p);
            assert_eq!(schedule(&p, &text), run.schedule, "{text}");
            assert_eq!(replay(&p, &schedule(&p, &text), &budget()).as_ref(), Ok(&run.records), "{text}");
            assert_eq!(check_lasso(&p, &run.schedule, &budget()).as_ref(), Ok(lasso), "{text}");
            closed.push(lasso);
        }
        for other in &closed[1..] {
            let models = [closed[0].ultimate_model(&p), other.ultimate_model(&p)];
            let Some(fact) = models[0].symmetric_difference(&models[1]).next() else { continue };
            let mut order = [closed[0], *other];
            order.sort_by_key(|run| !run.holds(fact));
            let file = WitnessFile::new(&p, "test", Some(WitnessObject::new(&p, fact, order)), Vec::new());
            let claims = read(&p, "w.json", &file.to_json()).expect("what is written is read");
            let checked = claims.check(&p, &budget()).expect("what was found replays");
            assert_eq!(checked.runs, order.map(Clone::clone));
            compared += 1;
        }
    }
    assert!(compared > 50, "only {compared} pairs of runs differed");
}

#[test]
fn shrinking_keeps_the_claim_and_leaves_nothing_to_drop() {
    let mut generator = ChaCha8Rng::seed_from_u64(2);
    let mut shorter = 0;
    for seed in 0..40 {
        let p = random_program(&mut generator);
        let found = run(&p, Policy::Seeded(seed), &budget());
        let End::Closed(lasso) = &found.end else { panic!("{:?}", found.end) };
        let Some(fact) = lasso.records.iter().flat_map(|r| r.derived.iter().map(|f| (r.node, f))).last() else {
            continue;
        };
        let fact = LocatedFact { node: fact.0, fact: fact.1.clone() };
        let claim = Claim::Lasso { holds: lasso.holds(&fact), fact };
        let short = shrink_loop(&p, &found.schedule, &claim, &budget());
        assert!(claim.shown_by(&p, &short, &budget()));
        shorter += usize::from(short.steps().count() < found.schedule.steps().count());
        for i in 0..short.steps().count() {
            let mut less = short.clone();
            match i.checked_sub(short.stem.len()) {
                None => less.stem.remove(i),
                Some(i) => less.cycle.remove(i),
            };
            assert!(!claim.shown_by(&p, &less, &budget()), "{}\n{}", short.show(&p), less.show(&p));
        }
    }
    assert!(shorter > 20, "only {shorter} became shorter");
}

/// The number of rounds after which a copy sent in the first two must have come: more than are ever in flight.
const ROUNDS: usize = 40;

#[test]
fn accepted_lassos_are_fair_when_unrolled_and_starving_ones_are_not() {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let (mut accepted, mut starving, mut growing) = (0, 0, 0);
    for seed in 0..150 {
        let p = random_program(&mut generator);
        let choices: Vec<_> = run(&p, Policy::Seeded(seed), &budget()).schedule.steps().take(26).cloned().collect();
        for start in 0..choices.len() {
            for end in start + 1..=choices.len().min(start + 9) {
                let lasso = Schedule { stem: choices[..start].to_vec(), cycle: choices[start..end].to_vec() };
                match check_lasso(&p, &lasso, &budget()) {
                    Ok(run) => {
                        accepted += 1;
                        growing += usize::from(run.start != run.end);
                        let unrolled = unroll(&p, &lasso).expect("an accepted loop repeats");
                        let round = end - start;
                        for (i, record) in unrolled.iter().enumerate().skip(end) {
                            assert_eq!(record.derived, unrolled[i - round].derived, "{}", lasso.show(&p));
                        }
                        assert_eq!(oldest_waiting(&unrolled, start + 2 * round), None, "{}", lasso.show(&p));
                    }
                    Err(LassoError::MessageStarved(message)) => {
                        starving += 1;
                        let unrolled = unroll(&p, &lasso).expect("a starving loop repeats too");
                        let waiting = oldest_waiting(&unrolled, end);
                        assert!(waiting.is_some(), "{} {}", lasso.show(&p), p.show_fact(message.node, &message.fact));
                    }
                    Err(_) => {}
                }
            }
        }
    }
    assert!(accepted > 200 && starving > 50 && growing > 20, "{accepted} {starving} {growing}");
}

fn unroll(p: &Program, lasso: &Schedule) -> Option<Vec<StepRecord>> {
    let mut stem = lasso.stem.clone();
    stem.extend(std::iter::repeat_n(&lasso.cycle, ROUNDS).flatten().cloned());
    replay(p, &Schedule { stem, cycle: Vec::new() }, &budget()).ok()
}

/// A message with a copy that is sent before the record `until` and never delivered, the oldest copy always coming first.
fn oldest_waiting(records: &[StepRecord], until: usize) -> Option<LocatedFact> {
    let mut waiting: BTreeMap<LocatedFact, VecDeque<usize>> = BTreeMap::new();
    for (i, record) in records.iter().enumerate() {
        for Delivered { fact, copies, .. } in &record.delivered {
            let message = LocatedFact { node: record.node, fact: fact.clone() };
            let copies_in_flight = waiting.get_mut(&message).expect("a delivered copy was sent");
            copies_in_flight.drain(..usize::try_from(*copies).expect("few copies"));
        }
        for message in &record.sent {
            waiting.entry(message.clone()).or_default().push_back(i);
        }
    }
    waiting.into_iter().find(|(_, sent)| sent.front().is_some_and(|&at| at < until)).map(|(message, _)| message)
}
