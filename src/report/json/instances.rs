//! All small instances (`--instances`).

use crate::pipeline::instances::Searched;
use schemars::JsonSchema;
use serde::Serialize;

/// Small instances that were searched.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InstancesObject {
    /// Within which bounds.
    pub bounds: String,
    /// How many were checked, up to renaming.
    pub checked: usize,
    /// In how many of these a rule errs, of which nothing is said.
    pub erring: usize,
}

impl InstancesObject {
    /// The object of what was searched.
    pub fn new(searched: Searched) -> Self {
        InstancesObject { bounds: searched.bounds.to_string(), checked: searched.instances, erring: searched.erring }
    }
}
