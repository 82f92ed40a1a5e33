//! Trees back to text, in the one canonical layout (`watershed fmt`).
//!
//! One item a line, `;` at its end, `:-` as arrow, `notin`, `==`; a body that does not fit in [`WIDTH`] columns, or has
//! comments, takes one literal a line. Comments keep their order and place; at most one empty line is kept between two
//! things. Printing a tree and parsing the text gives the same tree but for spans, and printing that the same text.

use super::ast::{
    Aggregate, AggregateFunction, Argument, Assumption, Ast, Atom, BinaryOperator, Comment, Comparator, Declaration,
    Expr, ExprKind, Item, ItemKind, Literal, LiteralKind, Name, Place, Rule, Term, TermKind, Time,
};
use std::fmt::{self, Display, Formatter, Write as _};

/// A rule that needs more columns takes one literal a line.
pub const WIDTH: usize = 100;

const INDENT: &str = "    ";

/// The text of a tree; empty, or with a line end at its end.
pub fn print(ast: &Ast) -> String {
    let mut page = Page { text: String::new() };
    for item in &ast.items {
        page.item(item);
    }
    page.comments(&ast.closing_comments, "", Place::NewLine);
    if !page.text.is_empty() {
        page.text.push('\n');
    }
    page.text
}

/// A symbol as the language writes it: bare if it is a plain lower-case identifier, else in quotes with escapes.
pub fn quote(symbol: &str) -> String {
    let mut chars = symbol.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(symbol, "not" | "notin");
    if plain { symbol.to_string() } else { in_quotes(symbol) }
}

/// A string literal.
fn in_quotes(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            c if c.is_control() => text.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// What has been written so far; a line end is written only when something follows it.
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, place: Place, indent: &str) {
        if !self.text.is_empty() {
            self.text.push_str(if place == Place::AfterEmptyLine { "\n\n" } else { "\n" });
        }
        self.text.push_str(indent);
    }

    /// Comments in a row. The first of them is at most as close to what stands before it as `closest`.
    fn comments(&mut self, comments: &[Comment], indent: &str, closest: Place) {
        let mut closest = closest;
        for comment in comments {
            match (comment.place, closest) {
                (Place::SameLine, Place::SameLine) => self.text.push(' '),
                (Place::SameLine, place) | (place, _) => self.line(place, indent),
            }
            self.text.push_str(&comment.text);
            closest = if comment.ends_line() { Place::NewLine } else { Place::SameLine };
        }
    }

    fn item(&mut self, item: &Item) {
        self.comments(&item.leading, "", Place::NewLine);
        self.line(if item.spaced { Place::AfterEmptyLine } else { Place::NewLine }, "");
        match &item.kind {
            ItemKind::Include(file) => {
                let _ = write!(self.text, "include {};", in_quotes(&file.value));
            }
            ItemKind::Declaration(declaration) => {
                let _ = write!(self.text, "{declaration};");
            }
            ItemKind::Fact(fact) => {
                let _ = write!(self.text, "{}{};", if fact.maybe { "maybe " } else { "" }, fact.atom);
            }
            ItemKind::Rule(rule) => self.rule(rule),
        }
        self.comments(&item.trailing, "", Place::SameLine);
    }

    fn rule(&mut self, rule: &Rule) {
        let commented = !rule.closing_comments.is_empty() || rule.body.iter().any(|l| !l.leading.is_empty());
        let line = if commented { String::new() } else { format!("{rule};") };
        if !commented && line.chars().count() <= WIDTH {
            self.text.push_str(&line);
            return;
        }
        let _ = write!(self.text, "{} :-", rule.head);
        for (i, literal) in rule.body.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            self.comments(&literal.leading, INDENT, Place::SameLine);
            self.line(Place::NewLine, INDENT);
            let _ = write!(self.text, "{literal}");
        }
        self.comments(&rule.closing_comments, INDENT, Place::SameLine);
        if rule.closing_comments.last().is_some_and(Comment::ends_line) {
            self.line(Place::NewLine, INDENT);
        }
        self.text.push(';');
    }
}

