//! Labels of all streams: inference along paths, reconciliation at outputs, cycles (Blazes, §V).
//!
//! A path turns the label of its input into what it contributes to its output ([`contribution`]); an output takes the
//! most severe contribution ([`reconciled`]); a stream joins what its producers give. All of it is monotone in the order
//! of [`Label`], which has finite height, so labels are raised from nothing until none changes: the least solution.
//! Streams on a cycle then share the most severe label of the cycle, as in the paper, and none of them is sealed: the
//! last punctuation of a partition would have to wait for itself.
//!
//! Where the paper's rules pass over a race, these do not:
//!
//! 1. *Protection.* A read whose answer depends on order is harmless if the partition it reads is complete. The paper
//!    looks for one compatible seal among the labels at the output. But a read sees the state that *all* writing paths
//!    of the component leave behind: each of their inputs must be sealed compatibly. Where no path writes, what races
//!    are the inputs themselves, so all of them must be.
//! 2. *The same for writes.* A compatible seal makes an order-sensitive write deterministic only if nothing else that
//!    is written in between can be seen, so its path needs the same protection.
//! 3. *A compatible seal is consumed.* What an order-sensitive path puts out when a partition is complete comes after
//!    the punctuation, and nothing says that there is one behind it: `Async`.
//! 4. *A sealed stream of reads is still a stream of reads.* The paper keeps the label of a sealed input of a read path.
//!    The seal says when the questions are complete, not the state they are about, so it counts as `Async` there.
//! 5. *Contents that differ stay different.* A protected read of a `Run` stream answers different questions in
//!    different runs; the paper's rule forgets that.
//! 6. *A key survives a confluent path only if the path keeps its columns, one to one.* A projection that drops the key,
//!    or maps two partitions to one, leaves no seal.

use super::graph::{Graph, Key, Path, Port};
use super::keys::compatible;
use super::label::Label;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, BTreeSet};

/// How deliveries to a component are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// As they come.
    Free,
    /// All copies agree on one order, which may be another in the next run.
    Agreed,
    /// One order, fixed before they are sent: the same for all copies in all runs.
    Fixed,
}

/// Coordination beyond what the file says.
#[derive(Debug, Clone)]
pub struct Coordination {
    /// By stream: the key by which it is sealed.
    pub seals: Vec<Option<Key>>,
    /// By component: the order of its deliveries.
    pub orders: Vec<Order>,
}

impl Coordination {
    /// The seals of the file and no order.
    pub fn none(graph: &Graph) -> Self {
        Coordination {
            seals: graph.streams.iter().map(|stream| stream.seal.clone()).collect(),
            orders: vec![Order::Free; graph.components.len()],
        }
    }
}

/// The rule by which a path turned a label into its contribution. The numbers are those of `docs/flow.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// 1: an order-sensitive read of a state that is still being written.
    UnprotectedRead,
    /// 2: an order-sensitive read of partitions that are complete.
    ProtectedRead,
    /// 3: an order-sensitive write without complete partitions.
    RacingWrite,
    /// 4: a compatible seal makes a write deterministic, and is consumed.
    SealedWrite,
    /// 5: contents that differ between copies reach state.
    TaintedState,
    /// 6: a confluent path keeps the key.
    KeptSeal,
    /// 7: a confluent path loses the key.
    LostSeal,
    /// 8: deliveries are ordered.
    Ordered,
    /// 9: the label is handed on.
    Kept,
}

impl Rule {
    /// Its number in the table of the documentation.
    pub fn number(self) -> u8 {
        match self {
            Rule::UnprotectedRead => 1,
            Rule::ProtectedRead => 2,
            Rule::RacingWrite => 3,
            Rule::SealedWrite => 4,
            Rule::TaintedState => 5,
            Rule::KeptSeal => 6,
            Rule::LostSeal => 7,
            Rule::Ordered => 8,
            Rule::Kept => 9,
        }
    }

    /// Why, in a few words.
    pub fn reason(self) -> &'static str {
        match self {
            Rule::UnprotectedRead => "the order of reads and writes decides what is read",
            Rule::ProtectedRead => "every input that is written is sealed by a key of the gate",
            Rule::RacingWrite => "the order of deliveries decides what is written",
            Rule::SealedWrite => "each partition is complete before it is written; the seal is consumed",
            Rule::TaintedState => "contents that differ between copies are written",
            Rule::KeptSeal => "confluent, and keeps the key",
            Rule::LostSeal => "confluent, and does not keep the key",
            Rule::Ordered => "deliveries are ordered",
            Rule::Kept => "the label is handed on",
        }
    }

    /// Whether an anomaly begins here if the input has none.
    pub fn races(self) -> bool {
        matches!(self, Rule::UnprotectedRead | Rule::RacingWrite)
    }
}

