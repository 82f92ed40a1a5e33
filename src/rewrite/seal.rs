//! Seals: rules that conclude from absence wait until what they read is complete (*Confluence analysis for distributed programs*, §4.2).
//!
//! For each rule of a plan that negates or aggregates over `p`, its body gets `p_done()`, which holds at a node once the channels that flow into `p` there
//! are complete and its events are over. A channel is made complete as follows, with messages that are each sent once and name their sender:
//!
//! - *acknowledged*, the published way: addressees acknowledge each message; a sender whose body is complete and of whose messages none lacks its acknowledgement
//!   tells all nodes; a node that was told by all, walking through them by `<`, has all.
//! - *counted*: a sender whose body is complete tells each node how many messages it has for it; a node that has as many from each, likewise, has all. No
//!   acknowledgements, and one round instead of three.
//! - channels that feed each other *vote* ([`super::vote`]).
//!
//! *Why*: inductive rules that are no exact persistence are read as deductive (Lemma 4; without it a chain of steps seals too early, semantics §6,
//! erratum 5), events and messages are kept; so within a node all that is derived without negation only grows, and a local step derives all that
//! follows from what is there. What a body reads through a negation has its own guard, so it is empty until it is complete, and then it is what the stratified semantics says. By
//! induction along the channels: when `p_done()` holds, all facts of `p` are there that ever will be, and they are those of the stratified model; and
//! in each fair run it holds at last, since no seal waits for itself. With a plan that guards only some of the points this holds where the others do no harm, which is why each
//! rewritten program is explored.

use super::channels::{Awaits, Channels, given_as_events};
use super::names::Names;
use super::plan::{Acknowledge, Sealing};
use super::surgery::{Guard, Surgery};
use super::writer::{Said, Suffix, Writer, at, no};
use super::{order, vote};
use crate::analysis::persistence;
use crate::program::{
    Expr, HeadTerm, NegatedTerm, Program, Relation, RelationId, RuleId, RuleKind, Term, Value, VariableId,
};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Declaration, Item, ItemKind, TermKind};
use std::collections::{BTreeMap, BTreeSet};

/// What a channel's relations are called.
#[derive(Debug, Clone)]
pub(super) struct ChannelNames {
    base: String,
}

impl ChannelNames {
    pub(super) fn get(&self, names: &Names, part: &str) -> String {
        names.fresh(&format!("{}_{part}", self.base))
    }
}

/// What is written about channels, by whatever plan.
pub(super) struct Scene<'p> {
    pub(super) program: &'p Program,
    pub(super) names: &'p Names,
    pub(super) channels: &'p Channels,
    /// By channel.
    pub(super) called: Vec<ChannelNames>,
    /// By relation: what names that are made from its name begin with; different for each.
    stems: Vec<String>,
}

impl<'p> Scene<'p> {
    pub(super) fn new(program: &'p Program, names: &'p Names, channels: &'p Channels) -> Self {
        let head = |rule: RuleId| program.rules[rule.0 as usize].head.relation;
        let mut taken: BTreeSet<String> = program.relations.iter().map(|relation| relation.name.clone()).collect();
        let mut fresh = |wish: String| {
            let mut name = wish;
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            name
        };
        // Names written for Molly may have characters that stand inside names only.
        let plain = |name: &str| name.replace(['.', '@', '?'], "_");
        let stem = |relation: &crate::program::Relation| match plain(&relation.name) {
            same if same == relation.name => same,
            other => fresh(other),
        };
        let stems: Vec<String> = program.relations.iter().map(stem).collect();
        let mut count: BTreeMap<RelationId, usize> = BTreeMap::new();
        for channel in &channels.channels {
            *count.entry(head(channel.rule)).or_default() += 1;
        }
        let mut number: BTreeMap<RelationId, usize> = BTreeMap::new();
        let mut called = Vec::new();
        for channel in &channels.channels {
            let relation = head(channel.rule);
            let stem = &stems[relation.0 as usize];
            let base = if count[&relation] == 1 {
                stem.clone()
            } else {
                let number = number.entry(relation).or_default();
                *number += 1;
                fresh(format!("{stem}_{number}"))
            };
            called.push(ChannelNames { base });
        }
        Scene { program, names, channels, called, stems }
    }

    pub(super) fn part(&self, channel: usize, part: &str) -> String {
        self.called[channel].get(self.names, part)
    }

    pub(super) fn relation(&self, channel: usize) -> &crate::program::Relation {
        let rule = self.channels.channels[channel].rule;
        self.program.relation(self.program.rules[rule.0 as usize].head.relation)
    }

