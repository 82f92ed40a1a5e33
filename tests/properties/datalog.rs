//! The ultimate model of a Dedalus+ program by Corollary 1 and Lemma 4, and the stratified model of a DedalusS program (semantics §4): the
//! Datalog model of the rules with inductive and async ones read as deductive, locations as a first column. It is written as a
//! program of one node and given to the naive evaluator, so that nothing is shared with the library's own evaluator of such programs.

use std::collections::BTreeSet;
use watershed::eval::LocalStep;
use watershed::eval::naive::Naive;
use watershed::program::{
    Atom, Destination, Expr, Fact, HeadTerm, LocatedFact, NegatedTerm, NodeId, Program, Relation, RelationId, Rule,
    RuleKind, Term, Value, VariableId,
};
use watershed::source::{FileId, Span};

/// The Datalog model over the output relations; `None` if a rule errs.
pub fn model(program: &Program) -> Option<BTreeSet<LocatedFact>> {
    let global = one_node(program);
    let given = program.facts.iter().map(|given| located(program.node_value(given.node), &given.fact));
    let here = network(program);
    let sites = program.nodes.iter().map(|&node| Fact { relation: here, values: [node].into() });
    let builtin = program.relations.iter().position(|relation| relation.builtin).map(|id| RelationId(id as u32));
    let known = builtin.into_iter().flat_map(|node| {
        let pairs = program.nodes.iter().flat_map(|&at| program.nodes.iter().map(move |&of| (at, of)));
        pairs.map(move |(at, of)| Fact { relation: node, values: [at, of].into() })
    });
    let input: BTreeSet<Fact> = given.chain(sites).chain(known).collect();
    let derived = Naive::new(&global, 100_000).step(NodeId(0), &input).ok()?.derived;
    let at_node = |fact: &Fact| {
        let (&location, values) = fact.values.split_first()?;
        let fact = Fact { relation: fact.relation, values: values.into() };
        Some(LocatedFact { node: program.node_of(location)?, fact })
    };
    Some(derived.iter().filter(|fact| program.outputs.contains(&fact.relation)).filter_map(at_node).collect())
}

fn located(node: Value, fact: &Fact) -> Fact {
    Fact { relation: fact.relation, values: std::iter::once(node).chain(fact.values.iter().copied()).collect() }
}

/// A relation of the transformed program that holds of every node.
fn network(program: &Program) -> RelationId {
    RelationId(program.relations.len() as u32)
}

fn one_node(program: &Program) -> Program {
    let mut global = program.clone();
    for relation in &mut global.relations {
        relation.arity += 1;
        relation.builtin = false;
    }
    global.relations.push(Relation {
        name: "network".to_string(),
        arity: 1,
        kind: watershed::program::Kind::Static,
        observer: false,
        builtin: false,
        normalised: false,
        span: Span::new(FileId(0), 0, 0),
    });
    global.nodes.truncate(1);
    global.facts.clear();
    global.strata = strata(program);
    global.rules = program.rules.iter().map(|rule| as_datalog(program, rule)).collect();
    global.observers.clear();
    global
}

/// The least stratum of each relation, and of the network, that all rules allow: raised one by one until they do.
///
/// # Panics
/// If none are allowed: the program is outside DedalusS.
fn strata(program: &Program) -> Vec<usize> {
    let mut strata: Vec<usize> = program.relations.iter().map(|relation| usize::from(!relation.is_edb())).collect();
    let most = strata.len() + 1;
    loop {
        let mut raised = false;
        for rule in &program.rules {
            let aggregates = rule.head.terms.iter().any(|term| matches!(term, HeadTerm::Aggregate { .. }));
            let below = |relation: RelationId| strata[relation.0 as usize];
            let read = rule.positive.iter().map(|atom| below(atom.relation) + usize::from(aggregates));
            let negated = rule.negative.iter().map(|atom| below(atom.relation) + 1);
            let least = read.chain(negated).max().unwrap_or(0);
            assert!(least <= most, "a cycle through negation");
            let head = &mut strata[rule.head.relation.0 as usize];
            raised |= *head < least;
            *head = least.max(*head);
        }
        if !raised {
            strata.push(0);
            return strata;
        }
    }
}

fn as_datalog(program: &Program, rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    rule.kind = RuleKind::Deductive;
    let fresh = |rule: &mut Rule, name: &str| {
        rule.variables.push(name.to_string());
        VariableId(rule.variables.len() as u32 - 1)
    };
    let here = match rule.location.take() {
        Some(term @ (Term::Constant(_) | Term::Variable(_))) => term,
        _ => Term::Variable(fresh(&mut rule, "_Here")),
    };
    let expr = |term: Term| match term {
        Term::Constant(value) => Expr::Constant(value),
        Term::Variable(variable) => Expr::Variable(variable),
        Term::Anonymous => unreachable!("a location is a constant or a variable here"),
    };
    for atom in &mut rule.positive {
        atom.terms.insert(0, here);
    }
    for atom in &mut rule.negative {
        atom.terms.insert(0, NegatedTerm::Expr(expr(here)));
    }
    let span = rule.span;
    let site = |term: Term| Atom { relation: network(program), terms: vec![term], time: None, span };
    rule.positive.push(site(here));
    let destination = match std::mem::replace(&mut rule.head.destination, Destination::Here) {
        Destination::Here => expr(here),
        Destination::At(expr) => expr,
        Destination::Everywhere => {
            let anyone = fresh(&mut rule, "_Anyone");
            rule.positive.push(site(Term::Variable(anyone)));
            Expr::Variable(anyone)
        }
    };
    rule.head.terms.insert(0, HeadTerm::Expr(destination));
    rule
}
