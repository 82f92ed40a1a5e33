//! Nodes as transducers: (local state, delivered set) → (next local state, sends, what the step shows), remembered.
//!
//! A local state is what a node carries and, while events are still due, its clock: the number of its next step, up to
//! one past its last event. Static facts are the same in all states and kept out of them. Nodes meet only through
//! messages, so local steps are far fewer than transitions, and most are asked for more than once.
//!
//! Two evaluators take the steps: bits where the program can be grounded ([`ground`]), semi-naive joins otherwise
//! ([`relational`]). Both equal the definition, and nothing outside this module can tell which one ran.

pub mod block;
mod ground;
mod memo;
mod relational;

use super::words::{Batch, Sets, Slices};
use super::{OutputSet, Spread, Stop};
use crate::budget::Budget;
use crate::checkpoint::{Reader, Writer};
use crate::eval::ground::Ground;
use crate::eval::store::FactId;
use crate::program::{Fact, Program, RelationId};
use crate::threads::Threads;
use block::Evaluated;
pub use ground::GroundSteps;
use memo::Memo;
use relational::RelationalSteps;
use serde::{Deserialize, Serialize};
use std::io;

/// What a local step does to the rest of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Moved {
    /// The node's next local state.
    pub next: u32,
    /// The set of sends; see [`LocalSteps::sent`]. 0 is none.
    pub sent: u32,
    /// The step's facts that observer rules read, as a number; 0 where nothing observes.
    pub snapshot: u32,
    /// Whether a `never` relation holds in the step.
    pub alarm: bool,
}

/// What is looked at in D of each step, by relation.
#[derive(Debug, Clone, Default)]
struct Watched {
    outputs: Vec<bool>,
    observed: Vec<bool>,
    nevers: Vec<bool>,
}

/// What an evaluator reports of a step.
#[derive(Debug, Default)]
struct Taken {
    next: u32,
    /// Alternating addressee and fact, sorted.
    sent: Vec<u32>,
    alarm: bool,
    /// Facts that observers read, sorted. Empty where nothing observes.
    observed: Vec<u32>,
}

/// An evaluator with its tables of local states and facts.
trait NodeSteps: std::fmt::Debug + Send + Sync {
    /// The local state in which a node begins: nothing carried, its first step next.
    fn initial(&mut self, node: u32) -> u32;

    /// Takes a step of `node` from local state `local` with these facts delivered.
    fn take(&mut self, node: u32, local: u32, delivered: &[u32], taken: &mut Taken) -> Result<(), Stop>;

    /// Takes a step (node, local state, inbox) into `evaluated` and numbers nothing. Only the evaluator by bits can.
    fn evaluate(&self, step: [u32; 3], delivered: &[u32], evaluated: &mut Evaluated) -> Result<(), Stop> {
        let _ = (step, delivered, evaluated);
        unreachable!("internal error: steps of this evaluator are taken one by one");
    }

    /// Numbers local states of a node.
    fn number_all(&mut self, node: u32, rows: &mut Batch, count: usize, threads: &Threads) {
        let _ = (node, rows, count, threads);
        unreachable!("internal error: local states of this evaluator are numbered one by one");
    }

    /// Writes D of that step into `facts` (cleared first), sorted.
    fn derived(&mut self, node: u32, local: u32, delivered: &[u32], facts: &mut Vec<FactId>) -> Result<(), Stop>;

