//! Where a program may depend on the order of deliveries: hints, not verdicts.
//!
//! A **point of order** is a literal that negates, or aggregates over, a relation that depends on messages: what it says depends
//! on which of them have arrived. An **unguarded meeting** is a body that joins *transient* facts, those that hold only in
//! the step in which a message arrives (a message relation that is not persisted, or a *scratch* derived from one that is not persisted
//! either), with others that depend on messages: whether they are there in the same step is up to the schedule, without any
//! negation (semantics §6, erratum 2). One meeting is reported for each rule and kind, so the report is linear in the program.

use super::channels::{Channels, channels};
use super::dependency::{Dependencies, Sign};
use super::persistence;
use crate::program::{Program, RelationId, Rule, RuleId, RuleKind, Term};
use crate::source::Span;

/// A negated or aggregated literal on a relation that depends on messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointOfOrder {
    /// The rule.
    pub rule: RuleId,
    /// The literal.
    pub span: Span,
    /// The relation that it reads.
    pub relation: RelationId,
    /// [`Sign::Negated`] or [`Sign::Aggregated`].
    pub sign: Sign,
    /// The async rules whose messages flow into the relation.
    pub channels: Channels,
    /// Why the order matters, in one sentence without a full stop.
    pub message: String,
}

/// The kinds of unguarded meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeetingKind {
    /// Two messages of one channel: a transient relation read twice.
    SameChannel,
    /// Two different transient relations.
    Scratches,
    /// A transient relation and one that keeps what messages brought.
    Growing,
}

/// A body in which facts meet only if their messages arrive in the right steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// How they meet.
    pub kind: MeetingKind,
    /// The rule.
    pub rule: RuleId,
    /// The literals, in the order positive, negated.
    pub literals: Vec<Span>,
    /// The async rules whose messages meet.
    pub channels: Channels,
    /// Whether the head outlasts the step: it is persisted, or the rule is inductive or async.
    pub remembered: bool,
    /// Why the order matters, in one sentence without a full stop.
    pub message: String,
    /// What would guard it.
    pub guard: String,
}

/// The points of order, in the order of rules, positive literals before negated ones. Linear.
pub fn points_of_order(program: &Program, dependencies: &Dependencies) -> Vec<PointOfOrder> {
    let asynchronous = asynchronous(program, dependencies);
    let channels = channels(program, dependencies, |_| true);
    let mut points = Vec::new();
    for (relation, _, dependency) in dependencies.edges() {
        if dependency.sign == Sign::Positive || !asynchronous[relation.0 as usize] {
            continue;
        }
        let channels = channels[relation.0 as usize].clone();
        let name = &program.relation(relation).name;
        let what = if dependency.sign == Sign::Negated { "whether it has no" } else { "how many" };
        points.push(PointOfOrder {
            rule: dependency.rule,
            span: dependency.span,
            relation,
            sign: dependency.sign,
            message: format!("{what} `{name}` depends on which messages of {} have arrived", channels.names(program)),
            channels,
        });
    }
    points
}

/// Which relations depend on a message, by [`RelationId`].
pub fn asynchronous(program: &Program, dependencies: &Dependencies) -> Vec<bool> {
    let heads = program.rules.iter().filter(|rule| rule.kind == RuleKind::Async).map(|rule| rule.head.relation);
    dependencies.depending_on(heads)
}

/// The unguarded meetings, by rule and kind. Linear.
pub fn meetings(program: &Program, dependencies: &Dependencies) -> Vec<Meeting> {
    let persisted = persistence::persisted(program);
    let asynchronous = asynchronous(program, dependencies);
    let transient = channels(program, dependencies, |relation| !persisted[relation.0 as usize]);
    let all = channels(program, dependencies, |_| true);
    let view = View { program, persisted: &persisted, asynchronous: &asynchronous, transient: &transient, all: &all };
    let mut meetings = Vec::new();
    for (index, rule) in program.rules.iter().enumerate() {
        view.meet(RuleId(index as u32), rule, &mut meetings);
    }
    meetings
}

struct View<'a> {
    program: &'a Program,
    persisted: &'a [bool],
    asynchronous: &'a [bool],
    transient: &'a [Channels],
    all: &'a [Channels],
}

/// A literal that depends on messages.
#[derive(Clone, Copy)]
struct Literal {
    relation: RelationId,
    span: Span,
    /// Its place among the positive atoms, then the negated ones.
    index: usize,
}

