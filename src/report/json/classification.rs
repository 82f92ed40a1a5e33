//! Class, reasons, points of order and meetings.

use super::polarity::{PolarityObject, polarity};
use super::{DiagnosticObject, PlaceObject, SCHEMA, Statistics, TheoremObject, nodes, outputs};
use crate::analysis::channels::Channels;
use crate::analysis::{Analysis, MeetingKind, ReasonKind, Sign, strata};
use crate::program::{Kind, Program, RelationId, RuleKind};
use crate::source::SourceMap;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `classify`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClassificationObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `classify`.
    #[schemars(extend("const" = "classify"))]
    pub command: &'static str,
    /// The program's files as the user wrote them.
    pub program: Vec<String>,
    /// `dedalus+`, `dedalus-s` or `dedalus`.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s", "dedalus"]))]
    pub class: &'static str,
    /// The class again: it is this command's verdict.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s", "dedalus"]))]
    pub verdict: &'static str,
    /// The network.
    pub nodes: Vec<String>,
    /// The output relations.
    pub outputs: Vec<String>,
    /// Warnings.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What it took.
    pub statistics: Statistics,
    /// What keeps the program out of smaller classes, in the order of the source.
    pub reasons: Vec<ReasonObject>,
    /// The theorem that makes every instance confluent, if one applies.
    pub theorem: Option<TheoremObject>,
    /// The kinds of the EDB relations that "all instances" assumes.
    pub edb: Vec<EdbObject>,
    /// The relations of each stratum of one local step, lowest first.
    pub strata: Vec<Vec<String>>,
    /// The same when temporal rules count too; `null` if a cycle passes negation or aggregation.
    pub strata_of_all_rules: Option<Vec<Vec<String>>>,
    /// Literals whose truth depends on which messages have arrived.
    pub points_of_order: Vec<PointObject>,
    /// Bodies whose facts meet only under some schedules.
    pub meetings: Vec<MeetingObject>,
    /// Whether every node falls quiet in every fair run, as far as can be seen.
    pub falls_quiet: bool,
    /// How each relation moves in time, and what spoils it.
    pub polarity: Vec<PolarityObject>,
    /// How many rules the program has.
    pub rules: RulesObject,
}

/// How many rules a program has, by kind; facts are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RulesObject {
    /// Those that local steps evaluate: the three kinds together.
    pub total: usize,
    /// Without a mark.
    pub deductive: usize,
    /// With `@next`; one for each relation whose rule only keeps facts of the first step, which are read as static.
    pub inductive: usize,
    /// With `@async`.
    pub asynchronous: usize,
    /// Rules that only observe, for `never`, `pre` and `post`.
    pub observers: usize,
}

impl RulesObject {
    fn new(program: &Program) -> Self {
        let of = |kind: RuleKind| program.rules.iter().filter(|rule| rule.kind == kind).count();
        let kept = program.relations.iter().filter(|relation| relation.normalised).count();
        let (deductive, inductive) = (of(RuleKind::Deductive), of(RuleKind::Inductive) + kept);
        let asynchronous = of(RuleKind::Async);
        let total = deductive + inductive + asynchronous;
        RulesObject { total, deductive, inductive, asynchronous, observers: program.observers.len() }
    }
}

/// An EDB relation and its kind.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EdbObject {
    /// Its name.
    pub relation: String,
    /// `static` or `event`.
    #[schemars(extend("enum" = ["static", "event"]))]
    pub kind: &'static str,
}

/// One literal, rule or fact that keeps a program out of a class.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReasonObject {
    /// The largest class that it keeps the program out of.
    #[schemars(extend("enum" = ["dedalus+", "dedalus-s"]))]
    pub keeps_out_of: &'static str,
    /// What it is.
    #[schemars(extend("enum" = [
        "event-fact",
        "event-relation",
        "unguarded-async",
        "negated-idb",
        "aggregated-idb",
        "negated-cycle",
        "aggregated-cycle",
    ]))]
    pub kind: &'static str,
    /// The relation that it is about.
    pub relation: String,
    /// One sentence.
    pub message: String,
    /// What would change it.
    pub remedy: String,
    /// Where.
    #[serde(flatten)]
    pub place: PlaceObject,
}

/// The async rules whose messages matter somewhere.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChannelObject {
    /// The message relation.
    pub relation: String,
    /// The head of the async rule.
    #[serde(flatten)]
    pub place: PlaceObject,
}

/// A point of order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PointObject {
    /// The relation that the literal reads.
    pub relation: String,
    /// `negated` or `aggregated`.
    #[schemars(extend("enum" = ["positive", "negated", "aggregated"]))]
    pub sign: &'static str,
    /// One sentence.
    pub message: String,
    /// The literal.
    #[serde(flatten)]
    pub place: PlaceObject,
    /// The channels that flow into the relation, at most eight.
    pub channels: Vec<ChannelObject>,
}

