//! A program without its instance, and the same with another one.
//!
//! An instance is a text, as a file with facts is: what it holds is read, checked and shown like anything a user writes.

use super::read::Read;
use crate::analysis::analyse;
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::program::{Destination, Expr, Kind, Program, Relation, Spelling, Term, Value, resolve};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Ast, Declaration, ItemKind};
use crate::syntax::load::Loaded;
use crate::syntax::parser;
use crate::syntax::unknowns::Unknowns;
use std::collections::BTreeSet;

/// What the text of an instance is called in messages.
pub const NAME: &str = "<instance>";

/// Rules, declarations and the facts of derived relations; no network, and nothing in the EDB relations.
#[derive(Debug, Clone)]
pub struct Bare {
    sources: SourceMap,
    trees: Vec<Ast>,
    options: resolve::Options,
    /// Where only facts that are left out wrote locations with `#`, one that nothing reads says how locations are written.
    needs_mark: bool,
    /// Declares what only the facts that are left out said: that relations are there, and which are event relations.
    kinds: String,
    /// Nodes that rules or remaining facts name, as the program writes them.
    pub named: BTreeSet<String>,
}

impl Bare {
    /// What is left of `program`, which was resolved from `loaded` with `options`.
    pub fn new(loaded: &Loaded, program: &Program, options: &resolve::Options) -> Self {
        let is_edb = |name: &str| program.relations.iter().any(|relation| relation.is_edb() && relation.name == name);
        let mut trees = loaded.trees.clone();
        let mut everywhere: BTreeSet<Span> = BTreeSet::new();
        let mut declared: BTreeSet<String> = BTreeSet::new();
        for tree in &mut trees {
            tree.items.retain(|item| match &item.kind {
                ItemKind::Fact(fact) => !is_edb(&fact.atom.name.text),
                ItemKind::Declaration(Declaration::Nodes(_)) => false,
                _ => true,
            });
            for item in &tree.items {
                match &item.kind {
                    ItemKind::Fact(fact) if program.spelling == Spelling::Hash && fact.atom.location.is_none() => {
                        everywhere.insert(fact.atom.span);
                    }
                    ItemKind::Declaration(Declaration::Event(names)) => {
                        declared.extend(names.iter().map(|name| name.text.clone()));
                    }
                    _ => {}
                }
            }
        }
        let kinds = declarations(program, |name| !declared.contains(name));
        let given = (program.facts.iter())
            .filter(|given| !program.relation(given.fact.relation).is_edb() && !everywhere.contains(&given.span))
            .map(|given| program.node_value(given.node));
        let named = rule_nodes(program).into_iter().chain(given).map(|value| program.show_value(value)).collect();
        let options = resolve::Options { nodes: None, ..options.clone() };
        let needs_mark = program.spelling == Spelling::Hash && !trees.iter().any(Ast::marks_locations);
        Bare { sources: loaded.sources.clone(), trees, options, needs_mark, kinds, named }
    }

    /// The program with the instance that `text` declares: its network and the facts of EDB relations.
    pub fn with(&self, text: &str) -> Read {
        self.trees_with(text).0
    }

    /// The same, with the trees that it was resolved from.
    pub fn trees_with(&self, text: &str) -> (Read, Vec<Ast>) {
        let mut sources = self.sources.clone();
        let file = sources.add(NAME, format!("{text}{}", self.kinds));
        let (tree, mut diagnostics) = parser::parse(&sources, file);
        let mut trees = self.trees.clone();
        trees.push(tree);
        if self.needs_mark
            && let Some(node) = trees.last().and_then(first_node)
        {
            let file = sources.add("<location>", format!("watershed_located(#{});", sources.text(node)));
            trees.push(parser::parse(&sources, file).0);
        }
        let (unknowns, misplaced) = Unknowns::collect(&trees);
        let (program, resolving) = resolve::resolve(&sources, &unknowns.stand_ins(&trees).apply(&trees), &self.options);
        diagnostics.extend(misplaced);
        diagnostics.extend(resolving);
        if !unknowns.is_empty() {
            diagnostics.push(not_covered());
        }
        let broken = any_error(&diagnostics);
        // What the program itself is warned of was said when it was read.
        diagnostics.retain(Diagnostic::is_error);
        let program = program.filter(|_| !broken).map(|program| {
            let analysis = analyse(&program);
            (program, analysis)
        });
        (Read { sources, program, diagnostics, open: None }, trees)
    }
}

/// The finding about unknowns where instances are put in place of others.
fn not_covered() -> Diagnostic {
    Diagnostic::new(codes::NOT_SYMBOLIC, "an instance that is given in place of the program's own has unknowns")
        .help("write it into a file with the rules")
}

/// Declarations of what facts alone may say of EDB relations: that there are such relations, and which of them, among those that `lacks` names, are
/// event relations.
pub(super) fn declarations(program: &Program, lacks: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    // A normalised relation has a rule, which names it.
    let is_given = |relation: &&Relation| relation.is_edb() && !relation.builtin && !relation.normalised;
    for relation in program.relations.iter().filter(is_given) {
        let location = usize::from(program.spelling == Spelling::FirstColumn);
        let columns: Vec<String> = (0..relation.arity + location).map(|column| format!("c{column}")).collect();
        text.push_str(&format!(" input {}({});", relation.name, columns.join(", ")));
        if relation.kind == Kind::Event && lacks(&relation.name) {
            text.push_str(&format!(" event {};", relation.name));
        }
    }
    text
}

fn first_node(tree: &Ast) -> Option<Span> {
    tree.items.iter().find_map(|item| match &item.kind {
        ItemKind::Declaration(Declaration::Nodes(nodes)) => nodes.first().map(|node| node.span),
        _ => None,
    })
}

/// The nodes that rules name.
fn rule_nodes(program: &Program) -> Vec<Value> {
    let mut nodes = Vec::new();
    for rule in &program.rules {
        if let Some(Term::Constant(value)) = rule.location {
            nodes.push(value);
        }
        if let Destination::At(Expr::Constant(value)) = rule.head.destination {
            nodes.push(value);
        }
    }
    nodes
}