impl View<'_> {
    fn meet(&self, id: RuleId, rule: &Rule, meetings: &mut Vec<Meeting>) {
        let positive = rule.positive.iter().map(|atom| (atom.relation, atom.span));
        let negative = rule.negative.iter().map(|atom| (atom.relation, atom.span));
        let mut transient: Vec<Literal> = Vec::new();
        let mut growing: Vec<Literal> = Vec::new();
        for (index, (relation, span)) in positive.chain(negative).enumerate() {
            let literal = Literal { relation, span, index };
            if !self.transient[relation.0 as usize].is_empty() {
                transient.push(literal);
            } else if self.asynchronous[relation.0 as usize] {
                growing.push(literal);
            }
        }
        if transient.is_empty() {
            return;
        }
        let mut by_relation = transient.clone();
        by_relation.sort_by_key(|literal| (literal.relation, literal.index));
        let groups: Vec<&[Literal]> = by_relation.chunk_by(|a, b| a.relation == b.relation).collect();
        for group in groups.iter().filter(|group| group.len() > 1 && !same_terms(rule, group)) {
            meetings.push(self.meeting(MeetingKind::SameChannel, id, rule, group, &[]));
        }
        if groups.len() > 1 {
            meetings.push(self.meeting(MeetingKind::Scratches, id, rule, &transient, &[]));
        }
        if !growing.is_empty() {
            meetings.push(self.meeting(MeetingKind::Growing, id, rule, &transient, &growing));
        }
    }

    fn meeting(
        &self,
        kind: MeetingKind,
        rule_id: RuleId,
        rule: &Rule,
        transient: &[Literal],
        growing: &[Literal],
    ) -> Meeting {
        let mut channels = Channels::default();
        for literal in transient {
            channels.join(&self.transient[literal.relation.0 as usize]);
        }
        for literal in growing {
            channels.join(&self.all[literal.relation.0 as usize]);
        }
        let names = |literals: &[Literal]| self.names(literals);
        let remembered = rule.kind != RuleKind::Deductive || self.persisted[rule.head.relation.0 as usize];
        let lasts = if remembered { "the outcome is kept" } else { "it holds in that step only" };
        let message = match kind {
            MeetingKind::SameChannel => format!(
                "two facts of {} meet only if their messages arrive in the same step; {lasts}",
                names(transient)
            ),
            MeetingKind::Scratches => {
                format!("{} meet only if their messages arrive in the same step; {lasts}", names(transient))
            }
            MeetingKind::Growing => format!(
                "{} holds in the step its message arrives in, and what {} has by then depends on the order; {lasts}",
                names(transient),
                names(growing)
            ),
        };
        let unkept: Vec<String> = distinct(transient)
            .map(|relation| format!("`{};`", super::classify::persistence_rule(self.program, relation)))
            .take(Channels::SHOWN)
            .collect();
        let mut literals: Vec<Literal> = transient.iter().chain(growing).copied().collect();
        literals.sort_unstable_by_key(|literal| literal.index);
        Meeting {
            kind,
            rule: rule_id,
            literals: literals.into_iter().map(|literal| literal.span).collect(),
            channels,
            remembered,
            message,
            guard: format!("persist what meets: {}", unkept.join(" and ")),
        }
    }

    fn names(&self, literals: &[Literal]) -> String {
        let names: Vec<String> =
            distinct(literals).map(|relation| format!("`{}`", self.program.relation(relation).name)).collect();
        match names.split_last() {
            None => String::new(),
            Some((only, [])) => only.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        }
    }
}

/// The relations of some literals, each once, by id.
fn distinct(literals: &[Literal]) -> impl Iterator<Item = RelationId> {
    let mut relations: Vec<RelationId> = literals.iter().map(|literal| literal.relation).collect();
    relations.sort_unstable();
    relations.dedup();
    relations.into_iter()
}

/// Whether all these literals of one relation are one and the same positive atom, repeated.
fn same_terms(rule: &Rule, group: &[Literal]) -> bool {
    let terms = |literal: &Literal| rule.positive.get(literal.index).map(|atom| atom.terms.as_slice());
    let Some(first) = group.first().and_then(terms) else { return false };
    !first.contains(&Term::Anonymous) && group.iter().all(|literal| terms(literal) == Some(first))
}
