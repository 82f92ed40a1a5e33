//! `test`: expectations in programs.

use crate::invocation::{directory, file, watershed};

#[test]
#[cfg_attr(not(feature = "z3"), ignore = "some answers need the solver")]
fn every_program_of_the_corpus_meets_its_expectations() {
    let output = watershed(&["test", "benchmarks/programs", "--format", "json"]);
    let json = output.json();
    let programs = json["programs"].as_array().expect("programs");
    assert!(programs.len() > 100);
    let failed: Vec<_> = programs.iter().filter(|program| program["result"] != "met").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(output.code, Some(0));
}

fn tested(text: &str) -> (Option<i32>, serde_json::Value) {
    let directory = directory();
    file(directory.path(), "program.ded", text);
    let output = watershed(&["test", directory.path().to_str().expect("UTF-8"), "--format", "json"]);
    (output.code, output.json())
}

const COIN: &str = "output p; p() :- m(a), notin m(b); p()@next :- p(); m(X)@next :- m(X); m(#n, X)@async :- go(#n, X);\n\
                    go(#n, a)@1; go(#n, b)@1;\n";

#[test]
fn expectations_can_fail() {
    for (expectation, code) in [
        ("diffluent", 0),
        ("diffluent p(#n)", 0),
        ("diffluent p( # n )", 0),
        ("diffluent q(#n)", 1),
        ("diffluent p(#n), m(#n, a)", 1),
        ("confluent", 1),
        ("violated", 1),
        ("inconclusive", 1),
        ("error", 1),
        ("error E0203", 1),
        ("class dedalus", 0),
        ("class dedalus+", 1),
        ("states 1", 1),
        ("transitions 1", 1),
        ("sometimes", 2),
        ("class dedalus++", 2),
    ] {
        let (found, json) = tested(&format!("// expect: {expectation}\n{COIN}"));
        assert_eq!(found, Some(code), "{expectation}: {json:#}");
        if code == 1 {
            assert_eq!(json["programs"][0]["failures"].as_array().map(Vec::len), Some(1), "{json:#}");
        }
    }
}

#[test]
fn states_and_transitions_are_those_of_the_unreduced_system() {
    // One message to a node that keeps it: 3 states; 1 + 2 + 1 transitions of the node alone.
    let text = "output m; m(#n)@async :- go(#n); m(#n)@next :- m(#n); go(#n)@1;\n";
    let (code, json) = tested(&format!("// expect: states 3\n// expect: transitions 4\n{text}"));
    assert_eq!(code, Some(0), "{json:#}");
}

#[test]
fn inline_comments_must_match_their_line() {
    let wrong = "p(#a, X) :- q(#a);";
    assert_eq!(tested(&format!("q(#a);\n{wrong} // error[E0401]: `X`\n")).0, Some(0));
    assert_eq!(tested(&format!("q(#a);\n{wrong} // error[E0401]: `Y`\n")).0, Some(1), "other text");
    assert_eq!(tested(&format!("q(#a);\n{wrong} // error[E0401]\n")).0, Some(0));
    assert_eq!(tested(&format!("q(#a);\n// error[E0401]\n{wrong}\n")).0, Some(0));
    assert_eq!(tested(&format!("q(#a); // error[E0401]\n{wrong}\n")).0, Some(1), "another line");
    assert_eq!(tested(&format!("q(#a);\n{wrong} // error[E0402]\n")).0, Some(1), "another code");
    assert_eq!(tested(&format!("// expect: error E0401\nq(#a);\n{wrong}\n")).0, Some(0));
    assert_eq!(tested("p(#X) :- q(#X), notin r(#X); q(#a); // warning[W0201]\n").0, Some(0));
}

#[test]
fn nothing_expected_is_no_success() {
    assert_eq!(tested(COIN).0, Some(2));
    assert_eq!(tested("p(").0, Some(2));
    let empty = directory();
    assert_eq!(watershed(&["test", empty.path().to_str().expect("UTF-8")]).code, Some(2));
}

#[test]
fn what_is_not_met_is_named_with_its_line() {
    let directory = directory();
    file(directory.path(), "a.ded", &format!("// expect: diffluent p(#n)\n// expect: confluent\n{COIN}"));
    let path = directory.path().to_str().expect("UTF-8");
    let output = watershed(&["test", path]);
    assert!(output.stdout.contains("\n    line 2: expected confluent, found diffluent\n"), "{}", output.stdout);
    let sarif = watershed(&["test", path, "--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
    assert_eq!(results.len(), 1, "{sarif:#}");
    assert_eq!(results[0]["ruleId"], "not-met");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn files_that_are_not_there_are_mistakes() {
    let output = watershed(&["test", "no/such/directory", "--format", "json"]);
    assert_eq!(output.code, Some(2));
    assert_eq!(output.json()["diagnostics"][0]["code"], "E0601");
    assert_eq!(output.json()["diagnostics"].as_array().map(Vec::len), Some(1));
}
