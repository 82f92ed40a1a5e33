//! One fair run of a program, step by step, until it repeats itself.
//!
//! Somebody chooses the first transitions: nobody (fifo), a seeded generator, or a person ([`Chooser`]). Then the run is finished
//! in rounds: in each round every node, in order, takes one step in which everything in flight to it is delivered (or several, one for each
//! message).
//! A round decides nothing by chance, so once all events are over and carried facts and buffer are what they were at
//! an earlier round boundary, the rounds between are a loop; every node steps in it, and no message survives
//! two rounds, so it is fair. [`check_lasso`] confirms it. If local states are infinite it never repeats: a bound ends it.

use super::replay::{LassoError, LassoRun, check_lasso};
use super::simulate::{Impossible, Moment, SettledState, Simulation, StepRecord};
use crate::budget::{Bound, Budget};
use crate::eval::EvalError;
use crate::program::{Fact, NodeId, Order, Program};
use crate::schedule::{Delivered, Schedule, ScheduledStep};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Who chooses before the rounds begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Nobody: rounds from the start.
    Fifo,
    /// A generator with this seed: some steps of random nodes with random deliveries.
    Seeded(u64),
}

/// A run and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its choices; a loop if it was closed.
    pub schedule: Schedule,
    /// Its steps.
    pub records: Vec<StepRecord>,
    /// How it ended.
    pub end: End,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It repeats for ever, and is fair.
    Closed(LassoRun),
    /// A bound was hit.
    Stopped(Bound),
    /// A local step errs: the transition that was to come.
    Fault(ScheduledStep, EvalError),
    /// Whoever chose wanted no more.
    Left,
}

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// Per node in order: its next local step, and every copy in flight to it.
    pub nodes: Vec<NodeChoices>,
    /// Whether a step can be taken back.
    pub undo: bool,
}

/// What one node may do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeChoices {
    /// The node.
    pub node: NodeId,
    /// The number of its next local step.
    pub step: u64,
    /// What is in flight to it, with the number of copies.
    pub in_flight: Vec<Delivered>,
    /// On ordered channels the same by sender: one set for each step that sent something, oldest first.
    pub channels: Vec<(NodeId, Vec<BTreeSet<Fact>>)>,
}

impl NodeChoices {
    /// One step with all there is.
    fn together(&self) -> Vec<ScheduledStep> {
        vec![ScheduledStep { node: self.node, deliver: self.in_flight.clone() }]
    }

    /// A step with nothing, and one for each message.
    fn apart(&self) -> Vec<ScheduledStep> {
        let one = |copies: &Delivered| ScheduledStep::of(self.node, [copies.clone()]);
        std::iter::once(ScheduledStep::of(self.node, [])).chain(self.in_flight.iter().map(one)).collect()
    }
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This transition.
    Step(ScheduledStep),
    /// Take back the last transition.
    Undo,
    /// The run now repeats some of its last steps for ever; refused unless that is a fair run.
    Close,
    /// Go on in rounds until the run repeats itself.
    Finish,
    /// The same, but a node takes a step with nothing in each round, and one for each message in flight to it, with all of its copies.
    /// On ordered channels, where copies would become more and more, [`Choice::Finish`].
    FinishApart,
    /// End here.
    Leave,
}

/// Why a choice was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A copy is not in flight, or its channel forbids it.
    Impossible(Impossible),
    /// There is no step to take back.
    NothingToUndo,
    /// No loop ends here; why the longest candidate is none.
    NoLoop(LassoError),
}

/// Whoever chooses. It sees the program and the records of the run so far.
pub trait Chooser {
    /// The next choice.
    fn choose(&mut self, program: &Program, records: &[StepRecord], choices: &Choices) -> Choice;

    /// The last choice was refused; [`Chooser::choose`] is called again.
    fn refused(&mut self, program: &Program, why: &Refusal);
}

/// One fair run with nobody to ask.
pub fn run(program: &Program, policy: Policy, budget: &Budget) -> Run {
    match policy {
        Policy::Fifo => interact(program, &mut Rounds, budget),
        Policy::Seeded(seed) => interact(program, &mut Random::new(program, seed), budget),
    }
}

