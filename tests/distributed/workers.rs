//! Workers in one process, against the search in one thread: everything that is found, bounds included.

use super::{alike, corpus, random};
use watershed::budget::Budget;
use watershed::explore::distributed::Layout;
use watershed::pipeline::instance::{Options, explore_instance_with};
use watershed::pipeline::workers::Workers;
use watershed::pipeline::{Figures, Findings, explore_instance, read};
use watershed::program::{Program, resolve};
use watershed::reduce::Reductions;
use watershed::syntax::load::Input;

/// How much work it was, which depends on who remembers what.
fn without_effort(mut findings: Findings) -> String {
    let figures = &mut findings.figures;
    (figures.local_steps, figures.remembered, figures.local_states, figures.novelty) = (0, 0, 0, None);
    format!("{findings:#?}")
}

/// Compares; gives the figures.
fn compare(name: &str, program: &Program, workers: usize, budget: &Budget, reductions: Reductions) -> Figures {
    let options = Options { max_models: 64, reductions, ..Options::default() };
    let alone = explore_instance(program, budget, options, &mut |_| ());
    let layout = Layout { workers, process: 0, connections: vec![None] };
    let mut crew = Workers::start(program, budget, layout).expect("threads");
    let shared = explore_instance_with(program, budget, options, &mut crew, &mut |_| ());
    assert!(!crew.are_lost(), "{name}: a worker failed");
    crew.finish(0);
    let figures = alone.figures;
    let (alone, shared) = (without_effort(alone), without_effort(shared));
    assert!(alone == shared, "{name}, {workers} workers, {reductions}: alone\n{alone}\nshared\n{shared}");
    figures
}

/// Large, and small enough to cut most searches somewhere.
fn budgets(seed: u64) -> [Budget; 3] {
    let whole = Budget { max_states: 5_000, max_transitions: 20_000, max_facts: 10_000, ..Budget::default() };
    let few = usize::try_from(seed % 97).expect("small");
    [
        whole.clone(),
        Budget { max_states: 5 + few, ..whole.clone() },
        Budget { max_transitions: 5 + 3 * few, max_facts: 20, ..whole },
    ]
}

fn read_program(input: Input) -> Option<Program> {
    Some(read(&[input], &resolve::Options::default()).program?.0)
}

#[test]
fn the_corpus_has_the_same_findings_with_workers() {
    let mut states = 0;
    for (file, seed) in corpus().iter().zip(0..) {
        let program = read_program(Input::Path(file.clone())).filter(|program| !program.nodes.is_empty());
        let Some(program) = program else { continue };
        let budget = &budgets(seed)[usize::from(seed % 3 == 0)];
        let reductions = if seed % 2 == 0 { Reductions::ALL } else { Reductions::NONE };
        let name = file.display().to_string();
        states += compare(&name, &program, 2 + usize::from(seed % 5 == 0), budget, reductions).states;
    }
    assert!(states > 10_000, "{states} states");
}

#[test]
fn random_programs_have_the_same_findings_with_workers() {
    let count = std::env::var("WATERSHED_RANDOM").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    let mut compared = 0;
    for seed in 0..count {
        let text = random(seed);
        let input = Input::Text { name: format!("{seed}.ded"), text: text.clone() };
        let Some(program) = read_program(input) else { continue };
        compared += 1;
        for (budget, reductions) in budgets(seed).iter().zip([Reductions::ALL, Reductions::NONE, Reductions::ALL]) {
            compare(&text, &program, 2 + usize::from(seed % 7 == 0), budget, reductions);
        }
    }
    assert!(compared * 2 > count, "{compared} programs");
}

#[test]
fn programs_with_values_alike_have_the_same_findings_with_workers() {
    let count = std::env::var("WATERSHED_RANDOM").ok().and_then(|count| count.parse().ok()).unwrap_or(30);
    let mut renamed = 0;
    for seed in 0..count {
        let text = alike::program(seed).text();
        let input = Input::Text { name: format!("{seed}.ded"), text: text.clone() };
        let Some(program) = read_program(input) else { continue };
        let whole = Reductions { slices: false, ..Reductions::ALL };
        for (budget, reductions) in budgets(seed).iter().zip([whole, Reductions::ALL, whole]) {
            renamed += compare(&text, &program, 2 + usize::from(seed % 7 == 0), budget, reductions).mapped;
        }
    }
    assert!(renamed > 0, "no state was renamed");
}
