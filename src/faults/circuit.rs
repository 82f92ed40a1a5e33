//! The rounds of a program as one Boolean function of its faults.
//!
//! A *gate* says whether a fact holds in a round; a *switch* is an input, a fault that happens or not. A gate is the
//! disjunction of its rules, a rule the conjunction of its literals, or it says that the members of a group aggregate to a value. Gates are numbered so
//! that literals come before what they decide, except among positive literals of a *cycle* of gates, which mean the
//! least fixpoint: deductive rules are stratified and time runs forwards, so no negation is on a cycle.
//!
//! [`Circuit::evaluate`] gives the run of one fault set. [`Circuit::bounds`] knows some switches only and says what holds
//! whatever the others are, and what may hold: an explanation that claims too much is refuted by it.

use super::specification::{Crash, FaultSet, Omission};
use crate::eval::scalar;
use crate::program::rule::AggregateFunction;
use crate::program::{NodeId, Value};
use std::ops::Range;

/// A gate, by number.
pub type GateId = u32;

/// An input of the circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Switch {
    /// What `from` sends `to` in this round is lost: omitted, or `from` has crashed.
    Lost(Omission),
    /// The node has crashed in this round or before.
    Crashed(Crash),
    /// The node crashes in this very round.
    Crashes(Crash),
}

impl Switch {
    /// Whether it is on under these faults.
    pub fn is_on(self, faults: &FaultSet) -> bool {
        match self {
            Switch::Lost(lost) => faults.loses(lost.from, lost.to, lost.time),
            Switch::Crashed(crash) => faults.crashed(crash.node, crash.time),
            Switch::Crashes(crash) => faults.crashes().any(|other| other == crash),
        }
    }

    /// Whose sends it is about, or who crashes.
    pub fn node(self) -> NodeId {
        match self {
            Switch::Lost(lost) => lost.from,
            Switch::Crashed(crash) | Switch::Crashes(crash) => crash.node,
        }
    }
}

/// A gate or its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal(u32);

impl Literal {
    /// The gate holds.
    pub fn positive(gate: GateId) -> Self {
        Literal(gate << 1)
    }

    /// The gate does not hold.
    pub fn negative(gate: GateId) -> Self {
        Literal(gate << 1 | 1)
    }

    /// Its gate.
    pub fn gate(self) -> GateId {
        self.0 >> 1
    }

    /// Whether it is negated.
    pub fn is_negative(self) -> bool {
        self.0 & 1 == 1
    }
}

/// What decides a gate.
#[derive(Debug, Clone, PartialEq)]
pub enum Gate {
    /// An input.
    Switch(Switch),
    /// Some rule has all its literals.
    Rules(Vec<Vec<Literal>>),
    /// A row of aggregates over one group: each has this value. False for a group without members.
    Row(Vec<Aggregated>),
}

/// One aggregate over the members of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregated {
    /// Which.
    pub function: AggregateFunction,
    /// What it comes to; `None` if it errs.
    pub value: Option<Value>,
    /// The distinct tuples that may be in the group: what counts of each, and the gate that says whether it is there.
    pub members: Vec<(Value, GateId)>,
}

/// What can be said of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// It holds, whatever the unknown switches are.
    pub certain: bool,
    /// It holds for some of them, as far as can be seen.
    pub possible: bool,
}

impl Bounds {
    /// Of something known.
    pub fn known(holds: bool) -> Self {
        Bounds { certain: holds, possible: holds }
    }

    /// Nothing is known.
    pub const OPEN: Bounds = Bounds { certain: false, possible: true };

    /// Of the negation.
    #[must_use]
    pub fn negated(self) -> Self {
        Bounds { certain: !self.possible, possible: !self.certain }
    }
}

/// Gates in an order in which they can be evaluated.
#[derive(Debug, Clone, Default)]
pub struct Circuit {
    gates: Vec<Gate>,
    /// The cycles: gates that are evaluated together, in order, disjoint.
    cycles: Vec<Range<GateId>>,
}

