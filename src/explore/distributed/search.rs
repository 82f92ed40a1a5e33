//! The search that gathers: breadth first, like the sequential one, with transitions that others have taken.
//!
//! It gives each state the number that the sequential search gives it, because it does what that one does in the same order: state by
//! state, target by target, the same bounds, the same looks for pumping and for loops. Only who takes the transitions of a
//! state is another: as a rule its owner, who reported them. Where no report can be used, this search takes them itself: states on
//! loops that are opened, states that a worker could not expand, and everything once the others are lost. What it finds in this way
//! is sent to its owner, so that the others go on from there. So the answer never depends on who did what, and a lost
//! process costs time only.

use super::dataflow::{Event, Time};
use super::gather::{Answer, Entity, Gained, Gathered};
use super::parcel::{Kind, Parcel, owner, write_visit};
use crate::budget::{Bound, Budget};
use crate::explore::Graph;
use crate::explore::breadth_first::{AND_AGAIN, Exploration, LOOPS_AFTER, LeftOut, Progress, Stopped};
use crate::explore::components::components;
use crate::system::portable::{Portable, Tally};
use crate::system::{Choice, Stop};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// What worker 0 is told during a search.
#[derive(Debug)]
pub enum Grant {
    /// These parcels belong to the next round; the rounds before this time may be expanded.
    Until(Time, Vec<Parcel>),
}

/// The others, seen from the search.
pub trait Others {
    /// How many workers there are, those of this process included.
    fn workers(&self) -> u32;

    /// Tells worker 0; whether it is there.
    fn grant(&mut self, grant: Grant) -> bool;

    /// What worker 0 tells.
    fn events(&self) -> &Receiver<Event>;
}

/// Rounds granted ahead of the level whose states are being numbered: one whose states are announced, and one that is expanded meanwhile.
const AHEAD: u64 = 2;

/// How many states are numbered between two looks at the clock, the memory and the interrupt flag.
const LOOK_EVERY: usize = 64;

/// Rounds without a report after which what is waited for will not come. What others have to do shows in the next one, so this is never
/// reached unless they go wrong; then this search does their work.
const MOST_SILENT: u32 = 4;

/// How long to wait for others between two such looks.
const PATIENCE: Duration = Duration::from_millis(50);

/// Explores `system` breadth first within `budget` with the help of others who explore copies of it. What they counted is
/// given too, and whether they were lost on the way.
pub fn explore<S: Portable>(
    system: &mut S,
    budget: &Budget,
    others: &mut dyn Others,
    watch: &mut dyn FnMut(Progress),
) -> (Exploration, Tally, bool) {
    let mut state = Vec::new();
    system.initial(&mut state);
    let mut packed = Vec::new();
    system.pack(&state, &mut packed);
    let mut search = Search {
        graph: Graph::new(&state),
        gathered: Gathered::new(others.workers(), owner(&packed, others.workers())),
        seeded: vec![true],
        seeds: (0..others.workers()).map(|_| Vec::new()).collect(),
        in_full: false,
        granted: 0,
        reached: 0,
        silent: 0,
        lost: false,
        tally: Tally::default(),
        targets: Vec::new(),
        state,
        next: Vec::new(),
        packed,
        choices: Vec::new(),
        alarm: false,
        in_part: true,
        grew: false,
        left_out: LeftOut::default(),
        others,
        budget,
        watch,
    };
    let stopped = search.run(system).err();
    search.graph.freeze();
    let Search { graph, alarm, grew, left_out, tally, lost, .. } = search;
    (Exploration { graph, stopped, alarm, grew, left_out }, tally, lost)
}

struct Search<'s> {
    graph: Graph,
    gathered: Gathered,
    /// By state: whether its owner was told of it, by this search or by a worker.
    seeded: Vec<bool>,
    /// States to tell their owners of with the next grant, by owner.
    seeds: Vec<Vec<u32>>,
    /// Whether to tell workers with the next grant that reductions are not wanted any more.
    in_full: bool,
    /// Rounds granted.
    granted: u64,
    /// All reports with an earlier time are here.
    reached: Time,
    /// Rounds granted while waiting since a report came.
    silent: u32,
    lost: bool,
    /// What others counted in transitions that were used.
    tally: Tally,
    /// Targets of the transitions of the state that is being expanded.
    targets: Vec<u32>,
    state: Vec<u32>,
    next: Vec<u32>,
    packed: Vec<u32>,
    choices: Vec<Choice>,
    alarm: bool,
    /// Whether the system is asked for reductions.
    in_part: bool,
    grew: bool,
    left_out: LeftOut,
    others: &'s mut dyn Others,
    budget: &'s Budget,
    watch: &'s mut dyn FnMut(Progress),
}

fn stop(stop: impl Into<Stop>, state: u32, choice: Option<Choice>) -> Stopped {
    Stopped::At { stop: stop.into(), state, choice }
}

