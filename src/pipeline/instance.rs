//! One instance explored and judged: counting, search, fair components, schedules.
//!
//! Buffers are first counted exactly. If a loop pumps a message, that message is counted up to a cap K from then on, and the
//! graph is read twice ([`crate::network`]): as a whole it over-approximates the runs; its part without ω is exact but
//! misses runs with more than K copies in flight. What is certain by the first is certain; what is contested by the second is contested. If the two
//! readings leave a fact undecided, K grows, up to [`MOST_COPIES`]; of a search that a bound then cuts, the exactly counted
//! part still counts.

use super::orbits;
use super::overtaking;
use super::part::Part;
use super::searcher::{Alone, Searcher};
use super::slices::explore_slices;
use crate::budget::{Bound, Budget};
use crate::eval::ground::Ground;
use crate::explore::breadth_first::Stopped;
use crate::explore::{Exploration, LeftOut, Progress, explore};
use crate::program::{LocatedFact, NodeId, Order, Program};
use crate::reduce::Reductions;
use crate::reduce::slices::Slices;
use crate::schedule::{Delivered, Schedule, ScheduledStep};
use crate::system::asynchronous::{Asynchronous, Counting};
use crate::system::{Choice, Output, Stop, System};
use crate::ultimate::fairness::{Component, Region};
use crate::ultimate::lasso::{self, Claim, Path};
use crate::ultimate::{Analysis, analyse, common, keeping};
use crate::witness::replay::replay;
use crate::witness::simulate::Impossible;
use bitvec::vec::BitVec;
use std::collections::BTreeSet;

/// The greatest cap on copies of a pumped message that is tried before facts are left undecided.
pub const MOST_COPIES: u32 = 4;

/// What to compute of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many ultimate models to list (`--max-models`).
    pub max_models: usize,
    /// Which reductions to use (`--reduce`, `--no-reduction`).
    pub reductions: Reductions,
    /// Whether to search for all ultimate models where slices decide the rest without (`explore`); else that search is given up when
    /// it gets much larger than those of the slices.
    pub every_model: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { max_models: 1000, reductions: Reductions::ALL, every_model: false }
    }
}

/// Two runs that end differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The fact that is ultimate in the first and not in the second.
    pub fact: LocatedFact,
    /// A fair run in which it is ultimate.
    pub holds: Schedule,
    /// A fair run in which it is not.
    pub lacks: Schedule,
}

/// What became of one `never` relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invariant {
    /// It holds in no reachable step.
    Kept,
    /// It holds in the last step of this run: a shortest one of the exactly counted runs, unless only the reduced system could be searched.
    Violated(Schedule),
    /// Not known: a bound was hit first, or it holds only in the over-approximation.
    Unknown,
}

/// Why the search is not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// A bound.
    Bound(Bound),
    /// A rule did what the language forbids, at the end of this run.
    Fault {
        /// Which rule and what.
        fault: Stop,
        /// The run; its last step is the one that has no outcome.
        schedule: Schedule,
    },
}

/// Figures of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Distinct states, initial and frontier included, of the last search.
    pub states: usize,
    /// Of these, states whose transitions were not all taken.
    pub frontier: usize,
    /// Transitions, self-loops included, of the last search.
    pub transitions: usize,
    /// Local steps evaluated.
    pub local_steps: u64,
    /// Local steps answered from memory.
    pub remembered: u64,
    /// Distinct local states.
    pub local_states: usize,
    /// Lately, the share of local steps that led to a new local state; `None` in short searches.
    pub novelty: Option<f64>,
    /// Maximal fair components.
    pub components: usize,
    /// Searches made: one, and one more for each pumped message and each raise of the cap.
    pub searches: usize,
    /// A node to which so many messages are in flight in one state that their deliveries cannot be listed, and how many these are, if
    /// that ended the search.
    pub crowd: Option<(NodeId, usize)>,
    /// The cap on copies of pumped messages in the last search; 0 if all counts were exact.
    pub cap: u32,
    /// Messages that were delivered eagerly in the last search; of slices, in all of them.
    pub eager_messages: usize,
    /// States of the last search that were expanded in part, for each of [`Reductions::OF_STATES`].
    pub in_part: [usize; Reductions::OF_STATES.len()],
    /// How many of these were expanded again in full, since they lie on loops.
    pub again: usize,
    /// Transitions of the last search that led to a state for which a renaming of it was taken.
    pub mapped: usize,
    /// Into how many slices the instance was taken apart; 0 if it was explored as a whole. All figures are then sums over the
    /// slices that were searched.
    pub slices: usize,
    /// How many of these were searched; the others are like them but for names.
    pub searched_slices: usize,
    /// States of searches of several slices together, for the models that they have together; not among `states`.
    pub joint_states: usize,
    /// Transitions of these searches; not among `transitions`.
    pub joint_transitions: usize,
}

