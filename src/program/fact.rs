//! Facts, with and without the node and step at which they are given.

use super::{RelationId, Value};
use crate::source::Span;

/// A node of the network, by index into [`super::Program::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A fact at a node that the context names: relation and columns without the location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// The relation.
    pub relation: RelationId,
    /// The columns.
    pub values: Box<[Value]>,
}

/// A fact and the node where it holds, or to which it is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocatedFact {
    /// The node.
    pub node: NodeId,
    /// The fact.
    pub fact: Fact,
}

/// When a given fact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// At every step: a static fact.
    Always,
    /// At this local step of its node, from 1: an event.
    Step(u64),
}

/// A fact of the program text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InitialFact {
    /// Where.
    pub node: NodeId,
    /// When.
    pub when: When,
    /// What.
    pub fact: Fact,
    /// The atom that gives it, with its suffix; the first one of several.
    pub span: Span,
}
