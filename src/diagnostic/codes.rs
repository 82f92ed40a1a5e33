//! The single table of diagnostic codes, each with its explanation (`watershed explain CODE`).
//!
//! Families: `E01` text and syntax · `E02` names, columns, types · `E03` location · `E04` safety, time,
//! stratification · `E05` facts and network · `E06` usage and files · `E07` schedules and witnesses ·
//! `E08` errors met while running. `W…` are warnings of the same families.

use super::Severity;

/// A code of the table, such as `E0203`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl Code {
    /// The severity: by the code's first letter.
    pub fn severity(self) -> Severity {
        match self.0.as_bytes().first() {
            Some(b'E') => Severity::Error,
            Some(b'W') => Severity::Warning,
            _ => Severity::Note,
        }
    }

    /// Title and explanation, if the code is in the table.
    pub fn explanation(self) -> Option<(&'static str, &'static str)> {
        TABLE.iter().find(|entry| entry.0 == self.0).map(|entry| (entry.1, entry.2))
    }
}

macro_rules! table {
    ($($(#[$meta:meta])* $name:ident = $id:literal, $title:literal, $text:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code($id);)*
        /// Every code with its title and explanation, in order.
        pub const TABLE: &[(&str, &str, &str)] = &[$(($id, $title, $text)),*];
    };
}

table! {
    UNEXPECTED_CHARACTER = "E0101", "a character that starts no token",
        "The lexer met a character that no part of the language begins with. Symbols with such characters are\n\
         written in quotes: `\"a b\"`.";
}
