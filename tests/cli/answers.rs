//! Verdicts: exit codes, text, JSON, SARIF.

use crate::invocation::{corpus, directory, file, strings, watershed, with_input};
use serde_json::Value;

const MARRIAGE: &str = "papers/marriage.ded";

#[test]
fn the_marriage_ceremony_is_diffluent() {
    let output = watershed(&["check", &corpus(MARRIAGE), "--format", "json"]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["command"], "check");
    assert_eq!(strings(&json["program"]), [corpus(MARRIAGE)]);
    assert_eq!(json["class"], "dedalus-s");
    assert_eq!(json["verdict"], "diffluent");
    assert_eq!(json["scope"], "this-instance");
    assert_eq!(json["basis"], "explored");
    assert_eq!(strings(&json["nodes"]), ["n1"]);
    assert_eq!(strings(&json["outputs"]), ["runaway", "i_do"], "as declared");
    assert_eq!(strings(&json["certain"]), ["i_do(#n1, bride)", "i_do(#n1, groom)"]);
    assert_eq!(strings(&json["contested"]), ["runaway(#n1)"]);
    assert_eq!(json["undecided"], serde_json::json!([]));
    assert_eq!(
        json["ultimate_models"],
        serde_json::json!([
            ["i_do(#n1, bride)", "i_do(#n1, groom)"],
            ["i_do(#n1, bride)", "i_do(#n1, groom)", "runaway(#n1)"]
        ])
    );
    assert_eq!(json["models_complete"], true);
    assert_eq!(json["witness"]["fact"], "runaway(#n1)");
    assert_eq!(json["witness"]["schedules"][0]["holds"], true);
    assert_eq!(json["witness"]["schedules"][1]["holds"], false);
    let critical = json["witness"]["critical"].as_u64().expect("an index") as usize;
    let step = |run: usize| {
        let lasso = &json["witness"]["schedules"][run];
        let steps = [&lasso["stem"], &lasso["loop"]].map(|part| part.as_array().expect("steps").clone()).concat();
        (steps[..critical].iter().map(delivery).collect::<Vec<_>>(), delivery(&steps[critical]))
    };
    assert_eq!(step(0).0, step(1).0, "the schedules agree before the critical step");
    assert_ne!(step(0).1, step(1).1, "and part there");
}

fn delivery(step: &Value) -> (String, Vec<String>) {
    (step["node"].to_string(), strings(&step["deliver"]).into_iter().map(str::to_string).collect())
}

#[test]
fn the_fields_of_the_interface_come_first_and_in_its_order() {
    let fixed = [
        "schema",
        "command",
        "program",
        "class",
        "verdict",
        "scope",
        "basis",
        "nodes",
        "outputs",
        "certain",
        "contested",
        "undecided",
        "ultimate_models",
        "models_complete",
        "witness",
        "invariants",
        "diagnostics",
        "statistics",
    ];
    for (file, code) in [(MARRIAGE, 1), ("broadcast/best-effort-resend.ded", 0), ("papers/errors/entangled.ded", 2)] {
        let output = watershed(&["check", &corpus(file), "--format", "json"]);
        assert_eq!(output.code, Some(code), "{file}");
        let json = output.json();
        let keys: Vec<&String> = json.as_object().expect("an object").keys().take(fixed.len()).collect();
        assert_eq!(keys, fixed, "{file}");
        let statistics: Vec<&String> = json["statistics"].as_object().expect("an object").keys().collect();
        assert_eq!(
            statistics,
            [
                "states",
                "transitions",
                "local_steps",
                "schedules",
                "duplicates",
                "solver_calls",
                "wall_seconds",
                "peak_bytes"
            ]
        );
    }
}

#[test]
fn a_theorem_answers_for_all_instances_and_exploring_for_this_one() {
    let file = corpus("broadcast/best-effort-resend.ded");
    let by_theorem = watershed(&["check", &file, "--format", "json"]).json();
    assert_eq!(by_theorem["basis"], "theorem:dedalus+");
    assert_eq!(by_theorem["scope"], "all-instances");
    for arguments in
        [&["explore", &file, "--format", "json"][..], &["check", &file, "--no-theorems", "--format", "json"]]
    {
        let output = watershed(arguments);
        assert_eq!(output.code, Some(0));
        let json = output.json();
        assert_eq!(json["basis"], "explored");
        assert_eq!(json["scope"], "this-instance");
        assert_eq!(json["certain"], by_theorem["certain"]);
        assert!(json["statistics"]["states"].as_u64() > Some(0));
    }
}

#[test]
fn a_violation_has_a_schedule_and_goes_before_a_divergence() {
    let file = corpus("commit/2pc-mutant-hasty.ded");
    let output = watershed(&["check", &file, "--format", "json"]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    assert_eq!(json["verdict"], "violated");
    assert_eq!(json["invariants"][0]["name"], "split");
    assert_eq!(json["invariants"][0]["holds"], false);
    let last = json["invariants"][0]["schedule"].as_array().and_then(|steps| steps.last()).expect("steps").clone();
    assert!(!strings(&last["derived"]).is_empty());
    assert!(json["contested"].as_array().is_some_and(|facts| !facts.is_empty()), "the rest is still said");
    let text = watershed(&["check", &file]).stdout;
    assert!(text.starts_with("violated: `split` holds"), "{text}");
}

#[test]
fn text_starts_with_the_verdict_and_ends_with_figures() {
    let text = watershed(&["check", &corpus(MARRIAGE)]).stdout;
    assert!(text.starts_with("diffluent: "), "{text}");
    assert!(text.contains("watershed replay benchmarks/programs/papers/marriage.ded --schedule 'n1"), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.contains(" states, ") && line.contains("peak ")), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour without a terminal");
    let coloured = watershed(&["check", &corpus(MARRIAGE), "--color", "always"]).stdout;
    assert!(coloured.contains("\u{1b}["));
    let quiet = watershed(&["check", "-q", &corpus(MARRIAGE)]);
    assert_eq!((quiet.stdout.lines().count(), quiet.code), (1, Some(1)));
    let confluent = watershed(&["check", &corpus("broadcast/best-effort-resend.ded")]).stdout;
    assert!(confluent.starts_with("confluent: ") && confluent.contains("Theorem 1"), "{confluent}");
}

#[test]
fn the_printed_commands_replay() {
    let text = watershed(&["check", &corpus(MARRIAGE)]).stdout;
    let commands: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("watershed replay ")).collect();
    assert_eq!(commands.len(), 2, "{text}");
    for command in commands {
        let (file, schedule) = command.split_once(" --schedule ").expect("a schedule");
        let output = watershed(&["replay", file, "--schedule", schedule.trim_matches('\'')]);
        assert_eq!(output.code, Some(0), "{output:#?}");
    }
}

