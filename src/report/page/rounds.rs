//! What a page tells of each round of a run with faults.

use super::steps::{Item, List, Step, most, only_in};
use crate::faults::FaultSet;
use crate::faults::rounds::{Run, Sent};
use crate::program::Program;
use std::collections::BTreeSet;

/// The rounds of a run; `other` is the one that it is compared with.
pub fn of_rounds(program: &Program, run: &Run, faults: &FaultSet, other: Option<&Run>) -> Vec<Step> {
    let most = most(run.rounds.len());
    let first = run.rounds.first().map(|round| &round.derived);
    // What holds in every round tells nothing.
    let always: BTreeSet<_> = (first.into_iter().flatten())
        .filter(|fact| run.rounds.iter().all(|round| round.derived.contains(fact)))
        .filter(|fact| other.is_none_or(|other| other.rounds.iter().all(|round| round.derived.contains(fact))))
        .collect();
    let mut steps = Vec::with_capacity(run.rounds.len());
    for (index, round) in run.rounds.iter().enumerate() {
        let time = index as u64 + 1;
        let before = index.checked_sub(1).map(|before| &run.rounds[before].derived);
        let same = other.and_then(|other| other.rounds.get(index));
        let plain = |text: String| Item { text, new: false, only: false, why: String::new() };
        let crashes = faults.crashes().filter(|crash| crash.time == time);
        let crashes = crashes.map(|crash| plain(program.show_node(crash.node))).collect();
        let told = |fact: &&crate::program::Fact| !always.contains(fact) && !program.relation(fact.relation).builtin;
        let holds = round.derived.iter().filter(told).map(|fact| Item {
            text: program.show_global_fact(fact),
            new: before.is_none_or(|before| !before.contains(fact)),
            only: only_in(&round.derived, same.map(|same| &same.derived), fact),
            why: String::new(),
        });
        let gone = before.into_iter().flatten().filter(|fact| told(fact) && !round.derived.contains(fact));
        let message = |sent: &Sent| {
            let whole = format!("from {}", program.show_node(sent.from));
            Item {
                text: program.show_fact(sent.to, &sent.fact),
                new: false,
                only: only_in(&round.sent, same.map(|same| &same.sent), sent),
                why: whole,
            }
        };
        let between = |sent: &&Sent| sent.from != sent.to;
        let (lost, sent): (Vec<&Sent>, Vec<&Sent>) = round.sent.iter().filter(between).partition(|sent| sent.lost);
        let lists = [
            List::new("crashes", crashes, most),
            List::new("holds", holds.collect(), most),
            List::new("gone", gone.map(|fact| plain(program.show_global_fact(fact))).collect(), most),
            List::new("sent", sent.into_iter().map(message).collect(), most),
            List::new("lost", lost.into_iter().map(message).collect(), most),
        ];
        steps.push(Step {
            name: format!("round {time}"),
            lists: lists.into_iter().filter(|list| !list.items.is_empty()).collect(),
        });
    }
    steps
}
