//! Heights for given prices, or a cycle that gains at these prices: longest walks by label correction (Bellman, Ford, Moore).
//!
//! Every height starts at 0 and is raised to h(from) + gain along a transition that asks for more, which becomes the *parent*
//! of its target. A cycle of parents gains: when its last transition became a parent, (1) failed at that one and
//! held with ≤ reversed at the others, so the gains sum up to more than 0. While there is no such cycle, a height is the gain of
//! a path of parents; so if some cycle gains, heights cannot stay bounded and a cycle of parents comes about. It is looked
//! for whenever as many states were raised as there are, which costs no more than raising them.

use super::quotient::{Arc, Quotient};
use crate::budget::{Bound, Budget};
use std::collections::VecDeque;

/// What was found.
pub enum Search {
    /// A height for each state of the quotient, such that (1) holds.
    Heights(Vec<i64>),
    /// What a cycle gains, a number a message; at the given prices this is more than 0.
    Cycle(Vec<i128>),
    /// Numbers would leave 64 bits.
    OutOfRange,
}

/// Searches heights for `prices`, one a message of the quotient.
///
/// # Errors
/// A bound.
pub fn search(quotient: &Quotient, prices: &[i64], budget: &Budget) -> Result<Search, Bound> {
    let Some(worth) = worth(quotient, prices) else { return Ok(Search::OutOfRange) };
    let mut starts = vec![0usize; quotient.groups + 1];
    for arc in &quotient.arcs {
        starts[arc.from as usize + 1] += 1;
    }
    for at in 0..quotient.groups {
        starts[at + 1] += starts[at];
    }
    let mut heights = vec![0i64; quotient.groups];
    let mut parents: Vec<Option<u32>> = vec![None; quotient.groups];
    let mut waits = vec![true; quotient.groups];
    let mut queue: VecDeque<u32> = (0..quotient.groups as u32).collect();
    let mut done = 0;
    while let Some(state) = queue.pop_front() {
        waits[state as usize] = false;
        for at in starts[state as usize]..starts[state as usize + 1] {
            let Arc { to, gain, .. } = quotient.arcs[at];
            let height = heights[state as usize] + worth[gain as usize];
            if height > heights[to as usize] {
                heights[to as usize] = height;
                parents[to as usize] = Some(at as u32);
                if !std::mem::replace(&mut waits[to as usize], true) {
                    queue.push_back(to);
                }
            }
        }
        done += 1;
        if done % quotient.groups == 0 {
            budget.check()?;
            if let Some(cycle) = cycle(quotient, &parents) {
                return Ok(Search::Cycle(cycle));
            }
        }
    }
    Ok(Search::Heights(heights))
}

/// What each gain is worth. `None` if heights might overflow: with no cycle of parents a height is at most states times the
/// greatest worth, and it takes as many steps again, and one that may raise a state twice, until a cycle is looked for.
fn worth(quotient: &Quotient, prices: &[i64]) -> Option<Vec<i64>> {
    let of = |gain: &Vec<i64>| {
        gain.iter().zip(prices).try_fold(0i64, |sum, (&gain, &price)| sum.checked_add(gain.checked_mul(price)?))
    };
    let worth: Vec<i64> = quotient.gains.iter().map(of).collect::<Option<_>>()?;
    let most = worth.iter().map(|worth| worth.unsigned_abs()).max().unwrap_or(0);
    let bound = most.checked_mul(quotient.groups as u64)?.checked_mul(8)?;
    i64::try_from(bound).ok().map(|_| worth)
}

/// The gain of a cycle of parents, if there is one.
fn cycle(quotient: &Quotient, parents: &[Option<u32>]) -> Option<Vec<i128>> {
    let parent = |state: u32| parents[state as usize].map(|arc| &quotient.arcs[arc as usize]);
    let mut seen_from = vec![u32::MAX; parents.len()];
    for root in 0..parents.len() as u32 {
        let mut state = root;
        while seen_from[state as usize] == u32::MAX {
            seen_from[state as usize] = root;
            let Some(arc) = parent(state) else { break };
            state = arc.from;
        }
        if seen_from[state as usize] == root && parent(state).is_some() {
            let mut arcs = Vec::new();
            let mut at = state;
            while let Some(arc) = parent(at) {
                arcs.push(arc);
                at = arc.from;
                if at == state {
                    return Some(quotient.sum(arcs.into_iter().map(|arc| (arc, 1))));
                }
            }
        }
    }
    None
}
