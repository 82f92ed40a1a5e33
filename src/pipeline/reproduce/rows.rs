//! Running the commands of rows: each in a process of its own, a few at a time, none longer than it may take.

use super::artifact::{Artifact, Row};
use super::judge::{Judged, answers, in_words, judge};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long to wait before a process is looked at again.
const PAUSE: Duration = Duration::from_millis(5);

/// What runs the commands.
#[derive(Debug, Clone, Copy)]
pub struct Executable<'a> {
    /// The file.
    pub file: &'a Path,
    /// The commands that take `--threads`; rows run on one thread each.
    pub threaded: &'a [&'a str],
    /// Most seconds of one row.
    pub timeout: Duration,
    /// How many rows run at a time.
    pub at_a_time: usize,
    /// Set when everything is to stop.
    pub interrupted: &'a AtomicBool,
}

/// How the process of a row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// By itself.
    Ended {
        /// Its exit code; `None` if a signal ended it.
        code: Option<i32>,
        /// What it printed on standard output.
        output: String,
    },
    /// It took too long, and was ended.
    TimedOut,
    /// There was none.
    NotStarted(String),
}

/// Runs and judges those rows of an artifact that `wanted` picks, a few at a time; in the order of the file. `None` if interrupted.
pub fn run_rows(
    artifact: &Artifact,
    executable: &Executable<'_>,
    wanted: impl Fn(&Row) -> bool + Sync,
) -> Option<Vec<Option<Judged>>> {
    let judged: Mutex<Vec<Option<Judged>>> = Mutex::new(vec![None; artifact.rows.len()]);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..executable.at_a_time.clamp(1, artifact.rows.len().max(1)) {
            scope.spawn(|| {
                while let Some((at, row)) = taken(&next, &artifact.rows) {
                    if executable.interrupted.load(Ordering::Relaxed) {
                        return;
                    }
                    if !wanted(row) {
                        continue;
                    }
                    let run = (!row.command.is_empty())
                        .then(|| start(&artifact.folder, &json_arguments(row, executable), executable));
                    let found = judge(row, run.as_ref());
                    judged.lock().expect("no thread panics while it holds the lock")[at] = Some(found);
                }
            });
        }
    });
    let judged = judged.into_inner().expect("no thread panics while it holds the lock");
    (!executable.interrupted.load(Ordering::Relaxed)).then_some(judged)
}

fn taken<'r>(next: &AtomicUsize, rows: &'r [Row]) -> Option<(usize, &'r Row)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, rows.get(at)?))
}

/// The arguments of a row: one thread, one object. They stand right after the command, since `equiv` reads what follows `--` as files.
fn json_arguments(row: &Row, executable: &Executable<'_>) -> Vec<String> {
    let (command, rest) = row.command.split_first().expect("a row that is run has a command");
    let mut arguments = vec![command.clone(), "--format".to_string(), "json".to_string()];
    let says = rest.iter().any(|argument| argument == "--threads" || argument.starts_with("--threads="));
    if executable.threaded.contains(&command.as_str()) && !says {
        arguments.extend(["--threads".to_string(), "1".to_string()]);
    }
    arguments.extend(rest.iter().cloned());
    arguments
}

/// Runs the command of a figure.
///
/// # Errors
/// Why there is no picture.
pub fn run_figure(folder: &Path, command: &[String], executable: &Executable<'_>) -> Result<String, String> {
    match start(folder, command, executable) {
        Run::Ended { code, output } if answers(code) && is_picture(&output) => Ok(output),
        Run::Ended { code, .. } => Err(format!("the command printed no SVG picture ({})", in_words(code))),
        Run::TimedOut => Err("the command took longer than `--timeout`".to_string()),
        Run::NotStarted(error) => Err(format!("the command could not be started: {error}")),
    }
}

/// Whether this is a whole SVG picture.
fn is_picture(text: &str) -> bool {
    (text.starts_with("<svg") || text.starts_with("<?xml")) && text.trim_end().ends_with("</svg>")
}

fn start(folder: &Path, arguments: &[String], executable: &Executable<'_>) -> Run {
    let file: PathBuf = executable.file.to_path_buf();
    let child = Command::new(file)
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    match child {
        Ok(child) => attend(child, executable),
        Err(error) => Run::NotStarted(error.to_string()),
    }
}

/// Waits for a process; ends it if it takes too long, or if everything is to stop.
fn attend(mut child: Child, executable: &Executable<'_>) -> Run {
    let mut pipe = child.stdout.take().expect("standard output was asked for");
    // Read beside waiting: a process whose pipe is full does not end.
    let reader = std::thread::spawn(move || {
        let mut output = Vec::new();
        let _ = pipe.read_to_end(&mut output);
        String::from_utf8_lossy(&output).into_owned()
    });
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if started.elapsed() < executable.timeout && !executable.interrupted.load(Ordering::Relaxed) => {
                std::thread::sleep(PAUSE);
            }
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    let output = reader.join().unwrap_or_default();
    status.map_or(Run::TimedOut, |status| Run::Ended { code: status.code(), output })
}
