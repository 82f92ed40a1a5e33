//! The rules of temporal polarity, one small program each.

use super::checked;
use watershed::analysis::polarity::{Flaw, Polarity, Standing};
use watershed::analysis::{Dependencies, analyse, endurance::Endurance};

/// The flags of a relation, and its standing in one word.
fn of(text: &str, relation: &str) -> (String, &'static str) {
    let program = checked(text).program;
    let polarity = analyse(&program).polarity;
    let id = program.relation_named(relation).expect("a relation");
    let standing = match polarity.standing(id) {
        Standing::Flagged => "flagged",
        Standing::Ends => "ends",
        Standing::Settles => "settles",
        Standing::Open(spoiler) => spoiler.cause.name(),
        Standing::Observed => "observed",
    };
    (polarity.flags(id).names().join(" "), standing)
}

fn says(text: &str, relation: &str, flags: &str, standing: &str) {
    assert_eq!(of(text, relation), (flags.to_string(), standing), "{relation} in {text}");
}

/// A kept message relation `m`, one-shot messages `k`, a static `s`, an event `e`.
const BASE: &str =
    "nodes a, b; s(#a, x); e(#a, x)@1; m(#b, X)@async :- e(X); m(X)@next :- m(X); k(#b, X)@async :- e(X);";

fn base(rules: &str, relation: &str, flags: &str, standing: &str) {
    says(&format!("{BASE} {rules}"), relation, flags, standing);
}

#[test]
fn what_is_given() {
    base("", "s", "up down timed occurs", "flagged");
    base("", "e", "timed occurs", "flagged");
    base("", "m", "up occurs", "flagged");
    base("", "k", "occurs", "ends");
}

#[test]
fn deduction_hands_on_flags() {
    base("p(X) :- m(X), s(X);", "p", "up occurs", "flagged");
    base("p(X) :- s(X), notin m(X);", "p", "down", "flagged");
    base("p(X) :- s(X), notin q(X); q(X) :- s(X), notin m(X);", "p", "up occurs", "flagged");
    base("p(X) :- m(X), notin q(X); q(X) :- s(X), notin m(X);", "p", "up occurs", "flagged");
    base("p(X) :- m(X), e(X);", "p", "", "ends");
    base("p(X) :- k(X), s(X);", "p", "occurs", "ends");
    base("p() :- k(X), k(Y), X != Y;", "p", "", "ends");
    base("p(X) :- s(X), notin e(X);", "p", "timed occurs", "flagged");
}

#[test]
fn a_test_of_absence_settles_and_must_not_be_kept() {
    let lag = "p(X) :- m(X), notin n(X); n(#b, X)@async :- m(X); n(X)@next :- n(X);";
    base(lag, "p", "", "settles");
    base(&format!("{lag} p(X)@next :- p(X);"), "p", "", "latch");
    base(&format!("{lag} o(X)@next :- p(X);"), "o", "", "settles");
    base(&format!("{lag} o(#a, X)@async :- p(X);"), "o", "", "unkept");
    base(&format!("{lag} o() :- z(X); z(X)@next :- p(X); z(X)@next :- z(X), notin n(X);"), "o", "", "cycle");
}

#[test]
fn what_is_kept_remembers_messages_and_clocks() {
    base("p(X) :- k(X); p(X)@next :- p(X);", "p", "up occurs", "flagged");
    base("p(X) :- k(X), m(X); p(X)@next :- p(X);", "p", "", "latch");
    base("p(X) :- e(X); p(X)@next :- p(X);", "p", "up timed occurs", "flagged");
    base("p(X) :- m(X), e(X); p(X)@next :- p(X);", "p", "", "latch");
    base("f()@next :- s(X), notin f();", "f", "timed occurs", "flagged");
    base("f()@next :- s(X), notin f(); p(#b)@async :- f();", "p", "occurs", "unkept");
    base("f()@next :- s(X), notin f(); p(#b)@async :- f(); p()@next :- p();", "p", "up occurs", "flagged");
}

#[test]
fn a_set_that_only_loses_members_is_down() {
    let wearing = "w(#b, x)@1; w(X)@next :- w(X), notin m(X);";
    base(wearing, "w", "down", "flagged");
    base(&format!("{wearing} w(X) :- k(X);"), "w", "", "cycle");
    base("w(#b, x)@2; w(X)@next :- w(X), notin m(X);", "w", "", "cycle");
    base("w(#b, x)@1; w(X)@next :- w(X), m(X);", "w", "", "cycle");
    base(&format!("{wearing} p(X) :- s(X), notin w(X); p(X)@next :- p(X);"), "p", "up occurs", "flagged");
    // It is gone at the first step only where the message is there at once.
    base("w(X) :- s(X), notin m(X); w(X)@next :- w(X);", "w", "", "latch");
}

