//! The flags of each relation, and what spoils it.

use super::PlaceObject;
use crate::analysis::Analysis;
use crate::analysis::polarity::Standing;
use crate::program::{Program, RelationId};
use crate::source::SourceMap;
use schemars::JsonSchema;
use serde::Serialize;

/// How a relation moves in time.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PolarityObject {
    /// Its name.
    pub relation: String,
    /// What holds of it in every run of every instance: `up` (once there it stays), `down` (once gone it stays away), `timed` (a
    /// function of the local step), `occurs` (there at some step in every fair run or in none).
    pub flags: Vec<&'static str>,
    /// Whether its ultimate facts are the same in all fair runs, and why: it has a flag, it ends, or it settles. `open` if it is not known.
    #[schemars(extend("enum" = ["flagged", "ends", "settles", "open"]))]
    pub standing: &'static str,
    /// What spoils it; `null` unless it is open.
    pub spoiler: Option<SpoilerObject>,
}

/// What spoils a relation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SpoilerObject {
    /// `latch`, `unkept`, `cycle` or `counter`.
    #[schemars(extend("enum" = ["latch", "unkept", "cycle", "counter"]))]
    pub cause: &'static str,
    /// The relation that the rule derives.
    pub relation: String,
    /// One sentence.
    pub message: String,
    /// The head of the rule.
    #[serde(flatten)]
    pub place: PlaceObject,
    /// The literals of the rule that the order of deliveries may decide.
    pub literals: Vec<PlaceObject>,
}

/// The polarity of each relation of a program's state, in the order of the program.
pub fn polarity(program: &Program, sources: &SourceMap, analysis: &Analysis) -> Vec<PolarityObject> {
    let ids = (0..program.relations.len() as u32).map(RelationId);
    ids.filter_map(|id| {
        let standing = analysis.polarity.standing(id);
        let (name, spoiler) = match standing {
            Standing::Observed => return None,
            Standing::Flagged => ("flagged", None),
            Standing::Ends => ("ends", None),
            Standing::Settles => ("settles", None),
            Standing::Open(spoiler) => ("open", Some(spoiler)),
        };
        if program.relation(id).builtin {
            return None;
        }
        Some(PolarityObject {
            relation: program.relation(id).name.clone(),
            flags: analysis.polarity.flags(id).names(),
            standing: name,
            spoiler: spoiler.map(|spoiler| SpoilerObject {
                cause: spoiler.cause.name(),
                relation: program.relation(spoiler.relation).name.clone(),
                message: spoiler.message(program),
                place: PlaceObject::new(sources, program.rules[spoiler.rule.0 as usize].head.span),
                literals: spoiler.literals.iter().map(|&span| PlaceObject::new(sources, span)).collect(),
            }),
        })
    })
    .collect()
}
