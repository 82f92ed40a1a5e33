//! How rules fire, and where they fail, with the matching of the definition ([`crate::eval::naive`]).

pub use crate::eval::naive::Addressee;
use crate::eval::naive::{Binding, Members, add_member, holds, key, match_atom, matches_term, of_relation, row};
use crate::eval::scalar;
use crate::program::{
    Condition, Destination, Expr, Fact, HeadTerm, NegatedAtom, NegatedTerm, RelationId, Rule, Term, Value, VariableId,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Some facts of a relation: those that agree in the columns that have a value, and with themselves where columns must be equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    /// The relation.
    pub relation: RelationId,
    /// The columns; where rules carry their locations as first arguments, the location before them.
    pub values: Vec<Option<Value>>,
    /// Open columns that must be equal.
    pub equal: Vec<(usize, usize)>,
}

impl Pattern {
    /// The pattern of one fact.
    pub fn of(fact: &Fact) -> Self {
        let values = fact.values.iter().copied().map(Some).collect();
        Pattern { relation: fact.relation, values, equal: Vec::new() }
    }

    /// The facts that arrive as these, as they are sent: with their sender, whoever it is, before them.
    pub fn sent_as(&self, relation: RelationId) -> Self {
        Pattern { relation, ..self.located(None) }
    }

    /// The same with the location before the columns.
    pub fn located(&self, location: Option<Value>) -> Self {
        let values = std::iter::once(location).chain(self.values.iter().copied()).collect();
        Pattern { relation: self.relation, values, equal: self.equal.iter().map(|&(a, b)| (a + 1, b + 1)).collect() }
    }

    /// The same without the location, which is the first column; the location too. `None` if there is no column.
    pub fn split_location(&self) -> Option<(Option<Value>, Self)> {
        let (&location, rest) = self.values.split_first()?;
        let equal = self.equal.iter().filter(|&&(a, _)| a > 0).map(|&(a, b)| (a - 1, b - 1)).collect();
        Some((location, Pattern { relation: self.relation, values: rest.to_vec(), equal }))
    }

    /// Whether a fact is among them.
    pub fn matches(&self, fact: &Fact) -> bool {
        self.relation == fact.relation
            && self.values.len() == fact.values.len()
            && self.values.iter().zip(&fact.values).all(|(wanted, value)| wanted.is_none_or(|wanted| wanted == *value))
            && self.equal.iter().all(|&(a, b)| fact.values[a] == fact.values[b])
    }
}

/// A rule that derives a fact.
#[derive(Debug, Clone)]
pub struct Firing {
    /// What it derives.
    pub head: Fact,
    /// Where that holds, or is sent.
    pub addressee: Addressee,
    /// What its positive atoms are; for a group those of all its members.
    pub holding: BTreeSet<Fact>,
    /// What its negated atoms say is not there.
    pub absent: BTreeSet<Pattern>,
}

/// All that a rule derives at this location (`None` where rules carry theirs as first arguments), where positive atoms are taken from `known`
/// and negated ones from `facts`. A binding that errs derives nothing: a run in which one does has no outcome.
pub fn firings(rule: &Rule, at: Option<Value>, known: &BTreeSet<Fact>, facts: &BTreeSet<Fact>) -> Vec<Firing> {
    type Group = (Members, BTreeSet<Fact>, BTreeSet<Pattern>);
    let mut groups: BTreeMap<(Addressee, Vec<Value>), Group> = BTreeMap::new();
    let mut plain = Vec::new();
    let Some(start) = start(rule, at) else { return plain };
    for (mut binding, holding) in prefixes(rule, known, start).0 {
        if holds(rule, facts, &mut binding) != Ok(true) {
            continue;
        }
        let Ok(group) = key(rule, &binding) else { continue };
        let absent = rule.negative.iter().filter_map(|atom| of_negated(atom, &binding));
        if rule.head.is_aggregated() {
            let (members, all, none) = groups.entry(group).or_default();
            add_member(rule, &binding, members);
            all.extend(holding);
            none.extend(absent);
        } else {
            let absent = absent.collect();
            let (addressee, values) = group;
            let head = Fact { relation: rule.head.relation, values: values.into() };
            plain.push(Firing { head, addressee, holding: holding.into_iter().collect(), absent });
        }
    }
    let rows = groups.into_iter().filter_map(|((addressee, columns), (members, holding, absent))| {
        let values = row(rule, &columns, &members).ok()?;
        Some(Firing { head: Fact { relation: rule.head.relation, values: values.into() }, addressee, holding, absent })
    });
    plain.extend(rows);
    plain
}

/// One way in which the body of a rule is met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Body {
    /// The facts that the positive atoms match, in their order.
    pub positive: Vec<Fact>,
    /// What the negated atoms say is not there, in their order.
    pub denied: Vec<Pattern>,
}

