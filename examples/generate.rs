//! Writes a larger instance of a protocol: `cargo run --release --example generate -- two-phase-commit --agents 5`.

#[path = "../benchmarks/generators/family.rs"]
mod family;

use clap::Parser;
use std::io::{self, Write};

/// Writes a Dedalus program of any size to standard output.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    family: family::Family,
}

fn main() -> io::Result<()> {
    io::stdout().write_all(Arguments::parse().family.program().as_bytes())
}
