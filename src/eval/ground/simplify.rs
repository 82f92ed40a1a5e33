//! Which atoms hold in every step, which can hold at all, and the rules that are left between the two.
//!
//! Two least models, taken in turn until neither changes. *Possible*: what follows from facts that are given and rules
//! that are alive, negation ignored; a rule is dead if an atom is on both sides of it, if one that it needs is impossible,
//! or if one that it forbids is certain. *Certain*: what follows at the same step from facts that are always given
//! by deductive rules that forbid impossible atoms only. A round only removes, so stopping early is sound too.

use super::instances::{AtomId, Instance, Instances};
use crate::program::RuleKind;

/// Rounds after which what is left is left.
const MAX_ROUNDS: usize = 16;

/// What is known of each atom before any run.
#[derive(Debug, Clone)]
pub struct Known {
    /// Holds in some step, perhaps.
    pub possible: Vec<bool>,
    /// Holds in every step of its node.
    pub certain: Vec<bool>,
}

/// Settles what can be settled: dead rules go, certain atoms go from the positive sides, impossible ones from the
/// negative sides, deductive rules go whose head is certain or among what they need.
pub fn simplify(instances: &mut Instances) -> Known {
    let atoms = instances.atoms.len();
    let mut known = Known { possible: vec![true; atoms], certain: vec![false; atoms] };
    instances.always.iter().for_each(|&atom| known.certain[atom as usize] = true);
    for _ in 0..MAX_ROUNDS {
        let rules = instances.rules.len();
        instances.rules.retain(|rule| is_alive(rule, &known));
        let events = instances.events.iter().map(|&(atom, _)| atom);
        let given: Vec<AtomId> = instances.always.iter().copied().chain(events).collect();
        let possible = least_model(atoms, &given, &instances.rules, |_| true);
        let certain = least_model(atoms, &instances.always, &instances.rules, |rule| {
            rule.kind == RuleKind::Deductive && rule.negative.iter().all(|&atom| !possible[atom as usize])
        });
        let settled = rules == instances.rules.len() && possible == known.possible && certain == known.certain;
        known = Known { possible, certain };
        if settled {
            break;
        }
    }
    instances.rules.retain_mut(|rule| {
        let alive = is_alive(rule, &known);
        rule.positive.retain(|&atom| !known.certain[atom as usize]);
        rule.negative.retain(|&atom| known.possible[atom as usize]);
        let derives_nothing = known.certain[rule.head as usize] || rule.positive.contains(&rule.head);
        alive && !(rule.kind == RuleKind::Deductive && derives_nothing)
    });
    instances.rules.sort_unstable();
    instances.rules.dedup();
    known
}

fn is_alive(rule: &Instance, known: &Known) -> bool {
    rule.positive.iter().all(|&atom| known.possible[atom as usize])
        && !rule.negative.iter().any(|&atom| known.certain[atom as usize])
        && !rule.negative.iter().any(|atom| rule.positive.binary_search(atom).is_ok())
}

/// What follows from `given` by the positive sides of the rules that count. Linear in their size.
fn least_model(atoms: usize, given: &[AtomId], rules: &[Instance], counts: impl Fn(&Instance) -> bool) -> Vec<bool> {
    let mut holds = vec![false; atoms];
    let mut readers: Vec<Vec<u32>> = vec![Vec::new(); atoms];
    let mut missing: Vec<usize> = Vec::with_capacity(rules.len());
    let mut derived: Vec<AtomId> = given.to_vec();
    for (number, rule) in (0..).zip(rules) {
        missing.push(if counts(rule) { rule.positive.len() } else { usize::MAX });
        rule.positive.iter().for_each(|&atom| readers[atom as usize].push(number));
        if missing[number as usize] == 0 {
            derived.push(rule.head);
        }
    }
    while let Some(atom) = derived.pop() {
        if !std::mem::replace(&mut holds[atom as usize], true) {
            for &reader in &readers[atom as usize] {
                missing[reader as usize] -= 1;
                if missing[reader as usize] == 0 {
                    derived.push(rules[reader as usize].head);
                }
            }
        }
    }
    holds
}
