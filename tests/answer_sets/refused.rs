//! What the answer-set reading does not take: refused by name, or marked `beyond` in the answer sets; never wrong in silence.

use super::solver::Solver;
use super::{Trace, program};
use std::collections::BTreeSet;
use watershed::export::asp::{Unsupported, to_asp};
use watershed::program::resolve::{Options, resolve};
use watershed::syntax::load::{Input, load};

fn refusal(text: &str) -> Unsupported {
    to_asp(&program(text)).expect_err(text)
}

#[test]
fn constants_that_solvers_would_change_are_refused() {
    assert_eq!(refusal("nodes a; p(#a, 1000000001);"), Unsupported::Integer(1_000_000_001));
    assert_eq!(
        refusal("nodes a; p(#a, X)@async :- q(X), X > -9223372036854775808;  q(1);"),
        Unsupported::Integer(i64::MIN.into())
    );
    assert_eq!(refusal("nodes a; p(#a, 1)@5000000000;"), Unsupported::Integer(5_000_000_000));
    assert_eq!(refusal("nodes a; p(#a, \"x\\u{0}y\");"), Unsupported::Symbol("x\0y".to_string()));
    assert!(to_asp(&program("nodes a; p(#a, 1000000000, -1000000000);")).is_ok());
}

#[test]
fn values_that_leave_the_range_are_marked() {
    let Some(mut solver) = Solver::find() else { return };
    let mut runs = |text: &str| -> BTreeSet<Trace> { solver.runs(&to_asp(&program(text)).expect("in range"), 3) };
    for (text, marks) in [
        ("nodes a; n(#a, 999999999)@1; n(N + 1)@next :- n(N);", vec![2]),
        ("nodes a; n(#a, -999999999)@1; n(N - 1)@next :- n(N);", vec![2]),
        ("nodes a; n(#a, 70000)@2; p(N * N) :- n(N);", vec![2]),
        ("nodes a; n(#a, 70000)@2; p(N * N) :- n(N), N < 10;", vec![]),
        ("nodes a; n(#a, 30000)@2; p(N * N) :- n(N);", vec![]),
        ("nodes a; n(#a, 1000000); n(#a, 2000000)@3; s(sum<N>) :- n(N);", vec![3]),
        ("nodes a; n(#a, 2000000)@3; n(#a, x); s(max<N>) :- n(N);", vec![]),
    ] {
        let found = runs(text);
        let expected: BTreeSet<String> = marks.iter().map(|step| format!("beyond({step})")).collect();
        assert_eq!(found.len(), 1, "{text}");
        let marked = found.iter().flatten().filter(|atom| atom.starts_with("beyond(")).cloned().collect();
        assert_eq!(expected, marked, "{text}");
    }
}

#[test]
fn rules_across_nodes_are_refused() {
    let text = "nodes a, b; p(#b, X) :- q(#a, X), r(#b, X); p(X)@next :- p(X); q(#a, 1); r(#b, 1);";
    let input = Input::Text { name: "test.ded".to_string(), text: text.to_string() };
    let loaded = load(&[input]);
    let options = Options { synchronous: true, ..Options::default() };
    let (program, _) = resolve(&loaded.sources, &loaded.trees, &options);
    assert_eq!(to_asp(&program.expect("warnings only")), Err(Unsupported::AcrossNodes));
}
