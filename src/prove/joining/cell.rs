//! Which relations a proof is about, and as what it takes the others.

use crate::analysis::Polarity;
use crate::program::{Program, RelationId, Rule, RuleKind, When};
use crate::prove::prover::Flaw;
use std::collections::BTreeSet;

/// As what a proof takes a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Not read.
    Outside,
    /// The same at all steps of all runs, whatever it holds.
    Fixed,
    /// Its facts come in every fair run or in none, and stay.
    Kept,
    /// Its facts come in every fair run or in none; they may go again.
    Free,
    /// Derived by its own rules.
    Own,
}

/// How far a cell reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// To relations whose flags say enough.
    Flags,
    /// To what is given, and to what never changes: how relations with flags hang together counts, too.
    Given,
}

/// Relations closed under what their rules read, except where the flags of a relation say enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// By relation.
    pub roles: Vec<Role>,
    /// Those derived by their own rules, in order.
    pub own: Vec<RelationId>,
    /// Those kept, in order.
    pub kept: Vec<RelationId>,
    /// Those free, in order.
    pub free: Vec<RelationId>,
    /// Those fixed, in order.
    pub fixed: Vec<RelationId>,
}

impl Cell {
    /// The least one with these relations.
    pub fn around(
        program: &Program,
        polarity: &Polarity,
        start: &BTreeSet<RelationId>,
        reach: Reach,
        flaw: Option<Flaw>,
    ) -> Self {
        let mut roles = vec![Role::Outside; program.relations.len()];
        let mut open: Vec<RelationId> = start.iter().copied().collect();
        for relation in &open {
            roles[relation.0 as usize] = Role::Own;
        }
        let mut rules_of: Vec<Vec<usize>> = vec![Vec::new(); program.relations.len()];
        for (index, rule) in program.rules.iter().enumerate() {
            rules_of[rule.head.relation.0 as usize].push(index);
        }
        while let Some(relation) = open.pop() {
            for &rule in &rules_of[relation.0 as usize] {
                for read in reads(&program.rules[rule]) {
                    let role = &mut roles[read.0 as usize];
                    if *role != Role::Outside {
                        continue;
                    }
                    let flags = polarity.flags(read);
                    let opaque = reach == Reach::Flags || program.relation(read).is_edb();
                    *role = if flags.is_constant() {
                        Role::Fixed
                    } else if !opaque {
                        open.push(read);
                        Role::Own
                    } else if flags.up {
                        Role::Kept
                    } else if flags.occurs || flaw == Some(Flaw::Strangers) {
                        Role::Free
                    } else {
                        open.push(read);
                        Role::Own
                    };
                }
            }
        }
        let of = |wanted: Role| {
            (0..program.relations.len() as u32).map(RelationId).filter(|r| roles[r.0 as usize] == wanted).collect()
        };
        Cell { own: of(Role::Own), kept: of(Role::Kept), free: of(Role::Free), fixed: of(Role::Fixed), roles }
    }

    /// As what it takes a relation.
    pub fn role(&self, relation: RelationId) -> Role {
        self.roles[relation.0 as usize]
    }

    /// The rules of its own relations, in order.
    pub fn rules<'p>(&'p self, program: &'p Program) -> impl Iterator<Item = (usize, &'p Rule)> {
        program.rules.iter().enumerate().filter(|(_, rule)| self.role(rule.head.relation) == Role::Own)
    }

    /// Its own relations that inductive rules carry to the next step.
    pub fn carried(&self, program: &Program) -> Vec<RelationId> {
        self.headed_by(program, RuleKind::Inductive)
    }

    /// Its own relations that are sent.
    pub fn sent(&self, program: &Program) -> Vec<RelationId> {
        self.headed_by(program, RuleKind::Async)
    }

    fn headed_by(&self, program: &Program, kind: RuleKind) -> Vec<RelationId> {
        let heads: BTreeSet<RelationId> =
            self.rules(program).filter(|(_, rule)| rule.kind == kind).map(|(_, rule)| rule.head.relation).collect();
        heads.into_iter().collect()
    }

    /// The relations whose facts come from outside of a step, one way or another: all but those that are fixed or only derived.
    pub fn inputs(&self, program: &Program) -> Vec<RelationId> {
        let mut inputs: BTreeSet<RelationId> = self.kept.iter().chain(&self.free).copied().collect();
        inputs.extend(self.sent(program));
        let events = program.facts.iter().filter(|given| given.when != When::Always).map(|given| given.fact.relation);
        inputs.extend(events.filter(|relation| self.role(*relation) == Role::Own));
        inputs.into_iter().collect()
    }

    /// Its own relations that have facts which hold at every step.
    pub fn given(&self, program: &Program) -> Vec<RelationId> {
        let given: BTreeSet<RelationId> = (program.facts.iter())
            .filter(|given| given.when == When::Always && self.role(given.fact.relation) == Role::Own)
            .map(|given| given.fact.relation)
            .collect();
        given.into_iter().collect()
    }

    /// An own relation that depends on itself through deductive rules alone.
    pub fn recursive(&self, program: &Program) -> Option<RelationId> {
        let mut edges: Vec<(RelationId, RelationId)> = Vec::new();
        for (_, rule) in self.rules(program).filter(|(_, rule)| rule.kind == RuleKind::Deductive) {
            edges.extend(
                reads(rule).filter(|read| self.role(*read) == Role::Own).map(|read| (read, rule.head.relation)),
            );
        }
        // What nothing read by itself leads to is taken away until nothing more can be.
        let mut left: BTreeSet<RelationId> = self.own.iter().copied().collect();
        loop {
            let fed: BTreeSet<RelationId> =
                edges.iter().filter(|(read, head)| left.contains(read) && left.contains(head)).map(|e| e.1).collect();
            if fed.len() == left.len() {
                return left.first().copied();
            }
            left = fed;
        }
    }
}

/// The relations that a rule reads, with repetitions.
pub fn reads(rule: &Rule) -> impl Iterator<Item = RelationId> {
    rule.positive.iter().map(|atom| atom.relation).chain(rule.negative.iter().map(|atom| atom.relation))
}
