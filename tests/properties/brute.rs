//! The transition system and its ultimate facts by the definition (semantics §2, §3), as plainly as they can be said.
//!
//! Where channels are ordered, what is in flight is a sequence of sets for each sender and addressee, and C counts sets of a channel; such a
//! system is only ever cut, since the saturated unordered one has all its runs too.
//!
//! A state is what each node carries, the number of its next step while events are due, and a multiset of facts in flight. Every
//! choice of every state is taken, every local step is evaluated anew by the naive evaluator. Nothing here is shared with the
//! library's transition system, buffers, search or component analysis.
//!
//! Copies are counted exactly up to a limit C. A system in which more are sent is infinite or large, and is then read
//! twice: *cut* leaves out the transitions that would make more than C copies, so its runs are runs; *saturated* writes ω for
//! more than C copies, and a delivery of some of ω leaves ω or any count up to C, so every run is among its runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watershed::eval::LocalStep;
use watershed::eval::naive::{self, Naive};
use watershed::program::{Fact, LocatedFact, NodeId, Order, Program, When};

/// More copies than are counted.
const OMEGA: u64 = u64::MAX;

/// What becomes of a send that would make more copies than are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// The transition is left out.
    Cut,
    /// The count becomes ω.
    Saturate,
}

/// How far a system is explored.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// C: most copies of one message.
    pub copies: u64,
    /// What becomes of more.
    pub excess: Excess,
    /// Most transitions.
    pub transitions: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct NodeState {
    carried: BTreeSet<Fact>,
    /// Steps taken, counted up to the last event of the node.
    steps: u64,
    buffer: Held,
    /// What observers see of the latest step, where an asserted relation is an observer's.
    latest: Option<BTreeSet<Fact>>,
}

/// By sender, what is in flight from it to a node.
type Channels = BTreeMap<usize, Vec<BTreeSet<Fact>>>;

/// What is in flight to a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    /// A multiset.
    Any(BTreeMap<Fact, u64>),
    /// By sender, one set for each of its steps that sent something here, oldest first.
    Fifo(Channels),
}

/// A part of what is in flight to a node of which some must be delivered if it is there for ever: a fact, or a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Waiting {
    Message(Fact),
    Channel(usize),
}

impl Held {
    fn waiting(&self) -> BTreeSet<Waiting> {
        match self {
            Held::Any(buffer) => buffer.keys().cloned().map(Waiting::Message).collect(),
            Held::Fifo(channels) => channels.keys().copied().map(Waiting::Channel).collect(),
        }
    }
}

type State = Vec<NodeState>;

struct Transition {
    from: usize,
    to: usize,
    node: usize,
    served: BTreeSet<Waiting>,
    outputs: BTreeSet<Fact>,
}

/// A system explored to its end.
pub struct Explored {
    states: Vec<State>,
    transitions: Vec<Transition>,
    nodes: usize,
    /// Whether some count went beyond C.
    pub exceeded: bool,
    /// Indices of the `never` relations that hold in some transition.
    pub violated: BTreeSet<usize>,
}

/// What the fair runs of a system have ultimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ultimate {
    /// Facts with a fair run in which they hold from some step on.
    pub possible: BTreeSet<LocatedFact>,
    /// Of the facts that hold in some step: those with a fair run in which they are missing again and again.
    pub avoidable: BTreeSet<LocatedFact>,
}

impl Ultimate {
    /// Ultimate in all fair runs.
    pub fn certain(&self) -> BTreeSet<LocatedFact> {
        self.possible.difference(&self.avoidable).cloned().collect()
    }

