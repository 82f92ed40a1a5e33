//! Aggregated heads: the tuples of each aggregate, sorted by group, folded a group at a time.
//!
//! Sorting gives distinctness, groups, least and greatest member at once, and the same answer in any order of arrival.

use crate::eval::{Fault, scalar};
use crate::program::{Head, HeadTerm, Value};

/// The bindings of one aggregated head, collected until its rule is done.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// For each aggregate its tuples, one after another: group key, variable, keys.
    tuples: Vec<Vec<Value>>,
    /// Length at which tuples are made distinct early, so that repetitions take no space.
    compact_at: usize,
    order: Vec<usize>,
}

impl Groups {
    /// Forgets all bindings and expects those of `head`.
    pub fn begin(&mut self, head: &Head) {
        let aggregates = aggregates(head).count();
        self.tuples.iter_mut().for_each(Vec::clear);
        self.tuples.resize_with(aggregates, Vec::new);
        self.compact_at = 1 << 16;
    }

    /// Adds a binding: its group's key and its registers.
    pub fn add(&mut self, head: &Head, key: &[Value], registers: &[Value]) {
        for (tuples, aggregate) in self.tuples.iter_mut().zip(aggregates(head)) {
            tuples.extend_from_slice(key);
            let variables = std::iter::once(&aggregate.variable).chain(&aggregate.keys);
            tuples.extend(variables.map(|variable| registers[variable.0 as usize]));
        }
        if self.tuples[0].len() >= self.compact_at {
            self.sort(head, key.len());
            self.compact_at = self.compact_at.max(2 * self.tuples[0].len());
        }
    }

    /// Calls `row` with the key of each group and its aggregates in the order of the head, or its least fault.
    pub fn finish<E>(
        &mut self,
        head: &Head,
        key: usize,
        mut row: impl FnMut(&[Value], Result<&[Value], Fault>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.sort(head, key);
        // All aggregates have the same groups, in the same order.
        let mut starts = vec![0; self.tuples.len()];
        let mut values = Vec::with_capacity(self.tuples.len());
        while starts[0] < self.tuples[0].len() {
            let mut least: Option<Fault> = None;
            values.clear();
            for ((tuples, aggregate), start) in self.tuples.iter().zip(aggregates(head)).zip(&mut starts) {
                let stride = key + 1 + aggregate.keys.len();
                let group = &tuples[*start..*start + key];
                let size = tuples[*start..].chunks_exact(stride).take_while(|tuple| tuple[..key] == *group).count();
                let members = tuples[*start..*start + size * stride].chunks_exact(stride).map(|tuple| tuple[key]);
                match scalar::aggregate(aggregate.function, members) {
                    Ok(value) => values.extend(value),
                    Err(fault) => least = Some(least.map_or(fault, |other| other.min(fault))),
                }
                *start += size * stride;
            }
            let stride = key + 1 + aggregates(head).next().map_or(0, |aggregate| aggregate.keys.len());
            let last = starts[0] - stride;
            row(&self.tuples[0][last..last + key], least.map_or(Ok(&values), Err))?;
        }
        Ok(())
    }

    /// Sorts the tuples of each aggregate and makes them distinct.
    fn sort(&mut self, head: &Head, key: usize) {
        for (tuples, aggregate) in self.tuples.iter_mut().zip(aggregates(head)) {
            let stride = key + 1 + aggregate.keys.len();
            let tuple = |at: usize| &tuples[at * stride..(at + 1) * stride];
            self.order.clear();
            self.order.extend(0..tuples.len() / stride);
            self.order.sort_unstable_by(|&a, &b| tuple(a).cmp(tuple(b)));
            self.order.dedup_by(|a, b| tuple(*a) == tuple(*b));
            let sorted: Vec<Value> = self.order.iter().flat_map(|&at| tuple(at)).copied().collect();
            *tuples = sorted;
        }
    }
}

fn aggregates(head: &Head) -> impl Iterator<Item = &crate::program::Aggregate> {
    head.terms.iter().filter_map(|term| match term {
        HeadTerm::Aggregate(aggregate) => Some(aggregate),
        HeadTerm::Expr(_) => None,
    })
}
