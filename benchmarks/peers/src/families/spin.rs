//! Two-phase commit for SPIN: its verifier is generated, compiled and run.
//!
//! The model is `spin/two_phase_commit.pml`, with partial-order reduction as SPIN does it unless it is told otherwise. The time that a
//! row shows is the verifier's; generating and compiling it comes on top, and is a few seconds for any size.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde::de::Error as _;

use crate::compare::CompareError;
use crate::compare::contender::{Contender, Run};
use crate::compare::sample::Figures;

const MODEL: &str = include_str!("../../spin/two_phase_commit.pml");

/// What happens to the transaction, with its number in the model.
pub(super) const VOTES: [(&str, u8); 4] = [("all yes", 1), ("one no", 2), ("timeout", 3), ("either vote", 4)];

/// What SPIN's verifier says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verified {
    pub(super) figures: Figures,
    /// Whether all states were visited.
    pub(super) is_complete: bool,
}

/// What is missing for runs of SPIN, if something is.
pub(super) fn missing() -> Option<&'static str> {
    let is_there = |tool: &str, question: &str| {
        let silent = || Stdio::null();
        Command::new(tool).arg(question).stdin(silent()).stdout(silent()).stderr(silent()).status().is_ok()
    };
    [("spin", "-V"), ("cc", "--version")]
        .into_iter()
        .find(|&(tool, question)| !is_there(tool, question))
        .map(|(tool, _)| tool)
}

/// Verifies the model with so many agents.
pub(super) fn verify(agents: u8, votes: u8, folder: &Path) -> Result<Run<Verified>, CompareError> {
    std::fs::write(folder.join("model.pml"), MODEL).map_err(CompareError::TemporaryFile)?;
    let size = [format!("-DN={agents}"), format!("-DVOTES={votes}")];
    step(Command::new("spin").arg("-a").args(size).arg("model.pml"), "spin", folder)?;
    step(Command::new("cc").args(["-O2", "-DSAFETY", "-DMEMLIM=4096", "-o", "pan", "pan.c"]), "cc", folder)?;
    // Depth, and minutes.
    let arguments = ["-m1000000", "-Q2"].map(OsString::from).to_vec();
    Contender { name: "SPIN's verifier".to_owned(), program: folder.join("pan"), arguments, read }.run()
}

/// A step on the way to the verifier.
fn step(command: &mut Command, name: &str, folder: &Path) -> Result<(), CompareError> {
    let failed = |source| CompareError::Start { name: name.to_owned(), source };
    let Output { status, stdout, stderr } = command.current_dir(folder).output().map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(if stderr.is_empty() { &stdout } else { &stderr }).into_owned();
    Err(failed(io::Error::other(format!("it ended with {status}\n{said}"))))
}

/// Reads the verifier's report; one with an error, which would be a mistake of the model, is refused.
fn read(output: &[u8]) -> serde_json::Result<Verified> {
    let text = String::from_utf8_lossy(output);
    if !text.contains("errors: 0") {
        return Err(serde_json::Error::custom("it does not say that there are no errors"));
    }
    let number = |what: &str| {
        let line = text.lines().find(|line| line.contains(what));
        line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse::<f64>().ok())
    };
    let counted = |what: &str| {
        number(what)
            .map(|number| number as u64)
            .ok_or_else(|| serde_json::Error::custom(format!("it does not count {what}")))
    };
    let seconds =
        text.lines().find_map(|line| line.strip_prefix("pan: elapsed time ")?.split_whitespace().next()?.parse().ok());
    let figures = Figures {
        states: counted("states, stored")?,
        transitions: counted("transitions (=")?,
        seconds: seconds.unwrap_or_default(),
        peak_bytes: number("total actual memory usage").map(|megabytes| (megabytes * 1024.0 * 1024.0) as u64),
    };
    Ok(Verified { figures, is_complete: !text.contains("Search not completed") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "
State-vector 136 byte, depth reached 37, errors: 0
      893 states, stored
     1258 states, matched
 1.2e+03 transitions (= stored+matched)
     1017 atomic steps

    0.140\tequivalent memory usage for states (stored*(State-vector + overhead))
    2.000\ttotal actual memory usage

pan: elapsed time 1.5 seconds
";

    #[test]
    fn reports_are_read() {
        let verified = read(REPORT.as_bytes()).expect("the report is whole");
        let figures = Figures { states: 893, transitions: 1200, seconds: 1.5, peak_bytes: Some(2 << 20) };
        assert_eq!(verified, Verified { figures, is_complete: true });
        let cut = format!("Warning: Search not completed{REPORT}");
        assert!(!read(cut.as_bytes()).expect("the report is whole").is_complete);
    }

    #[test]
    fn reports_of_errors_are_refused() {
        assert!(read(REPORT.replace("errors: 0", "errors: 1").as_bytes()).is_err());
        assert!(read(REPORT.replace("states, stored", "").as_bytes()).is_err());
    }

    #[test]
    fn the_model_is_verified_where_spin_is_installed() {
        if let Some(tool) = missing() {
            println!("there is no `{tool}`: skipped");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        for (votes, states) in [(1, 38), (4, 893)] {
            let run = verify(3, votes, folder.path()).expect("it is verified");
            assert!(run.printed.is_complete);
            assert_eq!(run.printed.figures.states, states, "SPIN 6.5.2 counted so many");
        }
    }
}
