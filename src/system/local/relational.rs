//! Local steps by semi-naive joins, for programs whose values are not known before the search.

use super::{NodeSteps, Taken, Watched};
use crate::budget::{Bound, Budget};
use crate::checkpoint::{Reader, Writer};
use crate::eval::seminaive::{SemiNaive, StepIds};
use crate::eval::store::FactId;
use crate::program::{Fact, NodeId, Program, RelationId, SymbolId, Value, When};
use crate::system::words::Sets;
use crate::system::{OutputSet, Spread, Stop};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::io;

/// The evaluator and each node's tables.
#[derive(Debug)]
pub struct RelationalSteps {
    engine: SemiNaive,
    nodes: Vec<Node>,
    watched: Watched,
    input: Vec<FactId>,
    numbers: Vec<u32>,
    outcome: StepIds,
}

#[derive(Debug, Default)]
struct Node {
    always: Vec<FactId>,
    events: BTreeMap<u64, Vec<FactId>>,
    last_event: u64,
    states: Sets,
    /// The sets of output facts met.
    output_sets: Sets,
    /// Numbers of this node's carried facts, dense, in order of appearance: the members of its local states.
    dense: FxHashMap<FactId, u32>,
    facts: Vec<FactId>,
}

/// Clocks are marks of 31 bits; no search gets that far step by step.
const MOST_CLOCK: u64 = (1 << 31) - 1;

impl RelationalSteps {
    pub fn new(program: &Program, budget: &Budget, watched: Watched) -> Self {
        let mut engine = SemiNaive::new(program, budget.clone());
        let mut nodes: Vec<Node> = program.nodes.iter().map(|_| Node::default()).collect();
        for given in &program.facts {
            let id = engine.facts_mut().intern(&given.fact);
            let node = &mut nodes[given.node.0 as usize];
            match given.when {
                When::Always => node.always.push(id),
                When::Step(k) => {
                    node.events.entry(k).or_default().push(id);
                    node.last_event = node.last_event.max(k);
                }
            }
        }
        RelationalSteps { engine, nodes, watched, input: Vec::new(), numbers: Vec::new(), outcome: StepIds::default() }
    }

    /// Takes the step into `self.outcome`; returns the clock.
    fn step(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<u64, Stop> {
        let table = &self.nodes[node as usize];
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
        self.engine.step_into(NodeId(node), &self.input, &mut self.outcome)?;
        Ok(clock)
    }
}

impl NodeSteps for RelationalSteps {
    fn initial(&mut self, node: u32) -> u32 {
        let table = &mut self.nodes[node as usize];
        table.states.intern_marked(u32::from(table.last_event > 0), &[])
    }

    fn take(&mut self, node: u32, local: u32, delivered: &[u32], taken: &mut Taken) -> Result<(), Stop> {
        let clock = self.step(node, local, delivered)?;
        let table = &mut self.nodes[node as usize];
        self.numbers.clear();
        for &fact in &self.outcome.next {
            let facts = &mut table.facts;
            self.numbers.push(*table.dense.entry(fact).or_insert_with(|| {
                facts.push(fact);
                facts.len() as u32 - 1
            }));
        }
        self.numbers.sort_unstable();
        let due = table.last_event > 0 && clock <= table.last_event;
        let next_clock = if due { clock + 1 } else { clock };
        if next_clock > MOST_CLOCK {
            return Err(Stop::Bound(Bound::States));
        }
        taken.next = table.states.intern_marked(next_clock as u32, &self.numbers);
        taken.sent.clear();
        taken.sent.extend(self.outcome.sent.iter().flat_map(|&(to, fact)| [to.0, fact.0]));
        let (facts, watched) = (self.engine.facts(), &self.watched);
        let marked = |marks: &[bool], id: FactId| marks[facts.get(id).relation.0 as usize];
        taken.alarm = self.outcome.derived.iter().any(|&id| marked(&watched.nevers, id));
        taken.observed.clear();
        if !watched.observed.is_empty() {
            let seen = self.outcome.derived.iter().filter(|&&id| marked(&watched.observed, id));
            taken.observed.extend(seen.map(|id| id.0));
        }
        Ok(())
    }

