//! `watershed classify`: the sublanguage, and what keeps the program out of a smaller one.

use super::options::ProgramOptions;
use super::{Exit, console::Verbosity, options, session::Session};
use crate::analysis::dot::to_dot;
use crate::pipeline::Figures;
use crate::report::json::{self, ClassificationObject};
use crate::report::{sarif, text::classification};
use clap::ValueEnum;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    /// The form of the answer; `dot` draws the dependency graph
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One object on standard output.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// The dependency graph for Graphviz.
    Dot,
}

/// Classifies.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let names = arguments.program.names();
    let Some(loaded) = session.load(&arguments.program) else {
        let format = match arguments.format {
            Format::Json => options::Format::Json,
            Format::Sarif => options::Format::Sarif,
            Format::Text | Format::Dot => options::Format::Text,
        };
        return session.refuse("classify", names, format);
    };
    let (program, sources, analysis) = (&loaded.program, &loaded.sources, &loaded.analysis);
    match arguments.format {
        Format::Dot => session.print(&to_dot(program, &analysis.dependencies), Exit::Yes),
        Format::Sarif => {
            let findings = sarif::of_reasons(json::reasons(program, sources, analysis));
            session.print_json(&sarif::log(&session.diagnostics, findings), Exit::Yes)
        }
        Format::Json => {
            let statistics = session.statistics(&Figures::default());
            let diagnostics = session.diagnostics.clone();
            let object = ClassificationObject::new(names, program, sources, analysis, diagnostics, statistics);
            session.print_json(&object, Exit::Yes)
        }
        Format::Text if session.verbosity == Verbosity::Quiet => {
            let line = classification::headline(analysis.classification.class, session.style());
            session.print(&format!("{line}\n"), Exit::Yes)
        }
        Format::Text => session.print(&classification::answer(program, sources, analysis, session.style()), Exit::Yes),
    }
}
