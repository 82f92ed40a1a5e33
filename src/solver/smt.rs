//! Satisfiability modulo theories: Z3, asked in SMT-LIB.
//!
//! Each thread has one solver, emptied between questions. Work is limited by a count that Z3 keeps, so that an answer does not
//! depend on the machine's speed, and by the budget's deadline. An answer is a verdict only where Z3 says so: all else is unknown.

use crate::budget::Budget;
use std::time::{Duration, Instant};
use z3::{Model, Params, SatResult, Solver};

/// Most work for one question where nobody says otherwise, in Z3's unit (`rlimit`): seconds.
pub const WORK: u32 = 20_000_000;

/// The longest question.
const LONGEST: Duration = Duration::from_secs(20);

thread_local! {
    static SOLVER: Solver = Solver::new();
}

/// What Z3 says of some assertions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// They cannot hold together.
    Unsatisfiable,
    /// They can, for example so: Z3's own text.
    Satisfiable(String),
    /// Neither was found out, and why.
    Unknown(String),
}

/// What one question may use of what is left of the budget; nothing if nothing is left.
pub(super) fn limits(work: u32, budget: &Budget) -> Option<Params> {
    budget.check().ok()?;
    let left =
        budget.deadline.map_or(LONGEST, |deadline| deadline.saturating_duration_since(Instant::now()).min(LONGEST));
    let mut params = Params::new();
    params.set_u32("random_seed", 0);
    params.set_u32("rlimit", work);
    params.set_u32("timeout", u32::try_from(left.as_millis()).unwrap_or(u32::MAX).max(1));
    Some(params)
}

/// Whether the assertions of a script can hold together, found out with so much work at most. The script has declarations and `assertions` assertions, no other commands.
///
/// # Panics
/// If Z3 does not read the script to its end: an internal error, as it was generated.
pub fn satisfiable(script: &str, assertions: usize, work: u32, budget: &Budget) -> Answer {
    let Some(params) = limits(work, budget) else { return Answer::Unknown("a bound was hit".to_string()) };
    SOLVER.with(|solver| {
        solver.reset();
        solver.set_params(&params);
        solver.from_string(script);
        let read = solver.get_assertions().len();
        assert!(read == assertions, "internal error: Z3 read {read} of {assertions} assertions");
        let answer = match solver.check() {
            SatResult::Unsat => Answer::Unsatisfiable,
            SatResult::Sat => {
                Answer::Satisfiable(solver.get_model().map(|model| model.to_string()).unwrap_or_default())
            }
            SatResult::Unknown => Answer::Unknown(solver.get_reason_unknown().unwrap_or_else(|| "unknown".to_string())),
        };
        solver.reset();
        answer
    })
}

/// In one way in which the assertions of a script hold together, which of the Boolean terms are true; none if there is none, or it is not found.
///
/// # Panics
/// As [`satisfiable`].
pub fn truths(script: &str, assertions: usize, terms: &[String], work: u32, budget: &Budget) -> Option<Vec<bool>> {
    let params = limits(work, budget)?;
    // Terms are read as assertions behind those of the script, in a solver that is asked nothing.
    let mut text = script.to_string();
    for term in terms {
        text.push_str(&format!("(assert {term})\n"));
    }
    let reader = Solver::new();
    reader.from_string(text);
    let read = reader.get_assertions();
    assert!(read.len() == assertions + terms.len(), "internal error: Z3 read {} assertions", read.len());
    SOLVER.with(|solver| {
        solver.reset();
        solver.set_params(&params);
        read[..assertions].iter().for_each(|assertion| solver.assert(assertion));
        let model = (solver.check() == SatResult::Sat).then(|| solver.get_model()).flatten();
        let truth = |model: &Model| read[assertions..].iter().map(|term| model.eval(term, true)?.as_bool()).collect();
        let truths = model.as_ref().and_then(truth);
        solver.reset();
        truths
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "(declare-sort V 0)(declare-fun le (V V) Bool)
        (assert (forall ((x V) (y V)) (or (le x y) (le y x))))";

    #[test]
    fn questions_do_not_see_each_other() {
        let budget = Budget::default();
        let not = format!("{ORDER}(declare-const a V)(assert (not (le a a)))");
        assert_eq!(satisfiable(&not, 2, WORK, &budget), Answer::Unsatisfiable);
        assert!(matches!(satisfiable(ORDER, 1, WORK, &budget), Answer::Satisfiable(_)));
        assert_eq!(satisfiable(&not, 2, WORK, &budget), Answer::Unsatisfiable);
    }

    #[test]
    fn what_takes_too_long_is_unknown() {
        let hard = "(declare-const x Int)(declare-const y Int)(declare-const z Int)
            (assert (and (> x 1) (> y 1) (> z 1) (= (+ (* x x x) (* y y y)) (* z z z))))";
        let budget = Budget { deadline: Some(Instant::now() + Duration::from_millis(300)), ..Budget::default() };
        let start = Instant::now();
        assert!(matches!(satisfiable(hard, 1, WORK, &budget), Answer::Unknown(_)));
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(matches!(satisfiable(hard, 1, WORK, &budget), Answer::Unknown(_)), "after the deadline");
    }

    #[test]
    #[should_panic(expected = "internal error: Z3 read 0 of 1")]
    fn a_script_with_a_mistake_is_no_answer() {
        satisfiable("(assert (undeclared))", 1, WORK, &Budget::default());
    }
}
