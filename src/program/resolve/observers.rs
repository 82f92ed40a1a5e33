//! Which rules are operational and which only observe (semantics §1).
//!
//! A rule across nodes is an observer rule if no operational rule reads, directly or not, what it derives. *Needed* is
//! what the inductive and async rules read, closed backwards over deductive rules: what a step keeps or sends
//! depends on needed relations only. A deductive rule across nodes with a needed head is an error, with any other
//! head it is an observer rule; so is then every rule that reads what an observer rule derives, and every other
//! deductive rule of such a relation (it means the same over the global snapshot). Linear in the program.

use super::location::{Across, Whereabouts, show};
use super::relations::{Draft, Drafts, Place};
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{RelationId, RuleKind, Spelling, Symbols};
use crate::source::Span;
use crate::syntax::ast::Time;
use std::collections::VecDeque;

/// What a rule is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs in the local steps of one node.
    Operational,
    /// Sees the global snapshot.
    Observer,
    /// Joins across nodes or reads a named round, under synchronous rounds.
    Synchronous,
}

/// The roles of rules and relations.
pub struct Roles {
    /// By rule.
    pub rules: Vec<Role>,
    /// By relation: whether it holds of global snapshots.
    pub relations: Vec<bool>,
}

/// Why a rule is not simply operational.
#[derive(Clone, Copy)]
enum Reach<'a> {
    Across(Across<'a>),
    Crash(Span),
    Round(Span),
}

