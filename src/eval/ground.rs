//! Local steps as bits: all rules grounded once, a step of a node a pass over words.
//!
//! If the values that can ever occur are known before the search, a node is a set of propositional rules over numbered
//! atoms: [`instances`] grounds the program, [`simplify`] removes what is settled beforehand, [`circuit`] orders the
//! rules of each node so that one pass over them computes D, many at once as [`runs`]; only rules that depend on one
//! another are repeated.
//! A local state is a few words, which copy, compare and hash as such. The outcome of a step is that of
//! [`super::naive`] on every input made of the atoms that can be carried, delivered or due.

mod aggregates;
mod circuit;
mod instances;
mod restrict;
mod runs;
mod simplify;

use crate::budget::Budget;
use crate::program::{Fact, NodeId, Program, RelationId, RuleKind};
pub use aggregates::Aggregation;
use circuit::Circuit;
pub use circuit::Numbered;
use instances::{AtomId, Instances, instances};
use simplify::simplify;

/// A program without variables, ready to take steps.
#[derive(Debug, Clone)]
pub struct Ground {
    nodes: Vec<GroundNode>,
    /// How many relations the program has; facts of others are hidden atoms.
    relations: usize,
    /// The relations of hidden atoms that stand for no parts either, sorted.
    counters: Vec<RelationId>,
    aggregations: Vec<Aggregation>,
}

/// One node's atoms and rules. An atom is known by its number at the node, a bit of D.
#[derive(Debug, Clone, Default)]
struct GroundNode {
    /// Those that can be carried come first, then the other ones, sorted in each part.
    atoms: Vec<Fact>,
    /// The atoms in order with their numbers.
    numbers: Vec<(Fact, u32)>,
    carried: usize,
    /// The atoms that are due at some step, with the step, sorted by it.
    events: Vec<(u64, u32)>,
    /// What can be sent from here: addressee and number there, sorted.
    messages: Vec<(NodeId, u32)>,
    /// The rules, for those who reason about them.
    rules: Vec<Numbered>,
    circuit: Circuit,
}

/// What one local step makes of its input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroundStep {
    /// D, by the numbers of [`Ground::atoms`].
    pub derived: Vec<u64>,
    /// What is carried to the next step: by the same numbers, in the [`Ground::carried_words`] that they need.
    pub next: Vec<u64>,
    /// What is sent: numbers of [`Ground::messages`], sorted.
    pub sent: Vec<u32>,
    /// The same as bits; working space.
    sent_bits: Vec<u64>,
}

impl Ground {
    /// Grounds a program. `None` if it has a sum or several aggregates in one head, or may err, or has more values, instances or facts in D than the
    /// budget (or a bound of some hundred thousand) allows: then only the other evaluators serve.
    pub fn new(program: &Program, budget: &Budget) -> Option<Ground> {
        let mut instances = instances(program, budget)?;
        let known = simplify(&mut instances);
        let nodes = Numbering::new(program, &instances, &known.possible);
        let fits = nodes.atoms.iter().all(|atoms| atoms.len() <= budget.max_facts);
        let mut aggregations = std::mem::take(&mut instances.aggregations);
        for Aggregation { node, parts, certain, .. } in &mut aggregations {
            let is = |known: &[bool], part: &Fact| instances.atom(*node, part).is_some_and(|atom| known[atom as usize]);
            parts.retain(|part| is(&known.possible, part));
            certain.extend(parts.iter().filter(|part| is(&known.certain, part)).cloned());
        }
        fits.then(|| Ground {
            relations: program.relations.len(),
            nodes: program.node_ids().map(|node| nodes.node(node, &instances, &known.certain)).collect(),
            counters: instances.hidden.clone(),
            aggregations,
        })
    }

    /// What aggregates are over each group that can have parts.
    pub fn aggregations(&self) -> &[Aggregation] {
        &self.aggregations
    }

    /// Whether an atom is one of those by which an aggregate is worked out: what it means depends on the order of the parts.
    pub fn is_counter(&self, fact: &Fact) -> bool {
        self.counters.binary_search(&fact.relation).is_ok()
    }

    /// The facts that can hold at a node, hidden ones included; the index is the bit. Those that can be carried come first.
    pub fn atoms(&self, node: NodeId) -> &[Fact] {
        &self.node(node).atoms
    }

    /// Whether a fact is one of the program's. The others are *hidden*: they stand for parts of aggregates.
    pub fn is_shown(&self, fact: &Fact) -> bool {
        (fact.relation.0 as usize) < self.relations
    }

    /// The number of a fact at a node, if it can hold there.
    pub fn atom(&self, node: NodeId, fact: &Fact) -> Option<u32> {
        let numbers = &self.node(node).numbers;
        numbers.binary_search_by(|(f, _)| f.cmp(fact)).ok().map(|at| numbers[at].1)
    }

    /// How many words D of a node takes.
    pub fn words(&self, node: NodeId) -> usize {
        self.node(node).atoms.len().div_ceil(64)
    }

    /// How many words the facts take that a node carries; only the lowest [`Self::carried_atoms`] bits are ever set.
    pub fn carried_words(&self, node: NodeId) -> usize {
        self.node(node).carried.div_ceil(64)
    }

    /// How many atoms of a node can be carried; they are the first.
    pub fn carried_atoms(&self, node: NodeId) -> usize {
        self.node(node).carried
    }

