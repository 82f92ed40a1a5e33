//! The ultimate model of a Dedalus⁺ program as one Datalog fixpoint over all nodes at once.
//!
//! Corollary 1 and Lemma 4 of *Confluence analysis for distributed programs*: a Dedalus⁺ program has one ultimate model, and it is what
//! its rules derive when inductive and async rules are read as deductive. Only EDB relations are negated or aggregated over,
//! so there is one stratum, and rules that aggregate are evaluated once. This is an evaluator of its own, for located
//! facts: it shares no code with those of local steps, so that each can check the other.
//!
//! Semi-naive: in each round a rule is joined once for each of its IDB atoms that has new facts. Atoms before that one see the old
//! facts, atoms after it old and new, so no combination is met twice.

mod expression;
mod join;
mod table;

use crate::analysis::{Class, Dependencies, classify};
use crate::budget::Budget;
use crate::eval::EvalError;
use crate::program::{LocatedFact, NodeId, Program, RelationId, RuleId, Value};
use join::{CompiledRule, Delta};
use std::collections::BTreeSet;
use table::Tables;

/// The ultimate model of every fair run, over the output relations; `None` if the program is not in Dedalus⁺.
///
/// # Errors
/// The least (rule, kind) of all faults of the rules, which every fair run meets too; more facts at one node than
/// `max_facts`, as an infinite model has; or a bound of `budget` from outside.
pub fn ultimate_model(program: &Program, budget: &Budget) -> Option<Result<BTreeSet<LocatedFact>, EvalError>> {
    let class = classify(program, &Dependencies::of(program)).class;
    (class == Class::DedalusPlus).then(|| Fixpoint::new(program, budget).run())
}

struct Fixpoint<'a> {
    program: &'a Program,
    budget: &'a Budget,
    tables: Tables,
    /// Facts at each node.
    counts: Vec<usize>,
    /// The error to report, the least so far.
    error: Option<EvalError>,
}

impl<'a> Fixpoint<'a> {
    fn new(program: &'a Program, budget: &'a Budget) -> Self {
        let tables = Tables::new(program.relations.len());
        Fixpoint { program, budget, tables, counts: vec![0; program.nodes.len()], error: None }
    }

    fn run(mut self) -> Result<BTreeSet<LocatedFact>, EvalError> {
        self.load()?;
        let rules: Vec<CompiledRule> = self.program.rules.iter().map(CompiledRule::new).collect();
        // Facts of the file are new in the first round; rules that read EDB relations only are evaluated here, once.
        for (index, rule) in rules.iter().enumerate() {
            if !rule.reads_idb(self.program) {
                self.fire(RuleId(index as u32), rule, None)?;
            }
        }
        // Which rules have a new fact to read: by relation, the (rule, atom) that read it.
        let mut readers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.program.relations.len()];
        for (index, rule) in self.program.rules.iter().enumerate() {
            for (atom, read) in rule.positive.iter().enumerate() {
                if !self.program.relation(read.relation).is_edb() {
                    readers[read.relation.0 as usize].push((index, atom));
                }
            }
        }
        let mut old = vec![0u32; self.program.relations.len()];
        loop {
            let ends = self.tables.lengths();
            let mut work: Vec<(usize, usize)> = Vec::new();
            for (relation, readers) in readers.iter().enumerate() {
                if old[relation] < ends[relation] {
                    work.extend(readers);
                }
            }
            if work.is_empty() {
                break;
            }
            work.sort_unstable();
            for (rule, atom) in work {
                let delta = Delta { atom, old: &old, ends: &ends };
                self.fire(RuleId(rule as u32), &rules[rule], Some(delta))?;
            }
            old = ends;
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        let outputs = &self.program.outputs;
        Ok(self.tables.into_facts(|relation| outputs.contains(&relation)))
    }

    fn load(&mut self) -> Result<(), EvalError> {
        for initial in &self.program.facts {
            self.insert(initial.fact.relation, initial.node, initial.fact.values.clone())?;
        }
        for (index, _) in self.program.relations.iter().enumerate().filter(|(_, relation)| relation.builtin) {
            for node in self.program.node_ids() {
                for other in &self.program.nodes {
                    self.insert(RelationId(index as u32), node, Box::new([*other]))?;
                }
            }
        }
        Ok(())
    }

    fn insert(&mut self, relation: RelationId, node: NodeId, values: Box<[Value]>) -> Result<(), EvalError> {
        if self.tables.insert(relation, node, values) {
            let count = &mut self.counts[node.0 as usize];
            *count += 1;
            if *count > self.budget.max_facts {
                return Err(EvalError::TooManyFacts { limit: self.budget.max_facts });
            }
        }
        Ok(())
    }

    fn fire(&mut self, id: RuleId, rule: &CompiledRule, delta: Option<Delta>) -> Result<(), EvalError> {
        let plan = rule.plan(self.program, &mut self.tables, delta);
        let (derived, fault) = rule.fire(self.program, &self.tables, &plan, self.budget)?;
        if let Some(fault) = fault {
            let found = EvalError::Fault { rule: id, fault };
            self.error = Some(self.error.map_or(found, |least| least.min(found)));
        }
        for (node, values) in derived {
            self.insert(rule.head(), node, values)?;
        }
        Ok(())
    }
}
