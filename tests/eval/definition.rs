//! What one local step is, feature by feature. Every step is taken by all evaluators.

use super::text::{first_error, first_step, given, node, program};
use std::collections::BTreeSet;
use watershed::eval::naive::{Naive, observe};
use watershed::eval::{EvalError, Fault, LocalStep};
use watershed::program::{Fact, RuleId};

/// Checks what node `n` derives beyond its input, keeps and sends.
#[track_caller]
fn check(text: &str, derived: &str, next: &str, sent: &str) {
    assert_eq!(first_step(&format!("nodes n, m; {text}"), "n"), [derived, next, sent], "{text}");
}

#[track_caller]
fn derives(text: &str, derived: &str) {
    check(text, derived, "", "");
}

#[track_caller]
fn errs(text: &str, rule: u32, fault: Fault) {
    let error = first_error(&format!("nodes n; {text}"), "n");
    assert_eq!(error, EvalError::Fault { rule: RuleId(rule), fault }, "{text}");
}

#[test]
fn deductive_rules_close_the_input_and_the_others_apply_once() {
    derives(
        "e(#n, a, b). e(#n, b, c). p(X, Y) :- e(X, Y). p(X, Z) :- p(X, Y), e(Y, Z).",
        "p(#n, a, b) p(#n, a, c) p(#n, b, c)",
    );
    // Rings, whose facts depend on one another; as events, so that nothing is settled before the step.
    let ring = "e(#n, 1, 2)@1. e(#n, 2, 3)@1. e(#n, 3, 1)@1. s(#n, 1)@1. s(#n, 3)@2.";
    derives(&format!("{ring} p(X) :- s(X). p(Y) :- p(X), e(X, Y)."), "p(#n, 1) p(#n, 2) p(#n, 3)");
    derives(&format!("{ring} p(X) :- s(X). p(Y) :- p(X), e(Y, X)."), "p(#n, 1) p(#n, 2) p(#n, 3)");
    derives(
        &format!("{ring} p(X) :- s(X). q(Y) :- p(X), e(X, Y). p(X) :- q(X), notin s(X)."),
        "p(#n, 1) p(#n, 2) p(#n, 3) q(#n, 1) q(#n, 2) q(#n, 3)",
    );
    check("e(#n, 1). p(X)@next :- e(X). p(Y)@next :- p(X), Y = X + 1.", "", "p(#n, 1)", "");
    check("e(#n, 1). p(#m, X)@async :- e(X). q(X)@next :- p(X).", "", "", "p(#m, 1)");
    check("e(#n, 1). p(X) :- e(X). p(X)@next :- p(X).", "p(#n, 1)", "p(#n, 1)", "");
}

#[test]
fn facts_hold_where_and_when_they_are_given() {
    derives("e(#n, a)@1. e(#n, b)@2. e(#n, c). e(#m, d). p(X) :- e(X).", "p(#n, a) p(#n, c)");
}

#[test]
fn negation_reads_the_strata_below() {
    derives("e(#n, a). e(#n, b). s(#n, a). p(X) :- e(X), notin s(X). q(X) :- e(X), notin p(X).", "p(#n, b) q(#n, a)");
    check(
        "e(#n, a). p(X) :- e(X). q(X)@next :- e(X), notin p(X). r(#n)@async :- e(_), notin q(_).",
        "p(#n, a)",
        "",
        "r(#n)",
    );
}

#[test]
fn variables_of_a_negated_atom_alone_are_existential() {
    let facts = "e(#n, a). e(#n, b). s(#n, a, 1, 2). s(#n, b, 3, 3).";
    derives(&format!("{facts} p(X) :- e(X), notin s(X, _, _)."), "");
    derives(&format!("{facts} p(X) :- e(X), notin s(X, Y, Y)."), "p(#n, a)");
    derives(&format!("{facts} p(X) :- e(X), notin s(X, 3, _)."), "p(#n, a)");
    derives(&format!("{facts} p(X) :- e(X), notin s(_, _, 1+1)."), "");
}

#[test]
fn constants_repeated_variables_and_wildcards_match() {
    let facts = "e(#n, a, a). e(#n, a, b). e(#n, b, c).";
    derives(&format!("{facts} p(X) :- e(X, X)."), "p(#n, a)");
    derives(&format!("{facts} p(X) :- e(a, X)."), "p(#n, a) p(#n, b)");
    derives(&format!("{facts} p(X) :- e(X, _)."), "p(#n, a) p(#n, b)");
    derives(&format!("{facts} p(X, Z) :- e(X, Y), e(Y, Z), X != Y."), "p(#n, a, c)");
}

