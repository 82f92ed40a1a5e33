//! An instance explored slice by slice, and what follows of the whole.
//!
//! [`crate::reduce::slices`] says which slices there are and why their findings are those of the whole, fact by fact. Slices that
//! differ in nothing but names are searched once. Which models of diffluent slices occur in one run is another question: see
//! [`super::joint`]. Where the answer takes a search that gets much larger than those of the slices, `check` does
//! without: it has the verdict, and the models of two runs.

use super::figures::Figures;
use super::instance::{Cut, Findings, Invariant, Options, explore_part};
use super::joint::{combinations, groups};
use super::part::{Part, Piece};
use super::searcher::Alone;
use crate::budget::Budget;
use crate::eval::ground::Ground;
use crate::explore::Progress;
use crate::program::{LocatedFact, Program};
use crate::reduce::slices::{Slice, Slices};
use crate::witness::replay::check_lasso;
use std::collections::{BTreeMap, BTreeSet};

/// How much larger than those of the slices searches for their models together may be, and what they may be in any case.
const JOINT_TO_SLICES: usize = 8;
const JOINT_STATES: usize = 1 << 14;

/// Explores `program` by its slices. `None` if they cannot answer: two runs of a slice differ, but no loops of the program were found
/// that repeat them.
pub fn explore_slices(
    program: &Program,
    ground: &Ground,
    slices: &Slices,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Option<Findings> {
    let mut searches = Searches {
        program,
        budget,
        options,
        known: BTreeMap::new(),
        done: Vec::new(),
        figures: Figures { slices: slices.list.len(), ..Figures::default() },
    };
    let mut found: Vec<Told> = Vec::new();
    for slice in &slices.list {
        let piece = Piece { nodes: slice.nodes.clone(), ground: slices.ground(ground, slice) };
        let searched = searches.find(&piece).unwrap_or_else(|| searches.search(piece.clone(), watch));
        let (like, findings) = &searches.done[searched];
        searches.figures.eager_messages += findings.figures.eager_messages;
        found.push(Told::new(&piece, like, findings));
    }
    let searched = searches.done.len();
    let all = || searches.done.iter().map(|(_, findings)| findings);
    let cut: Option<Cut> = all().find_map(|findings| findings.cut.clone());
    let divergence = all().find_map(|findings| findings.divergence.clone());
    let contested = union(found.iter().map(|told| &told.contested));
    if !contested.is_empty() && divergence.is_none() && budget.check().is_ok() {
        return None;
    }
    let certain = union(found.iter().filter_map(|told| told.certain.as_ref()));
    // A fact that one slice leaves open may be decided by another.
    let undecided = union(found.iter().map(|told| &told.undecided));
    let undecided: BTreeSet<LocatedFact> = undecided.difference(&contested).cloned().collect();
    let undecided: BTreeSet<LocatedFact> = undecided.difference(&certain).cloned().collect();
    let invariants = searches.invariants();
    let decided = cut.is_none() && found.iter().all(|told| told.undecided.is_empty());
    let models = if decided { searches.joint(ground, slices, &found, watch) } else { None };
    let models = models.unwrap_or_else(|| {
        let runs = divergence.iter().flat_map(|divergence| [&divergence.holds, &divergence.lacks]);
        let runs = runs.filter_map(|schedule| check_lasso(program, schedule, &Budget::default()).ok());
        let models: BTreeSet<BTreeSet<LocatedFact>> = runs.map(|run| run.ultimate_model(program)).collect();
        let found = models.len();
        Models { models: models.into_iter().take(options.max_models).collect(), found, complete: false }
    });
    Some(Findings {
        certain: cut.is_none().then(|| certain.into_iter().collect()),
        contested: contested.into_iter().collect(),
        undecided: undecided.into_iter().collect(),
        models: models.models,
        models_found: models.found,
        models_complete: models.complete,
        divergence,
        run: None,
        invariants,
        cut,
        figures: Figures { searched_slices: searched, ..searches.figures },
    })
}

fn union<'a>(lists: impl Iterator<Item = &'a Vec<LocatedFact>>) -> BTreeSet<LocatedFact> {
    lists.flatten().cloned().collect()
}

/// The ultimate models of the whole.
struct Models {
    /// Those that are listed, sorted.
    models: Vec<BTreeSet<LocatedFact>>,
    found: usize,
    /// Whether all are listed.
    complete: bool,
}

