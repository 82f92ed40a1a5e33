//! The driver: `cargo run --profile fuzz --example fuzz -- classify --inputs 1000000 --seed 1`.
//!
//! A child process does the work and this one watches it, because an overflown stack, exhausted memory and a hang
//! end the process that meets them. The child notes each input in a file before it runs it; if the child dies, that file
//! is the crash. It goes to `fuzz/crashes/`, and the exit code is 1.

mod campaign;
mod seeds;
#[path = "shared.rs"]
mod shared;

use cap::Cap;
use clap::{Parser, ValueEnum};
use shared::target::Target;
use std::alloc::System;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Allocations beyond this many bytes fail, which is a crash.
const MOST_BYTES: usize = 1 << 30;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, MOST_BYTES);

/// Throws mutated programs and witnesses at Watershed.
#[derive(Parser)]
struct Arguments {
    /// What to put inputs through.
    #[arg(value_enum)]
    target: Name,
    /// How many mutants to make.
    #[arg(long, default_value_t = 10_000)]
    inputs: u64,
    /// The same seed makes the same mutants.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Adds inputs that reach something new to the corpus.
    #[arg(long)]
    keep: bool,
    /// Runs this file and nothing else.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Set in the process that does the work: where it notes the running input.
    #[arg(long, hide = true)]
    note: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Parse, print, resolve, analyse.
    Classify,
    /// Check with at most 1,000 states and one second.
    Check,
    /// Read and replay witness files and schedules.
    Replay,
}

impl Name {
    fn target(self) -> Target {
        match self {
            Name::Classify => Target::Classify,
            Name::Check => Target::Check,
            Name::Replay => Target::Replay,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Name::Classify => "classify",
            Name::Check => "check",
            Name::Replay => "replay",
        }
    }
}

/// The directory of the corpus and the crashes.
fn home() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz"))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.note {
        Some(note) => {
            // A quarter of what the main thread has: what overflows here is near to overflowing there.
            let stack = std::thread::Builder::new().stack_size(2 << 20);
            let note = note.clone();
            let worker = stack.spawn(move || campaign::run(&arguments, &note)).expect("a thread starts");
            if worker.join().is_ok_and(|flat| flat) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        None => supervise(&arguments),
    }
}

fn supervise(arguments: &Arguments) -> ExitCode {
    let crashes = home().join("crashes");
    std::fs::create_dir_all(&crashes).expect("the directory for crashes can be made");
    let name = format!("{}-{}-{}", arguments.target.text(), arguments.seed, std::process::id());
    let note = crashes.join(format!("{name}.running"));
    let program = std::env::current_exe().expect("this program has a path");
    let mut worker = Command::new(program);
    worker.args(std::env::args_os().skip(1)).arg("--note").arg(&note);
    let status = worker.status().expect("this program starts");
    if status.success() {
        std::fs::remove_file(&note).ok();
        return ExitCode::SUCCESS;
    }
    let crash = crashes.join(format!("{name}.input"));
    std::fs::rename(&note, &crash).ok();
    eprintln!("{status}; the input is {}", crash.display());
    ExitCode::FAILURE
}
