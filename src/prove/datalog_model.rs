//! Ultimate models by Datalog: of a Dedalus⁺ program as one fixpoint over all nodes at once, and of a Dedalusˢ program stratum by
//! stratum.
//!
//! Corollary 1 and Lemma 4 of *Confluence analysis for distributed programs*: a Dedalus⁺ program has one ultimate model, and it is what
//! its rules derive when inductive and async rules are read as deductive. Only EDB relations are negated or aggregated over,
//! so there is one stratum, and rules that aggregate are evaluated once. A Dedalusˢ program has, by its own semantics (§4 there),
//! the model that results when each stratum of *all* its rules is taken as a Dedalus⁺ program whose EDB is the model of the strata
//! below. This is an evaluator of its own, for located facts: it shares no code with those of local steps, so that each can check the other.
//!
//! Semi-naive: in each round a rule is joined once for each of its atoms that has new facts, which those on relations of the stratum
//! can have. Atoms before that one see the old facts, atoms after it old and new, so no combination is met twice.

mod expression;
mod join;
mod table;

use crate::analysis::{Class, Dependencies, classify, is_exact_persistence, strata};
use crate::budget::Budget;
use crate::eval::EvalError;
use crate::program::{LocatedFact, Program, RelationId, Rule, RuleId};
use join::{CompiledRule, Delta};
use std::collections::BTreeSet;
use table::Tables;

/// The ultimate model of every fair run, over the output relations; `None` if the program is not in Dedalus⁺.
///
/// # Errors
/// The least (rule, kind) of all faults of the rules, which every fair run meets too; more facts derived at one node than
/// `max_facts`, as in an infinite model; or a bound of `budget` from outside.
pub fn ultimate_model(program: &Program, budget: &Budget) -> Option<Result<BTreeSet<LocatedFact>, EvalError>> {
    let class = classify(program, &Dependencies::of(program)).class;
    let one_stratum = || vec![0; program.relations.len()];
    (class == Class::DedalusPlus).then(|| Fixpoint::new(program, budget).run(&one_stratum()))
}

/// The model that a Dedalusˢ program has by its own semantics, over the output relations; `None` if the program is outside
/// Dedalusˢ. Fair runs of the same program need not agree with it, nor with each other.
///
/// # Errors
/// The least (rule, kind) of the faults of the lowest stratum that has one; more facts derived at one node than
/// `max_facts`; or a bound of `budget` from outside.
pub fn stratified_model(program: &Program, budget: &Budget) -> Option<Result<BTreeSet<LocatedFact>, EvalError>> {
    let dependencies = Dependencies::of(program);
    if classify(program, &dependencies).class > Class::DedalusS {
        return None;
    }
    let strata = strata::of_all_rules(&dependencies).expect("internal error: a cycle through negation in Dedalusˢ");
    Some(Fixpoint::new(program, budget).run(&strata))
}

struct Fixpoint<'a> {
    program: &'a Program,
    budget: &'a Budget,
    tables: Tables,
    /// Facts derived at each node.
    counts: Vec<usize>,
    /// The error to report, the least so far.
    error: Option<EvalError>,
}

impl<'a> Fixpoint<'a> {
    fn new(program: &'a Program, budget: &'a Budget) -> Self {
        let tables = Tables::new(program.relations.iter().map(|relation| relation.arity));
        Fixpoint { program, budget, tables, counts: vec![0; program.nodes.len()], error: None }
    }

    /// The model by these strata, one for each relation. What a rule negates or aggregates over is in a lower stratum than its
    /// head, or EDB; what it reads besides is not in a higher one.
    fn run(mut self, strata: &[usize]) -> Result<BTreeSet<LocatedFact>, EvalError> {
        self.load()?;
        let mut rules: Vec<Vec<(RuleId, CompiledRule)>> = Vec::new();
        rules.resize_with(strata.iter().max().map_or(0, |highest| highest + 1), Vec::new);
        // Read as deductive, the rule that keeps a relation derives what it reads.
        let derives = |(_, rule): &(RuleId, &Rule)| !is_exact_persistence(self.program, rule);
        for (id, rule) in (0..).map(RuleId).zip(&self.program.rules).filter(derives) {
            rules[strata[rule.head.relation.0 as usize]].push((id, CompiledRule::new(rule)));
        }
        for (number, rules) in rules.iter().enumerate() {
            let relations = self.program.relations.iter().zip(strata);
            let changes: Vec<bool> =
                relations.map(|(relation, stratum)| !relation.is_edb() && *stratum == number).collect();
            self.close(rules, &changes)?;
            if let Some(error) = self.error {
                return Err(error);
            }
        }
        let outputs: BTreeSet<RelationId> = self.program.outputs.iter().copied().collect();
        Ok(self.tables.into_facts(|relation| outputs.contains(&relation)))
    }

