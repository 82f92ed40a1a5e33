//! The single table of diagnostic codes, each with its explanation (`watershed explain CODE`).
//!
//! Families: `E01` text and syntax · `E02` names, columns, types · `E03` location · `E04` safety, time,
//! stratification · `E05` facts and network · `E06` usage and files · `E07` schedules and witnesses ·
//! `E08` errors met while running. `W…` are warnings of the same families; `W07`
//! behaviour over time.

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
    NEVER_QUIET = "W0701", "a node may never fall quiet",
        "A relation derives itself through `@next` or `@async` rules by more than being kept, so the facts of a node may\n\
         change for ever: `flip(Y, X)@next :- flip(X, Y)`. Dedalus calls programs without such cycles temporally safe. Relations that are\n\
         only kept (`p(X)@next :- p(X)`, or the same with `notin p_del(X)`), that end with an event fact, or that count\n\
         up to a bound given in the rule fall quiet. A program that never falls quiet has a meaning, but takes more to explore.";
    SENT_FOR_EVER = "W0702", "a message may be sent for ever and is not persisted",
        "The body of an `@async` rule may hold at infinitely many steps, and the rule sends again at each of them. Its head\n\
         is not persisted, so the message holds at the steps at which a copy arrives and at no other: at every step in one run, at every\n\
         second in another. Persist the message relation with `p(X)@next :- p(X)`, or send from an event fact.";
    INFINITE_STEP = "W0703", "one local step may derive infinitely many facts",
        "A rule makes a new value from one of its own relation's, and a cycle of deductive rules leads back to it:\n\
         `p(N + 1) :- p(N)`. If no comparison with a constant stops it, the fixpoint of one local step is infinite and ends at\n\
         `--max-facts`.";
    INFINITE_STATES = "W0704", "the states may be infinitely many",
        "A rule makes a new value from an old one on a cycle through `@next` or `@async`: `clock(N + 1)@next :- clock(N)`.\n\
         Each step then reaches a new state and exploring never ends by itself. Bound the value in the rule: `N < 100`.";
}
