//! Draws diagnostics the way rustc does.
//!
//! Only the lines around the labels are handed to the drawing crate, so that the cost of a diagnostic does not depend on
//! the size of its file.

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Lines longer than this many bytes are not drawn: only file, line and column are given.
const LONGEST_LINE: usize = 2000;

/// A label that covers more lines than this is drawn at its first line only.
const MOST_LINES: usize = 12;

/// Labels further apart than this many lines are drawn in windows of their own.
const WINDOW_GAP: usize = 10;

/// The text for a terminal: sorted by file, position and code, those without a place first, with an empty line between
/// two; with colours as ANSI escapes if `color`. Empty if there are none.
pub fn render(sources: &SourceMap, diagnostics: &[Diagnostic], color: bool) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| {
        let place = d.primary.as_ref().map(|label| label.span);
        (place.map(|span| (span.file, span.start)), d.code, place)
    });
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in sorted {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&renderer.render(&[group(sources, diagnostic)]));
        text.push('\n');
    }
    text
}

fn group<'a>(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.0));
    for window in windows(sources, diagnostic) {
        group = group.element(window.draw(sources));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    group
}

/// Text without control characters, which a terminal would obey.
fn visible(text: &str) -> String {
    let show = |c: char| if c.is_control() && c != '\n' { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

/// Consecutive lines of one file and the labels in them.
struct Window<'a> {
    file: FileId,
    /// The bytes of the lines, without the last line end.
    lines: Range<usize>,
    /// Each label with its bytes in the file and whether it is the primary one.
    labels: Vec<(Range<usize>, &'a Label, bool)>,
}

/// The windows of a diagnostic: the primary label's first, then by place.
fn windows<'a>(sources: &SourceMap, diagnostic: &'a Diagnostic) -> Vec<Window<'a>> {
    let primary = diagnostic.primary.iter().map(|label| (label, true));
    let secondary = diagnostic.secondary.iter().map(|label| (label, false));
    let mut labels: Vec<(&Label, bool)> = primary.chain(secondary).collect();
    labels.sort_by_key(|(label, primary)| (label.span, !primary));
    let mut windows: Vec<Window<'a>> = Vec::new();
    for (label, primary) in labels {
        let file = sources.file(label.span.file);
        let bytes = clip(&file.text, label.span);
        let lines = file.line(file.line_of(bytes.start)).start..file.line(file.line_of(bytes.end)).end;
        match windows.last_mut() {
            Some(last) if last.file == label.span.file && near(file, &last.lines, &lines) => {
                last.lines.end = last.lines.end.max(lines.end);
                last.labels.push((bytes, label, primary));
            }
            _ => windows.push(Window { file: label.span.file, lines, labels: vec![(bytes, label, primary)] }),
        }
    }
    windows.sort_by_key(|window| !window.labels.iter().any(|(_, _, primary)| *primary));
    windows
}

/// Whether few lines lie between two ranges of lines, the first of which starts first.
fn near(file: &SourceFile, first: &Range<usize>, second: &Range<usize>) -> bool {
    file.line_of(second.start).saturating_sub(file.line_of(first.end)) <= WINDOW_GAP
}

/// The bytes of a span that are in the text, from character to character.
fn clip(text: &str, span: Span) -> Range<usize> {
    let boundary =
        |offset: usize| (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = boundary(span.start as usize);
    let end = boundary(span.end as usize).max(start);
    let lines = text[start..end].match_indices('\n').nth(MOST_LINES - 1);
    if lines.is_none() {
        return start..end;
    }
    start..text[start..end].find('\n').map_or(end, |at| start + at)
}

impl<'a> Window<'a> {
    fn draw(&self, sources: &'a SourceMap) -> Element<'a> {
        let source = sources.file(self.file);
        let lines = &source.text[self.lines.clone()];
        let name = visible(&source.name);
        let at = |offset: usize| sources.line_column(Span::new(self.file, offset, offset));
        let numbers = source.line_of(self.lines.start)..=source.line_of(self.lines.end);
        if numbers.into_iter().any(|line| source.line(line).len() > LONGEST_LINE) {
            let first = self.labels.iter().find(|(_, _, primary)| *primary).or(self.labels.first());
            let (line, column) = at(first.map_or(self.lines.start, |(bytes, _, _)| bytes.start));
            return Origin::path(name).line(line).char_column(column).into();
        }
        let annotations = self.labels.iter().map(|(bytes, label, primary)| {
            let kind = if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = bytes.start - self.lines.start..bytes.end - self.lines.start;
            let text = (!label.text.is_empty()).then(|| visible(&label.text));
            kind.span(span).label(text)
        });
        Snippet::<Annotation<'_>>::source(lines)
            .line_start(at(self.lines.start).0)
            .path(name)
            .annotations(annotations)
            .into()
    }
}
