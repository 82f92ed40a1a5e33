//! The local steps that the obligations speak of, as predicates of a solver.
//!
//! `state` and `in` are any state and any inputs. Step `first` takes them; `second` follows it with one more input fact, `idle` follows it with none;
//! `both` takes the inputs and that fact at once. At each step `now`, `next` and `sent` are what holds, what is carried on and what is sent.

use super::cell::{Cell, Role};
use crate::program::{Program, RelationId, RuleKind};
use crate::prove::formula::{NoFormula, Script, Vocabulary, and, apply, formal, or};

/// A local step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// From any state, with any inputs.
    First,
    /// After the first, with the fact.
    Second,
    /// After the first, with nothing.
    Idle,
    /// From the state, with the inputs and the fact.
    Both,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Step::First => "first",
            Step::Second => "second",
            Step::Idle => "idle",
            Step::Both => "both",
        }
    }

    fn follows(self) -> bool {
        matches!(self, Step::Second | Step::Idle)
    }
}

/// The one input fact: of which relation. Its columns are `f0`, `f1`, ….
pub type Fact = Option<RelationId>;

/// The steps of a cell.
#[derive(Debug)]
pub struct Steps<'p> {
    /// The program.
    pub program: &'p Program,
    /// The relations.
    pub cell: &'p Cell,
    /// What they are called.
    pub vocabulary: Vocabulary,
    /// Its relations that are carried on.
    pub carried: Vec<RelationId>,
    /// Its relations that are sent.
    pub sent: Vec<RelationId>,
    /// Relations whose facts come from outside.
    pub inputs: Vec<RelationId>,
    pub(super) given: Vec<RelationId>,
}

/// The columns of the one input fact.
pub fn fact_columns(arity: usize) -> Vec<String> {
    (0..arity).map(|column| format!("f{column}")).collect()
}

impl<'p> Steps<'p> {
    /// Those of this cell.
    pub fn new(program: &'p Program, cell: &'p Cell) -> Self {
        Steps {
            program,
            cell,
            vocabulary: Vocabulary::new(program, cell.rules(program).map(|(_, rule)| rule)),
            carried: cell.carried(program),
            sent: cell.sent(program),
            inputs: cell.inputs(program),
            given: cell.given(program),
        }
    }

    /// How many columns a relation has.
    pub fn arity(&self, relation: RelationId) -> usize {
        self.program.relation(relation).arity
    }

    /// The name of what holds, is carried on or is sent at a step.
    pub fn at(&self, what: &str, step: Step, relation: RelationId) -> String {
        self.vocabulary.name(&format!("{what}-{}", step.name()), relation)
    }

    /// What a relation's carried facts are after a step.
    pub fn next(&self, step: Step, relation: RelationId) -> String {
        let what = if self.cell.role(relation) == Role::Kept { "now" } else { "next" };
        self.at(what, step, relation)
    }

    /// The name of what a relation's carried facts are in the state.
    pub fn state(&self, relation: RelationId) -> String {
        self.vocabulary.name("state", relation)
    }

    /// Values, the state, the inputs and the fact.
    pub fn preamble(&self, fact: Fact) -> Script {
        let mut script = self.vocabulary.preamble();
        for &relation in &self.cell.fixed {
            script.predicate(&self.vocabulary.name("fixed", relation), self.arity(relation));
        }
        for &relation in &self.given {
            script.predicate(&self.vocabulary.name("given", relation), self.arity(relation));
        }
        for &relation in self.carried.iter().chain(&self.cell.kept) {
            script.predicate(&self.state(relation), self.arity(relation));
        }
        for &relation in &self.inputs {
            script.predicate(&self.vocabulary.name("in", relation), self.arity(relation));
        }
        if let Some(relation) = fact {
            script.constants(&fact_columns(self.arity(relation)));
        }
        script
    }

    /// Adds a step.
    ///
    /// # Errors
    /// If a rule has no formula.
    pub fn add(&self, script: &mut Script, step: Step, fact: Fact) -> Result<(), NoFormula> {
        let read = |relation: RelationId, arguments: &[String]| match self.cell.role(relation) {
            Role::Fixed => apply(&self.vocabulary.name("fixed", relation), arguments),
            _ => apply(&self.at("now", step, relation), arguments),
        };
        let derived = |script: &mut Script, relation: RelationId, kind: RuleKind| {
            let mut parts = Vec::new();
            for (index, rule) in self.cell.rules(self.program) {
                if rule.head.relation == relation && rule.kind == kind {
                    let group = self.at(&format!("group{index}"), step, relation);
                    parts.push(self.vocabulary.derives(script, rule, &group, &read)?);
                }
            }
            Ok::<_, NoFormula>(parts)
        };
        let all = self.cell.own.iter().chain(&self.cell.kept).chain(&self.cell.free);
        for &relation in all {
            let arity = self.arity(relation);
            let row: Vec<String> = (0..arity).map(formal).collect();
            let mut parts = self.given_at(step, fact, relation, &row);
            if self.cell.role(relation) == Role::Own {
                parts.extend(derived(script, relation, RuleKind::Deductive)?);
            }
            let now = self.at("now", step, relation);
            script.definition(&now, arity, &or(&parts));
            self.vocabulary.finite(script, &now, relation, arity);
        }
        for &relation in &self.carried {
            let meaning = or(&derived(script, relation, RuleKind::Inductive)?);
            script.definition(&self.at("next", step, relation), self.arity(relation), &meaning);
        }
        for &relation in &self.sent {
            let meaning = or(&derived(script, relation, RuleKind::Async)?);
            script.definition(&self.at("sent", step, relation), self.arity(relation) + 1, &meaning);
        }
        script.settle();
        Ok(())
    }

    /// What a row's presence at a step may come from, beside deductive rules.
    fn given_at(&self, step: Step, fact: Fact, relation: RelationId, row: &[String]) -> Vec<String> {
        let mut parts = Vec::new();
        if self.given.contains(&relation) {
            parts.push(apply(&self.vocabulary.name("given", relation), row));
        }
        if self.carried.contains(&relation) || self.cell.role(relation) == Role::Kept {
            let before = if step.follows() { self.next(Step::First, relation) } else { self.state(relation) };
            parts.push(apply(&before, row));
        }
        if matches!(step, Step::First | Step::Both) && self.inputs.contains(&relation) {
            parts.push(apply(&self.vocabulary.name("in", relation), row));
        }
        if matches!(step, Step::Second | Step::Both) && fact == Some(relation) {
            let columns = fact_columns(row.len());
            let equal: Vec<String> = row.iter().zip(&columns).map(|(a, f)| format!("(= {a} {f})")).collect();
            parts.push(and(&equal));
        }
        parts
    }
}
