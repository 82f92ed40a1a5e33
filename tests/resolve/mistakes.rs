//! Each mistake with its code and line, the near misses that are none, and that all of them are reported at once.

use super::reading::{diagnostics, findings, findings_with};
use watershed::program::resolve::Options;

/// Shorthand for a network that is not the point of a test.
fn at_n(text: &str) -> String {
    format!("nodes n; {text}")
}

#[test]
fn one_number_of_columns() {
    assert_eq!(findings("p(#a, 1);\np(#a, 1, 2);"), [("E0201", 2)]);
    assert_eq!(findings("p(a, 1);\nq(X) :- p(X);"), [("E0201", 2)]);
    assert_eq!(findings("p(#a, 1);\ninput p(loc, x);"), [("E0201", 2)]);
    assert_eq!(findings("p(a, 1);\ninput p(loc, x);"), []);
    let found = diagnostics("p(#a, 1);\np(#a, 1, 2);");
    assert_eq!(found[0].secondary.len(), 1, "both places are shown");
    // A location with `#` is not counted.
    assert_eq!(findings("p(#a, 1);\nq(X) :- p(X);"), []);
}

#[test]
fn first_column_atoms_have_a_location() {
    assert_eq!(findings("up(n);\np() :- up(X);\nq(X) :- up(X), p();"), [("E0202", 2)]);
    assert_eq!(findings("up(#n);\np() :- up(#X);"), []);
}

#[test]
fn declarations_name_relations() {
    assert_eq!(findings("runaway(#n);\noutput runawya;"), [("E0203", 2)]);
    assert_eq!(findings("p(#n);\nnever q;\nevent r;"), [("E0203", 2), ("E0203", 3)]);
    let found = diagnostics("runaway(#n);\noutput runawya;");
    assert_eq!(found[0].help, ["did you mean `runaway`?"]);
    assert_eq!(diagnostics("runaway(#n);\noutput sleep;")[0].help, [""; 0]);
    let options = Options { outputs: Some(vec!["q".to_string()]), ..Options::default() };
    assert_eq!(findings_with("p(#n);", &options), [("E0203", 0)]);
    // The built-in relation is nobody's to declare.
    assert_eq!(findings("node(n); p(#n) :- node(X);\noutput node;"), [("E0203", 2)]);
}

#[test]
fn derived_relations_are_no_input() {
    assert_eq!(findings("nodes n; q(#n); p(#X) :- q(#X);\nevent p;\ninput p();"), [("E0204", 2), ("E0204", 3)]);
    assert_eq!(findings("nodes n; p(#X)@next :- p(#X);\nevent p;"), [("E0204", 2)]);
    assert_eq!(findings("nodes n; p(#X) :- q(#X);\nevent q;"), []);
}

#[test]
fn arithmetic_is_for_integers() {
    assert_eq!(findings("p(#n, 1 + b);"), [("E0205", 1)]);
    assert_eq!(findings("p(#n, -b);"), [("E0205", 1)]);
    let body = "nodes n; p(#n, 1);\nq(#N, X + a) :- p(#N, X);\nr(#N) :- p(#N, X), X * a > 3;\ns(#N) :- p(#N, X), notin p(#N, X - a);";
    assert_eq!(findings(body), [("E0205", 2), ("E0205", 3), ("E0205", 4)]);
}

#[test]
fn aggregates_stand_in_heads() {
    assert_eq!(findings("p(#n, count<X>);"), [("E0206", 1)]);
    assert_eq!(findings(&at_n("p(#n, 1);\nq(#N) :- p(#N, count<X>);")), [("E0206", 2)]);
    assert_eq!(findings(&at_n("p(#n, 1);\nq(#N) :- p(#N, X), notin p(#N, max<X>);")), [("E0206", 2)]);
    assert_eq!(findings(&at_n("p(#n, 1);\nq(#N, count<X>)@async :- p(#N, X);")), []);
}