/// An unguarded meeting.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MeetingObject {
    /// `same-channel`, `scratches` or `growing`.
    #[schemars(extend("enum" = ["same-channel", "scratches", "growing"]))]
    pub kind: &'static str,
    /// Whether the head outlasts the step.
    pub remembered: bool,
    /// One sentence.
    pub message: String,
    /// What would guard it.
    pub guard: String,
    /// The literals that meet.
    pub literals: Vec<PlaceObject>,
    /// The channels whose messages meet, at most eight.
    pub channels: Vec<ChannelObject>,
}

impl ClassificationObject {
    /// The object of a program.
    pub fn new(
        files: Vec<String>,
        program: &Program,
        sources: &SourceMap,
        analysis: &Analysis,
        diagnostics: Vec<DiagnosticObject>,
        statistics: Statistics,
    ) -> Self {
        let class = analysis.classification.class.name();
        let name = |relation: &RelationId| program.relation(*relation).name.clone();
        let names = |rows: Vec<Vec<RelationId>>| rows.iter().map(|row| row.iter().map(name).collect()).collect();
        ClassificationObject {
            schema: SCHEMA,
            command: "classify",
            program: files,
            class,
            verdict: class,
            nodes: nodes(program),
            outputs: outputs(program),
            diagnostics,
            statistics,
            reasons: reasons(program, sources, analysis),
            theorem: analysis.theorem.map(|theorem| TheoremObject {
                name: theorem.name,
                source: theorem.source,
                argument: theorem.argument,
            }),
            edb: edb(program),
            strata: names(strata::by_stratum(program)),
            strata_of_all_rules: strata::of_all_rules(&analysis.dependencies).map(|of| names(rows(program, &of))),
            points_of_order: points(program, sources, analysis),
            meetings: meetings(program, sources, analysis),
            falls_quiet: analysis.falls_quiet(),
            polarity: polarity(program, sources, analysis),
            rules: RulesObject::new(program),
        }
    }
}

/// The EDB relations with their kinds, in the order of the program, without built-in ones.
pub fn edb(program: &Program) -> Vec<EdbObject> {
    (program.relations.iter())
        .filter(|relation| relation.is_edb() && !relation.builtin)
        .map(|relation| EdbObject {
            relation: relation.name.clone(),
            kind: if relation.kind == Kind::Event { "event" } else { "static" },
        })
        .collect()
}

/// Operational relations by stratum.
fn rows(program: &Program, strata: &[usize]) -> Vec<Vec<RelationId>> {
    let mut rows = vec![Vec::new(); strata.iter().max().map_or(0, |most| most + 1)];
    for (index, &stratum) in strata.iter().enumerate() {
        if !program.relations[index].observer {
            rows[stratum].push(RelationId(index as u32));
        }
    }
    rows
}

/// What keeps a program out of smaller classes.
pub fn reasons(program: &Program, sources: &SourceMap, analysis: &Analysis) -> Vec<ReasonObject> {
    (analysis.classification.reasons.iter())
        .map(|reason| ReasonObject {
            keeps_out_of: reason.keeps_out_of.name(),
            kind: match reason.kind {
                ReasonKind::EventFact => "event-fact",
                ReasonKind::EventRelation => "event-relation",
                ReasonKind::UnguardedAsync => "unguarded-async",
                ReasonKind::NegatedIdb => "negated-idb",
                ReasonKind::AggregatedIdb => "aggregated-idb",
                ReasonKind::NegatedCycle => "negated-cycle",
                ReasonKind::AggregatedCycle => "aggregated-cycle",
            },
            relation: program.relation(reason.relation).name.clone(),
            message: reason.message.clone(),
            remedy: reason.remedy.clone(),
            place: PlaceObject::new(sources, reason.span),
        })
        .collect()
}

/// The points of order of a program.
pub fn points(program: &Program, sources: &SourceMap, analysis: &Analysis) -> Vec<PointObject> {
    (analysis.points_of_order.iter())
        .map(|point| PointObject {
            relation: program.relation(point.relation).name.clone(),
            sign: match point.sign {
                Sign::Positive => "positive",
                Sign::Negated => "negated",
                Sign::Aggregated => "aggregated",
            },
            message: point.message.clone(),
            place: PlaceObject::new(sources, point.span),
            channels: channels(program, sources, &point.channels),
        })
        .collect()
}

fn meetings(program: &Program, sources: &SourceMap, analysis: &Analysis) -> Vec<MeetingObject> {
    (analysis.meetings.iter())
        .map(|meeting| MeetingObject {
            kind: match meeting.kind {
                MeetingKind::SameChannel => "same-channel",
                MeetingKind::Scratches => "scratches",
                MeetingKind::Growing => "growing",
            },
            remembered: meeting.remembered,
            message: meeting.message.clone(),
            guard: meeting.guard.clone(),
            literals: meeting.literals.iter().map(|&span| PlaceObject::new(sources, span)).collect(),
            channels: channels(program, sources, &meeting.channels),
        })
        .collect()
}

/// The heads of some channels.
pub fn channels(program: &Program, sources: &SourceMap, channels: &Channels) -> Vec<ChannelObject> {
    (channels.rules.iter())
        .map(|rule| {
            let head = &program.rules[rule.0 as usize].head;
            ChannelObject {
                relation: program.relation(head.relation).name.clone(),
                place: PlaceObject::new(sources, head.span),
            }
        })
        .collect()
}
