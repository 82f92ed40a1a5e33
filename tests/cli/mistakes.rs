//! Wrong input: exit code 2, diagnostics on standard error and in the object.

use crate::invocation::{binary, corpus, directory, file, watershed, with_input};

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
