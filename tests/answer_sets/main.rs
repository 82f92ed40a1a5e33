//! The same runs from an answer-set solver, from the definition, and from the explorer's transition system (semantics §2).

mod cases;
mod random;
mod solver;
mod walk;

use solver::Solver;
use std::collections::BTreeSet;
use std::path::Path;
use walk::Trace;
use watershed::diagnostic::{any_error, render};
use watershed::export::asp::{self, THEORY, Unsupported, to_asp};
use watershed::program::Program;
use watershed::program::resolve::{Options, resolve};
use watershed::syntax::load::{Input, load};

/// The longest runs, and the most runs, of one program.
const LIMITS: (usize, usize) = (6, 400);

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

fn compare(solver: &mut Solver, name: &str, program: &Program, tally: &mut Tally) {
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
}

#[test]
fn answer_sets_are_the_runs_of_programs_feature_by_feature() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    for (name, text) in cases::CASES {
        compare(&mut solver, name, &program(text), &mut tally);
    }
    eprintln!("{tally:?}");
    assert!(tally.deep * 2 > tally.programs, "{tally:?}");
}

#[test]
fn answer_sets_are_the_runs_of_the_corpus() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs");
    for family in ["papers", "order-recording", "counting", "crdt", "cart", "gc"] {
        let mut files: Vec<_> = std::fs::read_dir(corpus.join(family)).expect("a family of the corpus").flatten().collect();
        files.sort_by_key(|file| file.path());
        for path in files.iter().map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "ded")) {
            let start = std::time::Instant::now();
            compare(&mut solver, &path.display().to_string(), &load_program(Input::Path(path.clone())), &mut tally);
            eprintln!("{} {:?} {tally:?}", path.display(), start.elapsed());
        }
    }
    assert!(tally.programs > 60 && tally.delivering * 3 > tally.programs * 2, "{tally:?}");
}

#[test]
fn answer_sets_are_the_runs_of_random_programs() {
    let Some(mut solver) = Solver::find() else { return };
    let mut tally = Tally::default();
    for seed in 0..100 {
        let text = random::program(seed);
        compare(&mut solver, &text, &program(&text), &mut tally);
    }
    eprintln!("{tally:?}");
    assert!(tally.delivering > 50 && tally.runs > 5000, "{tally:?}");
}
