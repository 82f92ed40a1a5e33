//! What a program expects of itself, in comments.
//!
//! `// expect: …` at the start of a line: `class C`, `confluent`, `diffluent FACT, …`, `violated RELATION, …`,
//! `inconclusive`, `inconclusive bound:B`, `error`, `error CODE, …`, `states N`, `transitions N`. The listed facts, relations and
//! codes are among those found; there may be others. `// expect[fifo]: …` with a verdict or a number says the same of the program
//! with `--network fifo`, `// expect[faults 4/2/1]: …` what lost messages and crashes do to it (see [`super::faults`]). And `// error[CODE]: text` or `// warning[CODE]: text` on the line
//! of a diagnostic whose message has the text; alone on its line it speaks of the next line that is no such comment.

use super::faults::{self, FaultExpectation};
use super::items;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, SourceMap, Span};

/// One expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The strict class.
    Class(String),
    /// One ultimate model.
    Confluent,
    /// Several; these facts are contested.
    Diffluent(Vec<String>),
    /// These relations are violated.
    Violated(Vec<String>),
    /// A bound is hit; which, if that is said.
    Inconclusive(Option<String>),
    /// The program is wrong; with these codes among others.
    Error(Vec<String>),
    /// States of the unreduced system.
    States(usize),
    /// Its transitions.
    Transitions(usize),
    /// This under synchronous rounds with faults.
    Faults(FaultExpectation),
    /// This of the program on ordered channels.
    Fifo(Box<Expectation>),
    /// A diagnostic with this code and text at this line, from 1.
    Diagnostic {
        /// The code.
        code: String,
        /// Part of the message; may be empty.
        text: String,
        /// The line.
        line: usize,
    },
}

/// The expectations of a file, each with the line where it stands (or, of a diagnostic, the line that it speaks of), and
/// what cannot be read as one.
pub fn read(sources: &SourceMap, file: FileId) -> (Vec<(Expectation, Span)>, Vec<Diagnostic>) {
    let (mut expectations, mut broken) = (Vec::new(), Vec::new());
    let mut pending: Vec<(String, String)> = Vec::new();
    let mut start = 0;
    for (index, line) in sources.file(file).text.split_inclusive('\n').enumerate() {
        let here = Span::new(file, start, start + line.trim_end().len());
        start += line.len();
        let number = index + 1;
        let expected = |mark| line.trim_start().strip_prefix(mark);
        let ordered = expected("// expect[fifo]:");
        if let Some((parameters, words)) = expected("// expect[faults").and_then(|rest| rest.split_once("]:")) {
            match faults::read(parameters, words) {
                Some(expectation) => expectations.push((Expectation::Faults(expectation), here)),
                None => broken.push(
                    Diagnostic::at(
                        codes::MALFORMED_EXPECTATION,
                        here,
                        "expected rounds and crashes, and what faults do to the program",
                        "not understood",
                    )
                    .help("for instance `// expect[faults 4/2/1]: counterexample 2` or `// expect[faults 4/2/1 stop baseline]: certified`"),
                ),
            }
            continue;
        }
        if let Some(words) = expected("// expect:").or(ordered) {
            let read = expectation(words.trim());
            let read = if ordered.is_some() { read.and_then(on_ordered_channels) } else { read };
            match read {
                Some(expectation) => expectations.push((expectation, here)),
                None => broken.push(
                    Diagnostic::at(
                        codes::MALFORMED_EXPECTATION,
                        here,
                        format!("expected a class, a verdict or a number of states, found `{}`", words.trim()),
                        "not understood",
                    )
                    .help("for instance `// expect: confluent` or `// expect: diffluent runaway(#n1)`; with `--network fifo`, `// expect[fifo]: confluent`"),
                ),
            }
            continue;
        }
        let found = inline(line);
        let alone = line.trim_start().starts_with("//");
        match found {
            Some(expected) if alone => pending.push(expected),
            None if alone || line.trim().is_empty() => {}
            found => {
                let of_line = pending.drain(..).chain(found);
                expectations
                    .extend(of_line.map(|(code, text)| (Expectation::Diagnostic { code, text, line: number }, here)));
            }
        }
    }
    // Comments after the last line of the program speak of no line, and so are never met.
    let end = Span::new(file, start, start);
    expectations.extend(pending.into_iter().map(|(code, text)| (Expectation::Diagnostic { code, text, line: 0 }, end)));
    (expectations, broken)
}

