//! How the processes of a search find each other, before timely takes over the connections.
//!
//! As in timely, process i listens at the i-th address, and connects to those before it. Timely's own way prints on standard output, which is
//! the answer's, never gives up, and trusts whoever connects. So this one greets first: both ends tell who they are and what
//! they were asked, and go on only if it is the same. Timely gets connected sockets, which it provides for.

use crate::budget::{Bound, Budget};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// What each process tells the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greeting {
    /// Its number.
    pub process: u32,
    /// How many processes it knows of.
    pub processes: u32,
    /// Workers in each.
    pub workers: u32,
    /// Stands for the program, the options that matter and the version of this tool.
    pub question: u64,
}

/// Why the processes did not find each other.
#[derive(Debug, thiserror::Error)]
pub enum Unconnected {
    /// Nobody can connect to this process.
    #[error("`{address}`, the address of this process, cannot be listened at: {error}")]
    Listen {
        /// Its address.
        address: String,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// An address that stands for no machine.
    #[error("`{address}`, the address of process {process}, cannot be resolved: {error}")]
    Resolve {
        /// Whose.
        process: usize,
        /// The address.
        address: String,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// Another number of processes or workers.
    #[error("process {process} was started with {theirs}, this one with {ours}")]
    Shape {
        /// The other.
        process: u32,
        /// Its numbers.
        theirs: String,
        /// Those of this process.
        ours: String,
    },
    /// Two processes with one number.
    #[error("two processes were started as process {process}")]
    Twice {
        /// The number.
        process: u32,
    },
    /// Another program, option or version.
    #[error("process {process} was started with another program, other options or another version of watershed")]
    Question {
        /// The other.
        process: u32,
    },
    /// A bound from outside was hit first.
    #[error("the others were not there in time")]
    Bound(#[from] Bound),
}

const MAGIC: [u8; 8] = *b"wtrshd\0\x01";
const LENGTH: usize = 28;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// How long one who connects may take to say who it is.
const MANNERS: Duration = Duration::from_secs(5);

impl Greeting {
    fn bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&self.process.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.processes.to_be_bytes());
        bytes[16..20].copy_from_slice(&self.workers.to_be_bytes());
        bytes[20..].copy_from_slice(&self.question.to_be_bytes());
        bytes
    }

    fn read(bytes: [u8; LENGTH]) -> Option<Greeting> {
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let question = u64::from(word(20)) << 32 | u64::from(word(24));
        let greeting = Greeting { process: word(8), processes: word(12), workers: word(16), question };
        (bytes[..8] == MAGIC).then_some(greeting)
    }

    fn shape(&self) -> String {
        format!("--processes {} --workers {}", self.processes, self.workers)
    }

    /// Whether the two go together.
    fn agree(&self, other: &Greeting) -> Result<(), Unconnected> {
        let process = other.process;
        if (self.processes, self.workers) != (other.processes, other.workers) {
            return Err(Unconnected::Shape { process, theirs: other.shape(), ours: self.shape() });
        }
        if self.question != other.question {
            return Err(Unconnected::Question { process });
        }
        Ok(())
    }
}

/// Connects process `me.process` with all others, whose addresses these are, its own among them. Waits for them within the budget, and
/// tells `waiting` of whom, once a second.
///
/// # Errors
/// If they cannot be connected or were asked something else.
pub fn connect(
    addresses: &[String],
    me: Greeting,
    budget: &Budget,
    waiting: &mut dyn FnMut(&str),
) -> Result<Vec<Option<TcpStream>>, Unconnected> {
    let own = me.process as usize;
    let mut connections: Vec<Option<TcpStream>> = addresses.iter().map(|_| None).collect();
    let mut patience = Patience { budget, told: Instant::now(), waiting };
    let listener = if own + 1 < addresses.len() { Some(listen(&addresses[own])?) } else { None };
    for (process, address) in addresses.iter().enumerate().take(own) {
        connections[process] = Some(reach(process, address, me, &mut patience)?);
    }
    let Some(listener) = listener else { return Ok(connections) };
    while let Some(missing) = (own + 1..addresses.len()).find(|&process| connections[process].is_none()) {
        match listener.accept() {
            Ok((mut stream, _)) => {
                let Some(theirs) = welcome(&mut stream, me) else { continue };
                me.agree(&theirs)?;
                match connections.get_mut(theirs.process as usize) {
                    Some(place @ None) if theirs.process as usize > own => *place = Some(stream),
                    _ => return Err(Unconnected::Twice { process: theirs.process }),
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => patience.pause(missing, &addresses[missing])?,
            Err(error) => return Err(Unconnected::Listen { address: addresses[own].clone(), error }),
        }
    }
    Ok(connections)
}

struct Patience<'p> {
    budget: &'p Budget,
    told: Instant,
    waiting: &'p mut dyn FnMut(&str),
}

impl Patience<'_> {
    /// Waits a little.
    fn pause(&mut self, process: usize, address: &str) -> Result<(), Bound> {
        self.budget.check()?;
        if self.told.elapsed() > Duration::from_secs(1) {
            self.told = Instant::now();
            (self.waiting)(&format!("waiting for process {process} at {address}"));
        }
        std::thread::sleep(PAUSE);
        Ok(())
    }
}

fn listen(address: &str) -> Result<TcpListener, Unconnected> {
    let listening = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listening.map_err(|error| Unconnected::Listen { address: address.to_string(), error })
}

/// Greets one who connected; none if it is no process of a search.
fn welcome(stream: &mut TcpStream, me: Greeting) -> Option<Greeting> {
    let mut bytes = [0; LENGTH];
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(MANNERS)).ok()?;
    stream.read_exact(&mut bytes).ok()?;
    let theirs = Greeting::read(bytes)?;
    stream.write_all(&me.bytes()).ok()?;
    settle(stream).ok()?;
    Some(theirs)
}

