//! All facts that some step of some run may hold, over terms: an evaluation that leaves a question open, or settles its case.
//!
//! Rules of all kinds are applied until nothing is new, to all possible facts at once. A negated atom is taken to hold, unless a fact
//! matches it that is there at every step. What is found is more than what runs derive; every run's facts are among it.

mod aggregates;

use super::condition::Question;
use super::oracle::{Halt, Oracle};
use super::term::{Term as Symbolic, TermId};
use crate::budget::Bound;
use crate::program::rule::{BinaryOperator, Comparator};
use crate::program::{
    Atom, Condition, Destination, Expr, HeadTerm, Kind, NegatedAtom, NegatedTerm, NodeId, Program, RelationId, Rule,
    RuleKind, Term, Value, VariableId, When,
};
use rustc_hash::FxHashSet;

/// Most possible facts: beyond, values made by arithmetic probably have no end.
const MOST_FACTS: usize = 2_000;
/// Most terms that rules make by arithmetic on unknowns, likewise.
const MOST_MADE: usize = 40;

/// The columns of a fact.
pub type Row = Box<[TermId]>;

/// A fact of an output relation that some step of a node may hold.
pub type Output = (NodeId, RelationId, Row);

/// The values of a rule's variables.
type Binding = Vec<Option<TermId>>;

/// The possible facts of one relation at one place.
#[derive(Debug, Clone, Default)]
struct Rows {
    list: Vec<Row>,
    known: FxHashSet<Row>,
    /// Those with a term that is no known value.
    open: Vec<usize>,
}

/// Finds the possible facts of an instance.
pub struct Possible<'p, 'o, 'l> {
    program: &'p Program,
    oracle: &'o mut Oracle<'l>,
    /// By place and relation. Places are the nodes, and one more for what holds of global snapshots, where the first column is the location.
    rows: Vec<Vec<Rows>>,
    /// Relations on which an output, a `never` relation or an error depends.
    relevant: &'p [bool],
    /// Relations whose facts are the same at every step of every run.
    fixed: Vec<bool>,
    count: usize,
    /// Terms made by arithmetic on unknowns.
    made: FxHashSet<TermId>,
    /// Whether the facts are those of one local step: then a negated atom is decided, and a group is whole.
    exact: bool,
    /// Where what is derived goes, if it is not to be added to the facts.
    outbox: Option<Vec<(NodeId, RelationId, Row)>>,
}

/// What a local step leads to.
pub struct Derived {
    /// The facts that hold in it.
    pub holds: Vec<(RelationId, Row)>,
    /// What is carried over.
    pub next: Vec<(NodeId, RelationId, Row)>,
    /// What is sent, with the addressees.
    pub sent: Vec<(NodeId, RelationId, Row)>,
}

/// Settles the oracle's case. The facts of output relations that were found.
///
/// # Errors
/// The first question that is left open, or the bound that was hit.
pub fn settle(program: &Program, oracle: &mut Oracle<'_>) -> Result<Vec<Output>, Halt> {
    let relevant = relevant(program);
    let mut possible = Possible::new(program, oracle, &relevant, false);
    possible.given()?;
    loop {
        let before = possible.count;
        for rule in &program.rules {
            if possible.relevant[rule.head.relation.0 as usize] {
                for node in program.node_ids() {
                    possible.apply(rule, Some(node))?;
                }
            }
        }
        for rule in &program.observers {
            if possible.relevant[rule.head.relation.0 as usize] {
                possible.apply(rule, None)?;
            }
        }
        if possible.count == before {
            return Ok(possible.outputs());
        }
    }
}

