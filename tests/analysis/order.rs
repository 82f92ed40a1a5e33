//! Points of order and unguarded meetings.

use crate::{Checked, checked};
use watershed::analysis::{MeetingKind, Sign, analyse};

fn points(checked: &Checked) -> Vec<(String, Sign, Vec<String>)> {
    let channel = |rule: &watershed::program::RuleId| {
        checked.name(checked.program.rules[rule.0 as usize].head.relation).to_string()
    };
    analyse(&checked.program)
        .points_of_order
        .iter()
        .map(|p| (checked.text(p.span).to_string(), p.sign, p.channels.rules.iter().map(channel).collect()))
        .collect()
}

fn meetings(text: &str) -> Vec<(MeetingKind, Vec<String>, bool)> {
    let checked = checked(text);
    let meetings = analyse(&checked.program).meetings;
    for meeting in &meetings {
        assert!(!meeting.channels.is_empty() && !meeting.message.is_empty() && meeting.guard.contains("@next"));
    }
    let texts = |spans: &[watershed::source::Span]| spans.iter().map(|s| checked.text(*s).to_string()).collect();
    meetings.iter().map(|m| (m.kind, texts(&m.literals), m.remembered)).collect()
}

#[test]
fn negating_or_counting_what_messages_bring_is_a_point_of_order() {
    let checked = checked(
        "nodes n1; e(#n1, a); all(#n1, a);
         m(X)@async :- e(X); m(X)@next :- m(X); k(X)@async :- m(X);
         seen(X) :- m(X); missing(X) :- all(X), notin seen(X), notin e(X); n(count<X>) :- seen(X), all(X); l() :- all(X), notin k(X);",
    );
    let found = points(&checked);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].0.ends_with("seen(X)") && found[0].1 == Sign::Negated);
    assert_eq!(found[0].2, ["m"], "the nearest channels only");
    assert!(found[1].0.ends_with("seen(X)") && found[1].1 == Sign::Aggregated);
    assert_eq!(found[2].2, ["k"]);
}

#[test]
fn without_messages_there_is_no_point_of_order() {
    let checked = checked("nodes n1; e(#n1, a)@2; p(X)@next :- e(X); q() :- e(X), notin p(X);");
    assert_eq!(points(&checked), []);
}

const SENDS: &str = "nodes n1; qe(#n1, a); re(#n1, b); q(X)@async :- qe(X); r(X)@async :- re(X);";

/// Erratum 2: without any negation.
#[test]
fn a_transient_and_a_growing_relation_meet() {
    let found = meetings(&format!("{SENDS} q(X)@next :- q(X); p(X) :- q(X), r(Y); p(X)@next :- p(X);"));
    assert_eq!(found, [(MeetingKind::Growing, vec!["q(X)".to_string(), "r(Y)".to_string()], true)]);
    let guarded =
        meetings(&format!("{SENDS} q(X)@next :- q(X); r(X)@next :- r(X); p(X) :- q(X), r(Y); p(X)@next :- p(X);"));
    assert_eq!(guarded, []);
}

#[test]
fn two_scratches_meet_under_a_persisted_head() {
    let found = meetings(&format!("{SENDS} s(X) :- q(X); t(X) :- r(X); p(X) :- s(X), t(Y), qe(X); p(X)@next :- p(X);"));
    assert_eq!(found, [(MeetingKind::Scratches, vec!["s(X)".to_string(), "t(Y)".to_string()], true)]);
    let not_kept = meetings(&format!("{SENDS} p(X) :- q(X), r(Y);"));
    assert_eq!(not_kept.len(), 1);
    assert!(!not_kept[0].2, "the head is a scratch too");
    let one_step_later = meetings(&format!("{SENDS} s(X)@next :- q(X); p(X)@next :- s(X), r(Y);"));
    assert_eq!(one_step_later.len(), 1, "an inductive scratch is as transient");
}

#[test]
fn two_messages_of_one_channel_meet() {
    let found = meetings(&format!("{SENDS} p(X, Y)@next :- q(X), q(Y);"));
    assert_eq!(found, [(MeetingKind::SameChannel, vec!["q(X)".to_string(), "q(Y)".to_string()], true)]);
    assert_eq!(meetings(&format!("{SENDS} p(X)@next :- q(X), q(X);")), [], "one atom written twice is one message");
    let negated = meetings(&format!("{SENDS} p(X)@next :- q(X), notin q(b);"));
    assert_eq!(negated.len(), 1);
}

#[test]
fn what_meets_static_data_is_no_meeting() {
    assert_eq!(meetings(&format!("{SENDS} p(X)@next :- q(X), qe(X), notin re(X);")), []);
}

#[test]
fn mutable_persistence_is_not_transient() {
    let kept = "q(X)@next :- q(X), notin q_del(X); r(X)@next :- r(X), notin q_del(X); q_del(#n1, z)@3;";
    assert_eq!(meetings(&format!("{SENDS} {kept} p(X) :- q(X), r(Y);")), []);
}
