//! Local steps as bits, for programs that can be grounded before the search.
//!
//! A local state is a row: the clock, if the node has events, and the bits of what it carries.

use super::block::Evaluated;
use super::{NodeSteps, Taken, Watched};
use crate::budget::Bound;
use crate::checkpoint::{Reader, Writer};
use crate::eval::ground::{Ground, GroundStep};
use crate::eval::store::{FactId, FactTable};
use crate::program::{Fact, NodeId, Program};
use crate::system::words::{Batch, Rows};
use crate::system::{OutputSet, Spread, Stop};
use crate::threads::Threads;
use rustc_hash::FxHashMap;
use std::io;

/// The grounded program and each node's tables.
#[derive(Debug)]
pub struct GroundSteps {
    engine: Ground,
    facts: FactTable,
    nodes: Vec<Node>,
    row: Vec<u32>,
    scratch: Scratch,
}

/// Working space of a step.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    carried: Vec<u64>,
    delivered: Vec<u32>,
    due: Vec<u32>,
    outcome: GroundStep,
}

#[derive(Debug)]
struct Node {
    states: Rows,
    last_event: u64,
    /// Words of a row that hold carried bits; the clock, if there is one, comes before them.
    carried_words: usize,
    /// Facts by atom.
    facts: Vec<FactId>,
    atoms: FxHashMap<u32, u32>,
    /// Addressee and fact by message number.
    messages: Vec<(u32, u32)>,
    /// The words of D in which output facts stand, each with the mask of these facts.
    outputs: Vec<(usize, u64)>,
    /// The sets of output facts met, as these words.
    output_sets: Rows,
    nevers: Vec<u64>,
    observed: Vec<u64>,
}

/// A mask of the atoms whose relations are marked; empty if none is.
fn mask(facts: &[Fact], marks: &[bool]) -> Vec<u64> {
    let mut words = vec![0u64; facts.len().div_ceil(64)];
    for (at, fact) in facts.iter().enumerate() {
        if marks.get(fact.relation.0 as usize) == Some(&true) {
            words[at / 64] |= 1 << (at % 64);
        }
    }
    words
}

/// A word as two of a row.
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

/// One word of two, or of the last one, of a row.
fn whole(halves: &[u32]) -> u64 {
    u64::from(halves[0]) | u64::from(halves.get(1).copied().unwrap_or(0)) << 32
}

