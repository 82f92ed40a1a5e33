//! Programs from text, under synchronous rounds.

use watershed::budget::Budget;
use watershed::faults::global::Global;
use watershed::faults::{CrashMode, FaultSet, Run, Specification, run};
use watershed::program::resolve::{self, Options};
use watershed::program::{NodeId, Program};
use watershed::source::SourceMap;
use watershed::syntax::parser;

/// The program of a text that has no errors.
pub fn program(text: &str) -> Program {
    let mut sources = SourceMap::new();
    let file = sources.add("p.ded", text.to_string());
    let (tree, mistakes) = parser::parse(&sources, file);
    assert_eq!(mistakes, [], "{text}");
    let options = Options { synchronous: true, ..Options::default() };
    let (program, diagnostics) = resolve::resolve(&sources, &[tree], &options);
    program.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

pub fn specification(eot: u64, eff: u64, crashes: usize) -> Specification {
    Specification { eot, eff, crashes, crash_mode: CrashMode::default() }
}

pub fn run_of(program: &Program, specification: &Specification, faults: &FaultSet) -> Run {
    run(program, &Global::new(program), specification, faults, &Budget::default()).expect("a run without mistakes")
}

/// The facts of one round, as the program spells them.
pub fn round(program: &Program, run: &Run, time: usize) -> Vec<String> {
    run.rounds[time - 1].derived.iter().map(|fact| program.show_global_fact(fact)).collect()
}

/// The outcome of a relation, as the program spells it.
pub fn outcome(program: &Program, run: &Run, relation: &str) -> Vec<String> {
    let of = program.relation_named(relation).expect("a relation");
    run.outcome.iter().filter(|fact| fact.relation == of).map(|fact| program.show_global_fact(fact)).collect()
}

pub fn node(program: &Program, name: &str) -> NodeId {
    program.node_ids().find(|&node| program.show_node(node) == name).expect("a node")
}
