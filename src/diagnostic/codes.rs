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
        "No part of the language begins with this character. Symbols that contain such characters are written in\n\
         quotes, and the literals of a body are separated by commas.\n\
         \n\
         wrong: p($a) :- q(X) & r(X);\n\
         right: p(\"$a\") :- q(X), r(X);";
    UNEXPECTED_TOKEN = "E0102", "something else should stand here",
        "The text is no program from this place on: the message says what could stand here and what was found.\n\
         The rest of the item is passed over; items after it are checked.\n\
         \n\
         wrong: p(X, ) :- q(X);\n\
         right: p(X) :- q(X);";
    UNTERMINATED_STRING = "E0103", "a string that is not closed",
        "A string ends with `\"` on the line on which it starts. A line end inside it is written `\\n`, a quote `\\\"`.\n\
         \n\
         wrong: p(\"abc);\n\
         right: p(\"abc\");";
    UNTERMINATED_COMMENT = "E0104", "a comment that is not closed",
        "A comment that starts with `/*` ends with the first `*/` after it: comments do not nest.\n\
         \n\
         wrong: /* note      p(a);\n\
         right: /* note */   p(a);";
    BAD_ESCAPE = "E0105", "an escape that stands for no character",
        "In a string, `\\` starts an escape: `\\\"`, `\\\\`, `\\n`, `\\t`, or `\\u{…}` with one to six hexadecimal digits that\n\
         are the number of a Unicode character. A backslash itself is written `\\\\`.\n\
         \n\
         wrong: path(\"C:\\data\");\n\
         right: path(\"C:\\\\data\");";
    MALFORMED_NUMBER = "E0106", "a number that goes on as a name",
        "Numbers are digits only, and names start with a letter or `_`. A symbol that starts with a digit is written in\n\
         quotes.\n\
         \n\
         wrong: p(1a);\n\
         right: p(\"1a\");   or   p(a1);";
    INTEGER_TOO_LARGE = "E0107", "an integer beyond 64 bits",
        "Integers go from -9223372036854775808 to 9223372036854775807. A longer number that is never computed with can\n\
         be a symbol.\n\
         \n\
         wrong: id(9223372036854775808);\n\
         right: id(\"9223372036854775808\");";
    NESTING_TOO_DEEP = "E0108", "an expression that nests too deep",
        "Parentheses, minus signs and operations nest at most 256 deep; a sum of many terms counts one level for each.\n\
         Name parts of the expression with equations.\n\
         \n\
         wrong: p(A1 + A2 + … + A300) :- q(A1, …);\n\
         right: p(X + Y) :- q(A1, …), X == A1 + … + A150, Y == A151 + … + A300;";
    ATOM_WITHOUT_PARENTHESES = "E0109", "an atom without parentheses",
        "An atom always has parentheses, also if its relation has no columns. Only declarations name relations without\n\
         them.\n\
         \n\
         wrong: done :- ready;\n\
         right: done() :- ready();";
    MISSING_END = "E0110", "an item without its end mark",
        "Each include, declaration, fact and rule ends with `;` or `.`.\n\
         \n\
         wrong: p(a)  q(b);\n\
         right: p(a); q(b);";
    MISSING_COMMA = "E0111", "two literals without a comma between them",
        "The literals of a body are separated by `,`.\n\
         \n\
         wrong: p(X) :- q(X) r(X);\n\
         right: p(X) :- q(X), r(X);";
    EMPTY_BODY = "E0112", "an arrow without a body",
        "After the arrow stands at least one literal. What holds without a condition is a fact.\n\
         \n\
         wrong: p(a) :- ;\n\
         right: p(a);";
    BAD_SUFFIX = "E0113", "an unknown suffix after `@`",
        "After `@` stands `next` or `async` (in the head of a rule) or a number (the local step of a fact).\n\
         \n\
         wrong: p(X)@later :- q(X);\n\
         right: p(X)@async :- q(X);";
    MISPLACED_LOCATION = "E0114", "a `#` that is not at the first argument",
        "`#` marks the location of an atom. An atom has one location, and it is written first.\n\
         \n\
         wrong: m(X, #S) :- q(X, S);\n\
         right: m(#S, X) :- q(X, S);";
    NEGATED_NO_ATOM = "E0115", "a negation of what is no atom",
        "`notin`, `not`, `!` and `¬` negate atoms. A comparison is negated by the opposite comparator.\n\
         \n\
         wrong: p(X) :- q(X, Y), not X == Y;\n\
         right: p(X) :- q(X, Y), X != Y;";
    MALFORMED_AGGREGATE = "E0116", "an aggregate that is not well formed",
        "An aggregate is one of count, sum, min and max with a variable in angle brackets, and perhaps more variables\n\
         after `;` that tell tuples apart. Expressions are named in the body first.\n\
         \n\
         wrong: total(sum<X + 1>) :- q(X);\n\
         right: total(sum<Y>) :- q(X), Y == X + 1;";
    NOT_A_CONSTANT = "E0117", "a variable where a constant must stand",
        "Nodes of a network, nodes of a schedule and the columns of delivered facts are integers or symbols. A name that\n\
         starts with an upper-case letter or `_` is a variable; as a symbol it is written in quotes.\n\
         \n\
         wrong: nodes N1, n2;\n\
         right: nodes \"N1\", n2;";
    TOO_MANY_MISTAKES = "E0118", "too many mistakes in one file",
        "More than 1000 mistakes were found in one file; those after the 1000th are not listed. Often such a file is no\n\
         program at all.\n\
         \n\
         wrong: watershed check picture.png\n\
         right: watershed check program.ded";
    CANNOT_READ = "E0601", "a file that cannot be read",
        "The file does not exist, or the system does not let this program read it. `-` stands for standard input.\n\
         \n\
         wrong: watershed check programm.ded\n\
         right: watershed check program.ded";
    IS_DIRECTORY = "E0602", "a directory instead of a file",
        "Programs are read from files; a directory is not searched for them. Several files make one program.\n\
         \n\
         wrong: watershed check programs\n\
         right: watershed check programs/rules.ded programs/facts.ded";
    NOT_UTF8 = "E0603", "a file that is not text",
        "Programs are UTF-8 text. Convert a file that an editor has saved in another encoding.\n\
         \n\
         wrong: a file in ISO 8859-1 with the byte 0xE9\n\
         right: the same after `iconv -f ISO8859-1 -t UTF-8`";
    FILE_TOO_LARGE = "E0604", "a file larger than 1 GiB",
        "A file has at most 1 GiB (1073741824 bytes). Divide larger sets of facts among several files.\n\
         \n\
         wrong: watershed check everything.ded\n\
         right: watershed check rules.ded facts1.ded facts2.ded";
    INCLUDE_NOT_FOUND = "E0605", "an included file that is not found",
        "An include is looked up beside the file that names it, then beside the first file of the program. Its name is\n\
         relative to these directories.\n\
         \n\
         wrong: include \"lib/delivery.ded\";   where delivery.ded is beside this file\n\
         right: include \"delivery.ded\";";
    UNKNOWN_NODE_IN_SCHEDULE = "E0701", "a schedule names a node outside the network",
        "Each step of a schedule names the node that takes it. The network is what the program declares, or what\n\
         `--nodes` puts in its place; a schedule made with `--nodes` needs the same `--nodes` to be replayed.\n\
         \n\
         wrong: n3 ; n1   where the program says nodes n1, n2;\n\
         right: n2 ; n1";
    UNKNOWN_FACT_IN_SCHEDULE = "E0702", "a schedule names a fact that the program cannot have",
        "A delivered fact belongs to a relation of the program, has the relation's number of columns, and its symbols\n\
         occur in the program: no rule makes new symbols.\n\
         \n\
         wrong: n1 ; s{m(#s, a, b)}   where m has one column beside its location\n\
         right: n1 ; s{m(#s, a)}";
    DELIVERY_ELSEWHERE = "E0703", "a step delivers a fact that is addressed to another node",
        "The copies in braces are delivered to the node before the braces, so they are located there. In the hash\n\
         spelling their location may be left out.\n\
         \n\
         wrong: n1 ; s{m(#n1, a)}\n\
         right: n1 ; s{m(#s, a)}";
    NO_FACT_IN_SCHEDULE = "E0704", "what stands in a schedule is no fact",
        "A fact has constants as arguments, no variables, expressions or aggregates, and no `@`. It says where it holds,\n\
         as the program does: `m(#s, a)` in a program that writes locations with `#`, else `m(s, a)`.\n\
         \n\
         wrong: n1 ; s{m(#s, X)}\n\
         right: n1 ; s{m(#s, a)}";
    WITNESS_NO_JSON = "E0705", "a witness file is not the JSON of a witness",
        "A witness file is a JSON object with `witness` (`fact`, and `schedules` with `holds`, `stem` and `loop`) or\n\
         `invariants` (`name`, `holds`, `schedule`). A step is an object with `node` and `deliver`; what else it has is\n\
         for readers.\n\
         \n\
         wrong: {\"node\": \"s\", \"deliver\": \"m(#s, a)\"}\n\
         right: {\"node\": \"s\", \"deliver\": [\"m(#s, a)\"]}";
    IMPOSSIBLE_DELIVERY = "E0706", "a schedule delivers a copy that is not in flight",
        "A copy is in flight from the transition that sends it until it is delivered: in a later transition than the\n\
         one that sends it, and once. A schedule edited by hand often fails here because an earlier step no longer\n\
         sends what a later one delivers.\n\
         \n\
         wrong: s{m(#s, a)} ; n1   where n1 sends m(#s, a) in its first step\n\
         right: n1 ; s{m(#s, a)}";
    SCHEDULE_LEADS_TO_FAULT = "E0707", "a step of a schedule has no outcome",
        "The local step divides by zero, does arithmetic on a symbol, orders an integer and a symbol, makes an integer\n\
         beyond 64 bits, derives more facts than `--max-facts` allows, or was stopped.\n\
         \n\
         wrong: s{m(#s, 0)}   where q(8 / N) :- m(N);\n\
         right: s{m(#s, 2)}";
    NO_FAIR_RUN = "E0708", "a schedule is no fair run",
        "The loop of a schedule is repeated for ever. It must start after the last event of every node and end with the\n\
         facts that each node carried at its start and with at least the copies in flight then; every node must step in\n\
         it; and every message that is in flight at its end must be delivered in it.\n\
         \n\
         wrong: n1 loop: s   where n1 has sent m(#s, a)\n\
         right: n1 ; s{m(#s, a)} loop: n1 ; s";
    CLAIM_NOT_REPRODUCED = "E0709", "a schedule does not show what is claimed of it",
        "The schedule is possible, but the fact is ultimate in it where the claim says that it is not (or the other way\n\
         round), or the relation of a `never` does not hold in its last step.\n\
         \n\
         wrong: {\"fact\": \"seen(#s, a)\", …, \"holds\": false, …}   where the loop keeps seen(#s, a)\n\
         right: {\"fact\": \"seen(#s, a)\", …, \"holds\": true, …}";
}

/// The code that is written like this, in either case of its letter: `E0203`, `e0203`.
pub fn lookup(text: &str) -> Option<Code> {
    TABLE.iter().find(|entry| entry.0.eq_ignore_ascii_case(text)).map(|entry| Code(entry.0))
}
