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
