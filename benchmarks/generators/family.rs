//! Generators of larger instances of the corpus's protocols, and of programs with many rules.
//!
//! Each is written in the style of `benchmarks/programs`; the smallest sizes are the corpus's own instances up to the
//! names of nodes. `cargo run --release --example generate -- --help` lists them.

mod fan_out;
mod gossip;
mod layered;
mod monotone;
mod order_recording;
mod ring_election;
mod store;
mod token_ring;
mod two_phase_commit;

/// A family of programs with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Subcommand)]
pub enum Family {
    /// n one-shot messages to one node that records which it saw while which were missing (diffluent)
    OrderRecording {
        #[arg(long)]
        messages: usize,
    },
    /// One one-shot message to each of n nodes (confluent)
    FanOut {
        #[arg(long)]
        nodes: usize,
    },
    /// n one-shot messages to one node that keeps them all (confluent)
    Monotone {
        #[arg(long)]
        messages: usize,
    },
    /// A value that goes round a ring of n nodes, each of which sends it again at every step (confluent)
    Gossip {
        #[arg(long)]
        nodes: usize,
    },
    /// Two-phase commit with n agents that all vote yes (confluent)
    TwoPhaseCommit {
        #[arg(long)]
        agents: usize,
        /// Sends every message again at every step; without abort
        #[arg(long)]
        resend: bool,
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
            Family::FanOut { nodes } => fan_out::program(nodes),
            Family::Monotone { messages } => monotone::program(messages),
            Family::Gossip { nodes } => gossip::program(nodes),
            Family::TwoPhaseCommit { agents, resend: false } => two_phase_commit::once(agents),
            Family::TwoPhaseCommit { agents, resend: true } => two_phase_commit::resend(agents),
            Family::RingElection { nodes } => ring_election::program(nodes),
            Family::Store { writers, overwrite: false } => store::highest_stamp(writers),
            Family::Store { writers, overwrite: true } => store::last_to_come(writers),
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