#[test]
fn comparisons_use_the_total_order_and_equations_bind() {
    let facts = "e(#n, a). e(#n, b). e(#n, -3). e(#n, 10).";
    derives(&format!("{facts} p(X) :- e(X), X < a."), "p(#n, -3) p(#n, 10)");
    derives(&format!("{facts} p(X) :- e(X), X >= a."), "p(#n, a) p(#n, b)");
    derives("e(#n, 7). p(Y, Z) :- e(X), Y = X / -2, Z = X % -2.", "p(#n, -3, 1)");
    derives("e(#n, 7). p(X - 1, 2 * (X + 1)) :- e(X).", "p(#n, 6, 16)");
}

#[test]
fn aggregates_group_by_the_other_columns_and_range_over_distinct_values() {
    let facts = "d(#n, x, t1, 5). d(#n, x, t2, 5). d(#n, x, t3, 7). d(#n, y, t1, 1).";
    derives(&format!("{facts} p(A, sum<V>) :- d(A, _, V)."), "p(#n, x, 12) p(#n, y, 1)");
    derives(&format!("{facts} p(A, sum<V; T>) :- d(A, T, V)."), "p(#n, x, 17) p(#n, y, 1)");
    derives(&format!("{facts} p(A, count<V>) :- d(A, _, V)."), "p(#n, x, 2) p(#n, y, 1)");
    derives(&format!("{facts} p(A, count<V; T>) :- d(A, T, V)."), "p(#n, x, 3) p(#n, y, 1)");
    derives(&format!("{facts} p(min<V>, A, max<V>, count<T>) :- d(A, T, V)."), "p(#n, 1, y, 1, 1) p(#n, 5, x, 7, 3)");
    derives(&format!("{facts} p(count<A>) :- d(A, _, _)."), "p(#n, 2)");
    derives(&format!("{facts} p(count<A>) :- d(A, _, 99)."), "");
    derives("e(#n, 1). e(#n, a). p(min<X>, max<X>) :- e(X).", "p(#n, 1, a)");
}

#[test]
fn aggregates_stand_in_any_head_and_the_destination_is_part_of_the_group() {
    let facts = "d(#n, n, 1). d(#n, m, 2). d(#n, m, 3). d(#n, m, 3). d(#n, z, 9).";
    check(&format!("{facts} p(#T, sum<V>)@async :- d(T, V)."), "", "", "p(#m, 5) p(#n, 1)");
    check(&format!("{facts} p(sum<V>)@next :- d(_, V)."), "", "p(#n, 15)", "");
    check(&format!("{facts} p(#N, max<V>)@async :- d(_, V)."), "", "", "p(#m, 9) p(#n, 9)");
}

#[test]
fn sent_facts_outside_the_network_are_dropped_and_an_unbound_addressee_is_every_node() {
    check("e(#n, m). e(#n, z). e(#n, 3). p(#X)@async :- e(X).", "", "", "p(#m)");
    check("e(#n, 1). p(#N, X)@async :- e(X).", "", "", "p(#m, 1) p(#n, 1)");
    check("e(#n, 1). p(#m, X)@async :- e(X). p(#z, X)@async :- e(X).", "", "", "p(#m, 1)");
}

#[test]
fn a_rule_location_binds_or_restricts() {
    derives("e(#n, m). p(#X, X) :- e(#X, Y).", "p(#n, n)");
    derives("e(#n, m). e(#n, n). p(#X, Y) :- e(#X, Y), e(#X, X), Y != X.", "p(#n, m)");
    check("e(#n). p(#m)@async :- e(#n). q(#n)@async :- e(#m). r(#n)@async :- e(#X).", "", "", "p(#m) r(#n)");
}

#[test]
fn node_is_true_of_every_node() {
    derives("e(#n). p(X) :- node(X), e().", "p(#n, m) p(#n, n)");
    check("e(#n, z). e(#n, m). p(X) :- e(X), notin node(X). q(#X)@async :- node(X).", "p(#n, z)", "", "q(#m) q(#n)");
}

