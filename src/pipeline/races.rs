//! The points of order of a program, ranked by what the runs of its instance show of them.
//!
//! The analysis ([`crate::analysis::order`]) lists literals and meetings whose outcome may depend on the order of deliveries. Here each is
//! tried. It is **real**, a *race*, if there are two fair runs of the instance and an output fact such that
//!
//! 1. the fact is ultimate in one run and not in the other;
//! 2. in one of them, R, the explanation of its fate ([`crate::witness::why`]) rests on a step s of a node x in which the rule fires, or in which
//!    negated literals keep it from firing;
//! 3. the other run, R′, begins as R does, but deliveries to x on which what the literal reads (or what meets) rests are moved across s;
//! 4. in R′, at the step that stands for s, the rule's positive facts hold again and the negated literal is read otherwise (in each run, what it
//!    denies holds at x in some step), or the group has
//!    members more and another aggregate; of a meeting, that its facts hold at x, each at some step, but never in one.
//!
//! The messages that were moved *race* with those that the positive facts rest on last, or with the node's own step if it rests on none. All
//! four are seen by running both schedules with the definition and are no matter of belief: whatever chose the runs, two of
//! them that end differently prove the instance diffluent, so a race is never reported of a confluent one. What is *not* proved is that
//! the literal alone is to blame: the moved messages are read by other rules too, and the runs may part in several
//! places at once. Conversely a literal that only passes on what was decided before (`notin q` where q is in all of R or nowhere in R) is no
//! race, since no delivery to x moves what it reads: sealing it would mend nothing.
//!
//! Few runs are tried, so a point that is not shown to be real may be. How much that says is up to the answer: if it is confluent, there is no divergence at
//! all, in this instance or in any, as the answer says; otherwise it is only "none was found".
//!
//! A contested fact in which no two runs of a race differ is *unexplained*. There is such diffluence: a message that is sent for ever and not
//! kept holds at each step or only at some, without any rule that reads it twice.

mod pool;
mod trial;

use super::check::{Answer, Basis, Scope, Verdict, Witness};
use crate::analysis::{Analysis, Meeting, PointOfOrder};
use crate::budget::Budget;
use crate::program::{LocatedFact, NodeId, Program, RelationId, Rule, RuleId};
use crate::schedule::Schedule;
use crate::source::Span;
use crate::witness::LassoRun;
use crate::witness::reorder::{Causes, Ending, Following};
use crate::witness::replay::check_lasso;
use crate::witness::run::{End, interact};
use crate::witness::shrink::{Claim, shrink_loop};
use crate::witness::why::readings::{Does, Reader, Reading};
use pool::{cost, pool, short};
use std::collections::{BTreeMap, BTreeSet};
use trial::{Seen, messages};

/// Where the order of deliveries may matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A negated or aggregated literal.
    Literal(PointOfOrder),
    /// Facts that meet only if their messages arrive in the right steps.
    Meeting(Meeting),
}

impl Place {
    /// The rule.
    pub fn rule(&self) -> RuleId {
        match self {
            Place::Literal(point) => point.rule,
            Place::Meeting(meeting) => meeting.rule,
        }
    }

    /// The literals, at least one.
    pub fn spans(&self) -> &[Span] {
        match self {
            Place::Literal(point) => std::slice::from_ref(&point.span),
            Place::Meeting(meeting) => &meeting.literals,
        }
    }

    /// Why the order may matter, in one sentence without a full stop.
    pub fn message(&self) -> &str {
        match self {
            Place::Literal(point) => &point.message,
            Place::Meeting(meeting) => &meeting.message,
        }
    }
}

/// A place and what the runs show of it.
#[derive(Debug, Clone)]
pub struct Point {
    /// The place.
    pub place: Place,
    /// The race, if it is real.
    pub race: Option<Box<Race>>,
}

/// A message with its sender.
pub type Message = (LocatedFact, NodeId);

