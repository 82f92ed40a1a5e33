//! Component graphs: the oracles of the Blazes paper, each repair of its rules, and laws on random graphs.

#[path = "flow/white_box.rs"]
mod white_box;

use proptest::prelude::*;
use watershed::flow::strategy::Measure;
use watershed::flow::{Answer, Graph, Label, analyse, read};
use watershed::syntax::load::Input;

fn graph_of(text: &str) -> Graph {
    let read = read(&Input::Text { name: "graph.yaml".to_string(), text: text.to_string() });
    read.graph.unwrap_or_else(|| panic!("{:#?}\n{text}", read.diagnostics))
}

fn codes(text: &str) -> Vec<&'static str> {
    let read = read(&Input::Text { name: "graph.yaml".to_string(), text: text.to_string() });
    read.diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect()
}

fn label(graph: &Graph, answer: &Answer, stream: &str) -> String {
    let at = graph.streams.iter().position(|known| known.name == stream).unwrap_or_else(|| panic!("no {stream}"));
    answer.labelling.labels[at].to_string()
}

fn label_in(text: &str, stream: &str) -> String {
    let graph = graph_of(text);
    label(&graph, &analyse(&graph), stream)
}

#[test]
fn the_oracles_of_the_paper() {
    for (file, stream, expected) in [
        ("word-count", "db", "Run"),
        ("word-count-sealed", "db", "Async"),
        ("word-count-sealed", "words", "Seal[batch]"),
        ("word-count-blazes", "db", "Run"),
        ("ads-thresh", "answer", "Async"),
        ("ads-thresh", "response", "Async"),
        ("ads-poor", "answer", "Inst"),
        ("ads-poor", "response", "Diverge"),
        ("ads-poor-blazes", "response", "Diverge"),
        ("ads-campaign", "answer", "Inst"),
        ("ads-campaign", "response", "Diverge"),
        ("ads-campaign-sealed", "answer", "Async"),
        ("ads-campaign-sealed", "response", "Async"),
        ("ads-window-sealed", "response", "Async"),
        ("ads-campaign-window-sealed", "response", "Diverge"),
    ] {
        let path = format!("{}/benchmarks/programs/flow/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the oracle's file");
        let graph = graph_of(&text);
        let answer = analyse(&graph);
        assert_eq!(label(&graph, &answer, stream), expected, "{file}, {stream}");
        assert!(!answer.plan.after.is_anomalous(), "{file}");
    }
}

/// One component with paths and streams of these lines.
fn one(paths: &[&str], streams: &[&str]) -> String {
    let lines = |lines: &[&str], indent: &str| lines.iter().map(|line| format!("{indent}{line}\n")).collect::<String>();
    format!("components:\n  C:\n    paths:\n{}streams:\n{}", lines(paths, "      - "), lines(streams, "  "))
}

#[test]
fn protection_asks_for_every_writing_input() {
    let paths = [
        "{ from: a, to: out, label: CW }",
        "{ from: b, to: other, label: CW }",
        "{ from: q, to: out, label: OR, gate: [k] }",
    ];
    let rest = "q: { to: C.q }";
    let both = one(&paths, &["a: { to: C.a, seal: [k] }", "b: { to: C.b, seal: [k] }", rest]);
    assert_eq!(label_in(&both, "C.out"), "Async");
    let half = one(&paths, &["a: { to: C.a, seal: [k] }", "b: { to: C.b }", rest]);
    assert_eq!(label_in(&half, "C.out"), "Run");
    let wrong = one(&paths, &["a: { to: C.a, seal: [k] }", "b: { to: C.b, seal: [j] }", rest]);
    assert_eq!(label_in(&wrong, "C.out"), "Run");
}

#[test]
fn a_write_is_protected_from_other_writes_too() {
    let paths = ["{ from: a, to: out, label: OW, gate: [k] }", "{ from: b, to: out, label: CW }"];
    let half = one(&paths, &["a: { to: C.a, seal: [k] }", "b: { to: C.b }"]);
    assert_eq!(label_in(&half, "C.out"), "Run");
    let both = one(&paths, &["a: { to: C.a, seal: [k] }", "b: { to: C.b, seal: [k] }"]);
    assert_eq!(label_in(&both, "C.out"), "Async");
}

#[test]
fn a_compatible_seal_is_consumed() {
    let text = "
components:
  A: { paths: [{ from: a, to: out, label: OW, gate: [k], keeps: [k] }] }
  B: { paths: [{ from: b, to: out, label: OW, gate: [k] }] }
streams: { a: { to: A.a, seal: [k] }, b: { from: A.out, to: B.b }, out: { from: B.out } }";
    assert_eq!(label_in(text, "b"), "Async");
    assert_eq!(label_in(text, "out"), "Run");
}

