//! Published verdicts and figures set beside what this executable answers (interface, `reproduce`).
//!
//! An *artifact* is a folder with a `published.toml`: what a paper states, row by row, each with the command that answers the same question here.
//! [`artifact`] reads it, [`rows`] runs the commands, each in a process of its own, and [`judge`] compares. Nothing of what is found is taken from the artifact: a
//! row agrees only if a value that was just computed equals the one that is printed in the paper.

pub mod artifact;
pub mod judge;
pub mod rows;

pub use artifact::{Artifact, Chart, Figure, Kind, Row, Source, find, read};
pub use judge::{Judged, Status};
pub use rows::{Executable, Run, run_figure, run_rows};

/// What is said of several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Each row agrees, or stands in the errata with its witness, or is pinned and as pinned.
    Agree,
    /// Some row is not yet answered here; all others agree.
    NotYet,
    /// Some row disagrees.
    Disagree,
}

impl Verdict {
    /// The verdict on rows with these statuses: what disagrees outweighs what is missing.
    pub fn of(statuses: impl IntoIterator<Item = Status>) -> Verdict {
        statuses.into_iter().fold(Verdict::Agree, |verdict, status| match (verdict, status) {
            (Verdict::Disagree, _) | (_, Status::Disagree) => Verdict::Disagree,
            (Verdict::NotYet, _) | (_, Status::NotYet) => Verdict::NotYet,
            _ => Verdict::Agree,
        })
    }

    /// `agree`, `not-yet` or `disagree`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Agree => "agree",
            Verdict::NotYet => "not-yet",
            Verdict::Disagree => "disagree",
        }
    }
}
