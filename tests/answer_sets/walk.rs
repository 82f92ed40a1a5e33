//! All runs of a given length, transition by transition, as sets of the atoms that an answer set shows: once by the definition, with
//! exact buffers and the naive evaluator, and once through the transition system that the explorer searches.

use std::collections::{BTreeMap, BTreeSet};
use watershed::budget::Budget;
use watershed::eval::naive::Naive;
use watershed::eval::{LocalStep, Outcome};
use watershed::export::asp::{fact_term, value_term};
use watershed::program::{Fact, LocatedFact, NodeId, Program, RelationId, When};
use watershed::reduce::Reductions;
use watershed::system::asynchronous::{Asynchronous, Counting};
use watershed::system::{Effect, System};

/// A run: its atoms `at(T,N,K)`, `delivered(T,F)`, `holds(T,F)`.
pub type Trace = BTreeSet<String>;

/// What a run shows of one transition.
struct Shown {
    node: NodeId,
    step: u64,
    delivered: BTreeSet<Fact>,
    derived: BTreeSet<Fact>,
}

impl Shown {
    fn atoms(&self, program: &Program, transition: usize) -> Trace {
        let node = value_term(program, program.node_value(self.node)).expect("a small value");
        let term = |fact| fact_term(program, fact).expect("small values");
        let at = format!("at({transition},{node},{})", self.step);
        let delivered = self.delivered.iter().map(|fact| format!("delivered({transition},{})", term(fact)));
        let holds = self.derived.iter().map(|fact| format!("holds({transition},{})", term(fact)));
        std::iter::once(at).chain(delivered).chain(holds).collect()
    }
}

/// The runs of the greatest length up to `horizon` of which there are at most `most`, and that length.
fn walk<S: Ord>(
    program: &Program,
    start: S,
    (horizon, most): (usize, usize),
    mut successors: impl FnMut(&S) -> Vec<(Shown, S)>,
) -> (usize, BTreeSet<Trace>) {
    let mut level = BTreeMap::from([(Trace::new(), BTreeSet::from([start]))]);
    for transition in 1..=horizon {
        let mut next: BTreeMap<Trace, BTreeSet<S>> = BTreeMap::new();
        for (trace, states) in &level {
            for (shown, after) in states.iter().flat_map(&mut successors) {
                let mut longer = trace.clone();
                longer.extend(shown.atoms(program, transition));
                next.entry(longer).or_default().insert(after);
            }
            if next.len() > most {
                return (transition - 1, level.into_keys().collect());
            }
        }
        level = next;
    }
    (horizon, level.into_keys().collect())
}

/// The runs by the definition.
pub fn by_definition(program: &Program, limits: (usize, usize)) -> (usize, BTreeSet<Trace>) {
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct State {
        taken: Vec<u64>,
        carried: Vec<BTreeSet<Fact>>,
        buffer: BTreeMap<LocatedFact, u64>,
    }
    let nodes = program.nodes.len();
    let start = State { taken: vec![0; nodes], carried: vec![BTreeSet::new(); nodes], buffer: BTreeMap::new() };
    let mut naive = Naive::new(program, 1000);
    let mut known: BTreeMap<(NodeId, BTreeSet<Fact>), Option<Outcome>> = BTreeMap::new();
    walk(program, start, limits, |state| {
        let mut found = Vec::new();
        for node in program.node_ids() {
            let at = node.0 as usize;
            let step = state.taken[at] + 1;
            let due = |when| when == When::Always || when == When::Step(step);
            let mut own = state.carried[at].clone();
            own.extend(program.facts.iter().filter(|f| f.node == node && due(f.when)).map(|f| f.fact.clone()));
            for buffer in sub_multisets(&state.buffer, node) {
                let left = |message: &LocatedFact| buffer.get(message).copied().unwrap_or(0);
                let delivered: BTreeSet<Fact> = (state.buffer.iter())
                    .filter(|(message, copies)| left(message) < **copies)
                    .map(|(message, _)| message.fact.clone())
                    .collect();
                let input: BTreeSet<Fact> = own.union(&delivered).cloned().collect();
                let outcome = known.entry((node, input.clone())).or_insert_with(|| naive.step(node, &input).ok());
                let Some(outcome) = outcome.clone() else { continue };
                let mut after = State { buffer, ..state.clone() };
                after.taken[at] = step;
                after.carried[at] = outcome.next;
                for message in outcome.sent {
                    *after.buffer.entry(message).or_insert(0) += 1;
                }
                found.push((Shown { node, step, delivered, derived: outcome.derived }, after));
            }
        }
        found
    })
}

/// What can be left of a buffer when a node steps.
fn sub_multisets(buffer: &BTreeMap<LocatedFact, u64>, node: NodeId) -> Vec<BTreeMap<LocatedFact, u64>> {
    let mut lefts = vec![BTreeMap::new()];
    for (message, &copies) in buffer {
        let least = if message.node == node { 0 } else { copies };
        lefts = lefts
            .into_iter()
            .flat_map(|left| {
                (least..=copies).map(move |keep| {
                    let mut left = left.clone();
                    if keep > 0 {
                        left.insert(message.clone(), keep);
                    }
                    left
                })
            })
            .collect();
    }
    lefts
}

/// The runs of the explorer's transition system, all copies counted.
pub fn by_explorer(program: &Program, limits: (usize, usize)) -> (usize, BTreeSet<Trace>) {
    let mut all = program.clone();
    all.outputs = (0..program.relations.len() as u32).map(RelationId).collect();
    let budget = Budget { max_facts: 1000, ..Budget::default() };
    let mut system = Asynchronous::new(&all, &budget, &Counting::default(), Reductions::NONE);
    let (mut words, mut choices, mut effect) = (Vec::new(), Vec::new(), Effect::default());
    system.initial(&mut words);
    walk(program, (words, vec![0; program.nodes.len()]), limits, |(words, taken): &(Vec<u32>, Vec<u64>)| {
        let mut found = Vec::new();
        system.enabled(words, &mut choices).expect("few deliveries");
        for &choice in &choices {
            let mut next = Vec::new();
            if system.step(words, choice, &mut next).is_err() {
                continue;
            }
            system.effect(words, choice, &mut effect).expect("a step that was taken has an effect");
            let mut taken = taken.clone();
            taken[choice.node as usize] += 1;
            let shown = Shown {
                node: NodeId(choice.node),
                step: taken[choice.node as usize],
                delivered: effect.delivered.iter().map(|&message| system.message(message).fact).collect(),
                derived: effect.outputs.iter().map(|&output| system.output(output).fact).collect(),
            };
            found.push((shown, (next, taken)));
        }
        found
    })
}