/// Assigns the roles; a rule that can have none is no longer sound.
pub fn assign<'a>(
    drafts: &mut Drafts<'a>,
    places: &[Whereabouts<'a>],
    symbols: &Symbols,
    synchronous: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Roles {
    let relations = drafts.relations.len();
    let mut readers: Vec<Vec<u32>> = vec![Vec::new(); relations];
    let mut derivers: Vec<Vec<u32>> = vec![Vec::new(); relations];
    for (i, draft) in drafts.rules.iter().enumerate() {
        derivers[index(draft.head.relation)].push(i as u32);
        for atom in draft.atoms() {
            readers[index(atom.relation)].push(i as u32);
        }
    }
    let needed = needed(drafts, &derivers);
    let crash = crash(drafts);
    let mut roles = Roles { rules: vec![Role::Operational; drafts.rules.len()], relations: vec![false; relations] };
    if let Some(crash) = crash {
        roles.relations[index(crash)] = true;
    }

    let mut queue = VecDeque::new();
    for (i, place) in places.iter().enumerate() {
        let draft = &drafts.rules[i];
        let Some(reach) = reach(draft, place, crash) else { continue };
        if draft.kind == RuleKind::Deductive && needed[index(draft.head.relation)].is_none() {
            roles.rules[i] = Role::Observer;
            queue.push_back(draft.head.relation);
            continue;
        }
        if synchronous && let Some(warning) = tolerated(place, reach, symbols) {
            roles.rules[i] = Role::Synchronous;
            diagnostics.push(warning);
            continue;
        }
        let reader = needed[index(draft.head.relation)].map(|reader| drafts.rules[reader as usize].span);
        let name = drafts.entry(draft.head.relation).name;
        diagnostics.push(refusal(draft, name, place, reach, reader, symbols));
        // Its variables are still looked at, as those of a rule across nodes.
        roles.rules[i] = Role::Synchronous;
        drafts.rules[i].sound = false;
    }
    while let Some(relation) = queue.pop_front() {
        if std::mem::replace(&mut roles.relations[index(relation)], true) {
            continue;
        }
        for &rule in derivers[index(relation)].iter().chain(&readers[index(relation)]) {
            let draft = &drafts.rules[rule as usize];
            if draft.kind == RuleKind::Deductive && roles.rules[rule as usize] == Role::Operational {
                roles.rules[rule as usize] = Role::Observer;
                queue.push_back(draft.head.relation);
            }
        }
    }
    check_mixtures(drafts, &roles, &derivers, diagnostics);
    roles
}

/// Per relation, a rule that makes it needed: an inductive or async rule that reads it, or a deductive one with a needed
/// head.
fn needed(drafts: &Drafts<'_>, derivers: &[Vec<u32>]) -> Vec<Option<u32>> {
    let mut needed = vec![None; drafts.relations.len()];
    let mut queue = VecDeque::new();
    let read = |rule: u32, needed: &mut Vec<Option<u32>>, queue: &mut VecDeque<RelationId>| {
        for atom in drafts.rules[rule as usize].atoms() {
            if needed[index(atom.relation)].is_none() {
                needed[index(atom.relation)] = Some(rule);
                queue.push_back(atom.relation);
            }
        }
    };
    for (i, draft) in drafts.rules.iter().enumerate() {
        if draft.kind != RuleKind::Deductive {
            read(i as u32, &mut needed, &mut queue);
        }
    }
    while let Some(relation) = queue.pop_front() {
        for &rule in &derivers[index(relation)] {
            if drafts.rules[rule as usize].kind == RuleKind::Deductive {
                read(rule, &mut needed, &mut queue);
            }
        }
    }
    needed
}

/// Molly's `crash(Observer, Node, Time)`, which the fault injector provides: in the first-column spelling, three
/// columns with the location, no rules and no facts.
pub fn crash(drafts: &Drafts<'_>) -> Option<RelationId> {
    let id = drafts.named("crash").filter(|_| drafts.spelling == Spelling::FirstColumn)?;
    let entry = drafts.entry(id);
    (entry.arity == 2 && entry.derived.is_none() && entry.fact.is_none()).then_some(id)
}

fn reach<'a>(draft: &Draft<'a>, place: &Whereabouts<'a>, crash: Option<RelationId>) -> Option<Reach<'a>> {
    if let Some(across) = place.across {
        return Some(Reach::Across(across));
    }
    for atom in draft.atoms() {
        if Some(atom.relation) == crash {
            return Some(Reach::Crash(atom.span));
        }
        if let Some((Time::At(_), at)) = atom.time {
            return Some(Reach::Round(at));
        }
    }
    None
}

fn refusal(
    draft: &Draft<'_>,
    name: &str,
    place: &Whereabouts<'_>,
    reach: Reach<'_>,
    reader: Option<Span>,
    symbols: &Symbols,
) -> Diagnostic {
    let mut diagnostic = match reach {
        Reach::Across(across) => {
            let (own, other) = (show(place.own, symbols), show(across.place, symbols));
            let code = if across.head { codes::HEAD_ELSEWHERE } else { codes::BODY_ACROSS_NODES };
            let message = match (across.head, draft.kind) {
                (true, RuleKind::Inductive) => {
                    format!("a rule for `{name}` at {own} derives its next step at {other}")
                }
                (true, _) => format!("a rule for `{name}` at {own} derives at {other} in the same step"),
                (false, _) => format!("the body of a rule for `{name}` is at {own} and at {other}"),
            };
            let own_label = match place.own {
                Place::Unwritten => "the body is where the rule is evaluated".to_string(),
                _ => format!("at {own} here"),
            };
            let diagnostic =
                Diagnostic::at(code, across.span, message, format!("at {other} here")).with(place.own_span, own_label);
            if across.head {
                diagnostic.help("only an `@async` head may be at another node: write `@async` after it")
            } else {
                diagnostic.help("send what the other node knows with an `@async` rule, and read it where it arrives")
            }
        }
        Reach::Crash(at) => Diagnostic::at(
            codes::OPERATIONAL_CRASH,
            at,
            format!("an operational rule for `{name}` reads `crash`"),
            "a node cannot know this",
        )
        .help("`crash` is for rules that only observe, such as those of `pre` and `post`"),
        Reach::Round(at) => Diagnostic::at(
            codes::ROUND_IN_BODY,
            at,
            format!("an operational rule for `{name}` reads the facts of a numbered step"),
            "not known in a local step",
        )
        .help("only observer rules (of `pre`, `post` and `never` relations) and synchronous rounds have such steps"),
    };
    if draft.kind == RuleKind::Deductive
        && let Some(reader) = reader
    {
        diagnostic = diagnostic
            .with(reader, format!("what this rule keeps or sends depends on `{name}`"))
            .help("a rule across nodes may only observe: no `@next` or `@async` rule may depend on what it derives");
    }
    diagnostic
}

/// The warning under synchronous rounds; `None` for what they do not allow either.
fn tolerated(place: &Whereabouts<'_>, reach: Reach<'_>, symbols: &Symbols) -> Option<Diagnostic> {
    let label = "possible under synchronous rounds only";
    match reach {
        Reach::Crash(_) => None,
        Reach::Round(at) => {
            let message = "an operational rule reads the facts of a numbered round";
            Some(Diagnostic::at(codes::SYNCHRONOUS_RULE, at, message, label))
        }
        Reach::Across(across) => {
            let message = format!(
                "an operational rule is at {} and at {}",
                show(place.own, symbols),
                show(across.place, symbols)
            );
            let diagnostic = Diagnostic::at(codes::SYNCHRONOUS_RULE, across.span, message, label);
            Some(diagnostic.with(place.own_span, "what it sends travels from here"))
        }
    }
}

/// A relation is derived by observer rules or by operational ones, not by both.
fn check_mixtures(drafts: &mut Drafts<'_>, roles: &Roles, derivers: &[Vec<u32>], diagnostics: &mut Vec<Diagnostic>) {
    for (relation, rules) in derivers.iter().enumerate() {
        if !roles.relations[relation] {
            continue;
        }
        let observer = rules.iter().find(|&&rule| roles.rules[rule as usize] == Role::Observer);
        for &rule in rules {
            let draft = &drafts.rules[rule as usize];
            if roles.rules[rule as usize] == Role::Observer || !draft.sound {
                continue;
            }
            let name = drafts.relations[relation].name;
            let mut diagnostic = Diagnostic::at(
                codes::MIXED_RELATION,
                draft.head.span,
                format!("`{name}` is derived by an observer rule and by this `{}` rule", suffix(draft.kind)),
                "a node keeps or sends it",
            );
            if let Some(&observer) = observer {
                diagnostic = diagnostic.with(drafts.rules[observer as usize].head.span, "observed across nodes here");
            }
            diagnostics
                .push(diagnostic.help("derive two relations: one that nodes work with and one that is only observed"));
            drafts.rules[rule as usize].sound = false;
        }
    }
}

fn suffix(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Deductive => "deductive",
        RuleKind::Inductive => "@next",
        RuleKind::Async => "@async",
    }
}

fn index(relation: RelationId) -> usize {
    relation.0 as usize
}
