//! Deliveries that join: a proof, for all instances, that a node's state depends on what it has received and not on how.
//!
//! A **cell** ([`Cell`]) is a set of relations that is closed under what its rules read, but for relations of which temporal polarity says enough: those that never
//! change are parameters, and those whose facts come in every fair run or in none are *inputs*, as are messages and facts at single steps. Relations that are up come as
//! inputs and stay. A node's *state* s is what its inductive rules have carried over; m is the set of inputs of a step. Let F(s, m) be the state after the
//! step, and S(s, m) the set of what the cell's async rules send, with addressees. Let J be a property of states. The **obligations**, for all networks,
//! parameters, states s in J, sets of inputs m and input facts a:
//!
//! 1. J(∅), and J(F(s, m)).
//! 2. idle: F(F(s, m), ∅) = F(s, m), and S(F(s, m), ∅) ⊆ S(s, m).
//! 3. join: F(s, m ∪ {a}) = F(F(s, m), {a}), and S(s, m ∪ {a}) = S(s, m) ∪ S(F(s, m), {a}).
//!
//! **Lemma.** For finite sets m and n: F(s, m ∪ n) = F(F(s, m), n), and S(s, m ∪ n) = S(s, m) ∪ S(F(s, m), n). By induction on n. If it is empty, this is *idle*.
//! Else F(s, m ∪ n ∪ {a}) = F(F(s, m ∪ n), {a}) by *join*, = F(F(F(s, m), n), {a}) by the hypothesis, = F(F(s, m), n ∪ {a}) by *join* at the state F(s, m), which is in J; and likewise for S. So two
//! deliveries may be exchanged, taken in one step, or repeated, with idle steps between: F(F(s, m), n) = F(s, m ∪ n) = F(F(s, n), m), and F(F(s, m), m) = F(s, m).
//! (The algebra is `theories/joining.smt2`; a test has it checked.)
//!
//! **Theorem (joining deliveries).** If the obligations hold and the cell's relations and inputs depend on no counter ([`crate::analysis::infinite`]), then in every instance in which
//! no rule errs: each node receives the same set of messages of the cell in all fair runs, and from some step on what it carries of the cell's relations is one set, the same in all fair runs.
//! *Proof.* By the Lemma the state of node x after t ≥ 1 steps is F(∅, M(x, t)), M(x, t) being the union of its inputs until then, and it has sent S(∅, M(x, t)), which grows with M(x, t). Let r₁ and r₂ be fair runs. Every input fact of
//! x in r₁ is one in r₂, by induction along r₁: if it is given, or of a relation outside the cell, polarity says so. Else it is a message, and some y had sent it before, so it is in S(∅, M₁(y, t)) for
//! some t; all of M₁(y, t) are inputs of y in r₂ by the hypothesis; so M₁(y, t) ⊆ M₂(y, u) for some u, and by u steps y has sent it in r₂, where it is delivered since r₂ is fair. So the sets of inputs are the same in both, they are finite, and from the step on at which
//! the last of them has come the state is F(∅, M(x)). ∎
//!
//! What follows is granted to the type system ([`Granted`]): what inductive rules of the cell carry is *joined*; a relation of the cell that does nothing but be sent *occurs*; and
//! a carried relation that is guarded, or has inductive rules only and is shown not to shrink, F(s, m) ⊆ F(F(s, m), {a}) in its rows, is up: its facts stay, and come in every fair run or in none, as the last states are the same.
//!
//! Newman's lemma, which speaks of rewriting one delivery at a time, is not needed: joining makes deliveries a semilattice that acts on states, and the last state can be
//! named. Polarities do not cover it, since F may forget: a register that a greater stamp overwrites joins.

mod cell;
pub mod failing;
mod invariant;
mod steps;

pub use cell::{Cell, Reach, Role, reads};
pub use failing::{Failing, failing};
pub use invariant::{Invariant, kept};
pub use steps::{Fact, Step, Steps};

use crate::analysis::polarity::{Cause, Granted, Standing};
use crate::analysis::{Flags, Polarity};
use crate::program::{Program, RelationId, RuleKind};
use crate::prove::formula::{NoFormula, Script, and, apply, or};
use crate::prove::prover::{Flaw, Prover};
use crate::solver::smt::Answer;
use std::collections::BTreeSet;

/// What has to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// An idle step keeps what is carried of this relation.
    IdleKeeps(RelationId),
    /// An idle step sends nothing to this relation that was not sent before.
    IdleSends(RelationId),
    /// A fact of `input` with others, or after them: the same of `carried` is carried on.
    Joins {
        /// The relation of the fact.
        input: RelationId,
        /// What is compared.
        carried: RelationId,
    },
    /// A fact of `input` with others, or after them: the same of `sent` is sent.
    Sends {
        /// The relation of the fact.
        input: RelationId,
        /// What is compared.
        sent: RelationId,
    },
}

