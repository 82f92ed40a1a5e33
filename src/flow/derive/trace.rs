//! Columns traced back to the inputs of a component, by equality of variables through its rules.
//!
//! A column j of a relation *stems from* column c of an input if each derivation that uses a fact of the input has in j the value which that
//! fact has in c. So facts of the input with another value there have no part in a fact with this one. It is the
//! greatest solution: of rules, and of the literals of a rule through which the input comes, each must agree.

use super::owners::read_by;
use crate::program::{Condition, Expr, HeadTerm, NegatedTerm, Program, RelationId, Rule, RuleId, Term, VariableId};
use std::collections::{BTreeMap, BTreeSet};

/// By column of a relation, the columns of an input that it stems from.
type Stems = Vec<BTreeSet<usize>>;

/// The columns of what a component derives, by relation and input.
#[derive(Debug, Default)]
pub struct Trace {
    stems: BTreeMap<(RelationId, RelationId), Stems>,
}

impl Trace {
    /// Traces what these rules derive from these inputs. An input is traced up to where it is read, also if a rule heads it.
    pub fn of(program: &Program, rules: &[RuleId], inputs: &BTreeSet<RelationId>) -> Trace {
        let mut trace = Trace::default();
        loop {
            let mut changed = false;
            for rule in rules.iter().map(|rule| &program.rules[rule.0 as usize]) {
                for &input in inputs {
                    changed |= trace.apply(program, rule, input, inputs);
                }
            }
            if !changed {
                return trace;
            }
        }
    }

    /// Takes one rule into account; whether that changed anything.
    fn apply(&mut self, program: &Program, rule: &Rule, input: RelationId, inputs: &BTreeSet<RelationId>) -> bool {
        let mut found: Option<Stems> = None;
        for (index, relation) in read_by(rule).enumerate() {
            // What the input has not reached yet restricts nothing yet.
            let Some(stems) = self.read(program, relation, input, inputs) else { continue };
            let here: Stems = rule.head.terms.iter().map(|term| stems_of(rule, term, index, &stems)).collect();
            found = Some(match found {
                None => here,
                Some(before) => before.iter().zip(&here).map(|(a, b)| a & b).collect(),
            });
        }
        let Some(found) = found else { return false };
        match self.stems.get_mut(&(rule.head.relation, input)) {
            None => {
                self.stems.insert((rule.head.relation, input), found);
                true
            }
            Some(before) => {
                let both: Stems = before.iter().zip(&found).map(|(a, b)| a & b).collect();
                let changed = *before != both;
                *before = both;
                changed
            }
        }
    }

    /// Where the columns of a relation stem from, for a rule that reads it; `None` if nothing of the input comes there.
    fn read(
        &self,
        program: &Program,
        relation: RelationId,
        input: RelationId,
        inputs: &BTreeSet<RelationId>,
    ) -> Option<Stems> {
        if inputs.contains(&relation) {
            let own = |column| BTreeSet::from([column]);
            return (relation == input).then(|| (0..program.relation(relation).arity).map(own).collect());
        }
        self.stems.get(&(relation, input)).cloned()
    }

    /// The columns of `input` that those of `relation` stem from, for a rule that reads it.
    pub fn columns(
        &self,
        program: &Program,
        (relation, columns): (RelationId, &BTreeSet<usize>),
        input: RelationId,
        inputs: &BTreeSet<RelationId>,
    ) -> BTreeSet<usize> {
        let stems = self.read(program, relation, input, inputs).unwrap_or_default();
        columns.iter().filter_map(|&column| stems.get(column)).flatten().copied().collect()
    }

    /// The columns of an input that a derived relation still has, each with its column there.
    pub fn kept(&self, relation: RelationId, input: RelationId) -> Vec<(usize, usize)> {
        let stems = self.stems.get(&(relation, input)).map_or(&[][..], Vec::as_slice);
        let pairs = stems.iter().enumerate();
        pairs.flat_map(|(column, from)| from.iter().map(move |&from| (from, column))).collect()
    }
}

/// Where a column of the head stems from, as far as the literal of this index tells.
fn stems_of(rule: &Rule, term: &HeadTerm, index: usize, stems: &Stems) -> BTreeSet<usize> {
    let HeadTerm::Expr(Expr::Variable(variable)) = term else { return BTreeSet::new() };
    let equal = equal_to(rule, *variable);
    let columns: Vec<usize> = if let Some(atom) = rule.positive.get(index) {
        let has = |term: &Term| matches!(term, Term::Variable(other) if equal.contains(other));
        (0..atom.terms.len()).filter(|&column| has(&atom.terms[column])).collect()
    } else {
        let terms = &rule.negative[index - rule.positive.len()].terms;
        let has =
            |term: &NegatedTerm| matches!(term, NegatedTerm::Expr(Expr::Variable(other)) if equal.contains(other));
        (0..terms.len()).filter(|&column| has(&terms[column])).collect()
    };
    columns.into_iter().flat_map(|column| stems[column].iter().copied()).collect()
}

/// A variable, and those that an equation of the rule makes equal to it.
fn equal_to(rule: &Rule, variable: VariableId) -> BTreeSet<VariableId> {
    let mut equal = BTreeSet::from([variable]);
    loop {
        let before = equal.len();
        for condition in &rule.conditions {
            let (left, right) = match condition {
                Condition::Bind { variable, value: Expr::Variable(other), .. } => (*variable, *other),
                Condition::Compare {
                    comparator: crate::program::rule::Comparator::Eq,
                    left: Expr::Variable(left),
                    right: Expr::Variable(right),
                    ..
                } => (*left, *right),
                _ => continue,
            };
            if equal.contains(&left) || equal.contains(&right) {
                equal.extend([left, right]);
            }
        }
        if equal.len() == before {
            return equal;
        }
    }
}
