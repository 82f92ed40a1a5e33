//! One rule over located facts: join of the positive atoms at one node, then conditions, negated atoms, head.

use super::expression::{Postfix, compare, fit};
use super::table::{Columns, Rows, Tables};
use crate::budget::Budget;
use crate::eval::{EvalError, Fault};
use crate::program::rule::{AggregateFunction, Comparator};
use crate::program::{
    Condition, Destination, HeadTerm, NegatedTerm, NodeId, Program, RelationId, Rule, Term, Value, VariableId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Which facts a join sees: `atom` the new ones, atoms before it the old ones, atoms after it both.
#[derive(Clone, Copy)]
pub struct Delta<'a> {
    /// The positive atom that reads new facts.
    pub atom: usize,
    /// For each relation, how many facts are old.
    pub old: &'a [u32],
    /// For each relation, how many facts are old or new; later ones wait for the next round.
    pub ends: &'a [u32],
}

enum CompiledCondition {
    Compare(Comparator, Postfix, Postfix, bool),
    Bind(usize, Postfix),
}

enum CompiledTerm {
    Bound(Postfix),
    Existential(u32),
}

enum CompiledDestination {
    Here,
    At(Postfix),
    Everywhere,
}

enum CompiledHeadTerm {
    Expr(Postfix),
    Aggregate(AggregateFunction, Vec<usize>),
}

/// A rule with its expressions compiled.
pub struct CompiledRule<'a> {
    rule: &'a Rule,
    conditions: Vec<CompiledCondition>,
    negative: Vec<(RelationId, Columns, Vec<CompiledTerm>)>,
    destination: CompiledDestination,
    head: Vec<CompiledHeadTerm>,
}

/// The order of a join and the rows each atom may use.
pub struct Plan {
    steps: Vec<Step>,
}

struct Step {
    relation: RelationId,
    /// What to do with each column, in order.
    columns: Vec<(usize, Action)>,
    /// The columns of the index, and where their values come from; not used by the first step.
    index: Columns,
    rows: std::ops::Range<u32>,
}

#[derive(Clone, Copy)]
enum Action {
    Check(Value),
    Same(usize),
    Set(usize),
}

/// What a rule derives that is in no table yet, all columns in one stretch of memory. A fact may be there more than once.
#[derive(Default)]
pub struct Derived {
    nodes: Vec<NodeId>,
    values: Vec<Value>,
}

impl Derived {
    fn push(&mut self, node: NodeId, values: &[Value]) {
        self.nodes.push(node);
        self.values.extend_from_slice(values);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The facts, which have this many columns.
    pub fn facts(&self, arity: usize) -> impl Iterator<Item = (NodeId, &[Value])> {
        self.nodes.iter().enumerate().map(move |(i, &node)| (node, &self.values[i * arity..(i + 1) * arity]))
    }
}

/// The groups of a rule that aggregates: destination and plain columns to the distinct tuples of each aggregate.
type Groups = BTreeMap<(NodeId, Vec<Value>), Vec<BTreeSet<Vec<Value>>>>;

impl<'a> CompiledRule<'a> {
    /// Compiles a rule.
    pub fn new(rule: &'a Rule) -> Self {
        let condition = |condition: &Condition| match condition {
            Condition::Compare { comparator, left, right, checked, .. } => {
                CompiledCondition::Compare(*comparator, Postfix::new(left), Postfix::new(right), *checked)
            }
            Condition::Bind { variable, value, .. } => {
                CompiledCondition::Bind(variable.0 as usize, Postfix::new(value))
            }
        };
        let term = |term: &NegatedTerm| match term {
            NegatedTerm::Expr(expr) => CompiledTerm::Bound(Postfix::new(expr)),
            NegatedTerm::Existential(variable) => CompiledTerm::Existential(*variable),
        };
        let negative = rule.negative.iter().map(|atom| {
            let bound = |(_, term): &(usize, &NegatedTerm)| matches!(term, NegatedTerm::Expr(_));
            let columns = atom.terms.iter().enumerate().filter(bound).map(|(column, _)| column).collect();
            (atom.relation, columns, atom.terms.iter().map(term).collect())
        });
        let head = rule.head.terms.iter().map(|term| match term {
            HeadTerm::Expr(expr) => CompiledHeadTerm::Expr(Postfix::new(expr)),
            HeadTerm::Aggregate(aggregate) => {
                let variables = std::iter::once(&aggregate.variable).chain(&aggregate.keys);
                CompiledHeadTerm::Aggregate(aggregate.function, variables.map(|v| v.0 as usize).collect())
            }
        });
        CompiledRule {
            rule,
            conditions: rule.conditions.iter().map(condition).collect(),
            negative: negative.collect(),
            destination: match &rule.head.destination {
                Destination::Here => CompiledDestination::Here,
                Destination::At(expr) => CompiledDestination::At(Postfix::new(expr)),
                Destination::Everywhere => CompiledDestination::Everywhere,
            },
            head: head.collect(),
        }
    }

