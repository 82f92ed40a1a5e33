//! Programs as they are written for Molly: each corner that such programs rely on (semantics §5), with results worked out by hand.

use crate::text::{outcome, round};
use std::fs;
use std::path::Path;
use watershed::budget::Budget;
use watershed::faults::global::Global;
use watershed::faults::specification::Fault;
use watershed::faults::{Crash, CrashMode, FaultSet, Omission, Run, Specification, run};
use watershed::pipeline::read;
use watershed::program::resolve::Options;
use watershed::program::{NodeId, Program};
use watershed::syntax::load::Input;

/// Reads a program for nodes `a`, `b` and `c`.
fn given(input: Input) -> Program {
    let nodes = Some(["a", "b", "c"].map(str::to_string).to_vec());
    let found = read(&[input], &Options { synchronous: true, nodes, ..Options::default() });
    let Some((program, _)) = found.program else { panic!("{:#?}", found.diagnostics) };
    program
}

fn of_text(text: &str) -> Program {
    given(Input::Text { name: "molly.ded".to_string(), text: text.to_string() })
}

fn run_with(program: &Program, faults: &FaultSet) -> Run {
    let specification = Specification { eot: 4, eff: 3, crashes: 1, crash_mode: CrashMode::LosesSends };
    run(program, &Global::new(program), &specification, faults, &Budget::default()).expect("no rule errs")
}

fn node(program: &Program, name: &str) -> NodeId {
    program.node_ids().find(|&node| program.show_node(node) == name).expect("a node")
}

fn omission(program: &Program, time: u64, from: &str, to: &str) -> FaultSet {
    FaultSet::new([Fault::Omission(Omission { time, from: node(program, from), to: node(program, to) })])
}

/// The facts of a relation in one round of a run.
fn in_round(program: &Program, run: &Run, time: usize, relation: &str) -> Vec<String> {
    let named = format!("{relation}(");
    round(program, run, time).into_iter().filter(|fact| fact.starts_with(&named)).collect()
}

/// The facts of a relation in each of four rounds without faults. A relation that no rule of nodes reads would be one of observers, who look once: so
/// the programs below keep what they derive across nodes.
fn rounds(text: &str, relation: &str) -> [Vec<String>; 4] {
    let program = of_text(text);
    let run = run_with(&program, &FaultSet::none());
    [1, 2, 3, 4].map(|time| in_round(&program, &run, time, relation))
}

