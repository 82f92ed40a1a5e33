//! All fault sets of a specification, each run by definition: what a search must agree with. Exponential.

use super::global::Global;
use super::judge::Judgement;
use super::rounds::{RunError, run};
use super::specification::{Fault, FaultSet, Specification};
use crate::budget::Budget;
use crate::program::Program;

/// Every fault set that a specification allows, the failure-free one first.
pub fn fault_sets(specification: &Specification, nodes: usize) -> impl Iterator<Item = FaultSet> + use<> {
    let (omissions, crashes): (Vec<Fault>, Vec<Fault>) =
        specification.faults(nodes).into_iter().partition(|fault| matches!(fault, Fault::Omission(_)));
    assert!(omissions.len() < 64, "internal error: {} omissions are too many to try all sets", omissions.len());
    let mut crashed: Vec<FaultSet> = vec![FaultSet::none()];
    let mut last = 0;
    for _ in 0..specification.crashes {
        let fewer = last..crashed.len();
        last = crashed.len();
        for at in fewer {
            for &fault in &crashes {
                let Fault::Crash(crash) = fault else { continue };
                let known = crashed[at].clone();
                // In the order of nodes, so that each set comes once.
                if known.crashes().all(|other| other.node < crash.node) {
                    crashed.push(FaultSet::new(known.iter().chain([fault])));
                }
            }
        }
    }
    (0..1u64 << omissions.len()).flat_map(move |chosen| {
        let lost: Vec<Fault> =
            (0..omissions.len()).filter(|at| chosen >> at & 1 == 1).map(|at| omissions[at]).collect();
        let with = |crashes: &FaultSet| FaultSet::new(lost.iter().copied().chain(crashes.iter()));
        crashed.iter().map(with).collect::<Vec<_>>()
    })
}

/// How many fault sets a specification allows, if that can be said in 64 bits.
pub fn number_of_fault_sets(specification: &Specification, nodes: usize) -> Option<u64> {
    let faults = specification.faults(nodes);
    let omissions = faults.iter().filter(|fault| matches!(fault, Fault::Omission(_))).count();
    // Of k nodes that crash, each in one of EOT − 1 rounds.
    let (mut of_these, mut crashes) = (1u64, 1u64);
    for k in 1..=specification.crashes.min(nodes) as u64 {
        of_these = of_these.checked_mul(nodes as u64 + 1 - k)?.checked_mul(specification.eot - 1)? / k;
        crashes = crashes.checked_add(of_these)?;
    }
    1u64.checked_shl(u32::try_from(omissions).ok()?)?.checked_mul(crashes)
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
