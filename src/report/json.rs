//! The objects of `--format json` (interface, *JSON*).
//!
//! The fields that the interface fixes come first and in its order, and all of them are always present; what is
//! not known is `null`. Fields of ours follow after `statistics`. Facts are sorted by their printed text. Two calls with the
//! same input differ in `wall_seconds` and `peak_bytes` only.

mod classification;
mod contents;
mod coordinate;
mod diagnostic;
mod equiv;
mod explanation;
mod faults;
mod fewer;
mod flow;
mod instances;
mod points;
mod polarity;
mod proof;
mod reproduce;
mod run_why;
mod runs;
pub mod schema;
mod semantic;
mod tests_run;
mod valuations;
mod why;

pub use classification::{
    ChannelObject, ClassificationObject, EdbObject, MeetingObject, PointObject, ReasonObject, reasons,
};
pub use coordinate::CoordinateObject;
pub use diagnostic::{DiagnosticObject, PlaceObject};
pub use equiv::{DifferenceObject, EquivObject};
pub use explanation::{CodeObject, ExplanationObject};
pub use faults::{CounterexampleObject, FaultsObject, shown as shown_tuples};
pub use fewer::FewerObject;
pub use flow::FlowObject;
pub use instances::InstancesObject;
pub use points::{MessageObject, PointsObject, RaceObject, RankedPointObject};
pub use polarity::{PolarityObject, SpoilerObject, polarity};
pub use proof::ProofObject;
pub use reproduce::{ArtifactObject, ReproduceObject, RowObject};
pub use run_why::{RunClaimObject, RunWhyObject};
pub use runs::{CostObject, ReplayObject, ReplayedRun, RunObject};
pub use tests_run::{FailureObject, TestObject, TestedProgram};
pub use valuations::{CaseObject, ValuationsObject};
pub use why::{ClaimObject, WhyObject};

use super::facts::{shown, shown_models};
use super::{Case, advice};
use crate::pipeline::recheck::Rechecked;
use crate::pipeline::{Basis, Figures, Invariant, Verdict};
use crate::program::Program;
use crate::reduce::Reductions;
use crate::witness::file::{InvariantObject, WitnessObject};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of all objects.
pub const SCHEMA: u32 = 1;

/// What an answer took.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
#[schemars(transform = schema::require_what_the_interface_fixes)]
pub struct Statistics {
    /// Distinct states; where slices were searched, the sum over all searches that the answer rests on.
    pub states: usize,
    /// Transitions, self-loops included, of the same searches.
    pub transitions: usize,
    /// Local steps evaluated.
    pub local_steps: u64,
    /// Ways to end: all schedules whose runs stay in one maximal fair component are taken together.
    pub schedules: usize,
    /// Of the transitions, those into states that were met before, where schedules come together again.
    pub duplicates: usize,
    /// Questions put to a solver.
    pub solver_calls: u64,
    /// Seconds since the start.
    pub wall_seconds: f64,
    /// Most bytes in use at one time.
    pub peak_bytes: usize,
}

/// The answer of `check` and `explore`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(transform = schema::require_what_the_interface_fixes)]
pub struct CheckObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `check` or `explore`.
    #[schemars(extend("enum" = ["check", "explore"]))]
    pub command: String,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// `dedalus+`, `dedalus-s` or `dedalus`.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s", "dedalus"]))]
    pub class: &'static str,
    /// `confluent`, `diffluent`, `violated` or `inconclusive`.
    #[schemars(extend("enum" = ["confluent", "diffluent", "violated", "inconclusive"]))]
    pub verdict: &'static str,
    /// `all-instances`, `this-instance` or `bounded`.
    #[schemars(extend("enum" = ["all-instances", "this-instance", "bounded"]))]
    pub scope: &'static str,
    /// `theorem:<name>`, `proof:<name>`, `explored` or `bound:<which>`.
    #[schemars(regex(pattern = "^(theorem:.+|proof:.+|explored|bound:.+)$"))]
    pub basis: String,
    /// The network.
    pub nodes: Vec<String>,
    /// The relations whose ultimate facts are compared, in the order of their declaration.
    pub outputs: Vec<String>,
    /// Facts ultimate in every fair run; `null` if not computed.
    pub certain: Option<Vec<String>>,
    /// Facts ultimate in some fair runs and not in others; `null` if not computed.
    pub contested: Option<Vec<String>>,
    /// Facts contested in an over-approximation only; `null` if not computed.
    pub undecided: Option<Vec<String>>,
    /// Distinct ultimate models found, each sorted, the list sorted, at most `--max-models`.
    pub ultimate_models: Vec<Vec<String>>,
    /// Whether there are no others.
    pub models_complete: bool,
    /// Two runs that end differently.
    pub witness: Option<WitnessObject>,
    /// One entry a `never` relation, in the order of their declaration.
    pub invariants: Vec<InvariantObject>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,

    /// In which order copies are delivered: `any` or `fifo`.
    #[schemars(extend("enum" = ["any", "fifo"]))]
    pub network: &'static str,
    /// How many distinct ultimate models were found, listed or not.
    pub models_found: usize,
    /// Whether `contested` has all contested facts.
    pub contested_complete: bool,
    /// States whose transitions were not all taken.
    pub frontier: usize,
    /// Local steps answered from memory.
    pub remembered: u64,
    /// Distinct local states.
    pub local_states: usize,
    /// In a longer search, the share of its last local steps that led to a new local state.
    pub novelty: Option<f64>,
    /// The cap on copies of messages sent for ever; 0 if all copies were counted exactly.
    pub copies_cap: u32,
    /// Maximal fair components.
    pub fair_components: usize,
    /// Searches made.
    pub searches: usize,
    /// What reductions left out of the last search.
    pub reduction: ReductionObject,
    /// The theorem that answered.
    pub theorem: Option<TheoremObject>,
    /// The kinds of the EDB relations that "all instances" assumes.
    pub edb: Vec<EdbObject>,
    /// What keeps the program out of smaller classes.
    pub reasons: Vec<ReasonObject>,
    /// Literals whose truth depends on which messages have arrived.
    pub points_of_order: Vec<PointObject>,
    /// What to try after a bound was hit.
    pub bound_advice: Vec<String>,
    /// Why the contested fact holds in one run and not in the other, and why each violation holds; with `--why` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Vec<RunWhyObject>>,
    /// The points of order with what was found of each; `null` without `--points`.
    pub points: Option<PointsObject>,
    /// The least part of the facts that still has the verdict; with `--shrink` only, and only of `diffluent` and `violated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrunk: Option<FewerObject>,
    /// The small instances that were searched (`--instances`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instances: Option<InstancesObject>,
    /// The network and facts of the instance that was found among them: a text for `--instance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The cases of unknown inputs; of programs whose facts have unknowns only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valuations: Option<ValuationsObject>,
}

