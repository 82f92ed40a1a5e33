//! Unknown inputs: the cases that are found, against what enumeration finds, and what users meet.
#![cfg(feature = "z3")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use watershed::budget::Budget;
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::open::Open;
use watershed::pipeline::valuations::{NoAnswer, Outcome, search};
use watershed::pipeline::{Basis, Scope, Verdict, read};
use watershed::program::resolve;
use watershed::syntax::ast::TermKind;
use watershed::syntax::load::Input;
use watershed::syntax::unknowns::Valuation;

fn open_text(text: &str) -> Open {
    let input = Input::Text { name: "p.ded".to_string(), text: text.to_string() };
    let read = read(&[input], &resolve::Options::default());
    let why: Vec<_> = read.diagnostics.iter().map(|finding| finding.message.clone()).collect();
    *read.open.unwrap_or_else(|| panic!("{why:?}"))
}

fn open_file(name: &str) -> Open {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs/unknown").join(name);
    open_text(&std::fs::read_to_string(path).expect("a program of the corpus"))
}

fn answer(open: &Open, every: bool) -> Outcome {
    let options = Options { theorems: false, ..Options::default() };
    search(open, every, &Budget::default(), options, &mut |_| ()).expect("an answer")
}

fn verdict_of(text: &str) -> (Verdict, usize) {
    let outcome = answer(&open_text(text), true);
    (outcome.answer.verdict, outcome.searched.cases.len())
}

fn of_values(open: &Open, valuation: &Valuation) -> Verdict {
    let read = open.with(valuation);
    let (program, analysis) = read.program.as_ref().expect("a program");
    let options = Options { theorems: false, ..Options::default() };
    check(program, analysis, &Budget::default(), options, &mut |_| ()).expect("no rule errs").verdict
}

/// All ways in which `unknowns` can be ordered among each other and zero, as integers.
fn order_types(unknowns: &[String]) -> Vec<BTreeMap<String, i64>> {
    // A way is a list of classes from low to high; zero is the unknown without a name.
    let mut ways: Vec<Vec<Vec<&str>>> = vec![vec![vec![""]]];
    for unknown in unknowns {
        let mut more = Vec::new();
        for way in &ways {
            for place in 0..way.len() {
                let mut with = way.clone();
                with[place].push(unknown);
                more.push(with);
            }
            for place in 0..=way.len() {
                let mut with = way.clone();
                with.insert(place, vec![unknown]);
                more.push(with);
            }
        }
        ways = more;
    }
    let valued = |way: &Vec<Vec<&str>>| {
        let zero = way.iter().position(|class| class.contains(&"")).expect("zero is in some class");
        let classes = way.iter().enumerate();
        let value = |place: usize| i64::try_from(place).expect("few") - i64::try_from(zero).expect("few");
        let members = classes.flat_map(|(place, class)| class.iter().map(move |name| (name.to_string(), value(place))));
        members.filter(|(name, _)| !name.is_empty()).collect()
    };
    ways.iter().map(valued).collect()
}

/// The verdicts that the order types have which meet the assumptions, and how many these are.
fn by_enumeration(open: &Open) -> (BTreeSet<Verdict>, usize) {
    let names: Vec<String> = open.unknowns.constants.iter().map(|(name, _)| name.clone()).collect();
    let mut met = Vec::new();
    for values in order_types(&names) {
        let constants = values.into_iter().map(|(name, value)| (name, TermKind::Integer(value))).collect();
        let valuation = Valuation { constants, given: Vec::new() };
        if open.unknowns.broken(&valuation).is_none() {
            met.push(valuation);
        }
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut verdicts = BTreeSet::new();
        while let Some(valuation) = met.get(next.fetch_add(1, Ordering::Relaxed)) {
            verdicts.insert(of_values(open, valuation));
        }
        verdicts
    };
    let verdicts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    (verdicts, met.len())
}

#[test]
fn cases_say_what_the_order_types_of_three_writers_say() {
    for (file, verdicts) in
        [("writers.ded", &[Verdict::Confluent, Verdict::Diffluent][..]), ("writers-unique.ded", &[Verdict::Confluent])]
    {
        let open = open_file(file);
        let start = Instant::now();
        let outcome = answer(&open, true);
        let symbolic = start.elapsed();
        let found: BTreeSet<Verdict> = outcome.searched.cases.iter().map(|case| case.verdict).collect();
        assert_eq!(found, verdicts.iter().copied().collect(), "{file}");
        let start = Instant::now();
        let (enumerated, types) = by_enumeration(&open);
        let counts = outcome.searched.counts;
        println!(
            "{file}: {} cases in {symbolic:?}, {} conditions solved, {} cut, {} answered from the case; {types} order types in {:?} on two threads",
            outcome.searched.cases.len(),
            counts.solved,
            counts.cut,
            counts.cached,
            start.elapsed()
        );
        assert_eq!(enumerated, found, "{file}");
        assert!(outcome.searched.cases.len() * 50 < types);
        assert!(counts.cut > 0 && counts.cached > counts.solved);
    }
}

