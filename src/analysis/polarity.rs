//! Temporal polarity: a type system over relations, and the theorem that follows from it.
//!
//! A relation carries the flags that all of its rules allow, as a greatest fixpoint. What a flag promises of every instance, in which no
//! rule errs, for each fact f of the relation at each node x:
//!
//! - **up**: in every fair run, once f is in D of x it stays; and f comes in every fair run or in none.
//! - **down**: once f is not in D of x it never comes; and f goes, or is never there, in every fair run or in none.
//! - **timed**: whether f is in D(x, t) depends on x and t only, it is the same in every run. It may oscillate.
//! - **occurs**: f is in D of x at some step in every fair run or in none.
//!
//! A literal on a positive atom has the flags of its relation; a negated one is up if the relation is down, down if it is up, timed if it is timed. A
//! literal that is up and down is *constant*: it has one truth value at all steps of all runs.
//!
//! **Bodies.** A body is up, down, timed if all its literals are. It *occurs* if it is up, or timed, or reads exactly one literal that is no
//! constant, a positive atom whose relation occurs. What a rule derives has the flags of its body; if its head aggregates, only timed, or all of them if the body is constant.
//! A column of counts or greatest values over an up (down) body only grows (shrinks), so that `∃N: r(Ḡ, N), N >= k` is up (down), if N occurs
//! nowhere else, and so is `r(Ḡ, _)`; for least values the same with `<=` ([`super::polarity::thresholds`]). `N < k` is neither: an empty group
//! has no row.
//!
//! **Relations.** EDB relations that are static have all flags, event relations are timed and occur. Else let R be all rules that head r but for the
//! exact persistence `r(X̄)@next :- r(X̄)`, by which r is *guarded*.
//!
//! - r occurs if all of R do.
//! - r is up if it is guarded and all of R occur; or if it has no facts `@k`, R has no async rule, and all of R are up.
//! - r is timed if R has no async rule and all of R are timed.
//! - r is down if it is not guarded, has no facts `@k` but `@1`, all of R are down, and either all are deductive, or all are narrowing persistences
//!   `r(X̄)@next :- r(X̄), …`.
//!
//! A rule that does not occur, of a guarded relation, is a **latch**: it remembers something that the order of deliveries may decide.
//!
//! **Lemma.** The flags keep their promises. *Timed*: by induction on t and, within a step, on the strata; no message enters. *Within a run*, up and down: by
//! induction on t and the derivation of f in D(x, t), or for down in D(x, t+1). An unguarded up r gets f at t from a static fact, from a deductive rule, whose body
//! is there at t+1 too, or from an inductive one, whose body held at t−1, hence at t. For down, f in D(x, t+1) is static, or derived by a body that also held at t; a narrowing
//! persistence needs f at t. Facts `@1` come before everything. *Across runs*: let r₁ and r₂ be fair runs. By induction along r₁ (its transitions in order,
//! each step by strata): (1) f of an up or occurring relation in D(x, t) of r₁ is in D of x at some step of r₂, (2) f of a down relation not in D(x, t) of r₁ is not in D of x from some step of r₂ on.
//! (1) f has a cause. If it is given, it is given in r₂. If it is persistence, f was there before. Else a rule instance with an occurring body held at some
//! node y. Timed: it holds at the same step of y in r₂. Up: its atoms come in r₂ and stay; of the facts that match a negated down atom finitely many are in D(y, 1) of r₂, others
//! never come, and these go. So from some step on it holds. Else its one inconstant atom holds at some step of y in r₂, and there the constants do what they do in r₁. So f is derived at that step,
//! or the next, or is sent, and delivered, since r₂ is fair. (2) f is given in neither. If R is deductive, take a step of r₂ so late that what has become true or false in r₁ by (x, t), in lower strata and among
//! the finitely many facts that matter, has done so. Of the facts of this stratum that are in D there and should not be take one that is derived in the fewest rounds: the body that derives it
//! has atoms that hold in D(x, t) of r₁ too, and no match of a negated one in r₁ either, or it would have come. So r₁ derives it, a contradiction. If R is narrowing: for t = 1, f is no fact `@1`, so it never holds.
//! For t > 1, either f is not in D(x, t−1) of r₁, so by induction not in r₂ from some step on; or the rest of each body for it fails at t−1 in r₁, so from some step on in r₂, and after the
//! next step f is not kept. ∎
//!
//! **Settled** relations are, from some step on at each node, the same function of the local step in all fair runs. These are, if they have finitely many facts in each run:
//! those that are up, down or timed; those that *end*, which hold at finitely many steps only ([`super::endurance`]); and those whose enduring rules are deductive or inductive, read settled relations
//! only, with any negation and aggregation, and where no cycle of relations of this third kind passes an inductive rule. For after the last change of what is up, down or ends, a
//! deductive step is a function of what is carried and of t; and what is carried was derived a bounded number of steps ago.
//!
//! **Theorem (temporal polarity).** If each output relation is up, down, timed or ends, or is settled and depends on no counter ([`super::infinite`]), and no local step is infinite, then every instance in which no rule errs is
//! confluent. For a fact that is up, or down, is ultimate if it comes, or does not go; the other cases are what settled says. Without the condition on counters it is false: a counter `s(N+1)@next :- s(N)` that is sent to another node, and the lag
//! `s(N), notin r(N)` there, never settle. Runs on ordered channels are fair runs, so it holds for them, too.
//!
//! **Granted** ([`Granted`]). What rules mean may give more than their literals do: rules of one relation and kind may together be up or down, a relation may have flags, and what its inductive rules carry
//! may be *joined*, from some step on one set, the same in all fair runs. `prove` shows such things with a solver, with an argument of its own for each. The Lemma goes through with rules taken together,
//! since it asks of R only what they derive as one; and joined relations settle like those of the third kind, where their inductive rules need no look, since what these carry is known.
//!
//! The idea of polarities that negation flips is that of monotonicity types for Datalog; Dedalus⁺ is the case where the relations that are read negated or aggregated are EDB.

