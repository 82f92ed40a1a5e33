//! The answer of `faults`.

mod asynchronous;

use super::{DiagnosticObject, Statistics, WhyObject};
use crate::faults::{Answer, Counterexample, FaultSet, Question, Sweep};
use crate::program::{Fact, Program};
use crate::witness::file::OutcomeObject;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `faults`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FaultsObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `faults`.
    #[schemars(extend("const" = "faults"))]
    pub command: &'static str,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// `counterexample`, `certified`, `vacuous` or `inconclusive`.
    #[schemars(extend("enum" = ["counterexample", "certified", "vacuous", "inconclusive"]))]
    pub verdict: &'static str,
    /// `searched`, or the bound that ended it.
    #[schemars(regex(pattern = "^(searched|bound:.+)$"))]
    pub basis: String,
    /// The network.
    pub nodes: Vec<String>,
    /// What may go wrong.
    pub specification: SpecificationObject,
    /// Runs, the failure-free one included; of asynchronous runs how many plans of faults were explored.
    pub runs: u64,
    /// The first minimal counterexample; `null` unless that is the verdict.
    pub counterexample: Option<CounterexampleObject>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// The minimal counterexamples that were found, the first one included: one, or with `--all` all of them.
    pub counterexamples: Vec<CounterexampleObject>,
    /// Whether there are no others.
    pub complete: bool,
    /// `pre` of the failure-free run, or of some asynchronous run without faults.
    pub pre: Vec<String>,
    /// `post` of the failure-free run, or of every asynchronous run without faults.
    pub post: Vec<String>,
    /// Reasons learned from good runs.
    pub lessons: u64,
    /// Gates of the circuit that the outcome depends on.
    pub gates: usize,
    /// With `--sweep`: the specifications in the order in which they were tried; `specification` is the last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Vec<StageObject>>,
    /// With `--why`: why that fact is in the outcome, or why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<WhyObject>,
}

/// One specification of a sweep.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StageObject {
    /// The last round.
    pub eot: u64,
    /// Messages sent before this round may be lost.
    pub eff: u64,
    /// Most nodes that crash.
    pub crashes: usize,
    /// `early`: the failure-free run was bad or vacuous, and more rounds followed.
    #[schemars(extend("enum" = ["early", "counterexample", "certified", "vacuous", "inconclusive"]))]
    pub verdict: &'static str,
    /// Runs, the failure-free one included.
    pub runs: u64,
}

/// ⟨EOT, EFF, crashes⟩, and how it is read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SpecificationObject {
    /// `synchronous` (rounds), or `asynchronous` (`--async`).
    #[schemars(extend("enum" = ["synchronous", "asynchronous"]))]
    pub semantics: &'static str,
    /// Of rounds: the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eot: Option<u64>,
    /// Of rounds: messages sent before this one may be lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eff: Option<u64>,
    /// Of asynchronous runs: most omissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omissions: Option<usize>,
    /// Most nodes that crash.
    pub crashes: usize,
    /// Of asynchronous runs: most restarts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restarts: Option<usize>,
    /// Of asynchronous runs: most duplications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplications: Option<usize>,
    /// What a crash does: `sends` (what the node sends is lost) or `stop` (it takes no further step).
    #[schemars(extend("enum" = ["sends", "stop"]))]
    pub crash: &'static str,
    /// When a run is bad: `invariant` or `baseline`.
    #[schemars(extend("enum" = ["invariant", "baseline"]))]
    pub verdict: &'static str,
}

/// Faults that make a run bad.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CounterexampleObject {
    /// What is lost.
    pub omissions: Vec<OmissionObject>,
    /// Who crashes.
    pub crashes: Vec<CrashObject>,
    /// The `post` tuples that are missing while their `pre` tuples hold.
    pub lost: Vec<String>,
    /// Of asynchronous runs: whether all runs with fewer of these faults were explored before, and are good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimal: Option<bool>,
    /// Of asynchronous runs: who restarts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restarts: Option<Vec<CrashObject>>,
    /// Of asynchronous runs: what arrives twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplications: Option<Vec<OmissionObject>>,
    /// Of asynchronous runs: a run of the program `with_faults`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeObject>,
    /// The program in which these faults are messages, as text: `replay` takes it with the `outcome`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_faults: Option<String>,
}