#[test]
fn rules_join_across_nodes() {
    let found =
        rounds(r#"q("a", "b")@1; r("b", "v")@1; p(X, V) :- q(X, Y), r(Y, V); kept(X, V)@next :- p(X, V);"#, "p");
    assert_eq!(found, [vec!["p(a, v)"], vec![], vec![], vec![]]);
}

#[test]
fn a_message_of_a_rule_across_nodes_travels_from_its_first_atom() {
    let program = of_text(r#"q("a", "c")@1; r("b", "v")@1; s(Z, V)@async :- q(X, Z), r(Y, V);"#);
    let arrives = |faults: &FaultSet| in_round(&program, &run_with(&program, faults), 2, "s");
    assert_eq!(arrives(&FaultSet::none()), ["s(c, v)"]);
    assert_eq!(arrives(&omission(&program, 1, "b", "c")), ["s(c, v)"]);
    assert_eq!(arrives(&omission(&program, 1, "a", "c")), Vec::<String>::new());
}

#[test]
fn rules_negate_across_nodes() {
    let text = r#"log("a", "x")@1; member("a", "b")@1; member("a", "c")@1; log("b", "x")@1;
        missing(N, M, P) :- log(N, P), member(N, M), notin log(M, P); kept(N, M)@next :- missing(N, M, _);"#;
    assert_eq!(rounds(text, "missing")[0], ["missing(a, c, x)"]);
}

#[test]
fn a_rule_names_a_round() {
    let text = r#"p("a", "x")@1; p("a", "y")@2; up("a")@1; up(N)@next :- up(N); was(N, V) :- up(N), p(N, V)@1;
        kept(N)@next :- was(N, _);"#;
    let was = || vec!["was(a, x)".to_string()];
    // In round 1 itself the rule reads what holds in it.
    assert_eq!(rounds(text, "was"), [was(), was(), was(), was()]);
}

#[test]
fn a_rule_negates_a_named_round() {
    let text = r#"p("a", "x")@1; p("a", "y")@2; all("a", "x")@1; all("a", "y")@1; all(N, V)@next :- all(N, V);
        new(N, V) :- all(N, V), p(N, V), notin p(N, V)@1; kept(N)@next :- new(N, _);"#;
    assert_eq!(rounds(text, "new"), [vec![], vec!["new(a, y)"], vec![], vec![]]);
}

#[test]
fn a_variable_under_negation_alone_is_existential() {
    let text = r#"p("a", "x")@1; p("b", "x")@1; q("a", "x", "z")@1; alone(N, V) :- p(N, V), notin q(N, V, W);"#;
    assert_eq!(rounds(text, "alone")[0], ["alone(b, x)"]);
}

#[test]
fn next_on_a_body_atom_is_ignored() {
    let text = r#"p("a", "x")@1; q(N, V)@next :- p(N, V)@next;"#;
    assert_eq!(rounds(text, "q"), [vec![], vec!["q(a, x)"], vec![], vec![]]);
}

#[test]
fn async_on_a_body_atom_is_ignored() {
    let text = r#"p("a", "x")@1; r("a", "b")@1; q(M, V)@async :- p(N, V)@async, r(N, M);"#;
    assert_eq!(rounds(text, "q"), [vec![], vec!["q(b, x)"], vec![], vec![]]);
}

#[test]
fn facts_and_rules_may_be_repeated() {
    let text = r#"p("a", "x")@1; p("a", "x")@1; n(N, count<V>) :- p(N, V); n(N, count<V>) :- p(N, V);
        q(N, V)@next :- p(N, V); q(N, V)@next :- p(N, V);"#;
    assert_eq!(rounds(text, "n")[0], ["n(a, 1)"]);
    assert_eq!(rounds(text, "q")[1], ["q(a, x)"]);
}

#[test]
fn a_rule_at_a_constant_that_is_no_node_never_fires() {
    let text = r#"p("a", "x")@1; q(N, V) :- p("nobody", V), p(N, V); r(N, V) :- p("a", V), p(N, V);
        kept(N, V)@next :- q(N, V); kept(N, V)@next :- r(N, V);"#;
    assert_eq!(rounds(text, "q"), [vec![], vec![], vec![], Vec::<String>::new()]);
    assert_eq!(rounds(text, "r")[0], ["r(a, x)"]);
}

#[test]
fn facts_may_be_far_past_the_end() {
    let text = r#"p("a", "x")@100; p("a", "y")@2; q(N, V) :- p(N, V);"#;
    assert_eq!(rounds(text, "q"), [vec![], vec!["q(a, y)"], vec![], vec![]]);
}

#[test]
fn symbols_are_quoted_and_may_be_anything() {
    let text = r#"p("a", "Two Words")@1; q(N, V)@next :- p(N, V), V != "two words";"#;
    assert_eq!(rounds(text, "q")[1], [r#"q(a, "Two Words")"#]);
}

#[test]
fn aggregates_group_by_the_other_columns() {
    let text = r#"vote("a", "x", "b")@1; vote("a", "x", "c")@1; vote("a", "y", "b")@1;
        n(N, X, count<V>) :- vote(N, X, V); most(N, max<K>) :- n(N, X, K);"#;
    assert_eq!(rounds(text, "n")[0], ["n(a, x, 2)", "n(a, y, 1)"]);
    assert_eq!(rounds(text, "most")[0], ["most(a, 2)"]);
}

#[test]
fn an_aggregate_is_sent() {
    let text =
        r#"vote("a", "b")@1; vote("a", "c")@1; told("a", "b")@1; n(M, count<V>)@async :- vote(N, V), told(N, M);"#;
    assert_eq!(rounds(text, "n"), [vec![], vec!["n(b, 2)"], vec![], vec![]]);
}

#[test]
fn timers_count_down() {
    let text = r#"timer("a", 3)@1; timer(N, T - 1)@next :- timer(N, T), T > 1; rings(N) :- timer(N, 1);"#;
    assert_eq!(rounds(text, "timer"), [vec!["timer(a, 3)"], vec!["timer(a, 2)"], vec!["timer(a, 1)"], vec![]]);
    assert_eq!(rounds(text, "rings"), [vec![], vec![], vec!["rings(a)"], vec![]]);
}

#[test]
fn crashes_are_seen_by_observers() {
    let program = of_text(
        r#"log("a", "x")@1; log(N, P)@next :- log(N, P); log("b", "x")@1;
        pre(N, P) :- log(N, P), notin crash(N, N, _); post(N, P) :- log(N, P); late(N, T) :- crash(N, _, T), T > 1;"#,
    );
    let crash = |time| FaultSet::new([Fault::Crash(Crash { time, node: node(&program, "b") })]);
    let run = run_with(&program, &crash(2));
    assert_eq!(outcome(&program, &run, "pre"), ["pre(a, x)"]);
    assert_eq!(outcome(&program, &run, "late"), ["late(a, 2)", "late(b, 2)", "late(c, 2)"]);
    assert_eq!(outcome(&program, &run_with(&program, &crash(1)), "late"), Vec::<String>::new());
}

#[test]
fn promises_join_what_nodes_hold_in_the_end() {
    let program = of_text(
        r#"log("a", "x")@1; log(N, P)@next :- log(N, P); peer("a", "b")@1; peer("a", "c")@1;
        log(M, P)@async :- log(N, P), peer(N, M);
        pre(P) :- log("a", P); post(P) :- log("a", P), log("b", P), log("c", P);"#,
    );
    assert_eq!(outcome(&program, &run_with(&program, &FaultSet::none()), "post"), ["post(x)"]);
    assert_eq!(outcome(&program, &run_with(&program, &omission(&program, 1, "a", "c")), "post"), Vec::<String>::new());
}

#[test]
fn columns_may_be_left_unnamed() {
    let text = r#"p("a", "x", "y")@1; p("b", "x", "z")@1; q("a", "x", "k")@1; r(N) :- p(N, _, _), notin q(N, _, _);"#;
    assert_eq!(rounds(text, "r")[0], ["r(b)"]);
}

#[test]
fn the_order_of_symbols_is_that_of_their_bytes() {
    let text =
        r#"p("a", "x")@1; p("a", "B")@1; p("a", 7)@1; least(N, min<V>) :- p(N, V); low(N, V) :- p(N, V), V < "b";"#;
    let found = rounds(text, "low");
    assert_eq!(found[0], [r#"low(a, 7)"#, r#"low(a, "B")"#]);
    assert_eq!(rounds(text, "least")[0], ["least(a, 7)"]);
}

fn write(directory: &Path, name: &str, text: &str) {
    let file = directory.join(name);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(file, text).expect("written");
}

#[test]
fn includes_are_nested_and_looked_up_beside_each_file_and_then_beside_the_first() {
    let directory = tempfile::tempdir().expect("a temporary folder");
    write(directory.path(), "main.ded", r#"include "lib/outer.ded"; p("a", "x")@1;"#);
    // `inner.ded` is beside `outer.ded`, `facts.ded` beside `main.ded` only.
    write(directory.path(), "lib/outer.ded", r#"include "inner.ded"; include "facts.ded"; q(N, V) :- p(N, V);"#);
    write(directory.path(), "lib/inner.ded", r#"r(N, V)@next :- q(N, V);"#);
    write(directory.path(), "facts.ded", r#"p("b", "y")@2;"#);
    let program = given(Input::from_argument(directory.path().join("main.ded").display().to_string()));
    let run = run_with(&program, &FaultSet::none());
    assert_eq!(in_round(&program, &run, 2, "r"), ["r(a, x)"]);
    assert_eq!(in_round(&program, &run, 3, "r"), ["r(b, y)"]);
}