/// The relations that can make a difference: backwards from the outputs, the `never` relations and the rules that can err.
pub fn relevant(program: &Program) -> Vec<bool> {
    let mut relevant = vec![false; program.relations.len()];
    let rules = || program.rules.iter().chain(&program.observers);
    let erring = rules().filter(|rule| rule.can_err).map(|rule| rule.head.relation);
    for relation in program.outputs.iter().copied().chain(program.nevers.iter().map(|(never, _)| *never)).chain(erring)
    {
        relevant[relation.0 as usize] = true;
    }
    loop {
        let before = relevant.clone();
        for rule in rules().filter(|rule| before[rule.head.relation.0 as usize]) {
            let read =
                rule.positive.iter().map(|atom| atom.relation).chain(rule.negative.iter().map(|atom| atom.relation));
            read.for_each(|relation| relevant[relation.0 as usize] = true);
        }
        if relevant == before {
            return relevant;
        }
    }
}

fn fixed(program: &Program) -> Vec<bool> {
    let mut fixed: Vec<bool> = program.relations.iter().map(|relation| relation.kind == Kind::Static).collect();
    for rule in program.rules.iter().chain(&program.observers) {
        fixed[rule.head.relation.0 as usize] = false;
    }
    for given in program.facts.iter().filter(|given| given.when != When::Always) {
        fixed[given.fact.relation.0 as usize] = false;
    }
    fixed
}

impl<'p, 'o, 'l> Possible<'p, 'o, 'l> {
    fn new(program: &'p Program, oracle: &'o mut Oracle<'l>, relevant: &'p [bool], exact: bool) -> Self {
        Possible {
            program,
            oracle,
            rows: vec![vec![Rows::default(); program.relations.len()]; program.nodes.len() + 1],
            relevant,
            fixed: fixed(program),
            count: 0,
            made: FxHashSet::default(),
            exact,
            outbox: None,
        }
    }

    /// One local step of a node with this input: delivered, carried and given facts.
    ///
    /// # Errors
    /// As [`settle`].
    pub fn local_step(
        program: &'p Program,
        oracle: &'o mut Oracle<'l>,
        relevant: &'p [bool],
        node: NodeId,
        input: Vec<(RelationId, Row)>,
    ) -> Result<Derived, Halt> {
        let mut step = Possible::new(program, oracle, relevant, true);
        step.builtin()?;
        for (relation, row) in input {
            step.insert(Some(node), relation, row)?;
        }
        let rules = || program.rules.iter().filter(|rule| relevant[rule.head.relation.0 as usize]);
        for stratum in 0..=program.strata.iter().copied().max().unwrap_or(0) {
            loop {
                let before = step.count;
                for rule in rules().filter(|rule| rule.kind == RuleKind::Deductive) {
                    if program.strata[rule.head.relation.0 as usize] == stratum {
                        step.apply(rule, Some(node))?;
                    }
                }
                if step.count == before {
                    break;
                }
            }
        }
        let mut derived = [RuleKind::Inductive, RuleKind::Async].map(|kind| (kind, Vec::new()));
        for (kind, rows) in &mut derived {
            step.outbox = Some(Vec::new());
            for rule in rules().filter(|rule| rule.kind == *kind) {
                step.apply(rule, Some(node))?;
            }
            *rows = step.outbox.take().unwrap_or_default();
        }
        let mut holds = Vec::new();
        for (relation, rows) in (0..).map(RelationId).zip(&step.rows[node.0 as usize]) {
            holds.extend(rows.list.iter().map(|row| (relation, row.clone())));
        }
        let [(_, next), (_, sent)] = derived;
        Ok(Derived { holds, next, sent })
    }
}

