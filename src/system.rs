//! The seam between what a program does and how its runs are searched: the transition system of semantics §2.
//!
//! A search sees states as words, choices as numbers, and just enough of a transition to judge fairness and ultimate
//! facts. It knows nothing of Datalog; what is behind the seam ([`asynchronous`]) knows nothing of searches. A
//! reduction is a `System` made from a `System`.

pub mod asynchronous;
pub mod block;
pub mod local;
pub mod portable;
pub mod words;

use crate::budget::Bound;
use crate::checkpoint::{Reader, Writer};
use crate::eval::{EvalError, Fault};
use crate::program::RuleId;
use crate::threads::Threads;
use block::Block;
use std::io;

/// Number of copies of one message in flight; [`OMEGA`] stands for "more than the cap, however many".
pub type Copies = u32;

/// More copies than are counted. See [`crate::network`].
pub const OMEGA: Copies = u32::MAX;

/// A message: an addressee and a fact, numbered by the system in the order in which they first join a buffer.
pub type Message = u32;

/// An output fact at a node, numbered by the system in order of first appearance.
pub type Output = u32;

/// A set of output facts that hold in a step of a node, numbered by the system among those of the node; equal sets have
/// equal numbers.
pub type OutputSet = u32;

/// One transition's choice: who steps, what is delivered, what stays in flight to that node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The node that steps.
    pub node: u32,
    /// The set of delivered facts, numbered by the system; 0 is the empty set.
    pub inbox: u32,
    /// The node's buffer after the delivery and before anything is sent, numbered by the system.
    pub rest: u32,
}

/// Why a system cannot give an answer for a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// A bound was hit.
    #[error("bound: {0}")]
    Bound(#[from] Bound),
    /// A rule did what the language forbids.
    #[error("rule {} {fault}", rule.0)]
    Fault {
        /// The rule.
        rule: RuleId,
        /// What it did.
        fault: Fault,
    },
}

impl From<EvalError> for Stop {
    fn from(error: EvalError) -> Self {
        match error {
            EvalError::Fault { fault: Fault::IntegerBeyond64Bits, .. } => Stop::Bound(Bound::Integer),
            EvalError::Fault { rule, fault } => Stop::Fault { rule, fault },
            EvalError::TooManyFacts { .. } => Stop::Bound(Bound::Facts),
            EvalError::Stopped(bound) => Stop::Bound(bound),
        }
    }
}

/// A transition system with the marks that fairness and ultimate facts need.
///
/// Numbers are handed out in the order in which a search first asks, so a deterministic search sees deterministic
/// numbers. A state is a slice of [`System::width`] words; equal states have equal words.
pub trait System {
    /// Words of a state.
    fn width(&self) -> usize;

    /// Number of nodes; each must step infinitely often in a fair run.
    fn nodes(&self) -> usize;

    /// Writes the initial state into `state` (cleared first).
    fn initial(&mut self, state: &mut Vec<u32>);

    /// Writes the choices enabled in `state` into `choices` (cleared first), always in the same order: node by node, for each the
    /// one first that delivers least.
    ///
    /// # Errors
    /// If there are too many to list.
    fn enabled(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> Result<(), Stop>;

    /// If only some of `choices`, all those enabled in `state`, need to be taken there: leaves these only, in their order, and
    /// names the reduction that says so. A state of which this is so must not be passed infinitely often. The same answer
    /// whenever it is asked.
    ///
    /// # Errors
    /// If a local step has no outcome.
    fn ample(&mut self, state: &[u32], choices: &mut Vec<Choice>) -> Result<Option<&'static str>, Stop> {
        let _ = (state, choices);
        Ok(None)
    }

    /// Writes the state after `choice` into `next` (cleared first). Returns whether an asserted relation holds in
    /// the step or in the snapshot after it; [`System::alarms`] says which.
    ///
    /// # Errors
    /// If the local step has no outcome.
    fn step(&mut self, state: &[u32], choice: Choice, next: &mut Vec<u32>) -> Result<bool, Stop>;

