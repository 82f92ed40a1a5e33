//! Which components run in several copies that see the same inputs, on the instance at hand.
//!
//! A component is *replicated* if its rules may read what changes at two nodes or more, and copies share what they see: a message
//! goes to several of them at once (to every node, or to an addressee that membership alone decides), or they tell each other what
//! they have. A component that is divided among nodes by a column of its data is not.
//!
//! Where rules may fire is over-approximated: relations by the nodes at which they may hold, columns by the nodes that may stand in
//! them. What is unsure counts as replicated, which only makes labels more severe.

use super::owners::{Carried, Owners};
use crate::program::{
    Condition, Destination, Expr, HeadTerm, NodeId, Program, RelationId, Rule, RuleKind, Term, VariableId,
};
use std::collections::{BTreeMap, BTreeSet};

type Nodes = BTreeSet<NodeId>;

/// Where relations may hold.
#[derive(Debug)]
pub struct Sites {
    /// By relation, the nodes at which it may hold.
    holds: Vec<Nodes>,
    /// By relation and column, the nodes whose names may stand there.
    names: Vec<Vec<Nodes>>,
}

impl Sites {
    /// The least solution over all rules and the facts of the instance.
    pub fn of(program: &Program) -> Sites {
        let all: Nodes = program.node_ids().collect();
        let mut sites = Sites {
            holds: vec![Nodes::new(); program.relations.len()],
            names: program.relations.iter().map(|relation| vec![Nodes::new(); relation.arity]).collect(),
        };
        for (at, relation) in program.relations.iter().enumerate().filter(|(_, relation)| relation.builtin) {
            sites.holds[at] = all.clone();
            sites.names[at] = vec![all.clone(); relation.arity];
        }
        for given in &program.facts {
            let at = given.fact.relation.0 as usize;
            sites.holds[at].insert(given.node);
            for (column, &value) in given.fact.values.iter().enumerate() {
                sites.names[at][column].extend(program.node_of(value));
            }
        }
        loop {
            let changed = program.rules.iter().filter(|rule| sites.apply(program, rule)).count();
            if changed == 0 {
                return sites;
            }
        }
    }

    fn apply(&mut self, program: &Program, rule: &Rule) -> bool {
        let here = self.fires(program, rule);
        if here.is_empty() {
            return false;
        }
        let there = match &rule.head.destination {
            Destination::Here => here.clone(),
            Destination::Everywhere => program.node_ids().collect(),
            Destination::At(expr) => self.values(program, rule, &here, expr),
        };
        let head = rule.head.relation.0 as usize;
        let columns: Vec<Nodes> = (rule.head.terms.iter())
            .map(|term| match term {
                HeadTerm::Expr(expr) => self.values(program, rule, &here, expr),
                HeadTerm::Aggregate(_) => program.node_ids().collect(),
            })
            .collect();
        let mut changed = extend(&mut self.holds[head], there);
        for (known, more) in self.names[head].iter_mut().zip(columns) {
            changed |= extend(known, more);
        }
        changed
    }

    /// The nodes at which a rule may fire.
    fn fires(&self, program: &Program, rule: &Rule) -> Nodes {
        let mut here: Nodes = program.node_ids().collect();
        if let Some(Term::Constant(value)) = rule.location {
            here.retain(|&node| program.node_value(node) == value);
        }
        for atom in &rule.positive {
            here.retain(|node| self.holds[atom.relation.0 as usize].contains(node));
        }
        here
    }

    /// The nodes that an expression may name where its rule fires.
    fn values(&self, program: &Program, rule: &Rule, here: &Nodes, expr: &Expr) -> Nodes {
        match expr {
            Expr::Constant(value) => program.node_of(*value).into_iter().collect(),
            Expr::Variable(variable) => self.bound(program, rule, here, *variable),
            Expr::Negate(_) | Expr::Binary(..) => program.node_ids().collect(),
        }
    }

    fn bound(&self, program: &Program, rule: &Rule, here: &Nodes, variable: VariableId) -> Nodes {
        let mut nodes: Nodes = program.node_ids().collect();
        if rule.location == Some(Term::Variable(variable)) {
            nodes = here.clone();
        }
        for atom in &rule.positive {
            for (column, term) in atom.terms.iter().enumerate() {
                if *term == Term::Variable(variable) {
                    nodes.retain(|node| self.names[atom.relation.0 as usize][column].contains(node));
                }
            }
        }
        nodes
    }