/// The ways in which a rule's body is met at this location, atom by atom, where positive atoms are taken from `known` and negated
/// ones from `facts`; as [`firings`], but members of a group are told apart.
pub fn bodies(rule: &Rule, at: Option<Value>, known: &BTreeSet<Fact>, facts: &BTreeSet<Fact>) -> Vec<Body> {
    let Some(start) = start(rule, at) else { return Vec::new() };
    let complete = prefixes(rule, known, start).0.into_iter();
    complete
        .filter_map(|(mut binding, positive)| {
            let met = holds(rule, facts, &mut binding) == Ok(true);
            if met { body(rule, &binding, positive) } else { None }
        })
        .collect()
}

/// The ways in which only negated atoms keep a rule without aggregates from deriving such a fact (without its location) at this location.
pub fn denied_bodies(rule: &Rule, at: Option<Value>, wanted: &Pattern, facts: &BTreeSet<Fact>) -> Vec<Body> {
    let Some(start) = start(rule, at).filter(|_| !rule.head.is_aggregated()) else { return Vec::new() };
    let none = BTreeSet::new();
    let complete = prefixes(rule, facts, start).0.into_iter();
    complete
        .filter_map(|(mut binding, positive)| {
            // Against no facts at all negated atoms are true.
            if holds(rule, &none, &mut binding) != Ok(true) || holds(rule, facts, &mut binding) != Ok(false) {
                return None;
            }
            let head = Fact { relation: rule.head.relation, values: key(rule, &binding).ok()?.1.into() };
            if wanted.matches(&head) { body(rule, &binding, positive) } else { None }
        })
        .collect()
}

fn body(rule: &Rule, binding: &Binding, positive: Vec<Fact>) -> Option<Body> {
    let denied = rule.negative.iter().map(|atom| of_negated(atom, binding)).collect::<Option<_>>()?;
    Some(Body { positive, denied })
}

/// The binding with which a body is evaluated at a location; `None` if the rule does not fire there.
fn start(rule: &Rule, at: Option<Value>) -> Option<Binding> {
    let mut start = vec![None; rule.variables.len()];
    let fires = rule.location.zip(at).is_none_or(|(location, at)| matches_term(location, at, &mut start));
    fires.then_some(start)
}

/// Why a rule does not derive what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// No fact is like this, which a positive atom needs.
    Missing(Pattern),
    /// A negated atom says that it is not there, but it is.
    Present(Fact),
    /// A condition does not hold.
    Condition(Span),
    /// Its head is another fact, or at another node.
    Other(Fact),
}

/// Where a body is evaluated, and where its head is to hold; both `None` where rules carry locations as first arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Site {
    /// Where the body is evaluated.
    pub at: Option<Value>,
    /// Where the head is to hold; a value outside the network is nowhere.
    pub to: Option<Value>,
}

/// For each way in which a rule comes closest to deriving such a fact there, the literal that fails; at most `most`. None if its head
/// is never like this.
pub fn failures(rule: &Rule, site: Site, wanted: &Pattern, facts: &BTreeSet<Fact>, most: usize) -> Vec<Failure> {
    let Some(mut start) = start(rule, site.at) else { return Vec::new() };
    if let Some(to) = site.to {
        let goes = match &rule.head.destination {
            Destination::Here => site.at == Some(to),
            Destination::At(expr) => unifies(rule, expr, to, &mut start),
            Destination::Everywhere => true,
        };
        if !goes {
            return Vec::new();
        }
    }
    for (term, &value) in rule.head.terms.iter().zip(&wanted.values) {
        let (HeadTerm::Expr(expr), Some(value)) = (term, value) else { continue };
        if !unifies(rule, expr, value, &mut start) {
            return Vec::new();
        }
    }
    let (complete, short) = prefixes(rule, facts, start);
    let mut found: BTreeSet<Failure> = BTreeSet::new();
    if complete.is_empty() {
        found.extend(short.into_iter().map(Failure::Missing));
    }
    for (mut binding, _) in complete {
        if let Some(failure) = failure(rule, site, wanted, facts, &mut binding) {
            found.insert(failure);
        }
    }
    found.into_iter().take(most).collect()
}

/// Whether an expression of the head may be this value; binds it if it is a variable that the body's atoms bind.
fn unifies(rule: &Rule, expr: &Expr, value: Value, start: &mut Binding) -> bool {
    match expr {
        Expr::Constant(constant) => *constant == value,
        // What a condition binds is compared when it has.
        Expr::Variable(variable) if !bound_late(rule, *variable) => {
            *start[variable.0 as usize].get_or_insert(value) == value
        }
        _ => true,
    }
}

fn bound_late(rule: &Rule, variable: VariableId) -> bool {
    rule.conditions.iter().any(|condition| matches!(condition, Condition::Bind { variable: v, .. } if *v == variable))
}

