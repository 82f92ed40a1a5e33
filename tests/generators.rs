//! Generated programs are what they say: the smallest instances have the states of the corpus's own, the rest known
//! counts or known verdicts.

#[path = "../benchmarks/generators/family.rs"]
mod family;

use family::{Family, Receiver, Votes};
use std::path::Path;
use watershed::analysis::analyse;
use watershed::budget::Budget;
use watershed::diagnostic::render::render;
use watershed::pipeline::check::{Answer, Options, check};
use watershed::pipeline::instance;
use watershed::program::{Program, resolve};
use watershed::reduce::Reductions;
use watershed::source::SourceMap;
use watershed::syntax::parser;

fn resolved(text: &str) -> Program {
    let mut sources = SourceMap::new();
    let file = sources.add("generated.ded", text);
    let (tree, mut diagnostics) = parser::parse(&sources, file);
    let (program, more) = resolve::resolve(&sources, &[tree], &resolve::Options::default());
    diagnostics.extend(more);
    assert!(diagnostics.is_empty(), "{}\n{text}", render(&sources, &diagnostics, false));
    program.expect("a program comes out unless there are diagnostics")
}

/// Class, verdict, states and transitions, without theorems.
fn figures(text: &str, reductions: Reductions) -> (&'static str, &'static str, usize, usize) {
    let program = resolved(text);
    let analysis = analyse(&program);
    let instance = instance::Options { reductions, ..instance::Options::default() };
    let options = Options { theorems: false, proofs: None, instance, enough: None };
    let answer: Answer =
        check(&program, &analysis, &Budget::default(), options, &mut |_| {}).expect("no rule of these programs errs");
    let found = answer.findings.figures;
    (analysis.classification.class.name(), answer.verdict.name(), found.states, found.transitions)
}

/// As [`figures`], of the whole system.
fn unreduced(text: &str) -> (&'static str, &'static str, usize, usize) {
    figures(text, Reductions::NONE)
}

fn commit(agents: usize, votes: Votes) -> Family {
    Family::TwoPhaseCommit { agents, votes, resend: false }
}

fn resending_commit(agents: usize) -> Family {
    Family::TwoPhaseCommit { agents, votes: Votes::Yes, resend: true }
}

#[test]
fn small_instances_are_those_of_the_corpus() {
    let cases = [
        (Family::OrderRecording { messages: 1 }, "order-recording/n1.ded"),
        (Family::OrderRecording { messages: 3 }, "order-recording/n3.ded"),
        (Family::OrderRecording { messages: 5 }, "order-recording/n5.ded"),
        (commit(2, Votes::Yes), "commit/2pc-all-yes.ded"),
        (commit(3, Votes::Yes), "commit/2pc-three-participants.ded"),
        (commit(2, Votes::OneNo), "commit/2pc-one-no.ded"),
        (resending_commit(1), "commit/2pc-resend.ded"),
        (Family::ThreePhaseCommit { agents: 2 }, "commit/3pc.ded"),
        (Family::Paxos { acceptors: 2, proposers: 2 }, "paxos/one-silent.ded"),
        (Family::RingElection { nodes: 3 }, "election/ring.ded"),
        (Family::Store { writers: 2, overwrite: false }, "kvs/last-writer-wins-unique.ded"),
        (Family::Store { writers: 2, overwrite: true }, "kvs/diverging.ded"),
        (Family::Cart { additions: 2, latched: false }, "cart/manifest.ded"),
        (Family::Cart { additions: 2, latched: true }, "cart/disorderly.ded"),
        (Family::TokenRing { nodes: 3 }, "election/token-ring.ded"),
    ];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs");
    for (family, file) in cases {
        let text = std::fs::read_to_string(corpus.join(file)).expect("the corpus has this file");
        assert_eq!(unreduced(&family.program()), unreduced(&text), "{family:?} and {file}");
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
        let scatter = Family::Scatter { nodes: size, receiver: Receiver::Keep };
        assert_eq!(unreduced(&scatter.program()), ("dedalus", "confluent", sets + 1, transitions));
        // Any subset of what is in flight may be delivered: 3^n pairs of a set and what is delivered next.
        let transitions = 2 + sets + 3_usize.pow(n);
        let gather = Family::Gather { messages: size };
        assert_eq!(unreduced(&gather.program()), ("dedalus", "confluent", sets + 1, transitions));
    }
}

#[test]
fn verdicts_are_those_of_the_protocols() {
    let cases = [
        (Family::Scatter { nodes: 3, receiver: Receiver::Answer }, "confluent"),
        (Family::Scatter { nodes: 3, receiver: Receiver::Wait }, "diffluent"),
        (commit(1, Votes::OneNo), "confluent"),
        (commit(2, Votes::Either), "diffluent"),
        (commit(2, Votes::Timeout), "diffluent"),
        (Family::ThreePhaseCommit { agents: 1 }, "confluent"),
        (Family::Paxos { acceptors: 3, proposers: 1 }, "confluent"),
        (Family::Paxos { acceptors: 1, proposers: 2 }, "diffluent"),
        (Family::Cart { additions: 1, latched: false }, "confluent"),
        (Family::Cart { additions: 1, latched: true }, "diffluent"),
        (Family::RingElection { nodes: 1 }, "confluent"),
        (Family::RingElection { nodes: 4 }, "confluent"),
    ];
    for (family, verdict) in cases {
        for reductions in [Reductions::NONE, Reductions::ALL] {
            assert_eq!(figures(&family.program(), reductions).1, verdict, "{family:?} with {reductions}");
        }
    }
}

#[test]
fn resends_are_confluent_at_any_size() {
    for n in 1..=3 {
        for family in [Family::Flooding { nodes: n, values: 2 }, resending_commit(n)] {
            for reductions in [Reductions::NONE, Reductions::ALL] {
                // Without reductions the larger ones are large.
                if n < 3 || reductions == Reductions::ALL {
                    let (class, verdict, ..) = figures(&family.program(), reductions);
                    assert_eq!((class, verdict), ("dedalus+", "confluent"), "{family:?} with {reductions}");
                }
            }
        }
    }
}

#[test]
fn large_instances_take_few_transitions() {
    let cases = [
        (Family::Scatter { nodes: 40, receiver: Receiver::Keep }, 160),
        (Family::Scatter { nodes: 40, receiver: Receiver::Answer }, 160),
        (Family::Gather { messages: 40 }, 160),
        (Family::Flooding { nodes: 10, values: 3 }, 9_999),
        (commit(9, Votes::Yes), 100),
        (commit(9, Votes::OneNo), 100),
        (resending_commit(9), 100),
        (Family::RingElection { nodes: 20 }, 100),
        (Family::Store { writers: 8, overwrite: false }, 100),
    ];
    for (family, most) in cases {
        let (_, verdict, _, transitions) = figures(&family.program(), Reductions::ALL);
        assert_eq!(verdict, "confluent", "{family:?}");
        assert!(transitions <= most, "{family:?}: {transitions} transitions");
    }
}

#[test]
fn scattered_messages_that_race_are_explored_apart() {
    let family = Family::Scatter { nodes: 40, receiver: Receiver::Wait };
    let (_, verdict, _, transitions) = figures(&family.program(), Reductions::ALL);
    assert_eq!(verdict, "diffluent");
    assert!(transitions <= 160, "{transitions} transitions");
}

#[test]
fn a_layered_program_has_the_rules_asked_for() {
    let program = resolved(&Family::Layered { rules: 1200 }.program());
    assert_eq!(program.rules.len(), 1200);
    assert!(program.strata.iter().max() >= Some(&7), "negation is layered: {:?}", program.strata.iter().max());
}
