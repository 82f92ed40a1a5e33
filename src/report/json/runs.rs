//! Single runs: `run` and `replay`.

use super::{DiagnosticObject, Statistics};
use crate::witness::file::StepObject;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `run`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `run`.
    #[schemars(extend("const" = "run"))]
    pub command: &'static str,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// `dedalus+`, `dedalus-s` or `dedalus`.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s", "dedalus"]))]
    pub class: &'static str,
    /// `asynchronous`, or `stratified`: then there is no run, and the ultimate model is the one by strata.
    #[schemars(extend("enum" = ["asynchronous", "stratified"]))]
    pub semantics: &'static str,
    /// `ended` (the run repeats itself, or the model is evaluated), `left` (whoever chose wanted no more) or `inconclusive`.
    #[schemars(extend("enum" = ["ended", "left", "inconclusive"]))]
    pub verdict: &'static str,
    /// `explored`, `evaluated` (by strata), or the bound that ended it.
    #[schemars(regex(pattern = "^(explored|evaluated|bound:.+)$"))]
    pub basis: String,
    /// The network.
    pub nodes: Vec<String>,
    /// The output relations.
    pub outputs: Vec<String>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// In which order copies are delivered: `any` or `fifo`.
    #[schemars(extend("enum" = ["any", "fifo"]))]
    pub network: &'static str,
    /// The run's schedule as a string; `null` if there is no run.
    pub schedule: Option<String>,
    /// The steps before the loop.
    pub stem: Vec<StepObject>,
    /// The steps repeated for ever; empty unless the run ended.
    #[serde(rename = "loop")]
    pub cycle: Vec<StepObject>,
    /// The run's ultimate model; `null` unless the run ended.
    pub ultimate_model: Option<Vec<String>>,
    /// What it took; `null` if there is no run.
    pub cost: Option<CostObject>,
}

/// What a run took.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CostObject {
    /// Copies sent before the loop.
    pub messages: usize,
    /// Copies sent each time round the loop.
    pub resent: usize,
    /// Steps before the loop for each node of the network, rounded up: the number of rounds, if the run is in rounds.
    pub rounds: usize,
}

/// The answer of `replay`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `replay`.
    #[schemars(extend("const" = "replay"))]
    pub command: &'static str,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// `dedalus+`, `dedalus-s` or `dedalus`.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s", "dedalus"]))]
    pub class: &'static str,
    /// `reproduced`, `not-reproduced` or `inconclusive`.
    #[schemars(extend("enum" = ["reproduced", "not-reproduced", "inconclusive"]))]
    pub verdict: &'static str,
    /// `explored`, or the bound that ended it.
    #[schemars(regex(pattern = "^(explored|bound:.+)$"))]
    pub basis: String,
    /// The network.
    pub nodes: Vec<String>,
    /// The output relations.
    pub outputs: Vec<String>,
    /// Warnings, and why a claim does not reproduce.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// In which order copies are delivered: `any` or `fifo`.
    #[schemars(extend("enum" = ["any", "fifo"]))]
    pub network: &'static str,
    /// The runs that were replayed; none if a bound ended it.
    pub runs: Vec<ReplayedRun>,
}

/// One replayed schedule.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayedRun {
    /// What was claimed, and whether it reproduced.
    pub claim: String,
    /// Whether it reproduced.
    pub reproduced: bool,
    /// The steps before the loop.
    pub stem: Vec<StepObject>,
    /// The steps repeated for ever.
    #[serde(rename = "loop")]
    pub cycle: Vec<StepObject>,
    /// The run's ultimate model; `null` if the schedule is finite or no fair run.
    pub ultimate_model: Option<Vec<String>>,
    /// Facts of `never` relations in the last step or snapshot.
    pub violations: Vec<String>,
}
