//! Which step sends the copy that a step delivers, and where its line runs in between.
//!
//! Copies of one message are alike; the oldest is taken to be delivered first, as in the fairness argument of
//! [`crate::witness::replay`].

use super::index_of;
use crate::program::{LocatedFact, NodeId};
use crate::schedule::Delivered;
use crate::witness::StepRecord;
use std::collections::{BTreeMap, VecDeque};

/// A copy on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The index of the record that sends it.
    pub sent: usize,
    /// The index of the record that delivers it; none if that lies beyond the picture.
    pub delivered: Option<usize>,
    /// Its addressee.
    pub to: NodeId,
    /// The addressee's lane in which its line runs, 0 the nearest; none if there is no room.
    pub lane: Option<usize>,
}

/// The copies of a run, in the order of sending.
pub fn messages(records: &[StepRecord]) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut in_flight: BTreeMap<LocatedFact, VecDeque<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        for Delivered { fact, from, copies } in &record.delivered {
            let Some(waiting) = in_flight.get_mut(&LocatedFact { node: record.node, fact: fact.clone() }) else {
                continue;
            };
            for _ in 0..*copies {
                let is_it = |&message: &usize| from.is_none_or(|from| records[messages[message].sent].node == from);
                let Some(oldest) = waiting.iter().position(is_it).and_then(|at| waiting.remove(at)) else { break };
                messages[oldest].delivered = Some(index);
            }
        }
        for message in &record.sent {
            in_flight.entry(message.clone()).or_default().push_back(messages.len());
            messages.push(Message { sent: index, delivered: None, to: message.node, lane: None });
        }
    }
    messages
}

/// Gives each copy the nearest lane of its addressee that is free while it is in flight, first those that arrive in the picture;
/// at most `limit` lanes a node. Returns the number of lanes used per node.
pub fn assign(messages: &mut [Message], nodes: usize, limit: usize) -> Vec<usize> {
    // Per node and lane, the index of the record from which on it is free. A lane that a step's delivery frees is
    // free for what the same step sends: its lines leave below its arrows.
    let mut free: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for arriving in [true, false] {
        for message in messages.iter_mut().filter(|message| message.delivered.is_some() == arriving) {
            let lanes = &mut free[index_of(message.to)];
            let until = message.delivered.unwrap_or(usize::MAX);
            match lanes.iter_mut().position(|from| *from <= message.sent) {
                Some(lane) => {
                    lanes[lane] = until;
                    message.lane = Some(lane);
                }
                None if lanes.len() < limit => {
                    message.lane = Some(lanes.len());
                    lanes.push(until);
                }
                None => {}
            }
        }
    }
    free.iter().map(Vec::len).collect()
}

/// The drawn copies that a record sends.
pub fn starting(messages: &[Message], index: usize) -> impl Iterator<Item = &Message> {
    let first = messages.partition_point(|message| message.sent < index);
    messages[first..].iter().take_while(move |message| message.sent == index).filter(|message| message.lane.is_some())
}

/// The drawn copies that a record delivers.
pub fn ending(messages: &[Message], index: usize) -> impl Iterator<Item = &Message> {
    let sent_before = messages.partition_point(|message| message.sent < index);
    messages[..sent_before].iter().filter(move |m| m.delivered == Some(index) && m.lane.is_some())
}
