//! What there is to coordinate: channels, what has to be complete before what they carry is, and the rules that conclude from absence.
//!
//! A **channel** is an async rule. The facts of a relation at a node come from the static facts there, from events, and from the channels that flow
//! into it *locally*: back along deductive and inductive rules, up to the first async rule on each path. So a relation is complete at a node once
//! these channels have brought the node all they ever will, and the node's events have been given. A channel has brought all once each sender has sent all,
//! which is so when what its body reads is complete at the sender, and all that was sent has arrived. Channels that lie on a cycle of
//! the dependency graph wait for each other; they end together ([`Group`]).
//!
//! A **point** is a rule that negates or aggregates over something that is not complete from the first step on.

use crate::analysis::{Dependencies, Sign};
use crate::program::{InitialFact, Kind, Program, RelationId, RuleId, RuleKind, When};
use std::collections::{BTreeMap, BTreeSet};

/// What a relation's completeness at a node rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Awaits {
    /// Channels, by index into [`Channels::channels`].
    pub channels: BTreeSet<usize>,
    /// Whether events of the node are among it.
    pub events: bool,
}

impl Awaits {
    /// Whether the relation is complete from the first step on.
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty() && !self.events
    }

    fn join(&mut self, other: &Awaits) {
        self.channels.extend(&other.channels);
        self.events |= other.events;
    }
}

/// An async rule.
#[derive(Debug, Clone)]
pub struct Channel {
    /// The rule.
    pub rule: RuleId,
    /// What its body waits for at the sender; without the channels of its own group.
    pub awaits: Awaits,
    /// The group that it ends with, by index, if its head feeds its body.
    pub group: Option<usize>,
}

/// Channels that feed each other.
#[derive(Debug, Clone)]
pub struct Group {
    /// By index.
    pub channels: Vec<usize>,
    /// What the bodies of all of them wait for, channels of the group left out.
    pub awaits: Awaits,
}

/// A rule that negates or aggregates over relations that are not complete from the start.
#[derive(Debug, Clone)]
pub struct Point {
    /// The rule.
    pub rule: RuleId,
    /// These relations with what they wait for, in the order of ids.
    pub reads: Vec<(RelationId, Awaits)>,
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Channels {
    /// In the order of the rules.
    pub channels: Vec<Channel>,
    /// In the order of their first channel.
    pub groups: Vec<Group>,
    /// In the order of the rules.
    pub points: Vec<Point>,
}

impl Channels {
    /// Those of a program. Quadratic in the number of relations.
    pub fn of(program: &Program, dependencies: &Dependencies) -> Self {
        let given = given_as_events(program);
        let by_rule: BTreeMap<RuleId, usize> = (0..program.rules.len() as u32)
            .map(RuleId)
            .filter(|id| program.rules[id.0 as usize].kind == RuleKind::Async)
            .zip(0..)
            .collect();
        let mut heading: Vec<Vec<RuleId>> = vec![Vec::new(); program.relations.len()];
        for (id, rule) in (0..).map(RuleId).zip(&program.rules) {
            heading[rule.head.relation.0 as usize].push(id);
        }
        let local: Vec<Awaits> = (0..program.relations.len() as u32)
            .map(|id| flows_into(program, &given, &by_rule, &heading, RelationId(id)))
            .collect();
        let on_cycle =
            |rule: &crate::program::Rule| reads(rule).any(|read| dependencies.on_cycle(read, rule.head.relation));
        let mut groups: Vec<Group> = Vec::new();
        let mut group_of: BTreeMap<usize, usize> = BTreeMap::new();
        let mut channels = Vec::new();
        for (&id, &index) in &by_rule {
            let rule = &program.rules[id.0 as usize];
            let mut awaits = Awaits::default();
            reads(rule).for_each(|read| awaits.join(&local[read.0 as usize]));
            let group = on_cycle(rule).then(|| {
                let component = dependencies.component(rule.head.relation);
                let group = *group_of.entry(component).or_insert(groups.len());
                if group == groups.len() {
                    groups.push(Group { channels: Vec::new(), awaits: Awaits::default() });
                }
                groups[group].channels.push(index);
                groups[group].awaits.join(&awaits);
                group
            });
            channels.push(Channel { rule: id, awaits, group });
        }
        for group in &mut groups {
            for member in &group.channels {
                group.awaits.channels.remove(member);
            }
        }
        for channel in &mut channels {
            if let Some(group) = channel.group {
                channel.awaits = groups[group].awaits.clone();
            }
        }
        let points = points(dependencies, &local);
        Channels { channels, groups, points }
    }

