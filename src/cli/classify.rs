//! `watershed classify`: the sublanguage, and what keeps the program out of a smaller one.

use super::options::{GraphFormat as Format, ProgramOptions};
use super::session::{Input, Loaded, Session};
use super::{Exit, console::Verbosity};
use crate::analysis::dot::to_dot;
use crate::pipeline::Figures;
use crate::report::json::{self, ClassificationObject};
use crate::report::{sarif, text::classification};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    /// The form of the answer; `dot` draws the dependency graph
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Classifies.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let names = arguments.program.names();
    let loaded = match session.load_open(&arguments.program) {
        Some(Input::Closed(loaded)) => *loaded,
        // The class does not depend on values.
        Some(Input::Open(open, sources)) => Loaded { sources, program: open.program, analysis: open.analysis },
        None => return session.refuse("classify", names, arguments.format.plain()),
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
