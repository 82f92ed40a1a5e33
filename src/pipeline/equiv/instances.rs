//! Whether two programs have the same ultimate models on all small instances: networks and contents of the relations that are EDB in both, or in the one that
//! has them.
//!
//! Instances are left out only for one that a renaming makes of them, and the renamings are those under which neither program changes (the argument is at
//! `pipeline/instances/columns`). The smallest instance on which the programs differ is the answer.

use super::{Compared, Comparison, NotComparable, Side, compare, set_outputs, share_instances, shared_outputs};
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::pipeline::figures::Figures;
use crate::pipeline::instance;
use crate::pipeline::instances::{Bounds, NotSearched, Searched, Subject, each, readable};
use std::ops::ControlFlow;

/// An instance on which two programs differ.
#[derive(Debug)]
pub struct Found {
    /// Its text.
    pub text: String,
    /// The programs with it.
    pub sides: [Side; 2],
}

/// What was found.
#[derive(Debug)]
pub struct Outcome {
    /// The answer.
    pub compared: Compared,
    /// The instance on which they differ, if they do.
    pub found: Option<Found>,
    /// How many were searched. An instance errs if a rule of one program does.
    pub searched: Searched,
}

/// Why small instances are not searched.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// They cannot be given the same instances.
    #[error(transparent)]
    NotComparable(#[from] NotComparable),
    /// There is no search.
    #[error(transparent)]
    NotSearched(#[from] NotSearched),
}

/// Compares two programs on all instances within bounds, up to one on which they differ. Their outputs are those that are compared ([`super::align`]).
///
/// # Errors
/// If the search is not possible.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn search(
    subjects: [Subject<'_>; 2],
    bounds: Bounds,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome, NoAnswer> {
    let programs = subjects.map(|subject| subject.program);
    share_instances(programs)?;
    let outputs = shared_outputs(programs)?;
    let mut searched = Searched { bounds, instances: 0, erring: 0 };
    let mut figures = [Figures::default(); 2];
    let mut open: Option<Bound> = None;
    let mut found = None;
    let cut = each(&subjects, bounds, budget, &mut |text| {
        let mut sides = subjects.map(|subject| {
            let read = subject.bare.with(text);
            let (program, analysis) = readable(&read, text);
            Side { program: program.clone(), analysis: analysis.clone() }
        });
        set_outputs(&mut sides, &outputs);
        searched.instances += 1;
        let Ok(compared) = compare(&sides, budget, options, watch) else {
            searched.erring += 1;
            return ControlFlow::Continue(());
        };
        figures.iter_mut().zip(&compared.figures).for_each(|(sum, more)| sum.add(more));
        match compared.comparison {
            Comparison::Same => ControlFlow::Continue(()),
            Comparison::Open(bound) => {
                open = open.or(Some(bound));
                ControlFlow::Continue(())
            }
            Comparison::Different(_) => {
                found = Some((compared, Found { text: text.to_string(), sides }));
                ControlFlow::Break(())
            }
        }
    })?;
    Ok(match found {
        Some((compared, found)) => Outcome { compared: Compared { figures, ..compared }, found: Some(found), searched },
        None => Outcome { compared: Compared::of_many(open.or(cut), figures), found: None, searched },
    })
}
