//! The answer of `coordinate`.

use super::{DiagnosticObject, PlaceObject, SCHEMA, Statistics, nodes, outputs};
use crate::pipeline::coordinate::{Aim, Attempt, Coordinated, Measured, Price};
use crate::report::coordination::{CoordinateCase, named};
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `coordinate`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CoordinateObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `coordinate`.
    #[schemars(extend("const" = "coordinate"))]
    pub command: &'static str,
    /// The files as the user wrote them.
    pub program: Vec<String>,
    /// `found`, `unneeded` if the program is confluent as it is, or `inconclusive`.
    #[schemars(extend("enum" = ["found", "unneeded", "inconclusive"]))]
    pub verdict: &'static str,
    /// The network.
    pub nodes: Vec<String>,
    /// The relations that are compared.
    pub outputs: Vec<String>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took: of the program as it is.
    pub statistics: Statistics,
    /// The verdict on the program as it is.
    pub before: &'static str,
    /// What a run in rounds of it takes; `null` if it comes to no end.
    pub before_run: Option<RunCost>,
    /// What is aimed at: `stratified`, the model by strata, or `own`, one of the program's ultimate models; `null` where nothing was tried.
    pub aim: Option<&'static str>,
    /// Whether the outcome of the plan is one that is aimed at: of a program in DedalusS the stratified model, of any other one of its own; `null` where
    /// that is not known, or nothing was found.
    pub meets_aim: Option<bool>,
    /// The plan; `null` unless one was found.
    pub plan: Option<PlanObject>,
    /// The published rewrite in full; `null` where the program has none.
    pub full: Option<PlanObject>,
    /// Plans that were tried and did not pass.
    pub rejected: Vec<RejectedObject>,
    /// The program that has the plan, as text.
    pub text: Option<String>,
}

/// A plan that was written out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PlanObject {
    /// In a few words.
    pub name: String,
    /// What it does, rule by rule.
    pub measures: Vec<MeasureObject>,
    /// Its estimated price.
    pub price: PriceObject,
    /// How many rules the program has more.
    pub rules_added: usize,
    /// What became of it: `confluent`, or why it does not do.
    pub recheck: String,
    /// States of the re-check.
    pub states: usize,
    /// Transitions of the re-check.
    pub transitions: usize,
    /// The one outcome, sorted; `null` if there is none.
    pub model: Option<Vec<String>>,
    /// On how many small instances the plan does too; `null` unless asked for.
    pub small_instances: Option<usize>,
    /// What a run in rounds takes.
    pub run: Option<RunCost>,
    /// Message relations of which the program sends facts in a run, and the rewritten one none.
    pub silenced: Vec<String>,
}

/// One thing that a plan does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MeasureObject {
    /// The rule.
    pub place: PlaceObject,
    /// What is done.
    pub what: String,
}

/// An estimated price.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PriceObject {
    /// In the unit of the prices.
    pub total: u64,
    /// Messages more.
    pub messages: u64,
    /// Rounds more.
    pub rounds: u64,
    /// Nodes that rules wait for, and messages that wait for their turn.
    pub waits: u64,
}

/// What a run in rounds takes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunCost {
    /// Messages until nothing changes any more.
    pub messages: usize,
    /// Rounds until then.
    pub rounds: usize,
    /// Messages in each round from then on.
    pub resent: usize,
}

/// A plan that did not pass.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RejectedObject {
    /// In a few words.
    pub name: String,
    /// Its estimated price.
    pub price: PriceObject,
    /// Why it does not do.
    pub why: String,
}

impl CoordinateObject {
    /// The object of an answer.
    pub fn new(case: &CoordinateCase<'_>, diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        let plan = |coordinated: &Coordinated| plan_object(case, coordinated);
        CoordinateObject {
            schema: SCHEMA,
            command: "coordinate",
            program: case.files.to_vec(),
            verdict: case.verdict(),
            nodes: nodes(case.program),
            outputs: outputs(case.program),
            diagnostics,
            statistics,
            before: case.before().name(),
            before_run: case.answered.measured.map(run_cost),
            aim: match &case.answered.aim {
                _ if case.wants_full => Some("stratified"),
                Some(Aim::Stratified(_)) => Some("stratified"),
                Some(Aim::OneOf(..)) => Some("own"),
                None => None,
            },
            meets_aim: case.meets_aim(),
            plan: case.chosen().map(plan),
            full: case.full.map(plan),
            rejected: case.rejected().map(|attempt| rejected(case, attempt)).collect(),
            text: case.chosen().map(|chosen| chosen.trial.text.clone()),
        }
    }
}

fn rejected(case: &CoordinateCase<'_>, attempt: &Attempt) -> RejectedObject {
    RejectedObject {
        name: named(case.program, &case.answered.channels, &attempt.plan),
        price: price_object(case, attempt.price),
        why: attempt.failure.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

fn plan_object(case: &CoordinateCase<'_>, coordinated: &Coordinated) -> PlanObject {
    let trial = &coordinated.trial;
    let measures = case.measures(&coordinated.plan).into_iter().map(|measure| MeasureObject {
        place: PlaceObject::new(case.sources, case.program.rules[measure.rule.0 as usize].span),
        what: measure.what,
    });
    PlanObject {
        name: named(case.program, &case.answered.channels, &coordinated.plan),
        measures: measures.collect(),
        price: price_object(case, coordinated.price),
        rules_added: trial.rules_added,
        recheck: trial.failure.as_ref().map_or_else(|| "confluent".to_string(), ToString::to_string),
        states: trial.figures.states,
        transitions: trial.figures.transitions,
        model: trial.model.as_ref().map(|model| model.iter().cloned().collect()),
        small_instances: trial.small.map(|small| small.instances),
        run: trial.measured.map(run_cost),
        silenced: trial.silenced.iter().map(|&id| case.program.relation(id).name.clone()).collect(),
    }
}

fn price_object(case: &CoordinateCase<'_>, price: Price) -> PriceObject {
    let Price { messages, rounds, waits } = price;
    PriceObject { total: price.total(case.prices), messages, rounds, waits }
}

fn run_cost(measured: Measured) -> RunCost {
    let Measured { messages, rounds, resent } = measured;
    RunCost { messages, rounds, resent }
}
