//! What holds at one moment of a run, and in which order its rules derive it.
//!
//! A moment is a round, or what observers see in the end. Each fact has a *rank*: 0 if it is there before the rules, else one more
//! than the facts of the binding that derives it first, stratum after stratum. A reason for a fact uses facts of lower rank only, so
//! that reasons never go in circles.

use super::rules::{Firing, firings};
use crate::faults::global::Global;
use crate::faults::rounds::{Run, alone, given, located, named};
use crate::faults::specification::{CrashMode, FaultSet};
use crate::program::{Fact, NodeId, Program, Rule, RuleKind, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A moment of a run.
#[derive(Debug)]
pub struct Moment<'g> {
    /// The rules, with locations as first columns.
    pub rules: &'g Program,
    /// All that holds, the guards of [`Global`] and copies of named rounds included.
    pub facts: BTreeSet<Fact>,
    ranks: BTreeMap<Fact, usize>,
}

impl<'g> Moment<'g> {
    fn new(rules: &'g Program, facts: BTreeSet<Fact>, first: BTreeSet<Fact>) -> Self {
        let mut moment = Moment { rules, facts, ranks: first.into_iter().map(|fact| (fact, 0)).collect() };
        moment.rank();
        moment
    }

    /// The rank of a fact that holds.
    pub fn rank_of(&self, fact: &Fact) -> Option<usize> {
        self.ranks.get(fact).copied()
    }

    /// The rules that derive at this moment, or for the next one.
    pub fn deriving(&self, deductive: bool) -> impl Iterator<Item = &'g Rule> + use<'g> {
        self.rules.rules.iter().filter(move |rule| (rule.kind == RuleKind::Deductive) == deductive)
    }

    /// What derives a fact from facts of lower rank, by the first rule that does.
    pub fn derivation(&self, fact: &Fact) -> Option<(&'g Rule, Firing)> {
        let rank = self.rank_of(fact)?;
        let lower = |part: &Fact| self.rank_of(part).is_some_and(|of| of < rank);
        let known: BTreeSet<Fact> = self.facts.iter().filter(|part| lower(part)).cloned().collect();
        self.deriving(true).filter(|rule| rule.head.relation == fact.relation).find_map(|rule| {
            let all = firings(rule, &known, &self.facts);
            all.into_iter().find(|firing| firing.head == *fact).map(|firing| (rule, firing))
        })
    }

    /// What derives a fact of the next moment; what is sent has its sender before its location.
    pub fn consequence(&self, fact: &Fact) -> Option<(&'g Rule, Firing)> {
        self.deriving(false).filter(|rule| rule.head.relation == fact.relation).find_map(|rule| {
            let all = firings(rule, &self.facts, &self.facts);
            all.into_iter().find(|firing| firing.head == *fact).map(|firing| (rule, firing))
        })
    }

    fn rank(&mut self) {
        let strata = &self.rules.strata;
        for stratum in 0..strata.iter().map(|stratum| stratum + 1).max().unwrap_or(1) {
            loop {
                let known: BTreeSet<Fact> = self.ranks.keys().cloned().collect();
                let mut new: BTreeMap<Fact, usize> = BTreeMap::new();
                for rule in self.deriving(true).filter(|rule| strata[rule.head.relation.0 as usize] == stratum) {
                    for firing in firings(rule, &known, &self.facts) {
                        if self.facts.contains(&firing.head) && !known.contains(&firing.head) {
                            let rank =
                                firing.holding.iter().filter_map(|part| self.rank_of(part)).max().unwrap_or(0) + 1;
                            let least = new.entry(firing.head).or_insert(rank);
                            *least = rank.min(*least);
                        }
                    }
                }
                if new.is_empty() {
                    break;
                }
                self.ranks.extend(new);
            }
        }
    }
}

/// The moments of a run: its rounds, then what observers see.
#[derive(Debug)]
pub struct Moments<'g> {
    /// Rounds 1 to EOT.
    pub rounds: Vec<Moment<'g>>,
    /// The end.
    pub end: Moment<'g>,
    /// The last round of each node in which it takes a step; 0 if there is none.
    last: Vec<usize>,
}

impl<'g> Moments<'g> {
    /// The moments of a run under these faults. `observed` has what observers saw in the rounds at which rules name them.
    pub fn new(
        program: &Program,
        global: &'g Global,
        run: &Run,
        faults: &FaultSet,
        crash_mode: CrashMode,
        observed: &[BTreeSet<Fact>],
    ) -> Self {
        let stops = crash_mode == CrashMode::Stops;
        let steps = |node: NodeId, time: usize| !(stops && faults.crashed(node, time as u64));
        let mut rounds: Vec<Moment<'g>> = Vec::new();
        for (at, round) in run.rounds.iter().enumerate() {
            let time = at + 1;
            let mut guards = BTreeSet::new();
            for node in program.node_ids() {
                let of = if steps(node, time) { global.stepping } else { global.stopped };
                guards.extend([of, global.network].map(|relation| alone(relation, program.node_value(node))));
            }
            guards.extend(named(program, global, time as u64, &run.rounds[..at], &observed[..at.min(observed.len())]));
            let mut first = given(program, time as u64);
            if at > 0 {
                let before = &rounds[at - 1];
                first.extend(
                    before.deriving(false).filter(|rule| global.arriving(rule.head.relation).is_none()).flat_map(
                        |rule| firings(rule, &before.facts, &before.facts).into_iter().map(|firing| firing.head),
                    ),
                );
                let sent = run.rounds[at - 1].sent.iter().filter(|sent| !sent.lost);
                first.extend(sent.map(|sent| located(program, sent.to, &sent.fact)));
            }
            first.retain(|fact| round.derived.contains(fact));
            first.extend(guards.iter().cloned());
            let facts = round.derived.iter().cloned().chain(guards).collect();
            rounds.push(Moment::new(global.round(time as u64), facts, first));
        }
        let eot = run.rounds.len();
        let last: Vec<usize> =
            program.node_ids().map(|node| (1..=eot).rev().find(|&time| steps(node, time)).unwrap_or(0)).collect();
        let place = |fact: &Fact| fact.values.first().and_then(|&value| program.node_of(value));
        let mut first: BTreeSet<Fact> = BTreeSet::new();
        for (at, round) in run.rounds.iter().enumerate() {
            let seen = |fact: &&Fact| at + 1 == place(fact).map_or(eot, |node| last[node.0 as usize]);
            first.extend(round.derived.iter().filter(seen).cloned());
        }
        first.extend(run.outcome.iter().filter(|fact| Some(fact.relation) == global.crash).cloned());
        let nodes = || program.nodes.iter();
        first.extend(nodes().flat_map(|&node: &Value| [global.stepping, global.network].map(|of| alone(of, node))));
        first.extend(named(program, global, eot as u64, &run.rounds, observed));
        let facts = run.outcome.iter().chain(&first).cloned().collect();
        let end = Moment::new(global.observing(eot as u64), facts, first);
        Moments { rounds, end, last }
    }

    /// The round in which observers see what is at a node.
    pub fn last_round(&self, node: Option<NodeId>) -> usize {
        node.map_or(self.rounds.len(), |node| self.last[node.0 as usize])
    }
}
