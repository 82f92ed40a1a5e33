//! Explanations of contested facts: each claim is true of the run by the definition, and none rests on itself.

use super::campaign::Tally;
use super::library;
use super::model::Model;
use super::reductions;
use std::collections::BTreeSet;
use watershed::budget::Budget;
use watershed::eval::naive::Naive;
use watershed::eval::{LocalStep, Outcome};
use watershed::program::{Fact, LocatedFact, NodeId, Program, RelationId, Rule, RuleKind, Value, When};
use watershed::provenance::Pattern;
use watershed::reduce::Reductions;
use watershed::witness::StepRecord;
use watershed::witness::replay::check_claim;
use watershed::witness::why::{Claim, How, Moments, Reason, Why, why_ultimate};

/// Explains both runs of a divergence, and checks what is said.
pub fn explanations_are_true(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    let found = reductions::explore(&program, Reductions::ALL);
    let Some(divergence) = found.divergence else { return Ok(()) };
    tally.count("diffluent");
    let budget = library::budget();
    for (schedule, holds) in [(&divergence.holds, true), (&divergence.lacks, false)] {
        let run = check_claim(&program, schedule, &divergence.fact, holds, &budget)
            .map_err(|error| error.describe(&program))?;
        let why = why_ultimate(&program, &run, &divergence.fact, &budget);
        if why.holds() != holds {
            return Err("the other is explained".to_string());
        }
        explanation_is_true(&program, &run.records, &why, tally)?;
    }
    Ok(())
}

fn explanation_is_true(program: &Program, records: &[StepRecord], why: &Why, tally: &mut Tally) -> Result<(), String> {
    for (number, reason) in why.reasons.iter().enumerate() {
        let complaint = |what: &str| format!("reason {number}: {what}: {reason:?}");
        if reason.how == How::Cut {
            return Err(complaint("is cut"));
        }
        is_true(program, records, why, reason, tally).map_err(|what| complaint(&what))?;
    }
    tally.count_if(why.reasons.iter().any(|reason| matches!(reason.how, How::Sent(..))), "with deliveries");
    tally.count_if(why.reasons.len() > 10, "over ten reasons");
    is_well_founded(why)
}

fn split(program: &Program, fact: &Fact) -> Option<(NodeId, Fact)> {
    let (&location, rest) = fact.values.split_first()?;
    Some((program.node_of(location)?, Fact { relation: fact.relation, values: rest.into() }))
}

/// Whether a claim is true, and rests on what it says.
fn is_true(
    program: &Program,
    records: &[StepRecord],
    why: &Why,
    reason: &Reason,
    tally: &mut Tally,
) -> Result<(), String> {
    let check = |is: bool, what: &str| if is { Ok(()) } else { Err(what.to_string()) };
    match &reason.claim {
        Claim::Holds(fact, Moments::Step(step)) => {
            let (node, local) = split(program, fact).ok_or("a fact at no node")?;
            check(records[*step].node == node, "a step of another node")?;
            check(records[*step].derived.contains(&local), "it does not hold")?;
            rests(program, records, why, reason, (node, &local), *step)
        }
        Claim::Absent(pattern, Moments::Step(step)) => {
            tally.count("absent");
            let at = pattern.values[0].and_then(|value| program.node_of(value)).ok_or("a pattern at no node")?;
            check(records[*step].node == at, "a step of another node")?;
            let mut facts = records[*step].derived.iter();
            check(!facts.any(|fact| pattern.matches(&located(program, at, fact))), "there is one")
        }
        Claim::Fails(rule, pattern, Moments::Step(step)) => {
            tally.count("rules that fail");
            check(!reason.parts.is_empty(), "nothing keeps it from it")?;
            let rule = &program.rules[*rule];
            let fired = fires(program, rule, records[*step].node, &records[*step].derived);
            check(!derives(program, rule, &fired, records[*step].node, pattern), "it derives one")
        }
        Claim::Supplies { fact, missed, sent, at } => {
            tally.count("messages that would supply it");
            let (node, local) = split(program, fact).ok_or("a message to no node")?;
            check(records[*sent].sent.contains(&LocatedFact { node, fact: local.clone() }), "it is not sent")?;
            check(*at != Some(*missed), "it is delivered")?;
            let arrives = |at: usize| {
                at > *sent && records[at].node == node && records[at].delivered.iter().any(|d| d.fact == local)
            };
            check(at.is_none_or(arrives), "it is not delivered")
        }
        Claim::Instead(fact, Moments::Step(step)) => {
            let (node, local) = split(program, fact).ok_or("a fact at no node")?;
            let all = program.rules.iter().map(|rule| fires(program, rule, node, &records[*step].derived));
            let made = all.into_iter().any(|of| of.next.contains(&local) || of.sent.iter().any(|m| m.fact == local));
            check(records[*step].node == node && made, "no rule derives it")
        }
        Claim::Condition(_) => Ok(()),
        Claim::Holds(..) | Claim::Absent(..) | Claim::Fails(..) | Claim::Instead(..) => {
            Err("it speaks of observers".to_string())
        }
    }
}