    /// The events of a node: step and atom, sorted.
    pub fn events(&self, node: NodeId) -> &[(u64, u32)] {
        &self.node(node).events
    }

    /// The atoms that hold in every step of a node, as bits.
    pub fn certain(&self, node: NodeId) -> &[u64] {
        &self.node(node).circuit.certain
    }

    /// What a node can send: addressee and atom there, sorted.
    pub fn messages(&self, node: NodeId) -> &[(NodeId, u32)] {
        &self.node(node).messages
    }

    /// The rules of a node over its atoms; the head of an async rule is a number of [`Self::messages`]. Certain atoms are
    /// in no body, and neither are atoms that can never hold.
    pub fn rules(&self, node: NodeId) -> &[Numbered] {
        &self.node(node).rules
    }

    /// A local step of `node`: `carried` as bits, delivered facts and due events as atoms in any order; static and
    /// built-in facts are known. The outcome is written over `outcome`, whose buffers are reused. Linear in the node's
    /// rules, unless they are recursive.
    ///
    /// # Panics
    /// If `carried` is not [`Self::carried_words`] long or an atom is none of the node's.
    pub fn step(&self, node: NodeId, carried: &[u64], delivered: &[u32], due: &[u32], outcome: &mut GroundStep) {
        let node = self.node(node);
        let circuit = &node.circuit;
        let GroundStep { derived, next, sent, sent_bits } = outcome;
        derived.clear();
        derived.extend_from_slice(&circuit.certain);
        for (word, &carried) in derived[..node.carried.div_ceil(64)].iter_mut().zip(carried) {
            *word |= carried;
        }
        for &atom in delivered.iter().chain(due) {
            derived[atom as usize / 64] |= 1 << (atom % 64);
        }
        circuit.close(derived);
        circuit.keep(derived, next);
        circuit.send(derived, sent_bits);
        sent.clear();
        for (at, &word) in (0..).zip(&*sent_bits) {
            let mut word = word;
            while word != 0 {
                sent.push(at * 64 + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }

    fn node(&self, node: NodeId) -> &GroundNode {
        &self.nodes[node.0 as usize]
    }
}

/// The atoms of each node and their numbers there.
struct Numbering {
    /// By node, the atoms by number.
    atoms: Vec<Vec<AtomId>>,
    /// By node, how many of them can be carried.
    carried: Vec<usize>,
    /// By atom, its number at its node.
    number: Vec<u32>,
}

impl Numbering {
    fn new(program: &Program, instances: &Instances, possible: &[bool]) -> Self {
        let mut carried = vec![false; instances.atoms.len()];
        for rule in instances.rules.iter().filter(|rule| rule.kind == RuleKind::Inductive) {
            carried[rule.head as usize] = true;
        }
        let mut numbering = Numbering {
            atoms: vec![Vec::new(); program.nodes.len()],
            carried: vec![0; program.nodes.len()],
            number: vec![0; instances.atoms.len()],
        };
        for part in [true, false] {
            for (atom, (node, _)) in instances.atoms.iter().enumerate() {
                if possible[atom] && carried[atom] == part {
                    let atoms = &mut numbering.atoms[node.0 as usize];
                    numbering.number[atom] = atoms.len() as u32;
                    atoms.push(atom as AtomId);
                    numbering.carried[node.0 as usize] += usize::from(part);
                }
            }
        }
        numbering
    }

    fn node(&self, node: NodeId, instances: &Instances, certain: &[bool]) -> GroundNode {
        let at = node.0 as usize;
        let number = |atom: AtomId| self.number[atom as usize];
        let here: Vec<_> = instances.rules.iter().filter(|rule| rule.node == node).collect();
        let addressed = |atom: AtomId| (instances.atoms[atom as usize].0, number(atom));
        let mut messages: Vec<(NodeId, u32)> =
            here.iter().filter(|rule| rule.kind == RuleKind::Async).map(|rule| addressed(rule.head)).collect();
        messages.sort_unstable();
        messages.dedup();
        let message = |atom| messages.binary_search(&addressed(atom)).map_or(0, |at| at as u32);
        let rules = here.iter().map(|rule| Numbered {
            kind: rule.kind,
            head: if rule.kind == RuleKind::Async { message(rule.head) } else { number(rule.head) },
            positive: rule.positive.iter().map(|&atom| number(atom)).collect(),
            negative: rule.negative.iter().map(|&atom| number(atom)).collect(),
        });
        let rules: Vec<Numbered> = rules.collect();
        let held = (0..).zip(&self.atoms[at]).filter(|(_, atom)| certain[**atom as usize]).map(|(number, _)| number);
        let circuit = Circuit::new(self.atoms[at].len(), self.carried[at], messages.len(), held, &rules);
        let atoms: Vec<Fact> = self.atoms[at].iter().map(|&atom| instances.atoms[atom as usize].1.clone()).collect();
        let mut numbers: Vec<(Fact, u32)> = atoms.iter().cloned().zip(0..).collect();
        numbers.sort_unstable();
        let mut events: Vec<(u64, u32)> = instances
            .events
            .iter()
            .filter(|(atom, _)| instances.atoms[*atom as usize].0 == node)
            .map(|&(atom, step)| (step, number(atom)))
            .collect();
        events.sort_unstable();
        GroundNode { atoms, numbers, carried: self.carried[at], events, messages, rules, circuit }
    }
}
