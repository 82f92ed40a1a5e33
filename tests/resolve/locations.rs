//! Where bodies and heads are, in both spellings; operational rules, observers, and what is refused.

use super::reading::{diagnostics, findings, findings_with, program, read_with, relation};
use watershed::program::resolve::Options;
use watershed::program::{Destination, Expr, HeadTerm, NegatedTerm, Term, Value};

/// What Molly's delivery assertions look like.
const DELIVERY: &str = "
log(X, P)@next :- log(X, P);   log(X, P) :- bcast(X, P);
bcast(Y, P)@async :- log(X, P), node(X, Y);
missing(A, P) :- log(X, P), node(X, A), notin log(A, P);
pre(X, P) :- log(X, P), notin bcast(X, P)@1, notin crash(X, X, _);
post(X, P) :- log(X, P), notin missing(_, P);
node(a, b); node(b, a); bcast(a, data)@1;
";

#[test]
fn observers_of_the_delivery_kind() {
    assert_eq!(findings(DELIVERY), []);
    let program = program(DELIVERY);
    assert_eq!(program.rules.len(), 3);
    assert_eq!(program.observers.len(), 3, "`missing`, `pre` and `post`");
    let observed: Vec<&str> = program.relations.iter().filter(|r| r.observer).map(|r| r.name.as_str()).collect();
    assert_eq!(observed, ["missing", "pre", "crash", "post"]);
    let [missing, pre, post] = &program.observers[..] else { panic!("three observers") };
    assert!(missing.location.is_none());
    assert_eq!(missing.positive[0].terms.len(), 2, "the location is the first term");
    assert_eq!(missing.head.terms.len(), 2);
    assert_eq!(pre.negative[0].time, Some(1));
    assert_eq!(pre.negative[1].terms.len(), 3);
    assert!(matches!(post.negative[0].terms[0], NegatedTerm::Existential(0)));
    assert!(matches!(post.negative[0].terms[1], NegatedTerm::Expr(Expr::Variable(_))));
    let outputs: Vec<&str> = program.outputs.iter().map(|id| program.relation(*id).name.as_str()).collect();
    assert_eq!(outputs, ["log", "bcast"], "observers are no outputs by default");
    let stratum = |name| program.observer_strata[relation(&program, name).0 as usize];
    assert_eq!((stratum("missing"), stratum("post")), (1, 2));
}

#[test]
fn a_body_is_at_one_place() {
    let with = |rules: &str| findings(&format!("nodes a, b; p(#a, 1); q(#a, 1);\n{rules}"));
    assert_eq!(with("r(#X)@next :- p(#X, A), q(#Y, A);"), [("E0301", 2)]);
    assert_eq!(with("r(#X)@next :- p(#X, A), notin q(#Y, A);"), [("E0301", 2)]);
    assert_eq!(with("r(#a)@next :- p(#a, A), q(#b, A);"), [("E0301", 2)]);
    assert_eq!(with("r(#X)@async :- p(#_, A), q(#_, A), q(#X, A);"), [("E0301", 2)], "each `_` is a place of its own");
    assert_eq!(with("r()@next :- p(#_, A), q(A);"), []);
    assert_eq!(with("r(#X)@next :- p(#X, A), q(A);"), [], "unlocated is the rule's own location");
    assert_eq!(with("r(#b)@async :- p(#a, A), q(#a, A);"), []);
    // Deductive, it observes unless an operational rule depends on it.
    assert_eq!(with("r(#X) :- p(#X, A), q(#Y, A);"), []);
    assert_eq!(with("r(#X) :- p(#X, A), q(#Y, A);\ns(#X) :- r(#X);\nt(#X)@next :- notin s(#X);"), [("E0301", 2)]);
    let found = diagnostics("nodes a;\nr(#X) :- p(#X, A), p(#Y, A); p(#a, 1);\ns(#X) :- r(#X);\nt(#X)@async :- s(#X);");
    assert!(found[0].message.contains("`r`") && found[0].message.contains("`X`") && found[0].message.contains("`Y`"));
    assert_eq!(found[0].secondary.len(), 2, "the other location, and the reader: {found:?}");
}

