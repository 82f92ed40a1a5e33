//! The order of a body's comparisons and equations in which each is evaluable.
//!
//! Semantics §1 takes them from left to right. One whose variables are not bound yet waits: always the first in
//! source order that is evaluable comes next, so source order stays wherever it is one. `X == e` with an unbound `X`
//! binds it. A heap and counters of unbound variables make this O(n log n) in the size of the conditions.

use crate::program::{Condition, Expr, VariableId};
use crate::source::Span;
use crate::syntax::ast::Comparator;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A comparison of the source, not in order yet.
pub struct Pending {
    pub comparator: Comparator,
    pub left: Expr,
    pub right: Expr,
    pub span: Span,
}

/// An order, and what it binds.
pub struct Order {
    /// Indices of the conditions, each with the variable it binds and whether that is its left side.
    steps: Vec<(usize, Option<(VariableId, bool)>)>,
    bound: Vec<bool>,
    /// Unbound variables that a stuck equation would bind if its other side were bound.
    waiting: Vec<bool>,
    left_over: Vec<usize>,
}

impl Order {
    /// Orders the conditions, given which variables are bound before all of them.
    pub fn of(bound: &[bool], pending: &[Pending]) -> Self {
        let mut bound = bound.to_vec();
        if pending.is_empty() {
            return Order { steps: Vec::new(), bound, waiting: Vec::new(), left_over: Vec::new() };
        }
        let variables: Vec<Vec<VariableId>> = pending.iter().map(variables).collect();
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); bound.len()];
        let mut missing = Vec::with_capacity(pending.len());
        let mut ready = BinaryHeap::new();
        for (i, used) in variables.iter().enumerate() {
            for variable in used {
                users[index(*variable)].push(i);
            }
            missing.push(used.iter().filter(|v| !bound[index(**v)]).count());
            if evaluable(&pending[i], missing[i], &bound) {
                ready.push(Reverse(i));
            }
        }
        let mut done = vec![false; pending.len()];
        let mut steps = Vec::with_capacity(pending.len());
        while let Some(Reverse(i)) = ready.pop() {
            if std::mem::replace(&mut done[i], true) {
                continue;
            }
            let binds = binding(&pending[i], &bound);
            steps.push((i, binds));
            let Some((variable, _)) = binds else { continue };
            bound[index(variable)] = true;
            for &user in &users[index(variable)] {
                missing[user] -= 1;
                if !done[user] && evaluable(&pending[user], missing[user], &bound) {
                    ready.push(Reverse(user));
                }
            }
        }
        let left_over: Vec<usize> = (0..pending.len()).filter(|&i| !done[i]).collect();
        let mut waiting = vec![false; bound.len()];
        let mut roots = false;
        for &i in &left_over {
            for side in [&pending[i].left, &pending[i].right] {
                if let (Comparator::Eq, Expr::Variable(variable)) = (pending[i].comparator, side) {
                    waiting[index(*variable)] |= !bound[index(*variable)];
                }
            }
        }
        for &i in &left_over {
            roots |= variables[i].iter().any(|v| !bound[index(*v)] && !waiting[index(*v)]);
        }
        if !roots {
            waiting.fill(false);
        }
        Order { steps, bound, waiting, left_over }
    }

    /// Whether the variable is bound after all conditions.
    pub fn binds(&self, variable: VariableId) -> bool {
        self.bound.get(index(variable)).copied().unwrap_or(false)
    }

    /// Whether the variable would be bound if some other variable were: that one is the mistake.
    pub fn waits(&self, variable: VariableId) -> bool {
        self.waiting.get(index(variable)).copied().unwrap_or(false)
    }

    /// The unbound variables of conditions that are never evaluable, with their conditions' places.
    pub fn stuck(&self, pending: &[Pending]) -> Vec<(VariableId, Span)> {
        let mut stuck = Vec::new();
        for &i in &self.left_over {
            for variable in variables(&pending[i]) {
                if !self.binds(variable) {
                    stuck.push((variable, pending[i].span));
                }
            }
        }
        stuck
    }

    /// The conditions in this order; `None` if one is never evaluable.
    pub fn conditions(&self, pending: Vec<Pending>) -> Option<Vec<Condition>> {
        if !self.left_over.is_empty() {
            return None;
        }
        let mut pending: Vec<Option<Pending>> = pending.into_iter().map(Some).collect();
        let condition = |&(i, binds): &(usize, Option<(VariableId, bool)>)| {
            let Pending { comparator, left, right, span } = pending[i].take().expect("each condition comes once");
            match binds {
                Some((variable, true)) => Condition::Bind { variable, value: right, span },
                Some((variable, false)) => Condition::Bind { variable, value: left, span },
                None => Condition::Compare { comparator, left, right, checked: false, span },
            }
        };
        Some(self.steps.iter().map(condition).collect())
    }
}

fn index(variable: VariableId) -> usize {
    variable.0 as usize
}

/// The distinct variables of a condition.
fn variables(condition: &Pending) -> Vec<VariableId> {
    let mut found = Vec::new();
    collect(&condition.left, &mut found);
    collect(&condition.right, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(expr: &Expr, found: &mut Vec<VariableId>) {
    match expr {
        Expr::Constant(_) => {}
        Expr::Variable(variable) => found.push(*variable),
        Expr::Negate(operand) => collect(operand, found),
        Expr::Binary(_, left, right) => {
            collect(left, found);
            collect(right, found);
        }
    }
}

fn evaluable(condition: &Pending, missing: usize, bound: &[bool]) -> bool {
    missing == 0 || (missing == 1 && binding(condition, bound).is_some())
}

/// The variable that an equation binds, and whether it is its left side, given that at most one of its variables is
/// unbound.
fn binding(condition: &Pending, bound: &[bool]) -> Option<(VariableId, bool)> {
    if condition.comparator != Comparator::Eq {
        return None;
    }
    let free = |side: &Expr, other: &Expr| match side {
        Expr::Variable(variable) if !bound[index(*variable)] => {
            let mut used = Vec::new();
            collect(other, &mut used);
            (!used.contains(variable)).then_some(*variable)
        }
        _ => None,
    };
    free(&condition.left, &condition.right)
        .map(|variable| (variable, true))
        .or_else(|| free(&condition.right, &condition.left).map(|variable| (variable, false)))
}
