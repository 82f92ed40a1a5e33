//! A plan on all small instances: whether it does there what it does on the given one.

use super::super::bare::Bare;
use super::super::instance;
use super::super::instances::{self, Bounds, NotSearched, Searched};
use super::aim::{Aim, stratified};
use super::trial::{Failure, Subject, attempt};
use crate::budget::Budget;
use crate::explore::Progress;
use crate::rewrite::{Channels, Plan};
use std::ops::ControlFlow;

/// Which instances a plan has to do on, beside the given one.
#[derive(Debug, Clone, Copy)]
pub struct Small<'a> {
    /// The program without its instance.
    pub bare: &'a Bare,
    /// How large they may be.
    pub bounds: Bounds,
}

/// Writes the plan out for each small instance and checks it there: against the model by strata if that is what is aimed at, else for one outcome.
///
/// # Errors
/// Why the plan is not good, or not known to be.
pub(super) fn on_all(
    subject: Subject<'_>,
    small: Small<'_>,
    plan: &Plan,
    aim: &Aim,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Searched, Failure> {
    let mut searched = Searched { bounds: small.bounds, instances: 0, erring: 0 };
    let mut failure = None;
    let subjects = [instances::Subject { program: subject.program, bare: small.bare }];
    let cut = instances::each(&subjects, small.bounds, budget, &mut |text| {
        let (read, trees) = small.bare.trees_with(text);
        let (program, analysis) = instances::readable(&read, text);
        searched.instances += 1;
        let channels = Channels::of(program, &analysis.dependencies);
        assert!(
            channels.points.len() == subject.channels.points.len(),
            "internal error: an instance changes what there is to coordinate: {text}"
        );
        let aim = match aim {
            Aim::OneOf(..) => Aim::OneOf(Vec::new(), false),
            Aim::Stratified(_) => match stratified(program, analysis, &trees, budget) {
                Some(model) => Aim::Stratified(model),
                // A rule errs in it.
                None => {
                    searched.erring += 1;
                    return ControlFlow::Continue(());
                }
            },
        };
        let here = Subject { program, trees: &trees, channels: &channels };
        match attempt(here, plan, &aim, budget, options, watch).failure {
            None => ControlFlow::Continue(()),
            Some(Failure::Fault) => {
                searched.erring += 1;
                ControlFlow::Continue(())
            }
            Some(found) => {
                failure = Some(Failure::Elsewhere(Box::new(found), text.to_string()));
                ControlFlow::Break(())
            }
        }
    });
    match (failure, cut) {
        (Some(failure), _) => Err(failure),
        (None, Ok(Some(bound))) => Err(Failure::Open(bound)),
        (None, Ok(None)) => Ok(searched),
        (None, Err(why)) => Err(Failure::NotSearched(why)),
    }
}

/// Whether small instances of the subject can be searched at all.
///
/// # Errors
/// Why not.
pub fn searchable(program: &crate::program::Program, small: Small<'_>, budget: &Budget) -> Result<(), NotSearched> {
    let subjects = [instances::Subject { program, bare: small.bare }];
    instances::each(&subjects, small.bounds, budget, &mut |_| ControlFlow::Break(())).map(|_| ())
}