    /// Ultimate in some fair runs and not in others.
    pub fn contested(&self) -> BTreeSet<LocatedFact> {
        self.possible.intersection(&self.avoidable).cloned().collect()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// More transitions than the limit.
    TooLarge,
    /// Some local step has no outcome.
    Fault,
}

/// Explores the whole system within the limits.
pub fn explore(program: &Program, limits: Limits) -> Result<Explored, Refused> {
    let observing = program.nevers.iter().any(|&(relation, _)| program.relation(relation).observer);
    let buffer = match program.order {
        Order::Any => Held::Any(BTreeMap::new()),
        Order::Fifo => Held::Fifo(BTreeMap::new()),
    };
    let idle = NodeState { carried: BTreeSet::new(), steps: 0, buffer, latest: None };
    let initial: State = program.nodes.iter().map(|_| idle.clone()).collect();
    let mut explored = Explored {
        states: vec![initial.clone()],
        transitions: Vec::new(),
        nodes: program.nodes.len(),
        exceeded: false,
        violated: BTreeSet::new(),
    };
    let mut numbers = BTreeMap::from([(initial, 0)]);
    let mut open = VecDeque::from([0]);
    while let Some(from) = open.pop_front() {
        let state = explored.states[from].clone();
        for node in program.node_ids() {
            for Delivery { delivered, served, left } in deliveries(&state[node.0 as usize].buffer, limits.copies) {
                let mut next = state.clone();
                let here = &mut next[node.0 as usize];
                let mut input: BTreeSet<Fact> = due(program, node, here.steps + 1);
                input.extend(here.carried.iter().cloned());
                input.extend(delivered.iter().cloned());
                let step = Naive::new(program, 10_000).step(node, &input).map_err(|_| Refused::Fault)?;
                here.steps = (here.steps + 1).min(program.last_event(node));
                here.carried = step.next;
                here.buffer = left;
                if observing {
                    here.latest = Some(seen_by_observers(program, &step.derived));
                }
                let mut fits = true;
                let mut by_addressee: BTreeMap<NodeId, BTreeSet<Fact>> = BTreeMap::new();
                for LocatedFact { node: to, fact } in step.sent {
                    by_addressee.entry(to).or_default().insert(fact);
                }
                for (to, facts) in by_addressee {
                    let exceeded = send(&mut next[to.0 as usize].buffer, node.0 as usize, facts, limits.copies);
                    explored.exceeded |= exceeded;
                    fits &= !exceeded || limits.excess == Excess::Saturate;
                }
                if !fits {
                    continue;
                }
                explored.violated.extend(violated(program, &step.derived, &next));
                let to = *numbers.entry(next).or_insert_with_key(|next| {
                    explored.states.push(next.clone());
                    open.push_back(explored.states.len() - 1);
                    explored.states.len() - 1
                });
                let is_output = |fact: &Fact| program.outputs.contains(&fact.relation);
                let outputs = step.derived.into_iter().filter(is_output).collect();
                let node = node.0 as usize;
                explored.transitions.push(Transition { from, to, node, served, outputs });
                if explored.transitions.len() > limits.transitions {
                    return Err(Refused::TooLarge);
                }
            }
        }
    }
    Ok(explored)
}

/// Static facts, and the events of this step.
fn due(program: &Program, node: NodeId, step: u64) -> BTreeSet<Fact> {
    let given = program.facts.iter().filter(|given| given.node == node);
    given
        .filter(|given| matches!(given.when, When::Always) || given.when == When::Step(step))
        .map(|given| given.fact.clone())
        .collect()
}

/// Adds a step's copies; returns whether some count went beyond C. Channels are not saturated.
fn send(held: &mut Held, sender: usize, facts: BTreeSet<Fact>, most: u64) -> bool {
    let mut exceeded = false;
    match held {
        Held::Any(buffer) => {
            for fact in facts {
                let copies = buffer.entry(fact).or_insert(0);
                if *copies == OMEGA {
                } else if *copies < most {
                    *copies += 1;
                } else {
                    exceeded = true;
                    *copies = OMEGA;
                }
            }
        }
        Held::Fifo(channels) => {
            let channel = channels.entry(sender).or_default();
            channel.push(facts);
            exceeded = channel.len() as u64 > most;
        }
    }
    exceeded
}

/// What can be delivered, as a set; what is served by it; what is left.
struct Delivery {
    delivered: BTreeSet<Fact>,
    served: BTreeSet<Waiting>,
    left: Held,
}

fn deliveries(held: &Held, most: u64) -> Vec<Delivery> {
    match held {
        Held::Any(buffer) => (multisets(buffer, most).into_iter())
            .map(|(delivered, left)| {
                let served = delivered.iter().cloned().map(Waiting::Message).collect();
                Delivery { delivered, served, left: Held::Any(left) }
            })
            .collect(),
        Held::Fifo(channels) => in_order(channels),
    }
}

/// Of each channel every choice of copies that leaves none behind that was sent before one of them.
fn in_order(channels: &Channels) -> Vec<Delivery> {
    let mut ways: Vec<(BTreeSet<Fact>, BTreeSet<Waiting>, Channels)> =
        vec![(BTreeSet::new(), BTreeSet::new(), BTreeMap::new())];
    for (&sender, sets) in channels {
        let copies: Vec<(usize, &Fact)> =
            sets.iter().enumerate().flat_map(|(at, set)| set.iter().map(move |fact| (at, fact))).collect();
        assert!(copies.len() < 24, "too many copies in a channel to take every choice of them");
        let mut longer = Vec::new();
        for choice in 0..1u32 << copies.len() {
            let chosen = |at: usize| choice >> at & 1 > 0;
            let overtakes = |at: usize| (0..copies.len()).any(|other| !chosen(other) && copies[other].0 < copies[at].0);
            if (0..copies.len()).any(|at| chosen(at) && overtakes(at)) {
                continue;
            }
            let mut left: Vec<BTreeSet<Fact>> = vec![BTreeSet::new(); sets.len()];
            for (_, &(set, fact)) in copies.iter().enumerate().filter(|&(at, _)| !chosen(at)) {
                left[set].insert(fact.clone());
            }
            left.retain(|set| !set.is_empty());
            for (delivered, served, rest) in &ways {
                let (mut delivered, mut served, mut rest) = (delivered.clone(), served.clone(), rest.clone());
                delivered.extend((0..copies.len()).filter(|&at| chosen(at)).map(|at| copies[at].1.clone()));
                if choice > 0 {
                    served.insert(Waiting::Channel(sender));
                }
                if !left.is_empty() {
                    rest.insert(sender, left.clone());
                }
                longer.push((delivered, served, rest));
            }
        }
        ways = longer;
    }
    ways.into_iter().map(|(delivered, served, rest)| Delivery { delivered, served, left: Held::Fifo(rest) }).collect()
}

/// Every sub-multiset that can be delivered, as a set, with what is left.
fn multisets(buffer: &BTreeMap<Fact, u64>, most: u64) -> Vec<(BTreeSet<Fact>, BTreeMap<Fact, u64>)> {
    let mut ways = vec![(BTreeSet::new(), BTreeMap::new())];
    for (fact, &copies) in buffer {
        let remaining: Vec<(bool, u64)> = if copies == OMEGA {
            [(false, OMEGA), (true, OMEGA)].into_iter().chain((0..=most).map(|left| (true, left))).collect()
        } else {
            (0..=copies).map(|left| (left < copies, left)).collect()
        };
        let mut longer = Vec::new();
        for (delivered, rest) in &ways {
            for &(some, left) in &remaining {
                let (mut delivered, mut rest): (BTreeSet<Fact>, BTreeMap<Fact, u64>) =
                    (delivered.clone(), rest.clone());
                if some {
                    delivered.insert(fact.clone());
                }
                if left > 0 {
                    rest.insert(fact.clone(), left);
                }
                longer.push((delivered, rest));
            }
        }
        ways = longer;
    }
    ways
}

fn seen_by_observers(program: &Program, derived: &BTreeSet<Fact>) -> BTreeSet<Fact> {
    let read = |fact: &&Fact| {
        program.observers.iter().any(|rule| {
            rule.positive.iter().any(|atom| atom.relation == fact.relation)
                || rule.negative.iter().any(|atom| atom.relation == fact.relation)
        })
    };
    derived.iter().filter(read).cloned().collect()
}

/// Which `never` relations hold in a step, or in the snapshot after it.
fn violated(program: &Program, derived: &BTreeSet<Fact>, after: &State) -> BTreeSet<usize> {
    let mut held: BTreeSet<_> = derived.iter().map(|fact| fact.relation).collect();
    if after.iter().any(|node| node.latest.is_some()) {
        let snapshot: Vec<Option<&BTreeSet<Fact>>> = after.iter().map(|node| node.latest.as_ref()).collect();
        let observed = naive::observe(program, &snapshot).expect("observer rules of generated programs cannot err");
        held.extend(observed.iter().map(|fact| fact.relation));
    }
    (0..).zip(&program.nevers).filter(|(_, (relation, _))| held.contains(relation)).map(|(index, _)| index).collect()
}

impl Explored {
    /// Number of states.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// Number of transitions.
    pub fn transitions(&self) -> usize {
        self.transitions.len()
    }