    /// The channels that have to be sealed so that these points can wait for what they read, directly or not: by index.
    pub fn needed(&self, points: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut stack: Vec<usize> = points.into_iter().flat_map(|point| self.points[point].awaits().channels).collect();
        let mut needed = BTreeSet::new();
        while let Some(channel) = stack.pop() {
            if needed.insert(channel) {
                let channel = &self.channels[channel];
                stack.extend(&channel.awaits.channels);
                stack.extend(channel.group.into_iter().flat_map(|group| &self.groups[group].channels));
            }
        }
        needed
    }

    /// Whether a seal of this channel depends on that the events of nodes have an end.
    pub fn awaits_events(&self, channel: usize) -> bool {
        self.channels[channel].awaits.events
    }
}

impl Point {
    /// What all that it negates or aggregates over waits for.
    pub fn awaits(&self) -> Awaits {
        let mut awaits = Awaits::default();
        self.reads.iter().for_each(|(_, more)| awaits.join(more));
        awaits
    }
}

/// Which relations have facts that are not there from the first step on: given as events, in the file or in other instances. By [`RelationId`].
pub fn given_as_events(program: &Program) -> Vec<bool> {
    let mut given: Vec<bool> = program.relations.iter().map(|relation| relation.kind == Kind::Event).collect();
    let late =
        |fact: &&InitialFact| matches!(fact.when, When::Step(_)) && !program.relation(fact.fact.relation).normalised;
    for fact in program.facts.iter().filter(late) {
        given[fact.fact.relation.0 as usize] = true;
    }
    given
}

fn reads(rule: &crate::program::Rule) -> impl Iterator<Item = RelationId> {
    let positive = rule.positive.iter().map(|atom| atom.relation);
    positive.chain(rule.negative.iter().map(|atom| atom.relation))
}

/// What flows into a relation at the node at which it is.
fn flows_into(
    program: &Program,
    given: &[bool],
    channels: &BTreeMap<RuleId, usize>,
    heading: &[Vec<RuleId>],
    relation: RelationId,
) -> Awaits {
    let mut awaits = Awaits::default();
    let mut seen = vec![false; program.relations.len()];
    let mut stack = vec![relation];
    while let Some(relation) = stack.pop() {
        if std::mem::replace(&mut seen[relation.0 as usize], true) {
            continue;
        }
        awaits.events |= given[relation.0 as usize];
        for id in &heading[relation.0 as usize] {
            match channels.get(id) {
                Some(&channel) => {
                    awaits.channels.insert(channel);
                }
                None => stack.extend(reads(&program.rules[id.0 as usize])),
            }
        }
    }
    awaits
}

fn points(dependencies: &Dependencies, local: &[Awaits]) -> Vec<Point> {
    let mut found: BTreeMap<RuleId, BTreeSet<RelationId>> = BTreeMap::new();
    for (read, _, dependency) in dependencies.edges() {
        if dependency.sign != Sign::Positive && !local[read.0 as usize].is_empty() {
            found.entry(dependency.rule).or_default().insert(read);
        }
    }
    let with_awaits = |relations: BTreeSet<RelationId>| {
        relations.into_iter().map(|relation| (relation, local[relation.0 as usize].clone())).collect()
    };
    found.into_iter().map(|(rule, relations)| Point { rule, reads: with_awaits(relations) }).collect()
}
