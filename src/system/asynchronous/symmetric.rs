//! One state for all those that are renamings of one another.
//!
//! [`crate::reduce::symmetry`] gives permutations of values that map the transition system onto itself. Where a step leads to s, the search goes
//! on from π(s) for some product π of them. So a path of the search, q₀ –c₀→ q₁ …, stands for runs: if σ₁ is such a permutation then from
//! σ₁π₀(q₀) the choice σ₁π₀(c₀) leads to σ₁(q₁), where π₀ is what was applied there. Which π is chosen does not matter for that; how few
//! states are left does.
//!
//! **Which one.** Each value of a class has a *column*: what the state says of it, with the value itself, and other values of
//! classes, left out. A column is summed up in a number; the sum over local states, buffers and snapshots of what each says of the value.
//! Neighbours are swapped until the numbers are in order. If each fact mentions one value of a class at most, states
//! that are renamings of one another so become the same, unless two numbers collide; where a fact mentions more, some stay apart.

use super::reduced::Reduced;
use super::{Asynchronous, local};
use crate::network::Pairs;
use crate::network::traffic::Traffic;
use crate::program::{Fact, LocatedFact, Program, Value};
use crate::reduce::Flaw;
use crate::reduce::symmetry::{NO_IMAGE, Swap, classes, exchange};
use crate::system::local::LocalSteps;
use crate::system::{Choice, Stop};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// The swaps of a program, and what they make of parts of states, remembered.
#[derive(Debug)]
pub struct Symmetric {
    swaps: Vec<Remembered>,
    /// By value, its class and its number among all values of classes.
    things: FxHashMap<Value, (u32, u32)>,
    /// How many values of classes there are.
    count: usize,
    nodes: Vec<Value>,
    /// What parts of states say of values; by kind of part and node, then by number.
    said: [Vec<Vec<Option<Said>>>; 3],
    columns: Vec<u64>,
    next: Vec<u32>,
    /// How often a step led to a state for which another one was taken.
    pub mapped: u64,
    /// How often a step that changes the state led to a renaming of the same state.
    pub folded: u64,
}

/// Values, by number, and what is said of each.
type Said = Box<[(u32, u64)]>;

/// A swap of two neighbours of a class.
#[derive(Debug)]
struct Remembered {
    swap: Swap,
    /// Their numbers.
    things: (u32, u32),
    /// By fact.
    facts: FxHashMap<u32, u32>,
    /// Images by kind of part and node, then by number.
    images: [Vec<Vec<u32>>; 3],
}

const LOCAL: usize = 0;
const BUFFER: usize = 1;
const SNAPSHOT: usize = 2;
const UNKNOWN: u32 = u32::MAX;

impl Symmetric {
    /// The symmetries of a program that also keep what the reductions say of its messages; `None` if there are none.
    pub fn new(program: &Program, steps: &LocalSteps, reduced: &Reduced, flaw: Option<Flaw>) -> Option<Self> {
        let ground = steps.ground()?;
        let nodes = program.nodes.len();
        let table = || vec![Vec::new(); nodes];
        let mut things = FxHashMap::default();
        let mut swaps = Vec::new();
        for (number, class) in (0u32..).zip(classes(program, ground.engine(), flaw)) {
            let mut numbers = FxHashMap::default();
            for value in class.values {
                let thing = things.len() as u32;
                things.insert(value, (number, thing));
                numbers.insert(value, thing);
            }
            for swap in class.swaps {
                let mut facts = FxHashMap::default();
                for (node, atoms) in (0u32..).zip(&swap.atoms) {
                    let to = swap.nodes[node as usize].0;
                    let pairs = (0u32..).zip(atoms).filter(|(_, at)| **at != NO_IMAGE);
                    facts.extend(pairs.map(|(atom, &at)| (ground.fact_of(node, atom), ground.fact_of(to, at))));
                }
                if reduced.is_kept_by(&swap, &facts) {
                    let things = (numbers[&swap.values.0], numbers[&swap.values.1]);
                    swaps.push(Remembered { swap, things, facts, images: [table(), table(), table()] });
                }
            }
        }
        let said = || vec![Vec::new(); nodes];
        (!swaps.is_empty()).then(|| Symmetric {
            swaps,
            count: things.len(),
            things,
            nodes: program.nodes.clone(),
            said: [said(), said(), said()],
            columns: Vec::new(),
            next: Vec::new(),
            mapped: 0,
            folded: 0,
        })
    }

