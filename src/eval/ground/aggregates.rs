//! Aggregates as rules without them.
//!
//! An aggregated rule `r(Ȳ, f<X; Z̄>) :- body` becomes a rule `part(Ȳ, X, Z̄) :- body`, whose instances are found like all
//! others, and for each group of parts that can hold some rules over hidden atoms:
//!
//! - `min` and `max`: with the values of the group in order, best first, `some(i)` says that the i-th or a better one is there.
//!   `some(i) :- part(…i…)`, `some(i) :- some(i−1)`, and the head with the i-th value holds if a part with it does and not `some(i−1)`.
//! - `count`: `least(i, j)` says that at least j of the first i tuples are there. `least(i, j) :- least(i−1, j)`,
//!   `least(i, j) :- part i, least(i−1, j−1)`, and the head with k holds if `least(n, k)` does and not `least(n, k+1)`.
//!
//! Parts and hidden atoms belong to relations beyond those of the program. Which heads can hold depends on which parts can, and the other way round,
//! so the caller repeats the two until nothing changes.

use super::instances::{Instance, Instances};
use crate::program::rule::AggregateFunction;
use crate::program::{
    Destination, Expr, Fact, Head, HeadTerm, Kind, NodeId, Program, Relation, RelationId, Rule, RuleKind, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Most tuples of a group that is counted; the hidden atoms are as many as their square.
const MOST_COUNTED: usize = 24;

/// An aggregated rule and its parts.
#[derive(Debug, Clone)]
pub struct Aggregated {
    kind: RuleKind,
    head: RelationId,
    function: AggregateFunction,
    /// The column of the aggregate in the head.
    column: usize,
    /// Whether the first column of a part is the destination.
    addressed: bool,
    /// How many columns of a part name the group, the destination among them.
    group: usize,
    parts: RelationId,
    /// The relation of the hidden atoms.
    hidden: RelationId,
}

/// What an aggregate is over one group at a node, whatever hidden atoms stand for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aggregation {
    /// Where it is evaluated.
    pub node: NodeId,
    /// The function.
    pub function: AggregateFunction,
    /// The column of parts that the function is of.
    pub column: usize,
    /// The parts that can be there, sorted. Their relation is that of one rule only.
    pub parts: Vec<Fact>,
    /// Those of them that are there in every step.
    pub certain: Vec<Fact>,
    /// For each value that the function can have, in order, the head and its node, if that is in the network.
    pub heads: Vec<Option<(NodeId, Fact)>>,
    /// The rule's kind.
    pub kind: RuleKind,
}

/// A group at a node, with the sorted tuples that it can have.
type Groups<'a> = BTreeMap<(NodeId, &'a [Value]), BTreeSet<&'a [Value]>>;

/// The program with each aggregated rule replaced by that of its parts. `None` if some head has several aggregates or a
/// sum, or goes to every node.
pub fn without_aggregates(program: &Program) -> Option<(Program, Vec<Aggregated>)> {
    let mut plain = program.clone();
    let mut aggregated = Vec::new();
    for at in 0..plain.rules.len() {
        let rule = &plain.rules[at];
        if !rule.head.is_aggregated() {
            continue;
        }
        let mut terms = Vec::new();
        match &rule.head.destination {
            Destination::Here => {}
            Destination::At(expr) => terms.push(HeadTerm::Expr(expr.clone())),
            Destination::Everywhere => return None,
        }
        let addressed = !terms.is_empty();
        let mut found = None;
        for (column, term) in rule.head.terms.iter().enumerate() {
            match term {
                HeadTerm::Expr(_) => terms.push(term.clone()),
                HeadTerm::Aggregate(_) if found.is_some() => return None,
                HeadTerm::Aggregate(aggregate) => found = Some((column, aggregate.clone())),
            }
        }
        let (column, aggregate) = found?;
        if aggregate.function == AggregateFunction::Sum {
            return None;
        }
        let group = terms.len();
        let variables = std::iter::once(&aggregate.variable).chain(&aggregate.keys);
        terms.extend(variables.map(|&variable| HeadTerm::Expr(Expr::Variable(variable))));
        let [parts, hidden] = [terms.len(), 3].map(|arity| {
            plain.relations.push(Relation {
                name: String::new(),
                arity,
                kind: Kind::Idb,
                observer: false,
                builtin: false,
                normalised: false,
                span: plain.rules[at].span,
            });
            plain.strata.push(0);
            RelationId(plain.relations.len() as u32 - 1)
        });
        let rule = &mut plain.rules[at];
        let (kind, head) = (rule.kind, rule.head.relation);
        *rule = Rule {
            kind: RuleKind::Deductive,
            head: Head { relation: parts, destination: Destination::Here, terms, span: rule.head.span },
            ..rule.clone()
        };
        aggregated.push(Aggregated {
            kind,
            head,
            function: aggregate.function,
            column,
            addressed,
            group,
            parts,
            hidden,
        });
    }
    Some((plain, aggregated))
}

impl Aggregated {
    /// The relation of the heads.
    pub fn derives(&self) -> RelationId {
        self.head
    }

