//! Each choice that a reduction left out, held against the definition of the reduction (`--verify-reduction`).
//!
//! The reductions choose by what is known of a program's ground rules. Nothing of that is used here: which choices there are, which were
//! kept and where steps lead is asked of the system, state by state of the searched graph, and the definitions are tested by taking
//! steps. So a mistake in what is concluded from rules shows where it does harm, with the run that leads there.
//!
//! | left out | what is tested | where |
//! |---|---|---|
//! | deliveries without some message in flight that is in all others | it may as well come now | [`delays`] |
//! | what else could be done where a step is taken at once | the step can come first | [`delays`] |
//! | steps of nodes outside a persistent set | along them, the set's choices stay and commute | [`apart`] |
//! | batches | two smaller deliveries lead to the same state | [`Recheck::batch`] |
//! | idle steps | nothing changes | [`Recheck::batch`] |
//!
//! A reduction of another name is counted as not tested to the end. Slices are not choices: they are compared as a whole by [`super::verify`].
//!
//! Tests are bounded, in states and steps each ([`apart`], [`delays`]) and in work together ([`WORK`]); what was not tested to the end is
//! counted as such. Choices that are alike in all that the test depends on are tested, and counted, once. The walk is in the order of
//! states, in one thread, so its figures are the same for any number.

mod apart;
mod delays;

use crate::budget::Budget;
use crate::explore::Graph;
use crate::schedule::{Delivered, Schedule, ScheduledStep};
use crate::system::asynchronous::Asynchronous;
use crate::system::{Choice, System};
use delays::{Delay, Probes};
use rustc_hash::FxHashMap;

/// Steps that all tests of one search may take together.
pub const WORK: usize = 1 << 22;

/// Steps by which a batch may be looked for in smaller deliveries.
const PARTS: usize = 1 << 12;

/// Of so many messages that are delivered at once all subsets are delayed; of more, single ones, all but one and all.
const SUBSETS: usize = 4;

/// How far the left-out choices were tested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rechecked {
    /// Left-out choices that were tested.
    pub choices: usize,
    /// Of these, how many to the end.
    pub to_the_end: usize,
    /// States that were not looked at, for want of time, memory or work.
    pub states_left: usize,
}

impl Rechecked {
    /// Adds those of another search.
    pub fn add(&mut self, other: Rechecked) {
        self.choices += other.choices;
        self.to_the_end += other.to_the_end;
        self.states_left += other.states_left;
    }
}

/// How far a test got that found nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// To the end: the definition is met.
    ToTheEnd,
    /// To its bound.
    Open,
}

impl Held {
    fn and(self, other: Held) -> Held {
        if self == Held::ToTheEnd { other } else { self }
    }
}

/// A test; the error says what is wrong.
type Trial = Result<Held, String>;

/// A choice that must not be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where.
    pub state: u32,
    /// By which reduction.
    pub reduction: &'static str,
    /// The choice.
    pub left_out: Choice,
    /// A choice that was kept, with which it was compared.
    pub kept: Choice,
    /// What is wrong.
    pub why: String,
}

/// Tests the choices that were left out where `graph` was searched.
///
/// # Errors
/// The first that must not be.
pub fn recheck(system: &mut Asynchronous<'_>, graph: &Graph, budget: &Budget) -> Result<Rechecked, Box<Wrong>> {
    let eager = system.has_eager_messages();
    if !eager && graph.partial() == 0 {
        return Ok(Rechecked::default());
    }
    let mut recheck =
        Recheck { system, probes: Probes::default(), work: 0, known: FxHashMap::default(), done: Rechecked::default() };
    let states = (0..graph.expanded() as u32).filter(|&at| eager || graph.is_partial(at));
    let mut stopped = false;
    for at in states {
        stopped |= recheck.work + recheck.probes.asked >= WORK || (at % 16 == 0 && budget.check().is_err());
        if stopped {
            recheck.done.states_left += 1;
            continue;
        }
        let wrong = |(reduction, left_out, kept, why)| Box::new(Wrong { state: at, reduction, left_out, kept, why });
        recheck.state(graph.states.get(at), graph.is_partial(at)).map_err(wrong)?;
    }
    Ok(recheck.done)
}

