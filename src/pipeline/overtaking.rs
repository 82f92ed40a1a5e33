//! A second way to an answer on ordered channels: without their order.
//!
//! Every fair run on ordered channels is a fair run of the unordered network: it takes the same local steps and delivers every copy. There is
//! always one: in rounds, each node in turn with everything in flight to it. So what is certain of the unordered network is
//! certain here, and what it never violates is not violated here. Where a search on ordered channels is left open, since channels
//! grow in a way that is not counted ([`crate::network::fifo`]), the unordered network may still have a single ultimate model, and then that
//! is the model of all runs. The other way round nothing follows: what differs without order need not differ with it.

use super::instance::{Cut, Findings, Invariant, Options, explore_instance};
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::{Order, Program};

/// Explores the unordered network if what was found of ordered channels is open, and takes over its answer if it has but one
/// ultimate model. Returns whether nothing is open any more.
pub fn settle(
    program: &Program,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
    findings: &mut Findings,
) -> bool {
    let cut_by_copies = findings.cut == Some(Cut::Bound(Bound::Copies));
    let open = cut_by_copies || (findings.cut.is_none() && !findings.undecided.is_empty());
    if program.order != Order::Fifo || !open || !findings.contested.is_empty() {
        return false;
    }
    let unordered = Program { order: Order::Any, ..program.clone() };
    let found = explore_instance(&unordered, budget, options, watch);
    findings.figures.searches += found.figures.searches;
    if found.cut.is_some() || !found.contested.is_empty() || !found.undecided.is_empty() {
        return false;
    }
    for (known, other) in findings.invariants.iter_mut().zip(&found.invariants) {
        if *known == Invariant::Unknown && *other == Invariant::Kept {
            *known = Invariant::Kept;
        }
    }
    let searches = findings.figures.searches;
    let invariants = std::mem::take(&mut findings.invariants);
    *findings = Findings { invariants, ..found };
    findings.figures.searches = searches;
    !findings.invariants.contains(&Invariant::Unknown)
}
