//! Temporal safety: does each node fall quiet? (*Dedalus: Datalog in time and space*, §4.2.)
//!
//! A node falls quiet in a run if from some step on its facts D are the same at every step. What can prevent it is
//!
//! 1. a component of the dependency graph that feeds itself through time and goes on changing;
//! 2. a message that is sent for ever to a relation that does not keep it: it comes and goes;
//! 3. a value that grows for ever ([`super::infinite`]).
//!
//! **Claim.** If none of these is reported, every node falls quiet in every fair run. By induction over the components, what a component C reads
//! from outside is constant from some step T on, and so are the carried facts that rules with bodies outside C make; messages
//! from such rules either end ([`super::endurance`]) or go to a relation that is persisted exactly, hence only grows. Let p in C head a temporal rule
//! that reads C. It is *kept* if one of these holds:
//!
//! - (A) p has its exact persistence rule. Then p's facts only grow.
//! - (B) Each temporal rule of p that reads C is a narrowing persistence `p(X̄)@next :- p(X̄), …` whose other literals are outside C.
//!   After T a fact that passed once passes at every step, so p's carried facts only grow.
//! - (C) Each rule of p that reads C, deductive ones too, is a narrowing persistence. After T, p's facts only shrink.
//! - (D) C = {p}, and each rule of p that reads C is as in (B) or moves the value of one column, the same in all of them,
//!   in one direction up to a bound. By induction over that column's value the facts with that value are constant from some step on.
//!
//! There are finitely many facts without (3), so the carried facts of a kept relation are constant from some step on. If all such p are kept, the
//! whole input of C's deductive rules is, and so is C. A component that holds at finitely many steps only is quiet anyway.

use super::dependency::{CycleFinder, Dependencies, Dependency};
use super::endurance::{Endurance, temporal_components};
use super::infinite::{Counter, Extent};
use super::persistence::{guarded, narrowing_atom};
use super::ranges::Ranges;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{HeadTerm, Program, RelationId, Rule, RuleId, RuleKind, Term};
use std::collections::BTreeSet;

/// What may keep a node from falling quiet, beside counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrest {
    /// A component that feeds itself through time.
    Cycle {
        /// The rules that derive a relation of the component which is not kept, in order.
        rules: Vec<RuleId>,
        /// The cycle through the first of them, in words.
        cycle: String,
    },
    /// A message sent for ever to a relation that does not keep it.
    Resent {
        /// The relation.
        relation: RelationId,
        /// The async rules that send it for ever, in order.
        rules: Vec<RuleId>,
    },
}

/// Everything that may keep a node from falling quiet, beside counters: cycles in the order of their first
/// rule, then messages. Linear in the program.
pub fn unrest(program: &Program, dependencies: &Dependencies, endurance: &Endurance) -> Vec<Unrest> {
    let guarded = guarded(program);
    let mut finder = CycleFinder::new(dependencies);
    let mut cycles = Vec::new();
    let mut restless = vec![false; dependencies.components().len()];
    for (component, temporal) in temporal_components(dependencies).into_iter().enumerate() {
        if !temporal {
            continue;
        }
        let mut broken: BTreeSet<(RuleId, RelationId)> = BTreeSet::new();
        for &member in &dependencies.components()[component] {
            if endurance.relation(member) && !guarded[member.0 as usize] {
                broken.extend(unkept(program, dependencies, endurance, member));
            }
        }
        let Some(&(first, read)) = broken.first() else { continue };
        restless[component] = true;
        let cycle = finder.describe(program, read, program.rules[first.0 as usize].head.relation);
        let mut rules: Vec<RuleId> = broken.into_iter().map(|(rule, _)| rule).collect();
        rules.dedup();
        cycles.push((first, Unrest::Cycle { rules, cycle }));
    }
    cycles.sort_unstable_by_key(|(first, _)| *first);
    let mut resent = vec![Vec::new(); program.relations.len()];
    for (index, rule) in program.rules.iter().enumerate() {
        let (id, head) = (RuleId(index as u32), rule.head.relation);
        let quiet = guarded[head.0 as usize] || restless[dependencies.component(head)];
        if rule.kind == RuleKind::Async && !quiet && endurance.rule(id) {
            resent[head.0 as usize].push(id);
        }
    }
    let cycles = cycles.into_iter().map(|(_, cycle)| cycle);
    let resent = resent.into_iter().enumerate().filter(|(_, rules)| !rules.is_empty());
    cycles.chain(resent.map(|(i, rules)| Unrest::Resent { relation: RelationId(i as u32), rules })).collect()
}

