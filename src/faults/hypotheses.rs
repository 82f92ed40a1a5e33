//! Which fault sets may still be bad: clauses over faults, from the lineage of runs that were good.
//!
//! ```text
//! some goal is missed                                   ∨ miss(g)
//! a good run's support S of goal g                      miss(g) → some switch of S is not as it was
//! lost(s, d, t)  ↔ omitted(s, d, t) ∨ crashed(s, t)     crashed(n, t) ↔ ∨ crash(n, c), c ≤ t
//! each node crashes at most once, at most k nodes do
//! ```
//!
//! A fault set that satisfies the clauses is a hypothesis. If there is none, every fault set of the specification is covered: for
//! each goal it agrees with some support, so it is good.

use super::circuit::{Circuit, GateId, Switch};
use super::encoding::encode;
use super::specification::{Crash, Fault, FaultSet, Omission, Specification};
use crate::budget::{Bound, Budget};
use crate::program::NodeId;
use crate::solver::sat::{Literal, Sat};
use std::collections::{BTreeMap, BTreeSet};

/// The fault sets that no lesson has covered.
#[derive(Debug)]
pub struct Hypotheses {
    sat: Sat,
    faults: BTreeMap<Fault, Literal>,
    /// By the gate of each switch, whether it is on.
    switches: BTreeMap<GateId, Literal>,
    /// By goal, whether it is missed.
    missed: Vec<Literal>,
    /// `sizes[i]` holds if more than i faults happen.
    sizes: Vec<Literal>,
}

/// Most faults that are counted one by one; beyond, any number.
pub const COUNTED: usize = 4;

impl Hypotheses {
    /// All fault sets of a specification that can matter to a circuit with this many goals.
    pub fn new(circuit: &Circuit, specification: &Specification, goals: usize, budget: &Budget) -> Self {
        let mut sat = Sat::new(budget);
        let mut faults: BTreeMap<Fault, Literal> = BTreeMap::new();
        let switches: Vec<(GateId, Switch)> = circuit.switches().collect();
        // The last round in which a node's crash can be told.
        let mut last: BTreeMap<NodeId, u64> = BTreeMap::new();
        for &(_, switch) in &switches {
            let (node, time) = match switch {
                Switch::Lost(Omission { time, from, .. }) => (from, time),
                Switch::Crashed(Crash { time, node }) | Switch::Crashes(Crash { time, node }) => (node, time),
            };
            let known = last.entry(node).or_insert(0);
            *known = time.max(*known);
            if let Switch::Lost(omission) = switch {
                faults.entry(Fault::Omission(omission)).or_insert_with(|| sat.variable());
            }
        }
        let mut of_node: BTreeMap<NodeId, Vec<(u64, Literal)>> = BTreeMap::new();
        if specification.crashes > 0 {
            for (&node, &last) in &last {
                for time in 1..=last.min(specification.eot - 1) {
                    let literal = sat.variable();
                    faults.insert(Fault::Crash(Crash { time, node }), literal);
                    of_node.entry(node).or_default().push((time, literal));
                }
            }
        }
        let mut up_to: BTreeMap<(NodeId, u64), Literal> = BTreeMap::new();
        let mut crashed_at_all = Vec::new();
        for (&node, crashes) in &of_node {
            let mut before: Option<Literal> = None;
            for &(time, now) in crashes {
                let so_far = sat.variable();
                // so_far ↔ before ∨ now, and not both.
                sat.clause([!now, so_far]);
                if let Some(before) = before {
                    sat.clause([!before, so_far]);
                    sat.clause([!before, !now]);
                }
                sat.clause([!so_far, now].into_iter().chain(before));
                up_to.insert((node, time), so_far);
                before = Some(so_far);
            }
            crashed_at_all.extend(before);
        }
        if let Some(&too_many) = at_least(&mut sat, &crashed_at_all, specification.crashes + 1, false).last()
            && crashed_at_all.len() > specification.crashes
        {
            sat.clause([!too_many]);
        }
        let mut of_switch = BTreeMap::new();
        for (gate, switch) in switches {
            let literal = match switch {
                Switch::Crashed(Crash { time, node }) => up_to[&(node, time)],
                Switch::Crashes(crash) => faults[&Fault::Crash(crash)],
                Switch::Lost(omission) => {
                    let omitted = faults[&Fault::Omission(omission)];
                    match up_to.get(&(omission.from, omission.time)) {
                        None => omitted,
                        Some(&crashed) => {
                            let lost = sat.variable();
                            sat.clause([!omitted, lost]);
                            sat.clause([!crashed, lost]);
                            sat.clause([!lost, omitted, crashed]);
                            lost
                        }
                    }
                }
            };
            of_switch.insert(gate, literal);
        }
        let all: Vec<Literal> = faults.values().copied().collect();
        let sizes = at_least(&mut sat, &all, COUNTED + 1, false);
        let missed: Vec<Literal> = (0..goals).map(|_| sat.variable()).collect();
        sat.clause(missed.iter().copied());
        Hypotheses { sat, faults, switches: of_switch, missed, sizes }
    }