#[test]
fn same_input_same_bytes() {
    for file in [MARRIAGE, "kvs/diverging.ded", "election/heartbeat.ded"] {
        for format in ["json", "sarif"] {
            let ask = || {
                let text = watershed(&["check", &corpus(file), "--format", format]).stdout;
                let lines = text.lines().filter(|l| !l.contains("wall_seconds") && !l.contains("peak_bytes"));
                lines.collect::<Vec<_>>().join("\n")
            };
            assert_eq!(ask(), ask(), "{file}");
        }
    }
}

#[test]
fn classify_names_class_and_reasons() {
    let output = watershed(&["classify", &corpus(MARRIAGE), "--format", "json"]);
    assert_eq!(output.code, Some(0));
    let json = output.json();
    assert_eq!((&json["command"], &json["class"]), (&"classify".into(), &"dedalus-s".into()));
    let reasons = json["reasons"].as_array().expect("reasons");
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| reason["kind"] == "negated-idb" && reason["keeps_out_of"] == "dedalus+"));
    assert_eq!(json["points_of_order"].as_array().map(Vec::len), Some(2));
    let dot = watershed(&["classify", &corpus(MARRIAGE), "--format", "dot"]).stdout;
    assert!(dot.starts_with("digraph"), "{dot}");
    let rules_only = with_input(&["classify", "-"], "p(#X)@next :- p(#X);");
    assert_eq!(rules_only.code, Some(0), "{rules_only:#?}");
}

#[test]
fn sarif_points_at_the_point_of_order_and_at_the_never() {
    let sarif = watershed(&["check", &corpus(MARRIAGE), "--format", "sarif"]).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let result = &run["results"].as_array().expect("results").last().expect("the verdict").clone();
    assert_eq!(result["ruleId"], "diffluent");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "benchmarks/programs/papers/marriage.ded");
    let line = place["region"]["startLine"].as_u64().expect("a line") as usize;
    let text = std::fs::read_to_string(corpus(MARRIAGE)).expect("the program");
    assert!(text.lines().nth(line - 1).is_some_and(|line| line.contains("notin i_do")));
    let index = result["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "diffluent");
    let violated = watershed(&["check", &corpus("commit/2pc-mutant-hasty.ded"), "--format", "sarif"]).stdout;
    assert!(violated.contains("\"ruleId\": \"violated\""), "{violated}");
}

#[test]
fn options_replace_network_and_outputs() {
    let program = "output p; p(#X) :- q(#X); r(#X)@next :- p(#X); q(#a);";
    let json = with_input(&["check", "-", "--output", "r", "--nodes", "a,b", "--format", "json"], program).json();
    assert_eq!(strings(&json["outputs"]), ["r"]);
    assert_eq!(strings(&json["nodes"]), ["a", "b"]);
    assert_eq!(strings(&json["program"]), ["<stdin>"]);
}

/// Of each command that answers a question, on programs that are warned of.
#[test]
fn quiet_is_one_line_and_no_warning() {
    let warned = "nodes a; s(#a, 0)@1; s(#X, N + 1)@next :- s(#X, N), N < 2; t(#X) :- s(#X, 1), notin nosuch(#X);
        u(#X, N + 1)@next :- u(#X, N), go(#X); go(#a); pre(#X) :- t(#X); post(#X) :- t(#X); output t;";
    let directory = directory();
    let with = file(directory.path(), "a.ded", &format!("// expect: confluent\n{warned}"));
    let program = with.to_str().expect("UTF-8");
    for arguments in [
        &["check", program][..],
        &["explore", program, "--max-states", "1"],
        &["classify", program],
        &["prove", program],
        &["run", program],
        &["coordinate", program],
        &["test", program],
        &["check", program, "--instances", "nodes<=1, facts<=1"],
        &["replay", program, "--schedule", "a"],
        &["faults", program, "--eot", "3"],
        &["faults", program, "--async"],
        &["equiv", program, "--", program],
        &["flow", &corpus("flow/ads-poor-rules.yaml")],
    ] {
        let (command, rest) = arguments.split_first().expect("a command");
        let loud = watershed(arguments);
        assert!(loud.stderr.contains("warning[") || ["test", "flow"].contains(command), "{arguments:?}: {loud:#?}");
        let quiet = watershed(&[&[command, "-q"], rest].concat());
        assert_eq!((quiet.code, quiet.stderr.as_str()), (loud.code, ""), "{arguments:?}: {quiet:#?}");
        assert_eq!(quiet.stdout.lines().count(), 1, "{arguments:?}: {quiet:#?}");
    }
}
