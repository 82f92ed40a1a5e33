//! The end of channels that feed each other: two rounds of a vote, led by the least node (*Confluence analysis for distributed
//! programs*, §4.2).
//!
//! Messages are acknowledged. A node is *idle* in a step if what the group waits for is complete and none of its messages lacks its acknowledgement. The least node
//! asks all, numbering its question by the sum of what it knows, -1 at first; each node answers a question once, in the first step in which it is idle, with how many
//! messages it has received. If the answers sum up to the number of the question, the group has ended; else the sum is the number of the next question.
//!
//! *Why the end is the end.* A question numbered T ≥ 0 is asked after all answered the one before, with sum T. Nobody's count shrinks, so equal sums are equal counts, node by node.
//! Let t be a moment after the last answer to the one and before the first answer to the other. Each node has received nothing between its two answers, and t lies
//! between them. At the first it was idle, so all that it had sent had arrived; what it derives and sends is a function of what it received, so it sent nothing since.
//! Hence at t nothing of the group is in flight and nobody will send. *Why it comes.* There are finitely many messages; after the last of them each question
//! is answered, and the second of these has the sum of the first. Rounds before that differ from run to run, so the relations of the vote are no outputs.

use super::seal::Scene;
use super::writer::{Said, Suffix, Writer, at, holds, no};

/// The rules for one group.
pub(super) fn voted(scene: &Scene<'_>, group: usize, writer: &mut Writer<'_>) {
    let members = &scene.channels.groups[group].channels;
    let names: Vec<String> = members.iter().map(|&channel| format!("`{}`", scene.relation(channel).name)).collect();
    writer.comment(&format!(
        "Messages of {}, which may lead to more of the same: each is sent once, with its sender, and acknowledged.",
        names.join(", ")
    ));
    let mut waiting = Vec::new();
    for &channel in members {
        scene.messages(channel, writer);
        waiting.push(scene.acknowledgements(channel, writer));
    }
    let first = members[0];
    let part = |part: &str| scene.part(first, part);
    let [idle, received, ask, asked, answer, answered, tally, begun, over, ended] =
        ["idle", "received", "ask", "asked", "answer", "answered", "tally", "begun", "over", "ended"].map(part);
    let everyone = writer.everyone();
    let walk = writer.walk();

    writer.comment(
        "They end by a vote that the least node leads: it asks how many each node has received, nodes answer when nothing of theirs is on \
         its way, and when a second round has the sum of the first, all is over.",
    );
    let mut body: Vec<Said> = vec![at("N", &everyone, &["_"])];
    body.extend(scene.awaited(&scene.channels.groups[group].awaits, "N"));
    body.extend(waiting.iter().map(|waiting| no("N", waiting, &[])));
    writer.rule(at("N", &idle, &[]), Suffix::Now, &body);

    let mut sizes = Vec::new();
    for (number, &channel) in (1..).zip(members) {
        let columns = scene.columns(channel);
        let [size, any, message] = ["size", "any", "msg"].map(|part| scene.part(channel, part));
        let rest: String = columns.iter().map(|column| format!(", {column}")).collect();
        let count = if columns.is_empty() { "count<L>".to_string() } else { format!("count<L; {}>", &rest[2..]) };
        let named: Vec<&str> = std::iter::once("L").chain(columns.iter().map(String::as_str)).collect();
        writer.rule(at("N", &size, &[&count]), Suffix::Now, &[at("N", &message, &named)]);
        let anything: Vec<&str> = std::iter::once("_").chain(columns.iter().map(|_| "_")).collect();
        writer.rule(at("N", &any, &[]), Suffix::Now, &[at("N", &message, &anything)]);
        writer.rule(at("N", &size, &["0"]), Suffix::Now, &[at("N", &everyone, &["_"]), no("N", &any, &[])]);
        sizes.push((size, format!("K{number}")));
    }
    let body: Vec<Said> = sizes.iter().map(|(size, column)| at("N", size, &[column])).collect();
    let sum = sizes.iter().map(|(_, column)| column.as_str()).collect::<Vec<_>>().join(" + ");
    writer.rule(at("N", &received, &[&sum]), Suffix::Now, &body);

    let leads = [at("F", &walk.first, &["F"]), at("F", &everyone, &["N"])];
    writer.rule(at("N", &ask, &["-1"]), Suffix::Async, &[leads[0].clone(), leads[1].clone(), no("F", &begun, &[])]);
    writer.rule(at("F", &begun, &[]), Suffix::Next, &[at("F", &walk.first, &["_"])]);
    writer.keep(&ask, &["T"]);
    writer.rule(
        at("F", &answer, &["T", "N", "K"]),
        Suffix::Async,
        &[
            at("N", &ask, &["T"]),
            at("N", &idle, &[]),
            at("N", &received, &["K"]),
            at("N", &walk.first, &["F"]),
            no("N", &answered, &["T"]),
        ],
    );
    writer.rule(at("N", &answered, &["T"]), Suffix::Next, &[at("N", &ask, &["T"]), at("N", &idle, &[])]);
    writer.keep(&answered, &["T"]);
    writer.keep(&answer, &["T", "X", "K"]);
    writer.rule(
        at("F", &tally, &["T", "X", "K"]),
        Suffix::Now,
        &[at("F", &walk.first, &["X"]), at("F", &answer, &["T", "X", "K"])],
    );
    writer.rule(
        at("F", &tally, &["T", "Y", "S + K"]),
        Suffix::Now,
        &[at("F", &tally, &["T", "X", "S"]), at("F", &walk.following, &["X", "Y"]), at("F", &answer, &["T", "Y", "K"])],
    );
    let more = [at("F", &tally, &["T", "X", "S"]), at("F", &walk.last, &["X"]), holds("S != T".to_string())];
    let mut body = more.to_vec();
    body.extend([at("F", &everyone, &["N"]), no("F", &asked, &["S"])]);
    writer.rule(at("N", &ask, &["S"]), Suffix::Async, &body);
    writer.rule(at("F", &asked, &["S"]), Suffix::Next, &more);
    writer.keep(&asked, &["S"]);
    let end = [at("F", &tally, &["T", "X", "T"]), at("F", &walk.last, &["X"])];
    let mut body = end.to_vec();
    body.extend([at("F", &everyone, &["N"]), no("F", &ended, &[])]);
    writer.rule(at("N", &over, &[]), Suffix::Async, &body);
    writer.rule(at("F", &ended, &[]), Suffix::Next, &end);
    writer.keep(&ended, &[]);
    writer.keep(&over, &[]);
}
