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

    /// What it has counted so far.
    fn tally(&self) -> Tally;
}

/// What a system counts on its way; the figures of several copies add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Local steps evaluated.
    pub evaluated: u64,
    /// Local steps asked for.
    pub asked: u64,
    /// Steps that led to a state for which another one was taken, of which it is a renaming.
    pub mapped: u64,
    /// Steps that changed the state and led to a renaming of it.
    pub folded: u64,
}

impl Tally {
    /// How many figures there are.
    pub const LENGTH: usize = 4;

    /// What came since.
    #[must_use]
    pub fn since(self, earlier: Tally) -> Tally {
        Tally {
            evaluated: self.evaluated - earlier.evaluated,
            asked: self.asked - earlier.asked,
            mapped: self.mapped - earlier.mapped,
            folded: self.folded - earlier.folded,
        }
    }

    /// The figures in a form that travels.
    pub fn words(self) -> [u32; Tally::LENGTH] {
        let Tally { evaluated, asked, mapped, folded } = self;
        [evaluated, asked, mapped, folded].map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The figures of such words.
    pub fn of_words(words: [u32; Tally::LENGTH]) -> Tally {
        let [evaluated, asked, mapped, folded] = words.map(u64::from);
        Tally { evaluated, asked, mapped, folded }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Tally) {
        self.evaluated += more.evaluated;
        self.asked += more.asked;
        self.mapped += more.mapped;
        self.folded += more.folded;
    }
}
