//! Why a fact holds at a step of a run, or why it does not: provenance, read both ways.
//!
//! A *claim* says that a fact holds in a step of its node, or that no fact of a pattern does. A fact that holds is explained by the rule that fires
//! (the one of lowest rank, [`crate::provenance::moment`]), by the delivery that brought it and the rule that sent it, by the
//! rule that handed it on from the node's step before, or by the text. A fact that does not is explained by every rule that could have
//! derived it, each with the first literal that fails, and by the messages that would have supplied it: in flight still, delivered
//! earlier and not kept, or sent too late. A claim is explained once: the whole is a graph, whose claims of presence have no
//! cycle, since each rests on facts of lower rank or of an earlier step.
//!
//! The explanation is computed from the records of a replay and from the rules, with the matching of the definition; no search has a part in it.

pub mod firsthand;
pub mod readings;

use super::{LassoRun, StepRecord};
use crate::budget::Budget;
use crate::program::{Fact, InitialFact, LocatedFact, NodeId, Program, RelationId, Rule, RuleKind, Value, When};
use crate::provenance::rules::{Addressee, failures};
use crate::provenance::{self, Failure, Firing, Moment, Pattern, Reasons, Site};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moments {
    /// The transition of this index.
    Step(usize),
    /// What observers see after the last transition.
    Snapshot,
}

/// What is explained. The first value of a fact or a pattern is its location.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// The fact holds.
    Holds(Fact, Moments),
    /// No such fact does.
    Absent(Pattern, Moments),
    /// The rule of this index (of the observer rules, in a snapshot) derives no such fact.
    Fails(usize, Pattern, Moments),
    /// This message is not delivered when it would have supplied what is missing.
    Supplies {
        /// The message, location first.
        fact: Fact,
        /// In which transition it is missed.
        missed: usize,
        /// In which transition it is sent.
        sent: usize,
        /// In which transition it is delivered; `None` if in none of these.
        at: Option<usize>,
    },
    /// The rule derives this fact, location first, instead.
    Instead(Fact, Moments),
    /// A condition does not hold.
    Condition(Span),
}

/// How a claim is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A fact of the program text, or a built-in one.
    Given,
    /// The rule at this place fires.
    Rule(Span),
    /// It is delivered; this rule sent it in that transition.
    Sent(usize, Span),
    /// A rule keeps it since this transition.
    Kept(usize, Span),
    /// Nothing in the program derives it, and no fact gives it.
    Nothing,
    /// Each of the parts keeps one rule from deriving it, or one message from supplying it.
    NoRule,
    /// A literal, a delivery, another head: there is nothing more to say.
    Literal,
    /// The explanation became too large here.
    Cut,
}

/// One claim, explained.
pub type Reason = provenance::Reason<Claim, How>;

/// An explanation: the first reason is of what was asked for.
#[derive(Debug, Clone)]
pub struct Why {
    /// The reasons; parts are numbers here.
    pub reasons: Vec<Reason>,
}

impl Why {
    /// Whether the fact holds at the moment that was asked for.
    pub fn holds(&self) -> bool {
        matches!(self.reasons[0].claim, Claim::Holds(..))
    }
}

/// Most claims that are explained.
const MOST_REASONS: usize = 5_000;
/// Most ways in which one rule fails that are told.
const MOST_FAILURES: usize = 4;
/// Most messages of one pattern that are told.
const MOST_MESSAGES: usize = 4;

/// Explains why a fact holds in a transition of its node, or why it does not.
///
/// `records` are the transitions of a run from its start. What is not explained when the budget is used up stays [`How::Cut`].
///
/// # Panics
/// If the transition is another node's, or not in the run.
pub fn why(program: &Program, records: &[StepRecord], fact: &LocatedFact, step: usize, budget: &Budget) -> Why {
    assert!(records[step].node == fact.node, "a fact is explained in a step of its node");
    let located = located(program, fact.node, &fact.fact);
    let claim = if records[step].derived.contains(&fact.fact) {
        Claim::Holds(located, Moments::Step(step))
    } else {
        Claim::Absent(Pattern::of(&located), Moments::Step(step))
    };
    explain(program, records, claim, budget)
}