#[test]
fn the_built_in_node_relation() {
    assert_eq!(findings("node(n);\nnode(X) :- p(#N, X); p(#n, 1);"), [("E0207", 2)]);
    assert_eq!(findings("node(n)@1;\np(#n, 1);"), [("E0207", 1)]);
    // Located, or with another number of columns, it is ordinary; so it is in the first-column spelling.
    assert_eq!(findings("node(n); node(#n, m); q(#X) :- node(#X, Y), node(X);"), []);
    assert_eq!(findings("node(n, m); node(X, Y)@next :- node(X, Y);"), []);
}

#[test]
fn anonymous_values() {
    assert_eq!(findings(&at_n("q(#n);\np(#X, _) :- q(#X);")), [("E0208", 2)]);
    assert_eq!(findings(&at_n("q(#n);\np(#X) :- q(#X), _ < 3;")), [("E0208", 2)]);
    assert_eq!(findings(&at_n("q(#n, 1);\np(#X) :- q(#X, _ + 1);")), [("E0208", 2)]);
}

#[test]
fn empty_relations_are_told() {
    assert_eq!(findings("nodes n;\np(#X) :- link(#X), lnk(#X); link(#n);"), [("W0201", 2)]);
    assert_eq!(
        diagnostics("nodes n; p(#X) :- lnk(#X); link(#n);")[0].help.last().map(String::as_str),
        Some("did you mean `link`?")
    );
    assert_eq!(findings("nodes n; p(#X) :- link(#X);\ninput link();"), []);
    // What only keeps its facts and has none is empty too.
    assert_eq!(findings("nodes n;\np(#X)@next :- p(#X);"), [("W0201", 2)]);
}

#[test]
fn symbols_among_integers() {
    assert_eq!(findings(&at_n("q(#X, N + 1) :- p(#X, N);\np(#n, a);")), [("W0202", 2)]);
    assert_eq!(findings(&at_n("q(#X, sum<N>) :- p(#X, N);\np(#n, a);")), [("W0202", 2)]);
    assert_eq!(findings(&at_n("q(#X, count<N>) :- p(#X, N); p(#n, a);\nq(#n, a);")), [("W0202", 2)]);
    // Minima and orderings are of all values; nothing follows from a relation to another.
    assert_eq!(findings(&at_n("q(#X, min<N>) :- p(#X, N), N > 3; p(#n, a);")), []);
    assert_eq!(findings(&at_n("q(#X, N + 1) :- p(#X, N); p(#X, N) :- o(#X, N); o(#n, a);")), []);
}

#[test]
fn sums_of_distinct_values() {
    let deposits = |head: &str, body: &str| findings(&at_n(&format!("d(#n, 1, a, 5);\n{head} :- {body};")));
    assert_eq!(deposits("b(#N, sum<X>)", "d(#N, Id, A, X)"), [("W0203", 2)]);
    assert_eq!(deposits("b(#N, sum<X>)", "d(#N, _, a, X)"), [("W0203", 2)]);
    assert_eq!(deposits("b(#N, sum<X; Id>)", "d(#N, Id, A, X)"), []);
    assert_eq!(deposits("b(#N, Id, A, sum<X>)", "d(#N, Id, A, X)"), []);
    assert_eq!(deposits("b(#N, sum<X>)", "d(#N, 1, a, X)"), []);
    assert_eq!(deposits("b(#N, sum<X>)", "d(#N, X - 1, a, X)"), []);
    assert_eq!(deposits("b(#N, count<X>)", "d(#N, Id, A, X)"), []);
}

#[test]
fn never_relations_can_hold() {
    assert_eq!(findings("nodes n; input bad(); p(#n) :- bad();\nnever bad;"), [("W0204", 2)]);
    assert_eq!(findings("nodes n; bad(#X) :- q(#X); q(#n);\nnever bad;"), []);
}

