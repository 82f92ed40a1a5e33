//! Where the named variables of a rule stand: those found only in one negated atom are existential there.

use super::location::Whereabouts;
use super::relations::{Draft, Literal, Located, Place};
use crate::program::VariableId;
use crate::source::Span;
use crate::syntax::ast::{Argument, Expr, ExprKind, TermKind};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// The named variables of a rule.
pub struct Occurrences<'a> {
    of: FxHashMap<&'a str, Occurrence>,
}

/// Where one variable stands.
#[derive(Default)]
pub struct Occurrence {
    /// Its number in the checked rule, once it has one.
    pub number: Option<VariableId>,
    /// The first negated atom that has it as an argument.
    pub negated: Option<Span>,
    /// The negated atom, by literal, to which it is confined.
    confined: Option<usize>,
}

impl<'a> Occurrences<'a> {
    /// Reads a rule. `located` says that locations are terms of the atoms.
    pub fn read(draft: &Draft<'a>, place: &Whereabouts<'a>, located: bool) -> Self {
        // Few rules have more variables; one allocation does for them.
        let mut found = Occurrences { of: FxHashMap::with_capacity_and_hasher(7, FxBuildHasher) };
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
                        found.of.entry(name).or_default().negated.get_or_insert(atom.span);
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

    /// The variable of this name, if the rule has one.
    pub fn get(&self, name: &str) -> Option<&Occurrence> {
        self.of.get(name)
    }

    /// The variable of this name.
    pub fn of(&mut self, name: &'a str) -> &mut Occurrence {
        self.of.entry(name).or_default()
    }

    /// Whether the variable is found in this negated atom only, and in no expression.
    pub fn existential(&self, name: &str, literal: usize) -> bool {
        self.get(name).is_some_and(|occurrence| occurrence.confined == Some(literal))
    }

    fn note(&mut self, name: &'a str, negated: Option<usize>) {
        let occurrence = self.of.entry(name).or_insert(Occurrence { number: None, negated: None, confined: negated });
        if occurrence.confined != negated {
            occurrence.confined = None;
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
}

/// An argument that is a variable and nothing else.
fn plain(argument: &Argument) -> Option<&str> {
    match argument {
        Argument::Expr(Expr { kind: ExprKind::Term(TermKind::Variable(name)), .. }) => Some(name),
        _ => None,
    }
}
