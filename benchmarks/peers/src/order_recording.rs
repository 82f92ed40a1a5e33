//! *Order-recording*: what a receiver remembers about the order in which messages reached it.
//!
//! Node c sends n one-shot messages in its first local step. Node s receives, at each of its steps, any subset
//! of what is in flight; an empty one is an idle step. Whenever x is seen and y is not yet, `before(x, y)` is
//! recorded for ever, so each ordered partition of the messages is an outcome of its own.
//!
//! With F(n) ordered partitions of n messages there are 2F + 1 states and 6F + 1 transitions, self-loops counted.

mod dedalus;
mod formulas;

pub use dedalus::dedalus;
pub use formulas::{outcomes, states, transitions};

use stateright::{Model, Property};

/// The most messages whose `before` relation fits the 64 bits of [`State::before`].
pub const MAX_MESSAGES: u8 = 8;

/// One in each byte.
const LANES: u64 = 0x0101_0101_0101_0101;
/// Bit i in byte i.
const DIAGONAL: u64 = 0x8040_2010_0804_0201;

/// The system with a fixed number of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRecording {
    all: u8,
    self_loops: SelfLoops,
}

/// Whether steps that change nothing are transitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfLoops {
    /// They are: each yields its successor, and the checker looks it up. This is the work Watershed does.
    Counted,
    /// `next_state` answers `None` for them, as stateright allows.
    Dropped,
}

/// A global state; sets of messages are masks in which bit i stands for message i.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Byte x is the set of all y with `before(x, y)`.
    pub before: u64,
    /// What s has seen.
    pub seen: u8,
    /// What was sent and not yet received.
    pub in_flight: u8,
    /// Whether c has taken its first step.
    pub sent: bool,
}

/// A local step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// c steps: it sends the first time and idles later.
    Sender,
    /// s steps and receives this subset of what is in flight.
    Receiver(u8),
}

impl OrderRecording {
    /// The system with `messages` messages, or none if there are not between 1 and [`MAX_MESSAGES`].
    pub fn new(messages: u8, self_loops: SelfLoops) -> Option<Self> {
        (1..=MAX_MESSAGES).contains(&messages).then(|| Self { all: u8::MAX >> (MAX_MESSAGES - messages), self_loops })
    }

    /// Whether s has seen every message, so that `before` is final.
    pub fn is_final(&self, state: &State) -> bool {
        state.seen == self.all
    }

    fn receive(&self, state: &State, delivered: u8) -> State {
        let seen = state.seen | delivered;
        State {
            before: state.before | product(seen, self.all & !seen),
            seen,
            in_flight: state.in_flight & !delivered,
            sent: state.sent,
        }
    }
}

impl Model for OrderRecording {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State { before: 0, seen: 0, in_flight: 0, sent: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.push(Action::Sender);
        let mut delivered = state.in_flight;
        loop {
            actions.push(Action::Receiver(delivered));
            if delivered == 0 {
                break;
            }
            delivered = (delivered - 1) & state.in_flight;
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let next = match action {
            Action::Sender if state.sent => *state,
            Action::Sender => State { in_flight: self.all, sent: true, ..*state },
            Action::Receiver(delivered) => self.receive(state, delivered),
        };
        (self.self_loops == SelfLoops::Counted || next != *state).then_some(next)
    }

    /// One property that always holds and costs nothing: without any, the checker stops at once.
    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("explore everything", |_, _| true)]
    }
}

/// The relation `left` × `right`, a byte for each element of the first, without branches.
fn product(left: u8, right: u8) -> u64 {
    let spread = (u64::from(left) * LANES) & DIAGONAL;
    let rows = ((spread + (u64::MAX - (LANES << 7))) >> 7) & LANES;
    rows * u64::from(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_is_the_set_of_pairs() {
        for left in 0..=u8::MAX {
            for right in 0..=u8::MAX {
                let expected =
                    (0..8).filter(|x| left >> x & 1 == 1).fold(0, |pairs, x| pairs | u64::from(right) << (8 * x));
                assert_eq!(product(left, right), expected, "{left:#b} × {right:#b}");
            }
        }
    }

    #[test]
    fn message_counts_outside_the_mask_are_refused() {
        assert!(OrderRecording::new(0, SelfLoops::Counted).is_none());
        assert!(OrderRecording::new(MAX_MESSAGES + 1, SelfLoops::Counted).is_none());
        let largest = OrderRecording::new(MAX_MESSAGES, SelfLoops::Counted);
        assert_eq!(largest.map(|model| model.all), Some(u8::MAX));
    }

    #[test]
    fn one_batch_is_not_ordered_and_two_are() {
        let model = OrderRecording::new(2, SelfLoops::Counted).expect("2 is a legal size");
        let start = model.init_states()[0];
        let sent = model.next_state(&start, Action::Sender).expect("self-loops are counted");
        assert_eq!(model.receive(&sent, 0b11).before, 0);
        let first = model.receive(&sent, 0b01);
        assert_eq!(first.before, 0b10);
        let second = model.receive(&first, 0b10);
        assert_eq!((second.before, second.in_flight), (0b10, 0));
    }
}
