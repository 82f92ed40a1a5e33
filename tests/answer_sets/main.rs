//! The same runs from an answer-set solver, from the definition, and from the explorer's transition system (semantics §2).
//!
//! The solver is clingo, for which `make setup` makes a `.venv`; without it these tests say that they are skipped.

mod cases;
mod datalog;
#[path = "../properties/generator.rs"]
#[allow(dead_code, reason = "shared with the property tests, which use all of it")]
mod generator;
#[path = "../properties/model.rs"]
#[allow(dead_code, reason = "shared with the property tests, which use all of it")]
mod model;
mod mutants;
mod pool;
mod refused;
mod solver;
mod walk;

use generator::Fragment;
use solver::Solver;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walk::Trace;
use watershed::diagnostic::{any_error, render};
use watershed::export::asp::to_asp;
use watershed::program::Program;
use watershed::program::resolve::{Options, resolve};
use watershed::syntax::load::{Input, load};

/// The longest runs compared, and how many of them one program may have; else shorter ones are compared.
const LIMITS: (usize, usize) = (6, 200);

fn load_program(input: Input) -> Program {
    let loaded = load(&[input]);
    let (program, mut diagnostics) = resolve(&loaded.sources, &loaded.trees, &Options::default());
    diagnostics.extend(loaded.diagnostics);
    assert!(!any_error(&diagnostics), "{}", render::render(&loaded.sources, &diagnostics, false));
    program.expect("a program without errors")
}

fn program(text: &str) -> Program {
    load_program(Input::Text { name: "test.ded".to_string(), text: text.to_string() })
}

/// What was compared.
#[derive(Debug, Default)]
struct Tally {
    programs: usize,
    runs: usize,
    /// Programs compared to a horizon of at least four.
    deep: usize,
    /// Programs in some run of which a message is delivered.
    delivering: usize,
}

fn show(trace: Option<&Trace>) -> String {
    trace.map_or("none".to_string(), |trace| trace.iter().map(|atom| format!("\n    {atom}")).collect())
}

fn assert_same(what: &str, name: &str, one: &BTreeSet<Trace>, other: &BTreeSet<Trace>) {
    let (missing, excess) = (one.difference(other).next(), other.difference(one).next());
    assert!(one == other, "{name}\n{what}\n  missing: {}\n  too many: {}", show(missing), show(excess));
}

/// The runs of a program, the same from all three.
fn compare(solver: &mut Solver, name: &str, program: &Program, tally: &mut Tally) -> BTreeSet<Trace> {
    let asp = to_asp(program).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (horizon, explored) = walk::by_explorer(program, LIMITS);
    let (length, defined) = walk::by_definition(program, LIMITS);
    assert_eq!(length, horizon, "{name}");
    assert_same("the explorer, against the definition", name, &defined, &explored);
    let solved = solver.runs(&asp, horizon);
    assert_same("the answer sets, against the definition", name, &defined, &solved);
    tally.programs += 1;
    tally.runs += solved.len();
    tally.deep += usize::from(horizon >= 4);
    let delivers = |trace: &Trace| trace.iter().any(|atom| atom.starts_with("delivered("));
    tally.delivering += usize::from(solved.iter().any(delivers));
    solved
}

/// The programs of the corpus.
fn corpus() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs");
    let mut files = Vec::new();
    for family in std::fs::read_dir(corpus).expect("the corpus").flatten().filter(|entry| entry.path().is_dir()) {
        files.extend(
            std::fs::read_dir(family.path()).expect("a family of the corpus").flatten().map(|file| file.path()),
        );
    }
    // What has unknowns is many instances.
    let is_known = |path: &PathBuf| !path.components().any(|part| part.as_os_str() == "unknown");
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ded") && is_known(path));
    files.sort();
    files
}

/// Whether a fact of a relation holds in some transition of some run.
fn some_holds(runs: &BTreeSet<Trace>, relation: &str) -> bool {
    let name = |atom: &str| {
        let fact = atom.strip_prefix("holds(")?.split_once(',')?.1;
        let fact = fact.strip_prefix("relation(\"").unwrap_or(fact);
        let end = fact.find(['(', ')', '"']).unwrap_or(fact.len());
        Some(fact[..end].to_string())
    };
    runs.iter().flatten().any(|atom| name(atom).as_deref() == Some(relation))
}

#[test]
fn answer_sets_are_the_runs_of_programs_feature_by_feature() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    for (name, text) in cases::CASES {
        let program = program(&format!("{}{text}", cases::HASH));
        let runs = compare(&mut solver, name, &program, &mut tally);
        for relation in program.relations.iter().map(|r| r.name.as_str()).filter(|r| !cases::HASH.contains(r)) {
            let expected = !cases::NEVER_HOLD.contains(&(name, relation));
            assert_eq!(some_holds(&runs, relation), expected, "{name}: {relation}");
        }
    }
    compare(&mut solver, "first-column locations", &program(cases::FIRST_COLUMN), &mut tally);
    assert!(tally.deep * 4 > tally.programs * 3, "{tally:?}");
}

#[test]
fn answer_sets_are_the_runs_of_the_corpus() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    for path in corpus() {
        compare(&mut solver, &path.display().to_string(), &load_program(Input::Path(path.clone())), &mut tally);
    }
    assert!(tally.programs > 100 && tally.delivering * 3 > tally.programs * 2, "{tally:?}");
}

#[test]
fn answer_sets_are_the_runs_of_random_selections() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    for seed in 0..40 {
        let text = pool::program(seed);
        compare(&mut solver, &text, &program(&text), &mut tally);
    }
    assert!(tally.delivering > 25 && tally.runs > 2000, "{tally:?}");
}

#[test]
fn answer_sets_are_the_runs_of_random_programs() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    for seed in 0..100 {
        let text = generator::program(seed, Fragment::Dedalus).text();
        compare(&mut solver, &text, &program(&text), &mut tally);
    }
    assert!(tally.delivering > 60 && tally.runs > 5000, "{tally:?}");
}