/// Messages whose order decides, and two runs that show it.
#[derive(Debug, Clone)]
pub struct Race {
    /// The node at which they race.
    pub node: NodeId,
    /// The messages that come sooner in one run and later in the other.
    pub moved: BTreeSet<Message>,
    /// Those that they race with; none if that is the node's own step.
    pub against: BTreeSet<Message>,
    /// Two runs, and a fact that is ultimate in the first only.
    pub witness: Witness,
    /// In which of the runs the rule fires.
    pub fires: usize,
    /// The steps of the runs, stem then loop, at which the node reads the literal or, in the run in which they miss each other, at which facts do
    /// not meet that meet in the other.
    pub steps: [usize; 2],
}

/// The points of a program.
#[derive(Debug, Clone)]
pub struct Points {
    /// Real ones first, then those upstream of others, then in the order of the source.
    pub list: Vec<Point>,
    /// Contested facts that no race explains, sorted.
    pub unexplained: Vec<LocatedFact>,
    /// How many runs were looked at.
    pub runs: usize,
}

impl Points {
    /// Those that are real.
    pub fn races(&self) -> impl Iterator<Item = (&Place, &Race)> {
        self.list.iter().filter_map(|point| Some((&point.place, point.race.as_deref()?)))
    }
}

/// Ranks the points of order of `program` by what runs of its instance show.
///
/// Of an answer `confluent` there is nothing to look for: all its points are open. One that is `inconclusive` becomes `diffluent` if a race
/// is found: it comes with two runs that end differently.
///
/// # Panics
/// If a run contradicts the answer: an internal error, and better than a wrong verdict.
pub fn points(program: &Program, analysis: &Analysis, answer: &mut Answer, budget: &Budget) -> Points {
    if answer.verdict == Verdict::Confluent {
        return unsearched(program, analysis);
    }
    let places = places(program, analysis);
    let known: Vec<LassoRun> = answer.witness.iter().flat_map(|witness| witness.runs.iter().cloned()).collect();
    let contested: BTreeSet<LocatedFact> = answer.findings.contested.iter().cloned().collect();
    let found = search(program, &places, &known, &contested, budget);
    let certain = answer.findings.certain.iter().flatten();
    assert!(
        certain.into_iter().all(|fact| !found.contested.contains(fact)),
        "internal error: a run contradicts the exploration"
    );
    let unexplained = found.contested.difference(&found.explained).cloned().collect();
    let list = ranked(program, analysis, places, found.races);
    let points = Points { list, unexplained, runs: found.runs };
    if answer.verdict == Verdict::Inconclusive
        && let Some((_, race)) = points.races().next()
    {
        (answer.verdict, answer.scope, answer.basis) = (Verdict::Diffluent, Scope::ThisInstance, Basis::Explored);
        answer.witness = Some(race.witness.clone());
        answer.findings.undecided.retain(|fact| !found.contested.contains(fact));
        answer.findings.contested = found.contested.into_iter().collect();
    }
    points
}

/// The points of order of `program`, where nothing is looked for: all are open.
pub fn unsearched(program: &Program, analysis: &Analysis) -> Points {
    let list = ranked(program, analysis, places(program, analysis), Vec::new());
    Points { list, unexplained: Vec::new(), runs: 0 }
}

/// The places of a program. A meeting with one positive literal only is that of its negated ones, which are points of order.
pub fn places(program: &Program, analysis: &Analysis) -> Vec<Place> {
    let positive = |meeting: &&Meeting| {
        let atoms = &program.rules[meeting.rule.0 as usize].positive;
        atoms.iter().filter(|atom| meeting.literals.contains(&atom.span)).count() > 1
    };
    let literals = analysis.points_of_order.iter().cloned().map(Place::Literal);
    literals.chain(analysis.meetings.iter().filter(positive).cloned().map(Place::Meeting)).collect()
}

