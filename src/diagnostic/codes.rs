//! The single table of diagnostic codes, each with its explanation (`watershed explain CODE`).
//!
//! Families: `E01` text and syntax · `E02` names, columns, types · `E03` location · `E04` safety, time, stratification · `E05` facts and network · `E06` usage and
//! files · `E07` schedules and witnesses · `E08` errors met while running · `E09` fault injection · `E10` component graphs · `E11` export · `E12` unknown
//! inputs · `13` points of order · `E14` coordination · `E15` artifacts · `E16` pictures. `W…` are warnings of the same families.

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
        /// These codes with their titles and explanations, in order.
        pub(super) const ENTRIES: &[Entry] = &[$(($id, $title, $text)),*];
    };
}

mod artifacts;
mod coordination;
mod export;
mod faults;
mod flow;
mod pictures;
mod points;
mod table;
mod unknowns;

pub use {
    artifacts::*, coordination::*, export::*, faults::*, flow::*, pictures::*, points::*, table::Entry, table::TABLE,
    unknowns::*,
};

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
         right: p(\"1a\");";
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
    NUMBER_OF_COLUMNS = "E0201", "a relation with two numbers of columns",
        "Every atom of a relation has the same number of columns; a location written with `#` is not counted.\n\n\
         wrong:  link(#a, b)@1;   path(X, Y) :- link(X, Y);\n\
         right:  link(#a, b)@1;   path(Y) :- link(Y);";
    NO_LOCATION_COLUMN = "E0202", "an atom without a column for its location",
        "A program in which no atom has a `#` writes the location as the first column of every relation, so that an\n\
         atom needs at least one column. Mark locations with `#` to write atoms without columns.\n\n\
         wrong:  alarm() :- smoke(R);\n\
         right:  alarm(N) :- smoke(N, R);";
    UNKNOWN_RELATION = "E0203", "a declaration of a relation that does not exist",
        "`output`, `event`, `never` and `--output` name relations that occur in a fact, a rule or an `input` declaration.\n\n\
         wrong:  output pth;    path(#X, Y) :- link(#X, Y);\n\
         right:  output path;   path(#X, Y) :- link(#X, Y);";
    DERIVED_INPUT = "E0204", "`event` or `input` for a derived relation",
        "`event r;` and `input r(…);` say that the facts of `r` come from outside (an EDB relation). A relation that\n\
         heads a rule with a body is derived.\n\n\
         wrong:  event ack;       ack(#X, M) :- got(#X, M);\n\
         right:  event got;       ack(#X, M) :- got(#X, M);";
    ARITHMETIC_ON_SYMBOL = "E0205", "arithmetic on a symbol",
        "Only integers can be added, subtracted, multiplied, divided or negated.\n\n\
         wrong:  next(#X, N + one) :- at(#X, N);\n\
         right:  next(#X, N + 1) :- at(#X, N);";
    MISPLACED_AGGREGATE = "E0206", "an aggregate outside a rule's head",
        "`count<X>`, `sum<X>`, `min<X>` and `max<X>` stand in heads of rules only.\n\n\
         wrong:  full(#N) :- votes(#N, count<V>), quorum(#N, Q);\n\
         right:  tally(#N, count<V>) :- votes(#N, V);   full(#N) :- tally(#N, C), quorum(#N, Q), C >= Q;";
    BUILT_IN_RELATION = "E0207", "a rule or an event for the built-in `node/1`",
        "In a program with `#`, `node(N)` without a location is true of every node at every node and step. It cannot be\n\
         derived and has no events. A located `node`, or one with another number of columns, is an ordinary relation.\n\n\
         wrong:  node(X) :- joined(#N, X);\n\
         right:  member(X) :- joined(#N, X);";
    ANONYMOUS_VALUE = "E0208", "`_` where a value is needed",
        "`_` matches anything, so it stands for a whole argument of a body atom. Heads, comparisons and arithmetic need\n\
         a value.\n\n\
         wrong:  pair(#N, X, _) :- left(#N, X);\n\
         right:  pair(#N, X, Y) :- left(#N, X), right(#N, Y);";
    BODY_ACROSS_NODES = "E0301", "a body at more than one node",
        "A node knows only its own facts, so all body atoms of a rule, negated ones too, are at one location. A rule\n\
         across nodes may only observe: then no `@next` or `@async` rule depends on what it derives, directly or not.\n\n\
         wrong:  agreed(#X, V)@next :- chose(#X, V), chose(#Y, V);\n\
         right:  heard(#Y, V)@async :- chose(#X, V), peer(#X, Y);\n\
         \x20       agreed(#X, V)@next :- chose(#X, V), heard(#X, V);";
    HEAD_ELSEWHERE = "E0302", "a head at another node without `@async`",
        "Only a message can make something hold at another node. Without `@async` a head is where its body is.\n\n\
         wrong:  told(#Y, M) :- knows(#X, M), peer(#X, Y);      seen(#Y, M)@next :- told(#Y, M);\n\
         right:  told(#Y, M)@async :- knows(#X, M), peer(#X, Y);";
    COMPUTED_LOCATION = "E0303", "a body atom at a computed location",
        "The location of a body atom is a variable or a constant.\n\n\
         wrong:  p(N, X) :- q(N, X), r(N + 1, X);\n\
         right:  ask(N + 1, N, X)@async :- q(N, X);";
    HEAD_WITHOUT_LOCATION = "E0304", "a head without a location",
        "A deductive or `@next` head is where its body is, and the addressee of a message is bound in the body. (Only\n\
         the `#N` of an `@async` head may be unbound: it means every node.)\n\n\
         wrong:  known(#Y, M) :- got(#X, M);\n\
         right:  known(#X, M) :- got(#X, M);";
    MIXED_RELATION = "E0305", "a relation that is both observed and kept or sent",
        "A relation derived by a rule across nodes holds of global snapshots; no node can keep it or send it.\n\n\
         wrong:  both(#X) :- up(#X), up(#Y), X != Y;      both(#X)@next :- reset(#X);\n\
         right:  both(#X) :- up(#X), up(#Y), X != Y;      was_reset(#X)@next :- reset(#X);";
    OPERATIONAL_CRASH = "E0306", "an operational rule that reads `crash`",
        "`crash(Observer, Node, Time)` tells which nodes the fault injector stops. Nodes cannot know it: only rules that\n\
         observe may read it.\n\n\
         wrong:  suspect(N, M)@next :- peer(N, M), crash(N, M, T);\n\
         right:  post(N, M) :- log(N, M), notin crash(N, N, _);";
    UNSAFE_VARIABLE = "E0401", "a variable that nothing binds",
        "Each variable of a head, a comparison, or a negated atom (unless it is found in that atom only) is an argument\n\
         of a positive body atom, or is equated to an expression over such variables.\n\n\
         wrong:  pair(#N, X, Y) :- left(#N, X), Y > X;\n\
         right:  pair(#N, X, Y) :- left(#N, X), right(#N, Y), Y > X;";
    ENTANGLEMENT = "E0402", "time bound to a variable",
        "`p(A, N)@async :- q(A)@N` would hand the step in which `q` held to the program as data (entanglement). Dedalus\n\
         programs without it are what this tool verifies. Count steps yourself if you need a clock.\n\n\
         wrong:  stamped(#X, A, N) :- q(#X, A)@N;\n\
         right:  clock(#X, N + 1)@next :- clock(#X, N);     stamped(#X, A, N) :- q(#X, A), clock(#X, N);";
    NOT_STRATIFIABLE = "E0403", "a relation that depends on its own absence",
        "Within one step a relation may not depend on its own absence, nor aggregate over itself: it would have no\n\
         stratified meaning. Rules with `@next` or `@async` take effect later and do not count.\n\n\
         wrong:  win(#G, X) :- move(#G, X, Y), notin win(#G, Y);\n\
         right:  win(#G, X)@next :- move(#G, X, Y), notin win(#G, Y);";
    RULE_AT_A_STEP = "E0404", "a rule's head at a numbered step",
        "Only facts are given at a step. A rule is without suffix (same step), `@next` (next step) or `@async` (some\n\
         later step).\n\n\
         wrong:  start(#X)@3 :- node_up(#X);\n\
         right:  tick(#x)@3;      start(#X) :- tick(#X), node_up(#X);";
    ROUND_IN_BODY = "E0405", "an operational rule that reads a numbered step",
        "`r(X)@3` in a body means the facts of round 3. Rules that observe global snapshots may read them, and all rules\n\
         under synchronous rounds; in an asynchronous network nodes share no rounds.\n\n\
         wrong:  late(#X)@next :- log(#X, M), notin bcast(#X, M)@1;\n\
         right:  first(#X, M)@next :- bcast(#X, M);   first(#X, M)@next :- first(#X, M);\n\
         \x20       late(#X)@next :- log(#X, M), notin first(#X, M);";
    VARIABLE_IN_FACT = "E0501", "a variable in a fact",
        "A fact is made of constants. Names that start with an upper-case letter or `_` are variables.\n\n\
         wrong:  parent(#a, Tom, ann);\n\
         right:  parent(#a, tom, ann);     parent(#a, \"Tom\", ann);";
    NO_SUCH_STEP = "E0502", "a step before the first",
        "Local steps are numbered from 1.\n\n\
         wrong:  start(#a)@0;\n\
         right:  start(#a)@1;";
    SUFFIX_ON_FACT = "E0503", "a fact with the suffix of a rule",
        "A fact holds at every step, or with `@k` at local step k of its node.\n\n\
         wrong:  token(#a)@next;\n\
         right:  token(#a)@1;";
    CONSTANT_WITHOUT_VALUE = "E0504", "a constant expression without a value",
        "The expressions of facts are evaluated when the program is read: they may not divide by zero nor go beyond 64\n\
         bits.\n\n\
         wrong:  limit(#a, 10 / 0);\n\
         right:  limit(#a, 10 / 2);";
    FACT_OUTSIDE = "E0505", "a fact at a node outside the network",
        "The network is `--nodes`, else the `nodes` declaration, else (with `#`) the `node(n)` facts, else all locations of\n\
         facts. A fact elsewhere would never hold.\n\n\
         wrong:  nodes a, b;     start(#c)@1;\n\
         right:  nodes a, b, c;  start(#c)@1;";
    NOT_A_NODE_NAME = "E0506", "a name given to `--nodes` that is no constant",
        "Nodes are named by constants, on the command line as in the text: integers, names that start in lower case,\n\
         symbols in double quotes.\n\n\
         wrong:  watershed check program.ded --nodes Alice,bob\n\
         right:  watershed check program.ded --nodes '\"Alice\",bob'";
    NO_NODES = "E0507", "a program that is to run in a network without nodes",
        "A run needs at least one node. The network is `--nodes`, else the `nodes` declaration, else (with `#`) the\n\
         `node(n)` facts, else all locations of facts; here all of these are empty. Rules alone can be classified.\n\n\
         wrong:  watershed run rules.ded\n\
         right:  watershed run rules.ded facts.ded";
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
    USAGE = "E0606", "a command line that is not understood",
        "The message says what was expected. `watershed help` lists the commands, `watershed help check` the options of\n\
         one.\n\
         \n\
         wrong: watershed check --max-state 100 program.ded\n\
         right: watershed check --max-states 100 program.ded";
    MALFORMED_LIMIT = "E0607", "a number or size that cannot be read",
        "Numbers are written in decimal digits. Sizes may have a unit: K, M, G and T are powers of 1000, KiB, MiB, GiB\n\
         and TiB powers of 1024, no unit is bytes. `--timeout` takes seconds, with a decimal point if need be.\n\
         \n\
         wrong: watershed check --max-memory plenty program.ded\n\
         right: watershed check --max-memory 3GiB program.ded";
    CANNOT_WRITE = "E0608", "a file that cannot be written",
        "The directory does not exist, the system does not let this program write there, or the disk is full. A file is\n\
         written beside its place first and then renamed, so an old file of that name is still there.\n\
         \n\
         wrong: watershed check --witness no/such/directory/w.json program.ded\n\
         right: watershed check --witness w.json program.ded";
    MALFORMED_EXPECTATION = "E0609", "an expectation that cannot be read",
        "After `// expect:` stands one of: `class C`, `confluent`, `diffluent FACT, …`, `violated RELATION, …`,\n\
         `inconclusive`, `inconclusive bound:B`, `error`, `error CODE, …`, `states N`, `transitions N`.\n\
         `// expect[fifo]: …` says the same, but for class and error, of the program with `--network fifo`.\n\
         \n\
         wrong: // expect: deadlock\n\
         right: // expect: diffluent runaway(#n1)";
    NOTHING_EXPECTED = "E0610", "a test without expectations",
        "`watershed test` compares answers with what the programs themselves expect, and none of these files expects\n\
         anything: there is no line `// expect: …` and no comment `// error[CODE]` in them.\n\
         \n\
         wrong: p(#a);\n\
         right: // expect: confluent\n\
         p(#a);";
    UNKNOWN_CODE = "E0611", "a code that no diagnostic has",
        "Codes are a letter and four digits: `E` for errors, `W` for warnings. `watershed explain` lists all of them.\n\
         \n\
         wrong: watershed explain E9999\n\
         right: watershed explain E0203";
    MALFORMED_CLUSTER = "E0620", "processes that do not fit together",
        "Processes that share a search are numbered from 0, and all are started with the same `--processes` and\n\
         `--workers`. `--hostfile` names a file with one address, `machine:port`, on each line, in the order of the\n\
         processes; without it they are at `localhost:2101`, `localhost:2102` and so on.\n\
         \n\
         wrong: watershed check --processes 2 --process 2 program.ded\n\
         right: watershed check --processes 2 --process 1 program.ded";
    NOT_CONNECTED = "E0621", "processes that do not find each other",
        "Each process listens at its own address and connects to those before it. The address is taken or cannot be\n\
         reached, the others were not started in time, or one of them was started with another program, other options or\n\
         another version: all get the same files and options, but for `--process` and limits.\n\
         \n\
         wrong: watershed check --processes 2 --process 0 one.ded   and   … --process 1 other.ded\n\
         right: watershed check --processes 2 --process 0 one.ded   and   … --process 1 one.ded";
    PROCESS_ZERO_LOST = "E0622", "the connection to the process that answers is lost",
        "Process 0 prints the answer, the others work for it. It has ended early, or a machine between was lost, so there is\n\
         nothing to work for. If process 0 is still there, it goes on alone.\n\
         \n\
         wrong: process 0 is killed while process 1 works for it\n\
         right: start all processes again";
    CHECKPOINT_REFUSED = "E0630", "a checkpoint that cannot be gone on from",
        "The file after `--checkpoint` goes on with a search that was interrupted. It is used only if it is whole and was\n\
         written by this version for the same program, with the same options but for limits, threads and form of the\n\
         answer. Otherwise name another file, or remove this one: the search then begins anew. Searches that are shared\n\
         among workers or processes are not kept.\n\
         \n\
         wrong: watershed check --checkpoint other.ckpt program.ded\n\
         right: watershed check --checkpoint program.ckpt program.ded";
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
         it; and every message that is in flight at its end must be delivered in it. With `--network fifo` each channel\n\
         must hold the same at its end as at its start, or more of one and the same.\n\
         \n\
         wrong: n1 loop: s   where n1 has sent m(#s, a)\n\
         right: n1 ; s{m(#s, a)} loop: n1 ; s";
    CLAIM_NOT_REPRODUCED = "E0709", "a schedule does not show what is claimed of it",
        "The schedule is possible, but the fact is ultimate in it where the claim says that it is not (or the other way\n\
         round), or the relation of a `never` does not hold in its last step.\n\
         \n\
         wrong: {\"fact\": \"seen(#s, a)\", …, \"holds\": false, …}   where the loop keeps seen(#s, a)\n\
         right: {\"fact\": \"seen(#s, a)\", …, \"holds\": true, …}";
    OVERTAKING_DELIVERY = "E0710", "a delivery out of order",
        "With `--network fifo`, what one node sends to another arrives in the order sent: a copy is delivered only\n\
         together with, or after, all that its sender sent to the same node in earlier steps. Copies sent in one step\n\
         have no order among them.\n\
         \n\
         wrong: n1 ; n1 ; s{m(#s, b)}   where n1 sends m(#s, a) in its first step and m(#s, b) in its second\n\
         right: n1 ; n1 ; s{m(#s, a), m(#s, b)}";
    SENDER_NOT_NAMED = "E0711", "a delivery that does not say whose copy it is",
        "With `--network fifo`, copies of a fact are told apart by their senders. A step that delivers some of them, and\n\
         not all, names the sender after `from`; it may be left out where only one node has sent the fact.\n\
         \n\
         wrong: n1 ; n2 ; s{m(#s, a)}   where both nodes send m(#s, a)\n\
         right: n1 ; n2 ; s{m(#s, a) from n1}";
    OUTSIDE_DEDALUS_S = "E0720", "a program without a stratified model",
        "The model by strata is defined for DedalusS: no fact of a single step, every relation that is sent is persisted, and no\n\
         cycle through negation or aggregation among all rules, temporal ones included. What is named here breaks that.\n\
         \n\
         wrong: m(#N, X)@async :- e(N, X); r(X) :- e(X), notin m(X);\n\
         right: m(#N, X)@async :- e(N, X); m(X)@next :- m(X); r(X) :- e(X), notin m(X);";
    DIVISION_BY_ZERO = "E0801", "a division by zero",
        "In some reachable step a rule divides, or takes a remainder, by zero. The report names the rule and a shortest\n\
         run that leads there. Literals are taken positive atoms first, then comparisons from left to right, so a\n\
         comparison before the division protects it.\n\
         \n\
         wrong: share(S / N) :- total(S), members(N);\n\
         right: share(Q) :- total(S), members(N), N != 0, Q == S / N;";
    ARITHMETIC_MEETS_SYMBOL = "E0802", "arithmetic that meets a symbol in a run",
        "In some reachable step a rule computes with a value that is no integer. The report names the rule and a\n\
         shortest run that leads there.\n\
         \n\
         wrong: next(N + 1) :- at(N);   at(#a, start);\n\
         right: next(N + 1) :- at(N);   at(#a, 0);";
    ORDERING_MEETS_SYMBOL = "E0803", "an ordering that meets an integer and a symbol in a run",
        "In some reachable step a rule compares an integer with a symbol by `<` or its like, in a column that holds\n\
         integers otherwise. The report names the rule and a shortest run that leads there.\n\
         \n\
         wrong: late(X) :- at(X, T), T > 3;   at(#a, x, never);   at(#a, y, 5);\n\
         right: late(X) :- at(X, T), T > 3;   at(#a, x, 0);       at(#a, y, 5);";
    NEVER_DERIVED = "W0201", "a relation that is read and always empty",
        "No rule derives it and no fact gives it. Perhaps its name is misspelt; perhaps its facts are in a file that was\n\
         not named. If they come from elsewhere, say so with `input r(…);` or `event r;`.\n\n\
         wrong:  path(#X, Y) :- lnik(#X, Y);     link(#a, b);\n\
         right:  path(#X, Y) :- link(#X, Y);     link(#a, b);";
    SYMBOL_AMONG_INTEGERS = "W0202", "a symbol in a column that holds integers",
        "A rule does arithmetic on this column, or sums it, or writes the result of arithmetic there. With the symbol\n\
         that rule ends in an error.\n\n\
         wrong:  at(#a, three);     next(#X, N + 1) :- at(#X, N);\n\
         right:  at(#a, 3);         next(#X, N + 1) :- at(#X, N);";
    SUM_OF_DISTINCT_VALUES = "W0203", "a sum that counts equal values once",
        "`sum<X>` ranges over the distinct values of X in its group, so that two deposits of 5 sum to 5. Keys after `;`\n\
         tell equal amounts apart.\n\n\
         wrong:  balance(#B, A, sum<X>) :- deposit(#B, Id, A, X);\n\
         right:  balance(#B, A, sum<X; Id>) :- deposit(#B, Id, A, X);";
    NEVER_UNDERIVABLE = "W0204", "a `never` relation that nothing derives",
        "No rule and no fact can make it hold, so that the assertion is empty.\n\n\
         wrong:  never two;   calm(#N) :- up(#N), notin two(#N);    up(#n);\n\
         right:  never two;   two(#N) :- leader(#N, A), leader(#N, B), A != B;     leader(#n, a)@1;";
    EVERY_NODE = "W0301", "a message to every node",
        "The location of an `@async` head that the body does not bind means every node of the network. If it is meant,\n\
         start its name with `_`; if not, it may be misspelt.\n\n\
         unsure: told(#N, M)@async :- knows(#X, M), peer(#X, Y);\n\
         sure:   told(#Y, M)@async :- knows(#X, M), peer(#X, Y);      told(#_All, M)@async :- knows(#X, M);";
    OBSERVED_OUTPUT = "W0302", "an output that is derived across nodes",
        "An output is what holds at a node in the end. What a rule across nodes derives holds of global snapshots; it\n\
         serves `never`, `pre` and `post`, and is left out of the outputs.\n\n\
         wrong:  output differ;     differ(#X) :- val(#X, A), val(#Y, B), A != B;\n\
         right:  never differ;      differ(#X) :- val(#X, A), val(#Y, B), A != B;";
    SYNCHRONOUS_RULE = "W0303", "an operational rule for synchronous rounds only",
        "It joins across nodes, or reads the facts of a named round. Under synchronous rounds all nodes step together and\n\
         it has a meaning; in an asynchronous network it has none, and the other commands refuse it.\n\n\
         unsure: agreed(X, V)@next :- chose(X, V), chose(Y, V), X != Y;\n\
         sure:   heard(Y, V)@async :- chose(X, V), peer(X, Y);   agreed(X, V)@next :- chose(X, V), heard(X, V);";
    SUFFIX_IN_BODY = "W0401", "`@next` or `@async` on a body atom",
        "The suffix says when a head holds; after a body atom it is ignored.\n\n\
         wrong:  told(#Y, M) :- knows(#X, M)@async, peer(#X, Y);\n\
         right:  told(#Y, M)@async :- knows(#X, M), peer(#X, Y);";
    EMPTY_NETWORK = "W0501", "a network without nodes",
        "Nothing says which nodes there are, so that nothing can run. Questions about all instances can be answered.\n\n\
         wrong:  seen(X) :- m(#S, X);\n\
         right:  nodes s;     seen(X) :- m(#S, X);";
    DECLARED_TWICE = "W0502", "a node declared twice",
        "The second declaration changes nothing.\n\n\
         wrong:  nodes a, b, a;\n\
         right:  nodes a, b;";
    NODE_NOT_DECLARED = "W0503", "a `node` fact for a node that is not declared",
        "Where a `nodes` declaration stands, it is the network, and `node(n)` facts add nothing to it.\n\n\
         wrong:  nodes a;      node(a);   node(b);   up(#a);\n\
         right:  nodes a, b;   up(#a);";
    FACT_OUTSIDE_IGNORED = "W0504", "a fact at a node outside the network is ignored",
        "Under synchronous rounds the network is often narrowed from the command line; facts at other nodes play no part.\n\n\
         unsure: nodes a, b;     start(#c)@1;\n\
         sure:   nodes a, b;     start(#b)@1;";
    RULE_OUTSIDE = "W0505", "a rule that names a node outside the network",
        "What is sent to a node outside the network is dropped, and a rule at such a node never fires. Without a `nodes`\n\
         declaration the network is what `node(n)` facts name, else the locations of the facts: a node without facts is\n\
         not in it.\n\n\
         wrong:  m(#srv, X)@async :- go(#c, X);   go(#c, 1)@1;\n\
         right:  m(#srv, X)@async :- go(#c, X);   go(#c, 1)@1;   nodes c, srv;";
    NODE_UNKNOWN = "W0506", "a name given to `--nodes` that is nearly a node of the program",
        "The program's own network has no node of this name, but one that differs in a letter or two and that is not\n\
         given. If the name is meant, there is such a node now, without facts of its own.\n\n\
         unsure: watershed check program.ded --nodes alice,bbo\n\
         sure:   watershed check program.ded --nodes alice,bob";
    PROCESSES_LOST = "W0620", "other processes were lost during the search",
        "A process ended or a connection broke. Process 0 took over what they had not reported yet and went on alone: the\n\
         answer is the same, and took longer.\n\n\
         wrong: process 1 is killed during the search\n\
         right: all processes run until process 0 has answered";
    CHECKPOINT_NOT_WRITTEN = "W0630", "a checkpoint that cannot be written",
        "The search goes on and its answer is the same, but it is not kept: the directory after `--checkpoint` does not\n\
         exist, the system does not let this program write there, or the disk is full.\n\
         \n\
         wrong: watershed check --checkpoint no/such/directory/c program.ded\n\
         right: watershed check --checkpoint program.ckpt program.ded";
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
         state, and exploring then does not end by itself. What stops the counting may be out of sight here: `check` and `explore`\n\
         warn only where the search of the instance did not come to its end. Bound the value in the rule.\n\
         \n\
         infinite: clock(N + 1)@next :- clock(N);\n\
         finite: clock(N + 1)@next :- clock(N), N < 100;";
    REDUCTION_NOT_VERIFIED = "W0705", "reductions verified in part only",
        "`--verify-reduction` explores a second time without reductions and compares the two answers. One of the searches was\n\
         cut by a bound, or left facts undecided, so only what both decided was compared; it is the same.\n\
         \n\
         wrong: watershed check --verify-reduction --max-states 10 p.ded\n\
         right: watershed check --verify-reduction p.ded";
}

/// The code that is written like this, in either case of its letter: `E0203`, `e0203`.
pub fn lookup(text: &str) -> Option<Code> {
    TABLE.iter().find(|entry| entry.0.eq_ignore_ascii_case(text)).map(|entry| Code(entry.0))
}
