//! An explanation as an indented tree. What is used more than once has a number and is explained where it is first met.

pub mod run;

use crate::faults::why::{Claim, How, Pattern, Reason, When, Why};
use crate::program::{Program, Spelling};
use crate::source::{SourceMap, Span};
use std::fmt::Write as _;

/// Levels of the tree that are shown.
const DEEPEST: usize = 40;

/// Lines that are shown.
const MOST_LINES: usize = 400;

/// The tree. `all` shows it whole.
pub fn tree(program: &Program, sources: &SourceMap, why: &Why, all: bool) -> String {
    indented(&told(program, sources, why), all)
}

/// Each reason as a sentence, with the numbers of those that it rests on.
pub fn told(program: &Program, sources: &SourceMap, why: &Why) -> Vec<(String, Vec<usize>)> {
    let line = |reason: &Reason| (sentence(program, sources, reason), reason.parts.clone());
    why.reasons.iter().map(line).collect()
}

/// Claims with the numbers of those that they rest on, from the first one down.
fn indented(reasons: &[(String, Vec<usize>)], all: bool) -> String {
    let (lines, cut) = lines(reasons, all);
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "{}{}", "  ".repeat(line.depth.min(200)), line.text);
    }
    if cut {
        text.push_str("and more, which `-v` shows\n");
    }
    text
}

/// A line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How deep it stands, from 0.
    pub depth: usize,
    /// Which reason it tells.
    pub reason: usize,
    /// The claim, and its number where it is used again.
    pub text: String,
}

/// The lines of a tree of claims with the numbers of those that they rest on, and whether some were left out.
pub fn lines(reasons: &[(String, Vec<usize>)], all: bool) -> (Vec<Line>, bool) {
    let (deepest, most_lines) = if all { (usize::MAX, usize::MAX) } else { (DEEPEST, MOST_LINES) };
    let mut uses = vec![0usize; reasons.len()];
    uses[0] = 1;
    reasons.iter().flat_map(|(_, parts)| parts).for_each(|&part| uses[part] += 1);
    let mut numbers: Vec<Option<usize>> = vec![None; reasons.len()];
    let mut named = 0;
    let (mut lines, mut left_out) = (Vec::new(), false);
    let mut open = vec![(0usize, 0usize)];
    while let Some((reason, depth)) = open.pop() {
        if depth > deepest || lines.len() >= most_lines {
            left_out = true;
            continue;
        }
        let (what, parts) = &reasons[reason];
        if let Some(number) = numbers[reason] {
            lines.push(Line { depth, reason, text: format!("{what} (see {number})") });
            continue;
        }
        let mark = if uses[reason] > 1 && !parts.is_empty() {
            named += 1;
            numbers[reason] = Some(named);
            format!(" ({named})")
        } else {
            String::new()
        };
        lines.push(Line { depth, reason, text: format!("{what}{mark}") });
        open.extend(parts.iter().rev().map(|&part| (part, depth + 1)));
    }
    (lines, left_out)
}

/// What a reason says, in a line.
pub fn sentence(program: &Program, sources: &SourceMap, reason: &Reason) -> String {
    let when = |when: When| match when {
        When::Round(round) => format!("in round {round}"),
        When::Observed(round) => format!("as observers saw it in round {round}"),
        When::Later(round) => format!("of round {round} yet"),
        When::End => "in the end".to_string(),
    };
    let line = |span: Span| {
        let (line, _) = sources.line_column(span);
        format!("{}:{line}", sources.file(span.file).name)
    };
    match &reason.claim {
        Claim::Holds(fact, at) => {
            let shown = program.show_global_fact(fact);
            match reason.how {
                How::Given => format!("{shown} {}: given", when(*at)),
                How::Rule(span) => format!("{shown} {}: rule {}", when(*at), line(span)),
                How::Sent(from, round, span) => format!(
                    "{shown} {}: sent by {} in round {round}, rule {}",
                    when(*at),
                    program.show_node(from),
                    line(span)
                ),
                How::Kept(since, span) => {
                    format!("{shown} {}: kept since round {since}, rule {}", when(*at), line(span))
                }
                How::Fault => format!("{shown} {}: a fault", when(*at)),
                How::Cut => format!("{shown} {}: not explained further", when(*at)),
                How::Observed | How::Nothing | How::NoRule | How::Literal => format!("{shown} {}", when(*at)),
            }
        }
        Claim::Absent(pattern, at) => {
            let tail = match reason.how {
                How::Nothing => ": nothing derives it",
                How::Cut => ": not explained further",
                _ => "",
            };
            match show_pattern(program, pattern) {
                Some(shown) => format!("no {shown} {}{tail}", when(*at)),
                None => {
                    let node = pattern.values.first().copied().flatten();
                    let node = node.map_or_else(|| "the node".to_string(), |value| program.show_value(value));
                    format!("{node} takes no step {}", when(*at))
                }
            }
        }
        Claim::Fails(span, _, at) => format!("rule {} fails {}", line(*span), when(*at)),
        Claim::Lost(sent, round) => format!(
            "{}, sent by {} in round {round}, is lost",
            program.show_fact(sent.to, &sent.fact),
            program.show_node(sent.from)
        ),
        Claim::Condition(span) => format!("`{}` does not hold", sources.text(*span)),
    }
}

/// A pattern with `_` for open columns, and one name for those that must be equal; `None` for what no program writes.
fn show_pattern(program: &Program, pattern: &Pattern) -> Option<String> {
    let relation = program.relations.get(pattern.relation.0 as usize)?;
    let column = |value: &Option<_>| value.map_or_else(|| "_".to_string(), |value| program.show_value(value));
    let mut columns: Vec<String> = pattern.values.iter().map(column).collect();
    for &(first, other) in &pattern.equal {
        if columns[first] == "_" {
            columns[first] = format!("X{first}");
        }
        columns[other] = columns[first].clone();
    }
    if program.spelling == Spelling::Hash
        && let Some(location) = columns.first_mut()
    {
        location.insert(0, '#');
    }
    Some(format!("{}({})", relation.name, columns.join(", ")))
}
