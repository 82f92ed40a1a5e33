//! Two-phase commit as Gray and Lamport describe it (*Consensus on transaction commit*, 2006, §4): resource managers that may
//! prepare or abort on their own, and a transaction manager that commits when all have prepared and may abort until then.
//! A message, once sent, stays readable for ever, so the set of messages is a part of the state that only grows.

use stateright::{Model, Property};

/// The most resource managers whose sets fit the masks.
pub const MAX_MANAGERS: u8 = 16;

/// The system with a fixed number of resource managers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoPhaseCommit {
    managers: u8,
}

/// What the transaction manager has decided. The message that says so has been sent then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// To commit.
    Commit,
    /// To abort.
    Abort,
}

/// A global state; sets of resource managers are masks. A manager in none of the first three sets is still working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Those that have prepared and not gone on.
    pub prepared: u16,
    /// Those that have committed.
    pub committed: u16,
    /// Those that have aborted.
    pub aborted: u16,
    /// Those that have sent that they are prepared.
    pub sent: u16,
    /// Those from which the transaction manager has read so.
    pub read: u16,
    /// What the transaction manager has decided.
    pub decision: Decision,
}

/// A step that changes the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The transaction manager reads that this one is prepared.
    Read(u8),
    /// The transaction manager commits.
    Commit,
    /// The transaction manager aborts.
    Abort,
    /// This manager prepares and says so.
    Prepare(u8),
    /// This manager aborts on its own.
    Refuse(u8),
    /// This manager does what was decided.
    Follow(u8),
}

impl TwoPhaseCommit {
    /// The system with `managers` resource managers, or none if there are not between 1 and [`MAX_MANAGERS`].
    pub fn new(managers: u8) -> Option<Self> {
        (1..=MAX_MANAGERS).contains(&managers).then_some(Self { managers })
    }

    fn all(&self) -> u16 {
        u16::MAX >> (MAX_MANAGERS - self.managers)
    }
}

impl State {
    /// The least state that differs from this one in the names of resource managers only.
    pub fn representative(&self) -> Self {
        let sets = [self.prepared, self.committed, self.aborted, self.sent, self.read];
        let mut managers = [0u8; MAX_MANAGERS as usize];
        for (at, manager) in managers.iter_mut().enumerate() {
            *manager = sets.iter().enumerate().map(|(bit, set)| ((set >> at & 1) as u8) << bit).sum();
        }
        // Managers that do not exist are in no set; sorted downwards they stay behind the others.
        managers.sort_unstable_by(|a, b| b.cmp(a));
        let set = |bit: u8| (0..).zip(managers).map(|(at, manager)| u16::from(manager >> bit & 1) << at).sum();
        Self { prepared: set(0), committed: set(1), aborted: set(2), sent: set(3), read: set(4), ..*self }
    }
}

impl Model for TwoPhaseCommit {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State { prepared: 0, committed: 0, aborted: 0, sent: 0, read: 0, decision: Decision::Open }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.decision == Decision::Open {
            actions.push(Action::Abort);
            if state.read == self.all() {
                actions.push(Action::Commit);
            }
        }
        for manager in 0..self.managers {
            let bit = 1 << manager;
            if state.decision == Decision::Open && state.sent & !state.read & bit > 0 {
                actions.push(Action::Read(manager));
            }
            if (state.prepared | state.committed | state.aborted) & bit == 0 {
                actions.push(Action::Prepare(manager));
                actions.push(Action::Refuse(manager));
            }
            let followed = match state.decision {
                Decision::Open => u16::MAX,
                Decision::Commit => state.committed,
                Decision::Abort => state.aborted,
            };
            if followed & bit == 0 {
                actions.push(Action::Follow(manager));
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = *state;
        match action {
            Action::Read(manager) => next.read |= 1 << manager,
            Action::Commit => next.decision = Decision::Commit,
            Action::Abort => next.decision = Decision::Abort,
            Action::Prepare(manager) => {
                next.prepared |= 1 << manager;
                next.sent |= 1 << manager;
            }
            Action::Refuse(manager) => next.aborted |= 1 << manager,
            Action::Follow(manager) => {
                let bit = 1 << manager;
                next.prepared &= !bit;
                next.committed &= !bit;
                next.aborted &= !bit;
                match state.decision {
                    Decision::Open => return None,
                    Decision::Commit => next.committed |= bit,
                    Decision::Abort => next.aborted |= bit,
                }
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("nobody commits while another aborts", |_, state: &State| {
            state.committed == 0 || state.aborted == 0
        })]
    }
}
