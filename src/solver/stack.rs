//! Questions about integers that share most of what is asserted: Z3, with its assertions as a stack.
//!
//! Each thread has one solver for them. What a question has in common with the one before stays asserted, from the first assertion on.
//! Text is read by another solver, once: Z3 5.4 reads only every second text into a solver that has scopes.

pub use super::answer::Answer;
use super::smt::{WORK, limits};
use crate::budget::Budget;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use z3::ast::{Bool, Int};
use z3::{SatResult, Solver};

thread_local! {
    static HELD: RefCell<Held> = RefCell::new(Held::new());
}

struct Held {
    solver: Solver,
    reader: Solver,
    declarations: String,
    assertions: Vec<String>,
    /// Assertions that have been read.
    read: FxHashMap<String, Bool>,
}

impl Held {
    fn new() -> Self {
        Held {
            solver: Solver::new(),
            reader: Solver::new(),
            declarations: String::new(),
            assertions: Vec::new(),
            read: FxHashMap::default(),
        }
    }

    /// The assertion of this text.
    fn assertion(&mut self, text: &str) -> Bool {
        if let Some(read) = self.read.get(text) {
            return read.clone();
        }
        self.reader.reset();
        self.reader.from_string(format!("{}(assert {text})", self.declarations));
        let read = self.reader.get_assertions();
        assert!(read.len() == 1, "internal error: Z3 does not read `{text}`");
        self.read.insert(text.to_string(), read[0].clone());
        read[0].clone()
    }
}

/// Questions about the constants of some declarations.
#[derive(Debug)]
pub struct Questions {
    declarations: String,
}

impl Questions {
    /// Questions about integers declared in SMT-LIB.
    pub fn new(declarations: String) -> Self {
        Questions { declarations }
    }

    /// Whether the assertions, Boolean terms in SMT-LIB, can hold together.
    ///
    /// # Panics
    /// If Z3 does not read an assertion: an internal error, as it was generated.
    pub fn ask(&self, assertions: &[String], budget: &Budget) -> Answer {
        HELD.with_borrow_mut(|held| self.check(held, assertions, budget))
    }

    /// The value of a constant in one way in which the assertions hold together; none if there is none, or it is not found.
    ///
    /// # Panics
    /// As [`Questions::ask`].
    pub fn value(&self, assertions: &[String], constant: &str, budget: &Budget) -> Option<i128> {
        HELD.with_borrow_mut(|held| {
            if self.check(held, assertions, budget) != Answer::Possible {
                return None;
            }
            let value = held.solver.get_model()?.eval(&Int::new_const(constant), true)?;
            // `5`, or `(- 5)`.
            let text = value.to_string();
            match text.strip_prefix("(- ").and_then(|rest| rest.strip_suffix(')')) {
                Some(digits) => digits.parse::<i128>().ok().map(|digits| -digits),
                None => text.parse().ok(),
            }
        })
    }

    fn check(&self, held: &mut Held, assertions: &[String], budget: &Budget) -> Answer {
        let Some(params) = limits(WORK, budget) else { return Answer::Unknown };
        if held.declarations != self.declarations {
            held.solver.reset();
            held.assertions.clear();
            held.read.clear();
            held.declarations.clone_from(&self.declarations);
        }
        held.solver.set_params(&params);
        let shared = held.assertions.iter().zip(assertions).take_while(|(held, asked)| held == asked).count();
        held.solver.pop(u32::try_from(held.assertions.len() - shared).unwrap_or(u32::MAX));
        held.assertions.truncate(shared);
        for assertion in &assertions[shared..] {
            let read = held.assertion(assertion);
            held.solver.push();
            held.solver.assert(&read);
            held.assertions.push(assertion.clone());
        }
        match held.solver.check() {
            SatResult::Sat => Answer::Possible,
            SatResult::Unsat => Answer::Impossible,
            SatResult::Unknown => Answer::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn questions_share_what_they_have_in_common_and_nothing_else() {
        let budget = Budget::default();
        let two = Questions::new("(declare-const a Int)(declare-const b Int)".to_string());
        let one = Questions::new("(declare-const a Int)".to_string());
        for _ in 0..2 {
            assert_eq!(two.ask(&texts(&["(< a b)", "(< b a)"]), &budget), Answer::Impossible);
            assert_eq!(two.ask(&texts(&["(< a b)", "(> b 3)"]), &budget), Answer::Possible);
            assert_eq!(two.value(&texts(&["(< a b)", "(= b (- 7))", "(> a (- 9))"]), "a", &budget), Some(-8));
            assert_eq!(one.ask(&texts(&["(< a 0)", "(> a 0)"]), &budget), Answer::Impossible);
            assert_eq!(one.ask(&[], &budget), Answer::Possible);
            assert_eq!(
                one.value(&texts(&["(= a 9223372036854775809)"]), "a", &budget),
                Some(9_223_372_036_854_775_809)
            );
            assert_eq!(one.value(&texts(&["(< a a)"]), "a", &budget), None);
        }
    }
}
