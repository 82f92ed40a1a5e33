//! Runs in which one message waits, or all others do, and runs that end with each message alone.
//!
//! Most races are between one message and the rest: it comes last, or first. Such runs are short, and there are two for each message.

use super::run::{Choice, Choices, Chooser, Refusal};
use super::simulate::StepRecord;
use crate::program::{LocatedFact, Order, Program};
use crate::schedule::{Delivered, ScheduledStep};

/// Which messages wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Copies of this one.
    This(LocatedFact),
    /// All others to its addressee.
    Others(LocatedFact),
}

/// Chooses rounds in which some messages wait; then nobody does. On ordered channels what was sent after a waiting copy waits too.
#[derive(Debug)]
pub struct Holding<'h> {
    held: &'h Held,
    /// Steps of these rounds that are left.
    left: usize,
    next: usize,
}

impl<'h> Holding<'h> {
    /// For so many rounds.
    pub fn new(program: &Program, held: &'h Held, rounds: usize) -> Self {
        Holding { held, left: rounds.saturating_mul(program.nodes.len()), next: 0 }
    }

    fn waits(&self, to: usize, copies: &Delivered) -> bool {
        let (Held::This(message) | Held::Others(message)) = self.held;
        let is_it = message.fact == copies.fact;
        message.node.0 as usize == to && is_it == matches!(self.held, Held::This(_))
    }
}

impl Chooser for Holding<'_> {
    fn choose(&mut self, program: &Program, _: &[StepRecord], choices: &Choices) -> Choice {
        if self.left == 0 {
            return Choice::Finish;
        }
        self.left -= 1;
        let to = self.next;
        self.next = (self.next + 1) % choices.nodes.len();
        let of = &choices.nodes[to];
        let deliver: Vec<Delivered> = match program.order {
            Order::Any => of.in_flight.iter().filter(|copies| !self.waits(to, copies)).cloned().collect(),
            Order::Fifo => {
                let mut deliver = Vec::new();
                for (from, sets) in &of.channels {
                    for set in sets {
                        let copies =
                            set.iter().map(|fact| Delivered { fact: fact.clone(), from: Some(*from), copies: 1 });
                        let (wait, go): (Vec<_>, Vec<_>) = copies.partition(|copies| self.waits(to, copies));
                        deliver.extend(go);
                        if !wait.is_empty() {
                            break;
                        }
                    }
                }
                deliver
            }
        };
        Choice::Step(ScheduledStep::of(of.node, deliver))
    }

    fn refused(&mut self, _: &Program, _: &Refusal) {}
}

/// Chooses as another does, but finishes with each message alone.
#[derive(Debug)]
pub struct Apart<C>(pub C);

impl<C: Chooser> Chooser for Apart<C> {
    fn choose(&mut self, program: &Program, records: &[StepRecord], choices: &Choices) -> Choice {
        match self.0.choose(program, records, choices) {
            Choice::Finish => Choice::FinishApart,
            choice => choice,
        }
    }

    fn refused(&mut self, program: &Program, why: &Refusal) {
        self.0.refused(program, why);
    }
}