    pub(super) fn columns(&self, channel: usize) -> Vec<String> {
        (1..=self.relation(channel).arity).map(|column| format!("X{column}")).collect()
    }

    /// The relation that says at a node that another is complete there.
    fn done(&self, relation: RelationId) -> String {
        self.names.fresh(&format!("{}_done", self.stems[relation.0 as usize]))
    }

    /// `input_end`: a node's events are over.
    pub(super) fn input_end(&self) -> String {
        self.names.fresh("input_end")
    }

    /// The relation that says at a node that a channel is complete there.
    pub(super) fn complete(&self, channel: usize) -> String {
        match self.channels.channels[channel].group {
            Some(group) => self.part(self.channels.groups[group].channels[0], "over"),
            None => self.part(channel, "complete"),
        }
    }

    /// That all this is complete at a location.
    pub(super) fn awaited(&self, awaits: &Awaits, location: &str) -> Vec<Said> {
        let mut literals = Vec::new();
        if awaits.events {
            literals.push(at(location, &self.input_end(), &[]));
        }
        let complete: BTreeSet<String> = awaits.channels.iter().map(|&channel| self.complete(channel)).collect();
        literals.extend(complete.iter().map(|relation| at(location, relation, &[])));
        literals
    }

    /// A channel's messages, each sent once and with its sender, and what they bring.
    pub(super) fn messages(&self, channel: usize, writer: &mut Writer<'_>) {
        let columns = self.columns(channel);
        let with = |first: &[&'static str]| -> Vec<&str> {
            first.iter().copied().chain(columns.iter().map(String::as_str)).collect()
        };
        let [to, sent, message] = ["to", "sent", "msg"].map(|part| self.part(channel, part));
        let from_to = with(&["N"]);
        let named = with(&["L"]);
        let bare = with(&[]);
        writer.rule(at("N", &message, &named), Suffix::Async, &[at("L", &to, &from_to), no("L", &sent, &from_to)]);
        writer.rule(at("L", &sent, &from_to), Suffix::Next, &[at("L", &to, &from_to)]);
        writer.keep(&sent, &from_to);
        writer.keep(&message, &named);
        let anyone = with(&["_"]);
        writer.rule(at("N", &self.relation(channel).name, &bare), Suffix::Now, &[at("N", &message, &anyone)]);
    }

    /// Acknowledgements of a channel's messages; `waiting` at a sender while one lacks.
    pub(super) fn acknowledgements(&self, channel: usize, writer: &mut Writer<'_>) -> String {
        let columns = self.columns(channel);
        let with = |first: &[&'static str]| -> Vec<&str> {
            first.iter().copied().chain(columns.iter().map(String::as_str)).collect()
        };
        let [to, message, ack, acked, waiting] =
            ["to", "msg", "ack", "acked", "waiting"].map(|part| self.part(channel, part));
        let (named, from_to) = (with(&["L"]), with(&["N"]));
        writer.rule(at("L", &ack, &from_to), Suffix::Async, &[at("N", &message, &named), no("N", &acked, &named)]);
        writer.rule(at("N", &acked, &named), Suffix::Next, &[at("N", &message, &named)]);
        writer.keep(&ack, &from_to);
        writer.rule(at("L", &waiting, &[]), Suffix::Now, &[at("L", &to, &from_to), no("L", &ack, &from_to)]);
        waiting
    }

    /// `complete` at a node for which all nodes, walked through by `<`, have `each`.
    fn for_all_nodes(&self, channel: usize, each: &str, writer: &mut Writer<'_>) {
        let walk = writer.walk();
        let [upto, complete] = ["upto", "complete"].map(|part| self.part(channel, part));
        writer.rule(at("N", &upto, &["X"]), Suffix::Now, &[at("N", &walk.first, &["X"]), at("N", each, &["X"])]);
        writer.rule(
            at("N", &upto, &["Y"]),
            Suffix::Now,
            &[at("N", &upto, &["X"]), at("N", &walk.following, &["X", "Y"]), at("N", each, &["Y"])],
        );
        writer.rule(at("N", &complete, &[]), Suffix::Now, &[at("N", &upto, &["X"]), at("N", &walk.last, &["X"])]);
    }

