//! Generated programs are what they say: the smallest instances have the states of the corpus's own, and the rest known
//! counts.

#[path = "../benchmarks/generators/family.rs"]
mod family;

use family::Family;
use std::path::Path;
use watershed::analysis::analyse;
use watershed::budget::Budget;
use watershed::diagnostic::render::render;
use watershed::pipeline::check::{Answer, Options, check};
use watershed::program::{Program, resolve};
use watershed::source::SourceMap;
use watershed::syntax::parser;

fn resolved(text: &str) -> Program {
    let mut sources = SourceMap::new();
    let file = sources.add("generated.ded", text);
    let (tree, mut diagnostics) = parser::parse(&sources, file);
    let (program, more) = resolve::resolve(&sources, &[tree], &resolve::Options::default());
    diagnostics.extend(more);
    program.unwrap_or_else(|| panic!("{}\n{text}", render(&sources, &diagnostics, false)))
}

/// Class, verdict, states and transitions, without theorems.
fn figures(text: &str) -> (&'static str, &'static str, usize, usize) {
    let program = resolved(text);
    let analysis = analyse(&program);
    let options = Options { theorems: false, ..Options::default() };
    let answer: Answer =
        check(&program, &analysis, &Budget::default(), options, &mut |_| {}).expect("no rule of these programs errs");
    let found = answer.findings.figures;
    (analysis.classification.class.name(), answer.verdict.name(), found.states, found.transitions)
}

#[test]
fn small_instances_are_those_of_the_corpus() {
    let cases = [
        (Family::OrderRecording { messages: 1 }, "order-recording/n1.ded"),
        (Family::OrderRecording { messages: 3 }, "order-recording/n3.ded"),
        (Family::OrderRecording { messages: 5 }, "order-recording/n5.ded"),
        (Family::TwoPhaseCommit { agents: 2, resend: false }, "commit/2pc-all-yes.ded"),
        (Family::TwoPhaseCommit { agents: 3, resend: false }, "commit/2pc-three-participants.ded"),
        (Family::TwoPhaseCommit { agents: 1, resend: true }, "commit/2pc-resend.ded"),
        (Family::RingElection { nodes: 3 }, "election/ring.ded"),
        (Family::Store { writers: 2, overwrite: false }, "kvs/last-writer-wins-unique.ded"),
        (Family::Store { writers: 2, overwrite: true }, "kvs/diverging.ded"),
        (Family::TokenRing { nodes: 3 }, "election/token-ring.ded"),
    ];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs");
    for (family, file) in cases {
        let text = std::fs::read_to_string(corpus.join(file)).expect("the corpus has this file");
        assert_eq!(figures(&family.program()), figures(&text), "{family:?} and {file}");
    }
}

#[test]
fn independent_and_monotone_messages_have_as_many_states_as_sets_of_them() {
    for n in 1..=5_u32 {
        let sets = 1 << n;
        let size = n as usize;
        // After the sends, a state is the set of messages delivered. The sender's steps change nothing; a node steps
        // without its message or, if that is in flight, with it.
        let transitions = (size + 1) + sets * (size + 1) + size * sets / 2;
        assert_eq!(figures(&Family::FanOut { nodes: size }.program()), ("dedalus", "confluent", sets + 1, transitions));
        // Any subset of what is in flight may be delivered: 3^n pairs of a set and what is delivered next.
        let transitions = 2 + sets + 3_usize.pow(n);
        assert_eq!(
            figures(&Family::Monotone { messages: size }.program()),
            ("dedalus", "confluent", sets + 1, transitions)
        );
    }
}

#[test]
fn resends_are_confluent_at_any_size() {
    for n in 1..=3 {
        for family in [Family::Gossip { nodes: n }, Family::TwoPhaseCommit { agents: n.min(2), resend: true }] {
            let (class, verdict, ..) = figures(&family.program());
            assert_eq!((class, verdict), ("dedalus+", "confluent"), "{family:?}");
        }
    }
}

#[test]
fn a_layered_program_has_the_rules_asked_for() {
    let program = resolved(&Family::Layered { rules: 1200 }.program());
    assert_eq!(program.rules.len(), 1200);
    assert!(program.strata.iter().max() >= Some(&7), "negation is layered: {:?}", program.strata.iter().max());
}
