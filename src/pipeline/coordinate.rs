//! The least coordination that makes a program confluent (`coordinate`).
//!
//! *What is aimed at.* A program whose rules conclude from absence, but never on a cycle, has a meaning without any schedule: stratum by stratum
//! (semantics §4), with its events and messages taken as lasting. Seals aim at that model. Where state is changed in place, or negation is on a cycle, there is no such
//! model; there orders of delivery are fixed, and the aim is one of the models that the program itself can end with.
//!
//! *How plans are found.* Which points wait, and how the channels behind them are sealed, is an integer program over the prices of messages, rounds and waiting; it
//! starts without demands, so with no coordination at all. Each solution is written out as a program, read, and explored on the instance. If it is not confluent with the
//! model aimed at, then at least one more point has to wait (or one that waits for a single sender has to wait for all): a demand more, and again. What is solved is
//! a relaxation of the question throughout, so the first plan that passes is the cheapest, if more seals never spoil a plan; where a bound kept a cheaper one from
//! being decided, the answer says so.
//!
//! *On other instances* nothing is known of a plan, unless small ones are asked for: then it has to do on each of them, and one that does not is a failed re-check
//! like any other.
//!
//! *Nothing is printed as good that did not pass its re-check*: parser, resolver, classification, and `check` on the instance.

mod aim;
mod price;
mod search;
mod small;
mod trial;

pub use aim::{Aim, Shown};
pub use price::{Measured, Price, Prices};
pub use search::{Answered, Attempt, Coordinated, Outcome, as_it_is, coordinate, everything, full};
pub use small::{Small, searchable};
pub use trial::{Failure, Trial};
