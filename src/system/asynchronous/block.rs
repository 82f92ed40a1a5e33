//! Many transitions at once: the local steps are shared among threads, and what they send is put into buffers in order.

use super::{Asynchronous, local};
use crate::system::block::Block;
use crate::system::{Stop, System};
use crate::threads::Threads;

impl Asynchronous<'_> {
    /// See [`System::step_all`].
    pub(super) fn step_block(&mut self, block: &mut Block, threads: &Threads) -> Result<(), Stop> {
        let width = self.width();
        let mut steps = std::mem::take(&mut self.asked);
        steps.clear();
        for &(at, choice) in &block.choices {
            let state = block.state(at, width);
            self.steps.ask(&mut steps, [choice.node, local(state, choice.node), choice.inbox]);
        }
        let traffic = &self.traffic;
        let answered = self.steps.answer(&mut steps, |inbox| traffic.inbox(inbox), threads);
        let taken = answered.and_then(|()| {
            let mut next = Vec::with_capacity(width);
            for place in 0..block.choices.len() {
                let (at, choice) = block.choices[place];
                let state = block.state(at, width);
                block.alarm |= self.lead(state, choice, steps.told(place), &mut next)?;
                self.represent(block.state(at, width), &mut next);
                block.push(&next);
            }
            Ok(())
        });
        self.asked = steps;
        taken
    }
}
