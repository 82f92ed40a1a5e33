//! Rates: copies drawn from ω must be sent as fast as they are drawn (semantics §3).
//!
//! Let a fair run use exactly the transitions E infinitely often, and look at its exact counts each time it passes one state of
//! E. By Dickson's lemma two of these moments, with all of E used between them, have counts of the second no smaller than
//! those of the first. Between them each transition e was used x(e) ≥ 1 times; x is a circulation on E, and for each message
//! Σ x(e)·sent(e) ≥ Σ x(e)·[e delivers it], since a delivery takes at least one copy. So a transition that no such circulation uses is in no
//! fair run's E and may be dropped. What is left may fall apart into smaller components, so the caller repeats.
//!
//! Messages that are counted exactly in the whole component satisfy this by themselves: a closed walk returns to the same
//! count. Circulations add up, so one of largest support uses every transition that any uses.

use super::fairness::{Component, Edge, InFlight, Marks};
use crate::system::Message;
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, constraint, microlp, variable};
use rustc_hash::FxHashMap;

/// Largest component, in transitions, for which the linear program is solved. Beyond it nothing is dropped, which keeps the answer
/// an over-approximation.
const MOST_EDGES: usize = 4_000;

/// If some transitions are used by no paid-for circulation: the others. `None` if nothing is dropped.
pub fn usable(part: &Component, in_flight: &[(Message, InFlight)], marks: &Marks) -> Option<Vec<Edge>> {
    let omega: Vec<Message> = in_flight.iter().filter(|(_, state)| state.omega).map(|&(message, _)| message).collect();
    let drawn: Vec<Message> =
        omega.iter().copied().filter(|&message| part.edges.iter().any(|e| has(marks, e.delivered, message))).collect();
    if drawn.is_empty() || part.edges.len() > MOST_EDGES || each_is_supplied(part, &drawn, &omega, marks) {
        return None;
    }
    let keep = circulation_support(part, &drawn, marks)?;
    let edges: Vec<Edge> = part.edges.iter().zip(&keep).filter(|&(_, &keep)| keep).map(|(edge, _)| *edge).collect();
    (edges.len() < part.edges.len()).then_some(edges)
}

fn has(marks: &Marks, set: u32, message: Message) -> bool {
    marks.messages.members(set).binary_search(&message).is_ok()
}

/// A quick sufficient test: for each drawn message a cycle sends it and draws nothing from ω. Going round such cycles
/// often enough pays for any circulation of full support.
fn each_is_supplied(part: &Component, drawn: &[Message], omega: &[Message], marks: &Marks) -> bool {
    let mut draws: FxHashMap<u32, bool> = FxHashMap::default();
    let free: Vec<Edge> = part
        .edges
        .iter()
        .filter(|edge| {
            !*draws
                .entry(edge.delivered)
                .or_insert_with(|| omega.iter().any(|&message| has(marks, edge.delivered, message)))
        })
        .copied()
        .collect();
    let cycles = super::fairness::split(&Component { states: part.states.clone(), edges: free });
    let mut supplied: Vec<Message> = Vec::new();
    for cycle in &cycles {
        let mut sets: Vec<u32> = cycle.edges.iter().map(|edge| edge.sent).collect();
        sets.sort_unstable();
        sets.dedup();
        for set in sets {
            marks.messages.read(set, &mut supplied);
        }
    }
    supplied.sort_unstable();
    drawn.iter().all(|message| supplied.binary_search(message).is_ok())
}

/// Which transitions some circulation with all rates paid uses: those whose share y(e) ≤ min(x(e), 1) is 1 where the
/// sum of shares is greatest. (A circulation can be scaled, so at the optimum each share is 0 or 1.) `None` if the
/// solver gives up.
fn circulation_support(part: &Component, drawn: &[Message], marks: &Marks) -> Option<Vec<bool>> {
    let mut variables = ProblemVariables::new();
    let shares: Vec<_> = part.edges.iter().map(|_| variables.add(variable().min(0.0).max(1.0))).collect();
    let surplus: Vec<_> = part.edges.iter().map(|_| variables.add(variable().min(0.0))).collect();
    let mut balance = vec![Expression::default(); part.states.len()];
    let mut supply = vec![Expression::default(); drawn.len()];
    for (at, edge) in part.edges.iter().enumerate() {
        let flow = shares[at] + surplus[at];
        balance[edge.from as usize] -= flow.clone();
        balance[edge.to as usize] += flow.clone();
        for (&message, supply) in drawn.iter().zip(&mut supply) {
            let gain = i32::from(has(marks, edge.sent, message)) - i32::from(has(marks, edge.delivered, message));
            if gain != 0 {
                *supply += f64::from(gain) * flow.clone();
            }
        }
    }
    let objective: Expression = shares.iter().copied().map(Expression::from).sum();
    let mut model = variables.maximise(objective).using(microlp);
    for (state, expression) in balance.into_iter().enumerate() {
        // The balances of a component add up to nothing: one of them follows from the others.
        if state > 0 {
            model = model.with(constraint!(expression == 0.0));
        }
    }
    for expression in supply {
        model = model.with(constraint!(expression >= 0.0));
    }
    let solution = model.solve().ok()?;
    Some(shares.iter().map(|&share| solution.value(share) > 0.01).collect())
}
