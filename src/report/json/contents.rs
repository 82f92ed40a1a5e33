//! What a stream carries in the runs of a program (`flow`).

use crate::pipeline::contents::{Apart, Claim, Difference, Found};
use crate::pipeline::flow::{Described, Evidence, Examined};
use crate::program::Program;
use crate::schedule::critical;
use crate::witness::file::StepObject;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Whether the contents of a stream, all that it ever carries, are the same in every run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContentsObject {
    /// `same`, `different`, or `open` if a bound was hit before two runs were found that differ.
    #[schemars(extend("enum" = ["same", "different", "open"]))]
    pub found: &'static str,
    /// `explored` (this instance, every delivery order), `theorem:<name>` (all instances) or `bound:<which>`.
    pub basis: String,
    /// Two runs whose contents differ.
    pub witness: Option<CarriedObject>,
    /// How copies of the component that derives the stream differ in these runs; `null` if no copies derive it.
    pub copies: Option<Vec<ApartObject>>,
}

/// Two replayed runs, and a fact in which they differ.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CarriedObject {
    /// The fact.
    pub fact: String,
    /// `carried`: the stream carries it in the first run, and never in the second. `ultimate`: it is there for ever from some step of the first
    /// run on, and not in the second.
    #[schemars(extend("enum" = ["carried", "ultimate"]))]
    pub claim: &'static str,
    /// First the run of which the claim is true.
    pub schedules: Vec<CarryingObject>,
    /// The schedules agree on their first `critical` steps (stem, then loop) and part there.
    pub critical: usize,
}

/// A run as a lasso.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CarryingObject {
    /// Whether the claim is true of it.
    pub holds: bool,
    /// The run as text, for `replay`.
    pub schedule: String,
    /// The steps before the loop.
    pub stem: Vec<StepObject>,
    /// The steps repeated for ever.
    #[serde(rename = "loop")]
    pub cycle: Vec<StepObject>,
}

/// How two copies of a component differ in one run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApartObject {
    /// The run: index into `schedules`.
    pub run: usize,
    /// The copy that has more.
    pub one: String,
    /// The other.
    pub other: String,
    /// What the first puts out on the stream, and the other never.
    pub answers: Option<String>,
    /// What the first keeps for ever, and the other does not.
    pub keeps: Option<String>,
}

/// By stream, what was found; `None` if there is no program.
pub fn contents(described: &Described, examined: &Examined) -> Option<BTreeMap<String, ContentsObject>> {
    let Described::Derived(white) = described else { return None };
    let streams = white.derived.graph.streams.iter().zip(examined.evidence.as_ref()?);
    Some(streams.map(|(stream, found)| (stream.name.clone(), object(&white.program, found))).collect())
}

fn object(program: &Program, evidence: &Evidence) -> ContentsObject {
    let (found, basis, witness) = match &evidence.contents.found {
        Found::Same(basis) => ("same", basis.to_string(), None),
        Found::Different(difference) => ("different", "explored".to_string(), Some(difference)),
        Found::Open(bound) => ("open", format!("bound:{bound}"), None),
    };
    ContentsObject {
        found,
        basis,
        witness: witness.map(|difference| carried_object(program, difference)),
        copies: evidence.copies.then(|| evidence.apart.iter().map(|apart| apart_object(program, apart)).collect()),
    }
}

fn carried_object(program: &Program, difference: &Difference) -> CarriedObject {
    let [first, second] = &difference.schedules;
    let run = |number: usize| {
        let run = &difference.runs[number];
        let steps: Vec<StepObject> = run.records.iter().map(|record| StepObject::new(program, record)).collect();
        let (stem, cycle) = steps.split_at(run.stem);
        CarryingObject {
            holds: number == 0,
            schedule: difference.schedules[number].show(program),
            stem: stem.to_vec(),
            cycle: cycle.to_vec(),
        }
    };
    CarriedObject {
        fact: program.show_fact(difference.fact.node, &difference.fact.fact),
        claim: match difference.claim {
            Claim::Carried => "carried",
            Claim::Ultimate => "ultimate",
        },
        schedules: vec![run(0), run(1)],
        critical: critical(first, second),
    }
}

fn apart_object(program: &Program, apart: &Apart) -> ApartObject {
    ApartObject {
        run: apart.run,
        one: program.show_node(apart.one),
        other: program.show_node(apart.other),
        answers: apart.answers.as_ref().map(|fact| program.show_fact(fact.node, &fact.fact)),
        keeps: apart.keeps.as_ref().map(|fact| program.show_fact(apart.one, fact)),
    }
}
