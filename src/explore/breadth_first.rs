//! Breadth-first search: every choice of every state.
//!
//! **In blocks.** The states of a level are taken some thousand at a time. Their choices are listed in order; where these lead is found by
//! all threads together ([`System::step_all`]), and so is which of the states found are new ([`Graph::discover_all`]); then
//! transitions are added, and loops looked for, in order. What the threads do numbers nothing by who comes first, so
//! states, transitions and all other numbers are the same for any number of threads. Where something may end the search within a block,
//! a bound that is near or a step without an outcome, its states are taken one after another.
//!
//! Breadth first because shortest schedules are what people read, and because discovery order then is the numbering.
//! While copies are counted exactly, a message that is sent again and again would make the system infinite; the search notices the first
//! self-covering loop (Karp and Miller) on the path to a new state and stops there with what it pumps, so that the caller
//! can count these messages up to a cap.
//!
//! Where the system says that some choices are enough ([`System::ample`]), only these are taken, and the state is expanded in
//! part. That holds only for states that no run passes infinitely often. So states in part that lie on a loop are
//! expanded again in full, until none is left: then every loop of the graph consists of states expanded in full. (A proviso on
//! components, which is stronger than the usual one, for which one state in full on each loop is enough; the usual one keeps runs but for
//! idle steps, and ultimate facts live on idle steps too.) A system most of whose states lie on loops is not
//! asked again.

mod block;
mod kept;
mod outlook;

use super::Graph;
use super::components::components;
use crate::budget::{Bound, Budget};
use crate::system::{Choice, Message, Stop, System};
use block::{BLOCK, Listed};
use kept::Kept;
use outlook::Outlook;
use std::collections::BTreeMap;

/// What a search found.
#[derive(Debug)]
pub struct Exploration {
    /// States and transitions.
    pub graph: Graph,
    /// Why it ended before the end, if it did.
    pub stopped: Option<Stopped>,
    /// Whether a `never` relation held in some transition.
    pub alarm: bool,
    /// Whether copies of some message became more, so that a loop might have pumped it that was not met yet.
    pub grew: bool,
    /// What reductions left out.
    pub left_out: LeftOut,
}

/// How often reductions left choices out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// States that were expanded in part, by the name of the reduction.
    pub states: BTreeMap<&'static str, usize>,
    /// How many of these were expanded again in full, since they lie on loops.
    pub again: usize,
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
    /// The share of all states that is expanded, guessed from how levels shrink; `None` where nothing can be said.
    pub share: Option<f64>,
}

/// How many states are expanded between two looks at the clock, the memory and the interrupt flag.
const LOOK_EVERY: usize = 64;

/// Explores `system` breadth first within `budget`.
pub fn explore<S: System>(system: &mut S, budget: &Budget, watch: &mut dyn FnMut(Progress)) -> Exploration {
    explore_by(BLOCK, system, budget, watch)
}

/// The same one state after another, on one thread, for comparison: what a search by blocks finds is what this one finds.
pub fn explore_one_by_one<S: System>(system: &mut S, budget: &Budget, watch: &mut dyn FnMut(Progress)) -> Exploration {
    explore_by(1, system, budget, watch)
}

fn explore_by<S: System>(most: usize, system: &mut S, budget: &Budget, watch: &mut dyn FnMut(Progress)) -> Exploration {
    let mut state = Vec::new();
    system.initial(&mut state);
    let mut search = Search {
        graph: Graph::new(&state),
        targets: Vec::new(),
        most,
        listed: Listed::default(),
        level_end: 0,
        look_for_loops: LOOPS_AFTER,
        kept: None,
        outlook: Outlook::default(),
        state,
        next: Vec::new(),
        choices: Vec::new(),
        alarm: false,
        in_part: true,
        grew: false,
        left_out: LeftOut::default(),
    };
    let stopped = search.resume(system, budget).and_then(|()| search.run(system, budget, watch)).err();
    match &stopped {
        None => search.keep_if_long(system, budget),
        Some(Stopped::At { stop: Stop::Bound(_), .. }) => search.keep_start(system, budget),
        Some(_) => {}
    }
    search.graph.freeze();
    Exploration { graph: search.graph, stopped, alarm: search.alarm, grew: search.grew, left_out: search.left_out }
}

