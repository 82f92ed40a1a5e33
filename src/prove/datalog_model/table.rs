//! Located facts by relation, in order of arrival, with hash indexes on demand.
//!
//! Rows lie in one stretch of memory a relation and are numbered; the set of rows and every index hold numbers only. The rows
//! of one key of an index are a chain through all of them in ascending order, so an index costs a number a row and a
//! bucket a key, and a row that arrives is appended to its chains.

use crate::program::{Fact, LocatedFact, NodeId, RelationId, Value};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

/// The columns of an index, ascending.
pub type Columns = Box<[usize]>;

/// No row.
const NONE: u32 = u32::MAX;

#[derive(Debug)]
struct Table {
    arity: usize,
    nodes: Vec<NodeId>,
    values: Vec<Value>,
    seen: HashTable<u32>,
    indexes: Vec<Index>,
}

#[derive(Debug)]
struct Index {
    columns: Columns,
    chains: HashTable<Chain>,
    /// For each row the next one with the same key.
    next: Vec<u32>,
}

/// The first and the last row with one key.
#[derive(Debug, Clone, Copy)]
struct Chain {
    first: u32,
    last: u32,
}

/// The numbers of the rows with one key, ascending.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    next: &'a [u32],
    at: u32,
    end: u32,
}

impl Rows<'_> {
    /// Those below `end`.
    #[must_use]
    pub fn below(self, end: u32) -> Self {
        Rows { end, ..self }
    }
}

impl Iterator for Rows<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let found = self.at;
        if found >= self.end {
            return None;
        }
        self.at = self.next[found as usize];
        Some(found)
    }
}

fn hash<'a>(node: NodeId, values: impl Iterator<Item = &'a Value>) -> u64 {
    let mut hasher = FxHasher::default();
    node.hash(&mut hasher);
    values.for_each(|value| value.hash(&mut hasher));
    hasher.finish()
}

impl Table {
    fn row(&self, number: u32) -> (NodeId, &[Value]) {
        let start = number as usize * self.arity;
        (self.nodes[number as usize], &self.values[start..start + self.arity])
    }

    fn hash_of(&self, number: u32, columns: &Columns) -> u64 {
        let (node, values) = self.row(number);
        hash(node, columns.iter().map(|&column| &values[column]))
    }

    /// Adds a row to the chains of an index of this table.
    fn chain(&self, index: &mut Index, number: u32) {
        let Index { columns, chains, next } = index;
        let (node, values) = self.row(number);
        let same = |chain: &Chain| {
            let (other, there) = self.row(chain.first);
            other == node && columns.iter().all(|&column| there[column] == values[column])
        };
        let hash_of = |chain: &Chain| self.hash_of(chain.first, columns);
        next.push(NONE);
        match chains.entry(self.hash_of(number, columns), same, hash_of) {
            Entry::Occupied(mut entry) => {
                let chain = entry.get_mut();
                next[chain.last as usize] = number;
                chain.last = number;
            }
            Entry::Vacant(entry) => {
                entry.insert(Chain { first: number, last: number });
            }
        }
    }
}

/// One table a relation.
#[derive(Debug)]
pub struct Tables {
    tables: Vec<Table>,
}

impl Tables {
    /// Empty tables of relations with this many columns.
    pub fn new(arities: impl Iterator<Item = usize>) -> Self {
        let table =
            |arity| Table { arity, nodes: Vec::new(), values: Vec::new(), seen: HashTable::new(), indexes: Vec::new() };
        Tables { tables: arities.map(table).collect() }
    }

