//! The moments of a run: its rounds, and what observers see in the end. Their facts include the guards of [`Global`] and copies of named rounds.

use crate::faults::global::Global;
use crate::faults::rounds::{Run, alone, given, located, named};
use crate::faults::specification::{CrashMode, FaultSet};
use crate::program::{Fact, NodeId, Program, Value};
use crate::provenance::Moment;
use crate::provenance::rules::firings;
use std::collections::BTreeSet;

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
                        |rule| firings(rule, None, &before.facts, &before.facts).into_iter().map(|firing| firing.head),
                    ),
                );
                let sent = run.rounds[at - 1].sent.iter().filter(|sent| !sent.lost);
                first.extend(sent.map(|sent| located(program, sent.to, &sent.fact)));
            }
            first.retain(|fact| round.derived.contains(fact));
            first.extend(guards.iter().cloned());
            let facts = round.derived.iter().cloned().chain(guards).collect();
            rounds.push(of_program(global.round(time as u64), facts, first));
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
        let end = of_program(global.observing(eot as u64), facts, first);
        Moments { rounds, end, last }
    }

    /// The round in which observers see what is at a node.
    pub fn last_round(&self, node: Option<NodeId>) -> usize {
        node.map_or(self.rounds.len(), |node| self.last[node.0 as usize])
    }
}

/// A moment of rules whose locations are first arguments.
fn of_program(rules: &Program, facts: BTreeSet<Fact>, first: BTreeSet<Fact>) -> Moment<'_> {
    Moment::new(&rules.rules, &rules.strata, None, facts, first)
}