    /// The set of facts of output relations in D of that step, numbered among those of the node.
    fn outputs(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<OutputSet, Stop>;

    /// Writes the facts of such a set into `facts` (cleared first), sorted.
    fn members(&self, node: u32, set: OutputSet, facts: &mut Vec<FactId>);

    /// The bounds of such sets, at least one.
    fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread;

    /// The number of a fact.
    fn fact_id(&mut self, fact: &Fact) -> FactId;

    /// The number of a fact, if it has one.
    fn known_id(&self, fact: &Fact) -> Option<FactId>;

    /// The fact with this number.
    fn fact(&self, id: FactId) -> &Fact;

    /// The evaluator by bits, if it is that one.
    fn ground(&self) -> Option<&GroundSteps> {
        None
    }

    /// Writes a local state at the end of `packed`, in words that do not depend on what was met before. Only the evaluator by bits can.
    fn pack(&self, node: u32, local: u32, packed: &mut Vec<u32>) {
        let _ = (node, local, packed);
        unreachable!("internal error: local states of this evaluator are not packed");
    }

    /// Takes such words from the front of `packed`; the number of the local state.
    fn unpack(&mut self, node: u32, packed: &mut &[u32]) -> u32 {
        let _ = (node, packed);
        unreachable!("internal error: local states of this evaluator are not packed");
    }

    /// Writes what was met so far.
    fn save(&self, to: &mut Writer) -> io::Result<()>;

    /// Takes it back into a new evaluator of the same program.
    fn restore(&mut self, from: &mut Reader) -> io::Result<()>;

    /// Distinct local states met so far, over all nodes.
    fn states(&self) -> usize;

    /// Bytes that the tables may ask for at once when they next grow.
    fn growth(&self) -> usize;
}

/// The local steps of one program, evaluated on demand.
#[derive(Debug)]
pub struct LocalSteps {
    steps: Box<dyn NodeSteps>,
    sends: Slices,
    snapshots: Sets,
    observes: bool,
    memo: Memo,
    nodes: usize,
    taken: Taken,
    /// Local steps evaluated.
    pub evaluated: u64,
    /// Local steps asked for.
    pub asked: u64,
    /// Local states and steps asked for when the current stretch of [`STRETCH`] steps began, and the share of new local
    /// states in the stretch before.
    stretch: (usize, u64),
    novelty: Option<f64>,
}

/// How many steps asked for count as "lately".
const STRETCH: u64 = 10_000;

impl LocalSteps {
    /// The local steps of `program`, by its ground rules if it could be grounded. `observed` says which relations observer rules
    /// read, by relation id; empty where nothing observes.
    pub fn new(program: &Program, ground: Option<Ground>, budget: &Budget, observed: Vec<bool>) -> Self {
        let mark = |relations: &mut dyn Iterator<Item = RelationId>| {
            let mut marks = vec![false; program.relations.len()];
            relations.for_each(|relation| marks[relation.0 as usize] = true);
            marks
        };
        let local = |relation: &RelationId| !program.relation(*relation).observer;
        let watched = Watched {
            outputs: mark(&mut program.outputs.iter().copied()),
            nevers: mark(&mut program.nevers.iter().map(|&(relation, _)| relation).filter(local)),
            observed,
        };
        let observes = !watched.observed.is_empty();
        let steps: Box<dyn NodeSteps> = match ground {
            Some(ground) => Box::new(GroundSteps::new(program, ground, &watched)),
            None => Box::new(RelationalSteps::new(program, budget, watched)),
        };
        let mut sends = Slices::default();
        sends.intern(&[]);
        let mut snapshots = Sets::default();
        snapshots.intern(&[]);
        LocalSteps {
            steps,
            sends,
            snapshots,
            observes,
            memo: Memo::new(program.nodes.len()),
            nodes: program.nodes.len(),
            taken: Taken::default(),
            evaluated: 0,
            asked: 0,
            stretch: (0, 0),
            novelty: None,
        }
    }

    /// The local state in which a node begins: nothing carried, its first step next.
    pub fn initial(&mut self, node: u32) -> u32 {
        self.steps.initial(node)
    }

    /// Distinct local states met so far, over all nodes.
    pub fn states(&self) -> usize {
        self.steps.states()
    }

    /// Writes a local state at the end of `packed`, in words that do not depend on what was met before.
    ///
    /// # Panics
    /// If the program could not be grounded.
    pub fn pack(&self, node: u32, local: u32, packed: &mut Vec<u32>) {
        self.steps.pack(node, local, packed);
    }

    /// Takes such words from the front of `packed`; the number of the local state.
    ///
    /// # Panics
    /// If the program could not be grounded, or the words are too few.
    pub fn unpack(&mut self, node: u32, packed: &mut &[u32]) -> u32 {
        self.steps.unpack(node, packed)
    }

    /// Writes a snapshot at the end of `packed`: how many facts, and which.
    pub fn pack_snapshot(&self, snapshot: u32, packed: &mut Vec<u32>) {
        let at = packed.len();
        packed.push(0);
        self.snapshots.read(snapshot, packed);
        packed[at] = (packed.len() - at - 1) as u32;
    }

    /// The number of the snapshot with these facts, sorted.
    pub fn snapshot_of(&mut self, facts: &[u32]) -> u32 {
        self.snapshots.intern(facts)
    }

