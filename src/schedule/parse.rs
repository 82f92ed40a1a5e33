//! A schedule from its text, and facts as a schedule names them; the other direction is [`Schedule::show`].

use super::{Schedule, ScheduledStep};
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::program::{Fact, LocatedFact, NodeId, Program, Spelling, Value};
use crate::source::SourceMap;
use crate::syntax::ast::{Argument, Atom, ExprKind, Term, TermKind};
use crate::syntax::parser;
use crate::syntax::schedule_tree::StepPhrase;
use std::collections::BTreeMap;

/// Reads a schedule of `program`. `name` is what diagnostics call the text.
///
/// # Errors
/// Every mistake of the text, and the map that their spans point into.
pub fn parse(program: &Program, name: &str, text: &str) -> Result<Schedule, (SourceMap, Vec<Diagnostic>)> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let (phrase, mut diagnostics) = parser::parse_steps(&sources, file);
    let mut read = |steps: &[StepPhrase]| -> Vec<ScheduledStep> {
        steps.iter().filter_map(|step| read_step(program, step, &mut diagnostics)).collect()
    };
    let schedule = Schedule { stem: read(&phrase.stem), cycle: read(&phrase.cycle) };
    if any_error(&diagnostics) { Err((sources, diagnostics)) } else { Ok(schedule) }
}

/// Reads one fact that says where it holds, such as the fact of a witness. `name` is what diagnostics call the text.
///
/// # Errors
/// As for [`parse`].
pub fn parse_fact(program: &Program, name: &str, text: &str) -> Result<LocatedFact, (SourceMap, Vec<Diagnostic>)> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let (atom, mut diagnostics) = parser::parse_fact(&sources, file);
    match atom.map(|atom| read_fact(program, &atom, None)) {
        Some(Ok(fact)) if !any_error(&diagnostics) => return Ok(fact),
        Some(Err(diagnostic)) => diagnostics.push(diagnostic),
        _ => {}
    }
    Err((sources, diagnostics))
}

/// Reads one fact that is delivered in a step of `node`.
///
/// # Errors
/// Every mistake of the text; spans point into a text that holds nothing else.
pub fn parse_delivery(program: &Program, node: NodeId, text: &str) -> Result<LocatedFact, Vec<Diagnostic>> {
    let mut sources = SourceMap::new();
    let file = sources.add("", text);
    let (atom, mut diagnostics) = parser::parse_fact(&sources, file);
    match atom.map(|atom| read_delivery(program, node, &atom)) {
        Some(Ok(fact)) if !any_error(&diagnostics) => return Ok(LocatedFact { node, fact }),
        Some(Err(diagnostic)) => diagnostics.push(diagnostic),
        _ => {}
    }
    Err(diagnostics)
}

/// A step of distinct facts with their numbers of copies.
pub(crate) fn step_of(node: NodeId, copies: impl IntoIterator<Item = Fact>) -> ScheduledStep {
    let mut deliver: BTreeMap<Fact, u64> = BTreeMap::new();
    for fact in copies {
        *deliver.entry(fact).or_insert(0) += 1;
    }
    ScheduledStep { node, deliver: deliver.into_iter().collect() }
}

