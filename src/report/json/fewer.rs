//! The least part of the facts that still has the verdict (`--shrink`).

use super::shown;
use crate::pipeline::Fewer;
use crate::witness::file::{InvariantObject, WitnessObject};
use schemars::JsonSchema;
use serde::Serialize;

/// An instance with fewer facts, and the same rules, outputs and network.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FewerObject {
    /// The facts that are left.
    pub facts: Vec<String>,
    /// How many facts the program gives.
    pub given: usize,
    /// How many of them are left.
    pub left: usize,
    /// `smallest` (no part with fewer facts has the verdict), `minimal` (no single one can be left out) or `bounded` (a bound was hit).
    #[schemars(extend("enum" = ["smallest", "minimal", "bounded"]))]
    pub least: &'static str,
    /// How many instances were checked.
    pub checks: usize,
    /// The verdict with these facts, which is that with all.
    #[schemars(extend("enum" = ["diffluent", "violated"]))]
    pub verdict: &'static str,
    /// What is contested with them.
    pub contested: Vec<String>,
    /// Two runs that end differently with them.
    pub witness: Option<WitnessObject>,
    /// Violated `never` relations.
    pub invariants: Vec<InvariantObject>,
}

impl FewerObject {
    /// The object.
    pub fn new(fewer: &Fewer) -> Self {
        let (program, answer) = (&fewer.program, &fewer.answer);
        let violated = answer.violations.iter();
        let violated = violated.map(|found| InvariantObject::violated(program, found.relation, &found.violation));
        FewerObject {
            facts: fewer.shown(),
            given: fewer.given,
            left: fewer.left,
            least: fewer.least.name(),
            checks: fewer.checks,
            verdict: answer.verdict.name(),
            contested: shown(program, &answer.findings.contested),
            witness: answer.witness.as_ref().map(|witness| {
                let [holds, lacks] = &witness.runs;
                WitnessObject::new(program, &witness.fact, [holds, lacks])
            }),
            invariants: violated.collect(),
        }
    }
}
