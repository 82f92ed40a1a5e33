//! All instances of a program's rules over the facts that may hold somewhere, some time.
//!
//! The facts that may hold are the least model of a positive program over all nodes at once: every relation gets its
//! location as first column, deductive, inductive and async rules are read alike, negation is left out (but on
//! relations that never change, where it is decided). A binding of a rule at a node is one of the rule there, so a step
//! can err only if the positive program does or the expressions of a negated atom do, and then there are no instances. The rule `inst_k(L, V̄) :- body` beside `head :- inst_k(L, V̄)`
//! makes the model contain the instances themselves, so that the semi-naive evaluator does the grounding.

use super::aggregates::{Aggregated, Aggregation, without_aggregates};
use crate::budget::Budget;
use crate::eval::seminaive::SemiNaive;
use crate::eval::store::FactId;
use crate::eval::{Fault, scalar};
use crate::program::{
    Atom, Condition, Destination, Expr, Fact, Head, HeadTerm, Kind, NegatedAtom, NegatedTerm, NodeId, Program,
    Relation, RelationId, Rule, RuleKind, Term, Value, VariableId, When,
};
use std::collections::{BTreeMap, BTreeSet};

/// Most facts and rule instances of a program that is grounded. A counter without a bound gets this far before the
/// search starts without bits, so it is kept small.
const MAX_FACTS: usize = 100_000;

/// Rounds in which aggregates may add to what can hold. A number that is one more than the greatest so far, each time, has no end.
const MOST_ROUNDS: usize = 12;

/// A fact at a node: an index into [`Instances::atoms`].
pub type AtomId = u32;

/// A rule without variables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// The node where it is evaluated.
    pub node: NodeId,
    /// When its head holds.
    pub kind: RuleKind,
    /// Its head, which may be at another node if it is async.
    pub head: AtomId,
    /// What must hold, sorted.
    pub positive: Vec<AtomId>,
    /// What must not hold, sorted.
    pub negative: Vec<AtomId>,
}

/// A program without variables.
#[derive(Debug, Clone, Default)]
pub struct Instances {
    /// The facts that may hold, sorted.
    pub atoms: Vec<(NodeId, Fact)>,
    /// Sorted, without duplicates.
    pub rules: Vec<Instance>,
    /// The facts that are given at every step.
    pub always: Vec<AtomId>,
    /// The facts that are given at some step.
    pub events: Vec<(AtomId, u64)>,
    /// What aggregates are over each group.
    pub aggregations: Vec<Aggregation>,
    /// The relations of the atoms that stand for no facts.
    pub hidden: Vec<RelationId>,
}

/// The instances of a program; `None` if it has aggregates that are not taken apart, perhaps errs, or has too many values or
/// instances for the budget, perhaps infinitely many.
pub fn instances(program: &Program, budget: &Budget) -> Option<Instances> {
    let (program, aggregated) = without_aggregates(program)?;
    let program = &program;
    let drafts: Vec<Draft> =
        program.rules.iter().enumerate().filter_map(|(k, rule)| Draft::new(program, k, rule)).collect();
    let positive = positive_program(program, &drafts, &aggregated);
    let budget = Budget { max_facts: budget.max_facts.min(MAX_FACTS), ..budget.clone() };
    let mut evaluator = SemiNaive::new(&positive, budget);
    let mut given: BTreeSet<FactId> = given(program).iter().map(|fact| evaluator.facts_mut().intern(fact)).collect();
    let mut instances = Instances::default();
    let mut rounds = 0..MOST_ROUNDS;
    let derived = loop {
        rounds.next()?;
        let model = evaluator.step_ids(NodeId(0), &given.iter().copied().collect::<Vec<_>>()).ok()?;
        let derived = model.derived.clone();
        instances.atoms.clear();
        for &id in &derived {
            let fact = evaluator.facts().get(id);
            if let Some((&location, columns)) = fact.values.split_first()
                && let Some(node) = program.node_of(location)
                && (fact.relation.0 as usize) < program.relations.len()
            {
                instances.atoms.push((node, Fact { relation: fact.relation, values: columns.into() }));
            }
        }
        let known = given.len();
        for rule in &aggregated {
            for (node, fact) in rule.heads(program, &instances.atoms)? {
                let values = std::iter::once(program.node_value(node)).chain(fact.values.iter().copied()).collect();
                given.insert(evaluator.facts_mut().intern(&Fact { relation: fact.relation, values }));
            }
        }
        if given.len() == known {
            break derived;
        }
    };
    let mut bindings: Vec<Vec<&[Value]>> = vec![Vec::new(); drafts.len()];
    for &id in &derived {
        let fact = evaluator.facts().get(id);
        if let Ok(draft) = drafts.binary_search_by_key(&fact.relation, |draft| draft.instances) {
            bindings[draft].push(&fact.values);
        }
    }
    instances.hidden = aggregated.iter().map(Aggregated::hides).collect();
    instances.aggregations = aggregated.iter().flat_map(|rule| rule.aggregations(program, &instances.atoms)).collect();
    let hidden: Vec<_> = aggregated.iter().flat_map(|rule| rule.hidden_atoms(&instances.atoms)).collect();
    instances.atoms.extend(hidden);
    instances.atoms.sort_unstable();
    for (draft, bindings) in drafts.iter().zip(bindings) {
        draft.instantiate(program, &bindings, &mut instances).ok()?;
    }
    for rule in &aggregated {
        let rules = rule.rules(program, &instances);
        instances.rules.extend(rules);
    }
    instances.rules.sort_unstable();
    instances.rules.dedup();
    for fact in &program.facts {
        let Some(atom) = instances.atom(fact.node, &fact.fact) else { continue };
        match fact.when {
            When::Always => instances.always.push(atom),
            When::Step(step) => instances.events.push((atom, step)),
        }
    }
    for (atom, (_, fact)) in (0..).zip(&instances.atoms) {
        if program.relation(fact.relation).builtin {
            instances.always.push(atom);
        }
    }
    instances.always.sort_unstable();
    instances.always.dedup();
    Some(instances)
}

