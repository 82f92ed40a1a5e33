//! Given runs through the public functions: what replays, what is refused and why.

#![allow(clippy::unwrap_used)] // A test that panics fails, and says where.

#[path = "witness/channels.rs"]
mod channels;
#[path = "witness/files.rs"]
mod files;
#[path = "witness/lassos.rs"]
mod lassos;
#[path = "witness/pictures.rs"]
mod pictures;
#[path = "witness/random.rs"]
mod random;
#[path = "witness/runs.rs"]
mod runs;
#[path = "witness/schedules.rs"]
mod schedules;
#[path = "witness/shrinking.rs"]
mod shrinking;
#[path = "witness/violations.rs"]
mod violations;

use watershed::budget::Budget;
use watershed::diagnostic::any_error;
use watershed::program::resolve::{Options, resolve};
use watershed::program::{LocatedFact, Program};
use watershed::schedule::{Schedule, parse};
use watershed::source::SourceMap;
use watershed::syntax::parser;

/// The checked program of a text without errors.
fn program(text: &str) -> Program {
    let mut sources = SourceMap::new();
    let file = sources.add("test.ded", text);
    let (ast, mut diagnostics) = parser::parse(&sources, file);
    let (program, more) = resolve(&sources, &[ast], &Options::default());
    diagnostics.extend(more);
    assert!(!any_error(&diagnostics), "{text}\n{diagnostics:#?}");
    program.expect("a program without errors")
}

fn schedule(program: &Program, text: &str) -> Schedule {
    parse::parse(program, "schedule", text).unwrap_or_else(|(_, diagnostics)| panic!("{text}\n{diagnostics:#?}"))
}

fn fact(program: &Program, text: &str) -> LocatedFact {
    parse::parse_fact(program, "fact", text, None).unwrap_or_else(|(_, diagnostics)| panic!("{text}\n{diagnostics:#?}"))
}

fn budget() -> Budget {
    Budget { max_facts: 1000, max_transitions: 2000, ..Budget::default() }
}

/// Semantics §4 and the confluence paper's example: a groom who is late is a runaway for ever.
const MARRIAGE: &str = "
    nodes n1;
    output i_do, runaway;
    says(#n1, bride)@1;  says(#n1, groom)@1;
    i_do(#N, X)@async :- says(#N, X);
    i_do(X)@next :- i_do(X);
    runaway() :- i_do(bride), notin i_do(groom);
    runaway()@next :- runaway();
";

/// Two one-shot messages to a node that remembers what had not come yet.
const ORDER: &str = "
    nodes c, s;
    output before;
    go(#c, s, a)@1;  go(#c, s, b)@1;  all(#s, a);  all(#s, b);
    m(#S, X)@async :- go(#C, S, X);
    seen(X) :- m(X);
    seen(X)@next :- seen(X);
    before(X, Y) :- seen(X), all(Y), notin seen(Y);
    before(X, Y)@next :- before(X, Y);
";
