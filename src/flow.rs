//! Component graphs: where a system needs coordination, described by annotations or by rules (`watershed flow`).
//!
//! After Alvaro, Conway, Hellerstein, Maier, *Blazes: Coordination analysis for distributed programs* (ICDE 2014).
//! Components are boxes; each path through one is annotated with whether the order of its inputs matters and whether it
//! writes state; or [`derive`] reads that off the rules of a program. Streams carry labels, from `Seal` to `Diverge`, that [`infer`] derives; [`strategy`] proposes where to
//! seal and where to order, and infers again to see that it helps. The rules differ from the paper's where those are
//! silent about a race; each difference is argued in [`infer`], and `docs/flow.md` has them as a table.

pub mod derive;
pub mod dot;
pub mod graph;
pub mod infer;
pub mod keys;
pub mod label;
pub mod read;
pub mod strategy;
pub mod yaml;

pub use derive::{Derived, derive};
pub use graph::{Annotation, Component, Gate, Graph, Key, Path, Port, Stream};
pub use infer::{Coordination, Labelling, Order, infer};
pub use label::Label;
pub use read::{Read, read};
pub use strategy::{Plan, plan};

/// All that is said about a graph.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The labels as they are, with their derivation.
    pub labelling: Labelling,
    /// What would remove the anomalies.
    pub plan: Plan,
}

/// Labels a graph and looks for the coordination that it lacks.
pub fn analyse(graph: &Graph) -> Answer {
    let labelling = infer(graph, &Coordination::none(graph));
    let plan = plan(graph, &labelling);
    Answer { labelling, plan }
}
