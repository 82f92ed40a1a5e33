//! What can be said of a program without running it.
//!
//! All of it reads the dependency graph ([`dependency`]) and is linear in the size of the program. [`classify`] is strict, as the
//! papers define the sublanguages, and [`theorem`] says what follows; [`strata`] orders negation; [`safety`] and [`infinite`]
//! warn of programs that never fall quiet or grow for ever; [`order`] points at the literals where the order of deliveries
//! may show; [`polarity`] types relations by how they move in time; [`dot`] draws the graph.

pub mod channels;
pub mod classify;
pub mod dependency;
pub mod dot;
pub mod endurance;
pub mod faultless;
pub mod infinite;
pub mod order;
pub mod persistence;
pub mod polarity;
pub mod ranges;
pub mod safety;
pub mod strata;
pub mod theorem;

pub use classify::{Class, Classification, Reason, ReasonKind, classify};
pub use dependency::{Dependencies, Dependency, Sign};
pub use order::{Meeting, MeetingKind, PointOfOrder};
pub use persistence::is_exact_persistence;
pub use polarity::{Flags, Polarity};
pub use theorem::Theorem;

use crate::diagnostic::{Diagnostic, codes};
use crate::program::Program;

/// Everything found.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// The dependency graph.
    pub dependencies: Dependencies,
    /// The class, with reasons.
    pub classification: Classification,
    /// The theorem that makes all instances confluent, if one applies.
    pub theorem: Option<Theorem>,
    /// What may keep a node from falling quiet.
    pub unrest: Vec<safety::Unrest>,
    /// Values that may grow for ever.
    pub counters: Vec<infinite::Counter>,
    /// Literals whose truth depends on which messages have arrived.
    pub points_of_order: Vec<PointOfOrder>,
    /// Bodies whose facts meet only under some schedules.
    pub meetings: Vec<Meeting>,
    /// How each relation moves in time.
    pub polarity: Polarity,
}

/// Analyses a program. Linear in its size.
pub fn analyse(program: &Program) -> Analysis {
    let dependencies = Dependencies::of(program);
    let classification = classify(program, &dependencies);
    let endurance = endurance::Endurance::of(program, &dependencies);
    let counters = infinite::counters(program, &endurance);
    let polarity = Polarity::of(program, &dependencies, &endurance, &counters);
    Analysis {
        theorem: theorem::applies(program, &classification, &polarity),
        unrest: safety::unrest(program, &dependencies, &endurance),
        counters,
        polarity,
        points_of_order: order::points_of_order(program, &dependencies),
        meetings: order::meetings(program, &dependencies),
        dependencies,
        classification,
    }
}

impl Analysis {
    /// Whether every node falls quiet in every fair run of every instance, as far as [`safety`] can tell.
    pub fn falls_quiet(&self) -> bool {
        self.unrest.is_empty() && self.counters.is_empty()
    }

    /// The warnings of [`Analysis::warnings`] that say that the states may be infinitely many. A search that ended refutes them.
    pub fn infinite_states(&self, program: &Program) -> Vec<Diagnostic> {
        let mut warnings = infinite::warnings(program, &self.counters);
        warnings.retain(|warning| warning.code == codes::INFINITE_STATES);
        warnings
    }

    /// The warnings: states that may be infinite first, then nodes that may never fall quiet.
    pub fn warnings(&self, program: &Program) -> Vec<Diagnostic> {
        let mut warnings = infinite::warnings(program, &self.counters);
        warnings.extend(safety::warnings(program, &self.dependencies, &self.unrest, &self.counters));
        warnings
    }
}
