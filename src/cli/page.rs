//! Answers that can be looked at: `--format html|svg|dot|itf`, `-o`, `--run`.

use super::Exit;
use super::options::Format;
use super::session::Session;
use crate::diagnostic::{Diagnostic, codes};
use crate::faults::FaultSet;
use crate::program::Program;
use crate::report::diagram::Diagram;
use crate::report::runs::ShownRun;
use crate::report::{dot, itf, svg};
use clap::{Args, ValueEnum};
use std::borrow::Cow;
use std::path::PathBuf;

/// The form of an answer that has runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// For people.
    Text,
    /// One object on standard output.
    Json,
    /// SARIF 2.1.0, for code scanning tools.
    Sarif,
    /// A page for a browser: the runs to step through, why, what reads what, the program.
    Html,
    /// The runs as a picture.
    Svg,
    /// The runs as a graph, for Graphviz.
    Dot,
    /// One run in the Informal Trace Format, for the trace viewers of TLA+ and Quint.
    Itf,
}

/// `--format` and where the answer goes.
#[derive(Debug, Clone, Args)]
pub struct PageOptions {
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub format: PageFormat,
    /// Write the answer to this file and print the verdict only
    #[arg(short, long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Which of the runs of the answer `--format itf` writes, counted from 1 [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub run: Option<String>,
}

/// A run that can be drawn or written as a trace.
#[derive(Debug)]
pub enum Drawable<'a> {
    /// Of semantics §2.
    Run(ShownRun<'a>),
    /// In rounds, with faults.
    Rounds {
        /// What it shows.
        title: String,
        /// The run.
        run: &'a crate::faults::rounds::Run,
        /// Its faults.
        faults: Cow<'a, FaultSet>,
        /// What a crash does.
        crash_mode: crate::faults::CrashMode,
    },
}

impl Drawable<'_> {
    /// As a diagram.
    pub fn diagram(&self, program: &Program) -> Diagram {
        match self {
            Drawable::Run(run) => run.diagram(program),
            Drawable::Rounds { title, run, faults, crash_mode } => {
                Diagram::of_rounds(program, title, run, faults, *crash_mode)
            }
        }
    }

    fn trace(&self, program: &Program) -> String {
        match self {
            Drawable::Run(run) => itf::trace(program, run),
            Drawable::Rounds { title, run, faults, .. } => itf::rounds(program, title, run, faults),
        }
    }
}

impl PageOptions {
    /// The form of what is said where there is nothing to look at.
    pub fn plain(&self) -> Format {
        match self.format {
            PageFormat::Json => Format::Json,
            PageFormat::Sarif => Format::Sarif,
            _ => Format::Text,
        }
    }

    /// The answer's runs as a picture, a graph or a trace; `None` if the form is none of these.
    ///
    /// # Errors
    /// A finding if there is nothing to draw: a warning where the answer has no runs, else a wrong `--run`.
    pub fn drawn(&self, program: &Program, runs: &[Drawable<'_>]) -> Option<Result<String, Box<Diagnostic>>> {
        let diagrams = || runs.iter().map(|run| run.diagram(program)).collect::<Vec<_>>();
        let draw: &dyn Fn() -> Result<String, Box<Diagnostic>> = match self.format {
            PageFormat::Svg => &|| Ok(svg::file(&diagrams())),
            PageFormat::Dot => &|| Ok(dot::runs(&diagrams())),
            PageFormat::Itf => &|| self.chosen(runs).map(|run| run.trace(program)),
            PageFormat::Text | PageFormat::Json | PageFormat::Sarif | PageFormat::Html => return None,
        };
        if runs.is_empty() {
            let message = "the answer has no run to draw";
            return Some(Err(Box::new(
                Diagnostic::new(codes::NOTHING_TO_DRAW, message).help("`run` takes a run of any program and draws it"),
            )));
        }
        Some(draw())
    }

    fn chosen<'r, 'a>(&self, runs: &'r [Drawable<'a>]) -> Result<&'r Drawable<'a>, Box<Diagnostic>> {
        let asked = self.run.as_deref().unwrap_or("1");
        let number = super::quantity::number(asked).and_then(|number| usize::try_from(number).ok());
        number.and_then(|number| runs.get(number.checked_sub(1)?)).ok_or_else(|| {
            let message = format!("expected the number of a run, 1 to {}, after `--run`, found `{asked}`", runs.len());
            Box::new(Diagnostic::new(codes::NO_SUCH_RUN, message))
        })
    }

    /// Writes a picture that was drawn, or says why there is none.
    pub fn show_drawn(
        &self,
        drawn: Result<String, Box<Diagnostic>>,
        headline: &str,
        exit: Exit,
        session: &mut Session,
    ) -> Exit {
        match drawn {
            Ok(text) => self.deliver(&text, headline, exit, session),
            Err(finding) => {
                let exit = if finding.is_error() { Exit::Wrong } else { exit };
                session.report_placeless(&[*finding]);
                session.print_aside(headline);
                exit
            }
        }
    }

    /// Prints an answer, or writes it to `-o` and prints the headline.
    pub fn deliver(&self, text: &str, headline: &str, exit: Exit, session: &mut Session) -> Exit {
        let Some(path) = &self.output_file else { return session.print(text, exit) };
        if !session.write_file(path, text) {
            return Exit::Wrong;
        }
        session.print(&format!("{headline}written to {}\n", path.display()), exit)
    }
}
