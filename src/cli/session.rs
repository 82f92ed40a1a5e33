//! One invocation of the tool: what it was asked to print, what it has reported, what it has used.

use super::console::{Color, Verbosity, width, write_stderr, write_stdout};
use super::options::{Format, ProgramOptions};
use super::{Exit, Meter, signals};
use crate::analysis::Analysis;
use crate::diagnostic::render::render;
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::Figures;
use crate::pipeline::bare::Bare;
use crate::pipeline::open::Open;
use crate::pipeline::read::{Read, read, read_bare, read_open};
use crate::program::Program;
use crate::report::json::{DiagnosticObject, Refusal, Statistics};
use crate::report::{sarif, style::Style};
use crate::source::SourceMap;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// State of one invocation.
#[derive(Debug)]
pub struct Session {
    /// `--color`.
    pub color: Color,
    /// `-q`, `-v`.
    pub verbosity: Verbosity,
    /// Counts bytes.
    pub meter: Meter,
    /// Set by signals, once a command listens.
    pub interrupted: Arc<AtomicBool>,
    /// Findings of this code are passed over: whether they hold will be known later.
    pub withheld: Option<codes::Code>,
    /// Everything reported so far, as reports name it.
    pub diagnostics: Vec<DiagnosticObject>,
    started: Instant,
}

/// A checked program with its sources.
#[derive(Debug)]
pub struct Loaded {
    /// Where it comes from.
    pub sources: SourceMap,
    /// The program.
    pub program: Program,
    /// What can be said without running it.
    pub analysis: Analysis,
}

/// A program, perhaps with unknowns.
#[derive(Debug)]
pub enum Input {
    /// All is known.
    Closed(Box<Loaded>),
    /// A program with unknowns, with its sources.
    Open(Box<Open>, SourceMap),
}

impl Session {
    /// A session that starts now.
    pub fn new(color: Color, verbosity: Verbosity, meter: Meter) -> Self {
        Session {
            color,
            verbosity,
            meter,
            interrupted: Arc::new(AtomicBool::new(false)),
            withheld: None,
            diagnostics: Vec::new(),
            started: Instant::now(),
        }
    }

    /// From now on the first signal sets [`Session::interrupted`].
    pub fn listen_to_signals(&self) {
        signals::listen(self.interrupted.clone());
    }

    /// How to write text on standard output.
    pub fn style(&self) -> Style {
        Style { color: self.color.on_stdout(), width: width() }
    }

    /// Draws findings on standard error and keeps them for the report. `-q` draws errors only.
    pub fn report(&mut self, sources: &SourceMap, diagnostics: &[Diagnostic]) {
        let said = || diagnostics.iter().filter(|diagnostic| Some(diagnostic.code) != self.withheld);
        let drawn: Vec<Diagnostic> =
            said().filter(|diagnostic| self.verbosity > Verbosity::Quiet || diagnostic.is_error()).cloned().collect();
        let objects: Vec<DiagnosticObject> = said().map(|said| DiagnosticObject::new(sources, said)).collect();
        self.diagnostics.extend(objects);
        if !drawn.is_empty() {
            write_stderr(&render(sources, &drawn, self.color.on_stderr()));
        }
    }

    /// Reports findings that are about no place.
    pub fn report_placeless(&mut self, diagnostics: &[Diagnostic]) {
        self.report(&SourceMap::new(), diagnostics);
    }

    /// Loads, resolves and analyses a program. Warnings are reported; errors are reported and there is no program.
    pub fn load(&mut self, options: &ProgramOptions) -> Option<Loaded> {
        let (inputs, resolving) = (options.inputs(), options.reading.resolving());
        match &options.reading.instance {
            None => self.loaded(valued(read(&inputs, &resolving), options)),
            Some(instance) => {
                let (_, bare) = self.load_bare(options)?;
                self.loaded(bare.with(instance))
            }
        }
    }

    /// The same; a program with unknowns comes as such.
    pub fn load_open(&mut self, options: &ProgramOptions) -> Option<Input> {
        if options.reading.instance.is_some() {
            return self.load(options).map(|loaded| Input::Closed(Box::new(loaded)));
        }
        let read = valued(read(&options.inputs(), &options.reading.resolving()), options);
        let Some(open) = read.open else { return self.loaded(read).map(|loaded| Input::Closed(Box::new(loaded))) };
        let others: Vec<Diagnostic> =
            read.diagnostics.into_iter().filter(|finding| finding.code != codes::VALUES_NEEDED).collect();
        self.report(&read.sources, &others);
        Some(Input::Open(open, read.sources))
    }

    /// Loads a program with what is unknown of it, which may be nothing; no values are given.
    pub fn load_unvalued(&mut self, options: &ProgramOptions) -> Option<(SourceMap, Open)> {
        let (read, open) = read_open(&options.inputs(), &options.reading.resolving());
        let others: Vec<Diagnostic> =
            read.diagnostics.into_iter().filter(|finding| finding.code != codes::VALUES_NEEDED).collect();
        self.report(&read.sources, &others);
        Some((read.sources, open?))
    }

