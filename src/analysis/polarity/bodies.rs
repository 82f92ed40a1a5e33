//! Flags of bodies, and of what a rule derives.

use super::thresholds::{Use, ValueColumn, use_of_atom, use_of_negated};
use super::{Flags, Flaw};
use crate::program::{Expr, RelationId, Rule, VariableId};
use crate::source::Span;

/// A literal that reads a relation.
#[derive(Debug, Clone, Copy)]
pub struct Literal {
    /// What it reads.
    pub relation: RelationId,
    /// Whether it is negated.
    pub negated: bool,
    /// How much it reads.
    pub read: Use,
    /// Where.
    pub span: Span,
}

/// The literals of a rule, positive ones first.
pub fn literals(columns: &[Option<ValueColumn>], rule: &Rule) -> Vec<Literal> {
    let positive = rule.positive.iter().enumerate().map(|(index, atom)| Literal {
        relation: atom.relation,
        negated: false,
        read: use_of_atom(columns, rule, index),
        span: atom.span,
    });
    let negative = rule.negative.iter().map(|atom| Literal {
        relation: atom.relation,
        negated: true,
        read: use_of_negated(columns, atom.relation, &atom.terms),
        span: atom.span,
    });
    positive.chain(negative).collect()
}

/// The flags of a literal, given those of its relation's rows and groups.
pub fn of_literal(literal: &Literal, rows: Flags, groups: Flags, flaw: Option<Flaw>) -> Flags {
    let read = match literal.read {
        Use::Rows => rows,
        Use::Place if flaw != Some(Flaw::Thresholds) => rows,
        Use::Group | Use::Threshold | Use::Place => rows.or(Flags { occurs: false, ..groups }),
    };
    if !literal.negated || flaw == Some(Flaw::Negation) {
        return read;
    }
    Flags { up: read.down, down: read.up, timed: read.timed, occurs: false }
}

/// The flags of a body with these literals.
pub fn of_body(literals: impl Iterator<Item = Flags>, flaw: Option<Flaw>) -> Flags {
    let mut all = Flags::ALL;
    let (mut changing, mut occurring) = (0usize, 0usize);
    for flags in literals {
        if !flags.is_constant() {
            changing += 1;
            occurring += usize::from(flags.occurs);
        }
        all = all.and(Flags { occurs: true, ..flags });
    }
    let alone = changing == 1 || flaw == Some(Flaw::Meetings);
    all.occurs = all.up || all.timed || (alone && occurring == changing);
    all
}

/// The flags of what a rule derives from a body with these.
pub fn of_derived(rule: &Rule, body: Flags, flaw: Option<Flaw>) -> Flags {
    if !rule.head.is_aggregated() || flaw == Some(Flaw::Aggregates) {
        return body;
    }
    let constant = body.is_constant();
    Flags { up: constant, down: constant, timed: body.timed, occurs: constant || body.timed }
}

/// The variables of an expression, with repetitions.
pub fn variables_of(expr: &Expr) -> Vec<VariableId> {
    let mut found = Vec::new();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match expr {
            Expr::Constant(_) => {}
            Expr::Variable(variable) => found.push(*variable),
            Expr::Negate(inner) => stack.push(inner),
            Expr::Binary(_, left, right) => stack.extend([&**left, &**right]),
        }
    }
    found
}
