//! Local steps by both evaluators, and whole explorations of order-recording, where every local step is new.

#[path = "../generators/family.rs"]
mod family;
mod reading;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use family::Family;
use std::collections::BTreeSet;
use watershed::budget::Budget;
use watershed::eval::LocalStep;
use watershed::eval::naive::Naive;
use watershed::eval::seminaive::SemiNaive;
use watershed::explore::explore;
use watershed::program::{Fact, NodeId, Program, When};
use watershed::reduce::Reductions;
use watershed::system::asynchronous::{Asynchronous, Counting};

/// What the last node has in its first step: of order-recording its static facts and all messages, half of them seen.
fn input(program: &Program) -> (NodeId, BTreeSet<Fact>) {
    let node = program.node_ids().last().expect("the program has nodes");
    let here = program.facts.iter().filter(|fact| fact.node == node && fact.when == When::Always);
    let mut facts: BTreeSet<Fact> = here.map(|fact| fact.fact.clone()).collect();
    let relation = |name| program.relation_named(name).expect("the program has this relation");
    let (all, seen) = (relation("all"), relation("seen"));
    let messages: Vec<_> = facts.iter().filter(|fact| fact.relation == all).map(|fact| fact.values.clone()).collect();
    let half = messages.len() / 2;
    facts.extend(messages.into_iter().take(half).map(|values| Fact { relation: seen, values }));
    (node, facts)
}

fn local_steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("local step");
    group.throughput(Throughput::Elements(1));
    for messages in [6, 40] {
        let (program, ..) = reading::classify(&Family::OrderRecording { messages }.program());
        let (node, facts) = input(&program);
        let mut naive = Naive::new(&program, usize::MAX);
        group.bench_function(BenchmarkId::new("naive", messages), |bench| {
            bench.iter(|| naive.step(node, &facts).expect("nothing errs"));
        });
        let mut fast = SemiNaive::new(&program, Budget::default());
        let ids: Vec<_> = facts.iter().map(|fact| fast.facts_mut().intern(fact)).collect();
        group.bench_function(BenchmarkId::new("semi-naive", messages), |bench| {
            bench.iter(|| fast.step_ids(node, &ids).expect("nothing errs"));
        });
    }
    group.finish();
}

fn order_recording(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explore order-recording");
    group.sample_size(10);
    for (messages, models) in [(5, 541), (6, 4683)] {
        let (program, ..) = reading::classify(&Family::OrderRecording { messages }.program());
        group.throughput(Throughput::Elements(2 * models + 1));
        group.bench_function(BenchmarkId::from_parameter(messages), |bench| {
            bench.iter(|| {
                let budget = Budget::default();
                let mut system =
                    Asynchronous::new(&program, &budget, &Counting { cap: 1, ..Counting::default() }, Reductions::NONE);
                let found = explore(&mut system, &budget, &mut |_| {});
                assert_eq!(found.graph.states.len() as u64, 2 * models + 1);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, local_steps, order_recording);
criterion_main!(benches);
