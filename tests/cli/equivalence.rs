//! `equiv`: what is compared, what is found, and what is refused.

use crate::invocation::{corpus, directory, file, watershed};

const RULES: &str = "nodes a, b; output got; m(#b, X)@async :- put(X); got(X)@next :- m(X); got(X)@next :- got(X);";
const FACTS: &str = "put(#a, 1)@1; put(#a, 2)@1;";

#[test]
fn variants_with_the_same_models_are_the_same() {
    let directory = directory();
    let name = |name: &str, text: &str| file(directory.path(), name, text).to_str().expect("UTF-8").to_string();
    let (rules, facts) = (name("rules.ded", RULES), name("facts.ded", FACTS));
    // The same with a detour, and in the other spelling of locations.
    let detour = name(
        "detour.ded",
        "nodes a, b; output got; m(#b, X)@async :- put(X); seen(X) :- m(X); got(X)@next :- seen(X); got(X)@next :- got(X), notin never_so(X); input never_so(x);",
    );
    let other = name(
        "other.ded",
        "nodes a, b; output got; m(b, X)@async :- put(A, X); got(B, X)@next :- m(B, X); got(B, X)@next :- got(B, X); put(a, 1)@1; put(a, 2)@1;",
    );
    for second in [&[&detour, &facts][..], &[&other]] {
        let mut arguments = vec!["equiv", &rules, &facts, "--format", "json", "--"];
        arguments.extend(second.iter().map(|name| name.as_str()));
        let output = watershed(&arguments);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let json = output.json();
        assert_eq!((&json["verdict"], &json["scope"]), (&"same".into(), &"this-instance".into()));
        assert_eq!(json["models"], serde_json::json!([1, 1]));
    }
    let text = watershed(&["equiv", &rules, &facts, "--", &other]).stdout;
    assert_eq!(text, "same: both programs have the same 1 ultimate model of got on this instance\n");
}

