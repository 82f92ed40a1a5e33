//! The measured programs print one line of JSON with the promised fields.

use std::process::Command;

use serde_json::Value;

fn report(program: &str) -> Value {
    let output =
        Command::new(program).args(["--n", "4", "--threads", "2"]).output().expect("cargo has built the program");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    assert_eq!(text.lines().count(), 1);
    serde_json::from_str(&text).expect("the line is JSON")
}

#[test]
fn counted_run() {
    let report = report(env!("CARGO_BIN_EXE_order-recording"));
    assert_eq!(report["tool"], "stateright");
    assert_eq!((&report["n"], &report["threads"]), (&4.into(), &2.into()));
    assert_eq!((&report["states"], &report["transitions"]), (&151.into(), &451.into()));
    for field in ["seconds", "states_per_second", "peak_bytes", "bytes_per_state"] {
        assert!(report[field].as_f64().is_some_and(|value| value > 0.0), "{field}");
    }
    if cfg!(target_os = "linux") {
        assert!(report["peak_rss_bytes"].as_u64() > report["peak_bytes"].as_u64());
    }
}

#[test]
fn plain_run_has_no_bytes() {
    let report = report(env!("CARGO_BIN_EXE_order-recording-plain"));
    assert_eq!(report["states"], 151);
    assert!(report["peak_bytes"].is_null() && report["bytes_per_state"].is_null());
}
