//! Names for made-up relations and variables, in programs that use none of them.

use crate::program::Program;
use crate::syntax::ast::Ast;
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
