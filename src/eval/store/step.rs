//! D while a step is evaluated: its facts by relation, in order of derivation, with hash indexes on bound columns.
//!
//! Extents only grow, so a position range is a semi-naive delta. An index is made when a probe first needs it and
//! catches up at each probe. Small extents are scanned: that is faster than hashing. Nothing is freed between steps, and
//! starting a step costs time in the facts of the step before, not in all that were ever seen.

use super::{FactId, FactTable, SEED, mix, word};
use crate::program::{RelationId, Value};

/// Extents up to this size are scanned, not indexed.
const SCAN_UP_TO: u32 = 12;

/// No position: the end of a chain.
const END: u32 = u32::MAX;

/// The facts of the step that is being evaluated.
#[derive(Debug, Clone)]
pub struct StepFacts {
    /// For each fact of the table the last step that had it.
    stamps: Vec<u32>,
    step: u32,
    all: Vec<FactId>,
    extents: Vec<Extent>,
    touched: Vec<RelationId>,
}

/// The facts of one relation.
#[derive(Debug, Clone)]
pub struct Extent {
    arity: usize,
    ids: Vec<FactId>,
    rows: Vec<Value>,
    indexes: Vec<Index>,
}

/// Positions of an extent chained by the hash of some columns, later positions first.
#[derive(Debug, Clone)]
struct Index {
    columns: Box<[usize]>,
    /// First position of each chain; only `buckets[..=mask]` is in use.
    buckets: Vec<u32>,
    mask: usize,
    next: Vec<u32>,
}

/// A walk over the positions in `low..high` of an extent that may match a probe.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    position: u32,
    low: u32,
    high: u32,
    chain: Option<u32>,
    /// The first known column and its value: most probes have no other.
    first: Option<(usize, Value)>,
}

impl StepFacts {
    /// No facts yet, of relations with these numbers of columns.
    pub fn new(arities: impl IntoIterator<Item = usize>) -> Self {
        let extent = |arity| Extent { arity, ids: Vec::new(), rows: Vec::new(), indexes: Vec::new() };
        StepFacts {
            stamps: Vec::new(),
            step: 0,
            all: Vec::new(),
            extents: arities.into_iter().map(extent).collect(),
            touched: Vec::new(),
        }
    }

    /// The number of the index of a relation on these columns; makes it if there is none.
    pub fn index(&mut self, relation: RelationId, columns: &[usize]) -> usize {
        let indexes = &mut self.extents[relation.0 as usize].indexes;
        if let Some(found) = indexes.iter().position(|index| *index.columns == *columns) {
            return found;
        }
        indexes.push(Index { columns: columns.into(), buckets: Vec::new(), mask: 0, next: Vec::new() });
        indexes.len() - 1
    }

    /// Forgets all facts.
    pub fn begin(&mut self) {
        for relation in self.touched.drain(..) {
            let extent = &mut self.extents[relation.0 as usize];
            extent.ids.clear();
            extent.rows.clear();
            extent.indexes.iter_mut().for_each(Index::clear);
        }
        self.all.clear();
        self.step = self.step.wrapping_add(1);
        if self.step == 0 {
            self.stamps.fill(0);
            self.step = 1;
        }
    }

    /// Adds a fact; whether it is new.
    pub fn insert(&mut self, table: &FactTable, id: FactId) -> bool {
        let at = id.0 as usize;
        if self.stamps.len() <= at {
            self.stamps.resize(table.len().max(at + 1), 0);
        }
        if self.stamps[at] == self.step {
            return false;
        }
        self.stamps[at] = self.step;
        self.all.push(id);
        let fact = table.get(id);
        // A fact whose columns are not its relation's holds, but no atom can match it.
        if let Some(extent) = self.extents.get_mut(fact.relation.0 as usize)
            && extent.arity == fact.values.len()
        {
            if extent.ids.is_empty() {
                self.touched.push(fact.relation);
            }
            extent.ids.push(id);
            extent.rows.extend_from_slice(&fact.values);
        }
        true
    }

