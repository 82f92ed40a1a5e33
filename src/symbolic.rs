//! Unknown constants: which questions about their values can matter, and the cases that the answers make.
//!
//! An instance with unknown constants stands for one instance a valuation. Most of these differ in nothing that a run can notice. What
//! a run notices of values is what local steps ask: whether two are equal, which is less, what arithmetic makes of them, and whether two
//! facts are one. So rules are evaluated over terms instead of values. Each question that this asks is answered from the
//! conditions of the case so far ([`oracle`]), or splits the case in two. When no question is left open, a case is *settled*. What is
//! evaluated is more than what runs do, in one of two ways: [`possible`] applies all rules to all facts at once, without steps;
//! where that finds no end, [`reach`] takes the steps of all runs.
//!
//! **Claim.** Any two valuations of a settled case have the same runs, but for the values in the facts. So one instance of the case,
//! explored as any instance, decides all of it.
//!
//! *Proof.* Let a row be a relation, a node and a list of terms, and R the rows found. For two valuations u and v of the case, let h send
//! the fact that a row is under u to the one that it is under v. Two rows of one relation and node are either the same terms, or it
//! was asked whether they are equal, so h is a function and injective. By induction on the transitions of a run under u: if all its facts so far are rows
//! of R, the run with h(fact) in place of each fact is one under v, and the facts of the next step are rows of R. The initial facts are rows.
//! Take a local step whose input are rows. A binding of a rule's positive atoms joins rows; a join, a condition, a match
//! of a negated atom, a division by zero or an overflow were asked of these very terms, as the rules were applied to all of R, or to this
//! step, so the binding satisfies the body under u iff it does under v, and its head is a row of R. An aggregate ranges over the same rows; which of
//! their tuples are distinct was asked, and for the least and greatest the order of all, so its value is the same term, for a count the same
//! number. Where it goes was asked too: each node was compared with the destination. So D, what is carried, and what is sent correspond. Runs are
//! fair together, a fact is ultimate iff its image is, and a `never` relation is met in both or in neither. ∎
//!
//! Rules that reach no output, no `never` relation and no rule that can err are passed over: ultimate facts do not depend on them. A
//! binding whose expression has no value is passed over too: there a rule errs, or an integer is beyond its bound, in all instances of the case alike,
//! and the one that is explored tells.

pub mod condition;
pub mod meet;
pub mod oracle;
pub mod possible;
pub mod reach;
pub mod term;
pub mod values;
