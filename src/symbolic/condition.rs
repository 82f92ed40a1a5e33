//! Conditions on unknown constants, and what they are in SMT-LIB.
//!
//! All values lie on one line of integers, as the language orders them (semantics §1): an integer is itself, symbols follow from 2⁶³ on, in the
//! order of their bytes. Between two neighbouring symbols of the program as many places are free as there are other symbols
//! between them, or as there are unknowns if that is less: more can never be told apart.

use super::term::{Term, TermId, Terms};
use crate::program::rule::{BinaryOperator, Comparator};
use crate::program::{Program, SymbolId, Value};
use crate::syntax::ast::{self, Assumption, ExprKind, TermKind};
use crate::syntax::unknowns::{Unknowns, Valuation};
use std::fmt::Write as _;

/// The place of the first symbol, one past the greatest integer.
pub const SYMBOLS: i128 = 1 << 63;

/// Something that can be asked of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Whether the first is less than the second.
    Less(TermId, TermId),
    /// Whether they are equal; the lesser id comes first.
    Equal(TermId, TermId),
    /// Whether it is an integer.
    Integer(TermId),
    /// Whether the result of arithmetic fits in 64 bits.
    Fits(TermId),
}

/// A question and its answer.
pub type Condition = (Question, bool);

/// The unknown constants of a program, or of several with the same symbols, as a solver sees them.
#[derive(Debug, Clone)]
pub struct Line {
    /// The names of the unknowns, without their mark; an unknown's number is an index.
    pub names: Vec<String>,
    /// The symbols that stand for unknowns in the program, with the number of each.
    pub stand_ins: Vec<(SymbolId, u32)>,
    /// By symbol: its place; of those that stand for unknowns, nothing.
    places: Vec<Option<i128>>,
    /// One past the last place.
    end: i128,
    /// The declarations of the unknowns, for a solver.
    pub declarations: String,
    /// What holds of them in every case: their ranges, and the program's assumptions.
    pub given: Vec<String>,
}

impl Line {
    /// The line of programs with the same symbols, in which `stand_ins` stand for `unknowns`.
    pub fn new(programs: &[&Program], unknowns: &Unknowns, stand_ins: &Valuation) -> Self {
        let program = programs[0];
        debug_assert!(programs.iter().all(|other| other.symbols == program.symbols));
        let names: Vec<String> = unknowns.constants.iter().map(|(name, _)| name.clone()).collect();
        let most = names.len().max(1);
        let mut found = Vec::new();
        for (number, name) in (0..).zip(&names) {
            if let Some(TermKind::Symbol(symbol)) = stand_ins.constants.get(name)
                && let Some(id) = program.symbols.get(symbol)
            {
                found.push((id, number));
            }
        }
        let mut places = Vec::with_capacity(program.symbols.len());
        let mut next = SYMBOLS;
        let mut before: Option<&str> = None;
        for id in (0..program.symbols.len() as u32).map(SymbolId) {
            if found.iter().any(|(stand_in, _)| *stand_in == id) {
                places.push(None);
                continue;
            }
            let symbol = program.symbols.name(id);
            next += i128::try_from(between(before, symbol).min(most)).unwrap_or(i128::MAX);
            places.push(Some(next));
            next += 1;
            before = Some(symbol);
        }
        let end = next + i128::try_from(most).unwrap_or(0);
        let mut line = Line { names, stand_ins: found, places, end, declarations: String::new(), given: Vec::new() };
        let integers = line.integers(programs);
        for (number, integer) in integers.into_iter().enumerate() {
            let _ = write!(line.declarations, "(declare-const u{number} Int)");
            let end = if integer { SYMBOLS } else { line.end };
            line.given.push(format!("(and (<= (- {SYMBOLS}) u{number}) (< u{number} {end}))"));
        }
        let assumed: Vec<String> = unknowns.assumptions.iter().map(|one| line.assumption(program, one)).collect();
        line.given.extend(assumed);
        line
    }

    /// The unknown for which a value stands.
    pub fn unknown(&self, value: Value) -> Option<u32> {
        let Value::Symbol(id) = value else { return None };
        self.stand_ins.iter().find(|(stand_in, _)| *stand_in == id).map(|(_, number)| *number)
    }

    /// The place of a known value.
    pub fn place(&self, value: Value) -> i128 {
        match value {
            Value::Int(integer) => i128::from(integer),
            Value::Symbol(id) => self.places[id.0 as usize].unwrap_or(self.end),
        }
    }

    /// The symbols of the program with their places, in order.
    pub fn symbols(&self) -> impl Iterator<Item = (SymbolId, i128)> {
        (0..).map(SymbolId).zip(&self.places).filter_map(|(id, place)| Some((id, (*place)?)))
    }

    /// For each unknown, whether it stands in a column that rules of some program take to hold integers.
    fn integers(&self, programs: &[&Program]) -> Vec<bool> {
        let mut integers = vec![false; self.names.len()];
        for (program, given) in
            programs.iter().flat_map(|program| program.facts.iter().map(move |fact| (program, fact)))
        {
            for (column, &value) in given.fact.values.iter().enumerate() {
                if let Some(number) = self.unknown(value) {
                    integers[number as usize] |= program.integers[given.fact.relation.0 as usize][column];
                }
            }
        }
        integers
    }

