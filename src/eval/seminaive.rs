//! One local step by semi-naive evaluation over interned facts: the evaluator that searches use.
//!
//! Within a stratum, the relations that depend on one another form components (strongly connected parts of the graph of
//! the deductive rules), which are closed in topological order. Each rule of a component remembers how much of
//! each extent it has read. Of a rule with recursive atoms a₁…aₖ only the joins that read something new are made again:
//! for each i, aᵢ new, the atoms before it old, those after it both, so that no binding is met twice.
//! Aggregated rules and negated atoms read complete extents: they lie below, by stratification.

mod groups;
mod join;

use super::plan::{Place, Plan, PlannedRule};
use super::store::step::StepFacts;
use super::store::{FactId, FactTable};
use super::{EvalError, LocalStep, Outcome};
use crate::budget::Budget;
use crate::program::{Fact, LocatedFact, NodeId, Program, RelationId, Rule, RuleId, RuleKind};
use join::Machine;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeSet;

/// What one local step makes of its input, over the numbers of a [`FactTable`]. Sorted, without duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepIds {
    /// D.
    pub derived: Vec<FactId>,
    /// What is carried to the next step.
    pub next: Vec<FactId>,
    /// What is sent, with its addressee.
    pub sent: Vec<(NodeId, FactId)>,
}

/// The planned, indexed evaluator of one program.
#[derive(Debug, Clone)]
pub struct SemiNaive {
    strata: Vec<Vec<Component>>,
    temporal: Vec<PlannedRule>,
    builtin: Vec<FactId>,
    machine: Machine,
}

/// Deductive rules whose heads depend on one another.
#[derive(Debug, Clone, Default)]
struct Component {
    rules: Vec<PlannedRule>,
    /// For each rule and each of its atoms how much of the extent it has read in this step.
    read: Vec<Vec<u32>>,
}

impl SemiNaive {
    /// Plans a program's operational rules. Time and space are linear in the program, but for bodies of up to 64 atoms,
    /// whose join order takes quadratic time.
    pub fn new(program: &Program, budget: Budget) -> Self {
        let mut facts = StepFacts::new(program.relations.iter().map(|relation| relation.arity));
        let component_of = components(program);
        let mut of_component: Vec<Vec<(RuleId, &Rule)>> = vec![Vec::new(); program.relations.len()];
        let mut temporal = Vec::new();
        for (id, rule) in (0..).map(RuleId).zip(&program.rules) {
            if rule.kind == RuleKind::Deductive {
                of_component[component_of[rule.head.relation.0 as usize]].push((id, rule));
            } else {
                temporal.extend(PlannedRule::new(program, id, rule, |_| false, &mut facts));
            }
        }
        let mut strata: Vec<Vec<Component>> = Vec::new();
        for (number, rules) in of_component.into_iter().enumerate() {
            let Some((_, first)) = rules.first() else { continue };
            let stratum = program.strata[first.head.relation.0 as usize];
            let recursive = |relation: RelationId| component_of[relation.0 as usize] == number;
            let mut component = Component::default();
            for (id, rule) in rules {
                component.rules.extend(PlannedRule::new(program, id, rule, recursive, &mut facts));
            }
            component.read = component.rules.iter().map(|rule| vec![0; rule.atoms.len()]).collect();
            if strata.len() <= stratum {
                strata.resize_with(stratum + 1, Vec::new);
            }
            strata[stratum].push(component);
        }
        let rules = || strata.iter().flatten().flat_map(|component| &component.rules).chain(&temporal);
        let registers = rules().map(|rule| rule.registers).max().unwrap_or(0);
        let ops = rules().flat_map(|rule| rule.full.iter().chain(&rule.deltas)).map(|plan| plan.ops.len()).max();
        let mut machine = Machine::new(program.nodes.clone(), facts, budget, registers, ops.unwrap_or(0));
        let mut builtin = Vec::new();
        for (relation, _) in (0..).map(RelationId).zip(&program.relations).filter(|(_, r)| r.builtin) {
            builtin.extend(program.nodes.iter().map(|&node| machine.table.intern_row(relation, &[node])));
        }
        SemiNaive { strata, temporal, builtin, machine }
    }

    /// The table that gives the facts their numbers.
    pub fn facts(&self) -> &FactTable {
        &self.machine.table
    }

    /// The same, to add facts.
    pub fn facts_mut(&mut self) -> &mut FactTable {
        &mut self.machine.table
    }

    /// A local step of `node` with this input, in any order; see [`LocalStep::step`].
    ///
    /// # Errors
    /// See [`EvalError`].
    ///
    /// # Panics
    /// If a number is not from [`Self::facts`].
    pub fn step_ids(&mut self, node: NodeId, input: &[FactId]) -> Result<StepIds, EvalError> {
        let mut outcome = StepIds::default();
        self.step_into(node, input, &mut outcome)?;
        Ok(outcome)
    }

    /// [`Self::step_ids`] into buffers of the caller, which are overwritten. In the steady state, when all facts have been
    /// met before, it allocates nothing, aggregates excepted.
    ///
    /// # Errors
    /// See [`EvalError`]; `outcome` is then unspecified.
    ///
    /// # Panics
    /// As [`Self::step_ids`].
    pub fn step_into(&mut self, node: NodeId, input: &[FactId], outcome: &mut StepIds) -> Result<(), EvalError> {
        let machine = &mut self.machine;
        machine.begin(node, input.iter().chain(&self.builtin))?;
        for stratum in &mut self.strata {
            for component in stratum {
                component.close(machine)?;
            }
            machine.report_fault()?;
        }
        for rule in &self.temporal {
            machine.evaluate_once(rule)?;
        }
        machine.report_fault()?;
        machine.finish(outcome);
        Ok(())
    }
}

