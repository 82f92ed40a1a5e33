//! Sets Watershed's stratified evaluation beside the same query in ascent, under an allocator that counts live bytes.

#![forbid(unsafe_code)]

use std::alloc::System;
use std::process::ExitCode;

use cap::Cap;
use clap::Parser;
use watershed_peers::garbage::GarbageArgs;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    match GarbageArgs::parse().run(|| ALLOCATOR.max_allocated() as u64) {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("garbage: {error}");
            ExitCode::from(2)
        }
    }
}