fn expectation(words: &str) -> Option<Expectation> {
    let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    match word {
        "class" if ["dedalus+", "dedalus-s", "dedalus"].contains(&rest) => Some(Expectation::Class(rest.to_string())),
        "confluent" if rest.is_empty() => Some(Expectation::Confluent),
        "diffluent" => Some(Expectation::Diffluent(items(rest))),
        "violated" => Some(Expectation::Violated(items(rest))),
        "inconclusive" if rest.is_empty() => Some(Expectation::Inconclusive(None)),
        "inconclusive" => rest.strip_prefix("bound:").map(|bound| Expectation::Inconclusive(Some(bound.to_string()))),
        "error" => Some(Expectation::Error(items(rest))),
        "states" => rest.parse().ok().map(Expectation::States),
        "transitions" => rest.parse().ok().map(Expectation::Transitions),
        _ => None,
    }
}

/// The same with `--network fifo`; what does not depend on deliveries has no such form.
fn on_ordered_channels(expectation: Expectation) -> Option<Expectation> {
    match expectation {
        Expectation::Class(_) | Expectation::Error(_) | Expectation::Faults(_) | Expectation::Diagnostic { .. } => None,
        expectation => Some(Expectation::Fifo(Box::new(expectation))),
    }
}

/// `// error[CODE]: text` or `// warning[CODE]: text` in a line.
fn inline(line: &str) -> Option<(String, String)> {
    let (_, comment) = ["// error[", "// warning["].iter().find_map(|mark| line.split_once(mark))?;
    let (code, rest) = comment.split_once(']')?;
    let text = rest.trim_start().strip_prefix(':').unwrap_or(rest).trim();
    Some((code.trim().to_string(), text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Vec<Expectation>, Vec<Diagnostic>) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.ded", text);
        let (expectations, broken) = read(&sources, file);
        (expectations.into_iter().map(|(expectation, _)| expectation).collect(), broken)
    }

    #[test]
    fn each_kind_is_read() {
        let (expectations, broken) = read_text(
            "// expect: class dedalus-s\n// expect: diffluent p(#n, a), q(#n)\n// expect: states 7\n\
             // expect: inconclusive bound:copies\n// expect: error E0203, E0204\n",
        );
        assert_eq!(broken, []);
        assert_eq!(
            expectations,
            [
                Expectation::Class("dedalus-s".into()),
                Expectation::Diffluent(vec!["p(#n, a)".into(), "q(#n)".into()]),
                Expectation::States(7),
                Expectation::Inconclusive(Some("copies".into())),
                Expectation::Error(vec!["E0203".into(), "E0204".into()]),
            ]
        );
    }

    #[test]
    fn verdicts_and_numbers_may_be_of_ordered_channels() {
        let (expectations, broken) = read_text("// expect[fifo]: confluent\n  // expect[fifo]: states 3\n");
        let fifo = |expectation| Expectation::Fifo(Box::new(expectation));
        assert_eq!((expectations, broken), (vec![fifo(Expectation::Confluent), fifo(Expectation::States(3))], vec![]));
        let (expectations, broken) = read_text("// expect[fifo]: class dedalus\n// expect[fifo]: nothing\n");
        assert_eq!((expectations.len(), broken.len()), (0, 2));
    }

    #[test]
    fn comments_speak_of_their_line_or_of_the_next() {
        let (expectations, _) = read_text(
            "p(a); // error[E0202]: no column\n// warning[W0201]\n// a comment\nq(X) :- r(X);\n// error[E1]\n",
        );
        let at = |code: &str, text: &str, line| Expectation::Diagnostic { code: code.into(), text: text.into(), line };
        assert_eq!(expectations, [at("E0202", "no column", 1), at("W0201", "", 4), at("E1", "", 0)]);
    }

    #[test]
    fn what_is_no_expectation_is_reported_with_its_line() {
        let (expectations, broken) =
            read_text("\n// expect: deadlock\n// expect: states many\n// expect: class dedalus++\n");
        assert_eq!(expectations, []);
        assert_eq!(broken.len(), 3);
        assert!(broken.iter().all(|finding| finding.code == codes::MALFORMED_EXPECTATION));
    }
}
