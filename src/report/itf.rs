//! Runs in the Informal Trace Format (Apalache, ADR 015), which the trace viewers of TLA+ and Quint open.
//!
//! A trace is a sequence of states. State 0 is the one before any step; state i is what there is after the i-th transition:
//! who stepped, what was delivered and sent in it, the D of each node's latest step, and what is in flight. Integers are written as
//! `{"#bigint": "…"}`, facts of a relation as a set of tuples, symbols as strings.
//!
//! `loop` names a state to which the last one leads. A run with a stem of s transitions and a loop of c is written with the loop taken twice, and
//! `loop` is s + c + 1: the first time round, the other nodes' latest D may still be of the stem, so state s + 1 is not what comes after
//! state s + c. The trace closes only if state s + 2c is state s + c, variable by variable, and that is compared, not assumed: where the buffer
//! at the loop's end only covers the one at its start (semantics §3), no state comes back, and there is one round and no `loop`.
//! Numbers of local steps grow for ever, so they are told beside the state (`#meta`) and are no variable.

use super::runs::ShownRun;
use crate::faults::FaultSet;
use crate::faults::rounds::Run;
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId, Value};
use crate::witness::StepRecord;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The variables of a run of semantics §2.
const VARIABLES: [&str; 5] = ["node", "delivered", "sent", "facts", "in_flight"];

/// A run of semantics §2.
pub fn trace(program: &Program, run: &ShownRun<'_>) -> String {
    let (all, stem) = (run.records.len(), run.stem);
    let mut after = After { program, latest: BTreeMap::new(), in_flight: BTreeMap::new() };
    let mut states = vec![state(0, None, VARIABLES.into_iter().zip(after.variables(None)))];
    let again = run.records[stem..].iter();
    for (index, record) in run.records.iter().chain(again).enumerate() {
        after.take(record);
        // The second time round, steps go on being counted where the first left off.
        let step = if index < all { record.step } else { record.step + steps_of(record.node, &run.records[stem..]) };
        let name = format!("{}:{step}", program.show_node(record.node));
        states.push(state(index + 1, Some(&name), VARIABLES.into_iter().zip(after.variables(Some(record)))));
    }
    let closes = stem < all && VARIABLES.iter().all(|&name| states[all][name] == states[states.len() - 1][name]);
    let mut about = run.title.clone();
    if !closes {
        states.truncate(all + 1);
        if stem < all {
            about = format!("{about}; transitions {} to {all} repeat for ever, and the buffer grows", stem + 1);
        }
    }
    written(&about, &VARIABLES, states, closes.then_some(all + 1))
}

/// How many of these steps are a node's.
fn steps_of(node: NodeId, records: &[StepRecord]) -> u64 {
    records.iter().filter(|record| record.node == node).count() as u64
}

/// What there is after some transitions.
struct After<'a> {
    program: &'a Program,
    latest: BTreeMap<NodeId, &'a BTreeSet<Fact>>,
    in_flight: BTreeMap<LocatedFact, u64>,
}

impl<'a> After<'a> {
    fn take(&mut self, record: &'a StepRecord) {
        for delivered in &record.delivered {
            let message = LocatedFact { node: record.node, fact: delivered.fact.clone() };
            let copies = self.in_flight.get_mut(&message).expect("internal error: a delivery of what is not in flight");
            *copies -= delivered.copies;
        }
        for message in &record.sent {
            *self.in_flight.entry(message.clone()).or_default() += 1;
        }
        self.in_flight.retain(|_, copies| *copies > 0);
        self.latest.insert(record.node, &record.derived);
    }

    /// The values of [`VARIABLES`]; `last` is the transition that was taken last.
    fn variables(&self, last: Option<&StepRecord>) -> [Json; 5] {
        let program = self.program;
        let delivered = last.into_iter().flat_map(|record| &record.delivered).map(|delivered| {
            let mut object = message(program, &delivered.fact);
            object.insert("copies".to_string(), integer(delivered.copies));
            // On ordered channels one fact may come from several senders.
            if let Some(from) = delivered.from {
                object.insert("from".to_string(), json!(program.show_node(from)));
            }
            Json::Object(object)
        });
        let sent = last.into_iter().flat_map(|record| &record.sent).map(|sent| addressed(program, sent, 1));
        [
            json!(last.map(|record| program.show_node(record.node)).unwrap_or_default()),
            set(delivered.collect()),
            set(sent.collect()),
            facts(program, &self.latest),
            set(self.in_flight.iter().map(|(sent, copies)| addressed(program, sent, *copies)).collect()),
        ]
    }
}

/// The variables of a run in rounds.
const ROUND_VARIABLES: [&str; 4] = ["round", "crashed", "sent", "facts"];

