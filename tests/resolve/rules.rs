//! What checked rules look like: order of conditions, existentials, what can err, repeated rules, kinds, strata, facts.

use super::reading::{findings, findings_with, program, read_with, relation};
use watershed::program::resolve::Options;
use watershed::program::{Condition, Expr, Kind, NegatedTerm, Program, Rule, SymbolId, Term, Value, When};

fn only(program: &Program) -> &Rule {
    let [rule] = &program.rules[..] else { panic!("{} rules", program.rules.len()) };
    rule
}

/// `C` for a comparison, `c` for a checked one, else the variable that is bound.
fn order(rule: &Rule) -> Vec<String> {
    rule.conditions
        .iter()
        .map(|condition| match condition {
            Condition::Compare { checked: true, .. } => "c".to_string(),
            Condition::Compare { .. } => "C".to_string(),
            Condition::Bind { variable, .. } => rule.variables[variable.0 as usize].clone(),
        })
        .collect()
}

#[test]
fn conditions_wait_for_their_variables() {
    let order = |body: &str| order(only(&program(&format!("nodes n; q(#n, 1); p(#N) :- {body};"))));
    assert_eq!(order("A == X, q(#N, X), B == A, A != B, C == 3"), ["A", "B", "C", "C"]);
    assert_eq!(order("q(#N, X), A != B, B == A, A == X"), ["A", "B", "C"]);
    assert_eq!(order("q(#N, X), X == X"), ["C"]);
    assert_eq!(order("q(#N, X), A == X, A == X"), ["A", "C"]);
    // Delayed ones keep their order and come as soon as they can.
    assert_eq!(order("q(#N, X), X + D == 1, C == 3, D == C, X == 5"), ["C", "D", "C", "C"]);
}

#[test]
fn expressions_in_positive_atoms_become_conditions() {
    let program = program("nodes n; q(#n, 1); r(#n, 2); p(#N) :- X > 0, q(#N, X), r(#N, X + 1), X < 9;");
    let rule = only(&program);
    assert_eq!(order(rule), ["c", "C", "c"].map(String::from), "in the order of the source");
    let Condition::Compare { left: Expr::Variable(made), right: Expr::Binary(..), .. } = &rule.conditions[1] else {
        panic!("{:?}", rule.conditions)
    };
    assert_eq!(rule.positive[1].terms, [Term::Variable(*made)]);
    assert!(rule.variables[made.0 as usize].starts_with('_'));
    assert!(rule.can_err);
}

#[test]
fn made_up_variables_are_new() {
    let program = program("nodes n; q(#n, 1); p(#N, _1, _2, _3) :- q(#N, _1), q(#N, _2), q(#N, _3), q(#N, _1 + 1);");
    let mut names = only(&program).variables.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), only(&program).variables.len());
}

#[test]
fn existential_variables() {
    let program = program(
        "nodes n; q(#n, 1); r(#n, 1, 2, 3, 4); p(#N) :- q(#N, X), notin r(#N, A, _, A, X), notin r(#N, B, B, _, _);",
    );
    let numbers = |i: usize| -> Vec<Option<u32>> {
        let number = |term: &NegatedTerm| match term {
            NegatedTerm::Existential(number) => Some(*number),
            NegatedTerm::Expr(_) => None,
        };
        only(&program).negative[i].terms.iter().map(number).collect()
    };
    assert_eq!(numbers(0), [Some(0), Some(1), Some(0), None]);
    assert_eq!(numbers(1), [Some(0), Some(0), Some(1), Some(2)]);
}

#[test]
fn what_can_err() {
    let can_err = |rules: &str| program(&format!("nodes n; q(#n, 1); {rules}")).rules[0].can_err;
    assert!(!can_err("p(#N, X) :- q(#N, X);"));
    assert!(can_err("p(#N, X + 1) :- q(#N, X);"));
    assert!(can_err("p(#N) :- q(#N, X), notin q(#N, X + 1);"));
    assert!(can_err("p(#N, sum<X>) :- q(#N, X);"));
    assert!(!can_err("p(#N, count<X>) :- q(#N, X);"));
    assert!(can_err("p(#N)@next :- q(#N, X), 2 == X * X;"));
    assert!(!can_err("p(#N) :- q(#N, X), X > 0;"), "all values are ordered");
    assert!(can_err("p(#N) :- q(#N, X), X > 0; r(#N, X - 1) :- q(#N, X);"), "a column of integers");
    assert!(can_err("p(#N) :- q(#N, X), X > 0; q(#N, count<X>)@next :- q(#N, X);"), "written by a count");
    assert!(!can_err("p(#N) :- q(#N, X), X != 0; r(#N, X - 1) :- q(#N, X);"), "equality is of all values");
    assert!(can_err("p(#N) :- q(#N, X), X + 1 > 0;"));
    assert!(!can_err("p(#N) :- q(#N, Y), X == Y, X > 0; r(#N, sum<X>) :- o(#N, X); input o(x);"));
    // Locations are no columns.
    assert!(!program("p(1, 2); r(N, X) :- p(N, X), N > 0; s(N, N + 1) :- p(N, _);").rules[0].can_err);
}

