//! The progress of a long search, on standard error when that is a terminal.

use crate::explore::Progress;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// A line that follows a search; gone when dropped.
#[derive(Debug)]
pub struct Watch {
    bar: ProgressBar,
    shown: Instant,
}

/// Between two updates.
const PAUSE: Duration = Duration::from_millis(200);

impl Watch {
    /// Shows nothing if `visible` is false or standard error is no terminal, and nothing for searches that end at once.
    pub fn new(visible: bool) -> Self {
        let bar = ProgressBar::with_draw_target(
            None,
            if visible { ProgressDrawTarget::stderr_with_hz(5) } else { ProgressDrawTarget::hidden() },
        );
        bar.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("a template without mistakes"));
        Watch { bar, shown: Instant::now() }
    }

    /// How far the search is now.
    pub fn update(&mut self, progress: Progress) {
        if self.bar.is_hidden() || self.shown.elapsed() < PAUSE {
            return;
        }
        self.shown = Instant::now();
        let outlook = progress
            .share
            .map_or_else(String::new, |share| format!(", about {:.0} % by how levels shrink", 100.0 * share));
        self.bar.set_message(format!(
            "{} states, {} not yet expanded, {} transitions{outlook}",
            HumanCount(progress.states as u64),
            HumanCount((progress.states - progress.expanded) as u64),
            HumanCount(progress.transitions as u64)
        ));
        self.bar.tick();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
