//! Terms over unknown constants, interned: equal terms have equal ids, so the same term is never compared with itself.

use crate::program::rule::BinaryOperator;
use crate::program::{Program, Value};
use rustc_hash::FxHashMap;

/// A term, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(u32);

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// A known value.
    Known(Value),
    /// An unknown constant, by number.
    Unknown(u32),
    /// Unary minus.
    Negate(TermId),
    /// An operation on integers.
    Binary(BinaryOperator, TermId, TermId),
}

/// The terms of an evaluation.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    list: Vec<Term>,
    index: FxHashMap<Term, TermId>,
}

impl Terms {
    /// The id of a term.
    pub fn id(&mut self, term: Term) -> TermId {
        *self.index.entry(term).or_insert_with(|| {
            self.list.push(term);
            TermId(self.list.len() as u32 - 1)
        })
    }

    /// The term.
    pub fn get(&self, id: TermId) -> Term {
        self.list[id.0 as usize]
    }

    /// The value of a term that has no unknown in it.
    pub fn known(&self, id: TermId) -> Option<Value> {
        match self.get(id) {
            Term::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The term as the program would write it; an unknown by its name.
    pub fn show(&self, id: TermId, program: &Program, names: &[String]) -> String {
        match self.get(id) {
            Term::Known(value) => program.show_value(value),
            Term::Unknown(number) => format!("?{}", names[number as usize]),
            Term::Negate(inner) => format!("-({})", self.show(inner, program, names)),
            Term::Binary(operator, left, right) => {
                let side = |id: TermId| {
                    let shown = self.show(id, program, names);
                    if matches!(self.get(id), Term::Binary(..)) { format!("({shown})") } else { shown }
                };
                format!("{} {operator} {}", side(left), side(right))
            }
        }
    }
}
