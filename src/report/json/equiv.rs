//! The answer of `equiv`.

use super::{DiagnosticObject, SCHEMA, Statistics, nodes, outputs};
use crate::pipeline::equiv::{Compared, Comparison, Side};
use crate::report::facts::shown;
use crate::witness::file::StepObject;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `equiv`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EquivObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `equiv`.
    #[schemars(extend("const" = "equiv"))]
    pub command: &'static str,
    /// The first program's files as the user wrote them.
    pub program: Vec<String>,
    /// The second program's files.
    pub other: Vec<String>,
    /// `same`, `different` or `inconclusive`.
    #[schemars(extend("enum" = ["same", "different", "inconclusive"]))]
    pub verdict: &'static str,
    /// `this-instance`, or `bounded` if a bound was hit.
    #[schemars(extend("enum" = ["this-instance", "bounded"]))]
    pub scope: &'static str,
    /// `explored`, or the bound that left the question open.
    #[schemars(regex(pattern = "^(explored|bound:.+)$"))]
    pub basis: String,
    /// The network of the first program.
    pub nodes: Vec<String>,
    /// The relations that are compared.
    pub outputs: Vec<String>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took, both together.
    pub statistics: Statistics,
    /// How many distinct ultimate models of each were found.
    pub models: [usize; 2],
    /// A run of one of them that ends as none of the other does; `null` unless they are different.
    pub difference: Option<DifferenceObject>,
}

/// A run of one program that ends as none of the other does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DifferenceObject {
    /// Whose run it is: `first` or `second`.
    #[schemars(extend("enum" = ["first", "second"]))]
    pub of: &'static str,
    /// Its ultimate model, sorted.
    pub model: Vec<String>,
    /// Its schedule as a string, for `replay`.
    pub schedule: String,
    /// The steps before the loop.
    pub stem: Vec<StepObject>,
    /// The steps repeated for ever.
    #[serde(rename = "loop")]
    pub cycle: Vec<StepObject>,
}

impl EquivObject {
    /// The object of a comparison.
    pub fn new(
        files: [Vec<String>; 2],
        sides: &[Side; 2],
        compared: &Compared,
        diagnostics: Vec<DiagnosticObject>,
        statistics: Statistics,
    ) -> Self {
        let [program, other] = files;
        let (verdict, scope, basis) = match &compared.comparison {
            Comparison::Same => ("same", "this-instance", "explored".to_string()),
            Comparison::Different(_) => ("different", "this-instance", "explored".to_string()),
            Comparison::Open(bound) => ("inconclusive", "bounded", format!("bound:{bound}")),
        };
        let difference = match &compared.comparison {
            Comparison::Different(difference) => {
                let of = &sides[difference.side].program;
                let (stem, cycle) = difference.run.records.split_at(difference.run.stem);
                let steps = |records: &[_]| records.iter().map(|record| StepObject::new(of, record)).collect();
                Some(DifferenceObject {
                    of: ["first", "second"][difference.side],
                    model: shown(of, &difference.model),
                    schedule: difference.schedule.show(of),
                    stem: steps(stem),
                    cycle: steps(cycle),
                })
            }
            _ => None,
        };
        EquivObject {
            schema: SCHEMA,
            command: "equiv",
            program,
            other,
            verdict,
            scope,
            basis,
            nodes: nodes(&sides[0].program),
            outputs: outputs(&sides[0].program),
            diagnostics,
            statistics,
            models: compared.models,
            difference,
        }
    }
}
