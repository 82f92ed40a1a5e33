//! One local step by definition: every rule against all bindings, stratum after stratum, until nothing changes.
//!
//! This is what the other evaluators must equal, so it is written to be read, not to be fast: no index, no plan, no
//! delta. A body is taken in the order of semantics §1: positive atoms, conditions, negated atoms, the head's
//! expressions; a binding that errs is passed over and its fault noted.

use super::{EvalError, Fault, LocalStep, Outcome, scalar};
use crate::budget::Budget;
use crate::program::{
    Atom, Condition, Destination, Fact, HeadTerm, LocatedFact, NegatedAtom, NegatedTerm, NodeId, Program, RelationId,
    Rule, RuleId, RuleKind, Term, Value, VariableId,
};
use std::collections::{BTreeMap, BTreeSet};

/// How much work passes between two looks at the budget: bindings made or facts tried.
const CHECK_EVERY: usize = 100_000;

/// The evaluator that is the definition.
#[derive(Debug, Clone)]
pub struct Naive<'p> {
    program: &'p Program,
    budget: Budget,
    work: usize,
}

/// The values of a rule's variables, as far as they are bound.
pub(crate) type Binding = Vec<Option<Value>>;

/// Where a derived row goes, before addressees outside the network are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addressee {
    /// At the node of the body.
    Here,
    /// At the node of this name.
    At(Value),
    /// At every node.
    Everywhere,
}

/// What a rule derives: rows of its head's relation.
type Rows = BTreeSet<(Addressee, Vec<Value>)>;

/// What the bindings of a group have in common: the destination and the head's plain columns.
pub(crate) type Key = (Addressee, Vec<Value>);

/// For each aggregate of a head, the distinct tuples that it ranges over; nothing for a plain head.
pub(crate) type Members = Vec<BTreeSet<Vec<Value>>>;

type Faults = BTreeSet<(RuleId, Fault)>;

impl<'p> Naive<'p> {
    /// An evaluator of `program` that gives up on a step with more than `max_facts` facts in D.
    pub fn new(program: &'p Program, max_facts: usize) -> Self {
        Self::within(program, Budget { max_facts, ..Budget::default() })
    }

    /// An evaluator of `program` that keeps to a budget: facts, time, memory, interrupt.
    pub fn within(program: &'p Program, budget: Budget) -> Self {
        Naive { program, budget, work: 0 }
    }

    /// The observer facts that hold of a global snapshot: D of each node's latest step, by [`NodeId`]; a node that has
    /// not stepped contributes nothing. The first value of each fact is its location.
    ///
    /// # Errors
    /// As in a local step; the rule of a fault is an index into [`Program::observers`].
    pub fn observe(&mut self, snapshot: &[Option<&BTreeSet<Fact>>]) -> Result<BTreeSet<Fact>, EvalError> {
        let program = self.program;
        let mut facts = BTreeSet::new();
        for (&node, latest) in program.nodes.iter().zip(snapshot) {
            for fact in latest.iter().copied().flatten() {
                let values = std::iter::once(node).chain(fact.values.iter().copied()).collect();
                facts.insert(Fact { relation: fact.relation, values });
            }
        }
        self.fixpoint(&program.observers, &program.observer_strata, None, &mut facts)?;
        let observed: BTreeSet<RelationId> = program.observers.iter().map(|rule| rule.head.relation).collect();
        facts.retain(|fact| observed.contains(&fact.relation));
        Ok(facts)
    }

    /// Closes `facts` under the deductive rules among `rules`, a stratum at a time.
    fn fixpoint(
        &mut self,
        rules: &[Rule],
        strata: &[usize],
        node: Option<NodeId>,
        facts: &mut BTreeSet<Fact>,
    ) -> Result<(), EvalError> {
        let limit = self.budget.max_facts;
        if facts.len() > limit {
            return Err(EvalError::TooManyFacts { limit });
        }
        for stratum in 0..strata.iter().map(|s| s + 1).max().unwrap_or(0) {
            let mut faults = Faults::new();
            loop {
                let before = facts.len();
                for (id, rule) in (0..).map(RuleId).zip(rules) {
                    if rule.kind != RuleKind::Deductive || strata[rule.head.relation.0 as usize] != stratum {
                        continue;
                    }
                    for (_, values) in self.rows(id, rule, node, facts, &mut faults)? {
                        facts.insert(Fact { relation: rule.head.relation, values: values.into() });
                        if facts.len() > limit {
                            return Err(EvalError::TooManyFacts { limit });
                        }
                    }
                }
                if facts.len() == before {
                    break;
                }
            }
            least(&faults)?;
        }
        Ok(())
    }

