//! Bounds: inconclusive, which bound, how far, what to try; signals.

use crate::invocation::{binary, corpus, watershed, with_input};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Counts for ever.
const COUNTER: &str = "s(#X, N + 1)@next :- s(#X, N); s(#a, 0)@1; m(#X)@async :- s(#X, N);";

#[test]
fn each_bound_is_named() {
    let duel = corpus("paxos/duel.ded");
    for (option, value, bound) in [
        ("--max-states", "50", "states"),
        ("--max-transitions", "200", "transitions"),
        ("--max-facts", "3", "facts"),
        ("--timeout", "0", "time"),
        ("--max-memory", "1", "memory"),
    ] {
        let output = watershed(&["check", &duel, option, value, "--format", "json"]);
        assert_eq!(output.code, Some(3), "{option}: {output:#?}");
        let json = output.json();
        assert_eq!(json["verdict"], "inconclusive", "{option}");
        assert_eq!(json["scope"], "bounded", "{option}");
        assert_eq!(json["basis"], format!("bound:{bound}"), "{option}");
        assert!(json["certain"].is_null(), "what is ultimate in every run is not known");
        assert!(json["bound_advice"].as_array().is_some_and(|advice| !advice.is_empty()));
        if bound == "states" {
            assert_eq!(json["statistics"]["states"], 50);
            assert!(json["frontier"].as_u64() > Some(0));
        }
    }
}

#[test]
fn a_counter_is_said_to_be_infinite() {
    let output = with_input(&["check", "-", "--max-states", "100"], COUNTER);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stdout.starts_with("inconclusive: no answer, because the search reached `--max-states`"));
    assert!(output.stdout.contains("may be infinitely many"), "{}", output.stdout);
    assert!(output.stderr.contains("W0704"), "{}", output.stderr);
    let run = with_input(&["run", "-", "--max-states", "10"], COUNTER);
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert!(run.stdout.starts_with("inconclusive: "), "{}", run.stdout);
}

#[test]
fn too_many_messages_at_one_node_are_named() {
    let events: String = (1..=24).map(|value| format!("go(#c, {value})@1;\n")).collect();
    let text = format!(
        "nodes c, s; output big;\n{events}m(#s, X)@async :- go(#c, X);
        total(sum<X>) :- m(X); big()@next :- total(N), N > 400; big()@next :- big();"
    );
    let output = with_input(&["check", "-", "--format", "json", "--max-transitions", "30"], &text);
    assert_eq!(output.code, Some(3), "{output:#?}");
    let advice = output.json()["bound_advice"][0].to_string();
    assert!(advice.contains("in flight to `s` at a time than 24"), "{advice}");
    let output = with_input(&["check", "-", "--max-transitions", "30"], &text);
    assert!(output.stdout.starts_with("inconclusive: no answer, because 24 messages are in flight"), "{output:#?}");
}

#[test]
fn the_time_is_kept_and_leaves_room_to_judge() {
    let start = Instant::now();
    let output = with_input(&["check", "-", "--timeout", "1", "-q"], COUNTER);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_signal_ends_a_search_with_a_report() {
    let directory = crate::invocation::directory();
    let program = crate::invocation::file(directory.path(), "counter.ded", COUNTER);
    for signal in ["-INT", "-TERM"] {
        let child = binary()
            .args(["check", program.to_str().expect("UTF-8"), "--format", "json", "--timeout", "60"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        std::thread::sleep(Duration::from_millis(1500));
        let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{signal}: {output:?}");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report so far");
        assert_eq!(json["verdict"], "inconclusive");
        assert_eq!(json["basis"], "bound:interrupt");
    }
}

/// Two messages to one node: three runs (either first, or both at once), 3 ordered partitions. The counts are those of the whole
/// system, with F = 3: 2F + 1 states, 6F + 1 transitions, and all of them but 2F into states met before.
#[test]
fn schedules_and_duplicates_are_counted() {
    let program = "nodes c, s; e(#c, x)@1; e(#c, y)@1; r(#s, X)@async :- e(#c, X); seen(X)@next :- r(X); seen(X)@next :- seen(X);
        first(X, Y)@next :- r(X), seen(Z), notin r(Y), seen(Y), X != Y, Z == Y; first(X, Y)@next :- first(X, Y); output first, seen;";
    let whole = with_input(&["explore", "-", "--no-reduction", "--format", "json"], program).json();
    let statistics = &whole["statistics"];
    let [states, transitions, schedules, duplicates] =
        ["states", "transitions", "schedules", "duplicates"].map(|name| statistics[name].as_u64().unwrap_or_default());
    assert_eq!((states, transitions, schedules, duplicates), (7, 19, 3, 19 - 6), "{statistics}");
    let verbose = with_input(&["explore", "-", "--no-reduction", "--verbose"], program).stdout;
    assert!(verbose.contains("3 components in which runs end, 13 transitions into states met before"), "{verbose}");
}

/// The clock of what `coordinate` writes stops when the events of its node are over, which no single rule says.
#[test]
fn a_search_that_ends_refutes_infinitely_many_states() {
    let stopped = "nodes a; clock(#a, 1)@1; over(#a)@3; over(#X)@next :- over(#X);
        clock(#X, N + 1)@next :- clock(#X, N), notin over(#X); clock(#X, N)@next :- clock(#X, N), over(#X); output clock;";
    for command in [&["check", "--no-theorems"][..], &["explore"]] {
        let output = with_input(&[command, &["-", "--no-reduction"]].concat(), stopped);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{command:?}: {output:#?}");
        let cut =
            with_input(&[command, &["-", "--no-reduction", "--max-states", "2", "--format", "json"]].concat(), stopped);
        assert_eq!(cut.code, Some(3), "{command:?}: {cut:#?}");
        assert!(cut.stderr.contains("W0704"), "{command:?}: {}", cut.stderr);
        assert_eq!(cut.json()["diagnostics"][0]["code"], "W0704");
    }
    assert!(with_input(&["classify", "-"], stopped).stderr.contains("W0704"), "nothing was searched");
}
