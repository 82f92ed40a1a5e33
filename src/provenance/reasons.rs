//! Claims with what each rests on. A claim is explained once, however often it is used, so the whole is a graph.

use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::hash::Hash;

/// One claim, explained.
#[derive(Debug, Clone)]
pub struct Reason<C, H> {
    /// What.
    pub claim: C,
    /// How.
    pub how: H,
    /// The claims it rests on, by number.
    pub parts: Vec<usize>,
}

/// Claims by number, in the order in which they were met.
#[derive(Debug)]
pub struct Reasons<C, H> {
    list: Vec<Reason<C, H>>,
    known: FxHashMap<C, usize>,
    open: H,
}

impl<C: Clone + Eq + Hash, H: Copy> Reasons<C, H> {
    /// This claim alone. One that is not explained has `open` for its how.
    pub fn of(claim: C, open: H) -> Self {
        let mut reasons = Reasons { list: Vec::new(), known: FxHashMap::default(), open };
        reasons.number(claim);
        reasons
    }

    /// How many claims were met.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Never: the first claim is there.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A claim by number.
    pub fn claim(&self, at: usize) -> &C {
        &self.list[at].claim
    }

    /// Says how a claim is explained. Parts that were not met before are to be explained in their turn.
    pub fn explain(&mut self, at: usize, how: H, parts: Vec<C>) {
        let mut numbers: Vec<usize> = parts.into_iter().map(|part| self.number(part)).collect();
        let mut seen = BTreeSet::new();
        numbers.retain(|&number| seen.insert(number));
        (self.list[at].how, self.list[at].parts) = (how, numbers);
    }

    /// The claims with what they rest on.
    pub fn into_list(self) -> Vec<Reason<C, H>> {
        self.list
    }

    fn number(&mut self, claim: C) -> usize {
        let number = self.list.len();
        *self.known.entry(claim).or_insert_with_key(|claim| {
            self.list.push(Reason { claim: claim.clone(), how: self.open, parts: Vec::new() });
            number
        })
    }
}
