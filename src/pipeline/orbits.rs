//! What a search of states up to renaming says of all states.
//!
//! Let the states that a search with [`Symmetric`] states reached lie on no loop but those of single steps that change nothing, and no step that
//! changes something have led to a renaming of its own source, which is noted. Take a fair run of the whole system, and follow it in the search: in
//! state q, if some choices were left out there, replace the rest of the run by one that the other reductions put in its
//! place, which begins with a kept choice; then take that choice and rename what is left so that it goes on from the state that stands for the
//! one it leads to. Each of these leaves the ultimate facts of the rest as they are, but for names, and what `never` relations it meets. Since there are no loops,
//! this comes to a state that the run never leaves; that state is expanded in full, so all that can happen there is in the graph. Hence
//! each ultimate model of the program is a renaming of one that was found. All renamings of what was found are models, too, since the initial
//! state is its own renaming. So the ultimate models of the program are the images of those found, a fact is certain if all its images were
//! found to be certain, and possible if one of them was found to be.
//!
//! Of a search that was cut, what is found is still of real runs, and so are its images. That there is nothing else is not said then.

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
