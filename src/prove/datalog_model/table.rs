//! Located facts by relation, in order of arrival, with hash indexes on demand.

use crate::program::{Fact, LocatedFact, NodeId, RelationId, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

type Row = (NodeId, Box<[Value]>);

/// The columns of an index.
pub type Columns = Box<[usize]>;

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Row>,
    seen: FxHashSet<Row>,
    /// For each set of columns asked for: node and values there to the rows that have them, ascending.
    indexes: FxHashMap<Columns, FxHashMap<Row, Vec<u32>>>,
}

/// One table a relation.
#[derive(Debug)]
pub struct Tables {
    tables: Vec<Table>,
}

impl Tables {
    /// Empty tables.
    pub fn new(relations: usize) -> Self {
        Tables { tables: std::iter::repeat_with(Table::default).take(relations).collect() }
    }

    /// Adds a fact; whether it is new.
    pub fn insert(&mut self, relation: RelationId, node: NodeId, values: Box<[Value]>) -> bool {
        let table = &mut self.tables[relation.0 as usize];
        let row = (node, values);
        if !table.seen.insert(row.clone()) {
            return false;
        }
        let number = table.rows.len() as u32;
        #[expect(clippy::iter_over_hash_type, reason = "each index is updated by itself")]
        for (columns, index) in &mut table.indexes {
            index.entry(key(columns, &row)).or_default().push(number);
        }
        table.rows.push(row);
        true
    }

    /// The number of facts of each relation.
    pub fn lengths(&self) -> Vec<u32> {
        self.tables.iter().map(|table| table.rows.len() as u32).collect()
    }

    /// The number of facts of one relation.
    pub fn length(&self, relation: RelationId) -> u32 {
        self.tables[relation.0 as usize].rows.len() as u32
    }

    /// Builds the index of a relation on these columns, if it is not there.
    pub fn index(&mut self, relation: RelationId, columns: &Columns) {
        let table = &mut self.tables[relation.0 as usize];
        if table.indexes.contains_key(columns) {
            return;
        }
        let mut index: FxHashMap<Row, Vec<u32>> = FxHashMap::default();
        for (number, row) in table.rows.iter().enumerate() {
            index.entry(key(columns, row)).or_default().push(number as u32);
        }
        table.indexes.insert(columns.clone(), index);
    }

    /// A fact by its number.
    pub fn row(&self, relation: RelationId, number: u32) -> (NodeId, &[Value]) {
        let (node, values) = &self.tables[relation.0 as usize].rows[number as usize];
        (*node, values)
    }

    /// The numbers of the facts at `node` with these values in the columns of an index that was built, ascending.
    pub fn lookup(&self, relation: RelationId, columns: &Columns, node: NodeId, values: Box<[Value]>) -> &[u32] {
        let index = self.tables[relation.0 as usize].indexes.get(columns);
        index.and_then(|index| index.get(&(node, values))).map_or(&[], Vec::as_slice)
    }

    /// All facts of the relations that are wanted.
    pub fn into_facts(self, wanted: impl Fn(RelationId) -> bool) -> BTreeSet<LocatedFact> {
        let mut facts = BTreeSet::new();
        for (index, table) in self.tables.into_iter().enumerate() {
            let relation = RelationId(index as u32);
            if wanted(relation) {
                let located = |(node, values)| LocatedFact { node, fact: Fact { relation, values } };
                facts.extend(table.rows.into_iter().map(located));
            }
        }
        facts
    }
}

fn key(columns: &Columns, (node, values): &Row) -> Row {
    (*node, columns.iter().map(|&column| values[column]).collect())
}