    /// The relation that it derives.
    pub fn head(&self) -> RelationId {
        self.rule.head.relation
    }

    /// Whether a positive atom is on a relation that changes.
    pub fn reads(&self, changes: &[bool]) -> bool {
        self.rule.positive.iter().any(|atom| changes[atom.relation.0 as usize])
    }

    /// Plans a join, new facts first, and builds the indexes that it needs.
    pub fn plan(&self, changes: &[bool], tables: &mut Tables, delta: Option<Delta>) -> Plan {
        let first = delta.map_or(0, |delta| delta.atom);
        // For each variable the step that binds it, counted from 1; the location is bound before the first.
        let mut bound = vec![usize::MAX; self.rule.variables.len()];
        if let Some(Term::Variable(location)) = self.rule.location {
            bound[location.0 as usize] = 0;
        }
        let others = (0..self.rule.positive.len()).filter(|&atom| atom != first);
        let mut waiting: Vec<usize> =
            (first < self.rule.positive.len()).then_some(first).into_iter().chain(others).collect();
        let mut steps = Vec::with_capacity(self.rule.positive.len());
        while !waiting.is_empty() {
            // After the first the atom with most columns known, in source order among equals.
            let known = |&&atom: &&usize| {
                let known = |term: &&Term| match term {
                    Term::Constant(_) => true,
                    Term::Variable(variable) => bound[variable.0 as usize] != usize::MAX,
                    Term::Anonymous => false,
                };
                self.rule.positive[atom].terms.iter().filter(known).count()
            };
            let next = if steps.is_empty() {
                Some(0)
            } else {
                let most = waiting.iter().map(|atom| known(&atom)).max();
                waiting.iter().position(|atom| Some(known(&atom)) == most)
            };
            let atom_index = waiting.remove(next.unwrap_or(0));
            let atom = &self.rule.positive[atom_index];
            let step = steps.len() + 1;
            let mut columns = Vec::new();
            let mut index = Vec::new();
            for (column, term) in atom.terms.iter().enumerate() {
                match term {
                    Term::Constant(value) => {
                        index.push(column);
                        columns.push((column, Action::Check(*value)));
                    }
                    Term::Variable(VariableId(variable)) if bound[*variable as usize] <= step => {
                        if bound[*variable as usize] < step {
                            index.push(column);
                        }
                        columns.push((column, Action::Same(*variable as usize)));
                    }
                    Term::Variable(VariableId(variable)) => {
                        bound[*variable as usize] = step;
                        columns.push((column, Action::Set(*variable as usize)));
                    }
                    Term::Anonymous => {}
                }
            }
            let relation = atom.relation.0 as usize;
            let changes = changes[relation];
            let rows = match delta {
                Some(delta) if changes && atom_index == delta.atom => delta.old[relation]..delta.ends[relation],
                Some(delta) if changes && atom_index < delta.atom => 0..delta.old[relation],
                Some(delta) if changes => 0..delta.ends[relation],
                _ => 0..tables.length(atom.relation),
            };
            let index: Columns = index.into();
            if !steps.is_empty() {
                tables.index(atom.relation, &index);
            }
            steps.push(Step { relation: atom.relation, columns, index, rows });
        }
        for (relation, columns, terms) in &self.negative {
            if columns.len() < terms.len() {
                tables.index(*relation, columns);
            }
        }
        Plan { steps }
    }

