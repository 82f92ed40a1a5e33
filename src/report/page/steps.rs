//! What a page tells of each local step of a run: what is delivered, D, what is gone from it, what is sent, and why; and which of this is not so
//! in the same local step of the other run.

use crate::program::{Fact, LocatedFact, NodeId, Program};
use crate::report::diagram::counted;
use crate::report::runs::ShownRun;
use crate::report::space_time::steps::always;
use crate::report::text::why::run::brief;
use crate::source::SourceMap;
use crate::witness::StepRecord;
use crate::witness::why::How;
use crate::witness::why::firsthand::Firsthand;
use std::collections::BTreeSet;

/// Most facts that a page lists of all steps of a run.
const MOST_FACTS: usize = 4_000;

/// A step, told.
#[derive(Debug)]
pub struct Step {
    /// `n1:3`, or `round 3`.
    pub name: String,
    /// What there is to say of it.
    pub lists: Vec<List>,
}

/// Facts of one sort.
#[derive(Debug)]
pub struct List {
    /// Which.
    pub what: &'static str,
    /// Some of them.
    pub items: Vec<Item>,
    /// How many more there are.
    pub more: usize,
}

/// A fact.
#[derive(Debug)]
pub struct Item {
    /// As the program spells it.
    pub text: String,
    /// Whether it was not there in the node's step before.
    pub new: bool,
    /// Whether it is not so in the same step of the other run.
    pub only: bool,
    /// What it rests on; empty if that is not told.
    pub why: String,
}

impl List {
    /// A list, cut after `most` items; those that are new or only here first.
    pub fn new(what: &'static str, mut items: Vec<Item>, most: usize) -> List {
        if items.len() > most {
            items.sort_by_key(|item| !(item.only || item.new));
        }
        let more = items.len().saturating_sub(most);
        items.truncate(most);
        List { what, items, more }
    }
}

/// How many facts of a list are told where there are so many steps.
pub fn most(steps: usize) -> usize {
    (MOST_FACTS / steps.max(1)).clamp(5, 100)
}

/// The steps of a run; `other` is the one that it is compared with.
pub fn of_run(program: &Program, sources: &SourceMap, run: &ShownRun<'_>, other: Option<&ShownRun<'_>>) -> Vec<Step> {
    let always = always(program);
    let most = most(run.records.len());
    let mut firsthand = Firsthand::new(program, run.records);
    let mut latest: Vec<Option<&StepRecord>> = vec![None; program.nodes.len()];
    let mut steps = Vec::with_capacity(run.records.len());
    for (index, record) in run.records.iter().enumerate() {
        let node = record.node.0 as usize;
        let before = latest[node].replace(record);
        let same = other.and_then(|other| local_step(other, record.node, record.step));
        // In a step that the other run does not come to, nothing differs.
        let only = |lacks: &dyn Fn(&StepRecord) -> bool| same.is_some_and(lacks);
        let told = |fact: &Fact| !always[node].contains(fact) && !program.relation(fact.relation).builtin;
        let show = |fact: &Fact| program.show_fact(record.node, fact);
        let at = |fact: &Fact| LocatedFact { node: record.node, fact: fact.clone() };
        let had = |fact: &Fact| before.is_some_and(|before| before.derived.contains(fact));
        let why = |how: How, parts: &[_]| brief(program, sources, run.records, how, parts);
        let delivered = record.delivered.iter().map(|delivered| Item {
            text: counted(&show(&delivered.fact), delivered.copies),
            new: false,
            only: only(&|same| !same.delivered.iter().any(|other| other.fact == delivered.fact)),
            why: String::new(),
        });
        let holds = record.derived.iter().filter(|fact| told(fact)).map(|fact| {
            let (how, parts) = firsthand.held(&at(fact), index);
            Item {
                text: show(fact),
                new: !had(fact),
                only: only(&|same| !same.derived.contains(fact)),
                why: why(how, &parts),
            }
        });
        let holds: Vec<Item> = holds.collect();
        let gone = before
            .iter()
            .flat_map(|before| &before.derived)
            .filter(|fact| told(fact) && !record.derived.contains(fact));
        let gone = gone.map(|fact| Item { text: show(fact), new: false, only: false, why: String::new() });
        let sent = record.sent.iter().map(|message| Item {
            text: program.show_fact(message.node, &message.fact),
            new: false,
            only: only(&|same| !same.sent.contains(message)),
            why: firsthand.sent(message, index).map_or_else(String::new, |(span, parts)| why(How::Rule(span), &parts)),
        });
        let lists = [
            List::new("delivered", delivered.collect(), most),
            List::new("holds", holds, most),
            List::new("gone", gone.collect(), most),
            List::new("sent", sent.collect(), most),
        ];
        steps.push(Step {
            name: format!("{}:{}", program.show_node(record.node), record.step),
            lists: lists.into_iter().filter(|list| !list.items.is_empty()).collect(),
        });
    }
    steps
}

/// The local step of this number of a node, in the repetitions of the loop too.
fn local_step<'r>(run: &ShownRun<'r>, node: NodeId, number: u64) -> Option<&'r StepRecord> {
    let of_node = |records: &'r [StepRecord]| records.iter().filter(move |record| record.node == node);
    let number = usize::try_from(number).ok()?.checked_sub(1)?;
    let all: Vec<&StepRecord> = of_node(run.records).collect();
    let repeated = of_node(&run.records[run.stem..]).count();
    match all.get(number) {
        Some(record) => Some(record),
        None if repeated > 0 => Some(all[all.len() - repeated + (number - all.len()) % repeated]),
        None => None,
    }
}

/// Whether an item is among `these` and not among `others`.
pub fn only_in<T: Ord>(these: &BTreeSet<T>, others: Option<&BTreeSet<T>>, item: &T) -> bool {
    these.contains(item) && others.is_some_and(|others| !others.contains(item))
}

#[cfg(test)]
mod tests {
    use super::{List, local_step, most};
    use crate::program::NodeId;
    use crate::report::page::steps::Item;
    use crate::report::runs::ShownRun;
    use crate::witness::StepRecord;
    use std::collections::BTreeSet;

    fn record(node: u32, step: u64) -> StepRecord {
        let (derived, sent) = (BTreeSet::new(), BTreeSet::new());
        StepRecord { node: NodeId(node), step, delivered: Vec::new(), derived, sent }
    }

    #[test]
    fn local_steps_go_round_the_loop() {
        let records = [record(0, 1), record(1, 1), record(0, 2), record(1, 2), record(0, 3)];
        let run = |stem| ShownRun { title: String::new(), records: &records, stem, fact: None, parts_at: None };
        let step = |stem, node, number| local_step(&run(stem), NodeId(node), number).map(|record| record.step);
        assert_eq!([1, 2, 3, 4, 5, 6].map(|number| step(2, 0, number)), [1, 2, 3, 2, 3, 2].map(Some));
        assert_eq!([2, 3, 9].map(|number| step(2, 1, number)), [2, 2, 2].map(Some));
        assert_eq!(step(5, 0, 4), None, "a run without a loop ends");
    }

    #[test]
    fn of_long_lists_what_is_new_or_only_here_is_kept() {
        let item = |text: &str, new, only| Item { text: text.to_string(), new, only, why: String::new() };
        let list = List::new("holds", vec![item("a", false, false), item("b", true, false), item("c", false, true)], 2);
        let texts: Vec<&str> = list.items.iter().map(|item| item.text.as_str()).collect();
        assert_eq!((texts, list.more), (vec!["b", "c"], 1));
        assert_eq!((most(0), most(100_000)), (100, 5));
    }
}
