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
}

/// Explores.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    ask("explore", &arguments.program, &arguments.question, false, session)
}
