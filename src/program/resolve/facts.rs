//! The facts of the text, evaluated and placed at the nodes of the network.

use super::body::misplaced;
use super::constants::Constants;
use super::integers::{IntegerColumns, symbol_in_fact};
use super::relations::{Drafts, FactDraft, Place, entangled, step_zero};
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Fact, InitialFact, NodeId, Relation, Value, When};
use crate::syntax::ast::{Argument, Time};

/// Where the facts go.
pub struct Instance<'p> {
    /// The network, sorted.
    pub nodes: &'p [Value],
    pub relations: &'p [Relation],
    pub integers: &'p IntegerColumns,
    /// Whether a fact outside the network is a warning only.
    pub synchronous: bool,
}

/// All facts, sorted and without duplicates. A fact without location holds at every node.
pub fn facts(
    drafts: &Drafts<'_>,
    instance: &Instance<'_>,
    constants: &Constants<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<InitialFact> {
    let mut facts = Vec::with_capacity(drafts.facts.len());
    for draft in &drafts.facts {
        let found = diagnostics.len();
        let when = when(draft, drafts, instance, diagnostics);
        let location = location(draft, constants, diagnostics);
        let values = values(draft, instance, constants, diagnostics);
        let (Some(when), Some(location), Some(values)) = (when, location, values) else { continue };
        if !draft.sound || drafts.entry(draft.atom.relation).builtin {
            continue;
        }
        let fact = Fact { relation: draft.atom.relation, values };
        match location {
            Location::Everywhere => facts.extend((0..instance.nodes.len()).map(|node| InitialFact {
                node: NodeId(node as u32),
                when,
                fact: fact.clone(),
                span: draft.atom.span,
            })),
            Location::At(value) => match instance.nodes.binary_search(&value) {
                Ok(node) => {
                    facts.push(InitialFact { node: NodeId(node as u32), when, fact, span: draft.atom.span });
                }
                Err(_) if diagnostics.len() == found => diagnostics.push(outside(draft, value, instance, constants)),
                Err(_) => {}
            },
        }
    }
    facts.sort_unstable();
    facts.dedup_by(|later, first| (later.node, later.when, &later.fact) == (first.node, first.when, &first.fact));
    facts
}

enum Location {
    Everywhere,
    At(Value),
}

fn when(
    draft: &FactDraft<'_>,
    drafts: &Drafts<'_>,
    instance: &Instance<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<When> {
    let relation = draft.atom.relation;
    let Some((time, at)) = draft.atom.time else { return Some(When::Always) };
    if drafts.entry(relation).builtin {
        diagnostics.push(
            Diagnostic::at(codes::BUILT_IN_RELATION, at, "a `node` fact is given at a step", "true at every step")
                .help("the network does not change: write `node(n);`"),
        );
        return None;
    }
    match time {
        Time::At(0) => diagnostics.push(step_zero(at)),
        Time::At(_) if instance.relations[relation.0 as usize].normalised => return Some(When::Always),
        Time::At(step) => return Some(When::Step(*step)),
        Time::Next | Time::Async => diagnostics.push(
            Diagnostic::at(codes::SUFFIX_ON_FACT, at, "a fact has the suffix of a rule", "no step")
                .help("a fact without suffix holds at every step, one with `@1` at the first step of its node"),
        ),
        Time::Variable(name) => diagnostics.push(entangled(name, at)),
    }
    None
}

fn location(draft: &FactDraft<'_>, constants: &Constants<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Location> {
    let name = match draft.atom.place {
        Place::Unwritten => return Some(Location::Everywhere),
        Place::Constant(value) => return Some(Location::At(value)),
        Place::Computed(argument) => return value(argument, constants, diagnostics).map(Location::At),
        Place::Variable(name) => name,
        Place::Anonymous => "_",
    };
    diagnostics.push(
        Diagnostic::at(
            codes::VARIABLE_IN_FACT,
            draft.atom.place_span,
            format!("a fact is at the variable `{name}`"),
            "not a constant",
        )
        .help("name the node; in a program with `#`, a fact without location holds at every node"),
    );
    None
}

fn values(
    draft: &FactDraft<'_>,
    instance: &Instance<'_>,
    constants: &Constants<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Box<[Value]>> {
    let relation = draft.atom.relation;
    let mut values = Vec::with_capacity(draft.atom.columns.len());
    let mut well = true;
    for (column, argument) in draft.atom.columns.iter().enumerate() {
        let Some(value) = value(argument, constants, diagnostics) else {
            well = false;
            continue;
        };
        if let (Value::Symbol(id), Argument::Expr(expr), Some(place)) =
            (value, argument, instance.integers.place(relation, column))
        {
            let name = &instance.relations[relation.0 as usize].name;
            diagnostics.push(symbol_in_fact(constants.symbols.name(id), name, expr.span, place));
        }
        values.push(value);
    }
    well.then(|| values.into_boxed_slice())
}

fn value(argument: &Argument, constants: &Constants<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Value> {
    match argument {
        Argument::Expr(expr) => constants.evaluate(expr).map_err(|diagnostic| diagnostics.push(*diagnostic)).ok(),
        Argument::Aggregate(aggregate) => {
            diagnostics.push(misplaced(aggregate.span));
            None
        }
    }
}

fn outside(draft: &FactDraft<'_>, value: Value, instance: &Instance<'_>, constants: &Constants<'_>) -> Diagnostic {
    let name = super::location::show(Place::Constant(value), &constants.symbols);
    let message = format!("a fact is at {name}, which is not in the network");
    if instance.synchronous {
        return Diagnostic::at(codes::FACT_OUTSIDE_IGNORED, draft.atom.place_span, message, "ignored");
    }
    Diagnostic::at(codes::FACT_OUTSIDE, draft.atom.place_span, message, "no such node")
        .help("add it to the `nodes` declaration or to `--nodes`, or remove the fact")
}