    /// Loads a program, and what is left of it without its instance.
    pub fn load_bare(&mut self, options: &ProgramOptions) -> Option<(Loaded, Bare)> {
        let (read, bare) = read_bare(&options.inputs(), &options.reading.resolving());
        Some((self.loaded(read)?, bare?))
    }

    fn loaded(&mut self, read: Read) -> Option<Loaded> {
        self.report(&read.sources, &read.diagnostics);
        let (program, analysis) = read.program?;
        Some(Loaded { sources: read.sources, program, analysis })
    }

    /// The same for a program that is to run: a network without nodes is an error.
    pub fn load_instance(&mut self, options: &ProgramOptions) -> Option<Loaded> {
        let loaded = self.load(options)?;
        if loaded.program.nodes.is_empty() {
            self.report_placeless(&[no_nodes()]);
            return None;
        }
        Some(loaded)
    }

    /// What has been used so far.
    pub fn statistics(&self, figures: &Figures) -> Statistics {
        Statistics {
            states: figures.states + figures.joint_states,
            transitions: figures.transitions + figures.joint_transitions,
            local_steps: figures.local_steps,
            schedules: figures.components,
            duplicates: figures.duplicates,
            solver_calls: figures.solver_calls,
            wall_seconds: self.started.elapsed().as_secs_f64(),
            peak_bytes: (self.meter.peak)(),
        }
    }

    /// Prints on standard output; `exit` unless that fails.
    pub fn print(&mut self, text: &str, exit: Exit) -> Exit {
        match write_stdout(text) {
            Ok(()) => exit,
            Err(error) => {
                let message = format!("standard output cannot be written: {error}");
                write_stderr(&render(
                    &SourceMap::new(),
                    &[Diagnostic::new(codes::CANNOT_WRITE, message)],
                    self.color.on_stderr(),
                ));
                Exit::Wrong
            }
        }
    }

    /// Says on standard error what is said in a line, unless only errors are wanted.
    pub fn print_aside(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            write_stderr(text);
        }
    }

    /// Prints an object on standard output.
    pub fn print_json(&mut self, object: &impl Serialize, exit: Exit) -> Exit {
        self.print(&json_text(object), exit)
    }

    /// Ends a command whose input is wrong: diagnostics are on standard error already, and in `format` on standard output.
    pub fn refuse(&mut self, command: &str, files: Vec<String>, format: Format) -> Exit {
        match format {
            Format::Text => Exit::Wrong,
            Format::Json => {
                let statistics = self.statistics(&Figures::default());
                let object = Refusal::new(command, files, self.diagnostics.clone(), statistics);
                self.print_json(&object, Exit::Wrong)
            }
            Format::Sarif => {
                let log = sarif::log(&self.diagnostics, Vec::new());
                self.print_json(&log, Exit::Wrong)
            }
        }
    }

    /// Writes a whole file or nothing: beside its place first, then renamed. Whether it worked; if not, that is reported.
    pub fn write_file(&mut self, path: &Path, text: &str) -> bool {
        match write_atomically(path, text) {
            Ok(()) => true,
            Err(error) => {
                let message = format!("`{}` cannot be written: {error}", path.display());
                self.report_placeless(&[Diagnostic::new(codes::CANNOT_WRITE, message)]);
                false
            }
        }
    }
}

/// The program with the values of `--valuation`, if there are some.
fn valued(read: Read, options: &ProgramOptions) -> Read {
    let Some(text) = &options.reading.valuation else { return read };
    let wrong = |read: Read, findings: Vec<Diagnostic>| {
        let diagnostics = read.diagnostics.into_iter().filter(|finding| finding.code != codes::VALUES_NEEDED);
        Read { program: None, diagnostics: diagnostics.chain(findings).collect(), open: None, ..read }
    };
    match &read.open {
        Some(open) => match open.valuation(text) {
            Ok(valuation) => {
                let of_program =
                    read.diagnostics.iter().filter(|finding| finding.code != codes::VALUES_NEEDED).cloned();
                let valued = open.with(&valuation);
                Read { diagnostics: of_program.chain(valued.diagnostics).collect(), ..valued }
            }
            Err(findings) => wrong(read, findings),
        },
        None if read.program.is_some() => {
            wrong(read, vec![Diagnostic::new(codes::BAD_VALUATION, "`--valuation`: the program has no unknowns")])
        }
        None => read,
    }
}

/// An object as it is printed.
pub fn json_text(object: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(object).expect("strings, numbers and lists are always JSON");
    text.push('\n');
    text
}

/// The finding about an instance without nodes.
pub fn no_nodes() -> Diagnostic {
    Diagnostic::new(codes::NO_NODES, "the network has no nodes, so there is nothing to run")
        .help("declare it in the program, `nodes a, b;`, or name it: `--nodes a,b`")
}

fn write_atomically(path: &Path, text: &str) -> std::io::Result<()> {
    let before = path.metadata().ok();
    // What is no regular file, such as a pipe, is written in place: a rename would replace it.
    if before.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return std::fs::write(path, text);
    }
    let mut name = path.file_name().ok_or(std::io::ErrorKind::InvalidInput)?.to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let keep_rights = || before.map_or(Ok(()), |metadata| std::fs::set_permissions(&part, metadata.permissions()));
    let written = std::fs::write(&part, text).and_then(|()| keep_rights()).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}
