//! Checks what is claimed of a run: that a lasso is a fair run, which facts are ultimate in it, that a finite schedule
//! violates a `never`.
//!
//! # Why a checked lasso is a fair run
//!
//! Let the loop start in a state with carried sets C and buffer B, every node past its last event, and end with carried
//! sets C and buffer B' ≥ B (for every message). *It repeats for ever.* A step's D, next and sent depend on static
//! facts, due events (none any more), the carried set and the *set* of delivered facts only, not on how many copies are
//! in flight. By induction over the steps of the second round the carried sets are those of the first round, every
//! message has at least as many copies in flight as at the same place of the first round, so every delivery is possible
//! again, and the round ends with C and with B' + (B' − B) ≥ B'. Each further round is like it. Since a step's D is the same in each
//! round, a fact is ultimate iff it is in D of every step of its node in the loop; facts hold on steps, not on states.
//!
//! *It is fair to nodes* iff every node steps in the loop. *It is fair to copies*: copies of one message are
//! alike, so we may say which of them a delivery takes; let it be the oldest. Then a copy with k older ones in flight is
//! taken by the (k+1)-th later delivery of that message, whatever is sent meanwhile. If the loop delivers the message at
//! all, that comes after at most k+1 rounds, so every copy arrives: those in flight at the loop's start beyond what the
//! loop needs, and also all copies of a message that is sent more often than it is delivered, although the buffer then
//! grows for ever. If the loop never delivers the message and a copy is in flight at the loop's end, that copy is
//! never delivered. So the run is fair to copies iff each message in flight at the loop's end is delivered in
//! the loop. (A message that is not in flight there, but was in between, has had its last copy delivered in the loop.)
//!
//! # The same on ordered channels
//!
//! Here more copies in flight can be an obstacle: they stand before those that the loop delivers. So each channel must hold at
//! the loop's end what it held at its start, set by set in the same order; then the second round is the first again, as is
//! each further one. One exception is allowed: a channel may grow if it holds nothing but one and the same set S again and again, at
//! the start, at the end, and in all that the loop sends on it. *It repeats for ever:* let the channel hold n sets at the
//! start and n + d at the end. If at some place of the first round it holds R followed by m sets S (R is what is left of a set
//! of which a part is delivered, or nothing), it holds R followed by m + d sets S there in the second round, by induction: what is delivered
//! comes from the front, where both rounds have the same, and what is sent joins the end. So the second round ends with n + 2d sets.
//!
//! *It is fair to copies* iff something is delivered in the loop from each channel that is not empty at its end: each round
//! then delivers at least one copy of it, a copy with k others before it or beside it is delivered after at most k + 1 rounds,
//! since what is sent later stands behind it. From a channel of which nothing is delivered its first copy never is. (A channel
//! that is empty at the loop's end has had all its copies delivered.)

use super::channels::Contents;
use super::simulate::{Buffer, Impossible, Simulation, StepRecord};
use crate::budget::Budget;
use crate::diagnostic::{Diagnostic, codes};
use crate::eval::EvalError;
use crate::program::{Fact, LocatedFact, NodeId, Order, Program, RelationId, Rule};
use crate::schedule::{Delivered, Schedule, ScheduledStep};
use std::collections::BTreeSet;

/// A fair run, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LassoRun {
    /// Every step, stem then loop.
    pub records: Vec<StepRecord>,
    /// Number of steps before the loop.
    pub stem: usize,
    /// The facts in D of every step of their node in the loop, over all relations.
    pub ultimate: BTreeSet<LocatedFact>,
    /// What is in flight at the loop's start.
    pub start: Buffer,
    /// What is in flight at the loop's end; covers `start`.
    pub end: Buffer,
}

impl LassoRun {
    /// Whether a fact is ultimate in the run.
    pub fn holds(&self, fact: &LocatedFact) -> bool {
        self.ultimate.contains(fact)
    }

    /// The run's ultimate model: its ultimate facts over the output relations.
    pub fn ultimate_model(&self, program: &Program) -> BTreeSet<LocatedFact> {
        let outputs: BTreeSet<_> = program.outputs.iter().copied().collect();
        self.ultimate.iter().filter(|fact| outputs.contains(&fact.fact.relation)).cloned().collect()
    }
}

/// A step of a schedule that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpossibleStep {
    /// Its place in the schedule, stem then loop, from 0.
    pub index: usize,
    /// Who was to step.
    pub node: NodeId,
    /// The local step it would have been.
    pub step: u64,
    /// Why it cannot.
    pub why: Impossible,
}

