//! What observer rules read of nodes' steps, and whether the order of steps of different nodes can matter to them.
//!
//! A reduction that takes a step sooner than some run does, before steps of other nodes, changes the snapshots that these steps are seen in: what is
//! seen of the node is newer. If the newer D has all that observers need and the older one had, and nothing that they forbid and
//! the older one lacked, then whatever they found in the run they find in the other one, too ([`is_seen_early`]). If all that they read is up and
//! needed, they find it later ([`is_order_unobserved`]).

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

/// Whether observers may find less if a node shows `after` where it would still show `before`: facts in these relations, sorted.
pub fn is_seen_early(readings: &[Reading], before: &[(u32, RelationId)], after: &[(u32, RelationId)]) -> bool {
    let reading = |&(_, relation): &(u32, RelationId)| readings.get(relation.0 as usize).copied().unwrap_or_default();
    let lost = before.iter().any(|fact| reading(fact).needed && after.binary_search(fact).is_err());
    lost || after.iter().any(|fact| reading(fact).forbidden && before.binary_search(fact).is_err())
}

/// The relation of each atom; hidden atoms have relations beyond those of the program.
pub fn relations(program: &Program, ground: &Ground) -> Vec<RelationId> {
    program.node_ids().flat_map(|node| ground.atoms(node).iter().map(|fact| fact.relation)).collect()
}
