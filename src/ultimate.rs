//! Ultimate models of the fair runs of an explored system (semantics §3).
//!
//! A fair run stays from some time on in one fair component E ([`fairness`]) and uses all of it for ever. Its ultimate facts are the
//! output facts that hold in *every* step of their node in E: facts hold on steps, that is on transitions, not on states.
//! So the ultimate models are the sets U(E) for fair components E. For a maximal fair component C, U(C) is the least of its
//! models, and every other model of a part of C is U(C') for a maximal fair component C' of C restricted to the transitions that keep
//! some more facts. [`analyse`] finds, fact by fact, which are in every model and which in some, exactly; the models
//! themselves are listed as far as asked.

pub mod fairness;
pub mod lasso;
pub mod rates;

use crate::system::words::Sets;
use crate::system::{Output, Stop, System};
use fairness::{Component, Glance, Region};
use rustc_hash::{FxHashMap, FxHashSet};

/// The ultimate facts and models of a region.
#[derive(Debug)]
pub struct Analysis {
    /// Facts ultimate in every fair run, sorted.
    pub certain: Vec<Output>,
    /// Facts ultimate in some fair run, sorted.
    pub possible: Vec<Output>,
    /// The distinct ultimate models found.
    pub models: Models,
    /// Number of maximal fair components. 0 only where the region was cut by a bound.
    pub components: usize,
}

impl Analysis {
    /// Facts ultimate in some fair runs and not in others, sorted.
    pub fn contested(&self) -> Vec<Output> {
        self.possible.iter().filter(|output| self.certain.binary_search(output).is_err()).copied().collect()
    }
}

/// Distinct sets of output facts, in the order in which they were found.
#[derive(Debug, Default)]
pub struct Models {
    sets: Sets,
    /// For each model the smallest state of a component that has it.
    first_states: Vec<u32>,
    /// Whether these are all.
    pub complete: bool,
}

impl Models {
    fn add(&mut self, model: &[Output], state: u32) -> bool {
        let known = self.sets.len();
        let id = self.sets.intern(model) as usize;
        if id == known {
            self.first_states.push(state);
            return true;
        }
        self.first_states[id] = self.first_states[id].min(state);
        false
    }

    /// How many were found.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// Whether none was found.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The facts of a model, sorted.
    pub fn facts(&self, model: usize) -> Vec<Output> {
        self.sets.members(model as u32)
    }

    /// The smallest state of a component with this model: the nearest to the initial state.
    pub fn first_state(&self, model: usize) -> u32 {
        self.first_states[model]
    }

    /// The two distinct models that are nearest to the initial state, if there are two.
    pub fn nearest_two(&self) -> Option<(usize, usize)> {
        let key = |&model: &usize| (self.first_states[model], model);
        let first = (0..self.len()).min_by_key(key)?;
        let second = (0..self.len()).filter(|&model| model != first).min_by_key(key)?;
        Some((first, second))
    }
}

/// What the steps of a component have in common.
#[derive(Debug, PartialEq, Eq)]
pub struct Common {
    /// Output facts in every step of their node: the ultimate model of a run that uses the whole component.
    pub always: Vec<Output>,
    /// Output facts in some step of their node but not in all.
    pub sometimes: Vec<Output>,
}

/// Finds certain and possible facts of all fair runs in the region, and the distinct models, recursing into parts of components
/// while fewer than `most_models` are known.
///
/// # Errors
/// A bound.
pub fn analyse<S: System>(region: &mut Region<'_, S>, most_models: usize) -> Result<Analysis, Stop> {
    let mut tally = Tally {
        certain: None,
        possible: FxHashSet::default(),
        models: Models { complete: true, ..Models::default() },
        most_models,
    };
    let mut components = 0;
    let mut looked_at = 0u32;
    region.strongly_connected(|region, states| {
        looked_at += 1;
        if looked_at.is_multiple_of(1024) {
            region.budget.check()?;
        }
        if let &[state] = states {
            match region.glance(state)? {
                Glance::Unfair => return Ok(()),
                Glance::Quiet(model) => {
                    components += 1;
                    tally.note(&model, state);
                    return Ok(());
                }
                Glance::Open => {}
            }
        }
        let whole = region.component(states.to_vec())?;
        for part in region.fair_parts(whole)? {
            components += 1;
            tally.add(region, part)?;
        }
        Ok(())
    })?;
    let mut possible: Vec<Output> = tally.possible.into_iter().collect();
    possible.sort_unstable();
    Ok(Analysis { certain: tally.certain.unwrap_or_default(), possible, models: tally.models, components })
}

