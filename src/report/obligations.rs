//! What a proof by meaning had to show, in words.

use crate::program::{Program, RelationId};
use crate::prove::joining::{Attempt, Claim, Failing, Obligation, Shown, failing::Row};
use crate::schedule::{Schedule, ScheduledStep};

fn name(program: &Program, relation: RelationId) -> String {
    format!("`{}`", program.relation(relation).name)
}

/// The names of relations, with commas.
pub fn names(program: &Program, relations: &[RelationId]) -> String {
    relations.iter().map(|relation| name(program, *relation)).collect::<Vec<_>>().join(", ")
}

/// A claim.
pub fn claim(program: &Program, claim: Claim) -> String {
    match claim {
        Claim::IdleKeeps(relation) => format!("an idle step keeps what {} carries", name(program, relation)),
        Claim::IdleSends(relation) => format!("an idle step sends nothing new to {}", name(program, relation)),
        Claim::Joins { input, carried } => format!(
            "a fact of {} that comes with others, or in the step after them, leaves the same in {}",
            name(program, input),
            name(program, carried)
        ),
        Claim::Sends { input, sent } => format!(
            "a fact of {} that comes with others, or in the step after them, makes a node send the same to {}",
            name(program, input),
            name(program, sent)
        ),
    }
}

/// How far it was shown, as JSON says it.
pub fn shown(shown: Shown) -> &'static str {
    match shown {
        Shown::Holds => "holds",
        Shown::Fails => "fails",
        Shown::Unknown => "unknown",
    }
}

/// A row of a relation, without its location.
pub fn row(program: &Program, (relation, values): &Row) -> String {
    format!("{}({})", program.relation(*relation).name, values.join(", "))
}

/// Rows, or a word if there are none.
fn rows(program: &Program, list: &[Row]) -> String {
    if list.is_empty() {
        return "nothing".to_string();
    }
    list.iter().map(|one| row(program, one)).collect::<Vec<_>>().join(", ")
}

/// A step of a run.
pub fn step(program: &Program, step: &ScheduledStep) -> String {
    Schedule { stem: vec![step.clone()], cycle: Vec::new() }.show(program)
}

/// A failing obligation, line by line: what it is called, and what it is.
pub fn failing(program: &Program, obligation: Obligation, failing: &Failing) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if failing.order.len() > 1 {
        lines.push(("values", failing.order.join(" < ")));
    }
    if !failing.fixed.is_empty() {
        lines.push(("given", rows(program, &failing.fixed)));
    }
    lines.push(("state", format!("a node carries {}", rows(program, &failing.state))));
    lines.push(("inputs", rows(program, &failing.inputs)));
    let (with, after) = match &failing.fact {
        Some(fact) => {
            let fact = row(program, fact);
            lines.push(("then", format!("{fact} in the same step, or in the next")));
            ("in the same step", "in the next")
        }
        None => {
            lines.push(("then", "an idle step".to_string()));
            ("before it", "after it")
        }
    };
    let what = match obligation.claim {
        Claim::IdleKeeps(_) | Claim::Joins { .. } => "is carried on",
        Claim::IdleSends(_) | Claim::Sends { .. } => "is sent",
    };
    let how = if failing.at_once { with } else { after };
    lines.push(("differs", format!("{} {what} only if {how}", sent(program, obligation.claim, &failing.differs))));
    lines
}

/// What differs; the addressee of what is sent stands last in the row.
fn sent(program: &Program, claim: Claim, differs: &Row) -> String {
    match (claim, differs.1.split_last()) {
        (Claim::IdleSends(_) | Claim::Sends { .. }, Some((addressee, rest))) => {
            format!("{} to {addressee}", row(program, &(differs.0, rest.to_vec())))
        }
        _ => row(program, differs),
    }
}

/// Why a cell has no obligations, or which of them was not shown.
pub fn trouble(program: &Program, attempt: &Attempt) -> Option<String> {
    if let Some(refused) = attempt.refused {
        return Some(format!("not tried: {refused}"));
    }
    let failed = attempt.failed()?;
    let how = match failed.shown {
        Shown::Fails => "not so",
        Shown::Holds | Shown::Unknown => "not decided",
    };
    Some(format!("{how}: {}", claim(program, failed.claim)))
}