    /// The nodes at which rules of a component may read what changes.
    pub fn runs(&self, program: &Program, owners: &Owners, component: usize) -> Nodes {
        let own = |(rule, owner): &(&Rule, &Option<usize>)| {
            **owner == Some(component)
                && super::owners::read_by(rule).any(|relation| !owners.constant[relation.0 as usize])
        };
        let rules = program.rules.iter().zip(&owners.of_rule).filter(own);
        rules.flat_map(|(rule, _)| self.fires(program, rule)).collect()
    }

    /// Whether copies of a component, at `runs`, share what they see.
    pub fn replicated(
        &self,
        program: &Program,
        owners: &Owners,
        (component, runs): (usize, &Nodes),
        inputs: &[Carried],
    ) -> bool {
        runs.len() > 1 && inputs.iter().any(|&input| self.shared(program, owners, (component, runs), input))
    }

    fn shared(&self, program: &Program, owners: &Owners, (component, runs): (usize, &Nodes), input: Carried) -> bool {
        let mut constants = BTreeSet::new();
        for (rule, owner) in program.rules.iter().zip(&owners.of_rule) {
            if rule.kind != RuleKind::Async || rule.head.relation != input.relation {
                continue;
            }
            let here = self.fires(program, rule);
            let to: Nodes = match &rule.head.destination {
                Destination::Here => here.clone(),
                Destination::Everywhere => program.node_ids().collect(),
                Destination::At(expr) => self.values(program, rule, &here, expr),
            };
            let to: Nodes = to.intersection(runs).copied().collect();
            let own = *owner == Some(component);
            match &rule.head.destination {
                Destination::Here => {}
                Destination::At(Expr::Constant(_)) => {
                    if own && to.iter().any(|node| here.len() > 1 || !here.contains(node)) {
                        return true;
                    }
                    constants.extend(to);
                }
                Destination::Everywhere if to.len() > 1 => return true,
                Destination::At(expr) if to.len() > 1 && (own || many(program, owners, rule, expr)) => return true,
                Destination::At(_) | Destination::Everywhere => {}
            }
        }
        constants.len() > 1
    }
}

/// Whether one and the same message may go to several addressees: what names them is no column of the message, and membership does not
/// give each row of the data one of them.
fn many(program: &Program, owners: &Owners, rule: &Rule, expr: &Expr) -> bool {
    let Expr::Variable(addressee) = expr else { return true };
    let is_column =
        rule.head.terms.iter().any(|term| matches!(term, HeadTerm::Expr(Expr::Variable(v)) if v == addressee));
    let computed = rule
        .conditions
        .iter()
        .any(|condition| matches!(condition, Condition::Bind { variable, .. } if variable == addressee));
    if is_column || rule.location == Some(Term::Variable(*addressee)) {
        return false;
    }
    let naming = rule.positive.iter().filter(|atom| atom.terms.contains(&Term::Variable(*addressee)));
    let naming: Vec<_> = naming.collect();
    // Where data that change name the addressee, they say which copy a row is for.
    if naming.iter().any(|atom| !owners.constant[atom.relation.0 as usize]) {
        return false;
    }
    computed
        || naming
            .iter()
            .all(|atom| has_several(program, atom.relation, |column| atom.terms[column] == Term::Variable(*addressee)))
}

/// Whether, at one node, two facts of a constant relation differ in the columns that name the addressee, and in no other.
fn has_several(program: &Program, relation: RelationId, names: impl Fn(usize) -> bool) -> bool {
    if !program.relation(relation).is_edb() || program.relation(relation).builtin {
        return true;
    }
    let mut first = BTreeMap::new();
    program.facts.iter().filter(|given| given.fact.relation == relation).any(|given| {
        let values = given.fact.values.iter().copied().enumerate();
        let (name, rest): (Vec<_>, Vec<_>) = values.partition(|(column, _)| names(*column));
        *first.entry((given.node, rest)).or_insert_with(|| name.clone()) != name
    })
}

fn extend(known: &mut Nodes, more: Nodes) -> bool {
    let before = known.len();
    known.extend(more);
    known.len() != before
}
