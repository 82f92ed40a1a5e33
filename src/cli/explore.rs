//! `watershed explore`: all ultimate models of this instance, by exploring only.

use super::check::{QuestionOptions, ask};
use super::options::ProgramOptions;
use super::{Exit, session::Session};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    #[command(flatten)]
    question: QuestionOptions,
    /// Accepted for scripts; exploring asks no theorems
    #[arg(long)]
    no_theorems: bool,
}

/// Explores.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    // Exploring asks no theorems, with the option or without.
    let _ = arguments.no_theorems;
    ask("explore", &arguments.program, &arguments.question, false, session)
}
