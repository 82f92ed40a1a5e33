//! A program that takes part in a comparison.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use super::CompareError;

/// A command and how to read what it prints.
#[derive(Debug)]
pub(crate) struct Contender<T> {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) read: fn(&[u8]) -> serde_json::Result<T>,
}

/// One run of it.
#[derive(Debug, Clone)]
pub(crate) struct Run<T> {
    /// What it printed.
    pub(crate) printed: T,
    /// The time from start to end of the process, by this program's clock.
    pub(crate) process_seconds: f64,
    /// The processor time of the process.
    pub(crate) processor_seconds: f64,
}

impl<T> Contender<T> {
    /// Runs it once. Its exit code does not matter, for Watershed's tells a verdict: its report does.
    pub(crate) fn run(&self) -> Result<Run<T>, CompareError> {
        let used = processor_seconds_of_children();
        let start = Instant::now();
        let output = Command::new(&self.program)
            .args(&self.arguments)
            .output()
            .map_err(|source| CompareError::Start { name: self.name.clone(), source })?;
        let process_seconds = start.elapsed().as_secs_f64();
        let processor_seconds = processor_seconds_of_children() - used;
        let printed = (self.read)(&output.stdout).map_err(|reason| CompareError::Unreadable {
            name: self.name.clone(),
            reason,
            status: output.status,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })?;
        Ok(Run { printed, process_seconds, processor_seconds })
    }
}

/// The processor time of all processes that this one has started and that have ended: it runs one at a time.
fn processor_seconds_of_children() -> f64 {
    getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_or(f64::NAN, |usage| (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6)
}
