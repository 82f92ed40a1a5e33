//! The command line (interface, *Commands*): one file a subcommand.
//!
//! Only this module prints and exits. A command reads its program through a [`session::Session`], which keeps the diagnostics,
//! and returns an [`Exit`]; a command that refuses its input prints what it has under `--format json` all the same.
//! To add a command: a file with `Arguments` (clap) and `run`, a variant of [`Command`], an arm of [`Command::run`].

pub mod check;
pub mod classify;
pub mod cluster;
pub mod completions;
pub mod console;
pub mod coordinate;
pub mod equiv;
pub mod explain;
pub mod explore;
pub mod export;
pub mod faults;
pub mod flow;
pub mod fmt;
mod instances;
pub mod keeping;
mod list;
pub mod machine;
pub mod man;
pub mod options;
pub mod page;
pub mod progress;
pub mod prove;
pub mod quantity;
pub mod replay;
pub mod reproduce;
pub mod run;
pub mod session;
pub mod signals;
pub mod test;
pub mod usage;
mod valuations;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use console::{Color, Verbosity};
use session::Session;
use std::ffi::OsString;
use std::io::Write as _;

/// Does every delivery order of a Dedalus program lead to the same outcome?
#[derive(Debug, Parser)]
#[command(name = "watershed", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 yes, 1 no (with a witness), 2 wrong input or usage, 3 inconclusive, 130 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print the verdict only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print reasons, points of order and all models too.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl Cli {
    /// How much to print.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Classify, then answer from a theorem if one applies, else explore: verdict with witness
    Check(check::Arguments),
    /// Name the sublanguage, and every literal and rule that keeps the program out of a smaller one
    Classify(classify::Arguments),
    /// Find all ultimate models of this instance, by exploring only
    Explore(explore::Arguments),
    /// Prove that every instance is confluent, or look for a counterexample on this one
    Prove(prove::Arguments),
    /// Take one fair schedule: trace and ultimate model
    Run(run::Arguments),
    /// Run a witness file or a schedule, step by step
    Replay(replay::Arguments),
    /// Compare the ultimate models of two programs: `equiv P.ded -- Q.ded`
    Equiv(equiv::Arguments),
    /// Write the program with the least coordination that makes it confluent, checked again
    Coordinate(coordinate::Arguments),
    /// Find lost messages and crashes that break what a program promises, or show that none does
    Faults(faults::Arguments),
    /// Label a graph of annotated components (Blazes): anomalies, where to seal, where to order
    Flow(flow::Arguments),
    /// Write the program for another solver or tool
    Export(export::Arguments),
    /// Set the published verdicts and figures of papers beside what is found here
    Reproduce(reproduce::Arguments),
    /// Compare programs with their own `// expect:` lines
    Test(test::Arguments),
    /// Lay out files in the one canonical way, comments included
    Fmt(fmt::Arguments),
    /// Explain the code of a diagnostic, such as E0203, or list all codes
    Explain(explain::Arguments),
    /// Print what a shell needs to complete this command line
    Completions(completions::Arguments),
    /// Print the manual page of the tool or of one command
    Man(man::Arguments),
}

impl Command {
    /// Does it.
    fn run(&self, session: &mut Session) -> Exit {
        match self {
            Command::Check(arguments) => check::run(arguments, session),
            Command::Classify(arguments) => classify::run(arguments, session),
            Command::Explore(arguments) => explore::run(arguments, session),
            Command::Prove(arguments) => prove::run(arguments, session),
            Command::Run(arguments) => run::run(arguments, session),
            Command::Replay(arguments) => replay::run(arguments, session),
            Command::Equiv(arguments) => equiv::run(arguments, session),
            Command::Coordinate(arguments) => coordinate::run(arguments, session),
            Command::Faults(arguments) => faults::run(arguments, session),
            Command::Flow(arguments) => flow::run(arguments, session),
            Command::Export(arguments) => export::run(arguments, session),
            Command::Reproduce(arguments) => reproduce::run(arguments, session),
            Command::Test(arguments) => test::run(arguments, session),
            Command::Fmt(arguments) => fmt::run(arguments, session),
            Command::Explain(arguments) => explain::run(arguments, session),
            Command::Completions(arguments) => completions::run(arguments, session),
            Command::Man(arguments) => man::run(arguments, session),
        }
    }
}

/// How a command ended (interface, *Exit codes*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The question's "yes".
    Yes,
    /// Its "no", with a witness.
    No,
    /// The program, a file, a schedule or the usage is wrong.
    Wrong,
    /// A bound was hit.
    Inconclusive,
    /// A signal.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Wrong => 2,
            Exit::Inconclusive => 3,
            Exit::Interrupted => 130,
        }
    }

    /// The exit that has this code.
    pub fn from_code(code: u8) -> Exit {
        match code {
            0 => Exit::Yes,
            1 => Exit::No,
            3 => Exit::Inconclusive,
            130 => Exit::Interrupted,
            _ => Exit::Wrong,
        }
    }
}

/// Counts the bytes in use; the binary's allocator knows.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    /// Now.
    pub allocated: fn() -> usize,
    /// At most, since the start.
    pub peak: fn() -> usize,
}

/// The command line. Every command takes the common options (interface), and lists those that do something for it.
pub fn command() -> clap::Command {
    const WITHOUT_EFFECT: [(&str, &[&str]); 4] = [
        ("run", &["max_models", "threads", "no_reduction", "reduce"]),
        ("replay", &["max_states", "max_transitions", "max_models", "threads", "no_reduction", "reduce"]),
        ("explore", &["no_theorems"]),
        ("faults", &["max_states", "max_transitions", "threads", "no_reduction", "reduce", "output", "network"]),
    ];
    Cli::command().mut_subcommands(|command| {
        let hidden = WITHOUT_EFFECT.iter().find(|(name, _)| command.get_name() == *name);
        let options = hidden.into_iter().flat_map(|(_, options)| options.iter());
        options.fold(command, |command, option| command.mut_arg(option, |argument| argument.hide(true)))
    })
}

/// Parses `arguments` (the program's name first) and does what they say.
pub fn main(arguments: Vec<OsString>, meter: Meter) -> Exit {
    let mut command = command();
    let parsed = command.try_get_matches_from_mut(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed.map_err(|error| error.format(&mut command)) {
        Ok(cli) => {
            let mut session = Session::new(cli.color, cli.verbosity(), meter);
            cli.command.run(&mut session)
        }
        Err(error) => usage::explain(&error, &arguments, meter),
    }
}

/// What a panic prints: it is our mistake, whatever the input was.
pub fn panic_report(panic: &std::panic::PanicHookInfo<'_>) {
    #[cfg(feature = "timely")]
    if crate::explore::distributed::is_lost_connection(std::thread::current().name(), &panic.to_string()) {
        return;
    }
    let _ = writeln!(
        std::io::stderr(),
        "watershed: internal error: {panic}\n\
         This is a mistake of watershed, not of your program. Please report it with the command line, the input files \
         and these lines (version {}).",
        env!("CARGO_PKG_VERSION")
    );
}
