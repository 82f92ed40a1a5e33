//! Distributed garbage collection of a random graph: Watershed's stratified evaluation beside the same query in ascent.
//!
//! A node sends its objects and pointers to a collector, which finds what no root leads to. As Dedalus it is the program of
//! [`dedalus`]; in ascent it is three rules over the same relations ([`collect`]). Both read their facts from a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ascent::ascent;
use clap::Parser;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::cli::positive;
use crate::compare::CompareError;
use crate::compare::contender::{Contender, Run};

/// Runs both on a random graph and prints a table; or, with `--peer FILE`, the peer alone on a file of pointers.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct GarbageArgs {
    /// Number of objects; object 0 is the root
    #[arg(long, default_value_t = 500_000, value_parser = positive)]
    pub objects: usize,
    /// Number of pointers, each between two random objects
    #[arg(long, default_value_t = 1_000_000, value_parser = positive)]
    pub pointers: usize,
    /// Seed of the graph
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Paired runs
    #[arg(short = 'k', long, default_value_t = 3, value_parser = positive)]
    pub runs: usize,
    /// The watershed binary
    #[arg(long, value_name = "PATH", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/watershed"))]
    pub watershed: PathBuf,
    /// Collect the graph of this file with ascent and print one line of JSON
    #[arg(long, value_name = "FILE")]
    pub peer: Option<PathBuf>,
}

/// A graph: the number of objects, and its pointers.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Number of objects.
    pub objects: usize,
    /// Pairs of objects.
    pub pointers: Vec<(u32, u32)>,
}

/// What both tools report.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Collection {
    /// Objects that no root leads to; not told by what only reads.
    pub garbage: Option<usize>,
    /// Seconds of the query alone, without reading; not told by Watershed.
    pub query_seconds: Option<f64>,
    /// Peak of live heap bytes.
    pub peak_bytes: Option<u64>,
}

impl GarbageArgs {
    /// Makes the runs and gives the table.
    ///
    /// # Errors
    /// If a tool cannot be run, or the two do not find as much garbage.
    pub fn run(&self, peak: impl Fn() -> u64) -> Result<String, CompareError> {
        if let Some(file) = &self.peer {
            let text = std::fs::read_to_string(file).map_err(CompareError::TemporaryFile)?;
            let graph = Graph::read(&text);
            let start = Instant::now();
            let garbage = Some(collect(&graph).len());
            let query_seconds = Some(start.elapsed().as_secs_f64());
            let collection = Collection { garbage, query_seconds, peak_bytes: Some(peak()) };
            return Ok(format!("{}\n", serde_json::to_string(&collection).expect("numbers can be written")));
        }
        if !self.watershed.is_file() {
            return Err(CompareError::NoWatershed(self.watershed.clone()));
        }
        let graph = Graph::random(self.objects, self.pointers, self.seed);
        let folder = tempfile::tempdir().map_err(CompareError::TemporaryFile)?;
        let (program, pairs) = (folder.path().join("garbage.ded"), folder.path().join("pointers.txt"));
        std::fs::write(&program, dedalus(&graph)).map_err(CompareError::TemporaryFile)?;
        std::fs::write(&pairs, graph.text()).map_err(CompareError::TemporaryFile)?;
        let contenders = [self.watershed(&program), self.reading(&program), peer(&pairs)?];
        let mut runs: [Vec<Run<Collection>>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..self.runs {
            for (contender, runs) in contenders.iter().zip(&mut runs) {
                runs.push(contender.run()?);
            }
        }
        let found: Vec<usize> = runs.iter().flatten().filter_map(|run| run.printed.garbage).collect();
        if found.iter().any(|garbage| *garbage != found[0]) {
            return Err(CompareError::Garbage(found));
        }
        Ok(table(&contenders, &runs))
    }

    fn watershed(&self, program: &Path) -> Contender<Collection> {
        let fixed = ["run", "--semantics", "stratified", "--max-facts", "100000000", "--format", "json"];
        let mut arguments: Vec<std::ffi::OsString> = fixed.map(Into::into).to_vec();
        arguments.push(program.into());
        Contender { name: "watershed".to_owned(), program: self.watershed.clone(), arguments, read: read_watershed }
    }

    /// Watershed up to where the query begins: it reads, resolves and classifies the same file.
    fn reading(&self, program: &Path) -> Contender<Collection> {
        let arguments = vec!["classify".into(), "--format".into(), "json".into(), program.into()];
        let name = "watershed, reading only".to_owned();
        Contender { name, program: self.watershed.clone(), arguments, read: read_watershed }
    }
}

fn peer(pairs: &Path) -> Result<Contender<Collection>, CompareError> {
    let program = std::env::current_exe().map_err(CompareError::OwnPath)?;
    let arguments = vec!["--peer".into(), pairs.into()];
    let read = |output: &[u8]| serde_json::from_slice(output);
    Ok(Contender { name: "ascent".to_owned(), program, arguments, read })
}

#[derive(Deserialize)]
struct Report {
    statistics: Statistics,
    ultimate_model: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Deserialize)]
