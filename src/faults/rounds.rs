//! A synchronous run with faults, by definition (semantics §5): round after round on the naive evaluator.
//!
//! ```text
//! I(t)      = static ∪ events(t) ∪ carried(t) ∪ { sent in t − 1 and not lost }
//! D(t)      = stratified fixpoint of the deductive rules over I(t), all nodes together
//! carried   = what the inductive rules derive from D(t)
//! sent(t)   = what the async rules derive from D(t); lost if (sender, addressee, t) is omitted or the sender has crashed
//! ```

use super::global::{BIG_NODE, Global};
use super::specification::{CrashMode, FaultSet, Specification};
use crate::budget::{Bound, Budget};
use crate::eval::naive::Naive;
use crate::eval::{EvalError, Fault, LocalStep};
use crate::program::{Fact, NodeId, Program, RelationId, Value, When};
use crate::source::Span;
use std::collections::BTreeSet;

/// What one node sends another in one round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sent {
    /// Who sends.
    pub from: NodeId,
    /// To whom.
    pub to: NodeId,
    /// What; without its location.
    pub fact: Fact,
    /// Whether it never arrives.
    pub lost: bool,
}

/// One round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// What holds; the first value of each fact is its location.
    pub derived: BTreeSet<Fact>,
    /// What is sent.
    pub sent: BTreeSet<Sent>,
}

/// A whole run, and what is seen of it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Rounds 1 to EOT.
    pub rounds: Vec<Round>,
    /// All nodes' latest D and what the observer rules derive from it, with locations.
    pub outcome: BTreeSet<Fact>,
}

/// A round that has no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunError {
    /// The round.
    pub round: u64,
    /// The rule that errs, if one does.
    pub rule: Option<Span>,
    /// Why.
    pub error: EvalError,
}

impl RunError {
    /// The bound that was hit, if it is no mistake of the program.
    pub fn bound(&self) -> Option<Bound> {
        match self.error {
            EvalError::TooManyFacts { .. } => Some(Bound::Facts),
            EvalError::Stopped(bound) => Some(bound),
            EvalError::Fault { fault: Fault::IntegerBeyond64Bits, .. } => Some(Bound::Integer),
            EvalError::Fault { .. } => None,
        }
    }
}

impl Run {
    /// The tuples of a relation in the end, locations included; none if there is no such relation.
    pub fn tuples(&self, relation: Option<RelationId>) -> BTreeSet<Box<[Value]>> {
        let of = self.outcome.iter().filter(|fact| Some(fact.relation) == relation);
        of.map(|fact| fact.values.clone()).collect()
    }
}

/// Runs `program`, translated as `global`, under `faults`.
///
/// # Errors
/// If a rule errs or the budget is used up.
pub fn run(
    program: &Program,
    global: &Global,
    specification: &Specification,
    faults: &FaultSet,
    budget: &Budget,
) -> Result<Run, RunError> {
    let stops = specification.crash_mode == CrashMode::Stops;
    let mut rounds: Vec<Round> = Vec::new();
    let mut observed: Vec<BTreeSet<Fact>> = Vec::new();
    let mut carried: BTreeSet<Fact> = BTreeSet::new();
    for time in 1..=specification.eot {
        let steps = |node: NodeId| !(stops && faults.crashed(node, time));
        let mut input = given(program, time);
        input.extend(std::mem::take(&mut carried));
        if let Some(before) = rounds.last() {
            input
                .extend(before.sent.iter().filter(|sent| !sent.lost).map(|sent| located(program, sent.to, &sent.fact)));
        }
        let at_node = |fact: &Fact| fact.values.first().and_then(|&location| program.node_of(location));
        input.retain(|fact| at_node(fact).is_none_or(steps));
        for node in program.node_ids() {
            let of = if steps(node) { global.stepping } else { global.stopped };
            input.extend([of, global.network].map(|relation| alone(relation, program.node_value(node))));
        }
        input.extend(named(program, global, time, &rounds, &observed));
        let round = global.round(time);
        let outcome = Naive::within(round, budget.clone()).step(BIG_NODE, &input).map_err(|error| RunError {
            round: time,
            rule: rule_of(error).map(|rule| global.span(rule)),
            error,
        })?;
        let mut sent = BTreeSet::new();
        for fact in outcome.next {
            match global.arriving(fact.relation) {
                None => {
                    carried.insert(fact);
                }
                Some(relation) => {
                    let node = |column: usize| program.node_of(fact.values[column]);
                    let (Some(from), Some(to)) = (node(0), node(1)) else { continue };
                    let lost = faults.loses(from, to, time);
                    sent.insert(Sent { from, to, fact: Fact { relation, values: fact.values[2..].into() }, lost });
                }
            }
        }
        let mut derived = outcome.derived;
        derived.retain(|fact| (fact.relation.0 as usize) < program.relations.len());
        rounds.push(Round { derived, sent });
        if time == specification.eot || global.observed_rounds.contains(&time) {
            observed.resize(time as usize, BTreeSet::new());
            observed[time as usize - 1] = observe(program, global, faults, stops, &rounds, &observed, budget)?;
        }
    }
    Ok(Run { rounds, outcome: observed.pop().unwrap_or_default() })
}