#[test]
fn repeated_rules_and_facts_count_once() {
    let text = "nodes n; q(#n, 1); q(#n, 1); q(#n, 2 - 1); p(#N, X) :- q(#N, X), X > 0; p(#M, Y) :- q(#M, Y), Y > 0;";
    let repeated = program(text);
    assert_eq!((repeated.rules.len(), repeated.facts.len()), (1, 1));
    let differing = "nodes n; q(#n, 1); p(#N, X) :- q(#N, X), X > 0; p(#N, X) :- q(#N, X), X >= 0; p(#N, 0) :- q(#N, 0);
        p(#N, X)@next :- q(#N, X), X > 0; p(X) :- q(X), X > 0; p(#n, X) :- q(#n, X), X > 0; p(#n, X) :- q(#n, X), 0 > X;";
    assert_eq!(program(differing).rules.len(), 7);
}

#[test]
fn kinds_of_relations() {
    let kind = |text: &str| {
        let program = program(&format!("nodes n, m; o(#N) :- r(#N, X); {text}"));
        let relation = program.relation(relation(&program, "r"));
        (relation.kind, relation.normalised)
    };
    assert_eq!(kind("r(#n, 1);"), (Kind::Static, false));
    assert_eq!(kind("r(#n, 1)@1;"), (Kind::Event, false));
    assert_eq!(kind("r(#n, 1); r(#n, 2)@3;"), (Kind::Event, false));
    assert_eq!(kind("event r;"), (Kind::Event, false));
    assert_eq!(kind("input r(x);"), (Kind::Static, false));
    assert_eq!(kind("r(#n, 1)@1; r(#N, X)@next :- r(#N, X);"), (Kind::Static, true));
    assert_eq!(kind("r(#n, 1)@1; r(#N, X)@next :- r(#N, X); r(#M, Y)@next :- r(#M, Y);"), (Kind::Static, true));
    for not_exact in [
        "r(#n, 1)@2; r(#N, X)@next :- r(#N, X);",
        "r(#n, 1); r(#N, X)@next :- r(#N, X);",
        "r(#n, 1)@1; r(#m, 2)@2; r(#N, X)@next :- r(#N, X);",
        "r(#n, 1)@1; r(#N, X)@next :- r(#N, X), X > 0;",
        "r(#n, 1)@1; r(#N, X)@next :- r(#N, X), notin stop(#N); event stop;",
        "r(#n, 1)@1; r(#N, X) :- r(#N, X);",
        "r(#n, 1)@1; r(#N, X)@async :- r(#N, X);",
        "r(#n, 1)@1; r(#N, N)@next :- r(#N, N);",
        "r(#n, 1)@1; r(#n, X)@next :- r(#n, X);",
        "r(#n, 1)@1; r(#N, 1)@next :- r(#N, 1);",
        "r(#n, 1)@1; r(#N, X)@next :- r(#N, X); r(#N, X) :- s(#N, X); event s;",
    ] {
        assert_eq!(kind(not_exact), (Kind::Idb, false), "{not_exact}");
    }
}

#[test]
fn normalised_relations_hold_always() {
    let program = program("nodes n; r(#n, 1)@1; r(X)@next :- r(X); o(X) :- r(X);");
    assert_eq!(program.rules.len(), 1);
    assert!(program.facts.iter().all(|fact| fact.when == When::Always));
    let outputs: Vec<&str> = program.outputs.iter().map(|id| program.relation(*id).name.as_str()).collect();
    assert_eq!(outputs, ["o"], "a static relation is no output by default");
}

#[test]
fn facts_and_networks() {
    let names = |program: &Program| program.node_ids().map(|node| program.show_node(node)).collect::<Vec<_>>();
    let everywhere = program("nodes b, a, 10, 9; p(1 + 1); q(7)@3; z(#a);");
    assert_eq!(names(&everywhere), ["9", "10", "a", "b"], "integers come before symbols");
    assert_eq!(everywhere.facts.len(), 9, "an unlocated fact holds at every node");
    assert_eq!(everywhere.facts[0].fact.values[..], [Value::Int(2)]);
    let built_in = program("node(b); node(a); p(#N, X) :- node(X), up(#N); up();");
    assert_eq!(names(&built_in), ["a", "b"]);
    assert_eq!(built_in.facts.len(), 2, "`up` twice; the evaluator adds `node`");
    let node = &built_in.relations[0];
    assert!(node.builtin && node.kind == Kind::Static && built_in.relation_named("node").is_none());
    assert_eq!(names(&program("p(#b, c); q(#a, d)@2;")), ["a", "b"]);
    assert_eq!(names(&program("p(b, c); q(a, d)@2;")), ["a", "b"]);
    assert_eq!(names(&program("p(3 - 1, c);")), ["2"]);
    let nodes = Some(vec!["z".to_string(), "\"a b\"".to_string(), "\"\\u{e9}\"".to_string(), "-4".to_string()]);
    let given = read_with("nodes n; p(#z, 1);", &Options { nodes, ..Options::default() }).1.expect("in order");
    assert_eq!(names(&given), ["-4", "\"a b\"", "z", "\"é\""]);
}

#[test]
fn symbols_are_in_byte_order() {
    let program = program("p(#n, zeta, \"Alpha\", \"é\", alpha, \"\");");
    let names: Vec<&str> = (0..program.symbols.len()).map(|i| program.symbols.name(SymbolId(i as u32))).collect();
    assert_eq!(names, ["", "Alpha", "alpha", "n", "zeta", "é"]);
}

#[test]
fn outputs() {
    let text = "nodes n; e(#n); p(#N) :- e(#N); q(#N) :- p(#N); never q;";
    let outputs = |text: &str, outputs: Option<&[&str]>| {
        let outputs = outputs.map(|names| names.iter().map(ToString::to_string).collect());
        let program = read_with(text, &Options { outputs, ..Options::default() }).1.expect("in order");
        let names: Vec<String> = program.outputs.iter().map(|id| program.relation(*id).name.clone()).collect();
        (names.join(" "), program.outputs_declared)
    };
    assert_eq!(outputs(text, None), ("p q".to_string(), false), "a `never` relation is an output too");
    assert_eq!(outputs(&format!("{text} output q;"), None), ("q".to_string(), true));
    assert_eq!(outputs(&format!("{text} output q;"), Some(&["p", "e", "p"])), ("p e".to_string(), true));
    assert_eq!(outputs(&format!("output q; {text} output p, q;"), None), ("q p".to_string(), true), "as declared");
    let nevers = |text: &str| {
        let program = read_with(text, &Options::default()).1.expect("in order");
        program.nevers.iter().map(|never| program.relation(never.0).name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(nevers("nodes n; e(#n); p(#N) :- e(#N); q(#N) :- p(#N); never q, p; never q;"), "q p");
}

#[test]
fn strata_count_strict_edges_only() {
    let program = program(
        "nodes n; e(#n, 1); a(X) :- e(X); b(X) :- e(X), notin a(X); c(count<X>) :- b(X); d(X) :- c(X), a(X);
         a(X)@next :- d(X), notin b(X); f(X) :- d(X), notin e(X);",
    );
    let stratum = |name| program.strata[relation(&program, name).0 as usize];
    assert_eq!(["e", "a", "b", "c", "d", "f"].map(stratum), [0, 0, 1, 2, 2, 2]);
}

#[test]
fn long_programs() {
    let rules = 10_000;
    let mut chain = String::from("nodes n; p0(#n, 1);\n");
    for i in 1..=rules {
        let negated = if i % 2 == 0 { ", notin p0(#N, 7)" } else { "" };
        chain.push_str(&format!("p{i}(#N, X) :- p{}(#N, X){negated};\n", i - 1));
    }
    assert_eq!(findings(&chain), []);
    let closed = format!("{chain}p0(#N, X) :- p{rules}(#N, X);\n");
    assert_eq!(findings(&closed), [("E0403", 3)]);
    // Every name unknown, every rule unsafe.
    let wrong: String = (0..rules).map(|i| format!("p{i}(#N, Y) :- q{i}(#N, X);\n")).collect();
    assert_eq!(findings(&wrong).len(), 2 * rules + 1);
}

#[test]
fn conditions_in_the_worst_order() {
    let length = 5_000;
    let body: String = (0..length).map(|i| format!("X{i} == X{}, ", i + 1)).collect();
    let text = format!("nodes n; q(#n, 1); p(#N, X0) :- {body}q(#N, X{length});");
    assert_eq!(only(&program(&text)).conditions.len(), length);
}

#[test]
fn molly_programs_narrowed_to_some_nodes() {
    let options = Options { nodes: Some(vec!["a".to_string()]), synchronous: true, ..Options::default() };
    assert_eq!(findings_with("p(a, b)@1;\np(b, a)@1; p(X, Y)@next :- p(X, Y);", &options), [("W0504", 2)]);
}