#[test]
fn a_sealed_stream_of_reads_does_not_seal_what_is_read() {
    let paths = ["{ from: w, to: out, label: CW }", "{ from: q, to: out, label: OR, gate: [k] }"];
    for key in ["k", "other"] {
        let seal = format!("q: {{ to: C.q, seal: [{key}] }}");
        assert_eq!(label_in(&one(&paths, &["w: { to: C.w }", &seal]), "C.out"), "Run", "{key}");
    }
    let read_only = ["{ from: q, to: out, label: OR, gate: [k] }"];
    assert_eq!(label_in(&one(&read_only, &["q: { to: C.q }"]), "C.out"), "Run", "no writer is no protection");
    assert_eq!(label_in(&one(&read_only, &["q: { to: C.q, seal: [k] }"]), "C.out"), "Async");
}

#[test]
fn a_key_survives_only_one_to_one() {
    let survive = |keeps: &str, seal: &str| {
        let path = format!("{{ from: a, to: out, label: CR{keeps} }}");
        label_in(&one(&[&path], &[&format!("a: {{ to: C.a, seal: {seal} }}")]), "C.out")
    };
    assert_eq!(survive(", keeps: [k]", "[k]"), "Seal[k]");
    assert_eq!(survive("", "[k]"), "Async");
    assert_eq!(survive(", keeps: [j]", "[k]"), "Async");
    assert_eq!(survive(", keeps: { k: m }", "[k]"), "Seal[m]");
    assert_eq!(survive(", keeps: { k: m }", "[j, k]"), "Async");
    assert_eq!(survive(", keeps: { j: m, k: m }", "[j, k]"), "Async", "two columns in one");
}

#[test]
fn a_protected_read_of_contents_that_differ_still_differs() {
    let text = "
components:
  A: { paths: [{ from: a, to: out, label: OW }] }
  B: { paths: [{ from: w, to: out, label: CW }, { from: q, to: out, label: OR, gate: [k] }] }
streams: { a: { to: A.a }, q: { from: A.out, to: B.q }, w: { to: B.w, seal: [k] }, out: { from: B.out } }";
    assert_eq!(label_in(text, "out"), "Run");
}

#[test]
fn two_keys_on_one_input_are_no_seal() {
    let paths = ["{ from: a, to: out, label: OW, gate: [j, k] }"];
    let same = ["x: { to: C.a, seal: [k] }", "y: { to: C.a, seal: [k] }"];
    assert_eq!(label_in(&one(&paths, &same), "C.out"), "Async");
    let two = ["x: { to: C.a, seal: [k] }", "y: { to: C.a, seal: [j] }"];
    assert_eq!(label_in(&one(&paths, &two), "C.out"), "Run");
}

#[test]
fn cycles_share_their_worst_label_and_are_not_sealed() {
    let cycle = |label: &str, rep: bool| {
        format!(
            "
components:
  A: {{ rep: {rep}, paths: [{{ from: in, to: out, label: {label}, keeps: [k] }}] }}
  B: {{ rep: {rep}, paths: [{{ from: in, to: back, label: CW, keeps: [k] }}] }}
streams:
  source: {{ to: A.in, seal: [k] }}
  there: {{ from: A.out, to: B.in }}
  back: {{ from: B.back, to: A.in }}
  sink: {{ from: B.back }}"
        )
    };
    for (annotation, rep, there, sink) in [
        ("CR", false, "Async", "Async"),
        ("OW, gate: [k]", false, "Run", "Run"),
        ("OR, gate: [k]", true, "Diverge", "Diverge"),
    ] {
        let text = cycle(annotation, rep);
        let graph = graph_of(&text);
        let answer = analyse(&graph);
        assert_eq!(label(&graph, &answer, "there"), there, "{annotation}");
        assert_eq!(label(&graph, &answer, "back"), there, "{annotation}");
        assert_eq!(label(&graph, &answer, "sink"), sink, "{annotation}");
        assert!(!answer.plan.after.is_anomalous(), "{annotation}: {:?}", answer.plan.strategies);
        assert_eq!(answer.plan.strategies.is_empty(), there == "Async", "{annotation}");
    }
}

