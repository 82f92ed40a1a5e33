//! Explores order-recording with stateright under the system's allocator, which counts nothing.

#![forbid(unsafe_code)]

use clap::Parser;
use watershed_peers::cli::OrderRecordingArgs;

fn main() -> serde_json::Result<()> {
    let report = OrderRecordingArgs::parse().run(|| None);
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
