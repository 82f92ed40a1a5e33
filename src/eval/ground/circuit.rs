//! The rules of one node over numbered atoms, ordered for evaluation.
//!
//! The graph from heads to what they read, positively or not, falls into strongly connected parts, lowest first. A part
//! of one atom takes each of its rules once; in a larger one, which stratification keeps free of negation, rules are
//! taken until nothing changes. A rule is a comparison of masked words; exact persistence is a masked copy.

use crate::program::RuleKind;
use petgraph::graph::{DiGraph, NodeIndex};

/// A ground rule over a node's numbers; the head of an async rule is a number of its messages.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// When its head holds.
    pub kind: RuleKind,
    /// What it derives.
    pub head: u32,
    /// What it needs.
    pub positive: Vec<u32>,
    /// What it forbids.
    pub negative: Vec<u32>,
}

/// One node's rules.
#[derive(Debug, Clone, Default)]
pub struct Circuit {
    /// D without any input.
    pub certain: Vec<u64>,
    /// Deductive rules in order of evaluation.
    deductive: Vec<Gate>,
    /// Parts of them that are taken until nothing changes: from, to.
    recursive: Vec<(usize, usize)>,
    /// The carried atoms that persist exactly.
    persistent: Vec<u64>,
    inductive: Vec<Gate>,
    sending: Vec<Gate>,
    /// How many words the messages take.
    sent_words: usize,
    /// The tests of gates beyond their first.
    tests: Vec<Test>,
}

/// `word & mask == value`: some atoms hold and some do not.
#[derive(Debug, Clone, Copy, Default)]
struct Test {
    word: u32,
    mask: u64,
    value: u64,
}

/// A rule: sets a bit if its tests succeed.
#[derive(Debug, Clone, Copy)]
struct Gate {
    first: Test,
    rest: (u32, u32),
    head_word: u32,
    head_bit: u64,
}

impl Circuit {
    /// The rules of a node with this many atoms, of which this many can be carried, and messages.
    pub fn new(
        atoms: usize,
        carried: usize,
        messages: usize,
        certain: impl Iterator<Item = u32>,
        rules: &[Numbered],
    ) -> Self {
        let mut circuit = Circuit {
            certain: vec![0; atoms.div_ceil(64)],
            persistent: vec![0; carried.div_ceil(64)],
            sent_words: messages.div_ceil(64),
            ..Circuit::default()
        };
        certain.for_each(|atom| circuit.certain[atom as usize / 64] |= 1 << (atom % 64));
        let of_kind = |kind| rules.iter().filter(move |rule| rule.kind == kind);
        for rule in of_kind(RuleKind::Inductive) {
            if rule.negative.is_empty() && rule.positive == [rule.head] {
                circuit.persistent[rule.head as usize / 64] |= 1 << (rule.head % 64);
            } else {
                let gate = circuit.gate(rule);
                circuit.inductive.push(gate);
            }
        }
        for rule in of_kind(RuleKind::Async) {
            let gate = circuit.gate(rule);
            circuit.sending.push(gate);
        }
        let deductive: Vec<&Numbered> = of_kind(RuleKind::Deductive).collect();
        for part in parts(atoms, &deductive) {
            let from = circuit.deductive.len();
            for rule in &part.rules {
                let gate = circuit.gate(rule);
                circuit.deductive.push(gate);
            }
            if part.recursive {
                circuit.recursive.push((from, circuit.deductive.len()));
            }
        }
        circuit
    }

    fn gate(&mut self, rule: &Numbered) -> Gate {
        let mut tests: Vec<Test> = Vec::new();
        let literals = rule.positive.iter().map(|&atom| (atom, true)).chain(rule.negative.iter().map(|&a| (a, false)));
        for (atom, holds) in literals {
            let (word, bit) = (atom / 64, 1 << (atom % 64));
            let test = match tests.iter().position(|test| test.word == word) {
                Some(test) => &mut tests[test],
                None => {
                    tests.push(Test { word, ..Test::default() });
                    tests.last_mut().expect("one was pushed")
                }
            };
            test.mask |= bit;
            test.value |= if holds { bit } else { 0 };
        }
        let first = tests.first().copied().unwrap_or_default();
        let from = self.tests.len() as u32;
        self.tests.extend(tests.iter().skip(1));
        let rest = (from, self.tests.len() as u32);
        Gate { first, rest, head_word: rule.head / 64, head_bit: 1 << (rule.head % 64) }
    }

    /// Closes D under the deductive rules.
    pub fn close(&self, derived: &mut [u64]) {
        let mut at = 0;
        for &(from, to) in &self.recursive {
            self.pass(&self.deductive[at..from], derived);
            while self.pass(&self.deductive[from..to], derived) {}
            at = to;
        }
        self.pass(&self.deductive[at..], derived);
    }

    /// Takes each gate once; whether a bit was set that was not before.
    fn pass(&self, gates: &[Gate], derived: &mut [u64]) -> bool {
        let mut changed = 0;
        for gate in gates {
            let open = if self.opens(gate, derived) { gate.head_bit } else { 0 };
            let word = &mut derived[gate.head_word as usize];
            changed |= open & !*word;
            *word |= open;
        }
        changed != 0
    }

    /// What the inductive rules derive.
    pub fn keep(&self, derived: &[u64], next: &mut Vec<u64>) {
        next.clear();
        next.extend(self.persistent.iter().zip(derived).map(|(mask, word)| mask & word));
        for gate in &self.inductive {
            next[gate.head_word as usize] |= if self.opens(gate, derived) { gate.head_bit } else { 0 };
        }
    }

    /// What the async rules derive.
    pub fn send(&self, derived: &[u64], sent: &mut Vec<u64>) {
        sent.clear();
        sent.resize(self.sent_words, 0);
        for gate in &self.sending {
            sent[gate.head_word as usize] |= if self.opens(gate, derived) { gate.head_bit } else { 0 };
        }
    }

    fn opens(&self, gate: &Gate, derived: &[u64]) -> bool {
        // A rule without literals tests nothing of the first word; there may be no word at all.
        let succeeds = |test: &Test| derived.get(test.word as usize).is_none_or(|w| w & test.mask == test.value);
        succeeds(&gate.first) && self.tests[gate.rest.0 as usize..gate.rest.1 as usize].iter().all(succeeds)
    }
}

/// Rules whose heads depend on one another, or the rules of one atom.
struct Part<'a> {
    rules: Vec<&'a Numbered>,
    recursive: bool,
}

/// The parts that have rules, each after those that it reads.
fn parts<'a>(atoms: usize, rules: &[&'a Numbered]) -> Vec<Part<'a>> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..atoms).map(|_| graph.add_node(())).collect();
    for rule in rules {
        for &atom in rule.positive.iter().chain(&rule.negative) {
            graph.add_edge(nodes[rule.head as usize], nodes[atom as usize], ());
        }
    }
    // Kosaraju's algorithm gives the parts that others read first.
    let parts = petgraph::algo::kosaraju_scc(&graph);
    let mut part_of = vec![0; atoms];
    for (number, part) in parts.iter().enumerate() {
        part.iter().for_each(|atom| part_of[atom.index()] = number);
    }
    let mut found: Vec<Part> = parts.iter().map(|p| Part { rules: Vec::new(), recursive: p.len() > 1 }).collect();
    for &rule in rules {
        found[part_of[rule.head as usize]].rules.push(rule);
    }
    found.retain(|part| !part.rules.is_empty());
    found
}
