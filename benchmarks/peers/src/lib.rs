//! The systems of Watershed's benchmarks, written by hand for other model checkers.
//!
//! Each system is a module that implements [`stateright::Model`] the way a competent user of that crate would:
//! states are bit masks, not relations. [`explore`] runs a checker over a model and times it, [`census`] counts
//! the same state space again without the checker, and [`compare`] runs Watershed and the peer alternately.

#![forbid(unsafe_code)]

pub mod census;
pub mod cli;
pub mod compare;
pub mod explore;
pub mod families;
pub mod garbage;
pub mod order_recording;
pub mod paxos;
pub mod protocol;
pub mod report;
pub mod two_phase_commit;
