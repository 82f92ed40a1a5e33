//! Slices: the parts of a program that can be explored apart.
//!
//! The *cone* of an atom is the least set of atoms that has it and all that the ground rules of its members read, positively
//! or negated, at the same node or, through async rules, at others. Aggregates are taken apart into rules over hidden
//! atoms, which are atoms like others. What holds in every step needs no rule and is read by none.
//!
//! **A set of atoms that is closed in this way evolves by itself.** Let S be closed, and N the nodes that have atoms in S or a rule
//! for one. The *slice* is the system of the nodes N with the rules whose heads are in S: these read nothing else.
//!
//! - *A fair run of the program, restricted, is a fair run of the slice.* Leave out the steps of nodes outside N, and the deliveries of
//!   messages outside S. By induction over the steps each node of N has the same atoms of S in D, carries the same and
//!   sends the same at its k-th step in both: the stratified fixpoint of rules that read only S depends on S only, and
//!   every sender of a message in S is in the slice. A step at which only other messages were delivered is an idle step of the
//!   slice. Every node of N steps infinitely often in it, and every copy in it is delivered.
//! - *A fair run of the slice, extended, is a fair run of the program.* Take its steps, and between them, again and again, a step of each
//!   node outside N; deliver in each step whatever is in flight to the node and not in S. All of it is in flight when it is
//!   delivered, and nothing waits for ever. Restricted, it is the run of the slice, by the first part.
//!
//! So a fact of S is ultimate in some, or all, fair runs of the slice iff it is so in those of the program, and holds in some step of
//! a run of either or of neither. Since divergence is decided fact by fact (semantics §3), what is certain, what is contested and
//! which `never` relations are violated are the unions over slices that together have all output and `never` atoms. Observers
//! read a snapshot of all nodes at one time; a program that asserts something of one is not sliced.
//!
//! **Which slices.** Exploring two cones apart pays if that leaves something out of each. A cone adds nothing to another one if its
//! *footprint* is part of the other's: its nodes, its messages, its events, and those of its atoms that are carried whatever
//! arrives. Then its atoms go into the other's slice. Cones of one node that no message reaches are taken together. Messages that are delivered eagerly bring no choice and do not
//! count.

use super::atoms::{Atom, Atoms};
use super::eager::Eager;
use super::{Flaw, Reductions};
use crate::eval::ground::Ground;
use crate::program::{NodeId, Program, RuleKind};
use std::collections::BTreeMap;

/// A closed set of atoms with the nodes that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// The nodes, alike ones in the same order in alike slices.
    pub nodes: Vec<NodeId>,
    /// The atoms, sorted.
    atoms: Vec<Atom>,
    /// Those of the atoms that are sent, sorted.
    messages: Vec<Atom>,
    /// Who can send something to whom, other than itself; sorted.
    channels: Vec<(NodeId, NodeId)>,
}

/// The slices of a program.
#[derive(Debug)]
pub struct Slices {
    graph: Graph,
    /// The smallest first.
    pub list: Vec<Slice>,
}

/// Atoms met, over all cones, after which a program is not taken apart.
const MOST_MET: usize = 1 << 24;

impl Slices {
    /// The slices in which a program can be explored; `None` if that would leave nothing out. Computes cones from the outputs
    /// that nothing else in a cone depends on, so that the work is the size of these cones together.
    pub fn new(program: &Program, ground: &Ground, wanted: Reductions) -> Option<Slices> {
        if program.nodes.is_empty() || program.nevers.iter().any(|&(relation, _)| program.relation(relation).observer) {
            return None;
        }
        let graph = Graph::new(program, ground, wanted);
        let mut shown = vec![false; program.relations.len()];
        let nevers = program.nevers.iter().map(|&(relation, _)| relation);
        program.outputs.iter().copied().chain(nevers).for_each(|relation| shown[relation.0 as usize] = true);
        let facts = program.node_ids().flat_map(|node| ground.atoms(node));
        let targets: Vec<Atom> = (0..)
            .zip(facts)
            .filter(|(_, fact)| shown.get(fact.relation.0 as usize) == Some(&true))
            .map(|(atom, _)| atom)
            .collect();
        let cones = graph.without_choices_together(graph.cones(&targets));
        let mut list: Vec<Slice> =
            graph.absorbed(cones).into_iter().map(|atoms| graph.slice(program, ground, atoms)).collect();
        if list.is_empty() {
            // Nothing is shown: there is one run as good as any other.
            list.push(Slice { nodes: vec![NodeId(0)], atoms: Vec::new(), messages: Vec::new(), channels: Vec::new() });
        }
        list.sort_by(|a, b| {
            (a.messages.len(), a.atoms.len(), &a.atoms).cmp(&(b.messages.len(), b.atoms.len(), &b.atoms))
        });
        if let [only] = &list[..] {
            let all: Vec<Atom> = (0..graph.first[program.nodes.len()]).collect();
            if only.nodes.len() == program.nodes.len() && graph.footprint(&only.atoms) == graph.footprint(&all) {
                return None;
            }
        }
        Some(Slices { graph, list })
    }