/// One step of a derivation: what a path makes of its input's label.
#[derive(Debug, Clone)]
pub struct Step {
    /// Index into [`Graph::components`].
    pub component: usize,
    /// Index into its paths.
    pub path: usize,
    /// The label of the input.
    pub input: Label,
    /// The rule.
    pub rule: Rule,
    /// What it contributes to the output, after reconciliation with whether the output is replicated.
    pub gives: Label,
}

/// The labels of a graph.
#[derive(Debug, Clone)]
pub struct Labelling {
    /// By stream.
    pub labels: Vec<Label>,
    /// One for each path, in the order of components and paths: the step that first gave what it gives in the end, so
    /// that a label that comes back around a cycle is not its own reason.
    pub steps: Vec<Step>,
    /// The paths, by component, that made an anomaly of a harmless label.
    pub races: BTreeSet<(usize, usize)>,
    /// The streams of each cycle, in ascending order.
    pub cycles: Vec<Vec<usize>>,
}

impl Labelling {
    /// The most severe label; `None` without streams.
    pub fn worst(&self) -> Option<&Label> {
        self.labels.iter().max()
    }

    /// Whether a stream has contents that depend on the order of deliveries.
    pub fn is_anomalous(&self) -> bool {
        self.labels.iter().any(Label::is_anomaly)
    }
}

/// The streams at the interfaces of one component.
struct Interfaces {
    /// By input.
    feeding: Vec<Vec<usize>>,
    /// By output: the streams it feeds.
    fed: Vec<Vec<usize>>,
    /// By output.
    replicated: Vec<bool>,
    /// The inputs of the paths that write; all inputs if none does (repair 1).
    racing: Vec<usize>,
}

/// Labels all streams. Rounds of linear time, at most four for each stream; two where there are no cycles.
pub fn infer(graph: &Graph, coordination: &Coordination) -> Labelling {
    let interfaces: Vec<Interfaces> = (0..graph.components.len()).map(|at| Interfaces::new(graph, at)).collect();
    let (order, cycles) = cycles(graph);
    let mut labels: Vec<Option<Label>> = vec![None; graph.streams.len()];
    for (at, stream) in graph.streams.iter().enumerate() {
        if stream.external {
            labels[at] = Some(sealed(Label::Async, coordination.seals[at].as_ref()));
        }
    }
    let mut reasons = Reasons::default();
    loop {
        let before = labels.clone();
        for &component in &order {
            let steps = steps_of(graph, coordination, component, &interfaces[component], &labels);
            reasons.keep(&steps);
            for (output, label) in outputs(graph, component, &steps).into_iter().enumerate() {
                for &stream in &interfaces[component].fed[output] {
                    let label = label.clone().map(|label| sealed(label, coordination.seals[stream].as_ref()));
                    labels[stream] = joined(labels[stream].take(), label);
                }
            }
        }
        for cycle in &cycles {
            let worst = cycle.iter().fold(None, |worst, &stream| joined(worst, labels[stream].clone()));
            let worst = worst.map(|label| label.max(Label::Async));
            for &stream in cycle {
                labels[stream] = worst.clone();
            }
        }
        if labels == before {
            break;
        }
    }
    // What nothing from outside reaches carries nothing; the reader makes sure that there is no such stream.
    let labels = labels.into_iter().map(|label| label.unwrap_or(Label::Async)).collect();
    Labelling { labels, steps: reasons.steps.into_values().collect(), races: reasons.races, cycles }
}

/// Why each path gives what it gives.
#[derive(Default)]
struct Reasons {
    steps: BTreeMap<(usize, usize), Step>,
    races: BTreeSet<(usize, usize)>,
}

impl Reasons {
    fn keep(&mut self, steps: &[Step]) {
        for step in steps {
            let at = (step.component, step.path);
            let news = |before: &Step| before.gives != step.gives || !step.input.is_anomaly();
            if self.steps.get(&at).is_none_or(news) {
                self.steps.insert(at, step.clone());
            }
            if step.rule.races() && !step.input.is_anomaly() {
                self.races.insert(at);
            }
        }
    }
}

