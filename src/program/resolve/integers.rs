//! Which columns hold integers, and so which comparisons can err (semantics §1).
//!
//! A column is inferred to hold integers if some rule uses a variable that a positive atom binds there as an operand of
//! arithmetic or of `sum`, or if some head writes the result of arithmetic, `count` or `sum` there. This is one pass and
//! no closure: what errs should be seen at the rule that uses it. Locations are no columns, whatever the spelling.

use super::Rules;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{
    Condition, Destination, Expr, Head, HeadTerm, NegatedTerm, Relation, RelationId, Rule, Term, VariableId,
};
use crate::source::Span;
use crate::syntax::ast::{AggregateFunction, Comparator};

/// Per relation and column: the place that makes it hold integers.
pub struct IntegerColumns {
    places: Vec<Vec<Option<Span>>>,
}

impl IntegerColumns {
    /// Reads the rules of a program.
    pub fn infer(relations: &[Relation], rules: &Rules) -> Self {
        let places = relations.iter().map(|relation| vec![None; relation.arity]).collect();
        let mut columns = IntegerColumns { places };
        rules.operational.iter().for_each(|rule| columns.read(rule, 0, 0));
        rules.observers.iter().for_each(|rule| columns.read(rule, 1, 1));
        rules.synchronous.iter().for_each(|rule| columns.read(rule, 1, 0));
        columns
    }

    /// What makes the column hold integers, if something does.
    pub fn place(&self, relation: RelationId, column: usize) -> Option<Span> {
        self.places[relation.0 as usize].get(column).copied().flatten()
    }

    /// By relation and column: whether it holds integers.
    pub fn columns(&self) -> Vec<Vec<bool>> {
        self.places.iter().map(|columns| columns.iter().map(Option::is_some).collect()).collect()
    }

    /// `skip` and `head_skip` are 1 where body atoms, and the head, carry their location as first term.
    fn read(&mut self, rule: &Rule, skip: usize, head_skip: usize) {
        let operands = operands(rule);
        for atom in &rule.positive {
            for (column, term) in atom.terms.iter().skip(skip).enumerate() {
                if let Term::Variable(variable) = term
                    && operands[variable.0 as usize]
                {
                    self.places[atom.relation.0 as usize][column].get_or_insert(rule.span);
                }
            }
        }
        for (column, term) in rule.head.terms.iter().skip(head_skip).enumerate() {
            let integer = match term {
                HeadTerm::Expr(expr) => is_arithmetic(expr),
                HeadTerm::Aggregate(aggregate) => {
                    matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::Sum)
                }
            };
            if integer {
                self.places[rule.head.relation.0 as usize][column].get_or_insert(rule.head.span);
            }
        }
    }

    /// Sets [`Rule::can_err`] and the `checked` marks of a rule's orderings. `skip` is 1 if its body atoms carry
    /// their location as first term.
    pub fn mark(&self, rule: &mut Rule, skip: usize) {
        let mut integer = vec![false; rule.variables.len()];
        for atom in &rule.positive {
            for (column, term) in atom.terms.iter().skip(skip).enumerate() {
                if let Term::Variable(variable) = term {
                    integer[variable.0 as usize] |= self.place(atom.relation, column).is_some();
                }
            }
        }
        let integral = |expr: &Expr| match expr {
            Expr::Variable(variable) => integer[variable.0 as usize],
            Expr::Constant(_) => false,
            Expr::Negate(_) | Expr::Binary(..) => true,
        };
        let mut can_err = can_err_outside_conditions(&rule.head, rule);
        for condition in &mut rule.conditions {
            match condition {
                Condition::Compare { comparator, left, right, checked, .. } => {
                    let ordering = !matches!(comparator, Comparator::Eq | Comparator::Ne);
                    *checked = ordering && (integral(left) || integral(right));
                    can_err |= *checked || is_arithmetic(left) || is_arithmetic(right);
                }
                Condition::Bind { value, .. } => can_err |= is_arithmetic(value),
            }
        }
        rule.can_err = can_err;
    }
}

/// Warns of a symbol in a fact where an integer is expected.
pub fn symbol_in_fact(name: &str, relation: &str, at: Span, place: Span) -> Diagnostic {
    let message = format!("the symbol `{name}` in a column of `{relation}` that rules take to hold integers");
    Diagnostic::at(codes::SYMBOL_AMONG_INTEGERS, at, message, "not an integer").with(place, "integers expected by this")
}

fn is_arithmetic(expr: &Expr) -> bool {
    matches!(expr, Expr::Negate(_) | Expr::Binary(..))
}

fn can_err_outside_conditions(head: &Head, rule: &Rule) -> bool {
    let terms = head.terms.iter().any(|term| match term {
        HeadTerm::Expr(expr) => is_arithmetic(expr),
        HeadTerm::Aggregate(aggregate) => aggregate.function == AggregateFunction::Sum,
    });
    let negated = rule
        .negative
        .iter()
        .flat_map(|atom| &atom.terms)
        .any(|term| matches!(term, NegatedTerm::Expr(expr) if is_arithmetic(expr)));
    terms || negated || matches!(&head.destination, Destination::At(expr) if is_arithmetic(expr))
}

/// By variable: whether the rule does arithmetic on it or sums it.
fn operands(rule: &Rule) -> Vec<bool> {
    let mut found = vec![false; rule.variables.len()];
    for condition in &rule.conditions {
        match condition {
            Condition::Compare { left, right, .. } => {
                operands_of(left, &mut found);
                operands_of(right, &mut found);
            }
            Condition::Bind { value, .. } => operands_of(value, &mut found),
        }
    }
    for term in rule.negative.iter().flat_map(|atom| &atom.terms) {
        if let NegatedTerm::Expr(expr) = term {
            operands_of(expr, &mut found);
        }
    }
    for term in &rule.head.terms {
        match term {
            HeadTerm::Expr(expr) => operands_of(expr, &mut found),
            HeadTerm::Aggregate(aggregate) if aggregate.function == AggregateFunction::Sum => {
                found[index(aggregate.variable)] = true;
            }
            HeadTerm::Aggregate(_) => {}
        }
    }
    if let Destination::At(expr) = &rule.head.destination {
        operands_of(expr, &mut found);
    }
    found
}

fn operands_of(expr: &Expr, found: &mut [bool]) {
    let mut operand = |expr: &Expr| match expr {
        Expr::Variable(variable) => found[index(*variable)] = true,
        Expr::Constant(_) => {}
        Expr::Negate(_) | Expr::Binary(..) => operands_of(expr, found),
    };
    match expr {
        Expr::Constant(_) | Expr::Variable(_) => {}
        Expr::Negate(inner) => operand(inner),
        Expr::Binary(_, left, right) => {
            operand(left);
            operand(right);
        }
    }
}

fn index(variable: VariableId) -> usize {
    variable.0 as usize
}
