//! Runs Watershed on families of programs, with reductions and without, and beside a peer, and writes the figures as tables into
//! a page, between two marks.

mod page;
mod spin;

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde::Deserialize;

use crate::compare::CompareError;
use crate::compare::contender::{Contender, Run};
use crate::compare::sample::{Figures, read_peer};
use crate::protocol::Protocol;

/// Explores families of programs and prints tables in Markdown.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct FamiliesArgs {
    /// The page whose marked section is written anew
    #[arg(long, value_name = "PATH", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))]
    pub page: PathBuf,
    /// Print the tables only
    #[arg(long)]
    pub no_page: bool,
    /// States after which a run of Watershed is given up
    #[arg(long, default_value_t = 3_000_000)]
    pub max_states: u64,
    /// Transitions after which a run of Watershed is given up
    #[arg(long, default_value_t = 40_000_000)]
    pub max_transitions: u64,
    /// Only instances whose name contains this
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub only: String,
    /// The watershed binary
    #[arg(long, value_name = "PATH", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/watershed"))]
    pub watershed: PathBuf,
    /// The peer's binary [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    pub peer: Option<PathBuf>,
}

/// A program to explore.
#[derive(Debug, Clone)]
pub struct Instance {
    /// What it is, with n for its size.
    pub name: String,
    /// Its size.
    pub size: usize,
    /// The Dedalus program.
    pub text: String,
}

/// What Watershed answers.
#[derive(Debug, Clone, Deserialize)]
struct Answer {
    verdict: String,
    statistics: Figures,
}

impl Answer {
    fn is_decided(&self) -> bool {
        self.verdict != "inconclusive"
    }
}

impl FamiliesArgs {
    /// Makes all runs and gives the tables, after writing them into the page.
    pub fn run(&self, instances: &[Instance], rivals: &[(Vec<Instance>, Protocol)]) -> Result<String, CompareError> {
        if !self.watershed.is_file() {
            return Err(CompareError::NoWatershed(self.watershed.clone()));
        }
        let folder = tempfile::tempdir().map_err(CompareError::TemporaryFile)?;
        let mut tables = format!(
            "\
Watershed alone, one thread: whole processes of `watershed explore`, given up after {} states or {} transitions (>). \
Transitions count every choice that was tried, idle steps that change nothing included; s is processor time, MB the \
peak of the heap.\n\n",
            thousands(self.max_states),
            thousands(self.max_transitions)
        );
        tables.push_str(
            "| program | n | verdict | states | transitions | s | MB | unreduced states | transitions | s | MB |\n",
        );
        tables.push_str("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        for instance in instances.iter().filter(|instance| instance.name.contains(&self.only)) {
            let reduced = self.explore(instance, &[], folder.path())?;
            let unreduced = self.explore(instance, &["--no-reduction"], folder.path())?;
            let cells = format!("{} | {}", our_cells(&reduced), our_cells(&unreduced));
            row(&mut tables, &[&instance.name, &instance.size.to_string(), &reduced.printed.verdict, &cells]);
        }
        let no_spin = spin::missing();
        let beside = match no_spin {
            None => "Beside stateright and SPIN, one thread:".to_owned(),
            Some(tool) => {
                eprintln!("families: there is no `{tool}`, so SPIN is left out");
                format!("Beside stateright, one thread (SPIN is left out, for there was no `{tool}`):")
            }
        };
        writeln!(tables, "\n{beside}\n").expect("writing to a string does not fail");
        tables.push_str("| system | n | tool | states | transitions | s | MB |\n");
        tables.push_str("|---|---:|---|---:|---:|---:|---:|\n");
        for (ours, protocol) in rivals {
            for instance in ours.iter().filter(|instance| instance.name.contains(&self.only)) {
                let run = self.explore(instance, &[], folder.path())?;
                let tool = format!("watershed: {}", run.printed.verdict);
                row(&mut tables, &[&instance.name, &instance.size.to_string(), &tool, &our_cells(&run)]);
            }
            if ours.iter().any(|instance| instance.name.contains(&self.only)) {
                self.peers(*protocol, &mut tables)?;
                if let (Protocol::TwoPhaseCommit { managers }, None) = (protocol, no_spin) {
                    spins(*managers, &self.only, folder.path(), &mut tables)?;
                }
            }
        }
        if !self.no_page {
            page::update(&self.page, &tables)?;
        }
        Ok(tables)
    }

