//! Where to seal and where to order (Blazes, §V-B).
//!
//! An anomaly begins at a path that turns a harmless label into a harmful one. For each such path there are three ways
//! out: seal the inputs that are written, by a key that the gate determines; fix the order of the component's deliveries
//! beforehand; or let its copies agree on an order, after which they differ from run to run only. A way is proposed only
//! if inferring again with it shows that the race is gone. The plan takes the first way that leaves no anomaly there,
//! seals before orders since they wait for one partition instead of for everything, and goes on with what still races,
//! until nothing does.

use super::graph::{Gate, Graph, Key};
use super::infer::{Coordination, Labelling, Order, infer, racing_inputs};
use super::label::Label;
use std::collections::BTreeSet;

/// Races for which seals are looked for; beyond, deliveries are ordered. Each costs a few inferences.
const EXAMINED: usize = 64;

/// A way to remove a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Producers of these streams tell which partitions by this key are complete, and the component waits for that.
    Seal {
        /// Indices into [`Graph::streams`].
        streams: Vec<usize>,
        /// The columns.
        key: Key,
    },
    /// Deliveries to the component are ordered.
    Order(Order),
}

/// A race and what can be done about it.
#[derive(Debug, Clone)]
pub struct Strategy {
    /// Index into [`Graph::components`].
    pub component: usize,
    /// Index into its paths: where the anomaly begins.
    pub path: usize,
    /// The ways, each with the label that it leaves behind the path. The first is the one that the plan takes.
    pub measures: Vec<(Measure, Label)>,
}

/// What removes all anomalies.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In the order in which they were found.
    pub strategies: Vec<Strategy>,
    /// The labels once the first measure of each is taken.
    pub after: Labelling,
}

/// Looks for a plan.
pub fn plan(graph: &Graph, labelling: &Labelling) -> Plan {
    let mut coordination = Coordination::none(graph);
    let mut after = labelling.clone();
    let mut strategies = Vec::new();
    // Each turn removes one race for good: what is sealed or ordered stays so, and labels only fall.
    while let Some(&(component, path)) = after.races.first() {
        let examine = strategies.len() < EXAMINED;
        let measures = measures(graph, &coordination, component, path, examine);
        let (first, _) = &measures[0];
        coordination = with(&coordination, component, first);
        after = infer(graph, &coordination);
        strategies.push(Strategy { component, path, measures });
    }
    Plan { strategies, after }
}

fn with(coordination: &Coordination, component: usize, measure: &Measure) -> Coordination {
    let mut changed = coordination.clone();
    match measure {
        Measure::Seal { streams, key } => {
            for &stream in streams {
                changed.seals[stream] = Some(key.clone());
            }
        }
        Measure::Order(order) => changed.orders[component] = *order,
    }
    changed
}

/// The ways that work, best first; never none, since a fixed order always does.
fn measures(
    graph: &Graph,
    coordination: &Coordination,
    component: usize,
    path: usize,
    examine: bool,
) -> Vec<(Measure, Label)> {
    let mut found: Vec<(Measure, Label)> = Vec::new();
    let judged = |measure: &Measure| {
        let after = infer(graph, &with(coordination, component, measure));
        let step = after.steps.iter().find(|step| (step.component, step.path) == (component, path));
        step.filter(|_| !after.races.contains(&(component, path))).map(|step| step.gives.clone())
    };
    if examine {
        for candidate in seals(graph, coordination, component, path) {
            if let Some(left) = judged(&candidate).filter(|left| !left.is_anomaly())
                && !found.iter().any(|(known, _)| *known == candidate)
            {
                found.push((candidate, left));
            }
        }
    }
    found.push((Measure::Order(Order::Fixed), Label::Async));
    let output = graph.components[component].paths[path].to;
    if graph.is_replicated(super::graph::Port { component, interface: output }) {
        found.push((Measure::Order(Order::Agreed), Label::Run));
    }
    found
}

/// Seals that may help: for each column of the gate, on the streams from outside that lead to the racing inputs, and on
/// the streams right before these.
fn seals(graph: &Graph, coordination: &Coordination, component: usize, path: usize) -> Vec<Measure> {
    let Some(Gate::Columns(columns)) = &graph.components[component].paths[path].annotation.gate else {
        return Vec::new();
    };
    let decides = &graph.components[component].paths[path].decides;
    let racing: BTreeSet<usize> =
        decides.clone().unwrap_or_else(|| racing_inputs(graph, component)).into_iter().collect();
    let direct: Vec<usize> = streams_into(graph, component, &racing);
    let known = |streams: &[usize]| -> Vec<usize> {
        streams.iter().copied().filter(|&stream| coordination.seals[stream].is_none()).collect()
    };
    let mut found = Vec::new();
    for column in columns {
        let key: Key = [column.clone()].into();
        for streams in [sources(graph, &direct, column), Some(direct.clone())].into_iter().flatten() {
            let unsealed = known(&streams);
            // A seal that the file declares is not replaced: other components may count on it.
            if !unsealed.is_empty() {
                found.push(Measure::Seal { streams: unsealed, key: key.clone() });
            }
        }
    }
    found
}

fn streams_into(graph: &Graph, component: usize, inputs: &BTreeSet<usize>) -> Vec<usize> {
    let feeds = |stream: &usize| {
        let ports = &graph.streams[*stream].to;
        ports.iter().any(|port| port.component == component && inputs.contains(&port.interface))
    };
    (0..graph.streams.len()).filter(feeds).collect()
}

/// The streams from outside from which all of `streams` come, if every path between keeps `column` under its name.
fn sources(graph: &Graph, streams: &[usize], column: &str) -> Option<Vec<usize>> {
    let mut sources = BTreeSet::new();
    let mut seen: BTreeSet<usize> = streams.iter().copied().collect();
    let mut pending: Vec<usize> = streams.to_vec();
    while let Some(stream) = pending.pop() {
        if graph.streams[stream].external {
            sources.insert(stream);
        }
        for port in &graph.streams[stream].from {
            let component = &graph.components[port.component];
            for path in component.paths.iter().filter(|path| path.to == port.interface) {
                if path.annotation.gate.is_some() || path.keeps.get(column).is_none_or(|behind| behind != column) {
                    return None;
                }
                for before in streams_into(graph, port.component, &[path.from].into()) {
                    if seen.insert(before) {
                        pending.push(before);
                    }
                }
            }
        }
    }
    Some(sources.into_iter().collect())
}
