//! All small instances of a program (`check --instances`): every network and every content of the EDB relations within bounds, up to
//! renaming, smaller ones first, each checked like any instance. The first that is diffluent or violates a `never` is the answer.
//!
//! Relations that no rule reads are left empty: nothing depends on them. What stands in a column: nodes where rules use its values as locations; else the
//! constants that rules name there and as many other values as the bound says: fresh symbols, or 1, 2, … where rules compute.

mod columns;
mod enumerate;

use super::bare::Bare;
use super::check::{Answer, Basis, Options, Scope, Verdict, check};
use super::figures::Figures;
use super::instance::Findings;
use super::read::Read;
use crate::budget::{Bound, Budget};
use crate::explore::Progress;
use crate::program::{Kind, Program, RelationId, Spelling, Value};
use columns::Columns;
use enumerate::{next_level, permutations};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Most permutations under which instances are compared; values are told apart where there would be more.
const MOST_PERMUTATIONS: usize = 5040;
/// Most facts that may stand in an instance's universe: sets of them are enumerated.
const MOST_FACTS: usize = 1 << 16;

/// How large instances may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most nodes.
    pub nodes: usize,
    /// Most values in a column, beside the constants that rules name there.
    pub values: usize,
    /// Most facts of EDB relations, at all nodes together.
    pub facts: usize,
    /// The last local step at which facts of event relations are given.
    pub steps: usize,
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bounds { nodes, values, facts, steps } = self;
        write!(f, "nodes<={nodes}, values<={values}, facts<={facts}, steps<={steps}")
    }
}

/// What was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Searched {
    /// Within which bounds.
    pub bounds: Bounds,
    /// Instances that were checked, up to renaming.
    pub instances: usize,
    /// Of these, instances in which a rule errs, of which nothing is said.
    pub erring: usize,
}

/// An instance that is not confluent.
#[derive(Debug)]
pub struct Found {
    /// Its text.
    pub text: String,
    /// The program with it.
    pub read: Read,
}

/// What was found.
#[derive(Debug)]
pub struct Outcome {
    /// The answer: of the instance found, else of all that were searched.
    pub answer: Answer,
    /// The instance to which the answer belongs, if it is not confluent.
    pub found: Option<Found>,
    /// How many were searched.
    pub searched: Searched,
}

/// Why small instances are not searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSearched {
    /// The program names more nodes than the bound allows.
    #[error("the program names {0} nodes itself, more than the bound on nodes")]
    Nodes(usize),
    /// Observer rules join across nodes.
    #[error("rules that observe several nodes are not covered by a search of small instances")]
    Observers,
    /// Too many possible facts.
    #[error("within these bounds there are {0} possible facts, more than can be combined")]
    Facts(usize),
}

/// Searches all instances of `bare`, what is left of `program`, within bounds.
///
/// # Errors
/// If the search is not possible.
///
/// # Panics
/// If evidence does not replay by the definition: an internal error, and better than a wrong verdict.
pub fn search(
    program: &Program,
    bare: &Bare,
    bounds: Bounds,
    budget: &Budget,
    options: Options,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome, NotSearched> {
    let mut universes = universes(program, bare, bounds)?;
    let mut searched = Searched { bounds, instances: 0, erring: 0 };
    let mut total = Figures::default();
    let mut open: Option<Bound> = None;
    'all: for facts in 0..=bounds.facts {
        for universe in &mut universes {
            let previous = std::mem::take(&mut universe.level);
            let sets: Box<dyn Iterator<Item = Vec<u32>>> = if facts == 0 {
                Box::new(std::iter::once(Vec::new()))
            } else {
                Box::new(next_level(&previous, universe.facts.len() as u32, &universe.images))
            };
            for set in sets {
                if let Err(bound) = budget.check() {
                    open = Some(bound);
                    break 'all;
                }
                let text = universe.text(&set);
                universe.level.push(set);
                let read = bare.with(&text);
                let Some((program, analysis)) = &read.program else {
                    let why: Vec<&str> = read.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
                    panic!("internal error: an instance that cannot be read: {text}: {}", why.join("; "));
                };
                searched.instances += 1;
                let Ok(answer) = check(program, analysis, budget, options, watch) else {
                    searched.erring += 1;
                    continue;
                };
                total.add(&answer.findings.figures);
                match (answer.verdict, answer.basis) {
                    (Verdict::Diffluent | Verdict::Violated, _) => {
                        let answer = Answer { findings: Findings { figures: total, ..answer.findings }, ..answer };
                        return Ok(Outcome { answer, found: Some(Found { text, read }), searched });
                    }
                    (Verdict::Inconclusive, Basis::Bound(bound)) => open = open.or(Some(bound)),
                    _ => {}
                }
            }
        }
    }
    let (verdict, basis) = match open {
        Some(bound) => (Verdict::Inconclusive, Basis::Bound(bound)),
        None => (Verdict::Confluent, Basis::Explored),
    };
    let findings = Findings::none(total);
    let answer = Answer { verdict, scope: Scope::Bounded, basis, findings, witness: None, violations: Vec::new() };
    Ok(Outcome { answer, found: None, searched })
}

