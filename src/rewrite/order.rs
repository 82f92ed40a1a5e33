//! Orders of delivery, where sealing cannot help: state that is changed in place takes its changes one after another.
//!
//! Messages of the chosen channels go through a queue. The queue takes the least message that it has not sent on, one a step, by (step in which it was sent, sender,
//! channel, addressee, columns), and numbers what it sends to each node; a node takes message n + 1 in a step after that of message n. So what a node receives, and in
//! which order, does not depend on when messages arrive. What is sent again and again is sent once.
//!
//! Queues at *senders* keep apart what different senders send to one node; the *sequencer*, the least node, orders all: it begins when it has as many messages
//! as the senders say they have, which they know once their events are over. That asks for channels whose messages are not answers to messages, nor come from what a node remembers
//! ([`can_end`]); where they are, no order is fixed in advance.

use super::channels::Channels;
use super::plan::Queue;
use super::seal::{Scene, input_ends};
use super::surgery::Surgery;
use super::writer::{Said, Suffix, Writer, at, holds, no};
use crate::program::{Program, RelationId, RuleId, RuleKind};
use crate::syntax::ast::{Item, ItemKind};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the messages of a channel are known once the events of its senders are over: its body reads nothing that messages or inductive rules
/// bring.
pub fn can_end(program: &Program, channels: &Channels, channel: usize) -> bool {
    let channel = &channels.channels[channel];
    let mut seen = BTreeSet::new();
    let reads = |rule: RuleId| {
        let rule = &program.rules[rule.0 as usize];
        let positive = rule.positive.iter().map(|atom| atom.relation);
        positive.chain(rule.negative.iter().map(|atom| atom.relation)).collect::<Vec<RelationId>>()
    };
    let mut stack = reads(channel.rule);
    while let Some(relation) = stack.pop() {
        if !seen.insert(relation) {
            continue;
        }
        for (id, rule) in (0..).map(RuleId).zip(&program.rules).filter(|(_, rule)| rule.head.relation == relation) {
            if rule.kind != RuleKind::Deductive {
                return false;
            }
            stack.extend(reads(id));
        }
    }
    true
}

/// Async rules that say what is to be sent, instead of sending it.
fn named(
    scene: &Scene<'_>,
    surgery: &Surgery<'_>,
    chosen: &BTreeSet<usize>,
    items: Vec<Item>,
    everyone: &str,
) -> Vec<Item> {
    let by_rule: BTreeMap<RuleId, usize> =
        chosen.iter().map(|&channel| (scene.channels.channels[channel].rule, channel)).collect();
    let renamed = |item: Item| match &item.kind {
        ItemKind::Rule(rule) => match surgery.rule(rule).and_then(|id| Some((id, *by_rule.get(&id)?))) {
            Some((id, channel)) => {
                let rule = surgery.sending(id, rule, &scene.part(channel, "to"), everyone);
                Item { kind: ItemKind::Rule(Box::new(rule)), ..item }
            }
            None => item,
        },
        _ => item,
    };
    items.into_iter().map(renamed).collect()
}

/// Each message of these channels is sent once.
pub(super) fn once(
    scene: &Scene<'_>,
    surgery: &Surgery<'_>,
    chosen: &BTreeSet<usize>,
    items: Vec<Item>,
    writer: &mut Writer<'_>,
) -> Vec<Item> {
    if chosen.is_empty() {
        return items;
    }
    let kept = named(scene, surgery, chosen, items, &writer.everyone());
    for &channel in chosen {
        let columns = scene.columns(channel);
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let to_columns: Vec<&str> = std::iter::once("N").chain(columns.iter().copied()).collect();
        let [to, sent] = ["to", "sent"].map(|part| scene.part(channel, part));
        let name = scene.relation(channel).name.clone();
        writer.comment(&format!("Messages of `{name}`: each is sent once."));
        writer.rule(at("N", &name, &columns), Suffix::Async, &[at("L", &to, &to_columns), no("L", &sent, &to_columns)]);
        writer.rule(at("L", &sent, &to_columns), Suffix::Next, &[at("L", &to, &to_columns)]);
        writer.keep(&sent, &to_columns);
    }
    kept
}

