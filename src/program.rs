//! The checked program: what every later stage reads, and the only form of a program it reads.
//!
//! [`resolve`] makes it from trees ([`crate::syntax::ast`]) and reports every mistake on the way. Here locations are
//! no columns in either spelling: a fact is a relation, a node and the other columns; a rule has one location
//! for its body and a destination for its head. [`print`] puts the location back as the program spelled it.

pub mod fact;
pub mod names;
pub mod order;
pub mod relation;
pub mod resolve;
pub mod rule;
pub mod value;

pub use fact::{Fact, InitialFact, LocatedFact, NodeId, When};
pub use names::Name;
pub use order::Order;
pub use relation::{Kind, Relation, RelationId};
pub use rule::{
    Aggregate, Atom, Condition, Destination, Expr, Head, HeadTerm, NegatedAtom, NegatedTerm, Rule, RuleId, RuleKind,
    Term, VariableId,
};
pub use value::{SymbolId, Symbols, Value};

use crate::source::Span;

/// The two ways to write locations (semantics §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// The first column of every relation is its location; no `#` anywhere.
    FirstColumn,
    /// `#X` as first argument; an atom without it is at its rule's own location.
    Hash,
}

/// A program without errors, with its instance: network and facts.
#[derive(Debug, Clone)]
pub struct Program {
    /// The names of its files, as the user wrote them.
    pub files: Vec<String>,
    /// How it writes locations.
    pub spelling: Spelling,
    /// Every symbol of the program, in byte order.
    pub symbols: Symbols,
    /// Every relation; a [`RelationId`] is an index. In order of first appearance.
    pub relations: Vec<Relation>,
    /// Operational rules in the order of the source, without those that normalisation removed; a [`RuleId`] is an index.
    pub rules: Vec<Rule>,
    /// Observer rules: deductive, over the global snapshot, each atom's first argument is its location.
    /// Their stratification is their own.
    pub observers: Vec<Rule>,
    /// Operational rules across nodes, or that read a named round: under synchronous rounds only (semantics §5), else
    /// empty. Each body atom's first argument is its location, as in observer rules; the head's columns are without it
    /// and its destination is `At` or `Everywhere`. A message travels from the location of the first body atom in
    /// source order.
    pub synchronous: Vec<Rule>,
    /// The network, sorted; a [`NodeId`] is an index.
    pub nodes: Vec<Value>,
    /// In which order copies may be delivered.
    pub order: Order,
    /// The facts of the file, one entry a node (facts that hold at every node are repeated).
    /// Sorted and without duplicates.
    pub facts: Vec<InitialFact>,
    /// The relations whose ultimate facts are compared, each once: in the order in which they are declared (or named on
    /// the command line), by default in order of first appearance.
    pub outputs: Vec<RelationId>,
    /// Whether `outputs` comes from a declaration (or the command line) and not from the default.
    pub outputs_declared: bool,
    /// The relations of `never`, each once, in the order in which they are declared, with the span that declared it.
    pub nevers: Vec<(RelationId, Span)>,
    /// Stratum of each relation for the operational deductive rules (0 lowest), by [`RelationId`].
    pub strata: Vec<usize>,
    /// The same for the observer rules.
    pub observer_strata: Vec<usize>,
    /// By [`RelationId`] and column: whether rules take the column to hold integers (semantics §1).
    pub integers: Vec<Vec<bool>>,
}

impl Program {
    /// The relation with this id.
    pub fn relation(&self, id: RelationId) -> &Relation {
        &self.relations[id.0 as usize]
    }

    /// The ordinary (not built-in) relation of this name.
    pub fn relation_named(&self, name: &str) -> Option<RelationId> {
        self.relations.iter().position(|r| r.name == name && !r.builtin).map(|i| RelationId(i as u32))
    }

    /// The node of this name, if it is in the network.
    pub fn node_of(&self, value: Value) -> Option<NodeId> {
        self.nodes.binary_search(&value).ok().map(|i| NodeId(i as u32))
    }

    /// The name of a node.
    pub fn node_value(&self, node: NodeId) -> Value {
        self.nodes[node.0 as usize]
    }

    /// All nodes in order.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The last local step at which a fact of `node` is due; 0 if none is.
    pub fn last_event(&self, node: NodeId) -> u64 {
        self.facts
            .iter()
            .filter(|f| f.node == node)
            .filter_map(|f| match f.when {
                When::Step(k) => Some(k),
                When::Always => None,
            })
            .max()
            .unwrap_or(0)
    }
}
