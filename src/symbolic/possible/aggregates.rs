//! Aggregates over possible facts: a run's group may be any part of what is possible, so there is a row for each.

use super::{Binding, Possible, index};
use crate::budget::Bound;
use crate::program::rule::{AggregateFunction, BinaryOperator};
use crate::program::{Aggregate, HeadTerm, NodeId, Rule, Value};
use crate::symbolic::condition::Question;
use crate::symbolic::oracle::Halt;
use crate::symbolic::term::{Term, TermId};

/// Most tuples whose sums are told apart: each part of them has one.
const MOST_SUMMED: usize = 12;
/// Most rows of one group.
const MOST_ROWS: usize = 1 << 14;

/// Bindings whose heads have one destination and plain columns.
struct Group {
    place: Option<NodeId>,
    plain: Vec<TermId>,
    /// By aggregate: the distinct tuples that it may range over.
    members: Vec<Vec<Vec<TermId>>>,
}

impl Possible<'_, '_, '_> {
    /// Derives what a rule with aggregates may derive.
    pub(super) fn aggregate(&mut self, rule: &Rule, node: Option<NodeId>, bindings: &[Binding]) -> Result<(), Halt> {
        let aggregates: Vec<&Aggregate> = (rule.head.terms.iter())
            .filter_map(|term| match term {
                HeadTerm::Aggregate(aggregate) => Some(aggregate),
                HeadTerm::Expr(_) => None,
            })
            .collect();
        let mut groups: Vec<Group> = Vec::new();
        for binding in bindings {
            let Some(plain) = self.plain(rule, binding)? else { continue };
            let Some(places) = self.destinations(rule, node, binding)? else { continue };
            for place in places {
                let group = self.group(&mut groups, place, &plain, aggregates.len())?;
                for (number, aggregate) in aggregates.iter().enumerate() {
                    let variables = std::iter::once(&aggregate.variable).chain(&aggregate.keys);
                    let tuple: Vec<TermId> = variables.filter_map(|&variable| binding[index(variable)]).collect();
                    let members = &mut groups[group].members[number];
                    if !self.is_member(members, &tuple)? {
                        members.push(tuple);
                    }
                }
            }
        }
        for group in groups {
            let mut values = Vec::new();
            for (aggregate, members) in aggregates.iter().zip(&group.members) {
                values.push(self.values(aggregate.function, members)?);
            }
            if values.iter().map(Vec::len).product::<usize>() > MOST_ROWS {
                return Err(Halt::Stopped(Bound::Facts));
            }
            for chosen in combinations(&values) {
                let (mut plain, mut chosen) = (group.plain.iter(), chosen.into_iter());
                let column = |term: &HeadTerm| match term {
                    HeadTerm::Expr(_) => plain.next().copied(),
                    HeadTerm::Aggregate(_) => chosen.next(),
                };
                let row = rule.head.terms.iter().filter_map(column).collect();
                self.insert(group.place, rule.head.relation, row)?;
            }
        }
        Ok(())
    }

    /// The group of these columns.
    fn group(
        &mut self,
        groups: &mut Vec<Group>,
        place: Option<NodeId>,
        plain: &[TermId],
        aggregates: usize,
    ) -> Result<usize, Halt> {
        for (i, group) in groups.iter().enumerate().filter(|(_, group)| group.place == place) {
            let pairs: Vec<(TermId, TermId)> = group.plain.iter().copied().zip(plain.iter().copied()).collect();
            if self.oracle.all_equal(&pairs)? {
                return Ok(i);
            }
        }
        groups.push(Group { place, plain: plain.to_vec(), members: vec![Vec::new(); aggregates] });
        Ok(groups.len() - 1)
    }

    fn is_member(&mut self, members: &[Vec<TermId>], tuple: &[TermId]) -> Result<bool, Halt> {
        for member in members {
            let pairs: Vec<(TermId, TermId)> = member.iter().copied().zip(tuple.iter().copied()).collect();
            if self.oracle.all_equal(&pairs)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The values that an aggregate may have over some of `members`.
    fn values(&mut self, function: AggregateFunction, members: &[Vec<TermId>]) -> Result<Vec<TermId>, Halt> {
        match function {
            AggregateFunction::Count => {
                let least = if self.exact { members.len() } else { 1 };
                let counts =
                    i64::try_from(least).unwrap_or(i64::MAX)..=i64::try_from(members.len()).unwrap_or(i64::MAX);
                Ok(counts.map(|count| self.oracle.term(Value::Int(count))).collect())
            }
            AggregateFunction::Min | AggregateFunction::Max if self.exact => {
                let mut chosen: Option<TermId> = None;
                for member in members {
                    chosen = Some(match chosen {
                        None => member[0],
                        Some(chosen) => {
                            let less = self.oracle.less(member[0], chosen)?;
                            let greater = self.oracle.less(chosen, member[0])?;
                            let is_better = if function == AggregateFunction::Min { less } else { greater };
                            if is_better { member[0] } else { chosen }
                        }
                    });
                }
                Ok(chosen.into_iter().collect())
            }
            AggregateFunction::Min | AggregateFunction::Max => {
                let mut values: Vec<TermId> = Vec::new();
                for member in members {
                    let mut is_new = true;
                    for &value in &values {
                        // Which of two is chosen is the same in all valuations of the case.
                        is_new &= !self.oracle.equal(value, member[0])?;
                        self.oracle.less(value, member[0])?;
                    }
                    if is_new {
                        values.push(member[0]);
                    }
                }
                Ok(values)
            }
            AggregateFunction::Sum => self.sums(members),
        }
    }

    /// The sums of all parts of `members`.
    fn sums(&mut self, members: &[Vec<TermId>]) -> Result<Vec<TermId>, Halt> {
        if members.len() > MOST_SUMMED && !self.exact {
            return Err(Halt::Stopped(Bound::Facts));
        }
        let mut sums: Vec<TermId> = Vec::new();
        for member in members {
            if !self.oracle.ask(Question::Integer(member[0]))? {
                continue;
            }
            let before = std::mem::take(&mut sums);
            let starts = before.is_empty() || !self.exact;
            for &so_far in &before {
                sums.extend(self.sum(so_far, member[0])?);
            }
            if !self.exact {
                sums.extend(before);
            }
            sums.extend(starts.then_some(member[0]));
        }
        let mut fitting = Vec::new();
        for sum in sums {
            if self.oracle.terms.known(sum).is_some() || self.oracle.ask(Question::Fits(sum))? {
                fitting.push(sum);
            }
        }
        Ok(fitting)
    }

    /// A sum that is exact so far: only the whole has to fit in 64 bits, so known values beyond are no terms.
    fn sum(&mut self, left: TermId, right: TermId) -> Result<Option<TermId>, Halt> {
        if let (Some(Value::Int(left)), Some(Value::Int(right))) =
            (self.oracle.terms.known(left), self.oracle.terms.known(right))
        {
            return match left.checked_add(right) {
                Some(sum) => Ok(Some(self.oracle.term(Value::Int(sum)))),
                None => Err(Halt::Stopped(Bound::Integer)),
            };
        }
        Ok(Some(self.oracle.terms.id(Term::Binary(BinaryOperator::Add, left, right))))
    }
}

/// All ways to take one value of each list.
fn combinations(lists: &[Vec<TermId>]) -> Vec<Vec<TermId>> {
    lists.iter().fold(vec![Vec::new()], |chosen, list| {
        let with = |before: &Vec<TermId>| {
            let before = before.clone();
            list.iter().map(move |&value| before.iter().copied().chain([value]).collect())
        };
        chosen.iter().flat_map(with).collect()
    })
}
