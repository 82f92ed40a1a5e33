//! The table is in order, and its examples of syntax are wrong and right as they say.

use crate::parse;
use std::collections::BTreeSet;
use watershed::diagnostic::codes::{Code, NESTING_TOO_DEEP, TABLE, TOO_MANY_MISTAKES, lookup};

#[test]
fn codes_are_unique_found_and_explained() {
    let ids: BTreeSet<&str> = TABLE.iter().map(|entry| entry.0).collect();
    assert_eq!(ids.len(), TABLE.len());
    for (id, title, text) in TABLE {
        assert_eq!(lookup(&id.to_lowercase()), Some(Code(id)));
        assert_eq!(Code(id).explanation(), Some((*title, *text)));
        assert!(!title.ends_with('.') && text.ends_with(|c: char| !c.is_whitespace()), "{id}");
    }
    assert_eq!(lookup("E9999"), None);
}

#[test]
fn the_examples_of_syntax_codes_are_wrong_and_right_as_they_say() {
    let example = |text: &str, mark: &str| {
        text.lines().find_map(|line| line.strip_prefix(mark)).map(str::to_string).expect("an example")
    };
    let codes_of = |text: String| parse(&text).2.into_iter().map(|d| d.code).collect::<Vec<_>>();
    // The examples of these two are cut short, or no program text.
    let skipped = [NESTING_TOO_DEEP.0, TOO_MANY_MISTAKES.0];
    for (id, _, text) in TABLE.iter().filter(|(id, ..)| id.starts_with("E01") && !skipped.contains(id)) {
        let wrong = example(text, "wrong: ");
        let right = example(text, "right: ");
        assert!(codes_of(wrong.clone()).contains(&Code(id)), "{id} {wrong}");
        assert_eq!(codes_of(right.clone()), [], "{id} {right}");
    }
}
