//! Columns of aggregates that only grow or shrink, and the literals that read no more of them than a threshold.
//!
//! Let all rules of r be deductive, aggregate into the same one column, and r have no facts. Over a body that is up, each group that
//! has a row keeps one; its count, and its greatest value, do not fall, its least one does not rise. So `r(Ḡ, _)` is up, and so is `∃N: r(Ḡ, N), N >= k` for
//! counts and greatest values, `N <= k` for least ones, whatever k is. Over a body that is down, all of it goes the other way: the row goes with
//! the group's last tuple, and each of these is down. The same holds across runs: the tuples that a group has at some step of one fair run it has from some step on in another if the body is up, so its count is no
//! lower there in the end; if the body is down, the tuples that it lacks it lacks there in the end, so its count is no higher. Several rules make several rows, of which one is enough. Sums are not looked at but for whether
//! there is one: terms may be negative.

use crate::program::rule::{AggregateFunction, Comparator};
use crate::program::{
    Condition, Destination, Expr, HeadTerm, NegatedTerm, Program, RelationId, Rule, RuleKind, Term, VariableId,
};

/// Which way a column goes over a body that is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Counts and greatest values.
    Grows,
    /// Least values.
    Shrinks,
    /// Sums, or a mixture.
    Unknown,
}

/// The column of a relation that its rules aggregate into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueColumn {
    /// The column.
    pub column: usize,
    /// Which way it goes.
    pub direction: Direction,
}

/// How much of its relation a literal reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The rows as they are.
    Rows,
    /// Whether there is a row of the group.
    Group,
    /// Whether there is one on the right side of a threshold.
    Threshold,
    /// Whether there is one on the wrong side, or at one place; no better than [`Use::Rows`].
    Place,
}

/// The value column of each relation that has one, by [`RelationId`].
pub fn value_columns(program: &Program) -> Vec<Option<ValueColumn>> {
    let mut columns: Vec<Option<ValueColumn>> = vec![None; program.relations.len()];
    let mut refused = vec![false; program.relations.len()];
    for given in &program.facts {
        refused[given.fact.relation.0 as usize] = true;
    }
    for rule in &program.rules {
        let head = rule.head.relation.0 as usize;
        match (value_column(rule), columns[head]) {
            (Some(new), None) => columns[head] = Some(new),
            (Some(new), Some(old)) if new.column == old.column => {
                if new.direction != old.direction {
                    columns[head] = Some(ValueColumn { direction: Direction::Unknown, ..new });
                }
            }
            _ => refused[head] = true,
        }
    }
    columns.into_iter().zip(refused).map(|(column, refused)| column.filter(|_| !refused)).collect()
}

fn value_column(rule: &Rule) -> Option<ValueColumn> {
    let mut found = None;
    for (column, term) in rule.head.terms.iter().enumerate() {
        let HeadTerm::Aggregate(aggregate) = term else { continue };
        let direction = match aggregate.function {
            AggregateFunction::Count | AggregateFunction::Max => Direction::Grows,
            AggregateFunction::Min => Direction::Shrinks,
            AggregateFunction::Sum => Direction::Unknown,
        };
        if found.replace(ValueColumn { column, direction }).is_some() {
            return None;
        }
    }
    found.filter(|_| rule.kind == RuleKind::Deductive)
}

/// How the positive atom of this index reads a relation with a value column.
pub fn use_of_atom(columns: &[Option<ValueColumn>], rule: &Rule, index: usize) -> Use {
    let atom = &rule.positive[index];
    let Some(value) = columns[atom.relation.0 as usize] else { return Use::Rows };
    match atom.terms[value.column] {
        Term::Anonymous => Use::Group,
        Term::Constant(_) => Use::Rows,
        Term::Variable(variable) => use_of_variable(columns, rule, index, value, variable),
    }
}

/// Whether a negated atom asks only whether its group has a row.
pub fn use_of_negated(columns: &[Option<ValueColumn>], relation: RelationId, terms: &[NegatedTerm]) -> Use {
    let Some(value) = columns[relation.0 as usize] else { return Use::Rows };
    let NegatedTerm::Existential(own) = terms[value.column] else { return Use::Rows };
    let uses = terms.iter().filter(|term| matches!(term, NegatedTerm::Existential(other) if *other == own)).count();
    if uses == 1 { Use::Group } else { Use::Rows }
}

fn use_of_variable(
    columns: &[Option<ValueColumn>],
    rule: &Rule,
    index: usize,
    value: ValueColumn,
    variable: VariableId,
) -> Use {
    let mentions = |expr: &Expr| super::bodies::variables_of(expr).contains(&variable);
    let in_atoms = rule
        .positive
        .iter()
        .enumerate()
        .flat_map(|(i, atom)| atom.terms.iter().enumerate().map(move |(c, t)| (i, c, t)));
    let elsewhere =
        in_atoms.filter(|&(i, c, term)| (i, c) != (index, value.column) && *term == Term::Variable(variable)).count()
            > 0
            || rule.location == Some(Term::Variable(variable))
            || rule
                .negative
                .iter()
                .flat_map(|atom| &atom.terms)
                .any(|term| matches!(term, NegatedTerm::Expr(e) if mentions(e)))
            || matches!(&rule.head.destination, Destination::At(expr) if mentions(expr))
            || rule.head.terms.iter().any(|term| match term {
                HeadTerm::Expr(expr) => mentions(expr),
                HeadTerm::Aggregate(aggregate) => aggregate.variable == variable || aggregate.keys.contains(&variable),
            });
    if elsewhere {
        return Use::Rows;
    }
    // What it is compared with must be fixed by other literals, and not itself be read as a threshold.
    let fixed = |expr: &Expr| {
        let values: Vec<VariableId> = value_variables(columns, rule);
        super::bodies::variables_of(expr).iter().all(|other| !values.contains(other))
    };
    let mut read = Use::Group;
    for condition in &rule.conditions {
        let (left, right, comparator) = match condition {
            Condition::Bind { variable: bound, value, .. } => {
                if *bound == variable || mentions(value) {
                    return Use::Rows;
                }
                continue;
            }
            Condition::Compare { left, right, comparator, .. } => (left, right, *comparator),
        };
        let up = match (left, right) {
            (Expr::Variable(own), limit) if *own == variable && !mentions(limit) && fixed(limit) => comparator,
            (limit, Expr::Variable(own)) if *own == variable && !mentions(limit) && fixed(limit) => match comparator {
                Comparator::Lt => Comparator::Gt,
                Comparator::Le => Comparator::Ge,
                Comparator::Gt => Comparator::Lt,
                Comparator::Ge => Comparator::Le,
                same @ (Comparator::Eq | Comparator::Ne) => same,
            },
            (left, right) if mentions(left) || mentions(right) => return Use::Rows,
            _ => continue,
        };
        let right_side = match value.direction {
            Direction::Grows => matches!(up, Comparator::Ge | Comparator::Gt),
            Direction::Shrinks => matches!(up, Comparator::Le | Comparator::Lt),
            Direction::Unknown => false,
        };
        if !right_side {
            return Use::Place;
        }
        read = Use::Threshold;
    }
    read
}

/// The variables that stand in value columns.
fn value_variables(columns: &[Option<ValueColumn>], rule: &Rule) -> Vec<VariableId> {
    let of = |atom: &crate::program::Atom| {
        let value = columns[atom.relation.0 as usize]?;
        match atom.terms[value.column] {
            Term::Variable(variable) => Some(variable),
            _ => None,
        }
    };
    rule.positive.iter().filter_map(of).collect()
}