    /// What one rule derives from `facts`.
    fn rows(
        &mut self,
        id: RuleId,
        rule: &Rule,
        node: Option<NodeId>,
        facts: &BTreeSet<Fact>,
        faults: &mut Faults,
    ) -> Result<Rows, EvalError> {
        let mut groups: BTreeMap<Key, Members> = BTreeMap::new();
        for binding in self.bindings(id, rule, node, facts, faults)? {
            match key(rule, &binding) {
                Ok(key) => add_member(rule, &binding, groups.entry(key).or_default()),
                Err(fault) => {
                    faults.insert((id, fault));
                }
            }
        }
        let mut rows = Rows::new();
        for ((addressee, plain), members) in groups {
            match row(rule, &plain, &members) {
                Ok(values) => {
                    rows.insert((addressee, values));
                }
                Err(fault) => {
                    faults.insert((id, fault));
                }
            }
        }
        Ok(rows)
    }

    /// All bindings of a rule's variables that satisfy its body.
    fn bindings(
        &mut self,
        id: RuleId,
        rule: &Rule,
        node: Option<NodeId>,
        facts: &BTreeSet<Fact>,
        faults: &mut Faults,
    ) -> Result<Vec<Binding>, EvalError> {
        let mut start = vec![None; rule.variables.len()];
        if let (Some(location), Some(node)) = (rule.location, node)
            && !matches_term(location, self.program.node_value(node), &mut start)
        {
            return Ok(Vec::new());
        }
        let mut bindings = vec![start];
        for atom in &rule.positive {
            let mut extended = Vec::new();
            for binding in &bindings {
                for fact in of_relation(facts, atom.relation) {
                    extended.extend(match_atom(atom, fact, binding));
                    self.spend()?;
                }
            }
            bindings = extended;
        }
        let mut satisfying = Vec::new();
        for mut binding in bindings {
            self.spend()?;
            match holds(rule, facts, &mut binding) {
                Ok(true) => satisfying.push(binding),
                Ok(false) => {}
                Err(fault) => {
                    faults.insert((id, fault));
                }
            }
        }
        Ok(satisfying)
    }

    fn spend(&mut self) -> Result<(), EvalError> {
        self.work += 1;
        if self.work.is_multiple_of(CHECK_EVERY) { self.budget.check().map_err(EvalError::Stopped) } else { Ok(()) }
    }
}

impl LocalStep for Naive<'_> {
    fn step(&mut self, node: NodeId, input: &BTreeSet<Fact>) -> Result<Outcome, EvalError> {
        let program = self.program;
        let mut outcome = Outcome { derived: input.clone(), ..Outcome::default() };
        for (relation, _) in (0..).map(RelationId).zip(&program.relations).filter(|(_, r)| r.builtin) {
            outcome.derived.extend(program.nodes.iter().map(|&n| Fact { relation, values: [n].into() }));
        }
        self.fixpoint(&program.rules, &program.strata, Some(node), &mut outcome.derived)?;

        let mut faults = Faults::new();
        for (id, rule) in (0..).map(RuleId).zip(&program.rules).filter(|(_, rule)| rule.kind != RuleKind::Deductive) {
            for (addressee, values) in self.rows(id, rule, Some(node), &outcome.derived, &mut faults)? {
                let fact = Fact { relation: rule.head.relation, values: values.into() };
                if rule.kind == RuleKind::Inductive {
                    outcome.next.insert(fact);
                    continue;
                }
                let addressees: Vec<NodeId> = match addressee {
                    Addressee::Here => vec![node],
                    Addressee::At(value) => program.node_of(value).into_iter().collect(),
                    Addressee::Everywhere => program.node_ids().collect(),
                };
                outcome.sent.extend(addressees.into_iter().map(|node| LocatedFact { node, fact: fact.clone() }));
            }
        }
        least(&faults)?;
        Ok(outcome)
    }
}

/// [`Naive::observe`] with the default bound on facts.
///
/// # Errors
/// As there.
pub fn observe(program: &Program, snapshot: &[Option<&BTreeSet<Fact>>]) -> Result<BTreeSet<Fact>, EvalError> {
    Naive::within(program, Budget::default()).observe(snapshot)
}

fn least(faults: &Faults) -> Result<(), EvalError> {
    faults.first().map_or(Ok(()), |&(rule, fault)| Err(EvalError::Fault { rule, fault }))
}

/// The facts of one relation.
pub(crate) fn of_relation(facts: &BTreeSet<Fact>, relation: RelationId) -> impl Iterator<Item = &Fact> {
    let first = Fact { relation, values: [].into() };
    facts.range(first..).take_while(move |fact| fact.relation == relation)
}

/// The binding extended so that the atom is the fact, if it can be. An atom with a round (`r(X)@k`) is no fact here.
pub(crate) fn match_atom(atom: &Atom, fact: &Fact, binding: &Binding) -> Option<Binding> {
    let mut extended = binding.clone();
    let same = atom.time.is_none()
        && atom.terms.len() == fact.values.len()
        && atom.terms.iter().zip(&fact.values).all(|(&term, &value)| matches_term(term, value, &mut extended));
    same.then_some(extended)
}

