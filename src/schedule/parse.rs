//! A schedule from its text, and facts as a schedule names them; the other direction is [`Schedule::show`].

use super::{Delivered, Schedule, ScheduledStep};
use crate::diagnostic::{Code, Diagnostic, any_error, codes};
use crate::program::{Fact, LocatedFact, NodeId, Order, Program, RelationId, Spelling, Value};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Argument, Atom, ExprKind, Term, TermKind};
use crate::syntax::parser;
use crate::syntax::schedule_tree::{CopyPhrase, StepPhrase};
use std::collections::BTreeMap;

/// Reads a schedule of `program`. `name` is what diagnostics call the text.
///
/// # Errors
/// Every mistake of the text, and the map that their spans point into.
pub fn parse(program: &Program, name: &str, text: &str) -> Result<Schedule, (SourceMap, Vec<Diagnostic>)> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let (phrase, diagnostics) = parser::parse_steps(&sources, file);
    let mut reader = Reader { program, diagnostics };
    let mut read = |steps: &[StepPhrase]| steps.iter().filter_map(|step| reader.step(step)).collect();
    let schedule = Schedule { stem: read(&phrase.stem), cycle: read(&phrase.cycle) };
    let diagnostics = each_node_once(reader.diagnostics);
    if any_error(&diagnostics) { Err((sources, diagnostics)) } else { Ok(schedule) }
}

/// Reads one fact: at the node that it names, which is `here` if that is given (the fact is delivered there; in
/// the hash spelling it may then leave its location out). `name` is what diagnostics call the text.
///
/// # Errors
/// As for [`parse`].
pub fn parse_fact(
    program: &Program,
    name: &str,
    text: &str,
    here: Option<NodeId>,
) -> Result<LocatedFact, (SourceMap, Vec<Diagnostic>)> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let (atom, diagnostics) = parser::parse_fact(&sources, file);
    let mut reader = Reader { program, diagnostics };
    let fact = atom.and_then(|atom| reader.fact(&atom, here));
    let diagnostics = reader.diagnostics;
    fact.filter(|_| !any_error(&diagnostics)).ok_or((sources, diagnostics))
}

/// Reads one fact whose location may be any value; that is its first value then.
///
/// # Errors
/// As for [`parse`].
pub fn parse_global_fact(program: &Program, name: &str, text: &str) -> Result<Fact, (SourceMap, Vec<Diagnostic>)> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let (atom, diagnostics) = parser::parse_fact(&sources, file);
    let mut reader = Reader { program, diagnostics };
    let fact = atom.and_then(|atom| match program.spelling {
        Spelling::Hash => reader.fact(&atom, None).map(|located| {
            let values = std::iter::once(program.node_value(located.node)).chain(located.fact.values);
            Fact { relation: located.fact.relation, values: values.collect() }
        }),
        Spelling::FirstColumn => reader.global(&atom),
    });
    let diagnostics = reader.diagnostics;
    fact.filter(|_| !any_error(&diagnostics)).ok_or((sources, diagnostics))
}

/// A help line that names the network.
pub(crate) fn network(program: &Program) -> String {
    const SHOWN: usize = 8;
    let names: Vec<String> = program.node_ids().take(SHOWN).map(|node| program.show_node(node)).collect();
    match program.nodes.len() {
        0 => "the network has no nodes".to_string(),
        1 => format!("the only node is {}", names[0]),
        n if n > SHOWN => format!("the nodes are {} and {} more", names.join(", "), n - SHOWN),
        _ => format!("the nodes are {}", names.join(", ")),
    }
}

/// The findings, those about a node outside the network once a node: where it is named first, and how often it is.
pub(crate) fn each_node_once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let unknown = |finding: &Diagnostic| finding.code == codes::UNKNOWN_NODE_IN_SCHEDULE;
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| unknown(finding)) {
        *places.entry(finding.message.clone()).or_default() += 1;
    }
    let mut once = Vec::with_capacity(findings.len());
    for mut finding in findings {
        if unknown(&finding) {
            let Some(count) = places.remove(&finding.message) else { continue };
            if count > 1 {
                finding.message.push_str(&format!("; it is named {count} times"));
            }
        }
        once.push(finding);
    }
    once
}

