//! The answer of `reproduce`.

use super::{DiagnosticObject, SCHEMA, Statistics};
use crate::pipeline::reproduce::{Judged, Kind, Row, Source};
use crate::report::reproduced::Reproduced;
use crate::report::text::reproduce::verdict;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer of `reproduce`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReproduceObject {
    /// The version of the format, 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// `reproduce`.
    #[schemars(extend("const" = "reproduce"))]
    pub command: &'static str,
    /// `inconclusive` if interrupted: `artifacts` are those that were done; else `disagree` if a row does; else `not-yet` if one is not answered
    /// yet; else `agree`.
    #[schemars(extend("enum" = ["agree", "disagree", "not-yet", "inconclusive"]))]
    pub verdict: &'static str,
    /// One entry an artifact, sorted by name.
    pub artifacts: Vec<ArtifactObject>,
    /// Warnings, and figures that could not be drawn.
    pub diagnostics: Vec<DiagnosticObject>,
    /// What this process took; those of the rows are not in it, but for the seconds.
    pub statistics: Statistics,
}

/// One artifact.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ArtifactObject {
    /// The folder's name.
    pub name: String,
    /// The paper.
    pub paper: String,
    /// `paper`, or `digest` if the published figures were read in a third-party digest.
    #[schemars(extend("enum" = ["paper", "digest"]))]
    pub read: &'static str,
    /// As for all artifacts.
    #[schemars(extend("enum" = ["agree", "disagree", "not-yet"]))]
    pub verdict: &'static str,
    /// The rows, in the order of the file.
    pub rows: Vec<RowObject>,
}

/// One row.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RowObject {
    /// Its name.
    pub name: String,
    /// Where in the paper.
    pub place: String,
    /// What the paper claims.
    pub claim: String,
    /// The published verdict or figure; empty if there is none.
    pub published: String,
    /// What was found; `null` if nothing was.
    pub here: Option<String>,
    /// `agree`, `erratum`, `beside`, `own`, `not yet` or `disagree`.
    #[schemars(extend("enum" = ["agree", "erratum", "beside", "own", "not yet", "disagree"]))]
    pub status: &'static str,
    /// Why it is an erratum, why it disagrees, what is missing; empty otherwise.
    pub reason: String,
    /// A note of the artifact.
    pub note: String,
    /// The arguments of the command, run in the artifact's folder.
    pub arguments: Vec<String>,
}

impl ReproduceObject {
    /// The object of what was found; `stopped` if others were not looked at.
    pub fn new(all: &[Reproduced], stopped: bool, diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        ReproduceObject {
            schema: SCHEMA,
            command: "reproduce",
            verdict: if stopped { "inconclusive" } else { verdict(all).name() },
            artifacts: all.iter().map(ArtifactObject::new).collect(),
            diagnostics,
            statistics,
        }
    }
}

impl ArtifactObject {
    fn new(reproduced: &Reproduced) -> Self {
        ArtifactObject {
            name: reproduced.artifact.name.clone(),
            paper: reproduced.artifact.paper.clone(),
            read: match reproduced.artifact.read {
                Source::Paper => "paper",
                Source::Digest => "digest",
            },
            verdict: reproduced.verdict().name(),
            rows: reproduced.rows().map(|(row, judged)| RowObject::new(row, judged)).collect(),
        }
    }
}

impl RowObject {
    fn new(row: &Row, judged: &Judged) -> Self {
        let reason = match &row.kind {
            Kind::Erratum { why, .. } if judged.reason.is_empty() => why.clone(),
            _ => judged.reason.clone(),
        };
        RowObject {
            name: row.name.clone(),
            place: row.place.clone(),
            claim: row.claim.clone(),
            published: row.published.clone(),
            here: judged.here.clone(),
            status: judged.status.name(),
            reason,
            note: row.note.clone(),
            arguments: row.command.clone(),
        }
    }
}