/// A run in synchronous rounds (semantics §5). State 0 is the one before the first round.
pub fn rounds(program: &Program, title: &str, run: &Run, faults: &FaultSet) -> String {
    let nodes: Vec<NodeId> = program.node_ids().collect();
    let before = [integer(0), set(Vec::new()), set(Vec::new()), facts(program, &BTreeMap::new())];
    let mut states = vec![state(0, None, ROUND_VARIABLES.into_iter().zip(before))];
    for (time, round) in (1u64..).zip(&run.rounds) {
        let mut at: BTreeMap<NodeId, BTreeSet<Fact>> = BTreeMap::new();
        for fact in &round.derived {
            let Some((location, rest)) = fact.values.split_first() else { continue };
            let Some(node) = program.node_of(*location) else { continue };
            at.entry(node).or_default().insert(Fact { relation: fact.relation, values: rest.into() });
        }
        let latest = at.iter().map(|(&node, facts)| (node, facts)).collect();
        let crashed =
            nodes.iter().filter(|&&node| faults.crashed(node, time)).map(|&node| json!(program.show_node(node)));
        let sent = round.sent.iter().map(|sent| {
            let mut object = message(program, &sent.fact);
            object.insert("from".to_string(), json!(program.show_node(sent.from)));
            object.insert("to".to_string(), json!(program.show_node(sent.to)));
            object.insert("lost".to_string(), json!(sent.lost));
            Json::Object(object)
        });
        let variables = [integer(time), set(crashed.collect()), set(sent.collect()), facts(program, &latest)];
        states.push(state(states.len(), None, ROUND_VARIABLES.into_iter().zip(variables)));
    }
    written(title, &ROUND_VARIABLES, states, None)
}

fn written(about: &str, variables: &[&str], states: Vec<Json>, repeats_from: Option<usize>) -> String {
    let mut trace = Map::new();
    let meta = json!({
        "format": "ITF",
        "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        "description": about,
    });
    trace.insert("#meta".to_string(), meta);
    trace.insert("vars".to_string(), json!(variables));
    trace.insert("states".to_string(), Json::Array(states));
    if let Some(from) = repeats_from {
        trace.insert("loop".to_string(), json!(from));
    }
    let mut text = serde_json::to_string_pretty(&trace).expect("strings, numbers and lists are always JSON");
    text.push('\n');
    text
}

fn state(index: usize, step: Option<&str>, variables: impl Iterator<Item = (&'static str, Json)>) -> Json {
    let mut meta = Map::new();
    meta.insert("index".to_string(), json!(index));
    if let Some(step) = step {
        meta.insert("step".to_string(), json!(step));
    }
    let mut state = Map::new();
    state.insert("#meta".to_string(), Json::Object(meta));
    state.extend(variables.map(|(name, value)| (name.to_string(), value)));
    Json::Object(state)
}

/// Each node's facts, relation by relation.
fn facts(program: &Program, latest: &BTreeMap<NodeId, &BTreeSet<Fact>>) -> Json {
    let of = |node: NodeId| {
        let mut record = Map::new();
        for (number, relation) in program.relations.iter().enumerate().filter(|(_, r)| !r.builtin && !r.observer) {
            let id = RelationId(number as u32);
            let rows = latest.get(&node).into_iter().flat_map(|facts| facts.iter()).filter(|fact| fact.relation == id);
            record.insert(relation.name.clone(), set(rows.map(|fact| tuple(program, &fact.values)).collect()));
        }
        json!([program.show_node(node), record])
    };
    json!({ "#map": program.node_ids().map(of).collect::<Vec<_>>() })
}

fn message(program: &Program, fact: &Fact) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("relation".to_string(), json!(program.relation(fact.relation).name));
    object.insert("columns".to_string(), tuple(program, &fact.values));
    object
}

fn addressed(program: &Program, sent: &LocatedFact, copies: u64) -> Json {
    let mut object = message(program, &sent.fact);
    object.insert("to".to_string(), json!(program.show_node(sent.node)));
    object.insert("copies".to_string(), integer(copies));
    Json::Object(object)
}

fn tuple(program: &Program, values: &[Value]) -> Json {
    let value = |value: &Value| match program.name(*value) {
        crate::program::Name::Int(integer) => json!({ "#bigint": integer.to_string() }),
        crate::program::Name::Symbol(symbol) => json!(symbol),
    };
    json!({ "#tup": values.iter().map(value).collect::<Vec<_>>() })
}

fn integer(value: u64) -> Json {
    json!({ "#bigint": value.to_string() })
}

fn set(members: Vec<Json>) -> Json {
    json!({ "#set": members })
}