    /// What the rule derives, and the least fault of the bindings that err.
    pub fn fire(
        &self,
        program: &Program,
        tables: &Tables,
        plan: &Plan,
        budget: &Budget,
    ) -> Result<(Derived, Option<Fault>), EvalError> {
        let mut firing = Firing {
            compiled: self,
            program,
            tables,
            variables: vec![Value::Int(0); self.rule.variables.len()],
            derived: Derived::default(),
            key: Vec::new(),
            row: Vec::new(),
            groups: BTreeMap::new(),
            fault: None,
        };
        let Some(first) = plan.steps.first() else {
            for node in program.node_ids() {
                if firing.locate(node) {
                    firing.finish(node);
                }
            }
            return Ok(firing.outcome());
        };
        for number in first.rows.clone() {
            check_now_and_then(number as usize, budget)?;
            let (node, values) = tables.row(first.relation, number);
            if firing.locate(node) && firing.matches(first, values) {
                firing.join(node, &plan.steps[1..], budget)?;
            }
        }
        Ok(firing.outcome())
    }
}

fn check_now_and_then(count: usize, budget: &Budget) -> Result<(), EvalError> {
    if count.is_multiple_of(1024) { budget.check().map_err(EvalError::Stopped) } else { Ok(()) }
}

struct Firing<'a> {
    compiled: &'a CompiledRule<'a>,
    program: &'a Program,
    tables: &'a Tables,
    variables: Vec<Value>,
    derived: Derived,
    /// The values by which rows are looked up.
    key: Vec<Value>,
    /// The plain columns of the head.
    row: Vec<Value>,
    groups: Groups,
    fault: Option<Fault>,
}

impl<'a> Firing<'a> {
    /// Binds the location; whether the rule fires at this node.
    fn locate(&mut self, node: NodeId) -> bool {
        match self.compiled.rule.location {
            Some(Term::Variable(variable)) => {
                self.variables[variable.0 as usize] = self.program.node_value(node);
                true
            }
            Some(Term::Constant(value)) => value == self.program.node_value(node),
            Some(Term::Anonymous) | None => true,
        }
    }

    /// Binds the new variables of an atom; whether the others agree.
    fn matches(&mut self, step: &Step, values: &[Value]) -> bool {
        step.columns.iter().all(|&(column, action)| match action {
            Action::Check(value) => values[column] == value,
            Action::Same(variable) => values[column] == self.variables[variable],
            Action::Set(variable) => {
                self.variables[variable] = values[column];
                true
            }
        })
    }