/// Loops are looked for at the end of the level (the states at one distance) in which this many states are expanded, and whenever there
/// are [`AND_AGAIN`] times as many: what is found then does not depend on how the states of a level are shared out.
pub(super) const LOOPS_AFTER: usize = 1 << 11;
pub(super) const AND_AGAIN: usize = 4;

struct Search {
    graph: Graph,
    /// Targets of the transitions taken from the state that is being expanded.
    targets: Vec<u32>,
    /// Most states in a block.
    most: usize,
    listed: Listed,
    /// Where the level that is being expanded ends.
    level_end: usize,
    /// Loops are looked for when so many states are expanded.
    look_for_loops: usize,
    kept: Option<Kept>,
    outlook: Outlook,
    /// Working space of [`Search::visit`].
    state: Vec<u32>,
    next: Vec<u32>,
    choices: Vec<Choice>,
    alarm: bool,
    /// Whether the system is asked for reductions.
    in_part: bool,
    grew: bool,
    left_out: LeftOut,
}

impl Search {
    fn run<S: System>(
        &mut self,
        system: &mut S,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), Stopped> {
        loop {
            while self.graph.expanded() < self.graph.states.len() {
                if self.graph.expanded() >= self.level_end {
                    self.level_end = self.graph.states.len();
                    self.outlook.begin_level(self.graph.expanded(), self.level_end);
                }
                while self.graph.expanded() < self.level_end {
                    self.expand_block(system, budget, watch)?;
                }
                if self.graph.expanded() >= self.look_for_loops {
                    self.open_loops(system, budget, watch)?;
                    self.look_for_loops = AND_AGAIN * self.graph.expanded();
                }
            }
            if !self.open_loops(system, budget, watch)? {
                return Ok(());
            }
        }
    }

    /// Looks at the bounds, now and then.
    fn look<S: System>(
        &self,
        system: &S,
        budget: &Budget,
        at: u32,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), Stopped> {
        if (at as usize).is_multiple_of(LOOK_EVERY) { self.look_now(system, budget, at, watch) } else { Ok(()) }
    }

    fn look_now<S: System>(
        &self,
        system: &S,
        budget: &Budget,
        at: u32,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), Stopped> {
        let stop = |bound: Bound| Stopped::At { stop: bound.into(), state: at, choice: None };
        budget.check_growth(self.graph.growth() + system.growth()).map_err(stop)?;
        watch(Progress {
            states: self.graph.states.len(),
            expanded: self.graph.expanded(),
            transitions: self.graph.transitions(),
            share: self.outlook.share(self.graph.expanded()),
        });
        if budget.is_enough() { Err(stop(Bound::Transitions)) } else { Ok(()) }
    }

