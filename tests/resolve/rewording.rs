//! Order and repetition of items change neither acceptance nor what is accepted.

use super::reading::{findings, program};
use proptest::prelude::*;
use proptest::sample::subsequence;

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
    for wrong in 14..21 {
        let mut items = ITEMS[..10].to_vec();
        items.push(ITEMS[10]);
        items.push(ITEMS[wrong]);
        assert_eq!(accepted(&items), wrong == 17, "{}", ITEMS[wrong]);
    }
}
