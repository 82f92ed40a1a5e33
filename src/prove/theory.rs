//! The theories that proofs are built on, as files that any SMT-LIB solver reads.

/// A total order: the values of programs that do not compute.
pub const VALUES: &str = include_str!("../../theories/values.smt2");
/// Integers, with the language's division: the values of programs that compute.
pub const INTEGERS: &str = include_str!("../../theories/integers.smt2");
/// Finite sets of facts.
pub const SETS: &str = include_str!("../../theories/sets.smt2");
/// Local steps as functions, and the obligations under which deliveries join; read behind [`SETS`].
pub const STEPS: &str = include_str!("../../theories/steps.smt2");
/// The laws of join-semilattices.
pub const SEMILATTICE: &str = include_str!("../../theories/semilattice.smt2");

/// How many assertions a theory makes.
pub fn assertions(theory: &str) -> usize {
    theory.matches("\n(assert").count()
}