/// What the observers see after the last of `rounds`, and what they derive from it.
fn observe(
    program: &Program,
    global: &Global,
    faults: &FaultSet,
    stops: bool,
    rounds: &[Round],
    observed: &[BTreeSet<Fact>],
    budget: &Budget,
) -> Result<BTreeSet<Fact>, RunError> {
    let time = rounds.len() as u64;
    let latest = |node: NodeId| {
        let last = (1..=time).rev().find(|&t| !(stops && faults.crashed(node, t)));
        last.map_or(0, |t| t as usize)
    };
    let mut input = BTreeSet::new();
    for (at, round) in (1..).zip(rounds) {
        let is_latest = |fact: &&Fact| {
            let node = fact.values.first().and_then(|&location| program.node_of(location));
            at == node.map_or(time as usize, latest)
        };
        input.extend(round.derived.iter().filter(is_latest).cloned());
    }
    if let Some(relation) = global.crash {
        for crash in faults.crashes() {
            let of = |&observer: &Value| {
                let time = Value::Int(i64::try_from(crash.time).unwrap_or(i64::MAX));
                Fact { relation, values: [observer, program.node_value(crash.node), time].into() }
            };
            input.extend(program.nodes.iter().map(of));
        }
    }
    input.extend(named(program, global, time, rounds, observed));
    input.extend(program.nodes.iter().flat_map(|&node| [global.stepping, global.network].map(|of| alone(of, node))));
    let rules = global.observing(time);
    let outcome = Naive::within(rules, budget.clone()).step(BIG_NODE, &input).map_err(|error| RunError {
        round: time,
        rule: rule_of(error).map(|rule| global.observer_span(rule)),
        error,
    })?;
    let mut derived = outcome.derived;
    derived.retain(|fact| (fact.relation.0 as usize) < program.relations.len());
    Ok(derived)
}

/// The static facts and those due in a round; the built-in relation is static.
pub fn given(program: &Program, time: u64) -> BTreeSet<Fact> {
    let due =
        program.facts.iter().filter(|initial| matches!(initial.when, When::Always) || initial.when == When::Step(time));
    let mut facts: BTreeSet<Fact> = due.map(|initial| located(program, initial.node, &initial.fact)).collect();
    for (relation, _) in (0..).map(RelationId).zip(&program.relations).filter(|(_, r)| r.builtin) {
        for &at in &program.nodes {
            facts.extend(program.nodes.iter().map(|&node| Fact { relation, values: [at, node].into() }));
        }
    }
    facts
}

/// A fact with its location as first value.
pub fn located(program: &Program, node: NodeId, fact: &Fact) -> Fact {
    let values = std::iter::once(program.node_value(node)).chain(fact.values.iter().copied()).collect();
    Fact { relation: fact.relation, values }
}

pub(super) fn alone(relation: RelationId, value: Value) -> Fact {
    Fact { relation, values: [value].into() }
}

/// The facts of earlier rounds that rules name: of observer relations what was observed then.
pub(super) fn named(
    program: &Program,
    global: &Global,
    now: u64,
    rounds: &[Round],
    observed: &[BTreeSet<Fact>],
) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    for (relation, time, copy) in global.copies().filter(|&(_, time, _)| (1..now).contains(&time)) {
        let at = time as usize - 1;
        let observer = program.relation(relation).observer;
        let held = if observer { observed.get(at) } else { rounds.get(at).map(|round| &round.derived) };
        let of = held.into_iter().flatten().filter(|fact| fact.relation == relation);
        facts.extend(of.map(|fact| Fact { relation: copy, values: fact.values.clone() }));
    }
    facts
}

fn rule_of(error: EvalError) -> Option<crate::program::RuleId> {
    if let EvalError::Fault { rule, .. } = error { Some(rule) } else { None }
}
