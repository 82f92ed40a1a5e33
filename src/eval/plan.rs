//! Rules compiled to join plans: a straight line of loops over atoms, tests and assignments, run with backtracking.
//!
//! What makes a plan equal to the definition, faults included: the positive atoms may be joined in any order, for the
//! set of their bindings is the same; a condition or negated atom is moved up between the loops only while no item
//! before it can err, itself included, since from the first item that can err on, which bindings arrive there is visible
//! as faults. Everything else follows in the rule's own order after the last loop.

pub mod order;

use super::scalar;
use super::store::step::StepFacts;
use crate::program::rule::Comparator;
use crate::program::{
    Atom, Condition, Destination, Expr, Head, HeadTerm, NegatedAtom, NegatedTerm, NodeId, Program, RelationId, Rule,
    RuleId, RuleKind, Term, Value, VariableId,
};

/// Rules with more recursive atoms than this are evaluated in full again instead of by delta.
const MAX_DELTAS: usize = 16;

/// Rules with at most this many atoms have a plan for each atom to start with; the smallest extent decides.
const MAX_STARTS: usize = 6;

/// A rule with its plans.
#[derive(Debug, Clone)]
pub struct PlannedRule {
    /// Its number.
    pub id: RuleId,
    /// When its head holds.
    pub kind: RuleKind,
    /// Where it fires.
    pub place: Place,
    /// What it derives.
    pub head: Head,
    /// The relations of its positive atoms.
    pub atoms: Vec<RelationId>,
    /// The atoms whose relations grow while the rule is evaluated.
    pub recursive: Vec<usize>,
    /// Plans for the whole of D: one for each atom to start with, or a single one.
    pub full: Vec<Plan>,
    /// Plans that read new facts only, one for each recursive atom; none if there are too many of those.
    pub deltas: Vec<Plan>,
    /// Size of its binding.
    pub registers: usize,
    /// Exact persistence `r(X̄)@next :- r(X̄)`: derives the extent itself.
    pub copies: bool,
}

/// The nodes at which a rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Every node.
    Any,
    /// Every node, bound to this register.
    Bound(VariableId),
    /// This node; none if the constant is no node.
    Only(Option<NodeId>),
}

/// A straight line of operations; the binding that reaches its end satisfies the body.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The operations, each with the loop before it that is resumed when it fails (or is exhausted).
    pub ops: Vec<(Op, Option<usize>)>,
    /// The loop to resume after a row is derived. Loops after it bind nothing that the head needs, and skipping the
    /// rest of them hides no fault.
    pub resume: Option<usize>,
}

/// One operation of a plan.
#[derive(Debug, Clone)]
pub enum Op {
    /// For each fact that matches.
    Loop {
        /// Which of the rule's positive atoms.
        atom: usize,
        /// Which of its facts.
        range: Range,
        /// How to find them.
        probe: Probe,
        /// The registers that a fact sets, and from which columns.
        sets: Box<[(usize, VariableId)]>,
    },
    /// No fact matches.
    Absent(Probe),
    /// A comparison.
    Compare(Comparator, Expr, Expr, bool),
    /// Sets a register.
    Set(VariableId, Expr),
}

/// Semi-naive ranges of an extent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// What the rule has read before.
    Old,
    /// What it has not read yet.
    New,
    /// Both.
    All,
}

/// What a fact of a relation must be to match.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The relation.
    pub relation: RelationId,
    /// Columns with known values.
    pub key: Box<[(usize, Source)]>,
    /// Pairs of columns that must be equal.
    pub same: Box<[(usize, usize)]>,
    /// The index on the key columns, if there are any.
    pub index: Option<usize>,
}

/// Where a known value is.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// In the rule.
    Constant(Value),
    /// In the binding.
    Register(VariableId),
}

impl Op {
    /// Of a loop, how many columns are known before it starts.
    pub fn known_columns(&self) -> Option<usize> {
        match self {
            Op::Loop { probe, .. } => Some(probe.key.len()),
            Op::Absent(_) | Op::Compare(..) | Op::Set(..) => None,
        }
    }
}

