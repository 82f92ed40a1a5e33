//! The cases of unknown inputs.

use crate::pipeline::valuations::{Decided, Searched};
use schemars::JsonSchema;
use serde::Serialize;

/// Unknown inputs, and the cases of their values that runs can tell apart.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ValuationsObject {
    /// The unknowns, as the program writes them.
    pub unknowns: String,
    /// The values under which the answer was found, a text for `--valuation`; `null` if the answer is about all values.
    pub valuation: Option<String>,
    /// The cases, in the order in which they were decided. A case that is not confluent may end the search.
    pub cases: Vec<CaseObject>,
    /// Path conditions that the solver was asked for.
    pub solved: u64,
    /// Of these, how many no values meet: branches that were cut.
    pub cut: u64,
    /// Questions answered from the conditions of their case, without the solver.
    pub cached: u64,
    /// Cases that were split in two.
    pub split: u64,
}

/// Values that no run tells apart, but for being different.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CaseObject {
    /// The conditions that make the case, beside the program's assumptions.
    pub conditions: Vec<String>,
    /// The values that were explored.
    pub valuation: String,
    /// Its verdict; of two programs that are compared, `same` or `different`.
    #[schemars(extend("enum" = ["confluent", "diffluent", "violated", "same", "different", "inconclusive"]))]
    pub verdict: &'static str,
}

impl ValuationsObject {
    /// The object of what was searched; `name` names what was found of a case.
    pub fn new<V: Copy>(searched: &Searched<V>, name: fn(V) -> &'static str) -> Self {
        let case = |decided: &Decided<V>| CaseObject {
            conditions: decided.conditions.clone(),
            valuation: decided.valuation.clone(),
            verdict: name(decided.verdict),
        };
        ValuationsObject {
            unknowns: searched.unknowns.clone(),
            valuation: searched.valuation().map(str::to_string),
            cases: searched.cases.iter().map(case).collect(),
            solved: searched.counts.solved,
            cut: searched.counts.cut,
            cached: searched.counts.cached,
            split: searched.counts.split,
        }
    }
}
