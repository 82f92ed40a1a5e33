//! A program whose facts have unknowns, and the programs that valuations make of it.

use super::bare::declarations;
use super::read::Read;
use crate::analysis::{Analysis, analyse};
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Program, Spelling, SymbolId, resolve};
use crate::source::SourceMap;
use crate::syntax::ast::TermKind;
use crate::syntax::load::Loaded;
use crate::syntax::parser;
use crate::syntax::unknowns::{Unknowns, Valuation};

/// A program with unknowns.
#[derive(Debug, Clone)]
pub struct Open {
    loaded: Loaded,
    options: resolve::Options,
    /// What is not known.
    pub unknowns: Unknowns,
    /// A symbol for each unknown constant, with all facts given.
    pub stand_ins: Valuation,
    /// The program in which these stand.
    pub program: Program,
    /// What can be said of it without running it. Nothing that depends on facts.
    pub analysis: Analysis,
}

impl Open {
    /// What was read, with the program that was resolved from it.
    pub fn new(
        loaded: Loaded,
        options: resolve::Options,
        (unknowns, stand_ins): (Unknowns, Valuation),
        program: Program,
        analysis: Analysis,
    ) -> Self {
        Open { loaded, options, unknowns, stand_ins, program, analysis }
    }

    /// Two programs with their unknowns in common, and with a symbol for each of these that neither has: the same programs, with these outputs and
    /// the symbols of both.
    pub fn side_by_side(pair: [&Open; 2], outputs: &[String]) -> (Unknowns, Valuation, [Open; 2]) {
        let unknowns = pair[0].unknowns.joined(&pair[1].unknowns);
        let stand_ins = unknowns.stand_ins(&[&pair[0].loaded.trees[..], &pair[1].loaded.trees].concat());
        let named = pair.iter().flat_map(|open| {
            let symbols = &open.program.symbols;
            (0..symbols.len() as u32).map(|id| symbols.name(SymbolId(id)).to_string())
        });
        let standing = stand_ins.constants.values().filter_map(|value| match value {
            TermKind::Symbol(symbol) => Some(symbol.clone()),
            _ => None,
        });
        let symbols: Vec<String> = named.chain(standing).collect();
        let again = pair.map(|open| {
            let options =
                resolve::Options { outputs: Some(outputs.to_vec()), symbols: symbols.clone(), ..open.options.clone() };
            let part = open.unknowns.part(&unknowns, &stand_ins);
            let mut again = Open { options, stand_ins: part.clone(), ..open.clone() };
            let (program, analysis) = again.with(&part).program.unwrap_or_else(|| {
                panic!("internal error: a program that cannot be read again with other outputs: {outputs:?}")
            });
            (again.program, again.analysis) = (program, analysis);
            again
        });
        (unknowns, stand_ins, again)
    }

    /// The program under a valuation. Its network, and the kinds of its relations, are those that it has with all facts given.
    pub fn with(&self, valuation: &Valuation) -> Read {
        let mut sources = self.loaded.sources.clone();
        let mut trees = valuation.apply(&self.loaded.trees);
        let kept = self.kept();
        if !kept.is_empty() {
            let file = sources.add("<valuation>", kept);
            trees.push(parser::parse(&sources, file).0);
        }
        let nodes = self.program.nodes.iter().map(|&node| self.program.show_value(node)).collect();
        let options = resolve::Options { nodes: Some(nodes), ..self.options.clone() };
        let (program, mut diagnostics) = resolve::resolve(&sources, &trees, &options);
        // What the program itself is warned of was said when it was read.
        diagnostics.retain(Diagnostic::is_error);
        let program = program.map(|program| {
            let analysis = analyse(&program);
            (program, analysis)
        });
        Read { sources, program, diagnostics, open: None }
    }

    /// What only facts that are not given may say of the program: its relations, which are event relations, and how locations are written.
    fn kept(&self) -> String {
        let possible = |name: &str| self.unknowns.facts.iter().any(|fact| fact.name.text == name);
        let mut kept =
            if self.unknowns.facts.is_empty() { String::new() } else { declarations(&self.program, possible) };
        let some_mark = self.unknowns.facts.iter().any(|fact| fact.location.is_some());
        if let (Spelling::Hash, true, Some(&node)) = (self.program.spelling, some_mark, self.program.nodes.first()) {
            kept.push_str(&format!("watershed_located(#{});", self.program.show_value(node)));
        }
        kept
    }

    /// Reads the text of a valuation.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn valuation(&self, text: &str) -> Result<Valuation, Vec<Diagnostic>> {
        valuation(&self.unknowns, text)
    }
}

/// Reads the text of a valuation of `unknowns`.
///
/// # Errors
/// What is wrong with it.
pub fn valuation(unknowns: &Unknowns, text: &str) -> Result<Valuation, Vec<Diagnostic>> {
    let mut sources = SourceMap::new();
    let file = sources.add("<valuation>", text.to_string());
    let (literals, diagnostics) = parser::parse_body(&sources, file);
    let wrong = |why: String| vec![Diagnostic::new(codes::BAD_VALUATION, format!("`--valuation`: {why}"))];
    if let Some(first) = diagnostics.first() {
        return Err(wrong(first.message.clone()));
    }
    let valuation = unknowns.read(&literals).map_err(wrong)?;
    match unknowns.broken(&valuation) {
        Some(assumption) => Err(wrong(format!("the program assumes `{assumption}`, which these values do not meet"))),
        None => Ok(valuation),
    }
}
