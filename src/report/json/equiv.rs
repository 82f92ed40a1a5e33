//! The answer of `equiv`.

use super::{DiagnosticObject, InstancesObject, SCHEMA, Statistics, ValuationsObject, nodes, outputs};
use crate::pipeline::equiv::{Comparison, Likeness};
use crate::report::EquivCase;
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
    /// `this-instance`; `bounded` if a bound was hit, or if the programs are the same on all small instances (`--instances`).
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
    /// How many distinct ultimate models of each were found; `null` if the answer is about several instances.
    pub models: Option<[usize; 2]>,
    /// A run of one of them that ends as none of the other does; `null` unless they are different.
    pub difference: Option<DifferenceObject>,
    /// The small instances that were searched (`--instances`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instances: Option<InstancesObject>,
    /// The network and facts of the instance on which they differ: a text for `--instance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The cases of unknown inputs; if a program has some, and values are not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valuations: Option<ValuationsObject>,
}

/// A run of one program that ends as none of the other does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DifferenceObject {
    /// Whose run it is: `first` or `second`.
    #[schemars(extend("enum" = ["first", "second"]))]
    pub of: &'static str,
    /// The values of that program's own unknowns, a text for `--valuation` of a command about it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valuation: Option<String>,
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
    pub fn new(case: &EquivCase, diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        let [program, other] = case.files.clone();
        let comparison = &case.compared.comparison;
        let basis = match comparison {
            Comparison::Same | Comparison::Different(_) => "explored".to_string(),
            Comparison::Open(bound) => format!("bound:{bound}"),
        };
        let scope = match comparison {
            Comparison::Different(_) => "this-instance",
            Comparison::Same if case.instances.is_none() => "this-instance",
            Comparison::Same | Comparison::Open(_) => "bounded",
        };
        let difference = match comparison {
            Comparison::Different(difference) => {
                let of = &case.sides[difference.side].program;
                let (stem, cycle) = difference.run.records.split_at(difference.run.stem);
                let steps = |records: &[_]| records.iter().map(|record| StepObject::new(of, record)).collect();
                Some(DifferenceObject {
                    of: ["first", "second"][difference.side],
                    valuation: case.parts[difference.side].clone(),
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
            verdict: comparison.likeness().name(),
            scope,
            basis,
            nodes: nodes(&case.sides[0].program),
            outputs: outputs(&case.sides[0].program),
            diagnostics,
            statistics,
            models: case.compared.models,
            difference,
            instances: case.instances.map(InstancesObject::new),
            instance: case.instance.clone(),
            valuations: case.valuations.as_ref().map(|searched| ValuationsObject::new(searched, Likeness::name)),
        }
    }
}
