//! The graph: components with annotated paths, joined by streams.

use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Columns whose values name the partitions of a stream.
pub type Key = BTreeSet<String>;

/// The partitions within which the order of inputs matters to a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Nobody knows; written `*`.
    Unknown,
    /// One partition for each tuple of values of these columns. Without columns there is one partition, the whole input.
    Columns(Key),
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gate::Unknown => f.write_str("*"),
            Gate::Columns(columns) => f.write_str(&listed(columns)),
        }
    }
}

/// Column names between commas.
pub fn listed(columns: &Key) -> String {
    columns.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What a path does: CR, CW, OR or OW.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The gate of an order-sensitive path; none if the path is confluent.
    pub gate: Option<Gate>,
    /// Whether what arrives changes the component's state.
    pub writes: bool,
}

impl Annotation {
    /// `CR`, `CW`, `OR` or `OW`.
    pub fn name(&self) -> &'static str {
        match (self.gate.is_some(), self.writes) {
            (false, false) => "CR",
            (false, true) => "CW",
            (true, false) => "OR",
            (true, true) => "OW",
        }
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.gate {
            None => f.write_str(self.name()),
            Some(gate) => write!(f, "{}[{gate}]", self.name()),
        }
    }
}

/// A way from an input of a component to one of its outputs.
#[derive(Debug, Clone)]
pub struct Path {
    /// Index into [`Component::inputs`].
    pub from: usize,
    /// Index into [`Component::outputs`].
    pub to: usize,
    /// What it does.
    pub annotation: Annotation,
    /// Columns of the input whose values the output still has, one to one, with their names there.
    pub keeps: BTreeMap<String, String>,
    /// For an order-sensitive path: the inputs that decide what it sees, as indices into [`Component::inputs`], where
    /// that is known from rules. Else ([`super::infer::racing_inputs`]) those of the component.
    pub decides: Option<Vec<usize>>,
    /// Where it is written.
    pub span: Span,
}

/// A box.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Whether several copies of it run, each of which sees all inputs.
    pub replicated: bool,
    /// The names of its input interfaces.
    pub inputs: Vec<String>,
    /// The names of its output interfaces.
    pub outputs: Vec<String>,
    /// Its paths.
    pub paths: Vec<Path>,
}

/// An interface of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// Index into [`Graph::components`].
    pub component: usize,
    /// Index into its inputs or outputs.
    pub interface: usize,
}

/// What flows between interfaces.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its name, unlike that of any other stream.
    pub name: String,
    /// The outputs that feed it.
    pub from: Vec<Port>,
    /// The inputs that it feeds.
    pub to: Vec<Port>,
    /// Whether it (also) comes from outside.
    pub external: bool,
    /// The key by which its producers tell which partitions are complete.
    pub seal: Option<Key>,
    /// Whether it goes to, or comes from, several copies of a component.
    pub replicated: bool,
    /// Where it is declared; where its interface is first named if it is not.
    pub span: Span,
}

impl Stream {
    /// Whether nothing reads it.
    pub fn is_sink(&self) -> bool {
        self.to.is_empty()
    }
}

/// A one-to-one dependency between two sets of columns: each determines the other.
#[derive(Debug, Clone)]
pub struct Injective {
    /// One side.
    pub from: Key,
    /// The other.
    pub to: Key,
}

/// The whole.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The boxes.
    pub components: Vec<Component>,
    /// The arrows between them.
    pub streams: Vec<Stream>,
    /// What is known of the columns.
    pub injective: Vec<Injective>,
}

impl Graph {
    /// `Component.interface` of an input.
    pub fn input_name(&self, port: Port) -> String {
        let component = &self.components[port.component];
        format!("{}.{}", component.name, component.inputs[port.interface])
    }

    /// `Component.interface` of an output.
    pub fn output_name(&self, port: Port) -> String {
        let component = &self.components[port.component];
        format!("{}.{}", component.name, component.outputs[port.interface])
    }

    /// `Component: input → output` of a path.
    pub fn path_name(&self, component: usize, path: usize) -> String {
        let component = &self.components[component];
        let path = &component.paths[path];
        format!("{}: {} → {}", component.name, component.inputs[path.from], component.outputs[path.to])
    }

    /// Whether copies of a component may produce one of its outputs: it is marked, or a stream beside it is.
    pub fn is_replicated(&self, output: Port) -> bool {
        let marked = |stream: &Stream| {
            stream.replicated
                && (stream.from.contains(&output) || stream.to.iter().any(|port| port.component == output.component))
        };
        self.components[output.component].replicated || self.streams.iter().any(marked)
    }
}
