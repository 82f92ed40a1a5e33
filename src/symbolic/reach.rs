//! The steps that runs can take, over terms: where taking all rules at once finds no end, or too much.
//!
//! A breadth-first search of the transition system of semantics §2 with rows in place of facts. Every local step is evaluated exactly, so
//! a negated atom is decided by what is there, and an amount that was drawn once is not drawn again. Of deliveries only what can be
//! delivered counts here: one copy of each is taken, and beyond two copies in flight there are always more. That adds steps and leaves none out.

use super::oracle::{Halt, Oracle};
use super::possible::{Output, Possible, Row, relevant};
use crate::budget::Bound;
use crate::program::{NodeId, Program, RelationId, When};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Most states.
const MOST_STATES: usize = 5_000;
/// Most different messages in flight to one node, whose parts are listed.
const MOST_IN_FLIGHT: usize = 10;
/// This many copies are always more.
const MANY: u8 = 2;

/// A fact at some node.
type Fact = (RelationId, Row);

/// What one node remembers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Local {
    carried: BTreeSet<Fact>,
    /// Its next local step, up to one past the last event.
    step: u64,
}

/// A state of the whole system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    nodes: Vec<Local>,
    in_flight: Vec<BTreeMap<Fact, u8>>,
}

/// What a local step leads to.
#[derive(Debug, Clone)]
struct Outcome {
    next: BTreeSet<Fact>,
    sent: BTreeSet<(NodeId, Fact)>,
}

struct Reach<'p, 'o, 'l> {
    program: &'p Program,
    oracle: &'o mut Oracle<'l>,
    relevant: Vec<bool>,
    /// By node: facts that were met, no two of which are equal.
    met: Vec<FxHashMap<RelationId, Vec<Row>>>,
    steps: FxHashMap<(NodeId, Local, BTreeSet<Fact>), Outcome>,
}

/// Settles the oracle's case. The facts of output relations that were met.
///
/// # Errors
/// The first question that is left open, or the bound that was hit.
pub fn settle(program: &Program, oracle: &mut Oracle<'_>) -> Result<Vec<Output>, Halt> {
    if !program.observers.is_empty() {
        return Err(Halt::Stopped(Bound::Facts));
    }
    let met = vec![FxHashMap::default(); program.nodes.len()];
    let mut reach = Reach { program, oracle, relevant: relevant(program), met, steps: FxHashMap::default() };
    let local = Local { carried: BTreeSet::new(), step: 1 };
    let initial =
        State { nodes: vec![local; program.nodes.len()], in_flight: vec![BTreeMap::new(); program.nodes.len()] };
    let mut seen: FxHashSet<State> = FxHashSet::default();
    seen.insert(initial.clone());
    let mut queue = VecDeque::from([initial]);
    while let Some(state) = queue.pop_front() {
        for node in program.node_ids() {
            let waiting: Vec<Fact> = state.in_flight[node.0 as usize].keys().cloned().collect();
            if waiting.len() > MOST_IN_FLIGHT {
                return Err(Halt::Stopped(Bound::Transitions));
            }
            for part in 0..1usize << waiting.len() {
                reach.oracle.spend()?;
                let chosen = waiting.iter().enumerate().filter(|(i, _)| part >> i & 1 == 1);
                let delivered: BTreeSet<Fact> = chosen.map(|(_, fact)| fact.clone()).collect();
                let successor = reach.successor(&state, node, delivered)?;
                if seen.insert(successor.clone()) {
                    if seen.len() > MOST_STATES.min(reach.oracle.budget().max_states) {
                        return Err(Halt::Stopped(Bound::States));
                    }
                    queue.push_back(successor);
                }
            }
        }
    }
    let mut outputs = Vec::new();
    for node in program.node_ids() {
        for &relation in &program.outputs {
            let met = reach.met[node.0 as usize].get(&relation).into_iter().flatten();
            outputs.extend(met.map(|row| (node, relation, row.clone())));
        }
    }
    Ok(outputs)
}

impl Reach<'_, '_, '_> {
    fn successor(&mut self, state: &State, node: NodeId, delivered: BTreeSet<Fact>) -> Result<State, Halt> {
        let index = node.0 as usize;
        let mut successor = state.clone();
        let buffer = &mut successor.in_flight[index];
        for fact in &delivered {
            match buffer.get_mut(fact) {
                Some(1) => {
                    buffer.remove(fact);
                }
                Some(copies) if *copies < MANY => *copies -= 1,
                _ => {}
            }
        }
        let Outcome { next, sent } = self.step(node, &state.nodes[index], delivered)?;
        let step = (state.nodes[index].step + 1).min(self.program.last_event(node) + 1);
        successor.nodes[index] = Local { carried: next, step };
        for (addressee, fact) in sent {
            let copies = successor.in_flight[addressee.0 as usize].entry(fact).or_insert(0);
            *copies = (*copies + 1).min(MANY);
        }
        Ok(successor)
    }

    /// A local step, by the definition (semantics §2).
    fn step(&mut self, node: NodeId, local: &Local, delivered: BTreeSet<Fact>) -> Result<Outcome, Halt> {
        let key = (node, local.clone(), delivered);
        if let Some(outcome) = self.steps.get(&key) {
            return Ok(outcome.clone());
        }
        let program = self.program;
        let mut input: Vec<Fact> = key.2.iter().chain(&local.carried).cloned().collect();
        for given in program.facts.iter().filter(|given| given.node == node) {
            let due = match given.when {
                When::Always => true,
                When::Step(step) => step == local.step,
            };
            if due && self.relevant[given.fact.relation.0 as usize] {
                let row = given.fact.values.iter().map(|&value| self.oracle.term(value)).collect();
                input.push((given.fact.relation, row));
            }
        }
        let derived = Possible::local_step(program, self.oracle, &self.relevant, node, input)?;
        // Facts of different steps are compared too: an ultimate fact is one.
        for (relation, row) in derived.holds {
            self.one(node, relation, row)?;
        }
        let mut outcome = Outcome { next: BTreeSet::new(), sent: BTreeSet::new() };
        for (_, relation, row) in derived.next {
            let row = self.one(node, relation, row)?;
            outcome.next.insert((relation, row));
        }
        for (addressee, relation, row) in derived.sent {
            let row = self.one(addressee, relation, row)?;
            outcome.sent.insert((addressee, (relation, row)));
        }
        self.steps.insert(key, outcome.clone());
        Ok(outcome)
    }

    /// The one row for all that are equal to it.
    fn one(&mut self, node: NodeId, relation: RelationId, row: Row) -> Result<Row, Halt> {
        let met = self.met[node.0 as usize].entry(relation).or_default();
        if met.contains(&row) {
            return Ok(row);
        }
        for other in met.iter() {
            let pairs: Vec<_> = row.iter().copied().zip(other.iter().copied()).collect();
            if self.oracle.all_equal(&pairs)? {
                return Ok(other.clone());
            }
        }
        met.push(row.clone());
        Ok(row)
    }
}
