//! Facts by number: a hash-consed table that grows on demand, and in [`step`] the facts of one step by relation.
//!
//! A search meets the same few facts millions of times, so a fact is hashed when it is derived and is a 32-bit number
//! everywhere else.

pub mod step;

use crate::program::{Fact, RelationId, Value};
use hashbrown::HashTable;

/// A fact of a [`FactTable`]. Numbers are given in order of first interning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub u32);

/// Every fact met so far, each once.
#[derive(Debug, Clone, Default)]
pub struct FactTable {
    facts: Vec<Fact>,
    ids: HashTable<u32>,
}

impl FactTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a fact, which is added if it is new. Expected constant time.
    ///
    /// # Panics
    /// With more than 2³² facts, which no memory bound allows.
    pub fn intern(&mut self, fact: &Fact) -> FactId {
        self.intern_row(fact.relation, &fact.values)
    }

    /// The number of the fact `relation(values…)`, which is added if it is new.
    ///
    /// # Panics
    /// As [`Self::intern`].
    pub fn intern_row(&mut self, relation: RelationId, values: &[Value]) -> FactId {
        let facts = &self.facts;
        let hash = hash_row(relation, values);
        let same = |&id: &u32| {
            let fact = &facts[id as usize];
            fact.relation == relation && *fact.values == *values
        };
        if let Some(&id) = self.ids.find(hash, same) {
            return FactId(id);
        }
        let id = u32::try_from(self.facts.len()).expect("internal error: more than 2^32 facts");
        self.ids.insert_unique(hash, id, |&id| {
            let fact = &facts[id as usize];
            hash_row(fact.relation, &fact.values)
        });
        self.facts.push(Fact { relation, values: values.into() });
        FactId(id)
    }

    /// The fact with this number.
    ///
    /// # Panics
    /// If the table did not give the number.
    pub fn get(&self, id: FactId) -> &Fact {
        &self.facts[id.0 as usize]
    }

    /// The number of a fact, if it is in the table.
    pub fn find(&self, fact: &Fact) -> Option<FactId> {
        let same = |&id: &u32| self.facts[id as usize] == *fact;
        self.ids.find(hash_row(fact.relation, &fact.values), same).map(|&id| FactId(id))
    }

    /// How many facts there are; their numbers are the smaller ones.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}

fn hash_row(relation: RelationId, values: &[Value]) -> u64 {
    values.iter().fold(mix(SEED, u64::from(relation.0)), |hash, &value| mix(hash, word(value)))
}

const SEED: u64 = 0x243f_6a88_85a3_08d3;

/// One round of a folded multiplication: all bits of the word reach all bits of the hash.
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0x9e37_79b9_7f4a_7c15;
    (product >> 64) as u64 ^ product as u64
}

fn word(value: Value) -> u64 {
    match value {
        Value::Int(i) => i as u64,
        Value::Symbol(symbol) => (1 << 40) + u64::from(symbol.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::SymbolId;

    #[test]
    fn a_fact_has_one_number_and_a_number_one_fact() {
        let mut table = FactTable::new();
        let mut facts = Vec::new();
        for relation in 0..3 {
            for i in 0..200 {
                facts.push(Fact { relation: RelationId(relation), values: [Value::Int(i)].into() });
                facts.push(Fact { relation: RelationId(relation), values: [Value::Symbol(SymbolId(i as u32))].into() });
                facts.push(Fact { relation: RelationId(relation), values: [Value::Int(i), Value::Int(-i)].into() });
            }
        }
        let ids: Vec<FactId> = facts.iter().map(|fact| table.intern(fact)).collect();
        assert_eq!(table.len(), facts.len());
        for (id, fact) in ids.iter().zip(&facts) {
            assert_eq!(table.get(*id), fact);
            assert_eq!(table.intern(fact), *id);
            assert_eq!(table.find(fact), Some(*id));
        }
        assert_eq!(table.find(&Fact { relation: RelationId(9), values: [].into() }), None);
    }
}
