//! Whether two programs have the same ultimate models on their instances (`equiv`): for variants written by hand.
//!
//! Both are explored to the end, on the same output relations, and their models compared as sets of facts by name. A model of one that the other does not
//! have is shown by a run, replayed by the definition, that ends with it; that the other has no such run rests on its exploration, or on a theorem.
//!
//! So two concrete programs are compared. For all values of unknown inputs ([`valuations`]) and for all small instances ([`instances`]) they are compared on one instance after
//! another, which they share.

pub mod instances;
pub mod valuations;

use super::check::{Basis, FaultReport, Options, check};
use super::figures::Figures;
use super::instance::{self, Findings, run_with_model};
use crate::analysis::{Analysis, analyse};
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::{LocatedFact, Name, Program};
use crate::schedule::Schedule;
use crate::witness::replay::{LassoRun, check_lasso};
use std::collections::BTreeSet;

/// A program, as it was read.
#[derive(Debug, Clone)]
pub struct Side {
    /// The program; its outputs are those that are compared.
    pub program: Program,
    /// What can be said of it without running it.
    pub analysis: Analysis,
}

/// A fact by names: relation, node, columns.
type NamedFact = (String, Name, Vec<Name>);

/// Why two programs cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// Only one of them declares this output.
    #[error("only one of the programs has the output `{0}`")]
    Output(String),
    /// An output has other columns in the other program.
    #[error("`{0}` has {1} columns in one program and {2} in the other, without its location")]
    Columns(String, usize, usize),
    /// Neither has an output that the other has too.
    #[error("the programs derive no relation in common")]
    Nothing,
    /// An EDB relation that the other program derives.
    #[error("`{0}` is given in one program and derived in the other, so they cannot be given the same instances")]
    Derived(String),
    /// An EDB relation of events that the other program takes to hold at every step.
    #[error(
        "`{0}` is an event relation in one program and a static one in the other, so they cannot be given the same instances"
    )]
    Kind(String),
    /// An EDB relation that has other columns in the other program.
    #[error(
        "`{0}` has {1} columns in one program and {2} in the other, without its location, so they cannot be given the same instances"
    )]
    Schema(String, usize, usize),
    /// One program spells locations with `#`, the other in the first column.
    #[error(
        "one program writes locations with `#` and the other in the first column, so they cannot be given the same instances"
    )]
    Spelling,
}

/// A run of one program that ends as none of the other does.
#[derive(Debug, Clone)]
pub struct Difference {
    /// 0 for the first program, 1 for the second.
    pub side: usize,
    /// The model with which it ends.
    pub model: BTreeSet<LocatedFact>,
    /// The run.
    pub schedule: Schedule,
    /// The same, as replayed.
    pub run: LassoRun,
}

/// What was found of one instance, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same ultimate models.
    Same,
    /// Different ones.
    Different,
    /// Not decided.
    Inconclusive,
}

impl Likeness {
    /// As answers name it.
    pub fn name(self) -> &'static str {
        match self {
            Likeness::Same => "same",
            Likeness::Different => "different",
            Likeness::Inconclusive => "inconclusive",
        }
    }
}

/// What was found.
#[derive(Debug)]
pub enum Comparison {
    /// They have the same ultimate models.
    Same,
    /// They do not.
    Different(Box<Difference>),
    /// A bound left the question open.
    Open(Bound),
}

impl Comparison {
    /// What it is, without evidence.
    pub fn likeness(&self) -> Likeness {
        match self {
            Comparison::Same => Likeness::Same,
            Comparison::Different(_) => Likeness::Different,
            Comparison::Open(_) => Likeness::Inconclusive,
        }
    }
}

/// The answer, with what it took.
#[derive(Debug)]
pub struct Compared {
    /// The answer.
    pub comparison: Comparison,
    /// How many models of each were found; nothing if the answer is about several instances.
    pub models: Option<[usize; 2]>,
    /// What each took.
    pub figures: [Figures; 2],
}

impl Compared {
    /// The answer about several instances: none was different. The figures are of all.
    fn of_many(bound: Option<Bound>, figures: [Figures; 2]) -> Self {
        let comparison = bound.map_or(Comparison::Same, Comparison::Open);
        Compared { comparison, models: None, figures }
    }
}

/// The outputs that are compared: the declared ones, which must be the same; if none are, those that both derive.
///
/// # Errors
/// If there is nothing to compare.
pub fn shared_outputs(programs: [&Program; 2]) -> Result<Vec<String>, NotComparable> {
    let names = |program: &Program| -> Vec<String> {
        program.outputs.iter().map(|&output| program.relation(output).name.clone()).collect()
    };
    let [first, second] = programs.map(names);
    let [declared_first, declared_second] = programs.map(|program| program.outputs_declared);
    let (wanted, lenient) = match (declared_first, declared_second) {
        (true, true) => {
            let only = first.iter().find(|name| !second.contains(name));
            let only = only.or(second.iter().find(|name| !first.contains(name)));
            if let Some(only) = only {
                return Err(NotComparable::Output(only.clone()));
            }
            (first, false)
        }
        (true, false) => (first, false),
        (false, true) => (second, false),
        (false, false) => (first, true),
    };
    let mut outputs = Vec::new();
    for name in wanted {
        let [one, other] = programs.map(|program| program.relation_named(&name));
        let (Some(one), Some(other)) = (one, other) else {
            if lenient {
                continue;
            }
            return Err(NotComparable::Output(name));
        };
        let arities = [programs[0].relation(one).arity, programs[1].relation(other).arity];
        if arities[0] != arities[1] {
            return Err(NotComparable::Columns(name, arities[0], arities[1]));
        }
        outputs.push(name);
    }
    if outputs.is_empty() { Err(NotComparable::Nothing) } else { Ok(outputs) }
}

