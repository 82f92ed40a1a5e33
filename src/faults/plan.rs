//! What goes wrong in asynchronous runs: faults, and plans of several of them, fewest first.
//!
//! A fault happens in one local step of one node, its *turn*: the node's first step or any later one, which is for the schedule to
//! choose. The two are told apart because a plan is made a program in which a fault is a message of the node to
//! itself ([`super::lossy`]), and no message arrives in a first step.

use crate::program::NodeId;
use std::collections::BTreeSet;

/// Something that goes wrong in a local step of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// All that the node sends another in the step is lost.
    Omission {
        /// Who sends.
        from: NodeId,
        /// To whom; another node.
        to: NodeId,
    },
    /// All that the node sends others in the step and later is lost.
    Crash {
        /// Which node.
        node: NodeId,
    },
    /// What the node carries out of the step is lost.
    Restart {
        /// Which node.
        node: NodeId,
    },
    /// All that the node sends another in the step arrives twice.
    Duplication {
        /// Who sends.
        from: NodeId,
        /// To whom; another node.
        to: NodeId,
    },
}

/// When a fault happens, in local steps of its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// In the first.
    First,
    /// In some later one.
    Later,
}

/// A fault and its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Planned {
    /// What.
    pub fault: Fault,
    /// When.
    pub turn: Turn,
}

/// Most faults of each kind in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tolerance {
    /// Omissions.
    pub omissions: usize,
    /// Nodes that crash.
    pub crashes: usize,
    /// Restarts.
    pub restarts: usize,
    /// Duplications.
    pub duplications: usize,
}

/// Faults of one run, sorted. One that is planned twice happens in two steps, or twice in one, which is like once.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plan {
    /// Them.
    pub planned: Vec<Planned>,
}

impl Fault {
    /// The node in whose step it happens.
    pub fn node(self) -> NodeId {
        match self {
            Fault::Omission { from, .. } | Fault::Duplication { from, .. } => from,
            Fault::Crash { node } | Fault::Restart { node } => node,
        }
    }
}

impl Tolerance {
    /// How many faults a run may have.
    pub fn total(&self) -> usize {
        let kinds = [self.omissions, self.crashes, self.restarts, self.duplications];
        kinds.into_iter().fold(0, usize::saturating_add)
    }

    fn of(&self, fault: Fault) -> usize {
        match fault {
            Fault::Omission { .. } => self.omissions,
            Fault::Crash { .. } => self.crashes,
            Fault::Restart { .. } => self.restarts,
            Fault::Duplication { .. } => self.duplications,
        }
    }

    /// Every fault that it allows, with each turn, in order; `channels` are the pairs of different nodes the first of which may send to the
    /// second.
    fn single(&self, nodes: usize, channels: &BTreeSet<(NodeId, NodeId)>) -> Vec<Planned> {
        let ends = || channels.iter().copied();
        let all = || (0..nodes as u32).map(NodeId);
        let omissions = ends().map(|(from, to)| Fault::Omission { from, to });
        let crashes = all().map(|node| Fault::Crash { node });
        let restarts = all().map(|node| Fault::Restart { node });
        let duplications = ends().map(|(from, to)| Fault::Duplication { from, to });
        let faults = omissions.chain(crashes).chain(restarts).chain(duplications);
        let allowed = faults.filter(|&fault| self.of(fault) > 0);
        allowed.flat_map(|fault| [Turn::First, Turn::Later].map(|turn| Planned { fault, turn })).collect()
    }

    /// The plans of exactly `size` faults that it allows, one after the other in order, until `meet` says that it is enough. `single` are those of
    /// size 1.
    fn of_size(&self, single: &[Planned], size: usize, meet: &mut dyn FnMut(Plan) -> bool) -> bool {
        fn grow(
            of: &Tolerance,
            single: &[Planned],
            size: usize,
            plan: &mut Plan,
            meet: &mut dyn FnMut(Plan) -> bool,
        ) -> bool {
            if plan.planned.len() == size {
                return meet(plan.clone());
            }
            for (at, &next) in single.iter().enumerate() {
                if plan.takes(of, next) {
                    plan.planned.push(next);
                    let on = grow(of, &single[at..], size, plan, meet);
                    plan.planned.pop();
                    if !on {
                        return false;
                    }
                }
            }
            true
        }
        grow(self, single, size, &mut Plan::default(), meet)
    }

