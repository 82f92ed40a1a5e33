//! Printing and parsing undo each other, on random trees and random texts; comments survive; nothing panics.

use super::{parse, parse_clean, trees};
use proptest::prelude::*;
use std::time::Instant;
use watershed::source::{FileId, SourceMap};
use watershed::syntax::ast::{Ast, Comment, ItemKind, Place};
use watershed::syntax::lexer::lex;
use watershed::syntax::parser::{parse_fact, parse_steps};
use watershed::syntax::print::{WIDTH, print};

/// The comments of a tree in the order of the text.
fn comments(ast: &Ast) -> Vec<String> {
    let mut list: Vec<&Comment> = Vec::new();
    for item in &ast.items {
        list.extend(&item.leading);
        if let ItemKind::Rule(rule) = &item.kind {
            rule.body.iter().for_each(|literal| list.extend(&literal.leading));
            list.extend(&rule.closing_comments);
        }
        list.extend(&item.trailing);
    }
    list.extend(&ast.closing_comments);
    list.into_iter().map(|comment| comment.text.clone()).collect()
}

/// Checks a text that parses: printing keeps the tree and the comments, and is idempotent.
fn round_trip(text: &str) -> Result<(), TestCaseError> {
    let (_, ast, diagnostics) = parse(text);
    if !diagnostics.is_empty() {
        return Ok(());
    }
    let lexed: Vec<String> = lex(FileId(0), text).comments.into_iter().map(|(_, comment)| comment.text).collect();
    prop_assert_eq!(&comments(&ast), &lexed, "comments of {:?}", text);
    let printed = print(&ast);
    let (_, again, diagnostics) = parse(&printed);
    prop_assert!(diagnostics.is_empty(), "{:?}\n{}\n{:#?}", text, printed, diagnostics);
    prop_assert_eq!(print(&again), printed.clone(), "not idempotent: {:?}", text);
    prop_assert_eq!(again.without_spans(), ast.without_spans(), "{:?}\n{}", text, printed);
    Ok(())
}

/// Words of the language and white space, so that much of what they make is nearly a program.
const WORDS: &[&str] = &[
    "p(X)",
    "q(#N, a)",
    "r()",
    "p",
    "X",
    "_",
    "a",
    "\"s t\"",
    "\"",
    "1",
    "-",
    "9223372036854775808",
    "(",
    ")",
    "{",
    "}",
    ",",
    ";",
    ".",
    ":",
    "@",
    "@next",
    "@async",
    "@1",
    "@N",
    "#",
    ":-",
    "<-",
    "←",
    "!",
    "¬",
    "notin ",
    "not ",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "*",
    "/",
    "%",
    "count<X>",
    "sum<X; K>",
    "nodes ",
    "output ",
    "input ",
    "event ",
    "never ",
    "include ",
    "loop:",
    "// c\n",
    "/* c */",
    "/* d\ne */",
    "/*",
    "\n",
    "\n\n",
    " ",
    "\\",
    "$",
    "é",
    "\u{0}",
];

/// Pieces of which most sequences parse.
const PIECES: &[&str] = &[
    "p(X) :- q(X);",
    "p(X)@next :-\n  p(X),\n  notin r(X, Y + 1).",
    "q(a)@1;",
    "nodes a, b;",
    "output p;",
    "include \"f.ded\";",
    "input r(a, b);",
    "p(count<X>) :- q(X), X <- 5;",
    "p(X) :- /* in */ q(X), // after\n  // before\n\n r(X) // last\n;",
    "s(/* arg */ X) /* arrow */ :- t(X /* x */);",
    "nodes a, // one\n b // two\n;",
    "q(// odd\na);",
    "// line\n",
    "// line  \r\n",
    "/* block */",
    "/* two\nlines */",
    "\n",
    "\n\n",
    "\n\n\n\n",
    " ",
    "\t",
];