    /// All facts in order of insertion.
    pub fn all(&self) -> &[FactId] {
        &self.all
    }

    /// The facts of one relation.
    pub fn extent(&self, relation: RelationId) -> &Extent {
        &self.extents[relation.0 as usize]
    }

    /// A walk over the positions `low..high` whose key columns may be `key`, by the index if that pays. The first of them is
    /// compared at every position, the others are left to [`Extent::advance`].
    pub fn open(
        &mut self,
        relation: RelationId,
        index: Option<usize>,
        (low, high): (u32, u32),
        mut key: impl Iterator<Item = (usize, Value)> + Clone,
    ) -> Cursor {
        let extent = &mut self.extents[relation.0 as usize];
        match index {
            Some(index) if high - low > SCAN_UP_TO => {
                let values = key.clone().map(|(_, value)| value);
                let position = extent.indexes[index].first(extent.arity, &extent.rows, extent.ids.len(), values);
                Cursor { position, low, high, chain: Some(index as u32), first: key.next() }
            }
            _ => Cursor { position: low, low, high, chain: None, first: key.next() },
        }
    }
}

impl Extent {
    /// How many facts it has.
    pub fn size(&self) -> u32 {
        self.ids.len() as u32
    }

    /// The numbers of its facts in order of insertion.
    pub fn ids(&self) -> &[FactId] {
        &self.ids
    }

    /// The columns of the fact at a position.
    pub fn row(&self, position: u32) -> &[Value] {
        let start = position as usize * self.arity;
        &self.rows[start..start + self.arity]
    }

    /// The next position of a walk whose row `matches` in what the first known column does not tell.
    pub fn advance(&self, cursor: &mut Cursor, matches: impl Fn(&[Value]) -> bool) -> Option<u32> {
        let accepts = |position: u32| {
            let row = self.row(position);
            cursor.first.is_none_or(|(column, value)| row[column] == value) && matches(row)
        };
        match cursor.chain {
            None => {
                while cursor.position < cursor.high {
                    let position = cursor.position;
                    cursor.position += 1;
                    if accepts(position) {
                        return Some(position);
                    }
                }
            }
            Some(index) => {
                let next = &self.indexes[index as usize].next;
                while cursor.position != END && cursor.position >= cursor.low {
                    let position = cursor.position;
                    cursor.position = next[position as usize];
                    if position < cursor.high && accepts(position) {
                        return Some(position);
                    }
                }
            }
        }
        None
    }
}

impl Index {
    fn clear(&mut self) {
        if !self.next.is_empty() {
            self.buckets[..=self.mask].fill(END);
            self.next.clear();
        }
    }

    /// The latest position in the chain of a key, after catching up with the extent's `len` rows.
    fn first(&mut self, arity: usize, rows: &[Value], len: usize, key: impl Iterator<Item = Value>) -> u32 {
        if self.next.len() < len {
            if self.next.is_empty() || len > self.mask + 1 {
                self.grow((len * 2).next_power_of_two());
            }
            for position in self.next.len()..len {
                let row = &rows[position * arity..];
                let bucket = self.bucket(self.columns.iter().map(|&column| row[column]));
                self.next.push(self.buckets[bucket]);
                self.buckets[bucket] = position as u32;
            }
        }
        self.buckets[self.bucket(key)]
    }

    /// Starts anew with this many buckets. Walks under way stay right: after the catching up, every chain still visits
    /// all equal keys at lower positions, in descending order.
    fn grow(&mut self, buckets: usize) {
        self.clear();
        self.mask = buckets - 1;
        if self.buckets.len() < buckets {
            self.buckets.resize(buckets, END);
        }
    }

    fn bucket(&self, key: impl Iterator<Item = Value>) -> usize {
        key.fold(SEED, |hash, value| mix(hash, word(value))) as usize & self.mask
    }
}
