//! Each mistake gives one diagnostic with its code, place and help, and items around it are still read.

use super::parse;
use watershed::diagnostic::codes;

/// Checks codes, the text under each primary span, and the number of items that survive.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)], items: usize) {
    let (sources, ast, diagnostics) = parse(text);
    let found: Vec<(&str, &str)> =
        diagnostics.iter().map(|d| (d.code.0, sources.text(d.primary.as_ref().expect("a place").span))).collect();
    assert_eq!(found, expected, "{text}\n{diagnostics:#?}");
    assert_eq!(ast.items.len(), items, "{text}\n{ast:#?}");
    for d in &diagnostics {
        assert!(!d.help.is_empty(), "{d:?}");
        assert!(d.message.starts_with("expected ") && d.message.contains("found"), "{d:?}");
        assert!(codes::lookup(d.code.0).is_some());
    }
}

#[test]
fn every_syntax_code() {
    check("p($a); q(b);", &[("E0101", "$")], 1);
    check("p(X) :- q(X) && r(X); q(b);", &[("E0101", "&&")], 1);
    check("p(a, ); q(b);", &[("E0102", ")")], 1);
    check("p(\"ab);\nq(b);", &[("E0103", "\"ab);")], 1);
    check("p(a); /* x q(b);", &[("E0104", "/*")], 1);
    check("p(a) /* x q(b);", &[("E0104", "/*")], 0);
    check(r#"p("a\q\u{110000}\u{}b"); q(b);"#, &[("E0105", r"\q"), ("E0105", r"\u{110000}"), ("E0105", r"\u{")], 2);
    check("p(1a, 2_); q(b);", &[("E0106", "1a"), ("E0106", "2_")], 2);
    check("p(9223372036854775808); q(b);", &[("E0107", "9223372036854775808")], 1);
    check("p(-9223372036854775809); q(b);", &[("E0107", "-9223372036854775809")], 1);
    check("p(a)@18446744073709551616; q(b);", &[("E0107", "18446744073709551616")], 1);
    check("p :- q(X); q(b);", &[("E0109", "p")], 1);
    check("p(X) :- q, r(X); q(b);", &[("E0109", "q")], 1);
    check("p(X) :- notin q, r(X); q(b);", &[("E0109", "q")], 1);
    check("output :- p(a); q(b);", &[("E0109", "output")], 1);
    check("p(a) q(b);", &[("E0110", ")")], 2);
    check("p(X) :- q(X)\n  r(X) :- s(X); q(b);", &[("E0110", ")")], 3);
    check("nodes a\noutput p\nq(b)", &[("E0110", "a"), ("E0110", "p"), ("E0110", ")")], 3);
    check("p(X) :- q(X) r(X) notin s(X), t(X) !u(X); q(b);", &[("E0111", ")"); 3], 2);
    check("p(X) :- ; q(b);", &[("E0112", ";")], 1);
    check("p(X)@later :- q(X); q(b);", &[("E0113", "later")], 1);
    check("p(a)@-1; q(b);", &[("E0113", "-")], 1);
    check("p(a, #b); q(b);", &[("E0114", "#")], 1);
    check("p(X) :- q(X), not X == 1; q(b);", &[("E0115", "X")], 1);
    check("p(X) :- q(X), !(X == 1); q(b);", &[("E0115", "(")], 1);
    check("p(count<a>) :- q(X); q(b);", &[("E0116", "a")], 1);
    check("p(sum<X + 1>) :- q(X); q(b);", &[("E0116", "+")], 1);
    check("p(avg<X>) :- q(X); q(b);", &[("E0116", "avg")], 1);
    check("nodes N1, n2; q(b);", &[("E0117", "N1")], 1);
}

#[test]
fn what_stands_between_items_and_literals() {
    check("p(a);;; q(b);", &[("E0102", ";")], 2);
    check("p(a) if q(a); q(b);", &[("E0102", "if")], 1);
    check("p(X) :- q(X) and r(X); q(b);", &[("E0102", "and")], 1);
    check("p(X) :- q(X), ; q(b);", &[("E0102", ";")], 1);
    check("p(X) :- X; q(b);", &[("E0102", ";")], 1);
    check("p(X) :- q(X) == 3; q(b);", &[("E0102", "==")], 1);
    check("p(X) :- q(X, Y), 1 < X < Y; q(b);", &[("E0102", "<")], 1);
    check("p(X) :- q(X), N == count<X>; q(b);", &[("E0102", "<")], 1);
    check("p(X :- q(X); q(b);", &[("E0102", ":-")], 1);
    check("(a); q(b);", &[("E0102", "(")], 1);
    check("_(a); q(b);", &[("E0102", "_")], 1);
    check("output; include 3; q(b);", &[("E0102", ";"), ("E0102", "3")], 1);
    check("p(a)", &[("E0110", ")")], 1);
    check("p(", &[("E0102", "")], 0);
    check("p(X) :-", &[("E0112", "")], 0);
}

#[test]
fn a_mistake_does_not_swallow_the_end_of_an_aggregate() {
    check("p(@, sum<X; K>) :- q(X, K); q(b);", &[("E0102", "@")], 1);
}

#[test]
fn the_next_line_is_read_after_a_forgotten_parenthesis() {
    check("p(X) :- q(X, r(X)\nq(b);", &[("E0102", "(")], 1);
}

#[test]
fn a_dot_inside_a_name_is_explained() {
    let (_, _, diagnostics) = parse("p(X) :- q(X), X == a.r(b).");
    assert_eq!(diagnostics.len(), 1);
    assert!(diagnostics[0].help.iter().any(|help| help.contains("`a.r` is one name")), "{diagnostics:?}");
}

#[test]
fn many_mistakes_are_cut_and_said_to_be() {
    let (_, ast, diagnostics) = parse(&"p(;\n".repeat(50_000));
    assert!(ast.items.is_empty());
    assert_eq!(diagnostics.len(), 1001);
    assert_eq!(diagnostics[1000].code, codes::TOO_MANY_MISTAKES);
}

#[test]
fn mistakes_come_in_the_order_of_the_text() {
    check("p(a; $ q(1a); p(\"x);\n", &[("E0102", ";"), ("E0101", "$"), ("E0106", "1a"), ("E0103", "\"x);")], 0);
}