fn joined(a: Option<Label>, b: Option<Label>) -> Option<Label> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.join(b)),
        (a, b) => a.or(b),
    }
}

/// A stream that is annotated with a seal has it, unless its contents depend on order.
fn sealed(label: Label, seal: Option<&Key>) -> Label {
    match seal {
        Some(key) if label <= Label::Async => Label::Seal(key.clone()),
        _ => label,
    }
}

impl Interfaces {
    fn new(graph: &Graph, at: usize) -> Self {
        let component = &graph.components[at];
        let mut feeding = vec![Vec::new(); component.inputs.len()];
        let mut fed = vec![Vec::new(); component.outputs.len()];
        for (stream, declared) in graph.streams.iter().enumerate() {
            for port in declared.to.iter().filter(|port| port.component == at) {
                feeding[port.interface].push(stream);
            }
            for port in declared.from.iter().filter(|port| port.component == at) {
                fed[port.interface].push(stream);
            }
        }
        let replicated = (0..component.outputs.len())
            .map(|interface| graph.is_replicated(Port { component: at, interface }))
            .collect();
        Interfaces { feeding, fed, replicated, racing: racing_inputs(graph, at) }
    }

    /// The label of an input: the join of the streams that feed it.
    fn input(&self, input: usize, labels: &[Option<Label>]) -> Option<Label> {
        self.feeding[input].iter().fold(None, |label, &stream| joined(label, labels[stream].clone()))
    }
}

/// The inputs that decide what order-sensitive paths of a component see, where rules do not tell it of each: those of the
/// paths that write, or all if none does (repair 1).
pub fn racing_inputs(graph: &Graph, component: usize) -> Vec<usize> {
    let paths = &graph.components[component].paths;
    let mut inputs: Vec<usize> = paths.iter().filter(|path| path.annotation.writes).map(|path| path.from).collect();
    if inputs.is_empty() {
        inputs = paths.iter().map(|path| path.from).collect();
    }
    inputs.sort_unstable();
    inputs.dedup();
    inputs
}

/// The labels of a component's outputs: the most severe contribution to each.
fn outputs(graph: &Graph, at: usize, steps: &[Step]) -> Vec<Option<Label>> {
    let mut outputs = vec![None; graph.components[at].outputs.len()];
    for step in steps {
        let output = &mut outputs[graph.components[at].paths[step.path].to];
        *output = joined(output.take(), Some(step.gives.clone()));
    }
    outputs
}

/// The step of each path whose input carries something.
fn steps_of(
    graph: &Graph,
    coordination: &Coordination,
    at: usize,
    interfaces: &Interfaces,
    labels: &[Option<Label>],
) -> Vec<Step> {
    let component = &graph.components[at];
    let inputs: Vec<Option<Label>> = (0..component.inputs.len()).map(|input| interfaces.input(input, labels)).collect();
    let protected = |path: &Path| {
        path.annotation.gate.as_ref().is_some_and(|gate| {
            path.decides.as_ref().unwrap_or(&interfaces.racing).iter().all(|&input| match &inputs[input] {
                // Nothing has arrived there yet in this round.
                None => true,
                Some(Label::Seal(key)) => compatible(gate, key, &graph.injective),
                Some(_) => false,
            })
        })
    };
    let mut steps = Vec::new();
    for (number, path) in component.paths.iter().enumerate() {
        let Some(input) = &inputs[path.from] else { continue };
        let (rule, contribution) = contribution(path, input, protected(path), coordination.orders[at]);
        let gives = reconciled(contribution, interfaces.replicated[path.to] && rule != Rule::Ordered);
        steps.push(Step { component: at, path: number, input: input.clone(), rule, gives });
    }
    steps
}

/// What a path hands on, before it is known whether the output is replicated.
enum Contribution {
    /// This label.
    Label(Label),
    /// An answer that depends on order (the paper's NDRead): for a while, copies may answer differently.
    Read,
    /// State that depends on order (the paper's Taint): copies may differ for ever.
    Taint,
}

