//! Checked rules. The order in which a body is evaluated is fixed here (semantics §1): positive atoms, then conditions in
//! order, then negated atoms in order, then the head's expressions.

use super::{RelationId, Value};
use crate::source::Span;
pub use crate::syntax::ast::{AggregateFunction, BinaryOperator, Comparator};

/// A rule of a program, by index into its list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// A variable of one rule, by index into [`Rule::variables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// When a rule's head holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// In the same step.
    Deductive,
    /// In the same node's next step (`@next`).
    Inductive,
    /// In some later step of the addressee (`@async`).
    Async,
}

/// A rule whose variables are numbered and whose names are resolved.
#[derive(Debug, Clone)]
pub struct Rule {
    /// When its head holds.
    pub kind: RuleKind,
    /// What it derives.
    pub head: Head,
    /// The location that the body names: a variable is bound to the node, a constant lets the rule fire at that
    /// node only, `None` is wherever it is evaluated. `None` for observer rules, whose atoms carry their locations
    /// as first argument, and for the synchronous ones.
    pub location: Option<Term>,
    /// Positive atoms in source order.
    pub positive: Vec<Atom>,
    /// Comparisons and equations, in an order in which each is evaluable: source order wherever that is one.
    pub conditions: Vec<Condition>,
    /// Negated atoms in source order.
    pub negative: Vec<NegatedAtom>,
    /// Names of the variables, for messages; made-up ones start with `_`.
    pub variables: Vec<String>,
    /// Whether an evaluation of it can err: arithmetic, `sum`, or a checked comparison (a head with literal
    /// constants only cannot). Such a rule is evaluated strictly in the order of the fields above.
    pub can_err: bool,
    /// The whole rule.
    pub span: Span,
}

/// A rule's head.
#[derive(Debug, Clone)]
pub struct Head {
    /// The relation.
    pub relation: RelationId,
    /// Where it holds.
    pub destination: Destination,
    /// The columns.
    pub terms: Vec<HeadTerm>,
    /// The head with its suffix.
    pub span: Span,
}

/// Where a head holds.
#[derive(Debug, Clone)]
pub enum Destination {
    /// At the node where the body was evaluated. Always so for deductive and inductive rules of one node.
    Here,
    /// At the node that this expression names; dropped if that is outside the network.
    At(Expr),
    /// At every node (`#N` that the body does not bind).
    Everywhere,
}

/// A column of a head.
#[derive(Debug, Clone)]
pub enum HeadTerm {
    /// An expression.
    Expr(Expr),
    /// An aggregate over the group made by the other columns and the destination.
    Aggregate(Aggregate),
}

/// `function<variable; keys>`: over the distinct tuples (variable, keys) of the group.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// Which.
    pub function: AggregateFunction,
    /// What it ranges over.
    pub variable: VariableId,
    /// What else makes its tuples distinct; empty for min and max without keys.
    pub keys: Vec<VariableId>,
}

impl Head {
    /// Whether a column is an aggregate.
    pub fn is_aggregated(&self) -> bool {
        self.terms.iter().any(|t| matches!(t, HeadTerm::Aggregate(_)))
    }
}

/// A positive atom. A variable may occur in it more than once.
#[derive(Debug, Clone)]
pub struct Atom {
    /// The relation.
    pub relation: RelationId,
    /// The columns; in an observer or synchronous rule preceded by the location.
    pub terms: Vec<Term>,
    /// `r(X)@k`: only the facts of round k. In observer rules (semantics §1) and under synchronous rounds only.
    pub time: Option<u64>,
    /// Where.
    pub span: Span,
}

/// An argument of a positive atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// A constant.
    Constant(Value),
    /// A variable.
    Variable(VariableId),
    /// `_`
    Anonymous,
}

/// A negated atom: no fact matches it.
#[derive(Debug, Clone)]
pub struct NegatedAtom {
    /// The relation.
    pub relation: RelationId,
    /// The columns; in an observer or synchronous rule preceded by the location.
    pub terms: Vec<NegatedTerm>,
    /// As in [`Atom::time`].
    pub time: Option<u64>,
    /// Where.
    pub span: Span,
}

/// An argument of a negated atom.
#[derive(Debug, Clone)]
pub enum NegatedTerm {
    /// An expression over bound variables.
    Expr(Expr),
    /// An existential variable of this atom; equal numbers are the same variable.
    Existential(u32),
}

/// An expression.
#[derive(Debug, Clone)]
pub enum Expr {
    /// A constant.
    Constant(Value),
    /// A bound variable.
    Variable(VariableId),
    /// Unary minus.
    Negate(Box<Expr>),
    /// An operation on two integers.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
}

/// A comparison, or an equation that binds a variable.
#[derive(Debug, Clone)]
pub enum Condition {
    /// Both sides are bound.
    Compare {
        /// How.
        comparator: Comparator,
        /// Left side.
        left: Expr,
        /// Right side.
        right: Expr,
        /// An ordering that errs when it meets an integer and a symbol: one side is a column inferred to hold integers.
        checked: bool,
        /// Where.
        span: Span,
    },
    /// Binds `variable`, which nothing before it binds.
    Bind {
        /// The variable.
        variable: VariableId,
        /// Its value.
        value: Expr,
        /// Where.
        span: Span,
    },
}
