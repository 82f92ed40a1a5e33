//! Why a fact holds in a run, or why it does not: provenance, read both ways.
//!
//! A *claim* says that a fact holds at some moment, or that no fact of a pattern does. Each claim that holds is explained by one rule that fires
//! (a group of an aggregate by all its members), by a delivery, or by the facts that are given; a claim of absence by every rule that
//! could have derived such a fact, each with the first literal that fails, and by the messages that were lost. A claim
//! is explained once, however often it is used: the whole is a graph whose claims of presence have no cycle ([`moment`]: facts of
//! lower rank, or an earlier round). Claims of absence may have one, where rules need one another, as unfounded sets do.

mod moment;

pub use crate::provenance::Pattern;

use super::global::Global;
use super::rounds::{Run, RunError, Sent, given, run};
use super::specification::{FaultSet, Specification};
use crate::budget::Budget;
use crate::program::{Fact, NodeId, Program, Rule};
use crate::provenance::rules::failures;
use crate::provenance::{self, Failure, Firing, Moment, Reasons, Site};
use crate::source::Span;
use moment::Moments;
use std::collections::BTreeSet;

/// A moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// This round.
    Round(u64),
    /// What observers saw in an earlier round, which rules name.
    Observed(u64),
    /// A round that is yet to come where a rule names it: nothing of it is there.
    Later(u64),
    /// What observers see in the last round.
    End,
}

/// What is explained.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// The fact holds.
    Holds(Fact, When),
    /// No such fact does.
    Absent(Pattern, When),
    /// The rule at this place derives no such fact.
    Fails(Span, Pattern, When),
    /// What was sent in this round is lost.
    Lost(Sent, u64),
    /// A condition does not hold.
    Condition(Span),
}

/// How a claim is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A fact of the program.
    Given,
    /// The rule at this place fires.
    Rule(Span),
    /// This node sent it in this round, by the rule at this place.
    Sent(NodeId, u64, Span),
    /// It holds since this round, by a rule that keeps it.
    Kept(u64, Span),
    /// A fault: a message that is lost, a node that crashed or stopped.
    Fault,
    /// It is what observers saw in an earlier round, which is not explained further.
    Observed,
    /// Nothing in the program derives it, and no fact gives it.
    Nothing,
    /// Each of the parts keeps one rule from deriving it.
    NoRule,
    /// A literal that fails.
    Literal,
    /// The explanation became too large here.
    Cut,
}

/// One claim, explained.
pub type Reason = provenance::Reason<Claim, How>;

/// An explanation: the first reason is of the fact that was asked for.
#[derive(Debug, Clone)]
pub struct Why {
    /// The reasons; parts are numbers here.
    pub reasons: Vec<Reason>,
}

/// Most claims that are explained.
const MOST_REASONS: usize = 5_000;

/// Most ways in which one rule fails that are told.
const MOST_FAILURES: usize = 4;

impl Why {
    /// Whether the fact holds in the end.
    pub fn holds(&self) -> bool {
        matches!(self.reasons[0].claim, Claim::Holds(..))
    }
}

/// Explains why a fact (location first) is in the outcome of a run under these faults, or why it is not.
///
/// # Errors
/// If the budget is used up.
pub fn why(
    program: &Program,
    specification: &Specification,
    of: (&Run, &FaultSet),
    fact: &Fact,
    budget: &Budget,
) -> Result<Why, RunError> {
    let global = Global::new(program);
    let (explained, faults) = of;
    let mut observed: Vec<BTreeSet<Fact>> = Vec::new();
    for &round in global.observed_rounds.iter().filter(|&&round| (1..=specification.eot).contains(&round)) {
        // What observers see in a round does not depend on later ones.
        let until = Specification { eot: round, eff: specification.eff.min(round), ..*specification };
        observed.resize(round as usize, BTreeSet::new());
        observed[round as usize - 1] = run(program, &global, &until, faults, budget)?.outcome;
    }
    let moments = Moments::new(program, &global, explained, faults, specification.crash_mode, &observed);
    let explainer = Explainer { program, global: &global, run: explained, moments };
    let claim = if explained.outcome.contains(fact) {
        Claim::Holds(fact.clone(), When::End)
    } else {
        Claim::Absent(Pattern::of(fact), When::End)
    };
    let mut reasons = Reasons::of(claim, How::Cut);
    let mut at = 0;
    // What is not explained when time is up stays cut.
    while at < reasons.len() && at < MOST_REASONS && budget.check().is_ok() {
        let (how, parts) = explainer.explained(reasons.claim(at));
        reasons.explain(at, how, parts);
        at += 1;
    }
    Ok(Why { reasons: reasons.into_list() })
}

struct Explainer<'g> {
    program: &'g Program,
    global: &'g Global,
    run: &'g Run,
    moments: Moments<'g>,
}