/// Calls `each` for every bit that is set in both.
fn for_each_common(a: &[u64], b: &[u64], mut each: impl FnMut(usize)) {
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        let mut word = a & b;
        while word != 0 {
            each(at * 64 + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}

/// A row's clock, 0 if there is none, and its carried bits.
fn split(table: &Node, local: u32) -> (u64, &[u32]) {
    match table.states.get(local) {
        [clock, bits @ ..] if table.last_event > 0 => (u64::from(*clock), bits),
        bits => (0, bits),
    }
}

fn words(bits: &[u32]) -> impl Iterator<Item = u64> + '_ {
    bits.chunks(2).map(whole)
}

impl GroundSteps {
    /// The steps of a grounded program.
    pub(super) fn new(program: &Program, engine: Ground, watched: &Watched) -> Self {
        let mut facts = FactTable::new();
        let mut tables: Vec<Vec<FactId>> = Vec::new();
        for node in program.node_ids() {
            tables.push(engine.atoms(node).iter().map(|fact| facts.intern(fact)).collect());
        }
        let nodes = program
            .node_ids()
            .map(|node| {
                let last_event = engine.events(node).last().map_or(0, |&(step, _)| step);
                let carried_words = engine.carried_atoms(node).div_ceil(32);
                let at = node.0 as usize;
                let atoms = engine.atoms(node);
                let outputs: Vec<(usize, u64)> =
                    mask(atoms, &watched.outputs).into_iter().enumerate().filter(|&(_, word)| word != 0).collect();
                Node {
                    states: Rows::new(carried_words + usize::from(last_event > 0)),
                    last_event,
                    carried_words,
                    atoms: tables[at].iter().zip(0..).map(|(fact, atom)| (fact.0, atom)).collect(),
                    facts: tables[at].clone(),
                    messages: (engine.messages(node).iter())
                        .map(|&(to, atom)| (to.0, tables[to.0 as usize][atom as usize].0))
                        .collect(),
                    output_sets: Rows::new(2 * outputs.len()),
                    outputs,
                    nevers: mask(atoms, &watched.nevers),
                    observed: mask(atoms, &watched.observed),
                }
            })
            .collect();
        GroundSteps { engine, facts, nodes, row: Vec::new(), scratch: Scratch::default() }
    }

    /// The grounded program.
    pub fn engine(&self) -> &Ground {
        &self.engine
    }

    /// The facts with the number of each, in their order: those that can hold somewhere come first, in an order that depends on the
    /// program alone.
    pub fn facts(&self) -> &FactTable {
        &self.facts
    }

    /// The atom of a fact at a node, if it can hold there.
    pub fn atom(&self, node: u32, fact: u32) -> Option<u32> {
        self.nodes[node as usize].atoms.get(&fact).copied()
    }

    /// The fact of an atom at a node.
    pub fn fact_of(&self, node: u32, atom: u32) -> u32 {
        self.nodes[node as usize].facts[atom as usize].0
    }

    /// Addressees and facts of what a node can send, by message number.
    pub fn messages(&self, node: u32) -> &[(u32, u32)] {
        &self.nodes[node as usize].messages
    }

    /// Writes what a local state carries into `carried` (cleared first), as bits. Returns the clock; 0 if the node has none.
    pub fn carried(&self, node: u32, local: u32, carried: &mut Vec<u64>) -> u64 {
        let table = &self.nodes[node as usize];
        let (clock, bits) = split(table, local);
        carried.clear();
        carried.extend(words(bits));
        clock
    }

    /// Whether a local state carries an atom.
    pub fn carries(&self, node: u32, local: u32, atom: u32) -> bool {
        let (_, bits) = split(&self.nodes[node as usize], local);
        bits.get(atom as usize / 32).is_some_and(|word| word >> (atom % 32) & 1 > 0)
    }

    /// The atoms that are events of a node at this step or later; none if it has no clock.
    pub fn due_from(&self, node: u32, clock: u64) -> impl Iterator<Item = u32> + '_ {
        let events = self.engine.events(NodeId(node));
        events[events.partition_point(|&(step, _)| step < clock)..].iter().map(|&(_, atom)| atom)
    }

    /// Takes the step into `self.scratch`.
    fn step(&mut self, node: u32, local: u32, delivered: &[u32]) {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.step_in(&mut scratch, node, local, delivered);
        self.scratch = scratch;
    }

    /// Takes the step into `scratch`; returns the clock.
    fn step_in(&self, scratch: &mut Scratch, node: u32, local: u32, delivered: &[u32]) -> u64 {
        let table = &self.nodes[node as usize];
        let (clock, bits) = split(table, local);
        scratch.carried.clear();
        scratch.carried.extend(words(bits));
        scratch.delivered.clear();
        scratch.delivered.extend(delivered.iter().map(|fact| table.atoms[fact]));
        scratch.due.clear();
        if clock > 0 {
            let events = self.engine.events(NodeId(node));
            let from = events.partition_point(|&(step, _)| step < clock);
            scratch.due.extend(events[from..].iter().take_while(|&&(step, _)| step == clock).map(|&(_, atom)| atom));
        }
        let Scratch { carried, delivered, due, outcome } = scratch;
        self.engine.step(NodeId(node), carried, delivered, due, outcome);
        clock
    }

    /// Takes the step; writes the next local state at the end of `row` and what else there is to report into `taken`, but for the
    /// number of that state. Returns whether it is another one than `local`.
    fn outcome(
        &self,
        scratch: &mut Scratch,
        [node, local]: [u32; 2],
        delivered: &[u32],
        row: &mut Vec<u32>,
        taken: &mut Taken,
    ) -> Result<bool, Stop> {
        let clock = self.step_in(scratch, node, local, delivered);
        let outcome = &scratch.outcome;
        let table = &self.nodes[node as usize];
        let start = row.len();
        let clocks = usize::from(table.last_event > 0);
        if clocks > 0 {
            let next = if clock <= table.last_event { clock + 1 } else { clock };
            row.push(u32::try_from(next).map_err(|_| Stop::Bound(Bound::States))?);
        }
        outcome.next.iter().for_each(|&word| row.extend(halves(word)));
        row.resize(start + clocks + table.carried_words, 0);
        taken.sent.clear();
        if let [only] = outcome.sent[..] {
            let (to, fact) = table.messages[only as usize];
            taken.sent.extend([to, fact]);
        } else if !outcome.sent.is_empty() {
            let mut pairs: Vec<(u32, u32)> =
                outcome.sent.iter().map(|&message| table.messages[message as usize]).collect();
            pairs.sort_unstable();
            taken.sent.extend(pairs.into_iter().flat_map(|(to, fact)| [to, fact]));
        }
        taken.alarm = outcome.derived.iter().zip(&table.nevers).any(|(d, never)| d & never != 0);
        taken.observed.clear();
        let (observed, facts) = (&mut taken.observed, &table.facts);
        for_each_common(&outcome.derived, &table.observed, |atom| observed.push(facts[atom].0));
        observed.sort_unstable();
        Ok(table.states.get(local) != &row[start..])
    }
}

