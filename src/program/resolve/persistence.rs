//! Rules that are written twice, and relations that are static under another name (semantics §1).
//!
//! A repeated rule changes nothing and is kept once. A relation whose facts are all `@1` and whose only rule is its own
//! exact persistence `r(X̄)@next :- r(X̄)`, distinct variables, holds the same facts at every step: its rule goes, and its
//! facts become static. One without facts counts too ("all instances" gives it some).

use super::relations::Drafts;
use crate::program::{
    Condition, Destination, Expr, HeadTerm, NegatedTerm, RelationId, Rule, RuleKind, Term, Value, VariableId,
};
use rustc_hash::FxHashSet;

/// Keeps the first of each set of rules that differ in spans and in names of variables only.
pub fn remove_repeated(rules: Vec<Rule>) -> Vec<Rule> {
    let mut known: FxHashSet<Vec<u64>> = FxHashSet::default();
    rules.into_iter().filter(|rule| known.insert(encode(rule))).collect()
}

/// By relation: whether it is static by the normalisation. `given` are the rules by head as written, so that a
/// relation whose other rule was refused does not become static.
pub fn normalised(drafts: &Drafts<'_>, rules: &[Rule]) -> Vec<bool> {
    let mut persistent = vec![false; drafts.relations.len()];
    let mut derived = vec![false; drafts.relations.len()];
    for rule in rules {
        let head = rule.head.relation.0 as usize;
        persistent[head] = !derived[head] && is_exact_persistence(rule, rule.head.relation);
        derived[head] = true;
    }
    for draft in drafts.rules.iter().filter(|draft| !draft.sound) {
        persistent[draft.head.relation.0 as usize] = false;
    }
    for (entry, persistent) in drafts.relations.iter().zip(&mut persistent) {
        *persistent &= !entry.static_fact && entry.event.is_none() && entry.declared_event.is_none();
    }
    persistent
}

/// Whether the rule is `r(X̄)@next :- r(X̄)` at any node, with distinct variables.
fn is_exact_persistence(rule: &Rule, relation: RelationId) -> bool {
    let [atom] = &rule.positive[..] else { return false };
    let own = match rule.location {
        None => None,
        Some(Term::Variable(own)) => Some(own),
        Some(_) => return false,
    };
    let mut used: FxHashSet<VariableId> = own.into_iter().collect();
    rule.kind == RuleKind::Inductive
        && atom.relation == relation
        && rule.conditions.is_empty()
        && rule.negative.is_empty()
        && atom.terms.len() == rule.head.terms.len()
        && atom.terms.iter().zip(&rule.head.terms).all(|(term, head)| match (term, head) {
            (Term::Variable(a), HeadTerm::Expr(Expr::Variable(b))) => a == b && used.insert(*a),
            _ => false,
        })
}

/// A rule as numbers: equal for rules that are equal up to spans and names of variables.
fn encode(rule: &Rule) -> Vec<u64> {
    let mut code = Vec::with_capacity(32);
    code.push(rule.kind as u64);
    match &rule.location {
        None => code.push(0),
        Some(term) => encode_term(term, &mut code),
    }
    code.push(u64::from(rule.head.relation.0));
    match &rule.head.destination {
        Destination::Here => code.push(0),
        Destination::Everywhere => code.push(1),
        Destination::At(expr) => {
            code.push(2);
            encode_expr(expr, &mut code);
        }
    }
    code.push(rule.head.terms.len() as u64);
    for term in &rule.head.terms {
        match term {
            HeadTerm::Expr(expr) => encode_expr(expr, &mut code),
            HeadTerm::Aggregate(aggregate) => {
                code.extend([10 + aggregate.function as u64, u64::from(aggregate.variable.0)]);
                code.push(aggregate.keys.len() as u64);
                code.extend(aggregate.keys.iter().map(|key| u64::from(key.0)));
            }
        }
    }
    code.push(rule.positive.len() as u64);
    for atom in &rule.positive {
        code.extend([u64::from(atom.relation.0), atom.time.unwrap_or(0), atom.terms.len() as u64]);
        atom.terms.iter().for_each(|term| encode_term(term, &mut code));
    }
    code.push(rule.conditions.len() as u64);
    for condition in &rule.conditions {
        match condition {
            Condition::Compare { comparator, left, right, .. } => {
                code.push(1 + *comparator as u64);
                encode_expr(left, &mut code);
                encode_expr(right, &mut code);
            }
            Condition::Bind { variable, value, .. } => {
                code.extend([0, u64::from(variable.0)]);
                encode_expr(value, &mut code);
            }
        }
    }
    code.push(rule.negative.len() as u64);
    for atom in &rule.negative {
        code.extend([u64::from(atom.relation.0), atom.time.unwrap_or(0), atom.terms.len() as u64]);
        for term in &atom.terms {
            match term {
                NegatedTerm::Expr(expr) => encode_expr(expr, &mut code),
                NegatedTerm::Existential(number) => code.extend([9, u64::from(*number)]),
            }
        }
    }
    code
}

fn encode_term(term: &Term, code: &mut Vec<u64>) {
    match term {
        Term::Constant(value) => encode_value(*value, code),
        Term::Variable(variable) => code.extend([3, u64::from(variable.0)]),
        Term::Anonymous => code.push(4),
    }
}

fn encode_expr(expr: &Expr, code: &mut Vec<u64>) {
    match expr {
        Expr::Constant(value) => encode_value(*value, code),
        Expr::Variable(variable) => code.extend([3, u64::from(variable.0)]),
        Expr::Negate(operand) => {
            code.push(5);
            encode_expr(operand, code);
        }
        Expr::Binary(operator, left, right) => {
            code.extend([6, *operator as u64]);
            encode_expr(left, code);
            encode_expr(right, code);
        }
    }
}

fn encode_value(value: Value, code: &mut Vec<u64>) {
    match value {
        Value::Int(i) => code.extend([1, i as u64]),
        Value::Symbol(id) => code.extend([2, u64::from(id.0)]),
    }
}
