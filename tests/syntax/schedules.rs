//! Schedules in text and lone facts.

use watershed::diagnostic::Diagnostic;
use watershed::source::SourceMap;
use watershed::syntax::ast::Atom;
use watershed::syntax::parser::{parse_fact, parse_steps};
use watershed::syntax::schedule_tree::{SchedulePhrase, StepPhrase};

fn steps(text: &str) -> (SchedulePhrase, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file = sources.add("schedule", text);
    parse_steps(&sources, file)
}

fn fact(text: &str) -> (Option<Atom>, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file = sources.add("fact", text);
    parse_fact(&sources, file)
}

/// The steps written out again.
fn show(steps: &[StepPhrase]) -> String {
    let show = |step: &StepPhrase| {
        let deliver: Vec<String> = (step.deliver.iter())
            .map(|copy| match &copy.from {
                Some(from) => format!("{} from {from}", copy.fact),
                None => copy.fact.to_string(),
            })
            .collect();
        format!("{}{{{}}}", step.node, deliver.join(", "))
    };
    steps.iter().map(show).collect::<Vec<_>>().join(" ; ")
}

#[track_caller]
fn check(text: &str, stem: &str, cycle: &str) {
    let (phrase, diagnostics) = steps(text);
    assert!(diagnostics.is_empty(), "{text} {diagnostics:#?}");
    assert_eq!((show(&phrase.stem).as_str(), show(&phrase.cycle).as_str()), (stem, cycle), "{text}");
}

#[test]
fn stems_and_loops() {
    check("n1 ; s{m(#s, a), m(#s, a)} ; s loop: n1 ; s", "n1{} ; s{m(#s, a), m(#s, a)} ; s{}", "n1{} ; s{}");
    check("loop: n1", "", "n1{}");
    check("n1;s{};", "n1{} ; s{}", "");
    check("n1 ; loop:s;", "n1{}", "s{}");
    check("", "", "");
    check("\"N 1\"{m(\"N 1\", -3)} ; 4 ; a.b loop:-1", "\"N 1\"{m(\"N 1\", -3)} ; 4{} ; \"a.b\"{}", "-1{}");
    check("loop ; loop{} loop: loop", "loop{} ; loop{}", "loop{}");
    check("s{m(#s, a) from n1, from(#s) from from}", "s{m(#s, a) from n1, from(#s) from from}", "");
    check("n1 /* first */ ;\n// then\nn2", "n1{} ; n2{}", "");
}

#[test]
fn mistakes_in_schedules_are_all_reported() {
    let codes = |text: &str| steps(text).1.iter().map(|d| d.code.0).collect::<Vec<_>>();
    assert_eq!(codes("N1 ; s"), ["E0117"]);
    assert_eq!(codes("s{m(#s, X)} ; s{m(#_)} ; s{m(a)@1} ; s{m(1 + 2)} ; s{m(count<X>)} ; s"), ["E0117"; 5]);
    assert_eq!(codes("s{m} ; s{m(a) m(b)} ; s t"), ["E0109", "E0102", "E0102"]);
    assert_eq!(codes("s loop:"), ["E0102"]);
    assert_eq!(codes("s loop: t loop: u"), ["E0102"]);
    assert_eq!(codes("s loop← t"), ["E0102"]);
    assert_eq!(codes("s ;; t"), ["E0102"]);
    assert_eq!(codes("s{m(a)"), ["E0102"]);
    assert_eq!(codes("s}"), ["E0102"]);
    assert_eq!(steps("s} ; t").0.stem.len(), 1);
}

#[test]
fn spans_cover_steps() {
    let text = "n1 ; s{m(#s, a)} loop: t";
    let (phrase, _) = steps(text);
    let span = phrase.stem[1].span;
    assert_eq!(&text[span.start as usize..span.end as usize], "s{m(#s, a)}");
}

#[test]
fn lone_facts_are_ground() {
    for text in ["m(#s, a, -3, \"x y\")", "m(s);", " p() . // c"] {
        let (atom, diagnostics) = fact(text);
        assert!(atom.is_some() && diagnostics.is_empty(), "{text} {diagnostics:?}");
    }
    for (text, code) in [
        ("m(X)", "E0117"),
        ("m(a)@1", "E0117"),
        ("m(a); m(b)", "E0102"),
        ("m(a) :- p()", "E0102"),
        ("m", "E0109"),
        ("", "E0102"),
    ] {
        let (atom, diagnostics) = fact(text);
        assert!(atom.is_none(), "{text}");
        assert_eq!(diagnostics.iter().map(|d| d.code.0).collect::<Vec<_>>(), [code], "{text}");
    }
}
