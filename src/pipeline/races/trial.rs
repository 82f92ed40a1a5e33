//! One place where order may matter, tried in one run: what else could have been read there, and runs in which it is.

use super::Place;
use crate::analysis::Sign;
use crate::program::{Fact, HeadTerm, LocatedFact, NodeId, Program, Rule};
use crate::provenance::Pattern;
use crate::provenance::rules::{bodies, denied_bodies, firings};
use crate::witness::StepRecord;
use crate::witness::reorder::{Causes, Until, Variation, later, sooner};
use crate::witness::why::readings::{Arrival, Does, Reader, Reading};
use std::collections::BTreeSet;

/// How many sets of other facts are tried on either side of a step.
const MOST_OTHERS: usize = 6;

/// A run, as trials see it.
pub struct Seen<'r> {
    pub program: &'r Program,
    pub records: &'r [StepRecord],
    pub causes: Causes,
    pub reader: Reader<'r>,
}

/// Another run to take, and what must be seen in it.
pub struct Trial {
    /// What to take.
    pub variation: Variation,
    /// What must be read otherwise.
    pub flip: Flip,
    /// The deliveries that come sooner or later.
    pub moved: BTreeSet<Arrival>,
    /// The deliveries that the rule's firing rests on beside those.
    pub against: BTreeSet<Arrival>,
}

/// What is read otherwise in another run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flip {
    /// The same facts hold in the step that stands for the one in which the rule fires, but a negated literal is false.
    Denied { holding: Vec<Fact>, pattern: Pattern },
    /// A negated literal keeps the rule from firing. In the other run the same facts hold in the step, and it fires; what the literal denies holds
    /// at the node in other steps.
    Fires { holding: Vec<Fact>, pattern: Pattern },
    /// The same facts hold in that step, and others of their group, so that the aggregate is another one.
    Group { holding: BTreeSet<Fact>, head: Fact },
    /// The facts hold at the node, each at some step, and never all in one.
    Apart { facts: BTreeSet<Fact> },
}

impl Flip {
    /// Whether it is so in a run whose step `at` stands for the one in which the rule fires.
    pub fn is_in(&self, program: &Program, rule: &Rule, node: NodeId, records: &[StepRecord], at: usize) -> bool {
        let Some(step) = records.get(at).filter(|step| step.node == node) else { return false };
        match self {
            Flip::Denied { holding, pattern } => {
                holding.iter().all(|fact| step.derived.contains(fact))
                    && step.derived.iter().any(|fact| pattern.matches(fact))
            }
            Flip::Fires { holding, pattern } => {
                let mut of_node = records.iter().filter(|record| record.node == node);
                let denied = |record: &StepRecord| record.derived.iter().any(|fact| pattern.matches(fact));
                let known = holding.iter().cloned().collect::<BTreeSet<Fact>>();
                let place = Some(program.node_value(node));
                known.is_subset(&step.derived)
                    && bodies(rule, place, &known, &step.derived).iter().any(|body| body.positive == *holding)
                    && of_node.any(denied)
            }
            Flip::Group { holding, head } => {
                let place = Some(program.node_value(node));
                holding.is_subset(&step.derived)
                    && firings(rule, place, &step.derived, &step.derived).iter().all(|firing| firing.head != *head)
            }
            Flip::Apart { facts } => {
                let of_node = || records.iter().filter(|record| record.node == node);
                facts.iter().all(|fact| of_node().any(|record| record.derived.contains(fact)))
                    && !of_node().any(|record| facts.is_subset(&record.derived))
            }
        }
    }
}

