//! Whether a failed obligation fails in a state that runs of the instance come to.
//!
//! The solver names some state and some inputs for which an obligation of [`crate::prove::joining`] fails; that a run comes to this state is not said. Here some
//! runs of the instance are taken by the definition. Whenever a node is about to step, it has a state s of the cell, and a step that it can take next, with some of the messages in
//! flight to it, has inputs i: deliveries, events that are due, and what other rules derive in that step of relations that the cell takes as inputs. For each a in i of the claim's relation, with m = i ∖ {a},
//! the two sides of the claim are evaluated: F(s, m ∪ {a}) and F(F(s, m), {a}), or what is sent; for an idle step F(s, i) and F(F(s, i), ∅). F is the naive evaluator on the rules of the cell, with the facts that always hold
//! and what its fixed relations hold at that node. If two copies of a are in flight, one may come with the others and one after them: m = i. So a claim that is said to fail here does: s is reached, i comes together in a next step, and the sides differ.
//!
//! What is found is replayed from the start, with fewer steps as long as it stays so. That nothing is found says nothing of other runs.

use crate::budget::Budget;
use crate::eval::LocalStep;
use crate::eval::naive::Naive;
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId, When};
use crate::prove::joining::{Attempt, Cell, Claim, Failing, Role, failing::Row};
use crate::schedule::{Delivered, Schedule, ScheduledStep};
use crate::witness::hold::Apart;
use crate::witness::run::{Policy, Random, Run, interact, run};
use crate::witness::{Simulation, StepRecord};
use std::collections::BTreeSet;

/// Most runs.
const RUNS: u64 = 64;
/// Most steps of a run.
const STEPS: usize = 64;
/// Most messages in flight to a node that are delivered in one way or another.
const MESSAGES: usize = 8;
/// Most work, in facts that steps derive and rules that they try.
const WORK: usize = 1 << 18;

/// What was sought for one attempt.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The cell of that attempt.
    pub cell: Cell,
    /// Runs that were taken.
    pub runs: u64,
    /// A reachable state in which its last obligation fails.
    pub found: Option<Reached>,
}

/// A reachable state, and a step of its node, in which a claim fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The steps that lead to it.
    pub schedule: Schedule,
    /// The step that the node can take next: in it the inputs come together.
    pub step: ScheduledStep,
    /// How the claim fails; what never changes is left out.
    pub failing: Failing,
}

/// Looks for a reachable state in which the claim at which this attempt failed fails.
pub fn look(program: &Program, attempt: &Attempt, budget: &Budget) -> Option<Sought> {
    let claim = attempt.failed()?.claim;
    let cell = &attempt.cell;
    let rules = cell.rules(program).map(|(_, rule)| rule.clone()).collect();
    let alone = Program { rules, observers: Vec::new(), ..program.clone() };
    let mut search = Search {
        program,
        cell,
        claim,
        carried: cell.carried(program),
        inputs: cell.inputs(program),
        budget: budget.clone(),
        evaluator: Naive::within(&alone, budget.clone()),
        simulation: Simulation::remembering(program, budget),
        met: BTreeSet::new(),
        work: WORK,
    };
    let mut sought = Sought { cell: cell.clone(), runs: 0, found: None };
    while sought.runs < RUNS && search.work > 0 && budget.check().is_ok() {
        let taken = take(program, sought.runs, budget);
        sought.runs += 1;
        if let Some(found) = search.along(&taken.records) {
            sought.found = Some(search.shortened(found));
            break;
        }
    }
    (sought.runs > 0).then_some(sought)
}

/// Run of this number: in rounds, then with random deliveries, that end together or apart.
fn take(program: &Program, number: u64, budget: &Budget) -> Run {
    let budget = Budget {
        max_states: budget.max_states.min(STEPS),
        max_transitions: budget.max_transitions.min(STEPS),
        checkpoints: None,
        ..budget.clone()
    };
    if number == 0 {
        return run(program, Policy::Fifo, &budget);
    }
    let random = Random::new(program, number);
    if number.is_multiple_of(2) {
        interact(program, &mut Apart(random), &budget)
    } else {
        interact(program, &mut { random }, &budget)
    }
}

/// What a node has before a step and what may come to it, as far as the claim can tell.
type Situation = (NodeId, BTreeSet<Fact>, Vec<Delivered>, Vec<Fact>);

struct Search<'a> {
    program: &'a Program,
    cell: &'a Cell,
    claim: Claim,
    carried: Vec<RelationId>,
    inputs: Vec<RelationId>,
    budget: Budget,
    /// Of the program with the rules of the cell alone.
    evaluator: Naive<'a>,
    simulation: Simulation<'a>,
    met: BTreeSet<Situation>,
    work: usize,
}

/// A step of the cell: what is carried on, and what is sent.
struct Outcome {
    next: BTreeSet<Fact>,
    sent: BTreeSet<LocatedFact>,
}

