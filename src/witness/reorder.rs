//! Runs that are like a given one but for a few deliveries, which come sooner or later.
//!
//! Which deliveries may be exchanged is a question of causes: a step rests on the node's step before it and on the steps that sent what it
//! delivers. A delivery can come before a step if the sending does not rest on that step; then all that it rests
//! on is taken before the step too. It can always come later, unless something rests on it. Nothing here relies on this being
//! judged rightly: a variation is run by the definition, and one that is not possible is no run.

use super::run::{Choice, Choices, Chooser, Refusal};
use super::simulate::StepRecord;
use super::why::readings::Arrival;
use crate::program::{Fact, LocatedFact, NodeId, Program};
use crate::schedule::{Delivered, ScheduledStep};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// For each step of a run, the steps that it rests on immediately.
#[derive(Debug)]
pub struct Causes {
    before: Vec<Vec<usize>>,
}

impl Causes {
    /// Those of a run. Of several copies of a message the one that was sent first is taken to arrive first.
    pub fn of(records: &[StepRecord]) -> Self {
        let mut last: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut copies: BTreeMap<LocatedFact, VecDeque<usize>> = BTreeMap::new();
        let mut before = Vec::new();
        for (index, record) in records.iter().enumerate() {
            let mut causes: Vec<usize> = last.insert(record.node, index).into_iter().collect();
            for delivered in &record.delivered {
                let message = LocatedFact { node: record.node, fact: delivered.fact.clone() };
                let Some(in_flight) = copies.get_mut(&message) else { continue };
                for _ in 0..delivered.copies {
                    let is_its = |sent: &usize| delivered.from.is_none_or(|from| records[*sent].node == from);
                    let Some(place) = in_flight.iter().position(is_its) else { break };
                    causes.extend(in_flight.remove(place));
                }
            }
            before.push(causes);
            for message in &record.sent {
                copies.entry(message.clone()).or_default().push_back(index);
            }
        }
        Causes { before }
    }

    /// All that a step rests on, itself included.
    pub fn past(&self, of: usize) -> BTreeSet<usize> {
        let mut past = BTreeSet::new();
        let mut open = vec![of];
        while let Some(step) = open.pop() {
            if past.insert(step) {
                open.extend(&self.before[step]);
            }
        }
        past
    }
}

/// Steps to take in place of those of a given run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variation {
    /// Steps to begin with, each with as much of its deliveries as is in flight: what rests on a delivery that is put off may not be there.
    first: Vec<ScheduledStep>,
    /// The place among them of the step that stands for the one that was looked at.
    pub at: usize,
    /// Steps that may be taken then, likewise.
    rest: Vec<ScheduledStep>,
}

/// The run with these deliveries, which come after a step, in that step or in one just before it. None if one of them rests on the step.
pub fn sooner(records: &[StepRecord], causes: &Causes, step: usize, arrivals: &BTreeSet<Arrival>) -> Vec<Variation> {
    let mut past = BTreeSet::new();
    for arrival in arrivals {
        past.extend(causes.past(arrival.sent));
    }
    if past.contains(&step) || arrivals.is_empty() {
        return Vec::new();
    }
    let is_first = |index: &usize| *index < step || past.contains(index);
    let (first, rest): (Vec<usize>, Vec<usize>) = (0..records.len()).filter(|&index| index != step).partition(is_first);
    let moved: Vec<Delivered> = arrivals.iter().flat_map(|arrival| copies_of(records, arrival)).collect();
    let first: Vec<ScheduledStep> = first.into_iter().map(|index| records[index].scheduled()).collect();
    let left = |index: usize| {
        let gone = arrivals.iter().filter(|arrival| arrival.at == index).map(|arrival| &arrival.message.fact);
        without(&records[index], &gone.collect())
    };
    let rest: Vec<ScheduledStep> = rest.into_iter().map(left).collect();
    let node = records[step].node;
    let together = ScheduledStep::of(node, records[step].delivered.iter().cloned().chain(moved.iter().cloned()));
    let before = [ScheduledStep::of(node, moved), records[step].scheduled()];
    let variation = |steps: &[ScheduledStep]| {
        let first = [&first[..], steps].concat();
        Variation { at: first.len() - 1, first, rest: rest.clone() }
    };
    vec![variation(&[together]), variation(&before)]
}

/// When deliveries come that are put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// In the step, or in one just before it.
    Step,
    /// In a step just after it.
    After,
}

