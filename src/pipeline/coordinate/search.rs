//! The cheapest plan that passes.

use super::super::check::{self, Answer, FaultReport, Scope, Verdict, check};
use super::super::instance;
use super::super::instances::Searched;
use super::aim::{Aim, Shown, own_models, stratified};
use super::price::{Load, Measured, Price, Prices, measure};
use super::small::{Small, on_all};
use super::trial::{Failure, Subject, Trial, attempt};
use crate::analysis::Analysis;
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::{Program, RuleId};
use crate::prove::prover::Effort;
use crate::rewrite::order::can_end;
use crate::rewrite::seal::named_sender;
use crate::rewrite::{Acknowledge, Channels, Plan, Queue, Sealing};
use crate::solver::least::{Demand, least};
use crate::syntax::ast::Ast;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A plan that was tried.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The plan.
    pub plan: Plan,
    /// Its estimated price.
    pub price: Price,
    /// What became of it: none if it passed.
    pub failure: Option<Failure>,
}

/// A plan that passed.
#[derive(Debug, Clone)]
pub struct Coordinated {
    /// The plan.
    pub plan: Plan,
    /// Its estimated price.
    pub price: Price,
    /// The program that has it.
    pub trial: Trial,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The program is confluent as it is.
    Unneeded,
    /// The cheapest plan that passed.
    Found(Box<Coordinated>),
    /// None passed; the first bound that left one open, if one did.
    NotFound(Option<Bound>),
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What there is to coordinate.
    pub channels: Channels,
    /// The program as it is.
    pub before: Answer,
    /// What a run of it takes.
    pub measured: Option<Measured>,
    /// The small instances on which it is confluent too, if that was asked and no plan is needed.
    pub small: Option<Searched>,
    /// The program's own models, if they were looked for, and whether they are all known.
    pub own: Option<(Vec<Shown>, bool)>,
    /// What is aimed at; none where nothing was tried.
    pub aim: Option<Aim>,
    /// Plans in the order in which they were tried, the last one too.
    pub attempts: Vec<Attempt>,
    /// What was found.
    pub outcome: Outcome,
}

/// Most plans with seals that are tried, in each reading of the inductive rules.
const MOST_ATTEMPTS: usize = 64;

