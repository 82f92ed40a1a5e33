//! The answer of `reproduce`.

use super::{DiagnosticObject, SCHEMA, Statistics};
use crate::pipeline::reproduce::{Artifact, Judged, Kind, Row, Source};
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
    /// yet; else `agree`. `null` with `--list`, which runs nothing.
    #[schemars(extend("enum" = ["agree", "disagree", "not-yet", "inconclusive", null]))]
    pub verdict: Option<&'static str>,
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
    #[schemars(extend("enum" = ["agree", "disagree", "not-yet", null]))]
    pub verdict: Option<&'static str>,
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
    /// `agree`, `erratum`, `beside`, `own`, `not yet` or `disagree`; `null` with `--list`.
    #[schemars(extend("enum" = ["agree", "erratum", "beside", "own", "not yet", "disagree", null]))]
    pub status: Option<&'static str>,
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
        let verdict = Some(if stopped { "inconclusive" } else { verdict(all).name() });
        let object = |one: &Reproduced| {
            let rows = one.rows().map(|(row, judged)| RowObject::new(row, Some(judged))).collect();
            ArtifactObject::new(&one.artifact, Some(one.verdict().name()), rows)
        };
        Self::of(verdict, all.iter().map(object).collect(), diagnostics, statistics)
    }

    /// The object of artifacts whose rows were not run.
    pub fn listed(artifacts: &[Artifact], diagnostics: Vec<DiagnosticObject>, statistics: Statistics) -> Self {
        let object = |artifact: &Artifact| {
            ArtifactObject::new(artifact, None, artifact.rows.iter().map(|row| RowObject::new(row, None)).collect())
        };
        Self::of(None, artifacts.iter().map(object).collect(), diagnostics, statistics)
    }

    fn of(
        verdict: Option<&'static str>,
        artifacts: Vec<ArtifactObject>,
        diagnostics: Vec<DiagnosticObject>,
        statistics: Statistics,
    ) -> Self {
        ReproduceObject { schema: SCHEMA, command: "reproduce", verdict, artifacts, diagnostics, statistics }
    }
}

impl ArtifactObject {
    fn new(artifact: &Artifact, verdict: Option<&'static str>, rows: Vec<RowObject>) -> Self {
        ArtifactObject {
            name: artifact.name.clone(),
            paper: artifact.paper.clone(),
            read: match artifact.read {
                Source::Paper => "paper",
                Source::Digest => "digest",
            },
            verdict,
            rows,
        }
    }
}

impl RowObject {
    /// A row with how it stands, if it was run.
    fn new(row: &Row, judged: Option<&Judged>) -> Self {
        let reason = match (&row.kind, judged) {
            (Kind::Erratum { why, .. }, Some(judged)) if judged.reason.is_empty() => why.clone(),
            (_, Some(judged)) => judged.reason.clone(),
            (_, None) => String::new(),
        };
        RowObject {
            name: row.name.clone(),
            place: row.place.clone(),
            claim: row.claim.clone(),
            published: row.published.clone(),
            here: judged.and_then(|judged| judged.here.clone()),
            status: judged.map(|judged| judged.status.name()),
            reason,
            note: row.note.clone(),
            arguments: row.command.clone(),
        }
    }
}
