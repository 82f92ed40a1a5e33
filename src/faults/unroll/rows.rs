//! The rows that an aggregated rule may derive for one group.

use crate::budget::Bound;
use crate::faults::circuit::{Aggregated, GateId};
use crate::program::Value;
use crate::program::rule::AggregateFunction;
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of one group.
const MOST_ROWS: usize = 100_000;

/// The distinct tuples that may be in a group, for one aggregate, each with its gate. What is aggregated is first.
pub type Members = BTreeMap<Vec<Value>, GateId>;

/// A row that a group may have: the values of its aggregates, none if it errs, and what makes it.
pub type Row = (Option<Vec<Value>>, Vec<Aggregated>);

/// The values of the aggregates in each row that the group may have, and what makes each row. A row without values errs.
///
/// # Errors
/// [`Bound::Facts`] if there are too many.
pub fn rows(aggregates: &[(AggregateFunction, Members)]) -> Result<Vec<Row>, Bound> {
    let mut rows: Vec<(Vec<Value>, Vec<Aggregated>)> = vec![(Vec::new(), Vec::new())];
    let mut failing = Vec::new();
    for (function, members) in aggregates {
        let parts: Vec<(Value, GateId)> = members.iter().map(|(tuple, &gate)| (tuple[0], gate)).collect();
        let of = |value| Aggregated { function: *function, value, members: parts.clone() };
        let (values, errs) = values(*function, members)?;
        if errs {
            failing.push((None, vec![of(None)]));
        }
        let mut longer = Vec::new();
        for (before, row) in &rows {
            for &value in &values {
                longer.push(([&before[..], &[value]].concat(), [&row[..], &[of(Some(value))]].concat()));
                if longer.len() > MOST_ROWS {
                    return Err(Bound::Facts);
                }
            }
        }
        rows = longer;
    }
    let rows = rows.into_iter().map(|(values, row)| (Some(values), row));
    Ok(rows.chain(failing).collect())
}

/// What an aggregate may come to over some of these tuples, and whether it may err.
fn values(function: AggregateFunction, members: &Members) -> Result<(BTreeSet<Value>, bool), Bound> {
    let firsts = members.keys().map(|tuple| tuple[0]);
    match function {
        AggregateFunction::Count => Ok(((1..=members.len() as i64).map(Value::Int).collect(), false)),
        AggregateFunction::Min | AggregateFunction::Max => Ok((firsts.collect(), false)),
        AggregateFunction::Sum => {
            // Exact sums, as the evaluators make them; what does not fit into 64 bits in the end errs.
            let mut sums: BTreeSet<i128> = BTreeSet::new();
            let mut errs = false;
            for value in firsts {
                let Value::Int(summand) = value else {
                    errs = true;
                    continue;
                };
                let mut more: BTreeSet<i128> = sums.iter().map(|sum| sum + i128::from(summand)).collect();
                more.insert(i128::from(summand));
                sums.extend(more);
                if sums.len() > MOST_ROWS {
                    return Err(Bound::Facts);
                }
            }
            let fits = |&sum: &i128| i64::try_from(sum).ok().map(Value::Int);
            errs |= sums.iter().any(|sum| fits(sum).is_none());
            Ok((sums.iter().filter_map(fits).collect(), errs))
        }
    }
}
