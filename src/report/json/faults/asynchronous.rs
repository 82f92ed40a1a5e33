//! The answer of `faults --async`.

use super::{CounterexampleObject, CrashObject, FaultsObject, OmissionObject, SpecificationObject};
use crate::faults::Verdict;
use crate::faults::asynchronous::{Answer, Counterexample, Question};
use crate::faults::plan::Fault;
use crate::program::Program;
use crate::report::json::{DiagnosticObject, SCHEMA, Statistics, nodes, shown_tuples};
use crate::witness::file::OutcomeObject;

impl FaultsObject {
    /// The object of an answer about asynchronous runs.
    pub fn of_asynchronous(
        program: &Program,
        files: Vec<String>,
        question: &Question,
        answer: &Answer,
        diagnostics: Vec<DiagnosticObject>,
        statistics: Statistics,
    ) -> Self {
        let tolerance = &question.tolerance;
        let counterexamples: Vec<CounterexampleObject> =
            answer.counterexamples.iter().map(CounterexampleObject::asynchronous).collect();
        FaultsObject {
            schema: SCHEMA,
            command: "faults",
            program: files,
            verdict: answer.verdict.name(),
            basis: match answer.verdict {
                Verdict::Inconclusive(bound) => format!("bound:{bound}"),
                _ => "searched".to_string(),
            },
            nodes: nodes(program),
            specification: SpecificationObject {
                semantics: "asynchronous",
                eot: None,
                eff: None,
                omissions: Some(tolerance.omissions),
                crashes: tolerance.crashes,
                restarts: Some(tolerance.restarts),
                duplications: Some(tolerance.duplications),
                crash: "sends",
                verdict: question.rule.name(),
            },
            runs: answer.plans,
            counterexample: counterexamples.first().cloned(),
            diagnostics,
            statistics,
            counterexamples,
            complete: answer.complete,
            pre: answer.promised.iter().cloned().collect(),
            post: answer.fulfilled.iter().cloned().collect(),
            lessons: 0,
            gates: 0,
            sweep: None,
            why: None,
        }
    }
}

impl CounterexampleObject {
    fn asynchronous(found: &Counterexample) -> Self {
        let program = &found.program;
        let name = |node| program.show_node(node);
        let (mut omissions, mut crashes, mut restarts, mut duplications) = (vec![], vec![], vec![], vec![]);
        for &(fault, time) in &found.faults {
            match fault {
                Fault::Omission { from, to } => {
                    omissions.push(OmissionObject { from: name(from), to: name(to), time });
                }
                Fault::Crash { node } => crashes.push(CrashObject { node: name(node), time }),
                Fault::Restart { node } => restarts.push(CrashObject { node: name(node), time }),
                Fault::Duplication { from, to } => {
                    duplications.push(OmissionObject { from: name(from), to: name(to), time });
                }
            }
        }
        let post = program.relation_named("post");
        CounterexampleObject {
            omissions,
            crashes,
            lost: post.map_or_else(Vec::new, |post| shown_tuples(program, post, &found.lost)),
            minimal: Some(found.minimal),
            restarts: Some(restarts),
            duplications: Some(duplications),
            outcome: Some(OutcomeObject::new(program, &found.run, &found.claim())),
            with_faults: Some(found.text.clone()),
        }
    }
}
