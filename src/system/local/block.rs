//! Local steps that are asked for together: looked up in order, evaluated by all threads, numbered in order.
//!
//! To evaluate a step by bits takes reading only, so threads share the steps that are not remembered. All that is numbered is numbered in
//! the order in which the steps were asked for, and so is what the memory forgets: a step that is asked for and not
//! remembered is put there at once, with the promise of an outcome. So all figures are those of steps taken one after another.
//! Semi-naive joins number facts as they go; their steps are taken in order by one thread.

use super::ground::Scratch;
use super::{LocalSteps, Moved, Taken};
use crate::system::Stop;
use crate::system::words::Batch;
use crate::threads::Threads;

/// Some local steps.
#[derive(Debug, Default)]
pub struct StepBlock {
    /// What became of each step; of those that are evaluated still, [`PROMISED`] and its place among these.
    told: Vec<Moved>,
    /// Those that are evaluated: node, local state, inbox.
    missed: Vec<[u32; 3]>,
    outcomes: Vec<Moved>,
    shares: Vec<Evaluated>,
    /// By node, the local states that its steps led to, and of which missed steps these are.
    rows: Vec<(Batch, Vec<u32>)>,
}

/// The next local state of a step whose outcome is not known yet.
const PROMISED: u32 = u32::MAX;

/// Steps that one thread evaluates before it asks for more; few in debug builds, so that small programs have several shares.
const SHARE: usize = if cfg!(debug_assertions) { 3 } else { 256 };

/// Outcomes of a thread's share of the steps.
#[derive(Debug, Default)]
pub(super) struct Evaluated {
    pub(super) scratch: Scratch,
    pub(super) taken: Taken,
    /// The local states that steps led to, one after another.
    pub(super) rows: Vec<u32>,
    outcomes: Vec<Outcome>,
    sent: Vec<u32>,
    observed: Vec<u32>,
    stopped: Option<Stop>,
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    /// Words of the next local state; `None` if that is the same.
    row: Option<u32>,
    sent: u32,
    observed: u32,
    alarm: bool,
}

impl Evaluated {
    fn clear(&mut self) {
        self.rows.clear();
        self.outcomes.clear();
        self.sent.clear();
        self.observed.clear();
        self.stopped = None;
    }

    /// Keeps what is in [`Self::taken`], with this many words of a next local state, if it is another.
    pub(super) fn keep(&mut self, row: Option<usize>) {
        let Taken { sent, observed, alarm, .. } = &self.taken;
        self.sent.extend_from_slice(sent);
        self.observed.extend_from_slice(observed);
        self.outcomes.push(Outcome {
            row: row.map(|words| words as u32),
            sent: sent.len() as u32,
            observed: observed.len() as u32,
            alarm: *alarm,
        });
    }
}

/// Takes a slice of this length from the front.
fn take<'w>(words: &mut &'w [u32], length: u32) -> &'w [u32] {
    let (taken, rest) = words.split_at(length as usize);
    *words = rest;
    taken
}

impl StepBlock {
    /// Asks for nothing yet.
    pub fn clear(&mut self) {
        self.told.clear();
        self.missed.clear();
    }

    /// What became of the step that was asked for at this place.
    pub fn told(&self, at: usize) -> Moved {
        let told = self.told[at];
        if told.next == PROMISED { self.outcomes[told.sent as usize] } else { told }
    }
}

impl LocalSteps {
    /// Asks for the step of `node` from local state `local` with `inbox` delivered.
    pub fn ask(&mut self, block: &mut StepBlock, key: [u32; 3]) {
        self.count_asked();
        let moved = self.memo.get(key).unwrap_or_else(|| {
            let promised = Moved { next: PROMISED, sent: block.missed.len() as u32, ..Moved::default() };
            self.memo.put(key, promised);
            block.missed.push(key);
            promised
        });
        block.told.push(moved);
    }

    /// Takes the steps that were asked for; `delivered` gives the facts of inboxes.
    ///
    /// # Errors
    /// If a step has no outcome. Then nothing is known of any.
    pub fn answer<'f>(
        &mut self,
        block: &mut StepBlock,
        delivered: impl Fn(u32) -> &'f [u32] + Sync,
        threads: &Threads,
    ) -> Result<(), Stop> {
        self.evaluated += block.missed.len() as u64;
        block.outcomes.clear();
        let done = if self.steps.ground().is_some() {
            self.evaluate(block, delivered, threads)
        } else {
            self.take_in_order(block, delivered)
        };
        for (place, &key) in block.missed.iter().enumerate() {
            self.memo.replace(key, done.is_ok().then(|| block.outcomes[place]));
        }
        done
    }

    fn take_in_order<'f>(&mut self, block: &mut StepBlock, delivered: impl Fn(u32) -> &'f [u32]) -> Result<(), Stop> {
        for &[node, local, inbox] in &block.missed {
            self.steps.take(node, local, delivered(inbox), &mut self.taken)?;
            let Taken { sent, observed, .. } = &self.taken;
            let sent = if sent.is_empty() { 0 } else { self.sends.intern(sent) };
            let snapshot = if self.observes { self.snapshots.intern(observed) } else { 0 };
            block.outcomes.push(Moved { next: self.taken.next, sent, snapshot, alarm: self.taken.alarm });
        }
        Ok(())
    }

    fn evaluate<'f>(
        &mut self,
        block: &mut StepBlock,
        delivered: impl Fn(u32) -> &'f [u32] + Sync,
        threads: &Threads,
    ) -> Result<(), Stop> {
        let StepBlock { missed, outcomes, shares, rows, .. } = block;
        let count = missed.len().div_ceil(SHARE);
        if shares.len() < count {
            shares.resize_with(count, Evaluated::default);
        }
        let steps = &*self.steps;
        let mut work: Vec<_> = missed.chunks(SHARE).zip(&mut shares[..]).collect();
        threads.share(&mut work, |_, (missed, share)| {
            share.clear();
            share.stopped = missed.iter().try_for_each(|&key| steps.evaluate(key, delivered(key[2]), share)).err();
        });
        rows.resize_with(self.nodes, Default::default);
        for (batch, places) in &mut *rows {
            batch.clear();
            places.clear();
        }
        for (missed, share) in missed.chunks(SHARE).zip(&*shares) {
            if let Some(stop) = share.stopped {
                return Err(stop);
            }
            let (mut words, mut sent, mut observed) = (&share.rows[..], &share.sent[..], &share.observed[..]);
            for (&[node, local, _], outcome) in missed.iter().zip(&share.outcomes) {
                let sent = take(&mut sent, outcome.sent);
                let observed = take(&mut observed, outcome.observed);
                if let Some(row) = outcome.row {
                    let (batch, places) = &mut rows[node as usize];
                    batch.words.extend_from_slice(take(&mut words, row));
                    places.push(outcomes.len() as u32);
                }
                let sent = if sent.is_empty() { 0 } else { self.sends.intern(sent) };
                let snapshot = if self.observes { self.snapshots.intern(observed) } else { 0 };
                outcomes.push(Moved { next: local, sent, snapshot, alarm: outcome.alarm });
            }
        }
        for (node, (batch, places)) in (0..).zip(rows) {
            if places.is_empty() {
                continue;
            }
            self.steps.number_all(node, batch, places.len(), threads);
            for (&place, &number) in places.iter().zip(&batch.numbers) {
                outcomes[place as usize].next = number;
            }
        }
        Ok(())
    }
}
