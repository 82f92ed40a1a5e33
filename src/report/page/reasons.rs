//! Explanations as nested lists, with links to the rules and the steps that they speak of.

use super::listing;
use super::visible;
use crate::report::text::why::Line;
use crate::source::{SourceMap, Span};
use maud::{Markup, PreEscaped, html};

/// What a line of an explanation points at.
#[derive(Debug, Clone, Default)]
pub struct Pointer {
    /// A rule or a condition.
    pub place: Option<Span>,
    /// The step as the line names it, and as links do.
    pub step: Option<(String, String)>,
}

/// The tree; `pointer` says what the reason of this number points at.
pub fn tree(sources: &SourceMap, lines: &[Line], cut: bool, pointer: impl Fn(usize) -> Pointer) -> Markup {
    let mut open = 0;
    let mut markup = String::new();
    for line in lines {
        while open > line.depth + 1 {
            markup.push_str("</ul>");
            open -= 1;
        }
        while open < line.depth + 1 {
            markup.push_str("<ul class=\"reasons\">");
            open += 1;
        }
        markup.push_str(&html! { li { (linked(sources, &line.text, pointer(line.reason))) } }.into_string());
    }
    markup.push_str(&"</ul>".repeat(open));
    html! {
        div .tree tabindex="0" { (PreEscaped(markup)) }
        @if cut { p .note { "and more, which the text report shows with " code { "-v" } } }
    }
}

/// A line in which the names of the step and of the place are links, where they stand in it.
fn linked(sources: &SourceMap, text: &str, pointer: Pointer) -> Markup {
    let place = pointer.place.map(|span| {
        let (line, _) = sources.line_column(span);
        (format!("{}:{line}", sources.file(span.file).name), listing::anchor(span.file, line))
    });
    let found = |link: Option<(String, String)>| {
        let (name, target) = link?;
        let whole = |&(start, _): &(usize, &str)| !text[start + name.len()..].starts_with(|c: char| c.is_ascii_digit());
        let (start, _) = text.rmatch_indices(name.as_str()).find(whole)?;
        Some((start, start + name.len(), target))
    };
    let mut links: Vec<_> = [found(pointer.step), found(place)].into_iter().flatten().collect();
    links.sort_unstable();
    let mut at = 0;
    html! {
        @for (start, end, target) in links {
            // Names may overlap where a file is called as a step is.
            @if start >= at {
                (visible(&text[at..start]))
                a href=(format!("#{target}")) { (visible(&text[start..end])) }
                @let () = at = end;
            }
        }
        (visible(&text[at..]))
    }
}