/// An explanation of one claim.
type Explained = (How, Vec<Claim>);

impl Explainer<'_> {
    fn explained(&self, claim: &Claim) -> Explained {
        match claim {
            Claim::Holds(_, When::Observed(_)) | Claim::Absent(_, When::Observed(_)) => (How::Observed, Vec::new()),
            Claim::Absent(_, When::Later(_)) => (How::Nothing, Vec::new()),
            Claim::Holds(fact, when) => self.present(fact, *when),
            Claim::Absent(pattern, when) => self.absent(pattern, *when),
            Claim::Fails(span, pattern, when) => self.failing(*span, pattern, *when),
            Claim::Lost(..) => (How::Fault, Vec::new()),
            Claim::Condition(_) => (How::Literal, Vec::new()),
        }
    }

    fn moment(&self, when: When) -> &Moment<'_> {
        match when {
            When::Round(round) => &self.moments.rounds[round as usize - 1],
            When::Observed(_) | When::Later(_) | When::End => &self.moments.end,
        }
    }

    /// The round in which observers see what holds at the location of a fact or a pattern.
    fn seen_in(&self, location: Option<crate::program::Value>) -> u64 {
        self.moments.last_round(location.and_then(|value| self.program.node_of(value))) as u64
    }

    fn present(&self, fact: &Fact, when: When) -> Explained {
        let moment = self.moment(when);
        let rank = moment.rank_of(fact);
        if rank.is_some_and(|rank| rank > 0) {
            let Some((rule, firing)) = moment.derivation(fact) else { return (How::Nothing, Vec::new()) };
            return (How::Rule(rule.span), self.parts(&firing, when));
        }
        match when {
            When::End if Some(fact.relation) == self.global.crash => (How::Fault, Vec::new()),
            // Seen at its node in its last round.
            When::End => self.present(fact, When::Round(self.seen_in(fact.values.first().copied()).max(1))),
            When::Round(round) => self.arrived(fact, round),
            When::Observed(_) | When::Later(_) => (How::Observed, Vec::new()),
        }
    }

    /// A fact that is there before the rules of its round.
    fn arrived(&self, fact: &Fact, round: u64) -> Explained {
        if given(self.program, round).contains(fact) || round == 1 {
            return (How::Given, Vec::new());
        }
        let mut since = round;
        let mut keeper = None;
        while since > 1 {
            let before = self.moment(When::Round(since - 1));
            let Some((rule, firing)) = before.consequence(fact) else { break };
            let itself = firing.holding.len() <= 2 && firing.holding.contains(fact) && firing.absent.is_empty();
            if !itself {
                if keeper.is_none() {
                    return (How::Rule(rule.span), self.parts(&firing, When::Round(since - 1)));
                }
                break;
            }
            keeper = Some(rule.span);
            since -= 1;
        }
        if let Some(span) = keeper {
            return (How::Kept(since, span), vec![Claim::Holds(fact.clone(), When::Round(since))]);
        }
        let to = fact.values.first().and_then(|&value| self.program.node_of(value));
        let before = &self.run.rounds[round as usize - 2];
        let sent = before.sent.iter().find(|sent| {
            !sent.lost
                && Some(sent.to) == to
                && sent.fact.relation == fact.relation
                && sent.fact.values[..] == fact.values[1..]
        });
        let Some(sent) = sent else { return (How::Nothing, Vec::new()) };
        let moment = self.moment(When::Round(round - 1));
        let values = std::iter::once(self.program.node_value(sent.from)).chain(fact.values.iter().copied());
        let values: Box<[_]> = values.collect();
        let fired =
            moment.deriving(false).filter(|rule| self.global.arriving(rule.head.relation) == Some(fact.relation));
        let fired = fired.map(|rule| Fact { relation: rule.head.relation, values: values.clone() }).next();
        match fired.and_then(|fact| moment.consequence(&fact)) {
            Some((rule, firing)) => {
                (How::Sent(sent.from, round - 1, rule.span), self.parts(&firing, When::Round(round - 1)))
            }
            None => (How::Nothing, Vec::new()),
        }
    }

    /// What a firing rests on, without the guards of the translation.
    fn parts(&self, firing: &Firing, when: When) -> Vec<Claim> {
        let holding = firing.holding.iter().filter(|fact| !self.is_guard(fact.relation)).map(|fact| {
            match self.copied(fact.relation) {
                Some((relation, round)) => {
                    Claim::Holds(Fact { relation, values: fact.values.clone() }, self.named(relation, round, when))
                }
                None => self.placed(fact, when),
            }
        });
        let absent = firing.absent.iter().filter(|pattern| !self.is_guard(pattern.relation));
        let absent = absent.map(|pattern| self.denied(pattern, when));
        holding.chain(absent).collect()
    }

    /// A fact that holds where observers see it is one of its node's last round.
    fn placed(&self, fact: &Fact, when: When) -> Claim {
        let when = match when {
            When::End if self.is_of_a_round(fact.relation) => {
                When::Round(self.seen_in(fact.values.first().copied()).max(1))
            }
            when => when,
        };
        Claim::Holds(fact.clone(), when)
    }

    fn denied(&self, pattern: &Pattern, when: When) -> Claim {
        if let Some((relation, round)) = self.copied(pattern.relation) {
            return Claim::Absent(Pattern { relation, ..pattern.clone() }, self.named(relation, round, when));
        }
        let when = match when {
            When::End if self.is_of_a_round(pattern.relation) => {
                When::Round(self.seen_in(pattern.values.first().copied().flatten()).max(1))
            }
            when => when,
        };
        Claim::Absent(pattern.clone(), when)
    }

    fn is_of_a_round(&self, relation: crate::program::RelationId) -> bool {
        (relation.0 as usize) < self.program.relations.len() && !self.program.relation(relation).observer
    }

    /// When the facts of a round held that a rule names.
    fn named(&self, relation: crate::program::RelationId, round: u64, now: When) -> When {
        let now = if let When::Round(now) = now { now } else { self.run.rounds.len() as u64 };
        if round >= now {
            When::Later(round)
        } else if round == 0 {
            When::Observed(0)
        } else if self.program.relation(relation).observer {
            When::Observed(round)
        } else {
            When::Round(round)
        }
    }

    fn is_guard(&self, relation: crate::program::RelationId) -> bool {
        [self.global.stepping, self.global.network, self.global.stopped].contains(&relation)
    }

    fn copied(&self, copy: crate::program::RelationId) -> Option<(crate::program::RelationId, u64)> {
        self.global.copies().find(|&(_, _, of)| of == copy).map(|(relation, round, _)| (relation, round))
    }

    fn absent(&self, pattern: &Pattern, when: When) -> Explained {
        if self.is_guard(pattern.relation) || Some(pattern.relation) == self.global.crash {
            return (How::Fault, Vec::new());
        }
        let mut parts = Vec::new();
        let moment = self.moment(when);
        let fails = |rule: &Rule, pattern: Pattern, when| Claim::Fails(rule.span, pattern, when);
        for rule in moment.deriving(true).filter(|rule| rule.head.relation == pattern.relation) {
            parts.push(fails(rule, pattern.clone(), when));
        }
        if let When::Round(round) = when
            && round > 1
        {
            let sent = self.run.rounds[round as usize - 2].sent.iter().filter(|sent| sent.lost);
            for sent in sent {
                if pattern.matches(&super::rounds::located(self.program, sent.to, &sent.fact)) {
                    parts.push(Claim::Lost(sent.clone(), round - 1));
                }
            }
            let earlier = When::Round(round - 1);
            for rule in self.moment(earlier).deriving(false) {
                if rule.head.relation == pattern.relation {
                    parts.push(fails(rule, pattern.clone(), earlier));
                } else if self.global.arriving(rule.head.relation) == Some(pattern.relation) {
                    parts.push(fails(rule, pattern.sent_as(rule.head.relation), earlier));
                }
            }
        }
        // A rule whose message is lost does not fail, and one whose head is never like this says nothing.
        parts.retain(|part| match part {
            Claim::Fails(span, pattern, when) => !self.failures(*span, pattern, *when).is_empty(),
            _ => true,
        });
        (if parts.is_empty() { How::Nothing } else { How::NoRule }, parts)
    }

    fn failures(&self, span: Span, pattern: &Pattern, when: When) -> Vec<Failure> {
        let moment = self.moment(when);
        let rules = moment.rules.iter().filter(|rule| rule.span == span && rule.head.relation == pattern.relation);
        rules.flat_map(|rule| failures(rule, Site::default(), pattern, &moment.facts, MOST_FAILURES)).collect()
    }

    fn failing(&self, span: Span, pattern: &Pattern, when: When) -> Explained {
        let deductive = self.moment(when).deriving(true).any(|rule| rule.span == span);
        let found = self.failures(span, pattern, when).into_iter();
        let parts = found.map(|failure| match failure {
            Failure::Missing(pattern) => self.denied(&pattern, when),
            Failure::Present(fact) => match self.copied(fact.relation) {
                Some((relation, round)) => {
                    Claim::Holds(Fact { relation, values: fact.values }, self.named(relation, round, when))
                }
                None => self.placed(&fact, when),
            },
            Failure::Condition(span) => Claim::Condition(span),
            Failure::Other(fact) => match when {
                When::Round(round) if !deductive && self.is_of_a_round(fact.relation) => {
                    Claim::Holds(fact, When::Round(round + 1))
                }
                _ if deductive => Claim::Holds(fact, when),
                _ => Claim::Condition(span),
            },
        });
        (How::Rule(span), parts.collect())
    }
}
