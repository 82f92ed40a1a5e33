//! The copies that a run with eager delivery really delivers.
//!
//! The search does not count the copies of eager messages and drops those that change nothing ([`crate::reduce::eager`]). The run that it means
//! delivers at each step all the copies that are in flight to the node; how many there are is found by running the program.

use crate::budget::Budget;
use crate::program::{Fact, NodeId, Program};
use crate::schedule::{Schedule, ScheduledStep};
use crate::witness::simulate::{Impossible, Simulation};

/// The schedule with all copies of eager messages delivered by each step of their node.
///
/// From its second round on a loop delivers the same in each round, since a copy waits for no more than one round. So the
/// first round becomes a part of the stem if it delivers something else, or if the search, which does not keep eager messages apart, took
/// for the same what ordered channels hold at its start and its end.
///
/// # Errors
/// If the run is not one of the program.
pub fn recount(
    program: &Program,
    schedule: &Schedule,
    is_eager: impl Fn(NodeId, &Fact) -> bool,
) -> Result<Schedule, Impossible> {
    let mut simulation = Simulation::new(program, &Budget::default());
    let take = |simulation: &mut Simulation<'_>, steps: &[ScheduledStep]| -> Result<Vec<ScheduledStep>, Impossible> {
        steps
            .iter()
            .map(|step| {
                let eager = simulation.in_flight_to(step.node);
                let eager = eager.into_iter().filter(|delivered| is_eager(step.node, &delivered.fact));
                let others = step.deliver.iter().filter(|delivered| !is_eager(step.node, &delivered.fact)).cloned();
                let step = ScheduledStep::of(step.node, others.chain(eager));
                simulation.deliver(&step)?;
                Ok(step)
            })
            .collect()
    };
    let mut stem = take(&mut simulation, &schedule.stem)?;
    let channels = simulation.channels();
    let first = take(&mut simulation, &schedule.cycle)?;
    let differ = channels != simulation.channels();
    let cycle = take(&mut simulation, &schedule.cycle)?;
    if differ || first != cycle {
        stem.extend(first);
    }
    Ok(Schedule { stem, cycle })
}
