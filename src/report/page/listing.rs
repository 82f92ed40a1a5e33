//! Program texts with numbered lines that can be linked to.

use super::visible;
use crate::source::{FileId, SourceMap, Span};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The name of a line in links.
pub fn anchor(file: FileId, line: usize) -> String {
    format!("file-{}-line-{line}", file.0)
}

/// All texts of a program; the lines of `points` are marked as points of order.
pub fn listing(sources: &SourceMap, points: impl IntoIterator<Item = Span>) -> Markup {
    let marked: BTreeSet<(FileId, usize)> =
        points.into_iter().map(|span| (span.file, sources.line_column(span).0)).collect();
    html! {
        @if !marked.is_empty() { p .note { "◆ marks a point of order: what is read there may depend on what has arrived." } }
        @for (id, file) in sources.files() {
            h3 { (visible(&file.name)) }
            (numbered(&file.text, |line| anchor(id, line), |line| if marked.contains(&(id, line)) { "◆" } else { "" }))
        }
    }
}

/// A text, line by line; `mark` is what stands before a line, and makes it stand out.
pub fn numbered(text: &str, anchor: impl Fn(usize) -> String, mark: impl Fn(usize) -> &'static str) -> Markup {
    html! {
        pre .listing {
            @for (index, line) in text.lines().enumerate() {
                @let (number, mark) = (index + 1, mark(index + 1));
                span id=(anchor(number)) .line .marked[!mark.is_empty()] {
                    span .number { (format!("{mark} {number}")) }
                    " " (visible(&line.replace('\t', "    "))) "\n"
                }
            }
        }
    }
}