mod bodies;
mod fixpoint;
mod granted;
mod settled;
pub mod thresholds;
mod wording;

pub use bodies::variables_of;
pub use granted::Granted;
pub use settled::{Cause, Spoiler, Standing};

use super::dependency::Dependencies;
use super::endurance::Endurance;
use super::infinite::Counter;
use crate::program::{Program, RelationId, RuleId};
use settled::Counting;

/// Which of the four promises hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags {
    /// Once there it stays.
    pub up: bool,
    /// Once gone it stays away.
    pub down: bool,
    /// A function of the local step.
    pub timed: bool,
    /// There at some step in every fair run or in none.
    pub occurs: bool,
}

impl Flags {
    /// All of them.
    pub const ALL: Flags = Flags { up: true, down: true, timed: true, occurs: true };

    /// Those of both.
    pub fn and(self, other: Flags) -> Flags {
        Flags {
            up: self.up && other.up,
            down: self.down && other.down,
            timed: self.timed && other.timed,
            occurs: self.occurs && other.occurs,
        }
    }

    /// Those of either.
    pub fn or(self, other: Flags) -> Flags {
        Flags {
            up: self.up || other.up,
            down: self.down || other.down,
            timed: self.timed || other.timed,
            occurs: self.occurs || other.occurs,
        }
    }

    /// Whether it never changes.
    pub fn is_constant(self) -> bool {
        self.up && self.down
    }

    /// The names of those that hold, in order.
    pub fn names(self) -> Vec<&'static str> {
        let all = [(self.up, "up"), (self.down, "down"), (self.timed, "timed"), (self.occurs, "occurs")];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name).collect()
    }
}