/// What was found of a slice, in its own names.
struct Told {
    certain: Option<Vec<LocatedFact>>,
    contested: Vec<LocatedFact>,
    undecided: Vec<LocatedFact>,
    models: Vec<BTreeSet<LocatedFact>>,
    models_found: usize,
    models_complete: bool,
}

impl Told {
    /// What `findings` about `like` say of `piece`, a renaming of it.
    fn new(piece: &Piece, like: &Piece, findings: &Findings) -> Told {
        let rename = |fact: &LocatedFact| piece.renamed(fact, like);
        let all = |facts: &Vec<LocatedFact>| facts.iter().map(rename).collect::<Vec<LocatedFact>>();
        Told {
            certain: findings.certain.as_ref().map(all),
            contested: all(&findings.contested),
            undecided: all(&findings.undecided),
            models: findings.models.iter().map(|model| model.iter().map(rename).collect()).collect(),
            models_found: findings.models_found,
            models_complete: findings.models_complete,
        }
    }
}

/// The searches made so far.
struct Searches<'p> {
    program: &'p Program,
    budget: &'p Budget,
    options: Options,
    /// By shape, the searches of pieces of that shape.
    known: BTreeMap<Vec<usize>, Vec<usize>>,
    done: Vec<(Piece, Findings)>,
    figures: Figures,
}

