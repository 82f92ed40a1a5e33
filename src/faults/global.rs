//! A round of all nodes as one local step: the rules with their locations as first columns.
//!
//! Under synchronous rounds rules may join across nodes (semantics §5), so a round has one fixpoint over the facts of
//! all nodes. Every relation gets its location as first column, which turns the rules into those of one big
//! node. An `@async` rule derives `sent_r(sender, addressee, …)` beside what `@next` rules derive, so that a step of the big node
//! says what each node sends to whom. A rule of one node reads and derives at that node only, so for a program
//! without rules across nodes this is each node's step by itself.
//!
//! An atom `r(X)@k` reads a relation of its own, which holds the facts of round k in later rounds and nothing before;
//! in round k itself it reads r. Deductive rules work wherever their facts are, a place that is no node included; `@next` and
//! `@async` rules fire at nodes only.

use crate::program::{
    Atom, Destination, Expr, HeadTerm, Kind, NegatedAtom, NegatedTerm, Program, Relation, RelationId, Rule, RuleId,
    RuleKind, Term, Value, VariableId,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A program as that of one big node. Relations keep their numbers; new ones follow.
#[derive(Debug, Clone)]
pub struct Global {
    /// The rules of a round that no atom names.
    operational: Program,
    /// The rules of each round that some atom names, where it is read as the present.
    named: BTreeMap<u64, Program>,
    /// The observer rules, deductive.
    observing: Program,
    observing_named: BTreeMap<u64, Program>,
    /// The relations of what is sent, with that which arrives.
    sent: BTreeMap<RelationId, RelationId>,
    /// The relations that hold the facts of a named round.
    copies: BTreeMap<(RelationId, u64), RelationId>,
    /// Holds `node` for each node that takes a step.
    pub stepping: RelationId,
    /// Holds `node` for each node of the network.
    pub network: RelationId,
    /// Holds `node` for each node that takes no step.
    pub stopped: RelationId,
    /// Molly's `crash(Observer, Node, Time)`, if rules read it.
    pub crash: Option<RelationId>,
    /// The rounds in which observer rules are evaluated because one of their heads is read at that round.
    pub observed_rounds: BTreeSet<u64>,
    spans: Vec<Span>,
    observer_spans: Vec<Span>,
}

/// The number of the one big node.
pub const BIG_NODE: crate::program::NodeId = crate::program::NodeId(0);

impl Global {
    /// The translation of a program. Linear in it and in the named rounds.
    pub fn new(program: &Program) -> Self {
        let mut maker = Maker::new(program);
        let mut operational: Vec<Rule> = program.rules.iter().map(|rule| maker.of_one_node(rule)).collect();
        operational.extend(program.synchronous.iter().map(|rule| maker.across(rule)));
        let spans = program.rules.iter().chain(&program.synchronous).map(|rule| rule.span).collect();
        let observer_spans = program.observers.iter().map(|rule| rule.span).collect();
        let timed = |rules: &[Rule]| -> BTreeSet<(RelationId, u64)> {
            let positive = rules.iter().flat_map(|rule| rule.positive.iter().map(|atom| (atom.relation, atom.time)));
            let negative = rules.iter().flat_map(|rule| rule.negative.iter().map(|atom| (atom.relation, atom.time)));
            positive.chain(negative).filter_map(|(relation, time)| Some((relation, time?))).collect()
        };
        let (reads, observer_reads) = (timed(&operational), timed(&program.observers));
        for &(relation, time) in reads.union(&observer_reads) {
            let name = format!("{}@{time}", program.relation(relation).name);
            let copy = maker.relation(name, program.relation(relation).arity + 1);
            maker.copies.insert((relation, time), copy);
        }
        let observer = |relation: RelationId| program.relation(relation).observer;
        let observed_rounds =
            observer_reads.iter().filter(|(relation, _)| observer(*relation)).map(|&(_, t)| t).collect();
        let of_rounds = |maker: &Maker<'_>, rules: &[Rule], strata: &[usize], reads: &BTreeSet<(RelationId, u64)>| {
            let named: BTreeSet<u64> = reads.iter().map(|&(_, time)| time).collect();
            let of = |time| maker.program(rules, strata, time);
            (of(None), named.into_iter().map(|time| (time, of(Some(time)))).collect::<BTreeMap<_, _>>())
        };
        let (main, named) = of_rounds(&maker, &operational, &program.strata, &reads);
        let (observing, observing_named) =
            of_rounds(&maker, &program.observers, &program.observer_strata, &observer_reads);
        Global {
            operational: main,
            named,
            observing,
            observing_named,
            stepping: maker.stepping,
            network: maker.network,
            stopped: maker.stopped,
            crash: crash(program),
            observed_rounds,
            sent: maker.sent.iter().map(|(&arriving, &sent)| (sent, arriving)).collect(),
            copies: maker.copies,
            spans,
            observer_spans,
        }
    }

    /// The rules of a round.
    pub fn round(&self, time: u64) -> &Program {
        self.named.get(&time).unwrap_or(&self.operational)
    }

    /// The observer rules of a round.
    pub fn observing(&self, time: u64) -> &Program {
        self.observing_named.get(&time).unwrap_or(&self.observing)
    }

    /// The relation that arrives, if this one holds what is sent.
    pub fn arriving(&self, relation: RelationId) -> Option<RelationId> {
        self.sent.get(&relation).copied()
    }

    /// The relations that hold facts of named rounds: the relation, the round, the copy.
    pub fn copies(&self) -> impl Iterator<Item = (RelationId, u64, RelationId)> + '_ {
        self.copies.iter().map(|(&(relation, time), &copy)| (relation, time, copy))
    }

    /// Where a rule of a round stands.
    pub fn span(&self, rule: RuleId) -> Span {
        self.spans[rule.0 as usize]
    }

    /// Where an observer rule stands.
    pub fn observer_span(&self, rule: RuleId) -> Span {
        self.observer_spans[rule.0 as usize]
    }
}

