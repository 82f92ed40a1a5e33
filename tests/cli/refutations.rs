//! `prove` where no proof is found: small instances as counterexamples, and whether an obligation fails in a state that runs come to.

use crate::invocation::{corpus, directory, file, watershed, with_input};
use serde_json::Value;

/// A register that the last write to come overwrites. The instance has one write.
const REGISTER: &str = "nodes a, s; event put; output value; put(#a, 1)@1;
    write(#s, V)@async :- put(#a, V);
    value(V)@next :- write(V);
    value(V)@next :- value(V), notin write(_);";

/// A write above 1 is taken over a step after it has come, so an idle step changes what is carried.
#[cfg(feature = "z3")]
const LATE: &str = "nodes a, s; event put; output big; put(#a, 1)@1;
    write(#s, V)@async :- put(#a, V);
    late(V)@next :- write(V), V > 1;
    big(V)@next :- late(V);
    big(V)@next :- big(V), notin write(V);";

#[test]
fn a_small_instance_refutes_what_the_own_one_does_not() {
    let directory = directory();
    let program = file(directory.path(), "register.ded", REGISTER);
    let program = program.to_str().expect("UTF-8");
    let witness = directory.path().join("w.json");
    let path = witness.to_str().expect("UTF-8");
    let output = watershed(&["prove", program, "--format", "json", "--witness", path]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    let json = output.json();
    assert_eq!(
        (&json["verdict"], &json["scope"], &json["basis"]),
        (&"diffluent".into(), &"this-instance".into(), &"explored".into())
    );
    assert_eq!((&json["instance_confluent"], &json["instances_bound"]), (&true.into(), &Value::Null));
    assert_eq!(json["instances"]["bounds"], "nodes<=2, values<=2, facts<=3, steps<=1");
    assert!(json["instances"]["checked"].as_u64() > Some(1), "the smaller ones first");
    let instance = json["instance"].as_str().expect("an instance");
    assert_eq!(instance.matches("put(").count(), 2, "{instance}");
    assert_eq!(watershed(&["check", program, "--instance", instance, "-q"]).code, Some(1));

    // The file says of which instance it is; without that its runs are not those of the program.
    assert_eq!(watershed(&["replay", program, "--schedule", path]).code, Some(0));
    let text = std::fs::read_to_string(&witness).expect("a witness file");
    let mut of_no_instance: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(of_no_instance["instance"], instance);
    of_no_instance.as_object_mut().expect("an object").remove("instance");
    let other = file(directory.path(), "other.json", &of_no_instance.to_string());
    let code = watershed(&["replay", program, "--schedule", other.to_str().expect("UTF-8")]).code;
    assert_ne!(code, Some(0));

    let text = watershed(&["prove", program]).stdout;
    assert!(text.starts_with("refuted: two fair runs of a small instance end differently"), "{text}");
    let row = |name: &str| text.lines().find(|line| line.trim_start().starts_with(name)).expect("a row").to_string();
    assert!(row("instance").ends_with(instance) && row("own").ends_with("confluent, explored to the end"), "{text}");
    assert!(text.contains(&format!("replay {program} --instance '{instance}' --schedule")), "{text}");
}

#[test]
fn what_must_never_hold_is_not_asked_of_small_instances() {
    // One write already violates it; two are needed to end differently.
    let text = format!("{REGISTER} never write;");
    let json = with_input(&["prove", "-", "--format", "json"], &text).json();
    assert_eq!((&json["verdict"], &json["nodes"]), (&"diffluent".into(), &serde_json::json!(["a", "s"])));
    assert_eq!(json["instance"].as_str().map(|text| text.matches("put(").count()), Some(2));
}

#[test]
fn small_instances_are_searched_only_in_place_of_the_programs_own() {
    for given in [["--instance", "nodes a, s; put(#a, 1)@1;"], ["--nodes", "a,s"]] {
        let output = with_input(&["prove", "-", "--format", "json", given[0], given[1]], REGISTER);
        let json = output.json();
        assert_eq!((output.code, &json["instances"], &json["instance"]), (Some(3), &Value::Null, &Value::Null));
        assert_eq!(json["instance_confluent"], true);
    }
    // Rules that observe several nodes are not covered.
    let json = watershed(&["prove", &corpus("commit/2pc-all-yes.ded"), "--format", "json"]).json();
    assert_eq!((&json["verdict"], &json["instances"]), (&"inconclusive".into(), &Value::Null));
}

#[cfg(feature = "z3")]
fn last_cell(json: &Value) -> &Value {
    json["proof"]["cells"].as_array().and_then(|cells| cells.last()).expect("a cell")
}

#[cfg(feature = "z3")]
#[test]
fn an_obligation_fails_in_a_state_that_a_run_comes_to() {
    let text = REGISTER.replace("put(#a, 1)@1;", "put(#a, 1)@1; put(#a, 2)@2;");
    let json = with_input(&["prove", "-", "--format", "json"], &text).json();
    assert_eq!((&json["verdict"], &json["instance"]), (&"diffluent".into(), &Value::Null));
    let reached = &last_cell(&json)["reached"];
    assert_eq!((&reached["node"], &reached["schedule"]), (&"s".into(), &"a ; a".into()), "{reached:#}");
    assert_eq!(reached["step"], "s{write(#s, 1), write(#s, 2)}");
    assert_eq!(
        (&reached["state"], &reached["inputs"], &reached["then"]),
        (&serde_json::json!([]), &serde_json::json!(["write(2)"]), &"write(1)".into())
    );
    assert_eq!(reached["differs"], "value(2) is carried on only if in the same step");
    // The same in two runs: the last step has what was carried on.
    let last = |rest: &str| {
        let schedule = format!("a ; a ; {rest} ; s");
        let output = with_input(&["replay", "-", "--schedule", &schedule, "--format", "json"], &text);
        assert_eq!(output.code, Some(0), "{output:#?}");
        output.json()["runs"][0]["stem"].as_array().and_then(|steps| steps.last()).expect("a step")["derived"].clone()
    };
    assert_eq!(last("s{write(#s, 2), write(#s, 1)}"), serde_json::json!(["value(#s, 1)", "value(#s, 2)"]));
    assert_eq!(last("s{write(#s, 2)} ; s{write(#s, 1)}"), serde_json::json!(["value(#s, 1)"]));
    let shown = with_input(&["prove", "-"], &text).stdout;
    assert!(shown.contains("reached    on this instance, at node s after a ; a\n"), "{shown}");
}

#[cfg(feature = "z3")]
#[test]
fn a_state_that_no_run_comes_to_is_not_said_to_be_reached() {
    let output = with_input(&["prove", "-", "--format", "json"], LATE);
    let json = output.json();
    assert_eq!((output.code, &json["instance_confluent"], &json["instance"]), (Some(3), &true.into(), &Value::Null));
    assert!(json["instances"]["checked"].as_u64() > Some(20), "{}", json["instances"]);
    let failed = last_cell(&json)["obligations"].as_array().and_then(|all| all.last()).expect("an obligation");
    assert_eq!(
        (&failed["claim"], &failed["shown"]),
        (&"an idle step keeps what `late` carries".into(), &"fails".into())
    );
    for cell in json["proof"]["cells"].as_array().expect("cells") {
        assert_eq!((&cell["reached"], &cell["reached_runs"]), (&Value::Null, &64.into()), "{cell:#}");
    }
    let shown = with_input(&["prove", "-"], LATE).stdout;
    assert!(shown.starts_with("not proved") && shown.contains("on this instance or on small ones"), "{shown}");
    assert!(shown.contains("no such state of this instance, in 64 runs that were tried"), "{shown}");
    assert!(shown.contains("up to renaming within nodes<=2, values<=2, facts<=3, steps<=1"), "{shown}");

    // With a write above 1 the same obligation fails as soon as that comes.
    let json = with_input(&["prove", "-", "--format", "json"], &LATE.replace("put(#a, 1)", "put(#a, 5)")).json();
    let reached = &last_cell(&json)["reached"];
    assert_eq!((&reached["schedule"], &reached["step"]), (&"a".into(), &"s{write(#s, 5)}".into()), "{reached:#}");
    assert_eq!(
        (&reached["then"], &reached["differs"]),
        (&Value::Null, &"late(5) is carried on only if before it".into())
    );
}

#[cfg(feature = "z3")]
#[test]
fn what_is_said_to_be_reached_replays() {
    let mut reached = 0;
    let files = [
        "crdt/set-mutant-in-place.ded",
        "cart/destructive.ded",
        "gc/racing.ded",
        "channels/token-ring.ded",
        "commit/2pc-all-yes.ded",
    ];
    for file in files.map(corpus) {
        let json = watershed(&["prove", &file, "--format", "json"]).json();
        for found in json["proof"]["cells"].as_array().expect("cells").iter().map(|cell| &cell["reached"]) {
            let (Some(before), Some(step)) = (found["schedule"].as_str(), found["step"].as_str()) else { continue };
            let schedule = if before.is_empty() { step.to_string() } else { format!("{before} ; {step}") };
            let output = watershed(&["replay", &file, "--schedule", &schedule, "--format", "json"]);
            assert_eq!(output.code, Some(0), "{file}: {output:#?}");
            let run = output.json()["runs"][0]["stem"].clone();
            let last = run.as_array().and_then(|steps| steps.last()).expect("a step");
            assert_eq!(last["node"], found["node"], "{file}");
            // All that is carried, comes, and comes with it, holds in that step.
            let without_location = |fact: &Value| {
                let (name, columns) = fact.as_str().and_then(|text| text.split_once('(')).expect("a fact");
                let columns: Vec<&str> =
                    columns.trim_end_matches(')').split(", ").filter(|column| !column.is_empty()).collect();
                let columns = if columns.first().is_some_and(|first| first.starts_with('#')) {
                    &columns[1..]
                } else {
                    &columns[..]
                };
                format!("{name}({})", columns.join(", "))
            };
            let holds: Vec<String> = last["derived"].as_array().expect("facts").iter().map(without_location).collect();
            let rows = ["state", "inputs"].map(|name| found[name].as_array().expect("rows").clone()).concat();
            let rows = rows.iter().chain([&found["then"]]).filter_map(Value::as_str);
            rows.for_each(|row| assert!(holds.iter().any(|fact| fact == row), "{file}: {row} is not among {holds:?}"));
            reached += 1;
        }
    }
    assert!(reached >= 5, "{reached}");
}
