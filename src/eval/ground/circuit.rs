//! The rules of one node over numbered atoms, ordered for evaluation.
//!
//! The graph from heads to what they read, positively or not, falls into strongly connected parts, lowest first. A part
//! of one atom takes each of its rules once; in a larger one, which stratification keeps free of negation, rules are
//! taken until nothing changes. Parts of one atom that do not read one another are taken together, so that their rules
//! fall into [`runs`]: a run is a comparison of masked words for the literals that stay and a few operations on whole
//! words for those that advance; exact persistence is a masked copy.

use super::runs::{Run, runs};
use crate::program::RuleKind;
use petgraph::graph::{DiGraph, NodeIndex};

/// A ground rule over a node's numbers; the head of an async rule is a number of its messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The advancing literals of gates.
    slides: Vec<Slide>,
}

/// `word & mask == value`: some atoms hold and some do not.
#[derive(Debug, Clone, Copy, Default)]
struct Test {
    word: u32,
    mask: u64,
    value: u64,
}

/// A literal that advances: where its bits begin, and all ones if these atoms must not hold.
#[derive(Debug, Clone, Copy)]
struct Slide {
    word: u32,
    shift: u32,
    flip: u64,
}

/// A run of rules: sets their heads as far as its tests succeed and its slides allow.
#[derive(Debug, Clone, Copy)]
struct Gate {
    first: Test,
    rest: (u32, u32),
    slides: (u32, u32),
    head_word: u32,
    head_shift: u32,
    /// As many ones as there are rules.
    heads: u64,
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
        let persists = |rule: &Numbered| rule.negative.is_empty() && rule.positive == [rule.head];
        let inductive: Vec<&Numbered> = of_kind(RuleKind::Inductive).filter(|rule| !persists(rule)).collect();
        for rule in of_kind(RuleKind::Inductive).filter(|rule| persists(rule)) {
            circuit.persistent[rule.head as usize / 64] |= 1 << (rule.head % 64);
        }
        circuit.inductive = circuit.gates(&inductive);
        let sending: Vec<&Numbered> = of_kind(RuleKind::Async).collect();
        circuit.sending = circuit.gates(&sending);
        let deductive: Vec<&Numbered> = of_kind(RuleKind::Deductive).collect();
        for level in levels(atoms, &deductive) {
            let gates = circuit.gates(&level.once);
            circuit.deductive.extend(gates);
            for rules in level.recursive {
                let gates = circuit.gates(&rules);
                let from = circuit.deductive.len();
                circuit.deductive.extend(gates);
                circuit.recursive.push((from, circuit.deductive.len()));
            }
        }
        circuit
    }

    fn gates(&mut self, rules: &[&Numbered]) -> Vec<Gate> {
        runs(rules).iter().map(|run| self.gate(run)).collect()
    }

    fn gate(&mut self, run: &Run) -> Gate {
        let mut tests: Vec<Test> = Vec::new();
        let first_slide = self.slides.len() as u32;
        for (atom, holds, advances) in run.literals() {
            let (word, shift) = (atom / 64, atom % 64);
            if advances {
                self.slides.push(Slide { word, shift, flip: if holds { 0 } else { u64::MAX } });
                continue;
            }
            let test = match tests.iter().position(|test| test.word == word) {
                Some(test) => &mut tests[test],
                None => {
                    tests.push(Test { word, ..Test::default() });
                    tests.last_mut().expect("one was pushed")
                }
            };
            test.mask |= 1 << shift;
            test.value |= u64::from(holds) << shift;
        }
        let first = tests.first().copied().unwrap_or_default();
        let from = self.tests.len() as u32;
        self.tests.extend(tests.iter().skip(1));
        let head = run.first.head;
        Gate {
            first,
            rest: (from, self.tests.len() as u32),
            slides: (first_slide, self.slides.len() as u32),
            head_word: head / 64,
            head_shift: head % 64,
            heads: u64::MAX >> (64 - run.len),
        }
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
            let open = self.open(gate, derived);
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
            next[gate.head_word as usize] |= self.open(gate, derived);
        }
    }

    /// What the async rules derive.
    pub fn send(&self, derived: &[u64], sent: &mut Vec<u64>) {
        sent.clear();
        sent.resize(self.sent_words, 0);
        for gate in &self.sending {
            sent[gate.head_word as usize] |= self.open(gate, derived);
        }
    }

    /// The heads that hold, where they stand in their word.
    fn open(&self, gate: &Gate, derived: &[u64]) -> u64 {
        // A rule without literals tests nothing of the first word; there may be no word at all.
        let succeeds = |test: &Test| derived.get(test.word as usize).is_none_or(|w| w & test.mask == test.value);
        let mut open = if succeeds(&gate.first) { gate.heads } else { 0 };
        if !self.tests[gate.rest.0 as usize..gate.rest.1 as usize].iter().all(succeeds) {
            return 0;
        }
        for slide in &self.slides[gate.slides.0 as usize..gate.slides.1 as usize] {
            open &= derived[slide.word as usize] >> slide.shift ^ slide.flip;
        }
        open << gate.head_shift
    }
}

/// Rules whose heads are equally far above what is given.
#[derive(Default)]
struct Level<'a> {
    /// Those that are taken once. No one's head is read by another of the level.
    once: Vec<&'a Numbered>,
    /// Those of atoms that depend on one another, part by part. They read no head of `once` or of another part.
    recursive: Vec<Vec<&'a Numbered>>,
}

/// The levels, each above those that it reads.
fn levels<'a>(atoms: usize, rules: &[&'a Numbered]) -> Vec<Level<'a>> {
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
    let mut rules_of: Vec<Vec<&Numbered>> = vec![Vec::new(); parts.len()];
    for &rule in rules {
        rules_of[part_of[rule.head as usize]].push(rule);
    }
    // Level 0 is what has no rules.
    let mut height = vec![0; parts.len()];
    let mut levels: Vec<Level> = Vec::new();
    for (part, rules) in rules_of.into_iter().enumerate() {
        let read = rules.iter().flat_map(|rule| rule.positive.iter().chain(&rule.negative));
        let below = read.map(|&atom| part_of[atom as usize]).filter(|&other| other != part);
        let level = below.map(|other| height[other]).max().unwrap_or(0);
        if rules.is_empty() {
            continue;
        }
        height[part] = level + 1;
        levels.resize_with(levels.len().max(level + 1), Level::default);
        match parts[part].len() {
            1 => levels[level].once.extend(rules),
            _ => levels[level].recursive.push(rules),
        }
    }
    levels
}