#[test]
fn only_messages_go_elsewhere() {
    let with = |rules: &str| findings(&format!("nodes a, b; p(#a, b); q(#a, b);\n{rules}"));
    assert_eq!(with("r(#Y)@next :- p(#X, Y);"), [("E0302", 2)]);
    assert_eq!(with("r(#b)@next :- p(#a, Y);"), [("E0302", 2)]);
    assert_eq!(with("r(#b)@next :- p(Y);"), [("E0302", 2)]);
    assert_eq!(with("r(#Y) :- p(#X, Y);"), [], "observed");
    assert_eq!(with("r(#Y) :- p(#X, Y);\ns()@next :- r(#X);"), [("E0302", 2)]);
    assert_eq!(with("r(#a)@next :- p(#a, Y);"), []);
    assert_eq!(with("r()@next :- p(#a, Y);"), []);
    assert_eq!(with("r(#Y)@async :- p(#X, Y);"), []);
}

#[test]
fn heads_need_a_location() {
    let with = |rules: &str| findings(&format!("nodes a, b; p(#a, b);\n{rules}"));
    assert_eq!(with("r(#Z) :- p(#X, Y);"), [("E0304", 2)]);
    assert_eq!(with("r(#_)@next :- p(#X, Y);"), [("E0304", 2)]);
    assert_eq!(with("r(#N, 1) :- 1 == 1;"), [("E0304", 2)]);
    assert_eq!(with("r(#N, 1) :- N == a;"), []);
    assert_eq!(with("r(#N, 1) :- N > a;"), [("E0401", 2)]);
    assert_eq!(with("r(#a, 1) :- 1 == 1;"), []);
    assert_eq!(findings("p(a, b);\nr(_, X) :- p(X, Y);"), [("E0304", 2)]);
    assert_eq!(findings("p(a, b);\nr(_, X)@async :- p(X, Y);"), [("E0304", 2)]);
    assert_eq!(findings("p(a, b);\nr(Z, X)@async :- p(X, Y);"), [("E0401", 2)]);
    assert_eq!(findings("p(a, b);\nr(count<Y>)@async :- p(X, Y);"), [("E0304", 2)]);
}

#[test]
fn locations_of_body_atoms_are_terms() {
    assert_eq!(findings("p(1, b);\nr(X) :- p(X, Y), p(X + 1, Y);"), [("E0303", 2)]);
    assert_eq!(findings("p(1, b);\nr(X)@next :- p(X + 1, Y);"), [("E0303", 2)]);
}

#[test]
fn first_column_locations_are_bound_like_any_variable() {
    assert_eq!(findings("q(n);\np(X) :- notin q(X);"), [("E0401", 2)]);
    assert_eq!(findings("q(n);\np(X) :- notin q(X), X == n;"), []);
    assert_eq!(findings("q(#n);\np(#X) :- notin q(#X);"), [], "with `#` it is the node");
}

#[test]
fn destinations() {
    let destination = |text: &str| program(text).rules[0].head.destination.clone();
    assert!(matches!(destination("p(1, 2); q(N + 1, X)@async :- p(N, X);"), Destination::At(Expr::Binary(..))));
    assert!(matches!(destination("p(1, 2); q(N, X)@async :- p(N, X);"), Destination::Here));
    assert!(matches!(destination("p(#a, 2); q(X)@async :- p(#N, X);"), Destination::Here));
    assert!(matches!(
        destination("p(#a, 2); q(#b, X)@async :- p(X);"),
        Destination::At(Expr::Constant(Value::Symbol(_)))
    ));
    assert!(matches!(destination("p(#a, 2); q(#X)@async :- p(#_, X);"), Destination::At(Expr::Variable(_))));
    assert!(matches!(destination("p(#a, 2); q(#N, X)@async :- p(X);"), Destination::Everywhere));
    assert!(matches!(destination("p(#a, 2); q(#N, N)@async :- p(_), N == 3;"), Destination::At(Expr::Variable(_))));
    assert_eq!(findings("p(#a, 2);\nq(#N, X)@async :- p(X);"), [("W0301", 2)]);
    assert_eq!(findings("p(#a, 2);\nq(#_N, X)@async :- p(X);\nr(#_, X)@async :- p(X);"), []);
}

