//! The choices that make a run: who steps, and which copies are delivered in the step.
//!
//! A schedule is a small printable value (interface, *A schedule in text*): `n1 ; s{m(#s, a), m(#s, a)} ; s loop: n1 ; s`.
//! On ordered channels a copy may name its sender: `s{m(#s, a) from n1}`. It says nothing of what is derived or sent: those follow from the program.

pub mod parse;

use crate::program::{Fact, NodeId, Program};
use std::collections::BTreeMap;

/// One transition: a node takes a local step in which these copies are delivered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduledStep {
    /// Who steps.
    pub node: NodeId,
    /// What is delivered, sorted; a fact once, or once for each sender that is named.
    pub deliver: Vec<Delivered>,
}

/// Copies of one fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delivered {
    /// The fact.
    pub fact: Fact,
    /// Who sent them, where that is told apart: on ordered channels. If it is left out there, the program leaves no choice.
    pub from: Option<NodeId>,
    /// How many, at least 1.
    pub copies: u64,
}

impl ScheduledStep {
    /// A step that delivers these copies, listed in any order and any number of times.
    pub fn of(node: NodeId, copies: impl IntoIterator<Item = Delivered>) -> Self {
        let mut sums: BTreeMap<(Fact, Option<NodeId>), u64> = BTreeMap::new();
        for Delivered { fact, from, copies } in copies {
            let sum = sums.entry((fact, from)).or_insert(0);
            *sum = sum.saturating_add(copies);
        }
        let deliver = sums.into_iter().filter(|&(_, copies)| copies > 0);
        let deliver = deliver.map(|((fact, from), copies)| Delivered { fact, from, copies }).collect();
        ScheduledStep { node, deliver }
    }
}

/// A finite run, or a lasso: the stem once, then the loop for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Schedule {
    /// The steps before the loop.
    pub stem: Vec<ScheduledStep>,
    /// The steps repeated for ever; empty for a finite run.
    pub cycle: Vec<ScheduledStep>,
}

impl Schedule {
    /// Stem, then loop.
    pub fn steps(&self) -> impl Iterator<Item = &ScheduledStep> {
        self.stem.iter().chain(&self.cycle)
    }

    /// The schedule's text form.
    pub fn show(&self, program: &Program) -> String {
        let part =
            |steps: &[ScheduledStep]| steps.iter().map(|s| show_step(program, s)).collect::<Vec<_>>().join(" ; ");
        match (self.stem.is_empty(), self.cycle.is_empty()) {
            (_, true) => part(&self.stem),
            (true, false) => format!("loop: {}", part(&self.cycle)),
            (false, false) => format!("{} loop: {}", part(&self.stem), part(&self.cycle)),
        }
    }
}

fn show_step(program: &Program, step: &ScheduledStep) -> String {
    let mut text = program.show_node(step.node);
    if !step.deliver.is_empty() {
        let copies: Vec<String> = step
            .deliver
            .iter()
            .flat_map(|delivered| (0..delivered.copies).map(|_| show_copy(program, step.node, delivered)))
            .collect();
        text.push_str(&format!("{{{}}}", copies.join(", ")));
    }
    text
}

/// A copy delivered to `node`, with its sender if that is told.
pub fn show_copy(program: &Program, node: NodeId, delivered: &Delivered) -> String {
    let fact = program.show_fact(node, &delivered.fact);
    match delivered.from {
        Some(from) => format!("{fact} from {}", program.show_node(from)),
        None => fact,
    }
}

/// Number of leading steps (stem, then loop) in which two schedules agree.
pub fn critical(a: &Schedule, b: &Schedule) -> usize {
    a.steps().zip(b.steps()).take_while(|(x, y)| x == y).count()
}
