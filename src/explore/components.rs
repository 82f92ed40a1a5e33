//! Strongly connected components, by Pearce's one-array form of Tarjan's algorithm, without recursion.
//!
//! Linear in states and transitions; four bytes a state beside the stacks. Components come out in reverse topological order.

/// Calls `found` with the members of each strongly connected component among the states `0..count` that `keep` keeps,
/// following those `successors` that it keeps. A component of one state is reported whether or not it has a loop.
pub fn components<'g>(
    count: usize,
    successors: impl Fn(u32) -> &'g [u32],
    keep: impl Fn(u32) -> bool,
    mut found: impl FnMut(&[u32]),
) {
    // `rank` is 0 for unvisited states, a visiting number (from 1 upward) for open ones, and a component number (from the
    // top downward) for closed ones, so that a closed state never lowers an open one.
    let mut rank = vec![0u32; count];
    let mut next_rank = 1u32;
    let mut closed = u32::MAX;
    let mut open: Vec<u32> = Vec::new();
    let mut members: Vec<u32> = Vec::new();
    let mut calls: Vec<Call> = Vec::new();
    for root in 0..count as u32 {
        if rank[root as usize] != 0 || !keep(root) {
            continue;
        }
        calls.push(Call::enter(root, &mut rank, &mut next_rank));
        while let Some(call) = calls.last_mut() {
            let state = call.state;
            if let Some(&target) = successors(state).get(call.at) {
                call.at += 1;
                if !keep(target) {
                    continue;
                }
                if rank[target as usize] == 0 {
                    calls.push(Call::enter(target, &mut rank, &mut next_rank));
                } else {
                    call.lower(target, &mut rank);
                }
                continue;
            }
            let is_root = call.is_root;
            calls.pop();
            if is_root {
                members.clear();
                while let Some(&top) = open.last() {
                    if rank[top as usize] < rank[state as usize] {
                        break;
                    }
                    open.pop();
                    members.push(top);
                }
                members.push(state);
                for &member in &members {
                    rank[member as usize] = closed;
                }
                next_rank -= members.len() as u32;
                closed -= 1;
                members.sort_unstable();
                found(&members);
            } else {
                open.push(state);
            }
            if let Some(caller) = calls.last_mut() {
                caller.lower(state, &mut rank);
            }
        }
    }
}

struct Call {
    state: u32,
    at: usize,
    is_root: bool,
}

impl Call {
    fn enter(state: u32, rank: &mut [u32], next_rank: &mut u32) -> Call {
        rank[state as usize] = *next_rank;
        *next_rank += 1;
        Call { state, at: 0, is_root: true }
    }

    fn lower(&mut self, target: u32, rank: &mut [u32]) {
        if rank[target as usize] < rank[self.state as usize] {
            rank[self.state as usize] = rank[target as usize];
            self.is_root = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petgraph::graph::DiGraph;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn components_are_those_of_petgraph(
            count in 1usize..24,
            edges in prop::collection::vec((0usize..24, 0usize..24), 0..80),
            dropped in prop::collection::vec(any::<bool>(), 24)
        ) {
            let mut lists = vec![Vec::new(); count];
            let mut graph = DiGraph::<(), ()>::new();
            let nodes: Vec<_> = (0..count).map(|_| graph.add_node(())).collect();
            for &(a, b) in edges.iter().filter(|&&(a, b)| a < count && b < count) {
                lists[a].push(b as u32);
                if !dropped[a] && !dropped[b] {
                    graph.add_edge(nodes[a], nodes[b], ());
                }
            }
            let mut ours = Vec::new();
            components(count, |s| &lists[s as usize], |s| !dropped[s as usize], |c| ours.push(c.to_vec()));
            let mut theirs: Vec<Vec<u32>> = petgraph::algo::tarjan_scc(&graph)
                .into_iter()
                .map(|c| { let mut c: Vec<u32> = c.into_iter().map(|n| n.index() as u32).collect(); c.sort_unstable(); c })
                .filter(|c| !dropped[c[0] as usize])
                .collect();
            ours.sort();
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
