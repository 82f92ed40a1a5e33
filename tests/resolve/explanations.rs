//! The examples in the table of codes: what is called wrong has the mistake, what is called right has not.

use super::reading::findings_with;
use watershed::diagnostic::codes::TABLE;
use watershed::program::resolve::Options;

/// The program after a heading such as `wrong:`, up to the next heading.
fn example(text: &str, headings: [&str; 2]) -> Option<String> {
    let start = headings.iter().find_map(|heading| Some(text.find(&format!("\n{heading}"))? + heading.len() + 1))?;
    let rest = &text[start..];
    let end = ["\nwrong:", "\nright:", "\nunsure:", "\nsure:"].iter().filter_map(|h| rest.find(h)).min();
    Some(rest[..end.unwrap_or(rest.len())].to_string())
}

#[test]
fn examples_show_what_they_say() {
    let mut tried = 0;
    for &(code, _, text) in TABLE {
        // The examples of E0506, E0507 and W0506 are command lines; the network is tried in `mistakes::networks` and on the command line.
        if !["02", "03", "04", "05"].contains(&&code[1..3]) || ["E0506", "E0507", "W0506"].contains(&code) {
            continue;
        }
        let wrong = example(text, ["wrong:", "unsure:"]).unwrap_or_else(|| panic!("{code} has no wrong example"));
        let right = example(text, ["right:", "sure:"]).unwrap_or_else(|| panic!("{code} has no right example"));
        let options = Options { synchronous: ["W0303", "W0504"].contains(&code), ..Options::default() };
        let has = |program: &str| findings_with(program, &options).iter().any(|(found, _)| *found == code);
        assert!(has(&wrong), "{code}, wrong:{wrong}\n{:?}", findings_with(&wrong, &options));
        assert!(!has(&right), "{code}, right:{right}");
        let errors = findings_with(&right, &options).into_iter().any(|(found, _)| found.starts_with('E'));
        assert!(!errors, "{code}, right:{right}\n{:?}", findings_with(&right, &options));
        tried += 1;
    }
    assert!(tried >= 35, "{tried} codes");
}