#[test]
fn strategies_name_the_streams_to_seal() {
    let text = "
components:
  A: { paths: [{ from: a, to: out, label: CR, keeps: [k] }] }
  B: { rep: true, paths: [{ from: w, to: out, label: CW }, { from: q, to: out, label: OR, gate: [k] }] }
streams: { a: { to: A.a }, w: { from: A.out, to: B.w }, q: { to: B.q }, out: { from: B.out } }";
    let graph = graph_of(text);
    let answer = analyse(&graph);
    assert_eq!(label(&graph, &answer, "out"), "Inst");
    let [strategy] = answer.plan.strategies.as_slice() else { panic!("one race: {:?}", answer.plan.strategies) };
    let measures: Vec<String> = strategy.measures.iter().map(|measure| format!("{measure:?}")).collect();
    assert_eq!(measures.len(), 4, "the source, the stream before it, two orders: {measures:?}");
    let Measure::Seal { streams, .. } = &strategy.measures[0].0 else { panic!("{measures:?}") };
    assert_eq!(graph.streams[streams[0]].name, "a", "{measures:?}");
    assert_eq!(strategy.measures[3].1, Label::Run, "copies that agree still differ from run to run");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let path = "{ from: a, to: b, label: CR }";
    for (text, code) in [
        ("components: {", "E1001"),
        ("a: *b", "E1001"),
        ("a: &a [*a]", "E1001"),
        ("", "E1002"),
        ("- a", "E1002"),
        ("components: [A]", "E1002"),
        ("components: { A: { paths: [{ from: a, to: b }] } }", "E1002"),
        ("components: { A: { paths: [{ from: [a], to: b, label: CR }] } }", "E1002"),
        ("components: { A: { rep: perhaps, paths: [] } }", "E1002"),
        ("components: { A: { paths: [{ from: a, to: b, label: CR, gates: [k] }] } }", "E1003"),
        ("components: { A: { paths: [{ from: a, to: b, label: WO }] } }", "E1004"),
        ("components: { A: { paths: [{ from: a, to: b, label: CR, gate: [k] }] } }", "E1006"),
        ("A: { annotation: [] }\nA: { annotation: [] }", "E1007"),
        ("components: {}", "E1009"),
        ("--- {}\n--- {}", "E1002"),
    ] {
        assert_eq!(codes(text).first(), Some(&code), "{text}: {:?}", codes(text));
    }
    let streams = |streams: &str| format!("components: {{ A: {{ paths: [{path}] }} }}\nstreams: {streams}");
    assert_eq!(codes(&streams("{ s: { to: A.c } }")).first(), Some(&"E1005"));
    assert_eq!(codes(&streams("{ s: { from: A.a } }")).first(), Some(&"E1005"), "an input is no output");
    assert_eq!(codes(&streams("{ s: { seal: [] } }")).first(), Some(&"E1002"));
    assert_eq!(codes(&streams("{ s: { to: A.a }, t: {} }")).first(), Some(&"E1002"));
    assert_eq!(codes(&streams("{ t: { from: A.b } }")), ["W1001"]);
    assert_eq!(codes(&streams("{ s: { to: A.a, seal: [k] } }")), ["W1002"]);
    let racing = "components: { A: { paths: [{ from: a, to: b, label: OW }] } }\nstreams: { b: { from: A.b, seal: [k] }, s: { to: A.a } }";
    assert_eq!(codes(racing), ["W1003"]);
}

#[test]
fn no_file_costs_more_than_the_limits_allow() {
    let bomb: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
    assert_eq!(codes(&format!("a0: &a0 [x]\n{bomb}")), ["E1008"]);
    let chain: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    assert_eq!(codes(&format!("a0: &a0 [x]\n{chain}")), ["E1008"]);
    assert_eq!(codes(&"[".repeat(100_000)).len(), 1);
    assert_eq!(codes(&"a:\n ".repeat(50_000)).len(), 100, "the same key again and again: no flood of findings");
    let unfed: String = (0..150).map(|n| format!("  C{n}: {{ paths: [{{ from: a, to: b, label: CR }}] }}\n")).collect();
    let more = codes(&format!("components:\n{unfed}streams: {{ s: {{ to: C0.a }}, t: {{ from: C0.b }} }}"));
    assert!(more.len() == 100 && more.iter().all(|code| *code == "W1001"), "{}", more.len());
    assert_eq!(codes(&"- ".repeat(100_000)).len(), 1);
    assert_eq!(codes(&" ".repeat(2 << 20)), ["E1008"]);
    let wide: String = (0..3000).map(|n| format!("  C{n}: {{ paths: [{{ from: a, to: b, label: CR }}] }}\n")).collect();
    assert_eq!(codes(&format!("components:\n{wide}")), ["E1008"]);
}

