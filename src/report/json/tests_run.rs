//! The results of `test`.

use super::{DiagnosticObject, Statistics};
use serde::Serialize;

/// The answer of `test`.
#[derive(Debug, Clone, Serialize)]
pub struct TestObject {
    /// [`super::SCHEMA`].
    pub schema: u32,
    /// `test`.
    pub command: &'static str,
    /// The files and directories as the user wrote them.
    pub program: Vec<String>,
    /// `met` or `not-met`.
    pub verdict: &'static str,
    /// What is wrong with the expectations themselves.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took in all.
    pub statistics: Statistics,
    /// One entry a program.
    pub programs: Vec<TestedProgram>,
}

/// One program with its result.
#[derive(Debug, Clone, Serialize)]
pub struct TestedProgram {
    /// The file.
    pub file: String,
    /// `met`, `not-met` or `none` (nothing expected).
    pub result: &'static str,
    /// `dedalus+`, `dedalus-s` or `dedalus`; `null` if the program is wrong.
    pub class: Option<&'static str>,
    /// As for `check`, or `error`.
    pub verdict: &'static str,
    /// States of the instance; `null` if it was not explored.
    pub states: Option<usize>,
    /// Transitions of the instance; `null` if it was not explored.
    pub transitions: Option<usize>,
    /// How many expectations it has.
    pub expectations: usize,
    /// What was expected and found instead.
    pub failures: Vec<String>,
}