/// A mistake in the type system that is made on purpose, so that tests can show that they would notice it. No command makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Latches are passed over.
    Latches,
    /// An async rule hands on that its body is timed.
    Arrivals,
    /// Messages that are not kept count as up if their bodies are.
    Unkept,
    /// A negated literal has the flags of its relation.
    Negation,
    /// A body occurs if all its atoms do.
    Meetings,
    /// Event facts leave a relation up.
    Events,
    /// Inductive rules hand on that their bodies are down.
    Delays,
    /// Any comparison with a growing column is up.
    Thresholds,
    /// Aggregates have the flags of their bodies.
    Aggregates,
    /// A cycle through inductive rules settles if what it reads does.
    Cycles,
    /// Counters settle.
    Counters,
    /// Messages that are sent for ever settle.
    Endless,
    /// What is narrowed may also be derived anew.
    Narrowing,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 13] = [
        Flaw::Latches,
        Flaw::Arrivals,
        Flaw::Unkept,
        Flaw::Negation,
        Flaw::Meetings,
        Flaw::Events,
        Flaw::Delays,
        Flaw::Thresholds,
        Flaw::Aggregates,
        Flaw::Cycles,
        Flaw::Counters,
        Flaw::Endless,
        Flaw::Narrowing,
    ];
}

/// The flags of every relation, and which relations settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polarity {
    flags: Vec<Flags>,
    derived: Vec<Flags>,
    standing: Vec<Standing>,
    infinite_step: Option<RuleId>,
}

impl Polarity {
    /// Types a program. Linear in its size, but that a rule is looked at again for each flag that a relation in its body loses.
    pub fn of(program: &Program, dependencies: &Dependencies, endurance: &Endurance, counters: &[Counter]) -> Self {
        Self::typed(program, dependencies, endurance, counters, &Granted::nothing(program), None)
    }

    /// The same where more is known.
    pub fn granted(
        program: &Program,
        dependencies: &Dependencies,
        endurance: &Endurance,
        counters: &[Counter],
        granted: &Granted,
    ) -> Self {
        Self::typed(program, dependencies, endurance, counters, granted, None)
    }

    /// The same with a mistake; for tests of the tests.
    pub fn flawed(
        program: &Program,
        dependencies: &Dependencies,
        endurance: &Endurance,
        counters: &[Counter],
        flaw: Option<Flaw>,
    ) -> Self {
        Self::typed(program, dependencies, endurance, counters, &Granted::nothing(program), flaw)
    }

    fn typed(
        program: &Program,
        dependencies: &Dependencies,
        endurance: &Endurance,
        counters: &[Counter],
        granted: &Granted,
        flaw: Option<Flaw>,
    ) -> Self {
        let typed = fixpoint::types(program, granted, flaw);
        let counting = Counting { dependencies, endurance, counters };
        let standing = settled::standings(program, counting, &typed, &granted.joined, flaw);
        let infinite = counters.iter().find(|counter| counter.extent == super::infinite::Extent::OneStep);
        Polarity {
            flags: typed.relations,
            derived: typed.derived,
            standing,
            infinite_step: infinite.map(|counter| counter.rule),
        }
    }

    /// The flags of a relation.
    pub fn flags(&self, relation: RelationId) -> Flags {
        self.flags[relation.0 as usize]
    }

    /// The flags of what a rule derives.
    pub fn derived(&self, rule: RuleId) -> Flags {
        self.derived[rule.0 as usize]
    }

    /// Whether a relation settles, and if not, what spoils it.
    pub fn standing(&self, relation: RelationId) -> &Standing {
        &self.standing[relation.0 as usize]
    }

    /// A rule that may make one local step infinite.
    pub fn infinite_step(&self) -> Option<RuleId> {
        self.infinite_step
    }

    /// Whether the theorem applies: all outputs settle, and each local step is finite. Rules across nodes and rounds that are named are those of
    /// synchronous runs, of which the theorem says nothing.
    pub fn is_confluent(&self, program: &Program) -> bool {
        let timeless = program.rules.iter().all(|rule| {
            rule.positive.iter().all(|atom| atom.time.is_none()) && rule.negative.iter().all(|atom| atom.time.is_none())
        });
        self.infinite_step.is_none()
            && program.synchronous.is_empty()
            && timeless
            && program.outputs.iter().all(|&output| self.standing(output).settles())
    }
}
