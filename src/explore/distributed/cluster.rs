//! The workers of this process, and what the search that gathers tells them.
//!
//! Each worker is a thread with a copy of the system. Worker 0, in process 0, is told over a channel what to do and passes it on
//! in a dataflow of its own: search (then all build the dataflow of that search), or finish, with the exit code that all
//! processes end with. The search itself runs in the thread that asks for it, beside the workers.
//!
//! When a connection breaks, timely's threads panic one after another, which is how it reports that. Their channels close then, and
//! the search goes on alone.

use super::dataflow::{self, Event, Handles};
use super::expand::Expander;
use super::parcel::{Kind, Parcel};
use super::search::{self, Grant, Others};
use crate::budget::Budget;
use crate::explore::breadth_first;
use crate::explore::{Exploration, Progress};
use crate::system::portable::{Portable, Tally};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::TcpStream;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::Thread;
use std::time::{Duration, Instant};
use timely::WorkerConfig;
use timely::communication::allocator::ProcessBuilder;
use timely::communication::allocator::zero_copy::initialize::initialize_networking_from_sockets;
use timely::communication::{AllocatorBuilder, Hooks, WorkerGuards};
use timely::container::CapacityContainerBuilder;
use timely::dataflow::InputHandle;
use timely::dataflow::operators::Inspect as _;
use timely::dataflow::operators::vec::Broadcast as _;
use timely::execute::execute_from;
use timely::worker::Worker;

/// How many workers there are, and where.
#[derive(Debug)]
pub struct Layout {
    /// Workers in each process.
    pub workers: usize,
    /// This process.
    pub process: usize,
    /// A connection to each other process, by its number; none for this one.
    pub connections: Vec<Option<TcpStream>>,
}

/// Makes a worker's copy of the system from the words that describe it.
pub type Make<S> = Arc<dyn Fn(&[u32]) -> S + Send + Sync>;

enum Command {
    Search { task: Vec<u32>, dialect: u64, events: Sender<Event> },
    Grant(Grant),
    End,
    Finish(u32),
}

/// The workers of this process.
pub struct Cluster {
    commands: Sender<Command>,
    /// Worker 0, where it is in this process.
    first: Option<Thread>,
    /// The exit code, from each worker of this process when it ends.
    finished: Receiver<u32>,
    guards: WorkerGuards<()>,
    here: usize,
    workers: u32,
    lost: bool,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("workers", &self.workers).field("lost", &self.lost).finish_non_exhaustive()
    }
}

/// Why a process that is not process 0 ended without an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Another process is gone.
    Lost,
    /// A signal came.
    Interrupted,
}

/// How long the workers may take to end when all is done.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// How often worker 0 looks for commands, at least.
const GLANCE: Duration = Duration::from_millis(20);

/// Whether a panic of this thread is how timely tells that a connection is lost.
pub fn is_lost_connection(thread: Option<&str>, message: &str) -> bool {
    let of_timely = thread.is_some_and(|name| name.starts_with("timely:") || name == ENDING);
    let signs = ["timely communication error", "MergeQueue poisoned", "MergeQueue mutex poisoned", "thread panic"];
    of_timely && signs.iter().any(|sign| message.contains(sign))
}

/// The thread that waits for the others.
const ENDING: &str = "timely:ending";