    /// An assumption. What it computes with are integers, and no divisor is zero.
    fn assumption(&self, program: &Program, assumption: &Assumption) -> String {
        let mut needs = Vec::new();
        let left = self.assumed(program, &assumption.left, &mut needs);
        let right = self.assumed(program, &assumption.right, &mut needs);
        needs.push(compared(assumption.comparator, &left, &right));
        format!("(and {})", needs.join(" "))
    }

    fn assumed(&self, program: &Program, expr: &ast::Expr, needs: &mut Vec<String>) -> String {
        let mut operand = |expr: &ast::Expr| {
            let text = self.assumed(program, expr, needs);
            needs.push(format!("(< {text} {SYMBOLS})"));
            text
        };
        match &expr.kind {
            ExprKind::Term(TermKind::Unknown(name)) => {
                let number = self.names.iter().position(|known| known == name);
                format!("u{}", number.expect("internal error: an assumption about an unknown that stands in no fact"))
            }
            ExprKind::Term(TermKind::Integer(integer)) => number(i128::from(*integer)),
            ExprKind::Term(TermKind::Symbol(symbol)) => {
                let id = program.symbols.get(symbol);
                number(self.place(Value::Symbol(id.expect("internal error: a symbol that the program does not have"))))
            }
            ExprKind::Term(_) => unreachable!("internal error: an assumption about a variable"),
            ExprKind::Negate(inner) => format!("(- {})", operand(inner)),
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (operand(left), operand(right));
                if matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder) {
                    needs.push(format!("(not (= {right} 0))"));
                }
                arithmetic(*operator, &left, &right)
            }
        }
    }

    /// A term in SMT-LIB.
    fn term(&self, terms: &Terms, id: TermId) -> String {
        match terms.get(id) {
            Term::Known(value) => number(self.place(value)),
            Term::Unknown(number) => format!("u{number}"),
            Term::Negate(inner) => format!("(- {})", self.term(terms, inner)),
            Term::Binary(operator, left, right) => {
                arithmetic(operator, &self.term(terms, left), &self.term(terms, right))
            }
        }
    }

    /// A condition in SMT-LIB.
    pub fn condition(&self, terms: &Terms, (question, holds): Condition) -> String {
        let text = match question {
            Question::Less(left, right) => format!("(< {} {})", self.term(terms, left), self.term(terms, right)),
            Question::Equal(left, right) => format!("(= {} {})", self.term(terms, left), self.term(terms, right)),
            Question::Integer(term) => format!("(< {} {SYMBOLS})", self.term(terms, term)),
            Question::Fits(term) => {
                let term = self.term(terms, term);
                format!("(and (<= (- {SYMBOLS}) {term}) (< {term} {SYMBOLS}))")
            }
        };
        if holds { text } else { format!("(not {text})") }
    }
}

/// A condition for people.
pub fn show((question, holds): Condition, terms: &Terms, program: &Program, names: &[String]) -> String {
    let term = |id: TermId| terms.show(id, program, names);
    match question {
        Question::Less(left, right) => format!("{} {} {}", term(left), if holds { "<" } else { ">=" }, term(right)),
        Question::Equal(left, right) => format!("{} {} {}", term(left), if holds { "==" } else { "!=" }, term(right)),
        Question::Integer(id) => format!("{} is {}", term(id), if holds { "an integer" } else { "a symbol" }),
        Question::Fits(id) => format!("{} {} in 64 bits", term(id), if holds { "fits" } else { "does not fit" }),
    }
}

/// How many symbols there are between two, or before the second: `usize::MAX` for infinitely many. Only zero bytes make a next symbol.
fn between(before: Option<&str>, symbol: &str) -> usize {
    let (rest, own) = match before {
        None => (Some(symbol), 0),
        Some(before) => (symbol.strip_prefix(before), 1),
    };
    match rest {
        Some(zeros) if zeros.bytes().all(|byte| byte == 0) => zeros.len() - own,
        _ => usize::MAX,
    }
}

/// An integer in SMT-LIB, which has no negative literals.
pub fn number(value: i128) -> String {
    if value < 0 { format!("(- {})", value.unsigned_abs()) } else { value.to_string() }
}

fn compared(comparator: Comparator, left: &str, right: &str) -> String {
    match comparator {
        Comparator::Eq => format!("(= {left} {right})"),
        Comparator::Ne => format!("(not (= {left} {right}))"),
        Comparator::Lt => format!("(< {left} {right})"),
        Comparator::Le => format!("(<= {left} {right})"),
        Comparator::Gt => format!("(> {left} {right})"),
        Comparator::Ge => format!("(>= {left} {right})"),
    }
}

/// Division truncates toward zero and the remainder follows the dividend, where SMT-LIB's keep the remainder positive.
fn arithmetic(operator: BinaryOperator, left: &str, right: &str) -> String {
    let quotient = || format!("(ite (>= {left} 0) (div {left} {right}) (- (div (- {left}) {right})))");
    match operator {
        BinaryOperator::Add => format!("(+ {left} {right})"),
        BinaryOperator::Subtract => format!("(- {left} {right})"),
        BinaryOperator::Multiply => format!("(* {left} {right})"),
        BinaryOperator::Divide => quotient(),
        BinaryOperator::Remainder => format!("(- {left} (* {right} {}))", quotient()),
    }
}
