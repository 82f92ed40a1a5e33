//! Satisfiability modulo theories where the solver is not built in: nothing is found out.

use crate::budget::Budget;

/// What a solver says of some assertions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// They cannot hold together.
    Unsatisfiable,
    /// They can, for example so: the solver's own text.
    Satisfiable(String),
    /// Neither was found out, and why.
    Unknown(String),
}

/// Which terms are true in a model of the script: not known.
pub fn truths(_script: &str, _assertions: usize, _terms: &[String], _work: u32, _budget: &Budget) -> Option<Vec<bool>> {
    None
}

/// Whether the assertions of a script can hold together: not known.
pub fn satisfiable(_script: &str, _assertions: usize, _work: u32, _budget: &Budget) -> Answer {
    Answer::Unknown("built without a solver".to_string())
}
