//! Left-out choices held against the definitions of the reductions: silent where these are right, loud where a mistake is planted.

use std::panic::catch_unwind;
use watershed::budget::Budget;
use watershed::pipeline::recheck::Rechecked;
use watershed::pipeline::{explore_instance, instance::Options};
use watershed::program::{Program, resolve};
use watershed::reduce::{Flaw, Reductions};
use watershed::syntax::load::{Input, load};

fn program(text: &str) -> Program {
    let loaded = load(&[Input::Text { name: "test.ded".to_string(), text: text.to_string() }]);
    let (program, diagnostics) = resolve::resolve(&loaded.sources, &loaded.trees, &resolve::Options::default());
    program.unwrap_or_else(|| panic!("{text}\n{diagnostics:?}"))
}

fn rechecked(text: &str, reductions: Reductions) -> Rechecked {
    let options = Options { reductions, recheck: true, ..Options::default() };
    let found = explore_instance(&program(text), &Budget::default(), options, &mut |_| ());
    found.figures.rechecked.expect("asked for")
}

/// What is said of this mistake, with the reduction in which it is alone.
fn caught(text: &str, reduction: &str, flaw: Flaw) -> String {
    let only = Reductions::only(reduction).expect("a reduction");
    assert!(rechecked(text, only).choices > 0, "nothing is tested: {text}");
    assert!(rechecked(text, Reductions { slices: false, ..Reductions::ALL }).choices > 0);
    let flawed = Reductions { flaw: Some(flaw), ..only };
    let panic = catch_unwind(|| rechecked(text, flawed)).expect_err("the mistake goes unnoticed");
    let said = *panic.downcast::<String>().expect("a panic with a message");
    assert!(said.contains(&format!("the reduction `{reduction}` leaves out a choice that it must not")), "{said}");
    said
}

const BOTH: &str = "nodes c, s; go(#c, x)@1; go(#c, y)@1; m(#s, X)@async :- go(#c, X);";

#[test]
fn eager_messages_that_a_latch_remembers_are_caught() {
    let text = format!(
        "{BOTH} output first, seen; first(X)@next :- m(X), notin taken(); first(X)@next :- first(X);
        taken()@next :- m(_); taken()@next :- taken(); e(#s)@async :- go(#c, x); seen() :- e(); seen()@next :- seen();"
    );
    let said = caught(&text, "eager", Flaw::Latches);
    assert!(said.contains("first(#s, "), "{said}");
}

/// Two causes of one message that come in one step send it once.
#[test]
fn eager_messages_whose_causes_meet_are_caught() {
    let text = "nodes a, s, d; output two, one, k; go(#a)@1; p(#s)@async :- go(#a); q(#s)@async :- go(#a); to(#s, d);
        k(#a)@async :- go(#a); k()@next :- k();
        w(#D)@async :- p(#S), to(#S, D); w(#D)@async :- q(#S), to(#S, D);
        one()@next :- w(); one()@next :- one(); two()@next :- w(), one(); two()@next :- two();";
    let said = caught(text, "eager", Flaw::Coinciding);
    assert!(said.contains("it has sent w(#d) 2 times"), "{said}");
}

#[test]
fn persistent_sets_to_which_something_is_sent_are_caught() {
    let text = "output ok; nodes a, b; go(#a)@1; go(#b)@1; m(#a)@async :- go(#b); k(#a)@async :- go(#a);
        t()@next :- k(), notin m(); ok() :- t(), m(); ok()@next :- ok();";
    caught(text, "persistent", Flaw::Senders);
}

#[test]
fn steps_that_observers_see_too_early_are_caught() {
    let text = "output o; never both; nodes a, b; go(#a)@1; go(#b)@1;
        blink()@next :- go(); o() :- blink();
        both() :- blink(#a), blink(#b);";
    caught(text, "persistent", Flaw::Seen);
}

#[test]
fn batches_that_send_something_else_are_caught() {
    let text = "output ok; nodes a, b, s, d; go(#a)@1; go(#b)@1;
        m(#s)@async :- go(#a); n(#s)@async :- go(#b);
        z(#d)@async :- m(#s), n(#s); ok() :- z(); ok()@next :- ok();";
    caught(text, "batches", Flaw::Batches);
}

/// A message that is taken for silent comes to a node whose steps were taken first.
#[test]
fn messages_that_are_not_silent_are_caught() {
    let text = "output ok; nodes a, b, c, d; go(#a)@1; go(#c)@1;
        m(#b)@async :- go(#a); e(#b)@async :- go(#c);
        w(#d)@async :- e(#b); z(#b)@async :- w(#d);
        t()@next :- m(); ok() :- t(), z(); ok()@next :- ok();";
    let both = Reductions { slices: false, batches: false, ..Reductions::ALL };
    assert!(rechecked(text, both).choices > 0);
    let panic = catch_unwind(|| rechecked(text, Reductions { flaw: Some(Flaw::Silent), ..both }));
    let said = *panic.expect_err("the mistake goes unnoticed").downcast::<String>().expect("a message");
    assert!(said.contains("sends something"), "{said}");
}

#[test]
fn nothing_is_tested_where_nothing_is_left_out() {
    assert_eq!(rechecked(BOTH, Reductions::NONE), Rechecked::default());
    let unasked = explore_instance(&program(BOTH), &Budget::default(), Options::default(), &mut |_| ());
    assert_eq!(unasked.figures.rechecked, None);
}
