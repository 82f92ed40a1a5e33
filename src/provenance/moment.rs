//! What holds at one moment of a run, and in which order its rules derive it.
//!
//! Each fact has a *rank*: 0 if it is there before the rules, else one more than the facts of the binding that derives it first, stratum after
//! stratum. A reason for a fact uses facts of lower rank only, so that reasons never go in circles.

use super::rules::{Firing, firings};
use crate::program::{Fact, Rule, RuleKind, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A moment of a run.
#[derive(Debug)]
pub struct Moment<'g> {
    /// The rules.
    pub rules: &'g [Rule],
    strata: &'g [usize],
    at: Option<Value>,
    /// All that holds.
    pub facts: BTreeSet<Fact>,
    ranks: BTreeMap<Fact, usize>,
}

impl<'g> Moment<'g> {
    /// The moment in which `facts` hold at a location (`None` where rules carry theirs as first arguments), of which `first` are there before the
    /// rules. `strata` has the stratum of each relation.
    pub fn new(
        rules: &'g [Rule],
        strata: &'g [usize],
        at: Option<Value>,
        facts: BTreeSet<Fact>,
        first: BTreeSet<Fact>,
    ) -> Self {
        let ranks = first.into_iter().map(|fact| (fact, 0)).collect();
        let mut moment = Moment { rules, strata, at, facts, ranks };
        moment.rank();
        moment
    }

    /// The rank of a fact that holds.
    pub fn rank_of(&self, fact: &Fact) -> Option<usize> {
        self.ranks.get(fact).copied()
    }

    /// The rules that derive at this moment, or for the next one.
    pub fn deriving(&self, deductive: bool) -> impl Iterator<Item = &'g Rule> + use<'g> {
        self.rules.iter().filter(move |rule| (rule.kind == RuleKind::Deductive) == deductive)
    }

    /// What derives a fact from facts of lower rank, by the first rule that does.
    pub fn derivation(&self, fact: &Fact) -> Option<(&'g Rule, Firing)> {
        let rank = self.rank_of(fact)?;
        let lower = |part: &Fact| self.rank_of(part).is_some_and(|of| of < rank);
        let known: BTreeSet<Fact> = self.facts.iter().filter(|part| lower(part)).cloned().collect();
        self.deriving(true).filter(|rule| rule.head.relation == fact.relation).find_map(|rule| {
            let all = firings(rule, self.at, &known, &self.facts);
            all.into_iter().find(|firing| firing.head == *fact).map(|firing| (rule, firing))
        })
    }

    /// All that a rule derives at this moment.
    pub fn fired(&self, rule: &Rule) -> Vec<Firing> {
        firings(rule, self.at, &self.facts, &self.facts)
    }

    /// What derives a fact of the next moment, or sends it, by the first rule that does. Under rounds, what is sent has its sender before its
    /// location.
    pub fn consequence(&self, fact: &Fact) -> Option<(&'g Rule, Firing)> {
        self.first(fact, self.deriving(false))
    }

    /// What hands a fact on to the next step, by the first rule that does.
    pub fn handed(&self, fact: &Fact) -> Option<(&'g Rule, Firing)> {
        self.first(fact, self.rules.iter().filter(|rule| rule.kind == RuleKind::Inductive))
    }

    fn first(&self, fact: &Fact, rules: impl Iterator<Item = &'g Rule>) -> Option<(&'g Rule, Firing)> {
        rules.filter(|rule| rule.head.relation == fact.relation).find_map(|rule| {
            self.fired(rule).into_iter().find(|firing| firing.head == *fact).map(|firing| (rule, firing))
        })
    }

    fn rank(&mut self) {
        let strata = self.strata;
        for stratum in 0..strata.iter().map(|stratum| stratum + 1).max().unwrap_or(1) {
            loop {
                let known: BTreeSet<Fact> = self.ranks.keys().cloned().collect();
                let mut new: BTreeMap<Fact, usize> = BTreeMap::new();
                for rule in self.deriving(true).filter(|rule| strata[rule.head.relation.0 as usize] == stratum) {
                    for firing in firings(rule, self.at, &known, &self.facts) {
                        if self.facts.contains(&firing.head) && !known.contains(&firing.head) {
                            let rank =
                                firing.holding.iter().filter_map(|part| self.rank_of(part)).max().unwrap_or(0) + 1;
                            let least = new.entry(firing.head).or_insert(rank);
                            *least = rank.min(*least);
                        }
                    }
                }
                if new.is_empty() {
                    break;
                }
                self.ranks.extend(new);
            }
        }
    }
}
