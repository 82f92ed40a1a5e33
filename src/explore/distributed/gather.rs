//! What the workers have reported: states, by each worker's number for them, and their transitions.
//!
//! A report may come before what it refers to, from another worker; so nothing here is in order, and what is missing is
//! said to be missing. A packed state or a row is given away once, when the search takes it.

use super::parcel::{BOUNDS, Report, reports};
use crate::budget::Bound;
use crate::system::portable::Tally;

/// A state that some worker owns, by number in the order of arrival.
pub type Entity = u32;

/// No number.
pub const NONE: u32 = u32::MAX;

/// The transitions of a state.
#[derive(Debug)]
pub struct Gained {
    /// Whether the system was asked for reductions.
    pub in_part: bool,
    /// The place of the reduction that left choices out, if one did.
    pub reduction: Option<usize>,
    /// Whether a `never` relation held in one of the transitions.
    pub alarm: bool,
    /// What was counted on the way.
    pub tally: Tally,
    /// Where they lead, by the owner's numbers.
    pub targets: Box<[u32]>,
}

#[derive(Debug)]
enum Transitions {
    Missing,
    Failed,
    Here(Gained),
    Taken,
}

#[derive(Debug)]
struct Known {
    owner: u32,
    packed: Option<Box<[u32]>>,
    transitions: Transitions,
    /// The search's number.
    number: u32,
}

/// What a state's transitions are.
#[derive(Debug)]
pub enum Answer {
    /// Not reported yet.
    Missing,
    /// The worker could not take them.
    Failed,
    /// These.
    Here(Gained),
}

/// All reports.
#[derive(Debug)]
pub struct Gathered {
    /// By worker and the worker's number.
    entities: Vec<Vec<Entity>>,
    known: Vec<Known>,
    /// By the search's number, where it is known which entity it is.
    of_number: Vec<Entity>,
    /// Who owns the initial state, by number 0.
    first_owner: u32,
    /// A bound from outside that a worker hit.
    pub cut: Option<Bound>,
    /// Whether a worker does not understand packed states.
    pub refused: bool,
}

fn at(row: &mut Vec<u32>, index: u32) -> &mut u32 {
    let index = index as usize;
    if row.len() <= index {
        row.resize(index + 1, NONE);
    }
    &mut row[index]
}

impl Gathered {
    /// Nothing, from so many workers, of which one owns the initial state.
    pub fn new(workers: u32, first_owner: u32) -> Self {
        Gathered {
            entities: vec![Vec::new(); workers as usize],
            known: Vec::new(),
            of_number: Vec::new(),
            first_owner,
            cut: None,
            refused: false,
        }
    }

    /// Takes in the reports of a worker.
    pub fn absorb(&mut self, worker: u32, words: &[u32]) {
        for report in reports(words) {
            match report {
                Report::State { number, packed } => {
                    let entity = self.known.len() as u32;
                    *at(&mut self.entities[worker as usize], number) = entity;
                    let packed = Some(packed.into());
                    self.known.push(Known { owner: worker, packed, transitions: Transitions::Missing, number: NONE });
                    if (worker, number) == (self.first_owner, 0) {
                        self.identify(0, entity);
                    }
                }
                Report::Alias { worker: other, theirs, mine } => {
                    let entity = self.entities[worker as usize][mine as usize];
                    match self.entities.get_mut(other as usize) {
                        Some(numbers) => *at(numbers, theirs) = entity,
                        None => self.identify(theirs, entity),
                    }
                }
                Report::Row { number, row } => {
                    let gained = Gained {
                        in_part: row.in_part,
                        reduction: (row.reduction as usize).checked_sub(1),
                        alarm: row.alarm,
                        tally: Tally::of_words(row.tally),
                        targets: row.targets.into(),
                    };
                    let entity = self.entities[worker as usize][number as usize];
                    self.known[entity as usize].transitions = Transitions::Here(gained);
                }
                Report::Failed { number } => {
                    let entity = self.entities[worker as usize][number as usize];
                    self.known[entity as usize].transitions = Transitions::Failed;
                }
                Report::Refused => self.refused = true,
                Report::Cut { bound } => self.cut = self.cut.or(BOUNDS.get(bound as usize).copied()),
            }
        }
    }

    /// Says that the search's state of this number is this entity.
    pub fn identify(&mut self, number: u32, entity: Entity) {
        *at(&mut self.of_number, number) = entity;
        let known = &mut self.known[entity as usize];
        known.number = number;
        known.packed = None;
    }

    /// The entity that is the search's state of this number.
    pub fn entity_of(&self, number: u32) -> Option<Entity> {
        self.of_number.get(number as usize).copied().filter(|&entity| entity != NONE)
    }

    /// The entity that a worker has this number for.
    pub fn entity(&self, worker: u32, number: u32) -> Option<Entity> {
        self.entities[worker as usize].get(number as usize).copied().filter(|&entity| entity != NONE)
    }

    /// Its owner.
    pub fn owner(&self, entity: Entity) -> u32 {
        self.known[entity as usize].owner
    }

    /// The search's number for it.
    pub fn number(&self, entity: Entity) -> Option<u32> {
        Some(self.known[entity as usize].number).filter(|&number| number != NONE)
    }

    /// The state, for the search to take it in and number it.
    pub fn packed(&mut self, entity: Entity) -> Option<Box<[u32]>> {
        self.known[entity as usize].packed.take()
    }

    /// Its transitions, for the search to take; [`Answer::Failed`] if they were taken before.
    pub fn transitions(&mut self, entity: Entity) -> Answer {
        let transitions = &mut self.known[entity as usize].transitions;
        match transitions {
            Transitions::Missing => Answer::Missing,
            Transitions::Failed | Transitions::Taken => Answer::Failed,
            Transitions::Here(_) => match std::mem::replace(transitions, Transitions::Taken) {
                Transitions::Here(gained) => Answer::Here(gained),
                _ => Answer::Failed,
            },
        }
    }
}