pub(crate) fn matches_term(term: Term, value: Value, binding: &mut Binding) -> bool {
    match term {
        Term::Constant(constant) => constant == value,
        Term::Anonymous => true,
        Term::Variable(variable) => *binding[variable.0 as usize].get_or_insert(value) == value,
    }
}

fn value_of(binding: &Binding, variable: VariableId) -> Value {
    binding[variable.0 as usize].expect("internal error: a checked rule reads a variable that nothing binds")
}

/// Whether the conditions and negated atoms hold; binds what the conditions bind.
pub(crate) fn holds(rule: &Rule, facts: &BTreeSet<Fact>, binding: &mut Binding) -> Result<bool, Fault> {
    for condition in &rule.conditions {
        match condition {
            Condition::Compare { comparator, left, right, checked, .. } => {
                let left = scalar::evaluate(left, &|v| value_of(binding, v))?;
                let right = scalar::evaluate(right, &|v| value_of(binding, v))?;
                if !scalar::compare(*comparator, left, right, *checked)? {
                    return Ok(false);
                }
            }
            Condition::Bind { variable, value, .. } => {
                let value = scalar::evaluate(value, &|v| value_of(binding, v))?;
                binding[variable.0 as usize] = Some(value);
            }
        }
    }
    for atom in &rule.negative {
        if some_fact_matches(atom, facts, binding)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn some_fact_matches(atom: &NegatedAtom, facts: &BTreeSet<Fact>, binding: &Binding) -> Result<bool, Fault> {
    /// What a column must be: a value, or the same as every other column with this number.
    enum Wanted {
        Value(Value),
        Existential(u32),
    }
    let mut wanted = Vec::new();
    for term in &atom.terms {
        wanted.push(match term {
            NegatedTerm::Expr(expr) => Wanted::Value(scalar::evaluate(expr, &|v| value_of(binding, v))?),
            NegatedTerm::Existential(number) => Wanted::Existential(*number),
        });
    }
    let matches = |fact: &Fact| {
        let mut chosen = BTreeMap::new();
        wanted.len() == fact.values.len()
            && wanted.iter().zip(&fact.values).all(|(wanted, &value)| match wanted {
                Wanted::Value(wanted) => *wanted == value,
                Wanted::Existential(number) => *chosen.entry(*number).or_insert(value) == value,
            })
    };
    Ok(atom.time.is_none() && of_relation(facts, atom.relation).any(matches))
}

/// The group of a binding: the destination, then the plain columns from left to right.
pub(crate) fn key(rule: &Rule, binding: &Binding) -> Result<Key, Fault> {
    let value = |variable| value_of(binding, variable);
    let addressee = match &rule.head.destination {
        Destination::Here => Addressee::Here,
        Destination::At(expr) => Addressee::At(scalar::evaluate(expr, &value)?),
        Destination::Everywhere => Addressee::Everywhere,
    };
    let mut plain = Vec::new();
    for term in &rule.head.terms {
        if let HeadTerm::Expr(expr) = term {
            plain.push(scalar::evaluate(expr, &value)?);
        }
    }
    Ok((addressee, plain))
}

pub(crate) fn add_member(rule: &Rule, binding: &Binding, members: &mut Members) {
    let aggregates = rule.head.terms.iter().filter_map(|term| match term {
        HeadTerm::Aggregate(aggregate) => Some(aggregate),
        HeadTerm::Expr(_) => None,
    });
    for (place, aggregate) in aggregates.enumerate() {
        let variables = std::iter::once(&aggregate.variable).chain(&aggregate.keys);
        if members.len() == place {
            members.push(BTreeSet::new());
        }
        members[place].insert(variables.map(|&variable| value_of(binding, variable)).collect());
    }
}

/// The row of a group: plain columns and aggregates, each in its place. All faults of the aggregates are met; the
/// least is the row's.
pub(crate) fn row(rule: &Rule, plain: &[Value], members: &[BTreeSet<Vec<Value>>]) -> Result<Vec<Value>, Fault> {
    let (mut plain, mut members) = (plain.iter(), members.iter());
    let mut values = Vec::new();
    let mut faults = BTreeSet::new();
    for term in &rule.head.terms {
        match term {
            HeadTerm::Expr(_) => values.extend(plain.next().copied()),
            HeadTerm::Aggregate(aggregate) => {
                let tuples = members.next().into_iter().flatten();
                let tuples: Vec<Value> = tuples.map(|tuple| tuple[0]).collect();
                match scalar::aggregate(aggregate.function, tuples.into_iter()) {
                    Ok(value) => values.extend(value),
                    Err(fault) => {
                        faults.insert(fault);
                    }
                }
            }
        }
    }
    faults.first().map_or(Ok(values), |&fault| Err(fault))
}
