//! Options that several commands share (interface, *Common options*).

use super::session::Session;
use super::{list, machine, quantity};
use crate::budget::Budget;
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline;
use crate::program::{Order, resolve};
use crate::reduce::Reductions;
use crate::report::text::shell_quoted;
use crate::syntax::load::Input;
use crate::threads::Threads;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

/// The program.
#[derive(Debug, Clone, Args)]
pub struct ProgramOptions {
    /// Files of one program; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<OsString>,
    #[command(flatten)]
    /// How it is read.
    pub reading: ReadingOptions,
}

/// How a program is read.
#[derive(Debug, Clone, Args)]
pub struct ReadingOptions {
    /// The network instead of the program's own, such as `a,b,c`
    #[arg(long, value_name = "NODES")]
    pub nodes: Option<String>,
    /// The relations whose ultimate facts are compared, such as `r,s`
    #[arg(long, value_name = "RELATIONS")]
    pub output: Option<String>,
    /// Network and facts of EDB relations instead of the program's own, such as `nodes a, b; r(#a, 1);`
    #[arg(long, value_name = "TEXT")]
    pub instance: Option<String>,
    /// Values for the unknowns of the program's facts, such as `?v == 1, p(#a), notin q(#a)`
    #[arg(long, value_name = "TEXT", conflicts_with = "instance")]
    pub valuation: Option<String>,
    /// In which order copies are delivered: `any`, or `fifo`: what one node sends to another arrives in the order sent
    /// [default: any]
    #[arg(long, value_name = "ORDER", value_parser = order())]
    pub network: Option<Order>,
}

fn order() -> impl TypedValueParser<Value = Order> {
    PossibleValuesParser::new(Order::ALL.map(Order::name)).map(|name| Order::named(&name).unwrap_or_default())
}

impl ProgramOptions {
    /// The files to load.
    pub fn inputs(&self) -> Vec<Input> {
        self.files.iter().map(Input::from_argument).collect()
    }

    /// The files as the user wrote them.
    pub fn names(&self) -> Vec<String> {
        let name = |file: &OsString| {
            if file == "-" { "<stdin>".to_string() } else { file.to_string_lossy().into_owned() }
        };
        self.files.iter().map(name).collect()
    }

    /// The arguments that name the same program to another command, quoted for a shell.
    pub fn shell_words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.files.iter().map(|file| shell_quoted(&file.to_string_lossy())).collect();
        for (option, value) in [
            ("--instance", &self.reading.instance),
            ("--valuation", &self.reading.valuation),
            ("--nodes", &self.reading.nodes),
            ("--output", &self.reading.output),
        ] {
            if let Some(value) = value {
                words.extend([option.to_string(), shell_quoted(value)]);
            }
        }
        if let Some(order) = self.reading.network.filter(|&order| order != Order::default()) {
            words.extend(["--network".to_string(), order.name().to_string()]);
        }
        words
    }
}

impl ReadingOptions {
    /// As the resolver takes them.
    pub fn resolving(&self) -> resolve::Options {
        let list = |text: &Option<String>| {
            text.as_ref().map(|text| list::items(text).into_iter().map(str::to_string).collect::<Vec<_>>())
        };
        resolve::Options {
            nodes: list(&self.nodes),
            outputs: list(&self.output),
            symbols: Vec::new(),
            order: self.network.unwrap_or_default(),
            synchronous: false,
        }
    }
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object on standard output.
    Json,
    /// SARIF 2.1.0, for code scanning tools.
    Sarif,
}

/// The form of an answer that has a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For people.
    Text,
    /// One object on standard output.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// The graph, for Graphviz.
    Dot,
}

impl GraphFormat {
    /// The form of what is said where there is no graph.
    pub fn plain(self) -> Format {
        match self {
            GraphFormat::Json => Format::Json,
            GraphFormat::Sarif => Format::Sarif,
            GraphFormat::Text | GraphFormat::Dot => Format::Text,
        }
    }
}

/// `--format`.
#[derive(Debug, Clone, Args)]
pub struct FormatOptions {
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What a computation may use. Read by [`LimitOptions::limits`], so that a wrong number is a diagnostic like any other.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// Most states explored
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub max_states: Option<String>,
    /// Most transitions explored
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub max_transitions: Option<String>,
    /// Most facts in one local step [default: 1000000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub max_facts: Option<String>,
    /// Most memory, such as `3GiB` or `500M` [default: three quarters of the machine's or container's]
    #[arg(long, value_name = "BYTES", allow_hyphen_values = true)]
    pub max_memory: Option<String>,
    /// Most seconds, such as `90` or `0.5` [default: none]
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub timeout: Option<String>,
    /// Most ultimate models listed [default: 1000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub max_models: Option<String>,
    /// Threads that share a search; the answer is the same for any number [default: one for each processor]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub threads: Option<String>,
    /// Explore every choice of every state
    #[arg(long)]
    pub no_reduction: bool,
    /// The reductions to use, of `slices`, `eager`, `persistent`, `batches` and `symmetry` [default: all]
    #[arg(long, value_name = "NAMES", allow_hyphen_values = true)]
    pub reduce: Option<String>,
}

