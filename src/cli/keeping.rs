//! `--checkpoint`: an answer that is interrupted and gone on with.

use super::options::seconds;
use super::session::Loaded;
use crate::budget::Bound;
use crate::checkpoint::Checkpoints;
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::check::Options;
use crate::pipeline::{Answer, Cut};
use std::path::PathBuf;
use std::time::Duration;

/// Where and how often a search is kept.
#[derive(Debug, Clone, clap::Args)]
pub struct KeepingOptions {
    /// Keep the search in this file, and go on from there when asked the same again; removed when the search is finished
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Seconds between two checkpoints; more where writing them takes more than a tenth of the time [default: 30]
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    checkpoint_every: Option<String>,
}

/// What is lost at most, if writing is fast.
const EVERY: Duration = Duration::from_secs(30);

impl KeepingOptions {
    /// Whether the search is to be kept.
    pub fn is_asked(&self) -> bool {
        self.checkpoint.is_some()
    }

    /// The checkpoints of an answer, if they are asked for.
    ///
    /// # Errors
    /// If there is a file that cannot be gone on from, or a time that cannot be read.
    pub fn open(
        &self,
        command: &str,
        loaded: &Loaded,
        options: &Options,
        max_facts: usize,
        is_shared: bool,
    ) -> Result<Option<Checkpoints>, Box<Diagnostic>> {
        let mut wrong = Vec::new();
        let every = seconds("--checkpoint-every", &self.checkpoint_every, &mut wrong).unwrap_or(EVERY);
        if let Some(wrong) = wrong.pop() {
            return Err(Box::new(wrong));
        }
        let Some(path) = &self.checkpoint else { return Ok(None) };
        let refused = |why: String| Diagnostic::new(codes::CHECKPOINT_REFUSED, why);
        if is_shared {
            return Err(Box::new(refused(
                "searches that are shared among workers or processes are not kept".to_string(),
            )));
        }
        // Limits may be raised before going on; what a local step may derive is a part of what is searched.
        let question = [command, &format!("{options:?} {max_facts}"), &format!("{:?}", loaded.program)];
        let opened = Checkpoints::open(path, &question, every);
        opened.map(Some).map_err(|why| {
            let help = "name another file, or remove this one to begin anew";
            Box::new(refused(format!("`{}` cannot be gone on from: {why}", path.display())).help(help))
        })
    }

    /// Removes the file, unless an outside bound ended the search, so that it can go on. Gives a warning if it could not be written.
    ///
    /// # Errors
    /// If a search could not be gone on with.
    pub fn close(
        &self,
        checkpoints: &Checkpoints,
        answer: Option<&Answer>,
    ) -> Result<Option<Diagnostic>, Box<Diagnostic>> {
        let goes_on = answer.is_some_and(|answer| {
            matches!(
                answer.findings.cut,
                Some(Cut::Bound(Bound::States | Bound::Transitions | Bound::Memory | Bound::Time | Bound::Interrupt))
            )
        });
        let name = self.checkpoint.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        if let Some(why) = checkpoints.gave_up() {
            let message = format!("`{name}` cannot be gone on from: {why}");
            return Err(Box::new(Diagnostic::new(codes::CHECKPOINT_REFUSED, message)));
        }
        if !goes_on {
            checkpoints.remove();
        }
        let warn = |why| {
            Diagnostic::new(codes::CHECKPOINT_NOT_WRITTEN, format!("`{name}` cannot be written: {why}"))
                .help("the answer does not depend on it, but if it is interrupted it begins anew or from an older one")
        };
        Ok(checkpoints.unwritten().map(warn))
    }
}
