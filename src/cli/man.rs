//! `man`: the manual page of the tool or of one of its commands, made from the same definitions as `--help`.

use super::Exit;
use super::session::Session;
use crate::diagnostic::{Diagnostic, codes};
use clap::Args;
use clap_mangen::Man;

/// `man`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "For example: watershed man check | man -l -")]
pub struct Arguments {
    /// The command; the tool itself if none is given
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Runs `man`.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let mut tool = super::command();
    tool.build();
    let command = match &arguments.command {
        None => tool,
        Some(name) => match tool.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                session.report_placeless(&[unknown(&tool, name)]);
                return Exit::Wrong;
            }
        },
    };
    let mut page = Vec::new();
    Man::new(command).render(&mut page).expect("writing to memory does not fail");
    session.print(&String::from_utf8_lossy(&page), Exit::Yes)
}

fn unknown(tool: &clap::Command, name: &str) -> Diagnostic {
    let shown: String = name.chars().take(40).collect();
    let names: Vec<&str> = tool.get_subcommands().map(clap::Command::get_name).collect();
    Diagnostic::new(codes::USAGE, format!("expected the name of a command, found `{shown}`"))
        .help(format!("the commands are {}", names.join(", ")))
}
