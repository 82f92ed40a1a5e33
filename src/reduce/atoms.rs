//! The ground rules of all nodes in one numbering, and what holds of an atom along every run.
//!
//! - **Guarded**: `a@next :- a` is a rule, so once true it stays.
//! - **Up**: once true at a step of its node it is true at all later ones; guarded, or derived from what is up only. **Down**: once
//!   false it stays false.
//! - **Once**: true in at most one step of every run.
//!
//! Up and down are a greatest fixpoint, and so is once. Suppose the flags are wrong somewhere, and look at the first step of a
//! run where an atom with a flag breaks its promise, and there at the lowest stratum: the body that made it do so has
//! atoms with the same flags, which kept theirs at that step and before. For once, an atom has one source only, so a cycle of once
//! atoms has no beginning and none of them is ever true.

use super::thresholds::see_through;
use crate::eval::ground::Ground;
use crate::program::{Program, RuleKind};

/// An atom at its node; a number across all nodes.
pub type Atom = u32;

/// A ground rule over the atoms of all nodes.
#[derive(Debug, Clone)]
pub struct Rule {
    /// When its head holds.
    pub kind: RuleKind,
    /// What it derives; at another node if it is async.
    pub head: Atom,
    /// What it needs, sorted.
    pub positive: Vec<Atom>,
    /// What it forbids, sorted.
    pub negative: Vec<Atom>,
}

impl Rule {
    /// Exact persistence.
    fn persists(&self) -> bool {
        self.kind == RuleKind::Inductive && self.negative.is_empty() && self.positive == [self.head]
    }

    /// Everything it reads.
    pub fn reads(&self) -> impl Iterator<Item = Atom> + '_ {
        self.positive.iter().chain(&self.negative).copied()
    }

    /// The only atom that it reads, if it reads one and needs it.
    pub fn needs_only(&self) -> Option<Atom> {
        match (&self.positive[..], &self.negative[..]) {
            (&[atom], []) => Some(atom),
            _ => None,
        }
    }
}

const UP: u8 = 1;
const DOWN: u8 = 2;
const ONCE: u8 = 4;

/// All atoms and rules of a program, with the flags that hold in every run.
#[derive(Debug)]
pub struct Atoms {
    /// The number of each node's first atom, and one more at the end.
    first: Vec<u32>,
    /// The rules but for exact persistence, thresholds seen through.
    rules: Vec<Rule>,
    /// By atom, the deductive and inductive rules that derive it.
    sources: Vec<Vec<u32>>,
    /// By atom, the async rules that send it.
    senders: Vec<Vec<u32>>,
    /// By atom, the rules that read it.
    readers: Vec<Vec<u32>>,
    /// By atom, whether it persists exactly.
    guarded: Vec<bool>,
    /// By atom, at how many steps it is an event.
    events: Vec<u32>,
    flags: Vec<u8>,
}

