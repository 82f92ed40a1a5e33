//! Nodes as transducers: (local state, delivered set) → (next local state, sends, what the step shows), memoised.
//!
//! A local state is what a node carries and, while events are still due, its clock: the number of its next step, up to
//! one past its last event. Static facts are the same in all states and kept out of them. Nodes meet only through messages, so
//! local steps are far fewer than transitions, and each is evaluated once.

use super::Stop;
use super::words::{Sets, Slices};
use crate::budget::{Bound, Budget};
use crate::eval::seminaive::SemiNaive;
use crate::eval::store::FactId;
use crate::program::{Fact, NodeId, Program, RelationId, When};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What a local step does to the rest of the system.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    /// The node's next local state.
    pub next: u32,
    /// The set of sends; see [`LocalSteps::sent`]. 0 is none.
    pub sent: u32,
    /// Whether a `never` relation holds in the step.
    pub alarm: bool,
    /// The step's facts that observer rules read, as a number; 0 where nothing observes.
    pub snapshot: u32,
}

/// The local steps of one program, evaluated on demand.
#[derive(Debug)]
pub struct LocalSteps {
    engine: SemiNaive,
    tables: Vec<NodeTable>,
    sends: Slices,
    memo: FxHashMap<(u32, u32, u32), Moved>,
    snapshots: Sets,
    observed: Vec<bool>,
    nevers: Vec<bool>,
    input: Vec<FactId>,
    numbers: Vec<u32>,
    /// Local steps evaluated.
    pub evaluated: u64,
    /// Local steps asked for.
    pub asked: u64,
}

#[derive(Debug, Default)]
struct NodeTable {
    always: Vec<FactId>,
    events: BTreeMap<u64, Vec<FactId>>,
    last_event: u64,
    states: Sets,
    /// Numbers of this node's carried facts, dense, in order of appearance: bits of its local states.
    dense: FxHashMap<FactId, u32>,
    facts: Vec<FactId>,
}

/// Clocks are marks of 31 bits; no search gets that far step by step.
const MOST_CLOCK: u64 = (1 << 31) - 1;

impl LocalSteps {
    /// The local steps of `program`. `observed` are the relations whose facts observer rules read, by relation id.
    pub fn new(program: &Program, budget: &Budget, observed: Vec<bool>) -> Self {
        let mut engine = SemiNaive::new(program, budget.clone());
        let mut tables: Vec<NodeTable> = program.nodes.iter().map(|_| NodeTable::default()).collect();
        for given in &program.facts {
            let id = engine.facts_mut().intern(&given.fact);
            let table = &mut tables[given.node.0 as usize];
            match given.when {
                When::Always => table.always.push(id),
                When::Step(k) => {
                    table.events.entry(k).or_default().push(id);
                    table.last_event = table.last_event.max(k);
                }
            }
        }
        let mut sends = Slices::default();
        sends.intern(&[]);
        let mut snapshots = Sets::default();
        snapshots.intern(&[]);
        let mut nevers = vec![false; program.relations.len()];
        for &(relation, _) in &program.nevers {
            nevers[relation.0 as usize] = !program.relation(relation).observer;
        }
        LocalSteps {
            engine,
            tables,
            sends,
            memo: FxHashMap::default(),
            snapshots,
            observed,
            nevers,
            input: Vec::new(),
            numbers: Vec::new(),
            evaluated: 0,
            asked: 0,
        }
    }

    /// The local state in which a node begins: nothing carried, its first step next.
    pub fn initial(&mut self, node: u32) -> u32 {
        let table = &mut self.tables[node as usize];
        let clock = if table.last_event == 0 { 0 } else { 1 };
        table.states.intern_marked(clock, &[])
    }

    /// Distinct local states met so far, over all nodes.
    pub fn states(&self) -> usize {
        self.tables.iter().map(|t| t.states.len()).sum()
    }

    /// The number of a fact.
    pub fn fact_id(&mut self, fact: &Fact) -> FactId {
        self.engine.facts_mut().intern(fact)
    }

    /// The fact with this number.
    pub fn fact(&self, id: FactId) -> &Fact {
        self.engine.facts().get(id)
    }

    /// The relation of a fact.
    pub fn relation(&self, id: FactId) -> RelationId {
        self.fact(id).relation
    }

    /// The sends with this number, as alternating addressee and fact, sorted.
    pub fn sent(&self, sent: u32) -> &[u32] {
        self.sends.get(sent)
    }

    /// The facts of a snapshot.
    pub fn snapshot(&self, snapshot: u32) -> Vec<FactId> {
        self.snapshots.members(snapshot).into_iter().map(FactId).collect()
    }

    /// The step of `node` from local state `local` with `delivered` (numbered `inbox`) delivered in it.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn moved(&mut self, node: u32, local: u32, inbox: u32, delivered: &[u32]) -> Result<Moved, Stop> {
        self.asked += 1;
        if let Some(&moved) = self.memo.get(&(node, local, inbox)) {
            return Ok(moved);
        }
        self.evaluated += 1;
        let clock = self.assemble(node, local, delivered);
        let ids = self.engine.step_ids(NodeId(node), &self.input)?;
        let table = &mut self.tables[node as usize];

        self.numbers.clear();
        for &fact in &ids.next {
            let facts = &mut table.facts;
            self.numbers.push(*table.dense.entry(fact).or_insert_with(|| {
                facts.push(fact);
                facts.len() as u32 - 1
            }));
        }
        self.numbers.sort_unstable();
        let next_clock = if clock > table.last_event || table.last_event == 0 { clock } else { clock + 1 };
        if next_clock > MOST_CLOCK {
            return Err(Stop::Bound(Bound::States));
        }
        let next = table.states.intern_marked(next_clock as u32, &self.numbers);

        self.numbers.clear();
        self.numbers.extend(ids.sent.iter().flat_map(|&(to, fact)| [to.0, fact.0]));
        let sent = self.sends.intern(&self.numbers);

        let relation = |id: &FactId| self.engine.facts().get(*id).relation.0 as usize;
        let alarm = ids.derived.iter().any(|id| self.nevers[relation(id)]);
        let snapshot = if self.observed.is_empty() {
            0
        } else {
            self.numbers.clear();
            self.numbers.extend(ids.derived.iter().filter(|id| self.observed[relation(id)]).map(|id| id.0));
            self.snapshots.intern(&self.numbers)
        };
        let moved = Moved { next, sent, alarm, snapshot };
        self.memo.insert((node, local, inbox), moved);
        Ok(moved)
    }

    /// D of that step, sorted. Evaluated anew: only the analysis after a search asks for it.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn derived(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<Vec<FactId>, Stop> {
        self.assemble(node, local, delivered);
        Ok(self.engine.step_ids(NodeId(node), &self.input)?.derived.clone())
    }

    /// Puts a step's input into `self.input`; returns the clock.
    fn assemble(&mut self, node: u32, local: u32, delivered: &[u32]) -> u64 {
        let table = &self.tables[node as usize];
        let clock = u64::from(table.states.mark(local));
        self.input.clear();
        self.input.extend_from_slice(&table.always);
        if let Some(due) = table.events.get(&clock) {
            self.input.extend_from_slice(due);
        }
        self.numbers.clear();
        table.states.read(local, &mut self.numbers);
        self.input.extend(self.numbers.iter().map(|&dense| table.facts[dense as usize]));
        self.input.extend(delivered.iter().map(|&fact| FactId(fact)));
        self.input.sort_unstable();
        self.input.dedup();
        clock
    }
}
