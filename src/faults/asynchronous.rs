//! Faults together with delivery orders: is there a run of semantics §2, with few faults, whose outcome is bad?
//!
//! Plans ([`super::plan`]) are tried one after the other, fewest faults first. Each is made part of the program ([`super::lossy`]), whose
//! runs are then explored as `check` explores any program's; each ultimate model that they have gives an outcome
//! ([`crate::witness::outcome`]), and the outcome is judged. A plan with many states is put off, and only some single runs of it are taken, until all plans
//! with fewer states are done. Of plans that differ only by values that no rule or fact tells apart ([`crate::reduce::symmetry`]) one is enough: a
//! run with the faults of one is made a run with those of the other by exchanging the values, its outcome likewise, and observers judge both alike.
//!
//! So a certificate rests on the exploration of all plans and on nothing else. A counterexample rests on
//! nothing: the schedule of its run is replayed by definition before it is told. It has no fault too many if all plans that it covers were done
//! before, and whether they were is told with it.

use super::judge::{Tuple, VerdictRule};
use super::lossy::Lossy;
use super::plan::{Fault, Plan, Planned, Tolerance, Turn};
use super::search::Verdict;
use crate::budget::{Bound, Budget};
use crate::eval::EvalError;
use crate::eval::ground::Ground;
use crate::explore::Progress;
use crate::pipeline::hunt::{self, Hunt};
use crate::pipeline::instance::{self, explore_instance, run_with_model};
use crate::pipeline::{Cut, FaultReport, Figures, Findings, read};
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId, Value, resolve};
use crate::reduce::symmetry::classes;
use crate::schedule::Schedule;
use crate::source::SourceMap;
use crate::syntax::load::Input;
use crate::system::Stop;
use crate::witness::LassoRun;
use crate::witness::outcome::{OutcomeClaim, check_outcome, outcome};
use crate::witness::shrink::{Claim, shrink_loop};
use std::collections::BTreeSet;

/// What the text of a program with its faults is called in messages.
pub const NAME: &str = "<with faults>";

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What may go wrong.
    pub tolerance: Tolerance,
    /// When a run is bad. The `post` tuples of the failure-free run are those of all runs without a fault.
    pub rule: VerdictRule,
    /// Most counterexamples to find, each with a plan that covers no other's.
    pub most: usize,
    /// How each plan is explored.
    pub instance: instance::Options,
}

/// A bad run.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// What was to go wrong.
    pub plan: Plan,
    /// What goes wrong, and in which local step of its node.
    pub faults: Vec<(Fault, u64)>,
    /// The program with its faults, as text.
    pub text: String,
    /// The same, resolved; it has the nodes of the original.
    pub program: Box<Program>,
    /// The schedule of the run.
    pub schedule: Schedule,
    /// The run, by definition.
    pub run: LassoRun,
    /// Whether no proper part of the plan has a bad run: all of them were explored to the end before.
    pub minimal: bool,
    /// The `pre` tuples without their `post` tuples, with the symbols of [`Counterexample::program`].
    pub lost: BTreeSet<Tuple>,
}

impl Counterexample {
    /// What the run shows: `pre` tuples in its outcome without their `post` tuples.
    pub fn claim(&self) -> OutcomeClaim {
        claim(&self.program, &self.lost)
    }
}

fn claim(program: &Program, lost: &BTreeSet<Tuple>) -> OutcomeClaim {
    let facts = |name| -> BTreeSet<Fact> {
        let relation = program.relation_named(name);
        let relation = relation.expect("internal error: a tuple is lost of a relation that is not there");
        lost.iter().map(|values| Fact { relation, values: values.clone() }).collect()
    };
    OutcomeClaim { holds: facts("pre"), lacks: facts("post") }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// `pre` of some run without a fault, as the program spells its facts.
    pub promised: BTreeSet<String>,
    /// `post` of every run without a fault.
    pub fulfilled: BTreeSet<String>,
    /// The counterexamples, fewest faults first.
    pub counterexamples: Vec<Counterexample>,
    /// Whether no other plan has one that covers none of theirs.
    pub complete: bool,
    /// How many plans were explored.
    pub plans: u64,
    /// Figures of all searches.
    pub figures: Figures,
}

/// A rule does what the language forbids in some run.
#[derive(Debug)]
pub struct Failure {
    /// The text of the program with its faults.
    pub sources: SourceMap,
    /// The program with its faults.
    pub program: Program,
    /// Which rule, and how it comes to that; `None` for an observer rule that errs on an outcome.
    pub report: Option<FaultReport>,
    /// The error of an observer rule.
    pub error: Option<EvalError>,
}

