//! The command line of the measured program.

use clap::Parser;

use crate::explore::{Search, explore};
use crate::order_recording::{MAX_MESSAGES, OrderRecording, SelfLoops};
use crate::report::Report;

/// Explores order-recording with stateright and prints one line of JSON.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct OrderRecordingArgs {
    /// Number of messages
    #[arg(long, default_value_t = MAX_MESSAGES, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_MESSAGES)))]
    pub n: u8,
    /// Worker threads
    #[arg(long, default_value_t = 1, value_parser = positive)]
    pub threads: usize,
    /// Search strategy
    #[arg(long, value_enum, default_value_t = Search::Bfs)]
    pub search: Search,
    /// Let `next_state` answer None for steps that change nothing
    #[arg(long)]
    pub drop_self_loops: bool,
}

impl OrderRecordingArgs {
    /// Runs the exploration; `peak` tells the peak of live heap bytes afterwards, if it is counted.
    pub fn run(&self, peak: impl FnOnce() -> Option<usize>) -> Report {
        let self_loops = if self.drop_self_loops { SelfLoops::Dropped } else { SelfLoops::Counted };
        let model = OrderRecording::new(self.n, self_loops).expect("the command line admits legal sizes only");
        let run = explore(model, self.search, self.threads);
        Report::stateright(self.n, self.threads, self.search, self_loops, run, peak())
    }
}

/// Reads a number that is not zero.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}
