//! `watershed flow`: labels of a component graph, and where it lacks coordination.

use super::options::GraphFormat as Format;
use super::{Exit, console::Verbosity, session::Session};
use crate::flow::{Read, analyse, dot::to_dot, read};
use crate::pipeline::Figures;
use crate::report::json::FlowObject;
use crate::report::{sarif, text};
use crate::syntax::load::Input;
use std::ffi::OsString;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The description of the components in YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    file: OsString,
    /// The form of the answer; `dot` draws the graph
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Labels.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let input = Input::from_argument(&arguments.file);
    let name = match &input {
        Input::Stdin => "<stdin>".to_string(),
        _ => arguments.file.to_string_lossy().into_owned(),
    };
    let names = vec![name];
    let Read { sources, graph, diagnostics } = read(&input);
    session.report(&sources, &diagnostics);
    let Some(graph) = graph else {
        return session.refuse("flow", names, arguments.format.plain());
    };
    let answer = analyse(&graph);
    let exit = if answer.labelling.is_anomalous() { Exit::No } else { Exit::Yes };
    match arguments.format {
        Format::Json => {
            let statistics = session.statistics(&Figures::default());
            let diagnostics = session.diagnostics.clone();
            let object = FlowObject::new(&graph, &sources, names, &answer, diagnostics, statistics);
            session.print_json(&object, exit)
        }
        Format::Sarif => {
            let findings = sarif::of_flow(&graph, &sources, &answer);
            session.print_json(&sarif::log(&session.diagnostics, findings), exit)
        }
        Format::Dot => session.print(&to_dot(&graph, &answer.labelling), exit),
        Format::Text if session.verbosity == Verbosity::Quiet => {
            session.print(&text::flow::headline(&graph, &answer, session.style()), exit)
        }
        Format::Text => session.print(&text::flow::answer(&graph, &sources, &answer, session.style()), exit),
    }
}
