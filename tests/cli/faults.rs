//! `faults` on the command line: verdicts, exit codes, reports, refusals.

use crate::invocation::{corpus, watershed, with_input};

fn faults(program: &str, options: &[&str]) -> crate::invocation::Output {
    let file = corpus(&format!("faults/{program}.ded"));
    watershed(&[&["faults", &file], options].concat())
}

#[test]
fn a_counterexample_names_its_faults_and_shows_both_runs() {
    let options = ["--eot", "4", "--eff", "2", "--crashes", "1"];
    let output = faults("retry", &options);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stdout.starts_with("counterexample: post("), "{}", output.stdout);
    for part in ["lost in round 1", "a crashed in round 2", "With these faults", "Without faults", "LOST", "# crash"] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
    let json = faults("retry", &[&options[..], &["--format", "json"]].concat()).json();
    assert_eq!(json["verdict"], "counterexample");
    assert_eq!(json["counterexample"]["omissions"][0]["from"], "a");
    assert_eq!(json["counterexample"]["omissions"][0]["time"], 1);
    assert_eq!(json["counterexample"]["crashes"][0]["node"], "a");
    assert!(json["counterexample"]["lost"][0].as_str().is_some_and(|lost| lost.starts_with("post(")));
    assert!(json["runs"].as_u64().is_some_and(|runs| runs > 1));
    let all = faults("retry", &[&options[..], &["--all", "--format", "json"]].concat()).json();
    assert_eq!((all["counterexamples"].as_array().map(Vec::len), &all["complete"]), (Some(2), &true.into()));
    let sarif = faults("retry", &[&options[..], &["--format", "sarif"]].concat()).json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "counterexample");
}

#[test]
fn a_certificate_is_a_yes_and_a_vacuous_run_is_none() {
    let certified = faults("redundant", &["--eot", "11", "--eff", "10", "--crashes", "1", "-q"]);
    assert_eq!((certified.code, certified.stdout.starts_with("certified: ")), (Some(0), true));
    let vacuous = faults("redundant", &["--eot", "1"]);
    assert_eq!(vacuous.code, Some(3));
    assert!(vacuous.stdout.starts_with("vacuous: ") && vacuous.stderr.contains("W0901"), "{vacuous:?}");
    let bad = with_input(
        &["faults", "-", "--eot", "2"],
        "nodes a; p(a, x); pre(N, X) :- p(N, X); post(N, X) :- p(N, X), X != x; post(a, y);",
    );
    assert_eq!(bad.code, Some(1));
    assert!(bad.stdout.starts_with("counterexample: without any fault") && bad.stderr.contains("W0902"), "{bad:?}");
    let timed = faults("redundant", &["--eot", "11", "--eff", "10", "--timeout", "0", "--format", "json"]);
    assert_eq!((timed.code, &timed.json()["basis"]), (Some(3), &"bound:time".into()));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |options: &[&str], code: &str| {
        let output = faults("retry", options);
        assert_eq!(output.code, Some(2), "{options:?}");
        assert!(output.stderr.contains(code), "{options:?}: {}", output.stderr);
    };
    refused(&["--eot", "4", "--eff", "5"], "E0901");
    refused(&["--eot", "0"], "E0901");
    refused(&["--eot", "many"], "E0607");
    refused(&["--nodes", "a,b,cc"], "E0903");
    let text = "nodes a; p(a); q(X) :- p(X);";
    assert!(with_input(&["faults", "-"], text).stderr.contains("E0902"));
    let errs =
        "nodes a, b; go(a, b, 0)@1; m(Y, N)@async :- go(X, Y, N); at(b, 1)@2; missing(Y) :- at(Y, _), notin m(Y, _);
                bad(Y) :- missing(Y), at(Y, K), Z == K / 0, Z > 0;
                pre(Y) :- at(Y, _)@2; post(Y) :- at(Y, _)@2, notin bad(Y)@2;";
    let output = with_input(&["faults", "-", "--eot", "3", "--eff", "2"], errs);
    assert_eq!(output.code, Some(2), "{output:?}");
    assert!(output.stderr.contains("E0801") && output.stderr.contains("a to b lost in round 1"), "{}", output.stderr);
}

