//! Findings with their places.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// Where something is: file, line and column, both from 1, columns in characters; `null` where there is no place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceObject {
    /// The file as the user wrote it.
    pub file: Option<String>,
    /// The line.
    pub line: Option<usize>,
    /// The column of the first character.
    pub column: Option<usize>,
    /// The line of the end.
    pub end_line: Option<usize>,
    /// The column after the last character.
    pub end_column: Option<usize>,
}

impl PlaceObject {
    /// The place of a span.
    pub fn new(sources: &SourceMap, span: Span) -> Self {
        let (line, column) = sources.line_column(span);
        let (end_line, end_column) = sources.line_column(Span { start: span.end.max(span.start), ..span });
        PlaceObject {
            file: Some(sources.file(span.file).name.clone()),
            line: Some(line),
            column: Some(column),
            end_line: Some(end_line),
            end_column: Some(end_column),
        }
    }

    /// `file:line:column`, if there is a place.
    pub fn short(&self) -> Option<String> {
        Some(format!("{}:{}:{}", self.file.as_ref()?, self.line?, self.column?))
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(transform = super::schema::require_what_the_interface_fixes)]
pub struct DiagnosticObject {
    /// Such as `W0301`.
    #[schemars(regex(pattern = "^[EWN][0-9]{4}$"))]
    pub code: &'static str,
    /// `error`, `warning` or `note`.
    #[schemars(extend("enum" = ["error", "warning", "note"]))]
    pub severity: &'static str,
    /// One sentence.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: PlaceObject,
    /// What to do about it.
    pub help: Vec<String>,
}

impl DiagnosticObject {
    /// A finding whose spans point into `sources`.
    pub fn new(sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        DiagnosticObject {
            code: diagnostic.code.0,
            severity: diagnostic.severity().name(),
            message: diagnostic.message.clone(),
            place: diagnostic.primary.as_ref().map(|l| PlaceObject::new(sources, l.span)).unwrap_or_default(),
            help: diagnostic.help.clone(),
        }
    }
}
