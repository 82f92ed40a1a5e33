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

    UNKNOWN_NODE_IN_SCHEDULE = "E0701", "a schedule names a node outside the network",
        "Each step of a schedule names the node that takes it. The network is what the program declares, or what\n\
         `--nodes` puts in its place; a schedule made with `--nodes` needs the same `--nodes` to be replayed.";

    UNKNOWN_FACT_IN_SCHEDULE = "E0702", "a schedule names a fact that the program cannot have",
        "A delivered fact belongs to a relation of the program, has the relation's number of columns, and its symbols\n\
         occur in the program: no rule makes new symbols.";

    DELIVERY_ELSEWHERE = "E0703", "a step delivers a fact that is addressed to another node",
        "In `s{m(#s, a)}` the copies in braces are delivered to `s`, so their location is `s`. In the hash spelling the\n\
         location may be left out.";

    NO_FACT_IN_SCHEDULE = "E0704", "what stands in a schedule is no fact",
        "A fact has constants as arguments, no variables, expressions or aggregates, and no `@`. It says where it holds:\n\
         `m(#s, a)` in a program that writes locations with `#`, else `m(s, a)`.";

    WITNESS_NO_JSON = "E0705", "a witness file is not the JSON of a witness",
        "A witness file is a JSON object with `witness` (`fact`, `schedules` with `holds`, `stem` and `loop`, and `critical`)\n\
         or `invariants` (`name`, `holds`, `schedule`). A step is an object with `node` and `deliver`; what else it has\n\
         is for readers.";

    IMPOSSIBLE_DELIVERY = "E0706", "a schedule delivers a copy that is not in flight",
        "A copy is in flight from the transition that sends it until it is delivered. It can be delivered in a later\n\
         transition than the one that sends it, and once; nothing is lost and nothing is duplicated. Replaying a schedule by\n\
         hand-edited steps often fails here because an earlier step no longer sends what a later one delivers.";

    SCHEDULE_LEADS_TO_FAULT = "E0707", "a step of a schedule has no outcome",
        "The local step divides by zero, does arithmetic on a symbol, orders an integer and a symbol, makes an integer\n\
         beyond 64 bits, or derives more facts than `--max-facts` allows.";

    NO_FAIR_RUN = "E0708", "a schedule is no fair run",
        "The loop of a schedule is repeated for ever. It must start after the last event of every node and end with the\n\
         facts that each node carried at its start and with at least the copies in flight then; every node must step in\n\
         it; and every message that is in flight at its end must be delivered in it.";

    CLAIM_NOT_REPRODUCED = "E0709", "a schedule does not show what is claimed of it",
        "The schedule is possible, but the fact is ultimate in it where the claim says that it is not (or the other way\n\
         round), or the relation of a `never` does not hold in its last step.";
}