/// Everything found about an instance.
#[derive(Debug, Clone)]
pub struct Findings {
    /// Facts ultimate in every fair run; `None` if the search was cut. Sorted.
    pub certain: Option<Vec<LocatedFact>>,
    /// Facts ultimate in some fair runs and not in others, each with evidence on exact counts; all of them
    /// unless the search was cut. Sorted.
    pub contested: Vec<LocatedFact>,
    /// Facts contested in the over-approximation only. Sorted.
    pub undecided: Vec<LocatedFact>,
    /// The first distinct ultimate models found, each sorted, the list sorted.
    pub models: Vec<BTreeSet<LocatedFact>>,
    /// How many distinct ones were found.
    pub models_found: usize,
    /// Whether there are no others than those found.
    pub models_complete: bool,
    /// Two runs that differ, if there is a contested fact.
    pub divergence: Option<Divergence>,
    /// One entry a `never` relation, in the program's order.
    pub invariants: Vec<Invariant>,
    /// Why the search was cut, if it was.
    pub cut: Option<Cut>,
    /// Figures.
    pub figures: Figures,
}

impl Findings {
    /// Takes over what a search with a greater cap found before a bound cut it. Its exactly counted part consists of runs, so what is
    /// contested or violated there is; that nothing else is was shown by this search, which is complete.
    fn admit(&mut self, cut: Findings, options: Options) {
        self.contested.extend(cut.contested);
        self.contested.sort();
        self.contested.dedup();
        self.undecided.retain(|fact| self.contested.binary_search(fact).is_err());
        self.divergence = self.divergence.take().or(cut.divergence);
        for (mine, found) in self.invariants.iter_mut().zip(cut.invariants) {
            if *mine == Invariant::Unknown && matches!(found, Invariant::Violated(_)) {
                *mine = found;
            }
        }
        let models: BTreeSet<BTreeSet<LocatedFact>> = self.models.drain(..).chain(cut.models).collect();
        self.models_found = self.models_found.max(cut.models_found).max(models.len());
        self.models = models.into_iter().take(options.max_models).collect();
    }
}

/// Explores `program`'s instance and judges it: slice by slice if it falls into such, else as a whole.
pub fn explore_instance(
    program: &Program,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Findings {
    explore_instance_with(program, budget, options, &mut Alone, watch)
}

/// The same where others work on the searches too, unless there are slices.
pub fn explore_instance_with(
    program: &Program,
    budget: &Budget,
    options: Options,
    searcher: &mut dyn Searcher,
    watch: &mut dyn FnMut(Progress),
) -> Findings {
    let ground = Ground::new(program, budget);
    let alone = Options { reductions: Reductions { slices: false, ..options.reductions }, ..options };
    // Outside a slice everything is delivered at once (see `extend`), which ordered channels may forbid.
    if options.reductions.slices
        && program.order == Order::Any
        && let Some(ground) = &ground
        && let Some(slices) = Slices::new(program, ground, options.reductions)
        && let Some(findings) = explore_slices(program, ground, &slices, budget, alone, watch)
    {
        return findings;
    }
    explore_part(&Part::whole(program, ground), budget, alone, searcher, watch)
}

/// Explores one part of an instance and judges it. Facts and runs found are those of the whole program.
pub(super) fn explore_part(
    part: &Part<'_>,
    budget: &Budget,
    options: Options,
    searcher: &mut dyn Searcher,
    watch: &mut dyn FnMut(Progress),
) -> Findings {
    let mut counting = Counting { cap: 1, ..Counting::default() };
    let mut figures = Figures::default();
    let mut best: Option<Findings> = None;
    let mut grows = false;
    let mut symmetry = options.reductions.symmetry && !searcher.is_shared();
    loop {
        // A persistent set lets a resending node step, and pump, before its addressee: loops on exact counts would be missed.
        let persistent = options.reductions.persistent && !grows && counting.pumped.is_empty();
        let reductions = Reductions { persistent, symmetry, ..options.reductions };
        let mut system = part.system(budget, &counting, reductions);
        let share = budget.search_share();
        let (found, by_others) = searcher.explore(&mut system, &counting, reductions, &share, watch);
        system.settle();
        figures.searches += 1;
        let taken = system.local_steps();
        let [evaluated, asked] = [taken.evaluated + by_others[0], taken.asked + by_others[1]];
        figures.local_steps += evaluated;
        figures.remembered += asked - evaluated;
        figures.local_states = taken.states();
        figures.novelty = taken.novelty();
        let is_pumped = matches!(found.stopped, Some(Stopped::Pumped(_)));
        if let Some(symmetric) = system.symmetric()
            && (is_pumped || symmetric.folded || orbits::has_loops(&found.graph))
        {
            // States that recur may be renamed on their way round.
            symmetry = false;
            continue;
        }
        if let Some(Stopped::Pumped(messages)) = &found.stopped {
            counting.pumped.extend(messages.iter().map(|&message| system.sent_message(message)));
            continue;
        }
        let counted_out = |stopped: &Stopped| {
            matches!(stopped, Stopped::At { stop: Stop::Bound(Bound::States | Bound::Transitions), .. })
        };
        if persistent && found.grew && !budget.is_enough() && found.stopped.as_ref().is_some_and(counted_out) {
            // Without persistent sets the loop that pumps may be met sooner.
            grows = true;
            continue;
        }
        if found.stopped.is_some()
            && let Some(best) = &mut best
        {
            best.figures.searches = figures.searches;
            let figures = best.figures;
            best.admit(Judge { part, budget, options, system, found, figures }.findings(), options);
            break;
        }
        figures.states = found.graph.states.len();
        figures.frontier = found.graph.states.len() - found.graph.expanded();
        figures.transitions = found.graph.transitions();
        figures.eager_messages = system.eager_messages();
        let LeftOut { states, again } = &found.left_out;
        figures.in_part = Reductions::OF_STATES.map(|name| states.get(name).copied().unwrap_or_default());
        figures.again = *again;
        figures.mapped = system.symmetric().map_or(0, |symmetric| symmetric.mapped);
        figures.cap = if counting.pumped.is_empty() { 0 } else { counting.cap };
        let mut judge = Judge { part, budget, options, system, found, figures };
        let findings = judge.findings();
        figures = findings.figures;
        let open = !findings.undecided.is_empty()
            || (findings.cut == Some(Cut::Bound(Bound::Copies)) && findings.contested.is_empty())
            || (findings.invariants.contains(&Invariant::Unknown) && findings.cut.is_none());
        let best = best.insert(findings);
        if !open
            || counting.cap >= MOST_COPIES
            || (counting.cap == 1 && overtaking::settle(part.program(), budget, options, watch, best))
        {
            break;
        }
        counting.cap += 1;
    }
    let mut best = best.expect("internal error: a search that was never judged");
    if options.reductions != Reductions::NONE {
        shorten_violations(part, budget, options, &mut best);
    }
    best
}

/// How much larger than the reduced system the whole one may be where shortest violations are looked for in it.
const WHOLE_TO_REDUCED: usize = 8;

/// A reduction may leave out the shortest run to a violation: looks for it in the whole system, not far beyond the size of the reduced one.
fn shorten_violations(part: &Part<'_>, budget: &Budget, options: Options, findings: &mut Findings) {
    let violated = |invariant: &Invariant| matches!(invariant, Invariant::Violated(_));
    if !findings.invariants.iter().any(violated) {
        return;
    }
    let states = (WHOLE_TO_REDUCED * findings.figures.states).max(1 << 12);
    let short = Budget {
        max_states: states.min(budget.max_states),
        max_transitions: (WHOLE_TO_REDUCED * states).min(budget.max_transitions),
        ..budget.clone()
    };
    let counting = Counting { cap: 1, ..Counting::default() };
    let mut system = part.system(&short, &counting, Reductions::NONE);
    let found = explore(&mut system, &short, &mut |_| ());
    let figures = findings.figures;
    let mut judge = Judge { part, budget, options, system, found, figures };
    let exact = judge.exact_part();
    for (known, shorter) in findings.invariants.iter_mut().zip(judge.invariants(exact.as_ref(), false)) {
        if violated(known) && violated(&shorter) {
            *known = shorter;
        }
    }
}

/// One finished search and the readings of its graph.
struct Judge<'p> {
    part: &'p Part<'p>,
    budget: &'p Budget,
    options: Options,
    system: Asynchronous<'p>,
    found: Exploration,
    figures: Figures,
}

