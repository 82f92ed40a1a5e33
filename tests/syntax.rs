//! The text front-end through its public functions: what parses, what is refused and with which diagnostics.

#[path = "syntax/codes.rs"]
mod codes;
#[path = "syntax/mistakes.rs"]
mod mistakes;
#[path = "syntax/round_trip.rs"]
mod round_trip;
#[path = "syntax/schedules.rs"]
mod schedules;
#[path = "syntax/traps.rs"]
mod traps;
#[path = "syntax/trees.rs"]
mod trees;

use watershed::diagnostic::Diagnostic;
use watershed::source::{FileId, SourceMap};
use watershed::syntax::ast::Ast;
use watershed::syntax::parser;

/// A text as the only file of a program, and what the parser says of it.
fn parse(text: &str) -> (SourceMap, Ast, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file: FileId = sources.add("test.ded", text);
    let (ast, diagnostics) = parser::parse(&sources, file);
    (sources, ast, diagnostics)
}

/// The tree of a text without mistakes.
fn parse_clean(text: &str) -> Ast {
    let (_, ast, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    ast
}
