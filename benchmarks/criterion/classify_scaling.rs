//! The table of classification times in `benchmarks/README.md`: `cargo bench --bench classify-scaling`.
//!
//! Each figure is of the fastest of some runs, since other programs on the machine only ever add time. Fails if time per
//! rule grows threefold from the smallest program to the largest, or 10,000 rules take 100 ms.

#[path = "../generators/family.rs"]
mod family;
mod reading;

use family::Family;
use std::process::ExitCode;
use std::time::Duration;

const RUNS: usize = 15;

fn main() -> ExitCode {
    println!("| rules | parse | resolve | analyse | total | per rule |");
    println!("|---:|---:|---:|---:|---:|---:|");
    let mut per_rule = Vec::new();
    let mut in_time = true;
    for rules in [1_000, 3_000, 10_000, 30_000] {
        let text = Family::Layered { rules }.program();
        let count = reading::classify(&text).0.rules.len();
        let best = (0..RUNS).map(|_| reading::classify(&text).2).min().expect("some runs");
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        let [parse, resolve, analyse, total] = [best.parse, best.resolve, best.analyse, best.total].map(milliseconds);
        let each = best.total.as_secs_f64() * 1e6 / count as f64;
        println!("| {count} | {parse} | {resolve} | {analyse} | {total} | {each:.2} µs |");
        per_rule.push(each);
        in_time &= rules != 10_000 || best.total < Duration::from_millis(100);
    }
    let linear = per_rule.last() < per_rule.first().map(|first| first * 3.0).as_ref();
    if linear && in_time { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
