//! Semantics §4: the model of a Dedalusˢ program, stratum by stratum.

use crate::checked;
use watershed::budget::Budget;
use watershed::eval::{EvalError, Fault};
use watershed::prove::datalog_model::stratified_model;

fn model(text: &str) -> Vec<String> {
    let checked = checked(text);
    let facts = stratified_model(&checked.program, &Budget::default()).expect("in DedalusS").expect("no fault");
    facts.iter().map(|f| checked.program.show_fact(f.node, &f.fact)).collect()
}

#[test]
fn a_stratum_waits_for_the_messages_of_those_below() {
    let marriage = "nodes n; vow(#n, bride); vow(#n, groom); i_do(#N, X)@async :- vow(#N, X); i_do(X)@next :- i_do(X);
        runaway() :- i_do(bride), notin i_do(groom); runaway() :- i_do(groom), notin i_do(bride);
        runaway()@next :- runaway(); output runaway, i_do;";
    assert_eq!(model(marriage), ["i_do(#n, bride)", "i_do(#n, groom)"]);
    let one = marriage.replace("vow(#n, groom);", "");
    assert_eq!(model(&one), ["i_do(#n, bride)", "runaway(#n)"]);
}

/// Erratum 5: a chain through `@next` ends before what negates it begins.
#[test]
fn inductive_recursion_is_closed_before_it_is_negated() {
    let text = "nodes n; p(#n, 1); p(X + 1)@next :- p(X), X < 7; p(X)@next :- p(X);
        r(42) :- p(1), !p(7); s(X) :- p(X), !r(42); t(count<X>)@async :- s(X); t(X)@next :- t(X);
        u(X) :- t(X), !s(9); output r, t, u;";
    assert_eq!(model(text), ["t(#n, 7)", "u(#n, 7)"]);
}

#[test]
fn four_strata_of_aggregates_and_negation_over_nodes() {
    let text = "nodes a, b; e(#a, 1); e(#a, 2); e(#b, 3); boss(#a, b); boss(#b, b);
        m(#B, X)@async :- e(X), boss(B); m(X)@next :- m(X);
        top(max<X>) :- m(X); rest(X) :- m(X), notin top(X);
        total(#a, sum<X>)@async :- rest(X); total(X)@next :- total(X);
        lone(X) :- e(X), notin total(_);
        output top, rest, total, lone;";
    let mut facts = model(text);
    facts.sort_unstable();
    assert_eq!(facts, ["lone(#b, 3)", "rest(#b, 1)", "rest(#b, 2)", "top(#b, 3)", "total(#a, 3)"]);
}

#[test]
fn faults_are_of_the_lowest_stratum_that_has_one() {
    let text = "nodes n; e(#n, 0); f(#n, 1); late(1 / X) :- e(X), notin f(X), notin early(_); early(2 % X) :- e(X); output late;";
    let checked = checked(text);
    let error = stratified_model(&checked.program, &Budget::default()).expect("in DedalusS").expect_err("it errs");
    let EvalError::Fault { rule, fault } = error else { panic!("{error}") };
    assert_eq!((rule.0, fault), (1, Fault::DivisionByZero));
}

#[test]
fn programs_outside_have_none() {
    for text in [
        "nodes n; e(#n); m()@async :- e();",
        "nodes n; e(#n)@2; m() :- e();",
        "nodes n; e(#n); p()@next :- e(), notin p();",
        "nodes n; e(#n, 1); p(count<X>)@next :- e(X), p(X);",
    ] {
        assert!(stratified_model(&checked(text).program, &Budget::default()).is_none(), "{text}");
    }
}
