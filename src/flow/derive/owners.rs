//! Which rules belong to which component, and which relations are streams.
//!
//! A rule belongs to the component that names the relation of its head, with one exception: the exact persistence of a relation
//! that messages carry. It says that the relation is kept where it arrives, and so belongs to whoever reads it. Rules
//! that no component names are *outside*.
//!
//! A relation that is not the same at all steps of all runs is a **stream** if messages carry it, if a component reads what other
//! rules derive or what comes as events, or if it leaves: it is declared as an output, or, where nothing is declared, nothing reads it.

use crate::analysis::{Analysis, is_exact_persistence};
use crate::diagnostic::{Diagnostic, codes};
use crate::flow::read::program::Description;
use crate::program::resolve::nearest;
use crate::program::{Program, RelationId, Rule, RuleId, RuleKind};
use std::collections::{BTreeMap, BTreeSet};

/// Who derives and who reads what.
#[derive(Debug)]
pub struct Owners {
    /// By relation, the component that names it.
    pub of_relation: Vec<Option<usize>>,
    /// By rule, the component that it belongs to.
    pub of_rule: Vec<Option<usize>>,
    /// By rule, whether it is an exact persistence.
    pub persists: Vec<bool>,
    /// By relation, whether messages carry it.
    pub sent: Vec<bool>,
    /// By relation, whether its exact persistence keeps it.
    pub guarded: Vec<bool>,
    /// By relation, whether it is the same at all steps of all runs.
    pub constant: Vec<bool>,
    /// By relation, the components whose rules read it.
    pub readers: Vec<BTreeSet<usize>>,
}

/// A relation that flows between components, into one, or out of one.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    /// The relation.
    pub relation: RelationId,
    /// The component that derives it.
    pub from: Option<usize>,
    /// Whether it (also) comes from outside.
    pub external: bool,
}

/// The relations that a literal of a rule reads, positive ones first.
pub fn read_by(rule: &Rule) -> impl Iterator<Item = RelationId> {
    rule.positive.iter().map(|atom| atom.relation).chain(rule.negative.iter().map(|atom| atom.relation))
}

impl Owners {
    /// Gives rules to components. What the description names wrongly is a finding.
    pub fn of(
        program: &Program,
        analysis: &Analysis,
        description: &Description,
        findings: &mut Vec<Diagnostic>,
    ) -> Owners {
        let of_relation = named(program, description, findings);
        let persists: Vec<bool> = program.rules.iter().map(|rule| is_exact_persistence(program, rule)).collect();
        let (mut sent, mut guarded) = (vec![false; program.relations.len()], vec![false; program.relations.len()]);
        for (rule, &persists) in program.rules.iter().zip(&persists) {
            sent[rule.head.relation.0 as usize] |= rule.kind == RuleKind::Async;
            guarded[rule.head.relation.0 as usize] |= persists;
        }
        let owner = |(rule, &persists): (&Rule, &bool)| {
            let head = rule.head.relation.0 as usize;
            of_relation[head].filter(|_| !(persists && sent[head]))
        };
        let of_rule: Vec<Option<usize>> = program.rules.iter().zip(&persists).map(owner).collect();
        let mut readers = vec![BTreeSet::new(); program.relations.len()];
        for (rule, owner) in program.rules.iter().zip(&of_rule) {
            for relation in read_by(rule) {
                readers[relation.0 as usize].extend(owner);
            }
        }
        let constant = (0..program.relations.len() as u32).map(RelationId);
        let constant = constant.map(|relation| analysis.polarity.flags(relation).is_constant()).collect();
        Owners { of_relation, of_rule, persists, sent, guarded, constant, readers }
    }

