//! What is known of a program beyond what the flags of its literals give: proved elsewhere, by looking at what rules mean.

use super::Flags;
use crate::program::Program;

/// Flags and standings that the type system takes as given. Whoever grants one owes its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// By rule: flags of what the rules of its relation and kind derive together. Up (and occurs): once they derive it, they do so at every
    /// later step; they do in every fair run or in none. Down likewise, of deductive rules. So the Lemma can take these rules as one.
    pub rules: Vec<Flags>,
    /// By relation: flags of its facts.
    pub relations: Vec<Flags>,
    /// By relation: what its inductive rules carry to the next step is, from some step on at each node, one set, the same in all fair runs.
    pub joined: Vec<bool>,
}

impl Granted {
    /// Nothing.
    pub fn nothing(program: &Program) -> Self {
        Granted {
            rules: vec![Flags::default(); program.rules.len()],
            relations: vec![Flags::default(); program.relations.len()],
            joined: vec![false; program.relations.len()],
        }
    }
}