#[test]
fn the_first_case_that_differs_has_values_that_replay() {
    let open = open_file("writers.ded");
    let outcome = answer(&open, false);
    assert_eq!((outcome.answer.verdict, outcome.answer.scope), (Verdict::Diffluent, Scope::ThisInstance));
    assert!(outcome.answer.witness.is_some());
    let text = outcome.searched.valuation().expect("values");
    let valuation = open.valuation(text).expect("the text of a valuation is read");
    assert_eq!(open.unknowns.show(&valuation), text);
    assert_eq!(of_values(&open, &valuation), Verdict::Diffluent);
    assert!(open.unknowns.broken(&valuation).is_none());
}

#[test]
fn amounts_are_decided_for_all_values() {
    assert_eq!(answer(&open_file("withdrawals.ded"), true).answer.verdict, Verdict::Diffluent);
    let covered = answer(&open_file("withdrawals-covered.ded"), true).answer;
    assert_eq!((covered.verdict, covered.basis), (Verdict::Confluent, Basis::Explored));
}

const FIRST: &str = "nodes a, b, r; output kept; m(#r, X)@async :- put(X); some() :- kept(_); most(max<X>) :- m(X);
    kept(X)@next :- most(X), notin some(); kept(X)@next :- kept(X);";

#[test]
fn what_is_assumed_decides() {
    let with = |facts: &str| verdict_of(&format!("{FIRST} {facts}")).0;
    assert_eq!(with("put(#a, ?x)@1; put(#b, ?y)@1;"), Verdict::Diffluent);
    assert_eq!(with("put(#a, ?x)@1; put(#b, ?y)@1; assume ?x == ?y;"), Verdict::Confluent);
    assert_eq!(with("put(#a, ?x)@1; put(#b, 3)@1; assume ?x * 2 == 6;"), Verdict::Confluent);
    assert_eq!(with("put(#a, ?x)@1; put(#b, 3)@1; assume ?x > 2, ?x < 4;"), Verdict::Confluent);
    assert_eq!(with("put(#a, ?x)@1; put(#b, 3)@1; assume ?x > 2, ?x < 5;"), Verdict::Diffluent);
    // Only one symbol lies between these, and none between those.
    assert_eq!(with(r#"put(#a, ?x)@1; put(#b, "p\u{0}")@1; assume ?x > p, ?x < "p\u{0}\u{0}";"#), Verdict::Confluent);
    assert_eq!(with(r#"put(#a, ?x)@1; put(#b, q)@1; assume ?x > p, ?x < "p\u{0}\u{0}";"#), Verdict::Diffluent);
    // Division truncates toward zero, and the remainder follows the dividend.
    assert_eq!(with("put(#a, ?x)@1; put(#b, -3)@1; assume ?x / 2 == -1, ?x % 2 == -1;"), Verdict::Confluent);
    assert_eq!(with("put(#a, ?x)@1; put(#b, -3)@1; assume ?x / -2 == 1, ?x % -2 == -1;"), Verdict::Confluent);
    assert_eq!(with("maybe put(#a, ?x)@1; put(#b, 3)@1;"), Verdict::Diffluent);
    assert_eq!(with("maybe put(#a, 3)@1; put(#b, 3)@1;"), Verdict::Confluent);
}

#[test]
fn assumptions_that_nothing_meets_are_no_proof() {
    let open = open_text(&format!("{FIRST} put(#a, ?x)@1; put(#b, ?y)@1; assume ?x < ?y, ?y < ?x;"));
    let options = Options { theorems: false, ..Options::default() };
    let outcome = search(&open, true, &Budget::default(), options, &mut |_| ());
    assert!(matches!(outcome, Err(NoAnswer::Contradictory)));
    let open = open_text(
        r#"nodes a; output p; p(X)@next :- q(X), notin p(X); q(#a, ?x); assume ?x > s, ?x < "s\u{0}"; q(#a, s);"#,
    );
    let outcome = search(&open, true, &Budget::default(), options, &mut |_| ());
    assert!(matches!(outcome, Err(NoAnswer::Contradictory)), "no symbol lies between");
}

#[test]
fn an_integer_that_may_be_too_great_is_a_bound() {
    let text = |assumed: &str| {
        format!(
            "nodes a, b, r; output kept; m(#r, X + 1)@async :- put(X); some() :- kept(_); kept(X)@next :- m(X), notin some();
             kept(X)@next :- kept(X); put(#a, ?x)@1; {assumed}"
        )
    };
    let outcome = answer(&open_text(&text("")), true);
    assert_eq!(outcome.answer.basis.to_string(), "bound:integer");
    assert!(outcome.searched.cases.iter().any(|case| case.conditions == ["?x + 1 does not fit in 64 bits"]));
    assert_eq!(verdict_of(&text("assume ?x < 100;")), (Verdict::Confluent, 1));
}

#[test]
fn a_rule_that_errs_for_some_values_is_told_with_them() {
    let open = open_text("nodes a; output p; p(10 / X)@next :- q(X), notin p(_); q(#a, ?x)@1;");
    let options = Options { theorems: false, ..Options::default() };
    let outcome = search(&open, true, &Budget::default(), options, &mut |_| ());
    let Err(NoAnswer::Fault(_, _, valuation)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(valuation, "?x == 0");
}

#[test]
fn aggregates_over_unknowns() {
    let text = |aggregate: &str, facts: &str| {
        format!(
            "nodes a, b, r; output low, high; m(#r, I, X)@async :- put(I, X); m(I, X)@next :- m(I, X); all({aggregate}) :- m(I, X);
             low() :- all(N), N < 2; low()@next :- low(); high() :- all(N), N > 4; high()@next :- high(); {facts}"
        )
    };
    let two = "put(#a, 1, ?x)@1; put(#b, 2, ?y)@1; assume ?x >= 0, ?y >= 0, ?x < 9, ?y < 9";
    for (aggregate, more, verdict) in [
        ("count<X>", "", Verdict::Diffluent),
        ("count<X>", ", ?x == ?y", Verdict::Confluent),
        ("sum<X; I>", ", ?x > 1, ?y > 1, ?x + ?y < 5", Verdict::Confluent),
        ("sum<X; I>", ", ?x > 1, ?y > 1, ?x + ?y > 4, ?x > 4, ?y > 4", Verdict::Confluent),
        ("max<X>", ", ?x == ?y", Verdict::Confluent),
        ("max<X>", ", ?x < 2, ?y > 2", Verdict::Diffluent),
        ("min<X>", ", ?x > 4, ?y > 4", Verdict::Confluent),
        ("min<X>", ", ?x > 4, ?y < 4", Verdict::Diffluent),
    ] {
        assert_eq!(verdict_of(&text(aggregate, &format!("{two}{more};"))).0, verdict, "{aggregate}{more}");
    }
}

#[test]
fn facts_that_may_be_given_are_in_the_network_if_they_are_not() {
    let open = open_text("output p; p(X)@next :- q(X); p(X)@next :- p(X); maybe q(#a, 1)@1; maybe q(#b, 2)@1;");
    let outcome = answer(&open, true);
    assert_eq!(outcome.searched.cases.len(), 4);
    let nothing = open.valuation("notin q(#a, 1)@1, notin q(#b, 2)@1").expect("a valuation");
    let (program, _) = open.with(&nothing).program.expect("a program");
    let q = program.relation_named("q").expect("the rules read it");
    assert_eq!((program.nodes.len(), program.facts.iter().filter(|given| given.fact.relation == q).count()), (2, 0));
}

/// A valuation says once whether it is given.
#[test]
fn a_fact_that_is_written_twice_is_one() {
    let open = open_text(&format!("{FIRST} maybe put(#a, 1)@1; put(#b, 2)@1; maybe put(#a, 1)@1;"));
    let outcome = answer(&open, true);
    let values: Vec<&str> = outcome.searched.cases.iter().map(|case| case.valuation.as_str()).collect();
    assert_eq!(values, ["notin put(#a, 1)@1", "put(#a, 1)@1"]);
    let verdicts = values.iter().map(|text| of_values(&open, &open.valuation(text).expect("a valuation")));
    assert_eq!(verdicts.collect::<Vec<_>>(), [Verdict::Confluent, Verdict::Diffluent]);
}

/// A relation that only has facts is one all the same when none is given.
#[test]
fn relations_that_nothing_reads_may_be_empty() {
    for text in [
        "nodes a; output p, e; p(X)@next :- q(X), notin p(_); q(#a, 1); maybe e(#a, 2)@1;",
        "nodes a; output p, e; p(A, X)@next :- q(A, X), notin p(A, _); q(a, 1); maybe e(a, ?x)@1;",
    ] {
        assert_eq!(verdict_of(text), (Verdict::Confluent, 2), "{text}");
    }
}

/// Before its first step a node shows nothing to observers, so a negated static fact says nothing of all snapshots.
#[test]
fn observers_see_nodes_that_have_not_stepped() {
    let text = "nodes a, b; never worse; peer(#a, b); up(#b, ?y); q(#a, ?x)@1; assume ?x == ?y;
        bad(#A, X) :- q(#A, X), peer(#A, B), notin up(#B, X); worse(#A) :- bad(#A, X), X > 8;";
    assert_eq!(verdict_of(text).0, Verdict::Violated);
}

#[test]
fn violations_are_found_after_divergence() {
    let text = "nodes a, b, r; output kept; never bad; m(#r, X)@async :- put(X); some() :- kept(_); kept(X)@next :- m(X), notin some();
        kept(X)@next :- kept(X); bad() :- kept(X), X >= 5; put(#a, ?x)@1; put(#b, ?y)@1; assume ?x > 0, ?y > 0;";
    for every in [false, true] {
        assert_eq!(answer(&open_text(text), every).answer.verdict, Verdict::Violated);
    }
    let cases = answer(&open_text(text), true).searched.cases;
    assert!(cases.iter().any(|case| case.verdict == Verdict::Diffluent));
}
