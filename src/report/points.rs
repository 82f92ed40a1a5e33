//! The points of order of an answer as findings: what races there, or what it means that nothing was found.

use super::Case;
use super::facts::{listed, shown};
use crate::analysis::{Sign, persistence};
use crate::diagnostic::{Diagnostic, codes};
use crate::pipeline::races::{Message, Place, Point, Points, Race};
use crate::pipeline::{Basis, Cut, Scope, Verdict};
use crate::program::{Program, Rule, RuleKind};
use std::collections::BTreeSet;

/// How many facts of a list are shown before it is cut.
const SHOWN: usize = 8;

/// One finding a point, in the order of the points.
pub fn findings(case: &Case<'_>, points: &Points) -> Vec<Diagnostic> {
    points.list.iter().map(|point| of_point(case, points, point)).collect()
}

/// The finding about contested facts that no race explains, if there are some.
pub fn unexplained(case: &Case<'_>, points: &Points) -> Option<Diagnostic> {
    if points.unexplained.is_empty() {
        return None;
    }
    let facts = listed(&shown(case.program, &points.unexplained), SHOWN);
    let message = format!("no point of order was found to explain why these are contested: {facts}");
    let relation = case.program.relation(points.unexplained[0].fact.relation);
    let finding = Diagnostic::at(codes::UNEXPLAINED, relation.span, message, "in some fair runs and not in others");
    let persisted = persistence::persisted(case.program);
    let is_fleeting = |rule: &&Rule| {
        let relation = rule.head.relation;
        let named = points.unexplained.iter().any(|fact| fact.fact.relation == relation);
        rule.kind == RuleKind::Async && !persisted[relation.0 as usize] && named
    };
    let finding = match case.program.rules.iter().find(is_fleeting) {
        Some(rule) => {
            finding.with(rule.head.span, "what is sent here is not kept: it holds only in steps in which it arrives")
        }
        None => finding,
    };
    Some(finding.help("the two runs of the witness show a contested fact; `--why` explains it in both"))
}

fn of_point(case: &Case<'_>, points: &Points, point: &Point) -> Diagnostic {
    let (first, others) = point.place.spans().split_first().expect("a place has a literal");
    let finding = match &point.race {
        Some(race) => {
            Diagnostic::at(codes::RACE, *first, races(case.program, race), label(case.program, &point.place, race))
        }
        None => Diagnostic::at(codes::NO_RACE_FOUND, *first, point.place.message(), open(case, points)),
    };
    let finding = others.iter().fold(finding, |finding, &span| finding.with(span, ""));
    match &point.race {
        Some(race) => finding.help(outcome(case.program, race)),
        None => finding,
    }
}

/// What races, in one sentence without a full stop.
pub fn races(program: &Program, race: &Race) -> String {
    let node = program.show_node(race.node);
    let moved = messages(program, &race.moved);
    if race.against.is_empty() {
        return format!("at {node} {moved} races with the steps of {node} itself");
    }
    format!("at {node} {moved} races with {}", messages(program, &race.against))
}

/// Messages with their senders.
fn messages(program: &Program, messages: &BTreeSet<Message>) -> String {
    let show = |(message, from): &Message| {
        format!("{} from {}", program.show_fact(message.node, &message.fact), program.show_node(*from))
    };
    listed(&messages.iter().map(show).collect::<Vec<_>>(), SHOWN)
}

/// How the runs read it.
fn label(program: &Program, place: &Place, race: &Race) -> String {
    let step = |run: usize| {
        let record = &race.witness.runs[run].records[race.steps[run]];
        format!("in {}:{} of run {}", program.show_node(record.node), record.step, run + 1)
    };
    let (fires, other) = (race.fires, 1 - race.fires);
    match place {
        Place::Literal(point) if point.sign == Sign::Negated => {
            format!("true {}, false {}", step(fires), step(other))
        }
        Place::Literal(_) => format!("read {}; {} the group has other facts", step(fires), step(other)),
        Place::Meeting(_) => format!("they meet {}, and never in run {}", step(fires), other + 1),
    }
}

/// What comes of it.
pub fn outcome(program: &Program, race: &Race) -> String {
    let fact = &race.witness.fact;
    let fact = program.show_fact(fact.node, &fact.fact);
    format!("{fact} is ultimate in run 1 and not in run 2")
}

/// What it means that no race was found.
pub fn open(case: &Case<'_>, points: &Points) -> String {
    let answer = case.answer;
    let cut = match answer.findings.cut {
        Some(Cut::Bound(bound)) => format!(", and not every delivery order was explored (bound:{bound})"),
        _ => String::new(),
    };
    match (answer.verdict, answer.basis) {
        (Verdict::Confluent, basis @ Basis::Theorem(_)) if answer.scope == Scope::AllInstances => {
            format!("no divergence, in this instance or any other: {basis}")
        }
        (Verdict::Confluent, _) if answer.scope == Scope::Bounded => {
            "no divergence: every small instance within the bounds was explored to the end".to_string()
        }
        (Verdict::Confluent, _) if case.valuations.is_some() => {
            "no divergence: this instance was explored to the end, for all values of the unknowns".to_string()
        }
        (Verdict::Confluent, _) => "no divergence found: this instance was explored to the end".to_string(),
        (Verdict::Inconclusive, basis) => format!("no divergence found up to {basis}"),
        (Verdict::Diffluent | Verdict::Violated, _)
            if points.unexplained.is_empty() && answer.findings.contested.is_empty() =>
        {
            format!("no divergence found{cut}")
        }
        (Verdict::Diffluent | Verdict::Violated, _) => {
            format!("no race found here in {} runs and variations of them{cut}", points.runs)
        }
    }
}
