//! `watershed export`: the program for other solvers and tools, on standard output.

use super::Exit;
use super::options::{Format, ProgramOptions};
use super::session::{Session, no_nodes};
use crate::analysis::dot::to_dot;
use crate::diagnostic::{Diagnostic, codes};
use crate::export::asp::{THEORY, to_asp};
use clap::ValueEnum;

/// Its arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "For example: watershed export --to asp marriage.ded > marriage.lp; \
    clingo marriage.lp -c horizon=4 --project=show -n 0")]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    /// The language to write
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    to: Language,
}

/// `--to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Answer-set rules: each answer set is a run up to a horizon
    Asp,
    /// The dependency graph, for Graphviz
    Dot,
}

/// Writes.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let names = arguments.program.names();
    let Some(loaded) = session.load(&arguments.program) else {
        return session.refuse("export", names, Format::Text);
    };
    match arguments.to {
        Language::Dot => session.print(&to_dot(&loaded.program, &loaded.analysis.dependencies), Exit::Yes),
        Language::Asp => {
            if loaded.program.nodes.is_empty() {
                session.report_placeless(&[no_nodes()]);
                return session.refuse("export", names, Format::Text);
            }
            match to_asp(&loaded.program) {
                Ok(rules) => session.print(&format!("{THEORY}\n% {}\n\n{rules}", names.join(", ")), Exit::Yes),
                Err(why) => {
                    let help = "`explore` answers for the program as it is";
                    session.report_placeless(&[Diagnostic::new(codes::NOT_EXPORTED, why.to_string()).help(help)]);
                    session.refuse("export", names, Format::Text)
                }
            }
        }
    }
}
