//! The runs of an answer, in the order in which reports tell them.

use super::Case;
use super::diagram::Diagram;
use super::space_time::DrawnRun;
use crate::faults::asynchronous::Counterexample;
use crate::pipeline::check::{ReplayedViolation, Witness};
use crate::program::{LocatedFact, Program};
use crate::schedule::critical;
use crate::witness::StepRecord;

/// A run with what it shows.
#[derive(Debug, Clone)]
pub struct ShownRun<'a> {
    /// What it shows, in a line.
    pub title: String,
    /// Its steps, from the start.
    pub records: &'a [StepRecord],
    /// How many stand before the loop; all if there is no loop.
    pub stem: usize,
    /// The fact that it is about.
    pub fact: Option<&'a LocatedFact>,
    /// The step at which it parts from the run that it is compared with.
    pub parts_at: Option<usize>,
}

impl ShownRun<'_> {
    /// As a diagram.
    pub fn diagram(&self, program: &Program) -> Diagram {
        let run = DrawnRun { title: &self.title, records: self.records, stem: self.stem };
        Diagram::of_run(program, &run, self.fact, self.parts_at)
    }
}

/// The runs of an answer about confluence: one to each violation, then two that end differently.
pub fn of_case<'a>(case: &Case<'a>) -> Vec<ShownRun<'a>> {
    violations(case).into_iter().chain(witness(case)).collect()
}

/// The runs to violations.
pub fn violations<'a>(case: &Case<'a>) -> Vec<ShownRun<'a>> {
    let run = |violation: &'a ReplayedViolation| {
        let records = &violation.violation.records;
        let name = &case.program.relation(violation.relation).name;
        let title = format!("the last step has `{name}`");
        ShownRun { title, records, stem: records.len(), fact: None, parts_at: None }
    };
    case.answer.violations.iter().map(run).collect()
}

/// The run of a counterexample of `faults --async`: one of its own program, that with the faults in it.
pub fn of_bad(found: &Counterexample) -> ShownRun<'_> {
    let title = if found.faults.is_empty() { "a run without faults" } else { "a run with these faults" };
    let (records, stem) = (&found.run.records[..], found.run.stem);
    ShownRun { title: title.to_string(), records, stem, fact: None, parts_at: None }
}

/// The two runs that end differently, if the answer has them.
pub fn witness<'a>(case: &Case<'a>) -> Vec<ShownRun<'a>> {
    case.answer.witness.as_ref().map_or_else(Vec::new, |witness| of_witness(case.program, witness).into())
}

/// The two runs of a witness.
pub fn of_witness<'a>(program: &Program, witness: &'a Witness) -> [ShownRun<'a>; 2] {
    let fact = program.show_fact(witness.fact.node, &witness.fact.fact);
    let [first, second] = &witness.schedules;
    let parts_at = critical(first, second);
    let shown = |number: usize, title: String| {
        let run = &witness.runs[number];
        let (fact, parts_at) = (Some(&witness.fact), Some(parts_at));
        ShownRun { title, records: &run.records, stem: run.stem, fact, parts_at }
    };
    [shown(0, format!("1: {fact} is ultimate")), shown(1, format!("2: {fact} is not ultimate"))]
}
