//! A search shared among workers: threads, processes, machines.
//!
//! **What is shared.** Each state belongs to the worker that the hash of its packed form names ([`parcel::owner`]). That worker alone
//! deduplicates it and takes its transitions ([`expand`]); where these lead to states of others, the states travel, as
//! a timely dataflow ([`dataflow`]). All that is found flows together in process 0, whose memory so holds the whole
//! graph ([`gather`]).
//!
//! **Why the answer is the same.** Workers answer one question: where do the choices of this state lead, all of them or those
//! that a reduction leaves? The answer is a function of the state, since all copies of the system are made from the same
//! program and number its facts alike, so choices come in the same order everywhere. What is to be made of the answers (numbers of states,
//! bounds, pumping, loops to be opened) is decided by one search in process 0 that goes through them in the order of the sequential one
//! ([`search`]). An answer that does not come, it finds itself. So nothing that a worker does, or fails to do, can change the graph; and it is the sequential
//! search's, number for number.
//!
//! **Why there is something to gain.** Taking transitions is most of the work: local steps, buffers, looking states up. What is left for process
//! 0 is to look up two numbers a transition, and to take in each state once.

pub mod cluster;
pub mod connect;
mod dataflow;
mod expand;
mod gather;
mod parcel;
mod search;

pub use cluster::{Cluster, Layout, Left, is_lost_connection};