impl Cluster {
    /// Starts the workers of this process. `budget` is this process's own.
    ///
    /// # Errors
    /// If the operating system gives no threads.
    pub fn start<S: Portable + 'static>(layout: Layout, make: Make<S>, budget: &Budget) -> Result<Cluster, String> {
        let Layout { workers, process, connections } = layout;
        let all = workers * connections.len().max(1);
        let typed = |workers| {
            let Hooks { refill, .. } = Hooks::default();
            ProcessBuilder::new_typed_vector(workers, refill, None)
        };
        let (builders, others): (Vec<AllocatorBuilder>, Box<dyn std::any::Any + Send>) = if connections.len() > 1 {
            let (builders, guard) =
                initialize_networking_from_sockets(typed(workers), connections, process, workers, Hooks::default())
                    .map_err(|error| error.to_string())?;
            (builders.into_iter().map(AllocatorBuilder::Tcp).collect(), Box::new(guard))
        } else {
            (typed(workers).into_iter().map(AllocatorBuilder::Process).collect(), Box::new(()))
        };
        let (commands, heard) = channel();
        let (finish, finished) = channel();
        let (begun, first) = channel();
        let commanded = Mutex::new((process == 0).then_some(heard));
        let budget = budget.clone();
        let guards = execute_from(builders, others, WorkerConfig::default(), move |worker| {
            let unpoisoned = "internal error: a worker that fails before it begins";
            let commands = if worker.index() == 0 { commanded.lock().expect(unpoisoned).take() } else { None };
            if commands.is_some() {
                let _ = begun.send(std::thread::current());
            }
            let code = serve(worker, &make, &budget, commands);
            let _ = finish.send(code);
        })?;
        let first = if process == 0 { first.recv().ok() } else { None };
        Ok(Cluster { commands, first, finished, guards, here: workers, workers: all as u32, lost: false })
    }

    /// How many workers there are in all processes.
    pub fn workers(&self) -> usize {
        self.workers as usize
    }

    /// Whether other processes were lost.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Explores `system` with all workers, whose copies are made from `task`; alone if they are lost or the system's states cannot
    /// travel. Gives what the workers counted for it too.
    pub fn explore<S: Portable>(
        &mut self,
        task: Vec<u32>,
        system: &mut S,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, Tally) {
        let Some(dialect) = system.dialect().filter(|_| !self.lost) else {
            return (breadth_first::explore(system, budget, watch), Tally::default());
        };
        let (events, heard) = channel();
        let told = self.tell(Command::Search { task, dialect, events });
        let mut link = Link { cluster: self, events: heard };
        let (found, tally, lost) = search::explore(system, budget, &mut link, watch);
        self.lost |= lost || !told;
        self.lost |= !self.tell(Command::End);
        (found, tally)
    }

    fn tell(&self, command: Command) -> bool {
        let told = self.commands.send(command).is_ok();
        if let Some(first) = &self.first {
            first.unpark();
        }
        told
    }

    /// Ends all processes with this exit code.
    pub fn finish(self, code: u8) {
        self.tell(Command::Finish(u32::from(code)));
        let begun = Instant::now();
        let ended = (0..self.here).all(|_| {
            let left = LAST_WAIT.saturating_sub(begun.elapsed());
            self.finished.recv_timeout(left).is_ok()
        });
        end(self.guards, ended);
    }

    /// Works for process 0 until it says that it is done, and with which exit code.
    ///
    /// # Errors
    /// If it never will.
    pub fn work(self, budget: &Budget) -> Result<u8, Left> {
        let mut code = 0;
        for _ in 0..self.here {
            loop {
                match self.finished.recv_timeout(Duration::from_millis(100)) {
                    Ok(said) => {
                        code = said;
                        break;
                    }
                    Err(RecvTimeoutError::Timeout) if budget.interrupted.load(Ordering::Relaxed) => {
                        end(self.guards, false);
                        return Err(Left::Interrupted);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => {
                        end(self.guards, false);
                        return Err(Left::Lost);
                    }
                }
            }
        }
        end(self.guards, true);
        Ok(u8::try_from(code).unwrap_or(u8::MAX))
    }
}

/// Waits for the threads if they are about to end. Those that wait for a lost process end with this one.
fn end(guards: WorkerGuards<()>, ended: bool) {
    if !ended {
        std::mem::forget(guards);
        return;
    }
    let (said, heard) = channel();
    let joined = std::thread::Builder::new().name(ENDING.to_string()).spawn(move || {
        // If a process goes away while its last words are read, timely panics here, when nothing is wanted of it any more.
        let joining = std::panic::AssertUnwindSafe(|| drop(guards));
        let _ = std::panic::catch_unwind(joining);
        let _ = said.send(());
    });
    if joined.is_ok() {
        let _ = heard.recv_timeout(LAST_WAIT);
    }
}

