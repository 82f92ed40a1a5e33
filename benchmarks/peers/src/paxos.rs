//! Single-decree Paxos as `generate paxos` writes it: P proposers, each with one ballot and a wish of its own, and A
//! acceptors that remember every ballot they have accepted. One message is delivered in a step.

use stateright::{Model, Property};

/// The system with A acceptors and P proposers, at most 8 of each; proposer p has ballot p + 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paxos<const A: usize, const P: usize>;

/// A global state. A promise is told by the ballot, from 0 for none, that its acceptor had accepted last, plus 1; 0 stands for no promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State<const A: usize, const P: usize> {
    /// The proposers that have sent their requests to prepare.
    pub started: u8,
    /// By proposer, the acceptors to which a request to prepare is in flight.
    pub prepare: [u8; P],
    /// By proposer and acceptor, the promise in flight.
    pub promise: [[u8; A]; P],
    /// By proposer and acceptor, the promise received; forgotten once a value is asked for.
    pub granted: [[u8; A]; P],
    /// By proposer, the value that it asks for, named by the proposer whose wish it is, from 1; 0 if it does not ask yet.
    pub value: [u8; P],
    /// By proposer, the acceptors to which a request to accept is in flight.
    pub accept: [u8; P],
    /// By acceptor, the highest ballot of which it has heard.
    pub floor: [u8; A],
    /// By acceptor, the ballots that it has accepted.
    pub accepted: [u8; A],
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// This proposer asks all acceptors to prepare.
    Start(u8),
    /// A request to prepare arrives, from this proposer at this acceptor.
    Prepare(u8, u8),
    /// A promise arrives, at this proposer from this acceptor.
    Promise(u8, u8),
    /// A request to accept arrives, from this proposer at this acceptor.
    Accept(u8, u8),
}

impl<const A: usize, const P: usize> State<A, P> {
    const ALL: u8 = u8::MAX >> (8 - A);

    /// Whether two values are chosen.
    pub fn disagrees(&self) -> bool {
        let chosen = |ballot: usize| self.accepted.iter().filter(|&set| set >> ballot & 1 > 0).count() > A / 2;
        let mut values = (0..P).filter(|&ballot| chosen(ballot)).map(|ballot| self.value[ballot]);
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    /// The state that differs from this one in the names of acceptors only and has them in order.
    pub fn representative(&self) -> Self {
        let column = |acceptor: usize| {
            let bits = |sets: [u8; P]| sets.map(|set| set >> acceptor & 1);
            (
                (self.floor[acceptor], self.accepted[acceptor], bits(self.prepare), bits(self.accept)),
                (self.promise.map(|row| row[acceptor]), self.granted.map(|row| row[acceptor])),
            )
        };
        let mut order: [usize; A] = std::array::from_fn(|acceptor| acceptor);
        order.sort_unstable_by_key(|&acceptor| column(acceptor));
        let bits = |sets: [u8; P]| {
            sets.map(|set| order.iter().enumerate().map(|(to, from)| (set >> from & 1) << to).sum::<u8>())
        };
        Self {
            prepare: bits(self.prepare),
            promise: self.promise.map(|row| order.map(|from| row[from])),
            granted: self.granted.map(|row| order.map(|from| row[from])),
            accept: bits(self.accept),
            floor: order.map(|from| self.floor[from]),
            accepted: order.map(|from| self.accepted[from]),
            ..*self
        }
    }

    fn promised(&mut self, proposer: usize, acceptor: usize) {
        let promise = std::mem::take(&mut self.promise[proposer][acceptor]);
        if self.value[proposer] > 0 {
            return;
        }
        self.granted[proposer][acceptor] = promise;
        let granted = self.granted[proposer];
        if granted.iter().filter(|&&promise| promise > 0).count() > A / 2 {
            let top = granted.iter().max().map_or(0, |top| top - 1);
            self.value[proposer] = if top == 0 { proposer as u8 + 1 } else { self.value[top as usize - 1] };
            self.accept[proposer] = Self::ALL;
            self.granted[proposer] = [0; A];
        }
    }
}

impl<const A: usize, const P: usize> Model for Paxos<A, P> {
    type State = State<A, P>;
    type Action = Action;

    fn init_states(&self) -> Vec<Self::State> {
        vec![State {
            started: 0,
            prepare: [0; P],
            promise: [[0; A]; P],
            granted: [[0; A]; P],
            value: [0; P],
            accept: [0; P],
            floor: [0; A],
            accepted: [0; A],
        }]
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Action>) {
        for proposer in 0..P {
            let p = proposer as u8;
            if state.started >> p & 1 == 0 {
                actions.push(Action::Start(p));
            }
            for acceptor in 0..A {
                let a = acceptor as u8;
                if state.prepare[proposer] >> a & 1 > 0 {
                    actions.push(Action::Prepare(p, a));
                }
                if state.promise[proposer][acceptor] > 0 {
                    actions.push(Action::Promise(p, a));
                }
                if state.accept[proposer] >> a & 1 > 0 {
                    actions.push(Action::Accept(p, a));
                }
            }
        }
    }

    fn next_state(&self, state: &Self::State, action: Action) -> Option<Self::State> {
        let mut next = *state;
        match action {
            Action::Start(p) => {
                next.started |= 1 << p;
                next.prepare[p as usize] = Self::State::ALL;
            }
            Action::Prepare(p, a) => {
                next.prepare[p as usize] &= !(1 << a);
                let (ballot, acceptor) = (p + 1, a as usize);
                if ballot >= state.floor[acceptor] {
                    next.floor[acceptor] = ballot;
                    let last = u8::BITS - state.accepted[acceptor].leading_zeros();
                    next.promise[p as usize][acceptor] = last as u8 + 1;
                }
            }
            Action::Promise(p, a) => next.promised(p as usize, a as usize),
            Action::Accept(p, a) => {
                next.accept[p as usize] &= !(1 << a);
                let (ballot, acceptor) = (p + 1, a as usize);
                if ballot >= state.floor[acceptor] {
                    next.floor[acceptor] = ballot;
                    next.accepted[acceptor] |= 1 << p;
                }
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no two values are chosen", |_, state: &Self::State| !state.disagrees())]
    }
}
