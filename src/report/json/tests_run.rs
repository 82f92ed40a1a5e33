//! The results of `test`.

use super::{DiagnosticObject, PlaceObject, Statistics};
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `test`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TestObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `test`.
    #[schemars(extend("const" = "test"))]
    pub command: &'static str,
    /// The files and directories as the user wrote them.
    pub program: Vec<String>,
    /// `met` or `not-met`.
    #[schemars(extend("enum" = ["met", "not-met"]))]
    pub verdict: &'static str,
    /// What is wrong with the expectations themselves.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took in all.
    pub statistics: Statistics,
    /// One entry a program.
    pub programs: Vec<TestedProgram>,
}

/// One program with its result.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TestedProgram {
    /// The file.
    pub file: String,
    /// `met`, `not-met` or `none` (nothing expected).
    #[schemars(extend("enum" = ["met", "not-met", "none"]))]
    pub result: &'static str,
    /// `dedalus+`, `dedalus-s` or `dedalus`; `null` if the program is wrong.
    pub class: Option<&'static str>,
    /// As for `check`, or `error`; `null` if all that is expected is about faults in synchronous rounds.
    #[schemars(extend("enum" = ["confluent", "diffluent", "violated", "inconclusive", "error", null]))]
    pub verdict: Option<&'static str>,
    /// States of the instance; `null` if it was not explored.
    pub states: Option<usize>,
    /// Transitions of the instance; `null` if it was not explored.
    pub transitions: Option<usize>,
    /// How many expectations it has.
    pub expectations: usize,
    /// What was expected and found instead.
    pub failures: Vec<FailureObject>,
}

/// An expectation that is not met, or an error that nothing announces.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FailureObject {
    /// What was expected and found instead.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: PlaceObject,
}