/// What reductions left out of a search.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ReductionObject {
    /// Messages that are delivered as soon as their addressee steps.
    pub eager_messages: usize,
    /// States of which not all choices were taken, by reduction.
    pub states_in_part: BTreeMap<&'static str, usize>,
    /// How many of these were expanded again in full, since they lie on loops.
    pub expanded_again: usize,
    /// Transitions whose target stands for a renaming of it: values that no rule or fact tells apart were exchanged.
    pub renamed: usize,
    /// Into how many slices the instance was taken apart; 0 if it was explored as a whole. Other figures are then sums over those
    /// that were searched.
    pub slices: usize,
    /// How many of these were searched; the others are like them but for names.
    pub searched_slices: usize,
    /// States of searches of several slices together, made for the ultimate models.
    pub joint_states: usize,
    /// Transitions of these searches.
    pub joint_transitions: usize,
    /// How far left-out choices were held against the definitions of the reductions; `null` without `--verify-reduction`.
    pub rechecked: Option<RecheckedObject>,
}

/// How far choices that reductions left out were held against their definitions. One that fails is an internal error.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecheckedObject {
    /// Left-out choices that were tested; those that are alike in all that the test depends on are one.
    pub choices: usize,
    /// Of these, how many to the end: the definition is met. The others were tested up to a bound.
    pub to_the_end: usize,
    /// States whose left-out choices were not looked at, for want of time, memory or work.
    pub states_left: usize,
}

impl From<Rechecked> for RecheckedObject {
    fn from(Rechecked { choices, to_the_end, states_left }: Rechecked) -> Self {
        RecheckedObject { choices, to_the_end, states_left }
    }
}

impl ReductionObject {
    fn new(figures: &Figures) -> Self {
        ReductionObject {
            eager_messages: figures.eager_messages,
            states_in_part: Reductions::OF_STATES.into_iter().zip(figures.in_part).collect(),
            expanded_again: figures.again,
            renamed: figures.mapped,
            slices: figures.slices,
            searched_slices: figures.searched_slices,
            joint_states: figures.joint_states,
            joint_transitions: figures.joint_transitions,
            rechecked: figures.rechecked.map(RecheckedObject::from),
        }
    }
}

/// A theorem.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TheoremObject {
    /// As in `basis`.
    pub name: &'static str,
    /// Where it is stated.
    pub source: &'static str,
    /// Why it holds.
    pub argument: &'static str,
}