struct Statistics {
    peak_bytes: u64,
}

fn read_watershed(output: &[u8]) -> serde_json::Result<Collection> {
    let report: Report = serde_json::from_slice(output)?;
    let peak_bytes = Some(report.statistics.peak_bytes);
    Ok(Collection { garbage: report.ultimate_model.map(|model| model.len()), query_seconds: None, peak_bytes })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn table(contenders: &[Contender<Collection>], runs: &[Vec<Run<Collection>>]) -> String {
    let mut table =
        "| | garbage | process seconds | processor seconds | the query alone | peak MB |\n|---|---:|---:|---:|---:|---:|\n".to_string();
    for (contender, runs) in contenders.iter().zip(runs) {
        let process = median(runs.iter().map(|run| run.process_seconds).collect());
        let processor = median(runs.iter().map(|run| run.processor_seconds).collect());
        let query: Option<Vec<f64>> = runs.iter().map(|run| run.printed.query_seconds).collect();
        let query = query.map_or("".to_string(), |seconds| format!("{:.2}", median(seconds)));
        let printed = runs[0].printed;
        let peak = printed.peak_bytes.map_or("".to_string(), |bytes| format!("{}", bytes / 1_000_000));
        let garbage = printed.garbage.map_or("".to_string(), |garbage| garbage.to_string());
        let _ =
            writeln!(table, "| {} | {garbage} | {process:.2} | {processor:.2} | {query} | {peak} |", contender.name);
    }
    table
}

impl Graph {
    /// A graph with pointers between random objects; the same one for the same seed.
    pub fn random(objects: usize, pointers: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let last = u32::try_from(objects).unwrap_or(u32::MAX);
        let pointers = (0..pointers).map(|_| (rng.random_range(0..last), rng.random_range(0..last))).collect();
        Graph { objects, pointers }
    }

    /// A line for the number of objects, a line a pointer.
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.objects);
        for (from, to) in &self.pointers {
            let _ = writeln!(text, "{from} {to}");
        }
        text
    }

    /// Reads what [`Graph::text`] writes; lines of another form are passed over.
    fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let objects = lines.next().and_then(|line| line.parse().ok()).unwrap_or(0);
        let pair = |line: &str| {
            let (from, to) = line.split_once(' ')?;
            Some((from.parse().ok()?, to.parse().ok()?))
        };
        Graph { objects, pointers: lines.filter_map(pair).collect() }
    }
}

/// The graph as a Dedalus program: one node has the objects, another one collects.
pub fn dedalus(graph: &Graph) -> String {
    let mut text = "nodes memory, collector; output garbage; reports(#memory, collector); root(#collector, 0);
object(#To, X)@async :- allocated(X), reports(To);
object(X)@next :- object(X);
pointer(#To, X, Y)@async :- refers(X, Y), reports(To);
pointer(X, Y)@next :- pointer(X, Y);
live(X) :- root(X);
live(Y) :- live(X), pointer(X, Y);
garbage(X) :- object(X), notin live(X);
"
    .to_string();
    for object in 0..graph.objects {
        let _ = writeln!(text, "allocated(#memory, {object});");
    }
    for (from, to) in &graph.pointers {
        let _ = writeln!(text, "refers(#memory, {from}, {to});");
    }
    text
}

ascent! {
    struct Collector;
    relation allocated(u32);
    relation refers(u32, u32);
    relation object(u32);
    relation pointer(u32, u32);
    relation root(u32);
    relation live(u32);
    relation garbage(u32);

    object(x) <-- allocated(x);
    pointer(x, y) <-- refers(x, y);
    live(x) <-- root(x);
    live(y) <-- live(x), pointer(x, y);
    garbage(x) <-- object(x), !live(x);
}

/// What no root leads to, by ascent.
pub fn collect(graph: &Graph) -> Vec<u32> {
    let mut refers = graph.pointers.clone();
    refers.sort_unstable();
    refers.dedup();
    let allocated = (0..graph.objects as u32).map(|object| (object,)).collect();
    let mut collector = Collector { allocated, refers, root: vec![(0,)], ..Collector::default() };
    collector.run();
    let mut garbage: Vec<u32> = collector.garbage.into_iter().map(|(object,)| object).collect();
    garbage.sort_unstable();
    garbage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_root_leads_to_is_garbage() {
        let graph = Graph { objects: 5, pointers: vec![(0, 1), (1, 2), (3, 4), (4, 3)] };
        assert_eq!(collect(&graph), [3, 4]);
        let again = Graph::read(&graph.text());
        assert_eq!((again.objects, again.pointers), (graph.objects, graph.pointers));
    }
}
