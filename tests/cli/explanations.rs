//! `check --why`: explanations of the contested fact and of violations.

use crate::invocation::{corpus, watershed, with_input};

#[test]
fn the_contested_fact_is_explained_in_both_runs() {
    let output = watershed(&["check", &corpus("papers/overwrite.ded"), "--why"]);
    assert_eq!(output.code, Some(1));
    let text = output.stdout.replace(&corpus("papers/overwrite.ded"), "overwrite.ded");
    for part in [
        "Why value(#reg, blue) is ultimate in run 1\nvalue(#reg, blue) in reg:2: rule overwrite.ded:16\n",
        "  write(#reg, blue) in reg:1: delivered, sent in c2:1 by rule overwrite.ded:14\n    client(#c2, blue) in c2:1: given\n",
        "Why value(#reg, blue) is not ultimate in run 2\nno value(#reg, blue) in reg:3\n",
        "    no write(#reg, blue) in reg:2\n      write(#reg, blue), sent in c2:1, was delivered in reg:1\n",
        "    overwritten(#reg) in reg:2: rule overwrite.ded:15\n",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    let without = watershed(&["check", &corpus("papers/overwrite.ded")]);
    assert!(!without.stdout.contains("Why") && output.stdout.len() > without.stdout.len());
}

#[test]
fn a_violation_is_explained_from_what_observers_see() {
    let output = watershed(&["check", &corpus("commit/2pc-mutant-hasty.ded"), "--why", "--format", "json"]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    let all = json["why"].as_array().expect("explanations");
    let runs: Vec<&str> = all.iter().filter_map(|one| one["run"].as_str()).collect();
    assert_eq!(runs, ["holds", "lacks", "violation"]);
    assert_eq!([&all[0]["holds"], &all[1]["holds"], &all[2]["holds"]], [true, false, true]);
    let observed = &all[2]["reasons"][0];
    assert!(observed["step"].is_null() && observed["how"] == "rule", "{observed}");
    assert_eq!((&all[2]["fact"], &json["invariants"][0]["name"]), (&"split(#c)".into(), &"split".into()));
}

#[test]
fn where_nothing_differs_there_is_nothing_to_explain() {
    let output = with_input(&["check", "-", "--why", "--format", "json"], "output p; nodes n1; p(#n1);");
    assert_eq!((output.code, &output.json()["why"]), (Some(0), &serde_json::json!([])));
    let output = with_input(&["check", "-", "--format", "json"], "output p; nodes n1; p(#n1);");
    assert!(output.json().get("why").is_none());
}
