//! `check --why`: explanations of the contested fact and of violations.

use crate::invocation::{corpus, watershed, with_input};

#[test]
fn the_contested_fact_is_explained_in_both_runs() {
    let output = watershed(&["check", &corpus("papers/overwrite.ded"), "--why"]);
    assert_eq!(output.code, Some(1));
    let text = output.stdout.replace(&corpus("papers/overwrite.ded"), "overwrite.ded");
    for part in [
        "Why value(#reg, blue) is ultimate in run 1\nvalue(#reg, blue) in reg:2: rule overwrite.ded:16\n",
        "  write(#reg, blue) in reg:1: delivered, sent in c2:1 by rule overwrite.ded:14\n    client(#c2, blue) in c2:1: given\n",
        "Why value(#reg, blue) is not ultimate in run 2\nno value(#reg, blue) in reg:3\n",
        "    no write(#reg, blue) in reg:2\n      write(#reg, blue), sent in c2:1, was delivered in reg:1\n",
        "    overwritten(#reg) in reg:2: rule overwrite.ded:15\n",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    let without = watershed(&["check", &corpus("papers/overwrite.ded")]);
    assert!(!without.stdout.contains("Why") && output.stdout.len() > without.stdout.len());
}

#[test]
fn a_violation_is_explained_from_what_observers_see() {
    let output = watershed(&["check", &corpus("commit/2pc-mutant-hasty.ded"), "--why", "--format", "json"]);
    assert_eq!(output.code, Some(1));
    let json = output.json();
    let all = json["why"].as_array().expect("explanations");
    let runs: Vec<&str> = all.iter().filter_map(|one| one["run"].as_str()).collect();
    assert_eq!(runs, ["holds", "lacks", "violation"]);
    assert_eq!([&all[0]["holds"], &all[1]["holds"], &all[2]["holds"]], [true, false, true]);
    let observed = &all[2]["reasons"][0];
    assert!(observed["step"].is_null() && observed["how"] == "rule", "{observed}");
    assert_eq!((&all[2]["fact"], &json["invariants"][0]["name"]), (&"split(#c)".into(), &"split".into()));
}

/// Two relations that derive each other hold because of what came first, not because of one another.
#[test]
fn no_fact_is_explained_by_itself() {
    let program =
        "output p; nodes n1; tick(#n1)@1; up(#N)@async :- tick(#N); down(#N)@async :- tick(#N); q() :- p(); p() :- q();
p() :- up(), notin down(); p()@next :- p();";
    let output = with_input(&["check", "-", "--why"], program);
    assert_eq!(output.code, Some(1));
    let expected = "Why p(#n1) is ultimate in run 1\np(#n1) in n1:4: kept since n1:2, rule <stdin>:2\n  p(#n1) in n1:2: rule <stdin>:2\n    up(#n1) in n1:2: delivered";
    assert!(output.stdout.contains(expected), "{}", output.stdout);
    // Their absence has a circle, which is told once.
    let absence = "no p(#n1) in n1:3 (1)\n  rule <stdin>:1 derives none in n1:3\n    no q(#n1) in n1:3\n      rule <stdin>:1 derives none in n1:3\n        no p(#n1) in n1:3 (see 1)\n";
    assert!(output.stdout.contains(absence), "{}", output.stdout);
}

#[test]
fn where_nothing_differs_there_is_nothing_to_explain() {
    let output = with_input(&["check", "-", "--why", "--format", "json"], "output p; nodes n1; p(#n1);");
    assert_eq!((output.code, &output.json()["why"]), (Some(0), &serde_json::json!([])));
    let output = with_input(&["check", "-", "--format", "json"], "output p; nodes n1; p(#n1);");
    assert!(output.json().get("why").is_none());
}

const MANY: &str = "output value; nodes c1, c2, c3, reg; client(#c1, red)@1; client(#c2, blue)@1; client(#c3, green)@1; colour(#reg, red);
write(#reg, V)@async :- client(#C, V); overwritten() :- write(_); value(V)@next :- write(V); value(V)@next :- value(V), notin overwritten();";

#[test]
fn facts_are_left_out_until_none_can_be() {
    let output = with_input(&["check", "-", "--shrink", "--format", "json"], MANY);
    assert_eq!(output.code, Some(1));
    let shrunk = &output.json()["shrunk"];
    assert_eq!(
        (&shrunk["given"], &shrunk["left"], &shrunk["least"]),
        (&4.into(), &2.into(), &"smallest".into()),
        "{shrunk}"
    );
    assert_eq!(shrunk["contested"].as_array().map(Vec::len), Some(2));
    assert_eq!(output.json()["contested"].as_array().map(Vec::len), Some(3));
    // The facts that are left are a program of their own, in which the runs replay.
    let facts: Vec<&str> = shrunk["facts"].as_array().expect("facts").iter().filter_map(|fact| fact.as_str()).collect();
    let rules = MANY.split_once('\n').expect("two lines").1;
    let small = format!("output value; nodes c1, c2, c3, reg; {};\n{rules}", facts.join("; "));
    let directory = crate::invocation::directory();
    let [program, witness] =
        ["small.ded", "witness.json"].map(|name| directory.path().join(name).display().to_string());
    std::fs::write(&program, small).expect("a file");
    let object = serde_json::json!({ "witness": shrunk["witness"], "invariants": shrunk["invariants"] });
    std::fs::write(&witness, object.to_string()).expect("a file");
    let replayed = watershed(&["replay", &program, "--schedule", &witness, "--quiet"]);
    assert_eq!(replayed.code, Some(0), "{replayed:#?}");
    let text = with_input(&["check", "-", "--shrink"], MANY).stdout;
    for part in [
        "2 of 4 facts are enough\n",
        "    client(#c1, red)@1;\n",
        "with fewer facts, whichever they are, it is not diffluent",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let confluent = with_input(&["check", "-", "--shrink", "--format", "json"], "output p; nodes n1; p(#n1);");
    assert!(confluent.code == Some(0) && confluent.json().get("shrunk").is_none());
}

#[test]
fn the_instance_that_is_found_is_explained_too() {
    let output = watershed(&["check", &corpus("papers/marriage.ded"), "--instances", "nodes<=1, facts<=2", "--why"]);
    assert!(output.code == Some(1) && output.stdout.contains("Why runaway("), "{output:#?}");
    for option in ["--shrink", "--verify-reduction", "--checkpoint=c", "--workers=2"] {
        let output = watershed(&["check", &corpus("papers/marriage.ded"), "--instances", "nodes<=1", option]);
        assert_eq!(output.code, Some(2), "{option} would have no effect: {output:#?}");
    }
}

#[test]
fn instances_in_which_a_rule_errs_are_not_called_confluent() {
    let text = "nodes n1; event w; output k; m(#N, X)@async :- w(#N, X); k(#N, 6 / (X - 1))@next :- m(#N, X); k(#N, X)@next :- k(#N, X); w(#n1, 2)@1;";
    for (facts, erring) in [("facts<=1", 1), ("facts<=0", 0)] {
        let bounds = format!("nodes<=1, values<=2, {facts}");
        let ask =
            |format| with_input(&["check", "-", "--instances", &bounds, "--no-theorems", "--format", format], text);
        assert_eq!(ask("json").json()["instances"]["erring"], erring);
        assert_eq!(ask("text").stdout.contains("in which no rule errs"), erring > 0);
    }
}
