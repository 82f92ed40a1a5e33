use super::{ORDER, program, schedule};
use watershed::schedule::parse::{parse, parse_fact};

#[test]
fn text_is_read_and_written_back() {
    let p = program(ORDER);
    for text in
        ["c", "c ; s{m(#s, a), m(#s, a), m(#s, b)} ; s", "c ; s{m(#s, a)} loop: c ; s", "loop: c ; s{m(#s, b)}", ""]
    {
        assert_eq!(schedule(&p, text).show(&p), text);
    }
    // A location may be left out in braces, order and spacing do not matter, copies add up.
    let loose = schedule(&p, "c;s{m(b),m(#s,a), m(b)}loop:c");
    assert_eq!(loose.show(&p), "c ; s{m(#s, a), m(#s, b), m(#s, b)} loop: c");
    assert_eq!(loose.stem[1].deliver[1].copies, 2);
}

#[test]
fn first_columns_are_locations_where_the_program_says_so() {
    let p = program("nodes c, s; go(c, s, \"A b\")@1; m(S, X)@async :- go(C, S, X); seen(S, X) :- m(S, X);");
    let text = "c ; s{m(s, \"A b\")} loop: c ; s";
    assert_eq!(schedule(&p, text).show(&p), text);
    for (text, code) in [("s{m(#s, \"A b\")}", "E0704"), ("s{m(\"A b\")}", "E0701"), ("s{m()}", "E0704")] {
        let (_, diagnostics) = parse(&p, "schedule", text).expect_err(text);
        assert_eq!(diagnostics.iter().map(|d| d.code.0).collect::<Vec<_>>(), [code], "{text}");
    }
}

#[test]
fn nodes_with_names_that_need_quotes_are_read_back() {
    let p = program("nodes 3, \"N 1\", \"not\"; m(#S)@async :- go(#C, S); go(#3, \"N 1\")@1; seen() :- m();");
    let text = "3 ; \"N 1\"{m(#\"N 1\")} loop: 3 ; \"N 1\" ; \"not\"";
    assert_eq!(schedule(&p, text).show(&p), text);
}

#[test]
fn each_mistake_has_its_code_and_place() {
    let p = program(ORDER);
    for (text, expected) in [
        ("c ; x", vec![("E0701", 5)]),
        ("c ; s{m(#x, a)}", vec![("E0701", 10)]),
        ("c ; s{m(#c, a)}", vec![("E0703", 7)]),
        ("c ; s{n(#s, a)}", vec![("E0702", 7)]),
        ("c ; s{m(#s)}", vec![("E0702", 7)]),
        ("c ; s{m(#s, a, b)}", vec![("E0702", 7)]),
        ("c ; s{m(#s, zebra)}", vec![("E0702", 13)]),
        ("x ; c ; y ; x loop: x ; x", vec![("E0701", 1), ("E0701", 9)]),
        ("s{m(#s, zebra), m(#c, a)} ; y", vec![("E0702", 9), ("E0703", 17), ("E0701", 29)]),
    ] {
        let (sources, diagnostics) = parse(&p, "schedule", text).expect_err(text);
        let found: Vec<_> = (diagnostics.iter())
            .map(|d| (d.code.0, sources.line_column(d.primary.as_ref().expect("a place").span).1))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
    for text in [
        "c ; s{m(#s, X)}",
        "c ; s{m(#s, 1 + 1)}",
        "c ;; s",
        "c ; s{",
        "c ; s}",
        "loop: loop:",
        "{",
        "c ; s{m(#s, a)@1}",
    ] {
        assert!(parse(&p, "schedule", text).is_err(), "{text}");
    }
}

#[test]
fn a_lone_fact_names_its_node() {
    let p = program(ORDER);
    let (_, diagnostics) = parse_fact(&p, "fact", "seen(a)", None).unwrap_err();
    assert_eq!(diagnostics[0].code.0, "E0704");
    assert!(parse_fact(&p, "fact", "seen(#s, a)", None).is_ok());
    for text in ["", "seen", "seen(#s, a) extra", "seen(#s, count<X>)", "¬"] {
        assert!(parse_fact(&p, "fact", text, None).is_err(), "{text}");
    }
}