    /// Learns that a goal was met in a run, and on which switches that rests; `on` tells those that are on in it.
    pub fn learn(&mut self, goal: usize, support: &[GateId], on: &dyn Fn(GateId) -> bool) {
        let differs = support.iter().map(|gate| {
            let literal = self.switches[gate];
            if on(*gate) { !literal } else { literal }
        });
        let clause: Vec<Literal> = std::iter::once(!self.missed[goal]).chain(differs).collect();
        self.sat.clause(clause);
    }

    /// Learns the whole circuit ([`super::encoding`]); `goals` are, by number, gates and values any of which meets the goal.
    pub fn learn_circuit(&mut self, circuit: &Circuit, goals: impl Iterator<Item = Vec<(GateId, bool)>>) {
        let gates = encode(circuit, &self.switches, &mut self.sat);
        for (&missed, reasons) in self.missed.iter().zip(goals) {
            for (gate, wanted) in reasons {
                let holds = gates[gate as usize];
                self.sat.clause([!missed, if wanted { !holds } else { holds }]);
            }
        }
    }

    /// A fault set that may be bad, of at most so many faults (any number beyond [`COUNTED`]). If there is none, the other value tells
    /// whether there is none of any size either.
    ///
    /// # Errors
    /// The bound that was hit.
    pub fn next(&mut self, most: usize) -> Result<Result<FaultSet, bool>, Bound> {
        let assumption = self.sizes.get(most).map(|&more| !more);
        if self.sat.solve(assumption.as_slice())? {
            return Ok(Ok(self.model()));
        }
        Ok(Err(assumption.is_none_or(|assumption| !self.sat.blames(assumption))))
    }

    /// A proper part of a fault set that may be bad.
    ///
    /// # Errors
    /// The bound that was hit.
    pub fn part_of(&mut self, whole: &FaultSet) -> Result<Option<FaultSet>, Bound> {
        let within: BTreeSet<Fault> = whole.iter().collect();
        let proper = self.sat.variable();
        let dropped: Vec<Literal> =
            self.faults.iter().filter(|(fault, _)| within.contains(fault)).map(|(_, &literal)| !literal).collect();
        self.sat.clause(std::iter::once(!proper).chain(dropped));
        let others = self.faults.iter().filter(|(fault, _)| !within.contains(fault)).map(|(_, &literal)| !literal);
        let assumptions: Vec<Literal> = std::iter::once(proper).chain(others).collect();
        let found = self.sat.solve(&assumptions)?.then(|| self.model());
        self.sat.clause([!proper]);
        Ok(found)
    }

    /// Leaves out all fault sets that contain this one.
    pub fn exclude(&mut self, part: &FaultSet) {
        let clause: Vec<Literal> = part.iter().map(|fault| !self.faults[&fault]).collect();
        self.sat.clause(clause);
    }

    /// How often the solver was asked.
    pub fn solver_calls(&self) -> u64 {
        self.sat.calls()
    }

    fn model(&self) -> FaultSet {
        FaultSet::new(self.faults.iter().filter(|(_, literal)| self.sat.holds(**literal)).map(|(&fault, _)| fault))
    }
}

/// Literals that hold if at least 1, 2, …, `most` of `literals` do (a sequential counter), and, if they are to be `exact`, only then. As many
/// as can.
pub(super) fn at_least(sat: &mut Sat, literals: &[Literal], most: usize, exact: bool) -> Vec<Literal> {
    let mut counts: Vec<Literal> = Vec::new();
    for &literal in literals {
        let mut next = Vec::new();
        for number in 0..most.min(counts.len() + 1) {
            let reached = sat.variable();
            // At least number + 1: so many before, or number before and this one.
            if let Some(&before) = counts.get(number) {
                sat.clause([!before, reached]);
            }
            match number.checked_sub(1).map(|fewer| counts[fewer]) {
                None => sat.clause([!literal, reached]),
                Some(fewer) => sat.clause([!literal, !fewer, reached]),
            }
            if exact {
                let before = counts.get(number).copied();
                sat.clause([!reached, literal].into_iter().chain(before));
                if let Some(fewer) = number.checked_sub(1).map(|fewer| counts[fewer]) {
                    sat.clause([!reached, fewer].into_iter().chain(before));
                }
            }
            next.push(reached);
        }
        counts = next;
    }
    counts
}
