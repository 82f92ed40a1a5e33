//! The ultimate models that slices have together.
//!
//! What is certain or contested is a union over slices, but an ultimate model is of one run of the whole: which models of the slices go
//! together? A slice with one model has it in every run, so only the others count.
//!
//! **When all combinations exist.** Suppose that slices share no messages, and that the graph between slices and the nodes that they
//! have in common is a forest. Take a fair run of each. What two slices share is then the same in both, since
//! without messages it is a function of the local step. Each run orders the steps of its nodes: those of a node
//! among themselves, and a send before its delivery. Together these orders have no cycle: one that leaves a slice by a
//! step of a node can come back into it, the graph being a forest, only by a step of the same node, and a later one, so it is
//! a shorter cycle within that slice, which has none. So there is one run that has all the steps, in which each step of a node delivers what
//! it does in any of the runs, and restricted to each slice it is that slice's run. The models together are the
//! combinations.
//!
//! Slices for which this does not hold are in one *group*, and their union, a slice as well, is searched.

use crate::program::LocatedFact;
use crate::reduce::Flaw;
use crate::reduce::slices::Slice;
use std::collections::{BTreeMap, BTreeSet};

/// Groups such that any models of different groups go together; each sorted, in the order of their first members.
pub fn groups(slices: &[&Slice], flaw: Option<Flaw>) -> Vec<Vec<usize>> {
    let mut sets = Sets { parent: (0..slices.len()).collect() };
    if flaw == Some(Flaw::Entangled) {
        return sets.all();
    }
    let mut first: BTreeMap<u32, usize> = BTreeMap::new();
    for (number, slice) in slices.iter().enumerate() {
        for &message in slice.messages() {
            sets.join(*first.entry(message).or_insert(number), number);
        }
    }
    loop {
        let groups = sets.all();
        let nodes: Vec<BTreeSet<u32>> = groups
            .iter()
            .map(|group| group.iter().flat_map(|&slice| &slices[slice].nodes).map(|node| node.0).collect())
            .collect();
        let on_cycles = on_cycles(nodes);
        // Those on cycles that have a node in common are one group. Other groups stay as they are.
        let mut holder: BTreeMap<u32, usize> = BTreeMap::new();
        let mut joined = false;
        for (group, nodes) in groups.iter().zip(&on_cycles) {
            for &node in nodes {
                joined |= sets.join(*holder.entry(node).or_insert(group[0]), group[0]);
            }
        }
        if !joined {
            return sets.all();
        }
    }
}

/// What is left of the graph between groups and nodes when groups with at most one node, and nodes with at most one group,
/// are taken away until there are none: nothing if it is a forest.
fn on_cycles(mut nodes: Vec<BTreeSet<u32>>) -> Vec<BTreeSet<u32>> {
    loop {
        let mut groups: BTreeMap<u32, usize> = BTreeMap::new();
        nodes.iter().flatten().for_each(|&node| *groups.entry(node).or_default() += 1);
        let mut removed = false;
        for of_group in &mut nodes {
            let before = of_group.len();
            of_group.retain(|node| groups[node] > 1);
            if of_group.len() == 1 {
                of_group.clear();
            }
            removed |= of_group.len() != before;
        }
        if !removed {
            return nodes;
        }
    }
}

/// Sets of numbers that can be joined; each is known by its least member.
struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    fn least(&self, mut number: usize) -> usize {
        while self.parent[number] != number {
            number = self.parent[number];
        }
        number
    }

    /// Whether they were apart.
    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.least(one), self.least(other));
        self.parent[one.max(other)] = one.min(other);
        one != other
    }

    fn all(&self) -> Vec<Vec<usize>> {
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        (0..self.parent.len()).for_each(|number| sets.entry(self.least(number)).or_default().push(number));
        sets.into_values().collect()
    }
}

type Model = BTreeSet<LocatedFact>;

/// The first `most` combinations of one model of each list, with what is in all of them.
pub fn combinations(always: &Model, lists: &[Vec<Model>], most: usize) -> Vec<Model> {
    let mut models = vec![always.clone()];
    for list in lists {
        let mut longer = Vec::new();
        for model in &models {
            for more in list.iter().take(most - longer.len()) {
                longer.push(model.union(more).cloned().collect());
            }
        }
        models = longer;
    }
    models.sort();
    models.dedup();
    models.truncate(most);
    models
}

#[cfg(test)]
mod tests {
    use super::on_cycles;
    use std::collections::BTreeSet;

    fn left(groups: &[&[u32]]) -> Vec<usize> {
        let nodes: Vec<BTreeSet<u32>> = groups.iter().map(|group| group.iter().copied().collect()).collect();
        on_cycles(nodes).iter().map(BTreeSet::len).collect()
    }

    #[test]
    fn stars_and_chains_have_no_cycles() {
        assert_eq!(left(&[&[0, 1], &[0, 2], &[0, 3]]), [0, 0, 0]);
        assert_eq!(left(&[&[0, 1], &[1, 2], &[2, 3]]), [0, 0, 0]);
    }

    #[test]
    fn two_common_nodes_are_a_cycle_and_so_is_a_ring() {
        assert_eq!(left(&[&[0, 1], &[0, 1, 2]]), [2, 2]);
        assert_eq!(left(&[&[0, 1], &[1, 2], &[2, 0], &[2, 3]]), [2, 2, 2, 0]);
    }
}
