//! Breadth-first search on one thread, by definition: every choice of every state.
//!
//! Breadth first because shortest schedules are what people read, and because discovery order then is the numbering.
//! While copies are counted exactly, a message that is sent again and again would make the system infinite; the search notices the first
//! self-covering loop (Karp and Miller) on the path to a new state and stops there with what it pumps, so that the caller
//! can count these messages up to a cap.

use super::Graph;
use crate::budget::{Bound, Budget};
use crate::system::{Choice, Message, Stop, System};

/// What a search found.
#[derive(Debug)]
pub struct Exploration {
    /// States and transitions.
    pub graph: Graph,
    /// Why it ended before the end, if it did.
    pub stopped: Option<Stopped>,
    /// Whether a `never` relation held in some transition.
    pub alarm: bool,
}

/// Why a search ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// A bound, a fault of a rule, or too many choices, while this choice of this state was taken (none while its
    /// choices were listed).
    At {
        /// What happened.
        stop: Stop,
        /// Where.
        state: u32,
        /// The choice.
        choice: Option<Choice>,
    },
    /// A self-covering loop pumps these messages.
    Pumped(Vec<Message>),
}

/// How far a search has got; for people who watch it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// States discovered.
    pub states: usize,
    /// States whose transitions are all taken.
    pub expanded: usize,
    /// Transitions taken.
    pub transitions: usize,
}

/// How many states are expanded between two looks at the clock, the memory and the interrupt flag.
const LOOK_EVERY: usize = 64;

/// Explores `system` breadth first within `budget`.
pub fn explore<S: System>(system: &mut S, budget: &Budget, watch: &mut dyn FnMut(Progress)) -> Exploration {
    let mut state = Vec::new();
    system.initial(&mut state);
    let mut search = Search { graph: Graph::new(&state), targets: Vec::new(), alarm: false };
    let stopped = search.run(system, budget, watch).err();
    search.graph.freeze();
    Exploration { graph: search.graph, stopped, alarm: search.alarm }
}

struct Search {
    graph: Graph,
    /// Targets of the transitions taken from the state that is being expanded.
    targets: Vec<u32>,
    alarm: bool,
}

impl Search {
    fn run<S: System>(
        &mut self,
        system: &mut S,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), Stopped> {
        let (mut state, mut next, mut choices) = (Vec::new(), Vec::new(), Vec::new());
        while self.graph.expanded() < self.graph.states.len() {
            let at = self.graph.expanded() as u32;
            let stop = |stop: Stop, choice| Stopped::At { stop, state: at, choice };
            if (at as usize).is_multiple_of(LOOK_EVERY) {
                let growth = self.graph.growth() + system.growth();
                budget.check_growth(growth).map_err(|bound| stop(bound.into(), None))?;
                watch(Progress {
                    states: self.graph.states.len(),
                    expanded: at as usize,
                    transitions: self.graph.transitions(),
                });
            }
            state.clear();
            state.extend_from_slice(self.graph.states.get(at));
            system.enabled(&state, &mut choices).map_err(|s| stop(s, None))?;
            self.targets.clear();
            for (index, &choice) in choices.iter().enumerate() {
                if index % 4096 == 4095 {
                    budget.check().map_err(|bound| stop(bound.into(), None))?;
                }
                self.take(system, budget, at, &state, choice, &mut next)?;
            }
            self.graph.expand(&self.targets).ok_or_else(|| stop(Bound::Memory.into(), None))?;
        }
        Ok(())
    }

    fn take<S: System>(
        &mut self,
        system: &mut S,
        budget: &Budget,
        at: u32,
        state: &[u32],
        choice: Choice,
        next: &mut Vec<u32>,
    ) -> Result<(), Stopped> {
        let stop = |stop: Stop| Stopped::At { stop, state: at, choice: Some(choice) };
        if self.graph.transitions() + self.targets.len() >= budget.max_transitions {
            return Err(stop(Bound::Transitions.into()));
        }
        self.alarm |= system.step(state, choice, next).map_err(stop)?;
        if next == state {
            self.targets.push(at);
            return Ok(());
        }
        let discovered = self.graph.discover(next, at, budget.max_states);
        let (target, new) = discovered.ok_or_else(|| stop(Bound::States.into()))?;
        if new && system.grew(state, next) {
            self.look_for_pumping(system, at, next)?;
        }
        self.targets.push(target);
        Ok(())
    }

    /// Walks back along the path to the new state `next` (whose parent is `at`) and looks for a state that it covers.
    fn look_for_pumping<S: System>(&self, system: &S, at: u32, next: &[u32]) -> Result<(), Stopped> {
        let mut earlier = at;
        loop {
            if let Some(messages) = system.pumped(self.graph.states.get(earlier), next) {
                return Err(Stopped::Pumped(messages));
            }
            if earlier == 0 {
                return Ok(());
            }
            earlier = self.graph.parent(earlier);
        }
    }
}