fn text_of(words: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..most).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn parsing_undoes_printing(tree in trees::ast()) {
        let printed = print(&tree);
        let (_, again, diagnostics) = parse(&printed);
        prop_assert!(diagnostics.is_empty(), "{}\n{:#?}", printed, diagnostics);
        prop_assert_eq!(again.without_spans(), tree, "{}", printed);
    }

    #[test]
    fn texts_with_comments_round_trip(text in text_of(PIECES, 12)) {
        round_trip(&text)?;
    }

    #[test]
    fn soups_of_words_do_not_panic_and_round_trip_if_they_parse(text in text_of(WORDS, 40)) {
        round_trip(&text)?;
        let mut sources = SourceMap::new();
        let file = sources.add("s", text);
        parse_steps(&sources, file);
        let (fact, diagnostics) = parse_fact(&sources, file);
        prop_assert_eq!(fact.is_none(), !diagnostics.is_empty());
    }

    #[test]
    fn random_text_does_not_panic(text in "(?s).{0,200}") {
        round_trip(&text)?;
    }

    #[test]
    fn tokens_and_comments_lie_in_order_inside_the_text(text in text_of(WORDS, 40)) {
        let lexed = lex(FileId(0), &text);
        let mut end = 0;
        for token in &lexed.tokens {
            prop_assert!(token.start >= end && token.end as usize <= text.len());
            prop_assert!(text.is_char_boundary(token.start as usize) && text.is_char_boundary(token.end as usize));
            end = token.end;
        }
        let (last, others) = lexed.tokens.split_last().expect("an end token");
        prop_assert_eq!(last.start as usize, text.len());
        prop_assert!(others.iter().all(|token| token.end > token.start));
    }
}

#[test]
fn most_texts_of_pieces_parse() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = text_of(PIECES, 12);
    let clean = (0..200).filter(|_| {
        let text = strategy.new_tree(&mut runner).expect("a text").current();
        parse(&text).2.is_empty()
    });
    assert_eq!(clean.count(), 200);
}

#[test]
fn the_canonical_layout() {
    let long = format!("p({}) :- q(X), notin r(X);", vec!["X"; 40].join(","));
    let text = format!(
        "// header\n\n\n\nnodes  b ,\"a\" , \"B\".p(X)@next<-q(X),!r(X,\"y\"),X=1+2*(3-4). // end\n{long}\n\
         p(X) :- q(X), // why\n  // own\n  r(X) /* c */;\n\n  // last"
    );
    let args = vec!["X"; 40].join(", ");
    assert_eq!(
        print(&parse_clean(&text)),
        format!(
            "\
// header

nodes b, a, \"B\";
p(X)@next :- q(X), notin r(X, y), X == 1 + 2 * (3 - 4); // end
p({args}) :-
    q(X),
    notin r(X);
p(X) :-
    q(X), // why
    // own
    r(X) /* c */;

// last
"
        )
    );
}

#[test]
fn a_body_is_broken_beyond_the_width_and_not_before() {
    let rule = |length: usize| format!("p() :- q({});\n", "a".repeat(length - "p() :- q();".len()));
    assert_eq!(print(&parse_clean(&rule(WIDTH))), rule(WIDTH));
    assert_eq!(print(&parse_clean(&rule(WIDTH + 1))).lines().count(), 2);
}

#[test]
fn comments_know_their_place() {
    let ast = parse_clean("// a\n// b\n\n// c\n/* d */ p(x); // e\n/* f */ q(x); /* g */ r(x); /* h */\n\n");
    let places: Vec<Vec<Place>> =
        ast.items.iter().map(|item| item.leading.iter().map(|comment| comment.place).collect()).collect();
    use Place::{AfterEmptyLine, NewLine};
    assert_eq!(places, [vec![NewLine, NewLine, AfterEmptyLine, NewLine], vec![NewLine], vec![NewLine]]);
    assert_eq!(ast.items.iter().map(|item| item.trailing.len()).collect::<Vec<_>>(), [1, 0, 1]);
}

/// The least time of three runs over a text, in seconds.
fn seconds(text: &str) -> f64 {
    let time = |_| {
        let start = Instant::now();
        parse(text);
        start.elapsed().as_secs_f64()
    };
    (0..3).map(time).fold(f64::INFINITY, f64::min)
}

#[test]
fn time_is_linear_in_the_text() {
    for piece in [
        "p(X) :- q(X), r(X);\n",
        "$",
        "\"",
        "/*",
        "p(",
        "a.",
        "1",
        "-",
        "p(X) q(",
        "// c\n",
        "/* c */",
        "\\",
        "@",
        ";",
        "p(a) ",
        "p() :- q() r() ",
        "é",
        "p(a); /* c */ ",
        "\n",
        "(",
        "sum<X;",
    ] {
        let (short, long) = (seconds(&piece.repeat(4_000)), seconds(&piece.repeat(40_000)));
        // Ten times the text takes ten times as long; a hundred times would be quadratic.
        assert!(long < 40.0 * short.max(0.002), "{piece:?}: {short} s, then {long} s");
    }
}
