//! What there is to say of each step of a run: what it gets, what enters and leaves D, what it sends.
//!
//! Left out is what explains nothing: facts that always hold, the built-in `node`, and the end of facts that were there for one
//! step only because they were delivered or due in it.

use super::index_of;
use crate::program::{Fact, Kind, LocatedFact, Program, When};
use crate::schedule::Delivered;
use crate::witness::StepRecord;
use std::collections::BTreeSet;

/// What is said of a step; facts as the program spells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The step: `n1:3` is the third local step of `n1`.
    pub name: String,
    /// Whether the fact that is asked about is in D; `None` at other nodes than its own.
    pub holds: Option<bool>,
    /// What is delivered, with the number of copies.
    pub gets: Vec<(String, u64)>,
    /// What is in D and was not in the node's step before, but for what is delivered.
    pub gains: Vec<String>,
    /// What is gone from D.
    pub loses: Vec<String>,
    /// What is sent.
    pub sends: Vec<String>,
}

/// What is said of the steps of a run, from its start. `fact` is the one to watch.
pub fn tell(program: &Program, records: &[StepRecord], fact: Option<&LocatedFact>) -> Vec<Told> {
    let always = always(program);
    let mut before: Vec<Option<&StepRecord>> = vec![None; program.nodes.len()];
    let mut earlier: Vec<Option<&StepRecord>> = before.clone();
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let node = index_of(record.node);
        let change = change(program, record, before[node], earlier[node], &always[node]);
        let show = |fact: &Fact| program.show_fact(record.node, fact);
        all.push(Told {
            name: format!("{}:{}", program.show_node(record.node), record.step),
            holds: fact.filter(|fact| fact.node == record.node).map(|fact| record.derived.contains(&fact.fact)),
            gets: record.delivered.iter().map(|delivered| (show(&delivered.fact), delivered.copies)).collect(),
            gains: change.entered.iter().map(|fact| show(fact)).collect(),
            loses: change.left.iter().map(|fact| show(fact)).collect(),
            sends: record.sent.iter().map(|message| program.show_fact(message.node, &message.fact)).collect(),
        });
        earlier[node] = before[node].replace(record);
    }
    all
}

/// What is new in D of a step, and what is gone.
struct Change<'a> {
    entered: Vec<&'a Fact>,
    left: Vec<&'a Fact>,
}

/// From a node's step before, and the one before that, to this one.
fn change<'a>(
    program: &Program,
    record: &'a StepRecord,
    before: Option<&'a StepRecord>,
    earlier: Option<&'a StepRecord>,
    always: &BTreeSet<&Fact>,
) -> Change<'a> {
    let kind = |fact: &Fact| program.relation(fact.relation).kind;
    let told = |fact: &Fact| !always.contains(fact) && !program.relation(fact.relation).builtin;
    let held = |record: Option<&StepRecord>, fact: &Fact| record.is_some_and(|r| r.derived.contains(fact));
    let entered =
        (record.derived.iter()).filter(|fact| told(fact) && !held(before, fact) && !delivers(record, fact)).collect();
    let left = (before.iter().flat_map(|before| before.derived.iter().map(move |fact| (*before, fact))))
        .filter(|(_, fact)| told(fact) && !record.derived.contains(fact) && kind(fact) != Kind::Event)
        .filter(|(before, fact)| !delivers(before, fact) || held(earlier, fact))
        .map(|(_, fact)| fact)
        .collect();
    Change { entered, left }
}

fn delivers(record: &StepRecord, fact: &Fact) -> bool {
    record.delivered.iter().any(|Delivered { fact: delivered, .. }| delivered == fact)
}

/// Per node, the facts that hold at every step.
pub fn always(program: &Program) -> Vec<BTreeSet<&Fact>> {
    let mut always = vec![BTreeSet::new(); program.nodes.len()];
    for initial in program.facts.iter().filter(|f| f.when == When::Always) {
        always[index_of(initial.node)].insert(&initial.fact);
    }
    always
}
