//! What the library says of a program, in names, so that answers about differently numbered programs compare.

use super::model::Constant;
use std::collections::{BTreeMap, BTreeSet};
use watershed::budget::Budget;
use watershed::pipeline::{Findings, Invariant, explore_instance, instance};
use watershed::program::{LocatedFact, Program, Value, resolve};
use watershed::reduce::Reductions;
use watershed::syntax::load::{Input, Loaded, load};
use watershed::syntax::print::print;

/// A fact by the names of its relation, node and values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub relation: String,
    pub node: Constant,
    pub values: Vec<Constant>,
}

/// The answer to everything that does not depend on numbering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub certain: Option<BTreeSet<Named>>,
    pub contested: BTreeSet<Named>,
    pub undecided: BTreeSet<Named>,
    /// The ultimate models, if they are all there.
    pub models: Option<BTreeSet<BTreeSet<Named>>>,
    /// The relations of `never`, and whether they are kept, violated, or not decided.
    pub invariants: BTreeSet<(String, Option<bool>)>,
    /// Whether all copies were counted.
    pub exact: bool,
    pub states: usize,
    pub transitions: usize,
}

fn loaded(text: &str) -> Loaded {
    load(&[Input::Text { name: "random.ded".to_string(), text: text.to_string() }])
}

/// The text parsed and printed.
pub fn printed(text: &str) -> String {
    loaded(text).trees.iter().map(print).collect()
}

/// The checked program of a text, or its first mistake.
pub fn program(text: &str) -> Result<Program, String> {
    let loaded = loaded(text);
    let (program, diagnostics) = resolve::resolve(&loaded.sources, &loaded.trees, &resolve::Options::default());
    match loaded.diagnostics.first() {
        Some(mistake) => Err(mistake.message.clone()),
        None => program.ok_or_else(|| {
            let errors: Vec<String> = diagnostics.iter().map(|d| format!("{}: {}", d.code.0, d.message)).collect();
            errors.join("; ")
        }),
    }
}

impl Answer {
    /// The part that cannot depend on how copies are counted: what is certain, contested, undecided, violated.
    pub fn judgement(&self) -> impl PartialEq + std::fmt::Debug + '_ {
        (&self.certain, &self.contested, &self.undecided, &self.invariants)
    }

    /// The same answer with other symbols.
    pub fn renamed(&self, names: &BTreeMap<String, String>) -> Answer {
        let other = |constant: &Constant| match constant {
            Constant::Symbol(name) => Constant::symbol(names.get(name).unwrap_or(name)),
            Constant::Int(_) => constant.clone(),
        };
        let fact = |fact: &Named| Named {
            relation: fact.relation.clone(),
            node: other(&fact.node),
            values: fact.values.iter().map(other).collect(),
        };
        let facts = |facts: &BTreeSet<Named>| facts.iter().map(fact).collect::<BTreeSet<Named>>();
        Answer {
            certain: self.certain.as_ref().map(facts),
            contested: facts(&self.contested),
            undecided: facts(&self.undecided),
            models: self.models.as_ref().map(|models| models.iter().map(facts).collect()),
            ..self.clone()
        }
    }
}

/// A budget that random programs rarely exceed.
pub fn budget() -> Budget {
    Budget { max_states: 20_000, max_transitions: 200_000, max_facts: 10_000, ..Budget::default() }
}

/// Exploration without reductions.
pub const WHOLE: instance::Options =
    instance::Options { max_models: 64, reductions: Reductions::NONE, every_model: true, recheck: false };

/// What exploration without reductions finds.
pub fn explore(program: &Program) -> Findings {
    explore_instance(program, &budget(), WHOLE, &mut |_| ())
}

/// The findings in names; `None` if a bound cut the search.
pub fn answer(program: &Program, findings: &Findings) -> Option<Answer> {
    if findings.cut.is_some() {
        return None;
    }
    let named = |facts: &[LocatedFact]| facts.iter().map(|fact| name(program, fact)).collect();
    let models = findings.models.iter().map(|model| model.iter().map(|fact| name(program, fact)).collect());
    let invariants = program.nevers.iter().zip(&findings.invariants).map(|(&(relation, _), invariant)| {
        let kept = match invariant {
            Invariant::Kept => Some(true),
            Invariant::Violated(_) => Some(false),
            Invariant::Unknown => None,
        };
        (program.relation(relation).name.clone(), kept)
    });
    Some(Answer {
        certain: findings.certain.as_deref().map(named),
        contested: named(&findings.contested),
        undecided: named(&findings.undecided),
        models: findings.models_complete.then(|| models.collect()),
        invariants: invariants.collect(),
        exact: findings.figures.cap == 0,
        states: findings.figures.states,
        transitions: findings.figures.transitions,
    })
}

fn name(program: &Program, fact: &LocatedFact) -> Named {
    let constant = |value: &Value| match *value {
        Value::Int(i) => Constant::Int(i),
        Value::Symbol(id) => Constant::symbol(program.symbols.name(id)),
    };
    Named {
        relation: program.relation(fact.fact.relation).name.clone(),
        node: constant(&program.node_value(fact.node)),
        values: fact.fact.values.iter().map(constant).collect(),
    }
}
