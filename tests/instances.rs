//! All small instances: what symmetry and columns' classes leave out is held against plain enumeration, in which every value may
//! stand in every column.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use watershed::budget::Budget;
use watershed::pipeline::Verdict;
use watershed::pipeline::bare::Bare;
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::instances::{Bounds, Outcome, search};
use watershed::pipeline::read::read_bare;
use watershed::program::{Program, resolve};
use watershed::syntax::load::Input;

/// An EDB relation: its name, its columns and whether its facts are events.
type Schema = &'static [(&'static str, usize, bool)];

const PROGRAMS: &[(&str, Schema, &str)] = &[
    (
        "the first of two different messages stays",
        &[("w", 2, true)],
        "event w; output kept; m(#S, X)@async :- w(S, X); kept(X) :- m(X), notin old(_); old(X)@next :- old(X);
         old(X)@next :- kept(X); kept(X) :- old(X);",
    ),
    ("a grow-only set", &[("w", 2, true)], "event w; output kept; m(#S, X)@async :- w(S, X); kept(X) :- m(X); kept(X)@next :- kept(X);"),
    (
        "an order on values decides",
        &[("w", 1, true)],
        "event w; output low; m(#S, X)@async :- w(X), node(S); k(X) :- m(X); k(X)@next :- k(X); low() :- k(X), m(Y), X < Y;
         low()@next :- low();",
    ),
    (
        "a value that a rule names is unlike others",
        &[("w", 1, true)],
        "event w; output bad; m(#S, X)@async :- w(X), node(S); k(X) :- m(X); k(X)@next :- k(X);
         bad() :- m(stop), k(X), X != stop; bad()@next :- bad();",
    ),
    (
        "exactly one had arrived",
        &[("w", 1, false), ("peer", 1, false)],
        "input w(v), peer(p); output one; m(#S, X)@async :- w(X), peer(S); k(X) :- m(X); k(X)@next :- k(X);
         n(count<X>) :- k(X); one() :- n(1); one()@next :- one();",
    ),
    (
        "facts of derived relations stay, at the nodes that they name",
        &[("w", 1, true)],
        "event w; output v; v(#r, none)@1; m(#r, X)@async :- w(X); v(X)@next :- m(X); v(X)@next :- v(X), notin m(_);",
    ),
    (
        "the greater value in one relation, the less in the other",
        &[("a", 1, true), ("b", 1, true)],
        "event a, b; output bad; x(#S, X)@async :- a(X), node(S); y(#S, Y)@async :- b(Y), node(S); k(Y)@next :- y(Y);
         k(Y)@next :- k(Y); bad() :- x(X), k(Y), Y < X; bad()@next :- bad();",
    ),
    (
        "another value than the one that a rule names",
        &[("a", 1, true), ("b", 1, true)],
        "event a, b; output bad; x(#S, X)@async :- a(X), node(S); y(#S, Y)@async :- b(Y), node(S); k(Y)@next :- y(Y);
         k(Y)@next :- k(Y); bad() :- x(X), k(_), X != stop; bad()@next :- bad();",
    ),
    (
        "another node than the one that a rule names",
        &[("a", 0, true), ("b", 0, true)],
        "event a, b; output bad; x(#r, L)@async :- a(#L); y(#r)@async :- b(); k()@next :- y(); k()@next :- k();
         bad() :- x(L), k(), L != r; bad()@next :- bad();",
    ),
    (
        "a relation that rules only deny",
        &[("go", 0, true), ("flag", 1, false)],
        "event go; input flag(v); output bad; x(#S)@async :- go(), node(S); y(#S)@async :- go(), node(S); k()@next :- y(); k()@next :- k();
         safe() :- node(_), notin flag(_); bad() :- x(), k(), notin safe(); bad()@next :- bad();",
    ),
    (
        "a node that names itself",
        &[("a", 1, true), ("b", 0, true)],
        "event a, b; output bad; x(#S)@async :- a(#L, L), node(S); y(#S)@async :- b(), node(S); k()@next :- y(); k()@next :- k();
         bad() :- x(), k(); bad()@next :- bad();",
    ),
];

fn read(text: &str) -> (Program, Bare) {
    let input = Input::Text { name: "p.ded".to_string(), text: text.to_string() };
    let (read, bare) = read_bare(&[input], &resolve::Options::default());
    let messages: Vec<_> = read.diagnostics.iter().map(|finding| &finding.message).collect();
    (read.program.unwrap_or_else(|| panic!("{text}: {messages:?}")).0, bare.expect("a program"))
}

fn options() -> Options {
    Options { theorems: false, ..Options::default() }
}

fn searched(text: &str, bounds: Bounds) -> Outcome {
    let (program, bare) = read(text);
    search(&program, &bare, bounds, &Budget::default(), options(), &mut |_| {}).expect("a search")
}

/// The facts over some nodes with any of `values` in each column.
fn possible(schema: Schema, nodes: &[&str], values: &[&str]) -> Vec<String> {
    let mut facts = Vec::new();
    for (name, arity, event) in schema {
        for node in nodes {
            let mut texts = vec![format!("{name}(#{node}")];
            for _ in 0..*arity {
                texts =
                    texts.iter().flat_map(|text| values.iter().map(move |value| format!("{text}, {value}"))).collect();
            }
            facts.extend(texts.into_iter().map(|text| text + if *event { ")@1;" } else { ");" }));
        }
    }
    facts
}

