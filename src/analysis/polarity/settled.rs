//! Which relations settle, and for each that does not, the rule that spoils it.

use super::bodies::Literal;
use super::fixpoint::Typed;
use super::{Flags, Flaw};
use crate::analysis::dependency::Dependencies;
use crate::analysis::endurance::Endurance;
use crate::analysis::infinite::Counter;
use crate::program::{Program, RelationId, RuleId, RuleKind};
use crate::source::Span;

/// What is known of a program's dependencies, of rules that end, and of counters.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    /// The dependency graph.
    pub dependencies: &'a Dependencies,
    /// What may hold at infinitely many steps.
    pub endurance: &'a Endurance,
    /// Values that may be made without end.
    pub counters: &'a [Counter],
}

/// What becomes of a relation in the long run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is up, down or timed.
    Flagged,
    /// It holds at finitely many steps only.
    Ends,
    /// From some step on it is a function of the local step that is the same in all fair runs.
    Settles,
    /// Nothing is known.
    Open(Spoiler),
    /// It is derived by observers, or given by nobody: no part of the program's state.
    Observed,
}

impl Standing {
    /// Whether the relation's ultimate facts are the same in all fair runs.
    pub fn settles(&self) -> bool {
        matches!(self, Standing::Flagged | Standing::Ends | Standing::Settles)
    }
}

/// Why a relation may not settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoiler {
    /// What is wrong.
    pub cause: Cause,
    /// The rule at which it goes wrong.
    pub rule: RuleId,
    /// The relation which that rule derives; the spoiled relation, or one that it depends on.
    pub relation: RelationId,
    /// The literals of the rule that the order of deliveries may decide, first one first. Empty for counters and what is not kept.
    pub literals: Vec<Span>,
}

/// The ways in which a relation is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The rule's head is kept for ever, and whether its body ever holds may be decided by the order of deliveries.
    Latch,
    /// The rule sends for ever to a relation that does not keep it.
    Unkept,
    /// The rule hands something on from step to step that the order of deliveries may decide.
    Cycle,
    /// The rule makes new values for ever.
    Counter,
}

impl Cause {
    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Latch => "latch",
            Cause::Unkept => "unkept",
            Cause::Cycle => "cycle",
            Cause::Counter => "counter",
        }
    }
}

/// The standing of each relation. Linear.
pub fn standings(
    program: &Program,
    counting: Counting<'_>,
    typed: &Typed,
    joined: &[bool],
    flaw: Option<Flaw>,
) -> Vec<Standing> {
    let Counting { dependencies, endurance, counters } = counting;
    let mut search = Search { program, typed, joined, standing: Vec::new(), open: Vec::new() };
    for (index, relation) in program.relations.iter().enumerate() {
        let flags = typed.relations[index];
        search.standing.push(if relation.observer {
            Standing::Observed
        } else if flags.up || flags.down || flags.timed {
            Standing::Flagged
        } else if !endurance.relation(RelationId(index as u32)) {
            Standing::Ends
        } else {
            Standing::Settles
        });
    }
    search.spoil_locally(endurance, flaw);
    search.spoil_cycles(dependencies, endurance, flaw);
    if flaw != Some(Flaw::Counters) {
        search.spoil_counters(dependencies, counters);
    }
    search.spread(endurance);
    search.standing
}

struct Search<'a> {
    program: &'a Program,
    typed: &'a Typed,
    joined: &'a [bool],
    standing: Vec<Standing>,
    /// Spoiled relations whose readers are still to be looked at.
    open: Vec<RelationId>,
}

