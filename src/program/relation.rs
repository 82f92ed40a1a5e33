//! Relations and their kinds.

use crate::source::Span;

/// A relation of a program, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(pub u32);

/// What a relation's facts come from (semantics §1, *EDB*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// EDB whose facts hold at every step, or are given `@1` and persisted exactly (normalised).
    Static,
    /// EDB with a fact `@k`, or declared `event`.
    Event,
    /// Heads a rule with a body.
    Idb,
}

/// A relation. Columns never include the location.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Its name as written.
    pub name: String,
    /// Number of columns without the location.
    pub arity: usize,
    /// Where its facts come from.
    pub kind: Kind,
    /// Derived by observer rules only, or Molly's `crash`, which the fault injector gives: it holds of global snapshots, and
    /// the location counts as its first column there.
    pub observer: bool,
    /// The hash spelling's `node/1`: true of every node at every node. Its kind is `Static`.
    pub builtin: bool,
    /// Whether the normalisation of semantics §1 read its `@1` facts and its exact persistence as static facts.
    pub normalised: bool,
    /// Where it first appears.
    pub span: Span,
}

impl Relation {
    /// Whether it is an EDB relation.
    pub fn is_edb(&self) -> bool {
        self.kind != Kind::Idb
    }
}
