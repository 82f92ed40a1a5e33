//! A component as far as rates are concerned: small, with the same certificates.
//!
//! 1. Only messages that some transition draws from ω without sending them can be short.
//! 2. A transition that loses none of the messages left is *free*. If a cycle of free transitions gains a message, the
//!    price of that message is 0 in every certificate, since no cycle may gain. Such messages are left out, which makes more transitions
//!    free, and so on. Mostly nothing is left.
//! 3. Now cycles of free transitions gain nothing. Going round one of them, (1) sums up to 0 ≤ 0: it is tight, and heights
//!    are equal all along. So the strongly connected parts under free transitions become one state each.
//! 4. Of transitions with the same ends and the same gain one is enough, and loops that gain nothing say nothing.

use crate::explore::components::components;
use crate::system::Message;
use crate::ultimate::fairness::{Component, Edge, Marks};
use rustc_hash::FxHashMap;

/// The quotient of a component.
pub struct Quotient {
    /// The messages that may have a price, sorted.
    pub messages: Vec<Message>,
    /// The distinct gains of transitions, a number a message.
    pub gains: Vec<Vec<i64>>,
    /// For each state of the component its state here.
    pub group: Vec<u32>,
    /// Number of states here; they are strongly connected.
    pub groups: usize,
    /// Transitions, sorted.
    pub arcs: Vec<Arc>,
}

/// A transition of the quotient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arc {
    /// Source.
    pub from: u32,
    /// Target.
    pub to: u32,
    /// An index into [`Quotient::gains`].
    pub gain: u32,
}

impl Quotient {
    /// The quotient of `part`, of whose messages `omega` (sorted) are counted ω somewhere; `None` if no message can be short, so that nothing
    /// may be dropped.
    pub fn of(part: &Component, omega: &[Message], marks: &Marks) -> Option<Quotient> {
        let (kinds, gains) = kinds(part, omega, marks);
        let mut live: Vec<usize> = (0..omega.len()).filter(|&m| gains.iter().any(|gain| gain[m] < 0)).collect();
        let (group, groups) = loop {
            if live.is_empty() {
                return None;
            }
            let free: Vec<bool> = gains.iter().map(|gain| live.iter().all(|&m| gain[m] >= 0)).collect();
            let (group, groups) = condense(part, |edge| free[kinds[edge] as usize]);
            let mut inside = vec![false; gains.len()];
            for (edge, &kind) in part.edges.iter().zip(&kinds) {
                inside[kind as usize] |= free[kind as usize] && group[edge.from as usize] == group[edge.to as usize];
            }
            let short = |&m: &usize| !gains.iter().zip(&inside).any(|(gain, &inside)| inside && gain[m] > 0);
            let left: Vec<usize> = live.iter().copied().filter(short).collect();
            if left.len() == live.len() {
                break (group, groups);
            }
            live = left;
        };
        let mut numbers: FxHashMap<Vec<i64>, u32> = FxHashMap::default();
        let mut distinct: Vec<Vec<i64>> = Vec::new();
        let mut number = |gain: &Vec<i64>| {
            let gain: Vec<i64> = live.iter().map(|&m| gain[m]).collect();
            *numbers.entry(gain).or_insert_with_key(|gain| {
                distinct.push(gain.clone());
                distinct.len() as u32 - 1
            })
        };
        let numbers: Vec<u32> = gains.iter().map(&mut number).collect();
        let arc = |(edge, &kind): (&Edge, &u32)| Arc {
            from: group[edge.from as usize],
            to: group[edge.to as usize],
            gain: numbers[kind as usize],
        };
        let says_nothing = |arc: &Arc| arc.from == arc.to && distinct[arc.gain as usize].iter().all(|&gain| gain == 0);
        let mut arcs: Vec<Arc> = part.edges.iter().zip(&kinds).map(arc).filter(|arc| !says_nothing(arc)).collect();
        arcs.sort_unstable();
        arcs.dedup();
        let messages = live.iter().map(|&m| omega[m]).collect();
        Some(Quotient { messages, gains: distinct, group, groups, arcs })
    }