/// Answers a question about a program.
///
/// # Errors
/// If a rule errs in some run.
///
/// # Panics
/// If the program with its faults is none, or a counterexample does not replay: internal errors, and better than a wrong verdict.
pub fn investigate(
    program: &Program,
    lossy: &Lossy<'_>,
    question: &Question,
    budget: &Budget,
    watch: &mut dyn FnMut(Progress),
) -> Result<Answer, Box<Failure>> {
    let mut search = Search {
        program,
        lossy,
        question,
        budget,
        some_post: false,
        open: None,
        unsettled: BTreeSet::new(),
        answer: Answer {
            verdict: Verdict::Certified,
            promised: BTreeSet::new(),
            fulfilled: BTreeSet::new(),
            counterexamples: Vec::new(),
            complete: true,
            plans: 0,
            figures: Figures::default(),
        },
    };
    search.all_plans(watch)?;
    Ok(search.conclude())
}

/// States of one search in the first round, and how much larger searches get from round to round: so what is searched again is a small part.
const FIRST_STATES: usize = 1 << 14;
const GROWTH: usize = 16;

/// The pairs of different nodes the first of which may send to the second: all of them where rules are not grounded. What can be sent without a
/// fault and what with one are alike here: grounding takes what is negated to be absent.
fn channels(program: &Program, ground: Option<&Ground>) -> BTreeSet<(NodeId, NodeId)> {
    let to = |from: NodeId| -> Vec<NodeId> {
        match ground {
            Some(ground) => ground.messages(from).iter().map(|&(to, _)| to).collect(),
            None => program.node_ids().collect(),
        }
    };
    program.node_ids().flat_map(|from| to(from).into_iter().map(move |to| (from, to))).filter(|(a, b)| a != b).collect()
}

/// Pairs of nodes whose exchange changes nothing.
fn alike(program: &Program, ground: &Ground) -> Vec<(NodeId, NodeId)> {
    let classes = classes(program, ground, None).into_iter();
    let nodes = classes.map(|class| class.values.into_iter().filter_map(|value| program.node_of(value)).collect());
    nodes
        .flat_map(|nodes: Vec<NodeId>| {
            let pairs = (0..nodes.len()).flat_map(|a| (a + 1..nodes.len()).map(move |b| (a, b)));
            pairs.map(|(a, b)| (nodes[a], nodes[b])).collect::<Vec<_>>()
        })
        .collect()
}

fn swapped((one, other): (NodeId, NodeId), node: NodeId) -> NodeId {
    if node == one {
        other
    } else if node == other {
        one
    } else {
        node
    }
}

struct Search<'a> {
    program: &'a Program,
    lossy: &'a Lossy<'a>,
    question: &'a Question,
    budget: &'a Budget,
    /// Whether some run without a fault has a `post` tuple.
    some_post: bool,
    /// The first bound that left a plan open.
    open: Option<Bound>,
    /// Plans that were not explored to the end.
    unsettled: BTreeSet<Plan>,
    answer: Answer,
}

/// What a search of a plan came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Explored {
    /// The plan need not be looked at again.
    Settled,
    /// It has more states than were allowed.
    PutOff,
    /// Neither this plan nor another one: enough is known, or the budget is used up.
    Ended,
}

