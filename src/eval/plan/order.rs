//! Join order: greedily the atom with the most known columns, tests as early as they may stand.

use super::{Items, Op, Place, Plan, Probe, Range, head_can_err, head_reads, positive};
use crate::eval::store::step::StepFacts;
use crate::program::{Rule, Term, VariableId};
use std::collections::{BTreeSet, VecDeque};

/// Bodies with more atoms than this are joined in their own order: choosing costs quadratic time.
const MAX_CHOSEN: usize = 64;

/// Makes the plans of one rule.
pub struct Planner<'a> {
    rule: &'a Rule,
    place: Place,
    items: &'a Items,
    facts: &'a mut StepFacts,
}

impl<'a> Planner<'a> {
    /// A planner that adds the indexes it needs to `facts`.
    pub fn new(rule: &'a Rule, place: Place, items: &'a Items, facts: &'a mut StepFacts) -> Self {
        Planner { rule, place, items, facts }
    }

    /// The plan that starts with this atom, if one is given, and reads these ranges.
    pub fn plan(&mut self, start: Option<usize>, range: impl Fn(usize) -> Range) -> Plan {
        let mut line = Line::new(self.rule, self.items);
        if let Place::Bound(location) = self.place {
            line.bind(location);
        }
        self.push_ready(&mut line);
        let mut left: VecDeque<usize> = (0..self.rule.positive.len()).collect();
        let mut next = start;
        while !left.is_empty() {
            let position = next.take().unwrap_or_else(|| self.most_known(&left, &line.bound));
            let Some(chosen) = left.remove(position) else { break };
            let (mut probe, sets) = positive(&self.rule.positive[chosen], &line.bound);
            self.add_index(&mut probe);
            sets.iter().for_each(|&(_, variable)| line.bind(variable));
            line.ops.push(Op::Loop { atom: chosen, range: range(chosen), probe, sets: sets.into() });
            self.push_ready(&mut line);
        }
        for item in self.items.movable..self.items.ops.len() {
            self.push(&mut line, item);
        }
        self.finish(line.ops)
    }

    /// Adds the movable items whose registers are all bound, in order; one that sets a register may free another.
    fn push_ready(&mut self, line: &mut Line) {
        while let Some(item) = line.ready.pop_first() {
            self.push(line, item);
        }
    }

    fn push(&mut self, line: &mut Line, item: usize) {
        let mut op = self.items.ops[item].0.clone();
        match &mut op {
            Op::Set(register, _) => line.bind(*register),
            Op::Absent(probe) => self.add_index(probe),
            Op::Loop { .. } | Op::Compare(..) => {}
        }
        line.ops.push(op);
    }

    fn add_index(&mut self, probe: &mut Probe) {
        let columns: Vec<usize> = probe.key.iter().map(|&(column, _)| column).collect();
        probe.index = (!columns.is_empty()).then(|| self.facts.index(probe.relation, &columns));
    }

    /// The position in `left` of the atom to join next.
    fn most_known(&self, left: &VecDeque<usize>, bound: &[bool]) -> usize {
        if self.rule.positive.len() > MAX_CHOSEN {
            return 0;
        }
        // An atom with all columns known is a test. Among the others the number of known columns counts, then the order.
        let score = |position: usize| {
            let terms = &self.rule.positive[left[position]].terms;
            let known = terms.iter().filter(|term| is_known(term, bound)).count();
            (known == terms.len(), known)
        };
        (0..left.len()).rev().max_by_key(|&position| score(position)).unwrap_or(0)
    }

    fn finish(&self, ops: Vec<Op>) -> Plan {
        let mut plan = Plan::default();
        let mut last_loop = None;
        for op in ops {
            let is_loop = matches!(op, Op::Loop { .. });
            plan.ops.push((op, last_loop));
            if is_loop {
                last_loop = Some(plan.ops.len() - 1);
            }
        }
        let errs = self.items.movable < self.items.ops.len() || head_can_err(&self.rule.head);
        plan.resume = if errs { last_loop } else { self.last_needed(&plan) };
        plan
    }

    /// The last loop that binds what the head needs, directly or through assignments.
    fn last_needed(&self, plan: &Plan) -> Option<usize> {
        let mut needed = vec![false; self.rule.variables.len() + self.items.temporaries];
        let need = |variables: &[VariableId], needed: &mut Vec<bool>| {
            variables.iter().for_each(|variable| needed[variable.0 as usize] = true);
        };
        need(&head_reads(&self.rule.head), &mut needed);
        for (op, reads) in self.items.ops.iter().rev() {
            if matches!(op, Op::Set(register, _) if needed[register.0 as usize]) {
                need(reads, &mut needed);
            }
        }
        plan.ops.iter().rposition(|(op, _)| match op {
            Op::Loop { sets, .. } => sets.iter().any(|(_, variable)| needed[variable.0 as usize]),
            _ => false,
        })
    }
}

/// A plan under construction.
struct Line {
    ops: Vec<Op>,
    bound: Vec<bool>,
    /// For each register the movable items that read it, as often as they do.
    readers: Vec<Vec<usize>>,
    /// For each movable item how many of its reads are not bound.
    missing: Vec<usize>,
    /// Movable items without missing reads that are not in `ops` yet.
    ready: BTreeSet<usize>,
}

impl Line {
    fn new(rule: &Rule, items: &Items) -> Self {
        let registers = rule.variables.len() + items.temporaries;
        let mut readers = vec![Vec::new(); registers];
        let movable = &items.ops[..items.movable];
        for (item, (_, reads)) in movable.iter().enumerate() {
            reads.iter().for_each(|register| readers[register.0 as usize].push(item));
        }
        Line {
            ops: Vec::new(),
            bound: vec![false; registers],
            readers,
            missing: movable.iter().map(|(_, reads)| reads.len()).collect(),
            ready: (0..movable.len()).filter(|&item| movable[item].1.is_empty()).collect(),
        }
    }

    fn bind(&mut self, register: VariableId) {
        let register = register.0 as usize;
        if !std::mem::replace(&mut self.bound[register], true) {
            for &item in &self.readers[register] {
                self.missing[item] -= 1;
                if self.missing[item] == 0 {
                    self.ready.insert(item);
                }
            }
        }
    }
}

fn is_known(term: &Term, bound: &[bool]) -> bool {
    match term {
        Term::Constant(_) => true,
        Term::Variable(variable) => bound[variable.0 as usize],
        Term::Anonymous => false,
    }
}