    /// The groups among the atoms that may hold.
    fn groups<'a>(&self, atoms: &'a [(NodeId, Fact)]) -> Groups<'a> {
        let mut groups = Groups::new();
        for (node, fact) in atoms.iter().filter(|(_, fact)| fact.relation == self.parts) {
            let (group, tuple) = fact.values.split_at(self.group);
            groups.entry((*node, group)).or_default().insert(tuple);
        }
        groups
    }

    /// The head of a group with this value, if its destination is in the network.
    fn head(&self, program: &Program, node: NodeId, group: &[Value], value: Value) -> Option<(NodeId, Fact)> {
        let (to, columns) = match group.split_first() {
            Some((&to, columns)) if self.addressed => (program.node_of(to)?, columns),
            _ => (node, group),
        };
        let mut values = columns.to_vec();
        values.insert(self.column, value);
        Some((to, Fact { relation: self.head, values: values.into() }))
    }

    /// The values that the aggregate can have over these tuples, for `min` and `max` the best one first.
    fn values(&self, tuples: &BTreeSet<&[Value]>) -> Vec<Value> {
        let mut values: Vec<Value> = match self.function {
            AggregateFunction::Count => (1..=tuples.len() as i64).map(Value::Int).collect(),
            _ => tuples.iter().map(|tuple| tuple[0]).collect(),
        };
        values.dedup();
        if self.function == AggregateFunction::Max {
            values.reverse();
        }
        values
    }

    /// The heads that may hold if these atoms may; `None` if a group is too large to count.
    pub fn heads(&self, program: &Program, atoms: &[(NodeId, Fact)]) -> Option<Vec<(NodeId, Fact)>> {
        let mut heads = Vec::new();
        for ((node, group), tuples) in self.groups(atoms) {
            if self.function == AggregateFunction::Count && tuples.len() > MOST_COUNTED {
                return None;
            }
            heads.extend(self.values(&tuples).into_iter().filter_map(|value| self.head(program, node, group, value)));
        }
        Some(heads)
    }

    fn hidden(&self, group: usize, i: usize, j: usize) -> Fact {
        let values = [group, i, j].map(|n| Value::Int(n as i64));
        Fact { relation: self.hidden, values: values.into() }
    }

    /// The hidden atoms of all groups.
    pub fn hidden_atoms(&self, atoms: &[(NodeId, Fact)]) -> Vec<(NodeId, Fact)> {
        let mut hidden = Vec::new();
        for (number, ((node, _), tuples)) in self.groups(atoms).into_iter().enumerate() {
            let n = tuples.len();
            let last = if self.function == AggregateFunction::Count { n } else { 1 };
            for i in 1..=n {
                hidden.extend((1..=i.min(last)).map(|j| (node, self.hidden(number, i, j))));
            }
        }
        hidden
    }

    /// The relation of hidden atoms that stand for no facts.
    pub fn hides(&self) -> RelationId {
        self.hidden
    }

    /// What the rule is over each group.
    pub fn aggregations(&self, program: &Program, atoms: &[(NodeId, Fact)]) -> Vec<Aggregation> {
        let groups = self.groups(atoms).into_iter();
        groups
            .map(|((node, group), tuples)| {
                let part = |tuple: &&[Value]| Fact {
                    relation: self.parts,
                    values: group.iter().chain(*tuple).copied().collect(),
                };
                let heads = self.values(&tuples).into_iter().map(|value| self.head(program, node, group, value));
                Aggregation {
                    node,
                    function: self.function,
                    column: self.group,
                    parts: tuples.iter().map(part).collect(),
                    certain: Vec::new(),
                    heads: heads.collect(),
                    kind: self.kind,
                }
            })
            .collect()
    }

    /// The rules from parts to heads, over the atoms of `all`.
    pub fn rules(&self, program: &Program, all: &Instances) -> Vec<Instance> {
        let mut rules = Vec::new();
        for (number, ((node, group), tuples)) in self.groups(&all.atoms).into_iter().enumerate() {
            let hidden = |i: usize, j: usize| all.atom(node, &self.hidden(number, i, j));
            let part = |tuple: &[Value]| {
                let values = group.iter().chain(tuple).copied().collect();
                all.atom(node, &Fact { relation: self.parts, values })
            };
            let mut add = |kind, head: Option<u32>, positive: &[Option<u32>], negative: Option<u32>| {
                let Some(head) = head else { return };
                let mut positive: Vec<u32> = positive.iter().flatten().copied().collect();
                positive.sort_unstable();
                positive.dedup();
                rules.push(Instance { node, kind, head, positive, negative: negative.into_iter().collect() });
            };
            let head = |value| {
                let (to, fact) = self.head(program, node, group, value)?;
                all.atom(to, &fact)
            };
            let values = self.values(&tuples);
            if self.function == AggregateFunction::Count {
                for (i, tuple) in (1..).zip(&tuples) {
                    for j in 1..=i {
                        if j < i {
                            add(RuleKind::Deductive, hidden(i, j), &[hidden(i - 1, j)], None);
                        }
                        let fewer = if j > 1 { hidden(i - 1, j - 1) } else { None };
                        add(RuleKind::Deductive, hidden(i, j), &[part(tuple), fewer], None);
                    }
                }
                let n = tuples.len();
                for (k, &value) in (1..).zip(&values) {
                    add(self.kind, head(value), &[hidden(n, k)], if k < n { hidden(n, k + 1) } else { None });
                }
                continue;
            }
            for (i, &value) in (1..).zip(&values) {
                let better = if i > 1 { hidden(i - 1, 1) } else { None };
                if i > 1 {
                    add(RuleKind::Deductive, hidden(i, 1), &[better], None);
                }
                for tuple in tuples.iter().filter(|tuple| tuple[0] == value) {
                    add(RuleKind::Deductive, hidden(i, 1), &[part(tuple)], None);
                    add(self.kind, head(value), &[part(tuple)], better);
                }
            }
        }
        rules
    }
}
