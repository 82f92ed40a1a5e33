//! Rates: copies drawn from ω must be sent as fast as they are drawn (semantics §3).
//!
//! Let a fair run use exactly the transitions E infinitely often, and look at its exact counts each time it passes one state of
//! E. By Dickson's lemma two of these moments, with all of E used between them, have counts of the second no smaller than
//! those of the first. Between them each transition e was used x(e) ≥ 1 times; x is a circulation on E, and for each message m
//! Σ x(e)·g_m(e) ≥ 0, where g_m(e) = [e sends m] − [e delivers m], since a delivery takes at least one copy. Such a
//! circulation is *paid for*. So a transition that no paid-for circulation uses is in no fair run's E and may be dropped. What is
//! left may fall apart into smaller components, so the caller repeats.
//!
//! Messages that are counted exactly in the whole component satisfy this by themselves: a closed walk returns to the same
//! count.
//!
//! **Why a drop is exact.** Nothing is dropped but on a [`Certificate`]: a price λ_m ≥ 0 for each message and a height
//! h(v) for each state, integers, with
//!
//! > Σ_m λ_m·g_m(e) ≤ h(to e) − h(from e) for every transition e. (1)
//!
//! Sum (1) over a circulation x ≥ 0, each transition x(e) times. The heights cancel, and if x is paid for the left side is
//! Σ_m λ_m·(Σ_e x(e)·g_m(e)) ≥ 0. So (1) holds with equality wherever x(e) > 0: no paid-for circulation uses a
//! transition at which (1) is strict, and these are dropped. Whoever found prices and heights, (1) is checked
//! transition by transition in integers ([`Certificate::tight`]); if it fails somewhere, nothing is dropped, and that is
//! always safe.
//!
//! **Why nothing is kept that could be dropped.** By Farkas' lemma a transition that no paid-for circulation uses is strict in
//! some certificate. Heights for given prices exist iff no cycle gains at these prices, Σ_m λ_m·g_m(cycle) ≤ 0, and some
//! transition can be made strict iff some cycle then loses; all cycles together make up a circulation W that uses every
//! transition, so prices are sought at which W loses most and no cycle gains. That is a linear program with one
//! variable a message and one constraint a cycle. Its optimum is 0 iff W and some more cycles are paid for, and
//! then nothing may be dropped. It is solved in integers ([`prices`]); the cycles that matter are found one by one, as
//! gaining cycles of a longest-walk search, which gives the heights if there is none ([`heights`]). Where a round drops, λ prices every
//! cycle of what is left at 0, so it is of no further use there, and after at most as many rounds as there are messages each part
//! is used by a paid-for circulation as a whole.
//!
//! All this happens in a quotient of the component ([`quotient`]), which is seldom larger than a few states.

mod heights;
mod prices;
mod quotient;
#[cfg(test)]
mod tests;

use super::fairness::{Component, Edge, InFlight, Marks};
use crate::budget::{Bound, Budget};
use crate::system::Message;
use heights::Search;
use prices::Prices;
use quotient::Quotient;
use rustc_hash::FxHashMap;

/// If some transitions are shown to be used by no paid-for circulation: the others. `None` if nothing is dropped.
///
/// # Errors
/// A bound.
pub fn usable(
    part: &Component,
    in_flight: &[(Message, InFlight)],
    marks: &Marks,
    budget: &Budget,
) -> Result<Option<Vec<Edge>>, Bound> {
    let omega: Vec<Message> = in_flight.iter().filter(|(_, state)| state.omega).map(|&(message, _)| message).collect();
    let Some(quotient) = Quotient::of(part, &omega, marks) else { return Ok(None) };
    let Some(certificate) = certificate(&quotient, budget)? else { return Ok(None) };
    let Some(tight) = certificate.tight(part, marks) else { return Ok(None) };
    let kept: Vec<Edge> = part.edges.iter().zip(&tight).filter(|&(_, &tight)| tight).map(|(edge, _)| *edge).collect();
    Ok((kept.len() < part.edges.len()).then_some(kept))
}

/// Evidence that some transitions are used by no paid-for circulation.
struct Certificate {
    /// λ, sorted by message; the price of others is 0.
    prices: Vec<(Message, i64)>,
    /// h, by state.
    heights: Vec<i64>,
}

impl Certificate {
    /// For each transition whether (1) holds with equality; `None` if the certificate is none.
    fn tight(&self, part: &Component, marks: &Marks) -> Option<Vec<bool>> {
        if self.heights.len() != part.states.len() || self.prices.iter().any(|&(_, price)| price < 0) {
            return None;
        }
        let price = |set: u32| -> i128 {
            let at = |message| self.prices.binary_search_by_key(&message, |&(message, _)| message).ok();
            let priced = marks.messages.members(set).into_iter().filter_map(at);
            priced.map(|at| i128::from(self.prices[at].1)).sum()
        };
        let mut known: FxHashMap<(u32, u32), i128> = FxHashMap::default();
        let holds = |edge: &Edge| {
            let key = (edge.sent, edge.delivered);
            let gain = *known.entry(key).or_insert_with(|| price(edge.sent) - price(edge.delivered));
            let rise = i128::from(self.heights[edge.to as usize]) - i128::from(self.heights[edge.from as usize]);
            (gain <= rise).then_some(gain == rise)
        };
        part.edges.iter().map(holds).collect()
    }
}

/// A certificate that is strict for some transition, if there is one; `None` also where numbers grow out of range.
fn certificate(quotient: &Quotient, budget: &Budget) -> Result<Option<Certificate>, Bound> {
    let mut prices = Prices::against(&quotient.gain_of_all());
    let mut cycles: Vec<Vec<i128>> = Vec::new();
    loop {
        budget.check()?;
        if prices.all_is_paid() {
            return Ok(None);
        }
        let Some(list) = prices.current() else { return Ok(None) };
        let at_these = |gain: &[i128]| gain.iter().zip(&list).map(|(gain, &price)| gain * i128::from(price)).sum();
        let mut gaining: Option<&Vec<i128>> = cycles.iter().find(|cycle| 0i128 < at_these(cycle));
        if gaining.is_none() {
            match heights::search(quotient, &list, budget)? {
                Search::Cycle(cycle) => {
                    cycles.push(cycle);
                    gaining = cycles.last();
                }
                Search::Heights(heights) => {
                    let prices = quotient.messages.iter().copied().zip(list).collect();
                    let heights = quotient.group.iter().map(|&group| heights[group as usize]).collect();
                    return Ok(Some(Certificate { prices, heights }));
                }
                Search::OutOfRange => return Ok(None),
            }
        }
        let entered = gaining.and_then(|cycle| prices.enter(cycle));
        if entered.is_none() {
            return Ok(None);
        }
    }
}
