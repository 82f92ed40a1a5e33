//! Runs: rules that can be taken together, as operations on whole words.
//!
//! Grounding makes of one rule many that differ in one value only. Atoms are numbered in the order of their values, so
//! the head of each such rule is the next atom after the one before, and each literal either advances with it or
//! stays: `seen(a) ← m(a)`, `seen(b) ← m(b)` … advance in both, `before(a, b) ← seen(a), ¬seen(b)`, `before(a, c) ←
//! seen(a), ¬seen(c)` … in the head and the negated literal. A run is a longest such sequence of which neither the heads
//! nor an advancing literal cross a word.

use super::circuit::Numbered;
use rustc_hash::FxHashMap;

/// Rules with more literals are left alone: each way of advancing is tried.
const MOST_LITERALS: usize = 4;

/// A sequence of rules.
#[derive(Debug)]
pub struct Run<'a> {
    /// The first of them.
    pub first: &'a Numbered,
    /// How many there are.
    pub len: u32,
    /// Which literals advance, by position, the positive ones before the negative ones.
    advancing: u32,
}

impl Run<'_> {
    /// The literals of the first rule: atom, whether it must hold, whether it advances.
    pub fn literals(&self) -> impl Iterator<Item = (u32, bool, bool)> {
        let positive = self.first.positive.iter().map(|&atom| (atom, true));
        let negative = self.first.negative.iter().map(|&atom| (atom, false));
        let literals = positive.chain(negative).enumerate();
        literals.map(|(at, (atom, holds))| (atom, holds, at < MOST_LITERALS && self.advancing >> at & 1 == 1))
    }
}

/// Parts rules, which do not depend on one another, or only so that their order does not matter, into runs: greedily, the longest
/// that begins at the first rule that is left. Linear in the rules.
pub fn runs<'a>(rules: &[&'a Numbered]) -> Vec<Run<'a>> {
    let mut sorted = rules.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let index: FxHashMap<&Numbered, usize> = sorted.iter().copied().zip(0..).collect();
    let mut taken = vec![false; sorted.len()];
    let mut found = Vec::new();
    for (at, &first) in sorted.iter().enumerate() {
        if taken[at] {
            continue;
        }
        let literals = first.positive.len() + first.negative.len();
        let ways = if literals <= MOST_LITERALS { 1u32 << literals } else { 0 };
        let mut longest = (vec![at], 0);
        for advancing in 0..ways {
            let mut members = vec![at];
            let mut rule = first.clone();
            while advance(&mut rule, advancing) {
                match index.get(&rule) {
                    Some(&next) if !taken[next] => members.push(next),
                    _ => break,
                }
            }
            if members.len() > longest.0.len() {
                longest = (members, advancing);
            }
        }
        let (members, advancing) = longest;
        found.push(Run { first, len: members.len() as u32, advancing });
        members.into_iter().for_each(|member| taken[member] = true);
    }
    found
}

/// Makes of a rule the next one; false if that crosses a word.
fn advance(rule: &mut Numbered, advancing: u32) -> bool {
    rule.head += 1;
    let mut within = !rule.head.is_multiple_of(64);
    for (at, atom) in rule.positive.iter_mut().chain(&mut rule.negative).enumerate() {
        if advancing >> at & 1 == 1 {
            *atom += 1;
            within &= !atom.is_multiple_of(64);
        }
    }
    within
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::RuleKind;
    use proptest::prelude::*;

    fn rule(head: u32, positive: &[u32], negative: &[u32]) -> Numbered {
        Numbered { kind: RuleKind::Deductive, head, positive: positive.to_vec(), negative: negative.to_vec() }
    }

    /// The rules of a run, one by one.
    fn spelt(run: &Run) -> Vec<Numbered> {
        let mut rule = run.first.clone();
        let mut rules = vec![rule.clone()];
        for _ in 1..run.len {
            assert!(advance(&mut rule, run.advancing), "a run crosses a word: {run:?}");
            rules.push(rule.clone());
        }
        rules
    }

    #[test]
    fn copies_and_rows_of_a_product_are_runs() {
        let mut rules: Vec<Numbered> = (0..10).map(|x| rule(x, &[200 + x], &[])).collect();
        rules.extend((0..5).map(|y| rule(20 + y, &[3], &[10 + y])));
        rules.extend((0..9).map(|y| rule(60 + y, &[4], &[])));
        let found = runs(&rules.iter().collect::<Vec<_>>());
        let lengths: Vec<(u32, u32)> = found.iter().map(|run| (run.first.head, run.len)).collect();
        assert_eq!(lengths, [(0, 10), (20, 5), (60, 4), (64, 5)]);
        let advancing: Vec<(u32, bool, bool)> = found[1].literals().collect();
        assert_eq!(advancing, [(3, true, false), (10, false, true)]);
    }

    proptest! {
        #[test]
        fn each_rule_is_in_one_run(
            rules in prop::collection::vec((50u32..70, prop::collection::vec(55u32..68, 0..3), 0u32..12), 0..120)
        ) {
            let rules: Vec<Numbered> =
                rules.iter().map(|(head, positive, other)| rule(*head, positive, if *other < 3 { &[60] } else { &[] })).collect();
            let mut spelled: Vec<Numbered> = runs(&rules.iter().collect::<Vec<_>>()).iter().flat_map(spelt).collect();
            spelled.sort_unstable();
            let mut expected = rules;
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(spelled, expected);
        }
    }
}
