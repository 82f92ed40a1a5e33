//! What may go wrong: the specification, and one fault set within it.

use crate::program::NodeId;
use std::collections::BTreeSet;

/// What a crash does to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CrashMode {
    /// What it sends to others is lost from the round of the crash on; it goes on computing and receiving, as in the authors'
    /// tool.
    #[default]
    LosesSends,
    /// It takes no step from the round of the crash on. Observers see its last step.
    Stops,
}

impl CrashMode {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CrashMode::LosesSends => "sends",
            CrashMode::Stops => "stop",
        }
    }
}

/// ⟨EOT, EFF, crashes⟩ of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specification {
    /// The last round; the outcome is judged there. At least 1.
    pub eot: u64,
    /// Messages sent in rounds before this one may be lost. At most `eot`.
    pub eff: u64,
    /// Most nodes that crash, each in a round from 1 to EOT − 1.
    pub crashes: usize,
    /// What a crash does.
    pub crash_mode: CrashMode,
}

/// All that one node sends another in one round is lost. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Omission {
    /// The round in which it is sent.
    pub time: u64,
    /// Who sends.
    pub from: NodeId,
    /// To whom; another node.
    pub to: NodeId,
}

/// A node crashes. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crash {
    /// The first round that it affects.
    pub time: u64,
    /// Which node.
    pub node: NodeId,
}

/// A single fault; omissions come before crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Messages are lost.
    Omission(Omission),
    /// A node crashes.
    Crash(Crash),
}

/// Faults that happen together in one run; a node crashes at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultSet {
    faults: BTreeSet<Fault>,
}

impl Specification {
    /// Every single fault that it allows, in order.
    pub fn faults(&self, nodes: usize) -> Vec<Fault> {
        let nodes = || (0..nodes as u32).map(NodeId);
        let mut faults = Vec::new();
        for time in 1..self.eff {
            for from in nodes() {
                faults.extend(nodes().filter(|&to| to != from).map(|to| Fault::Omission(Omission { time, from, to })));
            }
        }
        if self.crashes > 0 {
            for time in 1..self.eot {
                faults.extend(nodes().map(|node| Fault::Crash(Crash { time, node })));
            }
        }
        faults
    }

    /// Whether a fault set is within it.
    pub fn allows(&self, faults: &FaultSet, nodes: usize) -> bool {
        let allowed: BTreeSet<Fault> = self.faults(nodes).into_iter().collect();
        let crashed: Vec<NodeId> = faults.crashes().map(|crash| crash.node).collect();
        let distinct: BTreeSet<NodeId> = crashed.iter().copied().collect();
        faults.faults.is_subset(&allowed) && crashed.len() == distinct.len() && crashed.len() <= self.crashes
    }
}

impl FaultSet {
    /// The set of these.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        FaultSet { faults: faults.into_iter().collect() }
    }

    /// No fault.
    pub fn none() -> Self {
        Self::default()
    }

    /// The faults in order.
    pub fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.faults.iter().copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.faults.len()
    }

    /// Whether the run is failure-free.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether it has only faults of `other`.
    pub fn is_subset(&self, other: &FaultSet) -> bool {
        self.faults.is_subset(&other.faults)
    }

    /// The same without one fault.
    #[must_use]
    pub fn without(&self, fault: Fault) -> FaultSet {
        FaultSet::new(self.iter().filter(|&other| other != fault))
    }

    /// The omissions in order.
    pub fn omissions(&self) -> impl Iterator<Item = Omission> + '_ {
        self.iter().filter_map(|fault| if let Fault::Omission(omission) = fault { Some(omission) } else { None })
    }

    /// The crashes in order.
    pub fn crashes(&self) -> impl Iterator<Item = Crash> + '_ {
        self.iter().filter_map(|fault| if let Fault::Crash(crash) = fault { Some(crash) } else { None })
    }

    /// Whether `node` has crashed in round `time` or before.
    pub fn crashed(&self, node: NodeId, time: u64) -> bool {
        self.crashes().any(|crash| crash.node == node && crash.time <= time)
    }

    /// Whether what `from` sends `to` in round `time` is lost. What a node sends itself never is.
    pub fn loses(&self, from: NodeId, to: NodeId, time: u64) -> bool {
        from != to && (self.crashed(from, time) || self.faults.contains(&Fault::Omission(Omission { time, from, to })))
    }
}
