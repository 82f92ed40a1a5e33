//! A search that is kept, and gone on with later ([`crate::checkpoint`]).
//!
//! It is kept between two blocks, when nothing is half done: now and then, when a bound from outside ends it, before the first block in which a bound on
//! states or transitions may be hit and then as often as that is cheap, and when all states are expanded. Where blocks begin depends on the graph
//! alone, so a search that goes on takes the blocks that it would have taken without a break, and finds the same numbers. A search that a bound ends
//! inside its first block, which nothing comes before, leaves a segment that says to begin anew.

use super::block::CHOICES;
use super::{Search, Stopped};
use crate::budget::{Bound, Budget};
use crate::checkpoint::{Reader, Writer};
use crate::explore::Graph;
use crate::reduce::Reductions;
use crate::system::System;
use std::io;

/// A search among those of an answer.
#[derive(Debug)]
pub struct Kept {
    /// The search's number.
    number: u64,
    /// Whether it was kept since a bound is near.
    near_bound: bool,
}

impl Search {
    /// Takes back what was kept of this search, if anything was.
    pub(super) fn resume<S: System>(&mut self, system: &mut S, budget: &Budget) -> Result<(), Stopped> {
        let Some(checkpoints) = &budget.checkpoints else { return Ok(()) };
        let number = checkpoints.begin();
        self.kept = Some(Kept { number, near_bound: false });
        let restored = checkpoints.load(number).and_then(|from| {
            let Some(mut from) = from else { return Ok(()) };
            // Limits may have been others, and led to another search at this place.
            if from.get::<u64>()? != system.identity() {
                return Ok(());
            }
            self.restore(&mut from)?;
            system.restore(&mut from)
        });
        restored.map_err(|error| {
            // Half read, nothing can be said; the caller looks at the failure.
            self.kept = None;
            checkpoints.give_up(error);
            Stopped::At { stop: Bound::Interrupt.into(), state: 0, choice: None }
        })
    }

    /// Keeps the search, if it is time to.
    pub(super) fn keep_if_due<S: System>(&mut self, system: &S, budget: &Budget) {
        let (Some(checkpoints), Some(kept)) = (&budget.checkpoints, &mut self.kept) else { return };
        let is_near = budget.max_states.saturating_sub(self.graph.states.len()) <= 2 * CHOICES
            || budget.max_transitions.saturating_sub(self.graph.transitions()) <= 2 * CHOICES;
        let is_wanted = checkpoints.is_empty() || checkpoints.is_worth_keeping();
        let comes_near = is_near && !kept.near_bound && is_wanted;
        kept.near_bound |= comes_near;
        if comes_near || checkpoints.is_due() || is_near && checkpoints.is_cheap() {
            self.keep(system, budget);
        }
    }

    /// Keeps a search that a bound ends between two blocks: if it took some time, or if nothing is kept yet.
    pub(super) fn keep_cut<S: System>(&self, system: &S, budget: &Budget) {
        if budget.checkpoints.as_ref().is_some_and(|kept| kept.is_empty() || kept.is_worth_keeping()) {
            self.keep(system, budget);
        }
    }

    /// If nothing is kept of an answer whose search a bound ended in the midst of a block, a search to be begun anew is.
    pub(super) fn keep_start<S: System>(&self, system: &S, budget: &Budget) {
        if let (Some(checkpoints), Some(kept)) = (&budget.checkpoints, &self.kept)
            && checkpoints.is_empty()
        {
            // What was kept of another identity is passed over on resuming.
            checkpoints.keep(kept.number, |to| to.put(&!system.identity()));
        }
    }

    /// Keeps a search that took some time.
    pub(super) fn keep_if_long<S: System>(&self, system: &S, budget: &Budget) {
        if budget.checkpoints.as_ref().is_some_and(|checkpoints| checkpoints.is_worth_keeping()) {
            self.keep(system, budget);
        }
    }

    fn keep<S: System>(&self, system: &S, budget: &Budget) {
        if let (Some(checkpoints), Some(kept)) = (&budget.checkpoints, &self.kept) {
            checkpoints.keep(kept.number, |to| {
                to.put(&system.identity())?;
                self.save(to)?;
                system.save(to)
            });
        }
    }

    fn save(&self, to: &mut Writer) -> io::Result<()> {
        let left_out = Reductions::OF_STATES.map(|name| self.left_out.states.get(name).copied().unwrap_or_default());
        self.graph.save(to)?;
        to.put(&(self.level_end, self.look_for_loops, self.in_part, self.alarm, self.grew))?;
        to.put(&(left_out, self.left_out.again))
    }

    fn restore(&mut self, from: &mut Reader) -> io::Result<()> {
        self.graph = Graph::restore(from)?;
        (self.level_end, self.look_for_loops, self.in_part, self.alarm, self.grew) = from.get()?;
        let left_out: [usize; Reductions::OF_STATES.len()];
        (left_out, self.left_out.again) = from.get()?;
        let counted = Reductions::OF_STATES.into_iter().zip(left_out).filter(|&(_, states)| states > 0);
        self.left_out.states = counted.collect();
        Ok(())
    }
}
