//! Which rules decided the fate of a fact in a run, and which deliveries the facts that they read rest on.
//!
//! A *reading* is a rule that fires in a step, or that negated literals keep from firing, where an explanation rests on that. A fact of a step *rests directly* on the deliveries at the
//! node that are met when its derivations are followed through facts that hold, step by step, until each ends in the
//! text or in a delivery; what led to the sending of a message is not looked at.

use super::{Claim, Explainer, How, Moments, Pattern, located, without_location};
use crate::budget::Budget;
use crate::program::{Fact, LocatedFact, NodeId, Program, RuleId};
use crate::source::Span;
use crate::witness::StepRecord;
use std::collections::{BTreeMap, BTreeSet};

/// Most claims of one explanation that are looked at.
const MOST_REASONS: usize = 1_000;

/// A rule and a step of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// The index of the step.
    pub step: usize,
    /// The rule.
    pub rule: RuleId,
    /// What it does there.
    pub does: Does,
}

/// What a rule does in a step. Facts are without location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// It fires.
    Fires {
        /// What it derives.
        head: Fact,
        /// The facts of the step that its positive atoms match; of a group, those of all members.
        holding: BTreeSet<Fact>,
    },
    /// It derives no such fact.
    Fails(Pattern),
}

/// A delivery that a fact rests on directly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// In which step it is delivered.
    pub at: usize,
    /// In which step it was sent.
    pub sent: usize,
    /// The message.
    pub message: LocatedFact,
}

/// Reads explanations of one run.
pub struct Reader<'p> {
    explainer: Explainer<'p>,
    rules: BTreeMap<Span, RuleId>,
    budget: &'p Budget,
}

impl<'p> Reader<'p> {
    /// A reader of the run with these steps.
    pub fn new(program: &'p Program, records: &'p [StepRecord], budget: &'p Budget) -> Self {
        let rules = (0..).map(RuleId).zip(&program.rules).map(|(id, rule)| (rule.span, id)).collect();
        Reader { explainer: Explainer::new(program, records), rules, budget }
    }

    /// The readings on which it rests that a fact holds in a step of its node, or that it does not; those met first in the explanation
    /// stand first.
    pub fn readings(&mut self, fact: &LocatedFact, step: usize) -> Vec<Reading> {
        let records = self.explainer.records;
        let at = located(self.explainer.program, fact.node, &fact.fact);
        let claim = if records[step].derived.contains(&fact.fact) {
            Claim::Holds(at, Moments::Step(step))
        } else {
            Claim::Absent(Pattern::of(&at), Moments::Step(step))
        };
        let why = self.explainer.explain(claim, MOST_REASONS, self.budget);
        let reading = |reason: &super::Reason| match (&reason.claim, reason.how) {
            (Claim::Holds(head, _), How::Rule(span) | How::Sent(_, span)) => {
                let mut at = None;
                let mut holding = BTreeSet::new();
                for &part in &reason.parts {
                    match &why.reasons[part].claim {
                        Claim::Holds(fact, Moments::Step(step)) => {
                            at = Some(*step);
                            holding.insert(without_location(fact));
                        }
                        Claim::Absent(_, Moments::Step(step)) => at = Some(*step),
                        _ => {}
                    }
                }
                let does = Does::Fires { head: without_location(head), holding };
                Some(Reading { step: at?, rule: *self.rules.get(&span)?, does })
            }
            (Claim::Fails(rule, wanted, Moments::Step(step)), _) => {
                let does = Does::Fails(wanted.split_location()?.1);
                Some(Reading { step: *step, rule: RuleId(*rule as u32), does })
            }
            _ => None,
        };
        why.reasons.iter().filter_map(reading).collect()
    }

    /// The deliveries on which a fact of a step rests directly.
    pub fn arrivals(&mut self, node: NodeId, fact: &Fact, step: usize) -> BTreeSet<Arrival> {
        let mut found = BTreeSet::new();
        let mut met = BTreeSet::new();
        let mut open = vec![(step, fact.clone())];
        while let Some((step, fact)) = open.pop() {
            if met.len() >= MOST_REASONS || !met.insert((step, fact.clone())) {
                continue;
            }
            let claim = Claim::Holds(located(self.explainer.program, node, &fact), Moments::Step(step));
            let (how, parts) = self.explainer.explained(&claim);
            if let How::Sent(sent, _) = how {
                found.insert(Arrival { at: step, sent, message: LocatedFact { node, fact } });
                continue;
            }
            for part in parts {
                if let Claim::Holds(fact, Moments::Step(step)) = part {
                    open.push((step, without_location(&fact)));
                }
            }
        }
        found
    }
}
