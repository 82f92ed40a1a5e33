//! `prove`: its answers, their form, and its exit codes.

use crate::invocation::{corpus, directory, watershed, with_input};

#[test]
fn what_is_proved_holds_for_all_instances() {
    let file = corpus("crdt/or-set.ded");
    let output = watershed(&["prove", &file, "--format", "json"]);
    assert_eq!(output.code, Some(0));
    let json = output.json();
    assert_eq!((&json["verdict"], &json["scope"]), (&"confluent".into(), &"all-instances".into()));
    assert_eq!(json["basis"], "theorem:temporal-polarity");
    assert_eq!(json["polarity"].as_array().map(Vec::len), Some(8));
    let check = watershed(&["check", &file, "--format", "json"]).json();
    assert_eq!((&check["basis"], &check["scope"]), (&json["basis"], &json["scope"]));
    let explored = watershed(&["explore", &file, "--format", "json"]).json();
    assert_eq!(check["certain"], explored["certain"], "the model of one run is that of all");
    assert_eq!(check["ultimate_models"], explored["ultimate_models"]);
    let text = watershed(&["prove", &file]).stdout;
    assert!(text.starts_with("proved: in every instance"), "{text}");
    assert_eq!(
        watershed(&["prove", &corpus("crdt/grow-only-set.ded"), "--format", "json"]).json()["basis"],
        "theorem:dedalus+"
    );
}

#[test]
fn what_is_refused_has_two_runs_that_replay() {
    let file = corpus("counting/exact.ded");
    let directory = directory();
    let path = directory.path().join("w.json");
    let path = path.to_str().expect("UTF-8");
    let output = watershed(&["prove", &file, "--format", "json", "--witness", path]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    assert_eq!(
        (&json["verdict"], &json["scope"], &json["basis"]),
        (&"diffluent".into(), &"this-instance".into(), &"explored".into())
    );
    let open: Vec<_> =
        (json["polarity"].as_array().expect("rows").iter()).filter(|row| row["standing"] == "open").collect();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!((&open[0]["relation"], &open[0]["spoiler"]["cause"]), (&"bell".into(), &"latch".into()));
    assert_eq!(watershed(&["replay", &file, "--schedule", path]).code, Some(0));
    let text = watershed(&["prove", &file]).stdout;
    assert!(text.starts_with("refuted: two fair runs") && text.contains("latch"), "{text}");
}

#[test]
fn what_is_neither_is_inconclusive() {
    let file = corpus("commit/2pc-all-yes.ded");
    let output = watershed(&["prove", &file, "--format", "json"]);
    assert_eq!(output.code, Some(3));
    let json = output.json();
    assert_eq!((&json["verdict"], &json["basis"]), (&"inconclusive".into(), &"bound:proof".into()));
    assert_eq!(json["instance_confluent"], true);
    let cut = watershed(&["prove", &file, "--max-states", "2", "--format", "json"]);
    assert_eq!((cut.code, &cut.json()["instance_confluent"]), (Some(3), &serde_json::Value::Null));
    assert!(watershed(&["prove", &file]).stdout.starts_with("not proved"));
}

#[test]
fn a_rule_that_errs_under_some_schedule_is_no_answer() {
    // Proved for instances in which nothing errs; in this one the last rule divides by zero.
    let text = "m(#s, X)@async :- go(#c, X); m(X)@next :- m(X); share(10 / X) :- m(X), notin m(2); go(#c, 0)@1; nodes c, s; output share;";
    assert_eq!(with_input(&["check", "-", "-q"], text).code, Some(2));
    assert_eq!(with_input(&["check", "-", "-q"], &text.replace("go(#c, 0)", "go(#c, 5)")).code, Some(0));
    let json = with_input(&["prove", "-", "--format", "json"], text).json();
    assert!(json["assumptions"].to_string().contains("no rule errs"), "{json}");
}

#[test]
fn rules_need_no_network_and_wrong_input_is_refused() {
    let rules = "p(#N, X)@async :- q(#M, N, X), notin r(#M, X); p(X)@next :- p(X); event q;";
    assert_eq!(with_input(&["prove", "-", "-q"], rules).code, Some(0));
    assert_eq!(with_input(&["prove", "-", "-q"], "p(#N)@async :- q(#M, N), notin p(#M); ").code, Some(3));
    assert_eq!(with_input(&["prove", "-", "-q"], "p(#N) :- ").code, Some(2));
    assert_eq!(watershed(&["prove", &corpus("crdt/or-set.ded"), "--max-states", "x"]).code, Some(2));
}