    fn explore(&self, instance: &Instance, options: &[&str], folder: &Path) -> Result<Run<Answer>, CompareError> {
        let program = folder.join("instance.ded");
        std::fs::write(&program, &instance.text).map_err(CompareError::TemporaryFile)?;
        let [states, transitions] = [self.max_states, self.max_transitions].map(|bound| bound.to_string());
        let fixed = ["explore", "--format", "json", "--max-models", "1", "--max-memory", "8GiB"];
        let bounds = ["--max-states", &states, "--max-transitions", &transitions];
        let arguments =
            fixed.iter().chain(&bounds).chain(options).map(OsString::from).chain([program.into()]).collect();
        let name = format!("watershed on {} (n = {})", instance.name, instance.size);
        let read = |output: &[u8]| serde_json::from_slice(output);
        Contender { name, program: self.watershed.clone(), arguments, read }.run()
    }

    /// The peer's rows: breadth first, depth first, and depth first up to names.
    fn peers(&self, protocol: Protocol, tables: &mut String) -> Result<(), CompareError> {
        let path = match &self.peer {
            Some(path) => path.clone(),
            None => std::env::current_exe()
                .map_err(CompareError::OwnPath)?
                .with_file_name(format!("protocol{}", std::env::consts::EXE_SUFFIX)),
        };
        if !path.is_file() {
            return Err(CompareError::NoPeer(path));
        }
        let (name, size, system) = match protocol {
            Protocol::TwoPhaseCommit { managers } => {
                ("2PC of Gray and Lamport, n managers", managers, ["two-phase-commit", "--managers"])
            }
            Protocol::Paxos { proposers } => ("Paxos, 3 acceptors, n proposers", proposers, ["paxos", "--proposers"]),
        };
        let size = size.to_string();
        let searches: [(&str, &[&str]); 3] = [
            ("stateright, breadth first", &["--search", "bfs"]),
            ("stateright, depth first", &["--search", "dfs"]),
            ("stateright, symmetry", &["--symmetry"]),
        ];
        for (tool, options) in searches {
            let arguments = options.iter().chain(&system).map(OsString::from).chain([OsString::from(&size)]).collect();
            let run = Contender { name: tool.to_owned(), program: path.clone(), arguments, read: read_peer }.run()?;
            row(tables, &[name, &size, tool, &cells(&run.printed, run.processor_seconds)]);
        }
        Ok(())
    }
}

/// The rows of SPIN, for two-phase commit.
fn spins(agents: u8, only: &str, folder: &Path, tables: &mut String) -> Result<(), CompareError> {
    for (votes, number) in spin::VOTES {
        let name = format!("2PC, n agents, {votes}");
        if name.contains(only) {
            let run = spin::verify(agents, number, folder)?;
            let cells = cells(&run.printed.figures, run.processor_seconds);
            let cells = if run.printed.is_complete { cells } else { given_up(&cells) };
            row(tables, &[&name, &agents.to_string(), "SPIN, partial order", &cells]);
        }
    }
    Ok(())
}

/// A row of Markdown; a cell may hold several.
fn row(table: &mut String, cells: &[&str]) {
    writeln!(table, "| {} |", cells.join(" | ")).expect("writing to a string does not fail");
}

/// States, transitions, seconds, megabytes; of a search that was given up, how far it came.
fn our_cells(run: &Run<Answer>) -> String {
    let cells = cells(&run.printed.statistics, run.processor_seconds);
    if run.printed.is_decided() { cells } else { given_up(&cells) }
}

fn given_up(cells: &str) -> String {
    format!("> {}", cells.replace(" | ", " | > "))
}

fn cells(figures: &Figures, seconds: f64) -> String {
    let megabytes = figures.peak_bytes.map_or("—".to_owned(), |bytes| format!("{:.2}", bytes as f64 / 1e6));
    format!("{} | {} | {seconds:.3} | {megabytes}", thousands(figures.states), thousands(figures.transitions))
}

/// A number with a comma before each group of three digits.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (123_456, "123,456"), (1_091_671, "1,091,671")];
        for (number, text) in cases {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn what_was_given_up_is_marked() {
        let run = |verdict: &str| Run {
            printed: Answer {
                verdict: verdict.to_owned(),
                statistics: Figures { states: 1200, transitions: 7, seconds: 1.0, peak_bytes: Some(2_500_000) },
            },
            process_seconds: 1.0,
            processor_seconds: 0.5,
        };
        assert_eq!(our_cells(&run("confluent")), "1,200 | 7 | 0.500 | 2.50");
        assert_eq!(our_cells(&run("inconclusive")), "> 1,200 | > 7 | > 0.500 | > 2.50");
    }
}
