//! Paths through one component: which rules lead from an input to an output, and what they do on the way.
//!
//! A way goes from relation to relation, through any literal, positive or negated. It remembers
//!
//! - whether it passed a relation that inductive rules keep: then what arrives is *written*;
//! - the last race that it passed ([`super::races`]), if any, and whether what lies behind that is kept. A race in the same step takes the place of the
//!   one before: its partitions are complete only if all that lies before it is. One whose outcome has been kept stays beside it. Only then is the
//!   state itself a matter of order (`OW`): what is kept *before* the race, and read in it, is the same in the end in every run (`CW`, then `OR`).
//!
//! A rule that occurs derives the same facts in every run. So a way through it forgets a race of the same step, such as a count that is compared with `>=`;
//! not one that has gone into what is kept for ever, or into a stream, since that it occurs was concluded from the assumption that these are the same in every run.
//!
//! # Why nothing is passed over
//!
//! Let no stream be sealed, and let o be a stream that is labelled `Async`. Then no marked way leads into o, nor into a stream on which o depends. Consider the flags
//! of [`Races`] of the relations on which o depends. They are a solution of the type system itself, with nothing granted: (1) a stream occurs, since
//! a rule for it that does not occur races by itself, reads what does not occur, or ([`fallback`]) has all its literals marked; in each case a marked way leads to it, if any stream comes there
//! at all, and else no message does, the rule is timed, and occurs. Rules outside of all components occur ([`super::owners`] refuses others). (2) What is kept inside
//! of a component is up and occurs, since all its rules occur: a rule that does not would mark its ways, and these are not forgotten. So with streams that are read where they are derived.
//! So the flags are below the greatest solution, which is what [`crate::analysis::polarity`] computes, and o occurs for all instances by the Lemma there: its
//! contents are the same in every fair run. [`super::agrees_with_the_lemma`] holds each answer against this.

use super::owners::{Owners, read_by};
use super::races::{Literal, Race, Races};
use crate::program::{Program, RelationId, RuleId, RuleKind};
use std::collections::{BTreeMap, BTreeSet};

/// A literal that races.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The rule that it is in.
    pub rule: RuleId,
    /// The literal.
    pub literal: Literal,
    /// How it races.
    pub race: Race,
}

/// A race on a way: the last, or one whose outcome has been kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Index into [`Ways::points`].
    pub point: usize,
    /// Whether what lies behind it is kept for a step or longer.
    pub stored: bool,
    /// Whether it passed what is assumed to be the same in every run.
    assumed: bool,
}

/// A way from an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The input.
    pub input: RelationId,
    /// Whether what arrives is written before a race, or there is no race.
    pub writes: bool,
    /// A race that it passed.
    pub mark: Option<Mark>,
}

/// All ways through a component.
#[derive(Debug, Default)]
pub struct Ways {
    /// The literals that race.
    pub points: Vec<Point>,
    /// By relation that the component derives, the ways that lead there.
    pub to: BTreeMap<RelationId, BTreeSet<Way>>,
}

/// A component as its rules see it.
#[derive(Debug)]
pub struct Inside<'a> {
    /// The program.
    pub program: &'a Program,
    /// Who derives what.
    pub owners: &'a Owners,
    /// What is known of rules.
    pub races: &'a Races,
    /// Its rules.
    pub rules: Vec<RuleId>,
    /// Its inputs.
    pub inputs: BTreeSet<RelationId>,
    /// By relation, whether an inductive rule keeps it.
    pub kept: Vec<bool>,
    /// By relation, whether it is assumed to be the same in every run ([`super::races`]).
    pub assumed: Vec<bool>,
}

impl Inside<'_> {
    /// Finds all ways.
    pub fn ways(&self) -> Ways {
        let mut ways = Ways::default();
        let mut at: BTreeMap<(RuleId, usize), usize> = BTreeMap::new();
        for &rule in &self.rules {
            for (literal, race) in self.races.racing(self.program, rule) {
                at.insert((rule, literal.index), ways.points.len());
                ways.points.push(Point { rule, literal, race });
            }
        }
        loop {
            self.lead(&mut ways, &at);
            let Some(rule) = self.rules.iter().copied().find(|&rule| self.is_unexplained(&ways, &at, rule)) else {
                return ways;
            };
            fallback(self, rule, &mut ways, &mut at);
        }
    }

    /// Follows all rules until nothing new is reached.
    fn lead(&self, ways: &mut Ways, at: &BTreeMap<(RuleId, usize), usize>) {
        loop {
            let mut changed = false;
            for &id in &self.rules {
                let head = self.program.rules[id.0 as usize].head.relation;
                let behind = self.behind(ways, at, id);
                let there = ways.to.entry(head).or_default();
                let before = there.len();
                there.extend(behind);
                changed |= there.len() != before;
            }
            if !changed {
                return;
            }
        }
    }

    /// The ways that a rule leads on.
    fn behind(&self, ways: &Ways, at: &BTreeMap<(RuleId, usize), usize>, id: RuleId) -> BTreeSet<Way> {
        let rule = &self.program.rules[id.0 as usize];
        let head = rule.head.relation.0 as usize;
        // A relation that messages carry is kept where it arrives, not here.
        let kept = rule.kind == RuleKind::Inductive || (self.kept[head] && !self.owners.sent[head]);
        let mut behind = BTreeSet::new();
        for (index, relation) in read_by(rule).enumerate() {
            for way in self.before(ways, relation) {
                let old = way.mark.filter(|mark| mark.assumed || !self.races.occurs(id));
                let (new, old) = match at.get(&(id, index)) {
                    Some(&point) => {
                        let new = Mark { point, stored: false, assumed: false };
                        (Some(new), old.filter(|mark| mark.stored || mark.assumed))
                    }
                    None => (old, None),
                };
                for mark in [Some(new), old.map(Some)].into_iter().flatten() {
                    let mark = mark.map(|mark| Mark {
                        stored: mark.stored || kept,
                        assumed: mark.assumed || self.assumed[head],
                        ..mark
                    });
                    let writes = way.writes || (mark.is_none() && kept);
                    behind.insert(Way { writes, mark, ..way });
                }
            }
        }
        behind
    }

    /// The ways to what a rule reads.
    fn before(&self, ways: &Ways, relation: RelationId) -> Vec<Way> {
        if self.inputs.contains(&relation) {
            return vec![Way { input: relation, writes: self.kept[relation.0 as usize], mark: None }];
        }
        ways.to.get(&relation).into_iter().flatten().copied().collect()
    }

    /// Whether a rule does not occur though no way through it is marked.
    fn is_unexplained(&self, ways: &Ways, at: &BTreeMap<(RuleId, usize), usize>, id: RuleId) -> bool {
        if self.races.occurs(id) || self.owners.persists[id.0 as usize] {
            return false;
        }
        let changing = self.races.changing(&self.program.rules[id.0 as usize]);
        let behind = self.behind(ways, at, id);
        let open = changing.iter().any(|literal| !at.contains_key(&(id, literal.index)));
        open && !behind.is_empty() && behind.iter().all(|way| way.mark.is_none())
    }
}

/// Marks all that changes in a rule, whose order-sensitivity nothing else explains: what it reads depends on local time, for example.
fn fallback(inside: &Inside<'_>, rule: RuleId, ways: &mut Ways, at: &mut BTreeMap<(RuleId, usize), usize>) {
    for literal in inside.races.changing(&inside.program.rules[rule.0 as usize]) {
        let point = Point { rule, literal, race: Race::Momentary };
        at.insert((rule, literal.index), ways.points.len());
        ways.points.push(point);
    }
}
