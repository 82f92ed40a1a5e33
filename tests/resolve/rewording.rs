//! Order and repetition of items change neither acceptance nor what is accepted.

use super::reading::{findings, program, read_with};
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use watershed::diagnostic::any_error;
use watershed::program::resolve::{Options, resolve};
use watershed::source::SourceMap;
use watershed::syntax::parser::parse;

/// Items that are in order or have one mistake each, of every family.
const ITEMS: [&str; 22] = [
    "p(#X, A) :- e(#X, A);",
    "p(#X, A)@next :- p(#X, A), notin q(#X, A);",
    "q(#Y, A)@async :- p(#X, A), e(#X, Y);",
    "e(#n, m);",
    "e(#m, n)@2;",
    "s(#X, A)@next :- s(#X, A);",
    "s(#n, 1)@1;",
    "o(#X) :- p(#X, A), p(#Y, A), X != Y;",
    "o2(#X) :- o(#X);",
    "c(#X, count<A>) :- p(#X, A);",
    "q(#X, A) :- c(#X, A);",
    "never o;",
    "output p;",
    "input e(value);",
    "t(#X)@next :- o(#X);",
    "p(#X, B) :- e(#X, A);",
    "c(#X, A) :- q(#X, A), notin c(#X, A);",
    "c(#X, A) :- p(#X, A);",
    "p(#n);",
    "output zzz;",
    "o(#X)@next :- e(#X, _);",
    "u(#X)@async :- c(#X, A), A > 3, s(#X, B), B + 1 > A;",
];

fn codes(items: &[&str]) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> =
        findings(&format!("nodes n, m;\n{}", items.join("\n"))).into_iter().map(|f| f.0).collect();
    codes.sort_unstable();
    codes
}

/// Whether the items are accepted. Which of several atoms is said to differ in columns depends on the order.
fn accepted(items: &[&str]) -> bool {
    !codes(items).iter().any(|code| code.starts_with('E'))
}

proptest! {
    #[test]
    fn order_keeps_acceptance(
        (items, shuffled) in subsequence(&ITEMS[..], 0..ITEMS.len())
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle())),
    ) {
        prop_assert_eq!(accepted(&items), accepted(&shuffled));
        if !items.contains(&"p(#n);") {
            prop_assert_eq!(codes(&items), codes(&shuffled));
        }
    }

    #[test]
    fn repetition_keeps_the_program(items in subsequence(&ITEMS[..14], 0..14)) {
        if accepted(&items) {
            let once = program(&format!("nodes n, m; {}", items.join(" ")));
            let twice = program(&format!("nodes n, m; {} {}", items.join(" "), items.join(" ")));
            prop_assert_eq!(once.rules.len(), twice.rules.len());
            prop_assert_eq!(once.observers.len(), twice.observers.len());
            prop_assert_eq!(once.facts, twice.facts);
            prop_assert_eq!(once.outputs, twice.outputs);
            prop_assert_eq!(once.strata, twice.strata);
        }
    }

    #[test]
    fn renaming_keeps_acceptance(items in subsequence(&ITEMS[..], 0..ITEMS.len())) {
        let renamed: Vec<String> = items
            .iter()
            .map(|item| item.replace("X", "Zulu").replace("A", "Alpha").replace("p(", "zz(").replace("output p", "output zz"))
            .collect();
        let renamed: Vec<&str> = renamed.iter().map(String::as_str).collect();
        prop_assert_eq!(codes(&items), codes(&renamed));
    }
}

#[test]
fn the_items_are_neither_all_right_nor_all_wrong() {
    assert!(accepted(&ITEMS[..10]));
    assert!(!accepted(&ITEMS));
    for item in &ITEMS[14..21] {
        let mut items = ITEMS[..=10].to_vec();
        items.push(item);
        assert_eq!(accepted(&items), item.starts_with("c(#X, A) :- p("), "{item}");
    }
}

