//! Whether no rule of an instance can err, whatever is delivered when.
//!
//! A column is *whole* if only integers ever stand in it: the facts have integers there, and each rule's head writes an integer constant, the result of arithmetic, `count` or
//! `sum`, or a variable that some positive atom of its body binds in a whole column, or an equation to such an expression. The whole columns are the greatest fixpoint: a
//! symbol that stands in a column has come there by a chain of rules from a fact or a constant, and the column that it came from last was not whole either.
//! A rule cannot err if what it computes with and orders is whole, and what it divides by is a constant other than 0. Integers beyond 64 bits are a bound and not an error.

use crate::program::rule::{AggregateFunction, BinaryOperator};
use crate::program::{Condition, Destination, Expr, HeadTerm, NegatedTerm, Program, Rule, Term, Value, VariableId};

/// Rounds of the fixpoint after which nothing is known.
const MOST_ROUNDS: usize = 64;

/// Whether no operational rule errs in any reachable step of this instance, as far as can be seen.
pub fn is_faultless(program: &Program) -> bool {
    if program.rules.iter().all(|rule| !rule.can_err) {
        return true;
    }
    let mut columns = Columns { whole: program.relations.iter().map(|relation| vec![true; relation.arity]).collect() };
    for (index, relation) in program.relations.iter().enumerate().filter(|(_, relation)| relation.builtin) {
        columns.whole[index] = vec![false; relation.arity];
    }
    for given in &program.facts {
        for (column, value) in given.fact.values.iter().enumerate() {
            columns.whole[given.fact.relation.0 as usize][column] &= matches!(value, Value::Int(_));
        }
    }
    for _ in 0..MOST_ROUNDS {
        let mut changed = false;
        for rule in &program.rules {
            for (column, term) in rule.head.terms.iter().enumerate() {
                let whole = columns.is_whole_term(rule, term);
                let place = &mut columns.whole[rule.head.relation.0 as usize][column];
                changed |= *place && !whole;
                *place &= whole;
            }
        }
        if !changed {
            return program.rules.iter().filter(|rule| rule.can_err).all(|rule| columns.cannot_err(rule));
        }
    }
    false
}

struct Columns {
    whole: Vec<Vec<bool>>,
}

impl Columns {
    fn is_whole_term(&self, rule: &Rule, term: &HeadTerm) -> bool {
        match term {
            HeadTerm::Expr(expr) => self.is_whole(rule, expr),
            HeadTerm::Aggregate(aggregate) => match aggregate.function {
                AggregateFunction::Count | AggregateFunction::Sum => true,
                AggregateFunction::Min | AggregateFunction::Max => self.is_whole_variable(rule, aggregate.variable),
            },
        }
    }

    /// Whether the expression is an integer wherever it can be evaluated.
    fn is_whole(&self, rule: &Rule, expr: &Expr) -> bool {
        match expr {
            Expr::Constant(value) => matches!(value, Value::Int(_)),
            Expr::Variable(variable) => self.is_whole_variable(rule, *variable),
            Expr::Negate(_) | Expr::Binary(..) => true,
        }
    }

    fn is_whole_variable(&self, rule: &Rule, variable: VariableId) -> bool {
        let bound = rule.positive.iter().any(|atom| {
            let whole = &self.whole[atom.relation.0 as usize];
            atom.terms.iter().zip(whole).any(|(term, whole)| *term == Term::Variable(variable) && *whole)
        });
        // Equations only look back, so this ends.
        bound
            || rule.conditions.iter().any(|condition| match condition {
                Condition::Bind { variable: own, value, .. } => *own == variable && self.is_whole(rule, value),
                Condition::Compare { .. } => false,
            })
    }

    fn cannot_err(&self, rule: &Rule) -> bool {
        let conditions = rule.conditions.iter().all(|condition| match condition {
            Condition::Compare { left, right, checked, .. } => {
                self.is_safe(rule, left)
                    && self.is_safe(rule, right)
                    && (!checked || (self.is_whole(rule, left) && self.is_whole(rule, right)))
            }
            Condition::Bind { value, .. } => self.is_safe(rule, value),
        });
        let negated = rule.negative.iter().flat_map(|atom| &atom.terms).all(|term| match term {
            NegatedTerm::Expr(expr) => self.is_safe(rule, expr),
            NegatedTerm::Existential(_) => true,
        });
        let head = rule.head.terms.iter().all(|term| match term {
            HeadTerm::Expr(expr) => self.is_safe(rule, expr),
            HeadTerm::Aggregate(aggregate) => {
                aggregate.function != AggregateFunction::Sum || self.is_whole_variable(rule, aggregate.variable)
            }
        });
        let destination = match &rule.head.destination {
            Destination::At(expr) => self.is_safe(rule, expr),
            Destination::Here | Destination::Everywhere => true,
        };
        conditions && negated && head && destination
    }

    /// Whether evaluating the expression cannot err.
    fn is_safe(&self, rule: &Rule, expr: &Expr) -> bool {
        let mut stack = vec![expr];
        while let Some(expr) = stack.pop() {
            let operands: Vec<&Expr> = match expr {
                Expr::Constant(_) | Expr::Variable(_) => continue,
                Expr::Negate(inner) => vec![inner],
                Expr::Binary(operator, left, right) => {
                    let divides = matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder);
                    let by_number = matches!(&**right, Expr::Constant(Value::Int(number)) if *number != 0);
                    if divides && !by_number {
                        return false;
                    }
                    vec![left, right]
                }
            };
            if !operands.iter().all(|operand| self.is_whole(rule, operand)) {
                return false;
            }
            stack.extend(operands);
        }
        true
    }
}
