//! The strict classes of semantics §4, with every reason.

use crate::checked;
use watershed::analysis::{Class, ReasonKind, analyse};

/// The class, and for each reason the class it keeps out of, its kind and the text it points at.
fn classified(text: &str) -> (Class, Vec<(Class, ReasonKind, String)>) {
    let checked = checked(text);
    let found = analyse(&checked.program).classification;
    let row = |reason: &watershed::analysis::Reason| {
        assert!(!reason.message.is_empty() && !reason.remedy.is_empty());
        (reason.keeps_out_of, reason.kind, checked.text(reason.span).to_string())
    };
    (found.class, found.reasons.iter().map(row).collect())
}

fn class(text: &str) -> Class {
    classified(text).0
}

const GUARDED: &str = "p(X)@async :- e(X); p(X)@next :- p(X); e(#n1, a); nodes n1;";

#[test]
fn dedalus_plus_is_guarded_and_negates_edb_relations_only() {
    assert_eq!(classified(GUARDED), (Class::DedalusPlus, vec![]));
    assert_eq!(class(&format!("{GUARDED} q(X) :- p(X), notin e(X);")), Class::DedalusPlus);
    assert_eq!(class(&format!("{GUARDED} q(count<X>) :- e(X);")), Class::DedalusPlus);
    assert_eq!(
        class(&format!("{GUARDED} q(M) :- p(X), node(M), notin node(X);")),
        Class::DedalusPlus,
        "node is built in"
    );
    assert_eq!(class("p(X)@next :- e(X); e(#n1, a);"), Class::DedalusPlus, "inductive heads need no guard");
}

#[test]
fn class_names_are_those_of_reports() {
    let names: Vec<String> =
        [Class::DedalusPlus, Class::DedalusS, Class::Dedalus].iter().map(ToString::to_string).collect();
    assert_eq!(names, ["dedalus+", "dedalus-s", "dedalus"]);
}

#[test]
fn each_event_fact_is_a_reason() {
    let (class, reasons) =
        classified("nodes n1, n2; q(X) :- e(X); e(#n1, a)@1; e(#n1, b)@2; e(c)@2; f(#n1, a); r() :- f(X);");
    assert_eq!(class, Class::Dedalus);
    assert_eq!(reasons.len(), 3, "one for each fact, those at every node once: {reasons:?}");
    assert!(reasons.iter().all(|r| r.0 == Class::DedalusS && r.1 == ReasonKind::EventFact));
    let places: Vec<&str> = reasons.iter().map(|r| r.2.as_str()).collect();
    assert_eq!(places, ["e(#n1, a)@1", "e(#n1, b)@2", "e(c)@2"]);
}

#[test]
fn an_event_fact_of_an_idb_relation_is_a_reason() {
    let (class, reasons) = classified("p(X)@next :- p(X); p(X) :- e(X); e(#n1, a); p(#n1, b)@1;");
    assert_eq!((class, reasons[0].1), (Class::Dedalus, ReasonKind::EventFact));
}

#[test]
fn facts_at_one_with_exact_persistence_are_static() {
    assert_eq!(class("e(X)@next :- e(X); e(#n1, a)@1; q(X) :- e(X), notin e(b);"), Class::DedalusPlus);
    let not_at_one = "e(X)@next :- e(X); e(#n1, a)@2; q(X) :- e(X), notin e(b);";
    let (class, reasons) = classified(not_at_one);
    assert_eq!(class, Class::Dedalus);
    let kinds: Vec<ReasonKind> = reasons.iter().map(|r| r.1).collect();
    assert!(kinds.contains(&ReasonKind::EventFact) && kinds.contains(&ReasonKind::NegatedIdb), "{kinds:?}");
}

#[test]
fn a_declared_event_relation_is_a_reason_without_facts() {
    let (class, reasons) = classified("event e; nodes n1; q(X) :- e(X);");
    assert_eq!(class, Class::Dedalus);
    assert_eq!(reasons.iter().map(|r| r.1).collect::<Vec<_>>(), [ReasonKind::EventRelation]);
}

#[test]
fn negating_an_event_relation_is_no_negation_of_an_idb_relation() {
    let (_, reasons) = classified("event e; f(#n1, a); q(X) :- f(X), notin e(X);");
    assert_eq!(reasons.iter().map(|r| r.1).collect::<Vec<_>>(), [ReasonKind::EventRelation]);
}

#[test]
fn every_literal_is_a_reason() {
    let text = "nodes n1; e(#n1, a); p(X) :- e(X); q(X) :- e(X), notin p(X), notin e(b), notin p(c); r(count<X>) :- p(X), e(X);";
    let (class, reasons) = classified(text);
    assert_eq!(class, Class::DedalusS);
    let expected = [
        (Class::DedalusPlus, ReasonKind::NegatedIdb, "p(X)"),
        (Class::DedalusPlus, ReasonKind::NegatedIdb, "p(c)"),
        (Class::DedalusPlus, ReasonKind::AggregatedIdb, "p(X)"),
    ];
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for (reason, (class, kind, text)) in reasons.iter().zip(expected) {
        assert_eq!((reason.0, reason.1), (class, kind));
        assert!(reason.2.ends_with(text), "{} should end with {text}", reason.2);
    }
}

