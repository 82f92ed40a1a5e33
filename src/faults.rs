//! Lineage-driven fault injection (semantics §5; Alvaro, Rosen, Hellerstein, *Lineage-driven fault injection*, SIGMOD 2015).
//!
//! All nodes step together in rounds 1..EOT. A *specification* ⟨EOT, EFF, crashes⟩ bounds which messages may be lost and how many
//! nodes may crash; a *fault set* is one choice within it. The question is whether some fault set makes the outcome bad.
//!
//! - [`rounds`] runs a program under one fault set by definition, on the naive evaluator; [`judge`] says whether the outcome
//!   is good; [`brute`] tries all fault sets of a small specification. These three are what everything else must equal.
//! - [`unroll`] makes one Boolean function of the rounds, a [`circuit`] whose inputs are the faults; [`search`] asks it whether
//!   some fault set is bad, and learns from the lineage of runs that are good.
//! - [`why`] explains what holds in a run and what does not.
//! - [`sweep()`] asks about one specification after another.
//! - [`asynchronous`] leaves the rounds: faults in the asynchronous runs of semantics §2, each of them part of the program ([`lossy`]).

pub mod asynchronous;
pub mod brute;
pub mod circuit;
mod encoding;
pub mod global;
mod hypotheses;
pub mod judge;
mod lineage;
pub mod lossy;
pub mod plan;
pub mod rounds;
pub mod search;
pub mod specification;
pub mod sweep;
pub mod unroll;
pub mod why;

pub use judge::{Judgement, VerdictRule};
pub use rounds::{Run, RunError, run};
pub use search::{Answer, Counterexample, Failure, PATIENCE, Question, Verdict, investigate};
pub use specification::{Crash, CrashMode, FaultSet, Omission, Specification};
pub use sweep::{Sweep, sweep};
