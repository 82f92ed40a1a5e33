//! Who else works on the searches of an answer.

use crate::budget::Budget;
use crate::explore::{Exploration, Progress, explore};
use crate::reduce::Reductions;
use crate::system::asynchronous::{Asynchronous, Counting};
use crate::system::portable::Tally;

/// A place where a search can be made.
pub trait Searcher {
    /// Explores `system`, which was made with this counting and these reductions. Gives too what others counted in its course.
    fn explore(
        &mut self,
        system: &mut Asynchronous<'_>,
        counting: &Counting,
        reductions: Reductions,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, Tally);
}

/// Nobody: the search is made in this thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Searcher for Alone {
    fn explore(
        &mut self,
        system: &mut Asynchronous<'_>,
        _: &Counting,
        _: Reductions,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, Tally) {
        (explore(system, budget, watch), Tally::default())
    }
}