impl Atoms {
    /// The atoms of a grounded program. Linear in its rules, but for the fixpoints, which may take each rule once for each atom it
    /// reads.
    pub fn new(program: &Program, ground: &Ground) -> Self {
        let mut first = vec![0u32];
        for node in program.node_ids() {
            first.push(first[node.0 as usize] + ground.atoms(node).len() as u32);
        }
        let count = *first.last().expect("internal error: a list that begins with an entry is empty") as usize;
        let mut atoms = Atoms {
            first,
            rules: Vec::new(),
            sources: vec![Vec::new(); count],
            senders: vec![Vec::new(); count],
            readers: vec![Vec::new(); count],
            guarded: vec![false; count],
            events: vec![0; count],
            flags: Vec::new(),
        };
        let mut rules = Vec::new();
        for node in program.node_ids() {
            let here = atoms.first[node.0 as usize];
            let all = |list: &[u32]| {
                let mut list: Vec<Atom> = list.iter().map(|&atom| here + atom).collect();
                list.sort_unstable();
                list
            };
            for rule in ground.rules(node) {
                let head = if rule.kind == RuleKind::Async {
                    let (to, number) = ground.messages(node)[rule.head as usize];
                    atoms.first[to.0 as usize] + number
                } else {
                    here + rule.head
                };
                let (positive, negative) = (all(&rule.positive), all(&rule.negative));
                rules.push(Rule { kind: rule.kind, head, positive, negative });
            }
            for &(_, atom) in ground.events(node) {
                atoms.events[(here + atom) as usize] += 1;
            }
        }
        let mut others: Vec<bool> = atoms.events.iter().map(|&steps| steps > 0).collect();
        for rule in rules.iter().filter(|rule| rule.kind == RuleKind::Async || rule.persists()) {
            others[rule.head as usize] = true;
        }
        see_through(&mut rules, |atom| others[atom as usize]);
        rules.into_iter().for_each(|rule| atoms.add(rule));
        atoms.flags = atoms.greatest(vec![UP | DOWN | ONCE; count], |flags, atom| atoms.promises(flags, atom));
        atoms
    }

    fn add(&mut self, rule: Rule) {
        if rule.persists() {
            self.guarded[rule.head as usize] = true;
            return;
        }
        let number = self.rules.len() as u32;
        let derived = if rule.kind == RuleKind::Async { &mut self.senders } else { &mut self.sources };
        derived[rule.head as usize].push(number);
        rule.reads().for_each(|atom| self.readers[atom as usize].push(number));
        self.rules.push(rule);
    }

    /// How many atoms there are.
    pub fn len(&self) -> usize {
        self.guarded.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.guarded.is_empty()
    }

    /// The atoms of a node.
    pub fn of_node(&self, node: u32) -> std::ops::Range<Atom> {
        self.first[node as usize]..self.first[node as usize + 1]
    }

    /// The node of an atom.
    pub fn node_of(&self, atom: Atom) -> usize {
        self.first.partition_point(|&first| first <= atom) - 1
    }