#[test]
fn a_relation_is_observed_or_kept() {
    let with = |rules: &str| findings(&format!("nodes a, b; up(#a);\nboth(#X) :- up(#X), up(#Y), X != Y;\n{rules}"));
    assert_eq!(with("both(#X)@next :- up(#X);"), [("E0305", 3)]);
    assert_eq!(with("both(#X)@next :- both(#X);"), [("E0301", 2)]);
    // A deductive rule for the same relation observes too.
    assert_eq!(with("both(#X) :- up(#X);"), []);
    let text = "nodes a, b; up(#a); both(#X) :- up(#X), up(#Y), X != Y; both(#X) :- up(#X); output up;";
    let program = program(text);
    assert_eq!((program.rules.len(), program.observers.len()), (0, 2));
    assert_eq!(with("output both;"), [("W0302", 3)]);
    assert_eq!(with("never both;"), []);
}

#[test]
fn crash_is_for_observers() {
    assert_eq!(findings("p(a, b);\nr(X)@next :- p(X, Y), crash(X, Y, T);"), [("E0306", 2)]);
    assert_eq!(findings("p(a, b);\nr(X) :- p(X, Y), crash(X, Y, T);"), []);
    assert_eq!(findings("p(a, b);\nr(X) :- p(X, Y), crash(X, Y);"), [("W0201", 2)], "not Molly's relation");
    assert_eq!(findings("p(#a, b);\nr(#X) :- p(#X, Y), crash(#X, Y, T);"), [("W0201", 2)], "nor here");
}

#[test]
fn implicit_locations_of_observers() {
    let text = "nodes a; up(#a); two(#X, Y) :- up(#X), up(#Y); seen(Y) :- two(Y), notin two(#_, Y);";
    let (_, program, found) = read_with(text, &Options::default());
    assert!(found.is_empty(), "{found:?}");
    let program = program.expect("in order");
    let seen = &program.observers[1];
    // `two(#_, Y)` gives the own location, where `two(Y)` and the head are: nothing positive binds it … but `two(Y)`.
    let Term::Variable(own) = seen.positive[0].terms[0] else { panic!("a made-up variable") };
    assert!(matches!(seen.head.terms[0], HeadTerm::Expr(Expr::Variable(v)) if v == own));
    assert!(matches!(seen.negative[0].terms[0], NegatedTerm::Expr(Expr::Variable(v)) if v == own));
    assert!(seen.variables[own.0 as usize].starts_with('_'));
    assert_eq!(findings("nodes a; up(#a); two(#X) :- up(#X), up(#Y);\nnone() :- notin two();"), [("E0401", 2)]);
}

#[test]
fn synchronous_rounds() {
    let options = Options { synchronous: true, ..Options::default() };
    let text = "p(a, b)@1; q(b, a)@1;\nr(Y, X)@async :- p(X, Y), q(Y, X);\ns(X)@next :- p(X, Y)@1;\nt(X) :- p(X, Y), q(Y, X);\nu(X)@next :- t(X);";
    assert_eq!(findings_with(text, &options), [("W0303", 2), ("W0303", 3), ("W0303", 4)]);
    assert_eq!(findings(text), [("E0301", 2), ("E0405", 3), ("E0301", 4)]);
    let program = read_with(text, &options).1.expect("in order");
    assert_eq!((program.rules.len(), program.synchronous.len()), (1, 3));
    let heads: Vec<usize> = program.synchronous.iter().map(|rule| rule.head.terms.len()).collect();
    assert_eq!(heads, [1, 0, 0], "without the location");
    assert!(program.synchronous.iter().all(|rule| matches!(rule.head.destination, Destination::At(Expr::Variable(_)))));
    assert_eq!(program.synchronous[0].positive[1].terms.len(), 2, "with the location");
    assert_eq!(program.synchronous[1].positive[0].time, Some(1));
    assert_eq!(findings_with("p(a, b);\nr(X)@next :- p(X, Y), crash(X, Y, T);", &options), [("E0306", 2)]);
}
