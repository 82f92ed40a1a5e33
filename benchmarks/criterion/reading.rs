//! A program text to its analysis, timed stage by stage in processor time, which a busy machine does not stretch.

use cpu_time::ThreadTime;
use std::time::Duration;
use watershed::analysis::{Analysis, analyse};
use watershed::program::{Program, resolve};
use watershed::source::SourceMap;
use watershed::syntax::parser;

/// How long each stage took, in processor time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stages {
    /// All three.
    pub total: Duration,
    /// Lexer and parser.
    pub parse: Duration,
    /// Names, locations, types, safety, strata.
    pub resolve: Duration,
    /// Dependency graph, class, temporal safety, points of order.
    pub analyse: Duration,
}

/// Classifies `text`.
///
/// # Panics
/// If it is no valid program.
pub fn classify(text: &str) -> (Program, Analysis, Stages) {
    let mut sources = SourceMap::new();
    let file = sources.add("generated.ded", text);
    let start = ThreadTime::now();
    let (tree, _) = parser::parse(&sources, file);
    let parsed = ThreadTime::now();
    let trees = [tree];
    let (program, _) = resolve::resolve(&sources, &trees, &resolve::Options::default());
    let program = program.expect("generated programs are valid");
    let resolved = ThreadTime::now();
    let analysis = analyse(&program);
    let end = ThreadTime::now();
    let stages = Stages {
        total: end.duration_since(start),
        parse: parsed.duration_since(start),
        resolve: resolved.duration_since(parsed),
        analyse: end.duration_since(resolved),
    };
    (program, analysis, stages)
}