    fn sealed_by_acknowledgements(&self, channel: usize, writer: &mut Writer<'_>) {
        let waiting = self.acknowledgements(channel, writer);
        let [all, told] = ["all", "told"].map(|part| self.part(channel, part));
        let everyone = writer.everyone();
        let mut body = vec![at("L", &everyone, &["N"])];
        body.extend(self.awaited(&self.channels.channels[channel].awaits, "L"));
        body.push(no("L", &waiting, &[]));
        let mut once = body.clone();
        once.push(no("L", &told, &[]));
        writer.rule(at("N", &all, &["L"]), Suffix::Async, &once);
        body[0] = at("L", &everyone, &["_"]);
        writer.rule(at("L", &told, &[]), Suffix::Next, &body);
        writer.keep(&told, &[]);
        writer.keep(&all, &["X"]);
        self.for_all_nodes(channel, &all, writer);
    }

    /// How many messages a sender has for each node: `count(node, number)`.
    pub(super) fn counted(&self, channel: usize, from: &str, writer: &mut Writer<'_>) -> String {
        let columns = self.columns(channel);
        let [some, count] = ["some", "count"].map(|part| self.part(channel, part));
        let everyone = writer.everyone();
        let with = |first: &[&'static str]| -> Vec<&str> {
            first.iter().copied().chain(columns.iter().map(String::as_str)).collect()
        };
        writer.rule(at("L", &count, &["N", &number_of(&columns)]), Suffix::Now, &[at("L", from, &with(&["N"]))]);
        let anything: Vec<&str> = std::iter::once("N").chain(columns.iter().map(|_| "_")).collect();
        writer.rule(at("L", &some, &["N"]), Suffix::Now, &[at("L", from, &anything)]);
        writer.rule(at("L", &count, &["N", "0"]), Suffix::Now, &[at("L", &everyone, &["N"]), no("L", &some, &["N"])]);
        count
    }

    fn sealed_by_counts(&self, channel: usize, for_all: bool, writer: &mut Writer<'_>) {
        let columns = self.columns(channel);
        let [to, message, total, told, have, whole] =
            ["to", "msg", "total", "told", "have", "whole"].map(|part| self.part(channel, part));
        let count = self.counted(channel, &to, writer);
        let awaited = self.awaited(&self.channels.channels[channel].awaits, "L");
        let mut body = vec![at("L", &count, &["N", "C"])];
        body.extend(awaited.iter().cloned());
        body.push(no("L", &told, &[]));
        writer.rule(at("N", &total, &["L", "C"]), Suffix::Async, &body);
        let mut body = vec![at("L", &count, &["_", "_"])];
        body.extend(awaited);
        writer.rule(at("L", &told, &[]), Suffix::Next, &body);
        writer.keep(&told, &[]);
        writer.keep(&total, &["X", "C"]);
        let named: Vec<&str> = std::iter::once("L").chain(columns.iter().map(String::as_str)).collect();
        writer.rule(at("N", &have, &["L", &number_of(&columns)]), Suffix::Now, &[at("N", &message, &named)]);
        writer.rule(at("N", &whole, &["L"]), Suffix::Now, &[at("N", &total, &["L", "0"])]);
        writer.rule(at("N", &whole, &["L"]), Suffix::Now, &[at("N", &total, &["L", "C"]), at("N", &have, &["L", "C"])]);
        if for_all {
            self.for_all_nodes(channel, &whole, writer);
        }
    }
}

/// The aggregate that counts tuples of these columns; 1 where there are none.
fn number_of(columns: &[String]) -> String {
    match columns.split_first() {
        None => "1".to_string(),
        Some((only, [])) => format!("count<{only}>"),
        Some((first, rest)) => format!("count<{first}; {}>", rest.join(", ")),
    }
}

