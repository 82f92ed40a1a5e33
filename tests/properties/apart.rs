//! Random programs made of parts that have nothing to do with one another: two or three random programs side by side, on the same
//! nodes, on others, or with one node in common; sometimes one twice.

use super::generator::{self, Fragment};
use super::model::{Constant, Literal, Model};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Several programs as one; the same for the same seed.
pub fn program(seed: u64) -> Model {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut next = seed.wrapping_mul(1 << 20);
    let mut part = |hash: Option<bool>| loop {
        next += 1;
        let part = generator::program(next, Fragment::Dedalus);
        if hash.is_none_or(|hash| part.hash == hash) {
            return part;
        }
    };
    let mut whole = part(None);
    let twice = rng.random_bool(0.3);
    let mut parts = vec![if twice { whole.clone() } else { part(Some(whole.hash)) }];
    if rng.random_bool(0.2) {
        parts.push(part(Some(whole.hash)));
    }
    whole.declared = true;
    with_suffix(&mut whole, "a");
    for (mut part, letter) in parts.into_iter().zip(["b", "c"]) {
        with_suffix(&mut part, letter);
        let shared = rng.random_range(0..3usize);
        let others: BTreeMap<String, String> = (part.nodes.iter())
            .filter_map(|node| match node {
                Constant::Symbol(name) => Some((name.clone(), name.replace('n', letter))),
                Constant::Int(_) => None,
            })
            .skip([0, 1, part.nodes.len()][shared])
            .collect();
        let part = part.renamed(&others);
        let Model { nodes, outputs, nevers, facts, rules, .. } = part;
        // No outputs declared means all.
        let all = whole.outputs.is_empty() || outputs.is_empty();
        whole.outputs.extend(outputs);
        whole.outputs.retain(|_| !all);
        whole.nevers.extend(nevers);
        whole.facts.extend(facts);
        whole.rules.extend(rules);
        let new: Vec<Constant> = nodes.into_iter().filter(|node| !whole.nodes.contains(node)).collect();
        whole.nodes.extend(new);
    }
    whole
}

/// Renames all relations.
fn with_suffix(model: &mut Model, suffix: &str) {
    model.outputs.iter_mut().chain(&mut model.nevers).for_each(|name| name.push_str(suffix));
    model.facts.iter_mut().for_each(|fact| fact.atom.relation.push_str(suffix));
    for rule in &mut model.rules {
        rule.head.relation.push_str(suffix);
        for literal in &mut rule.body {
            if let Literal::Positive(atom) | Literal::Negative(atom) = literal {
                atom.relation.push_str(suffix);
            }
        }
    }
}
