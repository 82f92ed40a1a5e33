//! One run, transition by transition, by the definition (semantics §2).
//!
//! ```text
//! I         = static(x) ∪ events(x, step) ∪ carried(x) ∪ set(m)
//! D         = stratified fixpoint of the deductive rules over I
//! carried'  = what the inductive rules derive from D
//! sent      = what the async rules derive from D: one copy per addressee, fact and step
//! ```
//!
//! Where channels are ordered, each copy in flight is known by its sender and its step ([`super::channels`]).
//! Nothing is interned or saturated: local steps are numbered exactly, copies are counted exactly.

use super::channels::{Channels, Contents};
use crate::budget::{Bound, Budget};
use crate::eval::naive::Naive;
use crate::eval::{EvalError, Fault, LocalStep, Outcome};
use crate::program::{Fact, LocatedFact, NodeId, Order, Program, When};
use crate::schedule::{Delivered, ScheduledStep};
use std::collections::{BTreeMap, BTreeSet};

/// The copies in flight, each fact with its addressee; no entry is 0.
pub type Buffer = BTreeMap<LocatedFact, u64>;

/// What one transition did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// Who stepped.
    pub node: NodeId,
    /// Its local step, from 1.
    pub step: u64,
    /// The copies delivered, sorted, no count 0; on ordered channels each with its sender.
    pub delivered: Vec<Delivered>,
    /// D of the step; contains what was delivered.
    pub derived: BTreeSet<Fact>,
    /// What was sent, one copy each.
    pub sent: BTreeSet<LocatedFact>,
}

impl StepRecord {
    /// The choice that led to it.
    pub fn scheduled(&self) -> ScheduledStep {
        ScheduledStep { node: self.node, deliver: self.delivered.clone() }
    }
}

/// Why a transition cannot be taken. The state is then as it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Impossible {
    /// More copies are to be delivered than are in flight.
    NotInFlight {
        /// The fact.
        fact: Fact,
        /// How many copies the step delivers.
        wanted: u64,
        /// How many are in flight to its node.
        in_flight: u64,
    },
    /// A copy would overtake one that the same sender sent in an earlier step. On ordered channels only.
    OutOfOrder {
        /// The fact that overtakes.
        fact: Fact,
        /// The fact that is overtaken.
        earlier: Fact,
        /// Who sent both.
        from: NodeId,
    },
    /// Several senders have copies of the fact in flight, not all are delivered, and the step does not say whose. On ordered
    /// channels only.
    SeveralSenders {
        /// The fact.
        fact: Fact,
    },
    /// The local step has no outcome.
    Eval(EvalError),
    /// The observer rules have no outcome on the snapshot after the step; the rule is one of [`Program::observers`].
    Observe(EvalError),
}

impl Impossible {
    /// The bound that was hit, if the step is refused for that and is no mistake.
    pub fn bound(&self) -> Option<Bound> {
        match self {
            Impossible::Eval(error) | Impossible::Observe(error) => match error {
                EvalError::TooManyFacts { .. } => Some(Bound::Facts),
                EvalError::Stopped(bound) => Some(*bound),
                EvalError::Fault { fault: Fault::IntegerBeyond64Bits, .. } => Some(Bound::Integer),
                EvalError::Fault { .. } => None,
            },
            Impossible::NotInFlight { .. } | Impossible::OutOfOrder { .. } | Impossible::SeveralSenders { .. } => None,
        }
    }
}

/// What a node keeps between its steps, and the number of steps it has taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct NodeState {
    steps: u64,
    carried: BTreeSet<Fact>,
    latest: Option<BTreeSet<Fact>>,
}

/// What the text gives a node.
#[derive(Debug, Clone, Default)]
struct Given {
    always: BTreeSet<Fact>,
    events: BTreeMap<u64, Vec<Fact>>,
}

/// The part of a global state that decides what may follow once all events are over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettledState {
    carried: Vec<BTreeSet<Fact>>,
    buffer: Buffer,
    channels: Contents,
}

