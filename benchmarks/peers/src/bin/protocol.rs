//! Explores a protocol with stateright under an allocator that counts live bytes.

#![forbid(unsafe_code)]

use std::alloc::System;

use cap::Cap;
use clap::Parser;
use watershed_peers::protocol::ProtocolArgs;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> serde_json::Result<()> {
    let report = ProtocolArgs::parse().run(|| ALLOCATOR.max_allocated());
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
