//! What a single rule's comparisons say about the size of its variables: which are bounded above, below, or take finitely many
//! values only.
//!
//! A value is *fixed* if it comes from a constant, a static or event EDB column or a location: each instance has finitely many
//! of these, whatever the rules do. `N < 10`, `N + 1 <= M` with M fixed, and `M = N + 1, M < 10` bound N; nothing else is looked at,
//! so an unbounded answer says "may".

use crate::program::rule::{BinaryOperator, Comparator};
use crate::program::{Condition, Expr, Program, Rule, Term, Value, VariableId};

/// A variable plus a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// The variable: bound by a positive atom or the location, or by an expression that is not linear.
    pub root: VariableId,
    /// What is added to it.
    pub offset: i128,
}

/// What is known of each variable of a rule.
#[derive(Debug, Clone)]
pub struct Ranges {
    linear: Vec<Linear>,
    upper: Vec<bool>,
    lower: Vec<bool>,
}

impl Ranges {
    /// Reads the rule. Linear in its size.
    pub fn of(program: &Program, rule: &Rule) -> Self {
        let count = rule.variables.len();
        let linear = (0..count as u32).map(|v| Linear { root: VariableId(v), offset: 0 }).collect();
        let mut ranges = Ranges { linear, upper: vec![false; count], lower: vec![false; count] };
        if let Some(Term::Variable(location)) = rule.location {
            ranges.fix(location);
        }
        for atom in rule.positive.iter().filter(|atom| program.relation(atom.relation).is_edb()) {
            for term in &atom.terms {
                if let Term::Variable(variable) = term {
                    ranges.fix(*variable);
                }
            }
        }
        for condition in &rule.conditions {
            if let Condition::Bind { variable, value, .. } = condition {
                if let Some(linear) = ranges.linear(value) {
                    ranges.linear[variable.0 as usize] = linear;
                } else if ranges.is_fixed(value) {
                    ranges.fix(*variable);
                }
            }
        }
        for condition in &rule.conditions {
            if let Condition::Compare { comparator, left, right, .. } = condition {
                ranges.compare(left, *comparator, right);
                ranges.compare(right, mirrored(*comparator), left);
            }
        }
        ranges
    }

    /// `expr` as a variable plus a constant, if it is one. A constant is none.
    pub fn linear(&self, expr: &Expr) -> Option<Linear> {
        // Sums associate to the left, so the walk is down the left spine.
        let mut offset: i128 = 0;
        let mut at = expr;
        loop {
            match at {
                Expr::Variable(variable) => {
                    let base = self.linear[variable.0 as usize];
                    return Some(Linear { root: base.root, offset: base.offset.checked_add(offset)? });
                }
                Expr::Binary(BinaryOperator::Add, left, right) => match (&**left, &**right) {
                    (rest, Expr::Constant(Value::Int(c))) | (Expr::Constant(Value::Int(c)), rest) => {
                        offset = offset.checked_add(i128::from(*c))?;
                        at = rest;
                    }
                    _ => return None,
                },
                Expr::Binary(BinaryOperator::Subtract, rest, right) => match &**right {
                    Expr::Constant(Value::Int(c)) => {
                        offset = offset.checked_sub(i128::from(*c))?;
                        at = rest;
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    /// Whether the variable takes no values above some number that the rules do not move.
    pub fn has_upper(&self, variable: VariableId) -> bool {
        self.upper[self.linear[variable.0 as usize].root.0 as usize]
    }

    /// Whether it takes none below one.
    pub fn has_lower(&self, variable: VariableId) -> bool {
        self.lower[self.linear[variable.0 as usize].root.0 as usize]
    }

    /// Whether the variable takes finitely many values.
    pub fn is_finite(&self, variable: VariableId) -> bool {
        self.has_upper(variable) && self.has_lower(variable)
    }

    /// Whether the expression takes finitely many values because each of its variables does.
    pub fn is_fixed(&self, expr: &Expr) -> bool {
        variables(expr).into_iter().all(|variable| self.is_finite(variable))
    }

    fn fix(&mut self, variable: VariableId) {
        let root = self.linear[variable.0 as usize].root.0 as usize;
        self.upper[root] = true;
        self.lower[root] = true;
    }

    /// `bounded comparator limit`.
    fn compare(&mut self, bounded: &Expr, comparator: Comparator, limit: &Expr) {
        let Some(Linear { root, .. }) = self.linear(bounded) else { return };
        if !self.is_fixed(limit) {
            return;
        }
        let (upper, lower) = match comparator {
            Comparator::Lt | Comparator::Le => (true, false),
            Comparator::Gt | Comparator::Ge => (false, true),
            Comparator::Eq => (true, true),
            Comparator::Ne => (false, false),
        };
        self.upper[root.0 as usize] |= upper;
        self.lower[root.0 as usize] |= lower;
    }
}

fn mirrored(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Lt => Comparator::Gt,
        Comparator::Le => Comparator::Ge,
        Comparator::Gt => Comparator::Lt,
        Comparator::Ge => Comparator::Le,
        same @ (Comparator::Eq | Comparator::Ne) => same,
    }
}

/// The variables through which an expression may take infinitely many values, with repetitions: all but those under
/// `… % c` with a constant c.
pub fn variables(expr: &Expr) -> Vec<VariableId> {
    let mut found = Vec::new();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match expr {
            Expr::Constant(_) => {}
            Expr::Variable(variable) => found.push(*variable),
            Expr::Negate(inner) => stack.push(inner),
            Expr::Binary(BinaryOperator::Remainder, _, divisor) if matches!(**divisor, Expr::Constant(_)) => {}
            Expr::Binary(_, left, right) => stack.extend([&**left, &**right]),
        }
    }
    found
}