impl Instances {
    /// The number of a fact at a node, if it may hold.
    pub fn atom(&self, node: NodeId, fact: &Fact) -> Option<AtomId> {
        let order = |(n, f): &(NodeId, Fact)| (*n, f).cmp(&(node, fact));
        self.atoms.binary_search_by(order).ok().map(|at| at as AtomId)
    }
}

/// A rule of the positive program that collects the bindings of a rule.
struct Draft<'a> {
    rule: &'a Rule,
    /// The relation of the bindings; its columns are the variables in order: those of the rule, then one for the
    /// location if the rule has none, one for the addressee if that is every node, and one for each `_`.
    instances: RelationId,
    location: Term,
    positive: Vec<Atom>,
    addressee: Option<VariableId>,
    bound: Vec<VariableId>,
}

impl<'a> Draft<'a> {
    /// `None` if the rule can never fire.
    fn new(program: &Program, number: usize, rule: &'a Rule) -> Option<Self> {
        let matches = |atom: &Atom| atom.time.is_none() && program.relation(atom.relation).arity == atom.terms.len();
        if !rule.positive.iter().all(matches) {
            return None;
        }
        let mut fresh = (rule.variables.len() as u32..).map(VariableId);
        let mut fresh = || fresh.next().expect("internal error: more than 2^32 variables");
        let location = match rule.location {
            None | Some(Term::Anonymous) => Term::Variable(fresh()),
            Some(term) => term,
        };
        let addressee = matches!(rule.head.destination, Destination::Everywhere).then(&mut fresh);
        let positive: Vec<Atom> = rule
            .positive
            .iter()
            .map(|atom| {
                let named = |&term: &Term| if term == Term::Anonymous { Term::Variable(fresh()) } else { term };
                Atom { terms: atom.terms.iter().map(named).collect(), ..atom.clone() }
            })
            .collect();
        let mut bound: BTreeSet<VariableId> = addressee.into_iter().collect();
        bound.extend(std::iter::once(&location).chain(positive.iter().flat_map(|a| &a.terms)).filter_map(variable_in));
        bound.extend(rule.conditions.iter().filter_map(|condition| match condition {
            Condition::Bind { variable, .. } => Some(*variable),
            Condition::Compare { .. } => None,
        }));
        let instances = RelationId((program.relations.len() + 1 + number) as u32);
        Some(Draft { rule, instances, location, positive, addressee, bound: bound.into_iter().collect() })
    }

