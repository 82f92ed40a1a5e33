//! What a search of states up to renaming says of all states.
//!
//! Let the states that a search with [`Symmetric`] states reached lie on no loop but those of single steps that change nothing. Then
//! so do the states of the whole system: a loop of it would be renamed to a walk of the search that comes back to where it began, hence stays
//! at one state, and a step of it that changes something would have led to a renaming of its own source, which is noted. So each fair run ends in
//! one state for ever, which is a renaming of a state q that the search reached, and its steps there are the renamed ones of q. And all
//! renamings of q are reached, since the initial state is its own. So the ultimate models of the program are the images of
//! those found, a fact is certain if all its images were found to be certain, and possible if one of them was found to be.

use crate::explore::Graph;
use crate::explore::components::components;
use crate::program::LocatedFact;
use crate::reduce::symmetry::Swap;
use crate::system::asynchronous::symmetric::Symmetric;
use std::collections::BTreeSet;

/// Whether some states of the graph lie on a loop of several states.
pub fn has_loops(graph: &Graph) -> bool {
    let mut loops = false;
    components(
        graph.expanded(),
        0..graph.expanded() as u32,
        |state| graph.successors(state),
        |state| graph.is_expanded(state),
        |members| loops |= members.len() > 1,
    );
    loops
}

/// The facts all of whose images are among these.
pub fn kept(symmetric: &Symmetric, facts: &[LocatedFact]) -> Vec<LocatedFact> {
    let mut kept: BTreeSet<LocatedFact> = facts.iter().cloned().collect();
    loop {
        let before = kept.len();
        let all = kept.clone();
        kept.retain(|fact| symmetric.swaps().all(|swap| all.contains(&swap.located(fact))));
        if kept.len() == before {
            return kept.into_iter().collect();
        }
    }
}

/// The facts that are images of some of these.
pub fn images(symmetric: &Symmetric, facts: &[LocatedFact]) -> Vec<LocatedFact> {
    let start = facts.iter().cloned().collect();
    close(symmetric, start, usize::MAX, |swap, fact| swap.located(fact)).0.into_iter().collect()
}

/// The images of these models, and whether they are all: no more than `most` are made.
pub fn models(
    symmetric: &Symmetric,
    models: Vec<BTreeSet<LocatedFact>>,
    most: usize,
) -> (BTreeSet<BTreeSet<LocatedFact>>, bool) {
    close(symmetric, models.into_iter().collect(), most, renamed)
}

/// The image of a model.
pub fn renamed(swap: &Swap, model: &BTreeSet<LocatedFact>) -> BTreeSet<LocatedFact> {
    model.iter().map(|fact| swap.located(fact)).collect()
}

fn close<T: Ord + Clone>(
    symmetric: &Symmetric,
    start: BTreeSet<T>,
    most: usize,
    image: impl Fn(&Swap, &T) -> T,
) -> (BTreeSet<T>, bool) {
    let mut open: Vec<T> = start.iter().cloned().collect();
    let mut found = start;
    while let Some(one) = open.pop() {
        for swap in symmetric.swaps() {
            let image = image(swap, &one);
            if found.contains(&image) {
                continue;
            }
            if found.len() >= most {
                return (found, false);
            }
            found.insert(image.clone());
            open.push(image);
        }
    }
    (found, true)
}
