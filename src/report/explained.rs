//! What `--why` adds to an answer: the contested fact explained in both runs, and each violation.

use crate::budget::Budget;
use crate::pipeline::Answer;
use crate::program::Program;
use crate::witness::StepRecord;
use crate::witness::why::{Why, why_last, why_ultimate};

/// One explanation.
#[derive(Debug, Clone)]
pub struct Explained<'a> {
    /// The run: `holds`, `lacks` or `violation`.
    pub run: &'static str,
    /// The fact.
    pub fact: String,
    /// The steps of the run.
    pub records: &'a [StepRecord],
    /// Why.
    pub why: Why,
}

/// Explains what there is to explain in an answer.
pub fn explained<'a>(program: &Program, answer: &'a Answer, budget: &Budget) -> Vec<Explained<'a>> {
    let mut all = Vec::new();
    if let Some(witness) = &answer.witness {
        for (name, run) in ["holds", "lacks"].into_iter().zip(&witness.runs) {
            let why = why_ultimate(program, run, &witness.fact, budget);
            let fact = program.show_fact(witness.fact.node, &witness.fact.fact);
            all.push(Explained { run: name, fact, records: &run.records, why });
        }
    }
    for violation in &answer.violations {
        let records = &violation.violation.records;
        if let Some(why) = why_last(program, records, violation.relation, budget) {
            let fact = violation.violation.facts[0].clone();
            all.push(Explained { run: "violation", fact, records, why });
        }
    }
    all
}
