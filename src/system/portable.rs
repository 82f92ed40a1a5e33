//! States in a form that means the same to every copy of a system, in this process or on another machine.
//!
//! The words of a state are numbers into the tables of one system, handed out in order of first appearance. Two systems made
//! from the same program number their facts alike from the start, but not what they meet later: local states, buffers,
//! snapshots. So a state that travels is written out down to its facts.

use super::System;

/// A system whose states can be sent to another copy of it.
pub trait Portable: System {
    /// The names that [`System::ample`] gives; a name travels as its place here.
    const REDUCTIONS: &'static [&'static str];

    /// A number that differs between systems that do not understand each other's packed states; `None` if this one's states cannot
    /// be packed at all.
    fn dialect(&self) -> Option<u64>;

    /// Writes a state at the end of `packed`: equal states of systems of one dialect, and no others, give equal words.
    fn pack(&self, state: &[u32], packed: &mut Vec<u32>);

    /// Writes the state of such words into `state` (cleared first). The messages in flight in it are numbered, where they are new, in
    /// the order in which the step that sent them would have numbered them.
    ///
    /// # Panics
    /// If the words were not packed by a system of this dialect.
    fn unpack(&mut self, packed: &[u32], state: &mut Vec<u32>);

    /// Local steps evaluated and asked for so far.
    fn local_step_counts(&self) -> [u64; 2];
}
