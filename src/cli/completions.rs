//! `completions`: what a shell needs to complete this command line.

use super::Exit;
use super::session::Session;
use clap::Args;
use clap_complete::{Shell, generate};

/// `completions`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "For example: watershed completions bash > ~/.local/share/bash-completion/completions/watershed"
)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Runs `completions`.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let mut script = Vec::new();
    generate(arguments.shell, &mut super::command(), "watershed", &mut script);
    session.print(&String::from_utf8_lossy(&script), Exit::Yes)
}
