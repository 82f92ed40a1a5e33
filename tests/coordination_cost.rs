//! The generated systems of `examples/coordination_cost.rs` are what they say: with seals and in order they end alike in every run, and
//! coordination costs messages or rounds.

#[path = "../benchmarks/generators/coordination.rs"]
mod coordination;
#[path = "../benchmarks/generators/cost.rs"]
mod cost;

use coordination::{Coordination, ad_reporting, word_count};
use cost::cost;
use watershed::budget::Budget;
use watershed::pipeline::check::Options;
use watershed::pipeline::{Verdict, check, read};
use watershed::program::resolve;
use watershed::syntax::load::Input;

/// The programs that `paper-artifacts/blazes-2014` runs. `WATERSHED_BLESS=1` writes them.
#[test]
fn the_programs_of_the_artifact_are_those_of_the_generator() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("paper-artifacts/blazes-2014/programs");
    for (system, generate) in
        [("word-count", word_count as fn(usize, Coordination) -> String), ("ad-reporting", ad_reporting)]
    {
        for workers in [5, 10, 20] {
            for coordination in Coordination::ALL {
                let file = folder.join(format!("{system}-{workers}-{}.ded", coordination.name()));
                let text = generate(workers, coordination);
                if std::env::var_os("WATERSHED_BLESS").is_some() {
                    std::fs::write(&file, &text).expect("a file that can be written");
                }
                let kept = std::fs::read_to_string(&file).unwrap_or_default();
                assert!(kept == text, "{}: WATERSHED_BLESS=1 cargo test --test coordination_cost", file.display());
            }
        }
    }
}

#[test]
fn coordination_changes_what_a_run_costs_and_not_what_it_ends_with() {
    for (generate, word) in [(word_count as fn(usize, Coordination) -> String, true), (ad_reporting, false)] {
        let [none, sealed, ordered] = Coordination::ALL.map(|coordination| {
            println!("{}", coordination.name());
            cost(&generate(5, coordination))
        });
        assert!(!sealed.model.is_empty() && sealed.model == ordered.model, "{:?}\n{:?}", sealed.model, ordered.model);
        // Here all words of a worker come in one round, and all clicks before the question is read.
        assert_eq!(none.model, sealed.model);
        assert!(none.messages <= sealed.messages, "a seal saves no message");
        assert!(none.messages < ordered.messages && sealed.rounds < ordered.rounds, "order is not free");
        assert_eq!(
            word,
            sealed.messages < ordered.messages,
            "who says how much there is says it to each report server"
        );
        let [small, large] = [5, 10].map(|workers| cost(&generate(workers, Coordination::Ordered)).rounds);
        assert_eq!(word, small == large, "one sequencer serves all ad servers, one message in a step");
    }
}

#[test]
fn one_worker_ends_alike_in_every_run_if_it_is_coordinated() {
    for (coordination, expected) in [
        (Coordination::None, Verdict::Diffluent),
        (Coordination::Sealed, Verdict::Confluent),
        (Coordination::Ordered, Verdict::Confluent),
    ] {
        let text = word_count(1, coordination);
        let read = read(&[Input::Text { name: "generated.ded".to_string(), text }], &resolve::Options::default());
        let (program, analysis) = read.program.unwrap_or_else(|| panic!("{:#?}", read.diagnostics));
        let answer = check(&program, &analysis, &Budget::default(), Options::default(), &mut |_| ());
        assert_eq!(answer.expect("no rule errs").verdict, expected, "{}", coordination.name());
    }
}