#[test]
fn a_run_that_only_one_has_is_shown_and_replays() {
    let (plain, stamped) = (corpus("papers/overwrite.ded"), corpus("papers/overwrite-stamped.ded"));
    for (first, second, of) in [(&plain, &stamped, "first"), (&stamped, &plain, "second")] {
        let output = watershed(&["equiv", first, "--output", "value", "--format", "json", "--", second]);
        assert_eq!(output.code, Some(1), "{}", output.stderr);
        let json = output.json();
        assert_eq!((&json["verdict"], &json["difference"]["of"]), (&"different".into(), &of.into()));
        let schedule = json["difference"]["schedule"].as_str().expect("a schedule");
        assert_eq!(watershed(&["replay", &plain, "--schedule", schedule]).code, Some(0));
    }
    let text = watershed(&["equiv", &plain, "--output", "value", "--", &stamped]).stdout;
    assert!(text.starts_with("different: a fair run of") && text.contains("\nAs a schedule\n"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_refused_and_bounds_are_named() {
    let (marriage, overwrite) = (corpus("papers/marriage.ded"), corpus("papers/overwrite.ded"));
    let output = watershed(&["equiv", &marriage, "--", &overwrite]);
    assert!(output.code == Some(2) && output.stderr.contains("E1207"), "{}", output.stderr);
    assert_eq!(watershed(&["equiv", &marriage]).code, Some(2));
    let output = watershed(&["equiv", &overwrite, "--max-states", "2", "--format", "json", "--", &overwrite]);
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    assert_eq!(output.json()["basis"], "bound:states");
    assert_eq!(watershed(&["equiv", &overwrite, "--", &overwrite]).code, Some(0), "a program is the same as itself");
}

/// Takes the command after "Replay" and gives it to a shell's words, which here have no escapes within quotes.
fn replayed(text: &str) -> Option<i32> {
    let command = text.split("Replay\n    ").nth(1).and_then(|rest| rest.lines().next()).expect("a command");
    let words: Vec<&str> = command.split('\'').enumerate().fold(Vec::new(), |mut words, (i, part)| {
        if i % 2 == 1 {
            words.push(part)
        } else {
            words.extend(part.split_whitespace())
        }
        words
    });
    watershed(&words[1..]).code
}

const LAST: &str = "nodes a, b, r; output kept; m(#r, X)@async :- put(X); kept(X)@next :- m(X), notin kept(_); kept(X)@next :- kept(X);";
const LOW: &str = "nodes a, b, r; output kept; m(#r, X)@async :- put(X); low(min<X>) :- m(X); kept(X)@next :- low(X), notin kept(_); kept(X)@next :- kept(X);";

/// The first keeps all that comes first, the second the least of it. With one fact they are the same.
#[test]
fn programs_that_are_the_same_on_their_own_instance_may_differ_on_small_ones() {
    let directory = directory();
    let name = |name: &str, text: String| file(directory.path(), name, &text).to_str().expect("UTF-8").to_string();
    let one = name("one.ded", format!("{LAST} put(#a, 1)@1;"));
    let other = name("other.ded", format!("{LOW} put(#a, 1)@1;"));
    assert_eq!(watershed(&["equiv", &one, "--", &other]).code, Some(0));
    let small = &["equiv", &one, "--instances", "nodes<=2, facts<=2", "--format", "json", "--", &other];
    let output = watershed(small);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    let json = output.json();
    let instance = json["instance"].as_str().expect("an instance");
    assert_eq!(instance.matches("put(").count(), 2, "{instance}");
    assert_eq!((&json["scope"], &json["instances"]["erring"]), (&"this-instance".into(), &0.into()));
    let again = watershed(&["equiv", &one, "--instance", instance, "--format", "json", "--", &other]);
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    assert_eq!(again.json()["difference"], json["difference"]);
    let text = watershed(&["equiv", &one, "--instances", "nodes<=2, facts<=2", "--", &other]).stdout;
    assert!(text.contains("\n  instance   nodes r; put(#r, ") && text.contains("--instance 'nodes r; put("), "{text}");
    assert_eq!(replayed(&text), Some(0), "{text}");
    let quiet = watershed(&["equiv", &one, "--instances", "nodes<=2, facts<=2", "-q", "--", &other]).stdout;
    assert!(quiet.starts_with("different: a fair run of ") && quiet.lines().count() == 1, "{quiet}");
    let cut = watershed(&["equiv", &one, "--instances", "nodes<=1, facts<=2", "--max-states", "2", "--", &one]);
    assert!(cut.code == Some(3) && cut.stdout.contains("within nodes<=1"), "{}", cut.stdout);
}

#[test]
fn a_variant_with_fewer_messages_is_the_same_on_small_instances() {
    let directory = directory();
    let name = |name: &str, text: &str| file(directory.path(), name, text).to_str().expect("UTF-8").to_string();
    // Both tell all nodes of all values; the second sends each value once, and to others only.
    let plain = name(
        "plain.ded",
        "nodes a; event put; output got; m(#N, X)@async :- put(X), node(N); got(X) :- m(X); got(X)@next :- got(X);",
    );
    let better = name(
        "better.ded",
        "nodes a; event put; output got; m(#N, X)@async :- put(#L, X), node(N), N != L, notin got(X); got(X) :- m(X); got(X) :- put(X);
         got(X)@next :- got(X);",
    );
    let bounds = "nodes<=2, values<=2, facts<=2, steps<=2";
    let output = watershed(&["equiv", &plain, "--instances", bounds, "--", &better]);
    assert_eq!(output.code, Some(1), "what was put is there at once, so nothing is sent: {}", output.stdout);
    let fixed = name(
        "fixed.ded",
        "nodes a; event put; output got; m(#N, X)@async :- put(#L, X), node(N), N != L; got(X) :- m(X); got(X) :- put(X);
         got(X)@next :- got(X);",
    );
    let output = watershed(&["equiv", &plain, "--instances", bounds, "--format", "json", "--", &fixed]);
    assert_eq!(output.code, Some(0), "{}", output.stdout);
    let json = output.json();
    assert_eq!(
        (&json["verdict"], &json["scope"], &json["basis"]),
        (&"same".into(), &"bounded".into(), &"explored".into())
    );
    assert_eq!((&json["models"], &json["difference"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(json["instances"]["bounds"], bounds);
    assert!(json.get("instance").is_none() && json["instances"]["checked"].as_u64().is_some_and(|count| count >= 20));
    let text = watershed(&["equiv", &plain, "--instances", bounds, "--", &fixed]).stdout;
    assert!(
        text.starts_with("same: in every small instance, both programs have the same ultimate models of got\n"),
        "{text}"
    );
}

#[test]
fn small_instances_that_do_not_fit_both_are_refused() {
    let directory = directory();
    let name = |name: &str, text: &str| file(directory.path(), name, text).to_str().expect("UTF-8").to_string();
    let given = name("given.ded", "nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); input q(x);");
    let derived =
        name("derived.ded", "nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); q(X) :- s(X); input s(x);");
    let events = name("events.ded", "nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); event q;");
    for (other, message) in
        [(&derived, "`q` is given in one program and derived in the other"), (&events, "`q` is an event relation")]
    {
        let output = watershed(&["equiv", &given, "--instances", "nodes<=1", "--", other]);
        assert!(
            output.code == Some(2) && output.stderr.contains("E1207") && output.stderr.contains(message),
            "{output:?}"
        );
    }
    let pairs = name("pairs.ded", "nodes a; output p; p(X)@next :- q(X, _); p(X)@next :- p(X); input q(x, y);");
    let output = watershed(&["equiv", &given, "--instances", "nodes<=1", "--", &pairs]);
    assert!(output.code == Some(2) && output.stderr.contains("E1207"), "{}", output.stderr);
    assert!(
        output.stderr.contains("cannot be given the same instances") && output.stderr.contains("rename `q`"),
        "{}",
        output.stderr
    );
    let output = watershed(&["equiv", &given, "--instances", "nodes<1", "--", &given]);
    assert!(output.code == Some(2) && output.stderr.contains("after `--instances`"), "{}", output.stderr);
    assert_eq!(watershed(&["equiv", &given, "--instances", "", "--nodes", "a", "--", &given]).code, Some(2));
    let unknown = name("unknown.ded", "nodes a; output p; p(X)@next :- q(X); p(X)@next :- p(X); q(#a, ?x);");
    let output = watershed(&["equiv", &given, "--instances", "", "--", &unknown]);
    assert!(output.code == Some(2) && output.stderr.contains("E1202"), "{}", output.stderr);
}

/// A relation that only one program knows is given to the other too, whose text is then given it by `--instance`.
#[test]
fn an_instance_with_a_relation_of_one_program_can_be_given_to_both() {
    let directory = directory();
    let name = |name: &str, text: &str| file(directory.path(), name, text).to_str().expect("UTF-8").to_string();
    let one = name("one.ded", "nodes a; output p; p(X)@next :- q(#L, X); p(X)@next :- p(X); event q;");
    let other =
        name("other.ded", "nodes a; output p; p(X)@next :- q(#L, X), notin off(X); p(X)@next :- p(X); event q, off;");
    let json = watershed(&["equiv", &one, "--instances", "nodes<=1", "--format", "json", "--", &other]).json();
    assert_eq!(json["instance"], "nodes n1; q(#n1, v1)@1; off(#n1, v1)@1;");
    let instance = json["instance"].as_str().expect("an instance");
    assert_eq!(watershed(&["equiv", &one, "--instance", instance, "--", &other]).code, Some(1));
}

#[cfg(feature = "z3")]
#[test]
fn programs_with_unknowns_are_compared_for_all_values() {
    let directory = directory();
    let name = |name: &str, text: String| file(directory.path(), name, &text).to_str().expect("UTF-8").to_string();
    let facts = "put(#a, ?x)@1; put(#b, ?y)@1;";
    let (one, other) = (name("one.ded", format!("{LAST} {facts}")), name("other.ded", format!("{LOW} {facts}")));
    let output = watershed(&["equiv", &one, "--format", "json", "--", &other]);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    let json = output.json();
    assert_eq!((&json["scope"], &json["valuations"]["unknowns"]), (&"this-instance".into(), &"?x, ?y".into()));
    let values = json["valuations"]["valuation"].as_str().expect("values");
    assert_eq!(json["difference"]["valuation"], values);
    let schedule = json["difference"]["schedule"].as_str().expect("a schedule");
    let replay = ["replay", &one, "--valuation", values, "--schedule", schedule];
    assert_eq!(watershed(&replay).code, Some(0));
    let again = watershed(&["equiv", &one, "--valuation", values, "--format", "json", "--", &other]);
    assert_eq!((again.code, &again.json()["difference"]), (Some(1), &json["difference"]));
    let alike = watershed(&["equiv", &one, "--valuation", "?x == 1, ?y == 1", "--", &other]);
    assert_eq!(alike.code, Some(0), "{}", alike.stderr);
    let text = watershed(&["equiv", &one, "--", &other]).stdout;
    assert!(text.contains(&format!("\n  values     {values}\n")), "{text}");
    assert_eq!(replayed(&text), Some(0), "{text}");
    // What one assumes holds for both.
    let assumed = name("assumed.ded", format!("{LOW} {facts} assume ?x == ?y;"));
    let output = watershed(&["equiv", &one, "--", &assumed]);
    let headline =
        "same: for all values of the unknowns, both programs have the same ultimate models of kept on this instance\n";
    assert!(output.code == Some(0) && output.stdout.starts_with(headline), "{output:?}");
    assert!(output.stdout.contains("1 case, 1 same; "), "{}", output.stdout);
    let output = watershed(&["equiv", &one, "--valuation", "?x == 1, ?y == 2", "--", &assumed]);
    assert!(output.code == Some(2) && output.stderr.contains("the program assumes `?x == ?y`"), "{}", output.stderr);
    // A run of a program without unknowns is replayed without values.
    let known = name("known.ded", format!("{LAST} put(#a, 5)@1;"));
    let text = watershed(&["equiv", &known, "--", &one]).stdout;
    assert!(text.starts_with("different: ") && text.contains("values     ?x == "), "{text}");
    assert_eq!(replayed(&text), Some(0), "{text}");
}

#[cfg(feature = "z3")]
#[test]
fn mistakes_with_unknowns_of_two_programs_are_named() {
    use crate::invocation::with_input;

    let start = "nodes a; output p; p(X)@next :- p(X); ";
    let directory = directory();
    let other = |text: &str| {
        let path = file(directory.path(), "other.ded", &format!("{start}{text}"));
        path.to_str().expect("UTF-8").to_string()
    };
    let own = format!("{start}p(X)@next :- q(X); q(#a, ?x); assume ?x > 3;");
    for (text, options, code, message) in [
        ("p(X)@next :- q(X); q(#a, ?x); assume ?x < 3;", &[][..], "E1206", "no values of the unknown constants"),
        ("p(10 / (X - 5))@next :- q(X); q(#a, ?x);", &[], "E0801", "that is so for `?x == 5`"),
        ("p(X)@next :- q(X); q(#a, ?y);", &["--valuation", "?x == 4"], "E1203", "no value for `?y`"),
        ("p(X)@next :- q(X); q(#a, 1);", &["--instance", "nodes a;"], "E1202", "values are needed here"),
        ("p(X, 1)@next :- q(X); q(#a, 1);", &[], "E02", "p"),
    ] {
        let output = with_input(&[&["equiv", "-"], options, &["--", &other(text)]].concat(), &own);
        assert_eq!(output.code, Some(2), "{text}: {}", output.stderr);
        assert!(output.stderr.contains(code) && output.stderr.contains(message), "{text}: {}", output.stderr);
    }
    let known = other("p(X)@next :- q(X); q(#a, 1);");
    let output = watershed(&["equiv", &known, "--valuation", "?x == 1", "--", &known]);
    assert!(output.code == Some(2) && output.stderr.contains("the programs have no unknowns"), "{}", output.stderr);
    let without = with_input(&["equiv", "-", "--", &known], "output p; p(X)@next :- q(X); input q(x);");
    assert!(without.code == Some(2) && without.stderr.contains("no nodes"), "{}", without.stderr);
}

#[test]
fn an_option_after_the_dashes_is_told_where_it_belongs() {
    let p = corpus("papers/overwrite.ded");
    let output = watershed(&["equiv", &p, "--", &p, "--instances", "facts<=1"]);
    assert_eq!(output.code, Some(2), "{output:#?}");
    for part in ["E0606", "found the option `--instances`", "options stand before `--`"] {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
    assert!(!output.stderr.contains("E0601"), "the bounds are no file: {}", output.stderr);
}