    /// What a circulation that uses every transition gains: for each one a way to it from the first state, and from it
    /// back, along the trees of two breadth-first searches.
    pub fn gain_of_all(&self) -> Vec<i128> {
        let mut uses = vec![1u64; self.arcs.len()];
        for backward in [false, true] {
            let ends = |arc: &Arc| if backward { (arc.to, arc.from) } else { (arc.from, arc.to) };
            let mut around: Vec<Vec<u32>> = vec![Vec::new(); self.groups];
            for (at, arc) in (0u32..).zip(&self.arcs) {
                around[ends(arc).0 as usize].push(at);
            }
            let mut by: Vec<Option<u32>> = vec![None; self.groups];
            let mut order = vec![0u32];
            let mut at = 0;
            while let Some(&state) = order.get(at) {
                at += 1;
                for &arc in &around[state as usize] {
                    let next = ends(&self.arcs[arc as usize]).1;
                    if next != 0 && by[next as usize].is_none() {
                        by[next as usize] = Some(arc);
                        order.push(next);
                    }
                }
            }
            // How many of the ways lead over each state; a way passes it once.
            let mut over: Vec<u64> = around.iter().map(|arcs| arcs.len() as u64).collect();
            for &state in order.iter().rev() {
                if let Some(arc) = by[state as usize] {
                    uses[arc as usize] += over[state as usize];
                    over[ends(&self.arcs[arc as usize]).0 as usize] += over[state as usize];
                }
            }
        }
        self.sum(self.arcs.iter().zip(&uses).map(|(arc, &uses)| (arc, uses)))
    }

    /// The gain of some transitions, each so often.
    pub fn sum<'a>(&self, arcs: impl Iterator<Item = (&'a Arc, u64)>) -> Vec<i128> {
        let mut sum = vec![0i128; self.messages.len()];
        for (arc, uses) in arcs {
            for (sum, &gain) in sum.iter_mut().zip(&self.gains[arc.gain as usize]) {
                *sum += i128::from(gain) * i128::from(uses);
            }
        }
        sum
    }
}

/// For each transition a number for what it delivers and sends, and for each of these numbers the gain of each message.
fn kinds(part: &Component, omega: &[Message], marks: &Marks) -> (Vec<u32>, Vec<Vec<i64>>) {
    let mut numbers: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut gains: Vec<Vec<i64>> = Vec::new();
    let mut kind = |edge: &Edge| {
        *numbers.entry((edge.delivered, edge.sent)).or_insert_with(|| {
            let mut gain = vec![0; omega.len()];
            for (set, copies) in [(edge.delivered, -1), (edge.sent, 1)] {
                for message in marks.messages.members(set) {
                    if let Ok(at) = omega.binary_search(&message) {
                        gain[at] += copies;
                    }
                }
            }
            gains.push(gain);
            gains.len() as u32 - 1
        })
    };
    let kinds = part.edges.iter().map(&mut kind).collect();
    (kinds, gains)
}

/// For each state the number of its strongly connected component under those transitions that `keep` (given their index) keeps, and
/// how many there are.
fn condense(part: &Component, keep: impl Fn(usize) -> bool) -> (Vec<u32>, usize) {
    let mut targets: Vec<u32> = Vec::new();
    let mut starts: Vec<usize> = Vec::with_capacity(part.states.len() + 1);
    for (at, edge) in part.edges.iter().enumerate() {
        while starts.len() <= edge.from as usize {
            starts.push(targets.len());
        }
        if keep(at) {
            targets.push(edge.to);
        }
    }
    starts.resize(part.states.len() + 1, targets.len());
    let mut group = vec![0u32; part.states.len()];
    let mut groups = 0;
    components(
        part.states.len(),
        0..part.states.len() as u32,
        |state| &targets[starts[state as usize]..starts[state as usize + 1]],
        |_| true,
        |members| {
            for &member in members {
                group[member as usize] = groups;
            }
            groups += 1;
        },
    );
    (group, groups as usize)
}
