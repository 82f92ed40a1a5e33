//! What rules mention: constants, arithmetic, order, and where they ask for what is beyond something.

use crate::program::rule::Comparator;
use crate::program::{Condition, Destination, Expr, HeadTerm, NegatedTerm, RelationId, Rule, RuleKind, Term, Value};
use std::collections::BTreeSet;

/// A rule asks whether there is a row that is greater (or less) in a column than something else, among those with given values in `key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beyond {
    pub relation: RelationId,
    pub column: usize,
    pub key: Vec<usize>,
    pub greatest: bool,
}

/// What rules mention.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub values: BTreeSet<Value>,
    pub computes: bool,
    pub orders: bool,
    pub beyond: BTreeSet<Beyond>,
    pub located: bool,
}

impl Mentions {
    /// Adds what a rule mentions.
    pub fn rule(&mut self, rule: &Rule) {
        self.beyond(rule);
        self.located |= match &rule.location {
            Some(Term::Variable(variable)) => mentions(rule, variable.0),
            Some(Term::Constant(_)) => true,
            Some(Term::Anonymous) | None => {
                rule.kind == RuleKind::Async && matches!(rule.head.destination, Destination::Here)
            }
        };
        if let Some(term) = &rule.location {
            self.term(term);
        }
        for atom in &rule.positive {
            atom.terms.iter().for_each(|term| self.term(term));
        }
        for condition in &rule.conditions {
            match condition {
                Condition::Compare { comparator, left, right, .. } => {
                    self.orders |= !matches!(comparator, Comparator::Eq | Comparator::Ne);
                    self.expression(left);
                    self.expression(right);
                }
                Condition::Bind { value, .. } => self.expression(value),
            }
        }
        for term in rule.negative.iter().flat_map(|atom| &atom.terms) {
            if let NegatedTerm::Expr(expr) = term {
                self.expression(expr);
            }
        }
        for term in &rule.head.terms {
            match term {
                HeadTerm::Expr(expr) => self.expression(expr),
                HeadTerm::Aggregate(_) => self.orders = true,
            }
        }
        if let Destination::At(expr) = &rule.head.destination {
            self.expression(expr);
        }
    }

    fn beyond(&mut self, rule: &Rule) {
        let mut fixed: BTreeSet<u32> = rule.location.iter().filter_map(variable_of).collect();
        for term in &rule.head.terms {
            match term {
                HeadTerm::Expr(expr) => fixed.extend(variables_of(expr)),
                HeadTerm::Aggregate(_) => {}
            }
        }
        for condition in &rule.conditions {
            let Condition::Compare { comparator, left, right, .. } = condition else { continue };
            let (small, large) = match comparator {
                Comparator::Lt | Comparator::Le => (left, right),
                Comparator::Gt | Comparator::Ge => (right, left),
                Comparator::Eq | Comparator::Ne => continue,
            };
            for (side, greatest) in [(small, false), (large, true)] {
                for variable in variables_of(side).filter(|variable| !fixed.contains(variable)) {
                    for (index, atom) in rule.positive.iter().enumerate() {
                        let Some(column) = atom.terms.iter().position(|term| variable_of(term) == Some(variable))
                        else {
                            continue;
                        };
                        let elsewhere = |variable: u32| {
                            let others = rule.positive.iter().enumerate().filter(|(other, _)| *other != index);
                            fixed.contains(&variable)
                                || others.flat_map(|(_, atom)| &atom.terms).any(|t| variable_of(t) == Some(variable))
                        };
                        let key = (0..atom.terms.len())
                            .filter(|other| match atom.terms[*other] {
                                Term::Constant(_) => true,
                                Term::Variable(other) => other.0 != variable && elsewhere(other.0),
                                Term::Anonymous => false,
                            })
                            .collect();
                        self.beyond.insert(Beyond { relation: atom.relation, column, key, greatest });
                    }
                }
            }
        }
    }

    fn term(&mut self, term: &Term) {
        if let Term::Constant(value) = term {
            self.values.insert(*value);
        }
    }

    fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Constant(value) => {
                self.values.insert(*value);
            }
            Expr::Variable(_) => {}
            Expr::Negate(inner) => {
                self.computes = true;
                self.expression(inner);
            }
            Expr::Binary(_, left, right) => {
                self.computes = true;
                self.expression(left);
                self.expression(right);
            }
        }
    }
}
/// Whether a rule reads the variable beside binding it to its node.
fn mentions(rule: &Rule, variable: u32) -> bool {
    let in_expr = |expr: &Expr| variables_of(expr).any(|other| other == variable);
    rule.positive.iter().flat_map(|atom| &atom.terms).any(|term| variable_of(term) == Some(variable))
        || rule.negative.iter().flat_map(|atom| &atom.terms).any(|term| match term {
            NegatedTerm::Expr(expr) => in_expr(expr),
            NegatedTerm::Existential(_) => false,
        })
        || rule.conditions.iter().any(|condition| match condition {
            Condition::Compare { left, right, .. } => in_expr(left) || in_expr(right),
            Condition::Bind { value, .. } => in_expr(value),
        })
        || matches!(&rule.head.destination, Destination::At(expr) if in_expr(expr))
        || rule.head.terms.iter().any(|term| match term {
            HeadTerm::Expr(expr) => in_expr(expr),
            HeadTerm::Aggregate(aggregate) => aggregate.variable.0 == variable,
        })
}

pub(super) fn variable_of(term: &Term) -> Option<u32> {
    match term {
        Term::Variable(variable) => Some(variable.0),
        Term::Constant(_) | Term::Anonymous => None,
    }
}

fn variables_of(expr: &Expr) -> impl Iterator<Item = u32> {
    crate::analysis::polarity::variables_of(expr).into_iter().map(|variable| variable.0)
}
