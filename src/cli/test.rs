//! `watershed test`: programs that carry their own expectations.
//!
//! Each file is a program of its own, except that what it includes belongs to it. Directories are searched for `*.ded`.

pub mod examine;
pub mod expectation;
pub mod faults;

use super::list;
use super::options::{Format, FormatOptions, LimitOptions};
use super::session::Session;
use super::{Exit, console::Verbosity};
use crate::budget::Bound;
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::Figures;
use crate::report::json::{FailureObject, PlaceObject, SCHEMA, TestObject, TestedProgram};
use crate::report::sarif;
use crate::report::style::{Style, Tone};
use examine::{Examined, examine};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Programs, each by itself, and directories that are searched for `*.ded`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<OsString>,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    limits: LimitOptions,
    /// Do not answer from theorems
    #[arg(long)]
    no_theorems: bool,
}

/// Tests.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = arguments.format.format;
    let names: Vec<String> = arguments.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let limits = match arguments.limits.limits() {
        Ok(limits) => limits,
        Err(wrong) => {
            session.report_placeless(&wrong);
            return session.refuse("test", names, format);
        }
    };
    session.listen_to_signals();
    let files = match programs(&arguments.files) {
        Ok(files) => files,
        Err(finding) => {
            session.report_placeless(&[*finding]);
            return session.refuse("test", names, format);
        }
    };
    let mut tested = Vec::new();
    let (mut figures, mut broken) = (Figures::default(), false);
    for file in &files {
        let budget = limits.budget(session);
        let examined = examine(file, &budget, limits.instance(), !arguments.no_theorems);
        broken |= !examined.broken.is_empty();
        session.report(&examined.sources, &examined.broken);
        figures.states += examined.figures.map_or(0, |figures| figures.states);
        figures.transitions += examined.figures.map_or(0, |figures| figures.transitions);
        figures.local_steps += examined.figures.map_or(0, |figures| figures.local_steps);
        let interrupted = examined.bound == Some(Bound::Interrupt);
        tested.push(object(&examined));
        if interrupted {
            return conclude(names, &tested, &figures, format, Some(Exit::Interrupted), session);
        }
    }
    if !broken && tested.iter().all(|program| program.expectations == 0) {
        // A program that is wrong and expects nothing has been said to be wrong.
        if tested.iter().all(|program| program.failures.is_empty()) {
            let message = "none of the files expects anything";
            session.report_placeless(&[Diagnostic::new(codes::NOTHING_EXPECTED, message)
                .help("write what you expect into the program: `// expect: confluent`")]);
        }
        broken = true;
    }
    conclude(names, &tested, &figures, format, broken.then_some(Exit::Wrong), session)
}

/// The files, those of directories in the order of their names.
fn programs(arguments: &[OsString]) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let mut files = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        if path.is_dir() {
            walk(path, &mut files).map_err(|error| {
                let message = format!("expected a directory `{}` that can be read, found: {error}", path.display());
                Box::new(Diagnostic::new(codes::CANNOT_READ, message))
            })?;
        } else if argument == "-" || path.exists() {
            files.push(path.to_path_buf());
        } else {
            let message = format!("expected a program or a directory `{}`, found none of this name", path.display());
            return Err(Box::new(Diagnostic::new(codes::CANNOT_READ, message)));
        }
    }
    Ok(files)
}

/// The `*.ded` files under a directory, sorted; symbolic links to directories are not followed.
pub fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut open = vec![directory.to_path_buf()];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "ded") {
                found.push(entry.path());
            }
        }
    }
    found.sort_unstable();
    files.append(&mut found);
    Ok(())
}

fn object(examined: &Examined) -> TestedProgram {
    TestedProgram {
        file: examined.file.clone(),
        result: match (examined.expectations, examined.failures.is_empty()) {
            (_, false) => "not-met",
            (0, true) => "none",
            (_, true) => "met",
        },
        class: examined.class.map(|class| class.name()),
        verdict: (!examined.rounds_only).then(|| examined.verdict_name()),
        states: examined.figures.map(|figures| figures.states),
        transitions: examined.figures.map(|figures| figures.transitions),
        expectations: examined.expectations,
        failures: (examined.failures.iter())
            .map(|failure| FailureObject {
                message: failure.message.clone(),
                place: failure.span.map(|span| PlaceObject::new(&examined.sources, span)).unwrap_or_default(),
            })
            .collect(),
    }
}

fn conclude(
    names: Vec<String>,
    tested: &[TestedProgram],
    figures: &Figures,
    format: Format,
    exit: Option<Exit>,
    session: &mut Session,
) -> Exit {
    let failed = tested.iter().filter(|program| program.result == "not-met").count();
    let verdict = if failed == 0 && exit.is_none() { "met" } else { "not-met" };
    let exit = exit.unwrap_or(if failed == 0 { Exit::Yes } else { Exit::No });
    let statistics = session.statistics(figures);
    match format {
        Format::Json => {
            let object = TestObject {
                schema: SCHEMA,
                command: "test",
                program: names,
                verdict,
                diagnostics: session.diagnostics.clone(),
                statistics,
                programs: tested.to_vec(),
            };
            session.print_json(&object, exit)
        }
        Format::Sarif => session.print_json(&sarif::log(&session.diagnostics, sarif::of_tests(tested)), exit),
        Format::Text => {
            let style = session.style();
            let met = tested.iter().filter(|program| program.result == "met").count();
            let mut page = String::new();
            if session.verbosity > Verbosity::Quiet {
                page = table(tested, style);
                page.push('\n');
            }
            let tone = if failed == 0 { Tone::Good } else { Tone::Bad };
            let none = tested.len() - met - failed;
            let rest = if none == 0 { String::new() } else { format!(", {none} without expectations") };
            let _ = writeln!(page, "{}: {met} met, {failed} not met{rest}", style.paint(tone, verdict));
            session.print(&page, exit)
        }
    }
}

/// The results as a table, what failed below each line.
pub fn table(tested: &[TestedProgram], style: Style) -> String {
    let count = |count: Option<usize>| count.map_or_else(|| "-".to_string(), |count| count.to_string());
    let header = ["program", "result", "class", "verdict", "states", "transitions"].map(str::to_string);
    let rows: Vec<[String; 6]> = std::iter::once(header)
        .chain(tested.iter().map(|program| {
            let class = program.class.unwrap_or("-");
            let result = if program.result == "none" { "-" } else { program.result };
            let cells = [&program.file, result, class, program.verdict.unwrap_or("-")].map(str::to_string);
            let [file, result, class, verdict] = cells;
            [file, result, class, verdict, count(program.states), count(program.transitions)]
        }))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            let _ = if column < 4 { write!(line, "{cell:<width$}  ") } else { write!(line, "{cell:>width$}  ") };
        }
        let line = line.trim_end();
        let failures = index.checked_sub(1).map_or(&[][..], |program| &tested[program].failures[..]);
        let tone = if index == 0 { Some(Tone::Strong) } else { (!failures.is_empty()).then_some(Tone::Bad) };
        let _ = writeln!(text, "{}", tone.map_or_else(|| line.to_string(), |tone| style.paint(tone, line)));
        for failure in failures {
            let line = failure.place.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            let _ = writeln!(text, "    {line}{}", failure.message);
        }
    }
    text
}

/// The items of a list in an expectation.
fn items(text: &str) -> Vec<String> {
    list::items(text).into_iter().map(str::to_string).collect()
}