struct Reader<'p> {
    program: &'p Program,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Notes a mistake.
    fn fail<T>(&mut self, code: Code, span: Span, message: impl Into<String>, label: &str) -> Option<T> {
        self.diagnostics.push(Diagnostic::at(code, span, message, label));
        None
    }

    fn step(&mut self, step: &StepPhrase) -> Option<ScheduledStep> {
        let node = self.node(&step.node)?;
        let copies: Vec<Delivered> = step.deliver.iter().filter_map(|copy| self.copy(copy, node)).collect();
        Some(ScheduledStep::of(node, copies))
    }

    /// One copy. Who sent it is of no account where copies of a fact are not told apart.
    fn copy(&mut self, copy: &CopyPhrase, here: NodeId) -> Option<Delivered> {
        let LocatedFact { fact, .. } = self.fact(&copy.fact, Some(here))?;
        let from = match &copy.from {
            Some(term) => Some(self.node(term)?),
            None => None,
        };
        Some(Delivered { fact, from: from.filter(|_| self.program.order == Order::Fifo), copies: 1 })
    }

    /// The fact that an atom names.
    fn fact(&mut self, atom: &Atom, here: Option<NodeId>) -> Option<LocatedFact> {
        if let Some((_, span)) = &atom.time {
            return self.fail(codes::NO_FACT_IN_SCHEDULE, *span, "a fact of a schedule has no `@`", "not here");
        }
        let (node, columns) = self.location(atom, here)?;
        let name = &atom.name.text;
        let relation = self.relation(atom)?;
        let values: Vec<Value> = columns.iter().map(|argument| self.value(argument)).collect::<Option<_>>()?;
        let arity = self.program.relation(relation).arity;
        if values.len() != arity {
            let columns = if arity == 1 { "1 column".to_string() } else { format!("{arity} columns") };
            let message = format!("`{name}` has {columns} beside its location, and {} are given", values.len());
            return self.fail(codes::UNKNOWN_FACT_IN_SCHEDULE, atom.span, message, "wrong number of columns");
        }
        let fact = Fact { relation, values: values.into() };
        match here {
            Some(here) if here != node => {
                let message = format!(
                    "{} is addressed to {}, but delivered in a step of {}",
                    self.program.show_fact(node, &fact),
                    self.program.show_node(node),
                    self.program.show_node(here)
                );
                self.fail(codes::DELIVERY_ELSEWHERE, atom.span, message, "of another node")
            }
            _ => Some(LocatedFact { node, fact }),
        }
    }

    fn relation(&mut self, atom: &Atom) -> Option<RelationId> {
        let name = &atom.name.text;
        let found = self.program.relation_named(name);
        if found.is_none() {
            let message = format!("the program has no relation `{name}`");
            self.fail::<()>(codes::UNKNOWN_FACT_IN_SCHEDULE, atom.name.span, message, "unknown");
        }
        found
    }

    /// The fact of an atom whose first column is its location, which need be no node.
    fn global(&mut self, atom: &Atom) -> Option<Fact> {
        if let Some(term) = &atom.location {
            let message = "the program writes locations as first columns, without `#`";
            return self.fail(codes::NO_FACT_IN_SCHEDULE, term.span, message, "written with `#`");
        }
        let relation = self.relation(atom)?;
        let values: Vec<Value> = atom.arguments.iter().map(|argument| self.value(argument)).collect::<Option<_>>()?;
        let columns = self.program.relation(relation).arity + 1;
        if values.len() != columns {
            let message = format!("`{}` has {columns} columns, and {} are given", atom.name.text, values.len());
            return self.fail(codes::UNKNOWN_FACT_IN_SCHEDULE, atom.span, message, "wrong number of columns");
        }
        Some(Fact { relation, values: values.into() })
    }

    /// Where an atom holds, and its arguments without the location.
    fn location<'a>(&mut self, atom: &'a Atom, here: Option<NodeId>) -> Option<(NodeId, &'a [Argument])> {
        let code = codes::NO_FACT_IN_SCHEDULE;
        match (self.program.spelling, &atom.location, here) {
            (Spelling::Hash, Some(term), _) => Some((self.node(term)?, &atom.arguments)),
            (Spelling::Hash, None, Some(here)) => Some((here, &atom.arguments)),
            (Spelling::Hash, None, None) => {
                self.fail(code, atom.span, "the fact does not say at which node it holds", "needs `#node`")
            }
            (Spelling::FirstColumn, Some(term), _) => {
                let message = "the program writes locations as first columns, without `#`";
                self.fail(code, term.span, message, "written with `#`")
            }
            (Spelling::FirstColumn, None, _) => match atom.arguments.split_first() {
                Some((Argument::Expr(expr), rest)) => match &expr.kind {
                    ExprKind::Term(kind) => Some((self.node(&Term { kind: kind.clone(), span: expr.span })?, rest)),
                    _ => self.fail(code, expr.span, "a location is the name of a node", "an expression"),
                },
                _ => self.fail(code, atom.span, "the fact does not say at which node it holds", "no location"),
            },
        }
    }

    fn value(&mut self, argument: &Argument) -> Option<Value> {
        let expected = "a fact has constants as arguments";
        match argument {
            Argument::Aggregate(aggregate) => {
                self.fail(codes::NO_FACT_IN_SCHEDULE, aggregate.span, expected, "an aggregate")
            }
            Argument::Expr(expr) => match &expr.kind {
                ExprKind::Term(TermKind::Integer(i)) => Some(Value::Int(*i)),
                ExprKind::Term(TermKind::Symbol(symbol)) => match self.program.symbols.get(symbol) {
                    Some(id) => Some(Value::Symbol(id)),
                    None => {
                        let message = format!("the symbol `{symbol}` does not occur in the program, so no fact has it");
                        self.fail(codes::UNKNOWN_FACT_IN_SCHEDULE, expr.span, message, "unknown")
                    }
                },
                _ => self.fail(codes::NO_FACT_IN_SCHEDULE, expr.span, expected, "no constant"),
            },
        }
    }

    fn node(&mut self, term: &Term) -> Option<NodeId> {
        let (value, shown) = match &term.kind {
            TermKind::Integer(i) => (Some(Value::Int(*i)), i.to_string()),
            TermKind::Symbol(symbol) => (self.program.symbols.get(symbol).map(Value::Symbol), symbol.clone()),
            TermKind::Variable(_) | TermKind::Anonymous | TermKind::Unknown(_) => {
                return self.fail(
                    codes::NO_FACT_IN_SCHEDULE,
                    term.span,
                    "a node is named by a constant",
                    "no constant",
                );
            }
        };
        let node = value.and_then(|value| self.program.node_of(value));
        if node.is_none() {
            let message = format!("`{shown}` is no node of the network");
            let diagnostic = Diagnostic::at(codes::UNKNOWN_NODE_IN_SCHEDULE, term.span, message, "unknown");
            self.diagnostics.push(diagnostic.help(network(self.program)));
        }
        node
    }
}
