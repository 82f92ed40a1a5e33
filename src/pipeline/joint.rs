//! The ultimate models that slices have together.
//!
//! What is certain or contested is a union over slices, but an ultimate model is of one run of the whole: which models of the slices go
//! together? A slice with one model has it in every run, so only the others count.
//!
//! **When all combinations exist.** Let slices share no messages, and take a fair run of each. What two slices share is the same in
//! both, since without messages it is a function of the local step. Each run orders the steps of its nodes: those of a node
//! among themselves, and a send before its delivery. If these orders together have no cycle, there is one run that has all the
//! steps, in which each step of a node delivers what it does in any of the runs, and restricted to each slice it is that slice's
//! run. So the models together are the combinations.
//!
//! A shortest cycle goes from node to node by sends of any of the slices, so it needs nodes that are on a cycle of
//! *channels*, of all slices together; others, those that only send or only receive among them, do not count. Suppose that the graph between
//! slices and such nodes is a forest. A cycle that leaves a slice by a step of a node can come back into it only by a step of the same
//! node, and a later one; so it can be cut short to one within that slice, whose order has none.
//!
//! Slices for which this does not hold are in one *group*, and their union, a slice as well, is searched.

use crate::program::{LocatedFact, NodeId};
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
    let round = on_channel_cycles(slices.iter().flat_map(|slice| slice.channels()).copied().collect());
    loop {
        let groups = sets.all();
        let nodes: Vec<BTreeSet<NodeId>> = groups
            .iter()
            .map(|group| group.iter().flat_map(|&slice| &slices[slice].nodes).copied().collect::<BTreeSet<NodeId>>())
            .map(|nodes| nodes.intersection(&round).copied().collect())
            .collect();
        let on_cycles = on_cycles(nodes);
        // Those on cycles that have a node in common are one group. Other groups stay as they are.
        let mut holder: BTreeMap<NodeId, usize> = BTreeMap::new();
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

/// The nodes that are left when channels are taken away whose sender nobody sends to, or whose addressee sends to nobody, until there
/// are none: all nodes on cycles are among them.
fn on_channel_cycles(mut channels: BTreeSet<(NodeId, NodeId)>) -> BTreeSet<NodeId> {
    loop {
        let senders: BTreeSet<NodeId> = channels.iter().map(|&(from, _)| from).collect();
        let addressees: BTreeSet<NodeId> = channels.iter().map(|&(_, to)| to).collect();
        let before = channels.len();
        channels.retain(|(from, to)| addressees.contains(from) && senders.contains(to));
        if channels.len() == before {
            return senders;
        }
    }
}

/// What is left of the graph between groups and nodes when groups with at most one node, and nodes with at most one group,
/// are taken away until there are none: nothing if it is a forest.
fn on_cycles(mut nodes: Vec<BTreeSet<NodeId>>) -> Vec<BTreeSet<NodeId>> {
    loop {
        let mut groups: BTreeMap<NodeId, usize> = BTreeMap::new();
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
    use super::{on_channel_cycles, on_cycles};
    use crate::program::NodeId;
    use std::collections::BTreeSet;

    fn left(groups: &[&[u32]]) -> Vec<usize> {
        let nodes = groups.iter().map(|group| group.iter().map(|&node| NodeId(node)).collect()).collect();
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

    #[test]
    fn who_only_sends_or_only_receives_is_on_no_cycle() {
        let channels = |list: &[(u32, u32)]| list.iter().map(|&(from, to)| (NodeId(from), NodeId(to))).collect();
        let nodes = |list: &[u32]| list.iter().map(|&node| NodeId(node)).collect::<BTreeSet<NodeId>>();
        assert_eq!(on_channel_cycles(channels(&[(0, 1), (1, 2), (0, 2)])), nodes(&[]));
        assert_eq!(on_channel_cycles(channels(&[(0, 1), (1, 2), (2, 1), (2, 3)])), nodes(&[1, 2]));
    }
}
