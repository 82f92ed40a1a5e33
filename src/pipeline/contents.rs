//! Whether the contents of a stream, all facts that it ever carries, are the same in every fair run of an instance; two runs if not.
//!
//! A relation that its exact persistence keeps holds, in the end, all that ever came. For any other a *record* is added, a relation
//! that keeps what comes. Nothing reads it, so runs stay what they are, and its ultimate facts are the contents. Runs that were found with the record are replayed
//! without it: the fact must be in D of some step of one run, and of no step of the other, however often that repeats its loop.
//!
//! A relation that rules keep, and may take back, is asked about twice: whether the same ever comes, and whether the same is there in the end. Two copies that overwrite
//! what they have may each see all values, and end with different ones.

use super::check::{self, Answer, Basis, FaultReport, Options, Verdict};
use super::figures::Figures;
use crate::analysis::{analyse, is_exact_persistence};
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::{
    Atom, Destination, Expr, Fact, Head, HeadTerm, Kind, LocatedFact, NodeId, Program, Relation, RelationId, Rule,
    RuleKind, Term, VariableId,
};
use crate::schedule::Schedule;
use crate::witness::replay::{LassoRun, check_lasso};
use std::collections::{BTreeMap, BTreeSet};

/// What was found of a stream's contents.
#[derive(Debug, Clone)]
pub struct Contents {
    /// Whether they are the same.
    pub found: Found,
    /// What it took.
    pub figures: Figures,
}

/// Whether the contents of a stream are the same in every run.
#[derive(Debug, Clone)]
pub enum Found {
    /// They are; by a theorem about all instances, or since every delivery order of this one was explored.
    Same(Basis),
    /// They are not.
    Different(Box<Difference>),
    /// A bound was hit before two runs were found that differ.
    Open(Bound),
}

/// What is said of a fact in two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is carried in the first and never in the second.
    Carried,
    /// It is ultimate in the first (semantics §3) and not in the second.
    Ultimate,
}

/// Two fair runs whose contents differ, replayed.
#[derive(Debug, Clone)]
pub struct Difference {
    /// How they differ.
    pub claim: Claim,
    /// In what.
    pub fact: LocatedFact,
    /// The runs, as schedules.
    pub schedules: [Schedule; 2],
    /// The same, as replayed by the definition.
    pub runs: [LassoRun; 2],
}

impl Claim {
    /// Whether it is true of a fact in a run.
    fn holds(self, run: &LassoRun, fact: &LocatedFact) -> bool {
        match self {
            Claim::Ultimate => run.holds(fact),
            Claim::Carried => {
                run.records.iter().any(|record| record.node == fact.node && record.derived.contains(&fact.fact))
            }
        }
    }
}

/// How a stream is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The relation that it carries.
    pub relation: RelationId,
    /// Whether it is a state that may be taken back, so that what is there in the end is asked for too.
    pub lasts: bool,
}

