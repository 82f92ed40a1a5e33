//! Reading values of a known shape out of YAML; what has another shape is a finding, and reading goes on.

use crate::diagnostic::{Code, Diagnostic, any_error, codes};
use crate::flow::graph::Key;
use crate::flow::yaml::{Kind, Node, clipped};
use crate::program::resolve::nearest;
use crate::source::Span;
use std::collections::BTreeMap;

/// Most findings about one file.
const MOST: usize = 100;

/// What has been found wrong so far.
#[derive(Debug, Default)]
pub struct Findings {
    /// In the order of reading.
    pub diagnostics: Vec<Diagnostic>,
}

/// The values of a mapping by the first of the spellings that each of its keys may have.
pub type Fields<'n> = BTreeMap<&'static str, &'n Node>;

impl Findings {
    /// Adds one; once there are many, only the first error among them.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let room = self.diagnostics.len() < MOST;
        if room || (diagnostic.is_error() && !any_error(&self.diagnostics)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds one with a place and a help line.
    pub fn at(&mut self, code: Code, span: Span, message: String, label: &str, help: &str) {
        self.push(Diagnostic::at(code, span, message, label).help(help));
    }

    /// Something else stands here.
    pub fn shape(&mut self, node: &Node, expected: &str, help: &str) {
        let message = format!("expected {expected}, found {}", node.described());
        self.at(codes::WRONG_SHAPE, node.span, message, "of another shape", help);
    }

    /// A text.
    pub fn text<'n>(&mut self, node: &'n Node, expected: &str, help: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Scalar(text, _) if !node.is_null() && !text.is_empty() => Some(text),
            _ => {
                self.shape(node, expected, help);
                None
            }
        }
    }

    /// The pairs of a mapping with text keys, each once; nothing for `null`.
    pub fn entries<'n>(&mut self, node: &'n Node, expected: &str, help: &str) -> Vec<(&'n str, Span, &'n Node)> {
        let Kind::Mapping(pairs) = &node.kind else {
            if !node.is_null() {
                self.shape(node, expected, help);
            }
            return Vec::new();
        };
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        let mut entries = Vec::new();
        for (key, value) in pairs {
            let Some(name) = self.text(key, "a name", help) else { continue };
            match first.get(name) {
                Some(&before) => self.twice(name, key.span, before),
                None => {
                    first.insert(name, key.span);
                    entries.push((name, key.span, value));
                }
            }
        }
        entries
    }

    /// A name that has been given before.
    pub fn twice(&mut self, name: &str, span: Span, before: Span) {
        let message = format!("expected each name once, found `{}` again", clipped(name));
        self.push(
            Diagnostic::at(codes::NAMED_TWICE, span, message, "again")
                .with(before, "first here")
                .help("give it another name, or write both into one"),
        );
    }

    /// The fields of a mapping. `known` has the spellings of each, the one it is called by first.
    pub fn fields<'n>(
        &mut self,
        node: &'n Node,
        expected: &str,
        known: &[&[&'static str]],
        help: &str,
    ) -> Option<Fields<'n>> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            self.shape(node, expected, help);
            return None;
        }
        let mut fields: BTreeMap<&'static str, (&'n Node, Span)> = BTreeMap::new();
        for (name, span, value) in self.entries(node, expected, help) {
            let Some(spellings) = known.iter().find(|spellings| spellings.contains(&name)) else {
                let names: Vec<&str> = known.iter().map(|spellings| spellings[0]).collect();
                let message = format!("expected one of {}, found `{}`", names.join(", "), clipped(name));
                let near = nearest(name, known.iter().flat_map(|spellings| spellings.iter().copied()));
                let help = near.map_or_else(|| help.to_string(), |near| format!("perhaps `{near}` is meant"));
                self.at(codes::UNKNOWN_FIELD, span, message, "means nothing here", &help);
                continue;
            };
            if let Some(&(_, before)) = fields.get(spellings[0]) {
                self.twice(name, span, before);
                continue;
            }
            fields.insert(spellings[0], (value, span));
        }
        Some(fields.into_iter().map(|(name, (value, _))| (name, value)).collect())
    }

    /// The items of a list; a value that is no list is a list of one.
    pub fn items<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        match &node.kind {
            Kind::Sequence(items) => items.iter().collect(),
            _ if node.is_null() => Vec::new(),
            _ => vec![node],
        }
    }

    /// A set of columns.
    pub fn columns(&mut self, node: &Node, help: &str) -> Key {
        let mut columns = Key::new();
        for item in self.items(node) {
            if let Some(column) = self.text(item, "the name of a column", help) {
                columns.insert(column.to_string());
            }
        }
        columns
    }

    /// `true` or `false`.
    pub fn truth(&mut self, node: &Node) -> bool {
        match &node.kind {
            Kind::Scalar(text, true) if ["true", "True", "TRUE"].contains(&text.as_str()) => true,
            Kind::Scalar(text, true) if ["false", "False", "FALSE"].contains(&text.as_str()) => false,
            _ => {
                self.shape(node, "`true` or `false`", "write `rep: true` where several copies run");
                false
            }
        }
    }
}