impl Search<'_> {
    /// Explores all plans, round by round.
    fn all_plans(&mut self, watch: &mut dyn FnMut(Progress)) -> Result<(), Box<Failure>> {
        let ground = Ground::new(self.program, self.budget);
        let channels = channels(self.program, ground.as_ref());
        // Who asks for all counterexamples gets those of all plans.
        let renames = self.question.instance.reductions.symmetry && self.question.most == 1;
        let alike = ground.filter(|_| renames).map_or_else(Vec::new, |ground| alike(self.program, &ground));
        let mut states = FIRST_STATES;
        let mut put_off = Vec::new();
        let mut ended = Ok(false);
        self.question.tolerance.plans(self.program.nodes.len(), &channels, &mut |plan| {
            if alike.iter().any(|&swap| plan.exchanged(|node| swapped(swap, node)) < plan) {
                return true;
            }
            let explored = self.meet(&plan, states, watch);
            if explored.as_ref().is_ok_and(|&explored| explored == Explored::PutOff) {
                put_off.push(plan);
            }
            ended = explored.map(|explored| explored == Explored::Ended);
            matches!(ended, Ok(false))
        });
        let mut ended = ended?;
        while !ended && !put_off.is_empty() {
            states = states.saturating_mul(GROWTH);
            let mut again = Vec::new();
            for plan in std::mem::take(&mut put_off) {
                match self.meet(&plan, states, watch)? {
                    Explored::Settled => {}
                    Explored::PutOff => again.push(plan),
                    Explored::Ended => {
                        ended = true;
                        break;
                    }
                }
            }
            put_off = again;
        }
        Ok(())
    }

    /// Explores a plan as far as so many states.
    fn meet(&mut self, plan: &Plan, states: usize, watch: &mut dyn FnMut(Progress)) -> Result<Explored, Box<Failure>> {
        if let Err(bound) = self.budget.check() {
            self.open.get_or_insert(bound);
            return Ok(Explored::Ended);
        }
        if self.answer.counterexamples.iter().any(|found| plan.covers(&found.plan)) {
            self.unsettled.remove(plan);
            return Ok(Explored::Settled);
        }
        let text = self.lossy.text(plan);
        let (sources, program) = self.resolved(&text);
        let so_far = self.answer.figures;
        let mut watch = |now: Progress| {
            watch(Progress {
                states: so_far.states + now.states,
                expanded: so_far.states + now.expanded,
                transitions: so_far.transitions + now.transitions,
                share: None,
            });
        };
        let options = instance::Options { every_model: true, ..self.question.instance };
        let left = self.left();
        let share = Budget {
            max_states: left.max_states.min(states),
            max_transitions: left.max_transitions.min(states.saturating_mul(GROWTH)),
            ..left.clone()
        };
        let findings = explore_instance(&program, &share, options, &mut watch);
        self.answer.plans += u64::from(self.unsettled.insert(plan.clone()));
        self.count(&findings.figures);
        let failure = |report, error, sources, program| Box::new(Failure { sources, program, report, error });
        if let Some(Cut::Fault { fault, schedule }) = &findings.cut {
            let report = FaultReport { fault: *fault, schedule: schedule.clone() };
            return Err(failure(Some(report), None, sources, program));
        }
        let bound = unfinished(&findings, &left);
        let more = matches!(bound, Some(Bound::States)) && share.max_states < left.max_states
            || matches!(bound, Some(Bound::Transitions)) && share.max_transitions < left.max_transitions;
        let mut found: Vec<(BTreeSet<LocatedFact>, Option<Schedule>)> =
            findings.models.iter().map(|model| (model.clone(), None)).collect();
        if more && states == FIRST_STATES {
            let mut hunt = Hunt::new(&program, &left);
            hunt.go_on(hunt::WORK);
            found.extend(hunt.models().map(|(model, schedule)| (model.clone(), Some(schedule.clone()))));
        }
        let mut outcomes = Vec::new();
        for (model, schedule) in found {
            match outcome(&program, &model, self.budget) {
                Ok(outcome) => outcomes.push((model, schedule, outcome)),
                Err(error) => match Stop::from(error) {
                    Stop::Bound(bound) => {
                        self.open.get_or_insert(bound);
                    }
                    Stop::Fault { .. } => return Err(failure(None, Some(error), sources, program)),
                },
            }
        }
        let [pre, post] = ["pre", "post"].map(|name| program.relation_named(name));
        if plan.planned.is_empty() {
            self.learn(&program, [pre, post], outcomes.iter().map(|(_, _, outcome)| outcome));
            if bound.is_none() && self.is_vacuous() {
                self.unsettled.remove(plan);
                return Ok(Explored::Ended);
            }
        }
        if bound.is_none() {
            self.unsettled.remove(plan);
        }
        // What every run without a fault fulfils is known once all of them are.
        let judged = self.question.rule == VerdictRule::Invariant || !self.unsettled.contains(&Plan::default());
        let bad = outcomes.iter().filter(|_| judged).filter_map(|(model, schedule, outcome)| {
            let lost = self.lost(&program, [pre, post], outcome);
            (!lost.is_empty()).then_some((model, schedule, lost))
        });
        // Another model may have a shorter loop, but each attempt is a search.
        const MOST: usize = 4;
        let bad: Vec<_> = bad.take(MOST).collect();
        let shown = bad.iter().find_map(|(model, schedule, lost)| {
            let run = || run_with_model(&program, model, &self.left(), self.question.instance, &mut watch);
            let schedule = (*schedule).clone().or_else(run)?;
            Some(self.shown(plan, &text, &program, &schedule, lost))
        });
        if let Some(shown) = shown {
            self.unsettled.remove(plan);
            self.answer.counterexamples.push(shown);
            let enough = self.answer.counterexamples.len() >= self.question.most;
            return Ok(if enough { Explored::Ended } else { Explored::Settled });
        }
        let bound = if bad.is_empty() { bound } else { bound.or(Some(Bound::Copies)) };
        Ok(match bound {
            None if judged => Explored::Settled,
            None => {
                self.unsettled.insert(plan.clone());
                Explored::PutOff
            }
            Some(_) if more => Explored::PutOff,
            Some(bound) => {
                self.unsettled.insert(plan.clone());
                self.open.get_or_insert(self.budget.check().err().unwrap_or(bound));
                let used_up = matches!(
                    bound,
                    Bound::States | Bound::Transitions | Bound::Time | Bound::Memory | Bound::Interrupt
                );
                // Without all runs without a fault there is nothing to judge others by.
                if used_up || (plan.planned.is_empty() && self.question.rule == VerdictRule::Baseline) {
                    Explored::Ended
                } else {
                    Explored::Settled
                }
            }
        })
    }

    /// What is left of the budget.
    fn left(&self) -> Budget {
        Budget {
            max_states: self.budget.max_states.saturating_sub(self.answer.figures.states),
            max_transitions: self.budget.max_transitions.saturating_sub(self.answer.figures.transitions),
            ..self.budget.clone()
        }
    }

    fn count(&mut self, more: &Figures) {
        let sum = &mut self.answer.figures;
        sum.states += more.states + more.joint_states;
        sum.transitions += more.transitions + more.joint_transitions;
        sum.local_steps += more.local_steps;
        sum.remembered += more.remembered;
        sum.duplicates += more.duplicates;
        sum.components += more.components;
        sum.searches += more.searches;
    }

    /// The program under a plan, read as any text is. Its outputs are what outcomes are made of, and it asserts nothing.
    fn resolved(&self, text: &str) -> (SourceMap, Program) {
        let input = Input::Text { name: NAME.to_string(), text: text.to_string() };
        let options = resolve::Options { order: self.program.order, ..resolve::Options::default() };
        let read = read(&[input], &options);
        let Some((mut program, _)) = read.program else {
            let why: Vec<String> = read.diagnostics.iter().map(|finding| finding.message.clone()).collect();
            panic!("internal error: a program with faults is no program: {}\n{text}", why.join("; "))
        };
        let names = |program: &Program| program.node_ids().map(|node| program.show_node(node)).collect::<Vec<_>>();
        assert_eq!(names(&program), names(self.program), "internal error: a program with faults has another network");
        program.outputs = seen_in_outcomes(&program);
        program.nevers.clear();
        (read.sources, program)
    }

    /// What runs without a fault promise and fulfil.
    fn learn<'o>(
        &mut self,
        program: &Program,
        [pre, post]: [Option<RelationId>; 2],
        outcomes: impl Iterator<Item = &'o BTreeSet<Fact>>,
    ) {
        let shown = |outcome: &BTreeSet<Fact>, relation: Option<RelationId>| -> BTreeSet<String> {
            let of = outcome.iter().filter(|fact| Some(fact.relation) == relation);
            of.map(|fact| program.show_global_fact(fact)).collect()
        };
        let mut always: Option<BTreeSet<String>> = None;
        for outcome in outcomes {
            self.answer.promised.extend(shown(outcome, pre));
            let fulfilled = shown(outcome, post);
            self.some_post |= !fulfilled.is_empty();
            always =
                Some(always.map_or(fulfilled.clone(), |always| always.intersection(&fulfilled).cloned().collect()));
        }
        self.answer.fulfilled = always.unwrap_or_default();
    }

    /// Whether runs without a fault leave nothing to judge by.
    fn is_vacuous(&self) -> bool {
        let judged = match self.question.rule {
            VerdictRule::Invariant => self.some_post,
            VerdictRule::Baseline => !self.answer.fulfilled.is_empty(),
        };
        self.answer.promised.is_empty() || !judged
    }

    /// The `pre` tuples that `post` lacks in an outcome.
    fn lost(
        &self,
        program: &Program,
        [pre, post]: [Option<RelationId>; 2],
        outcome: &BTreeSet<Fact>,
    ) -> BTreeSet<Tuple> {
        let Some(post) = post else { return BTreeSet::new() };
        let with = |fact: &Fact| Fact { relation: post, values: fact.values.clone() };
        let concerns = |fact: &Fact| match self.question.rule {
            VerdictRule::Invariant => true,
            VerdictRule::Baseline => self.answer.fulfilled.contains(&program.show_global_fact(fact)),
        };
        let promised = outcome.iter().filter(|fact| Some(fact.relation) == pre).map(with);
        promised.filter(|fact| concerns(fact) && !outcome.contains(fact)).map(|fact| fact.values).collect()
    }

    /// A bad run, replayed by definition.
    fn shown(
        &self,
        plan: &Plan,
        text: &str,
        program: &Program,
        schedule: &Schedule,
        lost: &BTreeSet<Tuple>,
    ) -> Counterexample {
        let claim = claim(program, lost);
        let schedule = shrink_loop(program, schedule, &Claim::Outcome(claim.clone()), self.budget);
        let patient = Budget { max_facts: self.budget.max_facts, ..Budget::default() };
        match check_outcome(program, &schedule, &claim, &patient) {
            Ok(run) => Counterexample {
                plan: plan.clone(),
                faults: dated(self.lossy, program, plan, &run),
                text: text.to_string(),
                program: Box::new(program.clone()),
                schedule,
                run,
                minimal: !self.unsettled.iter().any(|other| other != plan && plan.covers(other)),
                lost: lost.clone(),
            },
            Err(error) => panic!("internal error: a counterexample does not replay: {}", error.describe(program)),
        }
    }

    fn conclude(mut self) -> Answer {
        self.answer.verdict = match self.open {
            _ if !self.answer.counterexamples.is_empty() => Verdict::Counterexample,
            Some(bound) => Verdict::Inconclusive(bound),
            None if self.is_vacuous() => Verdict::Vacuous,
            None => Verdict::Certified,
        };
        let enough = self.answer.counterexamples.len() >= self.question.most;
        self.answer.complete = self.open.is_none() && !enough;
        self.answer
    }
}