impl Search<'_> {
    fn spoil(&mut self, relation: RelationId, spoiler: Spoiler) {
        let standing = &mut self.standing[relation.0 as usize];
        if *standing == Standing::Settles {
            *standing = Standing::Open(spoiler);
            self.open.push(relation);
        }
    }

    /// Whether it is known otherwise what the rule carries over in the long run.
    fn is_joined(&self, rule: RuleId) -> bool {
        let rule = &self.program.rules[rule.0 as usize];
        rule.kind == RuleKind::Inductive && self.joined[rule.head.relation.0 as usize]
    }

    /// Enduring rules that derive a relation which has no flag and does not end, in order, but for exact persistence and what is joined.
    fn loose_rules(&self, endurance: &Endurance) -> Vec<RuleId> {
        let loose = |rule: RuleId| {
            let head = self.program.rules[rule.0 as usize].head.relation.0 as usize;
            self.standing[head] == Standing::Settles
                && endurance.rule(rule)
                && !self.typed.persists[rule.0 as usize]
                && !self.is_joined(rule)
        };
        (0..self.program.rules.len() as u32).map(RuleId).filter(|&rule| loose(rule)).collect()
    }

    /// Latches, and messages that are sent for ever and not kept. A latch need not endure.
    fn spoil_locally(&mut self, endurance: &Endurance, flaw: Option<Flaw>) {
        for (index, rule) in self.program.rules.iter().enumerate() {
            let head = rule.head.relation;
            let latch = self.typed.guarded[head.0 as usize] && !self.typed.derived[index].occurs;
            if latch && !self.typed.persists[index] {
                let literals = self.undecided(index, |flags| flags.occurs || flags.is_constant());
                let rule = RuleId(index as u32);
                self.spoil(head, Spoiler { cause: Cause::Latch, rule, relation: head, literals });
            }
        }
        for rule in self.loose_rules(endurance) {
            let head = &self.program.rules[rule.0 as usize].head;
            let relation = head.relation;
            if self.program.rules[rule.0 as usize].kind == RuleKind::Async && flaw != Some(Flaw::Endless) {
                self.spoil(relation, Spoiler { cause: Cause::Unkept, rule, relation, literals: Vec::new() });
            }
        }
    }

    /// Cycles of relations without flags that pass an inductive rule.
    fn spoil_cycles(&mut self, dependencies: &Dependencies, endurance: &Endurance, flaw: Option<Flaw>) {
        if flaw == Some(Flaw::Cycles) {
            return;
        }
        let loose: Vec<bool> = self.standing.iter().map(|standing| *standing == Standing::Settles).collect();
        let kept =
            |head: RelationId, rule: RuleId| loose[head.0 as usize] && endurance.rule(rule) && !self.is_joined(rule);
        let components = dependencies.components_where(|head, dependency| kept(head, dependency.rule));
        let mut component = vec![0; self.program.relations.len()];
        for (index, members) in components.iter().enumerate() {
            for member in members {
                component[member.0 as usize] = index;
            }
        }
        let same = |a: RelationId, b: RelationId| component[a.0 as usize] == component[b.0 as usize];
        let passes: Vec<(RelationId, RuleId, Span)> = (dependencies.edges())
            .filter(|&(read, head, dependency)| {
                dependency.kind == RuleKind::Inductive && kept(head, dependency.rule) && same(read, head)
            })
            .map(|(_, head, dependency)| (head, dependency.rule, dependency.span))
            .collect();
        for (head, rule, span) in passes {
            self.spoil(head, Spoiler { cause: Cause::Cycle, rule, relation: head, literals: vec![span] });
        }
    }

    /// What depends on a counter may have infinitely many facts, and then never settles.
    fn spoil_counters(&mut self, dependencies: &Dependencies, counters: &[Counter]) {
        for counter in counters {
            let head = self.program.rules[counter.rule.0 as usize].head.relation;
            for (index, depends) in dependencies.depending_on([head]).into_iter().enumerate() {
                if depends {
                    let (rule, relation) = (counter.rule, head);
                    let spoiler = Spoiler { cause: Cause::Counter, rule, relation, literals: Vec::new() };
                    self.spoil(RelationId(index as u32), spoiler);
                }
            }
        }
    }

    /// What reads a spoiled relation is spoiled by what spoils that.
    fn spread(&mut self, endurance: &Endurance) {
        let mut readers: Vec<Vec<RuleId>> = vec![Vec::new(); self.program.relations.len()];
        for rule in self.loose_rules(endurance) {
            for literal in &self.typed.literals[rule.0 as usize] {
                readers[literal.relation.0 as usize].push(rule);
            }
        }
        let mut next = 0;
        while let Some(&spoiled) = self.open.get(next) {
            next += 1;
            let Standing::Open(spoiler) = self.standing[spoiled.0 as usize].clone() else { continue };
            for rule in std::mem::take(&mut readers[spoiled.0 as usize]) {
                let head = self.program.rules[rule.0 as usize].head.relation;
                self.spoil(head, spoiler.clone());
            }
        }
    }

    /// The literals of a rule whose flags are not enough; all that change if they are only too many.
    fn undecided(&self, rule: usize, enough: impl Fn(Flags) -> bool) -> Vec<Span> {
        let literals: Vec<(&Literal, Flags)> =
            self.typed.literals[rule].iter().map(|literal| (literal, self.typed.literal(literal))).collect();
        let pick = |wanted: &dyn Fn(Flags) -> bool| -> Vec<Span> {
            literals.iter().filter(|(_, flags)| wanted(*flags)).map(|(literal, _)| literal.span).collect()
        };
        let missing = pick(&|flags| !enough(flags));
        if missing.is_empty() { pick(&|flags| !flags.is_constant()) } else { missing }
    }
}
