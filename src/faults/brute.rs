//! All fault sets of a specification, each run by definition: what a search must agree with. Exponential.

use super::global::Global;
use super::judge::Judgement;
use super::rounds::{RunError, run};
use super::specification::{Fault, FaultSet, Specification};
use crate::budget::Budget;
use crate::program::Program;

/// Every fault set that a specification allows, the failure-free one first.
pub fn fault_sets(specification: &Specification, nodes: usize) -> impl Iterator<Item = FaultSet> + use<> {
    let specification = *specification;
    let faults: Vec<Fault> = specification.faults(nodes);
    assert!(faults.len() < 64, "internal error: {} single faults are too many to try all sets", faults.len());
    (0..1u64 << faults.len()).filter_map(move |chosen| {
        let chosen = (0..faults.len()).filter(|at| chosen >> at & 1 == 1);
        let set = FaultSet::new(chosen.map(|at| faults[at]));
        let crashes = set.crashes().count();
        let mut nodes: Vec<_> = set.crashes().map(|crash| crash.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        (crashes <= specification.crashes && nodes.len() == crashes).then_some(set)
    })
}

/// The bad fault sets of which no proper part is bad, by trying all.
///
/// # Errors
/// The first run that has no outcome.
pub fn minimal_counterexamples(
    program: &Program,
    global: &Global,
    specification: &Specification,
    judgement: &Judgement,
    budget: &Budget,
) -> Result<Vec<FaultSet>, RunError> {
    let mut bad: Vec<FaultSet> = Vec::new();
    for faults in fault_sets(specification, program.nodes.len()) {
        if !judgement.lost(&run(program, global, specification, &faults, budget)?).is_empty() {
            bad.push(faults);
        }
    }
    bad.sort_by_key(|faults| faults.len());
    let mut minimal: Vec<FaultSet> = Vec::new();
    for faults in bad {
        if !minimal.iter().any(|less| less.is_subset(&faults)) {
            minimal.push(faults);
        }
    }
    minimal.sort();
    Ok(minimal)
}