/// The temporal rules through which a relation without exact persistence feeds itself, with a literal of the
/// component that each reads; none if the relation is kept.
fn unkept(
    program: &Program,
    dependencies: &Dependencies,
    endurance: &Endurance,
    relation: RelationId,
) -> Vec<(RuleId, RelationId)> {
    let mut edges: Vec<(RelationId, &Dependency)> = dependencies
        .edges_into(relation)
        .filter(|(read, edge)| dependencies.on_cycle(*read, relation) && endurance.rule(edge.rule))
        .collect();
    edges.sort_unstable_by_key(|(read, edge)| (edge.rule, edge.span, *read));
    let narrowing: Vec<bool> =
        edges.iter().map(|(_, e)| narrowing_atom(&program.rules[e.rule.0 as usize]).is_some()).collect();
    let alone: Vec<bool> = edges
        .iter()
        .enumerate()
        .map(|(i, (_, edge))| {
            let same = |j: usize| edges.get(j).is_some_and(|(_, other)| other.rule == edge.rule);
            !(same(i + 1) || i > 0 && same(i - 1))
        })
        .collect();
    let filters = |i: usize| narrowing[i] && alone[i];
    let temporal: Vec<usize> = (0..edges.len()).filter(|&i| edges[i].1.is_temporal()).collect();
    let by_constant_filter = temporal.iter().all(|&i| filters(i));
    let only_shrinks = narrowing.iter().all(|narrows| *narrows);
    if by_constant_filter || only_shrinks {
        return Vec::new();
    }
    let single = dependencies.components()[dependencies.component(relation)].len() == 1;
    if single && alone.iter().all(|alone| *alone) {
        let mut common: Option<BTreeSet<(usize, bool)>> = None;
        for i in (0..edges.len()).filter(|&i| !filters(i)) {
            let moves = bounded_moves(program, &program.rules[edges[i].1.rule.0 as usize]);
            common = Some(match common {
                None => moves,
                Some(columns) => columns.intersection(&moves).copied().collect(),
            });
        }
        if common.is_some_and(|columns| !columns.is_empty()) {
            return Vec::new();
        }
    }
    temporal.into_iter().filter(|&i| !filters(i)).map(|i| (edges[i].1.rule, edges[i].0)).collect()
}

/// The columns that a rule which reads its head's relation once moves in one direction (`true` is up) up to a bound.
fn bounded_moves(program: &Program, rule: &Rule) -> BTreeSet<(usize, bool)> {
    let Some(atom) = rule.positive.iter().find(|atom| atom.relation == rule.head.relation) else {
        return BTreeSet::new();
    };
    if rule.head.is_aggregated() {
        return BTreeSet::new();
    }
    let ranges = Ranges::of(program, rule);
    let step = |(column, (term, head)): (usize, (&Term, &HeadTerm))| {
        let (Term::Variable(variable), HeadTerm::Expr(expr)) = (term, head) else { return None };
        let linear = ranges.linear(expr)?;
        let up = linear.offset > 0;
        let bounded = if up { ranges.has_upper(linear.root) } else { ranges.has_lower(linear.root) };
        (linear.root == *variable && linear.offset != 0 && bounded).then_some((column, up))
    };
    atom.terms.iter().zip(&rule.head.terms).enumerate().filter_map(step).collect()
}

/// A warning for each, except for cycles that the counters explain already.
pub fn warnings(
    program: &Program,
    dependencies: &Dependencies,
    unrest: &[Unrest],
    counters: &[Counter],
) -> Vec<Diagnostic> {
    let component = |rule: RuleId| dependencies.component(program.rules[rule.0 as usize].head.relation);
    let counts: BTreeSet<usize> =
        counters.iter().filter(|c| c.extent == Extent::OverTime).map(|counter| component(counter.rule)).collect();
    let mut warnings = Vec::new();
    for found in unrest {
        match found {
            Unrest::Cycle { rules, cycle } => {
                let [first, others @ ..] = rules.as_slice() else { continue };
                if counts.contains(&component(*first)) {
                    continue;
                }
                let span = |rule: &RuleId| program.rules[rule.0 as usize].head.span;
                let mut warning = Diagnostic::at(
                    codes::NEVER_QUIET,
                    span(first),
                    format!("a node may never fall quiet: this rule is on a cycle through time, {cycle}"),
                    "derived anew from itself, not just kept",
                );
                for other in others.iter().take(SHOWN) {
                    warning = warning.with(span(other), "so is this");
                }
                warnings.push(warning.help(
                    "a cycle falls quiet if its relations are only kept (`p(X)@next :- p(X)`, perhaps with `notin p_del(X)`), \
                     end with an event, or count up to a bound",
                ));
            }
            Unrest::Resent { relation, rules } => {
                let name = &program.relation(*relation).name;
                let [first, others @ ..] = rules.as_slice() else { continue };
                let span = |rule: &RuleId| program.rules[rule.0 as usize].head.span;
                let mut warning = Diagnostic::at(
                    codes::SENT_FOR_EVER,
                    span(first),
                    format!("`{name}` may be sent at every step and is not persisted, so it may come and go for ever"),
                    "sent at each step at which the body holds",
                );
                for other in others.iter().take(SHOWN) {
                    warning = warning.with(span(other), "and here");
                }
                let rule = super::classify::persistence_rule(program, *relation);
                warnings.push(warning.help(format!("persist it with `{rule};`, or let an event send it once")));
            }
        }
    }
    warnings
}

/// How many further rules a warning points at.
const SHOWN: usize = 4;
