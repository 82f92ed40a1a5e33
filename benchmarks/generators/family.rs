//! Generators of larger instances of the corpus's protocols, and of programs with many rules.
//!
//! Each is written in the style of `benchmarks/programs`; the smallest sizes are the corpus's own instances up to the
//! names of nodes. `cargo run --release --example generate -- --help` lists them.

mod cart;
mod flooding;
mod gather;
mod layered;
mod order_recording;
mod paxos;
mod ring_election;
mod scatter;
mod store;
mod three_phase_commit;
mod token_ring;
mod two_phase_commit;

pub use two_phase_commit::Votes;

/// What nodes do with the one message that each gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Receiver {
    /// Keep it (confluent)
    Keep,
    /// Answer it if it is the first (confluent)
    Answer,
    /// Remember whether they took a step before (diffluent)
    Wait,
}

/// A family of programs with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Subcommand)]
pub enum Family {
    /// n one-shot messages to one node that records which it saw while which were missing (diffluent)
    OrderRecording {
        #[arg(long)]
        messages: usize,
    },
    /// One one-shot message to each of n nodes
    Scatter {
        #[arg(long)]
        nodes: usize,
        #[arg(long, value_enum, default_value = "keep")]
        receiver: Receiver,
    },
    /// n one-shot messages to one node that keeps them all (confluent)
    Gather {
        #[arg(long)]
        messages: usize,
    },
    /// k values that go round a ring of n nodes, each of which sends them again at every step (confluent)
    Flooding {
        #[arg(long)]
        nodes: usize,
        #[arg(long, default_value_t = 1)]
        values: usize,
    },
    /// Two-phase commit with n agents (confluent if all vote yes or one votes no)
    TwoPhaseCommit {
        #[arg(long)]
        agents: usize,
        #[arg(long, value_enum, default_value = "yes")]
        votes: Votes,
        /// Sends every message again at every step; all vote yes, and there is no abort
        #[arg(long, conflicts_with = "votes")]
        resend: bool,
    },
    /// Three-phase commit with n agents that all vote yes (confluent)
    ThreePhaseCommit {
        #[arg(long)]
        agents: usize,
    },
    /// Single-decree Paxos, one ballot a proposer (diffluent with more than one)
    Paxos {
        #[arg(long, default_value_t = 3)]
        acceptors: usize,
        #[arg(long)]
        proposers: usize,
    },
    /// Chang and Roberts' election on a ring of n nodes (confluent)
    RingElection {
        #[arg(long)]
        nodes: usize,
    },
    /// A key-value store with two replicas and n writers of one key; the highest stamp wins (confluent)
    Store {
        #[arg(long)]
        writers: usize,
        /// What comes last wins (diffluent)
        #[arg(long)]
        overwrite: bool,
    },
    /// A cart with n additions and one removal, ordered when the checkout's manifest is complete (confluent)
    Cart {
        #[arg(long)]
        additions: usize,
        /// Ordered when the checkout comes (diffluent)
        #[arg(long)]
        latched: bool,
    },
    /// A token that goes round a ring of n nodes for ever (confluent)
    TokenRing {
        #[arg(long)]
        nodes: usize,
    },
    /// About n rules: chains, joins, messages, persistence and strata of negation, for measuring classification
    Layered {
        #[arg(long)]
        rules: usize,
    },
}

impl Family {
    /// The text of the program.
    pub fn program(self) -> String {
        match self {
            Family::OrderRecording { messages } => order_recording::program(messages),
            Family::Scatter { nodes, receiver } => scatter::program(nodes, receiver),
            Family::Gather { messages } => gather::program(messages),
            Family::Flooding { nodes, values } => flooding::program(nodes, values),
            Family::TwoPhaseCommit { agents, votes, resend: false } => two_phase_commit::once(agents, votes),
            Family::TwoPhaseCommit { agents, resend: true, .. } => two_phase_commit::resend(agents),
            Family::ThreePhaseCommit { agents } => three_phase_commit::program(agents),
            Family::Paxos { acceptors, proposers } => paxos::program(acceptors, proposers),
            Family::RingElection { nodes } => ring_election::program(nodes),
            Family::Store { writers, overwrite: false } => store::highest_stamp(writers),
            Family::Store { writers, overwrite: true } => store::last_to_come(writers),
            Family::Cart { additions, latched: false } => cart::manifest(additions),
            Family::Cart { additions, latched: true } => cart::latched(additions),
            Family::TokenRing { nodes } => token_ring::program(nodes),
            Family::Layered { rules } => layered::program(rules),
        }
    }
}

/// `made(1)` to `made(n)`, with `between` between them.
fn list(n: usize, between: &str, made: impl Fn(usize) -> String) -> String {
    (1..=n).map(made).collect::<Vec<_>>().join(between)
}

/// One line for each of 1 to n.
fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    (1..=n).map(|i| line(i) + "\n").collect()
}
