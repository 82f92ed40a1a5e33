//! Systems that are too large to search, and runs that show at once what is true of them.

#[path = "properties/generator.rs"]
mod generator;
#[path = "properties/model.rs"]
#[allow(dead_code, reason = "the property tests use the rest")]
mod model;

use generator::Fragment;
use std::sync::Arc;
use watershed::budget::{Bound, Budget};
use watershed::pipeline::check::Options;
use watershed::pipeline::{Answer, Basis, Cut, Invariant, Verdict, check, read};
use watershed::program::{Order, resolve};
use watershed::syntax::load::Input;

fn answer(text: &str, order: Order, budget: &Budget, enough: Option<usize>) -> Option<Answer> {
    let input = Input::Text { name: "test.ded".to_string(), text: text.to_string() };
    let read = read(&[input], &resolve::Options { order, ..resolve::Options::default() });
    let (program, analysis) = read.program.filter(|(program, _)| !program.nodes.is_empty())?;
    let options = Options { theorems: false, enough, ..Options::default() };
    check(&program, &analysis, budget, options, &mut |_| {}).ok()
}

/// A register at s that keeps what comes last, of n writes from c.
fn register(writes: usize) -> String {
    let puts: String = (0..writes).map(|value| format!("put(#c, {value})@1;\n")).collect();
    format!(
        "nodes c, s; output value;\n{puts}set(#s, V)@async :- put(#c, V);
        value(V)@next :- set(V); value(V)@next :- value(V), notin set(_);"
    )
}

#[test]
fn a_register_with_more_writes_than_can_be_ordered_is_diffluent() {
    for (writes, order) in [(24, Order::Any), (60, Order::Any), (60, Order::Fifo)] {
        let answer = answer(&register(writes), order, &Budget::default(), None).expect("a program in order");
        assert_eq!((answer.verdict, answer.basis), (Verdict::Diffluent, Basis::Explored), "{writes} writes, {order:?}");
        assert_eq!(answer.findings.cut, Some(Cut::Bound(Bound::Transitions)));
        assert_eq!(answer.findings.contested.len(), writes);
        assert!(answer.findings.certain.is_none() && !answer.findings.models_complete);
        let witness = answer.witness.expect("two runs");
        assert!(witness.schedules.iter().all(|schedule| schedule.stem.len() + schedule.cycle.len() <= 6));
    }
}

#[test]
fn a_search_ends_when_enough_is_known() {
    let all = answer(&register(8), Order::Any, &Budget::default(), Some(1)).expect("a program in order");
    assert_eq!(all.findings.cut, None, "no runs are taken of what is small");
    let enough = answer(&register(16), Order::Any, &Budget::default(), Some(1 << 19)).expect("a program in order");
    assert_eq!(enough.verdict, Verdict::Diffluent);
    assert!(enough.findings.figures.transitions < 1 << 20, "{} transitions", enough.findings.figures.transitions);
    assert_eq!(enough.findings.contested.len(), 16);
}

#[test]
fn a_violation_in_a_system_too_large_is_found() {
    let text = format!("{}\nnever lost; lost() :- value(7), set(3);", register(40));
    let answer = answer(&text, Order::Any, &Budget::default(), None).expect("a program in order");
    assert_eq!(answer.verdict, Verdict::Violated);
    assert!(matches!(answer.findings.invariants[..], [Invariant::Violated(_)]));
    assert_eq!(answer.violations.len(), 1);
}

#[test]
fn runs_never_say_more_than_a_whole_search_and_find_most_of_what_it_finds() {
    let count = std::env::var("WATERSHED_RANDOM").ok().and_then(|count| count.parse().ok()).unwrap_or(120);
    let whole = Budget { max_states: 20_000, max_transitions: 100_000, max_facts: 10_000, ..Budget::default() };
    let none = || Budget { enough: Arc::new(true.into()), ..whole.clone() };
    let (mut diffluent, mut shown) = (0, 0);
    for seed in 0..count {
        let fragment = if seed % 4 == 0 { Fragment::DedalusS } else { Fragment::Dedalus };
        let text = generator::program(seed, fragment).text();
        let order = if seed % 5 == 4 { Order::Fifo } else { Order::Any };
        let Some(found) = answer(&text, order, &whole, None).filter(|answer| answer.findings.cut.is_none()) else {
            continue;
        };
        let cut = answer(&text, order, &none(), None).expect("no rule errs");
        let findings = &found.findings;
        let is_open = |fact| findings.contested.contains(fact) || findings.undecided.contains(fact);
        assert!(cut.findings.contested.iter().all(is_open), "{text}");
        for (known, found) in findings.invariants.iter().zip(&cut.findings.invariants) {
            assert!(*known != Invariant::Kept || !matches!(found, Invariant::Violated(_)), "{text}");
        }
        if found.verdict == Verdict::Diffluent {
            diffluent += 1;
            shown += u64::from(cut.verdict == Verdict::Diffluent);
        }
    }
    println!("{diffluent} diffluent programs, {shown} shown by runs");
    assert!(diffluent * 10 > count && shown * 5 > diffluent * 4, "{shown} of {diffluent} among {count} are shown");
}
