//! Where the named variables of a rule stand: those found only in one negated atom are existential there.

use super::location::Whereabouts;
use super::relations::{Draft, Literal, Located, Place};
use crate::source::Span;
use crate::syntax::ast::{Argument, Expr, ExprKind, TermKind};
use rustc_hash::FxHashMap;

/// Where the named variables of a rule stand.
#[derive(Default)]
pub struct Occurrences<'a> {
    /// The one negated atom, by literal, that has it and no expression around it; `None` if it stands elsewhere.
    places: FxHashMap<&'a str, Option<usize>>,
    /// The first negated atom with it.
    negated: FxHashMap<&'a str, Span>,
}

impl<'a> Occurrences<'a> {
    /// Reads a rule. `located` says that locations are terms of the atoms.
    pub fn of(draft: &Draft<'a>, place: &Whereabouts<'a>, located: bool) -> Self {
        let mut found = Occurrences::default();
        if let (false, Place::Variable(name)) = (located, place.own) {
            found.note(name, None);
        }
        found.atom(&draft.head, None, true);
        for (i, literal) in draft.body.iter().enumerate() {
            match literal {
                Literal::Positive(atom) => found.atom(atom, None, located),
                Literal::Negative(atom) => {
                    found.atom(atom, Some(i), located);
                    for name in atom.columns.iter().filter_map(plain) {
                        found.negated.entry(name).or_insert(atom.span);
                    }
                }
                Literal::Comparison(left, _, right, _) => {
                    found.expr(left);
                    found.expr(right);
                }
            }
        }
        found
    }

    /// Whether the rule names the variable.
    pub fn contains(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The first negated atom that has the variable as an argument.
    pub fn negated(&self, name: &str) -> Option<Span> {
        self.negated.get(name).copied()
    }

    fn note(&mut self, name: &'a str, negated: Option<usize>) {
        let place = self.places.entry(name).or_insert(negated);
        if *place != negated {
            *place = None;
        }
    }

    fn atom(&mut self, atom: &Located<'a>, negated: Option<usize>, located: bool) {
        if let (true, Place::Variable(name)) = (located, atom.place) {
            self.note(name, negated);
        }
        if let (true, Place::Computed(argument)) = (located, atom.place) {
            self.argument(argument, negated);
        }
        for argument in atom.columns {
            self.argument(argument, negated);
        }
    }

    fn argument(&mut self, argument: &'a Argument, negated: Option<usize>) {
        match argument {
            Argument::Expr(expr) => match &expr.kind {
                ExprKind::Term(TermKind::Variable(name)) => self.note(name, negated),
                _ => self.expr(expr),
            },
            Argument::Aggregate(aggregate) => {
                self.note(&aggregate.variable.text, None);
                for key in &aggregate.keys {
                    self.note(&key.text, None);
                }
            }
        }
    }

    /// What stands within an expression or a comparison has to be bound.
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Term(TermKind::Variable(name)) => self.note(name, None),
            ExprKind::Term(_) => {}
            ExprKind::Negate(operand) => self.expr(operand),
            ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
        }
    }

    /// Whether the variable is found in this negated atom only.
    pub fn existential(&self, name: &str, literal: usize) -> bool {
        self.places.get(name) == Some(&Some(literal))
    }
}

/// An argument that is a variable and nothing else.
fn plain(argument: &Argument) -> Option<&str> {
    match argument {
        Argument::Expr(Expr { kind: ExprKind::Term(TermKind::Variable(name)), .. }) => Some(name),
        _ => None,
    }
}
