//! Runs in the Informal Trace Format (Apalache, ADR 015), which the trace viewers of TLA+ and Quint open.
//!
//! A trace is a sequence of states. State 0 is the one before any step; state i is what there is after the i-th transition:
//! who stepped, what was delivered and sent in it, the D of each node's latest step, and what is in flight. Integers are written as
//! `{"#bigint": "…"}`, facts of a relation as a set of tuples, symbols as strings.
//!
//! `loop` says from which state on the trace repeats. With a stem of s transitions and a loop of c it would be s + 1: the state after the
//! first transition of the loop is the one after the (s + c + 1)-th. That is so only if the buffer at the loop's end is the one at its
//! start; where it only covers it (semantics §3), the run goes on for ever and no state comes back, and there is no `loop`.

use super::runs::ShownRun;
use crate::faults::FaultSet;
use crate::faults::rounds::Run;
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// A run of semantics §2.
pub fn trace(program: &Program, run: &ShownRun<'_>) -> String {
    let mut latest: BTreeMap<NodeId, &BTreeSet<Fact>> = BTreeMap::new();
    let mut in_flight: BTreeMap<LocatedFact, u64> = BTreeMap::new();
    let mut buffers = vec![in_flight.clone()];
    let mut states = vec![state(
        0,
        vec![
            ("node", json!("")),
            ("local_step", integer(0)),
            ("delivered", set(Vec::new())),
            ("sent", set(Vec::new())),
            ("facts", facts(program, &latest)),
            ("in_flight", set(Vec::new())),
        ],
    )];
    for (index, record) in run.records.iter().enumerate() {
        for delivered in &record.delivered {
            let message = LocatedFact { node: record.node, fact: delivered.fact.clone() };
            if let Some(copies) = in_flight.get_mut(&message) {
                *copies = copies.saturating_sub(delivered.copies);
            }
        }
        for message in &record.sent {
            *in_flight.entry(message.clone()).or_default() += 1;
        }
        in_flight.retain(|_, copies| *copies > 0);
        latest.insert(record.node, &record.derived);
        let delivered = record.delivered.iter().map(|delivered| {
            let mut object = message(program, &delivered.fact);
            object.insert("copies".to_string(), integer(delivered.copies));
            Json::Object(object)
        });
        let sent = record.sent.iter().map(|sent| addressed(program, sent, 1));
        states.push(state(
            index + 1,
            vec![
                ("node", json!(program.show_node(record.node))),
                ("local_step", integer(record.step)),
                ("delivered", set(delivered.collect())),
                ("sent", set(sent.collect())),
                ("facts", facts(program, &latest)),
                ("in_flight", set(in_flight.iter().map(|(m, copies)| addressed(program, m, *copies)).collect())),
            ],
        ));
        buffers.push(in_flight.clone());
    }
    let repeats = run.stem < run.records.len();
    let closes = repeats && buffers[run.stem] == buffers[run.records.len()];
    let about = match (repeats, closes) {
        (true, false) => format!(
            "{}; transitions {} to {} repeat for ever, and the buffer grows",
            run.title,
            run.stem + 1,
            run.records.len()
        ),
        _ => run.title.clone(),
    };
    written(
        &about,
        &["node", "local_step", "delivered", "sent", "facts", "in_flight"],
        states,
        closes.then_some(run.stem + 1),
    )
}

/// A run in synchronous rounds (semantics §5). State 0 is the one before the first round.
pub fn rounds(program: &Program, title: &str, run: &Run, faults: &FaultSet) -> String {
    let nodes: Vec<NodeId> = program.node_ids().collect();
    let mut states = vec![state(
        0,
        vec![
            ("round", integer(0)),
            ("crashed", set(Vec::new())),
            ("sent", set(Vec::new())),
            ("facts", facts(program, &BTreeMap::new())),
        ],
    )];
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
        states.push(state(
            states.len(),
            vec![
                ("round", integer(time)),
                ("crashed", set(crashed.collect())),
                ("sent", set(sent.collect())),
                ("facts", facts(program, &latest)),
            ],
        ));
    }
    written(title, &["round", "crashed", "sent", "facts"], states, None)
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

fn state(index: usize, variables: Vec<(&str, Json)>) -> Json {
    let mut state = Map::new();
    state.insert("#meta".to_string(), json!({ "index": index }));
    state.extend(variables.into_iter().map(|(name, value)| (name.to_string(), value)));
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