/// One run whose first transitions `chooser` chooses.
pub fn interact(program: &Program, chooser: &mut dyn Chooser, budget: &Budget) -> Run {
    let mut progress = Progress::new(program, budget);
    loop {
        let choices = progress.choices();
        let refusal = match chooser.choose(program, &progress.records, &choices) {
            Choice::Step(step) => match progress.take(&step) {
                Ok(()) => continue,
                Err(Stop::End(end)) => return progress.end(end),
                Err(Stop::Refused(why)) => Refusal::Impossible(why),
            },
            Choice::Undo => match progress.undo() {
                Some(()) => continue,
                None => Refusal::NothingToUndo,
            },
            Choice::Close => match progress.close() {
                Ok(run) => return run,
                Err(error) => Refusal::NoLoop(error),
            },
            Choice::Finish => return progress.finish(NodeChoices::together),
            Choice::FinishApart if program.order == Order::Any => return progress.finish(NodeChoices::apart),
            Choice::FinishApart => return progress.finish(NodeChoices::together),
            Choice::Leave => return progress.end(End::Left),
        };
        chooser.refused(program, &refusal);
    }
}

/// A run on its way.
struct Progress<'p> {
    simulation: Simulation<'p>,
    budget: Budget,
    records: Vec<StepRecord>,
    moments: Vec<Moment>,
}

/// Why a step was not taken.
enum Stop {
    End(End),
    Refused(Impossible),
}

impl<'p> Progress<'p> {
    fn new(program: &'p Program, budget: &Budget) -> Self {
        let simulation = Simulation::new(program, budget);
        Progress { simulation, budget: budget.clone(), records: Vec::new(), moments: Vec::new() }
    }

    fn choices(&self) -> Choices {
        let nodes = self.simulation.program().node_ids().map(|node| self.choices_of(node)).collect();
        Choices { nodes, undo: !self.moments.is_empty() }
    }

    fn choices_of(&self, node: NodeId) -> NodeChoices {
        NodeChoices {
            node,
            step: self.simulation.steps_taken(node) + 1,
            in_flight: self.simulation.in_flight_to(node),
            channels: (self.simulation.channels().iter())
                .filter(|&(&(_, to), _)| to == node)
                .map(|(&(from, _), sets)| (from, sets.clone()))
                .collect(),
        }
    }

    fn take(&mut self, step: &ScheduledStep) -> Result<(), Stop> {
        let moment = self.simulation.moment();
        self.step(step)?;
        self.moments.push(moment);
        Ok(())
    }

    fn step(&mut self, step: &ScheduledStep) -> Result<(), Stop> {
        if self.records.len() >= self.budget.max_transitions {
            return Err(Stop::End(End::Stopped(Bound::Transitions)));
        }
        let record = self.simulation.deliver(step).map_err(|why| match (why.bound(), why) {
            (Some(bound), _) => Stop::End(End::Stopped(bound)),
            (None, Impossible::Eval(error) | Impossible::Observe(error)) => Stop::End(End::Fault(step.clone(), error)),
            (None, why) => Stop::Refused(why),
        })?;
        self.records.push(record);
        Ok(())
    }

    fn undo(&mut self) -> Option<()> {
        let moment = self.moments.pop()?;
        self.records.pop();
        self.simulation.rewind(moment);
        Some(())
    }

    fn schedule(&self, stem: usize) -> Schedule {
        let steps = |records: &[StepRecord]| records.iter().map(StepRecord::scheduled).collect();
        let (stem, cycle) = self.records.split_at(stem);
        Schedule { stem: steps(stem), cycle: steps(cycle) }
    }

    fn end(self, end: End) -> Run {
        Run { schedule: self.schedule(self.records.len()), records: self.records, end }
    }