impl Circuit {
    /// How many gates there are.
    pub fn len(&self) -> usize {
        self.gates.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.gates.is_empty()
    }

    /// A gate.
    pub fn gate(&self, gate: GateId) -> &Gate {
        &self.gates[gate as usize]
    }

    /// The switches with their gates.
    pub fn switches(&self) -> impl Iterator<Item = (GateId, Switch)> + '_ {
        (0..)
            .zip(&self.gates)
            .filter_map(|(id, gate)| if let Gate::Switch(switch) = gate { Some((id, *switch)) } else { None })
    }

    /// The parts in order: single gates, and cycles.
    pub fn parts(&self) -> impl Iterator<Item = (Range<GateId>, bool)> + '_ {
        let mut cycles = self.cycles.iter().peekable();
        let mut next = 0;
        std::iter::from_fn(move || {
            if next as usize == self.gates.len() {
                return None;
            }
            let cycle = cycles.next_if(|cycle| cycle.start == next);
            let part = cycle.cloned().unwrap_or(next..next + 1);
            next = part.end;
            Some((part, cycle.is_some()))
        })
    }

    /// The part that some gates depend on, and the number there of each gate that is in it.
    pub fn cone(&self, roots: &[GateId]) -> (Circuit, Vec<Option<GateId>>) {
        let mut needed = vec![false; self.len()];
        let mut open = roots.to_vec();
        while let Some(gate) = open.pop() {
            if std::mem::replace(&mut needed[gate as usize], true) {
                continue;
            }
            match self.gate(gate) {
                Gate::Switch(_) => {}
                Gate::Rules(rules) => open.extend(rules.iter().flatten().map(|literal| literal.gate())),
                Gate::Row(row) => open.extend(row.iter().flat_map(|part| &part.members).map(|&(_, gate)| gate)),
            }
        }
        let mut order: Vec<Vec<GateId>> = Vec::new();
        for (part, _) in self.parts() {
            let kept: Vec<GateId> = part.filter(|&gate| needed[gate as usize]).collect();
            if !kept.is_empty() {
                order.push(kept);
            }
        }
        Circuit::in_order(&self.gates, &order)
    }

    /// The circuit of some gates in order, those of a cycle together, and the new number of each.
    pub(super) fn in_order(gates: &[Gate], order: &[Vec<GateId>]) -> (Circuit, Vec<Option<GateId>>) {
        let mut number = vec![None; gates.len()];
        for (new, &old) in (0..).zip(order.iter().flatten()) {
            number[old as usize] = Some(new);
        }
        let renumbered = |gate: GateId| number[gate as usize].expect("internal error: a gate that is not in order");
        let mut circuit = Circuit::default();
        for members in order {
            let start = circuit.gates.len() as GateId;
            for &old in members {
                let mut gate = gates[old as usize].clone();
                match &mut gate {
                    Gate::Switch(_) => {}
                    Gate::Rules(rules) => {
                        for literal in rules.iter_mut().flatten() {
                            *literal = Literal(renumbered(literal.gate()) << 1 | literal.0 & 1);
                        }
                    }
                    Gate::Row(row) => {
                        let members = row.iter_mut().flat_map(|part| &mut part.members);
                        members.for_each(|member| member.1 = renumbered(member.1));
                    }
                }
                circuit.gates.push(gate);
            }
            if members.len() > 1 {
                circuit.cycles.push(start..circuit.gates.len() as GateId);
            }
        }
        (circuit, number)
    }

    /// Whether each gate holds under these faults. Linear in the circuit, times the depth of its cycles.
    pub fn evaluate(&self, faults: &FaultSet) -> Vec<bool> {
        let bounds = self.bounds(&|_, switch| Bounds::known(switch.is_on(faults)));
        bounds.into_iter().map(|bounds| bounds.certain).collect()
    }

    /// What can be said of each gate if this much is known of the switches.
    pub fn bounds(&self, switches: &dyn Fn(GateId, Switch) -> Bounds) -> Vec<Bounds> {
        let mut known = vec![Bounds::known(false); self.gates.len()];
        for (part, cyclic) in self.parts() {
            loop {
                let mut changed = false;
                for gate in part.clone() {
                    let bounds = match &self.gates[gate as usize] {
                        Gate::Switch(switch) => switches(gate, *switch),
                        Gate::Rules(rules) => disjunction(rules, &known),
                        Gate::Row(row) => conjunction(row, &known),
                    };
                    changed |= known[gate as usize] != bounds;
                    known[gate as usize] = bounds;
                }
                if !cyclic || !changed {
                    break;
                }
            }
        }
        known
    }
}