/// Writes elements separated by `, `.
fn separated<T: Display>(f: &mut Formatter<'_>, elements: impl IntoIterator<Item = T>) -> fmt::Result {
    for (i, element) in elements.into_iter().enumerate() {
        write!(f, "{}{element}", if i > 0 { ", " } else { "" })?;
    }
    Ok(())
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Without its end mark.
impl Display for Declaration {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Declaration::Nodes(nodes) => {
                f.write_str("nodes ")?;
                separated(f, nodes)
            }
            Declaration::Output(names) => {
                f.write_str("output ")?;
                separated(f, names)
            }
            Declaration::Event(names) => {
                f.write_str("event ")?;
                separated(f, names)
            }
            Declaration::Never(names) => {
                f.write_str("never ")?;
                separated(f, names)
            }
            Declaration::Assume(assumptions) => {
                f.write_str("assume ")?;
                separated(f, assumptions)
            }
            Declaration::Input(relations) => {
                f.write_str("input ")?;
                for (i, (relation, columns)) in relations.iter().enumerate() {
                    write!(f, "{}{relation}(", if i > 0 { ", " } else { "" })?;
                    separated(f, columns)?;
                    f.write_str(")")?;
                }
                Ok(())
            }
        }
    }
}

impl Display for Assumption {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.comparator, self.right)
    }
}

/// On one line, without its comments and end mark.
impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} :- ", self.head)?;
        separated(f, &self.body)
    }
}

/// Without its comments.
impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Display for LiteralKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            LiteralKind::Positive(atom) => atom.fmt(f),
            LiteralKind::Negative(atom) => write!(f, "notin {atom}"),
            LiteralKind::Comparison(left, comparator, right) => write!(f, "{left} {comparator} {right}"),
        }
    }
}

impl Display for Comparator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparator::Eq => "==",
            Comparator::Ne => "!=",
            Comparator::Lt => "<",
            Comparator::Le => "<=",
            Comparator::Gt => ">",
            Comparator::Ge => ">=",
        })
    }
}

impl Display for Atom {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        if let Some(location) = &self.location {
            write!(f, "#{location}{}", if self.arguments.is_empty() { "" } else { ", " })?;
        }
        separated(f, &self.arguments)?;
        f.write_str(")")?;
        match &self.time {
            Some((time, _)) => time.fmt(f),
            None => Ok(()),
        }
    }
}

/// With its `@`.
impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Time::Next => f.write_str("@next"),
            Time::Async => f.write_str("@async"),
            Time::At(step) => write!(f, "@{step}"),
            Time::Variable(name) => write!(f, "@{name}"),
        }
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Argument::Expr(expr) => expr.fmt(f),
            Argument::Aggregate(aggregate) => aggregate.fmt(f),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}<{}", self.function, self.variable)?;
        if !self.keys.is_empty() {
            f.write_str("; ")?;
            separated(f, &self.keys)?;
        }
        f.write_str(">")
    }
}

impl Display for AggregateFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AggregateFunction::Count => "count",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
        })
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Display for TermKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            TermKind::Variable(name) => f.write_str(name),
            TermKind::Anonymous => f.write_str("_"),
            TermKind::Integer(value) => value.fmt(f),
            TermKind::Symbol(symbol) => f.write_str(&quote(symbol)),
            TermKind::Unknown(name) => write!(f, "?{name}"),
        }
    }
}

impl Display for BinaryOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Remainder => "%",
        })
    }
}

/// How tight an expression binds: sums least, terms most.
fn tightness(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::Binary(BinaryOperator::Add | BinaryOperator::Subtract, ..) => 1,
        ExprKind::Binary(..) => 2,
        ExprKind::Negate(_) => 3,
        ExprKind::Term(_) => 4,
    }
}

/// With the parentheses that are needed.
impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let operand = |f: &mut Formatter<'_>, expr: &Expr, bare: bool| {
            if bare { write!(f, "{expr}") } else { write!(f, "({expr})") }
        };
        match &self.kind {
            ExprKind::Term(term) => term.fmt(f),
            ExprKind::Negate(inner) => {
                // A sign right before digits would be read as part of the number.
                let digits = matches!(inner.kind, ExprKind::Term(TermKind::Integer(value)) if value >= 0);
                f.write_str("-")?;
                operand(f, inner, tightness(&inner.kind) >= 3 && !digits)
            }
            ExprKind::Binary(operator, left, right) => {
                let own = tightness(&self.kind);
                operand(f, left, tightness(&left.kind) >= own)?;
                write!(f, " {operator} ")?;
                operand(f, right, tightness(&right.kind) > own)
            }
        }
    }
}
