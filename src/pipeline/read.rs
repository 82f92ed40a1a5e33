//! From files to a checked and analysed program.

use crate::analysis::{Analysis, analyse};
use crate::diagnostic::{Diagnostic, any_error};
use crate::program::{Program, resolve};
use crate::source::SourceMap;
use crate::syntax::load::{Input, load};

/// What was read.
#[derive(Debug)]
pub struct Read {
    /// The texts.
    pub sources: SourceMap,
    /// The program and its analysis, if there is no error.
    pub program: Option<(Program, Analysis)>,
    /// Mistakes of files, syntax and meaning, and the warnings of the analysis.
    pub diagnostics: Vec<Diagnostic>,
}

/// Loads `inputs` as one program, resolves and analyses it.
pub fn read(inputs: &[Input], options: &resolve::Options) -> Read {
    let loaded = load(inputs);
    let (program, resolving) = resolve::resolve(&loaded.sources, &loaded.trees, options);
    let mut diagnostics = loaded.diagnostics;
    let broken = any_error(&diagnostics);
    // Without a file nothing can be said of the rest: what it declares would seem to be missing.
    if !diagnostics.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.primary.is_none()) {
        diagnostics.extend(resolving);
    }
    let program = program.filter(|_| !broken).map(|program| {
        let analysis = analyse(&program);
        diagnostics.extend(analysis.warnings(&program));
        (program, analysis)
    });
    Read { sources: loaded.sources, program, diagnostics }
}