impl PlannedRule {
    /// Plans a rule; `recursive` tells the relations that may grow while it is evaluated. Indexes that the plans need are
    /// added to `facts`. `None` if the rule can never fire.
    pub fn new(
        program: &Program,
        id: RuleId,
        rule: &Rule,
        recursive: impl Fn(RelationId) -> bool,
        facts: &mut StepFacts,
    ) -> Option<PlannedRule> {
        if !rule.positive.iter().all(|atom| can_match(program, atom.relation, atom.terms.len(), atom.time)) {
            return None;
        }
        let place = match rule.location {
            Some(Term::Variable(variable)) => Place::Bound(variable),
            Some(Term::Constant(value)) => Place::Only(program.node_of(value)),
            Some(Term::Anonymous) | None => Place::Any,
        };
        let items = items(program, rule);
        let recursive: Vec<usize> =
            (0..rule.positive.len()).filter(|&atom| recursive(rule.positive[atom].relation)).collect();
        let mut planner = order::Planner::new(rule, place, &items, facts);
        let starts = if (1..=MAX_STARTS).contains(&rule.positive.len()) { rule.positive.len() } else { 1 };
        let all = |_| Range::All;
        let full =
            (0..starts).map(|start| planner.plan((rule.positive.len() <= MAX_STARTS).then_some(start), all)).collect();
        let deltas = if recursive.len() > MAX_DELTAS { &[] } else { &recursive[..] };
        let deltas = deltas
            .iter()
            .map(|&new| {
                let range = |atom: usize| match atom.cmp(&new) {
                    std::cmp::Ordering::Less if recursive.contains(&atom) => Range::Old,
                    std::cmp::Ordering::Equal => Range::New,
                    _ => Range::All,
                };
                planner.plan(Some(new), range)
            })
            .collect();
        Some(PlannedRule {
            id,
            kind: rule.kind,
            place,
            head: rule.head.clone(),
            atoms: rule.positive.iter().map(|atom| atom.relation).collect(),
            recursive,
            full,
            deltas,
            registers: rule.variables.len() + items.temporaries,
            copies: is_exact_persistence(rule),
        })
    }
}

/// Whether an atom can match a fact at all: a round (`r(X)@k`) has no facts in a local step.
fn can_match(program: &Program, relation: RelationId, columns: usize, time: Option<u64>) -> bool {
    time.is_none() && program.relation(relation).arity == columns
}

fn is_exact_persistence(rule: &Rule) -> bool {
    let [atom] = &rule.positive[..] else { return false };
    let mut seen = Vec::new();
    let distinct = atom.terms.iter().all(|term| match term {
        Term::Variable(variable) if !seen.contains(variable) => {
            seen.push(*variable);
            true
        }
        _ => false,
    });
    distinct
        && rule.kind == RuleKind::Inductive
        && rule.head.relation == atom.relation
        && rule.conditions.is_empty()
        && rule.negative.is_empty()
        && !matches!(rule.location, Some(Term::Variable(variable)) if seen.contains(&variable))
        && rule.head.terms.len() == seen.len()
        && rule.head.terms.iter().zip(&seen).all(|(term, variable)| match term {
            HeadTerm::Expr(Expr::Variable(v)) => v == variable,
            _ => false,
        })
}

/// The conditions and negated atoms of a rule as operations, in its own order.
#[derive(Debug, Default)]
pub struct Items {
    /// The operations, each with the registers that it reads.
    pub ops: Vec<(Op, Vec<VariableId>)>,
    /// How many of the first may be moved up between the loops.
    pub movable: usize,
    /// Registers beyond the rule's variables, for expressions in negated atoms.
    pub temporaries: usize,
}

fn items(program: &Program, rule: &Rule) -> Items {
    let mut items = Items::default();
    let mut first_that_errs = None;
    let mut push = |items: &mut Items, op: Op, errs: bool| {
        if errs && first_that_errs.is_none() {
            first_that_errs = Some(items.ops.len());
        }
        let reads = reads(&op);
        items.ops.push((op, reads));
    };
    for condition in &rule.conditions {
        match condition {
            Condition::Compare { comparator, left, right, checked, .. } => {
                let orders = !matches!(comparator, Comparator::Eq | Comparator::Ne);
                let errs = scalar::can_err(left) || scalar::can_err(right) || (*checked && orders);
                push(&mut items, Op::Compare(*comparator, left.clone(), right.clone(), *checked), errs);
            }
            Condition::Bind { variable, value, .. } => {
                push(&mut items, Op::Set(*variable, value.clone()), scalar::can_err(value));
            }
        }
    }
    for atom in &rule.negative {
        let (sets, probe) = negated(rule.variables.len() + items.temporaries, atom);
        items.temporaries += sets.len();
        for (register, expr) in sets {
            push(&mut items, Op::Set(register, expr), true);
        }
        if can_match(program, atom.relation, atom.terms.len(), atom.time) {
            push(&mut items, Op::Absent(probe), false);
        }
    }
    items.movable = first_that_errs.unwrap_or(items.ops.len());
    items
}

