//! An explanation of `faults --why`.

use super::PlaceObject;
use crate::faults::why::{Claim, How, When, Why};
use crate::program::Program;
use crate::report::text::why::sentence;
use crate::source::SourceMap;
use schemars::JsonSchema;
use serde::Serialize;

/// Why a fact is in the outcome of a run, or why it is not.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WhyObject {
    /// The fact that was asked for.
    pub fact: String,
    /// The run: `failure-free` or `counterexample`.
    #[schemars(extend("enum" = ["failure-free", "counterexample"]))]
    pub run: &'static str,
    /// Whether it is in the outcome.
    pub holds: bool,
    /// Claims with what each rests on; the first is the answer.
    pub reasons: Vec<ClaimObject>,
}

/// One claim.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClaimObject {
    /// `holds` and `absent` of facts, `fails` of a rule, `lost` of a message, `condition` of one that does not hold.
    #[schemars(extend("enum" = ["holds", "absent", "fails", "lost", "condition"]))]
    pub claim: &'static str,
    /// `given`, `rule`, `sent`, `kept`, `fault`, `observed`, `nothing` (derives it), `no-rule`, `literal`, or `cut`: not explained.
    #[schemars(extend("enum" = ["given", "rule", "sent", "kept", "fault", "observed", "nothing", "no-rule", "literal", "cut"]))]
    pub how: &'static str,
    /// The claim in words.
    pub text: String,
    /// The round it is about; `null` in the end.
    pub round: Option<u64>,
    /// The rule or the condition.
    pub place: Option<PlaceObject>,
    /// What it rests on: indices of reasons.
    pub parts: Vec<usize>,
}

impl WhyObject {
    /// The object of an explanation.
    pub fn new(program: &Program, sources: &SourceMap, fact: String, run: &'static str, why: &Why) -> Self {
        let reasons = why.reasons.iter().map(|reason| {
            let (claim, when, place) = match &reason.claim {
                Claim::Holds(_, when) => ("holds", *when, None),
                Claim::Absent(_, when) => ("absent", *when, None),
                Claim::Fails(span, _, when) => ("fails", *when, Some(*span)),
                Claim::Lost(_, round) => ("lost", When::Round(*round), None),
                Claim::Condition(span) => ("condition", When::End, Some(*span)),
            };
            let (how, rule) = match reason.how {
                How::Given => ("given", None),
                How::Rule(span) => ("rule", Some(span)),
                How::Sent(_, _, span) => ("sent", Some(span)),
                How::Kept(_, span) => ("kept", Some(span)),
                How::Fault => ("fault", None),
                How::Observed => ("observed", None),
                How::Nothing => ("nothing", None),
                How::NoRule => ("no-rule", None),
                How::Literal => ("literal", None),
                How::Cut => ("cut", None),
            };
            ClaimObject {
                claim,
                how,
                text: sentence(program, sources, reason),
                round: if let When::Round(round) | When::Observed(round) | When::Later(round) = when {
                    Some(round)
                } else {
                    None
                },
                place: place.or(rule).map(|span| PlaceObject::new(sources, span)),
                parts: reason.parts.clone(),
            }
        });
        WhyObject { fact, run, holds: why.holds(), reasons: reasons.collect() }
    }
}
