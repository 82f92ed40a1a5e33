//! Names for made-up relations and variables, in programs that use none of them; and the name that stands for the network.

use crate::program::{Program, Spelling};
use crate::syntax::ast::{Ast, Atom};
use crate::syntax::print::print;
use std::collections::BTreeSet;

/// The names that a program uses.
#[derive(Debug, Clone)]
pub struct Names {
    used: BTreeSet<String>,
}

impl Names {
    /// Every name that stands somewhere in a program that was resolved from `trees`, of relations and of variables; and words that are none.
    pub fn of(program: &Program, trees: &[Ast]) -> Self {
        let mut used: BTreeSet<String> = program.relations.iter().map(|relation| relation.name.clone()).collect();
        for tree in trees {
            let text = print(tree);
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '?'));
            used.extend(words.map(str::to_string));
        }
        Names { used }
    }

    /// The same name for the same wish: `name`, or with underscores after it if the program uses it.
    pub fn fresh(&self, name: &str) -> String {
        let mut fresh = name.to_string();
        while self.used.contains(&fresh) {
            fresh.push('_');
        }
        fresh
    }
}

/// Whether a fact names a node of the network: `node(n)` in the hash spelling.
pub fn names_network(program: &Program, atom: &Atom) -> bool {
    program.spelling == Spelling::Hash
        && atom.name.text == "node"
        && atom.location.is_none()
        && atom.arguments.len() == 1
        && program.relations.iter().any(|relation| relation.builtin)
}