/// As timely expects a connection.
fn settle(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(None)?;
    stream.set_nodelay(true)
}

/// Connects to a process before this one, once it is there and answers.
fn reach(process: usize, address: &str, me: Greeting, patience: &mut Patience<'_>) -> Result<TcpStream, Unconnected> {
    let resolve = |error| Unconnected::Resolve { process, address: address.to_string(), error };
    loop {
        let resolved: Vec<_> = address.to_socket_addrs().map_err(resolve)?.collect();
        let Ok(mut stream) = TcpStream::connect(&resolved[..]) else {
            patience.pause(process, address)?;
            continue;
        };
        if let Some(theirs) = greet(&mut stream, process, address, me, patience)? {
            if theirs.process as usize != process {
                return Err(Unconnected::Shape {
                    process: theirs.process,
                    theirs: format!("the address of process {process}"),
                    ours: format!("{address} for that one"),
                });
            }
            me.agree(&theirs)?;
            return Ok(stream);
        }
        patience.pause(process, address)?;
    }
}

/// Greets a process and waits for its greeting; none if the connection breaks.
fn greet(
    stream: &mut TcpStream,
    process: usize,
    address: &str,
    me: Greeting,
    patience: &mut Patience<'_>,
) -> Result<Option<Greeting>, Bound> {
    let ready = stream.set_read_timeout(Some(PAUSE)).and_then(|()| stream.write_all(&me.bytes()));
    let (mut bytes, mut have) = ([0; LENGTH], 0);
    while ready.is_ok() && have < LENGTH {
        match stream.read(&mut bytes[have..]) {
            Ok(0) => return Ok(None),
            Ok(read) => have += read,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                patience.pause(process, address)?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Ok(None),
        }
    }
    Ok(if settle(stream).is_ok() { Greeting::read(bytes) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(process: u32) -> Greeting {
        Greeting { process, processes: 3, workers: 1, question: 0x1234_5678_9abc_def0 }
    }

    fn free_addresses(count: usize) -> Vec<String> {
        let listeners: Vec<TcpListener> =
            (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
        listeners.iter().map(|listener| listener.local_addr().expect("bound").to_string()).collect()
    }

    #[test]
    fn greetings_are_read_as_they_were_written() {
        assert_eq!(Greeting::read(greeting(7).bytes()), Some(greeting(7)));
        assert_eq!(Greeting::read([0; LENGTH]), None);
    }

    #[test]
    fn three_processes_find_each_other_in_any_order_and_strangers_are_sent_away() {
        let addresses = free_addresses(3);
        let budget = Budget { deadline: Some(Instant::now() + Duration::from_secs(60)), ..Budget::default() };
        std::thread::scope(|scope| {
            let join = |process: u32| {
                let (addresses, budget) = (&addresses, &budget);
                scope.spawn(move || connect(addresses, greeting(process), budget, &mut |_| ()))
            };
            let late = join(2);
            let first = join(0);
            let mut stranger = loop {
                if let Ok(stream) = TcpStream::connect(&addresses[0]) {
                    break stream;
                }
            };
            stranger.write_all(&[7; LENGTH]).expect("somebody listens");
            let second = join(1);
            for (process, joined) in [(0, first), (1, second), (2, late)] {
                let connections = joined.join().expect("no panic").expect("connected");
                let open: Vec<bool> = connections.iter().map(Option::is_some).collect();
                assert_eq!(open, [0, 1, 2].map(|other| other != process));
            }
        });
    }

    #[test]
    fn who_was_asked_something_else_is_refused_on_both_sides() {
        let addresses = free_addresses(2);
        let budget = Budget { deadline: Some(Instant::now() + Duration::from_secs(60)), ..Budget::default() };
        let pair = |question| Greeting { processes: 2, question, ..greeting(0) };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| connect(&addresses, pair(1), &budget, &mut |_| ()));
            let second = connect(&addresses, Greeting { process: 1, ..pair(2) }, &budget, &mut |_| ());
            assert!(matches!(second, Err(Unconnected::Question { process: 0 })), "{second:?}");
            let first = first.join().expect("no panic");
            assert!(matches!(first, Err(Unconnected::Question { process: 1 })), "{first:?}");
        });
    }

    #[test]
    fn nobody_there_in_time_is_a_bound() {
        let addresses = free_addresses(2);
        let budget = Budget { deadline: Some(Instant::now() + Duration::from_millis(100)), ..Budget::default() };
        for process in [0, 1] {
            let found = connect(&addresses, Greeting { processes: 2, ..greeting(process) }, &budget, &mut |_| ());
            assert!(matches!(found, Err(Unconnected::Bound(Bound::Time))), "{found:?}");
        }
    }
}