#[test]
fn unsafe_variables() {
    let rule = |rule: &str| findings(&at_n(&format!("q(#n, 1); r(#n, 1);\n{rule};")));
    assert_eq!(rule("p(#N, X, Y) :- q(#N, X)"), [("E0401", 2)]);
    assert_eq!(rule("p(#N, X) :- q(#N, X), Y > X"), [("E0401", 2)]);
    assert_eq!(rule("p(#N, count<Y>) :- q(#N, X)"), [("E0401", 2)]);
    assert_eq!(rule("p(#N, count<X; Y>) :- q(#N, X)"), [("E0401", 2)]);
    assert_eq!(rule("p(#N, X) :- notin q(#N, X)"), [("E0401", 2)]);
    assert_eq!(rule("p(#N) :- q(#N, Y + 1)"), [("E0401", 2)]);
    assert_eq!(rule("p(#N) :- q(#N, X), notin r(#N, Y + 1)"), [("E0401", 2)]);
    // Found in two negated atoms, a variable is in neither existential.
    assert_eq!(rule("p(#N) :- notin q(#N, Y), notin r(#N, Y)"), [("E0401", 2)]);
    assert_eq!(rule("p(#N) :- notin q(#N, Y)"), []);
    // An equation binds, in either direction and wherever it stands.
    assert_eq!(rule("p(#N, Y) :- q(#N, X), Y == X + 1"), []);
    assert_eq!(rule("p(#N, Z) :- Z = Y * 2, X + 1 == Y, q(#N, X)"), []);
    assert_eq!(rule("p(#N, X) :- q(#N, Y), X == X + Y"), [("E0401", 2)]);
    // Only the variable at the root is reported, once.
    assert_eq!(rule("p(#N, X, Y, Y) :- q(#N, _), X == Y + 1, Y != 2"), [("E0401", 2)]);
    let found = diagnostics(&at_n("q(#n, 1); p(#N, X) :- q(#N, _), X == Why + 1;"));
    assert!(found[0].message.contains("`Why`"), "{found:?}");
    // A cycle of equations binds nothing.
    assert_eq!(rule("p(#N) :- q(#N, _), X == Y, Y == X"), [("E0401", 2), ("E0401", 2)]);
}

#[test]
fn time_is_no_data() {
    assert_eq!(findings(&at_n("q(#n, 1);\np(#X, A, N)@async :- q(#X, A)@N;")), [("E0402", 2)]);
    assert_eq!(findings(&at_n("q(#n, 1);\np(#X)@N :- q(#X, N);")), [("E0402", 2)]);
    assert_eq!(findings(&at_n("q(#n, 1)@N;")), [("E0402", 1)]);
}

#[test]
fn stratification() {
    let text = "move(#g, a, b);\nwin(#G, X) :-\n  move(#G, X, Y),\n  notin win(#G, Y);";
    assert_eq!(findings(text), [("E0403", 4)]);
    assert_eq!(findings(&text.replace("win(#G, X) :-", "win(#G, X)@next :-")), []);
    // Around three rules; the cycle's literals are the labels.
    let text = "d(#n);\np() :- d(#N),\n notin q();\nq() :-\n r();\nr() :-\n p();";
    assert_eq!(findings(text), [("E0403", 3)]);
    let found = diagnostics(text);
    assert_eq!(found[0].secondary.len(), 2, "{found:?}");
    // Through aggregation.
    let text = "p(#n, 1);\np(#N, count<X>) :-\n q(#N, X);\nq(#N, X) :- p(#N, X);";
    assert_eq!(findings(text), [("E0403", 3)]);
    // Two cycles are two errors; positive recursion is none.
    assert_eq!(
        findings("d(#n);\np() :- d(#N), notin p();\nq() :- d(#N), notin q();\nr() :- d(#N), r();"),
        [("E0403", 2), ("E0403", 3)]
    );
    // Observer rules have strata of their own.
    let text = "nodes a, b; d(#a); never bad;\nbad(#X) :- d(#X), d(#Y), X != Y, notin bad(#Y);";
    assert_eq!(findings(text), [("E0403", 2)]);
}

