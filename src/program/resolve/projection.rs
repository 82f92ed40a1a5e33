//! Sums that lose equal amounts: `sum<X>` ranges over the distinct values of X in a group, so two deposits of 5 sum
//! to 5 where the body variables that tell them apart are projected away (semantics §1, *Aggregates*).

use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Condition, Destination, Expr, HeadTerm, Rule, Term, VariableId};
use crate::syntax::ast::{AggregateFunction, Comparator};

/// Warns of each `sum<X>` whose rule has positive atoms with a variable or `_` that neither the group, X, nor an
/// equation over these determines.
pub fn warn(rule: &Rule, diagnostics: &mut Vec<Diagnostic>) {
    for term in &rule.head.terms {
        let HeadTerm::Aggregate(aggregate) = term else { continue };
        if aggregate.function != AggregateFunction::Sum || !aggregate.keys.is_empty() {
            continue;
        }
        let known = known(rule, aggregate.variable);
        let lost = rule.positive.iter().flat_map(|atom| atom.terms.iter().map(move |term| (term, atom.span))).find(
            |(term, _)| match term {
                Term::Anonymous => true,
                Term::Variable(variable) => !known[variable.0 as usize],
                Term::Constant(_) => false,
            },
        );
        let Some((lost, span)) = lost else { continue };
        let summed = &rule.variables[aggregate.variable.0 as usize];
        let (key, told) = match lost {
            Term::Variable(variable) => {
                let name = rule.variables[variable.0 as usize].as_str();
                (name, format!("rows that differ in `{name}` only are one"))
            }
            _ => ("Key", "rows that differ in `_` only are one".to_string()),
        };
        diagnostics.push(
            Diagnostic::at(
                codes::SUM_OF_DISTINCT_VALUES,
                rule.head.span,
                format!("`sum<{summed}>` counts equal values of `{summed}` once"),
                "a sum of distinct values",
            )
            .with(span, told)
            .help(format!("`sum<{summed}; {key}>` adds one value for each pair")),
        );
    }
}

/// By variable: whether the group and the summed variable determine it.
fn known(rule: &Rule, summed: VariableId) -> Vec<bool> {
    let mut known = vec![false; rule.variables.len()];
    known[summed.0 as usize] = true;
    if let Some(Term::Variable(location)) = rule.location {
        known[location.0 as usize] = true;
    }
    let mut group = |expr: &Expr| {
        if let Expr::Variable(variable) = expr {
            known[variable.0 as usize] = true;
        }
    };
    for term in &rule.head.terms {
        if let HeadTerm::Expr(expr) = term {
            group(expr);
        }
    }
    if let Destination::At(expr) = &rule.head.destination {
        group(expr);
    }
    for condition in &rule.conditions {
        let Condition::Compare { comparator: Comparator::Eq, left, right, .. } = condition else { continue };
        for (side, other) in [(left, right), (right, left)] {
            if let Expr::Variable(variable) = side
                && determined(other, &known)
            {
                known[variable.0 as usize] = true;
            }
        }
    }
    known
}

fn determined(expr: &Expr, known: &[bool]) -> bool {
    match expr {
        Expr::Constant(_) => true,
        Expr::Variable(variable) => known[variable.0 as usize],
        Expr::Negate(operand) => determined(operand, known),
        Expr::Binary(_, left, right) => determined(left, known) && determined(right, known),
    }
}