    /// `inst_k(V̄) :- node(L), body` and `head :- inst_k(V̄)`.
    fn rules(&self, program: &Program, unchanging: &[bool]) -> [Rule; 2] {
        let nodes = RelationId(program.relations.len() as u32);
        let span = self.rule.span;
        let atom = |relation, terms| Atom { relation, terms, time: None, span };
        let mut positive = vec![atom(nodes, vec![self.location])];
        positive.extend(self.addressee.map(|addressee| atom(nodes, vec![Term::Variable(addressee)])));
        let located = |terms: &[Term]| std::iter::once(self.location).chain(terms.iter().copied()).collect();
        positive.extend(self.positive.iter().map(|a| atom(a.relation, located(&a.terms))));
        // A negated atom is decided here unless one before it can err: the binding must live to err there.
        let total = |a: &&NegatedAtom| {
            !a.terms.iter().any(|term| matches!(term, NegatedTerm::Expr(expr) if scalar::can_err(expr)))
        };
        let negative = self.rule.negative.iter().take_while(total);
        let negative = negative.filter(|a| a.time.is_none() && unchanging[a.relation.0 as usize]).map(|a| {
            let location = std::iter::once(NegatedTerm::Expr(expr_of(self.location)));
            NegatedAtom { terms: location.chain(a.terms.iter().cloned()).collect(), ..a.clone() }
        });
        let variables = self.bound.iter().map(|variable| variable.0 as usize + 1).max().unwrap_or(0);
        let collect = Rule {
            kind: RuleKind::Deductive,
            head: Head {
                relation: self.instances,
                destination: Destination::Here,
                terms: self.bound.iter().map(|&variable| HeadTerm::Expr(Expr::Variable(variable))).collect(),
                span,
            },
            location: None,
            positive,
            conditions: self.rule.conditions.clone(),
            negative: negative.collect(),
            variables: vec![String::new(); variables.max(self.rule.variables.len())],
            can_err: false,
            span,
        };
        let destination = match (&self.rule.head.destination, self.addressee) {
            (Destination::At(expr), _) => expr.clone(),
            (_, Some(addressee)) => Expr::Variable(addressee),
            (_, None) => expr_of(self.location),
        };
        let terms = std::iter::once(HeadTerm::Expr(destination)).chain(self.rule.head.terms.iter().cloned()).collect();
        let derive = Rule {
            head: Head { relation: self.rule.head.relation, destination: Destination::Here, terms, span },
            positive: vec![atom(self.instances, self.bound.iter().map(|&v| Term::Variable(v)).collect())],
            conditions: Vec::new(),
            negative: Vec::new(),
            ..collect.clone()
        };
        [collect, derive]
    }

    /// Adds the instances of these bindings to `all`, whose atoms are known.
    ///
    /// # Errors
    /// If an expression in a negated atom errs.
    fn instantiate(&self, program: &Program, bindings: &[&[Value]], all: &mut Instances) -> Result<(), Fault> {
        let negated: Vec<Matches> = self.rule.negative.iter().map(|atom| Matches::new(program, atom, all)).collect();
        for &binding in bindings {
            let variable = |variable: VariableId| {
                let column = self.bound.binary_search(&variable);
                binding[column.expect("internal error: a checked rule reads a variable that nothing binds")]
            };
            let value = |term: Term| scalar::evaluate(&expr_of(term), &variable);
            let Some(node) = program.node_of(value(self.location)?) else { continue };
            let addressee = match (&self.rule.head.destination, self.addressee) {
                (Destination::At(expr), _) => program.node_of(scalar::evaluate(expr, &variable)?),
                (_, Some(addressee)) => program.node_of(variable(addressee)),
                (_, None) => Some(node),
            };
            let mut columns = Vec::new();
            for term in &self.rule.head.terms {
                if let HeadTerm::Expr(expr) = term {
                    columns.push(scalar::evaluate(expr, &variable)?);
                }
            }
            let mut positive = BTreeSet::new();
            for atom in &self.positive {
                let values = atom.terms.iter().map(|&term| value(term)).collect::<Result<_, _>>()?;
                positive.extend(all.atom(node, &Fact { relation: atom.relation, values }));
            }
            let mut negative = BTreeSet::new();
            for matches in &negated {
                negative.extend(matches.of(node, &variable)?);
            }
            let head = Fact { relation: self.rule.head.relation, values: columns.into() };
            // Without a number the head is at no node of the network.
            let Some(head) = addressee.and_then(|addressee| all.atom(addressee, &head)) else { continue };
            all.rules.push(Instance {
                node,
                kind: self.rule.kind,
                head,
                positive: positive.into_iter().collect(),
                negative: negative.into_iter().collect(),
            });
        }
        Ok(())
    }
}

/// The atoms that match a negated atom, by node and known columns.
struct Matches<'a> {
    key: Vec<&'a Expr>,
    atoms: BTreeMap<(NodeId, Vec<Value>), Vec<AtomId>>,
}

