//! How an obligation fails: a state and inputs for which it does, as small as the solver finds them.

use super::steps::{Step, Steps, fact_columns};
use super::{Claim, Invariant, question};
use crate::program::RelationId;
use crate::prove::formula::{Script, apply, for_all, formal, or};
use crate::prove::prover::Prover;

/// Most values that a counterexample may mention.
const MOST_VALUES: usize = 4;
/// Most rows that are asked for.
const MOST_ROWS: usize = 4_000;

/// A row: its relation, and the names of its values.
pub type Row = (RelationId, Vec<String>);

/// A state and inputs for which a claim fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// What constant relations hold.
    pub fixed: Vec<Row>,
    /// What is carried into the first step.
    pub state: Vec<Row>,
    /// The inputs of the first step.
    pub inputs: Vec<Row>,
    /// The input that comes with them, or after them; none where the second step is idle.
    pub fact: Option<Row>,
    /// What is carried on, or sent, in one way only; the addressee of what is sent comes last.
    pub differs: Row,
    /// Whether it is so if the fact comes with the others; after an idle step, whether it is so before it.
    pub at_once: bool,
    /// What is known of the order of values whose names are made up, least first; empty where it does not matter.
    pub order: Vec<String>,
}

/// A state with the invariants, and inputs, for which the claim fails, if the solver finds one with few values.
pub fn failing(steps: &Steps<'_>, claim: Claim, invariants: &[Invariant], prover: &mut Prover<'_>) -> Option<Failing> {
    let base = question(steps, claim, invariants).ok()?;
    let sizes = (1..=MOST_VALUES).flat_map(|values| [(values, true), (values, false)]);
    sizes.into_iter().find_map(|(values, apart)| Search { steps, claim, values }.within(&base, apart, prover))
}

struct Search<'a> {
    steps: &'a Steps<'a>,
    claim: Claim,
    values: usize,
}

/// Something that is asked of the model.
enum Asked {
    Row(Place, RelationId, Vec<usize>),
    /// Two of the names stand for one value.
    Same(usize, String),
    Less(usize, usize),
    AtOnce,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Fixed,
    State,
    Input,
}

fn value(index: usize) -> String {
    format!("u{index}")
}