    /// Adds a fact; whether it is new.
    ///
    /// # Panics
    /// If a relation has 2³² facts, for which no memory suffices.
    pub fn insert(&mut self, relation: RelationId, node: NodeId, values: &[Value]) -> bool {
        let table = &mut self.tables[relation.0 as usize];
        let number = u32::try_from(table.nodes.len()).expect("internal error: a relation has 2³² facts");
        let Table { arity, nodes, values: all, seen, .. } = table;
        let row = |number: u32| {
            let start = number as usize * *arity;
            (nodes[number as usize], &all[start..start + *arity])
        };
        let hash_of = |&number: &u32| {
            let (node, values) = row(number);
            hash(node, values.iter())
        };
        match seen.entry(hash(node, values.iter()), |&other| row(other) == (node, values), hash_of) {
            Entry::Occupied(_) => return false,
            Entry::Vacant(entry) => entry.insert(number),
        };
        table.nodes.push(node);
        table.values.extend_from_slice(values);
        let mut indexes = std::mem::take(&mut table.indexes);
        indexes.iter_mut().for_each(|index| table.chain(index, number));
        table.indexes = indexes;
        true
    }

    /// Makes room for so many more facts of a relation.
    pub fn reserve(&mut self, relation: RelationId, more: usize) {
        let table = &mut self.tables[relation.0 as usize];
        let Table { arity, nodes, values, seen, .. } = table;
        let hash_of = |&number: &u32| {
            let start = number as usize * *arity;
            hash(nodes[number as usize], values[start..start + *arity].iter())
        };
        seen.reserve(more, hash_of);
        nodes.reserve_exact(more);
        values.reserve_exact(more * *arity);
    }

    /// Whether a fact is there.
    pub fn contains(&self, relation: RelationId, node: NodeId, values: &[Value]) -> bool {
        let table = &self.tables[relation.0 as usize];
        table.seen.find(hash(node, values.iter()), |&number| table.row(number) == (node, values)).is_some()
    }

    /// The number of facts of each relation.
    pub fn lengths(&self) -> Vec<u32> {
        self.tables.iter().map(|table| table.nodes.len() as u32).collect()
    }

    /// The number of facts of one relation.
    pub fn length(&self, relation: RelationId) -> u32 {
        self.tables[relation.0 as usize].nodes.len() as u32
    }

    /// Builds the index of a relation on these columns, if it is not there.
    pub fn index(&mut self, relation: RelationId, columns: &Columns) {
        let table = &mut self.tables[relation.0 as usize];
        if table.indexes.iter().any(|index| index.columns == *columns) {
            return;
        }
        let mut index = Index { columns: columns.clone(), chains: HashTable::new(), next: Vec::new() };
        (0..table.nodes.len() as u32).for_each(|number| table.chain(&mut index, number));
        table.indexes.push(index);
    }

    /// A fact by its number.
    pub fn row(&self, relation: RelationId, number: u32) -> (NodeId, &[Value]) {
        self.tables[relation.0 as usize].row(number)
    }

    /// The facts at `node` with these values in the columns of an index that was built.
    ///
    /// # Panics
    /// If the index was not built.
    pub fn lookup(&self, relation: RelationId, columns: &Columns, node: NodeId, values: &[Value]) -> Rows<'_> {
        let table = &self.tables[relation.0 as usize];
        let index = table.indexes.iter().find(|index| index.columns == *columns);
        let index = index.expect("internal error: an index that was not built");
        let chain = index.chains.find(hash(node, values.iter()), |chain| {
            let (other, there) = table.row(chain.first);
            other == node && columns.iter().zip(values).all(|(&column, value)| there[column] == *value)
        });
        Rows { next: &index.next, at: chain.map_or(NONE, |chain| chain.first), end: NONE }
    }

    /// All facts of the relations that are wanted.
    pub fn into_facts(self, wanted: impl Fn(RelationId) -> bool) -> BTreeSet<LocatedFact> {
        let mut facts = Vec::new();
        for (relation, table) in (0..).map(RelationId).zip(self.tables) {
            if wanted(relation) {
                let located = |number| {
                    let (node, values) = table.row(number);
                    LocatedFact { node, fact: Fact { relation, values: values.into() } }
                };
                facts.extend((0..table.nodes.len() as u32).map(located));
            }
        }
        facts.into_iter().collect()
    }
}
