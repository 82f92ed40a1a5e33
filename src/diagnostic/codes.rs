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
    NEVER_QUIET = "W0701", "a node may never fall quiet",
        "A relation derives itself through `@next` or `@async` rules by more than being kept, so the facts of a node may\n\
         change for ever. Dedalus calls programs without such cycles temporally safe. Relations that are only kept\n\
         (`p(X)@next :- p(X)`, or the same with `notin p_del(X)`), that end with an event fact, or that count up to a\n\
         bound given in the rule fall quiet. A program that never does has a meaning, but takes more to explore.\n\
         \n\
         restless: flip(Y, X)@next :- flip(X, Y);\n\
         quiet: flipped(Y, X)@next :- flip(X, Y);   flipped(X, Y)@next :- flipped(X, Y);";
    SENT_FOR_EVER = "W0702", "a message that may be sent for ever and is not persisted",
        "The body of an `@async` rule may hold at infinitely many steps, and the rule sends again at each of them. Its\n\
         head is not persisted, so the message holds at the steps at which a copy arrives and at no other: at every\n\
         step in one run, at every second in another. Persist the message relation, or send from an event fact.\n\
         \n\
         restless: on(#a);   ping(#S)@async :- on(#C), server(#C, S);\n\
         quiet: the same with ping()@next :- ping();";
    INFINITE_STEP = "W0703", "one local step may derive infinitely many facts",
        "A rule makes a new value from an old one, and a cycle of deductive rules leads back to it. If no comparison\n\
         with a constant stops it, the fixpoint of one local step is infinite and ends at `--max-facts`.\n\
         \n\
         infinite: p(N + 1) :- p(N);\n\
         finite: p(N + 1) :- p(N), N < 100;";
    INFINITE_STATES = "W0704", "the states may be infinitely many",
        "A rule makes a new value from an old one on a cycle through `@next` or `@async`. Each step may then reach a new\n\
         state, and exploring does not end by itself. Bound the value in the rule.\n\
         \n\
         infinite: clock(N + 1)@next :- clock(N);\n\
         finite: clock(N + 1)@next :- clock(N), N < 100;";
}

/// The code that is written like this, in either case of its letter: `E0203`, `e0203`.
pub fn lookup(text: &str) -> Option<Code> {
    TABLE.iter().find(|entry| entry.0.eq_ignore_ascii_case(text)).map(|entry| Code(entry.0))
}
