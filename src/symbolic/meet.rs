//! Two programs under the same valuation: which of their output facts are the same.
//!
//! **Claim.** Let a case be settled for two programs, by one oracle, and let each fact that the first may have of an output relation have been held
//! against each that the second may have of the relation of that name at the node of that name. Then the two have the same ultimate models under all
//! valuations of the case, or under none.
//!
//! *Proof.* Let u and v be valuations of the case. For each program there is an injection, of the facts that its rows are under u to those that they are
//! under v, that maps its fair runs under u onto those under v, and their ultimate models likewise: the claim of [`super`] holds of each program by
//! itself, as the oracle's answers hold under all valuations of the case, whichever program asked. So an ultimate model of the first is a set A of its
//! rows, under u and under v, and one of the second a set B of the other's. Rows at other nodes or of other relations are never one fact; whether two
//! others are was asked, so they are one under u iff they are under v. So A and B are the same set of facts under u iff they are under v, and if each
//! model of one program is one of the other's under u, then also under v. ∎

use super::oracle::{Halt, Oracle};
use super::possible::Output;
use crate::program::Program;

/// Holds the output facts of two programs with the same symbols against each other.
///
/// # Errors
/// The first question that is left open, or the bound that was hit.
pub fn meet(programs: [&Program; 2], outputs: [&[Output]; 2], oracle: &mut Oracle<'_>) -> Result<(), Halt> {
    let [first, second] = programs;
    for (node, relation, row) in outputs[0] {
        oracle.spend()?;
        for (other_node, other_relation, other_row) in outputs[1] {
            let same_node = first.node_value(*node) == second.node_value(*other_node);
            if same_node && first.relation(*relation).name == second.relation(*other_relation).name {
                let pairs: Vec<_> = row.iter().copied().zip(other_row.iter().copied()).collect();
                oracle.all_equal(&pairs)?;
            }
        }
    }
    Ok(())
}