/// Where a literal names the one sender of what it reads: the column, as the rule writes it, that says which. Only for a relation into which one counted
/// channel flows, as its own head, and nothing else; and only where the rule reads no other sender's facts there.
pub fn named_sender(program: &Program, channels: &Channels, point: usize) -> Option<ast::Expr> {
    let point = &channels.points[point];
    let [(relation, awaits)] = point.reads.as_slice() else { return None };
    let mut awaited = awaits.channels.iter();
    let (Some(&channel), None, false) = (awaited.next(), awaited.next(), awaits.events) else { return None };
    let channel = &channels.channels[channel];
    let sending = &program.rules[channel.rule.0 as usize];
    let heads = |(id, rule): (RuleId, &crate::program::Rule)| {
        rule.head.relation == *relation && id != channel.rule && !persistence::is_exact_persistence(program, rule)
    };
    let given = program.facts.iter().any(|fact| fact.fact.relation == *relation);
    if sending.head.relation != *relation
        || channel.group.is_some()
        || given
        || (0..).map(RuleId).zip(&program.rules).any(heads)
    {
        return None;
    }
    let Some(Term::Variable(sender)) = sending.location else { return None };
    let is_sender = |term: &HeadTerm| matches!(term, HeadTerm::Expr(Expr::Variable(variable)) if *variable == sender);
    let column = sending.head.terms.iter().position(is_sender)?;
    let rule = &program.rules[point.rule.0 as usize];
    let negated =
        rule.negative.iter().filter(|atom| atom.relation == *relation).map(|atom| match &atom.terms[column] {
            NegatedTerm::Expr(Expr::Variable(variable)) => written(program, rule, Term::Variable(*variable)),
            NegatedTerm::Expr(Expr::Constant(value)) => written(program, rule, Term::Constant(*value)),
            _ => None,
        });
    let grouped = |variable: VariableId| {
        rule.head.terms.iter().any(|term| matches!(term, HeadTerm::Expr(Expr::Variable(other)) if *other == variable))
    };
    let aggregated = rule.positive.iter().filter(|atom| rule.head.is_aggregated() && atom.relation == *relation);
    let aggregated = aggregated.map(|atom| match atom.terms[column] {
        Term::Variable(variable) if grouped(variable) => written(program, rule, atom.terms[column]),
        _ => None,
    });
    let senders: Option<Vec<ast::Expr>> = negated.chain(aggregated).collect();
    let senders = senders?;
    let first = senders.first()?.clone();
    senders.iter().all(|other| other.kind == first.kind).then_some(first)
}

/// A term as the rule's text has it; none for a variable that has no name there.
fn written(program: &Program, rule: &crate::program::Rule, term: Term) -> Option<ast::Expr> {
    let kind = match term {
        Term::Constant(Value::Int(integer)) => TermKind::Integer(integer),
        Term::Constant(Value::Symbol(symbol)) => TermKind::Symbol(program.symbols.name(symbol).to_string()),
        Term::Variable(variable) => {
            let name = &rule.variables[variable.0 as usize];
            if name.starts_with('_') {
                return None;
            }
            TermKind::Variable(name.clone())
        }
        Term::Anonymous => return None,
    };
    Some(ast::Expr { kind: ast::ExprKind::Term(kind), span: Span::new(FileId(0), 0, 0) })
}

