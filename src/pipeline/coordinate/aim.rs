//! The outcome that coordination is to lead to.

use super::super::check::Answer;
use super::super::instance::{self, explore_instance};
use super::super::read::read;
use crate::analysis::persistence::{is_exact_persistence, narrowing_atom};
use crate::analysis::{Analysis, Class};
use crate::budget::Budget;
use crate::explore::Progress;
use crate::program::{LocatedFact, Order, Program, resolve};
use crate::prove::datalog_model::stratified_model;
use crate::rewrite::lasting;
use crate::syntax::ast::Ast;
use crate::syntax::load::Input;
use std::collections::BTreeSet;

/// A model by the facts as the program spells them.
pub type Shown = BTreeSet<String>;

/// The facts as the program spells them.
pub fn shown<'a>(program: &Program, facts: impl IntoIterator<Item = &'a LocatedFact>) -> Shown {
    facts.into_iter().map(|fact| program.show_fact(fact.node, &fact.fact)).collect()
}

/// What a coordinated program has to end with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// The model of the stratified semantics, of the program itself or of the one whose events and messages last.
    Stratified(Shown),
    /// One of the program's own ultimate models, of which these are known; all, if so it says.
    OneOf(Vec<Shown>, bool),
}

impl Aim {
    /// Whether a program that always ends with `model` does what is aimed at; `None` if that is not known.
    pub fn meets(&self, model: &Shown) -> Option<bool> {
        match self {
            Aim::Stratified(aim) => Some(aim == model),
            Aim::OneOf(models, complete) => {
                let is_one = models.contains(model);
                (is_one || *complete).then_some(is_one)
            }
        }
    }
}

/// The model by strata, where the program has one: with what was given and has arrived taken as lasting. `None` where state is changed in place (unless the program is in
/// Dedalusˢ), or a cycle passes a negation, or the model is too large for the budget.
pub fn stratified(program: &Program, analysis: &Analysis, trees: &[Ast], budget: &Budget) -> Option<Shown> {
    if analysis.classification.class <= Class::DedalusS {
        let model = stratified_model(program, budget)?.ok()?;
        return Some(shown(program, &model));
    }
    let in_place = |rule: &crate::program::Rule| narrowing_atom(rule).is_some() && !is_exact_persistence(program, rule);
    if program.rules.iter().any(in_place) {
        return None;
    }
    let input = Input::Text { name: "<lasting>".to_string(), text: lasting(program, trees) };
    let options = resolve::Options { order: Order::Any, ..resolve::Options::default() };
    let (lasting, _) = read(&[input], &options).program?;
    let model = stratified_model(&lasting, budget)?.ok()?;
    Some(shown(&lasting, &model))
}

/// The program's own ultimate models.
pub fn own_models(
    program: &Program,
    before: &Answer,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> (Vec<Shown>, bool) {
    let as_shown = |findings: &instance::Findings| {
        let models = findings.models.iter().map(|model| shown(program, model)).collect();
        (models, findings.models_complete)
    };
    if before.findings.models_complete {
        return as_shown(&before.findings);
    }
    let options = instance::Options { every_model: true, ..options };
    as_shown(&explore_instance(program, &budget.search_share(), options, watch))
}