impl Judge<'_> {
    fn findings(&mut self) -> Findings {
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
        Findings {
            certain,
            contested: contested_facts,
            undecided: self.facts(&undecided),
            models,
            models_found,
            models_complete,
            divergence,
            invariants,
            cut,
            figures: self.figures,
        }
    }

    /// No finding but why the search was cut.
    fn nothing(&self, cut: Option<Cut>) -> Findings {
        Findings {
            certain: None,
            contested: Vec::new(),
            undecided: Vec::new(),
            models: Vec::new(),
            models_found: 0,
            models_complete: false,
            divergence: None,
            invariants: vec![Invariant::Unknown; self.part.program().nevers.len()],
            cut,
            figures: self.figures,
        }
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
    fn exact_part(&self) -> Option<BitVec> {
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

    fn invariants(&mut self, exact: Option<&BitVec>, complete: bool) -> Vec<Invariant> {
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
        let inside = |state: u32| part.states.binary_search(&state).is_ok();
        let Some((stem, start)) = lasso::stem(&self.found.graph, region.system, exact, inside) else {
            return Ok(None);
        };
        let cycle = lasso::cycle(&mut region, &part, start, claim);
        Ok(self.schedule(&stem, &cycle, swap))
    }

    /// The schedule of a path and a loop, with the copies that the program really delivers; its image under a swap if one is given.
    fn schedule(&mut self, stem: &[(u32, Choice)], cycle: &[(u32, Choice)], swap: Option<usize>) -> Option<Schedule> {
        let found = Schedule { stem: self.steps(stem, swap)?, cycle: self.steps(cycle, swap)? };
        self.part.schedule(found, &self.system, self.budget)
    }

    /// The steps of a path as those of a run that ends in its last state, not in one that this stands for, or in the image of that.
    fn steps(&mut self, path: &[(u32, Choice)], swap: Option<usize>) -> Option<Vec<ScheduledStep>> {
        let last = self.system.symmetric().map(|symmetric| {
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