/// The items with guards in place, and the rules that make the seals.
pub(super) fn sealed(
    scene: &Scene<'_>,
    surgery: &Surgery<'_>,
    plan: &Sealing,
    items: Vec<Item>,
    writer: &mut Writer<'_>,
) -> Vec<Item> {
    let Scene { program, channels, .. } = scene;
    let needed = channels.needed(plan.points.iter().copied());
    let channel_of: BTreeMap<RuleId, usize> =
        needed.iter().map(|&index| (channels.channels[index].rule, index)).collect();
    let mut guards: BTreeMap<RuleId, Vec<Guard>> = BTreeMap::new();
    let mut done: BTreeMap<RelationId, Awaits> = BTreeMap::new();
    for &index in &plan.points {
        let point = &channels.points[index];
        let mine = guards.entry(point.rule).or_default();
        if plan.by_sender.contains(&index)
            && let Some(sender) = named_sender(program, channels, index)
        {
            let channel = *point.reads[0].1.channels.first().expect("a named sender has a channel");
            mine.push(Guard { relation: scene.part(channel, "whole"), columns: vec![sender] });
            continue;
        }
        for (relation, awaits) in &point.reads {
            done.insert(*relation, awaits.clone());
            mine.push(Guard { relation: scene.done(*relation), columns: Vec::new() });
        }
    }
    // Where an event lasts, what it sent once would be sent for ever.
    let once: BTreeSet<usize> = match lacking(program).is_empty() {
        true => BTreeSet::new(),
        false => (0..channels.channels.len()).filter(|channel| !needed.contains(channel)).collect(),
    };
    let items = order::once(scene, surgery, &once, items, writer);
    let lasting: BTreeSet<&str> = lacking(program).iter().map(|relation| relation.name.as_str()).collect();
    let mut kept = Vec::new();
    for mut item in items {
        if let ItemKind::Declaration(Declaration::Event(names)) = &mut item.kind {
            // What is kept is derived, so it is no relation of events any more.
            names.retain(|name| !lasting.contains(name.text.as_str()));
            if names.is_empty() {
                continue;
            }
        }
        let ItemKind::Rule(rule) = &item.kind else {
            kept.push(item);
            continue;
        };
        let Some(id) = surgery.rule(rule) else {
            kept.push(item);
            continue;
        };
        let mut rule = surgery.guarded(rule, guards.get(&id).map_or(&[], Vec::as_slice));
        let resolved = &program.rules[id.0 as usize];
        if let Some(&channel) = channel_of.get(&id) {
            rule = surgery.sending(id, &rule, &scene.part(channel, "to"), &writer.everyone());
        } else if !plan.keeps_steps
            && resolved.kind == RuleKind::Inductive
            && !persistence::is_exact_persistence(program, resolved)
        {
            rule.head.time = None;
        }
        kept.push(Item { kind: ItemKind::Rule(Box::new(rule)), ..item });
    }
    keep_what_comes(scene, writer);
    for (relation, awaits) in &done {
        let name = &program.relation(*relation).name;
        writer.comment(&format!("`{name}` is complete at a node:"));
        writer.rule(at("N", &scene.done(*relation), &[]), Suffix::Now, &scene.awaited(awaits, "N"));
    }
    if needed.iter().any(|&channel| channels.awaits_events(channel)) || done.values().any(|awaits| awaits.events) {
        input_ends(scene, writer);
    }
    // What was to be sent in some step is to be counted and acknowledged in the steps after it.
    let said_stays = |channel: usize, writer: &mut Writer<'_>| {
        if plan.keeps_steps {
            let columns = scene.columns(channel);
            let columns: Vec<&str> = std::iter::once("N").chain(columns.iter().map(String::as_str)).collect();
            writer.keep(&scene.part(channel, "to"), &columns);
        }
    };
    // Where only one sender is waited for, nobody asks if all have sent.
    let awaited_by_points: BTreeSet<usize> = done.values().flat_map(|awaits| &awaits.channels).copied().collect();
    let for_all = |channel: usize| {
        let by_channels = || needed.iter().any(|&other| channels.channels[other].awaits.channels.contains(&channel));
        awaited_by_points.contains(&channel) || by_channels()
    };
    let mut voted = BTreeSet::new();
    for &channel in &needed {
        if let Some(group) = channels.channels[channel].group {
            if voted.insert(group) {
                channels.groups[group].channels.iter().for_each(|&channel| said_stays(channel, writer));
                vote::voted(scene, group, writer);
            }
            continue;
        }
        let name = &scene.relation(channel).name;
        match plan.channels.get(&channel).copied().unwrap_or(Acknowledge::Messages) {
            Acknowledge::Messages => {
                writer.comment(&format!(
                    "Messages of `{name}`: each is sent once, with its sender, and acknowledged; a sender tells all nodes when it has \
                     all acknowledgements that it will ever want."
                ));
                said_stays(channel, writer);
                scene.messages(channel, writer);
                scene.sealed_by_acknowledgements(channel, writer);
            }
            Acknowledge::Counts => {
                writer.comment(&format!(
                    "Messages of `{name}`: each is sent once, with its sender, which tells each node how many it has for it; a node \
                     that has as many from a sender has the whole of it."
                ));
                said_stays(channel, writer);
                scene.messages(channel, writer);
                scene.sealed_by_counts(channel, for_all(channel), writer);
            }
        }
    }
    kept
}

/// Relations of events and of messages that are not persisted exactly.
fn lacking(program: &Program) -> Vec<&Relation> {
    let guarded = persistence::guarded(program);
    let mut comes = given_as_events(program);
    for rule in program.rules.iter().filter(|rule| rule.kind == RuleKind::Async) {
        comes[rule.head.relation.0 as usize] = true;
    }
    let lacks = |&(index, _): &(usize, &Relation)| comes[index] && !guarded[index];
    program.relations.iter().enumerate().filter(lacks).map(|(_, relation)| relation).collect()
}

/// Exact persistence for events and messages that have none: what has come stays.
fn keep_what_comes(scene: &Scene<'_>, writer: &mut Writer<'_>) {
    let program = scene.program;
    let lacking = lacking(program);
    if lacking.is_empty() {
        return;
    }
    writer.comment("What was given or has arrived stays, so that it can be looked at when all is there.");
    for relation in lacking {
        let columns: Vec<String> = (1..=relation.arity).map(|column| format!("X{column}")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        writer.keep(&relation.name, &columns);
    }
}

/// The end of each node's events: an event itself, given with the last of them.
pub(super) fn input_ends(scene: &Scene<'_>, writer: &mut Writer<'_>) {
    let input_end = scene.input_end();
    writer.comment(&format!(
        "The end of a node's events is an event, which whoever gives the others gives with the last of them. Another instance has its own \
         `{input_end}`."
    ));
    for node in scene.program.node_ids() {
        let last = scene.program.last_event(node).max(1);
        writer.fact(node, &input_end, &[], &format!("@{last}"));
    }
    writer.keep(&input_end, &[]);
}