/// The messages of these channels in one order.
pub(super) fn ordered(
    scene: &Scene<'_>,
    surgery: &Surgery<'_>,
    (chosen, queue): (&BTreeSet<usize>, Queue),
    items: Vec<Item>,
    writer: &mut Writer<'_>,
) -> Vec<Item> {
    let kept = named(scene, surgery, chosen, items, &writer.everyone());
    let events = chosen.iter().any(|&channel| scene.channels.awaits_events(channel));
    let line = Line { scene, chosen, queue, events };
    if events {
        input_ends(scene, writer);
        line.clock(writer);
    }
    writer.comment("The first step of every node.");
    writer.fact_everywhere(&line.called("begin"), &[], "@1");
    line.log(writer);
    if queue == Queue::Sequencer {
        line.hand_over(writer);
    }
    line.take(writer);
    line.deliver(writer);
    kept
}

/// A queue that is being written.
struct Line<'a, 'p> {
    scene: &'a Scene<'p>,
    chosen: &'a BTreeSet<usize>,
    queue: Queue,
    events: bool,
}

/// Columns of an item of the queue: sender, step, addressee, then those of the message; marked, so that two items can be told apart.
fn item(mark: &str, columns: usize) -> Vec<String> {
    let fixed = ["L", "K", "N"].into_iter().map(|column| format!("{column}{mark}"));
    fixed.chain((1..=columns).map(|column| format!("X{column}{mark}"))).collect()
}

fn slices(columns: &[String]) -> Vec<&str> {
    columns.iter().map(String::as_str).collect()
}

impl Line<'_, '_> {
    fn called(&self, part: &str) -> String {
        self.scene.names.fresh(&format!("queue_{part}"))
    }

    fn clock(&self, writer: &mut Writer<'_>) {
        let (clock, end) = (self.called("clock"), self.scene.input_end());
        writer.comment("A node's clock, until its events are over.");
        writer.fact_everywhere(&clock, &["1"], "@1");
        writer.rule(at("L", &clock, &["K + 1"]), Suffix::Next, &[at("L", &clock, &["K"]), no("L", &end, &[])]);
        writer.rule(at("L", &clock, &["K"]), Suffix::Next, &[at("L", &clock, &["K"]), at("L", &end, &[])]);
    }

    /// What is to be sent, with the step in which that is first so.
    fn log(&self, writer: &mut Writer<'_>) {
        for &channel in self.chosen {
            let columns = self.scene.columns(channel);
            let with = |first: &[&'static str]| -> Vec<&str> {
                first.iter().copied().chain(columns.iter().map(String::as_str)).collect()
            };
            let [to, log, logged] = ["to", "log", "logged"].map(|part| self.scene.part(channel, part));
            let name = &self.scene.relation(channel).name;
            writer
                .comment(&format!("Messages of `{name}`, each once, with the step in which it would have been sent."));
            let mut body = vec![at("L", &to, &with(&["N"]))];
            if self.events {
                body.push(at("L", &self.called("clock"), &["K"]));
            }
            body.push(no("L", &logged, &with(&["N"])));
            let step = if self.events { "K" } else { "1" };
            writer.rule(at("L", &log, &with(&[step, "N"])), Suffix::Next, &body);
            writer.keep(&log, &with(&["K", "N"]));
            writer.rule(at("L", &logged, &with(&["N"])), Suffix::Now, &[at("L", &log, &with(&["_", "N"]))]);
        }
    }