#[test]
fn literals_are_taken_atoms_first_then_conditions_then_negations() {
    derives("e(#n, 0). e(#n, 2). p(10 / X) :- X != 0, e(X).", "p(#n, 5)");
    errs("e(#n, 0). p(X) :- e(X), 10 / X > 1, X != 0.", 0, Fault::DivisionByZero);
    // A negated atom comes too late to keep a condition from erring, and in time to keep the head from it.
    errs("e(#n, 0). z(#n, 0). p(X) :- e(X), notin z(X), Y = 1 / X, Y > 0.", 0, Fault::DivisionByZero);
    derives("e(#n, 0). z(#n, 0). p(1 / X) :- e(X), notin z(X).", "");
    errs("e(#n, 0). p(X) :- e(X), notin z(1 / X), notin e(X).", 0, Fault::DivisionByZero);
    errs("e(#n, 0). s(#n). p(X) :- e(X), notin z(1 / X), notin s().", 0, Fault::DivisionByZero);
    derives("e(#n, 0). p(X) :- e(X), notin e(X), notin z(1 / X).", "");
}

#[test]
fn faults_name_the_least_rule_of_the_lowest_stratum() {
    let max = i64::MAX;
    errs("e(#n, a). p(X + 1) :- e(X).", 0, Fault::ArithmeticOnSymbol);
    errs(&format!("e(#n, {max}). p(X + 1) :- e(X)."), 0, Fault::IntegerBeyond64Bits);
    errs("e(#n, 1). e(#n, a). p(sum<X>) :- e(X).", 0, Fault::ArithmeticOnSymbol);
    errs(&format!("e(#n, 1). e(#n, {max}). p(sum<X>) :- e(X)."), 0, Fault::IntegerBeyond64Bits);
    errs("e(#n, 0). e(#n, a). p(7 / X) :- e(X). q(X * X)@next :- e(X).", 0, Fault::DivisionByZero);
    let two_strata = "e(#n, 0). q(X) :- e(X), notin r(X), Y = 1 / X. r(X) :- e(X), Y = a, Z = Y + 1.";
    errs(two_strata, 1, Fault::ArithmeticOnSymbol);
    errs("e(#n, 0). p(1 / X)@next :- e(X). p(X / 0)@async :- e(X). q(1 % X) :- e(X).", 2, Fault::DivisionByZero);
}

#[test]
fn a_runaway_step_stops_at_the_bound() {
    let error = first_error("nodes n; e(#n, 0). p(X) :- e(X). p(X + 1) :- p(X).", "n");
    assert_eq!(error, EvalError::TooManyFacts { limit: 200 });
}

#[test]
fn the_bound_is_on_the_facts_of_d() {
    let program = program("nodes n; e(#n, 1). e(#n, 2). p(X) :- e(X). q(X)@next :- e(X).");
    let node = node(&program, "n");
    let input = given(&program, node, 1);
    assert_eq!(Naive::new(&program, 4).step(node, &input).map(|o| o.derived.len()), Ok(4));
    assert_eq!(Naive::new(&program, 3).step(node, &input), Err(EvalError::TooManyFacts { limit: 3 }));
    assert_eq!(Naive::new(&program, 1).step(node, &input), Err(EvalError::TooManyFacts { limit: 1 }));
}

#[test]
fn observers_see_the_latest_step_of_every_node_that_has_stepped() {
    let program = program(
        "nodes n, m; e(#n, 1). e(#m, 1). e(#m, 2). p(X) :- e(X). never both;
         both(#A, X) :- p(#A, X), p(#B, X), A != B.
         alone(#A, X) :- p(#A, X), notin both(#A, X).",
    );
    assert_eq!(program.observers.len(), 2);
    let latest: Vec<BTreeSet<Fact>> = program
        .node_ids()
        .map(|node| Naive::new(&program, 100).step(node, &given(&program, node, 1)).expect("no errors").derived)
        .collect();
    let shown = |snapshot: &[Option<&BTreeSet<Fact>>]| {
        let observed = observe(&program, snapshot).expect("no errors");
        observed.iter().map(|fact| program.show_global_fact(fact)).collect::<Vec<_>>().join(" ")
    };
    let (m, n) = (Some(&latest[0]), Some(&latest[1]));
    assert_eq!(shown(&[m, n]), "both(#m, 1) both(#n, 1) alone(#m, 2)");
    assert_eq!(shown(&[m, None]), "alone(#m, 1) alone(#m, 2)");
    assert_eq!(shown(&[None, None]), "");
}