#[test]
fn thresholds_on_what_only_grows() {
    let count = "c(count<X>) :- m(X);";
    base(count, "c", "", "settles");
    for (literal, flags) in [
        ("c(N), N >= 2", "up occurs"),
        ("c(N), 2 < N", "up occurs"),
        ("c(_)", "up occurs"),
        ("s(X), notin c(_)", "down"),
        ("c(N), N < 2", ""),
        ("c(N), N == 2", ""),
        ("c(2)", ""),
        ("c(N), N >= 1, N < 3", ""),
        ("c(N), c(M), N >= M", ""),
        ("c(N), M = N + 1, M >= 2", ""),
    ] {
        let standing = if flags.is_empty() { "settles" } else { "flagged" };
        base(&format!("{count} p() :- {literal};"), "p", flags, standing);
    }
    base("c(count<X>) :- s(X), notin m(X); p() :- c(N), N >= 2;", "p", "down", "flagged");
    base("c(count<X>) :- s(X), notin m(X); p() :- c(N), N <= 2;", "p", "", "settles");
    base("c(min<X>) :- m(X); p() :- c(N), N <= z;", "p", "up occurs", "flagged");
    base("c(min<X>) :- m(X); p() :- c(N), N >= z;", "p", "", "settles");
    base("c(count<X>) :- e(X);", "c", "timed occurs", "flagged");
    base("c(count<X>) :- s(X);", "c", "up down timed occurs", "flagged");
    // Facts of the file make a second row.
    base("c(count<X>) :- m(X); c(#b, 7)@1; p() :- c(N), N >= 2;", "p", "", "settles");
    // The number itself is read elsewhere.
    base(&format!("{count} p(N) :- c(N), N >= 2;"), "p", "", "settles");
}

/// A counter that is sent to another node, and the lag there: it never settles, and the whole cannot be explored.
#[test]
fn a_counter_never_settles() {
    let text = "nodes a, b; s(#a, 0)@1; s(#N, T + 1)@next :- s(#N, T); r(#b, T)@async :- s(#a, T); r(T)@next :- r(T);
                t(#b, T)@async :- s(#a, T); t(T)@next :- t(T); lag() :- t(T), notin r(T); output lag;";
    says(text, "r", "up occurs", "flagged");
    says(text, "lag", "", "counter");
    let program = checked(text).program;
    assert_eq!(analyse(&program).theorem, None);
    let dependencies = Dependencies::of(&program);
    let endurance = Endurance::of(&program, &dependencies);
    let counters = analyse(&program).counters;
    let flawed = Polarity::flawed(&program, &dependencies, &endurance, &counters, Some(Flaw::Counters));
    assert!(flawed.is_confluent(&program), "the mistake would be noticed");
    let flagged = checked(&text.replace("output lag;", "output r;")).program;
    assert_eq!(analyse(&flagged).theorem.map(|theorem| theorem.name), Some("temporal-polarity"));
}

#[test]
fn outputs_decide_and_latches_elsewhere_do_not_matter() {
    let text = format!("{BASE} p(X) :- k(X), m(X); p(X)@next :- p(X);");
    assert_eq!(analyse(&checked(&text).program).theorem, None);
    let text = format!("{text} output m;");
    assert_eq!(analyse(&checked(&text).program).theorem.map(|theorem| theorem.name), Some("temporal-polarity"));
}

#[test]
fn an_infinite_step_is_refused_whatever_the_outputs_are() {
    let text = format!("{BASE} p(0); p(N + 1) :- p(N); output m;");
    assert_eq!(analyse(&checked(&text).program).theorem, None);
}

#[test]
fn names_of_flags_are_those_of_the_reports() {
    let program = checked(BASE).program;
    let polarity = analyse(&program).polarity;
    let m = program.relation_named("m").expect("a relation");
    assert_eq!(polarity.flags(m).names(), ["up", "occurs"]);
    assert_eq!(*polarity.standing(m), Standing::Flagged);
    assert_eq!(polarity.infinite_step(), None);
}
