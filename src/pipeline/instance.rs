//! One instance explored and judged: counting, search, fair components, schedules.
//!
//! Buffers are first counted exactly. If a loop pumps a message, that message is counted up to a cap K from then on, and the
//! graph is read twice ([`crate::network`]): as a whole it over-approximates the runs; its part without ω is exact but
//! misses runs with more than K copies in flight. What is certain by the first is certain; what is contested by the second is contested. If the two
//! readings leave a fact undecided, K grows, up to [`MOST_COPIES`]; of a search that a bound then cuts, the exactly counted
//! part still counts.

use super::figures::Figures;
use super::judge::Judge;
use super::orbits;
use super::overtaking;
use super::part::Part;
use super::searcher::{Alone, Searcher};
use super::slices::explore_slices;
use crate::budget::{Bound, Budget};
use crate::eval::ground::Ground;
use crate::explore::breadth_first::Stopped;
use crate::explore::{LeftOut, Progress, explore};
use crate::program::{LocatedFact, Order, Program};
use crate::reduce::slices::Slices;
use crate::reduce::{Flaw, Reductions};
use crate::schedule::Schedule;
use crate::system::asynchronous::Counting;
use crate::system::portable::Portable as _;
use crate::system::{Stop, System};
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
    /// Whether the choices that reductions leave out are tested ([`super::recheck`], `--verify-reduction`).
    pub recheck: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { max_models: 1000, reductions: Reductions::ALL, every_model: false, recheck: false }
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
    /// A run with the ultimate model that was asked for ([`run_with_model`]).
    pub run: Option<Schedule>,
    /// One entry a `never` relation, in the program's order.
    pub invariants: Vec<Invariant>,
    /// Why the search was cut, if it was.
    pub cut: Option<Cut>,
    /// Figures.
    pub figures: Figures,
}

impl Findings {
    /// Nothing is known but what it took.
    pub fn none(figures: Figures) -> Self {
        Findings {
            certain: None,
            contested: Vec::new(),
            undecided: Vec::new(),
            models: Vec::new(),
            models_found: 0,
            models_complete: false,
            divergence: None,
            run: None,
            invariants: Vec::new(),
            cut: None,
            figures,
        }
    }

    /// Takes over what a search with a greater cap found before a bound cut it. Its exactly counted part consists of runs, so what is
    /// contested or violated there is; that nothing else is was shown by this search, which is complete.
    fn admit(&mut self, cut: Findings, options: Options) {
        self.contested.extend(cut.contested);
        self.contested.sort();
        self.contested.dedup();
        self.undecided.retain(|fact| self.contested.binary_search(fact).is_err());
        self.divergence = self.divergence.take().or(cut.divergence);
        self.run = self.run.take().or(cut.run);
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

/// A fair run of `program` with exactly this ultimate model: none if the search, which is not done by slices nor up to renaming, does not
/// find one within the budget. It is not replayed yet.
pub fn run_with_model(
    program: &Program,
    model: &BTreeSet<LocatedFact>,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Option<Schedule> {
    let mut part = Part::whole(program, Ground::new(program, budget));
    part.wants_divergence = false;
    part.wants_run = Some(model.clone());
    let options =
        Options { reductions: Reductions { slices: false, symmetry: false, ..options.reductions }, ..options };
    explore_part(&part, budget, options, &mut Alone, watch).run
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
    let mut symmetry = options.reductions.symmetry;
    loop {
        // A persistent set lets a resending node step, and pump, before its addressee: loops on exact counts would be missed.
        let persistent = options.reductions.persistent && !grows && counting.pumped.is_empty();
        let reductions = Reductions { persistent, symmetry, ..options.reductions };
        let mut system = part.system(budget, &counting, reductions);
        let share = budget.search_share();
        let (found, by_others) = searcher.explore(&mut system, &counting, reductions, &share, watch);
        system.settle();
        figures.searches += 1;
        let mut tally = system.tally();
        tally += by_others;
        figures.local_steps += tally.evaluated;
        figures.remembered += tally.asked - tally.evaluated;
        let taken = system.local_steps();
        figures.local_states = taken.states();
        figures.novelty = taken.novelty();
        let is_pumped = matches!(found.stopped, Some(Stopped::Pumped(_)));
        let keeps_loops = options.reductions.flaw == Some(Flaw::Folded);
        if system.symmetric().is_some()
            && (is_pumped || (!keeps_loops && (tally.folded > 0 || orbits::has_loops(&found.graph))))
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
        if (persistent || system.symmetric().is_some())
            && found.grew
            && !budget.is_enough()
            && found.stopped.as_ref().is_some_and(counted_out)
        {
            // The loop that pumps may be met sooner without persistent sets, and where a state is not renamed into one that
            // does not cover those before it.
            grows = true;
            symmetry = false;
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
        // Each state but the first was new to one transition.
        figures.duplicates = (figures.transitions + 1).saturating_sub(figures.states);
        figures.eager_messages = system.eager_messages();
        let LeftOut { states, again } = &found.left_out;
        figures.in_part = Reductions::OF_STATES.map(|name| states.get(name).copied().unwrap_or_default());
        figures.again = *again;
        figures.mapped = tally.mapped as usize;
        figures.cap = if counting.pumped.is_empty() { 0 } else { counting.cap };
        let mut judge = Judge { part, budget, options, system, found, figures };
        let mut findings = judge.findings();
        if options.recheck {
            findings.figures.rechecked.get_or_insert_default().add(judge.recheck());
        }
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
