//! How diagnostics are drawn.

use proptest::prelude::*;
use watershed::diagnostic::render::render;
use watershed::diagnostic::{Diagnostic, codes};
use watershed::source::{FileId, SourceMap, Span};
use watershed::syntax::parser;

fn drawn(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("dir/a.ded", text);
    render(&sources, &parser::parse(&sources, file).1, false)
}

#[test]
fn a_mistake_is_drawn_with_code_place_label_and_help() {
    assert_eq!(
        drawn("q(b);\np(a, ) :- q(a);\n"),
        "\
error[E0102]: expected a term, found `)`
 --> dir/a.ded:2:6
  |
2 | p(a, ) :- q(a);
  |      ^ expected a term
  |
  = help: a term is a variable, a number, a symbol, a string in quotes or `_`
"
    );
}

#[test]
fn diagnostics_are_sorted_by_file_place_and_code() {
    let mut sources = SourceMap::new();
    let a = sources.add("a", "aaaa\n");
    let b = sources.add("b", "bbbb\n");
    let at = |code, file, start| Diagnostic::at(code, Span::new(file, start, start + 1), "expected", "");
    let list = [
        at(codes::BAD_ESCAPE, b, 0),
        at(codes::BAD_ESCAPE, a, 2),
        Diagnostic::at(codes::UNEXPECTED_TOKEN, Span::new(a, 2, 4), "expected", ""),
        at(codes::BAD_ESCAPE, a, 1),
        Diagnostic::new(codes::CANNOT_READ, "found nothing").help("look again"),
    ];
    let text = render(&sources, &list, false);
    let heads: Vec<&str> = text.lines().filter(|l| l.contains("E0") || l.contains("-->")).collect();
    assert_eq!(
        heads,
        [
            "error[E0601]: found nothing",
            "error[E0105]: expected",
            " --> a:1:2",
            "error[E0102]: expected",
            " --> a:1:3",
            "error[E0105]: expected",
            " --> a:1:3",
            "error[E0105]: expected",
            " --> b:1:1",
        ]
    );
    assert!(text.starts_with("error[E0601]: found nothing\n |\n = help: look again\n"), "{text}");
}

#[test]
fn secondary_labels_of_the_same_and_of_other_files_are_drawn() {
    let mut sources = SourceMap::new();
    let a = sources.add("a", format!("p(a);\n{}q(b);\nr(c);\n", "\n".repeat(100)));
    let b = sources.add("b", "s(d);\n");
    let diagnostic = Diagnostic::at(codes::UNEXPECTED_TOKEN, Span::new(a, 106, 110), "m", "here")
        .with(Span::new(a, 0, 4), "far")
        .with(Span::new(a, 112, 116), "near")
        .with(Span::new(b, 0, 4), "other");
    let text = render(&sources, &[diagnostic], false);
    for part in ["a:102:1", "^^^^ here", "---- near", "---- far", "::: b:1:1", "---- other"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(text.find("here") < text.find("far"), "{text}");
    assert!(text.lines().count() < 25, "{text}");
}

#[test]
fn colours_are_asked_for() {
    let sources = SourceMap::new();
    let list = [Diagnostic::new(codes::CANNOT_READ, "m")];
    assert!(render(&sources, &list, true).contains('\u{1b}'));
    assert!(!render(&sources, &list, false).contains('\u{1b}'));
    assert_eq!(render(&sources, &[], true), "");
}

#[test]
fn terminal_escapes_of_the_text_are_not_obeyed() {
    let text = drawn("p(a \"\u{1b}[31mx\u{7}\");");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
}

#[test]
fn huge_lines_and_spans_are_given_in_short() {
    let text = drawn(&format!("p({} $);", "a, ".repeat(100_000)));
    assert!(text.contains("dir/a.ded:1:300004") && text.len() < 1000, "{} {text:.2000}", text.len());
    let mut sources = SourceMap::new();
    let a = sources.add("a", "p(a);\n".repeat(1000));
    let long = Diagnostic::at(codes::UNEXPECTED_TOKEN, Span::new(a, 0, 6000), "m", "all of it");
    assert!(render(&sources, &[long], false).lines().count() < 10);
}

proptest! {
    #[test]
    fn any_text_and_any_span_can_be_drawn(
        text in "(?s).{0,80}", starts in prop::collection::vec((0u32..100, 0u32..100), 1..4),
    ) {
        let mut sources = SourceMap::new();
        let file: FileId = sources.add("x", text);
        let span = |(start, end): (u32, u32)| Span { file, start, end };
        let mut diagnostic = Diagnostic::at(codes::BAD_ESCAPE, span(starts[0]), "m", "l").help("h");
        for &other in &starts[1..] {
            diagnostic = diagnostic.with(span(other), "o");
        }
        prop_assert!(render(&sources, &[diagnostic], true).contains("E0105"));
    }
}

/// A program whose rules read and derive relations at random.
fn tangled(relations: usize, rules: &[(usize, usize, usize)]) -> String {
    let mut text = String::from("nodes n, m;\nr0(#n, a)@1;\n");
    for &(head, read, how) in rules {
        let (head, read) = (1 + head % (relations - 1), read % relations);
        text.push_str(&match how % 3 {
            0 => format!("r{head}(#Y, X)@async :- r{read}(X), node(Y);\n"),
            1 => format!("r{head}(X)@next :- r{read}(X), notin r0(X);\n"),
            _ => format!("r{head}(max<X>)@next :- r{read}(X);\n"),
        });
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Where relations stand in the picture is computed by a library: it has an answer for every graph, and the same one twice.
    #[test]
    fn dependency_graphs_are_drawn(relations in 2usize..40, rules in proptest::collection::vec((0usize..100, 0usize..100, 0usize..3), 1..60)) {
        let text = tangled(relations, &rules);
        let input = watershed::syntax::load::Input::Text { name: "a.ded".to_string(), text };
        let read = watershed::pipeline::read::read(&[input], &Default::default());
        let (program, analysis) = read.program.expect("a program");
        let draw = || watershed::report::svg::graph::part(&program, &analysis.dependencies).into_string();
        let drawn = draw();
        prop_assert_eq!(&drawn, &draw());
        prop_assert!(drawn.contains("<svg"), "{}", drawn);
        prop_assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{}", drawn);
    }
}
