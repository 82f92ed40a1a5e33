//! What each command prints as JSON of each program of the corpus validates, and has no field that its schema does not name. Bounds keep each
//! command short; an answer that a bound cut is printed by the same schema.

use crate::invocation::{directory, watershed};
use crate::schemas::{errors, strict};
use jsonschema::Validator;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use watershed::cli::test::walk;

/// Commands with options that bound them; `F` is the program and `W` a witness file of it, if one was written.
const COMMANDS: [&str; 10] = [
    "classify F",
    "check F --max-states 50 --timeout 0.3 --witness W",
    "replay F --schedule W --timeout 0.3",
    "explore F --max-states 50 --no-reduction --timeout 0.3",
    "run F --max-states 50",
    "prove F --max-states 50 --timeout 0.2",
    "coordinate F --max-states 50 --timeout 0.1",
    "test F --max-states 50 --timeout 0.3",
    "equiv F --max-states 50 --timeout 0.1 -- F",
    "faults F --eot 3 --eff 2 --timeout 0.3",
];

/// One of these more for each program, in turn.
const FURTHER: [&str; 8] = [
    "check F --why --points --max-states 50 --timeout 0.3",
    "check F --shrink --max-states 50 --timeout 0.3",
    "check F --instances nodes<=1,values<=1,facts<=1 --max-states 50 --timeout 0.3",
    "check F --network fifo --max-states 50 --timeout 0.3",
    "explore F --verify-reduction --max-states 50 --timeout 0.3",
    "run F --semantics stratified",
    "equiv F --instances nodes<=1,values<=1,facts<=1 --max-states 50 --timeout 0.3 -- F",
    "coordinate F --full --max-states 50 --timeout 0.1",
];

/// Three more for programs with a fault specification.
const FAULTS: [&str; 3] = [
    "faults F --sweep --eot 3 --crashes 1 --timeout 0.5",
    "faults F --eot 4 --eff 2 --crashes 1 --all --timeout 0.5",
    "faults F --async --max-states 50 --timeout 0.3",
];

struct Seen {
    validators: BTreeMap<&'static str, Validator>,
    /// Commands with their verdicts.
    verdicts: Mutex<BTreeSet<String>>,
    printed: AtomicUsize,
    /// What does not validate, and why.
    wrong: Mutex<Vec<String>>,
}

impl Seen {
    /// Runs a command line and validates what it prints.
    fn run(&self, line: &str, program: &str, witness: &Path) {
        let kept = witness.to_str().expect("UTF-8");
        let words = line.split(' ').map(|word| match word {
            "F" => program,
            "W" => kept,
            word => word,
        });
        let mut words: Vec<&str> = words.collect();
        words.splice(1..1, ["--format", "json"]);
        let output = watershed(&words);
        assert!(matches!(output.code, Some(0..=3)), "{words:?}: {output:#?}");
        let json = output.json();
        let command = words[0];
        self.validate(if command == "explore" { "check" } else { command }, &json, &words.join(" "));
        self.verdicts.lock().expect("no test panics here").insert(format!("{command} {}", json["verdict"]));
    }

    fn validate(&self, schema: &str, json: &Value, of: &str) {
        let errors = errors(&self.validators[schema], json);
        if !errors.is_empty() {
            self.wrong.lock().expect("no test panics here").push(format!("{of}: {errors:#?}"));
        }
        self.printed.fetch_add(1, Ordering::Relaxed);
    }

    fn program(&self, at: usize, program: &str, witness: &Path) {
        let _ = std::fs::remove_file(witness);
        if program.ends_with(".yaml") {
            return self.run("flow F --max-states 200 --timeout 0.5", program, witness);
        }
        let faulty = program.contains("/faults/");
        let further =
            std::iter::once(FURTHER[at % FURTHER.len()]).chain(faulty.then_some(FAULTS).into_iter().flatten());
        for line in COMMANDS.into_iter().chain(further) {
            if line.starts_with("replay") {
                let Ok(text) = std::fs::read_to_string(witness) else { continue };
                let json: Value = serde_json::from_str(&text).expect("JSON");
                self.validate("witness", &json, program);
            }
            self.run(line, program, witness);
        }
    }
}

#[test]
fn what_the_corpus_prints_validates() {
    let mut files = Vec::new();
    walk(Path::new("benchmarks/programs"), &mut files).expect("the corpus can be read");
    let flows = std::fs::read_dir("benchmarks/programs/flow").expect("component graphs");
    files.extend(flows.map(|entry| entry.expect("an entry").path()));
    files.retain(|file| file.extension().is_some_and(|end| end == "ded" || end == "yaml"));
    files.sort();
    files.dedup();
    assert!(files.len() >= 230, "the corpus has {} programs", files.len());
    let schemas =
        ["check", "classify", "coordinate", "equiv", "faults", "flow", "prove", "replay", "run", "test", "witness"];
    let seen = Seen {
        validators: schemas.into_iter().map(|name| (name, strict(name))).collect(),
        verdicts: Mutex::default(),
        printed: AtomicUsize::new(0),
        wrong: Mutex::default(),
    };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let directory = directory();
                let witness = directory.path().join("w.json");
                while let Some((at, file)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    files.get(at).map(|file| (at, file))
                } {
                    seen.program(at, file.to_str().expect("UTF-8"), &witness);
                }
            });
        }
    });
    let wrong = seen.wrong.into_inner().expect("no test panics here");
    assert!(wrong.is_empty(), "{} are not as their schemas say:\n{}", wrong.len(), wrong.join("\n"));
    let printed = seen.printed.into_inner();
    let verdicts = seen.verdicts.into_inner().expect("no test panics here");
    println!("{printed} objects; {verdicts:#?}");
    assert!(printed >= 2200, "{printed} objects");
    for verdict in
        ["check \"confluent\"", "check null", "explore \"inconclusive\"", "flow \"anomaly\"", "run \"ended\""]
    {
        assert!(verdicts.contains(verdict), "{verdict} is not among {verdicts:#?}");
    }
}
