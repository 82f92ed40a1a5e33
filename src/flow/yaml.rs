//! YAML as a tree with places. The parser is saphyr's event stream, which neither recurses nor expands aliases; here the
//! tree is built within limits, so that no file, however nested or however often it repeats itself, costs more than they
//! allow.

use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, SourceMap, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::collections::BTreeMap;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 32;
/// Most values, those that aliases repeat counted each time.
pub const MAX_VALUES: usize = 200_000;

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// The three kinds of YAML.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A text; whether it was written without quotes.
    Scalar(String, bool),
    /// Items in order.
    Sequence(Vec<Node>),
    /// Keys with values, in order.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// What it is, in words.
    pub fn described(&self) -> String {
        match &self.kind {
            Kind::Scalar(text, true) if text.is_empty() => "nothing".to_string(),
            Kind::Scalar(text, _) => format!("`{}`", clipped(text)),
            Kind::Sequence(_) => "a list".to_string(),
            Kind::Mapping(_) => "a mapping".to_string(),
        }
    }

    /// Whether nothing is written, or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(text, true) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// The beginning of a text that may be long.
pub fn clipped(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN {
        return text.to_string();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// A collection that is being read.
struct Open {
    start: Marker,
    anchor: usize,
    /// Items, or keys and values in turn.
    items: Vec<Node>,
    mapping: bool,
}

/// Reads the one document of a file.
///
/// # Errors
/// What is wrong with the text, or the limit that it passes.
pub fn parse(sources: &SourceMap, file: FileId) -> Result<Node, Box<Diagnostic>> {
    let text = &sources.file(file).text;
    if text.len() > MAX_BYTES {
        let span = Span::new(file, 0, 0);
        return Err(too_much(span, &format!("a description of at most {MAX_BYTES} bytes"), &format!("{}", text.len())));
    }
    let places = Places { file, offsets: text.char_indices().map(|(at, _)| at).chain([text.len()]).collect() };
    let mut builder = Builder { places, open: Vec::new(), anchors: BTreeMap::new(), values: 0, root: None };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.take(event, span.start, span.end)?,
            Err(error) => {
                let at = builder.places.span(*error.marker(), *error.marker());
                let message = format!("expected YAML, found a mistake: {}", error.info());
                return Err(Box::new(
                    Diagnostic::at(codes::NOT_YAML, at, message, "not YAML from here on")
                        .help("indentation is by spaces, and `key: value` has a space after the colon"),
                ));
            }
        }
    }
    builder.root.ok_or_else(|| {
        Box::new(
            Diagnostic::at(
                codes::WRONG_SHAPE,
                Span::new(file, 0, 0),
                "expected a mapping of components, found an empty file",
                "nothing here",
            )
            .help("begin with `components:`"),
        )
    })
}

fn too_much(span: Span, expected: &str, found: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::at(codes::TOO_MUCH_YAML, span, format!("expected {expected}, found {found}"), "beyond the limit")
            .help("divide the system among several files, or write what an alias repeats only once"),
    )
}

fn too_deep(span: Span) -> Box<Diagnostic> {
    too_much(span, &format!("lists and mappings nested at most {MAX_DEPTH} deep"), "deeper ones")
}

/// From characters to bytes.
struct Places {
    file: FileId,
    offsets: Vec<usize>,
}

impl Places {
    fn span(&self, start: Marker, end: Marker) -> Span {
        let byte = |marker: Marker| self.offsets[marker.index().min(self.offsets.len() - 1)];
        let (start, end) = (byte(start), byte(end));
        Span::new(self.file, start, end.max(start))
    }
}

struct Builder {
    places: Places,
    open: Vec<Open>,
    /// Anchored values with the number of values in each and their nesting.
    anchors: BTreeMap<usize, (Node, usize, usize)>,
    values: usize,
    root: Option<Node>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, start: Marker, end: Marker) -> Result<(), Box<Diagnostic>> {
        let span = self.places.span(start, end);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(Box::new(
                Diagnostic::at(
                    codes::WRONG_SHAPE,
                    span,
                    "expected one document, found a second one",
                    "a second document",
                )
                .help("one file describes one system: remove the `---`"),
            )),
            Event::Scalar(text, style, anchor, _) => {
                let kind = Kind::Scalar(text.into_owned(), style == ScalarStyle::Plain);
                self.close(Node { span, kind }, anchor, 1)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some((_, _, depth)) if self.open.len() + depth > MAX_DEPTH => Err(too_deep(span)),
                Some((node, values, _)) => {
                    let (node, values) = (Node { span, ..node.clone() }, *values);
                    self.close(node, 0, values)
                }
                None => Err(Box::new(
                    Diagnostic::at(
                        codes::NOT_YAML,
                        span,
                        "expected an alias of a value that is complete, found one inside of its own",
                        "refers to what it is part of",
                    )
                    .help("write the value out"),
                )),
            },
            Event::SequenceStart(anchor, _) => self.begin(start, span, anchor, false),
            Event::MappingStart(anchor, _) => self.begin(start, span, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let span = self.places.span(open.start, end);
                let kind = if open.mapping { Kind::Mapping(pairs(open.items)) } else { Kind::Sequence(open.items) };
                self.close(Node { span, kind }, open.anchor, 1)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, start: Marker, span: Span, anchor: usize, mapping: bool) -> Result<(), Box<Diagnostic>> {
        if self.open.len() == MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Open { start, anchor, items: Vec::new(), mapping });
        Ok(())
    }

    /// Puts a complete value where it belongs; `values` are new in it.
    fn close(&mut self, node: Node, anchor: usize, values: usize) -> Result<(), Box<Diagnostic>> {
        self.values += values;
        if self.values > MAX_VALUES {
            return Err(too_much(node.span, &format!("at most {MAX_VALUES} values"), "more"));
        }
        if anchor != 0 {
            let (size, depth) = measure(&node);
            self.anchors.insert(anchor, (node.clone(), size, depth));
        }
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }
}

fn pairs(items: Vec<Node>) -> Vec<(Node, Node)> {
    let mut pairs = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        pairs.push((key, value));
    }
    pairs
}

/// The number of values in a tree, and how deep its lists and mappings nest.
fn measure(node: &Node) -> (usize, usize) {
    let (mut count, mut deepest, mut pending) = (0, 0, vec![(node, 0)]);
    while let Some((node, depth)) = pending.pop() {
        count += 1;
        deepest = deepest.max(depth);
        match &node.kind {
            Kind::Scalar(..) => {}
            Kind::Sequence(items) => {
                deepest = deepest.max(depth + 1);
                pending.extend(items.iter().map(|item| (item, depth + 1)));
            }
            Kind::Mapping(pairs) => {
                deepest = deepest.max(depth + 1);
                pending.extend(pairs.iter().flat_map(|(key, value)| [(key, depth + 1), (value, depth + 1)]));
            }
        }
    }
    (count, deepest)
}
