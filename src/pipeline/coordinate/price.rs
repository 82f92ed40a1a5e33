//! What coordination costs: estimated before a plan is written out, measured on a run after.

use crate::budget::Budget;
use crate::program::{LocatedFact, NodeId, Program, RelationId};
use crate::rewrite::{Acknowledge, Channels, Plan, Queue};
use crate::witness::run::{End, Policy, run};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The price of one of each; the unit is up to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// A message.
    pub messages: u64,
    /// A round: one message waits for the one before it.
    pub rounds: u64,
    /// A rule that waits for one node, or a message that waits for its turn.
    pub waits: u64,
}

impl Default for Prices {
    fn default() -> Self {
        Prices { messages: 1, rounds: 5, waits: 1 }
    }
}

/// Beyond what the program itself sends: an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Price {
    /// Messages more.
    pub messages: u64,
    /// Rounds more.
    pub rounds: u64,
    /// Nodes that rules wait for, messages that wait for their turn.
    pub waits: u64,
}

impl Price {
    /// In the unit of `prices`.
    pub fn total(self, prices: Prices) -> u64 {
        let parts = [(self.messages, prices.messages), (self.rounds, prices.rounds), (self.waits, prices.waits)];
        parts.iter().fold(0u64, |total, (count, price)| total.saturating_add(count.saturating_mul(*price)))
    }

    fn plus(self, other: Price) -> Price {
        Price {
            messages: self.messages + other.messages,
            rounds: self.rounds + other.rounds,
            waits: self.waits + other.waits,
        }
    }
}

/// What estimates rest on: how many nodes there are, and how many messages each channel has.
#[derive(Debug, Clone)]
pub struct Load {
    nodes: u64,
    /// By channel: distinct messages of its relation in one run in rounds.
    messages: Vec<u64>,
}

impl Load {
    /// Of one run of the program in rounds; if that has no end within the budget, of its beginning.
    pub fn of(program: &Program, channels: &Channels, budget: &Budget) -> Self {
        let mut sent: BTreeMap<RelationId, BTreeSet<(NodeId, LocatedFact)>> = BTreeMap::new();
        for record in run(program, Policy::Fifo, &short(program, budget)).records {
            for fact in record.sent {
                sent.entry(fact.fact.relation).or_default().insert((record.node, fact));
            }
        }
        let of_channel = |channel: &crate::rewrite::Channel| {
            let relation = program.rules[channel.rule.0 as usize].head.relation;
            sent.get(&relation).map_or(0, BTreeSet::len) as u64
        };
        Load { nodes: program.nodes.len() as u64, messages: channels.channels.iter().map(of_channel).collect() }
    }

    /// A channel's own seal.
    pub fn seal(&self, channel: usize, how: Acknowledge) -> Price {
        let all = self.nodes * self.nodes;
        match how {
            Acknowledge::Counts => Price { messages: all, rounds: 1, waits: 0 },
            Acknowledge::Messages => Price { messages: all + self.messages[channel], rounds: 3, waits: 0 },
        }
    }

    /// A vote of channels that feed each other: acknowledgements, two rounds of question and answer, and its end.
    pub fn vote(&self, channels: &[usize]) -> Price {
        let messages: u64 = channels.iter().map(|&channel| self.messages[channel]).sum();
        Price { messages: messages + 5 * self.nodes, rounds: 7, waits: 0 }
    }

    /// A point that waits for all senders, or for one.
    pub fn point(&self, one_sender: bool) -> Price {
        Price { messages: 0, rounds: 0, waits: if one_sender { 1 } else { self.nodes } }
    }