/// Inference along one path (Blazes, fig. 9, repaired).
fn contribution(path: &Path, input: &Label, protected: bool, order: Order) -> (Rule, Contribution) {
    use Contribution::{Read, Taint};
    let writes = path.annotation.writes;
    match (input, &path.annotation.gate) {
        (Label::Diverge, _) => (Rule::Kept, Contribution::Label(Label::Diverge)),
        (Label::Inst, _) if writes => (Rule::TaintedState, Taint),
        (Label::Inst, _) => (Rule::Kept, Contribution::Label(Label::Inst)),
        (Label::Seal(key), None) => match kept(path, key) {
            Some(key) => (Rule::KeptSeal, Contribution::Label(Label::Seal(key))),
            None => (Rule::LostSeal, Contribution::Label(Label::Async)),
        },
        (Label::Async | Label::Run, None) => (Rule::Kept, Contribution::Label(input.clone())),
        (_, Some(_)) if order == Order::Fixed => (Rule::Ordered, Contribution::Label(input.clone().max(Label::Async))),
        (_, Some(_)) if writes => {
            // The path's own input is among those that must be sealed.
            if protected {
                (Rule::SealedWrite, Contribution::Label(Label::Async))
            } else if order == Order::Agreed {
                (Rule::Ordered, Taint)
            } else {
                (Rule::RacingWrite, Taint)
            }
        }
        (_, Some(_)) => {
            if protected {
                (Rule::ProtectedRead, Contribution::Label(input.clone().max(Label::Async)))
            } else if order == Order::Agreed {
                (Rule::Ordered, Read)
            } else {
                (Rule::UnprotectedRead, Read)
            }
        }
    }
}

/// The key with the names that it has behind a path, if the path keeps all of its columns apart.
fn kept(path: &Path, key: &Key) -> Option<Key> {
    let renamed: Option<Key> = key.iter().map(|column| path.keeps.get(column).cloned()).collect();
    renamed.filter(|renamed| renamed.len() == key.len())
}

/// Reconciliation of one contribution (Blazes, fig. 10): whether copies can tell that the order was another. Copies that
/// agree on an order cannot.
fn reconciled(contribution: Contribution, copies_differ: bool) -> Label {
    match contribution {
        Contribution::Label(label) => label,
        Contribution::Read if copies_differ => Label::Inst,
        Contribution::Taint if copies_differ => Label::Diverge,
        Contribution::Read | Contribution::Taint => Label::Run,
    }
}

/// An order of the components in which what feeds others comes first where there is no cycle, and the streams of each
/// cycle. A cycle goes through interfaces, not through components: two paths of a component that share no interface do
/// not make one.
fn cycles(graph: &Graph) -> (Vec<usize>, Vec<Vec<usize>>) {
    #[derive(Clone, Copy)]
    enum Node {
        Stream(usize),
        Interface(usize),
    }
    let mut edges = DiGraph::<Node, ()>::new();
    let streams: Vec<_> = (0..graph.streams.len()).map(|at| edges.add_node(Node::Stream(at))).collect();
    let mut interfaces = Vec::new();
    for (at, component) in graph.components.iter().enumerate() {
        let inputs: Vec<_> = component.inputs.iter().map(|_| edges.add_node(Node::Interface(at))).collect();
        let outputs: Vec<_> = component.outputs.iter().map(|_| edges.add_node(Node::Interface(at))).collect();
        for path in &component.paths {
            edges.update_edge(inputs[path.from], outputs[path.to], ());
        }
        interfaces.push((inputs, outputs));
    }
    for (stream, &node) in graph.streams.iter().zip(&streams) {
        for port in &stream.from {
            edges.update_edge(interfaces[port.component].1[port.interface], node, ());
        }
        for port in &stream.to {
            edges.update_edge(node, interfaces[port.component].0[port.interface], ());
        }
    }
    // Kosaraju's components keep their own stack, so depth is no danger; they come in reverse topological order.
    let components = kosaraju_scc(&edges);
    let (mut order, mut cycles) = (Vec::new(), Vec::new());
    for component in components.iter().rev() {
        let mut members: Vec<usize> = Vec::new();
        for &node in component {
            match edges[node] {
                Node::Stream(stream) => members.push(stream),
                Node::Interface(at) => order.push(at),
            }
        }
        if component.len() > 1 {
            members.sort_unstable();
            cycles.push(members);
        }
    }
    // A component is due when the last of its interfaces is.
    let mut seen = vec![false; graph.components.len()];
    order.reverse();
    order.retain(|&at| !std::mem::replace(&mut seen[at], true));
    order.reverse();
    cycles.sort_unstable();
    (order, cycles)
}