/// Molly's `crash`: an observer relation of two columns and a location that no rule derives.
fn crash(program: &Program) -> Option<RelationId> {
    let id = program.relation_named("crash")?;
    let relation = program.relation(id);
    let derived = program.observers.iter().any(|rule| rule.head.relation == id);
    (relation.observer && relation.arity == 2 && !derived).then_some(id)
}

/// The translation in progress.
struct Maker<'p> {
    program: &'p Program,
    relations: Vec<Relation>,
    /// By the relation that arrives, the one that holds what is sent.
    sent: BTreeMap<RelationId, RelationId>,
    copies: BTreeMap<(RelationId, u64), RelationId>,
    stepping: RelationId,
    network: RelationId,
    stopped: RelationId,
}

impl<'p> Maker<'p> {
    fn new(program: &'p Program) -> Self {
        let none = RelationId(0);
        let mut maker = Maker {
            program,
            relations: Vec::new(),
            sent: BTreeMap::new(),
            copies: BTreeMap::new(),
            stepping: none,
            network: none,
            stopped: none,
        };
        for relation in &program.relations {
            maker.relations.push(Relation { arity: relation.arity + 1, builtin: false, ..relation.clone() });
        }
        [maker.stepping, maker.network, maker.stopped] =
            ["stepping", "network", "stopped"].map(|name| maker.relation(name.to_string(), 1));
        maker
    }

    fn relation(&mut self, name: String, arity: usize) -> RelationId {
        let span = self.program.relations.first().map_or(Span::new(crate::source::FileId(0), 0, 0), |r| r.span);
        let kind = Kind::Idb;
        self.relations.push(Relation { name, arity, kind, observer: false, builtin: false, normalised: false, span });
        RelationId(self.relations.len() as u32 - 1)
    }

    fn sent(&mut self, arriving: RelationId) -> RelationId {
        if let Some(&sent) = self.sent.get(&arriving) {
            return sent;
        }
        let of = self.program.relation(arriving);
        let sent = self.relation(format!("sent {}", of.name), of.arity + 2);
        self.sent.insert(arriving, sent);
        sent
    }

    /// A rule of one node: every atom is at its location.
    fn of_one_node(&mut self, rule: &Rule) -> Rule {
        let mut made = rule.clone();
        let location = match rule.location {
            Some(term @ (Term::Constant(_) | Term::Variable(_))) => term,
            Some(Term::Anonymous) | None => Term::Variable(fresh(&mut made)),
        };
        let at = expr(location);
        made.location = None;
        for atom in &mut made.positive {
            atom.terms.insert(0, location);
        }
        for atom in &mut made.negative {
            atom.terms.insert(0, NegatedTerm::Expr(at.clone()));
        }
        // What held in a named round says nothing of whether the node steps now.
        if rule.kind != RuleKind::Deductive || rule.positive.iter().all(|atom| atom.time.is_some()) {
            guard(&mut made, self.stepping, location);
        }
        let destination = match &rule.head.destination {
            Destination::Here => at.clone(),
            Destination::At(expr) => expr.clone(),
            Destination::Everywhere => self.everywhere(&mut made),
        };
        self.finish(made, at, destination)
    }

