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

#[test]
fn delivery_orders_and_faults_together() {
    let order = faults("register", &["--async", "--omissions", "0"]);
    assert_eq!(order.code, Some(1), "{}", order.stderr);
    assert!(order.stdout.starts_with("counterexample: an order of deliveries suffices: post(r1, "), "{}", order.stdout);
    assert!(order.stdout.contains("--async --omissions 0 --witness bad.json"), "{}", order.stdout);

    let directory = tempfile::tempdir().expect("a directory");
    let witness = directory.path().join("bad.json");
    let [witness, program] = [witness.clone(), witness.with_extension("ded")].map(|path| path.display().to_string());
    let lost = faults("retry", &["--async", "--crashes", "1", "--witness", &witness, "--format", "json"]);
    let json = lost.json();
    assert_eq!((lost.code, &json["verdict"], &json["basis"]), (Some(1), &"counterexample".into(), &"searched".into()));
    let found = &json["counterexample"];
    assert_eq!(found["omissions"][0]["from"], "a");
    assert_eq!((&found["crashes"][0]["node"], &found["crashes"][0]["time"]), (&"a".into(), &2.into()));
    assert_eq!((&found["minimal"], found["lost"].as_array().map(Vec::len)), (&true.into(), Some(1)));
    let kept = std::fs::read_to_string(&program).expect("the program with its faults");
    assert_eq!(found["with_faults"], kept.as_str());
    let replayed = watershed(&["replay", &program, "--schedule", &witness]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert!(replayed.stdout.starts_with("reproduced: a fair run whose outcome has pre("), "{}", replayed.stdout);

    // What is claimed must be so: the same run with the claim turned round.
    let text = std::fs::read_to_string(&witness).expect("a witness");
    let turned = text.replace("\"holds\"", "\"h\"").replace("\"lacks\"", "\"holds\"").replace("\"h\"", "\"lacks\"");
    std::fs::write(&witness, turned).expect("a file");
    let denied = watershed(&["replay", &program, "--schedule", &witness]);
    assert_eq!(denied.code, Some(1), "{}", denied.stderr);
    assert!(denied.stderr.contains("E0709"), "{}", denied.stderr);

    let certified = faults("redundant", &["--async", "--crashes", "1", "-q"]);
    assert_eq!(certified.stdout, "certified: every run with at most 1 omission, 1 crash has a good outcome\n");
    let sarif = faults("best-effort", &["--async", "--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "counterexample");
    let bound = faults("acknowledged", &["--async", "--max-states", "500", "--format", "json"]);
    assert_eq!((bound.code, &bound.json()["basis"]), (Some(3), &"bound:states".into()));
}

#[test]
fn what_does_not_go_with_asynchronous_runs_is_refused() {
    let refused = |program: &str, options: &[&str], code: &str| {
        let output = faults(program, &[&["--async"], options].concat());
        assert_eq!(output.code, Some(2), "{options:?}: {}", output.stdout);
        assert!(output.stderr.contains(code), "{options:?}: {}", output.stderr);
    };
    refused("retry", &["--eot", "4"], "cannot be used with");
    refused("retry", &["--crash", "stop"], "E0901");
    refused("retry", &["--network", "fifo"], "E0901");
    refused("retry", &["--omissions", "few"], "E0607");
    refused("retry", &["--witness", "w.ded"], "E0901");
    assert_eq!(faults("retry", &["--omissions", "1"]).code, Some(2));
    let rounds = "nodes a, b; p(a)@1; q(N) :- p(N), q(b); q(b); s(X) :- p(a), q(b); r(N) :- s(N)@1; pre(a) :- p(a); post(a) :- p(a), notin r(a);";
    let output = with_input(&["faults", "-", "--async"], rounds);
    assert!(output.stderr.contains("error[E"), "{}", output.stderr);
    let errs = "nodes a, b; p(a, 0)@1; m(b, V)@async :- p(a, V); q(N, V)@next :- m(N, V); q(N, V)@next :- q(N, V);
        pre(V) :- q(_, V); post(V) :- q(_, W), V == 1 / W;";
    let output = with_input(&["faults", "-", "--async"], errs);
    assert_eq!(output.code, Some(2), "{}", output.stdout);
    assert!(output.stderr.contains("divides by zero"), "{}", output.stderr);
}

#[test]
fn an_instance_replaces_the_programs_own() {
    let members = "nodes a, b; member(a, b); broadcast(a, hello)@1;";
    let output =
        faults("retry", &["--instance", members, "--eot", "4", "--eff", "2", "--crashes", "1", "--format", "json"]);
    assert_eq!(output.json()["nodes"], serde_json::json!(["a", "b"]));
    let output = faults("retry", &["--instance", members, "--async", "--format", "json"]);
    assert_eq!((output.code, &output.json()["nodes"]), (Some(0), &serde_json::json!(["a", "b"])));
}
