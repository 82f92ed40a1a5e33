//! What workers send each other: words, and how they are read.
//!
//! To the owner of states, *visits*: of each state the sender's number for it, then its packed form. To the gathering process,
//! *reports*, in the order in which they come about.

use crate::system::portable::Tally;
use serde::{Deserialize, Serialize};

/// Words from one worker to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parcel {
    /// The worker that they are for.
    pub to: u32,
    /// Who sends them: a worker, or, by the number of workers, the search that gathers.
    pub from: u32,
    /// What they are.
    pub kind: Kind,
    /// The words.
    pub words: Vec<u32>,
}

/// What a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// States for their owner.
    Visits,
    /// What was found, for the search that gathers.
    Reports,
    /// To a worker: reductions are no longer wanted.
    InFull,
    /// To a worker: nothing more is wanted.
    Stop,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report<'w> {
    /// A state that the sender owns, by the sender's number.
    State {
        /// The number.
        number: u32,
        /// The state.
        packed: &'w [u32],
    },
    /// A state that the sender owns is one that another worker sent.
    Alias {
        /// The other.
        worker: u32,
        /// The other's number for it.
        theirs: u32,
        /// The sender's.
        mine: u32,
    },
    /// The transitions of a state that the sender owns.
    Row {
        /// The sender's number for it.
        number: u32,
        /// The row.
        row: Row<'w>,
    },
    /// The sender cannot take the transitions of this state: asked again, the system will say why.
    Failed {
        /// The sender's number for it.
        number: u32,
    },
    /// The sender does not understand packed states.
    Refused,
    /// A bound from outside was hit at the sender, which expands nothing more.
    Cut {
        /// Which, by its place in [`BOUNDS`].
        bound: u32,
    },
}

/// The transitions of one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'w> {
    /// Whether the system was asked for reductions.
    pub in_part: bool,
    /// The place of the reduction that left choices out, and one; 0 if none did.
    pub reduction: u32,
    /// Whether a `never` relation held in one of the transitions.
    pub alarm: bool,
    /// What was counted on the way.
    pub tally: [u32; Tally::LENGTH],
    /// Where they lead, in the order of the choices, by the sender's numbers.
    pub targets: &'w [u32],
}

/// The bounds that a worker may hit from outside.
pub const BOUNDS: [crate::budget::Bound; 3] =
    [crate::budget::Bound::Memory, crate::budget::Bound::Time, crate::budget::Bound::Interrupt];

const STATE: u32 = 0;
const ALIAS: u32 = 1;
const ROW: u32 = 2;
const FAILED: u32 = 3;
const CUT: u32 = 4;
const REFUSED: u32 = 5;

impl Report<'_> {
    /// Writes the report at the end of `words`.
    pub fn write(self, words: &mut Vec<u32>) {
        match self {
            Report::State { number, packed } => {
                words.extend([STATE, number, packed.len() as u32]);
                words.extend_from_slice(packed);
            }
            Report::Alias { worker, theirs, mine } => words.extend([ALIAS, worker, theirs, mine]),
            Report::Row { number, row } => {
                let marks = row.reduction << 2 | u32::from(row.alarm) << 1 | u32::from(row.in_part);
                words.extend([ROW, number, marks]);
                words.extend(row.tally);
                words.push(row.targets.len() as u32);
                words.extend_from_slice(row.targets);
            }
            Report::Failed { number } => words.extend([FAILED, number]),
            Report::Cut { bound } => words.extend([CUT, bound]),
            Report::Refused => words.push(REFUSED),
        }
    }
}

/// Reads the reports in some words, one by one.
pub fn reports(words: &[u32]) -> impl Iterator<Item = Report<'_>> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let (report, after) = match rest {
            [] => return None,
            [STATE, number, length, after @ ..] => {
                let (packed, after) = after.split_at(*length as usize);
                (Report::State { number: *number, packed }, after)
            }
            [ALIAS, worker, theirs, mine, after @ ..] => {
                (Report::Alias { worker: *worker, theirs: *theirs, mine: *mine }, after)
            }
            [ROW, number, marks, evaluated, asked, mapped, folded, length, after @ ..] => {
                let (targets, after) = after.split_at(*length as usize);
                let (in_part, alarm, reduction) = (marks & 1 > 0, marks & 2 > 0, marks >> 2);
                let tally = [*evaluated, *asked, *mapped, *folded];
                let row = Row { in_part, reduction, alarm, tally, targets };
                (Report::Row { number: *number, row }, after)
            }
            [FAILED, number, after @ ..] => (Report::Failed { number: *number }, after),
            [REFUSED, after @ ..] => (Report::Refused, after),
            [CUT, bound, after @ ..] => (Report::Cut { bound: *bound }, after),
            _ => unreachable!("internal error: reports that no worker writes"),
        };
        rest = after;
        Some(report)
    })
}

/// Writes a visit at the end of `words`.
pub fn write_visit(number: u32, packed: &[u32], words: &mut Vec<u32>) {
    words.extend([number, packed.len() as u32]);
    words.extend_from_slice(packed);
}

/// Reads the visits in some words: the sender's number of each state, and the state.
pub fn visits(words: &[u32]) -> impl Iterator<Item = (u32, &[u32])> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let [number, length, after @ ..] = rest else { return None };
        let (packed, after) = after.split_at(*length as usize);
        rest = after;
        Some((*number, packed))
    })
}

/// The worker that owns a state: the same on every machine.
pub fn owner(packed: &[u32], workers: u32) -> u32 {
    let mut hash = 0x243f_6a88_85a3_08d3_u64;
    for &word in packed {
        let product = u128::from(hash ^ u64::from(word)) * 0x9e37_79b9_7f4a_7c15;
        hash = (product >> 64) as u64 ^ product as u64;
    }
    (((hash >> 32) * u64::from(workers)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_as_they_were_written() {
        let row = Row { in_part: true, reduction: 2, alarm: false, tally: [3, 4, 5, 6], targets: &[7, 7, 9] };
        let written = [
            Report::State { number: 5, packed: &[1, 2, 3] },
            Report::Alias { worker: 1, theirs: 2, mine: 5 },
            Report::Row { number: 5, row },
            Report::Row { number: 6, row: Row { in_part: false, reduction: 0, alarm: true, targets: &[], ..row } },
            Report::Failed { number: 8 },
            Report::Refused,
            Report::Cut { bound: 1 },
        ];
        let mut words = Vec::new();
        written.iter().for_each(|report| report.write(&mut words));
        assert_eq!(reports(&words).collect::<Vec<_>>(), written);
        let mut words = Vec::new();
        write_visit(4, &[1], &mut words);
        write_visit(9, &[], &mut words);
        assert_eq!(visits(&words).collect::<Vec<_>>(), [(4, &[1][..]), (9, &[][..])]);
    }

    #[test]
    fn owners_are_spread_evenly() {
        let mut counts = [0; 3];
        (0..3000u32).for_each(|word| counts[owner(&[word, 1, word / 7], 3) as usize] += 1);
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }
}
