//! A finished search judged: fair components, what is certain and contested, runs that show it.

use super::figures::Figures;
use super::instance::{Cut, Divergence, Findings, Invariant, Options};
use super::orbits;
use super::part::Part;
use super::recheck::{Rechecked, recheck, scheduled};
use crate::budget::{Bound, Budget};
use crate::explore::Exploration;
use crate::explore::breadth_first::Stopped;
use crate::program::LocatedFact;
use crate::schedule::{Delivered, Schedule, ScheduledStep};
use crate::system::asynchronous::Asynchronous;
use crate::system::{Choice, Output, Stop, System};
use crate::ultimate::fairness::{Component, Region};
use crate::ultimate::lasso::{self, Claim, Path};
use crate::ultimate::{Analysis, analyse, common, keeping, with_model};
use crate::witness::replay::replay;
use crate::witness::simulate::Impossible;
use bitvec::vec::BitVec;
use std::collections::BTreeSet;

/// One finished search and the readings of its graph.
pub(super) struct Judge<'p> {
    pub part: &'p Part<'p>,
    pub budget: &'p Budget,
    pub options: Options,
    pub system: Asynchronous<'p>,
    pub found: Exploration,
    pub figures: Figures,
}

impl Judge<'_> {
    pub fn findings(&mut self) -> Findings {
        let mut cut = self.cut();
        let exact = self.exact_part();
        let interrupted = cut == Some(Cut::Bound(Bound::Interrupt)) || matches!(cut, Some(Cut::Fault { .. }));
        if interrupted {
            return self.nothing(cut);
        }
        let invariants = self.invariants(exact.as_ref(), cut.is_none());
        let readings = self.readings(exact.as_ref(), cut.is_none());
        let (under, over) = match readings {
            Ok(readings) => readings,
            Err(stop) => {
                cut = cut.or(Some(match stop {
                    Stop::Bound(bound) => Cut::Bound(bound),
                    fault @ Stop::Fault { .. } => Cut::Fault { fault, schedule: Schedule::default() },
                }));
                return Findings { invariants, ..self.nothing(cut) };
            }
        };
        self.figures.components = over.as_ref().unwrap_or(&under).components;
        let contested = under.contested();
        let mut contested_facts = self.facts(&contested);
        let undecided: Vec<Output> = over.as_ref().map_or_else(Vec::new, |over| {
            over.contested().into_iter().filter(|fact| contested.binary_search(fact).is_err()).collect()
        });
        let mut certain = cut.is_none().then(|| self.facts(&over.as_ref().unwrap_or(&under).certain));
        // If the over-approximation has one model, all runs have it, even where no loop returns to exact counts below the cap.
        let only = over.as_ref().map(|over| &over.models).filter(|models| models.complete && models.len() == 1);
        let listed = only.unwrap_or(&under.models);
        let models_complete = cut.is_none()
            && undecided.is_empty()
            && listed.complete
            && over.as_ref().is_none_or(|over| over.models.complete && over.models.len() == listed.len());
        let plain_models: Vec<BTreeSet<LocatedFact>> = (0..listed.len().min(self.options.max_models))
            .map(|model| {
                let facts = listed.facts(&mut self.system, model);
                facts.into_iter().map(|output| self.system.output(output)).collect()
            })
            .collect();
        let mut models_found = listed.len();
        let mut models_complete = models_complete && listed.len() <= self.options.max_models;
        let models = match self.system.symmetric() {
            None => plain_models,
            Some(symmetric) => {
                let plain = |outputs: &[Output]| -> Vec<LocatedFact> {
                    outputs.iter().map(|&output| self.system.output(output)).collect()
                };
                let always = orbits::kept(symmetric, &plain(&under.certain));
                let mut possible = orbits::images(symmetric, &plain(&under.possible));
                possible.retain(|fact| always.binary_search(fact).is_err());
                certain = certain.map(|_| self.located(always));
                contested_facts = self.located(possible);
                let (models, whole) = orbits::models(symmetric, plain_models, self.options.max_models);
                models_found = models_found.max(models.len());
                models_complete &= whole;
                models.into_iter().collect()
            }
        };
        let mut models: Vec<BTreeSet<LocatedFact>> =
            models.into_iter().map(|model| self.located(model).into_iter().collect()).collect();
        models.sort();
        let wanted = self.part.wants_divergence;
        let divergence = if wanted { self.divergence(&under, exact.as_ref()).ok().flatten() } else { None };
        let run = match &self.part.wants_run {
            Some(model) => self.run_of(&under, exact.as_ref(), model).ok().flatten(),
            None => None,
        };
        Findings {
            certain,
            contested: contested_facts,
            undecided: self.facts(&undecided),
            models,
            models_found,
            models_complete,
            divergence,
            run,
            invariants,
            cut,
            figures: self.figures,
        }
    }

    /// Tests the choices that were left out.
    ///
    /// # Panics
    /// If one must not be: an internal error, and better than a wrong verdict.
    pub fn recheck(&mut self) -> Rechecked {
        let graph = &self.found.graph;
        let wrong = match recheck(&mut self.system, graph, self.budget) {
            Ok(rechecked) => return rechecked,
            Err(wrong) => wrong,
        };
        let path = lasso::path_to(graph, &mut self.system, |state| graph.parent(state), wrong.state);
        let schedule = self.schedule(&path, &[], None).unwrap_or_default();
        let program = self.part.program();
        let show = |choice| scheduled(&self.system, self.found.graph.states.get(wrong.state), choice).show(program);
        panic!(
            "internal error: the reduction `{}` leaves out a choice that it must not: after \"{}\" {} where {} is kept: {}",
            wrong.reduction,
            schedule.show(self.part.whole_program()),
            show(wrong.left_out),
            show(wrong.kept),
            wrong.why
        );
    }

    /// No finding but why the search was cut.
    fn nothing(&self, cut: Option<Cut>) -> Findings {
        let invariants = vec![Invariant::Unknown; self.part.program().nevers.len()];
        Findings { invariants, cut, ..Findings::none(self.figures) }
    }

    fn output(&self, output: Output) -> LocatedFact {
        self.part.located(self.system.output(output))
    }

    /// Facts of what is searched as facts of the program, sorted.
    fn located(&self, facts: impl IntoIterator<Item = LocatedFact>) -> Vec<LocatedFact> {
        let mut facts: Vec<LocatedFact> = facts.into_iter().map(|fact| self.part.located(fact)).collect();
        facts.sort();
        facts
    }

    fn facts(&self, outputs: &[Output]) -> Vec<LocatedFact> {
        let mut facts: Vec<LocatedFact> = outputs.iter().map(|&output| self.output(output)).collect();
        facts.sort();
        facts
    }

    fn cut(&mut self) -> Option<Cut> {
        let Some(stopped) = self.found.stopped.clone() else {
            return self.system.overflowed().then_some(Cut::Bound(Bound::Copies));
        };
        match stopped {
            Stopped::Pumped(_) => None,
            Stopped::At { stop: Stop::Bound(bound), state, choice } => {
                if bound == Bound::Transitions && choice.is_none() {
                    let words = self.found.graph.states.get(state).to_vec();
                    let listed = self.system.enabled(&words, &mut Vec::new());
                    let crowded = listed == Err(Stop::Bound(Bound::Transitions));
                    self.figures.crowd = if crowded { self.system.crowd(&words) } else { None };
                }
                Some(Cut::Bound(bound))
            }
            Stopped::At { stop, state, choice } => {
                let graph = &self.found.graph;
                let mut path = lasso::path_to(graph, &mut self.system, |state| graph.parent(state), state);
                path.extend(choice.map(|choice| (state, choice)));
                let schedule = self.schedule(&path, &[], None).unwrap_or_default();
                // On a path through ω the fault may lie beyond what the exact system reaches.
                let replayed = replay(self.part.program(), &schedule, &Budget::default());
                let real = replayed.is_err_and(|error| matches!(error.why, Impossible::Eval(_)));
                Some(if real { Cut::Fault { fault: stop, schedule } } else { Cut::Bound(Bound::Copies) })
            }
        }
    }

    /// The states reachable without ω, if there are others.
    pub fn exact_part(&self) -> Option<BitVec> {
        let graph = &self.found.graph;
        let saturated = |state: u32| self.system.saturated(graph.states.get(state));
        if self.figures.cap == 0 || !(0..graph.states.len() as u32).any(saturated) {
            return None;
        }
        let mut exact = BitVec::repeat(false, graph.states.len());
        for state in lasso::reach(graph, |state| !saturated(state)).order {
            exact.set(state as usize, true);
        }
        Some(exact)
    }

    /// The analysis on exact counts and, where ω occurs and the search is complete, that of the whole graph.
    fn readings(&mut self, exact: Option<&BitVec>, complete: bool) -> Result<(Analysis, Option<Analysis>), Stop> {
        let most = self.options.max_models;
        let graph = &self.found.graph;
        let under = analyse(&mut Region::new(graph, &mut self.system, exact, self.budget), most)?;
        let over = match exact {
            Some(_) if complete => Some(analyse(&mut Region::new(graph, &mut self.system, None, self.budget), most)?),
            _ => None,
        };
        Ok((under, over))
    }

    pub fn invariants(&mut self, exact: Option<&BitVec>, complete: bool) -> Vec<Invariant> {
        if !self.found.alarm {
            let verdict = if complete { Invariant::Kept } else { Invariant::Unknown };
            return vec![verdict; self.part.program().nevers.len()];
        }
        let real = self.violations(exact);
        let possible = if exact.is_some() && complete { self.violations(None) } else { real.clone() };
        let paths: Vec<_> = real.into_iter().zip(possible).collect();
        paths
            .iter()
            .map(|paths| match paths {
                (Some(path), _) => self.schedule(path, &[], None).map_or(Invariant::Unknown, Invariant::Violated),
                (None, None) if complete => Invariant::Kept,
                _ => Invariant::Unknown,
            })
            .collect()
    }

    /// For each `never` relation a shortest path to a transition in which it holds, if one is found.
    fn violations(&mut self, exact: Option<&BitVec>) -> Vec<Option<Path>> {
        let mut found: Vec<Option<Path>> = vec![None; self.part.program().nevers.len()];
        let graph = &self.found.graph;
        let reached = lasso::reach(graph, |state| exact.is_none_or(|exact| exact[state as usize]));
        let (mut choices, mut next) = (Vec::new(), Vec::new());
        for &state in &reached.order {
            if found.iter().all(Option::is_some) || self.budget.check().is_err() {
                break;
            }
            let words = graph.states.get(state);
            if graph.choices(&mut self.system, state, &mut choices).is_err() {
                break;
            }
            let taken = graph.successors(state).len();
            for &choice in &choices[..taken] {
                if self.system.step(words, choice, &mut next) != Ok(true) {
                    continue;
                }
                for index in self.system.alarms(words, choice).unwrap_or_default() {
                    let slot = &mut found[index as usize];
                    if slot.is_none() {
                        let parent = |state| reached.parents[state as usize];
                        let mut path = lasso::path_to(graph, &mut self.system, parent, state);
                        path.push((state, choice));
                        *slot = Some(path);
                    }
                }
            }
        }
        found
    }

    /// Two lassos for a fact in which the two models nearest to the initial state differ.
    fn divergence(&mut self, under: &Analysis, exact: Option<&BitVec>) -> Result<Option<Divergence>, Stop> {
        let Some((first, second)) = under.models.nearest_two() else { return self.divergence_of_images(under, exact) };
        let one = under.models.facts(&mut self.system, first);
        let other = under.models.facts(&mut self.system, second);
        let differs = |a: &[Output], b: &[Output]| {
            let only: Vec<Output> = a.iter().filter(|fact| b.binary_search(fact).is_err()).copied().collect();
            only.into_iter().map(|output| (self.output(output), output)).min()
        };
        let (fact, output, holds, lacks) = match (differs(&one, &other), differs(&other, &one)) {
            (Some((fact, output)), _) => (fact, output, first, second),
            (None, Some((fact, output))) => (fact, output, second, first),
            (None, None) => return Ok(None),
        };
        let holds = self.lasso(exact, under.models.first_state(holds), Some(output), Claim::Holds, None)?;
        let lacks = self.lasso(exact, under.models.first_state(lacks), None, Claim::Lacks(output), None)?;
        Ok(holds.zip(lacks).map(|(holds, lacks)| Divergence { fact, holds, lacks }))
    }

    /// The same if only one model was found: its run, and an image of its run that has another one.
    fn divergence_of_images(&mut self, under: &Analysis, exact: Option<&BitVec>) -> Result<Option<Divergence>, Stop> {
        if under.models.is_empty() {
            return Ok(None);
        }
        let facts = under.models.facts(&mut self.system, 0);
        let model: BTreeSet<LocatedFact> = facts.iter().map(|&output| self.system.output(output)).collect();
        let swaps = self.system.symmetric().map_or_else(Vec::new, |symmetric| symmetric.swaps().cloned().collect());
        // A swap is its own inverse: the image of the model lacks a fact if the model lacks the image of the fact.
        let lacking = swaps.iter().enumerate().find_map(|(at, swap)| {
            let fact = model.iter().find(|fact| !model.contains(&swap.located(fact)))?;
            Some((at, fact.clone(), swap.located(fact)))
        });
        let Some((at, fact, image)) = lacking else { return Ok(None) };
        let (output, lacked) = (self.system.output_of(&fact), self.system.output_of(&image));
        let state = under.models.first_state(0);
        let holds = self.lasso(exact, state, Some(output), Claim::Holds, None)?;
        let lacks = self.lasso(exact, state, None, Claim::Lacks(lacked), Some(at))?;
        let fact = self.part.located(fact);
        Ok(holds.zip(lacks).map(|(holds, lacks)| Divergence { fact, holds, lacks }))
    }

    /// A run with exactly this ultimate model, if it is one of those found.
    fn run_of(
        &mut self,
        under: &Analysis,
        exact: Option<&BitVec>,
        model: &BTreeSet<LocatedFact>,
    ) -> Result<Option<Schedule>, Stop> {
        for found in 0..under.models.len() {
            let facts = under.models.facts(&mut self.system, found);
            if facts.iter().map(|&output| self.output(output)).collect::<BTreeSet<_>>() != *model {
                continue;
            }
            let mut region = Region::new(&self.found.graph, &mut self.system, exact, self.budget);
            let states = region.strongly_connected_with(under.models.first_state(found))?;
            let whole = region.component(states)?;
            let mut found = None;
            for part in region.fair_parts(whole)? {
                if let Some(part) = with_model(&mut region, part, &facts)? {
                    found = path_into(&mut region, exact, &part, Claim::Exactly);
                    break;
                }
            }
            return Ok(found.and_then(|(stem, cycle)| self.schedule(&stem, &cycle, None)));
        }
        Ok(None)
    }

    /// A lasso into the maximal fair component around `anchor`, or into its part that keeps a fact; its image under a swap if one is given.
    fn lasso(
        &mut self,
        exact: Option<&BitVec>,
        anchor: u32,
        keep: Option<Output>,
        claim: Claim,
        swap: Option<usize>,
    ) -> Result<Option<Schedule>, Stop> {
        let mut region = Region::new(&self.found.graph, &mut self.system, exact, self.budget);
        let states = region.strongly_connected_with(anchor)?;
        let whole = region.component(states)?;
        let around = |parts: Vec<Component>| {
            let mut parts = parts;
            let at = parts.iter().position(|part| part.states.binary_search(&anchor).is_ok()).unwrap_or(0);
            (at < parts.len()).then(|| parts.swap_remove(at))
        };
        let Some(mut part) = around(region.fair_parts(whole)?) else { return Ok(None) };
        if let Some(fact) = keep
            && !common(&mut region, &part).keeps(region.system, fact)
        {
            let Some(inner) = around(keeping(&mut region, &part, fact)?) else { return Ok(None) };
            part = inner;
        }
        let found = path_into(&mut region, exact, &part, claim);
        Ok(found.and_then(|(stem, cycle)| self.schedule(&stem, &cycle, swap)))
    }

    /// The schedule of a path and a loop, with the copies that the program really delivers; its image under a swap if one is given.
    fn schedule(&mut self, stem: &[(u32, Choice)], cycle: &[(u32, Choice)], swap: Option<usize>) -> Option<Schedule> {
        let found = Schedule { stem: self.steps(stem, swap)?, cycle: self.steps(cycle, swap)? };
        self.part.schedule(found, &self.system, self.budget)
    }

    /// The steps of a path as those of a run that ends in its last state, not in one that this stands for, or in the image of that.
    fn steps(&mut self, path: &[(u32, Choice)], swap: Option<usize>) -> Option<Vec<ScheduledStep>> {
        let renames = self.options.reductions.flaw != Some(crate::reduce::Flaw::Unrenamed);
        let last = self.system.symmetric().filter(|_| renames).map(|symmetric| {
            let same = symmetric.identity();
            swap.map_or(same.clone(), |swap| symmetric.after(&same, &[swap]))
        });
        let graph = &self.found.graph;
        let renamings = match last {
            Some(last) => self.system.renamings(path, |state| graph.states.get(state), last).ok()?,
            None => Vec::new(),
        };
        let system = &self.system;
        let step = |(at, &(state, choice)): (usize, &(u32, Choice))| {
            let node = crate::program::NodeId(choice.node);
            let copies = system.delivered_copies(graph.states.get(state), choice).into_iter();
            let renamed = |fact| match (system.symmetric(), renamings.get(at)) {
                (Some(symmetric), Some(renaming)) => {
                    symmetric.image(renaming, self.part.program(), &LocatedFact { node, fact })
                }
                _ => LocatedFact { node, fact },
            };
            let none = crate::program::Fact { relation: crate::program::RelationId(0), values: [].into() };
            let copies = copies.map(|(fact, from, copies)| Delivered { fact: renamed(fact).fact, from, copies });
            ScheduledStep::of(renamed(none).node, copies)
        };
        Some(path.iter().enumerate().map(step).collect())
    }
}

/// A path to a fair component, through states without ω if some are said to have none, and a loop in it that is fair by itself.
fn path_into<S: System>(
    region: &mut Region<'_, S>,
    exact: Option<&BitVec>,
    part: &Component,
    claim: Claim,
) -> Option<(Path, Path)> {
    let inside = |state: u32| part.states.binary_search(&state).is_ok();
    let (stem, start) = lasso::stem(region.graph, region.system, exact, inside)?;
    let cycle = lasso::cycle(region, part, start, claim);
    Some((stem, cycle))
}