#[test]
fn heads_and_steps() {
    assert_eq!(findings(&at_n("q(#n);\np(#X)@3 :- q(#X);")), [("E0404", 2)]);
    assert_eq!(findings(&at_n("q(#n);\np(#X)@next :- q(#X)@2;")), [("E0405", 2)]);
    assert_eq!(findings(&at_n("q(#n);\np(#X) :- q(#X)@2;\nr(#X)@next :- p(#X);")), [("E0405", 2)]);
    assert_eq!(findings(&at_n("q(#n);\np(#X) :- q(#X)@2;")), []);
    assert_eq!(findings(&at_n("q(#n);\np(#X) :- q(#X)@0;")), [("E0502", 2)]);
    assert_eq!(findings(&at_n("q(#n);\np(#X) :- q(#X)@next, q(#X)@async;")), [("W0401", 2), ("W0401", 2)]);
}

#[test]
fn facts_are_constant() {
    assert_eq!(findings("p(#n, X);\np(#n, _);\np(#n, X + 1);"), [("E0501", 1), ("E0501", 2), ("E0501", 3)]);
    assert_eq!(findings("p(#N);"), [("W0501", 0), ("E0501", 1)]);
    assert_eq!(findings("p(N);"), [("W0501", 0), ("E0501", 1)]);
    assert_eq!(findings("p(#n)@0;"), [("E0502", 1)]);
    assert_eq!(findings("p(#n)@next;\nq(#n)@async;"), [("E0503", 1), ("E0503", 2)]);
    assert_eq!(findings("p(#n)@100;"), []);
}

#[test]
fn constant_expressions() {
    assert_eq!(findings("p(#n, 1 / 0);\np(#n, 1 % (2 - 2));"), [("E0504", 1), ("E0504", 2)]);
    assert_eq!(
        findings("p(#n, 9223372036854775807 + 1);\np(#n, -9223372036854775808 / -1);"),
        [("E0504", 1), ("E0504", 2)]
    );
    assert_eq!(findings("p(#n, -9223372036854775808 % -1);"), []);
}

#[test]
fn networks() {
    assert_eq!(findings("nodes a;\np(#a);\np(#b);"), [("E0505", 3)]);
    assert_eq!(findings("node(a);\np(#b);"), [("E0505", 2)]);
    assert_eq!(findings("p(#a);\np(#b);"), []);
    assert_eq!(findings("nodes a, b, a;"), [("W0502", 1)]);
    assert_eq!(findings("nodes a;\nnode(a);\nnode(b);\np(#a);"), [("W0503", 3)]);
    assert_eq!(findings("nodes a;\nnode(b);"), [("E0505", 2)], "without `#`, `node(b)` is a fact at `b`");
    assert_eq!(findings("p(#X) :- q(#X);\nq();"), [("W0501", 0)]);
    let given = |names: &[&str], synchronous| {
        let nodes = Some(names.iter().map(ToString::to_string).collect());
        findings_with("nodes a, b; node(c);\np(#a);\np(#b);", &Options { nodes, synchronous, ..Options::default() })
    };
    assert_eq!(given(&["a"], false), [("E0505", 3)]);
    assert_eq!(given(&["a"], true), [("W0504", 3)]);
    assert_eq!(given(&["a", "b", "\"x y\"", "-3"], false), []);
    assert_eq!(given(&["a", "B", "b"], false), [("E0506", 0)]);
    assert_eq!(given(&["a", "b", "\"x\\q\""], false), [("E0506", 0)]);
}

#[test]
fn all_mistakes_at_once_and_each_once() {
    let text = "nodes n;\np(#n, 1);\np(#n);\nq(#N, X) :- p(#N, Y);\nr(#M) :- q(#N, X);\ns(#N) :- q(#N, 1), notin s(#N);\noutput t;\nu(#N) :- r(#N), q(#N, X);";
    assert_eq!(findings(text), [("E0201", 3), ("E0401", 4), ("E0304", 5), ("E0403", 6), ("E0203", 7)]);
}

#[test]
fn nothing_is_an_empty_program() {
    assert_eq!(findings(""), [("W0501", 0)]);
}