fn ranked(program: &Program, analysis: &Analysis, places: Vec<Place>, races: Vec<Option<Race>>) -> Vec<Point> {
    let races = races.into_iter().map(|race| race.map(Box::new)).chain(std::iter::repeat_with(|| None));
    let mut list: Vec<Point> = places.into_iter().zip(races).map(|(place, race)| Point { place, race }).collect();
    let head = |place: &Place| -> RelationId { program.rules[place.rule().0 as usize].head.relation };
    list.sort_by_key(|point| {
        let depth = analysis.dependencies.component(head(&point.place));
        (point.race.is_none(), depth, point.place.spans().first().copied())
    });
    list
}

/// What a search for races found.
#[derive(Debug)]
pub struct Found {
    /// For each place a race, if one was found.
    pub races: Vec<Option<Race>>,
    /// Facts in which two runs of a race differ.
    pub explained: BTreeSet<LocatedFact>,
    /// Facts that are contested: given ones, and those in which any two runs differ.
    pub contested: BTreeSet<LocatedFact>,
    /// How many runs were looked at.
    pub runs: usize,
}

/// Facts that may be derived and sent in trials, each rule of a step counted as one.
const WORK: usize = 1 << 18;

/// Most facts whose fate is explained in one run.
const FACTS: usize = 32;

/// The longest run that is shortened before it is shown.
const LONGEST: usize = 96;

/// Looks for races at `places`, in the runs `known` and some others, that decide `contested` facts or ones that turn out to be.
pub fn search(
    program: &Program,
    places: &[Place],
    known: &[LassoRun],
    contested: &BTreeSet<LocatedFact>,
    budget: &Budget,
) -> Found {
    let runs = pool(program, known, budget);
    let mut contested = contested.clone();
    let models: Vec<BTreeSet<LocatedFact>> = runs.iter().map(|run| run.ultimate_model(program)).collect();
    if let Some((first, rest)) = models.split_first() {
        rest.iter().for_each(|model| contested.extend(first.symmetric_difference(model).cloned()));
    }
    let mut search = Search {
        program,
        places,
        budget: short(budget),
        left: WORK,
        races: places.iter().map(|_| None).collect(),
        explained: BTreeSet::new(),
        shortens: true,
    };
    for run in &runs {
        if search.is_done(&contested) {
            break;
        }
        let suspects: Vec<&LocatedFact> = contested.iter().take(FACTS).collect();
        search.look(run, &suspects);
    }
    Found { races: search.races, explained: search.explained, contested, runs: runs.len() }
}

struct Search<'p> {
    program: &'p Program,
    places: &'p [Place],
    budget: Budget,
    left: usize,
    races: Vec<Option<Race>>,
    explained: BTreeSet<LocatedFact>,
    /// Whether runs are shortened before a race in them is kept.
    shortens: bool,
}