/// How far a claim was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shown {
    /// It holds.
    Holds,
    /// It does not: there is a state and there are inputs for which it fails.
    Fails,
    /// The solver did not find out.
    Unknown,
}

/// A claim and how far it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Obligation {
    /// What has to be shown.
    pub claim: Claim,
    /// How far it was.
    pub shown: Shown,
}

/// What was found of a cell.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The cell.
    pub cell: Cell,
    /// What was shown of every state, if it was needed.
    pub invariants: Vec<Invariant>,
    /// The obligations, in order; after the first that was not shown there are none.
    pub obligations: Vec<Obligation>,
    /// Relations that were shown not to shrink.
    pub growing: Vec<RelationId>,
    /// How the last obligation fails.
    pub failing: Option<Failing>,
    /// Why there are no obligations.
    pub refused: Option<NoFormula>,
}

impl Attempt {
    /// Whether deliveries join.
    pub fn joins(&self) -> bool {
        self.refused.is_none() && self.obligations.iter().all(|one| one.shown == Shown::Holds)
    }

    /// The obligation at which it failed.
    pub fn failed(&self) -> Option<Obligation> {
        self.obligations.last().copied().filter(|one| one.shown != Shown::Holds)
    }

    /// What follows for the type system, if deliveries join.
    pub fn grant(&self, steps: &Steps<'_>, granted: &mut Granted) {
        debug_assert!(self.joins());
        let rules = || self.cell.rules(steps.program);
        for &relation in &steps.carried {
            granted.joined[relation.0 as usize] = true;
        }
        for &relation in &self.growing {
            let flags = Flags { up: true, occurs: true, ..Flags::default() };
            let known = &mut granted.relations[relation.0 as usize];
            *known = known.or(flags);
        }
        for &relation in &steps.sent {
            let only = rules().all(|(_, rule)| rule.head.relation != relation || rule.kind == RuleKind::Async);
            if only {
                let known = &mut granted.relations[relation.0 as usize];
                *known = known.or(Flags { occurs: true, ..Flags::default() });
            }
        }
    }
}

/// All claims of a cell, those of idle steps first.
pub fn claims(steps: &Steps<'_>) -> Vec<Claim> {
    let mut claims: Vec<Claim> = steps.carried.iter().map(|&relation| Claim::IdleKeeps(relation)).collect();
    claims.extend(steps.sent.iter().map(|&relation| Claim::IdleSends(relation)));
    for &input in &steps.inputs {
        claims.extend(steps.carried.iter().map(|&carried| Claim::Joins { input, carried }));
        claims.extend(steps.sent.iter().map(|&sent| Claim::Sends { input, sent }));
    }
    claims
}

/// A script that can be satisfied if and only if the claim fails in some state with the invariants.
///
/// # Errors
/// If a rule has no formula.
pub fn question(steps: &Steps<'_>, claim: Claim, invariants: &[Invariant]) -> Result<Script, NoFormula> {
    let fact = match claim {
        Claim::IdleKeeps(_) | Claim::IdleSends(_) => None,
        Claim::Joins { input, .. } | Claim::Sends { input, .. } => Some(input),
    };
    let mut script = steps.preamble(fact);
    for one in invariants {
        script.assert(&one.formula(steps, &|relation| steps.state(relation)));
    }
    steps.add(&mut script, Step::First, fact)?;
    let compared = match claim {
        Claim::IdleKeeps(relation) | Claim::Joins { carried: relation, .. } => steps.arity(relation),
        Claim::IdleSends(relation) | Claim::Sends { sent: relation, .. } => steps.arity(relation) + 1,
    };
    let row: Vec<String> = (0..compared).map(|column| format!("w{column}")).collect();
    script.constants(&row);
    match claim {
        Claim::IdleKeeps(relation) => {
            steps.add(&mut script, Step::Idle, fact)?;
            script.assert(&differ(
                &apply(&steps.next(Step::Idle, relation), &row),
                &apply(&steps.next(Step::First, relation), &row),
            ));
        }
        Claim::IdleSends(relation) => {
            steps.add(&mut script, Step::Idle, fact)?;
            script.assert(&and(&[
                apply(&steps.at("sent", Step::Idle, relation), &row),
                format!("(not {})", apply(&steps.at("sent", Step::First, relation), &row)),
            ]));
        }
        Claim::Joins { carried, .. } => {
            steps.add(&mut script, Step::Second, fact)?;
            steps.add(&mut script, Step::Both, fact)?;
            script.assert(&differ(
                &apply(&steps.next(Step::Second, carried), &row),
                &apply(&steps.next(Step::Both, carried), &row),
            ));
        }
        Claim::Sends { sent, .. } => {
            steps.add(&mut script, Step::Second, fact)?;
            steps.add(&mut script, Step::Both, fact)?;
            let one = |step: Step| apply(&steps.at("sent", step, sent), &row);
            script.assert(&differ(&or(&[one(Step::First), one(Step::Second)]), &one(Step::Both)));
        }
    }
    Ok(script)
}

