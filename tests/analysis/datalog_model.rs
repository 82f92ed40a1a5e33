//! Corollary 1 and Lemma 4: the ultimate model of a Dedalus+ program as one fixpoint.

use crate::checked;
use watershed::budget::Budget;
use watershed::eval::{EvalError, Fault};
use watershed::prove::datalog_model::ultimate_model;

fn model(text: &str) -> Vec<String> {
    let checked = checked(text);
    let facts = ultimate_model(&checked.program, &Budget::default()).expect("in Dedalus+").expect("no fault");
    facts.iter().map(|f| checked.program.show_fact(f.node, &f.fact)).collect()
}

fn fault(text: &str, budget: &Budget) -> EvalError {
    let checked = checked(text);
    ultimate_model(&checked.program, budget).expect("in Dedalus+").expect_err("it errs")
}

#[test]
fn reachability_over_nodes() {
    let text = "link(#a, b); link(#b, c); link(#c, c); nodes a, b, c;
        heard(#M, N)@async :- link(#N, M); heard(N)@next :- heard(N);
        heard(#M, N)@async :- heard(#L, N), link(#L, M); output heard;";
    assert_eq!(model(text), ["heard(#b, a)", "heard(#c, a)", "heard(#c, b)", "heard(#c, c)"]);
}

#[test]
fn nonlinear_recursion_meets_each_pair() {
    let chain: String = (0..12).map(|i| format!("e(n, {i}, {}); ", i + 1)).collect();
    let text = format!("{chain} t(N, X, Y) :- e(N, X, Y); t(N, X, Z)@next :- t(N, X, Y), t(N, Y, Z); output t;");
    assert_eq!(model(&text).len(), 13 * 12 / 2);
}

#[test]
fn negation_conditions_and_aggregates() {
    let text = "nodes n1; e(#n1, 1, a); e(#n1, 2, a); e(#n1, 5, b); f(#n1, b, x, y);
        total(K, sum<N>, count<N>, min<N>, max<N>) :- e(N, K);
        odd(N, M)@next :- e(N, K), M = N * 2 - 1, N % 2 == 1, notin f(K, _, _);
        same(K) :- e(N, K), notin f(K, X, X);
        output total, odd, same;";
    assert_eq!(
        model(text),
        ["total(#n1, a, 3, 2, 1, 2)", "total(#n1, b, 5, 1, 5, 5)", "odd(#n1, 1, 1)", "same(#n1, a)", "same(#n1, b)"]
    );
}

#[test]
fn destinations_outside_the_network_are_dropped() {
    let text = "nodes a, b; to(#a, b); to(#a, z); m(#T, x)@async :- to(#S, T); m(X)@next :- m(X); output m;";
    assert_eq!(model(text), ["m(#b, x)"]);
    let everywhere = "nodes a, b; go(#a); m(#T, x)@async :- go(#S); m(X)@next :- m(X); output m;";
    assert_eq!(model(everywhere), ["m(#a, x)", "m(#b, x)"]);
    let own = "nodes a, b; go(x); m(L)@next :- go(#L, x); n() :- go(#b, x); output m, n;";
    assert_eq!(model(own), ["m(#a, a)", "m(#b, b)", "n(#b)"]);
}

#[test]
fn faults_and_bounds_are_told() {
    let divides = "nodes n1; e(#n1, 0); p(1 / N) :- e(N);";
    assert!(matches!(fault(divides, &Budget::default()), EvalError::Fault { fault: Fault::DivisionByZero, .. }));
    let doubles = "nodes n1; p(#n1, 1); p(N * N * 3) :- p(N);";
    assert!(matches!(fault(doubles, &Budget::default()), EvalError::Fault { fault: Fault::IntegerBeyond64Bits, .. }));
    let counts = "nodes n1; p(#n1, 1); p(N + 1)@next :- p(N);";
    let few = Budget { max_facts: 100, ..Budget::default() };
    assert_eq!(fault(counts, &few), EvalError::TooManyFacts { limit: 100 });
}

#[test]
fn other_classes_have_no_such_model() {
    let checked = checked("nodes n1; e(#n1); m()@async :- e();");
    assert!(ultimate_model(&checked.program, &Budget::default()).is_none());
}