/// The run with the messages of these deliveries, which come in or before a step of their node, put off.
pub fn later(records: &[StepRecord], step: usize, arrivals: &BTreeSet<Arrival>, until: Until) -> Vec<Variation> {
    let node = records[step].node;
    let gone: BTreeSet<&Fact> = arrivals.iter().map(|arrival| &arrival.message.fact).collect();
    let of_node = records[..=step].iter().filter(|record| record.node == node).flat_map(|record| &record.delivered);
    let moved: Vec<Delivered> = of_node.filter(|delivered| gone.contains(&delivered.fact)).cloned().collect();
    if moved.is_empty() {
        return Vec::new();
    }
    let steps = |records: &[StepRecord]| -> Vec<ScheduledStep> {
        let left = |record: &StepRecord| if record.node == node { without(record, &gone) } else { record.scheduled() };
        records.iter().map(left).collect()
    };
    let first = steps(&records[..step]);
    let rest: Vec<ScheduledStep> = records[step + 1..].iter().map(StepRecord::scheduled).collect();
    let alone = ScheduledStep::of(node, moved.iter().cloned());
    let own = without(&records[step], &gone);
    let variation = |more: &[ScheduledStep], back: usize| {
        let first = [&first[..], more].concat();
        Variation { at: first.len() - 1 - back, first, rest: rest.clone() }
    };
    match until {
        Until::Step => {
            let together = ScheduledStep::of(node, own.deliver.iter().cloned().chain(moved));
            vec![variation(&[together], 0), variation(&[alone, own], 0)]
        }
        Until::After => vec![variation(&[own, alone], 1)],
    }
}

/// The copies that a delivery brings.
fn copies_of<'r>(records: &'r [StepRecord], arrival: &Arrival) -> impl Iterator<Item = Delivered> + use<'r> {
    let (fact, from) = (arrival.message.fact.clone(), records[arrival.sent].node);
    let its =
        move |delivered: &&Delivered| delivered.fact == fact && delivered.from.is_none_or(|sender| sender == from);
    records[arrival.at].delivered.iter().filter(its).cloned()
}

/// A step without the deliveries of some facts.
fn without(record: &StepRecord, gone: &BTreeSet<&Fact>) -> ScheduledStep {
    let left = record.delivered.iter().filter(|delivered| !gone.contains(&delivered.fact));
    ScheduledStep::of(record.node, left.cloned())
}

/// How a variation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Whether the rest of the given run is followed first, as far as it goes.
    pub follows: bool,
    /// Whether messages are then delivered one by one ([`Choice::FinishApart`]).
    pub apart: bool,
}

impl Ending {
    /// All, the ones that end soonest first.
    pub const ALL: [Ending; 4] = [
        Ending { follows: false, apart: false },
        Ending { follows: true, apart: false },
        Ending { follows: false, apart: true },
        Ending { follows: true, apart: true },
    ];
}

/// Chooses the steps of a variation, then finishes.
#[derive(Debug)]
pub struct Following<'v> {
    variation: &'v Variation,
    ending: Ending,
    next: usize,
    failed: bool,
}

impl<'v> Following<'v> {
    /// From the start.
    pub fn new(variation: &'v Variation, ending: Ending) -> Self {
        Following { variation, ending, next: 0, failed: false }
    }
}

impl Chooser for Following<'_> {
    fn choose(&mut self, _: &Program, _: &[StepRecord], choices: &Choices) -> Choice {
        if self.failed {
            return Choice::Leave;
        }
        let place = self.next;
        self.next += 1;
        let Variation { first, rest, .. } = self.variation;
        let followed = || rest.get(place - first.len()).filter(|_| self.ending.follows);
        let step = first.get(place).or_else(followed);
        let Some(step) = step else {
            return if self.ending.apart { Choice::FinishApart } else { Choice::Finish };
        };
        let of = &choices.nodes[step.node.0 as usize];
        let there = |wanted: &Delivered| {
            let is_it = |copies: &&Delivered| {
                copies.fact == wanted.fact && (wanted.from.is_none() || copies.from == wanted.from)
            };
            let left: u64 = of.in_flight.iter().filter(is_it).map(|copies| copies.copies).sum();
            Delivered { copies: wanted.copies.min(left), ..wanted.clone() }
        };
        Choice::Step(ScheduledStep::of(step.node, step.deliver.iter().map(there)))
    }

    fn refused(&mut self, _: &Program, _: &Refusal) {
        // A step of the rest is passed over.
        self.failed |= self.next <= self.variation.first.len();
    }
}