impl Possible<'_, '_, '_> {
    fn given(&mut self) -> Result<(), Halt> {
        let program = self.program;
        for given in &program.facts {
            if self.relevant[given.fact.relation.0 as usize] {
                let row = given.fact.values.iter().map(|&value| self.oracle.term(value)).collect();
                self.insert(Some(given.node), given.fact.relation, row)?;
            }
        }
        self.builtin()
    }

    /// `node/1`.
    fn builtin(&mut self) -> Result<(), Halt> {
        let program = self.program;
        for (relation, _) in (0..).map(RelationId).zip(&program.relations).filter(|(_, relation)| relation.builtin) {
            for node in program.node_ids() {
                for &other in &program.nodes {
                    let row = Box::new([self.oracle.term(other)]);
                    self.insert(Some(node), relation, row)?;
                }
            }
        }
        Ok(())
    }

    fn outputs(&self) -> Vec<Output> {
        let mut outputs = Vec::new();
        for node in self.program.node_ids() {
            for &relation in &self.program.outputs {
                let rows = &self.rows[node.0 as usize][relation.0 as usize].list;
                outputs.extend(rows.iter().map(|row| (node, relation, row.clone())));
            }
        }
        outputs
    }

    fn at(&self, node: Option<NodeId>) -> usize {
        node.map_or(self.program.nodes.len(), |node| node.0 as usize)
    }

    /// Adds a row, if none is equal to it. Whether any is, is asked.
    fn insert(&mut self, node: Option<NodeId>, relation: RelationId, row: Row) -> Result<(), Halt> {
        if let (Some(outbox), Some(node)) = (&mut self.outbox, node) {
            outbox.push((node, relation, row));
            return Ok(());
        }
        let (place, column) = (self.at(node), relation.0 as usize);
        if self.rows[place][column].known.contains(&row) {
            return Ok(());
        }
        let is_open = row.iter().any(|&term| self.oracle.terms.known(term).is_none());
        let others = &self.rows[place][column];
        let compared: Vec<usize> = if is_open { (0..others.list.len()).collect() } else { others.open.clone() };
        for other in compared {
            let other = &self.rows[place][column].list[other];
            let pairs: Vec<(TermId, TermId)> = row.iter().copied().zip(other.iter().copied()).collect();
            if self.oracle.all_equal(&pairs)? {
                return Ok(());
            }
        }
        let rows = &mut self.rows[place][column];
        if is_open {
            rows.open.push(rows.list.len());
        }
        rows.known.insert(row.clone());
        rows.list.push(row.clone());
        self.count += 1;
        if self.count > MOST_FACTS.min(self.oracle.budget().max_facts) {
            return Err(Halt::Stopped(Bound::Facts));
        }
        if let (Some(node), false) = (node, self.program.observers.is_empty()) {
            let location = self.oracle.term(self.program.node_value(node));
            return self.insert(None, relation, std::iter::once(location).chain(row).collect());
        }
        Ok(())
    }

    /// Derives what a rule may derive at a node, or of snapshots.
    fn apply(&mut self, rule: &Rule, node: Option<NodeId>) -> Result<(), Halt> {
        let bindings = self.bindings(rule, node)?;
        if rule.head.is_aggregated() {
            return self.aggregate(rule, node, &bindings);
        }
        for binding in bindings {
            let Some(row) = self.plain(rule, &binding)? else { continue };
            let Some(places) = self.destinations(rule, node, &binding)? else { continue };
            for place in places {
                self.insert(place, rule.head.relation, row.clone().into())?;
            }
        }
        Ok(())
    }

    /// The head's plain columns; nothing if one of them has no value.
    fn plain(&mut self, rule: &Rule, binding: &Binding) -> Result<Option<Vec<TermId>>, Halt> {
        let mut row = Vec::new();
        for term in &rule.head.terms {
            if let HeadTerm::Expr(expr) = term {
                let Some(value) = self.value(expr, binding)? else { return Ok(None) };
                row.push(value);
            }
        }
        Ok(Some(row))
    }

    /// Where a head may hold; nothing if its destination has no value.
    fn destinations(
        &mut self,
        rule: &Rule,
        node: Option<NodeId>,
        binding: &Binding,
    ) -> Result<Option<Vec<Option<NodeId>>>, Halt> {
        let expr = match &rule.head.destination {
            Destination::Here => return Ok(Some(vec![node])),
            Destination::Everywhere => return Ok(Some(self.program.node_ids().map(Some).collect())),
            Destination::At(expr) => expr,
        };
        debug_assert!(rule.kind == RuleKind::Async);
        let Some(value) = self.value(expr, binding)? else { return Ok(None) };
        for node in self.program.node_ids() {
            let name = self.oracle.term(self.program.node_value(node));
            if self.oracle.equal(value, name)? {
                return Ok(Some(vec![Some(node)]));
            }
        }
        Ok(Some(Vec::new()))
    }

    /// The bindings that may satisfy a rule's body.
    fn bindings(&mut self, rule: &Rule, node: Option<NodeId>) -> Result<Vec<Binding>, Halt> {
        let mut start: Binding = vec![None; rule.variables.len()];
        if let (Some(location), Some(node)) = (rule.location, node) {
            let name = self.oracle.term(self.program.node_value(node));
            match location {
                Term::Constant(value) if self.oracle.term(value) != name => return Ok(Vec::new()),
                Term::Variable(variable) => start[index(variable)] = Some(name),
                Term::Constant(_) | Term::Anonymous => {}
            }
        }
        let mut bindings = vec![start];
        for atom in &rule.positive {
            let rows = self.rows[self.at(node)][atom.relation.0 as usize].list.clone();
            let mut extended = Vec::new();
            for binding in &bindings {
                self.oracle.spend()?;
                for row in &rows {
                    extended.extend(self.matched(atom, row, binding)?);
                }
            }
            bindings = extended;
        }
        let mut satisfying = Vec::new();
        for mut binding in bindings {
            self.oracle.spend()?;
            if self.may_hold(rule, node, &mut binding)? {
                satisfying.push(binding);
            }
        }
        Ok(satisfying)
    }

    fn matched(&mut self, atom: &Atom, row: &[TermId], binding: &Binding) -> Result<Option<Binding>, Halt> {
        if atom.time.is_some() {
            return Ok(None);
        }
        let mut extended = binding.clone();
        let mut pairs = Vec::new();
        for (term, &value) in atom.terms.iter().zip(row) {
            match *term {
                Term::Anonymous => {}
                Term::Constant(constant) => pairs.push((self.oracle.term(constant), value)),
                Term::Variable(variable) => match extended[index(variable)] {
                    Some(bound) => pairs.push((bound, value)),
                    None => extended[index(variable)] = Some(value),
                },
            }
        }
        Ok(self.oracle.all_equal(&pairs)?.then_some(extended))
    }

    /// Whether the conditions hold, and no fact that is always there matches a negated atom.
    fn may_hold(&mut self, rule: &Rule, node: Option<NodeId>, binding: &mut Binding) -> Result<bool, Halt> {
        for condition in &rule.conditions {
            match condition {
                Condition::Compare { comparator, left, right, checked, .. } => {
                    let Some(left) = self.value(left, binding)? else { return Ok(false) };
                    let Some(right) = self.value(right, binding)? else { return Ok(false) };
                    if !self.compare(*comparator, left, right, *checked)? {
                        return Ok(false);
                    }
                }
                Condition::Bind { variable, value, .. } => {
                    let Some(value) = self.value(value, binding)? else { return Ok(false) };
                    binding[index(*variable)] = Some(value);
                }
            }
        }
        for atom in &rule.negative {
            let Some(found) = self.some_row_matches(atom, node, binding)? else { return Ok(false) };
            // A snapshot has nothing of a node before its first step, not even what always holds there.
            let always = node.is_some() && self.fixed[atom.relation.0 as usize];
            if found && (self.exact || always) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether some row matches a negated atom; nothing if a column of it has no value.
    fn some_row_matches(
        &mut self,
        atom: &NegatedAtom,
        node: Option<NodeId>,
        binding: &Binding,
    ) -> Result<Option<bool>, Halt> {
        let mut wanted = Vec::new();
        for term in &atom.terms {
            wanted.push(match term {
                NegatedTerm::Expr(expr) => match self.value(expr, binding)? {
                    Some(value) => Ok(value),
                    None => return Ok(None),
                },
                NegatedTerm::Existential(number) => Err(*number),
            });
        }
        if atom.time.is_some() {
            return Ok(Some(false));
        }
        let rows = self.rows[self.at(node)][atom.relation.0 as usize].list.clone();
        let mut some = false;
        for row in &rows {
            let mut pairs = Vec::new();
            let mut chosen: Vec<(u32, TermId)> = Vec::new();
            for (wanted, &value) in wanted.iter().zip(row) {
                match wanted {
                    Ok(wanted) => pairs.push((*wanted, value)),
                    Err(number) => match chosen.iter().find(|(other, _)| other == number) {
                        Some((_, first)) => pairs.push((*first, value)),
                        None => chosen.push((*number, value)),
                    },
                }
            }
            some |= self.oracle.all_equal(&pairs)?;
        }
        Ok(Some(some))
    }

    /// The value of an expression; nothing if it has none: the rule then errs, which the instance of the case will tell.
    fn value(&mut self, expr: &Expr, binding: &Binding) -> Result<Option<TermId>, Halt> {
        let term = match expr {
            Expr::Constant(value) => return Ok(Some(self.oracle.term(*value))),
            Expr::Variable(variable) => {
                let value = binding[index(*variable)];
                return Ok(Some(value.expect("internal error: a checked rule reads a variable that nothing binds")));
            }
            Expr::Negate(inner) => {
                let Some(inner) = self.value(inner, binding)? else { return Ok(None) };
                if !self.oracle.ask(Question::Integer(inner))? {
                    return Ok(None);
                }
                match self.oracle.terms.known(inner) {
                    Some(Value::Int(integer)) => return Ok(self.integer(integer.checked_neg())),
                    _ => Symbolic::Negate(inner),
                }
            }
            Expr::Binary(operator, left, right) => {
                let Some(left) = self.value(left, binding)? else { return Ok(None) };
                let Some(right) = self.value(right, binding)? else { return Ok(None) };
                if !self.oracle.ask(Question::Integer(left))? || !self.oracle.ask(Question::Integer(right))? {
                    return Ok(None);
                }
                if matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder) {
                    let zero = self.oracle.term(Value::Int(0));
                    if self.oracle.equal(right, zero)? {
                        return Ok(None);
                    }
                }
                let known = |id| match self.oracle.terms.known(id) {
                    Some(Value::Int(integer)) => Some(integer),
                    _ => None,
                };
                match (known(left), known(right)) {
                    (Some(left), Some(right)) => return Ok(self.integer(operate(*operator, left, right))),
                    _ => Symbolic::Binary(*operator, left, right),
                }
            }
        };
        let term = self.oracle.terms.id(term);
        if self.made.insert(term) && self.made.len() > MOST_MADE {
            return Err(Halt::Stopped(Bound::Facts));
        }
        Ok(self.oracle.ask(Question::Fits(term))?.then_some(term))
    }

    fn integer(&mut self, value: Option<i64>) -> Option<TermId> {
        value.map(|value| self.oracle.term(Value::Int(value)))
    }

    fn compare(&mut self, comparator: Comparator, left: TermId, right: TermId, checked: bool) -> Result<bool, Halt> {
        match comparator {
            Comparator::Eq => return self.oracle.equal(left, right),
            Comparator::Ne => return Ok(!self.oracle.equal(left, right)?),
            Comparator::Lt | Comparator::Le | Comparator::Gt | Comparator::Ge => {}
        }
        if checked && self.oracle.ask(Question::Integer(left))? != self.oracle.ask(Question::Integer(right))? {
            return Ok(false);
        }
        match comparator {
            Comparator::Lt => self.oracle.less(left, right),
            Comparator::Le => Ok(!self.oracle.less(right, left)?),
            Comparator::Gt => self.oracle.less(right, left),
            _ => Ok(!self.oracle.less(left, right)?),
        }
    }
}

fn operate(operator: BinaryOperator, left: i64, right: i64) -> Option<i64> {
    match operator {
        BinaryOperator::Add => left.checked_add(right),
        BinaryOperator::Subtract => left.checked_sub(right),
        BinaryOperator::Multiply => left.checked_mul(right),
        BinaryOperator::Divide => left.checked_div(right),
        BinaryOperator::Remainder => Some(left.wrapping_rem(right)),
    }
}

fn index(variable: VariableId) -> usize {
    variable.0 as usize
}
