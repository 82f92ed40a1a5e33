//! What is wrong with a user's input, as data: code, span, what was expected, and a help line.
//!
//! Every stage up to [`crate::program`] returns its value beside a list of diagnostics and never fails;
//! the single table of codes is [`codes`]. Drawing is done in [`render`].

pub mod codes;
pub mod render;

use crate::source::Span;
pub use codes::Code;

/// How bad it is. Errors make the exit code 2; warnings and notes change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input has no meaning.
    Error,
    /// The input has a meaning, perhaps not the one that was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A place in the source and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What, in a few words; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its entry in the table of codes.
    pub code: Code,
    /// One sentence without a full stop, lower-case first letter.
    pub message: String,
    /// The place it is about; none for usage errors.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A finding without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Diagnostic { code, message: message.into(), primary: None, secondary: Vec::new(), help: Vec::new() }
    }

    /// A finding at `span`, with a label there.
    pub fn at(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Diagnostic { primary: Some(Label { span, text: label.into() }), ..Self::new(code, message) }
    }

    /// Adds another place.
    #[must_use]
    pub fn with(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Gives a finding without a place the one it is about.
    #[must_use]
    pub fn about(mut self, span: Span, label: impl Into<String>) -> Self {
        self.primary.get_or_insert(Label { span, text: label.into() });
        self
    }

    /// Adds a help line.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The severity its code has.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}

/// Whether any of them is an error.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
