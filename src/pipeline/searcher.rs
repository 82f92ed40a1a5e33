//! Who else works on the searches of an answer.

use crate::budget::Budget;
use crate::explore::{Exploration, Progress, explore};
use crate::reduce::Reductions;
use crate::system::asynchronous::{Asynchronous, Counting};

/// A place where a search can be made.
pub trait Searcher {
    /// Whether others have a part in searches, who know a system by its counting and reductions only.
    fn is_shared(&self) -> bool {
        false
    }

    /// Explores `system`, which was made with this counting and these reductions. Gives too how many local steps others evaluated, and were
    /// asked for, in its course.
    fn explore(
        &mut self,
        system: &mut Asynchronous<'_>,
        counting: &Counting,
        reductions: Reductions,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> (Exploration, [u64; 2]);
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
    ) -> (Exploration, [u64; 2]) {
        (explore(system, budget, watch), [0; 2])
    }
}
