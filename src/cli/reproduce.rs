//! `watershed reproduce`: the papers' tables, published verdict or figure beside what this executable answers.

use super::options::{self, Format};
use super::session::Session;
use super::{Exit, console::Verbosity};
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::Figures;
use crate::pipeline::reproduce::{Artifact, Executable, Verdict, find, read, run_figure, run_rows};
use crate::program::resolve::nearest;
use crate::report::json::ReproduceObject;
use crate::report::reproduced::Reproduced;
use crate::report::text::reproduce as text;
use crate::source::SourceMap;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// `reproduce`.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Artifacts by name; all of them if none is given
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The directory of the artifacts, a folder each
    #[arg(long, value_name = "DIR", default_value = "./paper-artifacts")]
    artifacts: PathBuf,
    /// List the artifacts, and run nothing
    #[arg(long)]
    list: bool,
    /// Write `results.md` and the figures of each artifact anew
    #[arg(long, conflicts_with = "list")]
    write: bool,
    /// Most seconds for one row [default: 120]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<String>,
    /// How many rows to run at a time [default: 2]
    #[arg(long, value_name = "N")]
    threads: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

/// The forms of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// One object on standard output.
    Json,
}

/// Runs `reproduce`.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let format = if arguments.format == Form::Json { Format::Json } else { Format::Text };
    let mut wrong = Vec::new();
    let timeout = options::seconds("--timeout", &arguments.timeout, &mut wrong).unwrap_or(Duration::from_secs(120));
    let at_a_time = options::count("--threads", &arguments.threads, &mut wrong).unwrap_or(2);
    let names = if wrong.is_empty() { names(arguments) } else { Err(wrong) };
    let names = match names {
        Ok(names) => names,
        Err(findings) => {
            session.report_placeless(&findings);
            return session.refuse("reproduce", Vec::new(), format);
        }
    };
    let file = match std::env::current_exe() {
        Ok(file) => file,
        Err(error) => {
            let message = format!("expected to find the file of this executable, found: {error}");
            session.report_placeless(&[Diagnostic::new(codes::CANNOT_READ, message)]);
            return session.refuse("reproduce", Vec::new(), format);
        }
    };
    let tool = super::command();
    let commands = answering(&tool);
    let threaded: Vec<&str> = (tool.get_subcommands())
        .filter(|command| command.get_arguments().any(|argument| argument.get_long() == Some("threads")))
        .map(clap::Command::get_name)
        .collect();
    let Some(artifacts) = load(&names, arguments, &commands, session) else {
        return session.refuse("reproduce", Vec::new(), format);
    };
    if arguments.list {
        return list(&artifacts, arguments.format, session);
    }
    session.listen_to_signals();
    let interrupted = session.interrupted.clone();
    let executable = Executable { file: &file, threaded: &threaded, timeout, at_a_time, interrupted: &interrupted };
    let speaks = arguments.format == Form::Text;
    let mut all: Vec<Reproduced> = Vec::new();
    let mut stopped = false;
    for artifact in artifacts {
        let Some(judged) = run_rows(&artifact, &executable, |_| true) else {
            stopped = true;
            break;
        };
        let judged = judged.into_iter().map(|judged| judged.expect("every row was wanted")).collect();
        let reproduced = Reproduced { artifact, judged };
        if speaks && session.verbosity > Verbosity::Quiet {
            let page = text::artifact(&reproduced, session.style());
            if session.print(&page, Exit::Yes) != Exit::Yes {
                return Exit::Wrong;
            }
        }
        keep(&reproduced, arguments.write, &executable, session);
        all.push(reproduced);
        stopped = interrupted.load(Ordering::Relaxed);
        if stopped {
            break;
        }
    }
    let found = |code: codes::Code| session.diagnostics.iter().any(|finding| finding.code == code.0);
    let exit = match text::verdict(&all) {
        _ if stopped => Exit::Interrupted,
        _ if found(codes::CANNOT_WRITE) => Exit::Wrong,
        // It may be why a chart has no value to draw.
        Verdict::Disagree => Exit::No,
        _ if found(codes::NO_PICTURE) => Exit::Wrong,
        Verdict::Agree => Exit::Yes,
        Verdict::NotYet => Exit::Inconclusive,
    };
    if !speaks {
        let statistics = session.statistics(&Figures::default());
        let object = ReproduceObject::new(&all, stopped, session.diagnostics.clone(), statistics);
        return session.print_json(&object, exit);
    }
    let style = session.style();
    let page = if session.verbosity == Verbosity::Quiet {
        text::headline(&all, stopped, style) + "\n"
    } else {
        text::summary(&all, stopped, style)
    };
    session.print(&page, exit)
}

/// The commands that a row may run: those that print an object, and start no further rows.
pub fn answering(tool: &clap::Command) -> Vec<&str> {
    let prints = |command: &&clap::Command| command.get_arguments().any(|option| option.get_long() == Some("format"));
    tool.get_subcommands().filter(prints).map(clap::Command::get_name).filter(|&name| name != "reproduce").collect()
}

