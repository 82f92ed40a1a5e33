//! The greatest flags that all rules allow. Flags are only lost, so each rule is looked at again when a relation that it reads has lost one.

use super::bodies::{Literal, literals, of_body, of_derived, of_literal};
use super::thresholds::value_columns;
use super::{Flags, Flaw, Granted};
use crate::analysis::persistence::{is_exact_persistence, narrowing_atom};
use crate::program::{Kind, Program, RelationId, RuleKind, When};

/// The flags of relations and rules.
#[derive(Debug)]
pub struct Typed {
    /// By relation.
    pub relations: Vec<Flags>,
    /// By rule, the flags of its body.
    pub bodies: Vec<Flags>,
    /// By rule, the flags of what it derives.
    pub derived: Vec<Flags>,
    /// By rule, its literals.
    pub literals: Vec<Vec<Literal>>,
    /// By rule, whether it is an exact persistence.
    pub persists: Vec<bool>,
    /// By relation, whether it is guarded.
    pub guarded: Vec<bool>,
    /// By relation, the flags of whether a group has a row, or one beyond a threshold.
    pub groups: Vec<Flags>,
}

/// What a relation's rules and facts look like, whatever their flags.
#[derive(Debug, Clone, Copy)]
struct Shape {
    guarded: bool,
    has_async: bool,
    all_deductive: bool,
    all_narrowing: bool,
    /// Facts at single steps, and such after the first step.
    events: bool,
    late_events: bool,
    kind: Kind,
}

/// Types a program.
pub fn types(program: &Program, granted: &Granted, flaw: Option<Flaw>) -> Typed {
    let columns = value_columns(program);
    let persists: Vec<bool> = program.rules.iter().map(|rule| is_exact_persistence(program, rule)).collect();
    let shapes = shapes(program, &persists);
    let rule_literals: Vec<Vec<Literal>> = program.rules.iter().map(|rule| literals(&columns, rule)).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); program.relations.len()];
    for (rule, literals) in rule_literals.iter().enumerate().filter(|(rule, _)| !persists[*rule]) {
        for literal in literals {
            let list = &mut readers[literal.relation.0 as usize];
            if list.last() != Some(&rule) {
                list.push(rule);
            }
        }
    }
    let count = program.relations.len();
    let mut typed = Typed {
        relations: (shapes.iter().zip(&granted.relations))
            .map(|(shape, given)| shape.allows(Flags::ALL, flaw).or(*given))
            .collect(),
        bodies: vec![Flags::ALL; program.rules.len()],
        derived: vec![Flags::ALL; program.rules.len()],
        literals: rule_literals,
        persists,
        guarded: shapes.iter().map(|shape| shape.guarded).collect(),
        groups: (0..count).map(|index| if columns[index].is_some() { Flags::ALL } else { Flags::default() }).collect(),
    };
    // By relation, the flags that all of its rules derive.
    let mut common = vec![Flags::ALL; count];
    let mut open: Vec<usize> = (0..program.rules.len()).filter(|&rule| !typed.persists[rule]).rev().collect();
    let mut waiting: Vec<bool> = typed.persists.iter().map(|persists| !persists).collect();
    while let Some(rule) = open.pop() {
        waiting[rule] = false;
        let of = |literal: &Literal| {
            let at = literal.relation.0 as usize;
            of_literal(literal, typed.relations[at], typed.groups[at], flaw)
        };
        let body = of_body(typed.literals[rule].iter().map(of), flaw);
        let derived = of_derived(&program.rules[rule], body, flaw).or(granted.rules[rule]);
        if (body, derived) == (typed.bodies[rule], typed.derived[rule]) {
            continue;
        }
        (typed.bodies[rule], typed.derived[rule]) = (body, derived);
        let head = program.rules[rule].head.relation.0 as usize;
        common[head] = common[head].and(derived);
        let relation = shapes[head].allows(common[head], flaw).or(granted.relations[head]);
        let group = typed.groups[head].and(body);
        if (relation, group) == (typed.relations[head], typed.groups[head]) {
            continue;
        }
        (typed.relations[head], typed.groups[head]) = (relation, group);
        for &reader in &readers[head] {
            if !std::mem::replace(&mut waiting[reader], true) {
                open.push(reader);
            }
        }
    }
    typed
}

impl Shape {
    /// The flags of the relation if its rules all have `common`.
    fn allows(self, common: Flags, flaw: Option<Flaw>) -> Flags {
        match self.kind {
            Kind::Static => return Flags::ALL,
            Kind::Event => return Flags { up: flaw == Some(Flaw::Events), down: false, timed: true, occurs: true },
            Kind::Idb => {}
        }
        let kept = if self.guarded {
            common.occurs || flaw == Some(Flaw::Latches)
        } else {
            (!self.events || flaw == Some(Flaw::Events)) && (!self.has_async || flaw == Some(Flaw::Unkept)) && common.up
        };
        let sources = self.all_deductive
            || (self.all_narrowing && !self.guarded)
            || (flaw == Some(Flaw::Delays) && !self.has_async)
            || (flaw == Some(Flaw::Narrowing) && !self.has_async);
        let down = !self.late_events
            && (!self.guarded || flaw == Some(Flaw::Narrowing))
            && !self.has_async
            && sources
            && common.down;
        let timed = (!self.has_async || flaw == Some(Flaw::Arrivals)) && common.timed;
        Flags { up: kept, down, timed, occurs: common.occurs }
    }
}

fn shapes(program: &Program, persists: &[bool]) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = (program.relations.iter())
        .map(|relation| Shape {
            guarded: false,
            has_async: false,
            all_deductive: true,
            all_narrowing: true,
            events: false,
            late_events: false,
            kind: relation.kind,
        })
        .collect();
    for (rule, persists) in program.rules.iter().zip(persists) {
        let shape = &mut shapes[rule.head.relation.0 as usize];
        if *persists {
            shape.guarded = true;
            continue;
        }
        shape.has_async |= rule.kind == RuleKind::Async;
        shape.all_deductive &= rule.kind == RuleKind::Deductive;
        shape.all_narrowing &= narrowing_atom(rule).is_some();
    }
    for given in &program.facts {
        let shape = &mut shapes[given.fact.relation.0 as usize];
        if let When::Step(step) = given.when {
            shape.events = true;
            shape.late_events |= step > 1;
        }
    }
    shapes
}

impl Typed {
    /// The flags of a literal of a rule.
    pub fn literal(&self, literal: &Literal) -> Flags {
        let RelationId(at) = literal.relation;
        of_literal(literal, self.relations[at as usize], self.groups[at as usize], None)
    }
}