impl Search<'_> {
    fn run<S: Portable>(&mut self, system: &mut S) -> Result<(), Stopped> {
        let mut look_for_loops = LOOPS_AFTER;
        let mut levels = 0;
        loop {
            while self.graph.expanded() < self.graph.states.len() {
                while self.granted < levels + AHEAD {
                    self.grant();
                }
                levels += 1;
                let level = self.graph.expanded() as u32..self.graph.states.len() as u32;
                for at in level {
                    self.look(system, at)?;
                    let partial = self.visit(system, at, self.in_part)?;
                    let full = || stop(Bound::Memory, at, None);
                    self.graph.expand(&self.targets, partial).ok_or_else(full)?;
                }
                if self.graph.expanded() >= look_for_loops {
                    self.open_loops(system)?;
                    look_for_loops = AND_AGAIN * self.graph.expanded();
                }
            }
            if !self.open_loops(system)? {
                return Ok(());
            }
        }
    }

    /// Looks at the bounds, now and then.
    fn look<S: Portable>(&mut self, system: &S, at: u32) -> Result<(), Stopped> {
        if (at as usize).is_multiple_of(LOOK_EVERY) {
            let growth = self.graph.growth() + system.growth();
            self.budget.check_growth(growth).map_err(|bound| stop(bound, at, None))?;
            if let Some(bound) = self.gathered.cut {
                return Err(stop(bound, at, None));
            }
            (self.watch)(Progress {
                states: self.graph.states.len(),
                expanded: self.graph.expanded(),
                transitions: self.graph.transitions(),
                share: None,
            });
        }
        Ok(())
    }

    /// Lets the others expand one round more, with the states that they have not heard of.
    fn grant(&mut self) {
        let from = self.others.workers();
        let mut parcels = Vec::new();
        if std::mem::take(&mut self.in_full) {
            parcels.extend((0..from).map(|to| Parcel { to, from, kind: Kind::InFull, words: Vec::new() }));
        }
        for (to, words) in (0..).zip(&mut self.seeds).filter(|(_, words)| !words.is_empty()) {
            parcels.push(Parcel { to, from, kind: Kind::Visits, words: std::mem::take(words) });
        }
        self.granted += 1;
        let until = 2 * self.granted;
        self.lost |= !self.others.grant(Grant::Until(until, parcels));
    }

    /// Waits for a report; whether one may still come.
    fn fetch(&mut self, at: u32) -> Result<bool, Stopped> {
        while !self.lost {
            if let Some(bound) = self.gathered.cut {
                return Err(stop(bound, at, None));
            }
            match self.others.events().recv_timeout(PATIENCE) {
                Ok(Event::Reports(parcel)) => {
                    self.gathered.absorb(parcel.from, &parcel.words);
                    self.lost |= self.gathered.refused;
                    self.silent = 0;
                    return Ok(true);
                }
                Ok(Event::Reached(time)) => {
                    self.reached = time;
                    return Ok(true);
                }
                Err(RecvTimeoutError::Timeout) => self.budget.check().map_err(|bound| stop(bound, at, None))?,
                Err(RecvTimeoutError::Disconnected) => self.lost = true,
            }
        }
        Ok(false)
    }

    /// Waits until `ready` gives something. If everything that was granted is done, more is granted: what is waited for is in a later round.
    fn wait<T>(&mut self, at: u32, mut ready: impl FnMut(&mut Gathered) -> Option<T>) -> Result<Option<T>, Stopped> {
        loop {
            if let Some(found) = ready(&mut self.gathered) {
                return Ok(Some(found));
            }
            if self.reached >= 2 * self.granted {
                if self.silent == MOST_SILENT {
                    return Ok(None);
                }
                self.silent += 1;
                self.grant();
            }
            if !self.fetch(at)? {
                return Ok(ready(&mut self.gathered));
            }
        }
    }

    /// Finds the targets of a state's transitions; returns whether some choices were left out.
    fn visit<S: Portable>(&mut self, system: &mut S, at: u32, in_part: bool) -> Result<bool, Stopped> {
        self.state.clear();
        self.state.extend_from_slice(self.graph.states.get(at));
        self.targets.clear();
        let reduction = match self.reported(at, in_part)? {
            Some((owner, gained)) => {
                self.follow(system, at, owner, &gained)?;
                gained.reduction.and_then(|place| S::REDUCTIONS.get(place).copied())
            }
            None => self.take_all(system, at, in_part)?,
        };
        if let Some(name) = reduction {
            *self.left_out.states.entry(name).or_default() += 1;
        }
        Ok(reduction.is_some())
    }

    /// The transitions of a state as its owner reports them, if it does and was asked the same; all their targets are known then.
    fn reported(&mut self, at: u32, in_part: bool) -> Result<Option<(u32, Gained)>, Stopped> {
        if !self.seeded[at as usize] {
            return Ok(None);
        }
        let Some(entity) = self.wait(at, |gathered| gathered.entity_of(at))? else { return Ok(None) };
        let answer = self.wait(at, |gathered| match gathered.transitions(entity) {
            Answer::Missing => None,
            answer => Some(answer),
        })?;
        let Some(Answer::Here(gained)) = answer else { return Ok(None) };
        // Where a bound may end the search among these, they are counted one by one, here.
        let most = gained.targets.len();
        if gained.in_part != in_part
            || self.graph.transitions() + most > self.budget.max_transitions
            || self.graph.states.len() + most > self.budget.max_states
        {
            return Ok(None);
        }
        let owner = self.gathered.owner(entity);
        for &target in &gained.targets {
            if self.wait(at, |gathered| gathered.entity(owner, target))?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some((owner, gained)))
    }

    /// Numbers the targets of reported transitions.
    fn follow<S: Portable>(&mut self, system: &mut S, at: u32, owner: u32, gained: &Gained) -> Result<(), Stopped> {
        self.tally += gained.tally;
        self.alarm |= gained.alarm;
        for &target in &gained.targets {
            if self.graph.transitions() + self.targets.len() >= self.budget.max_transitions {
                return Err(stop(Bound::Transitions, at, None));
            }
            let entity = self.gathered.entity(owner, target).expect("internal error: a target that was known");
            let number = match self.gathered.number(entity) {
                Some(number) => number,
                None => self.meet(system, at, entity)?,
            };
            self.targets.push(number);
        }
        Ok(())
    }

    /// The number of a state that another found: the next one, unless this search found it too.
    fn meet<S: Portable>(&mut self, system: &mut S, at: u32, entity: Entity) -> Result<u32, Stopped> {
        let packed = self.gathered.packed(entity).expect("internal error: a state that came without its words");
        let mut next = std::mem::take(&mut self.next);
        system.unpack(&packed, &mut next);
        let number = self.discover(system, at, None, &next)?;
        self.next = next;
        self.seeded[number as usize] = true;
        self.gathered.identify(number, entity);
        Ok(number)
    }

    fn discover<S: Portable>(
        &mut self,
        system: &S,
        at: u32,
        choice: Option<Choice>,
        next: &[u32],
    ) -> Result<u32, Stopped> {
        let discovered = self.graph.discover(next, at, self.budget.max_states);
        let (number, new) = discovered.ok_or_else(|| stop(Bound::States, at, choice))?;
        if new {
            self.seeded.push(false);
            if system.grew(&self.state, next) {
                self.grew = true;
                self.look_for_pumping(system, at, next)?;
            }
        }
        Ok(number)
    }

    /// Takes the choices of a state here, all or, if asked to, those that are enough; returns the reduction that left some out. Tells
    /// the owners of new states.
    fn take_all<S: Portable>(
        &mut self,
        system: &mut S,
        at: u32,
        in_part: bool,
    ) -> Result<Option<&'static str>, Stopped> {
        let mut choices = std::mem::take(&mut self.choices);
        let failed = |reason: Stop| stop(reason, at, None);
        system.enabled(&self.state, &mut choices).map_err(failed)?;
        let reduction = if in_part { system.ample(&self.state, &mut choices).map_err(failed)? } else { None };
        for (index, &choice) in choices.iter().enumerate() {
            if index % 4096 == 4095 {
                self.budget.check().map_err(|bound| stop(bound, at, None))?;
            }
            self.take(system, at, choice)?;
        }
        self.choices = choices;
        Ok(reduction)
    }

    fn take<S: Portable>(&mut self, system: &mut S, at: u32, choice: Choice) -> Result<(), Stopped> {
        if self.graph.transitions() + self.targets.len() >= self.budget.max_transitions {
            return Err(stop(Bound::Transitions, at, Some(choice)));
        }
        let mut next = std::mem::take(&mut self.next);
        let taken = system.step(&self.state, choice, &mut next);
        self.alarm |= taken.map_err(|reason| stop(reason, at, Some(choice)))?;
        let number = if next == self.state { at } else { self.discover(system, at, Some(choice), &next)? };
        self.targets.push(number);
        if !self.seeded[number as usize] && !self.lost {
            self.seeded[number as usize] = true;
            self.packed.clear();
            system.pack(&next, &mut self.packed);
            let owner = owner(&self.packed, self.others.workers());
            write_visit(number, &self.packed, &mut self.seeds[owner as usize]);
        }
        self.next = next;
        Ok(())
    }

    /// Expands in full the states in part that lie on loops; returns whether there were any.
    fn open_loops<S: Portable>(&mut self, system: &mut S) -> Result<bool, Stopped> {
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
        if self.in_part && on_loops.len() > partial / 2 {
            self.in_part = false;
            self.in_full = true;
        }
        for &state in &on_loops {
            self.look(system, state)?;
            self.visit(system, state, false)?;
            self.graph.expand_again(state, &self.targets);
            self.left_out.again += 1;
        }
        Ok(!on_loops.is_empty())
    }

    /// Walks back along the path to the new state `next` (whose parent is `at`) and looks for a state that it covers.
    fn look_for_pumping<S: Portable>(&self, system: &S, at: u32, next: &[u32]) -> Result<(), Stopped> {
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