impl LocalStep for SemiNaive {
    fn step(&mut self, node: NodeId, input: &BTreeSet<Fact>) -> Result<Outcome, EvalError> {
        let table = &mut self.machine.table;
        let input: Vec<FactId> = input.iter().map(|fact| table.intern(fact)).collect();
        let ids = self.step_ids(node, &input)?;
        let fact = |id: &FactId| self.machine.table.get(*id).clone();
        Ok(Outcome {
            derived: ids.derived.iter().map(fact).collect(),
            next: ids.next.iter().map(fact).collect(),
            sent: ids.sent.iter().map(|(node, id)| LocatedFact { node: *node, fact: fact(id) }).collect(),
        })
    }
}

impl Component {
    /// Applies the rules until they derive nothing new.
    fn close(&mut self, machine: &mut Machine) -> Result<(), EvalError> {
        for (rule, read) in self.rules.iter().zip(&mut self.read) {
            machine.evaluate_once(rule)?;
            for (read, &(_, all)) in read.iter_mut().zip(&machine.marks) {
                *read = all;
            }
        }
        loop {
            let mut grown = false;
            for (rule, read) in self.rules.iter().zip(&mut self.read) {
                grown |= machine.evaluate_new(rule, read)?;
            }
            if !grown {
                return Ok(());
            }
        }
    }
}

impl Machine {
    fn begin<'a>(&mut self, node: NodeId, input: impl Iterator<Item = &'a FactId>) -> Result<(), EvalError> {
        self.node = node;
        self.fault = None;
        self.next.clear();
        self.sent.clear();
        self.facts.begin();
        for &id in input {
            self.facts.insert(&self.table, id);
        }
        self.check_size()
    }

    fn report_fault(&self) -> Result<(), EvalError> {
        self.fault.map_or(Ok(()), |(rule, fault)| Err(EvalError::Fault { rule, fault }))
    }

    /// Evaluates a rule on all facts so far, beginning with the smallest extent. Leaves in `marks` how much it has read.
    fn evaluate_once(&mut self, rule: &PlannedRule) -> Result<(), EvalError> {
        self.marks.clear();
        self.marks.extend(rule.atoms.iter().map(|&relation| (0, self.facts.extent(relation).size())));
        let fires = !matches!(rule.place, Place::Only(place) if place != Some(self.node));
        if !fires || self.marks.iter().any(|&(_, all)| all == 0) {
            return Ok(());
        }
        if rule.copies {
            self.persist(rule.atoms[0]);
            return Ok(());
        }
        // Known columns at the start make an extent smaller; how much is a guess.
        let size = |start: usize| -> u32 {
            let known = rule.full[start].starting_columns();
            self.marks.get(start).map_or(0, |&(_, all)| all >> (3 * known).min(31))
        };
        let start = (0..rule.full.len()).min_by_key(|&start| size(start)).unwrap_or(0);
        self.run(rule, &rule.full[start])
    }

    /// Evaluates a rule on what its recursive atoms have not read yet; whether there was anything.
    fn evaluate_new(&mut self, rule: &PlannedRule, read: &mut [u32]) -> Result<bool, EvalError> {
        let new = |&atom: &usize| self.facts.extent(rule.atoms[atom]).size() > read[atom];
        if !rule.recursive.iter().any(new) {
            return Ok(false);
        }
        if rule.deltas.is_empty() {
            self.evaluate_once(rule)?;
        } else {
            self.marks.clear();
            self.marks.extend(rule.atoms.iter().zip(&*read).map(|(&r, &read)| (read, self.facts.extent(r).size())));
            let fires = !matches!(rule.place, Place::Only(place) if place != Some(self.node));
            if fires && self.marks.iter().all(|&(_, all)| all > 0) {
                for (plan, &atom) in rule.deltas.iter().zip(&rule.recursive) {
                    if self.marks[atom].0 < self.marks[atom].1 {
                        self.run(rule, plan)?;
                    }
                }
            }
        }
        for (read, &(_, all)) in read.iter_mut().zip(&self.marks) {
            *read = all;
        }
        Ok(true)
    }

    fn finish(&mut self, outcome: &mut StepIds) {
        outcome.derived.clear();
        outcome.derived.extend_from_slice(self.facts.all());
        outcome.derived.sort_unstable();
        outcome.next.clear();
        outcome.next.extend_from_slice(self.next.sorted());
        outcome.sent.clear();
        outcome.sent.extend_from_slice(self.sent.sorted());
    }
}

impl Plan {
    /// How many columns of the first atom are known before it is read.
    fn starting_columns(&self) -> usize {
        self.ops.iter().find_map(|(op, _)| op.known_columns()).unwrap_or(0)
    }
}

/// For each relation the number of its component; a component depends on itself and on lower numbers only.
fn components(program: &Program) -> Vec<usize> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = program.relations.iter().map(|_| graph.add_node(())).collect();
    for rule in program.rules.iter().filter(|rule| rule.kind == RuleKind::Deductive) {
        let head = nodes[rule.head.relation.0 as usize];
        let body = rule.positive.iter().map(|a| a.relation).chain(rule.negative.iter().map(|a| a.relation));
        body.for_each(|relation| {
            graph.add_edge(head, nodes[relation.0 as usize], ());
        });
    }
    // Kosaraju's algorithm does not recurse; it gives the components that others depend on first.
    let mut component_of = vec![0; program.relations.len()];
    for (number, component) in petgraph::algo::kosaraju_scc(&graph).into_iter().enumerate() {
        component.into_iter().for_each(|node| component_of[node.index()] = number);
    }
    component_of
}
