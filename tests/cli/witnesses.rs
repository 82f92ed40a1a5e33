//! Witness files: written, replayed, edited.

use crate::invocation::{corpus, directory, file, watershed};
use serde_json::Value;

const MARRIAGE: &str = "papers/marriage.ded";

fn witness(program: &str) -> (tempfile::TempDir, String, Value) {
    let directory = directory();
    let path = directory.path().join("w.json").to_str().expect("UTF-8").to_string();
    let output = watershed(&["check", &corpus(program), "--witness", &path, "-q"]);
    assert_eq!(output.code, Some(1));
    let json = serde_json::from_str(&std::fs::read_to_string(&path).expect("a witness")).expect("JSON");
    let left: Vec<_> = std::fs::read_dir(directory.path()).expect("a directory").collect();
    assert_eq!(left.len(), 1, "nothing but the witness is left: {left:?}");
    (directory, path, json)
}

#[test]
fn a_written_witness_replays() {
    for program in [MARRIAGE, "commit/2pc-mutant-hasty.ded", "kvs/diverging-resend.ded"] {
        let (_directory, path, _) = witness(program);
        let output = watershed(&["replay", &corpus(program), "--schedule", &path, "--format", "json"]);
        assert_eq!(output.code, Some(0), "{program}: {output:#?}");
        let json = output.json();
        assert_eq!(json["verdict"], "reproduced");
        assert!(json["runs"].as_array().is_some_and(|runs| runs.iter().all(|run| run["reproduced"] == true)));
    }
}

#[test]
fn a_json_report_is_a_witness_too() {
    let report = watershed(&["check", &corpus(MARRIAGE), "--format", "json"]).stdout;
    let directory = directory();
    let path = file(directory.path(), "report.json", &report);
    let output = watershed(&["replay", &corpus(MARRIAGE), "--schedule", path.to_str().expect("UTF-8")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
}

fn edited(program: &str, edit: impl Fn(&mut Value)) -> crate::invocation::Output {
    let (directory, _, mut json) = witness(program);
    edit(&mut json);
    let path = file(directory.path(), "edited.json", &json.to_string());
    watershed(&["replay", &corpus(program), "--schedule", path.to_str().expect("UTF-8"), "--format", "json"])
}

#[test]
fn a_claim_that_does_not_reproduce_is_a_no() {
    let output = edited(MARRIAGE, |json| json["witness"]["schedules"][0]["holds"] = false.into());
    assert_eq!(output.code, Some(1), "{output:#?}");
    let json = output.json();
    assert_eq!(json["verdict"], "not-reproduced");
    assert_eq!(json["diagnostics"][0]["code"], "E0709");
    assert!(output.stderr.contains("E0709"));
}

#[test]
fn an_impossible_step_is_refused_with_its_number() {
    let output = edited(MARRIAGE, |json| {
        json["witness"]["schedules"][0]["stem"][0]["deliver"] = serde_json::json!(["i_do(#n1, bride)"]);
    });
    assert_eq!(output.code, Some(2), "{output:#?}");
    assert!(output.stderr.contains("error[E0706]") && output.stderr.contains("step 1 of the schedule"));
    assert_eq!(output.json()["diagnostics"][0]["code"], "E0706");
}

#[test]
fn an_edited_but_possible_schedule_replays() {
    // One more idle step before everything: the runs still end as they did.
    let output = edited(MARRIAGE, |json| {
        let idle = serde_json::json!({"node": "n1", "deliver": []});
        for run in 0..2 {
            json["witness"]["schedules"][run]["stem"].as_array_mut().expect("a stem").insert(0, idle.clone());
        }
    });
    assert_eq!(output.code, Some(0), "{output:#?}");
}

#[test]
fn broken_witness_files_are_refused() {
    let directory = directory();
    for (name, text, code) in [
        ("a.json", "{\"witness\": ", "E0705"),
        ("b.json", "{}", "E0705"),
        ("c.json", "", "E0102"),
        ("d.json", "n1 ; n9", "E0701"),
    ] {
        let path = file(directory.path(), name, text);
        let output = watershed(&["replay", &corpus(MARRIAGE), "--schedule", path.to_str().expect("UTF-8")]);
        let fine = output.code == Some(2) && output.stderr.contains(code);
        assert!(fine || (text.is_empty() && output.code == Some(0)), "{text}: {output:#?}");
    }
    let missing = watershed(&["replay", &corpus(MARRIAGE), "--schedule", "no/such.json"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("E0601"), "{}", missing.stderr);
}

#[test]
fn schedules_are_replayed_from_the_command_line() {
    let replay = |schedule: &str| watershed(&["replay", &corpus(MARRIAGE), "--schedule", schedule]);
    let both = "i_do(#n1, bride), i_do(#n1, groom)";
    let fair = replay(&format!("n1 ; n1{{{both}}} loop: n1{{{both}}}"));
    assert_eq!(fair.code, Some(0), "{fair:#?}");
    assert!(fair.stdout.contains("ultimate   i_do(#n1, bride), i_do(#n1, groom)"), "{}", fair.stdout);
    assert_eq!(replay("n1 ; n1").code, Some(0), "a finite run is possible");
    let unfair = replay("n1 loop: n1");
    assert_eq!(unfair.code, Some(1), "messages are never delivered: {unfair:#?}");
    assert!(unfair.stderr.contains("E0708"), "{}", unfair.stderr);
    let impossible = replay(&format!("n1{{{both}}}"));
    assert_eq!(impossible.code, Some(2), "{impossible:#?}");
    assert_eq!(replay("n1 ; }").code, Some(2));
}

#[test]
fn a_witness_that_cannot_be_written_is_an_error() {
    let output = watershed(&["check", &corpus(MARRIAGE), "--witness", "no/such/directory/w.json", "-q"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("E0608"), "{}", output.stderr);
}