/// Messages that are lost.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OmissionObject {
    /// Who sends.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The round in which it is sent; in asynchronous runs the local step of the sender.
    pub time: u64,
}

/// A node that crashes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CrashObject {
    /// Which.
    pub node: String,
    /// The first round that it affects; in asynchronous runs the local step of the node in which it happens.
    pub time: u64,
}

impl FaultsObject {
    /// The object of an answer.
    pub fn new(
        program: &Program,
        files: Vec<String>,
        question: &Question,
        answer: &Answer,
        diagnostics: Vec<DiagnosticObject>,
        statistics: Statistics,
    ) -> Self {
        let specification = &question.specification;
        let counterexamples: Vec<CounterexampleObject> =
            answer.counterexamples.iter().map(|found| CounterexampleObject::new(program, answer, found)).collect();
        let tuples = |relation: Option<_>, tuples: &std::collections::BTreeSet<_>| {
            relation.map_or_else(Vec::new, |relation| shown(program, relation, tuples))
        };
        FaultsObject {
            schema: super::SCHEMA,
            command: "faults",
            program: files,
            verdict: answer.verdict.name(),
            basis: match answer.verdict {
                crate::faults::Verdict::Inconclusive(bound) => format!("bound:{bound}"),
                _ => "searched".to_string(),
            },
            nodes: super::nodes(program),
            specification: SpecificationObject {
                semantics: "synchronous",
                eot: Some(specification.eot),
                eff: Some(specification.eff),
                omissions: None,
                crashes: specification.crashes,
                restarts: None,
                duplications: None,
                crash: specification.crash_mode.name(),
                verdict: question.rule.name(),
            },
            runs: answer.effort.runs,
            counterexample: counterexamples.first().cloned(),
            diagnostics,
            statistics: Statistics { solver_calls: answer.effort.solver_calls, ..statistics },
            counterexamples,
            complete: answer.complete,
            pre: tuples(answer.judgement.pre, answer.judgement.promised()),
            post: tuples(answer.judgement.post, answer.judgement.fulfilled()),
            lessons: answer.effort.lessons,
            gates: answer.effort.gates,
            sweep: None,
            why: None,
        }
    }

    /// The same with the stages of a sweep, whose runs count together.
    #[must_use]
    pub fn with_sweep(mut self, sweep: Option<&Sweep>) -> Self {
        let Some(sweep) = sweep else { return self };
        self.runs = sweep.runs();
        let stages = sweep.stages.iter().map(|stage| StageObject {
            eot: stage.specification.eot,
            eff: stage.specification.eff,
            crashes: stage.specification.crashes,
            verdict: stage.name(),
            runs: stage.runs,
        });
        self.sweep = Some(stages.collect());
        self
    }
}

impl CounterexampleObject {
    fn new(program: &Program, answer: &Answer, found: &Counterexample) -> Self {
        let (omissions, crashes) = faults(program, &found.faults);
        let lost = answer.judgement.post.map_or_else(Vec::new, |post| shown(program, post, &found.lost));
        CounterexampleObject {
            omissions,
            crashes,
            lost,
            minimal: None,
            restarts: None,
            duplications: None,
            outcome: None,
            with_faults: None,
        }
    }
}

/// The faults with names.
fn faults(program: &Program, faults: &FaultSet) -> (Vec<OmissionObject>, Vec<CrashObject>) {
    let name = |node| program.show_node(node);
    let omissions = faults
        .omissions()
        .map(|lost| OmissionObject { from: name(lost.from), to: name(lost.to), time: lost.time })
        .collect();
    let crashes = faults.crashes().map(|crash| CrashObject { node: name(crash.node), time: crash.time }).collect();
    (omissions, crashes)
}

/// Tuples as facts of a relation, sorted by their text.
pub fn shown<'a>(
    program: &Program,
    relation: crate::program::RelationId,
    tuples: impl IntoIterator<Item = &'a crate::faults::judge::Tuple>,
) -> Vec<String> {
    let fact =
        |values: &crate::faults::judge::Tuple| program.show_global_fact(&Fact { relation, values: values.clone() });
    let mut shown: Vec<String> = tuples.into_iter().map(fact).collect();
    shown.sort_unstable();
    shown
}
