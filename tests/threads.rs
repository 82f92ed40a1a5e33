//! One search on any number of threads: the same findings and figures, and those of states taken one after another.

#[path = "properties/generator.rs"]
mod generator;
#[path = "properties/model.rs"]
#[allow(dead_code, reason = "the property tests use the rest")]
mod model;

use generator::Fragment;
use std::num::NonZeroUsize;
use std::path::Path;
use watershed::budget::Budget;
use watershed::cli::test::walk;
use watershed::explore::breadth_first::explore_one_by_one;
use watershed::explore::{Exploration, Progress};
use watershed::pipeline::instance::{Options, explore_instance_with};
use watershed::pipeline::searcher::{Alone, Searcher};
use watershed::pipeline::{explore_instance, read};
use watershed::program::{Order, Program, resolve};
use watershed::reduce::Reductions;
use watershed::syntax::load::Input;
use watershed::system::asynchronous::{Asynchronous, Counting};
use watershed::system::portable::Tally;
use watershed::threads::Threads;

/// Makes searches state after state.
struct OneByOne;

impl Searcher for OneByOne {
    fn explore(
        &mut self,
        system: &mut Asynchronous<'_>,
        _: &Counting,
        _: Reductions,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, Tally) {
        (explore_one_by_one(system, budget, watch), Tally::default())
    }
}

/// Compares 1, 2, 3 and 8 threads, and where nothing is pumped or cut by a fault, so that as many local steps are asked for, also states
/// one after another. Gives the number of states.
fn compare(name: &str, program: &Program, budget: &Budget, reductions: Reductions) -> usize {
    let options = Options { max_models: 64, reductions, ..Options::default() };
    let found = |count: usize| {
        let threads = Threads::new(NonZeroUsize::new(count).expect("not 0"));
        explore_instance(program, &Budget { threads, ..budget.clone() }, options, &mut |_| ())
    };
    let one = found(1);
    let shown = format!("{one:#?}");
    for count in [2, 3, 8] {
        let several = format!("{:#?}", found(count));
        assert!(several == shown, "{name}, {reductions}: one thread\n{shown}\n{count} threads\n{several}");
    }
    let whole = Options { reductions: Reductions { slices: false, ..reductions }, ..options };
    let mut by_blocks = explore_instance_with(program, budget, whole, &mut Alone, &mut |_| ());
    let mut one_by_one = explore_instance_with(program, budget, whole, &mut OneByOne, &mut |_| ());
    for findings in [&mut by_blocks, &mut one_by_one] {
        let figures = &mut findings.figures;
        figures.novelty = None;
        if figures.searches > 1 || findings.cut.is_some() || reductions != Reductions::NONE {
            (figures.local_steps, figures.remembered, figures.local_states) = (0, 0, 0);
        }
    }
    let (by_blocks, one_by_one) = (format!("{by_blocks:#?}"), format!("{one_by_one:#?}"));
    assert!(by_blocks == one_by_one, "{name}, {reductions}: by blocks\n{by_blocks}\none by one\n{one_by_one}");
    one.figures.states
}

/// Large, and small enough to cut most searches somewhere.
fn budgets(seed: u64) -> [Budget; 3] {
    let whole = Budget { max_states: 4_000, max_transitions: 20_000, max_facts: 10_000, ..Budget::default() };
    let few = usize::try_from(seed % 97).expect("small");
    [
        whole.clone(),
        Budget { max_states: 5 + 3 * few, ..whole.clone() },
        Budget { max_transitions: 5 + 9 * few, max_facts: 20, ..whole },
    ]
}

fn read_program(input: Input, order: Order) -> Option<Program> {
    let options = resolve::Options { order, ..resolve::Options::default() };
    Some(read(&[input], &options).program?.0).filter(|program| !program.nodes.is_empty())
}

#[test]
fn the_corpus_has_the_same_findings_on_any_number_of_threads() {
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs"), &mut files).expect("a readable corpus");
    assert!(files.len() >= 40, "the corpus has {} programs", files.len());
    let mut states = 0;
    for (file, seed) in files.iter().zip(0..) {
        let order = if seed % 5 == 4 { Order::Fifo } else { Order::Any };
        let Some(program) = read_program(Input::Path(file.clone()), order) else { continue };
        let name = file.display().to_string();
        let [whole, by_states, by_transitions] = budgets(seed);
        states += compare(&name, &program, &whole, Reductions::NONE);
        compare(&name, &program, &whole, Reductions::ALL);
        compare(&name, &program, &by_states, Reductions::NONE);
        compare(&name, &program, &by_transitions, if seed % 2 == 0 { Reductions::ALL } else { Reductions::NONE });
    }
    assert!(states > 10_000, "{states} states");
}

#[test]
fn random_programs_have_the_same_findings_on_any_number_of_threads() {
    let count = std::env::var("WATERSHED_RANDOM").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    let mut compared = 0;
    for seed in 0..count {
        let fragment = if seed % 4 == 0 { Fragment::DedalusS } else { Fragment::Dedalus };
        let text = generator::program(seed, fragment).text();
        let input = Input::Text { name: format!("{seed}.ded"), text: text.clone() };
        let Some(program) = read_program(input, if seed % 5 == 4 { Order::Fifo } else { Order::Any }) else { continue };
        compared += 1;
        for (budget, reductions) in budgets(seed).iter().zip([Reductions::NONE, Reductions::NONE, Reductions::ALL]) {
            compare(&text, &program, budget, reductions);
        }
    }
    assert!(compared * 2 > count, "{compared} programs");
}

/// Records the order in which messages arrive.
fn order_recording(messages: usize) -> String {
    let mut text = "m(#S, X)@async :- go(#C, S, X); seen(X) :- m(X); seen(X)@next :- seen(X);\
        before(X, Y) :- seen(X), all(Y), notin seen(Y); before(X, Y)@next :- before(X, Y); output before; up(#s);"
        .to_string();
    (1..=messages).for_each(|x| text.push_str(&format!("go(#c, s, x{x})@1; all(#s, x{x});")));
    text
}

#[test]
fn a_search_is_cut_at_the_same_place_on_any_number_of_threads() {
    let input = Input::Text { name: "order.ded".to_string(), text: order_recording(6) };
    let program = read_program(input, Order::Any).expect("a program");
    for most in (1..9_500).step_by(397).chain([9_365, 9_366, 9_367]) {
        let by_states = Budget { max_states: most, ..Budget::default() };
        assert!(compare("order", &program, &by_states, Reductions::NONE) <= most);
        let by_transitions = Budget { max_transitions: 3 * most, ..Budget::default() };
        compare("order", &program, &by_transitions, Reductions::NONE);
    }
}
