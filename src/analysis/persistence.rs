//! Rules that keep a relation's facts from one step to the next.
//!
//! *Exact* persistence, `p(X̄)@next :- p(X̄)` with distinct variables, keeps every fact; it is what *guards* a relation
//! that heads an async rule (semantics §4). *Narrowing* persistence, `p(X̄)@next :- p(X̄), …`, keeps those facts
//! that pass the rest of the body and never makes another: Dedalus' idiom for a mutable relation is one with `notin p_del(X̄)`.

use crate::program::{Atom, Expr, HeadTerm, Kind, Program, Rule, RuleKind, Term};

/// Whether `rule` is the exact persistence of its head: inductive, one positive atom of the same relation, the same
/// distinct variables on both sides (the location's among them), and nothing else.
pub fn is_exact_persistence(program: &Program, rule: &Rule) -> bool {
    let [atom] = rule.positive.as_slice() else { return false };
    if narrowing_atom(rule) != Some(0) || !rule.conditions.is_empty() || !rule.negative.is_empty() {
        return false;
    }
    let mut seen = vec![false; rule.variables.len()];
    let mut fresh = |term: &Term| match term {
        Term::Variable(variable) => seen.get_mut(variable.0 as usize).is_some_and(|s| !std::mem::replace(s, true)),
        Term::Constant(_) | Term::Anonymous => false,
    };
    let located = match &rule.location {
        Some(Term::Anonymous) | None => true,
        Some(location) => fresh(location),
    };
    located && atom.terms.len() == program.relation(atom.relation).arity && atom.terms.iter().all(fresh)
}

/// For a narrowing persistence, the positive atom that the head repeats, as index into [`Rule::positive`].
pub fn narrowing_atom(rule: &Rule) -> Option<usize> {
    if rule.kind != RuleKind::Inductive {
        return None;
    }
    rule.positive.iter().position(|atom| repeats(rule, atom))
}

fn repeats(rule: &Rule, atom: &Atom) -> bool {
    let same = |(head, term): (&HeadTerm, &Term)| match (head, term) {
        (HeadTerm::Expr(Expr::Variable(a)), Term::Variable(b)) => a == b,
        (HeadTerm::Expr(Expr::Constant(a)), Term::Constant(b)) => a == b,
        _ => false,
    };
    atom.relation == rule.head.relation
        && atom.time.is_none()
        && atom.terms.len() == rule.head.terms.len()
        && rule.head.terms.iter().zip(&atom.terms).all(same)
}

/// Which relations have their exact persistence rule, by [`crate::program::RelationId`].
pub fn guarded(program: &Program) -> Vec<bool> {
    heads(program, |rule| is_exact_persistence(program, rule))
}

/// Which relations are kept unless something is said against it: a narrowing persistence whose other positive atoms are
/// on static EDB relations. By [`crate::program::RelationId`]; the guarded ones are among them.
pub fn persisted(program: &Program) -> Vec<bool> {
    heads(program, |rule| {
        narrowing_atom(rule).is_some_and(|kept| {
            let fixed = |atom: &Atom| program.relation(atom.relation).kind == Kind::Static;
            rule.positive.iter().enumerate().all(|(index, atom)| index == kept || fixed(atom))
        })
    })
}

fn heads(program: &Program, wanted: impl Fn(&Rule) -> bool) -> Vec<bool> {
    let mut marked = vec![false; program.relations.len()];
    for rule in program.rules.iter().filter(|rule| wanted(rule)) {
        marked[rule.head.relation.0 as usize] = true;
    }
    marked
}
