//! The rounds of a program, unrolled into a circuit over its faults.
//!
//! The facts that may hold in a round are those of a positive reading of its rules over what may be given, carried and delivered;
//! each binding of a rule over them is a rule of a gate. A round is taken stratum by stratum, and after each stratum what is certain or
//! impossible whatever the faults are is taken out, so that what is negated is known to be as small as can be seen, and a
//! later round starts from what an earlier one may really leave. Rounds are few, so values made by arithmetic are too, and
//! nothing but the budget bounds them.
//!
//! Bindings that err have gates of their own: a search asks for runs that err as it asks for bad ones.

mod drafts;
mod join;
mod rows;
mod table;

use super::circuit::{Circuit, Gate, GateId, Literal, Switch};
use super::global::Global;
use super::rounds::given;
use super::specification::{Crash, Omission, Specification};
use crate::budget::{Bound, Budget};
use crate::eval::scalar;
use crate::program::{
    Condition, Expr, Fact, HeadTerm, NegatedAtom, NegatedTerm, Program, RelationId, Rule, RuleKind, Value,
};
use drafts::{ALWAYS, Drafts};
use join::{Binding, Plan};
use rows::{Members, rows};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use table::{EntryId, Table};

/// A program's rounds as a circuit.
#[derive(Debug, Clone)]
pub struct Unrolled {
    /// The circuit.
    pub circuit: Circuit,
    /// The facts that may hold in each round, with their gates; locations are first values.
    pub rounds: Vec<Vec<(Fact, GateId)>>,
    /// The facts that may hold in the outcome.
    pub outcome: Vec<(Fact, GateId)>,
    /// Gates that hold if some rule errs.
    pub errs: Vec<GateId>,
}

/// What a rule derives for the next round.
type Consequence = (Fact, Vec<Literal>);

/// Bindings between two looks at the budget.
const CHECK_EVERY: usize = 4096;

/// Unrolls a program.
///
/// # Errors
/// The bound that was hit: facts, time, memory or interrupt.
pub fn unroll(
    program: &Program,
    global: &Global,
    specification: &Specification,
    budget: &Budget,
) -> Result<Unrolled, Bound> {
    let mut unroller =
        Unroller { program, global, budget, drafts: Drafts::new(*specification), errs: Vec::new(), work: 0 };
    let mut tables: Vec<Table> = Vec::new();
    let mut observed: Vec<Option<Table>> = Vec::new();
    let mut arriving: Vec<Consequence> = Vec::new();
    for time in 1..=specification.eot {
        let mut table = unroller.start(time, std::mem::take(&mut arriving), &tables, &observed);
        let next = unroller.close(global.round(time), &mut table)?;
        if time < specification.eot {
            arriving = unroller.transport(time, next);
        }
        tables.push(table);
        observed.push(None);
        if time == specification.eot || global.observed_rounds.contains(&time) {
            let mut table = unroller.snapshot(time, &tables, &observed);
            unroller.close(global.observing(time), &mut table)?;
            observed[time as usize - 1] = Some(table);
        }
    }
    let outcome = observed.pop().flatten().unwrap_or_default();
    let errs = unroller.errs.clone();
    let possible: Vec<GateId> = errs.into_iter().filter(|&gate| unroller.drafts.bounds(gate).possible).collect();
    let (circuit, number) = unroller.drafts.finish();
    let numbered = |gate: GateId| number[gate as usize].expect("internal error: a gate that is not settled");
    let relations = program.relations.len();
    let facts = |table: &Table| {
        let alive = table.entries().iter().filter(|entry| !entry.dead && (entry.fact.relation.0 as usize) < relations);
        alive.map(|entry| (entry.fact.clone(), numbered(entry.gate))).collect::<Vec<_>>()
    };
    Ok(Unrolled {
        rounds: tables.iter().map(facts).collect(),
        outcome: facts(&outcome),
        errs: possible.into_iter().map(numbered).collect(),
        circuit,
    })
}

struct Unroller<'p> {
    program: &'p Program,
    global: &'p Global,
    budget: &'p Budget,
    drafts: Drafts,
    errs: Vec<GateId>,
    work: usize,
}

