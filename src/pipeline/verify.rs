//! The answer of a reduced search compared with that of the whole system (`--verify-reduction`). Single choices: [`super::recheck`].

use super::instance::{Findings, Invariant, Options, explore_instance};
use crate::budget::Budget;
use crate::explore::Progress;
use crate::program::{LocatedFact, Program};
use crate::reduce::Reductions;
use std::collections::BTreeSet;

/// What became of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Both answers are the same.
    Same,
    /// One of the searches was cut, or left something undecided; as far as both got, they say the same.
    AsFarAsDecided,
    /// They differ, in this.
    Different(String),
}

/// Explores `program` without reductions and compares.
pub fn verify(
    program: &Program,
    budget: &Budget,
    options: Options,
    reduced: &Findings,
    watch: &mut dyn FnMut(Progress),
) -> Verified {
    let whole =
        explore_instance(program, budget, Options { reductions: Reductions::NONE, recheck: false, ..options }, watch);
    compare(program, &whole, reduced)
}

/// Compares what two searches of one instance found.
pub fn compare(program: &Program, whole: &Findings, reduced: &Findings) -> Verified {
    let show = |fact: &LocatedFact| program.show_fact(fact.node, &fact.fact);
    for (one, other) in [(whole, reduced), (reduced, whole)] {
        let certain: BTreeSet<&LocatedFact> = one.certain.iter().flatten().collect();
        if let Some(fact) = other.contested.iter().find(|fact| certain.contains(fact)) {
            return Verified::Different(format!("{} is certain by one search and contested by the other", show(fact)));
        }
        for (number, (one, other)) in one.invariants.iter().zip(&other.invariants).enumerate() {
            if *one == Invariant::Kept && matches!(other, Invariant::Violated(_)) {
                let (relation, _) = program.nevers[number];
                let name = &program.relation(relation).name;
                return Verified::Different(format!("{name} is kept by one search and violated by the other"));
            }
        }
    }
    if !is_decided(whole) || !is_decided(reduced) {
        return Verified::AsFarAsDecided;
    }
    let pairs = [
        ("certain", whole.certain.clone().unwrap_or_default(), reduced.certain.clone().unwrap_or_default()),
        ("contested", whole.contested.clone(), reduced.contested.clone()),
    ];
    for (what, whole, reduced) in pairs {
        if whole != reduced {
            let list = |facts: &[LocatedFact]| facts.iter().map(show).collect::<Vec<_>>().join(", ");
            return Verified::Different(format!(
                "{what}: {} without reductions, {} with",
                list(&whole),
                list(&reduced)
            ));
        }
    }
    if whole.models_complete && reduced.models_complete && whole.models != reduced.models {
        return Verified::Different("the ultimate models are others".to_string());
    }
    Verified::Same
}

fn is_decided(findings: &Findings) -> bool {
    findings.cut.is_none() && findings.undecided.is_empty() && !findings.invariants.contains(&Invariant::Unknown)
}