/// The bindings of all positive atoms with the facts they match; if there is none, what the first atom that none of the longest
/// bindings matches needs.
fn prefixes(rule: &Rule, facts: &BTreeSet<Fact>, start: Binding) -> (Vec<(Binding, Vec<Fact>)>, BTreeSet<Pattern>) {
    let mut bindings = vec![(start, Vec::new())];
    for atom in &rule.positive {
        let mut longer = Vec::new();
        for (binding, holding) in &bindings {
            for fact in of_relation(facts, atom.relation) {
                if let Some(extended) = match_atom(atom, fact, binding) {
                    longer.push((extended, [&holding[..], std::slice::from_ref(fact)].concat()));
                }
            }
        }
        if longer.is_empty() {
            let needed = bindings.iter().map(|(binding, _)| {
                let values: Vec<Option<Value>> = atom.terms.iter().map(|term| of_term(term, binding)).collect();
                let open = |at: usize| match atom.terms[at] {
                    Term::Variable(variable) if values[at].is_none() => Some(variable.0),
                    _ => None,
                };
                let equal = equal(values.len(), &open);
                Pattern { relation: atom.relation, values, equal }
            });
            return (Vec::new(), needed.collect());
        }
        bindings = longer;
    }
    (bindings, BTreeSet::new())
}

fn of_term(term: &Term, binding: &Binding) -> Option<Value> {
    match term {
        Term::Constant(value) => Some(*value),
        Term::Variable(variable) => binding[variable.0 as usize],
        Term::Anonymous => None,
    }
}

/// What a negated atom denies; its existential columns are open.
fn of_negated(atom: &NegatedAtom, binding: &Binding) -> Option<Pattern> {
    let values = atom.terms.iter().map(|term| match term {
        NegatedTerm::Expr(expr) => evaluate(expr, binding).map(Some),
        NegatedTerm::Existential(_) => Some(None),
    });
    let open = |at: usize| match atom.terms[at] {
        NegatedTerm::Existential(number) => Some(number),
        NegatedTerm::Expr(_) => None,
    };
    let equal = equal(atom.terms.len(), &open);
    Some(Pattern { relation: atom.relation, values: values.collect::<Option<_>>()?, equal })
}

/// Each open column with the first one before it that has the same number.
fn equal(columns: usize, open: &dyn Fn(usize) -> Option<u32>) -> Vec<(usize, usize)> {
    let first = |at: usize| (0..at).find(|&before| open(before).is_some() && open(before) == open(at));
    (0..columns).filter_map(|at| first(at).map(|before| (before, at))).collect()
}

fn evaluate(expr: &Expr, binding: &Binding) -> Option<Value> {
    scalar::evaluate(expr, &|variable| binding[variable.0 as usize].unwrap_or(Value::Int(0))).ok()
}

/// Why a binding of the positive atoms does not derive what is wanted.
fn failure(
    rule: &Rule,
    site: Site,
    wanted: &Pattern,
    facts: &BTreeSet<Fact>,
    binding: &mut Binding,
) -> Option<Failure> {
    for condition in &rule.conditions {
        let (met, span) = match condition {
            Condition::Compare { comparator, left, right, checked, span } => {
                let sides = evaluate(left, binding).zip(evaluate(right, binding));
                (sides.is_some_and(|(l, r)| scalar::compare(*comparator, l, r, *checked) == Ok(true)), *span)
            }
            Condition::Bind { variable, value, span } => {
                binding[variable.0 as usize] = evaluate(value, binding);
                (binding[variable.0 as usize].is_some(), *span)
            }
        };
        if !met {
            return Some(Failure::Condition(span));
        }
    }
    for atom in &rule.negative {
        let denied = of_negated(atom, binding)?;
        if let Some(present) = of_relation(facts, atom.relation).find(|fact| denied.matches(fact)) {
            return Some(Failure::Present(present.clone()));
        }
    }
    if rule.head.is_aggregated() {
        let same = |head: &Fact| {
            let plain = rule.head.terms.iter().zip(&head.values).zip(&wanted.values);
            plain.into_iter().all(|((term, value), wanted)| {
                matches!(term, HeadTerm::Aggregate(_)) || wanted.is_none_or(|wanted| wanted == *value)
            })
        };
        let other = firings(rule, site.at, facts, facts).into_iter().map(|firing| firing.head);
        return other.into_iter().find(|head| same(head) && !wanted.matches(head)).map(Failure::Other);
    }
    let (addressee, values) = key(rule, binding).ok()?;
    let head = Fact { relation: rule.head.relation, values: values.into() };
    let elsewhere = matches!((addressee, site.to), (Addressee::At(place), Some(to)) if place != to);
    (elsewhere || !wanted.matches(&head)).then_some(Failure::Other(head))
}
