//! The possible facts of small instances, over each network.
//!
//! Relations that no rule reads are left empty: nothing depends on them. What stands in a column: nodes where rules use its values as locations; else the
//! constants that rules name there and as many other values as the bound says: fresh symbols, or 1, 2, … where rules compute.
//!
//! Two programs that are compared are given the same facts: those of all relations that are EDB in one of them and in the other too, if that has them.

use super::columns::{Class, Columns};
use super::enumerate::permutations;
use super::{Bounds, NotSearched, Subject};
use crate::program::{Kind, Name, Program, RelationId, Spelling};
use std::collections::{BTreeMap, BTreeSet};

/// Most permutations under which instances are compared; values are told apart where there would be more.
const MOST_PERMUTATIONS: usize = 5040;
/// Most facts that may stand in an instance's universe: sets of them are enumerated.
const MOST_FACTS: usize = 1 << 16;

/// The possible facts over one network, and the sets of them that were made last.
pub struct Universe {
    /// `nodes a, b;`
    network: String,
    /// Each fact as the program writes it.
    pub facts: Vec<String>,
    /// How renamings permute the facts.
    pub images: Vec<Vec<u32>>,
    /// The sets that were made last.
    pub level: Vec<Vec<u32>>,
}

impl Universe {
    /// The instance with a set of facts, as text.
    pub fn text(&self, set: &[u32]) -> String {
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

/// A relation to which facts are given.
struct Given<'a> {
    name: &'a str,
    arity: usize,
    event: bool,
    /// One of the programs that have it, and which it is there.
    of: (usize, RelationId),
}

/// One universe for each number of nodes.
///
/// # Errors
/// If small instances cannot be searched.
pub fn universes(subjects: &[Subject<'_>], bounds: Bounds) -> Result<Vec<Universe>, NotSearched> {
    let programs: Vec<&Program> = subjects.iter().map(|subject| subject.program).collect();
    if programs.iter().any(|program| !program.observers.is_empty() || !program.synchronous.is_empty()) {
        return Err(NotSearched::Observers);
    }
    let named: BTreeSet<String> = subjects.iter().flat_map(|subject| subject.bare.named.iter().cloned()).collect();
    if named.len() > bounds.nodes {
        return Err(NotSearched::Nodes(named.len()));
    }
    let columns = Columns::of(&programs);
    let mut given: Vec<Given<'_>> = Vec::new();
    for (number, program) in programs.iter().enumerate() {
        for (id, relation) in (0..).map(RelationId).zip(&program.relations) {
            let is_new = given.iter().all(|known| known.name != relation.name);
            if relation.is_edb() && !relation.builtin && is_new && programs.iter().any(|of| reads(of, &relation.name)) {
                let event = relation.kind == Kind::Event;
                given.push(Given { name: &relation.name, arity: relation.arity, event, of: (number, id) });
            }
        }
    }
    let mark = if programs.iter().any(|program| program.spelling == Spelling::Hash) { "#" } else { "" };
    (named.len().max(1)..=bounds.nodes).map(|nodes| universe(&columns, &given, &named, bounds, nodes, mark)).collect()
}

/// Whether some rule of a program reads a relation, or it must `never` hold.
fn reads(program: &Program, name: &str) -> bool {
    let Some(id) = program.relation_named(name) else { return false };
    program.nevers.iter().any(|&(never, _)| never == id)
        || program.rules.iter().any(|rule| {
            rule.positive.iter().any(|atom| atom.relation == id) || rule.negative.iter().any(|atom| atom.relation == id)
        })
}

fn universe(
    columns: &Columns,
    given: &[Given<'_>],
    named: &BTreeSet<String>,
    bounds: Bounds,
    nodes: usize,
    mark: &str,
) -> Result<Universe, NotSearched> {
    let known: BTreeSet<String> = columns.constants().map(Name::to_string).chain(named.iter().cloned()).collect();
    let fresh = |letter: char, count: usize| -> Vec<String> {
        (1..).map(|i| format!("{letter}{i}")).filter(|name| !known.contains(name)).take(count).collect()
    };
    let (location, class) = columns.location();
    let mut names: Vec<String> = named.iter().cloned().collect();
    names.extend(fresh('n', nodes - named.len()));
    let alike = if class.ordered { names.len() } else { named.len() };
    let mut values: BTreeMap<usize, Values> = BTreeMap::new();
    values.insert(location, Values { names, alike });
    let class_of = |relation: usize, column: usize| -> (usize, &Class) {
        let (program, id) = given[relation].of;
        columns.class(program, id, column)
    };
    for (index, relation) in given.iter().enumerate() {
        for column in 0..relation.arity {
            let (number, class) = class_of(index, column);
            values.entry(number).or_insert_with(|| {
                let mut names: Vec<String> = class.constants.iter().map(Name::to_string).collect();
                let constants = names.len();
                if class.integer {
                    let more = (1..).filter(|&i| !class.constants.contains(&Name::Int(i)));
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
        for (index, relation) in given.iter().enumerate() {
            let mut tuples = vec![Vec::new()];
            for column in 0..relation.arity {
                let count = values[&class_of(index, column).0].names.len();
                if tuples.len() * count > MOST_FACTS {
                    return Err(NotSearched::Facts(tuples.len() * count));
                }
                tuples = (tuples.iter())
                    .flat_map(|tuple: &Vec<usize>| (0..count).map(|value| [tuple.as_slice(), &[value]].concat()))
                    .collect();
            }
            let steps = if relation.event { 1..=bounds.steps } else { 0..=0 };
            facts.extend(steps.flat_map(|step| tuples.iter().map(move |tuple| (node, index, tuple.clone(), step))));
            if facts.len() > MOST_FACTS {
                return Err(NotSearched::Facts(facts.len()));
            }
        }
    }
    facts.sort();
    let images = images(&facts, &values, location, |relation, column| class_of(relation, column).0);
    let network = format!("nodes {};", values[&location].names.join(", "));
    let shown = facts.iter().map(|(node, relation, tuple, step)| {
        let mut text = format!("{}({mark}{}", given[*relation].name, values[&location].names[*node]);
        for (column, &value) in tuple.iter().enumerate() {
            text.push_str(", ");
            text.push_str(&values[&class_of(*relation, column).0].names[value]);
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
