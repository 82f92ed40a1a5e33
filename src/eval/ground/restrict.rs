//! A grounded program cut down to some of its nodes and atoms, with numbers of its own.
//!
//! Atoms keep their order at each node. So parts of a program that differ in nothing but names (the fifth of forty servers
//! and the sixth, one pair of keys and another) come out with the same rules, number by number, and what is found of
//! one can be told of the other.

use super::{Aggregation, Ground, GroundNode, Numbered};
use crate::eval::ground::circuit::Circuit;
use crate::program::{Fact, NodeId, RuleKind};

impl Ground {
    /// Whether an atom of a node holds in every step.
    pub fn is_certain(&self, node: NodeId, atom: u32) -> bool {
        self.node(node).circuit.certain[atom as usize / 64] >> (atom % 64) & 1 > 0
    }

    /// The program of `nodes`, numbered in this order, with those of their atoms that `keep` names. The other atoms are false
    /// there; what holds in every step needs no rule. Linear in the rules and atoms of these nodes.
    pub fn restrict(&self, nodes: &[NodeId], keep: impl Fn(NodeId, u32) -> bool) -> Ground {
        // By node and atom, the new number.
        let mut numbers: Vec<Vec<Option<u32>>> = vec![Vec::new(); self.nodes.len()];
        let mut places: Vec<Option<u32>> = vec![None; self.nodes.len()];
        for (place, &node) in (0..).zip(nodes) {
            places[node.0 as usize] = Some(place);
            let mut next = 0;
            let atoms = 0..self.atoms(node).len() as u32;
            numbers[node.0 as usize] = atoms
                .map(|atom| {
                    let kept = keep(node, atom);
                    next += u32::from(kept);
                    kept.then(|| next - 1)
                })
                .collect();
        }
        let addressed = |&(to, atom): &(NodeId, u32)| {
            let place = places[to.0 as usize]?;
            let number = numbers[to.0 as usize][atom as usize]?;
            (!self.is_certain(to, atom)).then_some((NodeId(place), number))
        };
        let cut = |&node: &NodeId| {
            let numbers = &numbers[node.0 as usize];
            let mut messages: Vec<(NodeId, u32)> = self.messages(node).iter().filter_map(addressed).collect();
            messages.sort_unstable();
            let rule = |rule: &Numbered| {
                let head = if rule.kind == RuleKind::Async {
                    let message = addressed(&self.messages(node)[rule.head as usize])?;
                    messages.binary_search(&message).ok()? as u32
                } else {
                    numbers[rule.head as usize].filter(|_| !self.is_certain(node, rule.head))?
                };
                let positive =
                    rule.positive.iter().map(|&atom| numbers[atom as usize]).collect::<Option<Vec<u32>>>()?;
                let negative = rule.negative.iter().filter_map(|&atom| numbers[atom as usize]).collect();
                Some(Numbered { kind: rule.kind, head, positive, negative })
            };
            let mut rules: Vec<Numbered> = self.rules(node).iter().filter_map(rule).collect();
            rules.sort_unstable();
            let kept = |atom: &u32| numbers[*atom as usize].is_some();
            let old: Vec<u32> = (0..numbers.len() as u32).filter(kept).collect();
            let atoms: Vec<Fact> = old.iter().map(|&atom| self.atoms(node)[atom as usize].clone()).collect();
            let carried = old.partition_point(|&atom| (atom as usize) < self.carried_atoms(node));
            let certain = (0..).zip(&old).filter(|&(_, &atom)| self.is_certain(node, atom)).map(|(number, _)| number);
            let circuit = Circuit::new(atoms.len(), carried, messages.len(), certain, &rules);
            let events = self.events(node).iter();
            let events = events.filter_map(|&(step, atom)| Some((step, numbers[atom as usize]?))).collect();
            let mut by_fact: Vec<(Fact, u32)> = atoms.iter().cloned().zip(0..).collect();
            by_fact.sort_unstable();
            GroundNode { atoms, numbers: by_fact, carried, events, messages, rules, circuit }
        };
        let place = |node: NodeId| places[node.0 as usize].map(NodeId);
        let is_kept = |node: NodeId, fact: &Fact| {
            let atom = self.atom(node, fact);
            atom.is_some_and(|atom| numbers[node.0 as usize].get(atom as usize).is_some_and(Option::is_some))
        };
        // All parts of an aggregate that matters stand, kept or not: so many of them are certain.
        let aggregation = |aggregation: &Aggregation| {
            let Aggregation { node, parts, heads, .. } = aggregation;
            let matters = parts.iter().any(|part| is_kept(*node, part))
                || heads.iter().flatten().any(|(to, head)| is_kept(*to, head));
            let head = |head: &Option<(NodeId, Fact)>| {
                let (to, fact) = head.as_ref()?;
                Some((place(*to)?, fact.clone()))
            };
            matters.then_some(())?;
            Some(Aggregation { node: place(*node)?, heads: heads.iter().map(head).collect(), ..aggregation.clone() })
        };
        Ground {
            nodes: nodes.iter().map(cut).collect(),
            relations: self.relations,
            counters: self.counters.clone(),
            aggregations: self.aggregations.iter().filter_map(aggregation).collect(),
        }
    }

    /// Whether another program is this one with other values: the same numbers throughout, and atoms of the same
    /// relations. Hidden atoms may differ in their relations.
    pub fn is_renaming_of(&self, other: &Ground) -> bool {
        let relation = |fact: &Fact| if self.is_shown(fact) { Some(fact.relation) } else { None };
        let same = |one: &GroundNode, other: &GroundNode| {
            one.carried == other.carried
                && one.atoms.len() == other.atoms.len()
                && one.events == other.events
                && one.messages == other.messages
                && one.rules == other.rules
                && one.circuit.certain == other.circuit.certain
                && one.atoms.iter().zip(&other.atoms).all(|(one, other)| relation(one) == relation(other))
        };
        self.nodes.len() == other.nodes.len()
            && self.relations == other.relations
            && self.nodes.iter().zip(&other.nodes).all(|(one, other)| same(one, other))
    }
}