/// The artifacts asked for, sorted and each once.
fn names(arguments: &Arguments) -> Result<Vec<String>, Vec<Diagnostic>> {
    let directory = arguments.artifacts.display();
    let known = find(&arguments.artifacts).map_err(|error| {
        let message = format!("expected a directory of artifacts `{directory}`, found: {error}");
        vec![no_artifacts(message)]
    })?;
    if known.is_empty() {
        return Err(vec![no_artifacts(format!(
            "expected artifacts in `{directory}`, found no folder with a `published.toml`"
        ))]);
    }
    let unknown: Vec<Diagnostic> = (arguments.names.iter())
        .filter(|name| !known.contains(name))
        .map(|name| {
            let message = format!("expected the name of an artifact in `{directory}`, found `{name}`");
            let near = nearest(name, known.iter().map(String::as_str))
                .or_else(|| known.iter().map(String::as_str).find(|known| known.starts_with(name.as_str())));
            let help = near.map_or("`watershed reproduce --list` lists them".to_string(), |near| {
                format!("did you mean `{near}`?")
            });
            Diagnostic::new(codes::UNKNOWN_ARTIFACT, message).help(help)
        })
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    Ok(known.into_iter().filter(|name| arguments.names.is_empty() || arguments.names.contains(name)).collect())
}

fn no_artifacts(message: String) -> Diagnostic {
    Diagnostic::new(codes::NO_ARTIFACTS, message)
        .help("they come with the sources of watershed: name their directory, `--artifacts path/to/paper-artifacts`")
}

/// Reads them all; what is wrong with any is reported, and then there are none.
fn load(names: &[String], arguments: &Arguments, commands: &[&str], session: &mut Session) -> Option<Vec<Artifact>> {
    let (mut sources, mut findings, mut artifacts) = (SourceMap::new(), Vec::new(), Vec::new());
    for name in names {
        match read(&arguments.artifacts, name, commands, &mut sources) {
            Ok(artifact) => artifacts.push(artifact),
            Err(wrong) => findings.extend(wrong),
        }
    }
    session.report(&sources, &findings);
    findings.is_empty().then_some(artifacts)
}

fn list(artifacts: &[Artifact], form: Form, session: &mut Session) -> Exit {
    if form == Form::Json {
        let statistics = session.statistics(&Figures::default());
        let object = ReproduceObject::listed(artifacts, session.diagnostics.clone(), statistics);
        return session.print_json(&object, Exit::Yes);
    }
    let width = artifacts.iter().map(|artifact| artifact.name.len()).max().unwrap_or(0);
    let lines = artifacts
        .iter()
        .map(|artifact| format!("{:<width$}  {:>3} rows  {}\n", artifact.name, artifact.rows.len(), artifact.paper));
    let page: String = lines.collect();
    session.print(&page, Exit::Yes)
}

/// Writes what is generated, or says where it is not what was found; neither if interrupted.
fn keep(reproduced: &Reproduced, write: bool, executable: &Executable<'_>, session: &mut Session) {
    let folder = &reproduced.artifact.folder;
    let mut files = vec![("results.md", reproduced.results())];
    let mut undrawn = Vec::new();
    let drawn = reproduced.artifact.figures.iter().map(|figure| {
        let picture = run_figure(folder, &figure.command, executable);
        (figure.file.as_str(), picture)
    });
    for (file, picture) in reproduced.charts().into_iter().chain(drawn) {
        match picture {
            Ok(picture) => files.push((file, picture)),
            Err(reason) => undrawn.push((file, reason)),
        }
    }
    if executable.interrupted.load(Ordering::Relaxed) {
        return;
    }
    for (file, reason) in undrawn {
        let message = format!("`{}` cannot be drawn: {reason}", folder.join(file).display());
        session.report_placeless(&[Diagnostic::new(codes::NO_PICTURE, message)]);
    }
    for (file, text) in files {
        let path = folder.join(file);
        if std::fs::read_to_string(&path).is_ok_and(|kept| kept == text) {
            continue;
        }
        if write {
            write_below(&path, &text, session);
        } else {
            let message = format!("`{}` is not what was found", path.display());
            let help = format!("`watershed reproduce {} --write` writes it anew", reproduced.artifact.name);
            session.report_placeless(&[Diagnostic::new(codes::RESULTS_DIFFER, message).help(help)]);
        }
    }
}

fn write_below(path: &Path, text: &str, session: &mut Session) {
    if let Some(parent) = path.parent()
        && let Err(error) = std::fs::create_dir_all(parent)
    {
        let message = format!("`{}` cannot be written: {error}", path.display());
        session.report_placeless(&[Diagnostic::new(codes::CANNOT_WRITE, message)]);
        return;
    }
    session.write_file(path, text);
}
