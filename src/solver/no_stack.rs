//! Questions about integers where the solver is not built in: none is decided.

pub use super::answer::Answer;
use crate::budget::Budget;

/// Questions about the constants of some declarations.
#[derive(Debug)]
pub struct Questions;

impl Questions {
    /// Questions about integers declared in SMT-LIB.
    pub fn new(_declarations: String) -> Self {
        Questions
    }

    /// Whether the assertions can hold together: not known.
    pub fn ask(&self, _assertions: &[String], _budget: &Budget) -> Answer {
        Answer::Unknown
    }

    /// The value of a constant: not known.
    pub fn value(&self, _assertions: &[String], _constant: &str, _budget: &Budget) -> Option<i128> {
        None
    }
}
