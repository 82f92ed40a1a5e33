//! What observer rules read of nodes' steps, and whether the order of steps of different nodes can matter to them.

use super::atoms::{Atom, Atoms};
use crate::eval::ground::Ground;
use crate::program::{Program, RelationId};

/// How observers read a relation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// More of it can make more observed.
    pub needed: bool,
    /// More of it can make less observed.
    pub forbidden: bool,
}

/// How the observer rules read each relation, by its number. Where observer relations are negated or aggregated, or a round is named, each
/// reading counts for both.
pub fn readings(program: &Program) -> Vec<Reading> {
    let mut readings = vec![Reading::default(); program.relations.len()];
    let twisted = program.observers.iter().any(|rule| {
        rule.head.is_aggregated()
            || rule.positive.iter().any(|atom| atom.time.is_some())
            || rule.negative.iter().any(|atom| atom.time.is_some() || program.relation(atom.relation).observer)
    });
    for rule in &program.observers {
        for atom in &rule.positive {
            let reading = &mut readings[atom.relation.0 as usize];
            reading.needed = true;
            reading.forbidden |= twisted;
        }
        for atom in &rule.negative {
            let reading = &mut readings[atom.relation.0 as usize];
            reading.forbidden = true;
            reading.needed |= twisted;
        }
    }
    readings
}

/// Whether observers, if there are any, read nothing but up atoms, which they need. Then what they see at some time of a run
/// they see ever after, so it does not matter in which order steps of different nodes are taken, and steps at which
/// nothing changes can be put in and left out.
pub fn is_order_unobserved(program: &Program, ground: &Ground, atoms: &Atoms) -> bool {
    let readings = readings(program);
    (0..).zip(relations(program, ground)).all(|(atom, relation): (Atom, RelationId)| {
        let Reading { needed, forbidden } = readings.get(relation.0 as usize).copied().unwrap_or_default();
        !forbidden && (!needed || atoms.is_up(atom))
    })
}

/// The relation of each atom; hidden atoms have relations beyond those of the program.
pub fn relations(program: &Program, ground: &Ground) -> Vec<RelationId> {
    program.node_ids().flat_map(|node| ground.atoms(node).iter().map(|fact| fact.relation)).collect()
}