    /// A slice as a program of its own, its nodes numbered in their order.
    pub fn ground(&self, ground: &Ground, slice: &Slice) -> Ground {
        ground.restrict(&slice.nodes, |node, atom| {
            slice.atoms.binary_search(&(self.graph.first[node.0 as usize] + atom)).is_ok()
        })
    }

    /// The slice that has these together.
    pub fn union<'s>(&self, program: &Program, ground: &Ground, slices: impl Iterator<Item = &'s Slice>) -> Slice {
        self.graph.slice(program, ground, sorted(slices.flat_map(|slice| slice.atoms.iter().copied())))
    }
}

impl Slice {
    /// The atoms of the slice that are sent, sorted; numbers across the program.
    pub fn messages(&self) -> &[Atom] {
        &self.messages
    }

    /// Who can send something of the slice to whom, other than itself; sorted.
    pub fn channels(&self) -> &[(NodeId, NodeId)] {
        &self.channels
    }
}

fn sorted(items: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut items: Vec<u32> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// A rule: where it is, and what it reads, with atoms numbered across nodes.
#[derive(Debug)]
struct Edge {
    node: u32,
    reads: Vec<Atom>,
}

/// Who depends on whom.
#[derive(Debug)]
struct Graph {
    /// The number of each node's first atom, and one more at the end.
    first: Vec<Atom>,
    edges: Vec<Edge>,
    /// By atom, the rules that derive or send it.
    sources: Vec<Vec<u32>>,
    is_message: Vec<bool>,
    /// By atom, whether it makes a difference to the states of a slice that has it: a message that is not eager, an event, or
    /// carried whatever arrives.
    counts: Vec<bool>,
}

impl Graph {
    fn new(program: &Program, ground: &Ground, wanted: Reductions) -> Graph {
        let mut first: Vec<Atom> = vec![0];
        for node in program.node_ids() {
            first.push(first[node.0 as usize] + ground.atoms(node).len() as Atom);
        }
        let count = first[program.nodes.len()] as usize;
        let mut graph = Graph {
            edges: Vec::new(),
            sources: vec![Vec::new(); count],
            is_message: vec![false; count],
            counts: vec![false; count],
            first,
        };
        // By atom, the atoms at its node that depend on it.
        let mut readers: Vec<Vec<Atom>> = vec![Vec::new(); count];
        for node in program.node_ids() {
            let here = graph.first[node.0 as usize];
            for rule in ground.rules(node) {
                let (to, atom) = match rule.kind {
                    RuleKind::Async => ground.messages(node)[rule.head as usize],
                    _ => (node, rule.head),
                };
                if ground.is_certain(to, atom) {
                    continue;
                }
                let head = graph.first[to.0 as usize] + atom;
                let negative = if wanted.flaw == Some(Flaw::Forbidden) { &[][..] } else { &rule.negative };
                let reads: Vec<Atom> = rule.positive.iter().chain(negative).map(|&atom| here + atom).collect();
                if rule.kind == RuleKind::Async {
                    graph.is_message[head as usize] = true;
                    if wanted.flaw == Some(Flaw::Sent) {
                        continue;
                    }
                } else {
                    reads.iter().for_each(|&read| readers[read as usize].push(head));
                }
                graph.sources[head as usize].push(graph.edges.len() as u32);
                graph.edges.push(Edge { node: node.0, reads });
            }
        }
        graph.weigh(program, ground, wanted, &readers);
        graph
    }

    /// Finds the atoms that make a difference to the states of a slice.
    fn weigh(&mut self, program: &Program, ground: &Ground, wanted: Reductions, readers: &[Vec<Atom>]) {
        let mut arrives = vec![false; self.sources.len()];
        let mut open: Vec<Atom> =
            (0..self.sources.len() as Atom).filter(|&atom| self.is_message[atom as usize]).collect();
        while let Some(atom) = open.pop() {
            if !std::mem::replace(&mut arrives[atom as usize], true) {
                open.extend(&readers[atom as usize]);
            }
        }
        let eager = wanted.eager.then(|| Eager::new(program, ground, &Atoms::new(program, ground), wanted.flaw));
        for node in program.node_ids() {
            let here = self.first[node.0 as usize];
            for atom in here..self.first[node.0 as usize + 1] {
                let carried = ((atom - here) as usize) < ground.carried_atoms(node);
                let is_message = self.is_message[atom as usize];
                self.counts[atom as usize] = is_message || (carried && !arrives[atom as usize]);
            }
            for message in eager.iter().flat_map(|eager| &eager.node(node.0).messages) {
                self.counts[(here + message.atom) as usize] = false;
            }
            for &(_, atom) in ground.events(node) {
                self.counts[(here + atom) as usize] = true;
            }
        }
    }

    /// The atoms of the cone of `atoms`; `met` is working space, false everywhere before and after.
    fn cone(&self, atoms: impl Iterator<Item = Atom>, met: &mut [bool]) -> Vec<Atom> {
        let mut cone: Vec<Atom> = Vec::new();
        let mut meet = |atom: Atom, cone: &mut Vec<Atom>| {
            if !std::mem::replace(&mut met[atom as usize], true) {
                cone.push(atom);
            }
        };
        atoms.for_each(|atom| meet(atom, &mut cone));
        let mut at = 0;
        while let Some(&atom) = cone.get(at) {
            at += 1;
            for &edge in &self.sources[atom as usize] {
                self.edges[edge as usize].reads.iter().for_each(|&read| meet(read, &mut cone));
            }
        }
        cone.iter().for_each(|&atom| met[atom as usize] = false);
        cone.sort_unstable();
        cone
    }

    /// The cones of the targets, less those that are part of others found before; one cone of all if they are too large.
    fn cones(&self, targets: &[Atom]) -> Vec<Vec<Atom>> {
        let mut met = vec![false; self.sources.len()];
        let mut in_some = vec![false; self.sources.len()];
        let mut cones = Vec::new();
        let mut size = 0;
        for &target in self.downstream_first(targets).iter() {
            if in_some[target as usize] {
                continue;
            }
            let cone = self.cone(std::iter::once(target), &mut met);
            size += cone.len();
            if size > MOST_MET {
                return vec![self.cone(targets.iter().copied(), &mut met)];
            }
            cone.iter().for_each(|&atom| in_some[atom as usize] = true);
            cones.push(cone);
        }
        cones
    }

    /// The targets, so that one that depends on another comes before it, unless each depends on the other: by the time at which a
    /// depth-first search from heads to what they read is done with them, the last first.
    fn downstream_first(&self, targets: &[Atom]) -> Vec<Atom> {
        let mut met = vec![false; self.sources.len()];
        let mut done: Vec<Atom> = Vec::new();
        // An atom with the number of its rule, and of the atom that this reads, to look at next.
        let mut path: Vec<(Atom, usize, usize)> = Vec::new();
        for &target in targets {
            if !std::mem::replace(&mut met[target as usize], true) {
                path.push((target, 0, 0));
            }
            while let Some((atom, rule, read)) = path.last_mut() {
                let Some(&edge) = self.sources[*atom as usize].get(*rule) else {
                    done.push(*atom);
                    path.pop();
                    continue;
                };
                let Some(&next) = self.edges[edge as usize].reads.get(*read) else {
                    (*rule, *read) = (*rule + 1, 0);
                    continue;
                };
                *read += 1;
                if !std::mem::replace(&mut met[next as usize], true) {
                    path.push((next, 0, 0));
                }
            }
        }
        let mut wanted = vec![false; self.sources.len()];
        targets.iter().for_each(|&target| wanted[target as usize] = true);
        done.into_iter().rev().filter(|&atom| wanted[atom as usize]).collect()
    }

    fn node(&self, atom: Atom) -> u32 {
        self.first.partition_point(|&first| first <= atom) as u32 - 1
    }

    /// The nodes that a closed set of atoms needs, sorted.
    fn nodes(&self, atoms: &[Atom]) -> Vec<u32> {
        let rules = atoms.iter().flat_map(|&atom| &self.sources[atom as usize]);
        sorted(atoms.iter().map(|&atom| self.node(atom)).chain(rules.map(|&edge| self.edges[edge as usize].node)))
    }

    /// The nodes and the atoms that make a difference, as numbers, sorted.
    fn footprint(&self, atoms: &[Atom]) -> Vec<u32> {
        let nodes = self.first.len() as u32;
        let mut footprint = self.nodes(atoms);
        footprint.extend(atoms.iter().filter(|&&atom| self.counts[atom as usize]).map(|atom| nodes + atom));
        footprint
    }

    /// The cones, those of one node that no message reaches put together: nothing is chosen there, so they take as many steps together
    /// as the longest of them, unless they go round with different periods.
    fn without_choices_together(&self, cones: Vec<Vec<Atom>>) -> Vec<Vec<Atom>> {
        let mut of_node: BTreeMap<u32, Vec<Atom>> = BTreeMap::new();
        let mut kept = Vec::new();
        for cone in cones {
            match self.nodes(&cone)[..] {
                [node] if !cone.iter().any(|&atom| self.is_message[atom as usize]) => {
                    of_node.entry(node).or_default().extend(cone);
                }
                _ => kept.push(cone),
            }
        }
        kept.extend(of_node.into_values().map(|atoms| sorted(atoms.into_iter())));
        kept
    }

    /// The cones, each put into one whose footprint has its own, if there is such a one.
    fn absorbed(&self, cones: Vec<Vec<Atom>>) -> Vec<Vec<Atom>> {
        let mut open: Vec<(Vec<u32>, Vec<Atom>)> =
            cones.into_iter().map(|cone| (self.footprint(&cone), cone)).collect();
        open.sort_by(|(a, x), (b, y)| (b.len(), a, x).cmp(&(a.len(), b, y)));
        let mut kept: Vec<(Vec<u32>, Vec<Atom>)> = Vec::new();
        // By member, the kept footprints that have it.
        let mut having: Vec<Vec<usize>> = vec![Vec::new(); self.first.len() + self.sources.len()];
        for (footprint, cone) in open {
            let rarest = footprint.iter().min_by_key(|&&member| having[member as usize].len());
            let larger = rarest.into_iter().flat_map(|&member| &having[member as usize]).find(|&&other| {
                let other = &kept[other].0;
                footprint.iter().all(|member| other.binary_search(member).is_ok())
            });
            if let Some(&larger) = larger {
                kept[larger].1.extend(cone);
            } else {
                footprint.iter().for_each(|&member| having[member as usize].push(kept.len()));
                kept.push((footprint, cone));
            }
        }
        kept.into_iter().map(|(_, atoms)| sorted(atoms.into_iter())).collect()
    }

    /// The slice of a closed set of atoms, sorted.
    fn slice(&self, program: &Program, ground: &Ground, atoms: Vec<Atom>) -> Slice {
        let relations = |node: NodeId| -> Vec<u32> {
            let (here, next) = (self.first[node.0 as usize], self.first[node.0 as usize + 1]);
            let range = atoms.partition_point(|&atom| atom < here)..atoms.partition_point(|&atom| atom < next);
            let facts = ground.atoms(node);
            // Relations of hidden atoms may differ in alike slices.
            let of = |atom: &Atom| facts[(atom - here) as usize].relation.0.min(program.relations.len() as u32);
            atoms[range].iter().map(of).collect()
        };
        let mut nodes: Vec<(Vec<u32>, NodeId)> =
            self.nodes(&atoms).into_iter().map(|node| (relations(NodeId(node)), NodeId(node))).collect();
        nodes.sort();
        let messages: Vec<Atom> = atoms.iter().copied().filter(|&atom| self.is_message[atom as usize]).collect();
        let sends = |&to: &Atom| {
            let rules = self.sources[to as usize].iter().map(|&edge| self.edges[edge as usize].node);
            rules.map(move |from| (NodeId(from), NodeId(self.node(to))))
        };
        let mut channels: Vec<(NodeId, NodeId)> =
            messages.iter().flat_map(sends).filter(|(from, to)| from != to).collect();
        channels.sort_unstable();
        channels.dedup();
        Slice { nodes: nodes.into_iter().map(|(_, node)| node).collect(), atoms, messages, channels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::program::resolve;
    use crate::source::SourceMap;
    use crate::syntax::parser;

    fn program(text: &str) -> Program {
        let mut sources = SourceMap::new();
        let file = sources.add("test.ded", text);
        let (tree, _) = parser::parse(&sources, file);
        let (program, diagnostics) = resolve::resolve(&sources, &[tree], &resolve::Options::default());
        program.unwrap_or_else(|| panic!("{text}\n{diagnostics:?}"))
    }

    /// The nodes and the number of messages of each slice, by names.
    fn slices(text: &str, wanted: Reductions) -> Option<Vec<(Vec<String>, usize)>> {
        let program = program(text);
        let ground = Ground::new(&program, &Budget::default()).expect("it can be grounded");
        let slices = Slices::new(&program, &ground, wanted)?;
        let names = |slice: &Slice| slice.nodes.iter().map(|&node| program.show_node(node)).collect();
        Some(slices.list.iter().map(|slice| (names(slice), slice.messages.len())).collect())
    }

    const ONLY: Reductions = Reductions { slices: true, ..Reductions::NONE };

    const FIRST: &str = "first(X)@next :- m(X), notin taken(); first(X)@next :- first(X);
        taken()@next :- m(_); taken()@next :- taken();";

    #[test]
    fn messages_to_different_nodes_are_apart() {
        let text =
            format!("nodes c, s, t; output first; go(#c, s)@1; go(#c, t)@1; m(#S, S)@async :- go(#c, S); {FIRST}");
        let pair = |node: &str| (vec!["c".to_string(), node.to_string()], 1);
        assert_eq!(slices(&text, ONLY), Some(vec![pair("s"), pair("t")]));
    }

    #[test]
    fn what_a_latch_forbids_is_in_its_cone() {
        let text = format!("nodes c, s; output first; go(#c, a)@1; go(#c, b)@1; m(#s, X)@async :- go(#c, X); {FIRST}");
        assert_eq!(slices(&text, ONLY), None);
        let flawed = slices(&text, Reductions { flaw: Some(Flaw::Forbidden), ..ONLY }).expect("taken apart");
        assert_eq!(flawed.len(), 2);
    }

    #[test]
    fn what_no_output_needs_is_left_out() {
        let text =
            "nodes c, s; output o; go(#c)@1; m(#s)@async :- go(#c); o() :- m(); n(#c)@async :- m(#s); p() :- n();";
        assert_eq!(slices(text, ONLY).expect("n is left out"), [(vec!["c".to_string(), "s".to_string()], 1)]);
    }

    /// A rule without a body sends from a node that has no atom in the cone.
    #[test]
    fn senders_without_atoms_are_in_the_slice() {
        let text = "nodes c, s, t; output o; up(#c); m(#s)@async :- up(#c); o() :- m();";
        assert_eq!(slices(text, ONLY).expect("t is left out")[0].0.len(), 2);
    }

    #[test]
    fn eager_messages_do_not_count() {
        let keep = "nodes c, s; output seen; go(#c, a)@1; go(#c, b)@1; m(#s, X)@async :- go(#c, X);
            seen(X) :- m(X); seen(X)@next :- seen(X);";
        // The events are apart all the same.
        assert_eq!(slices(keep, ONLY).map(|list| list.len()), Some(2));
        let one_event = "nodes c, s; output seen; go(#c)@1; up(#c, a); up(#c, b); m(#s, X)@async :- go(#c), up(#c, X);
            seen(X) :- m(X); seen(X)@next :- seen(X);";
        assert_eq!(slices(one_event, ONLY).map(|list| list.len()), Some(2));
        assert_eq!(slices(one_event, Reductions { eager: true, ..ONLY }), None);
    }
}