impl NodeSteps for GroundSteps {
    fn initial(&mut self, node: u32) -> u32 {
        let table = &mut self.nodes[node as usize];
        self.row.clear();
        if table.last_event > 0 {
            self.row.push(1);
        }
        self.row.resize(self.row.len() + table.carried_words, 0);
        table.states.number_of(&self.row)
    }

    fn take(&mut self, node: u32, local: u32, delivered: &[u32], taken: &mut Taken) -> Result<(), Stop> {
        let mut row = std::mem::take(&mut self.row);
        let mut scratch = std::mem::take(&mut self.scratch);
        row.clear();
        let moves = self.outcome(&mut scratch, [node, local], delivered, &mut row, taken);
        self.scratch = scratch;
        taken.next = if moves? { self.nodes[node as usize].states.number_of(&row) } else { local };
        self.row = row;
        Ok(())
    }

    fn evaluate(&self, [node, local, _]: [u32; 3], delivered: &[u32], evaluated: &mut Evaluated) -> Result<(), Stop> {
        let start = evaluated.rows.len();
        let Evaluated { scratch, rows, taken, .. } = evaluated;
        let moves = self.outcome(scratch, [node, local], delivered, rows, taken)?;
        if !moves {
            rows.truncate(start);
        }
        evaluated.keep(moves.then(|| evaluated.rows.len() - start));
        Ok(())
    }

    fn number_all(&mut self, node: u32, rows: &mut Batch, count: usize, threads: &Threads) {
        self.nodes[node as usize].states.number_all(rows, count, threads);
    }

    fn derived(&mut self, node: u32, local: u32, delivered: &[u32], facts: &mut Vec<FactId>) -> Result<(), Stop> {
        self.step(node, local, delivered);
        let table = &self.nodes[node as usize];
        facts.clear();
        for_each_common(&self.scratch.outcome.derived, &self.scratch.outcome.derived, |atom| {
            facts.push(table.facts[atom])
        });
        facts.retain(|&id| self.engine.is_shown(self.facts.get(id)));
        facts.sort_unstable();
        Ok(())
    }

    fn known_id(&self, fact: &Fact) -> Option<FactId> {
        self.facts.find(fact)
    }

    fn outputs(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<OutputSet, Stop> {
        self.step(node, local, delivered);
        let table = &mut self.nodes[node as usize];
        self.row.clear();
        for &(at, mask) in &table.outputs {
            self.row.extend(halves(self.scratch.outcome.derived[at] & mask));
        }
        Ok(table.output_sets.number_of(&self.row))
    }

    fn members(&self, node: u32, set: OutputSet, facts: &mut Vec<FactId>) {
        let table = &self.nodes[node as usize];
        facts.clear();
        for (&(at, _), pair) in table.outputs.iter().zip(table.output_sets.get(set).chunks_exact(2)) {
            let word = [whole(pair)];
            for_each_common(&word, &word, |bit| facts.push(table.facts[at * 64 + bit]));
        }
        facts.sort_unstable();
    }

    fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread {
        let table = &mut self.nodes[node as usize];
        let mut all = vec![u32::MAX; 2 * table.outputs.len()];
        let mut some = vec![0; 2 * table.outputs.len()];
        for &set in sets {
            for ((all, some), &word) in all.iter_mut().zip(&mut some).zip(table.output_sets.get(set)) {
                *all &= word;
                *some |= word;
            }
        }
        Spread { all: table.output_sets.number_of(&all), some: table.output_sets.number_of(&some) }
    }

    fn fact_id(&mut self, fact: &Fact) -> FactId {
        self.facts.intern(fact)
    }

    fn fact(&self, id: FactId) -> &Fact {
        self.facts.get(id)
    }

    fn ground(&self) -> Option<&GroundSteps> {
        Some(self)
    }

    fn pack(&self, node: u32, local: u32, packed: &mut Vec<u32>) {
        packed.extend_from_slice(self.nodes[node as usize].states.get(local));
    }

    fn unpack(&mut self, node: u32, packed: &mut &[u32]) -> u32 {
        let table = &mut self.nodes[node as usize];
        let (row, rest) = packed.split_at(table.carried_words + usize::from(table.last_event > 0));
        *packed = rest;
        table.states.number_of(row)
    }

    fn save(&self, to: &mut Writer) -> io::Result<()> {
        self.nodes.iter().try_for_each(|node| to.put(&node.states))
    }

    fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        self.nodes.iter_mut().try_for_each(|node| from.get().map(|states| node.states = states))
    }

    fn states(&self) -> usize {
        self.nodes.iter().map(|node| node.states.len()).sum()
    }

    fn growth(&self) -> usize {
        self.nodes.iter().map(|node| node.states.growth() + node.output_sets.growth()).sum()
    }
}
