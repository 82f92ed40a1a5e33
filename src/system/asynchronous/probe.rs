//! Single steps taken for themselves, outside a search: what a re-check of reductions asks ([`crate::pipeline::recheck`]).

use super::{Asynchronous, local};
use crate::eval::store::FactId;
use crate::network::traffic::Traffic;
use crate::program::{LocatedFact, NodeId};
use crate::system::{Choice, Message, Output, OutputSet, Stop};

/// A local step as semantics §2 defines it, whatever the reductions deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The node's next local state.
    pub next: u32,
    /// Addressee and fact of each message sent, sorted.
    pub sent: Vec<(u32, u32)>,
    /// What observers see of the step, as a number that is also in states; 0 where nothing observes.
    pub shown: u32,
    /// Indices of the `never` relations of this node that hold, sorted; those of observers are not among them.
    pub alarms: Vec<u32>,
    /// The output facts.
    pub outputs: OutputSet,
}

impl Asynchronous<'_> {
    /// The step of `node` from a local state in which exactly these facts, sorted, are delivered. Nothing is remembered or counted.
    ///
    /// # Errors
    /// If the step has no outcome.
    pub fn probe(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<Probe, Stop> {
        let moved = self.steps.moved_anew(node, local, delivered)?;
        let sent = self.steps.sent(moved.sent).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let alarms = if moved.alarm { self.own_alarms(node, local, delivered)? } else { Vec::new() };
        let shown = if self.observers { moved.snapshot + 1 } else { 0 };
        Ok(Probe { next: moved.next, sent, shown, alarms, outputs: self.steps.outputs(node, local, delivered)? })
    }

    /// The `never` relations of a node that hold in a step, as indices.
    pub(super) fn own_alarms(&mut self, node: u32, local: u32, delivered: &[u32]) -> Result<Vec<u32>, Stop> {
        let derived = self.steps.derived(node, local, delivered)?;
        let holds = |relation| derived.iter().any(|&id| self.steps.fact(id).relation == relation);
        Ok((0u32..)
            .zip(&self.program.nevers)
            .filter(|&(_, &(relation, _))| !self.program.relation(relation).observer && holds(relation))
            .map(|(index, _)| index)
            .collect())
    }

    /// The `never` relations of observers that hold where `node` shows this and the others what they show in `state`, as indices.
    ///
    /// # Errors
    /// If an observer rule errs.
    pub fn observed_where(&self, state: &[u32], node: u32, shown: u32) -> Result<Vec<u32>, Stop> {
        if !self.observers {
            return Ok(Vec::new());
        }
        let mut snapshots = self.snapshots(state).to_vec();
        snapshots[node as usize] = shown;
        self.observe(&snapshots)
    }

    /// What observers last saw of the nodes; nothing where nothing observes.
    pub fn shown<'s>(&self, state: &'s [u32]) -> &'s [u32] {
        self.snapshots(state)
    }

    /// The facts that a choice delivers, sorted.
    pub fn inbox(&self, choice: Choice) -> &[u32] {
        self.traffic.inbox(choice.inbox)
    }

    /// The number of a message's fact, as in [`Self::inbox`].
    pub fn fact_of(&self, message: Message) -> u32 {
        self.messages.get(message).1
    }

    /// The local state of a node.
    pub fn local_state(&self, state: &[u32], node: u32) -> u32 {
        local(state, node)
    }

    /// Whether of a message it is only known whether copies are in flight.
    pub fn is_presence(&self, node: u32, fact: u32) -> bool {
        self.reduced.is_eager(node, fact)
    }

    /// An output fact as the program writes it.
    pub fn show_output(&self, output: Output) -> String {
        let LocatedFact { node, fact } = self.output(output);
        self.program.show_fact(node, &fact)
    }

    /// A message as the program writes it.
    pub fn show_message(&self, node: u32, fact: u32) -> String {
        self.program.show_fact(NodeId(node), self.steps.fact(FactId(fact)))
    }

    /// Whether copies from one sender arrive in the order sent.
    pub fn is_ordered(&self) -> bool {
        matches!(self.traffic, Traffic::Fifo(_))
    }
}