impl Search<'_> {
    /// The first step of a run before which the claim fails.
    fn along(&mut self, records: &[StepRecord]) -> Option<Reached> {
        let mut simulation = Simulation::new(self.program, &self.budget);
        let mut latest = vec![BTreeSet::new(); self.program.nodes.len()];
        for (index, record) in records.iter().enumerate() {
            let node = record.node;
            if let Some(step) = self.before(&mut simulation, node, &latest[node.0 as usize]) {
                let stem: Vec<ScheduledStep> = records[..index].iter().map(StepRecord::scheduled).collect();
                return self.replayed(stem, step);
            }
            latest[node.0 as usize] = simulation.deliver(&record.scheduled()).ok()?.derived;
        }
        None
    }

    /// A next step of the node with which the claim fails.
    fn before(
        &mut self,
        simulation: &mut Simulation<'_>,
        node: NodeId,
        latest: &BTreeSet<Fact>,
    ) -> Option<ScheduledStep> {
        let one = |copies: Delivered| Delivered { copies: 1, ..copies };
        let messages: Vec<Delivered> = simulation.in_flight_to(node).into_iter().take(MESSAGES).map(one).collect();
        let due = self.due(node, simulation.steps_taken(node) + 1);
        let mut known = simulation.carried(node).clone();
        known.extend(latest.iter().filter(|fact| self.cell.role(fact.relation) == Role::Kept).cloned());
        if !self.met.insert((node, known, messages.clone(), due)) {
            return None;
        }
        for set in sets(messages.len()) {
            if self.work == 0 {
                return None;
            }
            let step = ScheduledStep::of(node, set.into_iter().map(|index| messages[index].clone()));
            if self.fails(simulation, &step, latest).is_some() {
                return Some(step);
            }
        }
        None
    }

    /// The events that are due to a node at a step.
    fn due(&self, node: NodeId, step: u64) -> Vec<Fact> {
        let given = self.program.facts.iter();
        given
            .filter(|given| given.node == node && given.when == When::Step(step))
            .map(|given| given.fact.clone())
            .collect()
    }

    /// How the claim fails before this step, if it does; the simulation stays where it is.
    fn fails(
        &mut self,
        simulation: &mut Simulation<'_>,
        step: &ScheduledStep,
        latest: &BTreeSet<Fact>,
    ) -> Option<Failing> {
        let node = step.node;
        let cell = self.cell;
        let is = |fact: &&Fact, roles: &[Role]| roles.contains(&cell.role(fact.relation));
        let carried = simulation.carried(node).iter().filter(|fact| self.carried.contains(&fact.relation));
        let state: BTreeSet<Fact> =
            carried.chain(latest.iter().filter(|fact| is(fact, &[Role::Kept]))).cloned().collect();
        let moment = simulation.moment();
        let record = simulation.deliver(step);
        simulation.rewind(moment);
        let record = record.ok()?;
        self.spend(record.derived.len() + record.sent.len() + self.program.rules.len());
        let mut always: BTreeSet<Fact> =
            record.derived.iter().filter(|fact| is(fact, &[Role::Fixed])).cloned().collect();
        let given = self.program.facts.iter().filter(|given| given.node == node && given.when == When::Always);
        always.extend(given.map(|given| &given.fact).filter(|fact| is(fact, &[Role::Own])).cloned());
        let mut inputs: BTreeSet<Fact> =
            record.derived.iter().filter(|fact| is(fact, &[Role::Kept, Role::Free])).cloned().collect();
        let come = record.delivered.iter().map(|delivered| delivered.fact.clone());
        inputs.extend(come.chain(self.due(node, record.step)).filter(|fact| is(&fact, &[Role::Own])));
        // What was kept before is in the state.
        inputs
            .retain(|fact| self.inputs.contains(&fact.relation) && !(is(&fact, &[Role::Kept]) && state.contains(fact)));
        let fact = match self.claim {
            Claim::IdleKeeps(_) | Claim::IdleSends(_) => {
                let (differs, at_once) = self.differ(node, &always, &state, &inputs, None)?;
                return Some(self.told(&state, &inputs, None, differs, at_once));
            }
            Claim::Joins { input, .. } | Claim::Sends { input, .. } => input,
        };
        let facts: Vec<Fact> = inputs.iter().filter(|one| one.relation == fact).cloned().collect();
        let again = |fact: &Fact| simulation.in_flight(&LocatedFact { node, fact: fact.clone() }) > 1;
        let mut ways = Vec::new();
        for fact in facts {
            let mut others = inputs.clone();
            others.remove(&fact);
            let twice = again(&fact) && record.delivered.iter().any(|delivered| delivered.fact == fact);
            ways.push((others, fact.clone()));
            if twice {
                ways.push((inputs.clone(), fact));
            }
        }
        ways.into_iter().find_map(|(others, fact)| {
            let (differs, at_once) = self.differ(node, &always, &state, &others, Some(&fact))?;
            Some(self.told(&state, &others, Some(&fact), differs, at_once))
        })
    }

    /// A row in which the two sides of the claim differ, and whether it is on the side of the first step, or of the step with all.
    fn differ(
        &mut self,
        node: NodeId,
        always: &BTreeSet<Fact>,
        state: &BTreeSet<Fact>,
        inputs: &BTreeSet<Fact>,
        fact: Option<&Fact>,
    ) -> Option<(Row, bool)> {
        let first = self.step(node, always, state, inputs)?;
        let rest: BTreeSet<Fact> = fact.into_iter().cloned().collect();
        let second = self.step(node, always, &first.next, &rest)?;
        let (left, right) = match self.claim {
            Claim::IdleKeeps(relation) => (self.rows(&first, relation), self.rows(&second, relation)),
            Claim::IdleSends(relation) => {
                let before = self.sent(&first, relation);
                let new = self.sent(&second, relation).difference(&before).cloned().collect();
                (BTreeSet::new(), new)
            }
            Claim::Joins { carried, .. } => {
                let both = self.step(node, always, state, &inputs.union(&rest).cloned().collect())?;
                (self.rows(&both, carried), self.rows(&second, carried))
            }
            Claim::Sends { sent, .. } => {
                let both = self.step(node, always, state, &inputs.union(&rest).cloned().collect())?;
                let mut apart = self.sent(&first, sent);
                apart.extend(self.sent(&second, sent));
                (self.sent(&both, sent), apart)
            }
        };
        let row = left.symmetric_difference(&right).next()?.clone();
        let at_once = left.contains(&row);
        Some((row, at_once))
    }

    /// One step of the cell.
    fn step(
        &mut self,
        node: NodeId,
        always: &BTreeSet<Fact>,
        state: &BTreeSet<Fact>,
        inputs: &BTreeSet<Fact>,
    ) -> Option<Outcome> {
        let mut all = always.clone();
        all.extend(state.union(inputs).cloned());
        let outcome = self.evaluator.step(node, &all).ok()?;
        self.spend(outcome.derived.len() + outcome.sent.len() + self.program.rules.len());
        let mut next = outcome.next;
        next.extend(all.into_iter().filter(|fact| self.cell.role(fact.relation) == Role::Kept));
        Some(Outcome { next, sent: outcome.sent })
    }

    fn spend(&mut self, work: usize) {
        self.work = self.work.saturating_sub(work);
    }

    /// What is carried on of a relation.
    fn rows(&self, outcome: &Outcome, relation: RelationId) -> BTreeSet<Row> {
        outcome.next.iter().filter(|fact| fact.relation == relation).map(|fact| row(self.program, fact)).collect()
    }

    /// What is sent to a relation, the addressee last.
    fn sent(&self, outcome: &Outcome, relation: RelationId) -> BTreeSet<Row> {
        let sent = outcome.sent.iter().filter(|message| message.fact.relation == relation);
        sent.map(|message| {
            let (relation, mut values) = row(self.program, &message.fact);
            values.push(self.program.show_node(message.node));
            (relation, values)
        })
        .collect()
    }

    fn told(
        &self,
        state: &BTreeSet<Fact>,
        inputs: &BTreeSet<Fact>,
        fact: Option<&Fact>,
        differs: Row,
        at_once: bool,
    ) -> Failing {
        let rows = |facts: &BTreeSet<Fact>| facts.iter().map(|fact| row(self.program, fact)).collect();
        Failing {
            fixed: Vec::new(),
            state: rows(state),
            inputs: rows(inputs),
            fact: fact.map(|fact| row(self.program, fact)),
            differs,
            at_once,
            order: Vec::new(),
        }
    }

    /// The same from the start of a run; nothing if a step is not possible, or the claim does not fail before the last.
    fn replayed(&mut self, stem: Vec<ScheduledStep>, step: ScheduledStep) -> Option<Reached> {
        let program = self.program;
        let mut simulation = std::mem::replace(&mut self.simulation, Simulation::new(program, &self.budget));
        simulation.restart();
        let mut latest = BTreeSet::new();
        let mut possible = true;
        for earlier in &stem {
            match simulation.deliver(earlier) {
                Ok(record) if record.node == step.node => latest = record.derived,
                Ok(_) => {}
                Err(_) => {
                    possible = false;
                    break;
                }
            }
        }
        let failing = if possible { self.fails(&mut simulation, &step, &latest) } else { None };
        self.simulation = simulation;
        Some(Reached { schedule: Schedule { stem, cycle: Vec::new() }, step, failing: failing? })
    }

    /// The same with fewer steps before it.
    fn shortened(&mut self, mut found: Reached) -> Reached {
        let mut index = found.schedule.stem.len();
        while index > 0 {
            index -= 1;
            let mut fewer = found.schedule.stem.clone();
            fewer.remove(index);
            if let Some(shorter) = self.replayed(fewer, found.step.clone()) {
                found = shorter;
            }
        }
        found
    }
}

/// Sets of at most three of so many things, smaller ones first.
fn sets(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..3 {
        let next: Vec<Vec<usize>> = last
            .iter()
            .flat_map(|set| {
                let from = set.last().map_or(0, |&last| last + 1);
                (from..count).map(move |more| set.iter().copied().chain([more]).collect())
            })
            .collect();
        all.extend(next.iter().cloned());
        last = next;
    }
    all
}

fn row(program: &Program, fact: &Fact) -> Row {
    (fact.relation, fact.values.iter().map(|value| program.show_value(*value)).collect())
}
