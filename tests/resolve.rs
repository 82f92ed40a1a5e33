//! The checker over program text: every diagnostic of the families E02 to E05, and what a checked program says.

#[path = "resolve/corpus.rs"]
mod corpus;
#[path = "resolve/explanations.rs"]
mod explanations;
#[path = "resolve/locations.rs"]
mod locations;
#[path = "resolve/mistakes.rs"]
mod mistakes;
#[path = "resolve/programs.rs"]
mod programs;
#[path = "resolve/reading.rs"]
mod reading;
#[path = "resolve/rewording.rs"]
mod rewording;
#[path = "resolve/rules.rs"]
mod rules;
