//! The explanation of a fact of a run. Steps are named as in the pictures: `n1:3` is the third local step of `n1`.

use super::{indented, show_pattern};
use crate::program::Program;
use crate::source::{SourceMap, Span};
use crate::witness::StepRecord;
use crate::witness::why::{Claim, How, Moments, Reason, Why};

/// The tree. `all` shows it whole.
pub fn tree(program: &Program, sources: &SourceMap, records: &[StepRecord], why: &Why, all: bool) -> String {
    indented(&told(program, sources, records, why), all)
}

/// Each reason as a sentence, with the numbers of those that it rests on.
pub fn told(program: &Program, sources: &SourceMap, records: &[StepRecord], why: &Why) -> Vec<(String, Vec<usize>)> {
    let line = |reason: &Reason| (sentence(program, sources, records, reason), reason.parts.clone());
    why.reasons.iter().map(line).collect()
}

/// What a reason says, in a line.
pub fn sentence(program: &Program, sources: &SourceMap, records: &[StepRecord], reason: &Reason) -> String {
    let step = |index: usize| format!("{}:{}", program.show_node(records[index].node), records[index].step);
    let when = |when: Moments| match when {
        Moments::Step(index) => format!("in {}", step(index)),
        Moments::Snapshot => "as observers see it".to_string(),
    };
    let line = |span: Span| {
        let (line, _) = sources.line_column(span);
        format!("{}:{line}", sources.file(span.file).name)
    };
    match &reason.claim {
        Claim::Holds(fact, at) => {
            let shown = format!("{} {}", program.show_global_fact(fact), when(*at));
            match reason.how {
                How::Given => format!("{shown}: given"),
                How::Rule(span) => format!("{shown}: rule {}", line(span)),
                How::Sent(from, span) => format!("{shown}: delivered, sent in {} by rule {}", step(from), line(span)),
                How::Kept(since, span) => format!("{shown}: kept since {}, rule {}", step(since), line(span)),
                How::Cut => format!("{shown}: not explained further"),
                How::Nothing | How::NoRule | How::Literal => shown,
            }
        }
        Claim::Absent(pattern, at) => {
            let shown = show_pattern(program, pattern).unwrap_or_default();
            let tail = match reason.how {
                How::Nothing => ": nothing derives it",
                How::Cut => ": not explained further",
                _ => "",
            };
            format!("no {shown} {}{tail}", when(*at))
        }
        Claim::Fails(rule, _, at) => {
            let of = match at {
                Moments::Step(_) => &program.rules[*rule],
                Moments::Snapshot => &program.observers[*rule],
            };
            format!("rule {} derives none {}", line(of.span), when(*at))
        }
        Claim::Supplies { fact, missed, sent, at } => {
            let shown = program.show_global_fact(fact);
            if sent >= missed {
                return format!("{shown} is sent only in {}", step(*sent));
            }
            let fate = match at {
                None => "is in flight to the end of these steps".to_string(),
                Some(at) if at < missed => format!("was delivered in {}", step(*at)),
                Some(at) => format!("is delivered only in {}", step(*at)),
            };
            format!("{shown}, sent in {}, {fate}", step(*sent))
        }
        Claim::Instead(fact, at) => format!("it derives {} instead {}", program.show_global_fact(fact), when(*at)),
        Claim::Condition(span) => format!("`{}` does not hold", sources.text(*span)),
    }
}

/// What a fact rests on directly, in a few words that go on after the fact.
pub fn brief(program: &Program, sources: &SourceMap, records: &[StepRecord], how: How, parts: &[Claim]) -> String {
    let step = |index: usize| format!("{}:{}", program.show_node(records[index].node), records[index].step);
    let rule = |span: Span| {
        let (line, _) = sources.line_column(span);
        format!("rule {}:{line}", sources.file(span.file).name)
    };
    let from = || {
        let named = parts.iter().filter_map(|part| match part {
            Claim::Holds(fact, _) if !program.relation(fact.relation).builtin => Some(program.show_global_fact(fact)),
            Claim::Absent(pattern, _) => show_pattern(program, pattern).map(|shown| format!("no {shown}")),
            _ => None,
        });
        let named: Vec<String> = named.collect();
        if named.is_empty() { String::new() } else { format!(", from {}", named.join(", ")) }
    };
    match how {
        How::Given => "given".to_string(),
        How::Rule(span) => format!("{}{}", rule(span), from()),
        How::Sent(sent, span) => format!("sent in {} by {}{}", step(sent), rule(span), from()),
        How::Kept(since, span) => format!("kept since {}, {}", step(since), rule(span)),
        How::Nothing | How::NoRule | How::Literal | How::Cut => String::new(),
    }
}
