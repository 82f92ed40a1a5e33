//! A plan, written out and checked.

use super::super::check::{self, Scope, Verdict, check};
use super::super::figures::Figures;
use super::super::instance;
use super::super::instances::{NotSearched, Searched};
use super::super::read::read;
use super::aim::{Aim, Shown, shown};
use super::price::{Measured, measure, silenced};
use crate::analysis::Class;
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::{Program, RelationId, resolve};
use crate::rewrite::{Channels, Plan, Rewritten, rewrite};
use crate::syntax::ast::Ast;
use crate::syntax::load::Input;
use std::sync::Arc;

/// Why a plan is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Two runs end differently.
    #[error("still diffluent")]
    Diffluent,
    /// A `never` relation holds in some step.
    #[error("a `never` relation still holds in some step")]
    Violated,
    /// One outcome, but not what is aimed at.
    #[error("confluent, but with another outcome")]
    OtherModel,
    /// A bound left it open.
    #[error("not decided: bound `{0}`")]
    Open(Bound),
    /// A rule errs in some step.
    #[error("a rule errs in some step")]
    Fault,
    /// It does on the given instance, but not on this one.
    #[error("good here, but {0} with the instance `{1}`")]
    Elsewhere(Box<Failure>, String),
    /// Small instances cannot be searched.
    #[error("small instances are not searched: {0}")]
    NotSearched(NotSearched),
    /// It is no program: a mistake of the rewrite.
    #[error("the rewritten program is refused: {0}")]
    Refused(String),
}

impl Failure {
    /// The bound that left it open.
    pub fn bound(&self) -> Option<Bound> {
        match self {
            Failure::Open(bound) => Some(*bound),
            Failure::Elsewhere(failure, _) => failure.bound(),
            _ => None,
        }
    }
}

/// A rewritten program with what was found of it.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The text.
    pub text: String,
    /// How many rules it has more than the program.
    pub rules_added: usize,
    /// Its class; none if it was refused.
    pub class: Option<Class>,
    /// Its scope, if it is confluent.
    pub scope: Scope,
    /// What it took.
    pub figures: Figures,
    /// Its one model.
    pub model: Option<Shown>,
    /// The small instances on which it does too, if that was asked.
    pub small: Option<Searched>,
    /// What a run of it takes.
    pub measured: Option<Measured>,
    /// Message relations of the program that no message comes for any more.
    pub silenced: Vec<RelationId>,
    /// Why it is not good.
    pub failure: Option<Failure>,
}

/// What is to be coordinated.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The program.
    pub program: &'a Program,
    /// The trees that it was resolved from.
    pub trees: &'a [Ast],
    /// What there is to coordinate.
    pub channels: &'a Channels,
}

/// Writes a plan out, reads it, and checks it on the instance.
pub fn attempt(
    subject: Subject<'_>,
    plan: &Plan,
    aim: &Aim,
    budget: &Budget,
    options: instance::Options,
    watch: &mut dyn FnMut(Progress),
) -> Trial {
    let Rewritten { text, rules_added } = rewrite(subject.program, subject.trees, subject.channels, plan);
    let mut trial = Trial {
        text,
        rules_added,
        class: None,
        scope: Scope::Bounded,
        figures: Figures::default(),
        model: None,
        small: None,
        measured: None,
        silenced: Vec::new(),
        failure: None,
    };
    let input = Input::Text { name: "<coordinated>".to_string(), text: trial.text.clone() };
    let order = subject.program.order;
    let read = read(&[input], &resolve::Options { order, ..resolve::Options::default() });
    let Some((program, analysis)) = read.program else {
        let why = read.diagnostics.iter().find(|finding| finding.is_error()).map(|finding| finding.message.clone());
        trial.failure = Some(Failure::Refused(why.unwrap_or_default()));
        return trial;
    };
    trial.class = Some(analysis.classification.class);
    let checking = check::Options { instance: options, ..check::Options::default() };
    // That one search has found enough says nothing of another.
    let budget = &Budget { enough: Arc::default(), ..budget.clone() };
    let Ok(answer) = check(&program, &analysis, budget, checking, watch) else {
        trial.failure = Some(Failure::Fault);
        return trial;
    };
    trial.figures = answer.findings.figures;
    trial.scope = answer.scope;
    trial.model = (answer.verdict == Verdict::Confluent)
        .then(|| answer.findings.models.first().map(|model| shown(&program, model)))
        .flatten();
    trial.failure = match answer.verdict {
        Verdict::Diffluent => Some(Failure::Diffluent),
        Verdict::Violated => Some(Failure::Violated),
        Verdict::Inconclusive => match answer.basis {
            check::Basis::Bound(bound) => Some(Failure::Open(bound)),
            _ => Some(Failure::Open(Bound::Models)),
        },
        Verdict::Confluent => match trial.model.as_ref().map(|model| aim.meets(model)) {
            None => Some(Failure::Open(Bound::Models)),
            // What the program itself ends with is not fully known: then one outcome is enough.
            Some(Some(true) | None) => None,
            Some(Some(false)) => Some(Failure::OtherModel),
        },
    };
    if trial.failure.is_none() {
        trial.measured = measure(&program, budget);
        trial.silenced = silenced(subject.program, subject.channels, &program, budget);
    }
    trial
}
