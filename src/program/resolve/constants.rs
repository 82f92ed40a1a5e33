//! The symbols of a program, numbered in byte order, and the values of constant expressions.
//!
//! No rule makes a new symbol, so one pass over the trees (and the names of `--nodes`) finds them all.

use crate::diagnostic::{Diagnostic, codes};
use crate::program::{SymbolId, Symbols, Value};
use crate::syntax::ast::{Argument, Ast, Atom, BinaryOperator, Declaration, Expr, ExprKind, ItemKind, LiteralKind};
use crate::syntax::ast::{Term, TermKind};
use rustc_hash::FxHashMap;

/// Every symbol with its number.
pub struct Constants<'a> {
    ids: FxHashMap<&'a str, SymbolId>,
    /// The table of the program.
    pub symbols: Symbols,
}

impl<'a> Constants<'a> {
    /// The symbols of the trees and of `others`.
    pub fn collect(trees: &'a [Ast], others: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Found::default();
        for name in others {
            found.symbol(name);
        }
        for item in trees.iter().flat_map(|tree| &tree.items) {
            match &item.kind {
                ItemKind::Include(_) => {}
                ItemKind::Declaration(Declaration::Nodes(nodes)) => nodes.iter().for_each(|node| found.term(node)),
                ItemKind::Declaration(Declaration::Assume(assumptions)) => {
                    for assumption in assumptions {
                        found.expr(&assumption.left);
                        found.expr(&assumption.right);
                    }
                }
                ItemKind::Declaration(_) => {}
                ItemKind::Fact(fact) => found.atom(&fact.atom),
                ItemKind::Rule(rule) => {
                    found.atom(&rule.head);
                    for literal in &rule.body {
                        match &literal.kind {
                            LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => found.atom(atom),
                            LiteralKind::Comparison(left, _, right) => {
                                found.expr(left);
                                found.expr(right);
                            }
                        }
                    }
                }
            }
        }
        let symbols = Symbols::new(found.names.iter().map(|name| (*name).to_string()));
        let mut ids = found.numbers;
        for name in found.names {
            let id = symbols.get(name).expect("the table was made of these names");
            ids.insert(name, id);
        }
        Constants { ids, symbols }
    }

    /// The symbol of this name.
    ///
    /// # Panics
    /// If the name is not among those collected.
    pub fn symbol(&self, name: &str) -> Value {
        Value::Symbol(self.ids[name])
    }

    /// The value of a constant term; `None` for a variable, `_` and what is unknown.
    pub fn value(&self, term: &TermKind) -> Option<Value> {
        match term {
            TermKind::Integer(i) => Some(Value::Int(*i)),
            TermKind::Symbol(name) => Some(self.symbol(name)),
            TermKind::Variable(_) | TermKind::Anonymous | TermKind::Unknown(_) => None,
        }
    }

    /// The value of an expression without variables.
    ///
    /// # Errors
    /// What keeps it from having one.
    pub fn evaluate(&self, expr: &Expr) -> Result<Value, Box<Diagnostic>> {
        match &expr.kind {
            ExprKind::Term(term) => self.value(term).ok_or_else(|| {
                if let TermKind::Unknown(name) = term {
                    let message = format!("a fact has the unknown `?{name}`, and a value is needed here");
                    return Box::new(Diagnostic::at(codes::VALUES_NEEDED, expr.span, message, "not known"));
                }
                let name = match term {
                    TermKind::Variable(name) => name.as_str(),
                    _ => "_",
                };
                let message = format!("a fact has the variable `{name}`");
                Box::new(
                    Diagnostic::at(codes::VARIABLE_IN_FACT, expr.span, message, "not a constant")
                        .help("symbols start with a lower-case letter or stand in quotes"),
                )
            }),
            ExprKind::Negate(operand) => {
                let value = self.integer(operand)?;
                value.checked_neg().map(Value::Int).ok_or_else(|| beyond(expr))
            }
            ExprKind::Binary(operator, left, right) => {
                let (left, right_value) = (self.integer(left)?, self.integer(right)?);
                if right_value == 0 && matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder) {
                    return Err(Box::new(Diagnostic::at(
                        codes::CONSTANT_WITHOUT_VALUE,
                        expr.span,
                        "a fact divides by zero",
                        "has no value",
                    )));
                }
                let value = match operator {
                    BinaryOperator::Add => left.checked_add(right_value),
                    BinaryOperator::Subtract => left.checked_sub(right_value),
                    BinaryOperator::Multiply => left.checked_mul(right_value),
                    BinaryOperator::Divide => left.checked_div(right_value),
                    // The one remainder that overflows the instruction, i64::MIN % -1, is 0.
                    BinaryOperator::Remainder => Some(left.wrapping_rem(right_value)),
                };
                value.map(Value::Int).ok_or_else(|| beyond(expr))
            }
        }
    }

    fn integer(&self, expr: &Expr) -> Result<i64, Box<Diagnostic>> {
        match self.evaluate(expr)? {
            Value::Int(i) => Ok(i),
            Value::Symbol(id) => Err(Box::new(symbol_operand(self.symbols.name(id), expr))),
        }
    }
}

/// Arithmetic on a symbol that stands there in so many letters.
pub fn symbol_operand(name: &str, expr: &Expr) -> Diagnostic {
    let message = format!("arithmetic on the symbol `{name}`");
    Diagnostic::at(codes::ARITHMETIC_ON_SYMBOL, expr.span, message, "not an integer")
        .help("only integers can be added, subtracted, multiplied and divided")
}

fn beyond(expr: &Expr) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::at(codes::CONSTANT_WITHOUT_VALUE, expr.span, "a constant is beyond 64 bits", "has no value here")
            .help("integers go from -9223372036854775808 to 9223372036854775807"),
    )
}

/// Names in the order in which they are found, each once.
#[derive(Default)]
struct Found<'a> {
    names: Vec<&'a str>,
    numbers: FxHashMap<&'a str, SymbolId>,
}

impl<'a> Found<'a> {
    fn symbol(&mut self, name: &'a str) {
        if self.numbers.insert(name, SymbolId(0)).is_none() {
            self.names.push(name);
        }
    }

    fn kind(&mut self, kind: &'a TermKind) {
        if let TermKind::Symbol(name) = kind {
            self.symbol(name);
        }
    }

    fn term(&mut self, term: &'a Term) {
        self.kind(&term.kind);
    }

    fn atom(&mut self, atom: &'a Atom) {
        if let Some(location) = &atom.location {
            self.term(location);
        }
        for argument in &atom.arguments {
            match argument {
                Argument::Expr(expr) => self.expr(expr),
                Argument::Aggregate(_) => {}
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Term(kind) => self.kind(kind),
            ExprKind::Negate(operand) => self.expr(operand),
            ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
        }
    }
}