struct Tally {
    certain: Option<Vec<Output>>,
    possible: FxHashSet<Output>,
    models: Models,
    most_models: usize,
}

impl Tally {
    /// Counts the least model of a maximal fair component. One that is known already changes nothing: it was the least
    /// model of another component, or contains one, and `certain` is within that since.
    fn note(&mut self, model: &[Output], state: u32) {
        if self.models.add(model, state) {
            self.possible.extend(model);
            match &mut self.certain {
                None => self.certain = Some(model.to_vec()),
                Some(certain) => certain.retain(|output| model.binary_search(output).is_ok()),
            }
        }
    }

    /// Adds a maximal fair component. Its own restrictions by one fact are always tried, since they decide which facts
    /// are possible; deeper ones only make further models.
    fn add<S: System>(&mut self, region: &mut Region<'_, S>, component: Component) -> Result<(), Stop> {
        let common = common(region, &component);
        self.note(&common.always, component.states[0]);
        if common.sometimes.is_empty() {
            return Ok(());
        }
        let mut seen: FxHashSet<Vec<(u32, u32)>> = FxHashSet::default();
        let mut open = vec![(component, common, true)];
        while let Some((component, common, top)) = open.pop() {
            for &fact in &common.sometimes {
                if !top && self.models.len() >= self.most_models {
                    self.models.complete = false;
                    return Ok(());
                }
                for part in keeping(region, &component, fact)? {
                    if !seen.insert(signature(&part)) {
                        continue;
                    }
                    let inner = self::common(region, &part);
                    self.possible.extend(&inner.always);
                    self.models.add(&inner.always, part.states[0]);
                    if !inner.sometimes.is_empty() {
                        open.push((part, inner, false));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The maximal fair components of those transitions of `component` that keep `fact`: every step of its node has it.
///
/// # Errors
/// A bound.
pub fn keeping<S: System>(
    region: &mut Region<'_, S>,
    component: &Component,
    fact: Output,
) -> Result<Vec<Component>, Stop> {
    let node = region.system.output_node(fact);
    let mut holds: FxHashMap<u32, bool> = FxHashMap::default();
    let edges = component
        .edges
        .iter()
        .filter(|edge| {
            edge.choice.node != node
                || *holds
                    .entry(edge.outputs)
                    .or_insert_with(|| region.marks.outputs.members(edge.outputs).binary_search(&fact).is_ok())
        })
        .copied()
        .collect();
    region.fair_parts(Component { states: component.states.clone(), edges })
}

/// Which transitions a part consists of.
fn signature(part: &Component) -> Vec<(u32, u32)> {
    let mut list: Vec<(u32, u32)> = Vec::with_capacity(part.edges.len());
    for edge in &part.edges {
        list.push((part.states[edge.from as usize], edge.choice.node));
        list.push((edge.choice.inbox, edge.choice.rest));
    }
    list
}

/// The facts in all, and in some but not all, steps of their node in `component`.
pub fn common<S: System>(region: &Region<'_, S>, component: &Component) -> Common {
    let mut sets: Vec<(u32, u32)> = component.edges.iter().map(|edge| (edge.choice.node, edge.outputs)).collect();
    sets.sort_unstable();
    sets.dedup();
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for group in sets.chunk_by(|a, b| a.0 == b.0) {
        let mut held: Vec<Output> = Vec::new();
        for &(_, outputs) in group {
            region.marks.outputs.read(outputs, &mut held);
        }
        held.sort_unstable();
        for run in held.chunk_by(|a, b| a == b) {
            if run.len() == group.len() { always.push(run[0]) } else { sometimes.push(run[0]) }
        }
    }
    always.sort_unstable();
    sometimes.sort_unstable();
    Common { always, sometimes }
}