impl ImpossibleStep {
    /// In words, without a full stop.
    pub fn describe(&self, program: &Program) -> String {
        let node = program.show_node(self.node);
        let place = format!("step {} of the schedule (local step {} of {node})", self.index + 1, self.step);
        match &self.why {
            Impossible::NotInFlight { fact, wanted, in_flight } => {
                let copies = |n: u64| if n == 1 { "1 copy".to_string() } else { format!("{n} copies") };
                let fact = program.show_fact(self.node, fact);
                let there = if *in_flight == 0 { "none is".into() } else { format!("only {in_flight}") };
                format!("{place} delivers {} of {fact}, but {there} in flight", copies(*wanted))
            }
            Impossible::OutOfOrder { fact, earlier, from } => {
                let [fact, earlier] = [fact, earlier].map(|fact| program.show_fact(self.node, fact));
                let from = program.show_node(*from);
                format!("{place} delivers {fact} before {earlier}, which {from} sent in an earlier step")
            }
            Impossible::SeveralSenders { fact } => {
                let fact = program.show_fact(self.node, fact);
                format!("{place} does not say whose copy of {fact} is delivered, and several nodes have sent one")
            }
            Impossible::Eval(error) | Impossible::Observe(error) => {
                format!("{place} has no outcome: {}", self.describe_error(program, error))
            }
        }
    }

    fn describe_error(&self, program: &Program, error: &EvalError) -> String {
        match (error, self.faulty_rule(program)) {
            (EvalError::Fault { fault, .. }, Some(rule)) => {
                format!("a rule of {} {fault}", program.relation(rule.head.relation).name)
            }
            _ => error.to_string(),
        }
    }

    /// The rule that errs in the step, if one does.
    pub fn faulty_rule<'p>(&self, program: &'p Program) -> Option<&'p Rule> {
        match &self.why {
            Impossible::Eval(EvalError::Fault { rule, .. }) => program.rules.get(rule.0 as usize),
            Impossible::Observe(EvalError::Fault { rule, .. }) => program.observers.get(rule.0 as usize),
            _ => None,
        }
    }

    /// As a finding: an impossible delivery is a mistake of the schedule, a fault one of the program.
    pub fn diagnostic(&self, program: &Program) -> Diagnostic {
        match &self.why {
            Impossible::NotInFlight { .. } => Diagnostic::new(codes::IMPOSSIBLE_DELIVERY, self.describe(program))
                .help("a copy can be delivered only in a transition after the one that sends it, and once"),
            Impossible::OutOfOrder { .. } => Diagnostic::new(codes::OVERTAKING_DELIVERY, self.describe(program))
                .help("with `--network any` copies may overtake each other"),
            Impossible::SeveralSenders { .. } => Diagnostic::new(codes::SENDER_NOT_NAMED, self.describe(program))
                .help("name the sender: `s{m(#s, a) from n1}`; in a witness file `\"from\": [\"n1\"]`"),
            Impossible::Eval(_) | Impossible::Observe(_) => {
                let finding = Diagnostic::new(codes::SCHEDULE_LEADS_TO_FAULT, self.describe(program));
                match self.faulty_rule(program) {
                    Some(rule) => finding.with(rule.span, "this rule"),
                    None => finding,
                }
            }
        }
    }
}

/// Why a schedule is no fair run. The first reason found; later ones may hide behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LassoError {
    /// A step cannot be taken.
    Impossible(ImpossibleStep),
    /// The schedule has no loop.
    NoLoop,
    /// A node has an event after the loop's start.
    EventDue {
        /// Which node.
        node: NodeId,
        /// The local step of its last event.
        due: u64,
        /// The steps it has taken when the loop starts.
        taken: u64,
    },
    /// A node does not carry the same facts at the loop's end as at its start.
    StateDiffers {
        /// Which node.
        node: NodeId,
        /// Carried at the end only.
        gained: Vec<Fact>,
        /// Carried at the start only.
        lost: Vec<Fact>,
    },
    /// Fewer copies are in flight at the loop's end than at its start: the loop uses them up.
    BufferShrinks {
        /// The message.
        message: LocatedFact,
        /// Copies at the loop's start.
        start: u64,
        /// Copies at its end.
        end: u64,
    },
    /// A channel does not hold the same at the loop's end as at its start. On ordered channels only.
    ChannelDiffers {
        /// The sender.
        from: NodeId,
        /// The addressee.
        to: NodeId,
    },
    /// Something is in flight on a channel for ever, and nothing is delivered from it. On ordered channels only.
    ChannelStarved {
        /// The sender.
        from: NodeId,
        /// The addressee.
        to: NodeId,
    },
    /// A node takes no step in the loop.
    NodeStarved(NodeId),
    /// A message is in flight for ever and never delivered.
    MessageStarved(LocatedFact),
}