    /// Everything goes to the sequencer, with the numbers that say when it is all there.
    fn hand_over(&self, writer: &mut Writer<'_>) {
        let walk = writer.walk();
        let over = self.called("over");
        writer.comment("Senders have all that they will send in the step after their events are over.");
        let last = match self.events {
            true => at("L", &self.scene.input_end(), &[]),
            false => at("L", &writer.everyone(), &["_"]),
        };
        writer.rule(at("L", &over, &[]), Suffix::Next, &[last]);
        let mut complete = Vec::new();
        for &channel in self.chosen {
            let columns = self.scene.columns(channel);
            let with = |first: &[&'static str]| -> Vec<&str> {
                first.iter().copied().chain(columns.iter().map(String::as_str)).collect()
            };
            let part = |part: &str| self.scene.part(channel, part);
            let [log, queued, handed, total, told, have, some, size, whole, upto, done] =
                ["log", "queued", "handed", "total", "told", "have", "some", "size", "whole", "upto", "complete"]
                    .map(part);
            let name = &self.scene.relation(channel).name;
            writer.comment(&format!(
                "`{name}`: the sequencer, the least node, gets every message and the number of them."
            ));
            let entry = with(&["K", "N"]);
            writer.rule(
                at("F", &queued, &with(&["L", "K", "N"])),
                Suffix::Async,
                &[at("L", &log, &entry), at("L", &walk.first, &["F"]), no("L", &handed, &entry)],
            );
            writer.rule(at("L", &handed, &entry), Suffix::Next, &[at("L", &log, &entry)]);
            writer.keep(&handed, &entry);
            writer.keep(&queued, &with(&["L", "K", "N"]));
            let tuples: String = columns.iter().map(|column| format!(", {column}")).collect();
            let count = format!("count<K; N{tuples}>");
            writer.rule(at("L", &size, &[&count]), Suffix::Now, &[at("L", &log, &entry)]);
            let anything: Vec<&str> = ["_", "_"].into_iter().chain(columns.iter().map(|_| "_")).collect();
            writer.rule(at("L", &some, &[]), Suffix::Now, &[at("L", &log, &anything)]);
            writer.rule(
                at("L", &size, &["0"]),
                Suffix::Now,
                &[at("L", &writer.everyone(), &["_"]), no("L", &some, &[])],
            );
            writer.rule(
                at("F", &total, &["L", "C"]),
                Suffix::Async,
                &[at("L", &over, &[]), at("L", &size, &["C"]), at("L", &walk.first, &["F"]), no("L", &told, &[])],
            );
            writer.rule(at("L", &told, &[]), Suffix::Next, &[at("L", &over, &[])]);
            writer.keep(&told, &[]);
            writer.keep(&total, &["L", "C"]);
            writer.rule(at("F", &have, &["L", &count]), Suffix::Now, &[at("F", &queued, &with(&["L", "K", "N"]))]);
            writer.rule(at("F", &whole, &["L"]), Suffix::Now, &[at("F", &total, &["L", "0"])]);
            writer.rule(
                at("F", &whole, &["L"]),
                Suffix::Now,
                &[at("F", &total, &["L", "C"]), at("F", &have, &["L", "C"])],
            );
            writer.rule(at("F", &upto, &["X"]), Suffix::Now, &[at("F", &walk.first, &["X"]), at("F", &whole, &["X"])]);
            writer.rule(
                at("F", &upto, &["Y"]),
                Suffix::Now,
                &[at("F", &upto, &["X"]), at("F", &walk.following, &["X", "Y"]), at("F", &whole, &["Y"])],
            );
            writer.rule(at("F", &done, &[]), Suffix::Now, &[at("F", &upto, &["X"]), at("F", &walk.last, &["X"])]);
            complete.push(at("F", &done, &[]));
        }
        writer.comment("It begins when it has all.");
        writer.rule(at("F", &self.called("ready"), &[]), Suffix::Now, &complete);
    }

    /// The least item is taken, one a step.
    fn take(&self, writer: &mut Writer<'_>) {
        writer.comment(
            "One message a step is taken: the least by step, sender, channel, addressee and columns of those that are left.",
        );
        for &channel in self.chosen {
            let arity = self.scene.relation(channel).arity;
            let mine = item("", arity);
            let part = |part: &str| self.scene.part(channel, part);
            let [pending, taken] = ["pending", "taken"].map(part);
            let source = match self.queue {
                Queue::Sequencer => vec![at("Q", &part("queued"), &slices(&mine)), at("Q", &self.called("ready"), &[])],
                // The sender is the location, which is a column too.
                Queue::Sender => vec![at("L", &part("log"), &slices(&mine[1..]))],
            };
            let here = match self.queue {
                Queue::Sequencer => "Q",
                Queue::Sender => "L",
            };
            let body: Vec<Said> = source.into_iter().chain([no(here, &taken, &slices(&mine))]).collect();
            writer.rule(at(here, &pending, &slices(&mine)), Suffix::Now, &body);
        }
        for (place, &channel) in self.chosen.iter().enumerate() {
            let mine = item("", self.scene.relation(channel).arity);
            let part = |part: &str| self.scene.part(channel, part);
            let [pending, beaten, next, taken] = ["pending", "beaten", "next", "taken"].map(part);
            for (other_place, &other) in self.chosen.iter().enumerate() {
                let theirs = item("b", self.scene.relation(other).arity);
                let pair =
                    [at("Q", &pending, &slices(&mine)), at("Q", &self.scene.part(other, "pending"), &slices(&theirs))];
                let compared: Vec<usize> =
                    [1, 0].into_iter().chain(if place == other_place { 2..mine.len() } else { 2..2 }).collect();
                for (equal, &column) in compared.iter().enumerate() {
                    let mut body = pair.to_vec();
                    body.extend(compared[..equal].iter().map(|&at| holds(format!("{} == {}", theirs[at], mine[at]))));
                    body.push(holds(format!("{} < {}", theirs[column], mine[column])));
                    writer.rule(at("Q", &beaten, &slices(&mine)), Suffix::Now, &body);
                }
                if other_place < place {
                    let mut body = pair.to_vec();
                    body.extend(compared.iter().map(|&at| holds(format!("{} == {}", theirs[at], mine[at]))));
                    writer.rule(at("Q", &beaten, &slices(&mine)), Suffix::Now, &body);
                }
            }
            writer.rule(
                at("Q", &next, &slices(&mine)),
                Suffix::Now,
                &[at("Q", &pending, &slices(&mine)), no("Q", &beaten, &slices(&mine))],
            );
            writer.rule(at("Q", &taken, &slices(&mine)), Suffix::Next, &[at("Q", &next, &slices(&mine))]);
            writer.keep(&taken, &slices(&mine));
        }
    }

