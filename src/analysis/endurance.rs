//! Which relations and rules may hold at infinitely many steps of a run.
//!
//! A relation *ends* if in every fair run of every instance it holds at finitely many steps only: event relations, and
//! whatever needs one of these each time it is derived. Everything else may *endure*. Components of the dependency graph are taken in
//! order. Within a component without a temporal cycle a derivation is well-founded within one step, so the enduring
//! relations are the least fixpoint; a temporal cycle can feed itself, so there they are the greatest. An
//! async rule that fires finitely often sends finitely many copies, all of which are delivered, so messages end with the rules
//! that send them. Linear: each positive atom is looked at twice.

use super::dependency::Dependencies;
use crate::program::{Kind, Program, RelationId, RuleId, When};

/// The answer for each relation and rule.
#[derive(Debug, Clone)]
pub struct Endurance {
    relations: Vec<bool>,
    rules: Vec<bool>,
}

impl Endurance {
    /// Whether the relation may hold at infinitely many steps of one node.
    pub fn relation(&self, relation: RelationId) -> bool {
        self.relations[relation.0 as usize]
    }

    /// Whether the rule may fire at infinitely many steps of one node.
    pub fn rule(&self, rule: RuleId) -> bool {
        self.rules[rule.0 as usize]
    }

    /// Computes it.
    pub fn of(program: &Program, dependencies: &Dependencies) -> Self {
        let mut relations = vec![false; program.relations.len()];
        for (index, relation) in program.relations.iter().enumerate() {
            relations[index] = relation.kind == Kind::Static;
        }
        for initial in &program.facts {
            if initial.when == When::Always {
                relations[initial.fact.relation.0 as usize] = true;
            }
        }
        let mut headed_by = vec![Vec::new(); program.relations.len()];
        for (index, rule) in program.rules.iter().enumerate() {
            headed_by[rule.head.relation.0 as usize].push(index);
        }
        let temporal = temporal_components(dependencies);
        let mut search = Search { program, relations, readers: vec![Vec::new(); program.relations.len()] };
        for (component, members) in dependencies.components().iter().enumerate() {
            let rules: Vec<usize> = members.iter().flat_map(|m| headed_by[m.0 as usize].iter().copied()).collect();
            let inside = |relation: RelationId| dependencies.component(relation) == component;
            if temporal[component] {
                search.greatest(members, &rules, &headed_by, inside);
            } else {
                search.least(&rules, inside);
            }
        }
        let relations = search.relations;
        let fires = |rule: &crate::program::Rule| rule.positive.iter().all(|a| relations[a.relation.0 as usize]);
        let rules = program.rules.iter().map(fires).collect();
        Endurance { relations, rules }
    }
}

/// Which components have an inductive or async edge inside, by index into [`Dependencies::components`].
pub fn temporal_components(dependencies: &Dependencies) -> Vec<bool> {
    let mut temporal = vec![false; dependencies.components().len()];
    for (read, head, dependency) in dependencies.edges() {
        if dependency.is_temporal() && dependencies.on_cycle(read, head) {
            temporal[dependencies.component(head)] = true;
        }
    }
    temporal
}

struct Search<'a> {
    program: &'a Program,
    relations: Vec<bool>,
    /// For each relation of the component at hand, the rules of the component that read it, once an atom.
    readers: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Relations of the component become true once one of their rules has no positive atom left that is not.
    fn least(&mut self, rules: &[usize], inside: impl Fn(RelationId) -> bool) {
        let mut missing = vec![0usize; rules.len()];
        let mut ready = Vec::new();
        for (local, &rule) in rules.iter().enumerate() {
            for atom in &self.program.rules[rule].positive {
                if !self.relations[atom.relation.0 as usize] {
                    missing[local] += 1;
                    if inside(atom.relation) {
                        self.readers[atom.relation.0 as usize].push(local);
                    }
                }
            }
            if missing[local] == 0 {
                ready.push(local);
            }
        }
        while let Some(local) = ready.pop() {
            let head = self.program.rules[rules[local]].head.relation.0 as usize;
            if std::mem::replace(&mut self.relations[head], true) {
                continue;
            }
            for reader in std::mem::take(&mut self.readers[head]) {
                missing[reader] -= 1;
                if missing[reader] == 0 {
                    ready.push(reader);
                }
            }
        }
    }

    /// Relations of the component stay true until each of their rules has a positive atom that is not.
    fn greatest(
        &mut self,
        members: &[RelationId],
        rules: &[usize],
        headed_by: &[Vec<usize>],
        inside: impl Fn(RelationId) -> bool,
    ) {
        let given: Vec<bool> = members.iter().map(|m| self.relations[m.0 as usize]).collect();
        let mut supports = vec![0usize; members.len()];
        for (local, member) in members.iter().enumerate() {
            supports[local] = headed_by[member.0 as usize].len();
            self.relations[member.0 as usize] = true;
        }
        let place = |relation: RelationId| members.binary_search(&relation).ok();
        let mut dead = vec![false; rules.len()];
        let mut dying = Vec::new();
        for (local, &rule) in rules.iter().enumerate() {
            for atom in &self.program.rules[rule].positive {
                if inside(atom.relation) {
                    self.readers[atom.relation.0 as usize].push(local);
                } else if !self.relations[atom.relation.0 as usize] && !dead[local] {
                    dead[local] = true;
                    dying.push(local);
                }
            }
        }
        while let Some(local) = dying.pop() {
            let head = self.program.rules[rules[local]].head.relation;
            let Some(at) = place(head) else { continue };
            supports[at] -= 1;
            if supports[at] > 0 || given[at] {
                continue;
            }
            self.relations[head.0 as usize] = false;
            for reader in std::mem::take(&mut self.readers[head.0 as usize]) {
                if !std::mem::replace(&mut dead[reader], true) {
                    dying.push(reader);
                }
            }
        }
    }
}
