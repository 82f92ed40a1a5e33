//! Persistent sets of nodes: where a set of nodes can receive nothing more before one of them moves, only their steps are tried.
//!
//! Let X be a set of nodes and s a state from which the other nodes, however they step, can send nothing to X as long as no node of X
//! does more than idle without effect (an idle step after which the state is the same). Take a fair run from s in which X does something that has an effect, at some time. The first such
//! step, of x ∈ X, delivers what was in flight in s already, since nothing arrived; it is enabled in s, with the same outcome. Steps of other
//! nodes before it neither see it nor disable it: nodes share nothing, and sending only adds to buffers. So it can be taken first, and the
//! others after it in their order: the same local steps at each node, but for idle steps of X without any effect, which are left out.
//! So from s it is enough to try the steps of X that have an effect. (This is a persistent set in the sense of Godefroid, of
//! all choices of some processes, for steps that are commands to one process and additions to other processes' queues.)
//!
//! Ordered channels change nothing in this. What is in flight to X in s is all that its channels hold until X moves, so its first step delivers
//! from them what it could deliver in s. And a step of x joins what it sends to the end of channels on which only x sends,
//! so it is the same before or after steps of others, which take from the front what they would have taken.
//!
//! Does X do something in every fair run? It must, if a node of X has something in flight, or an idle step of it has an
//! effect: only nodes of which this is so are candidates. Idle steps are left out a finite number of times, so the ultimate facts stay the same,
//! provided that no such state is passed infinitely often: the search tries everything in states of loops ([`crate::explore`]). An idle
//! step in which a `never` relation holds has an effect. Observers must not see any step of X too early ([`super::observed`]).
//!
//! *Silent* messages ([`super::eager`]) may come to X. The first step of X that delivers something else, or has an effect without it, is
//! taken first as above, without the silent messages that came; these are delivered by the next step of their node, and that is all the same.
//!
//! What other nodes can send is over-approximated: all that follows, negation ignored, from what they carry, what is in
//! flight to them or can be sent to them, and events that are still due. Only rules that forbid a guarded atom which is
//! true by now are dead.

use super::atoms::{Atom, Atoms};
use crate::eval::ground::Ground;
use crate::program::{Program, RuleKind};

/// What nodes may ever send, from some local state on.
#[derive(Debug)]
pub struct Future {
    nodes: Vec<Node>,
    holds: Vec<u64>,
    missing: Vec<u32>,
    open: Vec<u32>,
}

/// The rules of a node, over its own numbers.
#[derive(Debug, Default)]
struct Node {
    atoms: usize,
    rules: Vec<Derivation>,
    needs: Vec<u32>,
    /// By atom, the rules that need it.
    readers: Vec<Vec<u32>>,
    /// Rules that need nothing.
    free: Vec<u32>,
}

#[derive(Debug)]
struct Derivation {
    head: u32,
    sends: bool,
    /// The guarded atoms that it forbids.
    locks: Vec<u32>,
}

impl Future {
    /// The rules of a grounded program. Linear in them.
    pub fn new(program: &Program, ground: &Ground, atoms: &Atoms) -> Self {
        let nodes = program
            .node_ids()
            .map(|id| {
                let here = atoms.of_node(id.0).start;
                let count = ground.atoms(id).len();
                let mut node = Node { atoms: count, readers: vec![Vec::new(); count], ..Node::default() };
                for (number, rule) in (0u32..).zip(ground.rules(id)) {
                    rule.positive.iter().for_each(|&atom| node.readers[atom as usize].push(number));
                    node.needs.push(rule.positive.len() as u32);
                    if rule.positive.is_empty() {
                        node.free.push(number);
                    }
                    let guarded = |&atom: &u32| atoms.is_guarded(here + atom as Atom);
                    node.rules.push(Derivation {
                        head: rule.head,
                        sends: rule.kind == RuleKind::Async,
                        locks: rule.negative.iter().copied().filter(guarded).collect(),
                    });
                }
                node
            })
            .collect();
        Future { nodes, holds: Vec::new(), missing: Vec::new(), open: Vec::new() }
    }

    /// Writes the messages (numbers of [`Ground::messages`]) that `node` may send at some time into `sent` (cleared first), sorted, if
    /// it carries `carried` and no atoms but `given` (events still due, messages) come to it. Linear in its rules.
    pub fn may_send(&mut self, node: u32, carried: &[u64], given: impl Iterator<Item = u32>, sent: &mut Vec<u32>) {
        let Future { nodes, holds, missing, open } = self;
        let node = &nodes[node as usize];
        let carries = |atom: u32| carried.get(atom as usize / 64).is_some_and(|word| word >> (atom % 64) & 1 > 0);
        sent.clear();
        holds.clear();
        holds.resize(node.atoms.div_ceil(64), 0);
        missing.clear();
        missing.extend_from_slice(&node.needs);
        open.clear();
        open.extend(given);
        for (at, &word) in (0u32..).zip(carried) {
            let mut word = word;
            while word != 0 {
                open.push(at * 64 + word.trailing_zeros());
                word &= word - 1;
            }
        }
        let fire = |rule: u32, open: &mut Vec<u32>, sent: &mut Vec<u32>| {
            let Derivation { head, sends, ref locks } = node.rules[rule as usize];
            if locks.iter().any(|&lock| carries(lock)) {
                return;
            }
            if sends { sent.push(head) } else { open.push(head) }
        };
        node.free.iter().for_each(|&rule| fire(rule, open, sent));
        while let Some(atom) = open.pop() {
            let (word, bit) = (atom as usize / 64, 1u64 << (atom % 64));
            if holds[word] & bit > 0 {
                continue;
            }
            holds[word] |= bit;
            for &rule in &node.readers[atom as usize] {
                missing[rule as usize] -= 1;
                if missing[rule as usize] == 0 {
                    fire(rule, open, sent);
                }
            }
        }
        sent.sort_unstable();
        sent.dedup();
    }
}
