//! Text to analysis, for programs of 1,000 to 30,000 rules.

#[path = "../generators/family.rs"]
mod family;
mod reading;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use family::Family;

fn classify(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("classify");
    group.sample_size(20);
    for rules in [1_000, 3_000, 10_000, 30_000] {
        let text = Family::Layered { rules }.program();
        group.throughput(Throughput::Elements(rules as u64));
        group.bench_with_input(BenchmarkId::from_parameter(rules), &text, |bench, text| {
            bench.iter(|| reading::classify(text));
        });
    }
    group.finish();
}

criterion_group!(benches, classify);
criterion_main!(benches);
