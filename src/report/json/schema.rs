//! JSON Schemas of everything that is printed as JSON, made from the types that are printed. `docs/schema` keeps them;
//! `WATERSHED_BLESS=1 cargo test --test cli` writes them there.
//!
//! A schema says what a reader may rely on: the fields that the interface fixes are required. Fields of ours may come
//! and go, and unknown fields are to be passed over.

use super::{
    CheckObject, ClassificationObject, CoordinateObject, EquivObject, ExplanationObject, FaultsObject, FlowObject,
    ProofObject, Refusal, ReplayObject, ReproduceObject, RunObject, TestObject,
};
use crate::witness::file::WitnessFile;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

/// An answer, or what is printed instead if the input is wrong.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is wanted")]
enum Answer<T> {
    /// The answer.
    Given(T),
    /// The input is wrong.
    Refused(Box<Refusal>),
}

/// Each schema with the name of its file.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("check.json", schema::<Answer<CheckObject>>("What `check` and `explore` print with `--format json`.")),
        ("classify.json", schema::<Answer<ClassificationObject>>("What `classify` prints with `--format json`.")),
        ("prove.json", schema::<Answer<ProofObject>>("What `prove` prints with `--format json`.")),
        ("run.json", schema::<Answer<RunObject>>("What `run` prints with `--format json`.")),
        ("replay.json", schema::<Answer<ReplayObject>>("What `replay` prints with `--format json`.")),
        ("faults.json", schema::<Answer<FaultsObject>>("What `faults` prints with `--format json`.")),
        ("flow.json", schema::<Answer<FlowObject>>("What `flow` prints with `--format json`.")),
        ("coordinate.json", schema::<Answer<CoordinateObject>>("What `coordinate` prints with `--format json`.")),
        ("equiv.json", schema::<Answer<EquivObject>>("What `equiv` prints with `--format json`.")),
        ("reproduce.json", schema::<Answer<ReproduceObject>>("What `reproduce` prints with `--format json`.")),
        ("test.json", schema::<Answer<TestObject>>("What `test` prints with `--format json`.")),
        ("explain.json", schema::<Answer<ExplanationObject>>("What `explain` prints with `--format json`.")),
        ("witness.json", schema::<WitnessFile>("What `check` and `explore` write with `--witness`.")),
    ]
}

fn schema<T: JsonSchema>(description: &str) -> Schema {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_string(), "watershed".into());
    schema.insert("description".to_string(), description.into());
    schema
}

/// The fields of a report, of its statistics and of a diagnostic that the interface does not fix are not required.
pub(super) fn require_what_the_interface_fixes(schema: &mut Schema) {
    const REPORT: &str = "schema command program class verdict scope basis nodes outputs certain contested undecided \
                          ultimate_models models_complete witness invariants diagnostics statistics";
    const STATISTICS: &str = "states transitions local_steps schedules duplicates solver_calls wall_seconds peak_bytes";
    const DIAGNOSTIC: &str = "code severity message file line column";
    let fixed = [REPORT, STATISTICS, DIAGNOSTIC].map(str::split_whitespace).into_iter().flatten().collect::<Vec<_>>();
    if let Some(required) = schema.get_mut("required").and_then(serde_json::Value::as_array_mut) {
        required.retain(|field| field.as_str().is_some_and(|field| fixed.contains(&field)));
    }
}