fn read_step(program: &Program, step: &StepPhrase, diagnostics: &mut Vec<Diagnostic>) -> Option<ScheduledStep> {
    let node = match read_node(program, &step.node) {
        Ok(node) => node,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let mut copies = Vec::new();
    for atom in &step.deliver {
        match read_delivery(program, node, atom) {
            Ok(fact) => copies.push(fact),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    Some(step_of(node, copies))
}

/// The fact that an atom in the braces of a step of `node` names.
pub(crate) fn read_delivery(program: &Program, node: NodeId, atom: &Atom) -> Result<Fact, Diagnostic> {
    let located = read_fact(program, atom, Some(node))?;
    if located.node == node {
        return Ok(located.fact);
    }
    let message = format!(
        "{} is addressed to {}, but delivered in a step of {}",
        program.show_fact(located.node, &located.fact),
        program.show_node(located.node),
        program.show_node(node)
    );
    Err(Diagnostic::at(codes::DELIVERY_ELSEWHERE, atom.span, message, "of another node"))
}

/// The fact that an atom names. In the hash spelling an atom without location is at `here`, if that is given.
pub(crate) fn read_fact(program: &Program, atom: &Atom, here: Option<NodeId>) -> Result<LocatedFact, Diagnostic> {
    let no_fact = |span, message: String, label: &str| Err(Diagnostic::at(codes::NO_FACT_IN_SCHEDULE, span, message, label));
    if let Some((_, span)) = &atom.time {
        return no_fact(*span, "a fact of a schedule has no `@`".into(), "not here");
    }
    let mut arguments = atom.arguments.iter();
    let node = match (program.spelling, &atom.location) {
        (Spelling::Hash, Some(term)) => read_node(program, term)?,
        (Spelling::Hash, None) => match here {
            Some(node) => node,
            None => return no_fact(atom.span, "the fact does not say at which node it holds".into(), "needs `#node`"),
        },
        (Spelling::FirstColumn, Some(term)) => {
            let message = "the program writes locations as first columns, without `#`".into();
            return no_fact(term.span, message, "`#` here");
        }
        (Spelling::FirstColumn, None) => match arguments.next() {
            Some(Argument::Expr(expr)) => match &expr.kind {
                ExprKind::Term(kind) => read_node(program, &Term { kind: kind.clone(), span: expr.span })?,
                _ => return no_fact(expr.span, "a location is a node's name".into(), "an expression"),
            },
            _ => return no_fact(atom.span, "the fact does not say at which node it holds".into(), "no columns"),
        },
    };
    let unknown = |span, message: String, label: &str| Diagnostic::at(codes::UNKNOWN_FACT_IN_SCHEDULE, span, message, label);
    let name = &atom.name.text;
    let Some(relation) = program.relation_named(name) else {
        return Err(unknown(atom.name.span, format!("the program has no relation `{name}`"), "unknown"));
    };
    let mut values = Vec::new();
    for argument in arguments {
        let (kind, span) = match argument {
            Argument::Expr(expr) => (&expr.kind, expr.span),
            Argument::Aggregate(aggregate) => {
                return no_fact(aggregate.span, "a fact has constants as arguments".into(), "an aggregate");
            }
        };
        values.push(match kind {
            ExprKind::Term(TermKind::Integer(i)) => Value::Int(*i),
            ExprKind::Term(TermKind::Symbol(symbol)) => match program.symbols.get(symbol) {
                Some(id) => Value::Symbol(id),
                None => {
                    let message = format!("the symbol `{symbol}` does not occur in the program, so no fact has it");
                    return Err(unknown(span, message, "unknown"));
                }
            },
            _ => return no_fact(span, "a fact has constants as arguments".into(), "no constant"),
        });
    }
    let arity = program.relation(relation).arity;
    if values.len() != arity {
        let columns = if arity == 1 { "1 column".to_string() } else { format!("{arity} columns") };
        let message = format!("`{name}` has {columns} beside its location, and {} are given", values.len());
        return Err(unknown(atom.span, message, "wrong number of columns"));
    }
    Ok(LocatedFact { node, fact: Fact { relation, values: values.into() } })
}

fn read_node(program: &Program, term: &Term) -> Result<NodeId, Diagnostic> {
    let (value, shown) = match &term.kind {
        TermKind::Integer(i) => (Some(Value::Int(*i)), i.to_string()),
        TermKind::Symbol(symbol) => (program.symbols.get(symbol).map(Value::Symbol), symbol.clone()),
        TermKind::Variable(_) | TermKind::Anonymous => {
            let message = "a node is named by a constant";
            return Err(Diagnostic::at(codes::NO_FACT_IN_SCHEDULE, term.span, message, "a variable"));
        }
    };
    value.and_then(|value| program.node_of(value)).ok_or_else(|| {
        let message = format!("`{shown}` is no node of the network");
        Diagnostic::at(codes::UNKNOWN_NODE_IN_SCHEDULE, term.span, message, "unknown").help(network(program))
    })
}

/// A help line that names the network.
pub(crate) fn network(program: &Program) -> String {
    const SHOWN: usize = 8;
    let names: Vec<String> = program.node_ids().take(SHOWN).map(|node| program.show_node(node)).collect();
    match program.nodes.len() {
        0 => "the network has no nodes".to_string(),
        n if n > SHOWN => format!("the nodes are {} and {} more", names.join(", "), n - SHOWN),
        _ => format!("the nodes are {}", names.join(", ")),
    }
}