    /// The grounded program and its local states, if the program could be grounded.
    pub fn ground(&self) -> Option<&GroundSteps> {
        self.steps.ground()
    }

    /// Lately, the share of local steps that led to a local state not met before: near 0 when a search has seen most of what nodes
    /// can do. `None` before the first [`STRETCH`] steps.
    pub fn novelty(&self) -> Option<f64> {
        self.novelty
    }

    /// Bytes that the tables may ask for at once when they next grow.
    pub fn growth(&self) -> usize {
        self.steps.growth() + self.sends.growth() + self.snapshots.growth()
    }

    /// The number of a fact.
    pub fn fact_id(&mut self, fact: &Fact) -> FactId {
        self.steps.fact_id(fact)
    }

    /// The number of a fact, if it has one.
    pub fn known_id(&self, fact: &Fact) -> Option<FactId> {
        self.steps.known_id(fact)
    }

    /// The fact with this number.
    pub fn fact(&self, id: FactId) -> &Fact {
        self.steps.fact(id)
    }

    /// The sends with this number, as alternating addressee and fact, sorted.
    pub fn sent(&self, sent: u32) -> &[u32] {
        self.sends.get(sent)
    }

    /// The facts of a snapshot.
    pub fn snapshot(&self, snapshot: u32) -> Vec<FactId> {
        self.snapshots.members(snapshot).into_iter().map(FactId).collect()
    }

    fn count_asked(&mut self) {
        self.asked += 1;
        if self.asked - self.stretch.1 >= STRETCH {
            let (states, asked) = std::mem::replace(&mut self.stretch, (self.steps.states(), self.asked));
            self.novelty = Some((self.stretch.0 - states) as f64 / (self.asked - asked) as f64);
        }
    }

    /// The step of `node` from local state `local` with `delivered` (numbered `inbox`) delivered in it.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn moved(&mut self, node: u32, local: u32, inbox: u32, delivered: &[u32]) -> Result<Moved, Stop> {
        self.count_asked();
        let key = [node, local, inbox];
        if let Some(moved) = self.memo.get(key) {
            return Ok(moved);
        }
        self.evaluated += 1;
        let moved = self.moved_anew(node, local, delivered)?;
        self.memo.put(key, moved);
        Ok(moved)
    }

    /// The same step, evaluated anew, neither counted nor remembered.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn moved_anew(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<Moved, Stop> {
        self.steps.take(node, local, delivered, &mut self.taken)?;
        let sent = if self.taken.sent.is_empty() { 0 } else { self.sends.intern(&self.taken.sent) };
        let snapshot = if self.observes { self.snapshots.intern(&self.taken.observed) } else { 0 };
        Ok(Moved { next: self.taken.next, sent, snapshot, alarm: self.taken.alarm })
    }

    /// D of that step, sorted. Evaluated anew: only the analysis after a search asks for it.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn derived(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<Vec<FactId>, Stop> {
        let mut facts = Vec::new();
        self.steps.derived(node, local, delivered, &mut facts)?;
        Ok(facts)
    }

    /// The set of facts of output relations in D of that step, numbered among those of the node; evaluated anew.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn outputs(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<OutputSet, Stop> {
        self.steps.outputs(node, local, delivered)
    }

    /// Writes the facts of such a set into `facts` (cleared first), sorted.
    pub fn members(&self, node: u32, set: OutputSet, facts: &mut Vec<FactId>) {
        self.steps.members(node, set, facts);
    }

    /// The bounds of such sets, at least one.
    pub fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread {
        self.steps.spread(node, sets)
    }

    /// Writes what was met so far, what is remembered included: figures depend on it.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, to: &mut Writer) -> io::Result<()> {
        self.steps.save(to)?;
        to.put(&(&self.sends, &self.snapshots, &self.memo))?;
        to.put(&(self.evaluated, self.asked, self.stretch, self.novelty))
    }

    /// Takes it back into new local steps of the same program.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        self.steps.restore(from)?;
        (self.sends, self.snapshots, self.memo) = from.get()?;
        (self.evaluated, self.asked, self.stretch, self.novelty) = from.get()?;
        Ok(())
    }

    /// Forgets what is remembered of steps, which costs nothing but time.
    pub fn forget(&mut self) {
        self.memo = Memo::new(self.nodes);
    }
}
