//! The answer of `prove`.

use super::{
    DiagnosticObject, EdbObject, InstancesObject, PolarityObject, SCHEMA, Statistics, TheoremObject, classification,
    nodes, outputs, polarity, semantic::SemanticObject, witness,
};
use crate::pipeline::prove::Outcome;
use crate::report::facts::shown;
use crate::report::proof::Proof;
use crate::witness::file::WitnessObject;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `prove`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProofObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `prove`.
    #[schemars(extend("const" = "prove"))]
    pub command: &'static str,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// `dedalus+`, `dedalus-s` or `dedalus`.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s", "dedalus"]))]
    pub class: &'static str,
    /// `confluent` if proved, `diffluent` if the instance at hand or a small one is a counterexample, else `inconclusive`.
    #[schemars(extend("enum" = ["confluent", "diffluent", "inconclusive"]))]
    pub verdict: &'static str,
    /// `all-instances` if proved, `this-instance` with a counterexample, else `bounded`.
    #[schemars(extend("enum" = ["all-instances", "this-instance", "bounded"]))]
    pub scope: &'static str,
    /// `theorem:<name>`, `proof:<name>`, `explored`, or `bound:proof` if no theorem or proof was found.
    #[schemars(regex(pattern = "^(theorem:.+|proof:.+|explored|bound:.+)$"))]
    pub basis: String,
    /// The network; of the small instance, if that is the counterexample.
    pub nodes: Vec<String>,
    /// The output relations.
    pub outputs: Vec<String>,
    /// Facts of the instance that are ultimate in some fair runs and not in others; `null` if not computed.
    pub contested: Option<Vec<String>>,
    /// Two runs of the instance that end differently.
    pub witness: Option<WitnessObject>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// The theorem that proves it.
    pub theorem: Option<TheoremObject>,
    /// What was tried to prove it by what the rules mean, where no theorem applies by their form.
    pub proof: Option<SemanticObject>,
    /// Whether exploring found the program's own instance confluent: `null` if it was not explored to the end.
    pub instance_confluent: Option<bool>,
    /// The small instances that were searched for a counterexample; `null` if none were.
    pub instances: Option<InstancesObject>,
    /// The bound that cut this search, or the exploring of some instance in it; `null` if none did.
    pub instances_bound: Option<String>,
    /// The text of the small instance that is the counterexample: `contested` and `witness` are of it.
    pub instance: Option<String>,
    /// The kinds of the EDB relations that "all instances" assumes.
    pub edb: Vec<EdbObject>,
    /// What else it assumes of an instance, one sentence each.
    pub assumptions: Vec<String>,
    /// The flags of each relation, with what was proved of it, and what spoils it.
    pub polarity: Vec<PolarityObject>,
}

impl ProofObject {
    /// The object of an outcome.
    pub fn new(proof: &Proof<'_>, diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        let Proof { program, analysis, sources, outcome, .. } = *proof;
        let case = proof.case();
        let refuted = case.as_ref().filter(|case| case.answer.witness.is_some());
        ProofObject {
            schema: SCHEMA,
            command: "prove",
            program: proof.files.to_vec(),
            class: analysis.classification.class.name(),
            verdict: proof.verdict().name(),
            scope: proof.scope().name(),
            basis: proof.basis(),
            nodes: nodes(case.as_ref().map_or(program, |case| case.program)),
            outputs: outputs(program),
            contested: refuted.map(|case| shown(case.program, &case.answer.findings.contested)),
            witness: case.as_ref().and_then(witness),
            diagnostics,
            statistics,
            theorem: match outcome {
                Outcome::Proved(theorem) => {
                    Some(TheoremObject { name: theorem.name, source: theorem.source, argument: theorem.argument })
                }
                _ => None,
            },
            proof: proof.semantic.map(|semantic| SemanticObject::new(program, sources, semantic, proof)),
            instance_confluent: proof.confluence(),
            instances: proof.small.map(|small| InstancesObject::new(small.searched)),
            instances_bound: proof.small.and_then(|small| small.cut).map(|bound| bound.to_string()),
            instance: proof.refuting().map(|one| one.text.clone()),
            edb: classification::edb(program),
            assumptions: proof.assumptions(),
            polarity: polarity::polarity(program, sources, &proof.known()),
        }
    }
}