/// The least coordination that makes the instance confluent, and all small ones if there are such.
///
/// # Errors
/// If a rule of the program errs in some step.
pub fn coordinate(
    program: &Program,
    analysis: &Analysis,
    trees: &[Ast],
    (prices, small): (Prices, Option<Small<'_>>),
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Answered, Box<FaultReport>> {
    let unanswered = as_it_is(program, analysis, budget, options, watch)?;
    let everywhere = small.is_none() || unanswered.before.scope == Scope::AllInstances;
    if unanswered.before.verdict == Verdict::Confluent && everywhere {
        return Ok(unanswered);
    }
    let mut search = Search {
        subject: Subject { program, trees, channels: &unanswered.channels },
        load: Load::of(program, &unanswered.channels, budget),
        prices,
        small,
        budget,
        options,
        watch,
        attempts: Vec::new(),
        own: None,
        open: None,
    };
    if unanswered.before.verdict == Verdict::Confluent
        && let Some(searched) = search.as_it_is_on_small()
    {
        return Ok(Answered { small: Some(searched), ..unanswered.clone() });
    }
    let (outcome, aim) = search.go(analysis, &unanswered.before);
    let (attempts, own) = (search.attempts, search.own);
    Ok(Answered { attempts, own, aim: Some(aim), outcome, ..unanswered.clone() })
}

/// The program as it is, with nothing tried.
///
/// # Errors
/// If a rule of the program errs in some step.
pub fn as_it_is(
    program: &Program,
    analysis: &Analysis,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Answered, Box<FaultReport>> {
    let channels = Channels::of(program, &analysis.dependencies);
    let checking = check::Options { instance: options, proofs: Some(Effort::CHECK), ..check::Options::default() };
    let own = Budget { enough: Arc::default(), ..budget.clone() };
    let before = check(program, analysis, &own, checking, watch)?;
    let measured = measure(program, budget);
    Ok(Answered {
        channels,
        before,
        measured,
        small: None,
        own: None,
        aim: None,
        attempts: Vec::new(),
        outcome: Outcome::Unneeded,
    })
}

/// P(S) in full: all points wait, all messages are acknowledged. None if the program has no stratified model to aim at.
pub fn full(
    program: &Program,
    analysis: &Analysis,
    trees: &[Ast],
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Option<Coordinated> {
    let aim = Aim::Stratified(stratified(program, analysis, trees, budget)?);
    let channels = Channels::of(program, &analysis.dependencies);
    let plan = Plan::Seals(everything(&channels, Acknowledge::Messages));
    let subject = Subject { program, trees, channels: &channels };
    let price = Load::of(program, &channels, budget).plan(&channels, &plan);
    let trial = attempt(subject, &plan, &aim, budget, options, watch);
    Some(Coordinated { plan, price, trial })
}

/// Seals for all points.
pub fn everything(channels: &Channels, how: Acknowledge) -> Sealing {
    let points: BTreeSet<usize> = (0..channels.points.len()).collect();
    let alone = |channel: &usize| channels.channels[*channel].group.is_none();
    let sealed = channels.needed(points.iter().copied()).into_iter().filter(alone);
    Sealing {
        channels: sealed.map(|channel| (channel, how)).collect(),
        points,
        by_sender: BTreeSet::new(),
        keeps_steps: false,
    }
}

struct Search<'a, 'w> {
    subject: Subject<'a>,
    load: Load,
    prices: Prices,
    small: Option<Small<'a>>,
    budget: &'a Budget,
    options: instance::Options,
    watch: &'w mut dyn FnMut(Progress),
    attempts: Vec<Attempt>,
    /// The program's own models, if they were looked for, and whether they are all known.
    own: Option<(Vec<Shown>, bool)>,
    /// The first bound that left a plan open.
    open: Option<Bound>,
}

/// What may be chosen when sealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Choice {
    /// A point waits for all senders.
    All(usize),
    /// A point waits for the sender that it names.
    Named(usize),
    /// A channel is sealed.
    Channel(usize, Acknowledge),
    /// A group votes.
    Vote(usize),
}

impl Search<'_, '_> {
    /// The program as it is, on all small instances: none if it is not confluent on all of them, which then stands among the attempts.
    fn as_it_is_on_small(&mut self) -> Option<Searched> {
        let (share, anything) = (self.budget.search_share(), Aim::OneOf(Vec::new(), false));
        let found = on_all(self.subject, self.small?, &Plan::Nothing, &anything, &share, self.options, self.watch);
        found
            .map_err(|failure| {
                if let Some(bound) = failure.bound() {
                    self.open.get_or_insert(bound);
                }
                let price = Price::default();
                self.attempts.push(Attempt { plan: Plan::Nothing, price, failure: Some(failure) });
            })
            .ok()
    }

    fn go(&mut self, analysis: &Analysis, before: &Answer) -> (Outcome, Aim) {
        let Subject { program, trees, .. } = self.subject;
        let by_strata = stratified(program, analysis, trees, self.budget);
        let own_class = analysis.classification.class <= crate::analysis::Class::DedalusS;
        let models = match (&by_strata, own_class) {
            (Some(_), true) => None,
            _ => Some(own_models(program, before, self.budget, self.options, self.watch)),
        };
        self.own.clone_from(&models);
        // Where the model by strata is that of a program that lasts, it has to be an outcome that the program itself can have.
        let is_own =
            |model: &super::aim::Shown| models.as_ref().is_none_or(|(own, complete)| !complete || own.contains(model));
        let sealed_aim = by_strata.filter(is_own).map(Aim::Stratified);
        let mut best: Option<Coordinated> = None;
        if let Some(aim) = &sealed_aim {
            best = self.by_seals(aim, false);
            // The reading by strata may leave a program without its messages: then it is tried with its steps as they are.
            if best.as_ref().is_some_and(|best| !best.trial.silenced.is_empty()) {
                best = self.by_seals(aim, true).or(best);
            }
        }
        if let Some((models, complete)) = models {
            let aim = Aim::OneOf(models, complete);
            let ceiling = best.as_ref().map(|best| best.price.total(self.prices));
            if let Some(ordered) = self.by_order(&aim, ceiling) {
                return (Outcome::Found(Box::new(ordered)), aim);
            }
            if best.is_none() {
                return (Outcome::NotFound(self.open), sealed_aim.unwrap_or(aim));
            }
        }
        let aim = sealed_aim.unwrap_or(Aim::OneOf(Vec::new(), false));
        match best {
            Some(best) => (Outcome::Found(Box::new(best)), aim),
            None => (Outcome::NotFound(self.open), aim),
        }
    }

    /// Tries a plan; whether it passed.
    fn attempt(&mut self, plan: Plan, aim: &Aim) -> Result<Coordinated, Failure> {
        let price = self.load.plan(self.subject.channels, &plan);
        let share = self.budget.search_share();
        let mut trial = attempt(self.subject, &plan, aim, &share, self.options, self.watch);
        if let (None, Some(small)) = (&trial.failure, self.small) {
            match on_all(self.subject, small, &plan, aim, &share, self.options, self.watch) {
                Ok(searched) => trial.small = Some(searched),
                Err(failure) => trial.failure = Some(failure),
            }
        }
        let failure = trial.failure.clone();
        self.attempts.push(Attempt { plan: plan.clone(), price, failure: failure.clone() });
        if let Some(bound) = failure.as_ref().and_then(Failure::bound) {
            self.open.get_or_insert(bound);
        }
        match failure {
            None => Ok(Coordinated { plan, price, trial }),
            Some(failure) => Err(failure),
        }
    }

    fn by_seals(&mut self, aim: &Aim, keeps_steps: bool) -> Option<Coordinated> {
        let most = self.attempts.len() + MOST_ATTEMPTS;
        let Subject { program, channels, .. } = self.subject;
        let mut choices: Vec<Choice> = Vec::new();
        for point in 0..channels.points.len() {
            choices.push(Choice::All(point));
            if named_sender(program, channels, point).is_some() {
                choices.push(Choice::Named(point));
            }
        }
        for (index, channel) in channels.channels.iter().enumerate().filter(|(_, channel)| channel.group.is_none()) {
            debug_assert!(channel.group.is_none());
            choices.push(Choice::Channel(index, Acknowledge::Counts));
            choices.push(Choice::Channel(index, Acknowledge::Messages));
        }
        choices.extend((0..channels.groups.len()).map(Choice::Vote));
        let place: BTreeMap<Choice, usize> = choices.iter().copied().zip(0..).collect();
        let costs: Vec<u64> = choices.iter().map(|&choice| self.price(choice).total(self.prices)).collect();
        let seals = |channel: usize| match channels.channels[channel].group {
            Some(group) => vec![place[&Choice::Vote(group)]],
            None => vec![
                place[&Choice::Channel(channel, Acknowledge::Counts)],
                place[&Choice::Channel(channel, Acknowledge::Messages)],
            ],
        };
        let mut demands: Vec<Demand> = Vec::new();
        for (&choice, &at) in &place {
            let awaited: Vec<usize> = match choice {
                Choice::All(point) => channels.points[point].awaits().channels.into_iter().collect(),
                Choice::Named(point) => {
                    // The named sender's messages are counted, whatever else is.
                    let awaited = channels.points[point].awaits().channels;
                    let counted = awaited.iter().map(|&channel| place[&Choice::Channel(channel, Acknowledge::Counts)]);
                    demands.extend(counted.map(|any| Demand { because: Some(at), any: vec![any] }));
                    continue;
                }
                Choice::Channel(channel, _) => channels.channels[channel].awaits.channels.iter().copied().collect(),
                Choice::Vote(group) => channels.groups[group].awaits.channels.iter().copied().collect(),
            };
            demands.extend(awaited.into_iter().map(|channel| Demand { because: Some(at), any: seals(channel) }));
        }
        while self.attempts.len() < most {
            if let Err(bound) = self.budget.check() {
                self.open.get_or_insert(bound);
                return None;
            }
            let chosen = least(&costs, &demands)?;
            let sealing = Sealing { keeps_steps, ..sealing(&choices, &chosen) };
            let lacking: Vec<usize> = (choices.iter())
                .zip(0..)
                .filter(|&(choice, _)| match *choice {
                    Choice::All(point) => !sealing.points.contains(&point) || sealing.by_sender.contains(&point),
                    Choice::Named(point) => !sealing.points.contains(&point),
                    Choice::Channel(..) | Choice::Vote(_) => false,
                })
                .map(|(_, at)| at)
                .collect();
            match self.attempt(Plan::Seals(sealing), aim) {
                Ok(found) => return Some(found),
                Err(_) => demands.push(Demand { because: None, any: lacking }),
            }
        }
        if self.attempts.len() >= most {
            // Too many plans lie between: the last word has the one that seals everything.
            let all = Sealing { keeps_steps, ..everything(channels, Acknowledge::Counts) };
            return self.attempt(Plan::Seals(all), aim).ok();
        }
        None
    }

    fn price(&self, choice: Choice) -> Price {
        match choice {
            Choice::All(_) => self.load.point(false),
            Choice::Named(_) => self.load.point(true),
            Choice::Channel(channel, how) => self.load.seal(channel, how),
            Choice::Vote(group) => self.load.vote(&self.subject.channels.groups[group].channels),
        }
    }

    /// Orders of delivery that are cheaper than `ceiling`, cheapest first.
    fn by_order(&mut self, aim: &Aim, ceiling: Option<u64>) -> Option<Coordinated> {
        let Subject { program, channels, .. } = self.subject;
        let all: BTreeSet<usize> = (0..channels.channels.len()).collect();
        if all.is_empty() {
            return None;
        }
        let mut plans = Vec::new();
        for chosen in [self.racing(), all] {
            if chosen.is_empty() {
                continue;
            }
            plans.push(Plan::Once(chosen.clone()));
            plans.push(Plan::Order(chosen.clone(), Queue::Sender));
            if chosen.iter().all(|&channel| can_end(program, channels, channel)) {
                plans.push(Plan::Order(chosen, Queue::Sequencer));
            }
        }
        plans.dedup();
        // Among equals, what does least first: the order in which they were made.
        plans.sort_by_key(|plan| self.load.plan(channels, plan).total(self.prices));
        let mut tried: Vec<Plan> = Vec::new();
        for plan in plans {
            let total = self.load.plan(channels, &plan).total(self.prices);
            if ceiling.is_some_and(|ceiling| total >= ceiling) || tried.contains(&plan) {
                continue;
            }
            if let Err(bound) = self.budget.check() {
                self.open.get_or_insert(bound);
                return None;
            }
            tried.push(plan.clone());
            if let Ok(found) = self.attempt(plan, aim) {
                return Some(found);
            }
        }
        None
    }

    /// The channels whose messages race for what rules conclude, or meet.
    fn racing(&self) -> BTreeSet<usize> {
        let Subject { program, channels, .. } = self.subject;
        let dependencies = crate::analysis::Dependencies::of(program);
        let by_rule: BTreeMap<RuleId, usize> = channels.channels.iter().map(|channel| channel.rule).zip(0..).collect();
        let meetings = crate::analysis::order::meetings(program, &dependencies);
        let met = meetings.iter().flat_map(|meeting| &meeting.channels.rules).filter_map(|rule| by_rule.get(rule));
        channels.points.iter().flat_map(|point| point.awaits().channels).chain(met.copied()).collect()
    }
}

fn sealing(choices: &[Choice], chosen: &[bool]) -> Sealing {
    let mut sealing = Sealing::default();
    let mut all = BTreeSet::new();
    for (choice, _) in choices.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
        match *choice {
            Choice::All(point) => {
                sealing.points.insert(point);
                all.insert(point);
            }
            Choice::Named(point) => {
                sealing.points.insert(point);
                sealing.by_sender.insert(point);
            }
            Choice::Channel(channel, how) => {
                sealing.channels.insert(channel, how);
            }
            Choice::Vote(_) => {}
        }
    }
    sealing.by_sender.retain(|point| !all.contains(point));
    sealing
}
