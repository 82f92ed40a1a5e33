//! The stored fuzzing corpus and some thousands of mutants, through the same mutator and targets as `fuzz/`.

#[path = "../fuzz/src/shared.rs"]
mod fuzz;

use fuzz::mutate::{LONGEST_SEED, Mutator};
use fuzz::target::{Limits, Target, Trail};
use fuzz::watch::Watch;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Prints the input if running it panics.
struct Shown<'a>(&'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input:\n{}", String::from_utf8_lossy(self.0));
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the directory can be read").path()).collect();
    files.sort();
    files
}

/// Runs the stored inputs of `name` and `mutants` mutants of them and of some of the corpus's programs; what they reached.
fn campaign(target: Target, name: &str, mutants: usize, max_states: usize) -> Trail {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    let mut directories = vec![root.join("fuzz/corpus").join(name)];
    if target != Target::Replay {
        directories.extend(["papers", "counting"].map(|family| root.join("benchmarks/programs").join(family)));
    }
    for path in directories.iter().flat_map(|directory| files(directory)).filter(|path| path.is_file()) {
        seeds.push(fs::read(&path).expect("a seed can be read"));
    }
    let watch = Watch::new(Duration::from_secs(60));
    let limits = Limits { max_states, timeout: Duration::from_secs(1), max_memory: usize::MAX, memory: || 0 };
    let mut reached = Trail::new();
    let mut run = |input: &[u8]| {
        let _shown = Shown(input);
        let (mut trail, _) = watch.time(|| target.run(input, &limits));
        let new = !trail.is_subset(&reached);
        reached.append(&mut trail);
        new
    };
    for seed in &seeds {
        run(seed);
    }
    let mut mutator = Mutator::new(1, seeds, 16 << 10);
    for _ in 0..mutants {
        let input = mutator.mutant();
        if run(&input) && input.len() <= LONGEST_SEED {
            mutator.add(&input);
        }
    }
    reached
}

fn reaches(trail: &Trail, marks: &[(&str, &str)]) {
    for mark in marks {
        assert!(trail.contains(mark), "no input reaches {mark:?}: {trail:?}");
    }
}

#[test]
fn any_text_is_classified() {
    let trail = campaign(Target::Classify, "classify", 7000, 0);
    reaches(&trail, &[("class", "dedalus+"), ("class", "dedalus-s"), ("class", "dedalus"), ("observers", "some")]);
    assert!(trail.iter().filter(|(what, _)| *what == "code").count() >= 50, "{trail:?}");
}

#[test]
fn any_program_is_checked() {
    let trail = campaign(Target::Check, "check", 1500, 300);
    reaches(&trail, &[("verdict", "confluent"), ("verdict", "diffluent"), ("verdict", "violated")]);
    reaches(&trail, &[("verdict", "inconclusive"), ("verdict", "fault"), ("witness", "replayed")]);
}

#[test]
fn any_witness_is_replayed_or_refused() {
    let trail = campaign(Target::Replay, "replay", 1500, 100);
    reaches(&trail, &[("witness file", "reproduced"), ("witness file", "refused")]);
    reaches(&trail, &[("schedule", "possible"), ("schedule", "impossible")]);
}