#[test]
fn what_does_not_guard() {
    let base = "e(#n1, a, a); p(X, Y)@async :- e(X, Y);";
    let guards = ["p(X, Y)@next :- p(X, Y);", "p(#L, X, Y)@next :- p(#L, X, Y);"];
    for rule in guards {
        assert_eq!(class(&format!("{base} {rule}")), Class::DedalusPlus, "{rule}");
    }
    let others = [
        "",
        "p(X, Y) :- p(X, Y);",
        "p(X, X)@next :- p(X, X);",
        "p(Y, X)@next :- p(X, Y);",
        "p(X, a)@next :- p(X, a);",
        "p(X, Y)@next :- p(X, Y), e(X, Y);",
        "p(X, Y)@next :- p(X, Y), X != Y;",
        "p(X, Y)@next :- p(X, Y), notin e(X, Y);",
        "p(#n1, X, Y)@next :- p(#n1, X, Y);",
        "p(#X, X, Y)@next :- p(#X, X, Y);",
        "p(X, Y)@async :- p(X, Y);",
    ];
    for rule in others {
        let (class, reasons) = classified(&format!("{base} {rule}"));
        assert_eq!(class, Class::Dedalus, "{rule}");
        let unguarded = reasons.iter().filter(|r| r.1 == ReasonKind::UnguardedAsync).count();
        assert_eq!(unguarded, 1 + usize::from(rule.contains("@async")), "one for each async rule: {rule}");
    }
}

#[test]
fn first_column_locations_guard_too() {
    let base = "e(n1, a); p(N, X)@async :- e(N, X);";
    assert_eq!(class(&format!("{base} p(N, X)@next :- p(N, X);")), Class::DedalusPlus);
    assert_eq!(class(&format!("{base} p(N, N)@next :- p(N, N);")), Class::Dedalus);
    let checked = checked(base);
    let found = analyse(&checked.program).classification;
    assert_eq!(found.reasons[0].remedy, "add `p(N, X1)@next :- p(N, X1);`");
}

#[test]
fn the_marriage_ceremony_is_in_dedalus_s_and_no_theorem_applies() {
    let text = "i_do(X)@async :- i_do_edb(X);
        i_do(X)@next :- i_do(X);
        runaway() :- notin i_do(bride), i_do(groom);
        runaway() :- notin i_do(groom), i_do(bride);
        runaway()@next :- runaway();
        i_do_edb(#n1, bride); i_do_edb(#n1, groom); output runaway;";
    let (class, reasons) = classified(text);
    assert_eq!(class, Class::DedalusS);
    let pointed: Vec<&str> = reasons.iter().map(|r| r.2.trim_start_matches("notin ")).collect();
    assert_eq!(pointed, ["i_do(bride)", "i_do(groom)"]);
    assert_eq!(analyse(&checked(text).program).theorem, None);
    assert_eq!(analyse(&checked(GUARDED).program).theorem.map(|t| t.name), Some("dedalus+"));
}

#[test]
fn cycles_through_negation_count_temporal_edges() {
    let inductive = "nodes n1; e(#n1); on()@next :- e(), notin on();";
    let (class, reasons) = classified(inductive);
    assert_eq!(class, Class::Dedalus);
    assert_eq!((reasons[0].0, reasons[0].1), (Class::DedalusS, ReasonKind::NegatedCycle));
    let through_a_message = "nodes n1; e(#n1); a()@async :- e(), notin b(); a()@next :- a(); b() :- a();";
    let checked = checked(through_a_message);
    let found = analyse(&checked.program).classification;
    assert_eq!(found.class, Class::Dedalus);
    assert_eq!(found.reasons.len(), 1);
    assert!(found.reasons[0].message.ends_with("b → a → b"), "{}", found.reasons[0].message);
    let aggregated = "nodes n1; e(#n1, 1); s(count<X>)@next :- s(X), e(X); s(X) :- e(X);";
    let (class, reasons) = classified(aggregated);
    assert_eq!((class, reasons[0].1), (Class::Dedalus, ReasonKind::AggregatedCycle));
}

#[test]
fn acyclic_negation_through_time_stays_in_dedalus_s() {
    assert_eq!(class("nodes n1; e(#n1); a()@next :- e(); b()@next :- e(), notin a();"), Class::DedalusS);
}

/// Erratum 6: `addr` heads an async rule and is not persisted.
#[test]
fn the_garbage_collector_as_printed_is_not_in_dedalus_s() {
    let printed = "nodes n1; addr(#n1, a); ref(#n1, a, b); root(#n1, a);
        addr(X)@async :- new(X); new(#n1, b);
        reach(X) :- root(X);  reach(Y) :- reach(X), ref(X, Y);
        garbage(X) :- addr(X), notin reach(X);";
    let (class, reasons) = classified(printed);
    assert_eq!(class, Class::Dedalus);
    let kinds: Vec<ReasonKind> = reasons.iter().map(|r| r.1).collect();
    assert_eq!(kinds.iter().filter(|k| **k == ReasonKind::UnguardedAsync).count(), 1);
    let repaired = format!("{printed} addr(X)@next :- addr(X);");
    assert_eq!(self::class(&repaired), Class::DedalusS);
}

/// Erratum 4: the form with nullary relations has no unbound variable.
#[test]
fn nullary_relations_are_guarded_by_nullary_rules() {
    let text = "nodes n1; a_edb(#n1); b() :- notin a(); a()@async :- a_edb(); a()@next :- a(); c()@next :- b(); c()@next :- c();";
    let (class, reasons) = classified(text);
    assert_eq!(class, Class::DedalusS);
    assert_eq!(reasons.len(), 1);
}

#[test]
fn observer_rules_are_no_part_of_the_class() {
    let text = "nodes n1, n2; e(#n1, a); p(X)@async :- e(X); p(X)@next :- p(X);
        bad() :- p(#A, X), p(#B, Y), notin p(#A, Y), A != B; never bad;";
    let checked = checked(text);
    assert_eq!(checked.program.observers.len(), 1);
    assert_eq!(analyse(&checked.program).classification.class, Class::DedalusPlus);
}
