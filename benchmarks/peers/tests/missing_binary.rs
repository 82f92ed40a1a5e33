//! `compare` says what is missing and what to do about it.

use std::process::{Command, Output};

fn compare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compare")).args(arguments).output().expect("cargo has built the program")
}

#[test]
fn no_watershed() {
    let output = compare(&["--watershed", "/nowhere/watershed"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("no watershed binary at /nowhere/watershed"), "{message}");
    assert!(message.contains("cargo build --release"), "{message}");
}

#[test]
fn no_peer() {
    let watershed = env!("CARGO_BIN_EXE_compare");
    let output = compare(&["--watershed", watershed, "--peer", "/nowhere/peer"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("no peer binary at /nowhere/peer"), "{message}");
}

#[test]
fn not_a_report() {
    // The peer's own program refuses Watershed's arguments and prints nothing.
    let watershed = env!("CARGO_BIN_EXE_order-recording");
    let output = compare(&["--n", "1", "--watershed", watershed]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("watershed printed no report"), "{message}");
    assert!(message.contains("explore"), "{message}");
}