/// [`LimitOptions`], read.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    max_states: Option<usize>,
    max_transitions: Option<usize>,
    max_facts: Option<usize>,
    max_memory: Option<usize>,
    timeout: Option<Duration>,
    max_models: Option<usize>,
    reductions: Reductions,
    threads: Option<NonZeroUsize>,
}

impl LimitOptions {
    /// The numbers.
    ///
    /// # Errors
    /// One diagnostic for each that cannot be read.
    pub fn limits(&self) -> Result<Limits, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let limits = Limits {
            max_states: count("--max-states", &self.max_states, &mut wrong),
            max_transitions: count("--max-transitions", &self.max_transitions, &mut wrong),
            max_facts: count("--max-facts", &self.max_facts, &mut wrong),
            max_memory: read("--max-memory", &self.max_memory, SIZE, quantity::bytes, &mut wrong),
            timeout: seconds("--timeout", &self.timeout, &mut wrong),
            max_models: count("--max-models", &self.max_models, &mut wrong),
            reductions: self.reductions(&mut wrong),
            threads: threads(&self.threads, &mut wrong),
        };
        if wrong.is_empty() { Ok(limits) } else { Err(wrong) }
    }

    fn reductions(&self, wrong: &mut Vec<Diagnostic>) -> Reductions {
        let Some(text) = self.reduce.as_ref().filter(|_| !self.no_reduction) else {
            return if self.no_reduction { Reductions::NONE } else { Reductions::ALL };
        };
        let expected = format!("names of reductions, of {},", Reductions::NAMES.join(", "));
        list::items(text).into_iter().fold(Reductions::NONE, |sum, name| match Reductions::only(name) {
            Some(reduction) => sum.and(reduction),
            None => {
                wrong.push(malformed("--reduce", name, &expected));
                sum
            }
        })
    }
}

const NUMBER: &str = "a whole number";
const SIZE: &str = "a size, such as `3GiB`, `500M` or a number of bytes";
const TIME: &str = "a number of seconds, such as `90` or `0.5`";

/// A whole number given to an option.
pub fn count(option: &str, text: &Option<String>, wrong: &mut Vec<Diagnostic>) -> Option<usize> {
    let parse = |text: &str| quantity::number(text).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    read(option, text, NUMBER, parse, wrong)
}

/// A time given to an option.
pub fn seconds(option: &str, text: &Option<String>, wrong: &mut Vec<Diagnostic>) -> Option<Duration> {
    read(option, text, TIME, quantity::seconds, wrong)
}

/// Most threads that can be asked for: more would only wait for each other.
const MOST_THREADS: usize = 1 << 10;

fn threads(text: &Option<String>, wrong: &mut Vec<Diagnostic>) -> Option<NonZeroUsize> {
    let count = count("--threads", text, wrong)?;
    if count == 0 {
        wrong.push(malformed("--threads", "0", "at least 1"));
    }
    NonZeroUsize::new(count.min(MOST_THREADS))
}

fn read<T>(
    option: &str,
    text: &Option<String>,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<T> {
    let text = text.as_ref()?;
    let value = parse(text);
    if value.is_none() {
        wrong.push(malformed(option, text, expected));
    }
    value
}

fn malformed(option: &str, text: &str, expected: &str) -> Diagnostic {
    Diagnostic::new(codes::MALFORMED_LIMIT, format!("expected {expected} after `{option}`, found `{text}`"))
}

impl Limits {
    /// Whether it was said how long a search may take, or how large it may get.
    pub fn is_bounded(&self) -> bool {
        self.max_states.is_some()
            || self.max_transitions.is_some()
            || self.max_memory.is_some()
            || self.timeout.is_some()
    }

    /// A budget that starts now.
    pub fn budget(&self, session: &Session) -> Budget {
        let unlimited = Budget::default();
        Budget {
            max_states: self.max_states.unwrap_or(unlimited.max_states),
            max_transitions: self.max_transitions.unwrap_or(unlimited.max_transitions),
            max_facts: self.max_facts.unwrap_or(unlimited.max_facts),
            max_memory: self.max_memory.or_else(|| machine::memory().map(|all| all / 4 * 3)).unwrap_or(usize::MAX),
            // A time beyond what the clock can tell is no limit.
            deadline: self.timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            interrupted: session.interrupted.clone(),
            enough: Default::default(),
            memory: session.meter.allocated,
            threads: Threads::new(self.threads.unwrap_or_else(Threads::available)),
            checkpoints: None,
        }
    }

    /// What to compute of an instance.
    pub fn instance(&self) -> pipeline::instance::Options {
        let unlimited = pipeline::instance::Options::default();
        pipeline::instance::Options {
            max_models: self.max_models.unwrap_or(unlimited.max_models),
            reductions: self.reductions,
            every_model: false,
            recheck: false,
        }
    }
}
