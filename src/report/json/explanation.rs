//! The table of diagnostic codes.

use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `explain`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExplanationObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `explain`.
    #[schemars(extend("const" = "explain"))]
    pub command: &'static str,
    /// The code that was asked for, or all of them.
    pub codes: Vec<CodeObject>,
}

/// One code.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CodeObject {
    /// Such as `E0203`.
    #[schemars(regex(pattern = "^[EWN][0-9]{4}$"))]
    pub code: &'static str,
    /// `error`, `warning` or `note`.
    #[schemars(extend("enum" = ["error", "warning", "note"]))]
    pub severity: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// What it means, with an example that is wrong and one that is right.
    pub explanation: &'static str,
}
