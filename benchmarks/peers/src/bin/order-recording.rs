//! Explores order-recording with stateright under an allocator that counts live bytes.

#![forbid(unsafe_code)]

use std::alloc::System;

use cap::Cap;
use clap::Parser;
use watershed_peers::cli::OrderRecordingArgs;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> serde_json::Result<()> {
    let report = OrderRecordingArgs::parse().run(|| Some(ALLOCATOR.max_allocated()));
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