    /// Decides every output fact by its own restriction of the graph.
    pub fn ultimate(&self) -> Ultimate {
        let mut ever: BTreeSet<LocatedFact> = BTreeSet::new();
        for edge in &self.transitions {
            ever.extend(
                edge.outputs.iter().map(|fact| LocatedFact { node: NodeId(edge.node as u32), fact: fact.clone() }),
            );
        }
        let all: Vec<usize> = (0..self.transitions.len()).collect();
        let whole = self.fair_components(&all);
        let has = |edge: usize, fact: &LocatedFact| {
            let edge = &self.transitions[edge];
            edge.node != fact.node.0 as usize || edge.outputs.contains(&fact.fact)
        };
        let mut ultimate = Ultimate { possible: BTreeSet::new(), avoidable: BTreeSet::new() };
        for fact in ever {
            let keeping: Vec<usize> = all.iter().copied().filter(|&edge| has(edge, &fact)).collect();
            if !self.fair_components(&keeping).is_empty() {
                ultimate.possible.insert(fact.clone());
            }
            if whole.iter().flatten().any(|&edge| !has(edge, &fact)) {
                ultimate.avoidable.insert(fact);
            }
        }
        ultimate
    }

    /// All ultimate models: for a set of facts K that some fair run keeps, the facts common to all steps of a maximal
    /// fair component of the transitions that keep K. `None` if more than `most` sets K are needed.
    pub fn models(&self, most: usize) -> Option<BTreeSet<BTreeSet<LocatedFact>>> {
        let mut models = BTreeSet::new();
        let mut tried: BTreeSet<BTreeSet<LocatedFact>> = BTreeSet::new();
        let mut open = vec![BTreeSet::new()];
        while let Some(kept) = open.pop() {
            if !tried.insert(kept.clone()) {
                continue;
            }
            if tried.len() > most {
                return None;
            }
            let keeps = |edge: &usize| {
                let edge = &self.transitions[*edge];
                kept.iter().all(|f: &LocatedFact| f.node.0 as usize != edge.node || edge.outputs.contains(&f.fact))
            };
            let edges: Vec<usize> = (0..self.transitions.len()).filter(keeps).collect();
            for component in self.fair_components(&edges) {
                let (always, sometimes) = self.common(&component);
                for fact in sometimes {
                    let mut more = always.clone();
                    more.insert(fact);
                    open.push(more);
                }
                models.insert(always);
            }
        }
        Some(models)
    }

