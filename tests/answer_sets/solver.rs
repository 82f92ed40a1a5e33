//! Clingo, through `theories/solve.py` in one process.

use super::walk::Trace;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use watershed::export::asp::THEORY;

/// If it is set, a solver that cannot be found is a failure: for continuous integration, which installs it.
const REQUIRE: &str = "WATERSHED_REQUIRE_CLINGO";

pub struct Solver {
    child: Child,
    jobs: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Solver {
    /// The solver; `None`, with a message, if no Python here has the package `clingo`.
    pub fn find() -> Option<Solver> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let candidates = [root.join(".venv/bin/python"), PathBuf::from("python3")];
        let has_clingo = |python: &&PathBuf| {
            let mut command = Command::new(python);
            command.args(["-c", "import clingo"]).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let Some(python) = candidates.iter().find(has_clingo) else {
            assert!(std::env::var_os(REQUIRE).is_none(), "{REQUIRE} is set and no Python with clingo was found");
            eprintln!(
                "skipped: no Python with the package clingo (`python3 -m venv .venv && .venv/bin/pip install clingo`)"
            );
            return None;
        };
        let mut child = Command::new(python)
            .arg(root.join("theories/solve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a Python that was just run runs again");
        let jobs = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        Some(Solver { child, jobs, answers })
    }

    /// The answer sets of a program with the theory; no two are the same.
    pub fn runs(&mut self, program: &str, horizon: usize) -> BTreeSet<Trace> {
        self.runs_under(THEORY, program, horizon)
    }

    /// The same with another theory.
    pub fn runs_under(&mut self, theory: &str, program: &str, horizon: usize) -> BTreeSet<Trace> {
        let job = json!({ "program": format!("{theory}\n{program}"), "horizon": horizon, "most": 5000 });
        writeln!(self.jobs, "{job}").expect("the solver listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the solver answers");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}\n{program}"));
        let Some(sets) = answer["answer_sets"].as_array() else { panic!("{}\n{program}", answer["error"]) };
        let atoms = |set: &Value| -> Trace {
            let list = set.as_array().expect("a list of atoms");
            list.iter().map(|atom| atom.as_str().expect("text").to_string()).collect()
        };
        let runs: BTreeSet<Trace> = sets.iter().map(atoms).collect();
        assert_eq!(runs.len(), sets.len(), "an answer set was listed twice\n{program}");
        runs
    }
}

impl Drop for Solver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
