//! The states of a level some thousand at a time: see [`super`].

use super::{LOOK_EVERY, Progress, Search, Stopped};
use crate::budget::Budget;
use crate::system::System;
use crate::system::block::Block;

/// Most states in a block.
pub const BLOCK: usize = 1 << 13;

/// A block ends with the state by which it has this many choices.
pub const CHOICES: usize = 1 << 15;

/// Blocks with fewer choices are not worth the trouble; in debug builds nearly all are, for the tests.
const FEW: usize = if cfg!(debug_assertions) { 2 } else { 1 << 5 };

/// The choices of the states of a block.
#[derive(Debug, Default)]
pub struct Listed {
    block: Block,
    /// For each state the number of its choices, and the reduction that left out others.
    states: Vec<(u32, Option<&'static str>)>,
}

impl Search {
    /// Expands the next states, at least one, of the level.
    pub(super) fn expand_block<S: System>(
        &mut self,
        system: &mut S,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), Stopped> {
        let first = self.graph.expanded();
        let left = self.level_end - first;
        if left >= LOOK_EVERY || first.is_multiple_of(LOOK_EVERY) {
            self.look_now(system, budget, first as u32, watch).inspect_err(|_| self.keep_cut(system, budget))?;
        }
        self.keep_if_due(system, budget);
        let mut listed = std::mem::take(&mut self.listed);
        let gathered = self.gather(system, &mut listed, first..first + left.min(self.most));
        // Listing choices leaves nothing half done.
        let gathered = gathered.inspect_err(|_| self.keep_cut(system, budget));
        let done = gathered.and_then(|()| {
            let choices = listed.block.choices.len();
            let in_bounds = choices <= budget.max_transitions.saturating_sub(self.graph.transitions())
                && choices <= budget.max_states.saturating_sub(self.graph.states.len());
            let together = (FEW..=2 * CHOICES).contains(&choices) && listed.states.len() > 1 && in_bounds;
            if together && system.step_all(&mut listed.block, &budget.threads).is_ok() {
                self.commit(system, budget, &mut listed)
            } else {
                self.one_by_one(system, budget, &listed, watch)
            }
        });
        self.listed = listed;
        done
    }

    /// Lists the choices of these states, or of the first ones.
    fn gather<S: System>(
        &mut self,
        system: &mut S,
        listed: &mut Listed,
        states: std::ops::Range<usize>,
    ) -> Result<(), Stopped> {
        listed.block.clear();
        listed.states.clear();
        for (place, at) in (0..).zip(states) {
            let reduction = match self.list(system, at as u32, self.in_part) {
                Ok(reduction) => reduction,
                Err(stopped) if place == 0 => return Err(stopped),
                // It will be the first of a block, once those before it are expanded.
                Err(_) => break,
            };
            listed.block.states.extend_from_slice(&self.state);
            listed.block.choices.extend(self.choices.iter().map(|&choice| (place, choice)));
            listed.states.push((self.choices.len() as u32, reduction));
            if listed.block.choices.len() >= CHOICES {
                break;
            }
        }
        Ok(())
    }

    /// Takes the choices that are listed, state after state.
    fn one_by_one<S: System>(
        &mut self,
        system: &mut S,
        budget: &Budget,
        listed: &Listed,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), Stopped> {
        let mut choices = listed.block.choices.iter().map(|&(_, choice)| choice);
        for &(count, reduction) in &listed.states {
            let at = self.graph.expanded() as u32;
            self.look(system, budget, at, watch)?;
            self.state.clear();
            self.state.extend_from_slice(self.graph.states.get(at));
            self.choices.clear();
            self.choices.extend(choices.by_ref().take(count as usize));
            self.visit(system, budget, at)?;
            self.expand(reduction)?;
        }
        Ok(())
    }

    /// Adds the states and transitions that were found, in order.
    fn commit<S: System>(&mut self, system: &S, budget: &Budget, listed: &mut Listed) -> Result<(), Stopped> {
        let Listed { block, states } = listed;
        self.alarm |= block.alarm;
        let first = self.graph.expanded() as u32;
        let sources = block.choices.iter().zip(&block.leads).filter(|&(_, &leads)| leads);
        let sources: Vec<u32> = sources.map(|(&(place, _), _)| first + place).collect();
        self.graph.discover_all(&mut block.next, sources.len(), |at| sources[at], &budget.threads);
        let mut numbers = (0..).zip(block.next.numbers.iter().copied());
        let mut new = block.next.new.iter().copied().peekable();
        let mut leads = block.leads.iter();
        let width = system.width();
        for (place, &(count, reduction)) in (0..).zip(&*states) {
            self.targets.clear();
            for &leads in leads.by_ref().take(count as usize) {
                let found = if leads { numbers.next() } else { None };
                let Some((at, target)) = found else {
                    self.targets.push(first + place);
                    continue;
                };
                self.targets.push(target);
                if new.next_if_eq(&at).is_some() {
                    let next = &block.next.words[at as usize * width..][..width];
                    if system.grew(block.state(place, width), next) {
                        self.grew = true;
                        self.look_for_pumping(system, first + place, next)?;
                    }
                }
            }
            self.expand(reduction)?;
        }
        Ok(())
    }
}
