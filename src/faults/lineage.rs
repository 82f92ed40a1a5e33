//! Why a gate is what it is in a run: switches on which that rests.
//!
//! A *support* of a gate in a run is a set of switches such that the gate has the same value in every run that agrees
//! on them. What holds rests on one rule whose literals hold; what does not hold rests, for each rule, on one literal that fails. That
//! is lineage read both ways, and it is complete for negation: a lost message that keeps a fact absent is a switch like one that
//! arrives. Choices are made so that supports come out small; all supports of a run are found in one pass.
//!
//! On a cycle, what holds rests on rules in the order in which the least fixpoint derives them; what does not hold is an
//! unfounded set: rules that need another member of it fail because that does, and the set shares one support.

use super::circuit::{Aggregated, Circuit, Gate, GateId, Literal};
use crate::program::Value;
use crate::program::rule::AggregateFunction;
use std::ops::Range;

/// Supports of all gates of a circuit in one run.
#[derive(Debug)]
pub struct Supports<'c> {
    circuit: &'c Circuit,
    values: &'c [bool],
    /// Gates of switches, in order; a bit each.
    switches: Vec<GateId>,
    words: usize,
    bits: Vec<u64>,
}

/// A set of switches under construction.
type Bits = Vec<u64>;

impl<'c> Supports<'c> {
    /// The supports in the run with these values. Linear in the circuit times its switches.
    pub fn new(circuit: &'c Circuit, values: &'c [bool]) -> Self {
        let switches: Vec<GateId> = circuit.switches().map(|(gate, _)| gate).collect();
        let words = switches.len().div_ceil(64).max(1);
        let mut supports = Supports { circuit, values, switches, words, bits: vec![0; words * circuit.len()] };
        let mut switch = 0;
        for (part, cyclic) in circuit.parts() {
            if cyclic {
                supports.cycle(part);
                continue;
            }
            let gate = part.start;
            let bits = match circuit.gate(gate) {
                Gate::Switch(_) => {
                    let mut bits = supports.empty();
                    bits[switch / 64] |= 1 << (switch % 64);
                    switch += 1;
                    bits
                }
                Gate::Rules(rules) if values[gate as usize] => supports.derived(rules, &|_| true).unwrap_or_default(),
                Gate::Rules(rules) => supports.absent(gate..gate + 1, rules, supports.empty()),
                Gate::Row(row) => supports.row(row, values[gate as usize]),
            };
            supports.put(gate, &bits);
        }
        supports
    }

    /// The gates of the switches on which a gate rests, in order.
    pub fn of(&self, gate: GateId) -> Vec<GateId> {
        let bits = self.get(gate);
        let is_in = |at: &usize| bits[at / 64] >> (at % 64) & 1 == 1;
        (0..self.switches.len()).filter(is_in).map(|at| self.switches[at]).collect()
    }

    fn empty(&self) -> Bits {
        vec![0; self.words]
    }

    fn get(&self, gate: GateId) -> &[u64] {
        &self.bits[gate as usize * self.words..][..self.words]
    }

    fn put(&mut self, gate: GateId, bits: &[u64]) {
        let words = self.words;
        self.bits[gate as usize * words..][..words].copy_from_slice(bits);
    }

    fn holds(&self, literal: Literal) -> bool {
        self.values[literal.gate() as usize] != literal.is_negative()
    }

    /// How many switches a set would have with those of a gate.
    fn cost(&self, bits: &[u64], gate: GateId) -> u32 {
        bits.iter().zip(self.get(gate)).map(|(a, b)| (a | b).count_ones()).sum()
    }

    fn join(&self, bits: &mut [u64], gate: GateId) {
        bits.iter_mut().zip(self.get(gate)).for_each(|(a, b)| *a |= b);
    }

    /// The smallest support by one rule whose literals hold and are known.
    fn derived(&self, rules: &[Vec<Literal>], known: &dyn Fn(GateId) -> bool) -> Option<Bits> {
        let held = rules.iter().filter(|rule| rule.iter().all(|&literal| self.holds(literal) && known(literal.gate())));
        let supports = held.map(|rule| {
            let mut bits = self.empty();
            rule.iter().for_each(|literal| self.join(&mut bits, literal.gate()));
            bits
        });
        supports.min_by_key(|bits| count(bits))
    }

    /// `bits` and one failing literal of each rule; none where a rule needs a member of `part` that does not hold.
    fn absent(&self, part: Range<GateId>, rules: &[Vec<Literal>], mut bits: Bits) -> Bits {
        for rule in rules {
            let failing = || rule.iter().filter(|&&literal| !self.holds(literal));
            if failing().any(|literal| part.contains(&literal.gate())) {
                continue;
            }
            if let Some(literal) = failing().min_by_key(|literal| self.cost(&bits, literal.gate())) {
                self.join(&mut bits, literal.gate());
            }
        }
        bits
    }

