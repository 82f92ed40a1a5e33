//! The class of a program, what keeps it out of smaller ones, and where the order of deliveries can show.

use super::{counted, row};
use crate::analysis::{Analysis, Class, strata};
use crate::program::{Kind, Program, RelationId};
use crate::report::facts::listed;
use crate::report::json::{self, PlaceObject};
use crate::report::style::{Style, Tone};
use crate::source::{SourceMap, Span};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// The class with the first reason why it is no smaller.
pub fn one_line(sources: &SourceMap, analysis: &Analysis) -> String {
    let classification = &analysis.classification;
    let name = classification.class.name();
    let smaller = match classification.class {
        Class::DedalusPlus => return name.to_string(),
        Class::DedalusS => Class::DedalusPlus,
        Class::Dedalus => Class::DedalusS,
    };
    let against: Vec<_> = classification.against(smaller).collect();
    let Some(first) = against.first() else { return name.to_string() };
    let more = match against.len() - 1 {
        0 => String::new(),
        n => format!("; {}", counted(n as u64, "more reason")),
    };
    format!("{name}, not {}: {} ({}{more})", smaller.name(), first.message, place(sources, first.span))
}

/// The answer of `classify`.
pub fn answer(program: &Program, sources: &SourceMap, analysis: &Analysis, style: Style) -> String {
    let class = analysis.classification.class;
    let mut text = format!("{}\n\n", headline(class, style));
    if let Some(theorem) = analysis.theorem {
        row(&mut text, style, "confluent", &format!("every instance ({}): {}", theorem.source, theorem.argument));
    }
    row(&mut text, style, "EDB", &edb(program));
    for (stratum, relations) in strata::by_stratum(program).iter().enumerate() {
        let names: Vec<String> = relations.iter().map(|&id: &RelationId| program.relation(id).name.clone()).collect();
        row(&mut text, style, &format!("stratum {stratum}"), &listed(&names, usize::MAX));
    }
    details(sources, analysis, style, &mut text);
    polarity(program, sources, analysis, style, &mut text);
    if analysis.falls_quiet() {
        text.push_str("\nEvery node falls quiet in every fair run.\n");
    }
    text
}

/// The EDB relations, each with the kind of facts that an instance may give it.
pub fn edb(program: &Program) -> String {
    let relations: Vec<String> = (program.relations.iter())
        .filter(|relation| relation.is_edb() && !relation.builtin)
        .map(|relation| match relation.kind {
            Kind::Event => format!("{} (event)", relation.name),
            _ => format!("{} (static)", relation.name),
        })
        .collect();
    listed(&relations, usize::MAX)
}

/// The verdict of `classify` in one line.
pub fn headline(class: Class, style: Style) -> String {
    let what = match class {
        Class::DedalusPlus => {
            "no facts at single steps, guarded asynchrony, negation and aggregation on EDB relations only"
        }
        Class::DedalusS => "no facts at single steps, guarded asynchrony, no cycle through negation or aggregation",
        Class::Dedalus => "full Dedalus",
    };
    format!("{}: {what}", style.paint(Tone::Strong, class.name()))
}

/// Every reason with its remedy, the points of order, the meetings.
pub fn details(sources: &SourceMap, analysis: &Analysis, style: Style, text: &mut String) {
    let heading = |text: &mut String, words: &str| {
        let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, words));
    };
    for (class, words) in [
        (Class::DedalusPlus, "What keeps it out of dedalus+ only"),
        (Class::DedalusS, "What keeps it out of dedalus-s, and so of dedalus+"),
    ] {
        let reasons: Vec<_> =
            analysis.classification.reasons.iter().filter(|reason| reason.keeps_out_of == class).collect();
        if !reasons.is_empty() {
            heading(text, words);
        }
        for reason in reasons {
            let _ = writeln!(text, "  {}: {}", place(sources, reason.span), reason.message);
            let _ = writeln!(text, "    {} {}", style.paint(Tone::Faint, "would change it:"), reason.remedy);
        }
    }
    if !analysis.points_of_order.is_empty() {
        heading(text, "Points of order");
    }
    for point in &analysis.points_of_order {
        let _ = writeln!(text, "  {}: {}", place(sources, point.span), point.message);
    }
    if !analysis.meetings.is_empty() {
        heading(text, "Unguarded meetings");
    }
    for meeting in &analysis.meetings {
        let at = meeting.literals.first().map(|&span| place(sources, span)).unwrap_or_default();
        let _ = writeln!(text, "  {at}: {}", meeting.message);
        let _ = writeln!(text, "    {} {}", style.paint(Tone::Faint, "would guard it:"), meeting.guard);
    }
}

/// How each relation moves in time, and what spoils it.
pub fn polarity(program: &Program, sources: &SourceMap, analysis: &Analysis, style: Style, text: &mut String) {
    let rows = json::polarity(program, sources, analysis);
    let _ = writeln!(text, "\n{}", style.paint(Tone::Strong, "How relations move in time"));
    let width = rows.iter().map(|row| row.relation.width()).max().unwrap_or(0).min(24);
    for row in rows {
        let flags = match (row.standing, row.flags.join(", ")) {
            ("flagged", flags) => flags,
            (standing, flags) if flags.is_empty() => standing.to_string(),
            (standing, flags) => format!("{flags}; {standing}"),
        };
        let _ = writeln!(text, "  {:width$}  {flags}", row.relation);
        if let Some(spoiler) = row.spoiler {
            let at = spoiler.place.short().unwrap_or_default();
            let _ = writeln!(
                text,
                "  {:width$}    {} {at}: {}",
                "",
                style.paint(Tone::Faint, spoiler.cause),
                spoiler.message
            );
        }
    }
}

fn place(sources: &SourceMap, span: Span) -> String {
    PlaceObject::new(sources, span).short().unwrap_or_default()
}
