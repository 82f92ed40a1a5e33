//! Reads program text and shows what became of it, for the other files.

use watershed::diagnostic::Diagnostic;
use watershed::program::resolve::{Options, resolve};
use watershed::program::{Program, RelationId};
use watershed::source::SourceMap;
use watershed::syntax::parser::parse;

/// The program of a text and the resolver's diagnostics. The text has no syntax errors.
pub fn read_with(text: &str, options: &Options) -> (SourceMap, Option<Program>, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file = sources.add("test.ded", text);
    let (tree, mistakes) = parse(&sources, file);
    assert!(mistakes.is_empty(), "{text}\n{mistakes:#?}");
    let (program, diagnostics) = resolve(&sources, &[tree], options);
    assert_eq!(program.is_none(), diagnostics.iter().any(Diagnostic::is_error), "{text}\n{diagnostics:#?}");
    (sources, program, diagnostics)
}

/// The codes with the lines they are about (0 without a place), in order.
pub fn findings_with(text: &str, options: &Options) -> Vec<(&'static str, usize)> {
    let (sources, _, diagnostics) = read_with(text, options);
    for diagnostic in &diagnostics {
        assert!(diagnostic.code.explanation().is_some(), "{:?} is not in the table", diagnostic.code);
    }
    let line = |d: &Diagnostic| d.primary.as_ref().map_or(0, |label| sources.line_column(label.span).0);
    diagnostics.iter().map(|d| (d.code.0, line(d))).collect()
}

/// As [`findings_with`], without options.
pub fn findings(text: &str) -> Vec<(&'static str, usize)> {
    findings_with(text, &Options::default())
}

/// The program of a text without errors.
pub fn program(text: &str) -> Program {
    let (_, program, diagnostics) = read_with(text, &Options::default());
    program.unwrap_or_else(|| panic!("{text}\n{diagnostics:#?}"))
}

/// The diagnostics of a text.
pub fn diagnostics(text: &str) -> Vec<Diagnostic> {
    read_with(text, &Options::default()).2
}

/// The relation of this name.
pub fn relation(program: &Program, name: &str) -> RelationId {
    program.relation_named(name).unwrap_or_else(|| panic!("no relation {name}"))
}