    /// The generating swaps.
    pub fn swaps(&self) -> impl Iterator<Item = &Swap> {
        self.swaps.iter().map(|remembered| &remembered.swap)
    }

    /// Replaces a state by the one that stands for all its renamings. Adds the swaps by which that was done, in order, to `by`.
    pub fn represent(
        &mut self,
        steps: &mut LocalSteps,
        traffic: &mut Traffic,
        messages: &mut Pairs,
        state: &mut Vec<u32>,
        by: &mut Vec<usize>,
    ) {
        let nodes = self.nodes.len();
        let mut columns = std::mem::take(&mut self.columns);
        columns.clear();
        columns.resize(self.count, 0);
        for node in 0..nodes {
            self.add(steps, traffic, (LOCAL, node, state[2 * node]), &mut columns);
            self.add(steps, traffic, (BUFFER, node, state[2 * node + 1]), &mut columns);
            if let Some(snapshot) = state.get(2 * nodes + node).and_then(|seen| seen.checked_sub(1)) {
                self.add(steps, traffic, (SNAPSHOT, node, snapshot), &mut columns);
            }
        }
        let mut moved = true;
        while std::mem::take(&mut moved) {
            for at in 0..self.swaps.len() {
                let (one, other) = self.swaps[at].things;
                if columns[one as usize] > columns[other as usize] {
                    columns.swap(one as usize, other as usize);
                    self.swap(at, steps, traffic, messages, state);
                    by.push(at);
                    moved = true;
                }
            }
        }
        self.columns = columns;
    }

    fn add(&mut self, steps: &LocalSteps, traffic: &Traffic, part: (usize, usize, u32), columns: &mut [u64]) {
        let (kind, node, number) = part;
        let known = &self.said[kind][node];
        if known.get(number as usize).is_none_or(Option::is_none) {
            let said = self.said_by(steps, traffic, part);
            let known = &mut self.said[kind][node];
            if known.len() <= number as usize {
                known.resize(number as usize + 1, None);
            }
            known[number as usize] = Some(said);
        }
        for &(thing, what) in self.said[kind][node][number as usize].iter().flatten() {
            columns[thing as usize] = columns[thing as usize].wrapping_add(what);
        }
    }

    /// What a part of a state says of values.
    fn said_by(&self, steps: &LocalSteps, traffic: &Traffic, (kind, node, number): (usize, usize, u32)) -> Said {
        let mut said = Vec::new();
        let place = self.nodes[node];
        match kind {
            LOCAL => {
                let Some(ground) = steps.ground() else { return said.into() };
                let mut carried = Vec::new();
                let clock = ground.carried(node as u32, number, &mut carried);
                if let Some(&(_, thing)) = self.things.get(&place) {
                    said.push((thing, hashed(&(LOCAL, clock))));
                }
                for (at, &word) in (0u32..).zip(&carried) {
                    let mut word = word;
                    while word != 0 {
                        let atom = at * 64 + word.trailing_zeros();
                        let fact = &ground.engine().atoms(crate::program::NodeId(node as u32))[atom as usize];
                        self.say(kind, place, fact, 1, &mut said);
                        word &= word - 1;
                    }
                }
            }
            BUFFER => traffic.messages(self.nodes.len(), number, node as u32, |_, fact, copies| {
                self.say(kind, place, steps.fact(crate::eval::store::FactId(fact)), copies, &mut said);
            }),
            _ => steps.snapshot(number).into_iter().for_each(|fact| {
                self.say(kind, place, steps.fact(fact), 1, &mut said);
            }),
        }
        said.into()
    }

