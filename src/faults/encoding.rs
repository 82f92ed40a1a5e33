//! A circuit as clauses, for circuits whose runs teach too little.
//!
//! Each gate becomes a variable that is equivalent to what decides it. Two kinds of gates are only bounded: on a cycle the clauses allow every
//! fixpoint, not the least one alone, and of sums they say no more than that some member is there. So every run satisfies the clauses, and a
//! certificate found with them is one; a fault set that only they allow is run like any other hypothesis, and its lineage excludes it.

use super::circuit::{Aggregated, Circuit, Gate, GateId};
use super::hypotheses::at_least;
use crate::program::Value;
use crate::program::rule::AggregateFunction;
use crate::solver::sat::{Literal, Sat};
use std::collections::BTreeMap;
use std::ops::Range;

/// Writes the clauses of a circuit; gives the literal of each gate. `switches` are the literals of its inputs.
pub fn encode(circuit: &Circuit, switches: &BTreeMap<GateId, Literal>, sat: &mut Sat) -> Vec<Literal> {
    let gates: Range<GateId> = 0..circuit.len() as GateId;
    let literals: Vec<Literal> =
        gates.clone().map(|gate| switches.get(&gate).copied().unwrap_or_else(|| sat.variable())).collect();
    let of = |gate: GateId| literals[gate as usize];
    for gate in gates {
        let whole = of(gate);
        match circuit.gate(gate) {
            Gate::Switch(_) => {}
            Gate::Rules(rules) => {
                let rules: Vec<Literal> = rules
                    .iter()
                    .map(|rule| {
                        let body = rule.iter().map(|l| if l.is_negative() { !of(l.gate()) } else { of(l.gate()) });
                        all_of(&body.collect::<Vec<_>>(), sat)
                    })
                    .collect();
                rules.iter().for_each(|&rule| sat.clause([!rule, whole]));
                sat.clause(std::iter::once(!whole).chain(rules));
            }
            Gate::Row(row) => {
                let parts: Vec<Literal> = row.iter().map(|part| aggregated(part, &of, sat)).collect();
                let row = all_of(&parts, sat);
                sat.clause([!row, whole]);
                sat.clause([!whole, row]);
            }
        }
    }
    literals
}

/// A literal that holds if all of these do.
fn all_of(literals: &[Literal], sat: &mut Sat) -> Literal {
    if let [one] = literals {
        return *one;
    }
    let all = sat.variable();
    literals.iter().for_each(|&literal| sat.clause([!all, literal]));
    sat.clause(literals.iter().map(|&literal| !literal).chain([all]));
    all
}

/// A literal that holds if the members of a group come to the value.
fn aggregated(part: &Aggregated, of: &impl Fn(GateId) -> Literal, sat: &mut Sat) -> Literal {
    let members: Vec<Literal> = part.members.iter().map(|&(_, gate)| of(gate)).collect();
    let whole = sat.variable();
    sat.clause(members.iter().copied().chain([!whole]));
    match (part.function, part.value) {
        (AggregateFunction::Count, Some(Value::Int(wanted))) => {
            let Some(fewer) = usize::try_from(wanted).ok().and_then(|wanted| wanted.checked_sub(1)) else {
                sat.clause([!whole]);
                return whole;
            };
            let counts = at_least(sat, &members, fewer + 2, true);
            exactly(&counts, fewer, whole, sat);
        }
        (AggregateFunction::Min, Some(value)) => best(part, value, |other| other < value, of, whole, sat),
        (AggregateFunction::Max, Some(value)) => best(part, value, |other| other > value, of, whole, sat),
        _ => {}
    }
    whole
}

/// `whole` holds if and only if more than `fewer` are counted, and not one more.
fn exactly(counts: &[Literal], fewer: usize, whole: Literal, sat: &mut Sat) {
    let Some(&reached) = counts.get(fewer) else {
        sat.clause([!whole]);
        return;
    };
    sat.clause([!whole, reached]);
    let more = counts.get(fewer + 1).copied();
    if let Some(more) = more {
        sat.clause([!whole, !more]);
    }
    sat.clause([!reached, whole].into_iter().chain(more));
}

/// `whole` holds if and only if some member has the value and none a better one.
fn best(
    part: &Aggregated,
    value: Value,
    is_better: impl Fn(Value) -> bool,
    of: &impl Fn(GateId) -> Literal,
    whole: Literal,
    sat: &mut Sat,
) {
    let better: Vec<Literal> =
        part.members.iter().filter(|(other, _)| is_better(*other)).map(|&(_, gate)| of(gate)).collect();
    let same: Vec<Literal> =
        part.members.iter().filter(|(other, _)| *other == value).map(|&(_, gate)| of(gate)).collect();
    better.iter().for_each(|&member| sat.clause([!whole, !member]));
    sat.clause(same.iter().copied().chain([!whole]));
    for member in same {
        sat.clause([!member, whole].into_iter().chain(better.iter().copied()));
    }
}
