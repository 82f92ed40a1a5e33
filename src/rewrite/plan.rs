//! What to coordinate, and how.

use std::collections::{BTreeMap, BTreeSet};

/// How a channel's end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Acknowledge {
    /// Each message is acknowledged, and senders say when all of theirs are: the published P(S).
    Messages,
    /// Senders say how many messages they have sent, and receivers count.
    Counts,
}

/// Seals: of the channels that these points need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sealing {
    /// The points that wait, by index into [`super::Channels::points`].
    pub points: BTreeSet<usize>,
    /// Those of them that wait, where they can, for the one sender that the literal names, and not for all.
    pub by_sender: BTreeSet<usize>,
    /// How the channels are sealed that belong to no group: those that are needed, by index. Groups vote.
    pub channels: BTreeMap<usize, Acknowledge>,
    /// Whether inductive rules stay as they are: not as P(S) has it, and only as good as the re-check of the instance. For programs that the reading by
    /// strata would silence, since what says "sent already" would hold from the first step.
    pub keeps_steps: bool,
}

/// Where an order is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Senders number what they send to each node, and receivers take it in that order, one message a step.
    Sender,
    /// One node has all messages before it sends them on, numbered, in an order that does not depend on when they came.
    Sequencer,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing.
    Nothing,
    /// Each message of these channels is sent once.
    Once(BTreeSet<usize>),
    /// Seals.
    Seals(Sealing),
    /// The messages of these channels are delivered in one order.
    Order(BTreeSet<usize>, Queue),
}