impl<'a> Matches<'a> {
    fn new(program: &Program, atom: &'a NegatedAtom, all: &Instances) -> Self {
        let key = atom.terms.iter().filter_map(|term| match term {
            NegatedTerm::Expr(expr) => Some(expr),
            NegatedTerm::Existential(_) => None,
        });
        let can_match = atom.time.is_none() && program.relation(atom.relation).arity == atom.terms.len();
        let mut atoms: BTreeMap<(NodeId, Vec<Value>), Vec<AtomId>> = BTreeMap::new();
        for (id, (node, fact)) in (0..).zip(&all.atoms).filter(|(_, (_, fact))| fact.relation == atom.relation) {
            let mut chosen: BTreeMap<u32, Value> = BTreeMap::new();
            let mut known = Vec::new();
            let mut same = can_match;
            for (term, &value) in atom.terms.iter().zip(&fact.values) {
                match term {
                    NegatedTerm::Expr(_) => known.push(value),
                    NegatedTerm::Existential(number) => same &= *chosen.entry(*number).or_insert(value) == value,
                }
            }
            if same {
                atoms.entry((*node, known)).or_default().push(id);
            }
        }
        Matches { key: key.collect(), atoms }
    }

    fn of(&self, node: NodeId, variable: &impl Fn(VariableId) -> Value) -> Result<&[AtomId], Fault> {
        let key = self.key.iter().map(|expr| scalar::evaluate(expr, variable)).collect::<Result<_, _>>()?;
        Ok(self.atoms.get(&(node, key)).map_or(&[], Vec::as_slice))
    }
}

fn variable_in(term: &Term) -> Option<VariableId> {
    match term {
        Term::Variable(variable) => Some(*variable),
        Term::Constant(_) | Term::Anonymous => None,
    }
}

/// A term as an expression. A draft has no `_`.
fn expr_of(term: Term) -> Expr {
    match term {
        Term::Constant(value) => Expr::Constant(value),
        Term::Variable(variable) => Expr::Variable(variable),
        Term::Anonymous => unreachable!("internal error: a draft names every column"),
    }
}

fn positive_program(program: &Program, drafts: &[Draft], aggregated: &[Aggregated]) -> Program {
    let mut relations: Vec<Relation> =
        program.relations.iter().map(|r| Relation { arity: r.arity + 1, builtin: false, ..r.clone() }).collect();
    let span = program.rules.first().map(|rule| rule.span);
    let relation = |arity| {
        span.map(|span| Relation {
            name: String::new(),
            arity,
            kind: Kind::Idb,
            observer: false,
            builtin: false,
            normalised: false,
            span,
        })
    };
    relations.extend(relation(1));
    let mut arities = vec![0; program.rules.len()];
    for draft in drafts {
        arities[draft.instances.0 as usize - program.relations.len() - 1] = draft.bound.len();
    }
    relations.extend(arities.into_iter().filter_map(relation));
    let unchanging = unchanging(program, aggregated);
    let changes = |relation: usize| {
        usize::from(!unchanging.get(relation).copied().unwrap_or(relation == program.relations.len()))
    };
    Program {
        rules: drafts.iter().flat_map(|draft| draft.rules(program, &unchanging)).collect(),
        observers: Vec::new(),
        synchronous: Vec::new(),
        facts: Vec::new(),
        nevers: Vec::new(),
        outputs: Vec::new(),
        strata: (0..relations.len()).map(changes).collect(),
        observer_strata: vec![0; relations.len()],
        relations,
        ..program.clone()
    }
}

/// For each relation whether its facts are the same at every step of every run: no rule derives them, none is an event.
fn unchanging(program: &Program, aggregated: &[Aggregated]) -> Vec<bool> {
    let mut unchanging = vec![true; program.relations.len()];
    let heads = program.rules.iter().map(|rule| rule.head.relation);
    for head in heads.chain(aggregated.iter().map(Aggregated::derives)) {
        unchanging[head.0 as usize] = false;
    }
    for fact in program.facts.iter().filter(|fact| fact.when != When::Always) {
        unchanging[fact.fact.relation.0 as usize] = false;
    }
    unchanging
}

/// The given facts of all nodes, with their locations, and the network.
fn given(program: &Program) -> Vec<Fact> {
    let mut given: Vec<Fact> = Vec::new();
    let located = |node: NodeId, values: &[Value]| {
        std::iter::once(program.node_value(node)).chain(values.iter().copied()).collect()
    };
    for fact in &program.facts {
        given.push(Fact { relation: fact.fact.relation, values: located(fact.node, &fact.fact.values) });
    }
    for (relation, _) in (0..).map(RelationId).zip(&program.relations).filter(|(_, r)| r.builtin) {
        for node in program.node_ids() {
            given.extend(program.nodes.iter().map(|&n| Fact { relation, values: located(node, &[n]) }));
        }
    }
    let nodes = RelationId(program.relations.len() as u32);
    given.extend(program.nodes.iter().map(|&node| Fact { relation: nodes, values: [node].into() }));
    given
}
