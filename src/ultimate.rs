//! Ultimate models of the fair runs of an explored system (semantics §3).
//!
//! A fair run stays from some time on in one fair component E ([`fairness`]) and uses all of it for ever. Its ultimate facts are the
//! output facts that hold in *every* step of their node in E: facts hold on steps, that is on transitions, not on states.
//! So the ultimate models are the sets U(E) for fair components E. For a maximal fair component C, U(C) is the least of its
//! models, and every other model of a part of C is U(C') for a maximal fair component C' of C restricted to the transitions that keep
//! some more facts. [`analyse`] finds, fact by fact, which are in every model and which in some, exactly; the models
//! themselves are listed as far as asked.
//!
//! A fact is at a node, so a model is one set of output facts a node. The system numbers these sets, and a model is a row
//! of numbers until somebody asks for its facts: large systems have a component, and often a model, for every second state.

pub mod fairness;
pub mod lasso;
pub mod rates;

use crate::system::words::Rows;
use crate::system::{Output, OutputSet, Stop, System};
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

/// Distinct models, in the order in which they were found.
#[derive(Debug)]
pub struct Models {
    /// For each node the set of its facts.
    rows: Rows,
    /// For each model the smallest state of a component that has it.
    first_states: Vec<u32>,
    /// Whether these are all.
    pub complete: bool,
}

impl Models {
    fn new(nodes: usize) -> Self {
        Models { rows: Rows::new(nodes), first_states: Vec::new(), complete: true }
    }

    fn add(&mut self, model: &[OutputSet], state: u32) {
        let id = self.rows.number_of(model) as usize;
        match self.first_states.get_mut(id) {
            Some(first) => *first = state.min(*first),
            None => self.first_states.push(state),
        }
    }

    /// How many were found.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none was found.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The facts of a model, sorted; `system` is the one that was analysed.
    pub fn facts<S: System>(&self, system: &mut S, model: usize) -> Vec<Output> {
        let mut facts = Vec::new();
        for (node, &set) in (0..).zip(self.rows.get(model as u32)) {
            system.members(node, set, &mut facts);
        }
        facts.sort_unstable();
        facts
    }

    /// The facts in all models and those in some, each sorted.
    fn spread<S: System>(&self, system: &mut S) -> (Vec<Output>, Vec<Output>) {
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        for node in 0..if self.is_empty() { 0 } else { system.nodes() } {
            let sets: Vec<OutputSet> = (0..self.len()).map(|model| self.rows.get(model as u32)[node]).collect();
            let spread = system.spread(node as u32, &sets);
            system.members(node as u32, spread.all, &mut certain);
            system.members(node as u32, spread.some, &mut possible);
        }
        certain.sort_unstable();
        possible.sort_unstable();
        (certain, possible)
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
    /// For each node the output facts in all of its steps: the ultimate model of a run that uses the whole component.
    pub model: Vec<OutputSet>,
    /// Output facts in some step of their node but not in all, sorted.
    pub sometimes: Vec<Output>,
}

impl Common {
    /// Whether a fact is in all steps of its node.
    pub fn keeps<S: System>(&self, system: &mut S, fact: Output) -> bool {
        let node = system.output_node(fact);
        has(system, node, self.model[node as usize], fact)
    }
}

/// A part of `component`, itself if that will do, in which exactly the facts of `model` (sorted) are in all steps of their nodes. Every fair run
/// with this model that stays in `component` goes on in one of the parts that are looked at.
///
/// # Errors
/// A bound.
pub fn with_model<S: System>(
    region: &mut Region<'_, S>,
    component: Component,
    model: &[Output],
) -> Result<Option<Component>, Stop> {
    let mut open = vec![component];
    let mut seen: FxHashSet<Vec<(u32, u32)>> = FxHashSet::default();
    while let Some(part) = open.pop() {
        let common = common(region, &part);
        let mut kept = Vec::new();
        for (node, &set) in (0..).zip(&common.model) {
            region.system.members(node, set, &mut kept);
        }
        // The parts of a part have no less in common.
        if kept.iter().any(|fact| model.binary_search(fact).is_err()) {
            continue;
        }
        let Some(&fact) = model.iter().find(|fact| !kept.contains(fact)) else { return Ok(Some(part)) };
        open.extend(keeping(region, &part, fact)?.into_iter().filter(|part| seen.insert(signature(part))));
    }
    Ok(None)
}

/// Finds certain and possible facts of all fair runs in the region, and the distinct models, recursing into parts of components
/// while fewer than `most_models` are known.
///
/// # Errors
/// A bound.
pub fn analyse<S: System>(region: &mut Region<'_, S>, most_models: usize) -> Result<Analysis, Stop> {
    let mut tally = Tally { models: Models::new(region.system.nodes()), most_models };
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
                Glance::Quiet => {
                    components += 1;
                    tally.models.add(&region.quiet, state);
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
    // Every other model of a component contains its least one, so all models together have in common what the least ones
    // have; and each component's restrictions by one fact, which decide what is possible, are among the models.
    let (certain, possible) = tally.models.spread(region.system);
    Ok(Analysis { certain, possible, models: tally.models, components })
}

struct Tally {
    models: Models,
    most_models: usize,
}

impl Tally {
    /// Adds a maximal fair component. Its own restrictions by one fact are always tried, since they decide which facts
    /// are possible; deeper ones only make further models.
    fn add<S: System>(&mut self, region: &mut Region<'_, S>, component: Component) -> Result<(), Stop> {
        let common = common(region, &component);
        self.models.add(&common.model, component.states[0]);
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
                    self.models.add(&inner.model, part.states[0]);
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
                || *holds.entry(edge.outputs).or_insert_with(|| has(region.system, node, edge.outputs, fact))
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

/// What is in all, and in some but not all, steps of their node in `component`, in which every node steps.
pub fn common<S: System>(region: &mut Region<'_, S>, component: &Component) -> Common {
    let mut steps: Vec<(u32, OutputSet)> =
        component.edges.iter().map(|edge| (edge.choice.node, edge.outputs)).collect();
    steps.sort_unstable();
    steps.dedup();
    let mut common = Common { model: Vec::new(), sometimes: Vec::new() };
    let (mut always, mut sets) = (Vec::new(), Vec::new());
    for group in steps.chunk_by(|a, b| a.0 == b.0) {
        let node = group[0].0;
        sets.clear();
        sets.extend(group.iter().map(|&(_, set)| set));
        let spread = region.system.spread(node, &sets);
        common.model.push(spread.all);
        region.system.members(node, spread.all, &mut always);
        region.system.members(node, spread.some, &mut common.sometimes);
    }
    always.sort_unstable();
    common.sometimes.retain(|fact| always.binary_search(fact).is_err());
    common.sometimes.sort_unstable();
    common
}

/// Whether a set of output facts at `node` has this one.
pub fn has<S: System>(system: &mut S, node: u32, set: OutputSet, fact: Output) -> bool {
    let mut facts = Vec::new();
    system.members(node, set, &mut facts);
    facts.contains(&fact)
}