fn differ(left: &str, right: &str) -> String {
    format!("(not (= {left} {right}))")
}

/// Tries to show that the deliveries of a cell join.
pub fn attempt(steps: &Steps<'_>, prover: &mut Prover<'_>) -> Attempt {
    let mut attempt = Attempt {
        cell: steps.cell.clone(),
        invariants: Vec::new(),
        obligations: Vec::new(),
        growing: Vec::new(),
        failing: None,
        refused: None,
    };
    if steps.cell.recursive(steps.program).is_some() {
        attempt.refused = Some(NoFormula::Recursion);
        return attempt;
    }
    let outcome = discharge(steps, &mut attempt, prover);
    attempt.refused = outcome.err();
    attempt
}

fn discharge(steps: &Steps<'_>, attempt: &mut Attempt, prover: &mut Prover<'_>) -> Result<(), NoFormula> {
    let mut claims = claims(steps);
    claims.retain(|claim| match claim {
        Claim::IdleKeeps(_) | Claim::IdleSends(_) => true,
        Claim::Joins { .. } => prover.flaw != Some(Flaw::Joins),
        Claim::Sends { .. } => prover.flaw != Some(Flaw::Sends),
    });
    let mut sought = false;
    let mut next = 0;
    while let Some(&claim) = claims.get(next) {
        let shown = show(&question(steps, claim, &attempt.invariants)?, prover);
        if shown != Shown::Holds && !sought {
            // In all states it does not hold; in those that can be reached it may. What was shown of all holds of these.
            sought = true;
            attempt.invariants = invariant::invariants(steps, prover)?;
            if !attempt.invariants.is_empty() {
                continue;
            }
        }
        attempt.obligations.push(Obligation { claim, shown });
        if shown != Shown::Holds {
            attempt.failing = failing(steps, claim, &attempt.invariants, prover);
            return Ok(());
        }
        next += 1;
    }
    for &relation in &steps.carried {
        if grows(steps, relation, &attempt.invariants, prover)? {
            attempt.growing.push(relation);
        }
    }
    Ok(())
}

fn show(script: &Script, prover: &mut Prover<'_>) -> Shown {
    match prover.ask(script) {
        Answer::Unsatisfiable => Shown::Holds,
        Answer::Satisfiable(_) => Shown::Fails,
        Answer::Unknown(_) => Shown::Unknown,
    }
}

/// Whether a carried relation is up once deliveries join: it is guarded, or its rules are all inductive and it does not shrink.
fn grows(
    steps: &Steps<'_>,
    relation: RelationId,
    invariants: &[Invariant],
    prover: &mut Prover<'_>,
) -> Result<bool, NoFormula> {
    let rules = || steps.program.rules.iter().filter(|rule| rule.head.relation == relation);
    if rules().any(|rule| crate::analysis::is_exact_persistence(steps.program, rule)) {
        return Ok(true);
    }
    if steps.inputs.contains(&relation) || rules().any(|rule| rule.kind != RuleKind::Inductive) {
        return Ok(false);
    }
    for &input in &steps.inputs {
        let mut script = steps.preamble(Some(input));
        for one in invariants {
            script.assert(&one.formula(steps, &|relation| steps.state(relation)));
        }
        steps.add(&mut script, Step::First, Some(input))?;
        steps.add(&mut script, Step::Second, Some(input))?;
        let row: Vec<String> = (0..steps.arity(relation)).map(|column| format!("w{column}")).collect();
        script.constants(&row);
        script.assert(&and(&[
            apply(&steps.next(Step::First, relation), &row),
            format!("(not {})", apply(&steps.next(Step::Second, relation), &row)),
        ]));
        if !prover.is_soon_refuted(&script) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The cell around what spoils the outputs, if it can be what deliveries that join would mend.
pub fn cell_of_spoilers(program: &Program, polarity: &Polarity, reach: Reach, flaw: Option<Flaw>) -> Option<Cell> {
    let mut start = BTreeSet::new();
    for &output in &program.outputs {
        match polarity.standing(output) {
            Standing::Open(spoiler) if matches!(spoiler.cause, Cause::Latch | Cause::Cycle) => {
                start.insert(spoiler.relation);
            }
            Standing::Open(_) | Standing::Observed => return None,
            Standing::Flagged | Standing::Ends | Standing::Settles => {}
        }
    }
    (!start.is_empty()).then(|| Cell::around(program, polarity, &start, reach, flaw))
}