impl Search<'_> {
    /// The predicates that stand for sets given from outside.
    fn places(&self) -> Vec<(Place, RelationId, String)> {
        let steps = self.steps;
        let named = |moment: &str, relation: RelationId| steps.vocabulary.name(moment, relation);
        let mut places = Vec::new();
        for &relation in &steps.cell.fixed {
            places.push((Place::Fixed, relation, named("fixed", relation)));
        }
        for &relation in &steps.given {
            places.push((Place::Fixed, relation, named("given", relation)));
        }
        for &relation in steps.carried.iter().chain(&steps.cell.kept) {
            places.push((Place::State, relation, steps.state(relation)));
        }
        for &relation in &steps.inputs {
            places.push((Place::Input, relation, named("in", relation)));
        }
        places
    }

    /// With so many values; `apart` if they are to be none that rules name, which reads better.
    fn within(&self, base: &Script, apart: bool, prover: &mut Prover<'_>) -> Option<Failing> {
        let mut script = base.clone();
        let names: Vec<String> = (0..self.values).map(value).collect();
        script.constants(&names);
        if apart {
            let named = self.steps.vocabulary.constants().map(|(_, name)| name.to_string());
            for other in named.chain(["self".to_string()]) {
                names.iter().for_each(|name| script.assert(&format!("(not (= {name} {other}))")));
            }
        }
        let is_one = |term: &str| or(&names.iter().map(|name| format!("(= {term} {name})")).collect::<Vec<_>>());
        let places = self.places();
        for (_, relation, predicate) in &places {
            let row: Vec<String> = (0..self.steps.arity(*relation)).map(formal).collect();
            for column in &row {
                script.assert(&for_all(&row, &format!("(=> {} {})", apply(predicate, &row), is_one(column))));
            }
        }
        let fact = match self.claim {
            Claim::Joins { input, .. } | Claim::Sends { input, .. } => Some(input),
            Claim::IdleKeeps(_) | Claim::IdleSends(_) => None,
        };
        let columns = fact.map(|relation| fact_columns(self.steps.arity(relation))).unwrap_or_default();
        let compared = self.compared();
        let differing: Vec<String> = (0..compared.1).map(|column| format!("w{column}")).collect();
        for term in columns.iter().chain(&differing) {
            script.assert(&is_one(term));
        }
        let (asked, terms) = self.questions(&places, &columns, &differing);
        if terms.len() > MOST_ROWS {
            return None;
        }
        let answers = prover.model(&script, &terms)?;
        Some(self.read(&asked, &answers, fact, &columns, &differing))
    }

    /// What is compared, and in how many columns.
    fn compared(&self) -> (RelationId, usize) {
        match self.claim {
            Claim::IdleKeeps(relation) | Claim::Joins { carried: relation, .. } => {
                (relation, self.steps.arity(relation))
            }
            Claim::IdleSends(relation) | Claim::Sends { sent: relation, .. } => {
                (relation, self.steps.arity(relation) + 1)
            }
        }
    }

    fn questions(
        &self,
        places: &[(Place, RelationId, String)],
        columns: &[String],
        differing: &[String],
    ) -> (Vec<Asked>, Vec<String>) {
        let (mut asked, mut terms) = (Vec::new(), Vec::new());
        for index in 0..self.values {
            let named = self.steps.vocabulary.constants().map(|(_, name)| name.to_string());
            for other in named.chain(["self".to_string()]).chain(columns.iter().chain(differing).cloned()) {
                terms.push(format!("(= {} {other})", value(index)));
                asked.push(Asked::Same(index, other));
            }
            for other in 0..self.values {
                terms.push(format!("(= {} {})", value(index), value(other)));
                asked.push(Asked::Same(index, value(other)));
                if self.steps.vocabulary.is_ordered() {
                    terms.push(format!("(lt {} {})", value(index), value(other)));
                    asked.push(Asked::Less(index, other));
                }
            }
        }
        for (place, relation, predicate) in places {
            let arity = self.steps.arity(*relation);
            let count = self.values.checked_pow(u32::try_from(arity).unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
            if count > MOST_ROWS {
                terms.extend(std::iter::repeat_n(String::new(), MOST_ROWS + 1));
                return (asked, terms);
            }
            for number in 0..count {
                let mut rest = number;
                let row: Vec<usize> = (0..arity)
                    .map(|_| {
                        let digit = rest % self.values;
                        rest /= self.values;
                        digit
                    })
                    .collect();
                terms.push(apply(predicate, &row.iter().map(|&index| value(index)).collect::<Vec<_>>()));
                asked.push(Asked::Row(*place, *relation, row));
            }
        }
        let (relation, _) = self.compared();
        let at_once = match self.claim {
            Claim::IdleKeeps(_) => apply(&self.steps.next(Step::First, relation), differing),
            Claim::Joins { .. } => apply(&self.steps.next(Step::Both, relation), differing),
            Claim::IdleSends(_) => apply(&self.steps.at("sent", Step::First, relation), differing),
            Claim::Sends { .. } => apply(&self.steps.at("sent", Step::Both, relation), differing),
        };
        terms.push(at_once);
        asked.push(Asked::AtOnce);
        (asked, terms)
    }

    fn read(
        &self,
        asked: &[Asked],
        answers: &[bool],
        fact: Option<RelationId>,
        columns: &[String],
        differing: &[String],
    ) -> Failing {
        let yes = || asked.iter().zip(answers).filter(|(_, answer)| **answer).map(|(asked, _)| asked);
        let same = |index: usize, other: &str| {
            yes().any(|one| matches!(one, Asked::Same(i, name) if *i == index && name == other))
        };
        // The first name of a value speaks for all.
        let first: Vec<usize> = (0..self.values)
            .map(|index| (0..index).find(|&other| same(index, &value(other))).unwrap_or(index))
            .collect();
        let less = |a: usize, b: usize| yes().any(|one| matches!(one, Asked::Less(i, j) if (*i, *j) == (a, b)));
        let mut distinct: Vec<usize> = (0..self.values).filter(|&index| first[index] == index).collect();
        if self.steps.vocabulary.is_ordered() {
            distinct.sort_by_key(|&index| distinct_below(index, self.values, &less));
        }
        let made_up: Vec<usize> =
            distinct.iter().copied().filter(|&index| self.known(index, &same).is_none()).collect();
        let name = |index: usize| {
            let index = first[index];
            self.known(index, &same).unwrap_or_else(|| {
                let number = made_up.iter().position(|&other| other == index).unwrap_or(0);
                format!("V{}", number + 1)
            })
        };
        let name_of = |term: &str| (0..self.values).find(|&index| same(index, term)).map_or_else(String::new, name);
        let rows = |wanted: Place| -> Vec<Row> {
            let mut rows: Vec<Row> = yes()
                .filter_map(|one| match one {
                    Asked::Row(place, relation, row)
                        if *place == wanted && row.iter().all(|&index| first[index] == index) =>
                    {
                        Some((*relation, row.iter().map(|&index| name(index)).collect()))
                    }
                    _ => None,
                })
                .collect();
            rows.sort();
            rows
        };
        let order = if self.steps.vocabulary.is_ordered() && distinct.len() > 1 {
            distinct.iter().map(|&index| name(index)).collect()
        } else {
            Vec::new()
        };
        Failing {
            fixed: rows(Place::Fixed),
            state: rows(Place::State),
            inputs: rows(Place::Input),
            fact: fact.map(|relation| (relation, columns.iter().map(|column| name_of(column)).collect())),
            differs: (self.compared().0, differing.iter().map(|column| name_of(column)).collect()),
            at_once: yes().any(|one| matches!(one, Asked::AtOnce)),
            order,
        }
    }

    /// The name that the program has for a value.
    fn known(&self, index: usize, same: &dyn Fn(usize, &str) -> bool) -> Option<String> {
        let constant = self.steps.vocabulary.constants().find(|(_, name)| same(index, name));
        match constant {
            Some((constant, _)) => Some(self.steps.program.show_value(constant)),
            None => (self.steps.vocabulary.is_located() && same(index, "self")).then(|| "the node".to_string()),
        }
    }
}

fn distinct_below(index: usize, values: usize, less: &dyn Fn(usize, usize) -> bool) -> usize {
    (0..values).filter(|&other| less(other, index)).count()
}