/// The reduction, the choice that it left out, one that it kept, and what is wrong.
type Mistake = (&'static str, Choice, Choice, String);

/// All that the test of a delivery depends on: node, local state, snapshots and what is delivered late.
type Key = (u32, u32, Vec<u32>, Vec<Vec<u32>>);

struct Recheck<'a, 'p> {
    system: &'a mut Asynchronous<'p>,
    probes: Probes,
    /// Steps taken, those of `probes` aside.
    work: usize,
    known: FxHashMap<Key, Held>,
    done: Rechecked,
}

impl Recheck<'_, '_> {
    fn count(&mut self, choices: usize, held: Held) {
        self.done.choices += choices;
        self.done.to_the_end += if held == Held::ToTheEnd { choices } else { 0 };
    }

    fn state(&mut self, state: &[u32], partial: bool) -> Result<(), Mistake> {
        let mut all = Vec::new();
        if self.system.enabled(state, &mut all).is_err() {
            self.done.states_left += 1;
            return Ok(());
        }
        for of_node in all.chunk_by(|a, b| a.node == b.node) {
            self.deliveries(state, of_node)?;
        }
        let mut kept = all.clone();
        let reduction = if partial { self.system.ample(state, &mut kept).ok().flatten() } else { None };
        let (Some(reduction), Some(&first)) = (reduction, kept.first()) else { return Ok(()) };
        let left_out: Vec<Choice> = all.iter().filter(|choice| !kept.contains(choice)).copied().collect();
        let moving: Vec<bool> = (0..self.system.nodes() as u32)
            .map(|node| reduction != "persistent" || kept.iter().any(|choice| choice.node == node))
            .collect();
        match reduction {
            "eager" => {
                for &choice in &left_out {
                    let held = self.first_step(state, first, choice);
                    let held = held.map_err(|why| (reduction, choice, first, why))?;
                    self.count(1, held);
                }
                return Ok(());
            }
            "persistent" => {
                let others = left_out.iter().filter(|choice| !moving[choice.node as usize]).count();
                let held = self.stays_apart(state, &moving, &all);
                let held = held.map_err(|(left_out, kept, why)| (reduction, left_out, kept, why))?;
                self.count(others, held);
            }
            "batches" => {}
            _ => {
                self.count(left_out.len(), Held::Open);
                return Ok(());
            }
        }
        for choice in left_out.into_iter().filter(|choice| moving[choice.node as usize]) {
            let held = self.batch(state, choice, &all).map_err(|why| ("batches", choice, first, why))?;
            self.count(1, held);
        }
        Ok(())
    }

    /// Tests that what all choices of a node deliver may as well come at once: each of its deliveries without some of that.
    fn deliveries(&mut self, state: &[u32], of_node: &[Choice]) -> Result<(), Mistake> {
        let at_once = self.system.inbox(of_node[0]).to_vec();
        if at_once.is_empty() {
            return Ok(());
        }
        let (lists, all) = delayed(&at_once, self.system.is_ordered());
        for &choice in of_node {
            let prompt = self.system.inbox(choice).to_vec();
            let others: Vec<u32> = prompt.iter().filter(|fact| at_once.binary_search(fact).is_err()).copied().collect();
            for deliveries in &lists {
                let mut late = deliveries.clone();
                late[0].extend(&others);
                late[0].sort_unstable();
                let held = self.delay(Delay {
                    state,
                    node: choice.node,
                    late,
                    prompt: vec![prompt.clone()],
                    ahead: 0,
                    silent: false,
                });
                // The choice that is left out delivers less, and is none that the system lists.
                let told = |why| {
                    let step = |facts: &Vec<u32>| {
                        let facts = facts.iter().map(|&fact| self.system.show_message(choice.node, fact));
                        format!("{{{}}}", facts.collect::<Vec<_>>().join(", "))
                    };
                    let steps: Vec<String> = deliveries.iter().map(step).collect();
                    format!("with {} instead: {why}", steps.join(" and then "))
                };
                let held = held.map_err(|why| ("eager", of_node[0], choice, told(why)))?;
                if let Some(held) = held {
                    self.count(1, if all { held } else { Held::Open });
                }
            }
        }
        Ok(())
    }

    /// Takes the steps of a comparison, unless the same was done before.
    fn delay(&mut self, delay: Delay<'_>) -> Result<Option<Held>, String> {
        let local = self.system.local_state(delay.state, delay.node);
        let mut context = self.system.shown(delay.state).to_vec();
        context.extend([delay.ahead as u32, u32::from(delay.silent), delay.late.len() as u32]);
        let key = (delay.node, local, context, delay.late.iter().chain(&delay.prompt).cloned().collect());
        if self.known.contains_key(&key) {
            return Ok(None);
        }
        let held = delay.trial(&mut self.probes, self.system)?;
        self.known.insert(key, held);
        Ok(Some(held))
    }

    /// Tests that the step `first`, which is taken at once, may come before `choice`.
    fn first_step(&mut self, state: &[u32], first: Choice, choice: Choice) -> Trial {
        if choice.node == first.node {
            let (now, late) = (self.system.inbox(first).to_vec(), self.system.inbox(choice).to_vec());
            let rest = late.iter().filter(|fact| now.binary_search(fact).is_err()).copied().collect();
            let delay =
                Delay { state, node: choice.node, late: vec![late], prompt: vec![now, rest], ahead: 1, silent: false };
            return Ok(self.delay(delay)?.unwrap_or(Held::ToTheEnd));
        }
        self.seen_in_order(state, choice, first)
    }

    /// Tests that a batch leads where two smaller deliveries do, or that an idle step changes nothing.
    fn batch(&mut self, state: &[u32], choice: Choice, all: &[Choice]) -> Trial {
        let (mut whole, mut middle, mut end) = (Vec::new(), Vec::new(), Vec::new());
        self.work += 1;
        let Ok(alarm) = self.system.step_itself(state, choice, &mut whole) else { return Ok(Held::Open) };
        if whole == state && !alarm && choice.inbox == 0 {
            return Ok(Held::ToTheEnd);
        }
        let alarms = if alarm { self.system.alarms(state, choice).unwrap_or_default() } else { Vec::new() };
        let whole_inbox = self.system.inbox(choice).to_vec();
        let mut seconds = Vec::new();
        let limit = self.work + PARTS;
        for &first in all.iter().filter(|first| first.node == choice.node && **first != choice) {
            if !self.is_part(first, &whole_inbox) {
                continue;
            }
            self.work += 1;
            let Ok(early) = self.system.step_itself(state, first, &mut middle) else { return Ok(Held::Open) };
            if self.system.enabled(&middle, &mut seconds).is_err() {
                return Ok(Held::Open);
            }
            for &second in seconds.iter().filter(|second| second.node == choice.node) {
                if !self.is_part(second, &whole_inbox) {
                    continue;
                }
                if self.work >= limit {
                    return Ok(Held::Open);
                }
                self.work += 1;
                let Ok(later) = self.system.step_itself(&middle, second, &mut end) else { return Ok(Held::Open) };
                if end != whole {
                    continue;
                }
                let mut seen = Vec::new();
                if alarm && early {
                    seen.extend(self.system.alarms(state, first).unwrap_or_default());
                }
                if alarm && later {
                    seen.extend(self.system.alarms(&middle, second).unwrap_or_default());
                }
                if alarms.iter().all(|alarm| seen.contains(alarm)) {
                    return Ok(Held::ToTheEnd);
                }
            }
        }
        Err("no two smaller deliveries lead where it does".to_string())
    }

    /// Whether a choice delivers something, and nothing but this.
    fn is_part(&self, choice: Choice, whole: &[u32]) -> bool {
        let inbox = self.system.inbox(choice);
        !inbox.is_empty() && inbox.iter().all(|fact| whole.binary_search(fact).is_ok())
    }

    /// Tests that what observers find if `choice` is taken first they find, too, if `first` is taken before it.
    fn seen_in_order(&mut self, state: &[u32], choice: Choice, first: Choice) -> Trial {
        let (mut after, mut both) = (Vec::new(), Vec::new());
        let mut listed = Vec::new();
        self.work += 2;
        let Ok(alarm) = self.system.step_itself(state, choice, &mut after) else { return Ok(Held::Open) };
        if !alarm || self.system.shown(state).is_empty() {
            return Ok(Held::ToTheEnd);
        }
        let Ok(mut alarms) = self.system.alarms(state, choice) else { return Ok(Held::Open) };
        let Ok(early) = self.system.alarms(state, first) else { return Ok(Held::Open) };
        alarms.retain(|alarm| !early.contains(alarm));
        let stepped = self.system.step_itself(state, first, &mut both).map(|_| ());
        if stepped.and_then(|()| self.system.enabled(&both, &mut listed)).is_err() {
            return Ok(Held::Open);
        }
        let same = listed.iter().find(|next| (next.node, next.inbox) == (choice.node, choice.inbox)).copied();
        let Some(same) = same else { return Ok(Held::Open) };
        let Ok(later) = self.system.alarms(&both, same) else { return Ok(Held::Open) };
        match alarms.iter().find(|alarm| !later.contains(alarm)) {
            Some(alarm) => Err(format!("`never` relation {alarm} holds only if it is taken first")),
            None => Ok(Held::ToTheEnd),
        }
    }
}

/// Ways to deliver these facts later than all at once, in two steps or more, and whether these are all ways in two steps. On ordered
/// channels only all of them wait.
fn delayed(facts: &[u32], ordered: bool) -> (Vec<Vec<Vec<u32>>>, bool) {
    let mut lists = vec![vec![Vec::new(), facts.to_vec()], vec![Vec::new(), Vec::new(), facts.to_vec()]];
    if ordered || facts.len() == 1 {
        return (lists, facts.len() == 1);
    }
    let all = facts.len() <= SUBSETS;
    let mut split = |is_now: &dyn Fn(usize) -> bool| {
        let (now, later): (Vec<_>, Vec<_>) = facts.iter().copied().enumerate().partition(|&(at, _)| is_now(at));
        let only = |list: Vec<(usize, u32)>| list.into_iter().map(|(_, fact)| fact).collect::<Vec<u32>>();
        lists.push(vec![only(now), only(later)]);
    };
    if all {
        (1..(1 << facts.len()) - 1).for_each(|mask: u32| split(&|at| mask >> at & 1 > 0));
    } else {
        (0..facts.len()).for_each(|one| split(&|at| at == one));
        (0..facts.len()).for_each(|one| split(&|at| at != one));
    }
    let alone: Vec<Vec<u32>> = facts.iter().map(|&fact| vec![fact]).collect();
    lists.push(alone.iter().rev().cloned().collect());
    lists.push(alone);
    (lists, all)
}

/// A choice as a step of a schedule.
pub fn scheduled(system: &Asynchronous<'_>, state: &[u32], choice: Choice) -> Schedule {
    let copies = system.delivered_copies(state, choice).into_iter();
    let copies = copies.map(|(fact, from, copies)| Delivered { fact, from, copies });
    let step = ScheduledStep::of(crate::program::NodeId(choice.node), copies);
    Schedule { stem: vec![step], cycle: Vec::new() }
}