    /// A rule whose atoms carry their locations; what it sends travels from the location of the first body atom.
    fn across(&mut self, rule: &Rule) -> Rule {
        let mut made = rule.clone();
        for at in 0..made.positive.len() {
            if made.positive[at].terms.first() == Some(&Term::Anonymous) {
                made.positive[at].terms[0] = Term::Variable(fresh(&mut made));
            }
        }
        let positive = made.positive.iter().map(|atom| (atom.span, atom.terms.first().copied().map(expr)));
        let negative = made.negative.iter().map(|atom| (atom.span, located(atom.terms.first())));
        let mut atoms: Vec<_> = positive.chain(negative).collect();
        atoms.sort_by_key(|(span, _)| (span.file, span.start));
        // An existential location is at no node in particular: the next atom counts.
        let sender = atoms.into_iter().find_map(|(_, place)| place);
        let destination = match &rule.head.destination {
            Destination::At(expr) => expr.clone(),
            Destination::Here => sender.clone().unwrap_or(Expr::Constant(Value::Int(0))),
            Destination::Everywhere => self.everywhere(&mut made),
        };
        let sender = sender.unwrap_or_else(|| destination.clone());
        match &sender {
            Expr::Constant(value) if self.program.node_of(*value).is_none() => {
                guard(&mut made, self.network, Term::Constant(*value));
            }
            Expr::Constant(value) if rule.kind != RuleKind::Deductive => {
                guard(&mut made, self.stepping, Term::Constant(*value));
            }
            Expr::Variable(variable) if rule.kind != RuleKind::Deductive => {
                guard(&mut made, self.stepping, Term::Variable(*variable));
            }
            _ => {}
        }
        if rule.kind == RuleKind::Deductive {
            let terms = vec![NegatedTerm::Expr(destination.clone())];
            made.negative.push(NegatedAtom { relation: self.stopped, terms, time: None, span: rule.span });
        }
        self.finish(made, sender, destination)
    }

    fn everywhere(&mut self, rule: &mut Rule) -> Expr {
        let variable = fresh(rule);
        guard(rule, self.network, Term::Variable(variable));
        Expr::Variable(variable)
    }

    /// The head with its location, and with its sender if it is sent.
    fn finish(&mut self, mut rule: Rule, sender: Expr, destination: Expr) -> Rule {
        rule.head.destination = Destination::Here;
        rule.head.terms.insert(0, HeadTerm::Expr(destination));
        if rule.kind == RuleKind::Async {
            rule.head.terms.insert(0, HeadTerm::Expr(sender));
            rule.head.relation = self.sent(rule.head.relation);
            rule.kind = RuleKind::Inductive;
        }
        rule
    }

    /// The rules of a round, where atoms that name it read the present.
    fn program(&self, rules: &[Rule], strata: &[usize], present: Option<u64>) -> Program {
        let mut rules = rules.to_vec();
        let read = |relation: &mut RelationId, time: &mut Option<u64>| {
            let copy = time.take().filter(|&t| Some(t) != present).map(|t| self.copies[&(*relation, t)]);
            *relation = copy.unwrap_or(*relation);
        };
        for rule in &mut rules {
            rule.positive.iter_mut().for_each(|atom| read(&mut atom.relation, &mut atom.time));
            rule.negative.iter_mut().for_each(|atom| read(&mut atom.relation, &mut atom.time));
        }
        let mut strata = strata.to_vec();
        strata.resize(self.relations.len(), 0);
        Program {
            relations: self.relations.clone(),
            rules,
            observers: Vec::new(),
            synchronous: Vec::new(),
            nodes: vec![Value::Int(0)],
            facts: Vec::new(),
            outputs: Vec::new(),
            nevers: Vec::new(),
            observer_strata: vec![0; self.relations.len()],
            strata,
            ..self.program.clone()
        }
    }
}

fn fresh(rule: &mut Rule) -> VariableId {
    rule.variables.push(format!("_location{}", rule.variables.len()));
    VariableId(rule.variables.len() as u32 - 1)
}

/// Adds a positive atom with one column.
fn guard(rule: &mut Rule, relation: RelationId, term: Term) {
    rule.positive.push(Atom { relation, terms: vec![term], time: None, span: rule.span });
}

fn expr(term: Term) -> Expr {
    match term {
        Term::Constant(value) => Expr::Constant(value),
        Term::Variable(variable) => Expr::Variable(variable),
        Term::Anonymous => unreachable!("internal error: a location without a name"),
    }
}

fn located(term: Option<&NegatedTerm>) -> Option<Expr> {
    match term {
        Some(NegatedTerm::Expr(expr)) => Some(expr.clone()),
        _ => None,
    }
}