struct Link<'c> {
    cluster: &'c Cluster,
    events: Receiver<Event>,
}

impl Others for Link<'_> {
    fn workers(&self) -> u32 {
        self.cluster.workers
    }

    fn grant(&mut self, grant: Grant) -> bool {
        self.cluster.tell(Command::Grant(grant))
    }

    fn events(&self) -> &Receiver<Event> {
        &self.events
    }
}

type Commands = InputHandle<u64, CapacityContainerBuilder<Vec<Vec<u32>>>>;

/// What a worker does: one search after another until it is to finish. Gives the exit code.
fn serve<S: Portable + 'static>(
    worker: &mut Worker,
    make: &Make<S>,
    budget: &Budget,
    commands: Option<Receiver<Command>>,
) -> u32 {
    let said: Rc<RefCell<VecDeque<Vec<u32>>>> = Rc::default();
    let mut input: Commands = InputHandle::new();
    let hear = Rc::clone(&said);
    worker.dataflow(|scope| {
        let all = input.to_stream(scope).broadcast();
        all.inspect(move |words| hear.borrow_mut().push_back(words.clone()));
    });
    let mut input = commands.is_some().then_some(input);
    loop {
        let mut events = None;
        if let (Some(commands), Some(input)) = (&commands, &mut input) {
            let words = match commands.recv() {
                Ok(Command::Search { task, dialect, events: to }) => {
                    events = Some(to);
                    let dialect = [dialect as u32, (dialect >> 32) as u32];
                    [&[SEARCH][..], &dialect, &task].concat()
                }
                Ok(Command::Grant(_) | Command::End) => continue,
                Ok(Command::Finish(code)) => vec![FINISH, code],
                Err(_) => vec![FINISH, u32::from(u8::MAX)],
            };
            input.send(words);
            input.flush();
        }
        let words = loop {
            if let Some(words) = said.borrow_mut().pop_front() {
                break words;
            }
            worker.step_or_park(None);
        };
        match &words[..] {
            [SEARCH, low, high, task @ ..] => {
                let dialect = u64::from(*low) | u64::from(*high) << 32;
                let (me, workers) = (worker.index() as u32, worker.peers() as u32);
                let expander = Expander::new(make(task), dialect, budget.clone(), me, workers);
                let handles = dataflow::build(worker, expander, events);
                run(worker, handles, commands.as_ref());
            }
            [FINISH, code] => return *code,
            _ => unreachable!("internal error: a command that worker 0 does not give"),
        }
    }
}

const SEARCH: u32 = 0;
const FINISH: u32 = 1;

/// Runs the dataflow of a search until it is complete.
fn run(worker: &mut Worker, handles: Handles, commands: Option<&Receiver<Command>>) {
    let Handles { grants, done } = handles;
    let Some(commands) = commands else {
        drop(grants);
        worker.step_or_park_while(None, || !done.done());
        return;
    };
    let mut grants = Some(grants);
    while !done.done() {
        while let Some(input) = &mut grants {
            match commands.try_recv() {
                Ok(Command::Grant(Grant::Until(time, parcels))) => {
                    parcels.into_iter().for_each(|parcel| input.send(parcel));
                    input.advance_to(time);
                }
                Ok(_) | Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                    let stop = |to| Parcel { to, from: 0, kind: Kind::Stop, words: Vec::new() };
                    (0..worker.peers() as u32).for_each(|to| input.send(stop(to)));
                    grants = None;
                }
                Err(std::sync::mpsc::TryRecvError::Empty) => break,
            }
        }
        worker.step_or_park(Some(GLANCE));
    }
}