/// Explores the contents of a stream.
///
/// # Errors
/// If a rule errs in some reachable step.
///
/// # Panics
/// If evidence does not replay: an internal error, and better than a wrong answer.
pub fn contents(
    program: &Program,
    asked: Asked,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Contents, Box<FaultReport>> {
    if let Err(bound) = budget.check() {
        return Ok(Contents { found: Found::Open(bound), figures: Figures::default() });
    }
    let relation = asked.relation;
    let mut explore = |explored: &Program, claim: Claim| -> Result<Contents, Box<FaultReport>> {
        // Each search ends by itself when enough is known.
        let budget = Budget { enough: Default::default(), ..budget.clone() };
        let answer = check::check(explored, &analyse(explored), &budget, options, watch)?;
        let figures = answer.findings.figures;
        let found = match (answer.verdict, answer.basis) {
            (Verdict::Diffluent, _) => {
                Found::Different(Box::new(difference(program, (relation, claim), answer, &budget)))
            }
            (Verdict::Confluent, basis) => Found::Same(basis),
            (_, Basis::Bound(bound)) => Found::Open(bound),
            (_, Basis::Explored | Basis::Theorem(_)) => {
                unreachable!("internal error: an answer without a bound is open")
            }
        };
        Ok(Contents { found, figures })
    };
    let carried = explore(&recorded(program, relation), Claim::Carried)?;
    if !asked.lasts || matches!(carried.found, Found::Different(_)) {
        return Ok(carried);
    }
    let in_the_end = explore(&watched(program, relation), Claim::Ultimate)?;
    let mut figures = carried.figures;
    figures.add(&in_the_end.figures);
    let found = match (carried.found, in_the_end.found) {
        (_, different @ Found::Different(_)) => different,
        (open @ Found::Open(_), _) | (_, open @ Found::Open(_)) => open,
        (Found::Same(Basis::Theorem(_)), same) | (same, _) => same,
    };
    Ok(Contents { found, figures })
}

/// Replays without the record.
fn difference(
    program: &Program,
    (relation, claim): (RelationId, Claim),
    answer: Answer,
    budget: &Budget,
) -> Difference {
    let witness = answer.witness.expect("internal error: two runs differ, and there is no witness");
    let patient = Budget { max_facts: budget.max_facts, ..Budget::default() };
    let replay = |schedule: &Schedule| match check_lasso(program, schedule, &patient) {
        Ok(run) => run,
        Err(error) => panic!("internal error: a witness does not replay: {}", error.describe(program)),
    };
    let runs = [replay(&witness.schedules[0]), replay(&witness.schedules[1])];
    let fact = LocatedFact { fact: Fact { relation, ..witness.fact.fact }, ..witness.fact };
    assert!(
        claim.holds(&runs[0], &fact) && !claim.holds(&runs[1], &fact),
        "internal error: two runs do not differ in the contents of a stream as claimed"
    );
    Difference { claim, fact, schedules: witness.schedules, runs }
}

/// The program with a relation as its only output; without what only watches.
fn watched(program: &Program, relation: RelationId) -> Program {
    Program {
        nevers: Vec::new(),
        observers: Vec::new(),
        outputs: vec![relation],
        outputs_declared: true,
        ..program.clone()
    }
}

/// The program with the contents of a relation as its only output.
fn recorded(program: &Program, relation: RelationId) -> Program {
    let mut recorded = watched(program, relation);
    let kept = |rule: &Rule| rule.head.relation == relation && is_exact_persistence(program, rule);
    if program.rules.iter().any(kept) {
        return recorded;
    }
    let record = RelationId(u32::try_from(program.relations.len()).expect("fewer relations than bytes of a program"));
    let source = program.relation(relation);
    recorded.relations.push(Relation {
        // A name that no program can write.
        name: format!("all that {} carries", source.name),
        kind: Kind::Idb,
        builtin: false,
        normalised: false,
        ..source.clone()
    });
    recorded.rules.push(copying(source, RuleKind::Deductive, relation, record));
    recorded.rules.push(copying(source, RuleKind::Inductive, record, record));
    recorded.strata.push(program.strata[relation.0 as usize]);
    recorded.observer_strata.push(0);
    recorded.integers.push(program.integers[relation.0 as usize].clone());
    recorded.outputs = vec![record];
    recorded
}

/// `to(X̄) :- from(X̄)`.
fn copying(source: &Relation, kind: RuleKind, from: RelationId, to: RelationId) -> Rule {
    let variables = || (0..source.arity as u32).map(VariableId);
    let span = source.span;
    Rule {
        kind,
        head: Head {
            relation: to,
            destination: Destination::Here,
            terms: variables().map(|variable| HeadTerm::Expr(Expr::Variable(variable))).collect(),
            span,
        },
        location: None,
        positive: vec![Atom { relation: from, terms: variables().map(Term::Variable).collect(), time: None, span }],
        conditions: Vec::new(),
        negative: Vec::new(),
        variables: variables().map(|variable| format!("X{}", variable.0 + 1)).collect(),
        can_err: false,
        span,
    }
}

/// How two copies of a component differ in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The run, 0 or 1.
    pub run: usize,
    /// The copy that has more.
    pub one: NodeId,
    /// The other.
    pub other: NodeId,
    /// What the first puts out on the stream in this run, and the other never, with where it goes.
    pub answers: Option<LocatedFact>,
    /// What the first keeps for ever, and the other does not.
    pub keeps: Option<Fact>,
}

/// How copies of a component at `nodes` differ in the runs: in what they put out on the stream, in what they keep (of the relations
/// `kept`) for ever. For each run the first two copies that differ; state before answers, since it lasts.
pub fn apart(program: &Program, difference: &Difference, nodes: &[NodeId], kept: &[RelationId]) -> Vec<Apart> {
    let relation = difference.fact.fact.relation;
    let sent = program.rules.iter().any(|rule| rule.head.relation == relation && rule.kind == RuleKind::Async);
    let mut found = Vec::new();
    for (number, run) in difference.runs.iter().enumerate() {
        // What copies put out is compared without its addressee, which is told with it.
        let answers = |node: NodeId| -> BTreeMap<&Fact, NodeId> {
            let mut found = BTreeMap::new();
            for record in run.records.iter().filter(|record| record.node == node) {
                let to_others = record.sent.iter().filter(|_| sent).map(|sent| (&sent.fact, sent.node));
                let here = record.derived.iter().filter(|_| !sent).map(|fact| (fact, node));
                for (fact, to) in to_others.chain(here).filter(|(fact, _)| fact.relation == relation) {
                    found.entry(fact).or_insert(to);
                }
            }
            found
        };
        let state = |node: NodeId| -> BTreeSet<Fact> {
            let here = run.ultimate.iter().filter(|fact| fact.node == node && kept.contains(&fact.fact.relation));
            here.map(|fact| fact.fact.clone()).collect()
        };
        let pairs = nodes.iter().flat_map(|&one| nodes.iter().map(move |&other| (one, other)));
        let differing = pairs.filter_map(|(one, other)| {
            let theirs = answers(other);
            let more = answers(one).into_iter().find(|(fact, _)| !theirs.contains_key(fact));
            let answers = more.map(|(fact, node)| LocatedFact { node, fact: fact.clone() });
            let keeps = state(one).difference(&state(other)).next().cloned();
            (answers.is_some() || keeps.is_some()).then_some(Apart { run: number, one, other, answers, keeps })
        });
        found.extend(differing.min_by_key(|apart| apart.keeps.is_none()));
    }
    found
}
