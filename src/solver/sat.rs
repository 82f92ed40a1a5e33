//! Propositional satisfiability, incremental and under assumptions: batsat, a MiniSat in Rust.
//!
//! Deterministic: no randomness is switched on, and the same calls give the same models. A variable is tried as false first.

use crate::budget::{Bound, Budget};
use batsat::{Callbacks, Solver, SolverInterface, SolverOpts, lbool};

/// A variable or its negation.
pub type Literal = batsat::Lit;

/// Clauses and what follows from them.
pub struct Sat {
    solver: Solver<Watch>,
    calls: u64,
}

/// Stops the solver when the budget is used up.
#[derive(Debug)]
struct Watch(Budget);

impl Callbacks for Watch {
    fn stop(&self) -> bool {
        self.0.check().is_err()
    }
}

impl std::fmt::Debug for Sat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sat").field("clauses", &self.solver.num_clauses()).field("calls", &self.calls).finish()
    }
}

impl Sat {
    /// No clauses.
    pub fn new(budget: &Budget) -> Self {
        Sat { solver: Solver::new(SolverOpts::default(), Watch(budget.clone())), calls: 0 }
    }

    /// A new variable.
    pub fn variable(&mut self) -> Literal {
        Literal::new(self.solver.new_var_default(), true)
    }

    /// Some of these must hold.
    pub fn clause(&mut self, literals: impl IntoIterator<Item = Literal>) {
        // What it returns is told again by the next `solve`.
        let _ = self.solver.add_clause_reuse(&mut literals.into_iter().collect());
    }

    /// Whether all clauses can hold together with these assumptions; then [`Self::holds`] tells how.
    ///
    /// # Errors
    /// The bound that was hit first.
    pub fn solve(&mut self, assumptions: &[Literal]) -> Result<bool, Bound> {
        self.calls += 1;
        let result = self.solver.solve_limited(assumptions);
        if result == lbool::TRUE {
            Ok(true)
        } else if result == lbool::FALSE {
            Ok(false)
        } else {
            Err(self.solver.cb().0.check().err().unwrap_or(Bound::Time))
        }
    }

    /// Whether a literal holds in the model that was found last.
    pub fn holds(&self, literal: Literal) -> bool {
        self.solver.value_lit(literal) == lbool::TRUE
    }

    /// Whether an assumption took part in the refutation that was found last.
    pub fn blames(&self, assumption: Literal) -> bool {
        self.solver.unsat_core_contains_var(assumption.var())
    }

    /// How often it was asked.
    pub fn calls(&self) -> u64 {
        self.calls
    }
}
