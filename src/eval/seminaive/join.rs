//! Runs one plan: nested loops with backtracking over the facts of the step, without recursion.

use super::groups::Groups;
use crate::budget::Budget;
use crate::eval::plan::{Op, Place, Plan, PlannedRule, Probe, Range, Source};
use crate::eval::store::step::{Cursor, StepFacts};
use crate::eval::store::{FactId, FactTable};
use crate::eval::{EvalError, Fault, scalar};
use crate::program::{Destination, Head, HeadTerm, NodeId, RelationId, RuleId, RuleKind, Value, VariableId};

/// How many facts are tried between two looks at the budget.
const CHECK_EVERY: usize = 10_000;

/// The state of a step under evaluation; everything that plans read and write. Its buffers outlive the step.
#[derive(Debug, Clone)]
pub struct Machine {
    pub(super) table: FactTable,
    pub(super) facts: StepFacts,
    pub(super) nodes: Vec<Value>,
    pub(super) budget: Budget,
    pub(super) node: NodeId,
    /// What the step keeps.
    pub(super) next: Distinct<FactId>,
    /// What it sends.
    pub(super) sent: Distinct<(NodeId, FactId)>,
    /// The least fault of the stratum under evaluation.
    pub(super) fault: Option<(RuleId, Fault)>,
    /// For each positive atom of the rule under evaluation: how much of its extent the rule has read before, and how much
    /// there is to read.
    pub(super) marks: Vec<(u32, u32)>,
    registers: Vec<Value>,
    cursors: Vec<Cursor>,
    row: Vec<Value>,
    groups: Groups,
    until_check: usize,
}

/// A list that is made distinct whenever it has doubled, so that repetitions take no space.
#[derive(Debug, Clone)]
pub struct Distinct<T> {
    list: Vec<T>,
    compact_at: usize,
}

impl<T: Ord + Copy> Distinct<T> {
    fn new() -> Self {
        Distinct { list: Vec::new(), compact_at: 1 << 16 }
    }

    pub(super) fn extend(&mut self, items: &[T]) {
        self.list.extend_from_slice(items);
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.compact_at = 1 << 16;
    }

    fn push(&mut self, item: T) {
        self.list.push(item);
        if self.list.len() >= self.compact_at {
            self.sort();
            self.compact_at = self.compact_at.max(2 * self.list.len());
        }
    }

    fn sort(&mut self) {
        self.list.sort_unstable();
        self.list.dedup();
    }

    /// The distinct items in order.
    pub(super) fn sorted(&mut self) -> &[T] {
        self.sort();
        &self.list
    }
}

impl Machine {
    /// A machine for plans whose indexes are in `facts`, with room for this many registers and operations.
    pub(super) fn new(nodes: Vec<Value>, facts: StepFacts, budget: Budget, registers: usize, ops: usize) -> Self {
        Machine {
            table: FactTable::new(),
            facts,
            nodes,
            budget,
            node: NodeId(0),
            next: Distinct::new(),
            sent: Distinct::new(),
            fault: None,
            marks: Vec::new(),
            registers: vec![Value::Int(0); registers],
            cursors: vec![Cursor::default(); ops],
            row: Vec::new(),
            groups: Groups::default(),
            until_check: CHECK_EVERY,
        }
    }

    /// Carries a whole extent to the next step.
    pub(super) fn persist(&mut self, relation: RelationId) {
        self.next.extend(self.facts.extent(relation).ids());
    }

    /// Derives everything that a rule derives by one of its plans, within the ranges of `marks`.
    pub(super) fn run(&mut self, rule: &PlannedRule, plan: &Plan) -> Result<(), EvalError> {
        if let Place::Bound(location) = rule.place {
            self.registers[location.0 as usize] = self.nodes[self.node.0 as usize];
        }
        let aggregated = rule.head.is_aggregated();
        if aggregated {
            self.groups.begin(&rule.head);
        }
        self.enumerate(rule, plan, aggregated)?;
        if aggregated {
            self.finish_groups(rule)?;
        }
        Ok(())
    }

    fn enumerate(&mut self, rule: &PlannedRule, plan: &Plan, aggregated: bool) -> Result<(), EvalError> {
        let mut at = 0;
        let mut resumed = false;
        loop {
            let Some((op, before)) = plan.ops.get(at) else {
                match self.head_key(&rule.head) {
                    Ok(()) if aggregated => self.groups.add(&rule.head, &self.row, &self.registers),
                    Ok(()) => self.derive(rule)?,
                    Err(fault) => self.note(rule.id, fault),
                }
                match plan.resume {
                    Some(resume) => at = resume,
                    None => return Ok(()),
                }
                resumed = true;
                continue;
            };
            let holds = match op {
                Op::Loop { atom, range, probe, sets } => {
                    if !resumed {
                        self.open(at, *atom, *range, probe);
                    }
                    self.spend()?;
                    self.advance(at, probe, sets)
                }
                Op::Absent(probe) => {
                    self.spend()?;
                    self.is_absent(probe)
                }
                Op::Compare(comparator, left, right, checked) => {
                    let value = |variable| self.register(variable);
                    let compared = scalar::evaluate(left, &value).and_then(|left| {
                        scalar::evaluate(right, &value)
                            .and_then(|right| scalar::compare(*comparator, left, right, *checked))
                    });
                    compared.unwrap_or_else(|fault| {
                        self.note(rule.id, fault);
                        false
                    })
                }
                Op::Set(register, expr) => match scalar::evaluate(expr, &|variable| self.register(variable)) {
                    Ok(value) => {
                        self.registers[register.0 as usize] = value;
                        true
                    }
                    Err(fault) => {
                        self.note(rule.id, fault);
                        false
                    }
                },
            };
            if holds {
                at += 1;
                resumed = false;
            } else {
                match before {
                    Some(before) => at = *before,
                    None => return Ok(()),
                }
                resumed = true;
            }
        }
    }

