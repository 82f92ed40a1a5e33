//! Unknown inputs as users meet them: answers, values, witnesses, mistakes.

use crate::invocation::{corpus, directory, watershed, with_input};

#[test]
fn an_answer_for_some_values_names_them_and_replays() {
    let file = corpus("unknown/writers.ded");
    let directory = directory();
    let path = directory.path().join("w.json");
    let path = path.to_str().expect("UTF-8");
    let output = watershed(&["check", &file, "--format", "json", "--witness", path]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    assert_eq!((&json["verdict"], &json["scope"]), (&"diffluent".into(), &"this-instance".into()));
    let valuations = &json["valuations"];
    let valuation = valuations["valuation"].as_str().expect("values");
    assert!(valuation.contains("?t1 == 1") && valuations["solved"].as_u64() > Some(0), "{valuations}");
    assert_eq!(json["statistics"]["solver_calls"], valuations["solved"]);
    assert_eq!(watershed(&["replay", &file, "--schedule", path]).code, Some(0), "the file has the values");
    let closed = watershed(&["check", &file, "--valuation", valuation, "--format", "json"]);
    assert_eq!(closed.code, Some(1));
    assert_eq!(closed.json()["contested"], json["contested"]);
    let text = watershed(&["check", &file]).stdout;
    assert!(text.contains("\n  values     ?t1 == 1") && text.contains("--valuation '?t1 == 1"), "{text}");
}

#[test]
fn an_answer_for_all_values_has_its_cases() {
    let file = corpus("unknown/writers-unique.ded");
    let json = watershed(&["check", &file, "--format", "json"]).json();
    assert_eq!((&json["verdict"], &json["basis"]), (&"confluent".into(), &"explored".into()));
    assert_eq!(json["valuations"]["cases"].as_array().map(Vec::len), Some(6));
    assert!(json["valuations"]["valuation"].is_null() && json["witness"].is_null());
    let text = watershed(&["explore", &corpus("unknown/ballots-exact.ded")]).stdout;
    assert!(
        text.contains("8 cases, 7 confluent, 1 diffluent") && text.contains("confluent: notin votes(#v1)@1"),
        "{text}"
    );
}

#[test]
fn commands_about_one_instance_need_values() {
    let file = corpus("unknown/withdrawals.ded");
    for arguments in [
        &["run", &file][..],
        &["prove", &file],
        &["replay", &file, "--schedule", "a"],
        &["export", "--to", "asp", &file],
        &["faults", &file, "--eot", "3"],
        &["check", &file, "--instances", "nodes<=2"],
        &["check", &file, "--instance", "nodes a;"],
    ] {
        let output = watershed(arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}: {}", output.stderr);
        assert!(output.stderr.contains("E1202"), "{arguments:?}: {}", output.stderr);
    }
    let values = "?first == 1, ?second == 2, ?funds == 2";
    assert_eq!(watershed(&["run", &file, "--valuation", values]).code, Some(0));
    for arguments in [&["check", &file, "--shrink"][..], &["check", &file, "--verify-reduction"]] {
        let output = watershed(arguments);
        assert!(output.code == Some(2) && output.stderr.contains("E1205"), "{}", output.stderr);
    }
    assert_eq!(watershed(&["classify", &file]).code, Some(0));
}

#[test]
fn mistakes_in_values_are_named() {
    let file = corpus("unknown/withdrawals.ded");
    for (values, message) in [
        ("?first == 1", "no value for `?second`"),
        ("?first == 1, ?second == 1, ?funds == 1, ?other == 2", "the program has no unknown `?other`"),
        ("?first == 1, ?first == 2, ?second == 1, ?funds == 1", "`?first` is given two values"),
        ("?first == 0, ?second == 1, ?funds == 1", "the program assumes `?first > 0`"),
        ("?first > 1", "expected `?v == value` or a fact, found `?first > 1`"),
        ("?first == X", "expected an integer or a symbol as the value of `?first`"),
        ("p(#a)", "the program has no fact `maybe p(#a)`"),
        ("?first ==", "expected a term"),
    ] {
        let output = watershed(&["check", &file, "--valuation", values]);
        assert_eq!(output.code, Some(2), "{values}");
        assert!(output.stderr.contains("E1203") && output.stderr.contains(message), "{values}: {}", output.stderr);
    }
    let output = watershed(&["check", &corpus("counting/bank.ded"), "--valuation", "?x == 1"]);
    assert!(output.code == Some(2) && output.stderr.contains("the program has no unknowns"), "{}", output.stderr);
}

#[test]
fn mistakes_with_unknowns_are_named() {
    let start = "nodes a; output p; p(X)@next :- q(X); ";
    for (text, code, message) in [
        ("q(#?n, 1);", "E1201", "the location of a fact is unknown"),
        ("q(#a, ?x + 1);", "E1201", "a fact computes with an unknown constant"),
        ("q(#a, ?x); p(?x) :- q(_);", "E1201", "an unknown constant in a rule"),
        ("q(#a, ?x); assume ?y > 1;", "E1201", "an assumption about `?y`, which stands in no fact"),
        ("q(#a, ?x); assume X > 1;", "E1201", "an assumption about a variable"),
        ("q(#a, ?x); assume 1 < 2;", "E1201", "an assumption about nothing unknown"),
        ("q(#a, ?x); assume ?x;", "E0102", "expected a comparison"),
        ("maybe p(X) :- q(X);", "E0102", "expected `;` or `@` after a fact that may be given"),
        ("q(#a, ?x); assume ?x < ?x;", "E1206", "no values of the unknown constants"),
        ("q(#a, ?);", "E0101", "expected a token, found `?`"),
    ] {
        let output = with_input(&["check", "-"], &format!("{start}{text}"));
        assert_eq!(output.code, Some(2), "{text}: {}", output.stderr);
        assert!(output.stderr.contains(code) && output.stderr.contains(message), "{text}: {}", output.stderr);
    }
    let output = with_input(&["check", "-"], "nodes a; output p; p(10 / X)@next :- q(X), notin p(_); q(#a, ?x)@1;");
    assert!(output.code == Some(2) && output.stderr.contains("`?x == 0`"), "{}", output.stderr);
}