/// A negated atom as a probe, after the assignments of its expressions to registers from `first` on.
fn negated(first: usize, atom: &NegatedAtom) -> (Vec<(VariableId, Expr)>, Probe) {
    let mut sets = Vec::new();
    let mut key = Vec::new();
    let mut same = Vec::new();
    let mut existential: Vec<(u32, usize)> = Vec::new();
    for (column, term) in atom.terms.iter().enumerate() {
        match term {
            NegatedTerm::Expr(Expr::Constant(value)) => key.push((column, Source::Constant(*value))),
            NegatedTerm::Expr(Expr::Variable(variable)) => key.push((column, Source::Register(*variable))),
            NegatedTerm::Expr(expr) => {
                let register = VariableId((first + sets.len()) as u32);
                sets.push((register, expr.clone()));
                key.push((column, Source::Register(register)));
            }
            NegatedTerm::Existential(number) => match existential.iter().find(|(n, _)| n == number) {
                Some(&(_, earlier)) => same.push((earlier, column)),
                None => existential.push((*number, column)),
            },
        }
    }
    (sets, Probe { relation: atom.relation, key: key.into(), same: same.into(), index: None })
}

fn reads(op: &Op) -> Vec<VariableId> {
    let mut variables = Vec::new();
    match op {
        Op::Compare(_, left, right, _) => {
            variables_of(left, &mut variables);
            variables_of(right, &mut variables);
        }
        Op::Set(_, expr) => variables_of(expr, &mut variables),
        Op::Loop { probe, .. } | Op::Absent(probe) => {
            variables.extend(probe.key.iter().filter_map(|(_, source)| match source {
                Source::Register(variable) => Some(*variable),
                Source::Constant(_) => None,
            }));
        }
    }
    variables
}

/// The registers that a head reads.
pub fn head_reads(head: &Head) -> Vec<VariableId> {
    let mut variables = Vec::new();
    if let Destination::At(expr) = &head.destination {
        variables_of(expr, &mut variables);
    }
    for term in &head.terms {
        match term {
            HeadTerm::Expr(expr) => variables_of(expr, &mut variables),
            HeadTerm::Aggregate(aggregate) => {
                variables.push(aggregate.variable);
                variables.extend(&aggregate.keys);
            }
        }
    }
    variables
}

/// Whether evaluating a head's destination and plain columns can err. A sum errs after all bindings are known.
pub fn head_can_err(head: &Head) -> bool {
    let destination = matches!(&head.destination, Destination::At(expr) if scalar::can_err(expr));
    destination || head.terms.iter().any(|term| matches!(term, HeadTerm::Expr(expr) if scalar::can_err(expr)))
}

fn variables_of(expr: &Expr, variables: &mut Vec<VariableId>) {
    match expr {
        Expr::Constant(_) => {}
        Expr::Variable(variable) => variables.push(*variable),
        Expr::Negate(operand) => variables_of(operand, variables),
        Expr::Binary(_, left, right) => {
            variables_of(left, variables);
            variables_of(right, variables);
        }
    }
}

/// The known columns of an atom when `bound` registers have values, the equal ones, and those that set registers.
pub fn positive(atom: &Atom, bound: &[bool]) -> (Probe, Vec<(usize, VariableId)>) {
    let mut key = Vec::new();
    let mut same = Vec::new();
    let mut sets: Vec<(usize, VariableId)> = Vec::new();
    for (column, term) in atom.terms.iter().enumerate() {
        match *term {
            Term::Constant(value) => key.push((column, Source::Constant(value))),
            Term::Anonymous => {}
            Term::Variable(variable) if bound[variable.0 as usize] => key.push((column, Source::Register(variable))),
            Term::Variable(variable) => match sets.iter().find(|(_, v)| *v == variable) {
                Some(&(earlier, _)) => same.push((earlier, column)),
                None => sets.push((column, variable)),
            },
        }
    }
    (Probe { relation: atom.relation, key: key.into(), same: same.into(), index: None }, sets)
}
