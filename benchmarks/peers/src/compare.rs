//! Runs Watershed and the peer alternately on the same system and sets their figures side by side.

pub(crate) mod contender;
mod error;
pub(crate) mod sample;
mod table;

pub use error::CompareError;
pub use sample::Sample;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::cli::positive;
use crate::explore::Search;
use crate::order_recording::{self, MAX_MESSAGES, SelfLoops};
use contender::Contender;
use error::Disagreement;
use sample::Figures;

/// Runs Watershed and stateright alternately on order-recording and prints a table.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct CompareArgs {
    /// Number of messages
    #[arg(long, default_value_t = MAX_MESSAGES, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_MESSAGES)))]
    pub n: u8,
    /// Paired runs of Watershed and each form of the peer
    #[arg(short = 'k', long, default_value_t = 5, value_parser = positive)]
    pub runs: usize,
    /// Numbers of stateright's worker threads
    #[arg(long, value_delimiter = ',', default_value = "1,2", value_parser = positive)]
    pub threads: Vec<usize>,
    /// Stateright's searches
    #[arg(long, value_enum, value_delimiter = ',', default_value = "bfs,dfs")]
    pub search: Vec<Search>,
    /// Let the peer's next_state answer None for steps that change nothing
    #[arg(long)]
    pub drop_self_loops: bool,
    /// Run the peer under the system's allocator, which counts no bytes
    #[arg(long)]
    pub uncounted: bool,
    /// The watershed binary
    #[arg(long, value_name = "PATH", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/watershed"))]
    pub watershed: PathBuf,
    /// The peer's binary [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    pub peer: Option<PathBuf>,
    /// More arguments for `watershed explore`
    #[arg(last = true)]
    pub watershed_arguments: Vec<OsString>,
}

/// One run of each, one right after the other.
#[derive(Debug, Clone, Copy)]
struct Pair {
    watershed: Sample,
    peer: Sample,
}

/// A form of the peer and its paired runs.
#[derive(Debug)]
struct Series {
    name: String,
    pairs: Vec<Pair>,
}

impl CompareArgs {
    /// Makes all runs and gives the table; an error if the tools do not agree on the state space.
    pub fn run(&self) -> Result<String, CompareError> {
        if !self.watershed.is_file() {
            return Err(CompareError::NoWatershed(self.watershed.clone()));
        }
        let peer = self.peer_path()?;
        let folder = tempfile::tempdir().map_err(CompareError::TemporaryFile)?;
        let program = folder.path().join("order-recording.ded");
        std::fs::write(&program, order_recording::dedalus(self.n)).map_err(CompareError::TemporaryFile)?;

        let watershed = self.watershed_contender(&program);
        let peers = self.peer_contenders(&peer);
        let mut series: Vec<Series> = peers.iter().map(Series::new).collect();
        for run in 0..self.runs {
            for (peer, series) in peers.iter().zip(&mut series) {
                series.pairs.push(pair(&watershed, peer, run % 2 == 1)?);
            }
        }
        let table = table::draw(self.n, &series);
        let disagreements = self.disagreements(&series);
        if disagreements.is_empty() { Ok(table) } else { Err(CompareError::Disagree { table, disagreements }) }
    }

    fn peer_path(&self) -> Result<PathBuf, CompareError> {
        let name = if self.uncounted { "order-recording-plain" } else { "order-recording" };
        let path = match &self.peer {
            Some(path) => path.clone(),
            None => std::env::current_exe()
                .map_err(CompareError::OwnPath)?
                .with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX)),
        };
        if path.is_file() { Ok(path) } else { Err(CompareError::NoPeer(path)) }
    }

    fn watershed_contender(&self, program: &Path) -> Contender<Figures> {
        let fixed = ["explore", "--no-reduction", "--format", "json", "--max-states", "2000000"];
        let mut arguments: Vec<OsString> = fixed.map(OsString::from).to_vec();
        arguments.extend(self.watershed_arguments.iter().cloned());
        arguments.push(program.into());
        Contender {
            name: "watershed".to_owned(),
            program: self.watershed.clone(),
            arguments,
            read: sample::read_watershed,
        }
    }

    fn peer_contenders(&self, path: &Path) -> Vec<Contender<Figures>> {
        let mut peers = Vec::new();
        for search in &self.search {
            for threads in &self.threads {
                let search = match search {
                    Search::Bfs => "bfs",
                    Search::Dfs => "dfs",
                };
                let mut arguments = vec![
                    "--n".into(),
                    self.n.to_string().into(),
                    "--search".into(),
                    search.into(),
                    "--threads".into(),
                    threads.to_string().into(),
                ];
                if self.drop_self_loops {
                    arguments.push("--drop-self-loops".into());
                }
                let plural = if *threads == 1 { "" } else { "s" };
                peers.push(Contender {
                    name: format!("stateright {search}, {threads} thread{plural}"),
                    program: path.to_owned(),
                    arguments,
                    read: sample::read_peer,
                });
            }
        }
        peers
    }

    /// Every count that is not the one that the closed formulas give.
    fn disagreements(&self, series: &[Series]) -> Vec<Disagreement> {
        let peer_loops = if self.drop_self_loops { SelfLoops::Dropped } else { SelfLoops::Counted };
        let mut found = Vec::new();
        for series in series {
            for pair in &series.pairs {
                let runs =
                    [("watershed", pair.watershed, SelfLoops::Counted), (series.name.as_str(), pair.peer, peer_loops)];
                for (name, sample, self_loops) in runs {
                    let disagreement = Disagreement {
                        name: name.to_owned(),
                        counted: (sample.states, sample.transitions),
                        expected: (order_recording::states(self.n), order_recording::transitions(self.n, self_loops)),
                    };
                    if disagreement.counted != disagreement.expected && !found.contains(&disagreement) {
                        found.push(disagreement);
                    }
                }
            }
        }
        found
    }
}

impl Series {
    fn new(peer: &Contender<Figures>) -> Self {
        Self { name: peer.name.clone(), pairs: Vec::new() }
    }
}

/// Runs both; the peer first if `swap`, so that neither always profits from its place.
fn pair(watershed: &Contender<Figures>, peer: &Contender<Figures>, swap: bool) -> Result<Pair, CompareError> {
    if swap {
        let peer = Sample::new(&peer.run()?);
        let watershed = Sample::new(&watershed.run()?);
        Ok(Pair { watershed, peer })
    } else {
        let watershed = Sample::new(&watershed.run()?);
        let peer = Sample::new(&peer.run()?);
        Ok(Pair { watershed, peer })
    }
}