impl Unroller<'_> {
    /// That the node with this name takes a step; nothing if that is certain or it is no node.
    fn steps(&mut self, location: Option<&Value>, time: u64) -> Option<Literal> {
        let node = location.and_then(|&location| self.program.node_of(location))?;
        let crashed =
            if self.drafts.stops() { self.drafts.switch(Switch::Crashed(Crash { time, node })) } else { None };
        crashed.map(Literal::negative)
    }

    /// What is there before the rules of a round: given, carried and delivered facts, and what rules read beside these.
    fn start(&mut self, time: u64, arriving: Vec<Consequence>, tables: &[Table], observed: &[Option<Table>]) -> Table {
        let mut table = Table::new(self.global.round(time).relations.len());
        let given = given(self.program, time).into_iter().map(|fact| (fact, Vec::new()));
        for (fact, mut body) in given.chain(arriving) {
            body.extend(self.steps(fact.values.first(), time));
            self.derive(&mut table, fact, body);
        }
        for node in self.program.node_ids() {
            let value = self.program.node_value(node);
            let stepping = match self.steps(Some(&value), time) {
                None => ALWAYS,
                Some(up) => {
                    let gate = self.drafts.rules();
                    self.drafts.rule(gate, vec![up]);
                    self.drafts.settle(&[gate]);
                    table.add(alone(self.global.stopped, value), up.gate());
                    gate
                }
            };
            table.add(alone(self.global.stepping, value), stepping);
            table.add(alone(self.global.network, value), ALWAYS);
        }
        self.copies(time, &mut table, tables, observed);
        table
    }

    /// The facts of earlier rounds that rules name.
    fn copies(&self, now: u64, table: &mut Table, tables: &[Table], observed: &[Option<Table>]) {
        for (relation, time, copy) in self.global.copies().filter(|&(_, time, _)| (1..now).contains(&time)) {
            let at = time as usize - 1;
            // What observers derive is in their table only, what nodes derive in both.
            let observer = self.program.relation(relation).observer;
            let from = if observer { observed.get(at).and_then(Option::as_ref) } else { tables.get(at) };
            let Some(from) = from else { continue };
            for &id in from.extent(relation) {
                let entry = from.entry(id);
                if !entry.dead {
                    table.add(Fact { relation: copy, values: entry.fact.values.clone() }, entry.gate);
                }
            }
        }
    }

    /// What observers see: each node's last step.
    fn snapshot(&mut self, time: u64, tables: &[Table], observed: &[Option<Table>]) -> Table {
        let mut table = Table::new(self.global.observing(time).relations.len());
        let relations = self.program.relations.len();
        for (at, round) in (1..).zip(tables) {
            for entry in round.entries() {
                if entry.dead || entry.fact.relation.0 as usize >= relations {
                    continue;
                }
                let node = entry.fact.values.first().and_then(|&location| self.program.node_of(location));
                let held = Literal::positive(entry.gate);
                if at == time && !self.drafts.stops() && !self.program.relation(entry.fact.relation).observer {
                    table.add(entry.fact.clone(), entry.gate);
                } else if at == time {
                    self.derive(&mut table, entry.fact.clone(), vec![held]);
                } else if let Some(node) = node.filter(|_| self.drafts.stops()) {
                    // The last step before the crash.
                    if let Some(crashes) = self.drafts.switch(Switch::Crashes(Crash { time: at + 1, node })) {
                        self.derive(&mut table, entry.fact.clone(), vec![held, Literal::positive(crashes)]);
                    }
                }
            }
        }
        if let Some(relation) = self.global.crash {
            for node in self.program.node_ids() {
                for at in 1..=time {
                    let Some(gate) = self.drafts.switch(Switch::Crashes(Crash { time: at, node })) else { continue };
                    let round = Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
                    for &observer in &self.program.nodes {
                        let values = [observer, self.program.node_value(node), round].into();
                        table.add(Fact { relation, values }, gate);
                    }
                }
            }
        }
        for &node in &self.program.nodes {
            table.add(alone(self.global.stepping, node), ALWAYS);
            table.add(alone(self.global.network, node), ALWAYS);
        }
        self.copies(time, &mut table, tables, observed);
        table
    }

    /// What of a round's consequences there is in the next round: what is sent may be lost.
    fn transport(&mut self, time: u64, next: Vec<Consequence>) -> Vec<Consequence> {
        let mut arriving = Vec::new();
        let mut sent: BTreeMap<Fact, GateId> = BTreeMap::new();
        for (fact, body) in next {
            if self.global.arriving(fact.relation).is_none() {
                arriving.push((fact, body));
            } else {
                let gate = *sent.entry(fact).or_insert_with(|| self.drafts.rules());
                self.drafts.rule(gate, body);
            }
        }
        let gates: Vec<GateId> = sent.values().copied().collect();
        self.drafts.settle(&gates);
        for (fact, gate) in sent {
            let Some(relation) = self.global.arriving(fact.relation) else { continue };
            let node = |column: usize| self.program.node_of(fact.values[column]);
            let (Some(from), Some(to)) = (node(0), node(1)) else { continue };
            let mut body = vec![Literal::positive(gate)];
            if from != to {
                body.extend(self.drafts.switch(Switch::Lost(Omission { time, from, to })).map(Literal::negative));
            }
            if self.drafts.bounds(gate).possible {
                // The location is the second column.
                arriving.push((Fact { relation, values: fact.values[1..].into() }, body));
            }
        }
        arriving
    }

    /// Adds a rule for a fact.
    fn derive(&mut self, table: &mut Table, fact: Fact, body: Vec<Literal>) -> EntryId {
        let id = match table.find(&fact) {
            Some(id) => id,
            None => {
                let gate = self.drafts.rules();
                table.add(fact, gate)
            }
        };
        let gate = table.entry(id).gate;
        if !body.contains(&Literal::positive(gate)) {
            self.drafts.rule(gate, body);
        }
        id
    }

    /// Closes a table under the deductive rules of a program, stratum after stratum, and returns what the others derive from it.
    fn close(&mut self, program: &Program, table: &mut Table) -> Result<Vec<Consequence>, Bound> {
        let strata = program.strata.iter().map(|s| s + 1).max().unwrap_or(1);
        for stratum in 0..strata {
            let here = |rule: &&Rule| {
                rule.kind == RuleKind::Deductive && program.strata[rule.head.relation.0 as usize] == stratum
            };
            let (aggregated, plain): (Vec<&Rule>, Vec<&Rule>) =
                program.rules.iter().filter(here).partition(|rule| rule.head.is_aggregated());
            let mut pending = Vec::new();
            for rule in aggregated {
                for (fact, body) in self.aggregated(rule, table, &mut pending)? {
                    self.derive(table, fact, body);
                }
            }
            self.fixpoint(&plain, table, &mut pending)?;
            let relation = |id: EntryId| program.strata[table.entry(id).fact.relation.0 as usize];
            let of_stratum: Vec<EntryId> = (0..table.len() as EntryId).filter(|&id| relation(id) == stratum).collect();
            pending.extend(of_stratum.iter().map(|&id| table.entry(id).gate));
            self.drafts.settle(&pending);
            for id in of_stratum {
                if !self.drafts.bounds(table.entry(id).gate).possible {
                    table.bury(id);
                }
            }
        }
        let mut next = Vec::new();
        let mut pending = Vec::new();
        for rule in program.rules.iter().filter(|rule| rule.kind != RuleKind::Deductive) {
            if rule.head.is_aggregated() {
                next.extend(self.aggregated(rule, table, &mut pending)?);
            } else {
                self.plain(rule, &Plan::new(rule, None), table, None, &mut pending, &mut next)?;
            }
        }
        self.drafts.settle(&pending);
        Ok(next)
    }

    /// Plain rules that may depend on one another: each fact in turn is matched by each atom.
    fn fixpoint(&mut self, rules: &[&Rule], table: &mut Table, pending: &mut Vec<GateId>) -> Result<(), Bound> {
        let mut readers: Vec<Vec<(&Rule, Plan)>> = vec![Vec::new(); table.relations()];
        let mut found = Vec::new();
        for &rule in rules {
            for (at, atom) in rule.positive.iter().enumerate() {
                readers[atom.relation.0 as usize].push((rule, Plan::new(rule, Some(at))));
            }
            if rule.positive.is_empty() {
                self.plain(rule, &Plan::new(rule, None), table, None, pending, &mut found)?;
            }
        }
        let mut at = 0;
        loop {
            for (fact, body) in found.drain(..) {
                self.derive(table, fact, body);
            }
            if table.len() > self.budget.max_facts {
                return Err(Bound::Facts);
            }
            if at == table.len() {
                return Ok(());
            }
            let id = at as EntryId;
            at += 1;
            if !table.entry(id).dead {
                for (rule, plan) in &readers[table.entry(id).fact.relation.0 as usize] {
                    self.plain(rule, plan, table, Some(id), pending, &mut found)?;
                }
            }
        }
    }

    /// What a plain rule derives from the bindings of a plan.
    fn plain(
        &mut self,
        rule: &Rule,
        plan: &Plan,
        table: &mut Table,
        from: Option<EntryId>,
        pending: &mut Vec<GateId>,
        found: &mut Vec<Consequence>,
    ) -> Result<(), Bound> {
        let mut bindings = Vec::new();
        plan.run(rule, table, from, &mut |_, binding, entries| {
            bindings.push((binding.clone(), entries.to_vec()));
            Ok::<(), Bound>(())
        })?;
        for (mut binding, entries) in bindings {
            self.spend()?;
            let Some(body) = self.body(rule, table, &mut binding, &entries, pending) else { continue };
            match key(rule, &binding) {
                Ok(values) => found.push((Fact { relation: rule.head.relation, values: values.into() }, body)),
                Err(()) => self.err(body, pending),
            }
        }
        Ok(())
    }

    /// What an aggregated rule derives from a table whose facts it may read are settled.
    fn aggregated(
        &mut self,
        rule: &Rule,
        table: &mut Table,
        pending: &mut Vec<GateId>,
    ) -> Result<Vec<Consequence>, Bound> {
        let aggregates: Vec<_> = rule
            .head
            .terms
            .iter()
            .filter_map(|term| if let HeadTerm::Aggregate(aggregate) = term { Some(aggregate) } else { None })
            .collect();
        let mut groups: BTreeMap<Vec<Value>, Vec<Members>> = BTreeMap::new();
        let mut bindings = Vec::new();
        Plan::new(rule, None).run(rule, table, None, &mut |_, binding, entries| {
            bindings.push((binding.clone(), entries.to_vec()));
            Ok::<(), Bound>(())
        })?;
        for (mut binding, entries) in bindings {
            self.spend()?;
            let Some(body) = self.body(rule, table, &mut binding, &entries, pending) else { continue };
            let Ok(group) = key(rule, &binding) else {
                self.err(body, pending);
                continue;
            };
            let places = groups.entry(group).or_insert_with(|| vec![Members::new(); aggregates.len()]);
            for (members, aggregate) in places.iter_mut().zip(&aggregates) {
                let variables = std::iter::once(&aggregate.variable).chain(&aggregate.keys);
                let tuple = variables.map(|&variable| value_of(&binding, variable.0)).collect();
                let part = *members.entry(tuple).or_insert_with(|| {
                    let part = self.drafts.rules();
                    pending.push(part);
                    part
                });
                self.drafts.rule(part, body.clone());
            }
        }
        let mut derived = Vec::new();
        for (group, places) in groups {
            let parts: Vec<_> = aggregates.iter().map(|aggregate| aggregate.function).zip(places).collect();
            for (values, row) in rows(&parts)? {
                self.spend()?;
                let gate = self.drafts.add(Gate::Row(row));
                pending.push(gate);
                let Some(values) = values else {
                    self.errs.push(gate);
                    continue;
                };
                let (mut plain, mut values) = (group.iter(), values.iter());
                let columns = rule.head.terms.iter().filter_map(|term| match term {
                    HeadTerm::Expr(_) => plain.next().copied(),
                    HeadTerm::Aggregate(_) => values.next().copied(),
                });
                let fact = Fact { relation: rule.head.relation, values: columns.collect() };
                derived.push((fact, vec![Literal::positive(gate)]));
            }
        }
        Ok(derived)
    }

    /// The literals of a body under a binding of its positive atoms; `None` if it never holds. Errors are noted.
    fn body(
        &mut self,
        rule: &Rule,
        table: &mut Table,
        binding: &mut Binding,
        entries: &[EntryId],
        pending: &mut Vec<GateId>,
    ) -> Option<Vec<Literal>> {
        let mut body: Vec<Literal> = Vec::with_capacity(entries.len());
        for &id in entries {
            let gate = table.entry(id).gate;
            if !self.drafts.bounds(gate).certain {
                body.push(Literal::positive(gate));
            }
        }
        body.sort_unstable();
        body.dedup();
        match conditions(rule, binding) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(()) => {
                self.err(body, pending);
                return None;
            }
        }
        for atom in &rule.negative {
            let Ok(matching) = matching(atom, table, binding) else {
                self.err(body, pending);
                return None;
            };
            for id in matching {
                let gate = table.entry(id).gate;
                if self.drafts.bounds(gate).certain {
                    return None;
                }
                body.push(Literal::negative(gate));
            }
        }
        Some(body)
    }

    fn err(&mut self, body: Vec<Literal>, pending: &mut Vec<GateId>) {
        let gate = self.drafts.rules();
        self.drafts.rule(gate, body);
        pending.push(gate);
        self.errs.push(gate);
    }

    fn spend(&mut self) -> Result<(), Bound> {
        self.work += 1;
        if self.work.is_multiple_of(CHECK_EVERY) { self.budget.check() } else { Ok(()) }
    }
}

