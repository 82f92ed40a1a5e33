//! JSON Schemas: `docs/schema` is what the types say, everything printed validates, and so does the interface's example.

use crate::invocation::{corpus, directory, file, watershed, with_input};
use jsonschema::Validator;
use serde_json::Value;
use std::path::Path;
use watershed::report::json::schema::schemas;

/// `WATERSHED_BLESS=1` writes the schemas instead of comparing them.
#[test]
fn the_schemas_of_the_repository_are_those_of_the_types() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let bless = std::env::var_os("WATERSHED_BLESS").is_some();
    let mut names = Vec::new();
    for (name, schema) in schemas() {
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if bless {
            std::fs::write(kept.join(name), &text).expect("docs/schema can be written");
        }
        let found = std::fs::read_to_string(kept.join(name)).unwrap_or_default();
        assert!(found == text, "docs/schema/{name} is not what the types say: WATERSHED_BLESS=1 cargo test --test cli");
        names.push(name.to_string());
    }
    let files = std::fs::read_dir(&kept).expect("docs/schema").map(|entry| entry.expect("an entry").file_name());
    let mut files: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    files.sort_unstable();
    names.sort_unstable();
    assert_eq!(files, names, "nothing else is kept there");
}

fn validator(name: &str) -> Validator {
    jsonschema::draft202012::new(&schema(name)).expect("a valid schema")
}

fn schema(name: &str) -> Value {
    let name = if name == "explore" { "check" } else { name };
    let all = schemas();
    all.into_iter().find(|(file, _)| *file == format!("{name}.json")).expect("a schema").1.to_value()
}

