//! The facts that may hold in one round, found by what is known of their columns.

use crate::faults::circuit::GateId;
use crate::program::{Fact, RelationId, Value};
use rustc_hash::FxHashMap;

/// A fact, by number in its table.
pub type EntryId = u32;

/// A fact that may hold, with the gate that says whether it does.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The fact.
    pub fact: Fact,
    /// Its gate.
    pub gate: GateId,
    /// Whether it has turned out that it never holds.
    pub dead: bool,
}

/// The facts of one round in the order in which they were found.
#[derive(Debug, Clone, Default)]
pub struct Table {
    entries: Vec<Entry>,
    ids: FxHashMap<Fact, EntryId>,
    /// By relation, in order.
    extents: Vec<Vec<EntryId>>,
    indexes: FxHashMap<(RelationId, u64), Index>,
}

/// The facts of a relation by the values in some columns.
#[derive(Debug, Clone, Default)]
struct Index {
    /// How many of the extent are in it.
    indexed: usize,
    by_key: FxHashMap<Vec<Value>, Vec<EntryId>>,
}

impl Table {
    /// No facts, of this many relations.
    pub fn new(relations: usize) -> Self {
        Table { extents: vec![Vec::new(); relations], ..Table::default() }
    }

    /// How many relations there are.
    pub fn relations(&self) -> usize {
        self.extents.len()
    }

    /// The entries in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many facts there are, dead ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// An entry.
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id as usize]
    }

    /// The entry of a fact.
    pub fn find(&self, fact: &Fact) -> Option<EntryId> {
        self.ids.get(fact).copied()
    }

    /// Adds a fact that is not there yet.
    pub fn add(&mut self, fact: Fact, gate: GateId) -> EntryId {
        let id = self.entries.len() as EntryId;
        self.extents[fact.relation.0 as usize].push(id);
        self.ids.insert(fact.clone(), id);
        self.entries.push(Entry { fact, gate, dead: false });
        id
    }

    /// Takes a fact that never holds out of all that follows.
    pub fn bury(&mut self, id: EntryId) {
        self.entries[id as usize].dead = true;
    }

    /// The facts of a relation in order.
    pub fn extent(&self, relation: RelationId) -> &[EntryId] {
        &self.extents[relation.0 as usize]
    }

    /// The facts of a relation with these values in the columns of a mask (bit i is column i), in order.
    pub fn matching(&mut self, relation: RelationId, mask: u64, key: &[Value]) -> Vec<EntryId> {
        let extent = &self.extents[relation.0 as usize];
        if mask == 0 {
            return extent.clone();
        }
        let index = self.indexes.entry((relation, mask)).or_default();
        for &id in &extent[index.indexed..] {
            let values = &self.entries[id as usize].fact.values;
            let key = columns(mask).filter_map(|column| values.get(column).copied()).collect();
            index.by_key.entry(key).or_default().push(id);
        }
        index.indexed = extent.len();
        index.by_key.get(key).cloned().unwrap_or_default()
    }
}

/// The columns of a mask.
fn columns(mask: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |column| mask >> column & 1 == 1)
}
