//! Lineage-driven fault injection: runs against the definition of a local step, searches against all fault sets.

mod asynchronous;
mod complete;
mod definition;
mod dialect;
mod exhaustive;
#[path = "../eval/random.rs"]
#[expect(dead_code, reason = "shared with the tests of evaluators")]
mod random;
mod rows;
mod table;
mod text;
mod unrolled;
mod why;