impl Search<'_> {
    fn is_done(&self, contested: &BTreeSet<LocatedFact>) -> bool {
        let all = self.races.iter().all(Option::is_some) && contested.is_subset(&self.explained);
        all || self.left == 0 || self.budget.check().is_err()
    }

    /// Tries each place at which the fate of one of these facts in a run is decided.
    fn look(&mut self, run: &LassoRun, suspects: &[&LocatedFact]) {
        let program = self.program;
        let budget = self.budget.clone();
        let mut seen = Seen {
            program,
            records: &run.records,
            causes: Causes::of(&run.records),
            reader: Reader::new(program, &run.records, &budget),
        };
        let mut resting: BTreeMap<Reading, BTreeSet<LocatedFact>> = BTreeMap::new();
        for &fact in suspects {
            let cost = cost(program, &run.records);
            let Some(step) = shows(run, fact).filter(|_| cost <= self.left) else { continue };
            for reading in seen.reader.readings(fact, step) {
                if self.places.iter().any(|place| place.rule() == reading.rule) {
                    resting.entry(reading).or_default().insert(fact.clone());
                }
            }
            self.left -= cost;
        }
        for (reading, facts) in resting {
            for number in 0..self.places.len() {
                if self.places[number].rule() == reading.rule && self.is_wanted(number, &facts) && self.left > 0 {
                    self.try_place(number, &mut seen, run, &reading, &facts);
                }
            }
        }
    }

    fn is_wanted(&self, number: usize, facts: &BTreeSet<LocatedFact>) -> bool {
        self.races[number].is_none() || !facts.is_subset(&self.explained)
    }

    fn try_place(
        &mut self,
        number: usize,
        seen: &mut Seen<'_>,
        run: &LassoRun,
        reading: &Reading,
        facts: &BTreeSet<LocatedFact>,
    ) {
        let program = self.program;
        let (places, node) = (self.places, run.records[reading.step].node);
        let rule: &Rule = &program.rules[reading.rule.0 as usize];
        for trial in seen.trials(&places[number], reading) {
            for ending in Ending::ALL {
                if self.left == 0 || !self.is_wanted(number, facts) {
                    return;
                }
                let other = interact(program, &mut Following::new(&trial.variation, ending), &self.budget);
                self.left = self.left.saturating_sub(cost(program, &other.records).max(1));
                let End::Closed(lasso) = other.end else { continue };
                let at = trial.variation.at;
                if !trial.flip.is_in(program, rule, node, &lasso.records, at) {
                    continue;
                }
                let Some(fact) = facts.iter().find(|fact| run.holds(fact) != lasso.holds(fact)) else { continue };
                let [mine, its] = [run, &lasso].map(|run| run.ultimate_model(program));
                self.explained.extend(mine.symmetric_difference(&its).cloned());
                if self.races[number].is_some() {
                    continue;
                }
                let race = Race {
                    node,
                    moved: messages(&run.records, &trial.moved),
                    against: messages(&run.records, &trial.against),
                    fires: usize::from(run.holds(fact) != matches!(reading.does, Does::Fires { .. })),
                    steps: [reading.step, at],
                    witness: Witness {
                        fact: fact.clone(),
                        schedules: [schedule(run), other.schedule],
                        runs: [run.clone(), lasso],
                    },
                };
                self.races[number] = Some(self.shorter(number, run, fact).unwrap_or(race).in_order());
            }
        }
    }

    /// The same race in a shorter run, if there is one.
    fn shorter(&mut self, number: usize, run: &LassoRun, fact: &LocatedFact) -> Option<Race> {
        if !self.shortens || run.records.len() > LONGEST {
            return None;
        }
        let (given, claim) = (schedule(run), Claim::Lasso { fact: fact.clone(), holds: run.holds(fact) });
        let short = shrink_loop(self.program, &given, &claim, &self.budget);
        if short == given {
            return None;
        }
        let run = check_lasso(self.program, &short, &self.budget).ok()?;
        let mut alone = Search {
            program: self.program,
            places: &self.places[number..=number],
            budget: self.budget.clone(),
            left: self.left,
            races: vec![None],
            explained: BTreeSet::new(),
            shortens: false,
        };
        alone.look(&run, &[fact]);
        self.left = alone.left;
        alone.races.pop().flatten()
    }
}

impl Race {
    /// With the run in which the fact is ultimate first.
    fn in_order(mut self) -> Self {
        let is_first = self.witness.runs[0].holds(&self.witness.fact);
        if !is_first {
            self.witness.runs.swap(0, 1);
            self.witness.schedules.swap(0, 1);
            self.steps.swap(0, 1);
        }
        self
    }
}

fn schedule(run: &LassoRun) -> Schedule {
    let mut stem: Vec<_> = run.records.iter().map(|record| record.scheduled()).collect();
    let cycle = stem.split_off(run.stem);
    Schedule { stem, cycle }
}

/// A step of the loop that shows the fate of a fact in a run.
fn shows(run: &LassoRun, fact: &LocatedFact) -> Option<usize> {
    let holds = run.holds(fact);
    (run.stem..run.records.len()).find(|&step| {
        let record = &run.records[step];
        record.node == fact.node && record.derived.contains(&fact.fact) == holds
    })
}
