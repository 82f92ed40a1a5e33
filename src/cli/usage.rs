//! Command lines that clap refuses: its text on standard error, exit code 2, and the JSON object if one was asked for.

use super::console::{Color, Verbosity, write_stderr, write_stdout};
use super::options::Format;
use super::session::Session;
use super::{Exit, Meter};
use crate::diagnostic::{Diagnostic, codes};
use crate::report::json::DiagnosticObject;
use crate::source::SourceMap;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Prints help or version on standard output, anything else as a usage error.
pub fn explain(error: &clap::Error, arguments: &[OsString], meter: Meter) -> Exit {
    if let Some(planned) = planned(error) {
        let mut session = Session::new(Color::Auto, Verbosity::Normal, meter);
        let message = format!("the command `{planned}` is described but not built yet");
        session
            .report_placeless(&[Diagnostic::new(codes::USAGE, message).help("`watershed --help` lists what is there")]);
        return session.refuse(planned, Vec::new(), asked_format(arguments).unwrap_or(Format::Text));
    }
    let text = error.render();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let shown = if Color::Auto.on_stdout() { text.ansi().to_string() } else { text.to_string() };
        return if write_stdout(&shown).is_ok() { Exit::Yes } else { Exit::Wrong };
    }
    let shown = if Color::Auto.on_stderr() { text.ansi().to_string() } else { text.to_string() };
    write_stderr(&shown);
    let Some(format) = asked_format(arguments) else { return Exit::Wrong };
    let plain = text.to_string();
    let message = plain.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let diagnostic = Diagnostic::new(codes::USAGE, message);
    let mut session = Session::new(Color::Never, Verbosity::Normal, meter);
    session.diagnostics.push(DiagnosticObject::new(&SourceMap::new(), &diagnostic));
    let command = arguments.get(1).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    session.refuse(&command, Vec::new(), format)
}

/// The command of the interface that was asked for and is not there yet.
fn planned(error: &clap::Error) -> Option<&'static str> {
    const PLANNED: [&str; 2] = ["reclaim", "lsp"];
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(name)) => PLANNED.into_iter().find(|planned| planned == name),
        _ => None,
    }
}

/// The last `--format json` or `--format sarif` of a command line that could not be parsed.
fn asked_format(arguments: &[OsString]) -> Option<Format> {
    let named = |name: &str| match name {
        "json" => Some(Format::Json),
        "sarif" => Some(Format::Sarif),
        _ => None,
    };
    let mut asked = None;
    let mut before = false;
    for argument in arguments.iter().map(|argument| argument.to_string_lossy()) {
        if before {
            asked = named(&argument);
        } else if let Some(name) = argument.strip_prefix("--format=") {
            asked = named(name);
        }
        before = argument == "--format";
    }
    asked
}
