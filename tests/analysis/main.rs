//! The analyses over program text.

mod classify;
mod datalog_model;
mod dependency;
mod order;
mod polarity;
mod safety;
mod scale;

use watershed::diagnostic::any_error;
use watershed::program::{Program, resolve};
use watershed::source::{SourceMap, Span};
use watershed::syntax::parser::parse;

/// A checked program with its source.
struct Checked {
    sources: SourceMap,
    program: Program,
}

/// Checks a text that has no errors.
fn checked(text: &str) -> Checked {
    let mut sources = SourceMap::new();
    let file = sources.add("test.ded", text);
    let (tree, mut diagnostics) = parse(&sources, file);
    let (program, found) = resolve::resolve(&sources, &[tree], &resolve::Options::default());
    diagnostics.extend(found);
    assert!(!any_error(&diagnostics), "{text}\n{diagnostics:#?}");
    Checked { sources, program: program.expect("a program without errors") }
}

impl Checked {
    fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    fn name(&self, relation: watershed::program::RelationId) -> &str {
        &self.program.relation(relation).name
    }
}