/// The same, which also refuses fields that the schema does not name. (The schemas allow them, since fields may be added.)
pub fn strict(name: &str) -> Validator {
    let mut schema = schema(name);
    close(&mut schema);
    jsonschema::draft202012::new(&schema).expect("a valid schema")
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(close);
            if keys.get("properties").is_some_and(Value::is_object) && !keys.contains_key("additionalProperties") {
                keys.insert("unevaluatedProperties".to_string(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Where an object is not what the schema says, and how.
pub fn errors(validator: &Validator, json: &Value) -> Vec<String> {
    validator.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn validate(validator: &Validator, json: &Value, of: &str) {
    let errors = errors(validator, json);
    assert!(errors.is_empty(), "{of}: {errors:#?}\n{json:#}");
}

/// Programs with each verdict, each basis and each kind of mistake.
fn spread() -> Vec<String> {
    [
        "papers/marriage.ded",
        "broadcast/best-effort-resend.ded",
        "commit/2pc-mutant-hasty.ded",
        "kvs/diverging-resend.ded",
        "election/heartbeat.ded",
        "unknown/writers.ded",
        "unknown/forwarding-apart.ded",
        "papers/errors/entangled.ded",
        "no/such.ded",
    ]
    .map(corpus)
    .to_vec()
}

#[test]
fn what_each_command_prints_validates() {
    let (mut verdicts, mut bases) = (Vec::new(), Vec::new());
    for command in ["check", "explore", "classify", "prove", "run", "test"] {
        let validator = validator(command);
        for program in spread() {
            let json = watershed(&[command, &program, "--format", "json"]).json();
            validate(&validator, &json, &format!("{command} {program}"));
            verdicts.push(json["verdict"].to_string());
            bases.push(json["basis"].to_string());
        }
        let usage = watershed(&[command, "--no-such-option", "--format", "json"]).json();
        validate(&validator, &usage, &format!("{command} with a wrong option"));
    }
    let flow = validator("flow");
    for program in [
        "flow/ads-poor.yaml",
        "flow/word-count-sealed.yaml",
        "flow/word-count-rules.yaml",
        "flow/ads-campaign-rules.yaml",
        "flow/word-count-sealed-rules.yaml",
        "papers/marriage.ded",
        "no/such.yaml",
    ] {
        let json = watershed(&["flow", &corpus(program), "--format", "json"]).json();
        validate(&flow, &json, program);
        verdicts.push(json["verdict"].to_string());
    }
    let reproduced = validator("reproduce");
    for arguments in [&["--list"][..], &["no-such"], &["--artifacts", "no/such"]] {
        let json = watershed(&[&["reproduce", "--format", "json"], arguments].concat()).json();
        validate(&reproduced, &json, &format!("reproduce {arguments:?}"));
    }
    let coordinate = validator("coordinate");
    for program in
        ["papers/marriage.ded", "papers/reachability.ded", "cart/destructive.ded", "kvs/diverging.ded", "no/such.ded"]
    {
        let json = watershed(&["coordinate", &corpus(program), "--format", "json"]).json();
        validate(&coordinate, &json, &format!("coordinate {program}"));
        verdicts.push(json["verdict"].to_string());
    }
    let equiv = validator("equiv");
    let (plain, stamped) = (corpus("papers/overwrite.ded"), corpus("papers/overwrite-stamped.ded"));
    let (values, unique) = (corpus("unknown/writers.ded"), corpus("unknown/writers-unique.ded"));
    for arguments in [
        &[&plain, "--output", "value", "--", &stamped][..],
        &[&plain, "--output", "value", "--instances", "facts<=1", "--", &stamped],
        &[&plain, "--instances", "facts<=1", "--", &plain],
        &[&unique, "--", &unique],
        &[&values, "--max-states", "2", "--no-reduction", "--", &unique],
        &[&plain, "--", "no/such.ded"],
    ] {
        let json = watershed(&[&["equiv", "--format", "json"], arguments].concat()).json();
        validate(&equiv, &json, &format!("equiv {arguments:?}"));
        verdicts.push(json["verdict"].to_string());
    }
    let faults = validator("faults");
    for (program, rounds) in
        [("faults/kafka.ded", "6"), ("faults/redundant.ded", "5"), ("faults/redundant.ded", "1"), ("no/such.ded", "3")]
    {
        let arguments = ["faults", &corpus(program), "--eot", rounds, "--crashes", "1", "--format", "json"];
        let json = watershed(&arguments).json();
        validate(&faults, &json, program);
        verdicts.push(json["verdict"].to_string());
    }
    for (program, option) in [("faults/retry.ded", "--crashes"), ("faults/redundant.ded", "--restarts")] {
        let json = watershed(&["faults", &corpus(program), "--async", option, "1", "--format", "json"]).json();
        validate(&faults, &json, program);
    }
    for verdict in [
        "anomaly",
        "no-anomaly",
        "certified",
        "counterexample",
        "vacuous",
        "confluent",
        "diffluent",
        "violated",
        "same",
        "different",
        "ended",
        "met",
        "dedalus+",
        "dedalus",
    ] {
        assert!(verdicts.contains(&format!("\"{verdict}\"")), "{verdict} is not among {verdicts:?}");
    }
    assert!(bases.iter().any(|basis| basis.starts_with("\"theorem:")) && bases.contains(&"\"explored\"".to_string()));
    for code in ["W0201", "E9999"] {
        let json = watershed(&["explain", code, "--format", "json"]).json();
        validate(&validator("explain"), &json, code);
    }
    validate(&validator("explain"), &watershed(&["explain", "--format", "json"]).json(), "explain");
}

#[test]
fn what_bounds_faults_and_warnings_print_validates() {
    let endless = "s(#X, N + 1)@next :- s(#X, N); s(#a, 0)@1; m(#X)@async :- s(#X, N);";
    let faulty = "m(#S, X)@async :- go(#C, S, X); share(10 / X) :- m(X); go(#c, s, 0)@1; nodes c, s;";
    let warned = "p(#X) :- q(#X), notin r(#X); q(#a); never p; output p;";
    for (text, options, code) in [
        (endless, &["--max-states", "50"][..], 3),
        (endless, &["--timeout", "0"], 3),
        (faulty, &[], 2),
        (warned, &[], 1),
        (warned, &["--nodes", "A", "--max-states", "x"], 2),
    ] {
        for command in ["check", "explore"] {
            let output = with_input(&[&[command, "-", "--format", "json"], options].concat(), text);
            assert_eq!(output.code, Some(code), "{output:#?}");
            validate(&validator(command), &output.json(), &format!("{command} {options:?} {text}"));
        }
        let json = with_input(&[&["run", "-", "--format", "json"], options].concat(), text).json();
        validate(&validator("run"), &json, &format!("run {options:?} {text}"));
    }
    let failing = directory();
    file(failing.path(), "a.ded", "// expect: diffluent\n// expect: states 1\nq(#a);\n");
    let json = watershed(&["test", failing.path().to_str().expect("UTF-8"), "--format", "json"]).json();
    assert_eq!(json["verdict"], "not-met");
    validate(&validator("test"), &json, "test");
}

#[test]
fn witnesses_and_their_replays_validate() {
    let directory = directory();
    let path = directory.path().join("w.json");
    let path = path.to_str().expect("UTF-8");
    let replays = validator("replay");
    for program in ["papers/marriage.ded", "commit/2pc-mutant-hasty.ded", "kvs/diverging-resend.ded"].map(corpus) {
        watershed(&["check", &program, "--witness", path, "-q"]);
        let mut witness: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("a witness")).expect("JSON");
        validate(&validator("witness"), &witness, &program);
        let replay = |schedule: &str, options: &[&str]| {
            let output =
                watershed(&[&["replay", &program, "--schedule", schedule, "--format", "json"], options].concat());
            validate(&replays, &output.json(), &format!("replay {program} {options:?}"));
            output.code
        };
        assert_eq!(replay(path, &[]), Some(0));
        assert_eq!(replay(path, &["--timeout", "0"]), Some(3));
        assert_eq!(replay("nobody", &[]), Some(2));
        if witness["witness"].is_object() {
            witness["witness"]["schedules"][0]["holds"] = false.into();
            let edited = file(directory.path(), "edited.json", &witness.to_string());
            assert_eq!(replay(edited.to_str().expect("UTF-8"), &[]), Some(1));
        }
    }
}

/// The interface writes its example with alternatives (`|`), comments, `…` and names for steps; each alternative is
/// tried.
#[test]
fn the_example_of_the_interface_validates() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/interface.md")).expect("a page");
    let block = page.split("## JSON").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("the example");
    let plain: String =
        block.lines().map(|line| line.split("//").next().unwrap_or_default().to_string() + "\n").collect();
    let (report, step) = plain.split_once("\nSTEP = ").expect("the example of a step");
    let step = step.replace("[...]", "[]");
    let step = step.trim();
    let report = report
        .replace("STEP…", step)
        .replace("{\"holds\": false, …}", &format!("{{\"holds\": false, \"stem\": [{step}], \"loop\": [{step}]}}"))
        .replace("\"severity\": \"…\"", "\"severity\": \"warning\"")
        .replace(", …", "")
        .replace("INDEX", "1");
    let validator = validator("check");
    let mut tried = 0;
    for choice in 0..5 {
        let text = chosen(&report, choice);
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        validate(&validator, &json, "the example");
        assert_eq!(json["witness"].is_null(), choice == 0);
        tried += 1;
    }
    assert_eq!(tried, 5);
}

/// The text with one alternative at each place where there are several: the one of this number, or the last.
fn chosen(text: &str, choice: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    // Alternatives are strings, `null` or objects after `": `; strings here have no escapes.
    while let Some(at) = rest.find("\": ") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let mut ends = vec![value_end(after)];
        while let Some(more) = after[ends[ends.len() - 1]..].strip_prefix(" | ") {
            let start = after.len() - more.len();
            ends.push(start + value_end(more));
        }
        if ends.len() == 1 {
            rest = after;
            continue;
        }
        let index = choice.min(ends.len() - 1);
        let start = if index == 0 { 0 } else { ends[index - 1] + 3 };
        // What is chosen may have alternatives inside; none of the example has.
        out.push_str(&after[start..ends[index]]);
        rest = &after[ends[ends.len() - 1]..];
    }
    out + rest
}

/// Where the value at the start of a text ends.
fn value_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return at + 1;
                }
            }
            _ if quoted => {}
            '{' | '[' => depth += 1,
            '}' | ']' if depth <= 1 => return if depth == 1 { at + 1 } else { at },
            '}' | ']' => depth -= 1,
            ' ' | ',' | '\n' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}
