//! The points of order, ranked (`--points`).

use super::PlaceObject;
use super::classification::{ChannelObject, channels};
use crate::analysis::{MeetingKind, Sign};
use crate::pipeline::races::{Message, Place, Point, Points, Race};
use crate::program::Program;
use crate::report::{Case, points};
use crate::source::SourceMap;
use crate::witness::file::WitnessObject;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// What was found of the points of order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PointsObject {
    /// The points: real ones first, then those upstream of others.
    pub list: Vec<RankedPointObject>,
    /// Contested facts that no race explains.
    pub unexplained: Vec<String>,
    /// How many runs were looked at.
    pub runs: usize,
}

/// A point of order and what was found of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RankedPointObject {
    /// A literal that is `negated` or `aggregated`, or facts that meet: `same-channel`, `scratches` or `growing`.
    #[schemars(extend("enum" = ["negated", "aggregated", "same-channel", "scratches", "growing"]))]
    pub kind: &'static str,
    /// Why the order may matter.
    pub message: String,
    /// The literals.
    pub literals: Vec<PlaceObject>,
    /// The channels that flow into them, at most eight.
    pub channels: Vec<ChannelObject>,
    /// The race, if it is real.
    pub race: Option<RaceObject>,
    /// If not, what it means that none was found.
    pub open: Option<String>,
}

/// Messages whose order decides.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RaceObject {
    /// Where they race.
    pub node: String,
    /// Messages that come sooner in one run and later in the other.
    pub moved: Vec<MessageObject>,
    /// Those that they race with; none if that is the node's own step.
    pub against: Vec<MessageObject>,
    /// In which of the two schedules the rule fires: 0 or 1.
    pub fires: usize,
    /// For each schedule the index of the step, stem then loop, in which the literal is read, or facts meet in one and not in the other.
    pub steps: Vec<usize>,
    /// The two runs and the fact in which they end differently.
    pub witness: WitnessObject,
}

/// A message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MessageObject {
    /// The fact, at its addressee.
    pub message: String,
    /// Its sender.
    pub from: String,
}

impl PointsObject {
    /// The object of a case; `None` if nobody asked.
    pub fn new(case: &Case<'_>) -> Option<Self> {
        let points = case.points?;
        let list = points.list.iter().map(|point| ranked(case, points, point)).collect();
        Some(PointsObject { list, unexplained: super::shown(case.program, &points.unexplained), runs: points.runs })
    }
}

fn ranked(case: &Case<'_>, all: &Points, point: &Point) -> RankedPointObject {
    let (program, sources): (&Program, &SourceMap) = (case.program, case.sources);
    let (kind, from) = match &point.place {
        Place::Literal(literal) if literal.sign == Sign::Negated => ("negated", &literal.channels),
        Place::Literal(literal) => ("aggregated", &literal.channels),
        Place::Meeting(meeting) => match meeting.kind {
            MeetingKind::SameChannel => ("same-channel", &meeting.channels),
            MeetingKind::Scratches => ("scratches", &meeting.channels),
            MeetingKind::Growing => ("growing", &meeting.channels),
        },
    };
    RankedPointObject {
        kind,
        message: point.place.message().to_string(),
        literals: point.place.spans().iter().map(|&span| PlaceObject::new(sources, span)).collect(),
        channels: channels(program, sources, from),
        race: point.race.as_deref().map(|race| RaceObject::new(program, race)),
        open: point.race.is_none().then(|| points::open(case, all)),
    }
}

impl RaceObject {
    fn new(program: &Program, race: &Race) -> Self {
        let messages = |messages: &BTreeSet<Message>| {
            let object = |(message, from): &Message| MessageObject {
                message: program.show_fact(message.node, &message.fact),
                from: program.show_node(*from),
            };
            messages.iter().map(object).collect()
        };
        let [first, second] = &race.witness.runs;
        RaceObject {
            node: program.show_node(race.node),
            moved: messages(&race.moved),
            against: messages(&race.against),
            fires: race.fires,
            steps: race.steps.to_vec(),
            witness: WitnessObject::new(program, &race.witness.fact, [first, second]),
        }
    }
}
