//! `watershed equiv P… -- Q…`: whether two programs have the same ultimate models on their instances.

use super::options::{Format, FormatOptions, LimitOptions, ProgramOptions, ReadingOptions};
use super::progress::Watch;
use super::session::Session;
use super::{Exit, console::Verbosity};
use crate::budget::Bound;
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::Figures;
use crate::pipeline::equiv::{Compared, Comparison, Side, align, compare};
use crate::report::json::EquivObject;
use crate::report::style::Tone;
use crate::report::{advice, sarif, text};
use std::ffi::OsString;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files of the first program; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    first: Vec<OsString>,
    /// Files of the second program, after `--`
    #[arg(required = true, last = true, value_name = "OTHER")]
    second: Vec<OsString>,
    #[command(flatten)]
    reading: ReadingOptions,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    limits: LimitOptions,
}

/// Compares.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.format.format;
    let options = [&arguments.first, &arguments.second]
        .map(|files| ProgramOptions { files: files.clone(), reading: arguments.reading.clone() });
    let files = [options[0].names(), options[1].names()];
    let all: Vec<String> = files.iter().flatten().cloned().collect();
    let limits = match arguments.limits.limits() {
        Ok(limits) => limits,
        Err(wrong) => {
            session.report_placeless(&wrong);
            return session.refuse("equiv", all, format);
        }
    };
    session.listen_to_signals();
    let [first, second] = [0, 1].map(|side: usize| session.load_instance(&options[side]));
    let (Some(first), Some(second)) = (first, second) else { return session.refuse("equiv", all, format) };
    let sources = [first.sources.clone(), second.sources.clone()];
    let mut sides = [first, second].map(|loaded| Side { program: loaded.program, analysis: loaded.analysis });
    if let Err(why) = align(&mut sides) {
        let finding = Diagnostic::new(codes::NOT_COMPARABLE, format!("the programs cannot be compared: {why}"))
            .help("name the relations to compare: `--output r,s`");
        session.report_placeless(&[finding]);
        return session.refuse("equiv", all, format);
    }
    let budget = limits.budget(session);
    let mut watch = Watch::new(session.verbosity > Verbosity::Quiet);
    let compared = compare(&sides, &budget, limits.instance(), &mut |progress| watch.update(progress));
    drop(watch);
    let compared = match compared {
        Ok(compared) => compared,
        Err((side, fault)) => {
            let finding = super::check::fault_diagnostic(&sides[side].program, &fault);
            session.report(&sources[side], &[finding]);
            return session.refuse("equiv", all, format);
        }
    };
    let exit = match &compared.comparison {
        Comparison::Same => Exit::Yes,
        Comparison::Different(_) => Exit::No,
        Comparison::Open(Bound::Interrupt) => Exit::Interrupted,
        Comparison::Open(_) => Exit::Inconclusive,
    };
    let mut figures = Figures::default();
    compared.figures.iter().for_each(|one| figures.add(one));
    let statistics = session.statistics(&figures);
    match format {
        Format::Json => {
            let diagnostics = session.diagnostics.clone();
            session.print_json(&EquivObject::new(files, &sides, &compared, diagnostics, statistics), exit)
        }
        Format::Sarif => {
            let stopped = match compared.comparison {
                Comparison::Open(bound) => vec![sarif::of_bound(bound)],
                _ => Vec::new(),
            };
            session.print_json(&sarif::log(&session.diagnostics, stopped), exit)
        }
        Format::Text => {
            let page = page(&options, &files, &sides, &compared, session);
            session.print(&page, exit)
        }
    }
}

fn page(
    options: &[ProgramOptions; 2],
    files: &[Vec<String>; 2],
    sides: &[Side; 2],
    compared: &Compared,
    session: &Session,
) -> String {
    let style = session.style();
    let counted = |side: usize| text::counted(compared.models[side] as u64, "ultimate model");
    let outputs: Vec<&str> =
        (sides[0].program.outputs.iter()).map(|&output| sides[0].program.relation(output).name.as_str()).collect();
    let outputs = outputs.join(", ");
    match &compared.comparison {
        Comparison::Same => {
            let same = style.paint(Tone::Good, "same");
            format!("{same}: both programs have the same {} of {outputs} on this instance\n", counted(0))
        }
        Comparison::Open(bound) => {
            let open = style.paint(Tone::Open, "inconclusive");
            format!("{open}: no answer, because {}\n", advice::meaning(*bound))
        }
        Comparison::Different(difference) => {
            let different = style.paint(Tone::Bad, "different");
            let (own, other) = (files[difference.side].join(" "), files[1 - difference.side].join(" "));
            let headline = format!("{different}: a fair run of {own} ends as none of {other} does\n");
            if session.verbosity == Verbosity::Quiet {
                return headline;
            }
            let program = &sides[difference.side].program;
            let title = format!("A run of {own}");
            let records = &difference.run.records;
            let picture = text::runs::picture(program, &title, records, difference.run.stem, None, style);
            let words = options[difference.side].shell_words();
            let schedule = text::runs::schedule(&words, &difference.schedule.show(program), style);
            let verbose = session.verbosity == Verbosity::Verbose;
            let model = text::runs::ultimate_model(program, &difference.model, verbose, style);
            let numbers = format!("{} of the first program, {} of the second", counted(0), counted(1));
            format!("{headline}\n{picture}{schedule}\n{model}\n{numbers}, of {outputs}\n")
        }
    }
}