    /// Shows `meet` every plan that it allows, smaller ones first, plans of one size in order, until that says no.
    pub fn plans(&self, nodes: usize, channels: &BTreeSet<(NodeId, NodeId)>, meet: &mut dyn FnMut(Plan) -> bool) {
        let single = self.single(nodes, channels);
        for size in 0..=self.total() {
            let mut any = false;
            let on = self.of_size(&single, size, &mut |plan| {
                any = true;
                meet(plan)
            });
            // Where there is no plan of a size there is no larger one.
            if !on || !any {
                return;
            }
        }
    }
}

impl Plan {
    /// Whether one more fits. A node crashes once, and nothing happens twice in one first step.
    fn takes(&self, of: &Tolerance, next: Planned) -> bool {
        let same_kind = |other: &&Planned| std::mem::discriminant(&other.fault) == std::mem::discriminant(&next.fault);
        let again = |other: &Planned| {
            let once = matches!(next.fault, Fault::Crash { .. }) || next.turn == Turn::First;
            other.fault == next.fault && once && (other.turn == next.turn || matches!(next.fault, Fault::Crash { .. }))
        };
        self.planned.iter().filter(same_kind).count() < of.of(next.fault) && !self.planned.iter().any(again)
    }

    /// The same plan for other nodes.
    #[must_use]
    pub fn exchanged(&self, of: impl Fn(NodeId) -> NodeId) -> Plan {
        let fault = |fault| match fault {
            Fault::Omission { from, to } => Fault::Omission { from: of(from), to: of(to) },
            Fault::Crash { node } => Fault::Crash { node: of(node) },
            Fault::Restart { node } => Fault::Restart { node: of(node) },
            Fault::Duplication { from, to } => Fault::Duplication { from: of(from), to: of(to) },
        };
        let mut planned: Vec<Planned> =
            self.planned.iter().map(|planned| Planned { fault: fault(planned.fault), ..*planned }).collect();
        planned.sort_unstable();
        Plan { planned }
    }

    /// Whether it has all that `other` has, as often.
    pub fn covers(&self, other: &Plan) -> bool {
        let count = |plan: &Plan, one: &Planned| plan.planned.iter().filter(|planned| *planned == one).count();
        other.planned.iter().all(|one| count(self, one) >= count(other, one))
    }

    /// The nodes that crash.
    pub fn crashed(&self) -> impl Iterator<Item = NodeId> + '_ {
        let crash = |planned: &Planned| if let Fault::Crash { node } = planned.fault { Some(node) } else { None };
        self.planned.iter().filter_map(crash)
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, Tolerance};
    use crate::program::NodeId;
    use std::collections::BTreeSet;

    fn sizes(tolerance: Tolerance, nodes: usize) -> Vec<usize> {
        let ids = || (0..nodes as u32).map(NodeId);
        let channels: BTreeSet<_> = ids().flat_map(|a| ids().map(move |b| (a, b))).filter(|(a, b)| a != b).collect();
        let mut sizes = Vec::new();
        let mut seen = BTreeSet::new();
        tolerance.plans(nodes, &channels, &mut |plan: Plan| {
            sizes.push(plan.planned.len());
            assert!(seen.insert(plan), "a plan twice");
            true
        });
        sizes
    }

    #[test]
    fn every_plan_comes_once_and_smaller_ones_first() {
        let count = |tolerance, nodes| {
            let sizes = sizes(tolerance, nodes);
            assert!(sizes.is_sorted());
            sizes.len()
        };
        assert_eq!(count(Tolerance::default(), 3), 1);
        assert_eq!(count(Tolerance { omissions: 1, ..Tolerance::default() }, 3), 1 + 12);
        // Of two: any two of twelve, or one of the six later ones twice.
        assert_eq!(count(Tolerance { omissions: 2, ..Tolerance::default() }, 3), 1 + 12 + 66 + 6);
        // A node crashes once, in its first step or later.
        assert_eq!(count(Tolerance { crashes: 5, ..Tolerance::default() }, 2), 1 + 4 + 4);
        assert_eq!(count(Tolerance { restarts: 1, duplications: 1, ..Tolerance::default() }, 2), 1 + 8 + 16);
    }
}