/// Explains a fact of a relation in the last of these transitions or, if that is an observer relation, in what observers see after it; the first
/// fact where there are several. `None` if there is none.
pub fn why_last(program: &Program, records: &[StepRecord], relation: RelationId, budget: &Budget) -> Option<Why> {
    let last = records.len().checked_sub(1)?;
    let claim = if program.relation(relation).observer {
        let mut explainer = Explainer::new(program, records);
        let seen = &explainer.moment(Moments::Snapshot).facts;
        Claim::Holds(seen.iter().find(|fact| fact.relation == relation)?.clone(), Moments::Snapshot)
    } else {
        let fact = records[last].derived.iter().find(|fact| fact.relation == relation)?;
        Claim::Holds(located(program, records[last].node, fact), Moments::Step(last))
    };
    Some(explain(program, records, claim, budget))
}

/// Explains the fate of a fact in a lasso: why it holds in a step of the loop, or why it does not in one where it does not.
///
/// # Panics
/// If the fact is ultimate and its node takes no step in the loop: then the lasso is no fair run.
pub fn why_ultimate(program: &Program, run: &LassoRun, fact: &LocatedFact, budget: &Budget) -> Why {
    let holds = run.holds(fact);
    let fits = |step: &usize| {
        let record = &run.records[*step];
        record.node == fact.node && record.derived.contains(&fact.fact) == holds
    };
    let step = (run.stem..run.records.len()).find(fits).expect("internal error: a loop without a step that shows it");
    why(program, &run.records, fact, step, budget)
}

fn explain(program: &Program, records: &[StepRecord], claim: Claim, budget: &Budget) -> Why {
    Explainer::new(program, records).explain(claim, MOST_REASONS, budget)
}

/// A fact with its location before its columns.
fn located(program: &Program, node: NodeId, fact: &Fact) -> Fact {
    let values = std::iter::once(program.node_value(node)).chain(fact.values.iter().copied());
    Fact { relation: fact.relation, values: values.collect() }
}

fn without_location(fact: &Fact) -> Fact {
    Fact { relation: fact.relation, values: fact.values.iter().skip(1).copied().collect() }
}

struct Explainer<'p> {
    program: &'p Program,
    records: &'p [StepRecord],
    moments: BTreeMap<Moments, Moment<'p>>,
}

/// An explanation of one claim.
type Explained = (How, Vec<Claim>);

impl<'p> Explainer<'p> {
    fn new(program: &'p Program, records: &'p [StepRecord]) -> Self {
        Explainer { program, records, moments: BTreeMap::new() }
    }

    /// Explains a claim and what it rests on, at most `most` claims.
    fn explain(&mut self, claim: Claim, most: usize, budget: &Budget) -> Why {
        let mut reasons = Reasons::of(claim, How::Cut);
        let mut at = 0;
        while at < reasons.len() && at < most && budget.check().is_ok() {
            let (how, parts) = self.explained(reasons.claim(at));
            reasons.explain(at, how, parts);
            at += 1;
        }
        Why { reasons: reasons.into_list() }
    }

    fn explained(&mut self, claim: &Claim) -> Explained {
        match claim {
            Claim::Holds(fact, Moments::Step(step)) => self.present(fact, *step),
            Claim::Holds(fact, Moments::Snapshot) => self.seen(fact),
            Claim::Absent(pattern, Moments::Step(step)) => self.absent(pattern, *step),
            Claim::Absent(pattern, Moments::Snapshot) => self.unseen(pattern),
            Claim::Fails(rule, pattern, when) => self.failing(*rule, pattern, *when),
            Claim::Supplies { .. } | Claim::Instead(..) | Claim::Condition(_) => (How::Literal, Vec::new()),
        }
    }

    /// The node's transition before this one.
    fn before(&self, step: usize) -> Option<usize> {
        (0..step).rev().find(|&earlier| self.records[earlier].node == self.records[step].node)
    }

    /// The last transition of a node before this one (or at all).
    fn last_of(&self, node: NodeId, before: usize) -> Option<usize> {
        (0..before).rev().find(|&step| self.records[step].node == node)
    }

    fn location(&self, step: usize) -> Value {
        self.program.node_value(self.records[step].node)
    }

    fn is_given(&self, fact: &Fact, step: usize) -> bool {
        let record = &self.records[step];
        let gives = |given: &InitialFact| {
            given.node == record.node
                && given.fact == *fact
                && (given.when == When::Always || given.when == When::Step(record.step))
        };
        self.program.relation(fact.relation).builtin || self.program.facts.iter().any(gives)
    }

