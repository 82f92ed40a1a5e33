//! What mutants are made of: the stored corpus, and the programs of the benchmarks.

use crate::home;
use crate::shared::target::{DIVIDER, Limits, Target, witness_file};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use watershed::analysis::analyse;
use watershed::budget::Budget;
use watershed::pipeline::check;
use watershed::program::resolve;
use watershed::source::SourceMap;
use watershed::syntax::parser;

/// The stored inputs of a target, in the order of their names.
pub fn stored(directory: &Path) -> Vec<Vec<u8>> {
    files(directory).iter().map(|path| fs::read(path).expect("a stored input can be read")).collect()
}

/// Seeds from the programs of the benchmarks.
pub fn fresh(target: Target) -> Vec<Vec<u8>> {
    let mut programs = Vec::new();
    let mut pending = vec![home().join("../benchmarks/programs")];
    while let Some(directory) = pending.pop() {
        for path in files(&directory) {
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ded") {
                programs.push(fs::read_to_string(&path).expect("a program can be read"));
            }
        }
    }
    match target {
        Target::Classify | Target::Check => programs.into_iter().map(String::into_bytes).collect(),
        Target::Replay => programs.iter().flat_map(|program| with_witness(program)).collect(),
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a directory can be read").path()).collect();
    files.sort();
    files
}

/// The program with the witness file that `check` finds for it, and with one of its schedules.
fn with_witness(text: &str) -> Vec<Vec<u8>> {
    let mut sources = SourceMap::new();
    let file = sources.add("seed.ded", text);
    let (tree, _) = parser::parse(&sources, file);
    let (Some(program), _) = resolve::resolve(&sources, &[tree], &resolve::Options::default()) else {
        return Vec::new();
    };
    let budget = Budget { max_states: 2000, ..Budget::default() };
    let options = check::Options::default();
    let Ok(answer) = check::check(&program, &analyse(&program), &budget, options, &mut |_| {}) else {
        return Vec::new();
    };
    let file = witness_file(&program, &answer).map(|file| file.to_json());
    let schedules = answer.witness.iter().flat_map(|witness| &witness.schedules);
    let schedules = schedules.chain(answer.violations.iter().map(|found| &found.schedule));
    let rests = file.into_iter().chain(schedules.map(|schedule| schedule.show(&program)).take(1));
    rests.map(|rest| [text, DIVIDER, &rest].concat().into_bytes()).collect()
}

/// The limits of a campaign.
pub fn limits() -> Limits {
    Limits {
        max_states: 1000,
        timeout: Duration::from_secs(1),
        max_memory: crate::MOST_BYTES / 2,
        memory: || crate::MEMORY.allocated(),
    }
}
