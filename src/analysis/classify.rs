//! The sublanguage a program is in, strictly as the papers define it, and everything that keeps it out of the smaller
//! ones.
//!
//! Dedalus⁺ ⊂ Dedalusˢ ⊂ Dedalus (*Confluence analysis for distributed programs*, §3–4; semantics §4). Observer rules are no
//! part of a program's class. What proofs and extensions find changes nothing here.

use super::dependency::{CycleFinder, Dependencies, Sign};
use super::persistence;
use crate::program::{InitialFact, Kind, Program, RelationId, RuleId, RuleKind, Spelling, When};
use crate::source::Span;
use std::collections::BTreeMap;
use std::fmt;

/// The sublanguages, smaller ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// No `@k`, negation and aggregation on EDB relations only, guarded asynchrony.
    DedalusPlus,
    /// No `@k`, guarded asynchrony, no cycle through negation or aggregation among all rules.
    DedalusS,
    /// Every program.
    Dedalus,
}

impl Class {
    /// As reports name it: `dedalus+`, `dedalus-s`, `dedalus`.
    pub fn name(self) -> &'static str {
        match self {
            Class::DedalusPlus => "dedalus+",
            Class::DedalusS => "dedalus-s",
            Class::Dedalus => "dedalus",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What kind of thing keeps a program out of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// A fact with `@k`.
    EventFact,
    /// An EDB relation declared `event`, so that facts with `@k` belong to its instances.
    EventRelation,
    /// An async rule whose head is not persisted exactly.
    UnguardedAsync,
    /// A negated atom on an IDB relation, on no cycle.
    NegatedIdb,
    /// A body atom under an aggregate on an IDB relation, on no cycle.
    AggregatedIdb,
    /// A negated atom on a cycle.
    NegatedCycle,
    /// A body atom under an aggregate on a cycle.
    AggregatedCycle,
}

/// One literal, rule or fact that keeps a program out of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The largest class that it keeps the program out of, and so out of the smaller ones too.
    pub keeps_out_of: Class,
    /// What it is.
    pub kind: ReasonKind,
    /// The relation that it is about.
    pub relation: RelationId,
    /// The rule, unless it is a fact or a declaration.
    pub rule: Option<RuleId>,
    /// The literal, the rule's head, the fact, or the place where a relation first appears.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
    /// What would change it.
    pub remedy: String,
}

/// A program's class with every reason why it is no smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    /// The smallest class that the program is in.
    pub class: Class,
    /// In the order of the source.
    pub reasons: Vec<Reason>,
}

impl Classification {
    /// The reasons that keep the program out of `class`.
    pub fn against(&self, class: Class) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(move |reason| reason.keeps_out_of >= class)
    }
}

/// Classifies a program. Linear in its size.
pub fn classify(program: &Program, dependencies: &Dependencies) -> Classification {
    let mut reasons = Vec::new();
    events(program, &mut reasons);
    unguarded(program, &mut reasons);
    nonmonotone(program, dependencies, &mut reasons);
    reasons.sort_by_key(|reason| (reason.span, reason.kind, reason.rule));
    let class = match reasons.iter().map(|reason| reason.keeps_out_of).max() {
        None => Class::DedalusPlus,
        Some(Class::DedalusPlus) => Class::DedalusS,
        Some(_) => Class::Dedalus,
    };
    Classification { class, reasons }
}