    /// Finds where all choices of a block lead: the same states, with the same numbers at any number of threads, as [`System::step`]
    /// finds one after another.
    ///
    /// # Errors
    /// If a local step has no outcome. Then `block` says nothing of where choices lead.
    fn step_all(&mut self, block: &mut Block, threads: &Threads) -> Result<(), Stop> {
        let _ = threads;
        block.step_in_order(self)
    }

    /// Indices (into the program's `never` relations) of those that hold in this transition, sorted.
    ///
    /// # Errors
    /// If the local step has no outcome.
    fn alarms(&mut self, state: &[u32], choice: Choice) -> Result<Vec<u32>, Stop>;

    /// Writes the messages in flight in `state` into `messages` (cleared first), sorted.
    fn in_flight(&self, state: &[u32], messages: &mut Vec<(Message, Copies)>);

    /// Whether nothing is in flight in `state`.
    fn at_rest(&self, state: &[u32]) -> bool;

    /// Whether some message of `state` is counted [`OMEGA`].
    fn saturated(&self, state: &[u32]) -> bool;

    /// Writes the messages that `choice` delivers and sends, and the output facts that hold in its step, into `effect`.
    ///
    /// # Errors
    /// If the local step has no outcome.
    fn effect(&mut self, state: &[u32], choice: Choice, effect: &mut Effect) -> Result<(), Stop>;

    /// The set of output facts that hold in the step of `choice`.
    ///
    /// # Errors
    /// If the local step has no outcome.
    fn outputs(&mut self, state: &[u32], choice: Choice) -> Result<OutputSet, Stop>;

    /// Writes the members of a set of output facts at `node` at the end of `outputs`.
    fn members(&mut self, node: u32, set: OutputSet, outputs: &mut Vec<Output>);

    /// What these sets (at least one) of output facts at `node` have in common, and what they have together.
    fn spread(&mut self, node: u32, sets: &[OutputSet]) -> Spread;

    /// Gives back what only a search needs.
    fn settle(&mut self);

    /// The node of an output fact.
    fn output_node(&self, output: Output) -> u32;

    /// Bytes that the system's own tables may ask for at once when they next grow, so that a search can stop before.
    fn growth(&self) -> usize;

    /// A number that differs between systems one of which must not go on with what the other met; known only where searches are
    /// kept.
    fn identity(&self) -> u64 {
        0
    }

    /// Writes what was met so far, so that a search can go on from there.
    ///
    /// # Errors
    /// Those of the disk, and always if this system cannot.
    fn save(&self, to: &mut Writer) -> io::Result<()> {
        let _ = to;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Takes it back; the system must be new, and made like the one that wrote it.
    ///
    /// # Errors
    /// Those of the disk, and always if this system cannot. Then the system is of no more use.
    fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        let _ = from;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether the step from `state` to `next` brought a message to a count that is worth looking for a pumping loop;
    /// true infinitely often on every infinite run along which copies grow without bound.
    fn grew(&self, state: &[u32], next: &[u32]) -> bool;

    /// If `later` has the local states of `earlier` and a buffer that strictly covers it: the messages of which it has
    /// more. Then whatever led from one to the other can be repeated for ever.
    fn pumped(&self, earlier: &[u32], later: &[u32]) -> Option<Vec<Message>>;
}

/// What a transition shows to fairness and to the ultimate model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Messages delivered, each once however many copies, sorted.
    pub delivered: Vec<Message>,
    /// Messages sent, one copy each, sorted.
    pub sent: Vec<Message>,
    /// Output facts in D of the step.
    pub outputs: OutputSet,
}

/// The bounds of some sets of output facts at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// What is in all of them.
    pub all: OutputSet,
    /// What is in some of them.
    pub some: OutputSet,
}
