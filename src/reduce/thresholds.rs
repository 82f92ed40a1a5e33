//! Counts compared with thresholds, seen through.
//!
//! `enough() :- votes(N), N >= 2` is grounded to one rule for each number from 2 to the greatest. An exact count comes and goes, so none
//! of these rules is up, though together they are. Suppose an atom x is true exactly if p is and q is not, since one deductive rule
//! derives it. Then in presence of a rule `h :- rest, q` the rule `h :- rest, x` says the same as `h :- rest, p`: if p and not q, by x;
//! if q, by the other rule. Exact counts are such differences of "at least k" and "at least k + 1" ([`crate::eval::ground`]), the greatest is the
//! same as "at least that", and so the rules turn, from the top down, into one that reads "at least 2". This holds at each step whatever
//! the atoms are; only who reasons about rules needs it.

use super::atoms::{Atom, Rule};
use crate::program::RuleKind;
use std::collections::{BTreeMap, BTreeSet};

/// How an atom follows from others at the same step, if it is that simple.
#[derive(Debug, Clone, Copy)]
enum Definition {
    /// It is true exactly if this one is.
    Same(Atom),
    /// It is true exactly if the first is and the second is not.
    Difference(Atom, Atom),
}

/// Rules that agree in kind, head and all of the body but one needed atom.
type Frame = (RuleKind, Atom, Vec<Atom>, Vec<Atom>);

/// Turns rules that read differences into rules that read their first atoms, where that says the same. `has_other_sources` says which atoms are
/// true for other reasons than deductive and inductive rules.
pub fn see_through(rules: &mut [Rule], has_other_sources: impl Fn(Atom) -> bool) {
    let definitions = definitions(rules, has_other_sources);
    let mut readers: BTreeMap<Frame, Vec<(usize, Atom)>> = BTreeMap::new();
    for (number, rule) in rules.iter().enumerate() {
        for atom in rule.positive.iter().filter(|atom| definitions.contains_key(atom)) {
            let rest = rule.positive.iter().filter(|other| *other != atom).copied().collect();
            let frame = (rule.kind, rule.head, rest, rule.negative.clone());
            readers.entry(frame).or_default().push((number, *atom));
        }
    }
    let known: BTreeSet<(Frame, Atom)> = rules
        .iter()
        .flat_map(|rule| {
            rule.positive.iter().map(|atom| {
                let rest = rule.positive.iter().filter(|other| *other != atom).copied().collect();
                ((rule.kind, rule.head, rest, rule.negative.clone()), *atom)
            })
        })
        .filter(|(frame, _)| readers.contains_key(frame))
        .collect();
    for (frame, mut open) in readers {
        let mut present: BTreeSet<Atom> =
            known.range((frame.clone(), 0)..=(frame.clone(), Atom::MAX)).map(|(_, atom)| *atom).collect();
        loop {
            let before = open.len();
            open.retain(|&(number, atom)| {
                let reads = match definitions[&atom] {
                    Definition::Same(other) => other,
                    Definition::Difference(first, second) if present.contains(&second) => first,
                    Definition::Difference(..) => return true,
                };
                let positive = frame.2.iter().copied().chain([reads]).collect::<BTreeSet<_>>();
                // A rule may have been rewritten by another of its atoms; both forms say the same, one is enough.
                if rules[number].positive.contains(&atom) && rules[number].positive.len() == frame.2.len() + 1 {
                    rules[number].positive = positive.into_iter().collect();
                    present.insert(reads);
                }
                false
            });
            if open.len() == before {
                break;
            }
        }
    }
}

fn definitions(rules: &[Rule], has_other_sources: impl Fn(Atom) -> bool) -> BTreeMap<Atom, Definition> {
    let mut sources: BTreeMap<Atom, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.kind != RuleKind::Async) {
        sources.entry(rule.head).or_default().push(rule);
    }
    let single = sources.into_iter().filter(|(atom, rules)| rules.len() == 1 && !has_other_sources(*atom));
    single
        .filter(|(_, rules)| rules[0].kind == RuleKind::Deductive)
        .filter_map(|(atom, rules)| match (&rules[0].positive[..], &rules[0].negative[..]) {
            (&[first], []) => Some((atom, Definition::Same(first))),
            (&[first], &[second]) => Some((atom, Definition::Difference(first, second))),
            _ => None,
        })
        .collect()
}