/// A run in progress.
#[derive(Debug)]
pub struct Simulation<'p> {
    program: &'p Program,
    budget: Budget,
    evaluator: Naive<'p>,
    /// Outcomes by node and input, if they are kept: a local step is a function of these.
    known: Option<BTreeMap<(NodeId, BTreeSet<Fact>), Outcome>>,
    given: Vec<Given>,
    nodes: Vec<NodeState>,
    buffer: Buffer,
    /// The copies of `buffer` one by one, where channels are ordered; else none.
    channels: Channels,
}

/// A moment of a [`Simulation`] to which it can return.
#[derive(Debug, Clone)]
pub struct Moment {
    nodes: Vec<NodeState>,
    buffer: Buffer,
    channels: Channels,
}

impl<'p> Simulation<'p> {
    /// The start of every run: empty buffers, nothing carried, no step taken.
    pub fn new(program: &'p Program, budget: &Budget) -> Self {
        let mut given = vec![Given::default(); program.nodes.len()];
        for initial in &program.facts {
            let at = &mut given[initial.node.0 as usize];
            match initial.when {
                When::Always => {
                    at.always.insert(initial.fact.clone());
                }
                When::Step(k) => at.events.entry(k).or_default().push(initial.fact.clone()),
            }
        }
        Simulation {
            program,
            budget: budget.clone(),
            evaluator: Naive::within(program, budget.clone()),
            known: None,
            given,
            nodes: vec![NodeState::default(); program.nodes.len()],
            buffer: Buffer::new(),
            channels: Channels::default(),
        }
    }

    /// The same, for a program that is to run many times: keeps the outcome of each local step.
    pub fn remembering(program: &'p Program, budget: &Budget) -> Self {
        Simulation { known: Some(BTreeMap::new()), ..Self::new(program, budget) }
    }

    /// Goes back to the start of every run.
    pub fn restart(&mut self) {
        self.nodes.fill(NodeState::default());
        self.buffer.clear();
        self.channels = Channels::default();
    }

    fn outcome(&mut self, node: NodeId, input: BTreeSet<Fact>) -> Result<Outcome, EvalError> {
        let Some(known) = &mut self.known else { return self.evaluator.step(node, &input) };
        let key = (node, input);
        if let Some(outcome) = known.get(&key) {
            return Ok(outcome.clone());
        }
        let outcome = self.evaluator.step(node, &key.1)?;
        known.insert(key, outcome.clone());
        Ok(outcome)
    }

    /// Takes one transition. A fact listed twice is delivered as often as its counts add up to.
    ///
    /// # Errors
    /// If a copy is not in flight or its channel forbids it, or the local step errs.
    ///
    /// # Panics
    /// If the step's node is not in the program's network.
    pub fn deliver(&mut self, step: &ScheduledStep) -> Result<StepRecord, Impossible> {
        self.budget.check().map_err(|bound| Impossible::Eval(EvalError::Stopped(bound)))?;
        let node = step.node;
        let (rest, delivered) = match self.program.order {
            Order::Any => (Channels::default(), self.possible(step)?),
            Order::Fifo => self.channels.take(step)?,
        };
        let given = &self.given[node.0 as usize];
        let state = &self.nodes[node.0 as usize];
        let number = state.steps + 1;
        let mut input: BTreeSet<Fact> = given.always.union(&state.carried).cloned().collect();
        input.extend(given.events.get(&number).into_iter().flatten().cloned());
        input.extend(delivered.iter().map(|delivered| delivered.fact.clone()));
        let outcome = self.outcome(node, input).map_err(Impossible::Eval)?;

        for Delivered { fact, copies, .. } in &delivered {
            let message = LocatedFact { node, fact: fact.clone() };
            let left = self.in_flight(&message) - copies;
            if left == 0 {
                self.buffer.remove(&message);
            } else {
                self.buffer.insert(message, left);
            }
        }
        for message in &outcome.sent {
            *self.buffer.entry(message.clone()).or_insert(0) += 1;
        }
        if self.program.order == Order::Fifo {
            self.channels = rest;
            self.channels.send(node, number, &outcome.sent);
        }
        self.nodes[node.0 as usize] =
            NodeState { steps: number, carried: outcome.next, latest: Some(outcome.derived.clone()) };
        Ok(StepRecord { node, step: number, delivered, derived: outcome.derived, sent: outcome.sent })
    }