    /// Applies the rules of a stratum until they derive nothing new. Its relations are those that change.
    fn close(&mut self, rules: &[(RuleId, CompiledRule)], changes: &[bool]) -> Result<(), EvalError> {
        // Rules that read nothing of the stratum are evaluated here, once; facts that the stratum has so far are new in the first round.
        for (id, rule) in rules {
            if !rule.reads(changes) {
                self.fire(*id, rule, changes, None)?;
            }
        }
        // Which rules have a new fact to read: by relation, the (rule, atom) that read it.
        let mut readers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); changes.len()];
        for (index, (id, _)) in rules.iter().enumerate() {
            for (atom, read) in self.program.rules[id.0 as usize].positive.iter().enumerate() {
                if changes[read.relation.0 as usize] {
                    readers[read.relation.0 as usize].push((index, atom));
                }
            }
        }
        let mut old = vec![0u32; changes.len()];
        loop {
            let ends = self.tables.lengths();
            let mut work: Vec<(usize, usize)> = Vec::new();
            for (relation, readers) in readers.iter().enumerate() {
                if old[relation] < ends[relation] {
                    work.extend(readers);
                }
            }
            if work.is_empty() {
                return Ok(());
            }
            work.sort_unstable();
            for (rule, atom) in work {
                let (id, rule) = &rules[rule];
                self.fire(*id, rule, changes, Some(Delta { atom, old: &old, ends: &ends }))?;
            }
            old = ends;
        }
    }

    fn load(&mut self) -> Result<(), EvalError> {
        let mut counts = vec![0; self.program.relations.len()];
        self.program.facts.iter().for_each(|initial| counts[initial.fact.relation.0 as usize] += 1);
        for (relation, count) in (0..).map(RelationId).zip(counts) {
            self.tables.reserve(relation, count);
        }
        for (number, initial) in self.program.facts.iter().enumerate() {
            if number.is_multiple_of(1024) {
                self.budget.check().map_err(EvalError::Stopped)?;
            }
            self.tables.insert(initial.fact.relation, initial.node, &initial.fact.values);
        }
        for (index, _) in self.program.relations.iter().enumerate().filter(|(_, relation)| relation.builtin) {
            for node in self.program.node_ids() {
                for other in &self.program.nodes {
                    self.tables.insert(RelationId(index as u32), node, &[*other]);
                }
            }
        }
        Ok(())
    }

    fn fire(
        &mut self,
        id: RuleId,
        rule: &CompiledRule,
        changes: &[bool],
        delta: Option<Delta>,
    ) -> Result<(), EvalError> {
        let plan = rule.plan(changes, &mut self.tables, delta);
        let (derived, fault) = rule.fire(self.program, &self.tables, &plan, self.budget)?;
        if let Some(fault) = fault {
            let found = EvalError::Fault { rule: id, fault };
            self.error = Some(self.error.map_or(found, |least| least.min(found)));
        }
        // What a rule derives at once into an empty table is mostly distinct.
        if self.tables.length(rule.head()) == 0 {
            self.tables.reserve(rule.head(), derived.len());
        }
        for (node, values) in derived.facts(self.program.relation(rule.head()).arity) {
            if self.tables.insert(rule.head(), node, values) {
                let count = &mut self.counts[node.0 as usize];
                *count += 1;
                if *count > self.budget.max_facts {
                    return Err(EvalError::TooManyFacts { limit: self.budget.max_facts });
                }
            }
        }
        Ok(())
    }
}