    fn register(&self, variable: VariableId) -> Value {
        self.registers[variable.0 as usize]
    }

    fn open(&mut self, at: usize, atom: usize, range: Range, probe: &Probe) {
        let (read, all) = self.marks[atom];
        let range = match range {
            Range::Old => (0, read),
            Range::New => (read, all),
            Range::All => (0, all),
        };
        let registers = &self.registers;
        let key = probe.key.iter().map(|&(column, source)| (column, value_of(registers, source)));
        self.cursors[at] = self.facts.open(probe.relation, probe.index, range, key);
    }

    fn advance(&mut self, at: usize, probe: &Probe, sets: &[(usize, VariableId)]) -> bool {
        let registers = &self.registers;
        let extent = self.facts.extent(probe.relation);
        let found = extent.advance(&mut self.cursors[at], |row| matches(probe, row, registers));
        let Some(position) = found else { return false };
        let row = extent.row(position);
        for &(column, variable) in sets {
            self.registers[variable.0 as usize] = row[column];
        }
        true
    }

    fn is_absent(&mut self, probe: &Probe) -> bool {
        let registers = &self.registers;
        let all = (0, self.facts.extent(probe.relation).size());
        let key = probe.key.iter().map(|&(column, source)| (column, value_of(registers, source)));
        let mut cursor = self.facts.open(probe.relation, probe.index, all, key);
        let extent = self.facts.extent(probe.relation);
        extent.advance(&mut cursor, |row| matches(probe, row, registers)).is_none()
    }

    /// Puts the destination's value, if it has one, and the plain columns of a head into `row`.
    fn head_key(&mut self, head: &Head) -> Result<(), Fault> {
        self.row.clear();
        let registers = &self.registers;
        let value = |variable: VariableId| registers[variable.0 as usize];
        if let Destination::At(expr) = &head.destination {
            self.row.push(scalar::evaluate(expr, &value)?);
        }
        for term in &head.terms {
            if let HeadTerm::Expr(expr) = term {
                self.row.push(scalar::evaluate(expr, &value)?);
            }
        }
        Ok(())
    }

    /// Derives the head whose destination and columns are in `row`.
    fn derive(&mut self, rule: &PlannedRule) -> Result<(), EvalError> {
        let head = &rule.head;
        let located = usize::from(matches!(head.destination, Destination::At(_)));
        let addressee = match head.destination {
            // An addressee outside the network drops the fact, which then gets no number either.
            Destination::At(_) => match self.nodes.binary_search(&self.row[0]) {
                Ok(node) => NodeId(node as u32),
                Err(_) => return Ok(()),
            },
            Destination::Here | Destination::Everywhere => self.node,
        };
        let id = self.table.intern_row(head.relation, &self.row[located..]);
        match rule.kind {
            RuleKind::Deductive => {
                self.facts.insert(&self.table, id);
                self.check_size()?;
            }
            RuleKind::Inductive => self.next.push(id),
            RuleKind::Async if matches!(head.destination, Destination::Everywhere) => {
                (0..self.nodes.len()).for_each(|node| self.sent.push((NodeId(node as u32), id)));
            }
            RuleKind::Async => self.sent.push((addressee, id)),
        }
        Ok(())
    }

    fn finish_groups(&mut self, rule: &PlannedRule) -> Result<(), EvalError> {
        let head = &rule.head;
        let located = usize::from(matches!(head.destination, Destination::At(_)));
        let plain = head.terms.iter().filter(|term| matches!(term, HeadTerm::Expr(_))).count();
        let mut groups = std::mem::take(&mut self.groups);
        let result = groups.finish(head, located + plain, |key, aggregates| {
            match aggregates {
                Ok(aggregates) => {
                    let (destination, plain) = key.split_at(located);
                    let (mut plain, mut aggregates) = (plain.iter(), aggregates.iter());
                    self.row.clear();
                    self.row.extend(destination);
                    for term in &head.terms {
                        self.row.extend(match term {
                            HeadTerm::Expr(_) => plain.next(),
                            HeadTerm::Aggregate(_) => aggregates.next(),
                        });
                    }
                    self.derive(rule)?;
                }
                Err(fault) => self.note(rule.id, fault),
            }
            Ok(())
        });
        self.groups = groups;
        result
    }

    /// # Errors
    /// If D has more facts than the budget allows.
    pub(super) fn check_size(&self) -> Result<(), EvalError> {
        let limit = self.budget.max_facts;
        if self.facts.all().len() > limit { Err(EvalError::TooManyFacts { limit }) } else { Ok(()) }
    }

    fn note(&mut self, rule: RuleId, fault: Fault) {
        let fault = (rule, fault);
        self.fault = Some(self.fault.map_or(fault, |least| least.min(fault)));
    }

    fn spend(&mut self) -> Result<(), EvalError> {
        self.until_check -= 1;
        if self.until_check == 0 {
            self.until_check = CHECK_EVERY;
            self.budget.check().map_err(EvalError::Stopped)?;
        }
        Ok(())
    }
}

#[inline]
fn value_of(registers: &[Value], source: Source) -> Value {
    match source {
        Source::Constant(value) => value,
        Source::Register(variable) => registers[variable.0 as usize],
    }
}

/// Whether a row matches in the known columns but the first, and in the equal ones.
#[inline]
fn matches(probe: &Probe, row: &[Value], registers: &[Value]) -> bool {
    (probe.key.len() <= 1 || probe.key[1..].iter().all(|&(column, source)| row[column] == value_of(registers, source)))
        && (probe.same.is_empty() || probe.same.iter().all(|&(a, b)| row[a] == row[b]))
}
