//! What holds of every state: guessed from templates, and kept as far as steps keep it.
//!
//! The templates: a relation has at most one value in a column for each value of some others; two relations have no row in common;
//! the rows of one, or some columns of them, are rows of another. All hold of the empty state, in which a node starts. Candidates that a step can break, from a
//! state in which all that are left hold, are dropped until none is (Houdini: Flanagan and Leino, FME 2001). What is left is inductive as one, so it holds in every reachable state.

use super::steps::{Step, Steps};
use crate::program::RelationId;
use crate::prove::formula::{NoFormula, Script, and, apply, for_all, subsets};
use crate::prove::prover::Prover;

/// Most candidates that are tried.
const MOST: usize = 160;

/// A property of states.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// Rows that agree in `key` agree in `column`.
    Function {
        /// Of which relation.
        relation: RelationId,
        /// Columns that decide.
        key: Vec<usize>,
        /// The column that is decided.
        column: usize,
    },
    /// No row is in both.
    Apart(RelationId, RelationId),
    /// These columns of each row of the first are a row of the second.
    Within {
        /// Whose rows.
        relation: RelationId,
        /// Which of its columns.
        columns: Vec<usize>,
        /// A row of which.
        of: RelationId,
    },
}

impl Invariant {
    /// As a formula, given what each relation's predicate is called.
    pub fn formula(&self, steps: &Steps<'_>, name: &dyn Fn(RelationId) -> String) -> String {
        let row = |letter: &str, arity: usize| -> Vec<String> { (0..arity).map(|i| format!("{letter}{i}")).collect() };
        match self {
            Invariant::Function { relation, key, column } => {
                let arity = steps.arity(*relation);
                let (one, mut other) = (row("y", arity), row("z", arity));
                for &column in key {
                    other[column].clone_from(&one[column]);
                }
                let both = and(&[apply(&name(*relation), &one), apply(&name(*relation), &other)]);
                let mut variables = one.clone();
                variables.extend((0..arity).filter(|column| !key.contains(column)).map(|i| other[i].clone()));
                for_all(&variables, &format!("(=> {both} (= {} {}))", one[*column], other[*column]))
            }
            Invariant::Apart(a, b) => {
                let one = row("y", steps.arity(*a));
                for_all(&one, &format!("(not {})", and(&[apply(&name(*a), &one), apply(&name(*b), &one)])))
            }
            Invariant::Within { relation, columns, of } => {
                let one = row("y", steps.arity(*relation));
                let part: Vec<String> = columns.iter().map(|&column| one[column].clone()).collect();
                for_all(&one, &format!("(=> {} {})", apply(&name(*relation), &one), apply(&name(*of), &part)))
            }
        }
    }

    /// In words.
    pub fn describe(&self, steps: &Steps<'_>) -> String {
        let name = |relation: &RelationId| format!("`{}`", steps.program.relation(*relation).name);
        let numbered = |columns: &[usize]| {
            let list: Vec<String> = columns.iter().map(|column| (column + 1).to_string()).collect();
            format!("{} {}", if list.len() == 1 { "column" } else { "columns" }, list.join(", "))
        };
        match self {
            Invariant::Function { relation, key, column } if key.is_empty() => {
                format!("{} carries at most one value in {}", name(relation), numbered(&[*column]))
            }
            Invariant::Function { relation, key, column } => {
                format!("in what {} carries, {} {} {}", name(relation), numbered(key), "decide", numbered(&[*column]))
            }
            Invariant::Apart(a, b) => format!("{} and {} carry no row in common", name(a), name(b)),
            Invariant::Within { relation, columns, of } if columns.len() == steps.arity(*relation) => {
                format!("each row that {} carries is in {}", name(relation), name(of))
            }
            Invariant::Within { relation, columns, of } => {
                format!("of each row that {} carries, {} are in {}", name(relation), numbered(columns), name(of))
            }
        }
    }
}

/// The templates over the relations that are carried.
fn candidates(steps: &Steps<'_>) -> Vec<Invariant> {
    let mut list = Vec::new();
    for &relation in &steps.carried {
        let arity = steps.arity(relation);
        for key in subsets(arity) {
            for column in (0..arity).filter(|column| !key.contains(column)) {
                list.push(Invariant::Function { relation, key: key.clone(), column });
            }
        }
    }
    let others: Vec<RelationId> = steps.carried.iter().chain(&steps.cell.kept).copied().collect();
    for (index, &relation) in steps.carried.iter().enumerate() {
        for &of in &others {
            if of == relation {
                continue;
            }
            if steps.arity(relation) == steps.arity(of) && (others[..index].iter().all(|other| *other != of)) {
                list.push(Invariant::Apart(relation, of));
            }
            for columns in subsets(steps.arity(relation)) {
                if columns.len() == steps.arity(of) && !columns.is_empty() {
                    list.push(Invariant::Within { relation, columns, of });
                }
            }
        }
    }
    list.truncate(MOST);
    list
}

/// A script that can be satisfied if and only if a step from some state with all of the properties breaks the one of this index.
///
/// # Errors
/// If a rule has no formula.
pub fn kept(steps: &Steps<'_>, all: &[Invariant], index: usize) -> Result<Script, NoFormula> {
    let mut script = steps.preamble(None);
    steps.add(&mut script, Step::First, None)?;
    Ok(breaks(steps, &script, &held(steps, all), &all[index]))
}

/// The properties as formulas about the state.
fn held(steps: &Steps<'_>, all: &[Invariant]) -> Vec<String> {
    all.iter().map(|one| one.formula(steps, &|relation| steps.state(relation))).collect()
}

fn breaks(steps: &Steps<'_>, script: &Script, held: &[String], one: &Invariant) -> Script {
    let mut question = script.clone();
    held.iter().for_each(|formula| question.assert(formula));
    let after = one.formula(steps, &|relation| steps.next(Step::First, relation));
    question.assert(&format!("(not {after})"));
    question
}

/// Those templates that every reachable state has, as far as the solver can tell.
///
/// # Errors
/// If a rule has no formula.
pub fn invariants(steps: &Steps<'_>, prover: &mut Prover<'_>) -> Result<Vec<Invariant>, NoFormula> {
    let mut left = candidates(steps);
    let mut script = steps.preamble(None);
    steps.add(&mut script, Step::First, None)?;
    loop {
        let before = left.len();
        let held = held(steps, &left);
        let mut kept = Vec::new();
        for candidate in left {
            let question = breaks(steps, &script, &held, &candidate);
            if prover.is_soon_refuted(&question) {
                kept.push(candidate);
            }
        }
        left = kept;
        if left.len() == before {
            return Ok(left);
        }
    }
}