    /// A whole plan.
    pub fn plan(&self, channels: &Channels, plan: &Plan) -> Price {
        let carried = |chosen: &BTreeSet<usize>| chosen.iter().map(|&channel| self.messages[channel]).sum::<u64>();
        match plan {
            Plan::Nothing | Plan::Once(_) => Price::default(),
            Plan::Seals(sealing) => {
                let points = sealing.points.iter().map(|point| self.point(sealing.by_sender.contains(point)));
                let seals = sealing.channels.iter().map(|(&channel, &how)| self.seal(channel, how));
                let needed = channels.needed(sealing.points.iter().copied());
                let groups: BTreeSet<usize> = needed.iter().filter_map(|&at| channels.channels[at].group).collect();
                let votes = groups.into_iter().map(|group| self.vote(&channels.groups[group].channels));
                points.chain(seals).chain(votes).fold(Price::default(), Price::plus)
            }
            Plan::Order(chosen, Queue::Sender) => Price { waits: carried(chosen), ..Price::default() },
            Plan::Order(chosen, Queue::Sequencer) => Price {
                messages: carried(chosen) + self.nodes * chosen.len() as u64,
                rounds: 2,
                waits: carried(chosen) + self.nodes,
            },
        }
    }
}

/// Message relations of `before` of which it sends facts in a run in rounds and `after` none, in their order: by the names that a rewrite gives
/// them. What is read by strata may hold from the first step, and so silence a rule that says `notin`.
pub fn silenced(before: &Program, channels: &Channels, after: &Program, budget: &Budget) -> Vec<RelationId> {
    let sent = |program: &Program| -> BTreeSet<String> {
        let records = run(program, Policy::Fifo, &short(program, budget)).records;
        let facts = records.iter().flat_map(|record| &record.sent);
        facts.map(|fact| program.relation(fact.fact.relation).name.clone()).collect()
    };
    let (own, rewritten) = (sent(before), sent(after));
    let heads: BTreeSet<RelationId> =
        channels.channels.iter().map(|channel| before.rules[channel.rule.0 as usize].head.relation).collect();
    let silent = |relation: &RelationId| {
        let written = &before.relation(*relation).name;
        let plain = written.replace(['.', '@', '?'], "_");
        let name = plain.trim_end_matches('_');
        let carries = |sent: &String| {
            let stem = sent.trim_end_matches('_');
            let stem = ["_msg", "_numbered", "_queued"].iter().find_map(|part| stem.strip_suffix(part)).unwrap_or(stem);
            let stem = stem.trim_end_matches('_');
            let number = stem.strip_prefix(name).and_then(|rest| rest.strip_prefix('_'));
            stem == name || sent == written || number.is_some_and(|number| number.parse::<usize>().is_ok())
        };
        own.contains(written) && !rewritten.iter().any(carries)
    };
    heads.into_iter().filter(silent).collect()
}

/// What one run in rounds took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Messages until nothing changes any more.
    pub messages: usize,
    /// Rounds until then: each node takes a step in each.
    pub rounds: usize,
    /// Messages in each round from then on, for ever.
    pub resent: usize,
}

/// One run in rounds; none if it does not come to an end within the budget.
pub fn measure(program: &Program, budget: &Budget) -> Option<Measured> {
    let End::Closed(lasso) = run(program, Policy::Fifo, &short(program, budget)).end else { return None };
    let nodes = program.nodes.len().max(1);
    let (stem, cycle) = lasso.records.split_at(lasso.stem);
    let sent = |records: &[crate::witness::simulate::StepRecord]| {
        records.iter().map(|record| record.sent.len()).sum::<usize>()
    };
    let rounds_of_cycle = (cycle.len() / nodes).max(1);
    Some(Measured { messages: sent(stem), rounds: stem.len() / nodes, resent: sent(cycle).div_ceil(rounds_of_cycle) })
}

/// Runs in rounds are short where they have an end at all.
fn short(program: &Program, budget: &Budget) -> Budget {
    const MOST_ROUNDS: usize = 400;
    let most = MOST_ROUNDS.saturating_mul(program.nodes.len().max(1));
    Budget { max_transitions: budget.max_transitions.min(most), ..budget.clone() }
}