/// The possible facts over one network, and the sets of them that were made last.
struct Universe {
    /// `nodes a, b;`
    network: String,
    /// Each fact as the program writes it.
    facts: Vec<String>,
    images: Vec<Vec<u32>>,
    level: Vec<Vec<u32>>,
}

impl Universe {
    fn text(&self, set: &[u32]) -> String {
        let mut text = self.network.clone();
        for &fact in set {
            text.push(' ');
            text.push_str(&self.facts[fact as usize]);
        }
        text
    }
}

/// The values of one class: those that are told apart, then those that are not.
#[derive(Debug, Clone)]
struct Values {
    names: Vec<String>,
    /// The first that may be exchanged; from here on all may.
    alike: usize,
}

/// A fact by numbers: node, relation, values, local step (0 is always).
type Numbers = (usize, usize, Vec<usize>, usize);

fn universes(program: &Program, bare: &Bare, bounds: Bounds) -> Result<Vec<Universe>, NotSearched> {
    if !program.observers.is_empty() || !program.synchronous.is_empty() {
        return Err(NotSearched::Observers);
    }
    let named = bare.named.len();
    if named > bounds.nodes {
        return Err(NotSearched::Nodes(named));
    }
    let columns = Columns::of(program);
    let is_read = |id: RelationId| {
        program.nevers.iter().any(|&(never, _)| never == id)
            || program.rules.iter().any(|rule| {
                rule.positive.iter().any(|atom| atom.relation == id)
                    || rule.negative.iter().any(|atom| atom.relation == id)
            })
    };
    let read: Vec<RelationId> = (0..program.relations.len() as u32)
        .map(RelationId)
        .filter(|&id| program.relation(id).is_edb() && !program.relation(id).builtin && is_read(id))
        .collect();
    let least = named.max(1);
    (least..=bounds.nodes).map(|nodes| universe(program, bare, bounds, &columns, &read, nodes)).collect()
}

