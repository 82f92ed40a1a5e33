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
    // A small instance refutes it; without time for that it is open.
    let racing = "p(#N)@async :- q(#M, N), notin p(#M); ";
    assert_eq!(with_input(&["prove", "-", "-q"], racing).code, Some(1));
    assert_eq!(with_input(&["prove", "-", "-q", "--timeout", "0"], racing).code, Some(3));
    assert_eq!(with_input(&["prove", "-", "-q"], "p(#N) :- ").code, Some(2));
    assert_eq!(watershed(&["prove", &corpus("crdt/or-set.ded"), "--max-states", "x"]).code, Some(2));
}

#[cfg(feature = "z3")]
#[test]
fn state_that_is_overwritten_is_proved_if_deliveries_join() {
    let file = corpus("crdt/two-phase-set-in-place.ded");
    let json = watershed(&["prove", &file, "--format", "json"]).json();
    assert_eq!((&json["verdict"], &json["scope"]), (&"confluent".into(), &"all-instances".into()));
    assert_eq!(json["basis"], "proof:joining-deliveries");
    let cells = json["proof"]["cells"].as_array().expect("cells");
    let last = cells.last().expect("a cell");
    assert_eq!(last["joins"], true);
    let obligations = last["obligations"].as_array().expect("obligations");
    assert!(json["statistics"]["solver_calls"].as_u64() >= Some(obligations.len() as u64));
    assert!(!obligations.is_empty() && obligations.iter().all(|one| one["shown"] == "holds"), "{obligations:?}");
    let element = json["polarity"].as_array().expect("rows").iter().find(|row| row["relation"] == "element");
    assert_eq!(element.expect("a row")["standing"], "settles");
    // What explores is told the same, and check answers from the proof.
    let check = watershed(&["check", &file, "--format", "json"]).json();
    assert_eq!((&check["basis"], &check["scope"]), (&json["basis"], &json["scope"]));
    let explored = watershed(&["check", &file, "--no-theorems", "--format", "json"]).json();
    assert_eq!((&explored["basis"], &explored["certain"]), (&"explored".into(), &check["certain"]));
    let apparent = watershed(&["prove", &corpus("crdt/split-by-case.ded"), "--format", "json"]).json();
    assert_eq!(apparent["basis"], "proof:apparent-negation");
    assert_eq!(apparent["proof"]["apparent"][0]["relation"], "filed");
}

#[cfg(feature = "z3")]
#[test]
fn an_obligation_that_fails_is_shown_with_a_state_and_messages() {
    let file = corpus("crdt/two-phase-set-mutant-no-memory.ded");
    let output = watershed(&["prove", &file, "--format", "json"]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    assert_eq!(json["verdict"], "diffluent");
    let cell = &json["proof"]["cells"][0];
    assert_eq!(cell["joins"], false);
    let failed = cell["obligations"].as_array().and_then(|all| all.last()).expect("obligations");
    assert_eq!(failed["shown"], "fails");
    let shown = &cell["counterexample"];
    assert!(shown["differs"].as_str().is_some_and(|text| text.contains("is carried on only if")), "{shown}");
    assert!(
        shown["then"].as_str().is_some_and(|text| text.starts_with("add(") || text.starts_with("remove(")),
        "{shown}"
    );
    let text = watershed(&["prove", &file]).stdout;
    assert!(text.contains("joins not") && text.contains("differs"), "{text}");
}

#[cfg(feature = "z3")]
#[test]
fn what_has_no_formula_is_said() {
    let text = "nodes a, r; output s; event e; e(#a, 1)@1; m(#r, X)@async :- e(#A, X);
        n(count<X>) :- m(X); s(N)@next :- n(N), notin s(_); s(N)@next :- s(N);";
    let json = with_input(&["prove", "-", "--format", "json"], text).json();
    let refused = json["proof"]["cells"][0]["refused"].as_str().unwrap_or_default();
    assert!(refused.contains("counts and sums"), "{json}");
}
