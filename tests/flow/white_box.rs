//! Graphs derived from the rules of programs: the oracles of the paper again, each rule of the derivation, and runs that bear labels out.

use super::{graph_of, label};
use std::path::PathBuf;
use watershed::budget::Budget;
use watershed::flow::analyse;
use watershed::pipeline::check::Options;
use watershed::pipeline::contents::{Claim, Difference, Found};
use watershed::pipeline::flow::{Described, Examined, Read, Verdict, WhiteBox, examine, read};
use watershed::syntax::load::Input;
use watershed::witness::replay::check_lasso;

fn corpus(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs/flow").join(file)
}

/// A description of a program, both as texts.
struct Written {
    _folder: tempfile::TempDir,
    read: Read,
}

fn written(program: &str, description: &str) -> Written {
    let folder = tempfile::tempdir().expect("a directory");
    std::fs::write(folder.path().join("p.ded"), program).expect("a program");
    let path = folder.path().join("p.yaml");
    std::fs::write(&path, format!("program: p.ded\n{description}")).expect("a description");
    Written { read: read(&Input::Path(path)), _folder: folder }
}

impl Written {
    fn described(&self) -> &Described {
        self.read.described.as_ref().unwrap_or_else(|| panic!("{:#?}", self.read.diagnostics))
    }

    fn codes(&self) -> Vec<&'static str> {
        let codes = self.read.diagnostics.iter().map(|diagnostic| diagnostic.code.0);
        // What the analysis warns of is tested elsewhere.
        codes.filter(|code| !code.starts_with("W07")).collect()
    }

    fn label(&self, stream: &str) -> String {
        let graph = self.described().graph();
        label(graph, &analyse(graph), stream)
    }

    /// The annotations of the paths from one stream to another.
    fn paths(&self, from: &str, to: &str) -> Vec<String> {
        let graph = self.described().graph();
        let between = |component: &watershed::flow::Component| {
            let paths = component.paths.iter();
            let mine = paths.filter(|path| component.inputs[path.from] == from && component.outputs[path.to] == to);
            mine.map(|path| path.annotation.to_string()).collect::<Vec<_>>()
        };
        graph.components.iter().flat_map(between).collect()
    }

    fn is_replicated(&self, component: &str) -> bool {
        let components = &self.described().graph().components;
        components.iter().find(|known| known.name == component).expect("the component").replicated
    }
}

fn examined(described: &Described) -> Examined {
    let budget = Budget { max_transitions: 1 << 19, ..Budget::default() };
    examine(described, &budget, Options::default(), &mut |_| ()).expect("no rule errs")
}

fn white(described: &Described) -> &WhiteBox {
    match described {
        Described::Derived(white) => white,
        Described::Annotated(_) => panic!("described by annotations"),
    }
}

fn found<'e>(described: &Described, examined: &'e Examined, stream: &str) -> &'e Found {
    let at = described.graph().streams.iter().position(|known| known.name == stream).expect("the stream");
    &examined.evidence.as_ref().expect("a program")[at].contents.found
}

/// The runs are replayed here too, and the fact looked for in their steps.
fn bears_out(white: &WhiteBox, difference: &Difference) {
    let fact = &difference.fact;
    let carried = difference.schedules.each_ref().map(|schedule| {
        let run = check_lasso(&white.program, schedule, &Budget::default()).expect("a fair run");
        match difference.claim {
            Claim::Ultimate => run.ultimate.contains(fact),
            Claim::Carried => {
                run.records.iter().any(|record| record.node == fact.node && record.derived.contains(&fact.fact))
            }
        }
    });
    assert_eq!(carried, [true, false], "{}", white.program.show_fact(fact.node, &fact.fact));
}