impl Searches<'_> {
    /// A search of a piece that is like this one.
    fn find(&self, piece: &Piece) -> Option<usize> {
        let alike = self.known.get(&piece.shape())?;
        alike.iter().copied().find(|&search| piece.ground.is_renaming_of(&self.done[search].0.ground))
    }

    /// The part of the budget that is left.
    fn left(&self) -> Budget {
        let (states, transitions) = (self.figures.joint_states, self.figures.joint_transitions);
        Budget {
            max_states: self.budget.max_states.saturating_sub(self.figures.states + states),
            max_transitions: self.budget.max_transitions.saturating_sub(self.figures.transitions + transitions),
            ..self.budget.clone()
        }
    }

    fn search(&mut self, piece: Piece, watch: &mut dyn FnMut(Progress)) -> usize {
        let shown = self.done.iter().any(|(_, findings)| findings.divergence.is_some());
        let findings = self.explore(&piece, !shown, &self.left(), watch);
        let (sum, more) = (&mut self.figures, &findings.figures);
        sum.states += more.states;
        sum.frontier += more.frontier;
        sum.transitions += more.transitions;
        sum.components += more.components;
        sum.again += more.again;
        sum.mapped += more.mapped;
        sum.cap = sum.cap.max(more.cap);
        sum.crowd = sum.crowd.or(more.crowd);
        sum.in_part.iter_mut().zip(more.in_part).for_each(|(sum, more)| *sum += more);
        self.count(&findings);
        self.keep(piece, findings)
    }

    fn explore(
        &self,
        piece: &Piece,
        wants_divergence: bool,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> Findings {
        let so_far = self.figures;
        let mut watch = |now: Progress| {
            watch(Progress {
                states: so_far.states + so_far.joint_states + now.states,
                expanded: so_far.states + so_far.joint_states - so_far.frontier + now.expanded,
                transitions: so_far.transitions + so_far.joint_transitions + now.transitions,
                // Of this slice, but not of all.
                share: None,
            });
        };
        explore_part(&Part::slice(self.program, piece, wants_divergence), budget, self.options, &mut Alone, &mut watch)
    }

    /// Adds up what slices and several of them together have in common.
    fn count(&mut self, findings: &Findings) {
        let (sum, more) = (&mut self.figures, &findings.figures);
        sum.duplicates += more.duplicates;
        sum.local_steps += more.local_steps;
        sum.remembered += more.remembered;
        sum.local_states += more.local_states;
        sum.novelty = more.novelty.or(sum.novelty);
        sum.searches += more.searches;
        if let Some(more) = more.rechecked {
            sum.rechecked.get_or_insert_default().add(more);
        }
    }

    fn keep(&mut self, piece: Piece, findings: Findings) -> usize {
        self.known.entry(piece.shape()).or_default().push(self.done.len());
        self.done.push((piece, findings));
        self.done.len() - 1
    }

    /// The fate of each `never` relation: that which it has in the slices that have some of its atoms.
    fn invariants(&self) -> Vec<Invariant> {
        let fate = |(number, relation)| {
            let having = self.done.iter().filter(|(piece, _)| piece.has(relation));
            let fates: Vec<&Invariant> = having.map(|(_, findings)| &findings.invariants[number]).collect();
            let violations = fates.iter().filter_map(|fate| match fate {
                Invariant::Violated(schedule) => Some(schedule),
                Invariant::Kept | Invariant::Unknown => None,
            });
            match violations.min_by_key(|schedule| schedule.stem.len()) {
                Some(shortest) => Invariant::Violated(shortest.clone()),
                None if fates.contains(&&Invariant::Unknown) => Invariant::Unknown,
                None => Invariant::Kept,
            }
        };
        let nevers = self.program.nevers.iter().map(|&(relation, _)| relation);
        nevers.enumerate().map(fate).collect()
    }

    /// The ultimate models of the whole. `None` if some search for them was given up.
    fn joint(
        &mut self,
        ground: &Ground,
        slices: &Slices,
        found: &[Told],
        watch: &mut dyn FnMut(Progress),
    ) -> Option<Models> {
        let is_diffluent = |told: &&Told| !told.contested.is_empty();
        let certain = found.iter().filter(|told| !is_diffluent(told)).filter_map(|told| told.certain.as_ref());
        let always = union(certain);
        let diffluent: Vec<(&Slice, &Told)> =
            slices.list.iter().zip(found).filter(|(_, told)| is_diffluent(told)).collect();
        let groups =
            groups(&diffluent.iter().map(|&(slice, _)| slice).collect::<Vec<_>>(), self.options.reductions.flaw);
        let mut lists = Vec::new();
        let (mut count, mut complete) = (1usize, true);
        for group in groups {
            let members: Vec<(&Slice, &Told)> = group.iter().map(|&member| diffluent[member]).collect();
            let together;
            let told = match members[..] {
                [(_, told)] => told,
                _ => {
                    let union = slices.union(self.program, ground, members.iter().map(|&(slice, _)| slice));
                    let piece = Piece { nodes: union.nodes.clone(), ground: slices.ground(ground, &union) };
                    together = self.together(piece, watch)?;
                    agree(&members, &together);
                    &together
                }
            };
            complete &= told.models_complete;
            count = count.saturating_mul(told.models_found);
            lists.push(told.models.clone());
        }
        let models = combinations(&always, &lists, self.options.max_models);
        Some(Models { models, found: count, complete: complete && count <= self.options.max_models })
    }

    /// What is found of slices together; `None` if that is given up.
    fn together(&mut self, piece: Piece, watch: &mut dyn FnMut(Progress)) -> Option<Told> {
        let search = match self.find(&piece) {
            Some(search) => search,
            None => {
                let mut budget = self.left();
                if !self.options.every_model {
                    let most = (JOINT_TO_SLICES * self.figures.states).max(JOINT_STATES);
                    let most = most.saturating_sub(self.figures.joint_states);
                    budget.max_states = budget.max_states.min(most);
                    budget.max_transitions = budget.max_transitions.min(JOINT_TO_SLICES * most);
                }
                let findings = self.explore(&piece, false, &budget, watch);
                self.figures.joint_states += findings.figures.states;
                self.figures.joint_transitions += findings.figures.transitions;
                self.count(&findings);
                self.keep(piece.clone(), findings)
            }
        };
        let (like, findings) = &self.done[search];
        let whole = findings.cut.is_none() && findings.undecided.is_empty() && !findings.models.is_empty();
        whole.then(|| Told::new(&piece, like, findings))
    }
}

/// # Panics
/// If slices and their union, searched to the end, say different things of a fact: an internal error.
fn agree(members: &[(&Slice, &Told)], together: &Told) {
    for (_, told) in members {
        let within =
            |few: &[LocatedFact], many: &[LocatedFact]| few.iter().all(|fact| many.binary_search(fact).is_ok());
        let certain = told.certain.as_deref().unwrap_or_default();
        let mut all = [together.certain.clone().unwrap_or_default(), together.contested.clone()];
        all.iter_mut().for_each(|facts| facts.sort());
        assert!(
            within(certain, &all[0]) && within(&told.contested, &all[1]),
            "internal error: slices and their union disagree"
        );
    }
}
