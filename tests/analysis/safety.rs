//! Temporal safety and counters.

use crate::checked;
use watershed::analysis::analyse;

/// The codes of the warnings, in order.
fn warned(text: &str) -> Vec<&'static str> {
    let checked = checked(text);
    let analysis = analyse(&checked.program);
    let codes: Vec<&str> = analysis.warnings(&checked.program).iter().map(|w| w.code.0).collect();
    assert_eq!(codes.is_empty(), analysis.falls_quiet());
    codes
}

#[test]
fn persistence_falls_quiet() {
    let quiet = [
        "p(X)@next :- p(X); p(X) :- e(X); e(#n1, a);",
        "p(X)@next :- p(X); p(X)@next :- q(X); q(X) :- p(X), notin p(b); p(#n1, a)@1;",
        "p(X)@next :- p(X), notin p_del(X); p(#n1, a)@1; p_del(#n1, a)@4;",
        "p(X)@next :- p(X), notin p_del(X); p_del(X) :- p(X), e(X); e(#n1, a); p(#n1, a)@1;",
        "p(X, Y)@next :- p(X, Y), notin del(X); p(X, Z) :- p(X, Y), p(Y, Z); del(#n1, a)@4; p(#n1, a, b)@1;",
        "e(#n1, a); p(X)@async :- e(X); p(X)@next :- p(X); q(X) :- p(X); p(X)@async :- q(X);",
        "flip(Y, X)@next :- flip(X, Y), e(X); e(#n1, a)@1; flip(#n1, a, b)@1;",
        "e(#n1, a)@1; m(X)@async :- e(X); n(X)@async :- m(X);",
    ];
    for text in quiet {
        assert_eq!(warned(text), [""; 0], "{text}");
    }
}

#[test]
fn cycles_that_may_go_on_for_ever_are_named() {
    let restless = [
        "flip(Y, X)@next :- flip(X, Y); flip(#n1, a, b)@1;",
        "e(#n1); on()@next :- e(), notin on();",
        "token(#M)@async :- token(#N), next(#N, M); next(#n1, n2); next(#n2, n1); token(#n1)@1;",
        "a()@next :- b(); b()@next :- a(); a(#n1)@1;",
        "p(X)@next :- p(X), notin q(X); q(X) :- p(X), notin r(X); r(X)@next :- q(X); p(X) :- e(X), notin r(X); e(#n1, a);",
    ];
    for text in restless {
        assert_eq!(warned(text), ["W0701"], "{text}");
    }
    let checked = checked("a()@next :- b(); b() :- c(); c()@next :- a(); a(#n1)@1;");
    let warnings = analyse(&checked.program).warnings(&checked.program);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].message.ends_with("b → a → c → b"), "{}", warnings[0].message);
    let primary = warnings[0].primary.as_ref().expect("it has a place");
    assert_eq!(checked.text(primary.span), "a()@next");
    assert_eq!(warnings[0].secondary.len(), 1, "the other temporal rule of the cycle");
}

#[test]
fn messages_sent_for_ever_need_persistence() {
    let sends = "e(#n1, a); m(X)@async :- e(X); p(X) :- m(X);";
    assert_eq!(warned(sends), ["W0702"]);
    assert_eq!(warned(&format!("{sends} m(X)@next :- m(X);")), [""; 0]);
    assert_eq!(warned(&format!("{sends} m(X)@next :- m(X), notin d(X); d(#n1, a)@3;")), ["W0702"]);
    assert_eq!(warned("e(#n1, a)@1; k(X)@next :- e(X); k(X)@next :- k(X); m(X)@async :- k(X);"), ["W0702"]);
    let symmetric = "e(#n1, a, b)@1; s(X, Y) :- e(X, Y); s(X, Y) :- s(Y, X); m(X)@async :- s(X, Y);";
    assert_eq!(warned(symmetric), [""; 0], "a deductive cycle does not feed itself");
}

#[test]
fn counters_are_told_by_where_their_cycle_runs() {
    assert_eq!(warned("p(N + 1) :- p(N); p(#n1, 0);"), ["W0703"]);
    assert_eq!(warned("c(N + 1)@next :- c(N); c(#n1, 0)@1;"), ["W0704"]);
    assert_eq!(warned("c(M)@next :- c(N), M = N * 2; c(#n1, 1)@1;"), ["W0704"]);
    assert_eq!(
        warned("c(#n1, 1)@1; d(N + 1) :- c(N); c(N)@next :- d(N);"),
        ["W0704"],
        "the arithmetic is deductive, the cycle is not"
    );
    assert_eq!(warned("p(0) :- e(); p(count<X>)@next :- p(X); p(X)@next :- p(X); e(#n1);"), ["W0704"]);
    assert_eq!(warned("s(N + 1)@async :- s(N); s(N)@next :- s(N); s(#n1, 0);"), ["W0704"]);
}

#[test]
fn bounded_counters_are_finite() {
    let finite = [
        "p(N + 1) :- p(N), N < 10; p(#n1, 0);",
        "p(N + 1) :- p(N), 10 >= N + 1; p(#n1, 0);",
        "p(M) :- p(N), M = N + 1, M <= 10; p(#n1, 0);",
        "p(N + 1) :- p(N), N < M, limit(M); p(#n1, 0); limit(#n1, 10);",
        "p(N - 1) :- p(N), N > 0; p(#n1, 9);",
        "p(N + 1) :- p(N), step(N); p(#n1, 0); step(#n1, 0);",
        "p(N * 2) :- p(N), N < 10, N > 0; p(#n1, 1);",
        "p((N + 1) % 3) :- p(N); p(#n1, 0);",
        "c(N + 1)@next :- c(N), N < 10; c(#n1, 0)@1;",
        "c(N + 1)@next :- c(N), N < 10; c(N)@next :- c(N), notin d(N); d(#n1, 2); c(#n1, 0)@1;",
        "p(N + M) :- e(N), f(M); e(#n1, 1); f(#n1, 2);",
        "t(N + 1)@next :- t(N), e(); t(#n1, 0)@1; e(#n1)@1;",
    ];
    for text in finite {
        assert_eq!(warned(text), [""; 0], "{text}");
    }
    let wrong_way = ["p(N + 1) :- p(N), N > 10; p(#n1, 0);", "p(N * 2) :- p(N), N < 10; p(#n1, 0);"];
    for text in wrong_way {
        assert_eq!(warned(text), ["W0703"], "{text}");
    }
}

#[test]
fn a_counter_that_starts_over_is_finite_but_never_quiet() {
    assert_eq!(warned("c(N + 1)@next :- c(N), N < 10; c(0)@next :- c(N), N >= 10; c(#n1, 0)@1;"), ["W0701"]);
}