impl LassoError {
    /// In words, without a full stop.
    pub fn describe(&self, program: &Program) -> String {
        let show = |message: &LocatedFact| program.show_fact(message.node, &message.fact);
        match self {
            LassoError::Impossible(step) => step.describe(program),
            LassoError::NoLoop => "the schedule has no loop, so it is no infinite run".to_string(),
            LassoError::EventDue { node, due, taken } => format!(
                "the loop starts when {} has taken {taken} local steps, before its last event at local step {due}",
                program.show_node(*node)
            ),
            LassoError::StateDiffers { node, gained, lost } => {
                let list = |facts: &[Fact]| {
                    facts.iter().map(|fact| program.show_fact(*node, fact)).collect::<Vec<_>>().join(", ")
                };
                let change = match (gained.is_empty(), lost.is_empty()) {
                    (false, true) => format!("gains {}", list(gained)),
                    (true, _) => format!("loses {}", list(lost)),
                    (false, false) => format!("gains {} and loses {}", list(gained), list(lost)),
                };
                format!("the loop does not close: over it {} {change}", program.show_node(*node))
            }
            LassoError::BufferShrinks { message, start, end } => format!(
                "the loop cannot repeat for ever: {start} of {} in flight at its start, {end} at its end",
                show(message)
            ),
            LassoError::ChannelDiffers { from, to } => format!(
                "the loop does not close: what is in flight from {} to {} is not the same at its end as at its start",
                program.show_node(*from),
                program.show_node(*to)
            ),
            LassoError::ChannelStarved { from, to } => format!(
                "the run is not fair: something is in flight from {} to {} for ever, and nothing of it is delivered in the loop",
                program.show_node(*from),
                program.show_node(*to)
            ),
            LassoError::NodeStarved(node) => {
                format!("the run is not fair: {} takes no step in the loop", program.show_node(*node))
            }
            LassoError::MessageStarved(message) => {
                format!("the run is not fair: {} is in flight for ever, but not delivered in the loop", show(message))
            }
        }
    }

    /// As a finding.
    pub fn diagnostic(&self, program: &Program) -> Diagnostic {
        match self {
            LassoError::Impossible(step) => step.diagnostic(program),
            _ => Diagnostic::new(codes::NO_FAIR_RUN, self.describe(program)),
        }
    }
}

/// Runs a schedule from the start.
///
/// # Errors
/// The first step that cannot be taken.
pub fn replay(program: &Program, schedule: &Schedule, budget: &Budget) -> Result<Vec<StepRecord>, ImpossibleStep> {
    let mut simulation = Simulation::new(program, budget);
    take(&mut simulation, schedule.steps(), 0)
}

fn take<'s>(
    simulation: &mut Simulation<'_>,
    steps: impl Iterator<Item = &'s ScheduledStep>,
    first: usize,
) -> Result<Vec<StepRecord>, ImpossibleStep> {
    steps
        .enumerate()
        .map(|(i, step)| {
            simulation.deliver(step).map_err(|why| ImpossibleStep {
                index: first + i,
                node: step.node,
                step: simulation.steps_taken(step.node) + 1,
                why,
            })
        })
        .collect()
}

/// Checks that a schedule is a fair run: stem once, loop for ever.
///
/// # Errors
/// The first reason why it is not; see [`LassoError`].
pub fn check_lasso(program: &Program, schedule: &Schedule, budget: &Budget) -> Result<LassoRun, LassoError> {
    lasso(&mut Simulation::new(program, budget), schedule)
}

