//! What one search explores: a whole program, or a slice of it as a program of its own.
//!
//! A slice ([`crate::reduce::slices`]) has fewer nodes than the program, numbered anew. Only here are they told apart: what a
//! search finds of a slice leaves with the program's nodes and, if it is a run, as a run of the program.

use super::extend::extend;
use super::recount::recount;
use crate::budget::Budget;
use crate::eval::ground::Ground;
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId};
use crate::reduce::Reductions;
use crate::schedule::{Schedule, ScheduledStep};
use crate::system::asynchronous::{Asynchronous, Counting};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A slice with rules of its own.
#[derive(Debug, Clone)]
pub struct Piece {
    /// By its own nodes, those of the program.
    pub nodes: Vec<NodeId>,
    /// Its rules.
    pub ground: Ground,
}

impl Piece {
    /// A number of it by which pieces that are renamings of one another agree.
    pub fn shape(&self) -> Vec<usize> {
        let sizes = |at: usize| {
            let node = NodeId(at as u32);
            [self.ground.atoms(node).len(), self.ground.rules(node).len(), self.ground.messages(node).len()]
        };
        (0..self.nodes.len()).flat_map(sizes).collect()
    }

    /// Whether some atom of a relation can hold in it.
    pub fn has(&self, relation: RelationId) -> bool {
        let at = |at: usize| self.ground.atoms(NodeId(at as u32));
        (0..self.nodes.len()).any(|node| at(node).iter().any(|fact| fact.relation == relation))
    }

    /// A fact of the program by node and number here, if it can hold here.
    fn place(&self, node: NodeId, fact: &Fact) -> Option<(NodeId, u32)> {
        let at = NodeId(self.nodes.iter().position(|&other| other == node)? as u32);
        Some((at, self.ground.atom(at, fact)?))
    }

    /// The fact that stands here where `fact` (of the program) stands in `other`, of which this is a renaming.
    pub fn renamed(&self, fact: &LocatedFact, other: &Piece) -> LocatedFact {
        let place = other.place(fact.node, &fact.fact);
        let (node, atom) = place.expect("internal error: a fact found in a slice that does not have it");
        LocatedFact { node: self.nodes[node.0 as usize], fact: self.ground.atoms(node)[atom as usize].clone() }
    }
}

/// A program or a slice of one.
#[derive(Debug)]
pub struct Part<'p> {
    whole: &'p Program,
    /// The program that is searched: of a slice only its nodes and its relations count, its rules are `ground`.
    program: Cow<'p, Program>,
    ground: Option<Ground>,
    slice: Option<&'p Piece>,
    /// Whether two runs that differ are wanted, if there are any.
    pub wants_divergence: bool,
    /// An ultimate model of which a run is wanted.
    pub wants_run: Option<BTreeSet<LocatedFact>>,
}

impl<'p> Part<'p> {
    /// A whole program with its ground rules, if it has them.
    pub fn whole(program: &'p Program, ground: Option<Ground>) -> Self {
        Part {
            whole: program,
            program: Cow::Borrowed(program),
            ground,
            slice: None,
            wants_divergence: true,
            wants_run: None,
        }
    }

    /// A slice.
    pub fn slice(whole: &'p Program, piece: &'p Piece, wants_divergence: bool) -> Self {
        let program = Program {
            nodes: piece.nodes.iter().map(|&node| whole.node_value(node)).collect(),
            facts: Vec::new(),
            observers: Vec::new(),
            ..whole.clone()
        };
        let ground = Some(piece.ground.clone());
        Part { whole, program: Cow::Owned(program), ground, slice: Some(piece), wants_divergence, wants_run: None }
    }

    /// The program that is searched.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The program that it is, or of which it is a slice.
    pub fn whole_program(&self) -> &Program {
        self.whole
    }

    /// Its transition system.
    pub fn system(&self, budget: &Budget, counting: &Counting, reductions: Reductions) -> Asynchronous<'_> {
        Asynchronous::grounded(&self.program, self.ground.clone(), budget, counting, reductions)
    }

    /// A fact of it, as one of the program.
    pub fn located(&self, fact: LocatedFact) -> LocatedFact {
        LocatedFact { node: self.node(fact.node), ..fact }
    }

    fn node(&self, node: NodeId) -> NodeId {
        self.slice.map_or(node, |piece| piece.nodes[node.0 as usize])
    }

    /// A run of its system, as one of the program: with the copies that the program really delivers, of a slice also those of
    /// messages that it does not have. `None` if no loop of the program was found that repeats the slice's.
    pub fn schedule(&self, found: Schedule, system: &Asynchronous<'_>, budget: &Budget) -> Option<Schedule> {
        let Some(piece) = self.slice else {
            if !system.has_eager_messages() {
                return Some(found);
            }
            // A schedule that cannot be recounted is no run, and replaying it will say so.
            return Some(recount(self.whole, &found, |node, fact| system.is_eager(node, fact)).unwrap_or(found));
        };
        let sent = self.program.node_ids().flat_map(|node| piece.ground.messages(node));
        let messages: BTreeSet<(NodeId, u32)> = sent.copied().collect();
        let here = |node, fact: &Fact| piece.place(node, fact).filter(|message| messages.contains(message));
        let is_eager = |node, fact: &Fact| here(node, fact).is_some_and(|(node, _)| system.is_eager(node, fact));
        let is_chosen = |node, fact: &Fact| here(node, fact).is_some_and(|(node, _)| !system.is_eager(node, fact));
        let steps = |steps: Vec<ScheduledStep>| {
            steps.into_iter().map(|step| ScheduledStep { node: self.node(step.node), ..step }).collect()
        };
        let found = Schedule { stem: steps(found.stem), cycle: steps(found.cycle) };
        if found.cycle.is_empty() {
            return Some(recount(self.whole, &found, is_eager).unwrap_or(found));
        }
        extend(self.whole, &found, is_chosen, budget).unwrap_or(Some(found))
    }
}