#[test]
fn rules_have_the_labels_of_the_annotations() {
    for (file, differ) in [
        ("word-count", &["counts", "db"][..]),
        ("word-count-sealed", &[]),
        ("ads-thresh", &[]),
        ("ads-poor", &["answer", "gossip", "response"]),
        ("ads-campaign", &["answer", "gossip", "response"]),
        ("ads-campaign-sealed", &[]),
        ("ads-window-sealed", &[]),
        ("ads-campaign-window-sealed", &["answer", "gossip", "response"]),
    ] {
        let text = std::fs::read_to_string(corpus(&format!("{file}.yaml"))).expect("the annotations");
        let annotated = graph_of(&text);
        let by_annotations = analyse(&annotated);
        let read = read(&Input::Path(corpus(&format!("{file}-rules.yaml"))));
        let described = read.described.unwrap_or_else(|| panic!("{:#?}", read.diagnostics));
        let examined = examined(&described);
        let graph = described.graph();
        assert_eq!(graph.streams.len(), annotated.streams.len(), "{file}");
        for stream in &annotated.streams {
            let [expected, derived] = [(&annotated, &by_annotations), (graph, &examined.answer)]
                .map(|(graph, answer)| label(graph, answer, &stream.name));
            assert_eq!(derived, expected, "{file}, {}", stream.name);
            match found(&described, &examined, &stream.name) {
                Found::Different(difference) => {
                    assert!(differ.contains(&stream.name.as_str()), "{file}, {}", stream.name);
                    bears_out(white(&described), difference);
                }
                Found::Same(_) => assert!(!differ.contains(&stream.name.as_str()), "{file}, {}", stream.name),
                Found::Open(bound) => panic!("{file}, {}: {bound}", stream.name),
            }
        }
        let expected = if differ.is_empty() { Verdict::NoAnomaly } else { Verdict::Anomaly };
        assert_eq!(examined.verdict(), expected, "{file}");
    }
}