/// Pieces of program text, in any order: most of it wrong.
const PIECES: [&str; 40] = [
    "p",
    "q",
    "node",
    "crash",
    "(",
    ")",
    ",",
    ";",
    ":-",
    "@next",
    "@async",
    "@2",
    "@0",
    "@N",
    "#X",
    "#n",
    "#_",
    "X",
    "Y",
    "_",
    "a",
    "1",
    "-",
    "+",
    "/ 0",
    "==",
    "<",
    "notin ",
    "count<X>",
    "sum<X; Y>",
    "nodes ",
    "output ",
    "never ",
    "event ",
    "input ",
    "p(X)",
    "q(#X, Y)",
    "p(#n, 1)",
    "r()",
    "p(X + 1)",
];

/// Rules whose atoms and suffixes are drawn at random: right to the parser, and often to the checker.
fn arbitrary_rule() -> impl Strategy<Value = String> {
    let argument = || prop::sample::select(vec!["X", "X", "X", "X", "Z", "Z", "1", "a", "X + 1"]);
    let location = || prop::sample::select(vec!["", "", "", "", "", "#L, ", "#L, ", "#M, ", "#n, ", "#_, "]);
    let atom = move |names: &'static [&'static str]| {
        (prop::sample::select(names), location(), argument()).prop_map(|(name, at, a)| format!("{name}({at}{a})"))
    };
    let head = atom(&["p", "q", "s", "t"]);
    let time = prop::sample::select(vec!["", "", "", "@next", "@next", "@async", "@async", "@async"]);
    let first = atom(&["p", "q", "r", "s"]);
    let literal = prop_oneof![
        4 => atom(&["p", "q", "r", "node"]),
        2 => atom(&["q", "r"]).prop_map(|atom| format!("notin {atom}")),
        1 => atom(&["p", "s"]).prop_map(|atom| format!("{atom}@1")),
        2 => (argument(), argument()).prop_map(|(a, b)| format!("{a} == {b}")),
        1 => (argument(), argument()).prop_map(|(a, b)| format!("{a} < {b}")),
    ];
    (head, time, first, prop::collection::vec(literal, 0..3)).prop_map(|(head, time, first, mut body)| {
        body.insert(body.len() / 2, first);
        format!("{head}{time} :- {};", body.join(", "))
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_checker_fail(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60), synchronous: bool) {
        let mut sources = SourceMap::new();
        let file = sources.add("soup.ded", pieces.concat());
        let (tree, _) = parse(&sources, file);
        let options = Options { synchronous, ..Options::default() };
        let (program, diagnostics) = resolve(&sources, &[tree], &options);
        prop_assert_eq!(program.is_none(), any_error(&diagnostics));
    }

    #[test]
    fn order_and_repetition_of_arbitrary_rules(rules in prop::collection::vec(arbitrary_rule(), 1..4), synchronous: bool) {
        let options = Options { synchronous, ..Options::default() };
        let read = |rules: &[String]| {
            let text = format!("nodes n, m; p(#n, 1)@1; q(#n, 1); r(#m, a);\n{}", rules.join("\n"));
            let (_, program, _) = read_with(&text, &options);
            program.map(|p| {
                let facts: Vec<_> = p.facts.into_iter().map(|given| (given.node, given.when, given.fact)).collect();
                (p.rules.len(), p.observers.len(), p.synchronous.len(), facts)
            })
        };
        let mut changed: Vec<String> = rules.iter().rev().cloned().collect();
        changed.extend_from_slice(&rules);
        prop_assert_eq!(read(&rules), read(&changed));
    }
}

#[test]
fn some_arbitrary_rules_are_right() {
    let mut runner = TestRunner::deterministic();
    let rules = prop::collection::vec(arbitrary_rule(), 1..4);
    let mut accepted = 0;
    for _ in 0..300 {
        let rules = rules.new_tree(&mut runner).expect("no filter").current();
        let text = format!("nodes n, m; p(#n, 1)@1; q(#n, 1); r(#m, a);\n{}", rules.join("\n"));
        accepted += usize::from(read_with(&text, &Options::default()).1.is_some());
    }
    assert!((30..270).contains(&accepted), "{accepted} of 300");
}