    fn derived(&mut self, node: u32, local: u32, delivered: &[u32], facts: &mut Vec<FactId>) -> Result<(), Stop> {
        self.step(node, local, delivered)?;
        facts.clear();
        facts.extend_from_slice(&self.outcome.derived);
        Ok(())
    }

    fn known_id(&self, fact: &Fact) -> Option<FactId> {
        self.engine.facts().find(fact)
    }

    fn outputs(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<OutputSet, Stop> {
        self.step(node, local, delivered)?;
        let shown = |id: &&FactId| self.watched.outputs[self.engine.facts().get(**id).relation.0 as usize];
        self.numbers.clear();
        self.numbers.extend(self.outcome.derived.iter().filter(shown).map(|id| id.0));
        Ok(self.nodes[node as usize].output_sets.intern(&self.numbers))
    }

    fn members(&self, node: u32, set: OutputSet, facts: &mut Vec<FactId>) {
        facts.clear();
        facts.extend(self.nodes[node as usize].output_sets.members(set).into_iter().map(FactId));
    }

    fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread {
        let table = &mut self.nodes[node as usize].output_sets;
        let mut held: FxHashMap<u32, usize> = FxHashMap::default();
        for &set in sets {
            self.numbers.clear();
            table.read(set, &mut self.numbers);
            self.numbers.iter().for_each(|&fact| *held.entry(fact).or_default() += 1);
        }
        let mut some: Vec<u32> = held.keys().copied().collect();
        some.sort_unstable();
        let all: Vec<u32> = some.iter().filter(|fact| held[fact] == sets.len()).copied().collect();
        Spread { all: table.intern(&all), some: table.intern(&some) }
    }

    fn fact_id(&mut self, fact: &Fact) -> FactId {
        self.engine.facts_mut().intern(fact)
    }

    fn fact(&self, id: FactId) -> &Fact {
        self.engine.facts().get(id)
    }

    fn save(&self, to: &mut Writer) -> io::Result<()> {
        let facts = self.engine.facts();
        to.put(&facts.len())?;
        for id in 0..facts.len() as u32 {
            let fact = facts.get(FactId(id));
            let values = fact.values.iter().map(|value| match *value {
                Value::Int(number) => (false, number),
                Value::Symbol(symbol) => (true, i64::from(symbol.0)),
            });
            to.put(&(fact.relation.0, values.collect::<Vec<(bool, i64)>>()))?;
        }
        for node in &self.nodes {
            to.put(&node.states)?;
            to.put(&node.facts.iter().map(|fact| fact.0).collect::<Vec<u32>>())?;
        }
        Ok(())
    }

    fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        // The first ones are there already, with the same numbers.
        for _ in 0..from.get::<usize>()? {
            let (relation, values): (u32, Vec<(bool, i64)>) = from.get()?;
            let value = |&(is_symbol, number): &(bool, i64)| {
                if is_symbol { Value::Symbol(SymbolId(number as u32)) } else { Value::Int(number) }
            };
            let fact = Fact { relation: RelationId(relation), values: values.iter().map(value).collect() };
            self.engine.facts_mut().intern(&fact);
        }
        for node in &mut self.nodes {
            node.states = from.get()?;
            node.facts = from.get::<Vec<u32>>()?.into_iter().map(FactId).collect();
            node.dense = node.facts.iter().copied().zip(0..).collect();
        }
        Ok(())
    }

    fn states(&self) -> usize {
        self.nodes.iter().map(|node| node.states.len()).sum()
    }

    fn growth(&self) -> usize {
        self.nodes.iter().map(|node| node.states.growth() + node.output_sets.growth()).sum()
    }
}
