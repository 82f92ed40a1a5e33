//! The binary as users meet it: arguments in, bytes and an exit code out.

#[path = "cli/answers.rs"]
mod answers;
#[path = "cli/bounds.rs"]
mod bounds;
#[path = "cli/channels.rs"]
mod channels;
#[path = "cli/checkpoints.rs"]
mod checkpoints;
#[path = "cli/coordination.rs"]
mod coordination;
#[path = "cli/corpus_schemas.rs"]
mod corpus_schemas;
#[path = "cli/equivalence.rs"]
mod equivalence;
#[path = "cli/explanations.rs"]
mod explanations;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/faults.rs"]
mod faults;
#[path = "cli/flow.rs"]
mod flow;
#[path = "cli/invocation.rs"]
mod invocation;
#[path = "cli/mistakes.rs"]
mod mistakes;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/pictures.rs"]
mod pictures;
#[path = "cli/points.rs"]
mod points;
#[path = "cli/proofs.rs"]
mod proofs;
#[path = "cli/refutations.rs"]
mod refutations;
#[path = "cli/reproduce.rs"]
mod reproduce;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/schemas.rs"]
mod schemas;
#[path = "cli/testing.rs"]
mod testing;
#[cfg(feature = "z3")]
#[path = "cli/unknowns.rs"]
mod unknowns;
#[path = "cli/witnesses.rs"]
mod witnesses;
