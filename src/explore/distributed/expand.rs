//! A worker's share of a search: the states it owns, expanded round by round.
//!
//! A worker numbers every state it meets, its own and those it sends to others, in one table, so that a state that many transitions lead to
//! travels once a sender, and rows are in the sender's numbers. What it does in a round depends on what was sent to it and not on
//! when: visits are taken in the order of their senders. So its numbers, and what it remembers of local steps, are the same in every run.

use super::parcel::{BOUNDS, Parcel, Report, Row, owner, visits, write_visit};
use crate::budget::{Bound, Budget};
use crate::system::portable::Portable;
use crate::system::words::Rows;
use crate::system::{Choice, Stop};
use bitvec::vec::BitVec;

/// What a worker has to send.
#[derive(Debug)]
pub struct Outgoing {
    /// Visits, by owner.
    pub visits: Vec<Vec<u32>>,
    /// Reports.
    pub reports: Vec<u32>,
}

/// A worker's states.
#[derive(Debug)]
pub struct Expander<S> {
    system: S,
    budget: Budget,
    me: u32,
    workers: u32,
    seen: Rows,
    /// By number: whether it is mine and I know it, so that it has been expanded or will be.
    mine: BitVec,
    /// Mine, met since the last round began.
    open: Vec<u32>,
    /// Whether the system is asked for reductions.
    pub in_part: bool,
    understands: bool,
    packed: Vec<u32>,
    state: Vec<u32>,
    next: Vec<u32>,
    choices: Vec<Choice>,
    targets: Vec<u32>,
}

impl<S: Portable> Expander<S> {
    /// Worker `me` of `workers`, with nothing to do but, if it owns it, the initial state, which has number 0 then. The states of the search
    /// are packed in this dialect.
    pub fn new(mut system: S, dialect: u64, budget: Budget, me: u32, workers: u32) -> Self {
        let mut state = Vec::new();
        system.initial(&mut state);
        let mut expander = Expander {
            budget,
            me,
            workers,
            seen: Rows::new(system.width()),
            mine: BitVec::new(),
            open: Vec::new(),
            in_part: true,
            understands: system.dialect() == Some(dialect),
            packed: Vec::new(),
            state: Vec::new(),
            next: Vec::new(),
            choices: Vec::new(),
            targets: Vec::new(),
            system,
        };
        if !expander.understands {
            return expander;
        }
        expander.system.pack(&state, &mut expander.packed);
        if owner(&expander.packed, workers) == me {
            expander.seen.number_of(&state);
            expander.open.push(0);
        }
        expander
    }

    /// Whether there is something to do in the next round.
    pub fn is_waiting(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether there is something to do in the first round.
    pub fn begins(&self) -> bool {
        self.is_waiting() || !self.understands
    }

    /// Takes what came for a round; the states to expand in it.
    pub fn receive(&mut self, parcels: &mut [Parcel], out: &mut Outgoing) -> Vec<u32> {
        if !self.understands {
            Report::Refused.write(&mut out.reports);
            return Vec::new();
        }
        let first = |parcel: &Parcel| (parcel.from, parcel.words.first().copied());
        parcels.sort_by_key(first);
        let mut state = std::mem::take(&mut self.state);
        for number in std::mem::take(&mut self.open) {
            // Only the initial state is not announced yet.
            self.announce(number, out);
            self.open.push(number);
        }
        for parcel in parcels {
            for (theirs, packed) in visits(&parcel.words) {
                self.system.unpack(packed, &mut state);
                let mine = self.seen.number_of(&state);
                if self.announce(mine, out) {
                    self.open.push(mine);
                }
                Report::Alias { worker: parcel.from, theirs, mine }.write(&mut out.reports);
            }
        }
        self.state = state;
        std::mem::take(&mut self.open)
    }

    /// Says that a state is mine; whether that is new.
    fn announce(&mut self, number: u32, out: &mut Outgoing) -> bool {
        let at = number as usize;
        if self.mine.len() <= at {
            self.mine.resize(at + 1, false);
        }
        if self.mine.replace(at, true) {
            return false;
        }
        self.packed.clear();
        self.system.pack(self.seen.get(number), &mut self.packed);
        Report::State { number, packed: &self.packed }.write(&mut out.reports);
        true
    }

    /// Looks at the bounds from outside; a bound that is hit is reported.
    ///
    /// # Errors
    /// The bound.
    pub fn look(&self, out: &mut Outgoing) -> Result<(), Bound> {
        let checked = self.budget.check_growth(self.seen.growth() + self.system.growth());
        if let Err(bound) = checked {
            report_cut(bound, out);
        }
        checked
    }

    /// Takes the transitions of a state of mine.
    ///
    /// # Errors
    /// A bound from outside, which is reported.
    pub fn expand(&mut self, number: u32, out: &mut Outgoing) -> Result<(), Bound> {
        let before = self.system.tally();
        match self.visit(number, out) {
            Ok((reduction, alarm)) => {
                let tally = self.system.tally().since(before).words();
                let row = Row { in_part: self.in_part, reduction, alarm, tally, targets: &self.targets };
                Report::Row { number, row }.write(&mut out.reports);
                Ok(())
            }
            Err(Stop::Bound(bound)) if BOUNDS.contains(&bound) => {
                report_cut(bound, out);
                Err(bound)
            }
            Err(_) => {
                Report::Failed { number }.write(&mut out.reports);
                Ok(())
            }
        }
    }

    fn visit(&mut self, number: u32, out: &mut Outgoing) -> Result<(u32, bool), Stop> {
        let mut choices = std::mem::take(&mut self.choices);
        let mut state = std::mem::take(&mut self.state);
        state.clear();
        state.extend_from_slice(self.seen.get(number));
        let taken = self.take(number, &state, &mut choices, out);
        (self.choices, self.state) = (choices, state);
        taken
    }

    fn take(
        &mut self,
        number: u32,
        state: &[u32],
        choices: &mut Vec<Choice>,
        out: &mut Outgoing,
    ) -> Result<(u32, bool), Stop> {
        self.system.enabled(state, choices)?;
        let reduction = if self.in_part { self.system.ample(state, choices)? } else { None };
        let place = |name| S::REDUCTIONS.iter().position(|known| *known == name).map_or(0, |at| at as u32 + 1);
        let mut alarm = false;
        self.targets.clear();
        for (index, &choice) in choices.iter().enumerate() {
            if index % 4096 == 4095 {
                self.budget.check()?;
            }
            alarm |= self.system.step(state, choice, &mut self.next)?;
            let target = if self.next == state { number } else { self.meet(out) };
            self.targets.push(target);
        }
        Ok((reduction.map_or(0, place), alarm))
    }

    /// The number of the state in `next`. A new one is kept, or sent to its owner.
    fn meet(&mut self, out: &mut Outgoing) -> u32 {
        let known = self.seen.len();
        let number = self.seen.number_of(&self.next);
        if self.seen.len() == known {
            return number;
        }
        self.packed.clear();
        self.system.pack(&self.next, &mut self.packed);
        match owner(&self.packed, self.workers) {
            me if me == self.me => {
                self.announce(number, out);
                self.open.push(number);
            }
            other => write_visit(number, &self.packed, &mut out.visits[other as usize]),
        }
        number
    }
}

fn report_cut(bound: Bound, out: &mut Outgoing) {
    let place = BOUNDS.iter().position(|known| *known == bound).unwrap_or_default() as u32;
    Report::Cut { bound: place }.write(&mut out.reports);
}