    fn moment(&mut self, when: Moments) -> &Moment<'p> {
        match when {
            Moments::Snapshot if !self.moments.contains_key(&when) => {
                self.moments.insert(when, self.snapshot());
            }
            Moments::Snapshot => {}
            // A moment needs that of the node's step before: they are made from the first one on, not by recursion, since runs can be long.
            Moments::Step(step) => {
                let known = |step: &usize| self.moments.contains_key(&Moments::Step(*step));
                let chain = std::iter::successors(Some(step), |&step| self.before(step));
                let missing: Vec<usize> = chain.take_while(|step| !known(step)).collect();
                for step in missing.into_iter().rev() {
                    let moment = self.moment_of(step);
                    self.moments.insert(Moments::Step(step), moment);
                }
            }
        }
        &self.moments[&when]
    }

    fn moment_of(&mut self, step: usize) -> Moment<'p> {
        let (program, record) = (self.program, &self.records[step]);
        let mut first: BTreeSet<Fact> = record.delivered.iter().map(|delivered| delivered.fact.clone()).collect();
        if let Some(before) = self.before(step) {
            let before = self.moment(Moments::Step(before));
            let handed = before.rules.iter().filter(|rule| rule.kind == RuleKind::Inductive);
            first.extend(handed.flat_map(|rule| before.fired(rule)).map(|firing| firing.head));
        }
        first.extend(record.derived.iter().filter(|fact| self.is_given(fact, step)).cloned());
        first.retain(|fact| record.derived.contains(fact));
        let at = Some(program.node_value(record.node));
        Moment::new(&program.rules, &program.strata, at, record.derived.clone(), first)
    }

    /// D of each node's last step, locations first, and what observers derive from it.
    fn snapshot(&self) -> Moment<'p> {
        let program = self.program;
        let mut first = BTreeSet::new();
        for node in program.node_ids() {
            let last = self.last_of(node, self.records.len());
            first.extend(last.iter().flat_map(|&last| &self.records[last].derived).map(|f| located(program, node, f)));
        }
        let snapshot: Vec<Option<&BTreeSet<Fact>>> = program
            .node_ids()
            .map(|node| self.last_of(node, self.records.len()).map(|last| &self.records[last].derived))
            .collect();
        // A rule that errs has been told of by whoever ran the program.
        let observed = crate::eval::naive::observe(program, &snapshot).unwrap_or_default();
        let facts = first.iter().cloned().chain(observed).collect();
        Moment::new(&program.observers, &program.observer_strata, None, facts, first)
    }

    fn present(&mut self, fact: &Fact, step: usize) -> Explained {
        let local = without_location(fact);
        let moment = self.moment(Moments::Step(step));
        if moment.rank_of(&local).is_some_and(|rank| rank > 0) {
            let Some((rule, firing)) = moment.derivation(&local) else { return (How::Nothing, Vec::new()) };
            return (How::Rule(rule.span), self.parts(&firing, Moments::Step(step)));
        }
        if self.is_given(&local, step) {
            return (How::Given, Vec::new());
        }
        self.handed_on(fact, &local, step).or_else(|| self.brought(&local, step)).unwrap_or((How::Nothing, Vec::new()))
    }

    /// By an inductive rule of the node's step before; if that only keeps it, since when.
    fn handed_on(&mut self, fact: &Fact, local: &Fact, step: usize) -> Option<Explained> {
        let mut since = step;
        let mut keeper: Option<Span> = None;
        while let Some(before) = self.before(since) {
            let moment = self.moment(Moments::Step(before));
            let Some((rule, firing)) = moment.handed(local) else { break };
            let only_keeps = firing.holding.len() == 1 && firing.holding.contains(local) && firing.absent.is_empty();
            if !only_keeps {
                if keeper.is_none() {
                    return Some((How::Rule(rule.span), self.parts(&firing, Moments::Step(before))));
                }
                break;
            }
            keeper = Some(rule.span);
            since = before;
        }
        let keeper = keeper?;
        Some((How::Kept(since, keeper), vec![Claim::Holds(fact.clone(), Moments::Step(since))]))
    }

    /// By a delivery.
    fn brought(&mut self, local: &Fact, step: usize) -> Option<Explained> {
        let message = LocatedFact { node: self.records[step].node, fact: local.clone() };
        let sent = self.copies(&message).into_iter().find(|&(_, at)| at == Some(step))?.0;
        let (rule, firing) = self.sending(&message, sent)?;
        Some((How::Sent(sent, rule.span), self.parts(&firing, Moments::Step(sent))))
    }

    /// The copies of a message in the order in which they are sent, each with the transition that delivers it. Where a run does not tell copies
    /// apart, the one that was sent first is taken to arrive first.
    fn copies(&self, message: &LocatedFact) -> Vec<(usize, Option<usize>)> {
        let mut arrivals: Vec<(usize, Option<NodeId>, u64)> = Vec::new();
        for (index, record) in self.records.iter().enumerate().filter(|(_, record)| record.node == message.node) {
            let of = record.delivered.iter().filter(|delivered| delivered.fact == message.fact);
            arrivals.extend(of.map(|delivered| (index, delivered.from, delivered.copies)));
        }
        let sends = (0..self.records.len()).filter(|&index| self.records[index].sent.contains(message));
        let mut arrive = |sent: usize| {
            let is_its = |from: Option<NodeId>| from.is_none_or(|from| from == self.records[sent].node);
            let its = arrivals.iter_mut().find(|(_, from, left)| *left > 0 && is_its(*from))?;
            its.2 -= 1;
            Some(its.0)
        };
        sends.map(|sent| (sent, arrive(sent))).collect()
    }

    /// The first rule that sends a message in a transition.
    fn sending(&mut self, message: &LocatedFact, step: usize) -> Option<(&'p Rule, Firing)> {
        let (program, node) = (self.program, self.records[step].node);
        let arrives = |addressee: Addressee| match addressee {
            Addressee::Here => node == message.node,
            Addressee::At(value) => program.node_of(value) == Some(message.node),
            Addressee::Everywhere => true,
        };
        let moment = self.moment(Moments::Step(step));
        let rules = program.rules.iter().filter(|rule| rule.kind == RuleKind::Async);
        rules.filter(|rule| rule.head.relation == message.fact.relation).find_map(|rule| {
            let fired = moment.fired(rule).into_iter();
            fired.filter(|firing| firing.head == message.fact && arrives(firing.addressee)).map(|f| (rule, f)).next()
        })
    }

    /// What a firing rests on.
    fn parts(&self, firing: &Firing, when: Moments) -> Vec<Claim> {
        let holding = firing.holding.iter().map(|fact| match when {
            Moments::Step(step) => Claim::Holds(located(self.program, self.records[step].node, fact), when),
            Moments::Snapshot => Claim::Holds(fact.clone(), when),
        });
        holding.chain(firing.absent.iter().map(|pattern| self.denied(pattern, when))).collect()
    }

    /// That there is no such fact where a rule looks for it.
    fn denied(&self, pattern: &Pattern, when: Moments) -> Claim {
        match when {
            Moments::Step(step) => Claim::Absent(pattern.located(Some(self.location(step))), when),
            Moments::Snapshot => Claim::Absent(pattern.clone(), when),
        }
    }

    fn seen(&mut self, fact: &Fact) -> Explained {
        let moment = self.moment(Moments::Snapshot);
        if moment.rank_of(fact).is_some_and(|rank| rank > 0) {
            let Some((rule, firing)) = moment.derivation(fact) else { return (How::Nothing, Vec::new()) };
            return (How::Rule(rule.span), self.parts(&firing, Moments::Snapshot));
        }
        let node = fact.values.first().and_then(|&value| self.program.node_of(value));
        match node.and_then(|node| self.last_of(node, self.records.len())) {
            Some(last) => self.present(fact, last),
            None => (How::Nothing, Vec::new()),
        }
    }

    fn unseen(&mut self, pattern: &Pattern) -> Explained {
        let mut parts: Vec<Claim> = self.failing_rules(Moments::Snapshot, pattern, |_| true);
        let location = pattern.values.first().copied().flatten();
        if !self.program.relation(pattern.relation).observer {
            for node in self.program.node_ids() {
                let value = self.program.node_value(node);
                let Some(last) = self.last_of(node, self.records.len()) else { continue };
                if location.is_none_or(|location| location == value) {
                    let mut here = pattern.clone();
                    here.values[0] = Some(value);
                    parts.push(Claim::Absent(here, Moments::Step(last)));
                }
            }
        }
        (if parts.is_empty() { How::Nothing } else { How::NoRule }, parts)
    }

    fn absent(&mut self, pattern: &Pattern, step: usize) -> Explained {
        let Some((_, local)) = pattern.split_location() else { return (How::Nothing, Vec::new()) };
        let now = Moments::Step(step);
        let mut parts = self.failing_rules(now, pattern, |kind| kind == RuleKind::Deductive);
        if let Some(before) = self.before(step) {
            parts.extend(self.failing_rules(Moments::Step(before), pattern, |kind| kind == RuleKind::Inductive));
        }
        let messages = self.messages(&local, step);
        if messages.is_empty() {
            // Nobody sends it, as far as the run is known: at each node, what keeps the rules from it in the last step that could have.
            for node in self.program.node_ids() {
                if let Some(last) = self.last_of(node, step) {
                    parts.extend(self.failing_rules(Moments::Step(last), pattern, |kind| kind == RuleKind::Async));
                }
            }
        }
        parts.extend(messages);
        (if parts.is_empty() { How::Nothing } else { How::NoRule }, parts)
    }

    /// The messages of the run that would have supplied such a fact in a step, each told by one copy: one that is in flight then, else one that
    /// was delivered before, else the first that is sent later.
    fn messages(&self, local: &Pattern, step: usize) -> Vec<Claim> {
        let node = self.records[step].node;
        let sent = self.records.iter().flat_map(|record| &record.sent);
        let like: BTreeSet<&LocatedFact> = sent.filter(|m| m.node == node && local.matches(&m.fact)).collect();
        let mut found = BTreeSet::new();
        for message in like {
            let order = |&(sent, at): &(usize, Option<usize>)| match at {
                _ if sent >= step => 2,
                Some(at) if at < step => 1,
                _ => 0,
            };
            if let Some((sent, at)) = self.copies(message).into_iter().min_by_key(|copy| (order(copy), copy.0)) {
                found.insert((order(&(sent, at)), sent, located(self.program, node, &message.fact), at));
            }
        }
        let claims = found.into_iter().map(|(_, sent, fact, at)| Claim::Supplies { fact, missed: step, sent, at });
        claims.take(MOST_MESSAGES).collect()
    }

    /// The rules of some kinds that could derive such a fact, location first, and fail to.
    fn failing_rules(&mut self, when: Moments, pattern: &Pattern, kinds: impl Fn(RuleKind) -> bool) -> Vec<Claim> {
        let rules = match when {
            Moments::Step(_) => &self.program.rules,
            Moments::Snapshot => &self.program.observers,
        };
        let could = |rule: &Rule| rule.head.relation == pattern.relation && kinds(rule.kind);
        let numbers: Vec<usize> = (0..rules.len()).filter(|&number| could(&rules[number])).collect();
        let fail = numbers.into_iter().filter(|&number| !self.failures(number, pattern, when).is_empty());
        fail.map(|number| Claim::Fails(number, pattern.clone(), when)).collect()
    }

    fn failures(&mut self, rule: usize, pattern: &Pattern, when: Moments) -> Vec<Failure> {
        let Moments::Step(step) = when else {
            let moment = self.moment(when);
            return failures(&moment.rules[rule], Site::default(), pattern, &moment.facts, MOST_FAILURES);
        };
        let Some((to, local)) = pattern.split_location() else { return Vec::new() };
        let site = Site { at: Some(self.location(step)), to };
        let moment = self.moment(when);
        failures(&moment.rules[rule], site, &local, &moment.facts, MOST_FAILURES)
    }

    fn failing(&mut self, rule: usize, pattern: &Pattern, when: Moments) -> Explained {
        let found = self.failures(rule, pattern, when);
        let (program, records) = (self.program, self.records);
        let place = |fact: Fact| match when {
            Moments::Step(step) => located(program, records[step].node, &fact),
            Moments::Snapshot => fact,
        };
        let of = match when {
            Moments::Step(_) => &program.rules[rule],
            Moments::Snapshot => &program.observers[rule],
        };
        let parts = found.into_iter().map(|failure| match failure {
            Failure::Missing(pattern) => self.denied(&pattern, when),
            Failure::Present(fact) => Claim::Holds(place(fact), when),
            Failure::Condition(span) => Claim::Condition(span),
            Failure::Other(fact) if of.kind == RuleKind::Deductive => Claim::Holds(place(fact), when),
            Failure::Other(fact) => Claim::Instead(place(fact), when),
        });
        (How::Rule(of.span), parts.collect())
    }
}