/// What can be said of a literal.
pub fn of_literal(literal: Literal, known: &[Bounds]) -> Bounds {
    let bounds = known[literal.gate() as usize];
    if literal.is_negative() { bounds.negated() } else { bounds }
}

/// What can be said of rules. On a cycle both bounds rise from nothing to the least fixpoint, since what is negated lies before it.
pub fn disjunction(rules: &[Vec<Literal>], known: &[Bounds]) -> Bounds {
    let mut any = Bounds::known(false);
    for rule in rules {
        let mut all = Bounds::known(true);
        for &literal in rule {
            let bounds = of_literal(literal, known);
            all.certain &= bounds.certain;
            all.possible &= bounds.possible;
            if !all.possible {
                break;
            }
        }
        any.certain |= all.certain;
        any.possible |= all.possible;
        if any.certain {
            break;
        }
    }
    any
}

/// What can be said of a row.
pub fn conjunction(row: &[Aggregated], known: &[Bounds]) -> Bounds {
    let mut all = Bounds::known(true);
    for aggregated in row {
        let bounds = aggregated.bounds(known);
        all.certain &= bounds.certain;
        all.possible &= bounds.possible;
    }
    all
}

impl Aggregated {
    fn bounds(&self, known: &[Bounds]) -> Bounds {
        let of = |&(value, gate): &(Value, GateId)| (value, known[gate as usize]);
        let certain = || self.members.iter().map(of).filter(|(_, bounds)| bounds.certain).map(|(value, _)| value);
        let possible = || self.members.iter().map(of).filter(|(_, bounds)| bounds.possible).map(|(value, _)| value);
        if possible().next().is_none() {
            return Bounds::known(false);
        }
        let all_known = self.members.iter().map(of).all(|(_, bounds)| bounds.certain == bounds.possible);
        if all_known {
            let result = scalar::aggregate(self.function, certain().collect::<Vec<_>>().into_iter());
            return Bounds::known(result.map_or(self.value.is_none(), |value| value.is_some() && value == self.value));
        }
        let Some(value) = self.value else { return Bounds::OPEN };
        let range = |least: bool| {
            // What min and max may be lies between the best possible member and the best certain one.
            let best = |values: &mut dyn Iterator<Item = Value>| if least { values.min() } else { values.max() };
            let (limit, reached) = (best(&mut possible()), best(&mut certain()));
            let beyond = |a: Value, b: Value| if least { a < b } else { a > b };
            let outside = limit.is_some_and(|limit| beyond(value, limit))
                || reached.is_some_and(|reached| beyond(reached, value))
                || possible().all(|member| member != value);
            let exact = limit == Some(value) && reached == Some(value);
            Bounds { certain: exact, possible: !outside }
        };
        match self.function {
            AggregateFunction::Count => {
                let (least, most) = (certain().count() as i64, possible().count() as i64);
                let Value::Int(wanted) = value else { return Bounds::known(false) };
                Bounds {
                    certain: least == wanted && most == wanted,
                    possible: (least..=most).contains(&wanted) && wanted > 0,
                }
            }
            AggregateFunction::Min => range(true),
            AggregateFunction::Max => range(false),
            AggregateFunction::Sum => Bounds::OPEN,
        }
    }
}
