//! `watershed flow`: labels of a component graph, and where it lacks coordination.

use super::check::fault_diagnostic;
use super::options::{GraphFormat as Format, LimitOptions};
use super::progress::Watch;
use super::{Exit, console::Verbosity, session::Session};
use crate::budget::{Bound, Budget};
use crate::flow::dot::to_dot;
use crate::pipeline::check::{ENOUGH, Options};
use crate::pipeline::flow::{Described, Read, Verdict, examine, read};
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
    #[command(flatten)]
    limits: LimitOptions,
}

/// Most transitions explored for one stream, where nobody sets a limit.
const TRANSITIONS: usize = 1 << 21;

/// Labels.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let input = Input::from_argument(&arguments.file);
    let name = match &input {
        Input::Stdin => "<stdin>".to_string(),
        _ => arguments.file.to_string_lossy().into_owned(),
    };
    let names = vec![name];
    let limits = match arguments.limits.limits() {
        Ok(limits) => limits,
        Err(wrong) => {
            session.report_placeless(&wrong);
            return session.refuse("flow", names, arguments.format.plain());
        }
    };
    let Read { sources, described, diagnostics } = read(&input);
    session.report(&sources, &diagnostics);
    let Some(described) = described else {
        return session.refuse("flow", names, arguments.format.plain());
    };
    session.listen_to_signals();
    let mut budget = limits.budget(session);
    if !limits.is_bounded() {
        budget = Budget { max_transitions: TRANSITIONS, ..budget };
    }
    let options = Options { instance: limits.instance(), enough: Some(ENOUGH), ..Options::default() };
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let examined = examine(&described, &budget, options, &mut |progress| watch.update(progress));
    drop(watch);
    let examined = match (examined, &described) {
        (Ok(examined), _) => examined,
        (Err(fault), Described::Derived(white)) => {
            session.report(&sources, &[fault_diagnostic(&white.program, &fault)]);
            return session.refuse("flow", names, arguments.format.plain());
        }
        (Err(_), Described::Annotated(_)) => unreachable!("internal error: a rule errs where there are no rules"),
    };
    let (graph, answer) = (described.graph(), &examined.answer);
    session.report(&sources, &examined.warnings(graph));
    let exit = match examined.verdict() {
        Verdict::NoAnomaly => Exit::Yes,
        Verdict::Anomaly => Exit::No,
        Verdict::Inconclusive(Bound::Interrupt) => Exit::Interrupted,
        Verdict::Inconclusive(_) => Exit::Inconclusive,
    };
    match arguments.format {
        Format::Json => {
            let statistics = session.statistics(&examined.figures);
            let diagnostics = session.diagnostics.clone();
            let object = FlowObject::new((&described, &examined), &sources, names, diagnostics, statistics);
            session.print_json(&object, exit)
        }
        Format::Sarif => {
            let findings = sarif::of_flow(&described, &sources, &examined);
            session.print_json(&sarif::log(&session.diagnostics, findings), exit)
        }
        Format::Dot => session.print(&to_dot(graph, &answer.labelling), exit),
        Format::Text if session.verbosity == Verbosity::Quiet => {
            session.print(&text::flow::headline(graph, &examined, session.style()), exit)
        }
        Format::Text => {
            let how = (session.style(), session.verbosity == Verbosity::Verbose);
            session.print(&text::flow::answer(&described, &sources, &examined, how), exit)
        }
    }
}
