//! The workers of a timely computation as searcher: what a search is made of, in words that travel.

use super::searcher::Searcher;
use crate::budget::Budget;
use crate::explore::distributed::{Cluster, Layout, Left};
use crate::explore::{Exploration, Progress};
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId, SymbolId, Value};
use crate::reduce::Reductions;
use crate::system::asynchronous::{Asynchronous, Counting};
use crate::system::portable::Tally;
use std::sync::Arc;

/// The workers of this process, and through them all others.
#[derive(Debug)]
pub struct Workers {
    cluster: Cluster,
}

impl Workers {
    /// Starts the workers of this process, which is asked about `program` within `budget`. The program stays in memory until the process ends, since
    /// the operators of a dataflow borrow nothing.
    ///
    /// # Errors
    /// If the operating system gives no threads.
    pub fn start(program: &Program, budget: &Budget, layout: Layout) -> Result<Workers, String> {
        let program: &'static Program = Box::leak(Box::new(program.clone()));
        // The time is looked at by the search in process 0.
        let budget = Budget { deadline: None, ..budget.search_share() };
        let of_search = budget.clone();
        let make = move |task: &[u32]| {
            let (counting, reductions) = read_task(task);
            Asynchronous::new(program, &of_search, &counting, reductions)
        };
        Ok(Workers { cluster: Cluster::start(layout, Arc::new(make), &budget)? })
    }

    /// How many there are in all processes.
    pub fn count(&self) -> usize {
        self.cluster.workers()
    }

    /// Whether other processes were lost.
    pub fn are_lost(&self) -> bool {
        self.cluster.is_lost()
    }

    /// Ends all processes with this exit code.
    pub fn finish(self, code: u8) {
        self.cluster.finish(code);
    }

    /// Works for process 0 until it says that it is done, and with which exit code.
    ///
    /// # Errors
    /// If it never will.
    pub fn work(self, budget: &Budget) -> Result<u8, Left> {
        self.cluster.work(budget)
    }
}

impl Searcher for Workers {
    fn explore(
        &mut self,
        system: &mut Asynchronous<'_>,
        counting: &Counting,
        reductions: Reductions,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, Tally) {
        self.cluster.explore(task(counting, reductions), system, budget, watch)
    }
}

/// The cap, the names of the reductions with their length in bytes, and each pumped message: one more than its sender or 0, node, relation,
/// number of values, values.
fn task(counting: &Counting, reductions: Reductions) -> Vec<u32> {
    let names = reductions.to_string();
    let mut words = vec![counting.cap, names.len() as u32];
    words.extend(names.bytes().map(u32::from));
    for (sender, LocatedFact { node, fact }) in &counting.pumped {
        words.extend([sender.map_or(0, |sender| sender.0 + 1), node.0, fact.relation.0, fact.values.len() as u32]);
        for value in &fact.values {
            words.extend(match *value {
                Value::Int(i) => [0, i as u32, (i >> 32) as u32],
                Value::Symbol(symbol) => [1, symbol.0, 0],
            });
        }
    }
    words
}

/// The counting and the reductions of a task.
fn read_task(words: &[u32]) -> (Counting, Reductions) {
    let mut words = words.iter().copied();
    let mut next = || words.next();
    let mut counting = Counting { cap: next().unwrap_or_default(), ..Counting::default() };
    let length = next().unwrap_or_default();
    let names: String = (0..length).filter_map(|_| next()).filter_map(char::from_u32).collect();
    let reductions = names.split(',').filter_map(Reductions::only).fold(Reductions::NONE, Reductions::and);
    while let (Some(sender), Some(node), Some(relation), Some(values)) = (next(), next(), next(), next()) {
        let sender = sender.checked_sub(1).map(NodeId);
        let values = (0..values)
            .filter_map(|_| {
                let (tag, low, high) = (next()?, next()?, next()?);
                let whole = (u64::from(low) | u64::from(high) << 32) as i64;
                Some(if tag == 0 { Value::Int(whole) } else { Value::Symbol(SymbolId(low)) })
            })
            .collect();
        let fact = Fact { relation: RelationId(relation), values };
        counting.pumped.insert((sender, LocatedFact { node: NodeId(node), fact }));
    }
    (counting, reductions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_as_it_was_written() {
        let fact = |relation, values: &[Value]| Fact { relation: RelationId(relation), values: values.into() };
        let symbol = Value::Symbol(SymbolId(7));
        let pumped = [
            (None, LocatedFact { node: NodeId(1), fact: fact(3, &[]) }),
            (
                Some(NodeId(2)),
                LocatedFact { node: NodeId(0), fact: fact(4, &[Value::Int(-5), symbol, Value::Int(i64::MAX)]) },
            ),
        ];
        for reductions in [Reductions::ALL, Reductions::NONE, Reductions { eager: false, ..Reductions::ALL }] {
            let counting = Counting { cap: 2, pumped: pumped.iter().cloned().collect() };
            let (read, and_reductions) = read_task(&task(&counting, reductions));
            assert_eq!((read.cap, read.pumped, and_reductions), (2, counting.pumped, reductions));
        }
    }
}
