//! A program that takes part in a comparison.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::CompareError;
use super::sample::{Figures, Sample};

/// A command and how to read what it prints.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: String,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) read: fn(&[u8]) -> serde_json::Result<Figures>,
}

impl Contender {
    /// Runs it once. Its exit code does not matter, for Watershed's tells a verdict: its report does.
    pub(super) fn run(&self) -> Result<Sample, CompareError> {
        let start = Instant::now();
        let output = Command::new(&self.program)
            .args(&self.arguments)
            .output()
            .map_err(|source| CompareError::Start { name: self.name.clone(), source })?;
        let process_seconds = start.elapsed().as_secs_f64();
        let figures = (self.read)(&output.stdout).map_err(|reason| CompareError::Unreadable {
            name: self.name.clone(),
            reason,
            status: output.status,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })?;
        Ok(Sample::new(figures, process_seconds))
    }
}
