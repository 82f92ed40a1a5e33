//! What can go wrong in a comparison.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why there is no comparison, or not one to trust.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// Watershed's binary is not there.
    #[error(
        "there is no watershed binary at {}\nbuild it with `cargo build --release` in Watershed's root, or name another with --watershed PATH",
        .0.display()
    )]
    NoWatershed(PathBuf),
    /// The peer's binary is not there.
    #[error(
        "there is no peer binary at {}\nbuild it with `cargo build --release` in benchmarks/peers, or name another with --peer PATH",
        .0.display()
    )]
    NoPeer(PathBuf),
    /// The path of this program is not known, so neither is the peer's.
    #[error("this program's own path is not known: {0}")]
    OwnPath(#[source] io::Error),
    /// The Dedalus program could not be written.
    #[error("the Dedalus program cannot be written to a temporary folder: {0}")]
    TemporaryFile(#[source] io::Error),
    /// The page for the tables cannot be read or written, or has no place for one.
    #[error("{} cannot be brought up to date: {source}", .path.display())]
    Page {
        /// The page.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A contender did not start.
    #[error("{name} does not start: {source}")]
    Start {
        /// The contender.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A contender printed something else than its report.
    #[error("{name} printed no report that can be read ({reason}); it ended with {status}\n{stderr}")]
    Unreadable {
        /// The contender.
        name: String,
        /// What is wrong with what it printed.
        reason: serde_json::Error,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it said.
        stderr: String,
    },
    /// The contenders did not find as much garbage.
    #[error("the runs do not find the same garbage: {0:?} objects")]
    Garbage(Vec<usize>),
    /// The runs were made, but not of the same state space.
    #[error("{table}\nthe figures above do not count:{}", list(.disagreements))]
    Disagree {
        /// The table all the same.
        table: String,
        /// Which counts are wrong.
        disagreements: Vec<Disagreement>,
    },
}

/// A run with other counts than the closed formulas give; each pair is (states, transitions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The contender.
    pub name: String,
    /// What it counted.
    pub counted: (u64, u64),
    /// What is right.
    pub expected: (u64, u64),
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, transitions) = self.counted;
        let (right_states, right_transitions) = self.expected;
        write!(
            f,
            "{} counted {states} states and {transitions} transitions, not {right_states} and {right_transitions}",
            self.name
        )
    }
}

fn list(disagreements: &[Disagreement]) -> String {
    disagreements.iter().map(|disagreement| format!("\n  {disagreement}")).collect()
}