/// Facts with `@k`, and event relations that have none in the file.
fn events(program: &Program, reasons: &mut Vec<Reason>) {
    let mut given: BTreeMap<(RelationId, u64, &[crate::program::Value]), (&InitialFact, usize)> = BTreeMap::new();
    let mut has_event = vec![false; program.relations.len()];
    for initial in &program.facts {
        let relation = initial.fact.relation;
        if let When::Step(step) = initial.when
            && !program.relation(relation).normalised
        {
            has_event[relation.0 as usize] = true;
            given.entry((relation, step, &initial.fact.values)).or_insert((initial, 0)).1 += 1;
        }
    }
    for ((relation, step, _), (initial, copies)) in given {
        let elsewhere = match copies - 1 {
            0 => String::new(),
            1 => " (and the same at another node)".to_string(),
            n => format!(" (and the same at {n} other nodes)"),
        };
        let fact = program.show_fact(initial.node, &initial.fact);
        let how = if program.relation(relation).is_edb() {
            format!(
                "give it without `@{step}`, so that it holds at every step; or with `@1` like all facts of `{0}`, and \
                 let `{1}` be the only rule of `{0}`",
                program.relation(relation).name,
                persistence_rule(program, relation)
            )
        } else {
            format!("give it without `@{step}`, so that it holds at every step")
        };
        reasons.push(Reason {
            keeps_out_of: Class::DedalusS,
            kind: ReasonKind::EventFact,
            relation,
            rule: None,
            span: initial.span,
            message: format!("the fact `{fact}@{step}`{elsewhere} is given at a single step"),
            remedy: how,
        });
    }
    for (index, relation) in program.relations.iter().enumerate() {
        if relation.kind == Kind::Event && !has_event[index] {
            reasons.push(Reason {
                keeps_out_of: Class::DedalusS,
                kind: ReasonKind::EventRelation,
                relation: RelationId(index as u32),
                rule: None,
                span: relation.span,
                message: format!("`{}` is declared `event`: its facts are given at single steps", relation.name),
                remedy: "drop the declaration if its facts hold at every step".to_string(),
            });
        }
    }
}

fn unguarded(program: &Program, reasons: &mut Vec<Reason>) {
    let guarded = persistence::guarded(program);
    for (index, rule) in program.rules.iter().enumerate() {
        let relation = rule.head.relation;
        if rule.kind == RuleKind::Async && !guarded[relation.0 as usize] {
            let name = &program.relation(relation).name;
            reasons.push(Reason {
                keeps_out_of: Class::DedalusS,
                kind: ReasonKind::UnguardedAsync,
                relation,
                rule: Some(RuleId(index as u32)),
                span: rule.head.span,
                message: format!(
                    "`{name}` heads this async rule and is not persisted: a message counts only in the step it arrives in"
                ),
                remedy: format!("add `{};`", persistence_rule(program, relation)),
            });
        }
    }
}

/// Negation and aggregation on IDB relations, and on cycles.
fn nonmonotone(program: &Program, dependencies: &Dependencies, reasons: &mut Vec<Reason>) {
    let mut cycles = CycleFinder::new(dependencies);
    for (relation, head, dependency) in dependencies.edges() {
        if dependency.sign == Sign::Positive || program.relation(relation).is_edb() {
            continue;
        }
        let name = &program.relation(relation).name;
        let cyclic = dependencies.on_cycle(relation, head);
        let negated = dependency.sign == Sign::Negated;
        let does = if negated { "negates" } else { "aggregates over" };
        let (kind, message, remedy) = if cyclic {
            let cycle = cycles.describe(program, relation, head);
            (
                if negated { ReasonKind::NegatedCycle } else { ReasonKind::AggregatedCycle },
                format!("this literal {does} `{name}` on a cycle: {cycle}"),
                format!("break the cycle: let `{name}` not depend on `{}`", program.relation(head).name),
            )
        } else {
            (
                if negated { ReasonKind::NegatedIdb } else { ReasonKind::AggregatedIdb },
                format!("this literal {does} `{name}`, which rules derive"),
                format!("{} EDB relations only", if negated { "negate" } else { "aggregate over" }),
            )
        };
        reasons.push(Reason {
            keeps_out_of: if cyclic { Class::DedalusS } else { Class::DedalusPlus },
            kind,
            relation,
            rule: Some(dependency.rule),
            span: dependency.span,
            message,
            remedy,
        });
    }
}

/// The exact persistence rule of a relation, as the program would spell it.
pub fn persistence_rule(program: &Program, relation: RelationId) -> String {
    let relation = program.relation(relation);
    let location = (program.spelling == Spelling::FirstColumn).then(|| "N".to_string());
    let columns: Vec<String> = location.into_iter().chain((1..=relation.arity).map(|i| format!("X{i}"))).collect();
    let atom = format!("{}({})", relation.name, columns.join(", "));
    format!("{atom}@next :- {atom}")
}