    /// The rules but for exact persistence.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The deductive and inductive rules that derive an atom, but for exact persistence.
    pub fn sources(&self, atom: Atom) -> impl Iterator<Item = &Rule> + '_ {
        self.sources[atom as usize].iter().map(|&rule| &self.rules[rule as usize])
    }

    /// The async rules that send an atom.
    pub fn senders(&self, atom: Atom) -> impl Iterator<Item = &Rule> + '_ {
        self.senders[atom as usize].iter().map(|&rule| &self.rules[rule as usize])
    }

    /// The rules that read an atom.
    pub fn readers(&self, atom: Atom) -> impl Iterator<Item = &Rule> + '_ {
        self.readers[atom as usize].iter().map(|&rule| &self.rules[rule as usize])
    }

    /// Whether some rule sends the atom.
    pub fn is_message(&self, atom: Atom) -> bool {
        !self.senders[atom as usize].is_empty()
    }

    /// Whether the atom persists exactly.
    pub fn is_guarded(&self, atom: Atom) -> bool {
        self.guarded[atom as usize]
    }

    /// Whether the atom, once true, stays true, in every run.
    pub fn is_up(&self, atom: Atom) -> bool {
        self.flags[atom as usize] & UP > 0
    }

    /// Whether the atom, once false, stays false, in every run.
    pub fn is_down(&self, atom: Atom) -> bool {
        self.flags[atom as usize] & DOWN > 0
    }

    /// Whether the atom is true in at most one step, in every run.
    pub fn is_once(&self, atom: Atom) -> bool {
        self.flags[atom as usize] & ONCE > 0
    }

    /// Whether a body, once true, stays true, in every run.
    pub fn is_up_body(&self, positive: &[Atom], negative: &[Atom]) -> bool {
        positive.iter().all(|&atom| self.is_up(atom)) && negative.iter().all(|&atom| self.is_down(atom))
    }

    /// Whether a rule fires exactly once from the moment on when the rest of its body, which is up, is true: it forbids a guarded atom
    /// that nothing else makes true and that this rule, or the rest of its body, makes true at the next step.
    pub fn is_pulse(&self, rule: &Rule) -> bool {
        rule.negative.iter().any(|&lock| {
            let rest: Vec<Atom> = rule.negative.iter().copied().filter(|&atom| atom != lock).collect();
            let [only] = self.sources[lock as usize][..] else { return false };
            let only = &self.rules[only as usize];
            self.guarded[lock as usize]
                && !self.is_message(lock)
                && self.events[lock as usize] == 0
                && only.kind == RuleKind::Inductive
                && self.is_up_body(&rule.positive, &rest)
                && ((only.positive == rule.positive && only.negative == rest)
                    || (only.needs_only() == Some(rule.head)
                        && rule.kind == RuleKind::Deductive
                        && self.has_one_source(rule.head)))
        })
    }

    fn has_one_source(&self, atom: Atom) -> bool {
        let at = atom as usize;
        let derived = self.sources[at].len() + self.events[at] as usize + usize::from(self.is_message(atom));
        derived == 1 && !self.guarded[at]
    }

    /// The flags of `atom` if all atoms have those of `flags`.
    fn promises(&self, flags: &[u8], atom: Atom) -> u8 {
        let at = atom as usize;
        let all = |list: &[Atom], flag: u8| list.iter().all(|&atom| flags[atom as usize] & flag > 0);
        let derived_only = self.events[at] == 0 && !self.is_message(atom);
        let up = self.guarded[at]
            || (derived_only && self.sources(atom).all(|rule| all(&rule.positive, UP) && all(&rule.negative, DOWN)));
        let down = derived_only
            && !self.guarded[at]
            && self
                .sources(atom)
                .all(|rule| rule.kind == RuleKind::Deductive && all(&rule.positive, DOWN) && all(&rule.negative, UP));
        let fires_once =
            |rule: &Rule| rule.positive.iter().any(|&atom| flags[atom as usize] & ONCE > 0) || self.locks_itself(rule);
        let once = self.has_one_source(atom)
            && match self.senders[at][..] {
                [] => self.sources(atom).all(fires_once),
                [only] => fires_once(&self.rules[only as usize]),
                _ => false,
            };
        (if up { UP } else { 0 }) | (if down { DOWN } else { 0 }) | (if once { ONCE } else { 0 })
    }

    /// Whether a rule that fires makes, at the next step and for ever, an atom true that it forbids.
    fn locks_itself(&self, rule: &Rule) -> bool {
        let within = |part: &[Atom], whole: &[Atom]| part.iter().all(|atom| whole.binary_search(atom).is_ok());
        rule.negative.iter().any(|&lock| {
            self.guarded[lock as usize]
                && self.sources(lock).any(|source| {
                    source.kind == RuleKind::Inductive
                        && ((within(&source.positive, &rule.positive) && within(&source.negative, &rule.negative))
                            || (rule.kind == RuleKind::Deductive && source.needs_only() == Some(rule.head)))
                })
        })
    }

    /// The greatest flags within `flags` that `keeps` keeps: each atom is looked at again when one that its rules read loses
    /// a flag.
    pub fn greatest(&self, mut flags: Vec<u8>, keeps: impl Fn(&[u8], Atom) -> u8) -> Vec<u8> {
        let mut open: Vec<Atom> = (0..self.len() as Atom).rev().collect();
        let mut waiting = vec![true; self.len()];
        while let Some(atom) = open.pop() {
            waiting[atom as usize] = false;
            let kept = flags[atom as usize] & keeps(&flags, atom);
            if kept == flags[atom as usize] {
                continue;
            }
            flags[atom as usize] = kept;
            for rule in self.readers(atom) {
                if !std::mem::replace(&mut waiting[rule.head as usize], true) {
                    open.push(rule.head);
                }
            }
        }
        flags
    }
}
