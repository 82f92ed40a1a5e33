//! Several processes, here or on other machines, for one question: `--workers`, `--processes`, `--process`, `--hostfile`, as timely's own
//! `-w`, `-n`, `-p` and `-h`.
//!
//! All processes are started with the same program and options. Process 0 answers; the others work for it, print nothing on
//! standard output, and end with its exit code.

use super::Exit;
use super::options::count;
use super::session::{Loaded, Session};
use crate::budget::Budget;
use crate::diagnostic::{Diagnostic, codes};
use crate::explore::{Exploration, Progress};
use crate::pipeline::searcher::{Alone, Searcher};
use crate::reduce::Reductions;
use crate::system::asynchronous::{Asynchronous, Counting};
use crate::system::portable::Tally;
use std::path::{Path, PathBuf};

/// Where the work is done.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Several machines")]
pub struct ClusterOptions {
    /// Workers in each process that share the search [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    workers: Option<String>,
    /// Processes that share the search, all started with the same program and options [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    processes: Option<String>,
    /// The number of this process, from 0; process 0 prints the answer [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    process: Option<String>,
    /// One address `machine:port` a process, line by line [default: localhost:2101, localhost:2102, …]
    #[arg(long, value_name = "FILE")]
    hostfile: Option<PathBuf>,
}

/// How many processes and workers there are, and where.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Workers in each process.
    pub workers: usize,
    /// This process.
    pub process: usize,
    /// The address of each process.
    pub addresses: Vec<String>,
}

/// Most workers, over all processes.
const MOST_WORKERS: usize = 1 << 12;

/// The port of process 0 where no addresses are given, as in timely.
const FIRST_PORT: usize = 2101;

impl ClusterOptions {
    /// What the options say; nothing if none is given.
    ///
    /// # Errors
    /// One diagnostic for each thing that is wrong.
    pub fn shape(&self) -> Result<Option<Shape>, Vec<Diagnostic>> {
        let given = [&self.workers, &self.processes, &self.process];
        if given.iter().all(|option| option.is_none()) && self.hostfile.is_none() {
            return Ok(None);
        }
        let mut wrong = Vec::new();
        let workers = count("--workers", &self.workers, &mut wrong).unwrap_or(1);
        let processes = count("--processes", &self.processes, &mut wrong).unwrap_or(1);
        let process = count("--process", &self.process, &mut wrong).unwrap_or(0);
        let mut refuse = |message: String| wrong.push(Diagnostic::new(codes::MALFORMED_CLUSTER, message));
        if workers == 0 || processes == 0 {
            refuse("`--workers` and `--processes` are at least 1".to_string());
        } else if workers.saturating_mul(processes) > MOST_WORKERS {
            refuse(format!("{processes} processes of {workers} workers are more than {MOST_WORKERS} workers"));
        } else if process >= processes {
            refuse(format!("there is no process {process} of {processes}: they are numbered from 0"));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let local = || (0..processes).map(|process| format!("localhost:{}", FIRST_PORT + process)).collect();
        let addresses = self.hostfile.as_ref().map_or_else(|| Ok(local()), |file| hosts(file, processes));
        addresses.map(|addresses| Some(Shape { workers, process, addresses })).map_err(|wrong| vec![*wrong])
    }
}

/// The first lines of a hostfile that name something.
fn hosts(file: &Path, processes: usize) -> Result<Vec<String>, Box<Diagnostic>> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Box::new(Diagnostic::new(codes::CANNOT_READ, format!("`{}` cannot be read: {error}", file.display())))
    })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let addresses: Vec<String> = lines.take(processes).map(str::to_string).collect();
    let found = addresses.len();
    if found < processes {
        let message = format!("`{}` has {found} addresses for {processes} processes", file.display());
        return Err(Box::new(Diagnostic::new(codes::MALFORMED_CLUSTER, message)));
    }
    Ok(addresses)
}

/// Who makes the searches of this process's answer.
#[derive(Debug)]
pub enum Crew {
    /// This thread.
    Alone(Alone),
    /// The workers of a timely computation.
    #[cfg(feature = "timely")]
    Workers(crate::pipeline::workers::Workers),
}

/// What a process has to do.
#[derive(Debug)]
pub enum Role {
    /// To answer.
    Answers(Crew),
    /// Nothing more: it worked for process 0, or could not.
    Ended(Exit),
}

