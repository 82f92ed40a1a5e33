//! An explanation of `check --why`.

use super::PlaceObject;
use crate::program::Program;
use crate::report::Explained;
use crate::report::text::why::run::sentence;
use crate::source::SourceMap;
use crate::witness::why::{Claim, How, Moments};
use schemars::JsonSchema;
use serde::Serialize;

/// Why a fact holds in a run, or why it does not.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunWhyObject {
    /// The fact.
    pub fact: String,
    /// The run: that of the witness in which the fact is ultimate, the other, or that to a violation.
    #[schemars(extend("enum" = ["holds", "lacks", "violation"]))]
    pub run: &'static str,
    /// Whether it holds in the step that is explained.
    pub holds: bool,
    /// Claims with what each rests on; the first is the answer.
    pub reasons: Vec<RunClaimObject>,
}

/// One claim.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunClaimObject {
    /// `holds` and `absent` of facts, `fails` of a rule, `supplies` of a message that came too early or too late, `instead` of what a rule derives
    /// in place of it, `condition` of one that does not hold.
    #[schemars(extend("enum" = ["holds", "absent", "fails", "supplies", "instead", "condition"]))]
    pub claim: &'static str,
    /// `given`, `rule`, `sent`, `kept`, `nothing` (derives it), `no-rule`, `literal`, or `cut`: not explained.
    #[schemars(extend("enum" = ["given", "rule", "sent", "kept", "nothing", "no-rule", "literal", "cut"]))]
    pub how: &'static str,
    /// The claim in words.
    pub text: String,
    /// The index of the step it is about, stem then loop, from 0; `null` for what observers see after the last step.
    pub step: Option<usize>,
    /// The rule or the condition.
    pub place: Option<PlaceObject>,
    /// What it rests on: indices of reasons.
    pub parts: Vec<usize>,
}

impl RunWhyObject {
    /// The object of an explanation.
    pub fn new(program: &Program, sources: &SourceMap, explained: &Explained<'_>) -> Self {
        let step_of = |when: Moments| match when {
            Moments::Step(step) => Some(step),
            Moments::Snapshot => None,
        };
        let reasons = explained.why.reasons.iter().map(|reason| {
            let (claim, step, of) = match &reason.claim {
                Claim::Holds(_, when) => ("holds", step_of(*when), None),
                Claim::Absent(_, when) => ("absent", step_of(*when), None),
                Claim::Fails(_, _, when) => ("fails", step_of(*when), None),
                Claim::Supplies { missed, .. } => ("supplies", Some(*missed), None),
                Claim::Instead(_, when) => ("instead", step_of(*when), None),
                Claim::Condition(span) => ("condition", None, Some(*span)),
            };
            let (how, rule) = match reason.how {
                How::Given => ("given", None),
                How::Rule(span) => ("rule", Some(span)),
                How::Sent(_, span) => ("sent", Some(span)),
                How::Kept(_, span) => ("kept", Some(span)),
                How::Nothing => ("nothing", None),
                How::NoRule => ("no-rule", None),
                How::Literal => ("literal", None),
                How::Cut => ("cut", None),
            };
            RunClaimObject {
                claim,
                how,
                text: sentence(program, sources, explained.records, reason),
                step,
                place: of.or(rule).map(|span| PlaceObject::new(sources, span)),
                parts: reason.parts.clone(),
            }
        });
        let fact = explained.fact.clone();
        RunWhyObject { fact, run: explained.run, holds: explained.why.holds(), reasons: reasons.collect() }
    }
}
