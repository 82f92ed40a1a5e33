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