fn located(program: &Program, node: NodeId, fact: &Fact) -> Fact {
    let values: Vec<Value> = std::iter::once(program.node_value(node)).chain(fact.values.iter().copied()).collect();
    Fact { relation: fact.relation, values: values.into() }
}

/// What one rule alone derives from these facts, by the definition.
fn fires(program: &Program, rule: &Rule, node: NodeId, facts: &BTreeSet<Fact>) -> Outcome {
    let mut alone = program.clone();
    alone.rules = vec![rule.clone()];
    Naive::within(&alone, Budget::default()).step(node, facts).unwrap_or_default()
}

fn derives(program: &Program, rule: &Rule, fired: &Outcome, node: NodeId, pattern: &Pattern) -> bool {
    let here = |fact: &Fact| fact.relation == rule.head.relation && pattern.matches(&located(program, node, fact));
    match rule.kind {
        RuleKind::Deductive => fired.derived.iter().any(here),
        RuleKind::Inductive => fired.next.iter().any(here),
        RuleKind::Async => fired.sent.iter().any(|m| pattern.matches(&located(program, m.node, &m.fact))),
    }
}

/// Whether the parts of a claim of presence are enough for it: the rule that is named derives the fact from these alone.
fn rests(
    program: &Program,
    records: &[StepRecord],
    why: &Why,
    reason: &Reason,
    of: (NodeId, &Fact),
    step: usize,
) -> Result<(), String> {
    let (node, fact) = of;
    let mut from: BTreeSet<Fact> = BTreeSet::new();
    let mut denied: BTreeSet<RelationId> = BTreeSet::new();
    let mut at: BTreeSet<usize> = BTreeSet::new();
    for &part in &reason.parts {
        if let Claim::Holds(part, Moments::Step(step)) = &why.reasons[part].claim {
            from.extend(split(program, part).map(|of| of.1));
            at.insert(*step);
        }
        if let Claim::Absent(pattern, Moments::Step(step)) = &why.reasons[part].claim {
            denied.insert(pattern.relation);
            at.insert(*step);
        }
    }
    if at.len() > 1 {
        return Err("parts of several steps".to_string());
    }
    let of_rule = |span| {
        let rule = program.rules.iter().find(|rule| rule.span == span).ok_or("no such rule")?;
        let all = rule.negative.iter().all(|atom| denied.contains(&atom.relation));
        if all { Ok(rule) } else { Err("what the rule denies is not told") }
    };
    let is = match reason.how {
        How::Given => {
            let now = |when: When| when == When::Always || when == When::Step(records[step].step);
            program.facts.iter().any(|given| given.node == node && given.fact == *fact && now(given.when))
                || program.relation(fact.relation).builtin
        }
        How::Rule(span) => {
            let rule = of_rule(span)?;
            let fired = fires(program, rule, node, &from);
            match rule.kind {
                RuleKind::Deductive => !from.contains(fact) && fired.derived.contains(fact),
                RuleKind::Inductive => fired.next.contains(fact),
                RuleKind::Async => false,
            }
        }
        How::Sent(sent, span) => {
            let fired = fires(program, of_rule(span)?, records[sent].node, &from);
            let delivered = records[step].delivered.iter().any(|delivered| delivered.fact == *fact);
            sent < step && delivered && fired.sent.contains(&LocatedFact { node, fact: fact.clone() })
        }
        How::Kept(since, span) => {
            let fired = fires(program, of_rule(span)?, node, &from);
            since < step && from.contains(fact) && fired.next.contains(fact)
        }
        How::Nothing | How::NoRule | How::Literal | How::Cut => false,
    };
    if is { Ok(()) } else { Err("it does not follow from its parts".to_string()) }
}

/// No claim of presence rests on itself.
fn is_well_founded(why: &Why) -> Result<(), String> {
    let positive = |at: &usize| matches!(why.reasons[*at].claim, Claim::Holds(..));
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let all: Vec<usize> = (0..why.reasons.len()).filter(positive).collect();
    loop {
        let before = done.len();
        for &at in &all {
            if why.reasons[at].parts.iter().filter(|part| positive(part)).all(|part| done.contains(part)) {
                done.insert(at);
            }
        }
        match done.len() {
            now if now == all.len() => return Ok(()),
            now if now == before => return Err("a circle".to_string()),
            _ => {}
        }
    }
}
