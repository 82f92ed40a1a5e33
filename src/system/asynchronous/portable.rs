//! A state written out: each node's local state and buffer, then what observers last saw of each node.
//!
//! Only grounded programs: their facts are numbered before the search, from the program alone, so a fact travels as its
//! number. A local state is its row, a buffer its length and contents, a snapshot 0 if there is none, else one more than
//! its length and then its facts.

use super::{Asynchronous, buffer, local};
use crate::network::traffic::Traffic;
use crate::program::Value;
use crate::reduce::Reductions;
use crate::system::System;
use crate::system::portable::{Portable, Tally};

/// Takes words from the front of a packed state.
fn take<'w>(packed: &mut &'w [u32], words: usize) -> &'w [u32] {
    let (taken, rest) = packed.split_at(words);
    *packed = rest;
    taken
}

impl Portable for Asynchronous<'_> {
    const REDUCTIONS: &'static [&'static str] = &Reductions::OF_STATES;

    /// Made from all facts in the order of their numbers. There is none on ordered channels, whose contents are not written out here.
    fn dialect(&self) -> Option<u64> {
        if !matches!(self.traffic, Traffic::Any(_)) {
            return None;
        }
        let facts = self.steps.ground()?.facts();
        let mut dialect = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |word: u64| dialect = (dialect ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        for id in 0..facts.len() as u32 {
            let fact = facts.get(crate::eval::store::FactId(id));
            add(u64::from(fact.relation.0));
            for value in &fact.values {
                match *value {
                    Value::Int(i) => add(i as u64),
                    Value::Symbol(symbol) => add(1 << 40 | u64::from(symbol.0)),
                }
            }
        }
        Some(dialect)
    }

    fn pack(&self, state: &[u32], packed: &mut Vec<u32>) {
        for node in 0..self.nodes() as u32 {
            self.steps.pack(node, local(state, node), packed);
            let at = packed.len();
            packed.push(0);
            if let Traffic::Any(buffers) = &self.traffic {
                packed.extend(buffers.contents(buffer(state, node)).flat_map(|(fact, copies)| [fact, copies]));
            }
            packed[at] = (packed.len() - at - 1) as u32;
        }
        for &snapshot in self.snapshots(state) {
            let at = packed.len();
            match snapshot.checked_sub(1) {
                None => packed.push(0),
                Some(seen) => {
                    self.steps.pack_snapshot(seen, packed);
                    packed[at] += 1;
                }
            }
        }
    }

    fn unpack(&mut self, mut packed: &[u32], state: &mut Vec<u32>) {
        state.clear();
        for node in 0..self.nodes() as u32 {
            let local = self.steps.unpack(node, &mut packed);
            let length = take(&mut packed, 1)[0] as usize;
            let contents = take(&mut packed, length);
            for pair in contents.chunks_exact(2) {
                self.messages.intern((node, pair[0]));
            }
            let buffer = match &mut self.traffic {
                Traffic::Any(buffers) => buffers.number_of(contents),
                Traffic::Fifo(_) => unreachable!("internal error: ordered channels have no dialect"),
            };
            state.extend([local, buffer]);
        }
        while state.len() < self.width() {
            let length = take(&mut packed, 1)[0];
            let snapshot = match length.checked_sub(1) {
                None => 0,
                Some(facts) => self.steps.snapshot_of(take(&mut packed, facts as usize)) + 1,
            };
            state.push(snapshot);
        }
    }

    fn tally(&self) -> Tally {
        let [mapped, folded] = self.symmetric.as_ref().map_or([0; 2], |symmetric| [symmetric.mapped, symmetric.folded]);
        Tally { evaluated: self.steps.evaluated, asked: self.steps.asked, mapped, folded }
    }
}
