//! What coordination costs: messages sent, and rounds until a system falls quiet, for word count and ad reporting with 5, 10 and 20 workers.
//!
//! `cargo run --release --example coordination_cost`

#[path = "../benchmarks/generators/coordination.rs"]
mod coordination;
#[path = "../benchmarks/generators/cost.rs"]
mod cost;

use coordination::{Coordination, ad_reporting, word_count};
use cost::cost;

fn main() {
    println!(
        "| system | workers | coordination | messages | rounds | rounds ÷ sealed |\n|---|---:|---|---:|---:|---:|"
    );
    for (system, generate) in
        [("word count", word_count as fn(usize, Coordination) -> String), ("ad reporting", ad_reporting)]
    {
        for workers in [5, 10, 20] {
            let sealed = cost(&generate(workers, Coordination::Sealed));
            for coordination in Coordination::ALL {
                let cost = cost(&generate(workers, coordination));
                assert_eq!(cost.model, sealed.model, "these runs end alike");
                let ratio = cost.rounds as f64 / sealed.rounds as f64;
                let name = coordination.name();
                println!("| {system} | {workers} | {name} | {} | {} | {ratio:.1} |", cost.messages, cost.rounds);
            }
        }
    }
}