impl Crew {
    /// A finding for the report, if others were lost.
    pub fn finding(&self) -> Option<Diagnostic> {
        match self {
            Crew::Alone(_) => None,
            #[cfg(feature = "timely")]
            Crew::Workers(workers) => workers.are_lost().then(|| {
                Diagnostic::new(codes::PROCESSES_LOST, "other processes were lost, and process 0 went on alone")
            }),
        }
    }

    /// Ends the others, with the exit code of this process.
    pub fn finish(self, exit: Exit) -> Exit {
        match self {
            Crew::Alone(_) => {}
            #[cfg(feature = "timely")]
            Crew::Workers(workers) => workers.finish(exit.code()),
        }
        exit
    }
}

impl Searcher for Crew {
    fn explore(
        &mut self,
        system: &mut Asynchronous<'_>,
        counting: &Counting,
        reductions: Reductions,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, Tally) {
        match self {
            Crew::Alone(alone) => alone.explore(system, counting, reductions, budget, watch),
            #[cfg(feature = "timely")]
            Crew::Workers(workers) => workers.explore(system, counting, reductions, budget, watch),
        }
    }
}

/// Takes this process's place among others, `question` being what they are all asked. Returns in a process that is not process 0 only when process
/// 0 is done.
#[cfg(feature = "timely")]
pub fn join(shape: &Shape, loaded: &Loaded, question: &str, budget: &Budget, session: &mut Session) -> Role {
    use crate::budget::Bound;
    use crate::explore::distributed::connect::{Greeting, Unconnected, connect};
    use crate::explore::distributed::{Layout, Left};
    use crate::pipeline::workers::Workers;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let greeting = Greeting {
        process: number(shape.process),
        processes: number(shape.addresses.len()),
        workers: number(shape.workers),
        question: fingerprint(loaded, question),
    };
    let quiet = session.verbosity == super::console::Verbosity::Quiet;
    let mut told = false;
    let mut waiting = |line: &str| {
        if !quiet && !std::mem::replace(&mut told, true) {
            super::console::write_stderr(&format!("watershed: {line}\n"));
        }
    };
    let refuse = |session: &mut Session, message: String| {
        session.report_placeless(&[Diagnostic::new(codes::NOT_CONNECTED, message)]);
        Role::Ended(Exit::Wrong)
    };
    let connections = match connect(&shape.addresses, greeting, budget, &mut waiting) {
        Ok(connections) => connections,
        Err(Unconnected::Bound(Bound::Interrupt)) => return Role::Ended(Exit::Interrupted),
        Err(error) => return refuse(session, error.to_string()),
    };
    let layout = Layout { workers: shape.workers, process: shape.process, connections };
    let workers = match Workers::start(&loaded.program, budget, layout) {
        Ok(workers) => workers,
        Err(error) => return refuse(session, format!("the workers cannot be started: {error}")),
    };
    if shape.process == 0 {
        return Role::Answers(Crew::Workers(workers));
    }
    Role::Ended(match workers.work(budget) {
        Ok(code) => Exit::from_code(code),
        Err(Left::Interrupted) => Exit::Interrupted,
        Err(Left::Lost) => {
            let message = "the connection to process 0, or to another process, is lost";
            session.report_placeless(&[Diagnostic::new(codes::PROCESS_ZERO_LOST, message)]);
            Exit::Wrong
        }
    })
}

/// The same of a build that cannot.
#[cfg(not(feature = "timely"))]
pub fn join(_: &Shape, _: &Loaded, _: &str, _: &Budget, session: &mut Session) -> Role {
    let message = "this watershed was built without the feature `timely`, so a search cannot be shared";
    let finding = Diagnostic::new(codes::MALFORMED_CLUSTER, message);
    session.report_placeless(&[
        finding.help("build it with default features, or use neither `--workers` nor `--processes`")
    ]);
    Role::Ended(Exit::Wrong)
}

/// A number that differs, all but surely, for another program, network, outputs, question or version.
#[cfg(feature = "timely")]
fn fingerprint(loaded: &Loaded, question: &str) -> u64 {
    let Loaded { sources, program, .. } = loaded;
    let shown = format!("{} {question} {:?} {:?}", env!("CARGO_PKG_VERSION"), program.nodes, program.outputs);
    let texts = sources.files().map(|(_, file)| file.text.as_str());
    let mut fingerprint = 0xcbf2_9ce4_8422_2325_u64;
    for text in std::iter::once(shown.as_str()).chain(texts) {
        // A byte that no text has ends each.
        for byte in text.bytes().chain([0xff]) {
            fingerprint = (fingerprint ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    fingerprint
}
