//! Wrong input: exit code 2, diagnostics on standard error and in the object.

use crate::invocation::{binary, corpus, directory, file, strings, watershed, with_input};

#[test]
fn every_program_that_must_be_refused_is() {
    let mut seen = 0;
    for entry in std::fs::read_dir(corpus("papers/errors")).expect("the corpus") {
        let path = entry.expect("an entry").path();
        for command in ["check", "classify", "explore", "run"] {
            let output = watershed(&[command, path.to_str().expect("UTF-8"), "--format", "json"]);
            assert_eq!(output.code, Some(2), "{command} {path:?}: {output:#?}");
            let json = output.json();
            assert_eq!(json["command"], command);
            let diagnostic = &json["diagnostics"][0];
            assert_eq!(diagnostic["severity"], "error");
            assert!(diagnostic["line"].as_u64() > Some(0) && diagnostic["column"].as_u64() > Some(0));
            assert!(output.stderr.contains(diagnostic["code"].as_str().expect("a code")), "{}", output.stderr);
        }
        seen += 1;
    }
    assert!(seen > 5);
}

#[test]
fn usage_errors_have_exit_code_2() {
    let file = corpus("papers/marriage.ded");
    for arguments in [
        &[][..],
        &["chekc"],
        &["check"],
        &["check", &file, "--max-state", "3"],
        &["check", &file, "--format", "yaml"],
        &["replay", &file],
        &["run", &file, "--seed", "1", "-i"],
        &["check", &file, "-q", "-v"],
        &["check", "no-such-file.ded"],
        &["check", "benchmarks"],
    ] {
        let output = watershed(arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}: {output:#?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
    let json = watershed(&["check", &file, "--max-state", "3", "--format", "json"]).json();
    assert_eq!(json["diagnostics"][0]["code"], "E0606");
    for arguments in [&["--help"][..], &["--version"], &["help", "check"], &["check", "--help"]] {
        assert_eq!(watershed(arguments).code, Some(0), "{arguments:?}");
    }
}

#[test]
fn numbers_that_make_no_sense_are_diagnostics() {
    let file = corpus("papers/marriage.ded");
    for (option, text) in [
        ("--max-states", "many"),
        ("--max-states", "-1"),
        ("--max-states", ""),
        ("--max-transitions", "1.5"),
        ("--max-facts", "0x10"),
        ("--max-memory", "3 gigs"),
        ("--timeout", "-1"),
        ("--timeout", "soon"),
        ("--max-models", "x"),
        ("--threads", "0"),
        ("--seed", "s"),
    ] {
        for command in ["check", "explore", "run"] {
            if command == "run" && option == "--no-theorems" {
                continue;
            }
            let output = watershed(&[command, &file, option, text, "--format", "json"]);
            assert_eq!(output.code, Some(2), "{command} {option} {text}: {output:#?}");
            assert_eq!(output.json()["diagnostics"][0]["code"], "E0607", "{command} {option} {text}");
        }
    }
    let huge = watershed(&["check", &file, "--max-states", &"9".repeat(40), "--timeout", &"9".repeat(400), "-q"]);
    assert_eq!(huge.code, Some(1), "{huge:#?}");
}

#[test]
fn nothing_to_run_is_an_error() {
    for text in ["", "// nothing\n", "p(#X, Y) :- q(#X), r(#Y);"] {
        for command in ["check", "explore", "run"] {
            let output = with_input(&[command, "-", "--format", "json"], text);
            assert_eq!(output.code, Some(2), "{command} `{text}`: {output:#?}");
        }
    }
    let json = with_input(&["run", "-", "--format", "json"], "").json();
    assert!(json["diagnostics"].as_array().is_some_and(|all| all.iter().any(|d| d["code"] == "E0507")), "{json}");
    let rules_of_dedalus_plus = "m(#Y)@async :- q(#X, Y); m(#X)@next :- m(#X);";
    assert_eq!(with_input(&["check", "-", "-q"], rules_of_dedalus_plus).code, Some(0), "a theorem needs no network");
}

#[test]
fn a_rule_that_errs_is_reported_with_its_run() {
    let program = "m(#S, X)@async :- go(#C, S, X); got(X) :- m(X); share(10 / X) :- got(X);\n\
                   go(#c, s, 0)@1; go(#c, s, 5)@1; nodes c, s;";
    for command in ["check", "explore", "run"] {
        let output = with_input(&[command, "-", "--format", "json"], program);
        assert_eq!(output.code, Some(2), "{command}: {output:#?}");
        let json = output.json();
        let found = json["diagnostics"].as_array().and_then(|all| all.iter().find(|d| d["code"] == "E0801")).cloned();
        let found = found.unwrap_or_else(|| panic!("{command}: {json}"));
        assert_eq!(found["line"], 1);
        assert!(output.stderr.contains("m(#s, 0)"), "the run is named: {}", output.stderr);
    }
}

#[test]
fn unreadable_and_odd_files_are_refused() {
    let directory = directory();
    let latin = directory.path().join("latin.ded");
    std::fs::write(&latin, [b'p', 0xE9]).expect("a file");
    let output = watershed(&["check", latin.to_str().expect("UTF-8")]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("E0603"), "{}", output.stderr);
    let deep = file(directory.path(), "deep.ded", &format!("p({}1{});", "(".repeat(50_000), ")".repeat(50_000)));
    assert_eq!(watershed(&["check", deep.to_str().expect("UTF-8")]).code, Some(2));
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let mut child = binary()
        .args(["check", &corpus("papers/marriage.ded")])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn warnings_are_drawn_and_change_nothing() {
    let program = "p(#X) :- q(#X), notin r(#X); q(#a);";
    let output = with_input(&["check", "-"], program);
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stderr.contains("warning[W0201]"), "{}", output.stderr);
    assert_eq!(with_input(&["check", "-", "-q"], program).stderr, "");
}

/// The codes and all help lines of a program.
fn diagnosed(options: &[&str], program: &str) -> Vec<(String, String)> {
    let json = with_input(&[&["check", "-", "--format", "json"], options].concat(), program).json();
    let help = |d: &serde_json::Value| strings(&d["help"]).join("; ");
    let found = json["diagnostics"].as_array().expect("diagnostics");
    found.iter().map(|d| (d["code"].as_str().expect("a code").to_string(), help(d))).collect()
}

const COUNTED: &str = "nodes c, s;\noutput total;\ngo(#c, s, 1)@1;\ngot(#S, X)@async :- go(#C, S, X);\n\
                       got(#S, X)@next :- got(#S, X);\ntotal(#S, count<X>) :- got(#S, X);\n";

#[test]
fn one_mistake_is_one_diagnostic_that_says_what_to_write() {
    for (right, wrong, code, help) in [
        ("count<X>", "cnt<X>", "E0116", "`count<X>`"),
        ("count<X>", "count(X)", "E0102", "`count<X>`"),
        ("@next :-", "@next :", "E0102", "`:-`"),
        ("@next :-", "@next =:", "E0102", "`:-`"),
        ("count<X>) :- got(#S, X)", "count<X>) :- got(#S, X), not in go(#S, X, X)", "E0115", "`notin p(X)`"),
        ("count<X>) :- got(#S, X)", "count<X>) :- got(#S, X), X =< 3", "E0102", "`<=`"),
        ("count<X>) :- got(#S, X)", "count<Y>) :- got(#S, X), Y := X + 3", "E0102", "`Y == X + 1`"),
        ("count<X>) :- got(#S, X)", "count<X>) :- got(#S, X) and go(#S, Y, Z)", "E0102", "separated by `,`"),
        ("output total", "Output total", "E0109", "did you mean `output`?"),
        ("nodes c, s", "node c, s", "E0109", "did you mean `nodes`?"),
        ("nodes c, s", "nodes c s", "E0102", "separated by `,`"),
        ("nodes c, s;", "# note\nnodes c, s;", "E0102", "`//`"),
        ("nodes c, s;", "-- note\nnodes c, s;", "E0102", "`//`"),
        ("go(#c, s, 1)@1;", "go(#c, s, 1)@1; go(c, s, 2)@1;", "E0201", "write `#` before it"),
        ("output total", "output totl", "E0203", "did you mean `total`?"),
        ("got(#S, X)@next", "got(#S, Value)@next :- got(#S, Valeu); got(#S, X)@next", "E0401", "did you mean `Valeu`?"),
        ("(#S, X)@async", "(#srv, X)@async", "W0505", "add it to the network"),
        ("got(#S, X);\n", "got(#S, X);\ntold(#q) :- got(#q, X);\n", "W0505", "add it to the network"),
    ] {
        let program = COUNTED.replacen(right, wrong, 1);
        assert_ne!(program, COUNTED, "{right}");
        let found = diagnosed(&[], &program);
        assert_eq!(found.len(), 1, "{wrong}: {found:#?}");
        assert!(found[0].0 == code && found[0].1.contains(help), "{wrong}: {found:#?}");
    }
    assert_eq!(diagnosed(&[], COUNTED), []);
}

#[test]
fn a_broken_item_hides_no_other_mistake() {
    let program = COUNTED.replace("count<X>", "cnt<X>").replace("output total", "output total, gott");
    let codes: Vec<String> = diagnosed(&[], &program).into_iter().map(|found| found.0).collect();
    assert_eq!(codes, ["E0116", "E0203"], "`total` stands in the broken rule, `gott` nowhere");
}

#[test]
fn names_given_to_options_are_checked() {
    for (option, names, expected) in [
        ("--nodes", "c,s,t", None),
        ("--nodes", "c,server", None),
        ("--nodes", "c,C", Some(("E0506", "in double quotes"))),
        ("--nodes", ",", Some(("E0506", "at least one"))),
        ("--nodes", "c,s2", Some(("W0506", "did you mean `s`?"))),
        ("--output", "total,got", None),
        ("--output", "totl", Some(("E0203", "did you mean `total`?"))),
        ("--output", "", Some(("E0203", "at least one"))),
    ] {
        let found = diagnosed(&[option, names], COUNTED);
        let expected: Vec<(&str, &str)> = expected.into_iter().collect();
        assert_eq!(found.len(), expected.len(), "{option} {names}: {found:#?}");
        for (found, (code, help)) in found.iter().zip(expected) {
            assert!(found.0 == code && found.1.contains(help), "{option} {names}: {found:#?}");
        }
    }
}

#[test]
fn commands_that_are_described_and_not_built_say_so() {
    let output = watershed(&["reclaim", &corpus("papers/marriage.ded"), "--format", "json"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("`reclaim` is described but not built yet"), "{}", output.stderr);
    assert_eq!(output.json()["command"], "reclaim");
}

#[test]
fn common_options_are_taken_and_only_those_with_an_effect_listed() {
    let file = corpus("papers/marriage.ded");
    for arguments in [
        &["run", &file, "--threads", "2", "--no-reduction", "--max-models", "3"][..],
        &["replay", &file, "--schedule", "n1", "--threads", "2", "--max-states", "9", "--max-transitions", "9"],
    ] {
        assert_eq!(watershed(arguments).code, Some(0), "{arguments:?}");
        let help = watershed(&[arguments[0], "--help"]).stdout;
        assert!(help.contains("--timeout") && !help.contains("--threads"), "{help}");
    }
    let help = watershed(&["--help"]).stdout;
    let commands = ["check", "classify", "explore", "run", "replay", "test"];
    let places: Vec<_> = commands.iter().map(|command| help.find(&format!("\n  {command} "))).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{help}");
}
