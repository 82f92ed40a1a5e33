//! Choices that are taken together, and where they lead.

use super::words::Batch;
use super::{Choice, Stop, System};

/// Choices of some states, in order, and their successors.
#[derive(Debug, Default)]
pub struct Block {
    /// The words of the states, one after another.
    pub states: Vec<u32>,
    /// The choices, each with the place of its state.
    pub choices: Vec<(u32, Choice)>,
    /// For each choice, whether it leads to another state.
    pub leads: Vec<bool>,
    /// These other states, in order.
    pub next: Batch,
    /// Whether an asserted relation holds in some of the steps or in the snapshots after them.
    pub alarm: bool,
}

impl Block {
    /// Leaves no states.
    pub fn clear(&mut self) {
        self.states.clear();
        self.choices.clear();
        self.leads.clear();
        self.next.clear();
        self.alarm = false;
    }

    /// The words of the state at this place, of so many.
    pub fn state(&self, at: u32, width: usize) -> &[u32] {
        &self.states[at as usize * width..][..width]
    }

    /// Adds where the next choice leads: to these words.
    pub fn push(&mut self, next: &[u32]) {
        let at = self.choices[self.leads.len()].0;
        let leads = next != self.state(at, next.len());
        self.leads.push(leads);
        if leads {
            self.next.words.extend_from_slice(next);
        }
    }

    /// Finds where all choices lead, one after another.
    ///
    /// # Errors
    /// If a local step has no outcome.
    pub fn step_in_order<S: System + ?Sized>(&mut self, system: &mut S) -> Result<(), Stop> {
        let mut next = Vec::new();
        for at in 0..self.choices.len() {
            let (source, choice) = self.choices[at];
            self.alarm |= system.step(self.state(source, system.width()), choice, &mut next)?;
            self.push(&next);
        }
        Ok(())
    }
}
