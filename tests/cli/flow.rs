//! `flow` on the command line: verdicts, exit codes, reports, refusals.

use crate::invocation::{corpus, watershed, with_input};

#[test]
fn an_anomaly_is_a_no_with_its_derivation_and_its_remedy() {
    let file = corpus("flow/ads-poor.yaml");
    let output = watershed(&["flow", &file]);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stdout.starts_with("anomaly: answer is Inst, gossip is Diverge"), "{}", output.stdout);
    for part in ["(rule 1)", "Inst gives Diverge", "seal click by id: Async", "one sequencer", "ads-poor.yaml:8:9"] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
    let json = watershed(&["flow", &file, "--format", "json"]).json();
    assert_eq!((&json["verdict"], &json["labels"]["answer"]), (&"anomaly".into(), &"Inst".into()));
    assert_eq!(json["labels"]["response"], "Diverge");
    assert_eq!(json["labels_after"]["response"], "Async");
    assert_eq!(json["strategies"][0]["measures"][0]["streams"][0], "click");
    assert_eq!(json["strategies"][0]["measures"][0]["key"][0], "id");
    let sarif = watershed(&["flow", &file, "--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "anomaly");
    let dot = watershed(&["flow", &file, "--format", "dot"]);
    assert!(dot.stdout.starts_with("digraph") && dot.stdout.contains("answer: Inst"), "{}", dot.stdout);
}

#[test]
fn no_anomaly_is_a_yes() {
    let output = watershed(&["flow", &corpus("flow/word-count-sealed.yaml"), "-q"]);
    assert_eq!((output.code, output.stdout.starts_with("no-anomaly: ")), (Some(0), true), "{output:?}");
    let json = watershed(&["flow", &corpus("flow/word-count-sealed.yaml"), "--format", "json"]).json();
    assert_eq!((&json["labels"]["words"], &json["seals"]["words"][0]), (&"Seal".into(), &"batch".into()));
    assert_eq!(json["strategies"].as_array().map(Vec::len), Some(0));
}

#[test]
fn what_is_no_description_is_refused_with_its_place() {
    let text = "components:\n  A:\n    paths:\n      - { from: a, to: b, label: XR }\n";
    let output = with_input(&["flow", "-"], text);
    assert_eq!(output.code, Some(2));
    for part in ["E1004", "<stdin>:4:34", "expected CR, CW, OR or OW, found `XR`", "help"] {
        assert!(output.stderr.contains(part), "{part} is not in\n{}", output.stderr);
    }
    let json = with_input(&["flow", "-", "--format", "json"], text).json();
    assert_eq!((&json["diagnostics"][0]["code"], &json["diagnostics"][0]["line"]), (&"E1004".into(), &4.into()));
    let accents =
        with_input(&["flow", "-", "--format", "json"], "# é→\nA: { annotation: { from: é, to: b, label: CX } }").json();
    assert_eq!((&accents["diagnostics"][0]["line"], &accents["diagnostics"][0]["column"]), (&2.into(), &43.into()));
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("latin.yaml");
    std::fs::write(&path, b"components: \xE9").expect("a file");
    let output = watershed(&["flow", &path.display().to_string()]);
    assert!(output.code == Some(2) && output.stderr.contains("E0603"), "{output:?}");
}

#[test]
fn a_program_comes_with_the_runs_that_bear_its_labels_out() {
    let file = corpus("flow/ads-poor-rules.yaml");
    let output = watershed(&["flow", &file]);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    for part in [
        "anomaly: response is Diverge, answer is Inst, gossip is Diverge",
        "click     the same in every run of every instance (theorem:temporal-polarity)",
        "answer    differs: answer(#c1, ad) is carried in run",
        "puts out answer(#c1, ad), and copy",
        "what copies keep is the same in the end",
        "all copies put out the same and keep the same in the end",
    ] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
    let json = watershed(&["flow", &file, "--format", "json"]).json();
    assert_eq!(json["replicated"], serde_json::json!(["Report", "Cache"]));
    let answer = &json["contents"]["answer"];
    assert_eq!((&answer["found"], &answer["witness"]["claim"]), (&"different".into(), &"carried".into()));
    assert_eq!(answer["witness"]["fact"], "answer(#c1, ad)");
    // Both schedules replay, and only one of them delivers the fact.
    let program = json["rules"][0].as_str().expect("the program's file");
    let carried = [0, 1].map(|run| {
        let schedule = answer["witness"]["schedules"][run]["schedule"].as_str().expect("a schedule");
        let replayed = watershed(&["replay", program, "--schedule", schedule]);
        assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
        replayed.stdout.contains("answer(#c1, ad)")
    });
    assert_eq!(carried, [true, false]);
    let sarif = watershed(&["flow", &file, "--format", "sarif"]).json();
    let rules: Vec<&str> = sarif["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .filter_map(|one| one["ruleId"].as_str())
        .collect();
    assert!(rules.contains(&"anomaly") && rules.contains(&"contents"), "{rules:?}");
    let dot = watershed(&["flow", &file, "--format", "dot"]);
    assert!(dot.stdout.contains("answer: Inst") && dot.stdout.contains("peripheries=2"), "{}", dot.stdout);
    let verbose = watershed(&["flow", &file, "-v"]);
    assert!(verbose.stdout.contains("for ever:"), "{}", verbose.stdout);
}

#[test]
fn a_program_whose_labels_hold_is_a_yes_and_one_that_is_cut_is_open() {
    let file = corpus("flow/ads-campaign-sealed-rules.yaml");
    let output = watershed(&["flow", &file]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(
        output.stdout.contains("answer    the same in every run of this instance: all were explored"),
        "{}",
        output.stdout
    );
    let cut = watershed(&["flow", &file, "--max-states", "2"]);
    assert_eq!(cut.code, Some(3), "{}", cut.stdout);
    assert!(cut.stdout.starts_with("inconclusive: ") && cut.stdout.contains("bound:states"), "{}", cut.stdout);
    let wrong = watershed(&["flow", &file, "--max-states", "few"]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("--max-states"), "{}", wrong.stderr);
}

#[test]
fn mistakes_of_the_program_are_told_in_the_program() {
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    write("p.ded", "nodes a;\nk(X) :- ;\n");
    let file = write("p.yaml", "program: p.ded\ncomponents: { K: { rules: [k] } }\n");
    let output = watershed(&["flow", &file]);
    assert!(output.code == Some(2) && output.stderr.contains("p.ded:2:"), "{}", output.stderr);
    let file = write("q.yaml", "program: q.ded\ncomponents: { K: { rules: [k] } }\n");
    let output = watershed(&["flow", &file]);
    assert!(
        output.code == Some(2) && output.stderr.contains("E1010") && output.stderr.contains("q.yaml:1:10"),
        "{}",
        output.stderr
    );
    write("r.ded", "nodes a; e(#a, 1)@1; m(#a, X)@async :- e(X); k(X / 0) :- m(X);");
    let file = write("r.yaml", "program: r.ded\ncomponents: { K: { rules: [k] } }\n");
    let output = watershed(&["flow", &file]);
    assert!(
        output.code == Some(2) && output.stderr.contains("r.ded:1:") && output.stderr.contains("E080"),
        "{}",
        output.stderr
    );
    let json = watershed(&["flow", &file, "--format", "json"]).json();
    assert_eq!(
        json["diagnostics"].as_array().and_then(|all| all.last()).map(|last| &last["severity"]),
        Some(&"error".into())
    );
}