    fn cycle(&mut self, part: Range<GateId>) {
        let rules = |gate: GateId| match self.circuit.gate(gate) {
            Gate::Rules(rules) => &rules[..],
            _ => unreachable!("internal error: a switch or a row on a cycle"),
        };
        let mut joint = self.empty();
        for gate in part.clone().filter(|&gate| !self.values[gate as usize]) {
            joint = self.absent(part.clone(), rules(gate), joint);
        }
        let mut known: Vec<bool> = part.clone().map(|gate| !self.values[gate as usize]).collect();
        for gate in part.clone().filter(|&gate| !self.values[gate as usize]) {
            self.put(gate, &joint);
        }
        loop {
            let mut changed = false;
            for gate in part.clone() {
                let at = (gate - part.start) as usize;
                let before = |other: GateId| !part.contains(&other) || known[(other - part.start) as usize];
                if !known[at]
                    && let Gate::Rules(rules) = self.circuit.gate(gate)
                    && let Some(bits) = self.derived(rules, &before)
                {
                    self.put(gate, &bits);
                    known[at] = true;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn row(&self, row: &[Aggregated], holds: bool) -> Bits {
        if holds {
            let mut bits = self.empty();
            row.iter().for_each(|part| self.reached(part, &mut bits));
            return bits;
        }
        let failing = row.iter().filter_map(|part| self.missed(part));
        failing.min_by_key(|bits| count(bits)).unwrap_or_else(|| self.empty())
    }

    /// Why an aggregate has its value.
    fn reached(&self, part: &Aggregated, bits: &mut Bits) {
        let better: &dyn Fn(Value, Value) -> bool = match part.function {
            AggregateFunction::Min => &|a, b| a < b,
            AggregateFunction::Max => &|a, b| a > b,
            AggregateFunction::Count | AggregateFunction::Sum => &|_, _| true,
        };
        let extreme = matches!(part.function, AggregateFunction::Min | AggregateFunction::Max);
        for &(value, gate) in &part.members {
            if part.value.is_none_or(|wanted| better(value, wanted)) {
                self.join(bits, gate);
            }
        }
        let best =
            part.members.iter().filter(|&&(value, gate)| Some(value) == part.value && self.values[gate as usize]);
        if extreme && let Some(&(_, gate)) = best.min_by_key(|&&(_, gate)| self.cost(bits, gate)) {
            self.join(bits, gate);
        }
    }

    /// Why an aggregate does not have the value that it would need; `None` if it has it.
    fn missed(&self, part: &Aggregated) -> Option<Bits> {
        let present = |&&(_, gate): &&(Value, GateId)| self.values[gate as usize];
        let mut bits = self.empty();
        let mut cheapest = |gates: Vec<GateId>, number: usize| {
            let mut gates = gates;
            gates.sort_by_key(|&gate| count(self.get(gate)));
            gates.into_iter().take(number).for_each(|gate| self.join(&mut bits, gate));
        };
        let here: Vec<GateId> = part.members.iter().filter(present).map(|&(_, gate)| gate).collect();
        let away: Vec<GateId> = part.members.iter().filter(|member| !present(member)).map(|&(_, gate)| gate).collect();
        match (part.function, part.value) {
            (AggregateFunction::Count, Some(Value::Int(wanted))) => {
                let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
                if here.len() == wanted {
                    return None;
                }
                if here.len() > wanted {
                    cheapest(here, wanted + 1);
                } else {
                    cheapest(away, (part.members.len() + 1).saturating_sub(wanted));
                }
            }
            (AggregateFunction::Min | AggregateFunction::Max, Some(wanted)) => {
                let better =
                    |value| if part.function == AggregateFunction::Min { value < wanted } else { value > wanted };
                let of = |which: &dyn Fn(Value) -> bool, holds: bool| -> Vec<GateId> {
                    let members = part
                        .members
                        .iter()
                        .filter(|&&(value, gate)| which(value) && self.values[gate as usize] == holds);
                    members.map(|&(_, gate)| gate).collect()
                };
                let (ahead, equal) = (of(&better, true), of(&|value| value == wanted, true));
                if !ahead.is_empty() {
                    cheapest(ahead, 1);
                } else if equal.is_empty() {
                    cheapest(of(&|value| value == wanted, false), usize::MAX);
                } else {
                    return None;
                }
            }
            _ => {
                let sum = crate::eval::scalar::aggregate(
                    part.function,
                    part.members.iter().filter(present).map(|&(value, _)| value).collect::<Vec<_>>().into_iter(),
                );
                if !here.is_empty() && sum.ok().flatten() == part.value {
                    return None;
                }
                cheapest([here, away].concat(), usize::MAX);
            }
        }
        Some(bits)
    }
}

fn count(bits: &[u64]) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}