impl Seen<'_> {
    fn value(&self, step: usize) -> Option<crate::program::Value> {
        Some(self.program.node_value(self.records[step].node))
    }

    /// The runs to try for a place of a reading's rule.
    pub fn trials(&mut self, place: &Place, reading: &Reading) -> Vec<Trial> {
        match &reading.does {
            Does::Fires { head, holding } => self.of_firing(place, reading, head, holding),
            Does::Fails(wanted) => self.of_failure(place, reading, wanted),
        }
    }

    fn of_failure(&mut self, place: &Place, reading: &Reading, wanted: &Pattern) -> Vec<Trial> {
        let (records, step) = (self.records, reading.step);
        let rule = &self.program.rules[reading.rule.0 as usize];
        let Place::Literal(point) = place else { return Vec::new() };
        let Some(number) = rule.negative.iter().position(|atom| atom.span == point.span) else { return Vec::new() };
        let mut trials = Vec::new();
        for body in denied_bodies(rule, self.value(step), wanted, &records[step].derived) {
            let mut supply = BTreeSet::new();
            for fact in records[step].derived.iter().filter(|fact| body.denied[number].matches(fact)) {
                supply.extend(self.reader.arrivals(records[step].node, fact, step));
            }
            let holding: BTreeSet<Fact> = body.positive.iter().cloned().collect();
            let against = self.trigger(step, &holding, &supply);
            let flip = Flip::Fires { holding: body.positive, pattern: body.denied[number].clone() };
            // In the step itself: where the fact that is denied comes a step after the messages that the rule reads too.
            let after = later(records, step, &supply, Until::After).into_iter();
            let variations = after.chain(later(records, step, &supply, Until::Step));
            trials.extend(variations.map(|variation| Trial {
                variation,
                flip: flip.clone(),
                moved: supply.clone(),
                against: against.clone(),
            }));
        }
        trials
    }

    fn of_firing(&mut self, place: &Place, reading: &Reading, head: &Fact, holding: &BTreeSet<Fact>) -> Vec<Trial> {
        let (program, records) = (self.program, self.records);
        let rule = &program.rules[reading.rule.0 as usize];
        let derived = &records[reading.step].derived;
        match place {
            Place::Literal(point) if point.sign == Sign::Negated => {
                let Some(number) = rule.negative.iter().position(|atom| atom.span == point.span) else {
                    return Vec::new();
                };
                let met = bodies(rule, self.value(reading.step), holding, derived);
                met.into_iter()
                    .flat_map(|body| {
                        let pattern = body.denied[number].clone();
                        let holding: BTreeSet<Fact> = body.positive.iter().cloned().collect();
                        let flip = Flip::Denied { holding: body.positive, pattern: pattern.clone() };
                        let others = |step: &StepRecord| -> Vec<BTreeSet<Fact>> {
                            let matching = step.derived.iter().filter(|fact| pattern.matches(fact));
                            matching.map(|fact| BTreeSet::from([fact.clone()])).collect()
                        };
                        self.otherwise(reading.step, &holding, &flip, others)
                    })
                    .collect()
            }
            Place::Literal(point) => {
                let same_group = |other: &Fact| {
                    let columns = rule.head.terms.iter().zip(other.values.iter().zip(&head.values));
                    columns.into_iter().all(|(term, (a, b))| matches!(term, HeadTerm::Aggregate(_)) || a == b)
                };
                let at = self.value(reading.step);
                let flip = Flip::Group { holding: holding.clone(), head: head.clone() };
                let others = |step: &StepRecord| -> Vec<BTreeSet<Fact>> {
                    let fired = firings(rule, at, &step.derived, &step.derived).into_iter();
                    let members = fired.filter(|firing| same_group(&firing.head)).flat_map(|firing| firing.holding);
                    let more: BTreeSet<Fact> =
                        members.filter(|fact| fact.relation == point.relation && !holding.contains(fact)).collect();
                    if more.is_empty() { Vec::new() } else { vec![more] }
                };
                self.otherwise(reading.step, holding, &flip, others)
            }
            Place::Meeting(meeting) => {
                let meets = |number: &usize| meeting.literals.contains(&rule.positive[*number].span);
                let literals: Vec<usize> = (0..rule.positive.len()).filter(meets).collect();
                let met = bodies(rule, self.value(reading.step), holding, derived);
                met.into_iter()
                    .flat_map(|body| {
                        let facts: BTreeSet<Fact> =
                            literals.iter().map(|&number| body.positive[number].clone()).collect();
                        self.apart(reading.step, facts)
                    })
                    .collect()
            }
        }
    }

    /// Runs in which a literal is read otherwise: `others` are facts of a step for which it would be, each set by itself.
    fn otherwise(
        &mut self,
        step: usize,
        holding: &BTreeSet<Fact>,
        flip: &Flip,
        others: impl Fn(&StepRecord) -> Vec<BTreeSet<Fact>>,
    ) -> Vec<Trial> {
        let records = self.records;
        let node = records[step].node;
        let of_node = |index: &usize| records[*index].node == node;
        let after: Vec<usize> = (step + 1..records.len()).filter(of_node).collect();
        let before: Vec<usize> = (0..step).rev().filter(of_node).collect();
        let mut trials = Vec::new();
        for side in [after, before] {
            let mut met: BTreeSet<BTreeSet<Arrival>> = BTreeSet::new();
            let all = side.into_iter().flat_map(|other| others(&records[other]).into_iter().map(move |of| (other, of)));
            for (other, facts) in all {
                if met.len() >= MOST_OTHERS {
                    break;
                }
                let mut supply = BTreeSet::new();
                for fact in facts {
                    supply.extend(self.reader.arrivals(node, &fact, other));
                }
                supply.retain(|arrival| arrival.at > step || other < step);
                if !met.insert(supply.clone()) {
                    continue;
                }
                let variations = if other > step {
                    sooner(records, &self.causes, step, &supply)
                } else {
                    later(records, step, &supply, Until::Step)
                };
                let against = self.trigger(step, holding, &supply);
                trials.extend(variations.into_iter().map(|variation| Trial {
                    variation,
                    flip: flip.clone(),
                    moved: supply.clone(),
                    against: against.clone(),
                }));
            }
        }
        trials
    }

    /// Runs in which these facts, which hold in a step, do not meet.
    fn apart(&mut self, step: usize, facts: BTreeSet<Fact>) -> Vec<Trial> {
        let mut trials = Vec::new();
        if facts.len() < 2 {
            return trials;
        }
        let node = self.records[step].node;
        let flip = Flip::Apart { facts: facts.clone() };
        for late in &facts {
            let supply = self.reader.arrivals(node, late, step);
            let rest: BTreeSet<Fact> = facts.iter().filter(|fact| *fact != late).cloned().collect();
            let against = self.trigger(step, &rest, &supply);
            trials.extend(later(self.records, step, &supply, Until::After).into_iter().map(|variation| Trial {
                variation,
                flip: flip.clone(),
                moved: supply.clone(),
                against: against.clone(),
            }));
        }
        trials
    }

    /// The last deliveries that facts of a step rest on, but for some.
    fn trigger(&mut self, step: usize, facts: &BTreeSet<Fact>, but: &BTreeSet<Arrival>) -> BTreeSet<Arrival> {
        let node = self.records[step].node;
        let mut found = BTreeSet::new();
        for fact in facts {
            found.extend(self.reader.arrivals(node, fact, step));
        }
        let is_other = |arrival: &Arrival| but.iter().all(|other| other.message != arrival.message);
        found.retain(is_other);
        let last = found.iter().map(|arrival| arrival.at).max();
        found.retain(|arrival| Some(arrival.at) == last);
        found
    }
}

/// The messages of some deliveries, each with its sender.
pub fn messages(records: &[StepRecord], arrivals: &BTreeSet<Arrival>) -> BTreeSet<(LocatedFact, NodeId)> {
    arrivals.iter().map(|arrival| (arrival.message.clone(), records[arrival.sent].node)).collect()
}