    /// The deliveries of a step, sorted and added up, if all the copies are in flight.
    fn possible(&self, step: &ScheduledStep) -> Result<Vec<Delivered>, Impossible> {
        let without_senders = step.deliver.iter().map(|delivered| Delivered { from: None, ..delivered.clone() });
        let wanted = ScheduledStep::of(step.node, without_senders).deliver;
        for &Delivered { ref fact, copies, .. } in &wanted {
            let in_flight = self.in_flight(&LocatedFact { node: step.node, fact: fact.clone() });
            if copies > in_flight {
                return Err(Impossible::NotInFlight { fact: fact.clone(), wanted: copies, in_flight });
            }
        }
        Ok(wanted)
    }

    /// The program that runs.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Number of steps a node has taken.
    pub fn steps_taken(&self, node: NodeId) -> u64 {
        self.nodes[node.0 as usize].steps
    }

    /// What the inductive rules handed to a node's next step.
    pub fn carried(&self, node: NodeId) -> &BTreeSet<Fact> {
        &self.nodes[node.0 as usize].carried
    }

    /// What the observer rules derive from the global snapshot: D of each node's latest step, nothing of a node that has
    /// not stepped. The first value of each fact is its location.
    ///
    /// # Errors
    /// If an observer rule errs; its number is an index into [`Program::observers`].
    pub fn observe(&mut self) -> Result<BTreeSet<Fact>, EvalError> {
        let snapshot: Vec<Option<&BTreeSet<Fact>>> = self.nodes.iter().map(|state| state.latest.as_ref()).collect();
        self.evaluator.observe(&snapshot)
    }

    /// All copies in flight.
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// How many copies of a message are in flight.
    pub fn in_flight(&self, message: &LocatedFact) -> u64 {
        self.buffer.get(message).copied().unwrap_or(0)
    }

    /// Everything in flight to one node; on ordered channels by sender.
    pub fn in_flight_to(&self, node: NodeId) -> Vec<Delivered> {
        match self.program.order {
            Order::Any => (self.buffer.iter())
                .filter(|(message, _)| message.node == node)
                .map(|(message, &copies)| Delivered { fact: message.fact.clone(), from: None, copies })
                .collect(),
            Order::Fifo => self.channels.in_flight_to(node),
        }
    }

    /// What is in flight on ordered channels; nothing if channels are not ordered.
    pub fn channels(&self) -> Contents {
        self.channels.contents()
    }

    /// The last local step at which the text gives a node an event; 0 if none.
    pub fn last_event(&self, node: NodeId) -> u64 {
        self.given[node.0 as usize].events.last_key_value().map_or(0, |(&step, _)| step)
    }

    /// Carried facts and buffer, if every node is past its last event: from equal settled states the same choices
    /// lead to the same steps.
    pub fn settled(&self) -> Option<SettledState> {
        let over = self.program.node_ids().all(|node| self.steps_taken(node) >= self.last_event(node));
        over.then(|| SettledState {
            carried: self.nodes.iter().map(|state| state.carried.clone()).collect(),
            buffer: self.buffer.clone(),
            channels: self.channels.contents(),
        })
    }

    /// This moment, to return to.
    pub fn moment(&self) -> Moment {
        Moment { nodes: self.nodes.clone(), buffer: self.buffer.clone(), channels: self.channels.clone() }
    }

    /// Returns to an earlier moment of this simulation.
    pub fn rewind(&mut self, moment: Moment) {
        self.nodes = moment.nodes;
        self.buffer = moment.buffer;
        self.channels = moment.channels;
    }
}