    /// What is taken is numbered, and received in the order of the numbers.
    fn deliver(&self, writer: &mut Writer<'_>) {
        let [begin, number, serves, turn, arrived] =
            ["begin", "number", "serves", "turn", "arrived"].map(|part| self.called(part));
        let everyone = writer.everyone();
        writer.comment(
            "Messages to each node are numbered, and a node takes them in the order of the numbers, one a step.",
        );
        writer.rule(at("Q", &number, &["N", "1"]), Suffix::Now, &[at("Q", &begin, &[]), at("Q", &everyone, &["N"])]);
        writer.rule(
            at("Q", &number, &["N", "S + 1"]),
            Suffix::Next,
            &[at("Q", &number, &["N", "S"]), at("Q", &serves, &["N"])],
        );
        writer.rule(
            at("Q", &number, &["N", "S"]),
            Suffix::Next,
            &[at("Q", &number, &["N", "S"]), no("Q", &serves, &["N"])],
        );
        writer.rule(at("N", &turn, &["Q", "1"]), Suffix::Now, &[at("N", &begin, &[]), at("N", &everyone, &["Q"])]);
        writer.rule(
            at("N", &turn, &["Q", "S + 1"]),
            Suffix::Next,
            &[at("N", &turn, &["Q", "S"]), at("N", &arrived, &["Q", "S"])],
        );
        writer.rule(
            at("N", &turn, &["Q", "S"]),
            Suffix::Next,
            &[at("N", &turn, &["Q", "S"]), no("N", &arrived, &["Q", "S"])],
        );
        for &channel in self.chosen {
            let arity = self.scene.relation(channel).arity;
            let columns = self.scene.columns(channel);
            let with = |first: &[&'static str]| -> Vec<&str> {
                first.iter().copied().chain(columns.iter().map(String::as_str)).collect()
            };
            let [next, numbered] = ["next", "numbered"].map(|part| self.scene.part(channel, part));
            let mine = item("", arity);
            writer.rule(
                at("N", &numbered, &with(&["Q", "S"])),
                Suffix::Async,
                &[at("Q", &next, &slices(&mine)), at("Q", &number, &["N", "S"])],
            );
            let anything: Vec<&str> = ["_", "_", "N"].into_iter().chain(columns.iter().map(|_| "_")).collect();
            writer.rule(at("Q", &serves, &["N"]), Suffix::Now, &[at("Q", &next, &anything)]);
            writer.keep(&numbered, &with(&["Q", "S"]));
            let held: Vec<&str> = ["Q", "S"].into_iter().chain(columns.iter().map(|_| "_")).collect();
            writer.rule(at("N", &arrived, &["Q", "S"]), Suffix::Now, &[at("N", &numbered, &held)]);
            writer.rule(
                at("N", &self.scene.relation(channel).name, &with(&[])),
                Suffix::Now,
                &[at("N", &numbered, &with(&["Q", "S"])), at("N", &turn, &["Q", "S"])],
            );
        }
    }
}
