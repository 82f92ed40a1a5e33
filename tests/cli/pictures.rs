//! `--format svg|dot|itf`: runs as pictures and as traces for other viewers.

use crate::invocation::{corpus, directory, file, watershed};
use serde_json::Value;

/// Programs with each kind of run: two that differ, with loops that close and loops that grow, to a violation, on ordered channels.
const SPREAD: [&str; 6] = [
    "papers/marriage.ded",
    "kvs/diverging.ded",
    "kvs/diverging-resend.ded",
    "commit/2pc-mutant-hasty.ded",
    "papers/pingpong.ded",
    "channels/token-ring.ded",
];

/// What ADR 015 of Apalache asks of a trace, beyond its being JSON.
fn check_itf(trace: &Value) {
    let variables: Vec<&str> =
        trace["vars"].as_array().expect("vars").iter().map(|v| v.as_str().expect("a name")).collect();
    let states = trace["states"].as_array().expect("states");
    assert!(!states.is_empty());
    for (index, state) in states.iter().enumerate() {
        let state = state.as_object().expect("a state is an object");
        assert_eq!(state["#meta"]["index"], index);
        let mut named: Vec<&str> = state.keys().map(String::as_str).filter(|key| *key != "#meta").collect();
        let mut expected = variables.clone();
        named.sort_unstable();
        expected.sort_unstable();
        assert_eq!(named, expected, "each state gives each variable a value");
        state.iter().filter(|(key, _)| *key != "#meta").for_each(|(_, value)| check_value(value));
    }
    if let Some(from) = trace.get("loop") {
        assert!(from.as_u64().expect("an index") < states.len() as u64);
    }
}

fn check_value(value: &Value) {
    match value {
        Value::Bool(_) | Value::String(_) => {}
        Value::Number(number) => panic!("{number}: integers are written as #bigint"),
        Value::Null => panic!("no value is null"),
        Value::Array(items) => items.iter().for_each(check_value),
        Value::Object(object) => match object.keys().next().map(String::as_str) {
            Some("#bigint") => {
                object["#bigint"].as_str().expect("text").parse::<i128>().expect("digits");
                assert_eq!(object.len(), 1);
            }
            Some(kind @ ("#set" | "#tup")) => {
                assert_eq!(object.len(), 1);
                let members = object[kind].as_array().expect("a list");
                members.iter().for_each(check_value);
                let distinct = members.iter().enumerate().all(|(at, member)| !members[..at].contains(member));
                assert!(kind == "#tup" || distinct, "a set has each member once: {value}");
            }
            Some("#map") => {
                for pair in object["#map"].as_array().expect("a list of pairs") {
                    assert_eq!(pair.as_array().expect("a pair").len(), 2);
                    check_value(&pair[0]);
                    check_value(&pair[1]);
                }
            }
            _ => {
                assert!(object.keys().all(|key| !key.starts_with('#')), "an unknown kind of value: {value}");
                object.values().for_each(check_value);
            }
        },
    }
}

/// The runs of an answer in the order in which they are numbered: how long the stem and the loop are.
fn runs(answer: &Value) -> Vec<(usize, usize)> {
    let length = |steps: &Value| steps.as_array().map_or(0, Vec::len);
    let invariants = answer["invariants"].as_array().expect("a list").iter();
    let violations = invariants.map(|invariant| (length(&invariant["schedule"]), 0)).filter(|&(stem, _)| stem > 0);
    let lassos = answer["witness"]["schedules"].as_array().into_iter().flatten();
    violations.chain(lassos.map(|lasso| (length(&lasso["stem"]), length(&lasso["loop"])))).collect()
}

#[test]
fn traces_are_what_the_format_says() {
    let mut closed = 0;
    for program in SPREAD {
        let answer = watershed(&["check", &corpus(program), "--format", "json"]).json();
        for (number, (stem, cycle)) in (1..).zip(runs(&answer)) {
            let number = format!("{number}");
            let output = watershed(&["check", &corpus(program), "--format", "itf", "--run", &number]);
            let trace: Value = serde_json::from_str(&output.stdout).expect("a trace is JSON");
            check_itf(&trace);
            let states = trace["states"].as_array().expect("states");
            let Some(from) = trace.get("loop") else {
                let grows = trace["#meta"]["description"].as_str().expect("text").contains("the buffer grows");
                assert_eq!((states.len(), grows), (1 + stem + cycle, cycle > 0), "{program}, run {number}");
                continue;
            };
            // The last state leads to the one that `loop` names, as the state before that one does: both must be the same.
            assert_eq!((states.len(), from), (1 + stem + 2 * cycle, &Value::from(1 + stem + cycle)), "{program}");
            for variable in trace["vars"].as_array().expect("vars") {
                let variable = variable.as_str().expect("a name");
                let (before, last) = (&states[stem + cycle][variable], &states[stem + 2 * cycle][variable]);
                assert_eq!(before, last, "{program}, run {number}, {variable}");
            }
            closed += 1;
        }
    }
    assert!(closed >= 6, "{closed} traces close");
}

