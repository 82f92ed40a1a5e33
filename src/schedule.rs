//! The choices that make a run: who steps, and which copies are delivered in the step.
//!
//! A schedule is a small printable value (interface, *A schedule in text*): `n1 ; s{m(#s, a), m(#s, a)} ; s loop: n1 ; s`.
//! It says nothing of what is derived or sent: those follow from the program.

pub mod parse;

use crate::program::{Fact, NodeId, Program};

/// One transition: a node takes a local step in which these copies are delivered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduledStep {
    /// Who steps.
    pub node: NodeId,
    /// Each delivered fact with the number of its copies (at least 1), sorted by fact.
    pub deliver: Vec<(Fact, u64)>,
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
            .flat_map(|(fact, copies)| (0..*copies).map(|_| program.show_fact(step.node, fact)))
            .collect();
        text.push_str(&format!("{{{}}}", copies.join(", ")));
    }
    text
}

/// Number of leading steps (stem, then loop) in which two schedules agree.
pub fn critical(a: &Schedule, b: &Schedule) -> usize {
    a.steps().zip(b.steps()).take_while(|(x, y)| x == y).count()
}