fn universe(
    program: &Program,
    bare: &Bare,
    bounds: Bounds,
    columns: &Columns,
    read: &[RelationId],
    nodes: usize,
) -> Result<Universe, NotSearched> {
    let known = columns.constants().map(|value| program.show_value(value));
    let known: BTreeSet<String> = known.chain(bare.named.iter().cloned()).collect();
    let fresh = |letter: char, count: usize| -> Vec<String> {
        (1..).map(|i| format!("{letter}{i}")).filter(|name| !known.contains(name)).take(count).collect()
    };
    let (location, class) = columns.location();
    let mut names: Vec<String> = bare.named.iter().cloned().collect();
    names.extend(fresh('n', nodes - bare.named.len()));
    let alike = if class.ordered { names.len() } else { bare.named.len() };
    let mut values: BTreeMap<usize, Values> = BTreeMap::new();
    values.insert(location, Values { names, alike });
    for &relation in read {
        for column in 0..program.relation(relation).arity {
            let (number, class) = columns.class(relation, column);
            values.entry(number).or_insert_with(|| {
                let mut names: Vec<String> = class.constants.iter().map(|&value| program.show_value(value)).collect();
                let constants = names.len();
                if class.integer {
                    let more = (1..).filter(|&i| !class.constants.contains(&Value::Int(i)));
                    names.extend(more.take(bounds.values).map(|i| i.to_string()));
                } else {
                    names.extend(fresh('v', bounds.values));
                }
                let alike = if class.ordered { names.len() } else { constants };
                Values { names, alike }
            });
        }
    }
    let mut facts: Vec<Numbers> = Vec::new();
    for node in 0..nodes {
        for (index, &relation) in read.iter().enumerate() {
            let mut tuples = vec![Vec::new()];
            for column in 0..program.relation(relation).arity {
                let count = values[&columns.class(relation, column).0].names.len();
                if tuples.len() * count > MOST_FACTS {
                    return Err(NotSearched::Facts(tuples.len() * count));
                }
                tuples = (tuples.iter())
                    .flat_map(|tuple: &Vec<usize>| (0..count).map(|value| [tuple.as_slice(), &[value]].concat()))
                    .collect();
            }
            let event = program.relation(relation).kind == Kind::Event;
            let steps = if event { 1..=bounds.steps } else { 0..=0 };
            facts.extend(steps.flat_map(|step| tuples.iter().map(move |tuple| (node, index, tuple.clone(), step))));
            if facts.len() > MOST_FACTS {
                return Err(NotSearched::Facts(facts.len()));
            }
        }
    }
    facts.sort();
    let images = images(&facts, &values, location, |relation, column| columns.class(read[relation], column).0);
    let network = format!("nodes {};", values[&location].names.join(", "));
    let shown = facts.iter().map(|(node, relation, tuple, step)| {
        let relation = read[*relation];
        let mark = if program.spelling == Spelling::Hash { "#" } else { "" };
        let mut text = format!("{}({mark}{}", program.relation(relation).name, values[&location].names[*node]);
        for (column, &value) in tuple.iter().enumerate() {
            text.push_str(", ");
            text.push_str(&values[&columns.class(relation, column).0].names[value]);
        }
        text + &if *step == 0 { ");".to_string() } else { format!(")@{step};") }
    });
    Ok(Universe { network, facts: shown.collect(), images, level: Vec::new() })
}

/// How permutations of values that are alike permute the facts: a group, since those of each class are all taken or none.
fn images(
    facts: &[Numbers],
    values: &BTreeMap<usize, Values>,
    location: usize,
    class: impl Fn(usize, usize) -> usize,
) -> Vec<Vec<u32>> {
    let mut group: Vec<BTreeMap<usize, Vec<usize>>> = vec![BTreeMap::new()];
    for (&number, Values { names, alike }) in values {
        let free = names.len() - alike;
        // More than seven have more permutations than are compared.
        let all = if free > 7 { Vec::new() } else { permutations(free) };
        if free < 2 || all.is_empty() || group.len() * all.len() > MOST_PERMUTATIONS {
            continue;
        }
        let whole = |moved: &[usize]| (0..*alike).chain(moved.iter().map(|i| alike + i)).collect::<Vec<_>>();
        group = (group.iter())
            .flat_map(|known| {
                all.iter().map(|moved| {
                    let mut more = known.clone();
                    more.insert(number, whole(moved));
                    more
                })
            })
            .collect();
    }
    let apply = |permutation: &BTreeMap<usize, Vec<usize>>, number: usize, value: usize| {
        permutation.get(&number).map_or(value, |moved| moved[value])
    };
    (group.iter())
        .map(|permutation| {
            let moved = |(node, relation, tuple, step): &Numbers| -> u32 {
                let tuple = tuple.iter().enumerate();
                let tuple = tuple.map(|(column, &value)| apply(permutation, class(*relation, column), value)).collect();
                let image = (apply(permutation, location, *node), *relation, tuple, *step);
                facts.binary_search(&image).expect("internal error: a renaming that leaves the universe") as u32
            };
            facts.iter().map(moved).collect()
        })
        .collect()
}
