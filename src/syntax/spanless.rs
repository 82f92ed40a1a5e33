//! Trees without their places in the text, for comparing what two texts say.

use super::ast::{
    Aggregate, Argument, Ast, Atom, Comment, Declaration, Expr, ExprKind, Item, ItemKind, LiteralKind, Name, Term,
};
use crate::source::{FileId, Span};

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

impl Ast {
    /// The same tree with all spans set to one value.
    #[must_use]
    pub fn without_spans(mut self) -> Ast {
        self.items.iter_mut().for_each(item);
        comments(&mut self.closing_comments);
        self
    }
}

fn comments(list: &mut [Comment]) {
    list.iter_mut().for_each(|comment| comment.span = NOWHERE);
}

fn names(list: &mut [Name]) {
    list.iter_mut().for_each(|name| name.span = NOWHERE);
}

fn item(item: &mut Item) {
    item.span = NOWHERE;
    comments(&mut item.leading);
    comments(&mut item.trailing);
    match &mut item.kind {
        ItemKind::Include(file) => file.span = NOWHERE,
        ItemKind::Declaration(found) => declaration(found),
        ItemKind::Fact(fact) => atom(&mut fact.atom),
        ItemKind::Rule(rule) => {
            atom(&mut rule.head);
            comments(&mut rule.closing_comments);
            for literal in &mut rule.body {
                literal.span = NOWHERE;
                comments(&mut literal.leading);
                match &mut literal.kind {
                    LiteralKind::Positive(inner) | LiteralKind::Negative(inner) => atom(inner),
                    LiteralKind::Comparison(left, _, right) => {
                        expr(left);
                        expr(right);
                    }
                }
            }
        }
    }
}

fn declaration(declaration: &mut Declaration) {
    match declaration {
        Declaration::Nodes(nodes) => nodes.iter_mut().for_each(term),
        Declaration::Assume(assumptions) => assumptions.iter_mut().for_each(|assumption| {
            expr(&mut assumption.left);
            expr(&mut assumption.right);
        }),
        Declaration::Output(list) | Declaration::Event(list) | Declaration::Never(list) => names(list),
        Declaration::Input(relations) => {
            for (relation, columns) in relations {
                relation.span = NOWHERE;
                names(columns);
            }
        }
    }
}

fn atom(atom: &mut Atom) {
    atom.span = NOWHERE;
    atom.name.span = NOWHERE;
    atom.location.iter_mut().for_each(term);
    if let Some((_, span)) = &mut atom.time {
        *span = NOWHERE;
    }
    for argument in &mut atom.arguments {
        match argument {
            Argument::Expr(inner) => expr(inner),
            Argument::Aggregate(inner) => aggregate(inner),
        }
    }
}

fn aggregate(aggregate: &mut Aggregate) {
    aggregate.span = NOWHERE;
    aggregate.variable.span = NOWHERE;
    names(&mut aggregate.keys);
}

fn term(term: &mut Term) {
    term.span = NOWHERE;
}

fn expr(found: &mut Expr) {
    found.span = NOWHERE;
    match &mut found.kind {
        ExprKind::Term(_) => {}
        ExprKind::Negate(inner) => expr(inner),
        ExprKind::Binary(_, left, right) => {
            expr(left);
            expr(right);
        }
    }
}
