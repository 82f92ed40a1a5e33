//! Searches that are shared: the answer is that of one thread, with however many workers and processes, and when some are lost.
#![cfg(feature = "timely")]

#[path = "distributed/processes.rs"]
mod processes;
#[path = "distributed/workers.rs"]
mod workers;

#[path = "properties/alike.rs"]
mod alike;
#[path = "properties/apart.rs"]
mod apart;
#[path = "properties/generator.rs"]
mod generator;
#[path = "properties/model.rs"]
#[allow(dead_code, reason = "the property tests use the rest")]
mod model;
#[path = "properties/relays.rs"]
mod relays;

use generator::Fragment;
use std::path::{Path, PathBuf};
use watershed::cli::test::walk;

/// The programs of the corpus.
fn corpus() -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs"), &mut files).expect("a readable corpus");
    // What has unknowns is many instances, and one process answers for each.
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "unknown"));
    assert!(files.len() >= 40, "the corpus has {} programs", files.len());
    files
}

/// The text of a random program.
fn random(seed: u64) -> String {
    generator::program(seed, if seed.is_multiple_of(4) { Fragment::DedalusS } else { Fragment::Dedalus }).text()
}