    /// The streams, in the order of relations.
    pub fn streams(&self, program: &Program) -> Vec<Carried> {
        let mut read = vec![false; program.relations.len()];
        for (rule, _) in program.rules.iter().zip(&self.persists).filter(|(_, persists)| !**persists) {
            for relation in read_by(rule).filter(|&relation| relation != rule.head.relation) {
                read[relation.0 as usize] = true;
            }
        }
        let mut streams = Vec::new();
        let mut outside = vec![false; program.relations.len()];
        for (at, rule) in program.rules.iter().enumerate() {
            outside[rule.head.relation.0 as usize] |= self.of_rule[at].is_none() && !self.persists[at];
        }
        for (at, declared) in program.relations.iter().enumerate() {
            let relation = RelationId(at as u32);
            if self.constant[at] || declared.observer {
                continue;
            }
            let from = self.of_relation[at];
            let external = outside[at] || declared.is_edb();
            let leaves = if program.outputs_declared { program.outputs.contains(&relation) } else { !read[at] };
            let crosses = self.readers[at].iter().any(|&reader| from != Some(reader));
            let inside = from.is_some() || !self.readers[at].is_empty();
            if inside && (self.sent[at] || crosses || (leaves && from.is_some())) {
                streams.push(Carried { relation, from, external });
            }
        }
        streams
    }

    /// The rules of a relation that belong to no component, but for exact persistence.
    pub fn rules_outside<'a>(
        &'a self,
        program: &'a Program,
        relation: RelationId,
    ) -> impl Iterator<Item = RuleId> + 'a {
        let outside = move |&at: &usize| {
            program.rules[at].head.relation == relation && self.of_rule[at].is_none() && !self.persists[at]
        };
        (0..program.rules.len()).filter(outside).map(|at| RuleId(at as u32))
    }

    /// Whether a component takes a stream as it arrives. What a component derives itself, without a message, is part of it.
    pub fn is_input(&self, component: usize, stream: Carried) -> bool {
        let at = stream.relation.0 as usize;
        self.readers[at].contains(&component) && (self.sent[at] || self.of_relation[at] != Some(component))
    }

    /// Rules outside whose contribution to a stream depends on the order of deliveries.
    pub fn races_outside(&self, program: &Program, analysis: &Analysis, streams: &[Carried]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for stream in streams {
            let Some(rule) =
                self.rules_outside(program, stream.relation).find(|&rule| !analysis.polarity.derived(rule).occurs)
            else {
                continue;
            };
            let name = &program.relation(stream.relation).name;
            let message = format!(
                "expected a source of `{name}` that is the same in every run, found a rule of no component that may not be"
            );
            found.push(
                Diagnostic::at(
                    codes::RACE_OUTSIDE,
                    program.rules[rule.0 as usize].span,
                    message,
                    "outside of all components",
                )
                .help(format!("name `{name}`, or what this rule reads, in a component of the description")),
            );
        }
        found
    }
}

/// By relation, the component that names it.
fn named(program: &Program, description: &Description, findings: &mut Vec<Diagnostic>) -> Vec<Option<usize>> {
    let mut heads = vec![false; program.relations.len()];
    for rule in &program.rules {
        heads[rule.head.relation.0 as usize] = true;
    }
    let known = || {
        program.relations.iter().zip(&heads).filter(|(_, heads)| **heads).map(|(relation, _)| relation.name.as_str())
    };
    let mut owners = vec![None; program.relations.len()];
    let mut first = BTreeMap::new();
    for (component, described) in description.components.iter().enumerate() {
        for (name, span) in &described.rules {
            let Some(relation) = program.relation_named(name).filter(|relation| heads[relation.0 as usize]) else {
                let message =
                    format!("expected a relation that rules head, found `{}`", crate::flow::yaml::clipped(name));
                let help = match nearest(name, known()) {
                    Some(near) => format!("perhaps `{near}` is meant"),
                    None => "a component is the set of rules that head the relations it names".to_string(),
                };
                findings.push(Diagnostic::at(codes::NO_SUCH_RULES, *span, message, "no rule does").help(help));
                continue;
            };
            if let Some(before) = first.insert(relation, *span) {
                let message = format!("expected each relation in one component, found `{name}` again");
                findings.push(
                    Diagnostic::at(codes::IN_TWO_COMPONENTS, *span, message, "again")
                        .with(before, "first here")
                        .help("components share no rules: leave it in the one that derives it"),
                );
                continue;
            }
            owners[relation.0 as usize] = Some(component);
        }
    }
    owners
}