    /// The run with its longest fair loop that ends now.
    fn close(&mut self) -> Result<Run, LassoError> {
        let mut first = None;
        for stem in 0..self.records.len() {
            let schedule = self.schedule(stem);
            match check_lasso(self.simulation.program(), &schedule, &self.budget) {
                Ok(run) => return Ok(closed(schedule, run)),
                // Before the last event every loop is refused for it; the first other reason tells more.
                Err(LassoError::EventDue { .. }) => {}
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or(LassoError::NoLoop))
    }

    /// Rounds until a round boundary is like an earlier one. In each, every node takes the steps that `round` makes of its choices; these
    /// deliver all that was in flight to it.
    fn finish(mut self, round: fn(&NodeChoices) -> Vec<ScheduledStep>) -> Run {
        let program = self.simulation.program();
        let mut boundaries: BTreeMap<SettledState, usize> = BTreeMap::new();
        loop {
            if let Some(state) = self.simulation.settled() {
                if let Some(&stem) = boundaries.get(&state) {
                    let schedule = self.schedule(stem);
                    match check_lasso(program, &schedule, &self.budget) {
                        Ok(run) => return closed(schedule, run),
                        Err(LassoError::Impossible(step)) => {
                            let bound = step.why.bound().expect("internal error: a step that was taken is impossible");
                            return self.end(End::Stopped(bound));
                        }
                        // A loop without steps, in a network without nodes.
                        Err(_) => return self.end(End::Left),
                    }
                }
                if boundaries.len() >= self.budget.max_states {
                    return self.end(End::Stopped(Bound::States));
                }
                boundaries.insert(state, self.records.len());
            }
            for node in program.node_ids() {
                for step in round(&self.choices_of(node)) {
                    match self.step(&step) {
                        Ok(()) => {}
                        Err(Stop::End(end)) => return self.end(end),
                        Err(Stop::Refused(_)) => unreachable!("internal error: what is in flight cannot be delivered"),
                    }
                }
            }
        }
    }
}

fn closed(schedule: Schedule, run: LassoRun) -> Run {
    Run { schedule, records: run.records.clone(), end: End::Closed(run) }
}

/// Chooses nothing.
#[derive(Debug)]
pub struct Rounds;

impl Chooser for Rounds {
    fn choose(&mut self, _: &Program, _: &[StepRecord], _: &Choices) -> Choice {
        Choice::Finish
    }

    fn refused(&mut self, _: &Program, _: &Refusal) {}
}

/// Some steps of random nodes with random deliveries; the same for the same seed on every machine.
#[derive(Debug)]
pub struct Random {
    generator: ChaCha8Rng,
    left: usize,
}

impl Random {
    /// Most random steps per node.
    const STEPS: usize = 12;

    /// Those of a seed.
    pub fn new(program: &Program, seed: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = generator.random_range(0..=Self::STEPS.saturating_mul(program.nodes.len()));
        Random { generator, left }
    }

    fn deliver(&mut self, order: Order, of: &NodeChoices) -> Vec<Delivered> {
        // A third of the steps idle, so that messages wait; the others let each message come with some of its copies.
        if self.generator.random_range(0..3) == 0 {
            return Vec::new();
        }
        let mut deliver = Vec::new();
        if order == Order::Fifo {
            of.channels.iter().for_each(|(from, sets)| self.draw(*from, sets, &mut deliver));
            return deliver;
        }
        for Delivered { fact, copies, .. } in &of.in_flight {
            let number =
                if self.generator.random_range(0..2) == 0 { 0 } else { self.generator.random_range(1..=*copies) };
            if number > 0 {
                deliver.push(Delivered { fact: fact.clone(), from: None, copies: number });
            }
        }
        deliver
    }

    /// Some of what is in flight from one sender, in order: some whole sets and a part of the next.
    fn draw(&mut self, from: NodeId, sets: &[BTreeSet<Fact>], deliver: &mut Vec<Delivered>) {
        let whole = self.generator.random_range(0..=sets.len());
        for (index, set) in sets.iter().enumerate().take(whole + 1) {
            for fact in set {
                if index < whole || self.generator.random_range(0..2) == 0 {
                    deliver.push(Delivered { fact: fact.clone(), from: Some(from), copies: 1 });
                }
            }
        }
    }
}

impl Chooser for Random {
    fn choose(&mut self, program: &Program, _: &[StepRecord], choices: &Choices) -> Choice {
        if self.left == 0 || choices.nodes.is_empty() {
            return Choice::Finish;
        }
        self.left -= 1;
        let of = &choices.nodes[self.generator.random_range(0..choices.nodes.len())];
        let deliver = self.deliver(program.order, of);
        Choice::Step(ScheduledStep::of(of.node, deliver))
    }

    fn refused(&mut self, _: &Program, _: &Refusal) {}
}