    /// The output facts in all, and in some but not all, steps of their node.
    fn common(&self, component: &[usize]) -> (BTreeSet<LocatedFact>, BTreeSet<LocatedFact>) {
        let (mut always, mut some) = (BTreeSet::new(), BTreeSet::new());
        for node in 0..self.nodes {
            let mut steps = component.iter().map(|&edge| &self.transitions[edge]).filter(|edge| edge.node == node);
            let at = |fact: &Fact| LocatedFact { node: NodeId(node as u32), fact: fact.clone() };
            let Some(first) = steps.next() else { continue };
            let mut common = first.outputs.clone();
            some.extend(first.outputs.iter().map(at));
            for step in steps {
                common.retain(|fact| step.outputs.contains(fact));
                some.extend(step.outputs.iter().map(at));
            }
            always.extend(common.iter().map(at));
        }
        let sometimes = some.difference(&always).cloned().collect();
        (always, sometimes)
    }

    /// The maximal strongly connected parts of these transitions in which every node steps and every message that is in
    /// flight in all states is delivered.
    fn fair_components(&self, edges: &[usize]) -> Vec<Vec<usize>> {
        let component = self.strong_components(edges);
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &edge in edges {
            let Transition { from, to, .. } = self.transitions[edge];
            if component[from] == component[to] {
                parts.entry(component[from]).or_default().push(edge);
            }
        }
        parts.into_values().filter(|part| self.is_fair(part)).collect()
    }

    fn is_fair(&self, part: &[usize]) -> bool {
        let edges = || part.iter().map(|&edge| &self.transitions[edge]);
        if !(0..self.nodes).all(|node| edges().any(|edge| edge.node == node)) {
            return false;
        }
        let states: BTreeSet<usize> = edges().map(|edge| edge.from).collect();
        let first = &self.states[*states.first().expect("a part has a transition")];
        (0..self.nodes).all(|node| {
            first[node].buffer.waiting().iter().all(|waiting| {
                states.iter().any(|&state| !self.states[state][node].buffer.waiting().contains(waiting))
                    || edges().any(|edge| edge.node == node && edge.served.contains(waiting))
            })
        })
    }

    /// The number of each state's strongly connected component under these transitions (Kosaraju).
    fn strong_components(&self, edges: &[usize]) -> Vec<usize> {
        let mut forward = vec![Vec::new(); self.states.len()];
        let mut backward = vec![Vec::new(); self.states.len()];
        for &edge in edges {
            let Transition { from, to, .. } = self.transitions[edge];
            forward[from].push(to);
            backward[to].push(from);
        }
        let mut finished = Vec::new();
        let mut seen = vec![false; self.states.len()];
        for root in 0..self.states.len() {
            let mut path = vec![(root, 0)];
            while let Some((state, at)) = path.pop() {
                if at == 0 && std::mem::replace(&mut seen[state], true) {
                    continue;
                }
                match forward[state].get(at) {
                    Some(&target) => path.extend([(state, at + 1), (target, 0)]),
                    None => finished.push(state),
                }
            }
        }
        let mut component = vec![usize::MAX; self.states.len()];
        for (number, &root) in finished.iter().rev().enumerate() {
            let mut open = vec![root];
            while let Some(state) = open.pop() {
                if component[state] == usize::MAX {
                    component[state] = number;
                    open.extend(&backward[state]);
                }
            }
        }
        component
    }
}
