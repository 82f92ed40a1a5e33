//! The dependency graph: edges, components, strata, drawing.

use crate::checked;
use watershed::analysis::dependency::CycleFinder;
use watershed::analysis::{Dependencies, Sign, dot, strata};
use watershed::program::RuleKind;

#[test]
fn each_literal_is_an_edge_with_its_kind_and_sign() {
    let checked = checked(
        "nodes n1; e(#n1, a); p(X) :- e(X), notin f(X); q(count<X>)@next :- p(X); m(X)@async :- q(X), notin p(X); f(#n1, b);",
    );
    let graph = Dependencies::of(&checked.program);
    let edges: Vec<(&str, &str, RuleKind, Sign, &str)> = graph
        .edges()
        .map(|(from, to, e)| (checked.name(from), checked.name(to), e.kind, e.sign, checked.text(e.span)))
        .collect();
    let short: Vec<_> = edges.iter().map(|e| (e.0, e.1, e.2, e.3)).collect();
    assert_eq!(
        short,
        [
            ("e", "p", RuleKind::Deductive, Sign::Positive),
            ("f", "p", RuleKind::Deductive, Sign::Negated),
            ("p", "q", RuleKind::Inductive, Sign::Aggregated),
            ("q", "m", RuleKind::Async, Sign::Positive),
            ("p", "m", RuleKind::Async, Sign::Negated),
        ]
    );
    assert!(edges[1].4.ends_with("f(X)"));
    let p = checked.program.relation_named("p").expect("p is there");
    let names = |reached: Vec<bool>| -> Vec<&str> {
        let ids = (0..reached.len()).filter(|&i| reached[i]);
        ids.map(|i| checked.program.relations[i].name.as_str()).filter(|name| *name != "node").collect()
    };
    assert_eq!(names(graph.depending_on([p])), ["p", "q", "m"]);
    assert_eq!(names(graph.read_by([p])), ["e", "p", "f"]);
}

#[test]
fn a_shortest_cycle_is_found_and_what_is_read_comes_first() {
    let checked = checked(
        "nodes n1; a() :- d(); b() :- a(); c() :- b(); d() :- c(); d() :- b(); z() :- d(); d() :- e(); e(#n1);",
    );
    let graph = Dependencies::of(&checked.program);
    let id = |name: &str| checked.program.relation_named(name).expect("it is there");
    let mut finder = CycleFinder::new(&graph);
    assert_eq!(finder.describe(&checked.program, id("d"), id("a")), "d → a → b → d");
    assert_eq!(finder.through(id("d"), id("z")), None);
    assert!(graph.component(id("e")) < graph.component(id("a")));
    assert!(graph.component(id("a")) < graph.component(id("z")));
    assert_eq!(graph.component(id("a")), graph.component(id("c")));
}

#[test]
fn strata_of_all_rules_exist_exactly_without_cycles_through_negation() {
    let checked_ =
        checked("nodes n1; e(#n1); a()@next :- e(); b()@next :- e(), notin a(); c() :- b(), a(); c()@next :- c();");
    let strata = strata::of_all_rules(&Dependencies::of(&checked_.program)).expect("stratified");
    let of = |name: &str| strata[checked_.program.relation_named(name).expect("it is there").0 as usize];
    assert_eq!([of("e"), of("a"), of("b"), of("c")], [0, 0, 1, 1]);
    let cyclic = checked("nodes n1; e(#n1); on()@next :- e(), notin on();");
    assert_eq!(strata::of_all_rules(&Dependencies::of(&cyclic.program)), None);
    assert!(
        watershed::analysis::strata::by_stratum(&cyclic.program).len() == 1,
        "deductive rules alone have one stratum"
    );
}

#[test]
fn the_drawing_tells_edges_by_style_and_label() {
    let text = "nodes n1; e(#n1, a); m(X)@async :- e(X); m(X)@next :- m(X); p(X) :- e(X), notin m(X); p(X) :- e(X), notin m(X), notin m(b); output p;";
    let checked = checked(text);
    let drawn = || dot::to_dot(&checked.program, &Dependencies::of(&checked.program));
    let dot = drawn();
    assert_eq!(dot, drawn());
    let id = |name: &str| checked.program.relation_named(name).expect("it is there").0;
    let (e, m, p) = (id("e"), id("m"), id("p"));
    let lines = [
        format!("r{e} [label=\"e/1\", shape=box];"),
        format!("r{m} [label=\"m/1\", shape=ellipse, peripheries=2];"),
        format!("r{p} [label=\"p/1\", shape=ellipse, penwidth=2];"),
        format!("r{e} -> r{m} [style=dotted, label=\"async\", arrowhead=normal];"),
        format!("r{m} -> r{m} [style=dashed, label=\"next\", arrowhead=normal];"),
        format!("r{e} -> r{p} [style=solid, label=\"\", arrowhead=normal];"),
        format!("r{m} -> r{p} [style=solid, label=\"not\\npoint of order\", arrowhead=dot, color=red, penwidth=2];"),
    ];
    for line in &lines {
        assert_eq!(dot.matches(line.as_str()).count(), 1, "{line}\n{dot}");
    }
    assert!(dot.starts_with("digraph") && dot.ends_with("}\n"));
}