/// The least number of facts of a diffluent instance, by trying all sets of at most two facts.
fn least_by_force(text: &str, schema: Schema) -> Option<usize> {
    let (_, bare) = read(text);
    let mut least: Option<usize> = None;
    let named: Vec<&str> = bare.named.iter().map(String::as_str).collect();
    for network in [vec!["a"], vec!["a", "b"]] {
        let network = if named.is_empty() { network } else { [&named[..], &network[1..]].concat() };
        let values = [&network[..], &["stop", "u", "w"]].concat();
        let facts = possible(schema, &network, &values);
        let mut sets: Vec<Vec<&str>> = vec![vec![]];
        for (i, one) in facts.iter().enumerate() {
            sets.push(vec![one]);
            sets.extend(facts[..i].iter().map(|other| vec![one.as_str(), other.as_str()]));
        }
        for set in sets {
            if least.is_some_and(|least| least <= set.len()) {
                continue;
            }
            let read = bare.with(&format!("nodes {}; {}", network.join(", "), set.join(" ")));
            let (program, analysis) = read.program.expect("an instance");
            let Ok(answer) = check(&program, &analysis, &Budget::default(), options(), &mut |_| {}) else { continue };
            match answer.verdict {
                Verdict::Diffluent => least = Some(set.len()),
                Verdict::Confluent => {}
                other => panic!("{other:?}: {text} {set:?}"),
            }
        }
    }
    least
}

#[test]
fn the_smallest_diffluent_instance_is_as_small_as_by_plain_enumeration() {
    let bounds = Bounds { nodes: 2, values: 2, facts: 2, steps: 1 };
    let mut verdicts = BTreeSet::new();
    for (name, schema, text) in PROGRAMS {
        let text = format!("nodes a, r; {text}");
        let outcome = searched(&text, bounds);
        let least = least_by_force(&text, schema);
        let found = outcome.found.as_ref().map(|found| found.text.matches(';').count() - 1);
        assert_eq!(found, least, "{name}: {:?}", outcome.found.map(|found| found.text));
        let expected = if least.is_some() { Verdict::Diffluent } else { Verdict::Confluent };
        assert_eq!(outcome.answer.verdict, expected, "{name}");
        verdicts.insert(expected);
    }
    assert_eq!(verdicts.len(), 2, "programs of both kinds");
}

/// Sets of up to three facts `w(#node, node, value)@1`, up to exchanging nodes and exchanging values.
#[test]
fn instances_are_counted_up_to_renaming() {
    let mut classes = 0;
    for nodes in [&["a"][..], &["a", "b"]] {
        let facts: Vec<[usize; 3]> = (0..nodes.len())
            .flat_map(|at| (0..nodes.len()).flat_map(move |to| (0..2).map(move |value| [at, to, value])))
            .collect();
        let mut seen: BTreeSet<BTreeSet<[usize; 3]>> = BTreeSet::new();
        for bits in 0_u32..1 << facts.len() {
            if bits.count_ones() > 3 {
                continue;
            }
            let set: BTreeSet<[usize; 3]> = (0..facts.len()).filter(|i| bits >> i & 1 == 1).map(|i| facts[i]).collect();
            let image = |n: usize, v: usize| -> BTreeSet<[usize; 3]> {
                let node = |i: usize| if n == 1 { nodes.len() - 1 - i } else { i };
                set.iter().map(|&[at, to, value]| [node(at), node(to), value ^ v]).collect()
            };
            if [image(0, 1), image(1, 0), image(1, 1)].iter().all(|other| !seen.contains(other)) && seen.insert(set) {
                classes += 1;
            }
        }
    }
    let text = format!("nodes a; {}", PROGRAMS[1].2);
    let outcome = searched(&text, Bounds { nodes: 2, values: 2, facts: 3, steps: 1 });
    assert_eq!(outcome.answer.verdict, Verdict::Confluent);
    assert_eq!(outcome.searched.instances, classes);
}

#[test]
fn a_bound_leaves_the_question_open() {
    let (program, bare) = read(&format!("nodes a; {}", PROGRAMS[1].2));
    let bounds = Bounds { nodes: 2, values: 2, facts: 2, steps: 1 };
    let budget = Budget { max_states: 3, ..Budget::default() };
    let outcome = search(&program, &bare, bounds, &budget, options(), &mut |_| {}).expect("a search");
    assert_eq!(outcome.answer.verdict, Verdict::Inconclusive);
    assert_eq!(outcome.answer.basis.to_string(), "bound:states");
}

#[test]
fn a_witness_carries_its_instance() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("p.ded");
    let witness = directory.path().join("w.json");
    std::fs::write(&file, format!("nodes a; {}", PROGRAMS[0].2)).expect("a file");
    let run = |arguments: &[&Path]| {
        let output = Command::new(env!("CARGO_BIN_EXE_watershed")).args(arguments).output().expect("the tool runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let path = Path::new;
    let (code, text) = run(&[
        path("check"),
        &file,
        path("--instances"),
        path("nodes<=1, values<=2, facts<=2"),
        path("--witness"),
        &witness,
    ]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("nodes n1; w(#n1, n1, v1)@1; w(#n1, n1, v2)@1;"), "{text}");
    let (code, text) = run(&[path("replay"), &file, path("--schedule"), &witness]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = run(&[path("check"), &file, path("--instances"), path("nodes<2")]);
    assert_eq!(code, Some(2), "{text}");
}

/// Relations of which there are only facts are there in every instance, though these facts are not.
#[test]
fn relations_that_nothing_reads_are_there_without_facts() {
    for text in [
        "nodes a; output p, e; p(X)@next :- q(X), notin p(_); q(#a, 1); e(#a, 2)@1;",
        "nodes a; output p, e; never f; p(A, X)@next :- q(A, X), notin p(A, _); q(a, 1); e(a, 2)@1; f(a, 3, 4);",
    ] {
        let outcome = searched(text, Bounds { nodes: 1, values: 1, facts: 1, steps: 1 });
        assert!(outcome.searched.instances > 1, "{text}");
    }
}
