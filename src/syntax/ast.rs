//! The tree of a program as written: every word, suffix and comment is here, nothing is resolved.
//!
//! Grammar: semantics §1. Comments belong to the item or literal that follows them, or to the item whose
//! line they end, so that a tree can be printed without losing any.

use crate::source::Span;

/// A comment, with its markers (`// …` or `/* … */`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text with its markers. A `//` comment has no white space at its end.
    pub text: String,
    /// How it follows what stands before it.
    pub place: Place,
    /// Where it stands.
    pub span: Span,
}

impl Comment {
    /// Whether it is a `//` comment, after which only a new line can follow.
    pub fn ends_line(&self) -> bool {
        self.text.starts_with("//")
    }
}

/// How a token or a comment follows the token or comment before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the same line.
    SameLine,
    /// On a later line, or first in its file.
    NewLine,
    /// After at least one empty line.
    AfterEmptyLine,
}

/// One file's tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ast {
    /// Items in order.
    pub items: Vec<Item>,
    /// Comments after the last item.
    pub closing_comments: Vec<Comment>,
}

/// An item and the comments that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// From its first token to its end mark.
    pub span: Span,
    /// Comments before it; those inside an item that is no rule are counted here too.
    pub leading: Vec<Comment>,
    /// Comments after it on its last line.
    pub trailing: Vec<Comment>,
    /// Whether an empty line stood right before it, after its comments.
    pub spaced: bool,
}

/// The kinds of item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// `include "file";`
    Include(StringLiteral),
    /// `nodes a, b;` and its like.
    Declaration(Declaration),
    /// An atom without a body, perhaps `@k`, perhaps after `maybe`.
    Fact(Fact),
    /// A head with a body. Apart, so that facts take less.
    Rule(Box<Rule>),
}

/// A string in quotes, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringLiteral {
    /// The text after escapes are read.
    pub value: String,
    /// With the quotes.
    pub span: Span,
}

/// A name as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declaration {
    /// `nodes n1, n2;`: the network. Each is a constant.
    Nodes(Vec<Term>),
    /// `output r, s;`
    Output(Vec<Name>),
    /// `input r(loc, value), …;`: the schema of an EDB relation.
    Input(Vec<(Name, Vec<Name>)>),
    /// `event r, s;`
    Event(Vec<Name>),
    /// `never r, s;`
    Never(Vec<Name>),
    /// `assume ?t1 != ?t2, ?v > 0;`: what holds of the unknown constants.
    Assume(Vec<Assumption>),
}

/// A comparison of expressions over unknown constants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Left side.
    pub left: Expr,
    /// How they compare.
    pub comparator: Comparator,
    /// Right side.
    pub right: Expr,
}

/// `atom @k`, or `maybe atom @k`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Whether it is not known if it is given.
    pub maybe: bool,
    /// The atom; its arguments may be constant expressions.
    pub atom: Atom,
}

/// `head :- body`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The head; its suffix is in `head.time`.
    pub head: Atom,
    /// The body's literals in order.
    pub body: Vec<Literal>,
    /// Comments after the last literal and before the end mark.
    pub closing_comments: Vec<Comment>,
}

/// A literal and the comments before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// What it says.
    pub kind: LiteralKind,
    /// Where.
    pub span: Span,
    /// Comments that stand before it.
    pub leading: Vec<Comment>,
}

/// The kinds of literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiteralKind {
    /// A positive atom.
    Positive(Atom),
    /// `notin atom`.
    Negative(Atom),
    /// `expr cmp expr`.
    Comparison(Expr, Comparator, Expr),
}

/// Comparators; `=` is read as `==`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparator {
    /// `==` or `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// What may stand after an atom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Time {
    /// `@next`
    Next,
    /// `@async`
    Async,
    /// `@k`
    At(u64),
    /// `@N` with a variable: entanglement, refused later with its own code.
    Variable(String),
}

/// A relation's name with arguments, in a head, a body or a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// The relation.
    pub name: Name,
    /// `#X` as first argument.
    pub location: Option<Term>,
    /// The other arguments.
    pub arguments: Vec<Argument>,
    /// The suffix and where it stands.
    pub time: Option<(Time, Span)>,
    /// The whole atom with its suffix.
    pub span: Span,
}

/// An argument of an atom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// An expression.
    Expr(Expr),
    /// An aggregate: in heads only, which is checked later. Apart, so that facts, which may be millions, take less.
    Aggregate(Box<Aggregate>),
}

/// `count<X; K1, K2>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Which.
    pub function: AggregateFunction,
    /// The variable it ranges over.
    pub variable: Name,
    /// The variables after `;` that make its tuples distinct.
    pub keys: Vec<Name>,
    /// Where.
    pub span: Span,
}

/// The aggregate functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AggregateFunction {
    /// Number of distinct values.
    Count,
    /// Their sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
}

/// A term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// Where.
    pub span: Span,
}

/// The kinds of term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// A named variable.
    Variable(String),
    /// `_`
    Anonymous,
    /// An integer; a minus sign right before a literal is folded into it.
    Integer(i64),
    /// A symbol, written bare or in quotes.
    Symbol(String),
    /// `?v`, without its mark: a constant that is not known. In facts and assumptions only, which is checked later.
    Unknown(String),
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expression. Parentheses are not kept: printing writes those that are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// A term.
    Term(TermKind),
    /// Unary minus.
    Negate(Box<Expr>),
    /// A binary operation.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
}

/// Binary operators; `* / %` bind tighter than `+ -`, all associate to the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, truncating toward zero
    Divide,
    /// `%`, following the dividend
    Remainder,
}