/// The first time round a loop, a node that has not stepped in it yet still has the D of its stem: the trace must not come back there.
#[test]
fn a_trace_does_not_come_back_to_the_stem() {
    let directory = directory();
    let text = "nodes a, b; go(#a)@1; hello(#b)@async :- go(); hi(#b)@1; seen()@next :- hello(); seen()@next :- seen(); output seen;";
    let path = file(directory.path(), "stem.ded", text);
    let path = path.to_str().expect("UTF-8");
    let schedule = "a ; b{hello(#b)} loop: a ; b";
    let output = watershed(&["replay", path, "--schedule", schedule, "--format", "itf"]);
    let trace: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{}", output.stderr));
    check_itf(&trace);
    assert_eq!(trace["loop"], 5, "{trace:#}");
    let facts = |state: usize| &trace["states"][state]["facts"];
    assert_ne!(facts(3), facts(5), "b still has what it got when a steps for the first time on the loop");
    assert_eq!(facts(4), facts(6));
    assert_eq!(trace["states"][6]["#meta"]["step"], "b:3");
}

/// A buffer that grows round the loop never comes back, so the trace has no `loop`, and says why.
#[test]
fn a_trace_whose_buffer_grows_does_not_close() {
    let schedule = "n1 ; n1{i_do(#n1, bride), i_do(#n1, groom)} loop: n1 ; n1{i_do(#n1, bride), i_do(#n1, groom)}";
    let output = watershed(&["replay", &corpus("papers/marriage.ded"), "--schedule", schedule, "--format", "itf"]);
    let trace: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{}", output.stderr));
    check_itf(&trace);
    assert_eq!((output.code, trace.get("loop"), trace["states"].as_array().map(Vec::len)), (Some(0), None, Some(5)));
    let about = trace["#meta"]["description"].as_str().expect("text");
    assert!(about.contains("transitions 3 to 4 repeat for ever, and the buffer grows"), "{about}");
}

#[test]
fn pictures_draw_every_step_and_escape_what_programs_say() {
    for program in SPREAD {
        let output = watershed(&["check", &corpus(program), "--format", "svg"]);
        assert_eq!(output.code, Some(1), "{program}: {}", output.stderr);
        let answer = watershed(&["check", &corpus(program), "--format", "json"]).json();
        let steps: usize = runs(&answer).into_iter().map(|(stem, cycle)| stem + cycle).sum();
        assert_eq!(output.stdout.matches("class=\"step\"").count(), steps, "{program}");
        assert_eq!(output.stdout.matches("<g").count(), output.stdout.matches("</g>").count(), "{program}");
    }
    let directory = directory();
    let text = "nodes n1; vow(#n1, \"<script>alert(1)</script>\"); vow(#n1, \"]]>&\\\"'\"); \
                got(X)@async :- vow(X); first(X) :- got(X), notin other(X); first(X)@next :- first(X); \
                other(X) :- got(Y), vow(X), X != Y; other(X)@next :- other(X);";
    let path = file(directory.path(), "script.ded", text);
    let output = watershed(&["check", path.to_str().expect("UTF-8"), "--format", "svg"]);
    assert!(output.stdout.contains("&lt;script&gt;"), "{}{}", output.stdout, output.stderr);
    assert!(!output.stdout.contains("<script"), "{}", output.stdout);
    let graph = watershed(&["check", path.to_str().expect("UTF-8"), "--format", "dot"]);
    assert!(graph.stdout.starts_with("digraph runs {") && graph.stdout.ends_with("}\n"), "{}", graph.stdout);
}

#[test]
fn runs_with_faults_are_drawn_and_traced() {
    let program = corpus("faults/kafka.ded");
    let asked = ["faults", &program, "--eot", "6", "--eff", "4", "--crashes", "1"];
    let drawn = watershed(&[&asked[..], &["--format", "svg"]].concat());
    assert_eq!(drawn.code, Some(1), "{}", drawn.stderr);
    assert!(drawn.stdout.contains("message lost") && drawn.stdout.contains("dot crash"), "{}", drawn.stdout);
    for run in ["1", "2"] {
        let traced = watershed(&[&asked[..], &["--format", "itf", "--run", run]].concat());
        let trace: Value = serde_json::from_str(&traced.stdout).expect("JSON");
        check_itf(&trace);
        assert_eq!(trace["states"].as_array().map(Vec::len), Some(7), "EOT rounds after the first state");
    }
}

#[test]
fn an_answer_goes_to_the_file_that_is_named() {
    let directory = directory();
    let path = directory.path().join("runs.svg");
    let name = path.to_str().expect("UTF-8");
    let output = watershed(&["check", &corpus("papers/marriage.ded"), "--format", "svg", "-o", name]);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stdout.starts_with("diffluent: ") && output.stdout.contains("written to "), "{}", output.stdout);
    assert!(std::fs::read_to_string(&path).expect("the picture").contains("<svg"));
    let nowhere = directory.path().join("no").join("runs.svg");
    let output = watershed(&["check", &corpus("papers/marriage.ded"), "-o", nowhere.to_str().expect("UTF-8")]);
    assert_eq!(output.code, Some(2), "{}", output.stdout);
}

#[test]
fn an_answer_without_runs_says_so() {
    let output = watershed(&["check", &corpus("papers/reachability.ded"), "--format", "svg"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), ""), "{}", output.stderr);
    assert!(output.stderr.contains("W1602") && output.stderr.contains("confluent"), "{}", output.stderr);
    let run = watershed(&["run", &corpus("papers/reachability.ded"), "--format", "svg"]);
    assert!(run.code == Some(0) && run.stdout.contains("<svg"), "{}", run.stderr);
    for number in ["0", "3", "x", "-1"] {
        let output = watershed(&["check", &corpus("papers/marriage.ded"), "--format", "itf", "--run", number]);
        assert_eq!(output.code, Some(2), "{number}");
        assert!(output.stderr.contains("E1601") && output.stdout.is_empty(), "{number}: {}", output.stderr);
    }
}