/// A writer `w` sends to a keeper `k`, which sends to a reader `r`.
const HEAD: &str = "nodes w, k, r; e(#w, a, x)@1; e(#w, a, y)@1; e(#w, b, x)@1; f(#w, a)@1; s(#k, a); output seen;
m(#k, G, X)@async :- e(G, X); q(#k, G)@async :- f(G); seen(#r, G)@async :- out(G);";

/// The keeper's rules, and the paths from `m` and from `q` to what leaves.
fn keeper(rules: &str, from_m: &[&str], from_q: &[&str]) {
    let relations = ["seen", "out", "c", "p", "l", "h"];
    let used: Vec<&str> =
        relations.into_iter().filter(|name| *name == "seen" || rules.contains(&format!("{name}("))).collect();
    let streams = if rules.contains("m(") { "streams: { m: { columns: [g, x] } }" } else { "" };
    let parts = format!("components: {{ K: {{ rules: [{}] }} }}\n{streams}", used.join(", "));
    let written = written(&format!("{HEAD} {rules}"), &parts);
    assert_eq!(written.paths("m", "seen"), from_m, "{rules}");
    assert_eq!(written.paths("q", "seen"), from_q, "{rules}");
}

const KEPT: &str = "m(G, X)@next :- m(G, X); q(G)@next :- q(G);";

#[test]
fn literals_and_persistence_make_the_annotations() {
    keeper("out(G) :- m(G, _);", &["CR"], &[]);
    keeper(&format!("{KEPT} out(G) :- m(G, _);"), &["CW"], &[]);
    keeper(&format!("{KEPT} out(G) :- q(G), m(G, _);"), &["CW"], &["CW"]);
    keeper(&format!("{KEPT} out(G) :- q(G), notin m(G, _);"), &["CW", "OR[g]"], &["CW"]);
    keeper(&format!("{KEPT} out(G) :- q(G), notin m(G, x);"), &["CW", "OR[g, x]"], &["CW"]);
    keeper(&format!("{KEPT} c(G, count<X>) :- m(G, X); out(G) :- q(G), c(G, 2);"), &["CW", "OR[g]"], &["CW"]);
    keeper(&format!("{KEPT} c(count<X>) :- m(_, X); out(G) :- q(G), c(2);"), &["CW", "OR[]"], &["CW"]);
    // What is kept behind the race is a matter of order itself.
    keeper(
        &format!("{KEPT} p(G) :- q(G), notin m(G, _); p(G)@next :- p(G); out(G) :- p(G);"),
        &["CW", "OW[g]"],
        &["CW"],
    );
    // Negation of what never changes is none.
    keeper(&format!("{KEPT} out(G) :- m(G, _), notin s(G);"), &["CW"], &[]);
    // A threshold on what only grows is passed for good.
    keeper(&format!("{KEPT} c(G, count<X>) :- m(G, X); out(G) :- q(G), c(G, N), N >= 2;"), &["CW"], &["CW"]);
    // But not if its outcome was raced for before.
    keeper(
        &format!(
            "{KEPT} p(G, X) :- m(G, X), notin q(G); p(G, X)@next :- p(G, X); c(G, count<X>) :- p(G, X); out(G) :- c(G, N), N >= 2;"
        ),
        &["CW"],
        &["CW", "OW[g]"],
    );
}

#[test]
fn what_cannot_wait_has_no_gate() {
    // The question is there for one step: no negation, and a race all the same.
    keeper("m(G, X)@next :- m(G, X); out(G) :- q(G), m(G, _);", &["CW", "OR[*]"], &["OR[*]"]);
    keeper("out(G) :- q(G), m(G, _);", &["OR[*]"], &["OR[*]"]);
    keeper("m(G, X)@next :- m(G, X); out(G) :- q(G), notin m(G, _);", &["CW", "OR[*]"], &["OR[*]"]);
    keeper("out(G) :- q(G), s(G);", &[], &["CR"]);
    // What another message may take away is not kept for ever.
    keeper("p(G) :- m(G, _); p(G)@next :- p(G), notin q(G); out(G) :- p(G);", &["CW", "OW[*]"], &["OW[*]"]);
    // The clock of the node is no message, but it does not wait either.
    keeper("m(G, X)@next :- m(G, X); l()@next :- s(_); out(G) :- m(G, _), notin l();", &["CW", "OR[*]"], &[]);
}

#[test]
fn columns_are_traced_through_rules() {
    let traced = |rules: &str, gate: &str| {
        keeper(&format!("{KEPT} {rules} out(G) :- q(G), notin h(G);"), &["CW", gate], &["CW"]);
    };
    traced("h(A) :- m(A, _);", "OR[g]");
    traced("h(B) :- m(_, B);", "OR[x]");
    traced("h(A) :- m(A, A);", "OR[g, x]");
    traced("h(A) :- l(_, A); l(B, A) :- m(A, B);", "OR[g]");
    traced("h(A) :- m(B, _), A = B;", "OR[g]");
    // Two rules must agree, and so must two literals of one.
    traced("h(A) :- m(A, _); h(A) :- m(_, A);", "OR[]");
    traced("h(A) :- m(A, _), m(_, A);", "OR[]");
    traced("h(A) :- m(B, _), s(A), B != A;", "OR[]");
    traced("h(A) :- l(A); l(A) :- m(A, _); l(A) :- l(B), s(A), B == B;", "OR[]");
}

#[test]
fn a_seal_protects_what_waits_for_it_and_nothing_else() {
    let rules = "c(G, count<X>) :- m(G, X); out(G) :- q(G), c(G, 2);";
    let sealed = |key: &str| {
        let parts = "components: { K: { rules: [seen, out, c] } }\nstreams: { m: { columns: [g, x], seal: ";
        written(&format!("{HEAD} {KEPT} {rules}"), &format!("{parts}[{key}] }} }}"))
    };
    assert_eq!(sealed("g").label("seen"), "Async", "questions need no seal: only what is counted does");
    assert_eq!(sealed("x").label("seen"), "Run");
    assert_eq!(sealed("g, x").label("seen"), "Run");
    // The component does not wait: two of the three come in the end, but a third makes the count 2 for a while only.
    let described = sealed("g");
    let examined = examined(described.described());
    assert!(matches!(found(described.described(), &examined, "seen"), Found::Same(_)), "two of a come in each run");
}

#[test]
fn a_seal_that_nothing_waits_for_is_refuted() {
    let sealed =
        "components: { Splitter: { rules: [words] }, Count: { rules: [tally, counts] }, Commit: { rules: [db] } }
streams: { tweets: { seal: [batch] } }";
    let program = std::fs::read_to_string(corpus("word-count.ded")).expect("the program");
    let written = written(&program, sealed);
    let described = written.described();
    assert_eq!((written.label("words"), written.label("db")), ("Seal[batch]".to_string(), "Async".to_string()));
    let examined = examined(described);
    assert_eq!(examined.verdict(), Verdict::Anomaly);
    let names: Vec<&str> =
        examined.refuted().into_iter().map(|stream| described.graph().streams[stream].name.as_str()).collect();
    assert_eq!(names, ["counts", "db"]);
    let warnings: Vec<&str> = examined.warnings(described.graph()).iter().map(|warning| warning.code.0).collect();
    assert_eq!(warnings, ["W1004", "W1004"]);
    for name in names {
        let Found::Different(difference) = found(described, &examined, name) else { panic!("{name}") };
        bears_out(white(described), difference);
    }
}

#[test]
fn copies_share_what_they_see() {
    let rep = |address: &str, facts: &str| {
        let program =
            format!("nodes w, a, b; e(#w, x)@1; e(#w, y)@1; {facts} m(#{address}; k(X) :- m(X); k(X)@next :- k(X);");
        written(&program, "components: { K: { rules: [k] } }").is_replicated("K")
    };
    assert!(rep("N, X)@async :- e(X), copy(N)", "copy(#w, a); copy(#w, b);"), "all go to both");
    assert!(rep("N, X)@async :- e(X)", ""), "to every node");
    assert!(rep("a, X)@async :- e(X); m(#b, X)@async :- e(X)", ""), "two rules");
    assert!(!rep("N, X)@async :- e(X), copy(N)", "copy(#w, a);"), "one copy");
    assert!(!rep("N, X)@async :- e(X), shard(X, N)", "shard(#w, x, a); shard(#w, y, b);"), "each goes to one");
    assert!(
        rep("N, X)@async :- e(X), shard(X, N)", "shard(#w, x, a); shard(#w, x, b); shard(#w, y, b);"),
        "x goes to both"
    );
    let program = "nodes a, b; e(#a, x)@1; m(#N, X)@async :- k(X), peer(N); peer(#a, b); peer(#b, a);
k(X) :- e(X); k(X) :- m(X); k(X)@next :- k(X);";
    assert!(written(program, "components: { K: { rules: [k, m] } }").is_replicated("K"), "they tell each other");
    assert!(
        !written(program, "components: { K: { rules: [k, m], rep: false } }").is_replicated("K"),
        "the user knows better"
    );
}

/// Two copies of a register. Each sees both values and ends with one: that is no difference in what it carries, but one in what it is in the
/// end, and the copies end differently too.
#[test]
fn copies_that_end_differently_are_named() {
    let program = "nodes w, v, a, b; put(#w, x)@1; put(#v, y)@1; copy(a); copy(b); output value;
set(#N, X)@async :- put(X), copy(N);
value(X) :- set(X);
value(X)@next :- value(X), notin replaced(X);
replaced(X) :- value(X), set(Y), X != Y;";
    let written = written(program, "components: { Register: { rules: [value, replaced] } }");
    let described = written.described();
    assert_eq!(written.label("value"), "Diverge");
    let examined = examined(described);
    let Found::Different(difference) = found(described, &examined, "value") else { panic!("two puts in two orders") };
    assert_eq!(difference.claim, Claim::Ultimate);
    bears_out(white(described), difference);
    tells_copies_apart(&written, &examined, "value");
}

/// What is said of two copies `a` and `b` is so: they are told apart by what they keep of the stream's relation in just the runs in which they end differently.
/// In how many of the two runs they do.
fn tells_copies_apart(written: &Written, examined: &Examined, stream: &str) -> usize {
    let described = written.described();
    let at = described.graph().streams.iter().position(|known| known.name == stream).expect("the stream");
    let evidence = &examined.evidence.as_ref().expect("a program")[at];
    let Found::Different(difference) = &evidence.contents.found else { panic!("{stream} does not differ") };
    let program = &white(described).program;
    let state = |run: usize, node: &str| -> Vec<String> {
        let facts = difference.runs[run].ultimate.iter();
        let mine = facts
            .filter(|fact| fact.fact.relation == difference.fact.fact.relation && program.show_node(fact.node) == node);
        mine.map(|fact| format!("{:?}", fact.fact.values)).collect()
    };
    let differing = (0..2).filter(|&run| {
        let differ = state(run, "a") != state(run, "b");
        assert_eq!(evidence.apart.iter().any(|apart| apart.run == run && apart.keeps.is_some()), differ, "run {run}");
        differ
    });
    differing.count()
}

/// Of two copies one sees the values one after the other, the other both at once: then they end differently, and are told apart.
#[test]
fn what_is_kept_until_it_is_replaced_tells_copies_apart() {
    let program = std::fs::read_to_string(corpus("../kvs/diverging.ded")).expect("the program");
    let program = program.replace("nodes c, d, r, s", "nodes c, d, a, b").replace("replica(r)", "replica(a)");
    let written = written(&program.replace("replica(s)", "replica(b)"), "components: { Store: { rules: [value] } }");
    assert_eq!(written.label("value"), "Diverge");
    let examined = examined(written.described());
    assert!(tells_copies_apart(&written, &examined, "value") > 0, "no run in which the copies end differently");
}

/// Two copies that keep the first value they see.
#[test]
fn copies_whose_state_differs_for_good_are_named() {
    let program = "nodes w, v, a, b; put(#w, x)@1; put(#v, y)@1; copy(a); copy(b); output first;
set(#N, X)@async :- put(X), copy(N);
first(X) :- set(X), notin taken();
taken()@next :- set(_);
taken()@next :- taken();
first(X)@next :- first(X);";
    let written = written(program, "components: { Register: { rules: [first, taken] } }");
    let described = written.described();
    assert_eq!(written.label("first"), "Diverge");
    let examined = examined(described);
    let Found::Different(difference) = found(described, &examined, "first") else { panic!("two puts in two orders") };
    assert_eq!(difference.claim, Claim::Carried);
    let at = described.graph().streams.iter().position(|stream| stream.name == "first").expect("first");
    let apart = &examined.evidence.as_ref().expect("a program")[at].apart;
    let differing = apart.iter().find(|apart| apart.keeps.is_some()).expect("a run in which copies end differently");
    let run = &difference.runs[differing.run];
    let kept = differing.keeps.clone().expect("what one of them keeps");
    let holds = |node| run.ultimate.contains(&watershed::program::LocatedFact { node, fact: kept.clone() });
    assert!(holds(differing.one) && !holds(differing.other), "{differing:?}");
}

#[test]
fn a_label_that_no_run_bears_out_is_told_as_such() {
    // One question only, after all that is asked about has come to the one node: no order to speak of.
    let program = "nodes w, k; e(#w, a)@1; output seen; m(#k, X)@async :- e(X); m(X)@next :- m(X); seen(X) :- m(X), notin m(never);
seen(X)@next :- seen(X);";
    let written = written(program, "components: { K: { rules: [seen] } }");
    assert_eq!(written.label("seen"), "Run");
    let examined = examined(written.described());
    assert!(matches!(found(written.described(), &examined, "seen"), Found::Same(_)));
    assert_eq!(examined.verdict(), Verdict::Anomaly, "the label stands: other instances may differ");
}

#[test]
fn a_bound_leaves_sealed_labels_open() {
    let read = read(&Input::Path(corpus("ads-campaign-sealed-rules.yaml")));
    let described = read.described.expect("a graph");
    let budget = Budget { max_states: 2, ..Budget::default() };
    let examined = examine(&described, &budget, Options::default(), &mut |_| ()).expect("no rule errs");
    assert!(matches!(examined.verdict(), Verdict::Inconclusive(_)), "{:?}", examined.verdict());
}

#[test]
fn what_is_wrong_is_said() {
    let program = "nodes w, k; e(#w, a)@1; m(#k, X)@async :- e(X); k(X) :- m(X); k(X)@next :- k(X);";
    let parts = "components: { K: { rules: [k] } }\n";
    for (description, code) in [
        ("components: { K: { rules: [kk] } }", "E1011"),
        ("components: { K: { rules: [e] } }", "E1011"),
        ("components: { K: { rules: [k] }, L: { rules: [k] } }", "E1012"),
        ("components: { K: { rules: [k, k] } }", "E1012"),
        ("components: { K: {} }", "E1002"),
        ("components: { K: { rules: [k], paths: [] } }", "E1003"),
        ("components: { K: { rules: [k] } }\nCount: {}", "E1003"),
        ("components: {}", "E1009"),
        (&format!("{parts}streams: {{ mm: {{ seal: [x] }} }}"), "E1005"),
        (&format!("{parts}streams: {{ m: {{ to: K.m }} }}"), "E1003"),
        (&format!("{parts}streams: {{ m: {{ seal: [y] }} }}"), "E1013"),
        (&format!("{parts}streams: {{ m: {{ columns: [x, y] }} }}"), "E1013"),
        (&format!("{parts}streams: {{ m: {{ columns: [x], seal: [] }} }}"), "E1002"),
    ] {
        assert_eq!(written(program, description).codes().first(), Some(&code), "{description}");
    }
    assert!(written(program, &format!("{parts}streams: {{ m: {{ seal: [x] }} }}")).codes().is_empty());
    assert_eq!(
        written("nodes k; k(X) :- ", parts).codes().first().map(|code| &code[..3]),
        Some("E01"),
        "of the program"
    );
    let unplaced = "e(#N, X)@async :- g(X), n(N); k(X) :- e(X);";
    assert_eq!(written(unplaced, parts).codes().last(), Some(&"E0507"), "{:?}", written(unplaced, parts).codes());
    let raced = "nodes w, k; e(#w, a)@1; e(#w, b)@1; x(#w, X)@async :- e(X); m(#k, X)@async :- x(X), x(Y), X != Y; k(X) :- m(X); k(X)@next :- k(X);";
    assert_eq!(written(raced, parts).codes(), ["E1014"]);
    let missing = read(&Input::Text { name: "p.yaml".to_string(), text: format!("program: no/such.ded\n{parts}") });
    assert_eq!(missing.diagnostics[0].code.0, "E1010");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, ..Default::default() })]

    /// A description with up to three other characters at some place is read, or refused with its place.
    #[test]
    fn no_mangled_description_of_a_program_panics(
        at in proptest::prelude::any::<proptest::prelude::prop::sample::Index>(),
        with in "[\\[\\]{}:,&*!|>'\"#%_a-z0-9 \n-]{0,3}",
    ) {
        let file = corpus("ads-campaign-sealed-rules.yaml");
        let mut text = std::fs::read_to_string(&file).expect("a description");
        let at = text.char_indices().nth(at.index(text.chars().count())).map_or(0, |(at, _)| at);
        let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        text.replace_range(at..end, &with);
        let read = read(&Input::Text { name: file.display().to_string(), text });
        proptest::prop_assert!(read.described.is_some() || !read.diagnostics.is_empty());
    }
}
