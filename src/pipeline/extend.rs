//! A run of a slice made a run of the whole program.
//!
//! The nodes of the slice take the slice's steps. In each step everything is delivered that is in flight to the node and not the
//! slice's to choose; the other nodes take a step each whenever the slice's loop has gone round once. That is the run by
//! which [`crate::reduce::slices`] shows that a slice is closed. What the slice does not choose is delivered whenever its
//! node steps, so at the end of a round it is in flight in no more copies than one round sends, and the rest of the program is in one of
//! finitely many states. So it repeats itself at the ends of two rounds, all events being over; the rounds between are
//! a loop of the program. The copies that the slice chooses are in each round no fewer than in the one before.

use crate::budget::Budget;
use crate::program::{Fact, NodeId, Program};
use crate::schedule::{Schedule, ScheduledStep};
use crate::witness::simulate::{Buffer, Impossible, Simulation};
use std::collections::{BTreeMap, BTreeSet};

/// Steps after which no loop is looked for any more.
const MOST_STEPS: usize = 1 << 12;

/// A lasso of `program` that goes on as `found`, a lasso of a slice (with the program's nodes), does; `is_chosen` says of which messages
/// the slice chooses what is delivered. `None` if the rest of the program does not repeat itself soon.
///
/// # Errors
/// If the run is not one of the program.
pub fn extend(
    program: &Program,
    found: &Schedule,
    is_chosen: impl Fn(NodeId, &Fact) -> bool,
    budget: &Budget,
) -> Result<Option<Schedule>, Impossible> {
    let inside: BTreeSet<NodeId> = found.cycle.iter().map(|step| step.node).collect();
    let outside = program.node_ids().filter(|node| !inside.contains(node));
    let others: Vec<ScheduledStep> = outside.map(|node| ScheduledStep { node, deliver: Vec::new() }).collect();
    let patient = Budget { max_facts: budget.max_facts, ..Budget::default() };
    let mut extension =
        Extension { simulation: Simulation::remembering(program, &patient), is_chosen, steps: Vec::new() };
    extension.take(&found.stem)?;
    let mut ends: BTreeMap<(Vec<BTreeSet<Fact>>, Buffer), usize> = BTreeMap::new();
    while extension.steps.len() <= MOST_STEPS && budget.check().is_ok() {
        let end = extension.steps.len();
        if let Some(rest) = extension.rest()
            && let Some(start) = ends.insert(rest, end)
        {
            let cycle = extension.steps.split_off(start);
            return Ok(Some(Schedule { stem: extension.steps, cycle }));
        }
        extension.take(&found.cycle)?;
        extension.take(&others)?;
    }
    Ok(None)
}

struct Extension<'p, F> {
    simulation: Simulation<'p>,
    is_chosen: F,
    /// What was taken so far.
    steps: Vec<ScheduledStep>,
}

impl<F: Fn(NodeId, &Fact) -> bool> Extension<'_, F> {
    /// Takes steps with all that they do not choose delivered, too.
    fn take(&mut self, steps: &[ScheduledStep]) -> Result<(), Impossible> {
        for &ScheduledStep { node, ref deliver } in steps {
            let chosen = deliver.iter().filter(|copies| (self.is_chosen)(node, &copies.fact)).cloned();
            let in_flight = self.simulation.in_flight_to(node);
            let others = in_flight.into_iter().filter(|copies| !(self.is_chosen)(node, &copies.fact));
            let step = ScheduledStep::of(node, chosen.chain(others));
            self.simulation.deliver(&step)?;
            self.steps.push(step);
        }
        Ok(())
    }

    /// What the program carries and what is in flight that the slice does not choose, once all events are over.
    fn rest(&self) -> Option<(Vec<BTreeSet<Fact>>, Buffer)> {
        let program = self.simulation.program();
        let over = |node| self.simulation.steps_taken(node) >= self.simulation.last_event(node);
        program.node_ids().all(over).then(|| {
            let carried = program.node_ids().map(|node| self.simulation.carried(node).clone()).collect();
            let in_flight = self.simulation.buffer().iter();
            let others = in_flight.filter(|(message, _)| !(self.is_chosen)(message.node, &message.fact));
            (carried, others.map(|(message, &copies)| (message.clone(), copies)).collect())
        })
    }
}
