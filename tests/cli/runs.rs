//! `run`: fifo, seeded, and with a person.

use crate::invocation::{corpus, strings, watershed, with_input};

#[test]
fn a_run_ends_and_its_schedule_replays() {
    let file = corpus("papers/marriage.ded");
    for options in [&[][..], &["--fifo"], &["--seed", "1"], &["--seed", "7"]] {
        let output = watershed(&[&["run", &file, "--format", "json"], options].concat());
        assert_eq!(output.code, Some(0), "{options:?}: {output:#?}");
        let json = output.json();
        assert_eq!(json["verdict"], "ended");
        let schedule = json["schedule"].as_str().expect("a schedule");
        let replayed = watershed(&["replay", &file, "--schedule", schedule, "--format", "json"]).json();
        assert_eq!(replayed["runs"][0]["ultimate_model"], json["ultimate_model"], "{options:?}");
    }
}

#[test]
fn seeds_decide_the_run() {
    let file = corpus("kvs/diverging.ded");
    let model = |seed: &str| {
        let json = watershed(&["run", &file, "--seed", seed, "--format", "json"]).json();
        strings(&json["ultimate_model"]).join(" ")
    };
    assert_eq!(model("3"), model("3"));
    let models: std::collections::BTreeSet<String> = (0..12).map(|seed| model(&seed.to_string())).collect();
    assert!(models.len() > 1, "{models:?}");
}

#[test]
fn a_person_chooses_by_number() {
    let file = corpus("papers/marriage.ded");
    // An idle step; then the second of: nothing, bride, groom; then rounds.
    let output = with_input(&["run", &file, "-i", "--format", "json"], "1\n2\nf\n");
    assert_eq!(output.code, Some(0), "{output:#?}");
    let json = output.json();
    assert_eq!(strings(&json["stem"][1]["deliver"]), ["i_do(#n1, bride)"]);
    assert!(strings(&json["ultimate_model"]).contains(&"runaway(#n1)"), "{json}");
    assert!(output.stderr.contains("gets i_do(#n1, bride)"), "{}", output.stderr);
}

#[test]
fn a_person_may_err_undo_and_leave() {
    let file = corpus("papers/marriage.ded");
    let output = with_input(&["run", &file, "-i", "--format", "json"], "99\nx\n\nu\n1\nu\n1\nc\n2 2\nq\n");
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stderr.contains("there is no step to take back"), "{}", output.stderr);
    assert!(output.stderr.contains("`99` is no number"), "{}", output.stderr);
    assert!(output.stderr.contains("2 copies are wanted and 1 in flight"), "{}", output.stderr);
    let json = output.json();
    assert_eq!(json["verdict"], "left");
    assert!(json["ultimate_model"].is_null());
    assert_eq!(json["stem"].as_array().map(Vec::len), Some(1));
    assert_eq!(with_input(&["run", &file, "-i"], "").code, Some(0), "the end of input is leaving");
}

#[test]
fn a_person_closes_a_loop() {
    let output = with_input(&["run", &corpus("papers/marriage.ded"), "-i"], "a n1\na n1\na n1\nc\n");
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stdout.starts_with("ended: a fair run"), "{}", output.stdout);
    assert!(!output.stdout.contains("runaway(#n1)"), "both vows are heard in one step: {}", output.stdout);
}

#[test]
fn the_model_by_strata_is_no_run() {
    let output = watershed(&["run", &corpus("papers/marriage.ded"), "--semantics", "stratified", "--format", "json"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let json = output.json();
    assert_eq!((&json["semantics"], &json["basis"]), (&"stratified".into(), &"evaluated".into()));
    assert!(json["schedule"].is_null());
    assert_eq!(strings(&json["ultimate_model"]), ["i_do(#n1, bride)", "i_do(#n1, groom)"]);
    let scheduled = watershed(&["run", &corpus("papers/marriage.ded"), "--semantics", "stratified", "--seed", "1"]);
    assert_eq!(scheduled.code, Some(2), "{scheduled:#?}");
}

#[test]
fn what_keeps_a_program_from_a_model_by_strata_is_named() {
    let program = "nodes n1;\ne(#n1)@3;\nm()@async :- e();\np()@next :- e(), notin p();\n";
    let output = with_input(&["run", "-", "--semantics", "stratified", "--format", "json"], program);
    assert_eq!(output.code, Some(2), "{output:#?}");
    let json = output.json();
    let found: Vec<(String, u64)> = json["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|d| d["severity"] == "error")
        .map(|d| (d["code"].as_str().unwrap_or_default().to_string(), d["line"].as_u64().unwrap_or_default()))
        .collect();
    assert_eq!(found, [("E0720".to_string(), 2), ("E0720".to_string(), 3), ("E0720".to_string(), 4)]);
}

#[test]
fn bounds_and_faults_of_the_model_by_strata() {
    let grows = "nodes n1; p(#n1, 1); p(N + 1)@next :- p(N); output p;";
    let output = with_input(&["run", "-", "--semantics", "stratified", "--max-facts", "50", "--format", "json"], grows);
    assert_eq!((output.code, &output.json()["basis"]), (Some(3), &"bound:facts".into()));
    let divides = "nodes n1; e(#n1, 0); p(1 / N) :- e(N); output p;";
    let output = with_input(&["run", "-", "--semantics", "stratified", "--format", "json"], divides);
    assert_eq!((output.code, &output.json()["diagnostics"][0]["code"]), (Some(2), &"E0801".into()));
}