    /// Adds what a fact says of the values that it mentions.
    fn say(&self, kind: usize, place: Value, fact: &Fact, copies: u32, said: &mut Vec<(u32, u64)>) {
        let mentioned = || std::iter::once(place).chain(fact.values.iter().copied());
        for about in mentioned() {
            let Some(&(_, thing)) = self.things.get(&about) else { continue };
            let mut hasher = FxHasher::default();
            (kind, fact.relation, copies).hash(&mut hasher);
            for value in mentioned() {
                match self.things.get(&value) {
                    Some(_) if value == about => 1u8.hash(&mut hasher),
                    Some((class, _)) => (2u8, class).hash(&mut hasher),
                    None => (3u8, value).hash(&mut hasher),
                }
            }
            said.push((thing, hasher.finish()));
        }
    }

    /// Applies a swap to a state.
    fn swap(
        &mut self,
        at: usize,
        steps: &mut LocalSteps,
        traffic: &mut Traffic,
        messages: &mut Pairs,
        state: &mut Vec<u32>,
    ) {
        let nodes = self.nodes.len();
        let mut next = std::mem::take(&mut self.next);
        next.clone_from(state);
        let remembered = &mut self.swaps[at];
        for node in 0..nodes {
            let to = remembered.swap.nodes[node].0 as usize;
            next[2 * to] = remembered.local(steps, node, state[2 * node]);
            next[2 * to + 1] = remembered.buffer(traffic, messages, node, state[2 * node + 1]);
            if let Some(&seen) = state.get(2 * nodes + node) {
                next[2 * nodes + to] =
                    seen.checked_sub(1).map_or(0, |snapshot| remembered.snapshot(steps, node, snapshot) + 1);
            }
        }
        std::mem::swap(state, &mut next);
        self.next = next;
    }

    /// The permutation that changes nothing.
    pub fn identity(&self) -> Vec<Value> {
        let mut values = vec![Value::Int(0); self.count];
        for (&value, &(_, thing)) in sorted(&self.things) {
            values[thing as usize] = value;
        }
        values
    }

    /// After the swaps `by`, in order, the permutation `after`: a permutation gives each value of a class its image.
    pub fn after(&self, after: &[Value], by: &[usize]) -> Vec<Value> {
        let image = |value| by.iter().fold(value, |value, &at| exchange(self.swaps[at].swap.values, value));
        self.identity().into_iter().map(|value| after[self.things[&image(value)].1 as usize]).collect()
    }

    /// The image of a fact under a permutation.
    pub fn image(&self, permutation: &[Value], program: &Program, located: &LocatedFact) -> LocatedFact {
        let value = |value: Value| self.things.get(&value).map_or(value, |&(_, thing)| permutation[thing as usize]);
        let node = program.node_of(value(program.node_value(located.node)));
        let values = located.fact.values.iter().map(|&v| value(v)).collect();
        LocatedFact {
            node: node.expect("internal error: a symmetry takes a node to none"),
            fact: Fact { relation: located.fact.relation, values },
        }
    }
}

