//! The answer-set reading of a program: its runs up to a horizon are the answer sets of [`THEORY`] and [`to_asp`] (semantics §2).
//!
//! The theory holds what is the same for all programs (schedule, local clocks, choice of arrival, causality), after
//! Ameloot et al., TPLP 2016, with one difference: transitions are numbered globally, one node steps at each, so that causality is `<` on
//! them and an answer set is a run and not a class of runs. What is written here is one program: a fact is a term
//! `r(v, …)`, a rule is a rule over [`holds`, `keeps`, `sends`](rules), and since every negation stays within one transition,
//! stratified negation means the same in both languages.
//!
//! Symbols are written as strings: answer-set solvers order integers below strings and strings by bytes, as the language does.
//! Integers are read within ±[`MOST`] only, because solvers compute in 32 bits and wrap silently; a step that would leave
//! that range has an atom `beyond(T)`, and then the answer sets say nothing about it.

mod rules;

use crate::program::{Fact, Program, RelationId, Value, When};
use std::fmt::Write as _;

/// The rules that are the same for every program (`theories/dedalus.lp`).
pub const THEORY: &str = include_str!("../../theories/dedalus.lp");

/// The greatest absolute value of an integer in the answer-set reading: two of them can be added in 32 bits.
pub const MOST: i64 = 1_000_000_000;

/// The greatest absolute value of a term of a `sum`: a thousand of them can be added.
pub const MOST_TERM: i64 = 1_000_000;

/// Why a program has no answer-set reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// A constant or the step of an event is too large.
    #[error("the integer {0} is beyond {MOST}, the greatest that the answer-set reading takes")]
    Integer(i128),
    /// A symbol has a zero byte, at which solvers cut their strings.
    #[error("the symbol {0:?} contains a zero byte, which answer-set solvers do not take")]
    Symbol(String),
    /// A rule joins across nodes, which has a meaning under synchronous rounds only.
    #[error("a rule joins across nodes; the answer-set reading is of asynchronous runs")]
    AcrossNodes,
}

/// The program as answer-set rules, to be read together with [`THEORY`]. Observer rules are left out: they are no part of runs.
/// Linear in the program, but for rules with many arithmetic operations, each of which repeats the body before it.
///
/// # Errors
/// If the program has no answer-set reading.
pub fn to_asp(program: &Program) -> Result<String, Unsupported> {
    if !program.synchronous.is_empty() {
        return Err(Unsupported::AcrossNodes);
    }
    let mut text = String::new();
    for &node in &program.nodes {
        let _ = writeln!(text, "node({}).", value_term(program, node)?);
    }
    for (relation, _) in program.relations.iter().enumerate().filter(|(_, relation)| relation.builtin) {
        let fact = fact_of(program, RelationId(relation as u32), &["M".to_string()]);
        let _ = writeln!(text, "static(N,{fact}) :- node(N), node(M).");
    }
    for given in &program.facts {
        let node = value_term(program, program.node_value(given.node))?;
        let fact = fact_term(program, &given.fact)?;
        let _ = match given.when {
            When::Always => writeln!(text, "static({node},{fact})."),
            When::Step(step) if i128::from(step) > i128::from(MOST) => return Err(Unsupported::Integer(step.into())),
            When::Step(step) => writeln!(text, "event({node},{step},{fact})."),
        };
    }
    for number in 0..program.rules.len() {
        rules::write(program, number, &mut text)?;
    }
    Ok(text)
}

/// A fact as it stands in `holds`, `delivered` and the other atoms of an answer set, letter by letter as solvers print it.
///
/// # Errors
/// If one of its values cannot be written.
pub fn fact_term(program: &Program, fact: &Fact) -> Result<String, Unsupported> {
    let values: Result<Vec<String>, _> = fact.values.iter().map(|&value| value_term(program, value)).collect();
    Ok(fact_of(program, fact.relation, &values?))
}

/// A value as it stands in atoms.
///
/// # Errors
/// If it cannot be written.
pub fn value_term(program: &Program, value: Value) -> Result<String, Unsupported> {
    match value {
        Value::Int(i) if i.unsigned_abs() > MOST.unsigned_abs() => Err(Unsupported::Integer(i.into())),
        Value::Int(i) => Ok(i.to_string()),
        Value::Symbol(id) => quote(program.symbols.name(id)),
    }
}

fn quote(symbol: &str) -> Result<String, Unsupported> {
    if symbol.contains('\0') {
        return Err(Unsupported::Symbol(symbol.to_string()));
    }
    Ok(format!("\"{}\"", symbol.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"")))
}

/// `name(columns)`, where `name` can be written so and no other relation is; else `relation("name",columns)`.
fn fact_of(program: &Program, relation: RelationId, columns: &[String]) -> String {
    let relation = program.relation(relation);
    let name = &relation.name;
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !["not", "relation"].contains(&name.as_str())
        && (name != "node" || relation.builtin);
    let (functor, first) = if plain { (name.as_str(), None) } else { ("relation", Some(format!("\"{name}\""))) };
    let arguments: Vec<&str> = first.iter().chain(columns).map(String::as_str).collect();
    if arguments.is_empty() { functor.to_string() } else { format!("{functor}({})", arguments.join(",")) }
}