/// [`check_lasso`] from the start of a simulation.
pub(super) fn lasso(simulation: &mut Simulation<'_>, schedule: &Schedule) -> Result<LassoRun, LassoError> {
    if schedule.cycle.is_empty() {
        return Err(LassoError::NoLoop);
    }
    simulation.restart();
    let program = simulation.program();
    let mut records = take(simulation, schedule.stem.iter(), 0).map_err(LassoError::Impossible)?;
    let stem = records.len();
    for node in program.node_ids() {
        let (due, taken) = (simulation.last_event(node), simulation.steps_taken(node));
        if taken < due {
            return Err(LassoError::EventDue { node, due, taken });
        }
    }
    let (start, before) = (simulation.buffer().clone(), simulation.channels());
    let carried: Vec<BTreeSet<Fact>> = program.node_ids().map(|node| simulation.carried(node).clone()).collect();
    records.extend(take(simulation, schedule.cycle.iter(), stem).map_err(LassoError::Impossible)?);
    let (end, after) = (simulation.buffer().clone(), simulation.channels());

    for (node, before) in program.node_ids().zip(&carried) {
        let after = simulation.carried(node);
        if before != after {
            let gained = after.difference(before).cloned().collect();
            let lost = before.difference(after).cloned().collect();
            return Err(LassoError::StateDiffers { node, gained, lost });
        }
    }
    let (_, repeated) = records.split_at(stem);
    match program.order {
        Order::Any => {
            for (message, &copies) in &start {
                let left = simulation.in_flight(message);
                if left < copies {
                    return Err(LassoError::BufferShrinks { message: message.clone(), start: copies, end: left });
                }
            }
        }
        Order::Fifo => repeats_in_order(&before, &after, repeated)?,
    }
    if let Some(node) = program.node_ids().find(|&node| repeated.iter().all(|record| record.node != node)) {
        return Err(LassoError::NodeStarved(node));
    }
    let delivered = |message: &LocatedFact| {
        let is_it = |delivered: &Delivered| delivered.fact == message.fact;
        repeated.iter().any(|record| record.node == message.node && record.delivered.iter().any(is_it))
    };
    let draws = |&(from, to): &(NodeId, NodeId)| {
        let is_from = |delivered: &Delivered| delivered.from == Some(from);
        repeated.iter().any(|record| record.node == to && record.delivered.iter().any(is_from))
    };
    if let Some(&(from, to)) = after.keys().find(|channel| !draws(channel)) {
        return Err(LassoError::ChannelStarved { from, to });
    }
    if let Some(message) = end.keys().find(|message| program.order == Order::Any && !delivered(message)) {
        return Err(LassoError::MessageStarved(message.clone()));
    }
    let ultimate = program.node_ids().flat_map(|node| always_derived(node, repeated)).collect();
    Ok(LassoRun { records, stem, ultimate, start, end })
}

/// Whether a loop of ordered channels can be repeated for ever: see the head of this file.
fn repeats_in_order(before: &Contents, after: &Contents, repeated: &[StepRecord]) -> Result<(), LassoError> {
    let channels: BTreeSet<(NodeId, NodeId)> = before.keys().chain(after.keys()).copied().collect();
    for (from, to) in channels {
        let at = |contents: &Contents| contents.get(&(from, to)).cloned().unwrap_or_default();
        let (start, end) = (at(before), at(after));
        let sent = repeated.iter().filter(|record| record.node == from).filter_map(|record| {
            let set: BTreeSet<Fact> =
                record.sent.iter().filter(|message| message.node == to).map(|message| message.fact.clone()).collect();
            (!set.is_empty()).then_some(set)
        });
        let sets: BTreeSet<BTreeSet<Fact>> = start.iter().chain(&end).cloned().chain(sent).collect();
        if start != end && !(sets.len() == 1 && start.len() <= end.len()) {
            return Err(LassoError::ChannelDiffers { from, to });
        }
    }
    Ok(())
}

/// The facts in D of every step of a node.
fn always_derived(node: NodeId, records: &[StepRecord]) -> Vec<LocatedFact> {
    let mut steps = records.iter().filter(|record| record.node == node);
    let first = steps.next().map(|record| record.derived.clone()).unwrap_or_default();
    let common = steps.fold(first, |common, record| common.intersection(&record.derived).cloned().collect());
    common.into_iter().map(|fact| LocatedFact { node, fact }).collect()
}

/// Why a run does not show what it is said to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimError {
    /// The schedule is no fair run.
    Lasso(LassoError),
    /// The fact is ultimate and was claimed not to be, or the other way round.
    Otherwise {
        /// The fact.
        fact: LocatedFact,
        /// What was claimed.
        claimed: bool,
    },
    /// A step of a finite schedule cannot be taken.
    Impossible(ImpossibleStep),
    /// The schedule of a violation has a loop.
    NotFinite,
    /// The relation does not hold after the schedule's last step.
    NotViolated(RelationId),
    /// The fact is in the outcome and was claimed not to be, or the other way round.
    OtherOutcome {
        /// The fact; its first value is its location.
        fact: Fact,
        /// What was claimed.
        claimed: bool,
    },
    /// An observer rule errs on the ultimate facts.
    Observer(EvalError),
}