impl CheckObject {
    /// The object of a case.
    pub fn new(case: &Case<'_>, diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        let Case { program, analysis, answer, sources, .. } = *case;
        let findings = &answer.findings;
        let figures = &findings.figures;
        let complete = findings.certain.is_some() || matches!(answer.basis, Basis::Theorem(_));
        // After a cut only what was found is known, not that there is nothing else.
        let known = |facts: &[_]| (complete || !facts.is_empty()).then(|| shown(program, facts));
        CheckObject {
            schema: SCHEMA,
            command: case.command.to_string(),
            program: case.files.to_vec(),
            class: analysis.classification.class.name(),
            verdict: answer.verdict.name(),
            scope: answer.scope.name(),
            basis: answer.basis.to_string(),
            nodes: nodes(program),
            outputs: outputs(program),
            certain: findings.certain.as_ref().map(|facts| shown(program, facts)),
            contested: known(&findings.contested),
            undecided: known(&findings.undecided),
            ultimate_models: shown_models(program, &findings.models),
            models_complete: findings.models_complete,
            witness: witness(case),
            invariants: invariants(case),
            diagnostics,
            statistics,
            network: program.order.name(),
            models_found: findings.models_found,
            contested_complete: complete,
            frontier: figures.frontier,
            remembered: figures.remembered,
            local_states: figures.local_states,
            novelty: figures.novelty,
            copies_cap: figures.cap,
            fair_components: figures.components,
            searches: figures.searches,
            reduction: ReductionObject::new(figures),
            theorem: theorem(case),
            edb: classification::edb(program),
            reasons: classification::reasons(program, sources, analysis),
            points_of_order: classification::points(program, sources, analysis),
            bound_advice: match answer.basis {
                Basis::Bound(bound) => advice::advice(program, analysis, bound, figures),
                _ => Vec::new(),
            },
            why: case.explained.map(|all| all.iter().map(|one| RunWhyObject::new(program, sources, one)).collect()),
            points: PointsObject::new(case),
            shrunk: case.fewer.map(FewerObject::new),
            instances: case.instances.map(InstancesObject::new),
            instance: case.instance.map(str::to_string),
            valuations: case.valuations.map(|searched| ValuationsObject::new(searched, Verdict::name)),
        }
    }
}

/// The nodes of the network by name.
pub fn nodes(program: &Program) -> Vec<String> {
    program.node_ids().map(|node| program.show_node(node)).collect()
}

/// The output relations by name.
pub fn outputs(program: &Program) -> Vec<String> {
    program.outputs.iter().map(|&relation| program.relation(relation).name.clone()).collect()
}

fn theorem(case: &Case<'_>) -> Option<TheoremObject> {
    let Basis::Theorem(theorem) = case.answer.basis else { return None };
    Some(TheoremObject { name: theorem.name, source: theorem.source, argument: theorem.argument })
}

/// The two runs of a case, if it has them.
pub fn witness(case: &Case<'_>) -> Option<WitnessObject> {
    let witness = case.answer.witness.as_ref()?;
    let [holds, lacks] = &witness.runs;
    Some(WitnessObject::new(case.program, &witness.fact, [holds, lacks]))
}

/// The fate of each `never` relation of a case.
pub fn invariants(case: &Case<'_>) -> Vec<InvariantObject> {
    let program = case.program;
    let mut found = case.answer.findings.invariants.iter();
    (program.nevers.iter())
        .map(|&(relation, _)| match found.next() {
            Some(Invariant::Kept) => InvariantObject::kept(program, relation),
            Some(Invariant::Violated(_)) => {
                let violation = case.answer.violations.iter().find(|violation| violation.relation == relation);
                let violation = violation.expect("internal error: a violation that was not replayed");
                InvariantObject::violated(program, relation, &violation.violation)
            }
            Some(Invariant::Unknown) | None => InvariantObject::unknown(program, relation),
        })
        .collect()
}

/// The object of a command whose input is wrong: nothing is known but what is wrong.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Refusal {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// The command.
    pub command: String,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// Not known.
    #[schemars(with = "()")]
    pub class: Option<&'static str>,
    /// There is none.
    #[schemars(with = "()")]
    pub verdict: Option<&'static str>,
    /// There is none.
    #[schemars(with = "()")]
    pub scope: Option<&'static str>,
    /// There is none.
    #[schemars(with = "()")]
    pub basis: Option<String>,
    /// Empty.
    #[schemars(length(max = 0))]
    pub nodes: Vec<String>,
    /// Empty.
    #[schemars(length(max = 0))]
    pub outputs: Vec<String>,
    /// Not computed.
    #[schemars(with = "()")]
    pub certain: Option<Vec<String>>,
    /// Not computed.
    #[schemars(with = "()")]
    pub contested: Option<Vec<String>>,
    /// Not computed.
    #[schemars(with = "()")]
    pub undecided: Option<Vec<String>>,
    /// None.
    #[schemars(length(max = 0))]
    pub ultimate_models: Vec<Vec<String>>,
    /// False.
    #[schemars(extend("const" = false))]
    pub models_complete: bool,
    /// None.
    #[schemars(with = "()")]
    pub witness: Option<WitnessObject>,
    /// None.
    #[schemars(length(max = 0))]
    pub invariants: Vec<InvariantObject>,
    /// What is wrong.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// The run that leads to a fault of a rule, as a schedule string, if that is what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

impl Refusal {
    /// Nothing but the diagnostics.
    pub fn new(command: &str, files: Vec<String>, diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        Refusal {
            schema: SCHEMA,
            command: command.to_string(),
            program: files,
            class: None,
            verdict: None,
            scope: None,
            basis: None,
            nodes: Vec::new(),
            outputs: Vec::new(),
            certain: None,
            contested: None,
            undecided: None,
            ultimate_models: Vec::new(),
            models_complete: false,
            witness: None,
            invariants: Vec::new(),
            diagnostics,
            statistics,
            schedule: None,
        }
    }
}