#[test]
fn a_sweep_widens_until_a_counterexample() {
    let swept =
        |program: &str, options: &[&str]| faults(program, &[&["--sweep", "--format", "json"], options].concat());
    let found = swept("retry", &["--eot", "6", "--crashes", "1"]);
    let json = found.json();
    assert_eq!((found.code, &json["verdict"]), (Some(1), &"counterexample".into()), "{}", found.stderr);
    let stages = json["sweep"].as_array().expect("stages");
    let row = |stage: &serde_json::Value| {
        let number = |name: &str| stage[name].as_u64().expect("a number");
        (number("eot"), number("eff"), number("crashes"), stage["verdict"].as_str().expect("a verdict").to_string())
    };
    let rows: Vec<_> = stages.iter().map(row).collect();
    let certified = |eot, eff, crashes| (eot, eff, crashes, "certified".to_string());
    assert_eq!(rows[0], (1, 0, 0, "early".into()));
    assert_eq!(rows[1..3], [certified(2, 0, 0), certified(2, 0, 1)][..]);
    assert_eq!(rows.last(), Some(&(3, 2, 1, "counterexample".into())), "{rows:?}");
    assert!(rows.contains(&certified(3, 2, 0)), "{rows:?}");
    assert_eq!(json["specification"]["eot"], 3);
    let runs: u64 = stages.iter().map(|stage| stage["runs"].as_u64().expect("runs")).sum();
    assert_eq!(json["runs"], runs);

    let certified = swept("redundant", &["--eot", "5", "--eff", "3", "--crashes", "1"]);
    assert_eq!((certified.code, &certified.json()["verdict"]), (Some(0), &"certified".into()));
    let json = certified.json();
    let last = json["sweep"].as_array().and_then(|stages| stages.last()).map(row);
    assert_eq!(last, Some((5, 3, 1, "certified".into())));
    let text = faults("redundant", &["--sweep", "--eot", "4"]).stdout;
    assert!(text.contains("EOT 4, EFF 0 to 3, crashes 0: certified"), "{text}");

    assert_eq!(swept("redundant", &["--eot", "1"]).json()["verdict"], "vacuous");
    let timed = swept("redundant", &["--timeout", "0"]);
    assert_eq!((timed.code, &timed.json()["basis"]), (Some(3), &"bound:time".into()));
    let bad =
        with_input(&["faults", "-", "--sweep", "--eot", "3"], "nodes a; p(a, x); pre(N, X) :- p(N, X); post(a, y);");
    assert!(
        bad.stdout.starts_with("counterexample: ") && bad.stdout.contains("EOT 2, EFF 0, crashes 0: too few"),
        "{bad:?}"
    );
}

#[test]
fn a_fact_is_explained_in_the_run_in_which_it_matters() {
    let options = ["--eot", "4", "--eff", "2", "--crashes", "1", "--why"];
    let lost = faults("retry", &[&options[..], &["post(c, hello)"]].concat());
    assert!(lost.stdout.contains("Why post(c, hello) does not hold with these faults\n"), "{}", lost.stdout);
    assert!(lost.stdout.contains("sent by a in round 3, is lost"), "{}", lost.stdout);
    let held = faults("redundant", &["--eot", "4", "--why", "post(c, hello)", "--format", "json"]).json();
    let why = &held["why"];
    assert_eq!((&why["run"], &why["holds"]), (&"failure-free".into(), &true.into()));
    assert_eq!(why["reasons"][0]["claim"], "holds");
    let none = faults("retry", &[&options[..], &["post(hello, b)"]].concat());
    assert!(none.stderr.contains("W0903") && none.stdout.contains("Why post(hello, b) does not hold without faults"));
    for (fact, code) in [("post(d, hello)", "E0702"), ("nothing(a)", "E0702"), ("post(b", "E0")] {
        let refused = faults("retry", &[&options[..], &[fact]].concat());
        assert_eq!(refused.code, Some(2), "{fact}");
        assert!(refused.stderr.contains(code), "{}", refused.stderr);
    }
}
