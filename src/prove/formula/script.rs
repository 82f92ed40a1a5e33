//! Declarations and assertions in SMT-LIB, and how formulas are put together.

use crate::prove::theory::assertions;
use std::fmt::Write as _;

/// Declarations and assertions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// SMT-LIB.
    pub text: String,
    /// How many assertions it has.
    pub assertions: usize,
    /// Meanings of predicates that stand after all of these are declared.
    waiting: Vec<String>,
}

impl Script {
    /// Adds the declaration of a predicate over values.
    pub fn predicate(&mut self, name: &str, arity: usize) {
        let sorts = vec!["Value"; arity].join(" ");
        let _ = writeln!(self.text, "(declare-fun {name} ({sorts}) Bool)");
    }

    /// Adds the declaration of a predicate, and at the next [`Script::settle`] what it means: a formula over `a0`, `a1`, ….
    pub fn definition(&mut self, name: &str, arity: usize, meaning: &str) {
        self.predicate(name, arity);
        let formals: Vec<String> = (0..arity).map(formal).collect();
        self.waiting.push(for_all(&formals, &format!("(= {} {meaning})", apply(name, &formals))));
    }

    /// Asserts that each nonempty set of rows that agree in the columns `key` has one that is greatest (or least) in `column`: sets of facts are finite. Without it
    /// a solver finds infinite ones that have no greatest member.
    pub fn extreme(&mut self, name: &str, arity: usize, column: usize, key: &[usize], greatest: bool) {
        let row: Vec<String> = (0..arity).map(formal).collect();
        let given: Vec<String> = key.iter().map(|&column| row[column].clone()).collect();
        let which = if greatest { "greatest" } else { "least" };
        let columns: Vec<String> = key.iter().map(ToString::to_string).collect();
        let mut best = row.clone();
        for (other, place) in best.iter_mut().enumerate().filter(|(other, _)| !key.contains(other)) {
            let function = format!("{which}.{name}.{column}.{}.{other}", columns.join("_"));
            let _ = writeln!(self.text, "(declare-fun {function} ({}) Value)", vec!["Value"; key.len()].join(" "));
            *place = apply(&function, &given);
        }
        let (less, more) = if greatest { (&row[column], &best[column]) } else { (&best[column], &row[column]) };
        let present = apply(name, &row);
        let formula = format!("(=> {present} (and {} (le {less} {more})))", apply(name, &best));
        self.assert(&for_all(&row, &format!("(! {formula} :pattern ({present}))")));
    }

    /// Asserts what predicates mean that have been defined: each may be read by the others.
    pub fn settle(&mut self) {
        for meaning in std::mem::take(&mut self.waiting) {
            self.assert(&meaning);
        }
    }

    /// Adds constants.
    pub fn constants(&mut self, names: &[String]) {
        for name in names {
            let _ = writeln!(self.text, "(declare-const {name} Value)");
        }
    }

    /// Adds an assertion.
    pub fn assert(&mut self, formula: &str) {
        self.assertions += 1;
        let _ = writeln!(self.text, "(assert {formula})");
    }

    /// A text with so many assertions.
    pub fn of(text: &str, assertions: usize) -> Self {
        Script { assertions, text: text.to_string(), waiting: Vec::new() }
    }

    /// A theory file, whole.
    pub(super) fn theory(text: &str) -> Self {
        Script::of(text, assertions(text))
    }
}

/// The `i`th argument of a predicate's meaning.
pub fn formal(i: usize) -> String {
    format!("a{i}")
}

/// A predicate of arguments.
pub fn apply(name: &str, arguments: &[String]) -> String {
    if arguments.is_empty() { name.to_string() } else { format!("({name} {})", arguments.join(" ")) }
}

/// All of these hold.
pub fn and(parts: &[String]) -> String {
    many("and", "true", parts)
}

/// One of these holds.
pub fn or(parts: &[String]) -> String {
    many("or", "false", parts)
}

fn many(operator: &str, none: &str, parts: &[String]) -> String {
    match parts {
        [] => none.to_string(),
        [one] => one.clone(),
        _ => format!("({operator} {})", parts.join(" ")),
    }
}

/// A formula for all values of some variables.
pub fn for_all(variables: &[String], formula: &str) -> String {
    quantified("forall", variables, formula)
}

/// All sets of the first `n` columns, of five at most, smaller ones first, each in order.
pub fn subsets(n: usize) -> Vec<Vec<usize>> {
    let n = n.min(5);
    let mut all: Vec<Vec<usize>> = (0..1u32 << n).map(|bits| (0..n).filter(|i| bits >> i & 1 == 1).collect()).collect();
    all.sort_by_key(|columns: &Vec<usize>| (columns.len(), columns.clone()));
    all
}

/// A formula for some values of some variables.
pub(super) fn exists(variables: &[String], formula: &str) -> String {
    quantified("exists", variables, formula)
}

fn quantified(quantifier: &str, variables: &[String], formula: &str) -> String {
    if variables.is_empty() {
        return formula.to_string();
    }
    let bound: Vec<String> = variables.iter().map(|variable| format!("({variable} Value)")).collect();
    format!("({quantifier} ({}) {formula})", bound.join(" "))
}
