//! A rule's head: its columns, aggregates among them, and where it holds.

use super::body::{Body, Use};
use super::location::same;
use super::relations::{Draft, Place};
use super::safety::Order;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Aggregate, Destination, Expr, Head, HeadTerm, RuleKind, Spelling};
use crate::syntax::ast::{self, Argument};

impl<'a> Body<'_, '_, 'a> {
    /// The head with a destination of [`Destination::Here`].
    pub fn head(&mut self, draft: &Draft<'a>) -> Option<Head> {
        let mut terms = Vec::with_capacity(draft.head.columns.len() + 1);
        let mut well = true;
        if self.observes {
            terms.push(self.head_location(draft)?);
        }
        for argument in draft.head.columns {
            match self.head_term(argument) {
                Some(term) => terms.push(term),
                None => well = false,
            }
        }
        let head = &draft.head;
        let made = Head { relation: head.relation, destination: Destination::Here, terms, span: head.span };
        well.then_some(made)
    }

    fn head_location(&mut self, draft: &Draft<'a>) -> Option<HeadTerm> {
        match draft.head.place {
            Place::Unwritten => self.own_location(draft).map(HeadTerm::Expr),
            Place::Variable(name) => {
                let variable = self.variable(name);
                self.uses.push(Use { variable, span: draft.head.place_span });
                Some(HeadTerm::Expr(Expr::Variable(variable)))
            }
            Place::Constant(value) => Some(HeadTerm::Expr(Expr::Constant(value))),
            Place::Computed(argument) => self.head_term(argument),
            // Reported with the locations.
            Place::Anonymous => None,
        }
    }

    /// The location of the body, where atoms carry theirs as first term.
    fn own_location(&mut self, draft: &Draft<'a>) -> Option<Expr> {
        let variable = match self.place.own {
            Place::Constant(value) => return Some(Expr::Constant(value)),
            Place::Variable(name) => self.variable(name),
            Place::Unwritten | Place::Anonymous | Place::Computed(_) => self.own?,
        };
        self.uses.push(Use { variable, span: draft.head.place_span });
        Some(Expr::Variable(variable))
    }

    fn head_term(&mut self, argument: &'a Argument) -> Option<HeadTerm> {
        match argument {
            Argument::Expr(expr) => self.used(expr).map(HeadTerm::Expr),
            Argument::Aggregate(aggregate) => {
                let mut used = |name: &'a ast::Name| {
                    let variable = self.variable(&name.text);
                    self.uses.push(Use { variable, span: name.span });
                    variable
                };
                let variable = used(&aggregate.variable);
                let keys = aggregate.keys.iter().map(used).collect();
                Some(HeadTerm::Aggregate(Aggregate { function: aggregate.function, variable, keys }))
            }
        }
    }

    /// Where the head holds, once it is known what the body binds.
    pub fn destination(&mut self, draft: &Draft<'a>, order: &Order) -> Option<Destination> {
        if self.observes || (draft.kind != RuleKind::Async && !self.located) {
            return Some(Destination::Here);
        }
        let span = draft.head.place_span;
        match draft.head.place {
            Place::Unwritten if self.located => self.own_location(draft).map(Destination::At),
            Place::Unwritten => Some(Destination::Here),
            place if !self.located && same(place, self.place.own) => Some(Destination::Here),
            Place::Constant(value) => Some(Destination::At(Expr::Constant(value))),
            Place::Variable(name) => {
                let known = self.occurrences.of(name).number;
                let bound = known.is_some_and(|id| order.binds(id) || order.waits(id));
                if bound || self.context.spelling == Spelling::FirstColumn {
                    let variable = self.variable(name);
                    self.uses.push(Use { variable, span });
                    return Some(Destination::At(Expr::Variable(variable)));
                }
                if !name.starts_with('_') {
                    self.diagnostics.push(
                        Diagnostic::at(
                            codes::EVERY_NODE,
                            span,
                            format!("the body does not bind the location `{name}`: the message goes to every node"),
                            "every node",
                        )
                        .help(format!("if that is meant, write `#_{name}` to silence this")),
                    );
                }
                Some(Destination::Everywhere)
            }
            Place::Anonymous if self.context.spelling == Spelling::Hash => Some(Destination::Everywhere),
            Place::Anonymous => {
                self.refuse(
                    Diagnostic::at(codes::HEAD_WITHOUT_LOCATION, span, "the head's location is `_`", "sent where?")
                        .help("name the addressee with a variable that the body binds"),
                );
                None
            }
            Place::Computed(Argument::Expr(expr)) => self.used(expr).map(Destination::At),
            Place::Computed(Argument::Aggregate(aggregate)) => {
                self.refuse(
                    Diagnostic::at(
                        codes::HEAD_WITHOUT_LOCATION,
                        aggregate.span,
                        "the addressee of a message is an aggregate",
                        "sent where?",
                    )
                    .help("compute it in a rule of its own, and send to its result"),
                );
                None
            }
        }
    }
}