/// Sets the outputs of both programs to those that are compared.
///
/// # Errors
/// If there is nothing to compare.
pub fn align(sides: &mut [Side; 2]) -> Result<(), NotComparable> {
    let outputs = shared_outputs([&sides[0].program, &sides[1].program])?;
    set_outputs(sides, &outputs);
    Ok(())
}

fn set_outputs(sides: &mut [Side; 2], outputs: &[String]) {
    for Side { program, analysis } in sides {
        program.outputs = outputs.iter().filter_map(|name| program.relation_named(name)).collect();
        *analysis = analyse(program);
    }
}

/// Whether two programs can be given the same instances: a relation that is EDB in one is EDB in the other, if that has it, of the same kind and columns.
///
/// # Errors
/// The first relation that cannot.
pub fn share_instances(programs: [&Program; 2]) -> Result<(), NotComparable> {
    let [first, second] = programs;
    if first.spelling != second.spelling {
        return Err(NotComparable::Spelling);
    }
    for one in &first.relations {
        let Some(other) = second.relation_named(&one.name).map(|id| second.relation(id)) else { continue };
        if !one.is_edb() && !other.is_edb() {
            continue;
        }
        let name = || one.name.clone();
        if one.is_edb() != other.is_edb() {
            return Err(NotComparable::Derived(name()));
        }
        if one.arity != other.arity {
            return Err(NotComparable::Schema(name(), one.arity, other.arity));
        }
        if one.kind != other.kind {
            return Err(NotComparable::Kind(name()));
        }
    }
    Ok(())
}

/// Compares two programs whose outputs are aligned.
///
/// # Errors
/// If a rule of one of them errs in some reachable step: which, and where.
///
/// # Panics
/// If a run does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn compare(
    sides: &[Side; 2],
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Compared, (usize, Box<FaultReport>)> {
    let options = Options {
        theorems: true,
        proofs: None,
        enough: None,
        instance: instance::Options { every_model: true, ..options },
    };
    let mut found = Vec::new();
    let mut bound = None;
    for (number, side) in sides.iter().enumerate() {
        let answer = check(&side.program, &side.analysis, budget, options, watch).map_err(|fault| (number, fault))?;
        if let Basis::Bound(hit) = answer.basis {
            bound = bound.or(Some(hit));
        }
        found.push(answer.findings);
    }
    let [first, second] = [0, 1].map(|side: usize| named_models(&sides[side].program, &found[side]));
    let models = Some([found[0].models_found, found[1].models_found]);
    let figures = [found[0].figures, found[1].figures];
    let compared = |comparison| Compared { comparison, models, figures };
    for (side, (own, others)) in [(&first, &second), (&second, &first)].into_iter().enumerate() {
        for (model, named) in found[side].models.iter().zip(own) {
            if others.contains(named) || !excludes(&sides[1 - side].program, &found[1 - side], named) {
                continue;
            }
            if let Some(difference) = run_to(&sides[side].program, side, model, budget, options.instance, watch) {
                return Ok(compared(Comparison::Different(Box::new(difference))));
            }
        }
    }
    let complete = found.iter().all(|findings| findings.models_complete);
    let equal = first.iter().all(|model| second.contains(model)) && second.iter().all(|model| first.contains(model));
    Ok(compared(match bound {
        None if complete && equal => Comparison::Same,
        Some(bound) => Comparison::Open(bound),
        None => Comparison::Open(Bound::Models),
    }))
}

/// Whether a program has no run with a model that is not among those found: all are found, or a fact decides.
fn excludes(program: &Program, findings: &Findings, model: &BTreeSet<NamedFact>) -> bool {
    if findings.models_complete {
        return true;
    }
    let Some(certain) = &findings.certain else { return false };
    if !findings.undecided.is_empty() {
        return false;
    }
    let certain: BTreeSet<NamedFact> = certain.iter().map(|fact| named(program, fact)).collect();
    let contested: BTreeSet<NamedFact> = findings.contested.iter().map(|fact| named(program, fact)).collect();
    !certain.is_subset(model) || model.iter().any(|fact| !certain.contains(fact) && !contested.contains(fact))
}

fn run_to(
    program: &Program,
    side: usize,
    model: &BTreeSet<LocatedFact>,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Option<Difference> {
    let schedule = run_with_model(program, model, budget, options, watch)?;
    let patient = Budget { max_facts: budget.max_facts, ..Budget::default() };
    let run = check_lasso(program, &schedule, &patient)
        .unwrap_or_else(|_| panic!("internal error: a run does not replay: {}", schedule.show(program)));
    let outputs = |fact: &&LocatedFact| program.outputs.contains(&fact.fact.relation);
    let reached: BTreeSet<LocatedFact> = run.ultimate.iter().filter(outputs).cloned().collect();
    assert!(reached == *model, "internal error: a run has another ultimate model: {}", schedule.show(program));
    Some(Difference { side, model: model.clone(), schedule, run })
}

fn named_models(program: &Program, findings: &Findings) -> Vec<BTreeSet<NamedFact>> {
    findings.models.iter().map(|model| model.iter().map(|fact| named(program, fact)).collect()).collect()
}

fn named(program: &Program, fact: &LocatedFact) -> NamedFact {
    let columns = fact.fact.values.iter().map(|&value| program.name(value)).collect();
    (program.relation(fact.fact.relation).name.clone(), program.name(program.node_value(fact.node)), columns)
}
