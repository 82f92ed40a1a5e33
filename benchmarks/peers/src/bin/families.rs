//! Explores each family of programs at some sizes, with reductions and without, and two protocols beside their peer, and
//! writes the tables into `benchmarks/README.md`.

#![forbid(unsafe_code)]

#[path = "../../../generators/family.rs"]
mod family;

use std::process::ExitCode;

use clap::Parser;
use family::{Family, Receiver, Votes};
use watershed_peers::families::{FamiliesArgs, Instance};
use watershed_peers::protocol::Protocol;

fn main() -> ExitCode {
    match FamiliesArgs::parse().run(&instances(), &rivals()) {
        Ok(tables) => {
            print!("{tables}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("families: {error}");
            ExitCode::from(2)
        }
    }
}

/// The programs of the first table, family by family.
fn instances() -> Vec<Instance> {
    let mut instances = Vec::new();
    let mut add = |name: &str, sizes: &[usize], family: &dyn Fn(usize) -> Family| {
        instances.extend(sizes.iter().map(|&size| instance(name, size, family(size))));
    };
    add("scatter to n nodes that keep it", &[5, 10, 40], &|nodes| scatter(nodes, Receiver::Keep));
    add("scatter to n nodes that answer once", &[5, 10, 40], &|nodes| scatter(nodes, Receiver::Answer));
    add("scatter to n nodes that may wait", &[5, 10, 40], &|nodes| scatter(nodes, Receiver::Wait));
    add("gather n messages", &[5, 10, 40], &|messages| Family::Gather { messages });
    add("flooding, n nodes, 1 value, resent", &[2, 3, 10], &|nodes| Family::Flooding { nodes, values: 1 });
    add("flooding, n nodes, 3 values, resent", &[2, 3, 10], &|nodes| Family::Flooding { nodes, values: 3 });
    add("2PC, n agents, all yes", &[3, 5, 7, 9], &|agents| commit(agents, Votes::Yes));
    add("2PC, n agents, one no", &[3, 5, 7, 9], &|agents| commit(agents, Votes::OneNo));
    add("2PC, n agents, timeout", &[3, 5, 7, 9], &|agents| commit(agents, Votes::Timeout));
    add("2PC, n agents, either vote", &[3, 5, 7, 9], &|agents| commit(agents, Votes::Either));
    add("2PC, n agents, resent", &[1, 2, 3, 9], &resent);
    add("3PC, n agents", &[3, 5, 7, 9], &|agents| Family::ThreePhaseCommit { agents });
    add("Paxos, 3 acceptors, n proposers", &[1, 2, 3], &|proposers| Family::Paxos { acceptors: 3, proposers });
    add("Paxos, 5 acceptors, n proposers", &[1], &|proposers| Family::Paxos { acceptors: 5, proposers });
    add("ring election, n nodes", &[3, 5, 8, 20], &|nodes| Family::RingElection { nodes });
    add("KVS, n writers, highest stamp", &[2, 4, 8], &|writers| Family::Store { writers, overwrite: false });
    add("KVS, n writers, last to come", &[2, 3, 4, 5], &|writers| Family::Store { writers, overwrite: true });
    add("cart, n additions, manifest", &[2, 5, 8], &|additions| Family::Cart { additions, latched: false });
    add("cart, n additions, latched", &[2, 5, 8], &|additions| Family::Cart { additions, latched: true });
    add("order-recording, n messages", &[3, 5, 7], &|messages| Family::OrderRecording { messages });
    add("token ring, n nodes", &[3, 5, 8], &|nodes| Family::TokenRing { nodes });
    instances
}

/// The programs that are set beside the peer's protocols.
fn rivals() -> Vec<(Vec<Instance>, Protocol)> {
    let mut rivals = Vec::new();
    for managers in [3, 5, 7, 9] {
        let agents = usize::from(managers);
        let ours = vec![
            instance("2PC, n agents, all yes", agents, commit(agents, Votes::Yes)),
            instance("2PC, n agents, all yes, resent", agents, resent(agents)),
            instance("2PC, n agents, one no", agents, commit(agents, Votes::OneNo)),
            instance("2PC, n agents, timeout", agents, commit(agents, Votes::Timeout)),
            instance("2PC, n agents, either vote", agents, commit(agents, Votes::Either)),
        ];
        rivals.push((ours, Protocol::TwoPhaseCommit { managers }));
    }
    for proposers in [2, 3] {
        let number = usize::from(proposers);
        let family = Family::Paxos { acceptors: 3, proposers: number };
        rivals.push((vec![instance("Paxos, 3 acceptors, n proposers", number, family)], Protocol::Paxos { proposers }));
    }
    rivals
}

fn instance(name: &str, size: usize, family: Family) -> Instance {
    Instance { name: name.to_owned(), size, text: family.program() }
}

fn scatter(nodes: usize, receiver: Receiver) -> Family {
    Family::Scatter { nodes, receiver }
}

fn commit(agents: usize, votes: Votes) -> Family {
    Family::TwoPhaseCommit { agents, votes, resend: false }
}

fn resent(agents: usize) -> Family {
    Family::TwoPhaseCommit { agents, votes: Votes::Yes, resend: true }
}