/// Why a search did not find all ultimate models, if it did not.
fn unfinished(findings: &Findings, budget: &Budget) -> Option<Bound> {
    match findings.cut {
        Some(Cut::Bound(bound)) => return Some(bound),
        Some(Cut::Fault { .. }) | None => {}
    }
    if findings.models_complete {
        None
    } else if let Err(bound) = budget.check() {
        Some(bound)
    } else if findings.models.len() < findings.models_found {
        Some(Bound::Models)
    } else {
        Some(Bound::Copies)
    }
}

/// The relations that outcomes are judged by, as far as they hold at nodes: `pre` and `post`, and what observers read.
fn seen_in_outcomes(program: &Program) -> Vec<RelationId> {
    let rules = program.observers.iter();
    let read = rules.flat_map(|rule| {
        let positive = rule.positive.iter().map(|atom| atom.relation);
        positive.chain(rule.negative.iter().map(|atom| atom.relation)).collect::<Vec<_>>()
    });
    let judged = ["pre", "post"].into_iter().filter_map(|name| program.relation_named(name));
    let all: BTreeSet<RelationId> = read.chain(judged).filter(|&id| !program.relation(id).observer).collect();
    all.into_iter().collect()
}

/// The faults of a plan with the local steps in which they happen in a run, in the order of the plan.
fn dated(lossy: &Lossy<'_>, program: &Program, plan: &Plan, run: &LassoRun) -> Vec<(Fault, u64)> {
    let step = |number: i64, fault: Fault| {
        // The number of a fault is the last column of the message that brings it.
        let relation = program.relation_named(&lossy.brings(fault));
        let brings = |fact: &Fact| Some(fact.relation) == relation && fact.values.last() == Some(&Value::Int(number));
        let mut records = run.records.iter().filter(|record| record.node == fault.node());
        let at = records.find(|record| record.delivered.iter().any(|delivered| brings(&delivered.fact)));
        at.expect("internal error: a fair run that delivers not all").step
    };
    let date = |(number, planned): (i64, &Planned)| match planned.turn {
        Turn::First => (planned.fault, 1),
        Turn::Later => (planned.fault, step(number, planned.fault)),
    };
    (1..).zip(&plan.planned).map(date).collect()
}