impl ClaimError {
    /// In words, without a full stop.
    pub fn describe(&self, program: &Program) -> String {
        match self {
            ClaimError::Lasso(error) => error.describe(program),
            ClaimError::Otherwise { fact, claimed } => {
                let fact = program.show_fact(fact.node, &fact.fact);
                let (claim, truth) = if *claimed { ("is", "is not") } else { ("is not", "is") };
                format!("the schedule is a fair run, but {fact} {truth} ultimate in it; the claim is that it {claim}")
            }
            ClaimError::Impossible(step) => step.describe(program),
            ClaimError::NotFinite => "the schedule that violates a `never` is finite, this one has a loop".to_string(),
            ClaimError::NotViolated(relation) => {
                format!("{} does not hold in the last step of the schedule", program.relation(*relation).name)
            }
            ClaimError::OtherOutcome { fact, claimed } => {
                let fact = program.show_global_fact(fact);
                let (claim, truth) = if *claimed { ("is", "is not") } else { ("is not", "is") };
                format!("the schedule is a fair run, but {fact} {truth} in its outcome; the claim is that it {claim}")
            }
            ClaimError::Observer(error) => {
                format!("observers derive nothing from what is ultimate in the run: {error}")
            }
        }
    }

    /// As a finding.
    pub fn diagnostic(&self, program: &Program) -> Diagnostic {
        match self {
            ClaimError::Lasso(error) => error.diagnostic(program),
            ClaimError::Impossible(step) => step.diagnostic(program),
            _ => Diagnostic::new(codes::CLAIM_NOT_REPRODUCED, self.describe(program)),
        }
    }

    /// The step that cannot be taken, if that is the reason: then the schedule is wrong, not the claim.
    pub fn impossible(&self) -> Option<&ImpossibleStep> {
        match self {
            ClaimError::Impossible(step) | ClaimError::Lasso(LassoError::Impossible(step)) => Some(step),
            _ => None,
        }
    }
}

/// Checks that a schedule is a fair run in which `fact` is ultimate (`holds`) or is not.
///
/// # Errors
/// If it is no fair run, or the fact's fate is the other one.
pub fn check_claim(
    program: &Program,
    schedule: &Schedule,
    fact: &LocatedFact,
    holds: bool,
    budget: &Budget,
) -> Result<LassoRun, ClaimError> {
    claim(&mut Simulation::new(program, budget), schedule, fact, holds)
}

/// [`check_claim`] from the start of a simulation.
pub(super) fn claim(
    simulation: &mut Simulation<'_>,
    schedule: &Schedule,
    fact: &LocatedFact,
    holds: bool,
) -> Result<LassoRun, ClaimError> {
    let run = lasso(simulation, schedule).map_err(ClaimError::Lasso)?;
    if run.holds(fact) == holds { Ok(run) } else { Err(ClaimError::Otherwise { fact: fact.clone(), claimed: holds }) }
}

/// A reached violation of a `never` relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Every step.
    pub records: Vec<StepRecord>,
    /// The facts of the relation in the last step, or in the last global snapshot, as the program spells them.
    pub facts: Vec<String>,
}

/// Checks that a finite schedule ends with a step whose D has a fact of `relation` or, if that is an
/// observer relation, with a global snapshot of which it holds.
///
/// # Errors
/// If the schedule is not finite, is impossible, or ends otherwise.
pub fn check_violation(
    program: &Program,
    schedule: &Schedule,
    relation: RelationId,
    budget: &Budget,
) -> Result<Violation, ClaimError> {
    violation(&mut Simulation::new(program, budget), schedule, relation)
}

/// [`check_violation`] from the start of a simulation.
pub(super) fn violation(
    simulation: &mut Simulation<'_>,
    schedule: &Schedule,
    relation: RelationId,
) -> Result<Violation, ClaimError> {
    if !schedule.cycle.is_empty() {
        return Err(ClaimError::NotFinite);
    }
    simulation.restart();
    let program = simulation.program();
    let records = take(simulation, schedule.stem.iter(), 0).map_err(ClaimError::Impossible)?;
    let facts: Vec<String> = if program.relation(relation).observer {
        let Some(last) = records.last() else { return Err(ClaimError::NotViolated(relation)) };
        let observed = simulation.observe().map_err(|error| {
            let (index, why) = (records.len() - 1, Impossible::Observe(error));
            ClaimError::Impossible(ImpossibleStep { index, node: last.node, step: last.step, why })
        })?;
        observed.iter().filter(|fact| fact.relation == relation).map(|fact| program.show_global_fact(fact)).collect()
    } else {
        let last = records.last().into_iter();
        last.flat_map(|record| record.derived.iter().map(|fact| (record.node, fact)))
            .filter(|(_, fact)| fact.relation == relation)
            .map(|(node, fact)| program.show_fact(node, fact))
            .collect()
    };
    if facts.is_empty() { Err(ClaimError::NotViolated(relation)) } else { Ok(Violation { records, facts }) }
}
