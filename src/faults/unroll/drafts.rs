//! Gates while they are made: numbered as they are met, settled a stratum at a time, put in order in the end.

use crate::faults::circuit::{Bounds, Circuit, Gate, GateId, Literal, Switch, conjunction, disjunction};
use crate::faults::specification::{CrashMode, Omission, Specification};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

/// The gate of what always holds.
pub const ALWAYS: GateId = 0;

/// Gates in the order in which they were met.
#[derive(Debug)]
pub struct Drafts {
    specification: Specification,
    gates: Vec<Gate>,
    /// What is known of settled gates with no switch known.
    bounds: Vec<Bounds>,
    settled: Vec<bool>,
    switches: FxHashMap<Switch, GateId>,
    /// Settled gates in order; several if they are on a cycle.
    order: Vec<Vec<GateId>>,
}

impl Drafts {
    /// Nothing but [`ALWAYS`].
    pub fn new(specification: Specification) -> Self {
        let mut drafts = Drafts {
            specification,
            gates: Vec::new(),
            bounds: Vec::new(),
            settled: Vec::new(),
            switches: FxHashMap::default(),
            order: Vec::new(),
        };
        drafts.add(Gate::Rules(vec![Vec::new()]));
        drafts.settle(&[ALWAYS]);
        drafts
    }

    /// A new gate.
    pub fn add(&mut self, gate: Gate) -> GateId {
        self.gates.push(gate);
        self.bounds.push(Bounds::known(false));
        self.settled.push(false);
        self.gates.len() as GateId - 1
    }

    /// A new gate that holds if a rule is added whose literals hold.
    pub fn rules(&mut self) -> GateId {
        self.add(Gate::Rules(Vec::new()))
    }

    /// Adds a rule to a gate that is not settled.
    pub fn rule(&mut self, gate: GateId, body: Vec<Literal>) {
        assert!(!self.settled[gate as usize], "internal error: a rule for a gate that is settled");
        if let Gate::Rules(rules) = &mut self.gates[gate as usize] {
            rules.push(body);
        }
    }

    /// What is known of a settled gate whatever the faults are; of another one nothing.
    pub fn bounds(&self, gate: GateId) -> Bounds {
        if self.settled[gate as usize] { self.bounds[gate as usize] } else { Bounds::OPEN }
    }

    /// The gate of a switch; `None` if the specification never turns it on.
    pub fn switch(&mut self, switch: Switch) -> Option<GateId> {
        let Specification { eot, eff, crashes, .. } = self.specification;
        let switch = match switch {
            // Only a crash loses it.
            Switch::Lost(Omission { time, from, .. }) if time >= eff => {
                Switch::Crashed(crate::faults::Crash { time, node: from })
            }
            other => other,
        };
        let switch = match switch {
            Switch::Crashed(mut crash) => {
                crash.time = crash.time.min(eot - 1);
                Switch::Crashed(crash)
            }
            other => other,
        };
        let possible = match switch {
            Switch::Lost(_) => true,
            Switch::Crashed(crash) | Switch::Crashes(crash) => crashes > 0 && (1..eot).contains(&crash.time),
        };
        if !possible {
            return None;
        }
        if let Some(&gate) = self.switches.get(&switch) {
            return Some(gate);
        }
        let gate = self.add(Gate::Switch(switch));
        self.switches.insert(switch, gate);
        self.settled[gate as usize] = true;
        self.bounds[gate as usize] = Bounds::OPEN;
        self.order.push(vec![gate]);
        Some(gate)
    }

    /// Whether crashed nodes stop.
    pub fn stops(&self) -> bool {
        self.specification.crash_mode == CrashMode::Stops
    }

    /// Decides what can be decided of these gates, simplifies them and puts them in order. All that they depend on is among them
    /// or settled.
    pub fn settle(&mut self, gates: &[GateId]) {
        let mut place: FxHashMap<GateId, NodeIndex> = FxHashMap::default();
        let mut graph: DiGraph<GateId, ()> = DiGraph::new();
        for &gate in gates.iter().filter(|&&gate| !self.settled[gate as usize]) {
            place.entry(gate).or_insert_with(|| graph.add_node(gate));
        }
        for head in graph.node_indices() {
            let of = graph[head] as usize;
            let mut depends = |gate: GateId| {
                if let Some(&on) = place.get(&gate) {
                    graph.update_edge(head, on, ());
                } else {
                    assert!(self.settled[gate as usize], "internal error: a gate depends on one that is not settled");
                }
            };
            match &self.gates[of] {
                Gate::Switch(_) => {}
                Gate::Rules(rules) => rules.iter().flatten().for_each(|literal| depends(literal.gate())),
                Gate::Row(row) => row.iter().flat_map(|part| &part.members).for_each(|&(_, gate)| depends(gate)),
            }
        }
        // Edges lead from a gate to what it depends on, and components come out last first.
        for component in kosaraju_scc(&graph) {
            let mut members: Vec<GateId> = component.iter().map(|&at| graph[at]).collect();
            members.sort_unstable();
            self.settle_together(members);
        }
    }

    fn settle_together(&mut self, members: Vec<GateId>) {
        loop {
            let mut changed = false;
            for &gate in &members {
                let bounds = match &self.gates[gate as usize] {
                    Gate::Switch(_) => Bounds::OPEN,
                    Gate::Rules(rules) => disjunction(rules, &self.bounds),
                    Gate::Row(row) => conjunction(row, &self.bounds),
                };
                changed |= self.bounds[gate as usize] != bounds;
                self.bounds[gate as usize] = bounds;
            }
            if !changed {
                break;
            }
        }
        for &gate in &members {
            self.simplify(gate);
            self.settled[gate as usize] = true;
        }
        self.order.push(members);
    }

    /// Takes out what is decided. A rule that keeps an atom of its own cycle keeps it: bounds are those of the fixpoint.
    fn simplify(&mut self, gate: GateId) {
        let bounds = self.bounds[gate as usize];
        if bounds.certain || !bounds.possible {
            self.gates[gate as usize] = Gate::Rules(if bounds.certain { vec![Vec::new()] } else { Vec::new() });
            return;
        }
        let known = &self.bounds;
        match &mut self.gates[gate as usize] {
            Gate::Switch(_) => {}
            Gate::Rules(rules) => {
                let of = |literal: &Literal| crate::faults::circuit::of_literal(*literal, known);
                rules.retain(|rule| rule.iter().all(|literal| of(literal).possible));
                for rule in rules.iter_mut() {
                    rule.retain(|literal| !of(literal).certain);
                    rule.sort_unstable();
                    rule.dedup();
                }
                rules.sort_unstable();
                rules.dedup();
            }
            Gate::Row(row) => {
                for part in row {
                    part.members.retain(|&(_, gate)| known[gate as usize].possible);
                }
            }
        }
    }

    /// The circuit, and the new number of each gate that is settled.
    pub fn finish(self) -> (Circuit, Vec<Option<GateId>>) {
        Circuit::in_order(&self.gates, &self.order)
    }
}
