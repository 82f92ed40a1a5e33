//! From files to a checked and analysed program.

use super::bare::Bare;
use super::open::Open;
use crate::analysis::{Analysis, analyse};
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::program::{Program, resolve};
use crate::source::SourceMap;
use crate::syntax::ast::Ast;
use crate::syntax::load::{Input, Loaded, load};
use crate::syntax::unknowns::Unknowns;
use rustc_hash::FxHashMap;

/// What was read.
#[derive(Debug)]
pub struct Read {
    /// The texts.
    pub sources: SourceMap,
    /// The program and its analysis, if there is no error.
    pub program: Option<(Program, Analysis)>,
    /// Mistakes of files, syntax and meaning, and the warnings of the analysis.
    pub diagnostics: Vec<Diagnostic>,
    /// The program if its facts have unknowns: then `program` is none, and one of the diagnostics says that values are needed.
    pub open: Option<Box<Open>>,
}

/// Loads `inputs` as one program, resolves and analyses it.
pub fn read(inputs: &[Input], options: &resolve::Options) -> Read {
    read_loaded(load(inputs), options)
}

/// The same, with the trees that the program was resolved from.
pub fn read_trees(inputs: &[Input], options: &resolve::Options) -> (Read, Vec<Ast>) {
    let loaded = load(inputs);
    let trees = loaded.trees.clone();
    (read_loaded(loaded, options), trees)
}

/// The same, and what is left of the program without its instance.
pub fn read_trees_bare(inputs: &[Input], options: &resolve::Options) -> (Read, Vec<Ast>, Option<Bare>) {
    let loaded = load(inputs);
    let trees = loaded.trees.clone();
    let read = read_loaded(loaded.clone(), options);
    let bare = read.program.as_ref().map(|(program, _)| Bare::new(&loaded, program, options));
    (read, trees, bare)
}

/// The program, and what is left of it without its instance.
pub fn read_bare(inputs: &[Input], options: &resolve::Options) -> (Read, Option<Bare>) {
    let loaded = load(inputs);
    let read = read_loaded(loaded.clone(), options);
    let bare = read.program.as_ref().map(|(program, _)| Bare::new(&loaded, program, options));
    (read, bare)
}

/// The same, and the program with what is unknown of it, which may be nothing.
pub fn read_open(inputs: &[Input], options: &resolve::Options) -> (Read, Option<Open>) {
    let loaded = load(inputs);
    let mut read = read_loaded(loaded.clone(), options);
    let open = match (read.open.take(), &read.program) {
        (Some(open), _) => Some(*open),
        (None, Some((program, analysis))) => {
            Some(Open::new(loaded, options.clone(), Default::default(), program.clone(), analysis.clone()))
        }
        (None, None) => None,
    };
    (read, open)
}

fn read_loaded(mut loaded: Loaded, options: &resolve::Options) -> Read {
    let (unknowns, misplaced) = Unknowns::collect(&loaded.trees);
    let closed = unknowns.is_empty().then(|| std::mem::take(&mut loaded.trees));
    let stand_ins = unknowns.stand_ins(&loaded.trees);
    let trees = closed.unwrap_or_else(|| stand_ins.apply(&loaded.trees));
    let (program, mut resolving) = resolve::resolve(&loaded.sources, &trees, options);
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    diagnostics.extend(misplaced);
    let broken = any_error(&diagnostics);
    if broken {
        forgive_absence(&loaded.sources, &mut resolving);
    }
    // Without a file nothing can be said of the rest: what it declares would seem to be missing.
    if !diagnostics.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.primary.is_none()) {
        diagnostics.extend(resolving);
    }
    let mut program = program.filter(|_| !broken).map(|program| {
        let analysis = analyse(&program);
        // What they warn of, messages and changes without end, has an end under synchronous rounds.
        if !options.synchronous {
            diagnostics.extend(analysis.warnings(&program));
        }
        (program, analysis)
    });
    let mut open = None;
    let sources = loaded.sources.clone();
    if !unknowns.is_empty() {
        // A symbol that stands for an unknown says nothing about it.
        let of_unknown = |diagnostic: &Diagnostic| {
            diagnostic.code == codes::SYMBOL_AMONG_INTEGERS
                && diagnostic.primary.as_ref().is_some_and(|label| sources.text(label.span).starts_with('?'))
        };
        diagnostics.retain(|diagnostic| !of_unknown(diagnostic));
        if let Some((program, analysis)) = program.take() {
            diagnostics.push(values_needed(&unknowns));
            open = Some(Box::new(Open::new(loaded, options.clone(), (unknowns, stand_ins), program, analysis)));
        }
    }
    Read { sources, program, diagnostics, open }
}

fn values_needed(unknowns: &Unknowns) -> Diagnostic {
    let finding = match unknowns.constants.first() {
        Some((name, span)) => {
            let message = format!("the facts have unknowns, such as `?{name}`, and values are needed here");
            Diagnostic::at(codes::VALUES_NEEDED, *span, message, "not known")
        }
        None => {
            let message = "there are facts that may be given or not, and values are needed here";
            match unknowns.facts.first() {
                Some(fact) => Diagnostic::at(codes::VALUES_NEEDED, fact.span, message, "not known"),
                None => Diagnostic::new(codes::VALUES_NEEDED, message),
            }
        }
    };
    finding.help(
        "`check`, `explore` and `equiv` answer for all values; for one choice of values use `--valuation '?v == 1, …'`",
    )
}

/// Takes away what is only said to be missing because the item with it has a mistake of syntax and was left out of its
/// tree: relations whose name stands elsewhere in the texts, and what depends on the network.
fn forgive_absence(sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    let mut words: FxHashMap<&str, usize> = FxHashMap::default();
    for (_, file) in sources.files() {
        for word in file.text.split(|c: char| !in_name(c)) {
            *words.entry(word).or_default() += 1;
        }
    }
    diagnostics.retain(|diagnostic| match diagnostic.code {
        codes::UNKNOWN_RELATION | codes::NEVER_DERIVED | codes::NEVER_UNDERIVABLE => {
            let Some(label) = &diagnostic.primary else { return true };
            let text = &sources.file(label.span.file).text[label.span.start as usize..];
            let name = text.split(|c: char| !in_name(c)).next().unwrap_or_default();
            words.get(name).is_none_or(|&times| times < 2)
        }
        codes::EMPTY_NETWORK | codes::RULE_OUTSIDE | codes::NODE_UNKNOWN => false,
        _ => true,
    });
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '?'
}