/// A random graph as YAML: up to four components with up to four paths, wired at random, some streams sealed.
fn graphs() -> impl Strategy<Value = (String, Vec<usize>)> {
    let path = (0..3usize, 0..2usize, 0..4usize, 0..4usize, any::<bool>());
    let component = (any::<bool>(), proptest::collection::vec(path, 1..5));
    let components = proptest::collection::vec(component, 1..5);
    (components, proptest::collection::vec((0..12usize, 0..4usize, any::<bool>()), 0..12)).prop_map(
        |(components, more)| {
            let (mut text, mut ins, mut outs) = ("components:\n".to_string(), Vec::new(), Vec::new());
            for (at, (rep, paths)) in components.iter().enumerate() {
                text += &format!("  C{at}:\n    rep: {rep}\n    paths:\n");
                for (from, to, label, gate, keeps) in paths {
                    let label = ["CR", "CW", "OR", "OW"][*label];
                    let gate = if label.starts_with('O') {
                        [", gate: [k]", ", gate: [j]", ", gate: [j, k]", ""][*gate]
                    } else {
                        ""
                    };
                    let keeps = if *keeps { ", keeps: [k, j]" } else { "" };
                    text += &format!("      - {{ from: i{from}, to: o{to}, label: {label}{gate}{keeps} }}\n");
                    ins.push(format!("C{at}.i{from}"));
                    outs.push(format!("C{at}.o{to}"));
                }
            }
            ins.sort();
            ins.dedup();
            text += "streams:\n";
            let mut open = Vec::new();
            for (at, input) in ins.iter().enumerate() {
                let (out, seal, inner) = more.get(at).copied().unwrap_or((0, 3, false));
                let from = if inner { format!("from: {}, ", outs[out % outs.len()]) } else { String::new() };
                let seal = [", seal: [k]", ", seal: [j]", "", ""][seal];
                if seal.is_empty() {
                    open.push(at);
                }
                text += &format!("  s{at}: {{ {from}to: {input}{seal} }}\n");
            }
            (text, open)
        },
    )
}

fn severity(label: &Label) -> usize {
    match label {
        Label::Seal(_) => 0,
        Label::Async => 1,
        Label::Run => 2,
        Label::Inst => 3,
        Label::Diverge => 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_graph_has_labels_and_a_plan_that_works((text, _) in graphs()) {
        let graph = graph_of(&text);
        let answer = analyse(&graph);
        prop_assert!(!answer.plan.after.is_anomalous(), "{}", text);
        prop_assert_eq!(answer.labelling.is_anomalous(), !answer.plan.strategies.is_empty(), "{}", text);
        let again = analyse(&graph_of(&text));
        prop_assert_eq!(format!("{answer:?}"), format!("{again:?}"));
    }

    #[test]
    fn a_seal_more_never_worsens_a_label((text, open) in graphs(), which in any::<prop::sample::Index>(), key in 0..2usize) {
        prop_assume!(!open.is_empty());
        let stream = open[which.index(open.len())];
        let mut graph = graph_of(&text);
        let before = analyse(&graph).labelling.labels;
        graph.streams[stream].seal = Some([["k", "j"][key].to_string()].into());
        let after = analyse(&graph).labelling.labels;
        // A key that reached the stream by itself gives way to the declared one, which is a change and no addition.
        prop_assume!(!matches!(before[stream], Label::Seal(_)));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(severity(after) <= severity(before), "{} sealed in\n{}", graph.streams[stream].name, text);
        }
    }

    #[test]
    fn more_severe_annotations_never_better_a_label((text, _) in graphs(), which in any::<prop::sample::Index>()) {
        let mut graph = graph_of(&text);
        let before = analyse(&graph).labelling.labels;
        let component = which.index(graph.components.len());
        graph.components[component].replicated = true;
        let after = analyse(&graph).labelling.labels;
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(severity(after) >= severity(before), "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = codes(&text);
    }

    #[test]
    fn no_mangled_description_panics((text, _) in graphs(), at in any::<prop::sample::Index>(), with in "[\\[\\]{}:,&*!|>'\"#% \n-]{0,3}") {
        let at = text.char_indices().nth(at.index(text.len())).map_or(0, |(at, _)| at);
        let mut mangled = text.clone();
        mangled.replace_range(at..(at + 1).min(text.len()), &with);
        let read = read(&Input::Text { name: "graph.yaml".to_string(), text: mangled });
        if let Some(graph) = read.graph {
            let _ = analyse(&graph);
        }
    }
}