impl Asynchronous<'_> {
    /// The state after `choice` itself, for which another one may stand; see [`System::step`].
    ///
    /// # Errors
    /// If the local step has no outcome.
    pub fn step_itself(&mut self, state: &[u32], choice: Choice, next: &mut Vec<u32>) -> Result<bool, Stop> {
        let Choice { node, inbox, .. } = choice;
        let moved = self.steps.moved(node, local(state, node), inbox, self.traffic.inbox(inbox))?;
        self.lead(state, choice, moved, next)
    }

    /// Replaces `next`, to which a step leads from `state`, by the state that stands for it. Returns the swaps that were made.
    pub(super) fn represent(&mut self, state: &[u32], next: &mut Vec<u32>) -> Vec<usize> {
        let mut by = Vec::new();
        if let Some(symmetric) = self.symmetric.as_mut().filter(|_| next != state) {
            symmetric.represent(&mut self.steps, &mut self.traffic, &mut self.messages, next, &mut by);
            symmetric.mapped += u64::from(!by.is_empty());
            symmetric.folded += u64::from(next == state);
        }
        by
    }

    /// The symmetries by which states stand for one another, if any.
    pub fn symmetric(&self) -> Option<&Symmetric> {
        self.symmetric.as_ref()
    }

    /// For each step of a path that leads from one state that stands for others to the next, how it is renamed in a run that ends in the
    /// last state of the path renamed by `last`; `state` gives the words of states.
    ///
    /// # Errors
    /// If a local step has no outcome.
    pub fn renamings<'g>(
        &mut self,
        path: &[(u32, Choice)],
        state: impl Fn(u32) -> &'g [u32],
        last: Vec<Value>,
    ) -> Result<Vec<Vec<Value>>, Stop> {
        let mut renamings = vec![last];
        let mut next = Vec::new();
        for &(at, choice) in path.iter().rev() {
            self.step_itself(state(at), choice, &mut next)?;
            let by = self.represent(state(at), &mut next);
            if let (Some(symmetric), Some(after)) = (&self.symmetric, renamings.last()) {
                renamings.push(symmetric.after(after, &by));
            }
        }
        renamings.reverse();
        Ok(renamings)
    }
}

fn sorted(things: &FxHashMap<Value, (u32, u32)>) -> Vec<(&Value, &(u32, u32))> {
    let mut list: Vec<_> = things.iter().collect();
    list.sort_unstable();
    list
}

fn hashed(what: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

/// The place of an image in a table, which grows if need be.
fn slot(table: &mut Vec<u32>, number: u32) -> &mut u32 {
    if table.len() <= number as usize {
        table.resize(number as usize + 1, UNKNOWN);
    }
    &mut table[number as usize]
}

impl Remembered {
    fn local(&mut self, steps: &mut LocalSteps, node: usize, local: u32) -> u32 {
        let image = slot(&mut self.images[LOCAL][node], local);
        if *image == UNKNOWN {
            let atoms = &self.swap.atoms[node];
            let carried =
                steps.ground().map_or(0, |ground| ground.engine().carried_atoms(crate::program::NodeId(node as u32)));
            let mut packed = Vec::new();
            steps.pack(node as u32, local, &mut packed);
            let bits = packed.split_off(packed.len() - carried.div_ceil(32));
            let from = packed.len();
            packed.resize(from + bits.len(), 0);
            for (at, &image) in atoms[..carried].iter().enumerate() {
                if bits[at / 32] >> (at % 32) & 1 == 1 {
                    packed[from + image as usize / 32] |= 1 << (image % 32);
                }
            }
            *image = steps.unpack(self.swap.nodes[node].0, &mut &packed[..]);
        }
        *image
    }

    fn buffer(&mut self, traffic: &mut Traffic, messages: &mut Pairs, node: usize, buffer: u32) -> u32 {
        let image = slot(&mut self.images[BUFFER][node], buffer);
        if *image == UNKNOWN {
            let to = self.swap.nodes[node].0;
            *image = match traffic {
                Traffic::Any(buffers) => {
                    let mut pairs: Vec<(u32, u32)> =
                        buffers.contents(buffer).map(|(fact, copies)| (self.facts[&fact], copies)).collect();
                    pairs.sort_unstable();
                    for &(fact, _) in &pairs {
                        messages.intern((to, fact));
                    }
                    let words: Vec<u32> = pairs.into_iter().flat_map(|(fact, copies)| [fact, copies]).collect();
                    buffers.number_of(&words)
                }
                Traffic::Fifo(_) => unreachable!("internal error: states with ordered channels are not renamed"),
            };
        }
        *image
    }

    fn snapshot(&mut self, steps: &mut LocalSteps, node: usize, snapshot: u32) -> u32 {
        let image = slot(&mut self.images[SNAPSHOT][node], snapshot);
        if *image == UNKNOWN {
            let mut facts: Vec<u32> = steps.snapshot(snapshot).iter().map(|fact| self.facts[&fact.0]).collect();
            facts.sort_unstable();
            *image = steps.snapshot_of(&facts);
        }
        *image
    }
}