    /// The rows for an atom, given the variables bound so far.
    fn candidates(&mut self, step: &Step, node: NodeId) -> Rows<'a> {
        let mut wanted = step.index.iter().copied().peekable();
        self.key.clear();
        for &(column, action) in &step.columns {
            if wanted.peek() == Some(&column) {
                wanted.next();
                match action {
                    Action::Check(value) => self.key.push(value),
                    Action::Same(variable) => self.key.push(self.variables[variable]),
                    Action::Set(_) => {}
                }
            }
        }
        self.tables.lookup(step.relation, &step.index, node, &self.key).below(step.rows.end)
    }

    /// Joins the remaining atoms at `node`, depth first on a stack of its own.
    fn join(&mut self, node: NodeId, steps: &[Step], budget: &Budget) -> Result<(), EvalError> {
        let Some(first) = steps.first() else {
            self.finish(node);
            return Ok(());
        };
        let mut looked_at = 0;
        let mut stack = vec![self.candidates(first, node)];
        while let Some(rows) = stack.last_mut() {
            let Some(number) = rows.next() else {
                stack.pop();
                continue;
            };
            looked_at += 1;
            check_now_and_then(looked_at, budget)?;
            let step = &steps[stack.len() - 1];
            let (_, values) = self.tables.row(step.relation, number);
            if !self.matches(step, values) {
                continue;
            }
            match steps.get(stack.len()) {
                Some(next) => stack.push(self.candidates(next, node)),
                None => self.finish(node),
            }
        }
        Ok(())
    }

    fn finish(&mut self, node: NodeId) {
        if let Err(fault) = self.conclude(node) {
            self.fault = Some(self.fault.map_or(fault, |least| least.min(fault)));
        }
    }

    /// Conditions, negated atoms and head for one binding of the positive atoms.
    fn conclude(&mut self, node: NodeId) -> Result<(), Fault> {
        for condition in &self.compiled.conditions {
            match condition {
                CompiledCondition::Compare(comparator, left, right, checked) => {
                    let (left, right) = (left.value(&self.variables)?, right.value(&self.variables)?);
                    if !compare(*comparator, left, right, *checked)? {
                        return Ok(());
                    }
                }
                CompiledCondition::Bind(variable, value) => {
                    self.variables[*variable] = value.value(&self.variables)?;
                }
            }
        }
        for (relation, columns, terms) in &self.compiled.negative {
            if self.holds(node, *relation, columns, terms)? {
                return Ok(());
            }
        }
        self.row.clear();
        let mut tuples = Vec::new();
        let to = match &self.compiled.destination {
            CompiledDestination::Here => Some(node),
            CompiledDestination::At(expr) => match self.program.node_of(expr.value(&self.variables)?) {
                Some(node) => Some(node),
                // Nobody is there, but the head may err.
                None => return self.head(&mut tuples),
            },
            CompiledDestination::Everywhere => None,
        };
        self.head(&mut tuples)?;
        match to {
            Some(node) => self.derive(node, &tuples),
            None => self.program.node_ids().for_each(|node| self.derive(node, &tuples)),
        }
        Ok(())
    }

    /// The plain columns of the head, and a tuple for each aggregate.
    fn head(&mut self, tuples: &mut Vec<Vec<Value>>) -> Result<(), Fault> {
        for term in &self.compiled.head {
            match term {
                CompiledHeadTerm::Expr(expr) => self.row.push(expr.value(&self.variables)?),
                CompiledHeadTerm::Aggregate(_, variables) => {
                    tuples.push(variables.iter().map(|&variable| self.variables[variable]).collect());
                }
            }
        }
        Ok(())
    }

    fn derive(&mut self, node: NodeId, tuples: &[Vec<Value>]) {
        if tuples.is_empty() {
            if !self.tables.contains(self.compiled.head(), node, &self.row) {
                self.derived.push(node, &self.row);
            }
            return;
        }
        let none = || vec![BTreeSet::new(); tuples.len()];
        let group = self.groups.entry((node, self.row.clone())).or_insert_with(none);
        for (set, tuple) in group.iter_mut().zip(tuples) {
            set.insert(tuple.clone());
        }
    }

    /// Whether some fact at `node` matches a negated atom.
    fn holds(
        &self,
        node: NodeId,
        relation: RelationId,
        columns: &Columns,
        terms: &[CompiledTerm],
    ) -> Result<bool, Fault> {
        let mut bound = Vec::with_capacity(columns.len());
        for term in terms {
            if let CompiledTerm::Bound(expr) = term {
                bound.push(expr.value(&self.variables)?);
            }
        }
        if bound.len() == terms.len() {
            return Ok(self.tables.contains(relation, node, &bound));
        }
        let mut rows = self.tables.lookup(relation, columns, node, &bound);
        Ok(rows.any(|number| {
            let (_, values) = self.tables.row(relation, number);
            let mut met: BTreeMap<u32, Value> = BTreeMap::new();
            terms.iter().zip(values).all(|(term, value)| match term {
                CompiledTerm::Bound(_) => true,
                CompiledTerm::Existential(variable) => *met.entry(*variable).or_insert(*value) == *value,
            })
        }))
    }

    fn outcome(mut self) -> (Derived, Option<Fault>) {
        for ((node, plain), sets) in std::mem::take(&mut self.groups) {
            match self.aggregate(&plain, &sets) {
                Ok(values) => self.derived.push(node, &values),
                Err(fault) => self.fault = Some(self.fault.map_or(fault, |least| least.min(fault))),
            }
        }
        (self.derived, self.fault)
    }

    /// The row of one group.
    fn aggregate(&self, plain: &[Value], sets: &[BTreeSet<Vec<Value>>]) -> Result<Box<[Value]>, Fault> {
        let mut plain = plain.iter().copied();
        let mut sets = sets.iter();
        let column = |term: &CompiledHeadTerm| match term {
            CompiledHeadTerm::Expr(_) => Ok(plain.next().expect("internal error: a group has its plain columns")),
            CompiledHeadTerm::Aggregate(function, _) => {
                total(*function, sets.next().expect("internal error: a group has a set for each aggregate"))
            }
        };
        self.compiled.head.iter().map(column).collect()
    }
}

/// The value of an aggregate over a group that is not empty.
fn total(function: AggregateFunction, tuples: &BTreeSet<Vec<Value>>) -> Result<Value, Fault> {
    let values = tuples.iter().map(|tuple| tuple[0]);
    match function {
        AggregateFunction::Count => Ok(Value::Int(fit(tuples.len() as i128)?)),
        AggregateFunction::Sum => {
            let mut sum = 0;
            for value in values {
                match value {
                    Value::Int(i) => sum += i128::from(i),
                    Value::Symbol(_) => return Err(Fault::ArithmeticOnSymbol),
                }
            }
            Ok(Value::Int(fit(sum)?))
        }
        AggregateFunction::Min => Ok(values.min().expect("internal error: an empty group")),
        AggregateFunction::Max => Ok(values.max().expect("internal error: an empty group")),
    }
}