fn alone(relation: RelationId, value: Value) -> Fact {
    Fact { relation, values: [value].into() }
}

fn value_of(binding: &Binding, variable: u32) -> Value {
    binding[variable as usize].expect("internal error: a checked rule reads a variable that nothing binds")
}

fn evaluate(expr: &Expr, binding: &Binding) -> Result<Value, ()> {
    scalar::evaluate(expr, &|variable| value_of(binding, variable.0)).map_err(|_| ())
}

/// Whether the conditions hold; binds what they bind.
fn conditions(rule: &Rule, binding: &mut Binding) -> Result<bool, ()> {
    for condition in &rule.conditions {
        match condition {
            Condition::Compare { comparator, left, right, checked, .. } => {
                let (left, right) = (evaluate(left, binding)?, evaluate(right, binding)?);
                if !scalar::compare(*comparator, left, right, *checked).map_err(|_| ())? {
                    return Ok(false);
                }
            }
            Condition::Bind { variable, value, .. } => {
                binding[variable.0 as usize] = Some(evaluate(value, binding)?);
            }
        }
    }
    Ok(true)
}

/// The facts that may hold and that a negated atom names.
fn matching(atom: &NegatedAtom, table: &mut Table, binding: &Binding) -> Result<Vec<EntryId>, ()> {
    let (mut mask, mut key) = (0u64, Vec::new());
    let mut wanted = Vec::new();
    for (column, term) in atom.terms.iter().enumerate() {
        let NegatedTerm::Expr(expr) = term else { continue };
        let value = evaluate(expr, binding)?;
        wanted.push((column, value));
        if column < 64 {
            mask |= 1 << column;
            key.push(value);
        }
    }
    let mut found = table.matching(atom.relation, mask, &key);
    found.retain(|&id| {
        let entry = table.entry(id);
        let values = &entry.fact.values;
        let mut chosen: FxHashMap<u32, Value> = FxHashMap::default();
        !entry.dead
            && values.len() == atom.terms.len()
            && wanted.iter().all(|&(column, value)| values[column] == value)
            && atom.terms.iter().zip(values).all(|(term, &value)| match term {
                NegatedTerm::Existential(number) => *chosen.entry(*number).or_insert(value) == value,
                NegatedTerm::Expr(_) => true,
            })
    });
    Ok(found)
}

/// The plain columns of a head.
fn key(rule: &Rule, binding: &Binding) -> Result<Vec<Value>, ()> {
    let plain = rule.head.terms.iter().filter_map(|term| match term {
        HeadTerm::Expr(expr) => Some(evaluate(expr, binding)),
        HeadTerm::Aggregate(_) => None,
    });
    plain.collect()
}