    /// Lists the choices of a state, all or, if asked to, those that are enough, into [`Self::choices`]; returns the name of the
    /// reduction that left out others.
    fn list<S: System>(&mut self, system: &mut S, at: u32, in_part: bool) -> Result<Option<&'static str>, Stopped> {
        let stop = |stop: Stop| Stopped::At { stop, state: at, choice: None };
        self.state.clear();
        self.state.extend_from_slice(self.graph.states.get(at));
        system.enabled(&self.state, &mut self.choices).map_err(stop)?;
        if in_part { system.ample(&self.state, &mut self.choices).map_err(stop) } else { Ok(None) }
    }

    /// Takes the listed choices of a state.
    fn visit<S: System>(&mut self, system: &mut S, budget: &Budget, at: u32) -> Result<(), Stopped> {
        let state = std::mem::take(&mut self.state);
        let mut next = std::mem::take(&mut self.next);
        let choices = std::mem::take(&mut self.choices);
        self.targets.clear();
        for (index, &choice) in choices.iter().enumerate() {
            if index % 4096 == 4095 {
                let stop = |bound: Bound| Stopped::At { stop: bound.into(), state: at, choice: None };
                budget.check().map_err(stop)?;
            }
            self.take(system, budget, at, &state, choice, &mut next)?;
        }
        (self.state, self.next, self.choices) = (state, next, choices);
        Ok(())
    }

    /// Adds the transitions of the next state, which lead to [`Self::targets`].
    fn expand(&mut self, reduction: Option<&'static str>) -> Result<(), Stopped> {
        if let Some(name) = reduction {
            *self.left_out.states.entry(name).or_default() += 1;
        }
        let state = self.graph.expanded() as u32;
        let full = || Stopped::At { stop: Bound::Memory.into(), state, choice: None };
        self.graph.expand(&self.targets, reduction.is_some()).ok_or_else(full)
    }

    /// Expands in full the states in part that lie on loops; returns whether there were any.
    fn open_loops<S: System>(
        &mut self,
        system: &mut S,
        budget: &Budget,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<bool, Stopped> {
        let partial = self.graph.partial();
        if partial == 0 {
            return Ok(false);
        }
        let graph = &self.graph;
        let mut on_loops: Vec<u32> = Vec::new();
        components(
            graph.expanded(),
            0..graph.expanded() as u32,
            |state| graph.successors(state),
            |state| graph.is_expanded(state),
            |members| {
                if members.len() > 1 || graph.successors(members[0]).contains(&members[0]) {
                    on_loops.extend(members.iter().filter(|&&state| graph.is_partial(state)));
                }
            },
        );
        on_loops.sort_unstable();
        self.in_part &= on_loops.len() <= partial / 2;
        for &state in &on_loops {
            self.look(system, budget, state, watch)?;
            self.list(system, state, false)?;
            self.visit(system, budget, state)?;
            self.graph.expand_again(state, &self.targets);
            self.left_out.again += 1;
        }
        Ok(!on_loops.is_empty())
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
            self.grew = true;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::{Copies, Effect, Output, OutputSet, Spread};

    /// Node 0 flips a bit for ever; node 1 sets one. A reduction says that node 0 is enough wherever it is asked, which is wrong on loops.
    struct Flipping;

    impl System for Flipping {
        fn width(&self) -> usize {
            2
        }
        fn nodes(&self) -> usize {
            2
        }
        fn initial(&mut self, state: &mut Vec<u32>) {
            state.extend([0, 0]);
        }
        fn enabled(&mut self, _: &[u32], choices: &mut Vec<Choice>) -> Result<(), Stop> {
            choices.clear();
            choices.extend([0, 1].map(|node| Choice { node, inbox: 0, rest: 0 }));
            Ok(())
        }
        fn ample(&mut self, _: &[u32], choices: &mut Vec<Choice>) -> Result<Option<&'static str>, Stop> {
            choices.truncate(1);
            Ok(Some("test"))
        }
        fn step(&mut self, state: &[u32], choice: Choice, next: &mut Vec<u32>) -> Result<bool, Stop> {
            next.clear();
            next.extend(if choice.node == 0 { [1 - state[0], state[1]] } else { [state[0], 1] });
            Ok(false)
        }
        fn alarms(&mut self, _: &[u32], _: Choice) -> Result<Vec<u32>, Stop> {
            Ok(Vec::new())
        }
        fn in_flight(&self, _: &[u32], messages: &mut Vec<(Message, Copies)>) {
            messages.clear();
        }
        fn at_rest(&self, _: &[u32]) -> bool {
            true
        }
        fn saturated(&self, _: &[u32]) -> bool {
            false
        }
        fn effect(&mut self, _: &[u32], _: Choice, _: &mut Effect) -> Result<(), Stop> {
            Ok(())
        }
        fn outputs(&mut self, _: &[u32], _: Choice) -> Result<OutputSet, Stop> {
            Ok(0)
        }
        fn members(&mut self, _: u32, _: OutputSet, outputs: &mut Vec<Output>) {
            outputs.clear();
        }
        fn spread(&mut self, _: u32, sets: &[OutputSet]) -> Spread {
            Spread { all: sets[0], some: sets[0] }
        }
        fn settle(&mut self) {}
        fn output_node(&self, _: Output) -> u32 {
            0
        }
        fn growth(&self) -> usize {
            0
        }
        fn grew(&self, _: &[u32], _: &[u32]) -> bool {
            false
        }
        fn pumped(&self, _: &[u32], _: &[u32]) -> Option<Vec<Message>> {
            None
        }
    }

    #[test]
    fn states_in_part_on_loops_are_expanded_in_full() {
        let found = explore(&mut Flipping, &Budget::default(), &mut |_| ());
        assert!(found.stopped.is_none());
        assert_eq!((found.graph.states.len(), found.graph.partial(), found.graph.transitions()), (4, 0, 8));
        assert_eq!(found.left_out.again, found.left_out.states["test"]);
    }
}
