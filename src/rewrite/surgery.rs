//! Changes to rules that a person wrote: guards, and async rules that name what is to be sent instead of sending it.

use super::names::Names;
use crate::program::{Destination, Program, RuleId, RuleKind, Spelling};
use crate::source::{FileId, Span};
use crate::syntax::ast::{
    Argument, Atom, Comparator, Expr, ExprKind, Literal, LiteralKind, Name, Rule, Term, TermKind,
};
use std::collections::BTreeMap;

/// Nobody sees where a made-up thing stands: it is printed, and the text is read.
const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A positive atom that is added to a body, at its location.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The relation.
    pub relation: String,
    /// The columns.
    pub columns: Vec<Expr>,
}

/// What changes the rules of one program.
#[derive(Debug)]
pub struct Surgery<'p> {
    program: &'p Program,
    names: &'p Names,
    by_head: BTreeMap<Span, RuleId>,
}

impl<'p> Surgery<'p> {
    /// For a program that was resolved from trees.
    pub fn new(program: &'p Program, names: &'p Names) -> Self {
        let by_head = (0..).map(RuleId).zip(&program.rules).map(|(id, rule)| (rule.head.span, id)).collect();
        Surgery { program, names, by_head }
    }

    /// The operational rule that a tree's rule is; none if it is an observer rule, repeats another one, or was normalised away.
    pub fn rule(&self, rule: &Rule) -> Option<RuleId> {
        self.by_head.get(&rule.head.span).copied()
    }

    /// Whether a rule says again what another one says.
    pub fn is_repeated(&self, rule: &Rule) -> bool {
        let kept = |relation: &crate::program::Relation| relation.observer || relation.normalised;
        let named = self.program.relation_named(&rule.head.name.text);
        self.rule(rule).is_none() && named.is_some_and(|id| !kept(self.program.relation(id)))
    }

    /// The rule with more in its body.
    pub fn guarded(&self, rule: &Rule, guards: &[Guard]) -> Rule {
        let mut rule = rule.clone();
        if guards.is_empty() {
            return rule;
        }
        let here = match self.program.spelling {
            Spelling::Hash => None,
            Spelling::FirstColumn => Some(self.location(&mut rule)),
        };
        for guard in guards {
            let columns = here.iter().cloned().chain(guard.columns.iter().cloned()).map(Argument::Expr).collect();
            rule.body.push(literal(LiteralKind::Positive(atom(&guard.relation, None, columns))));
        }
        rule
    }

    /// For an async rule: the deductive rule that derives, at the sender, `to_send(addressee, columns…)` for addressees among `everyone`.
    pub fn sending(&self, id: RuleId, rule: &Rule, to_send: &str, everyone: &str) -> Rule {
        debug_assert_eq!(self.program.rules[id.0 as usize].kind, RuleKind::Async);
        let mut rule = rule.clone();
        let here = self.location(&mut rule);
        let (to, columns) = match (&self.program.rules[id.0 as usize].head.destination, self.program.spelling) {
            (Destination::Everywhere, Spelling::Hash) => (self.variable("There"), rule.head.arguments.clone()),
            (Destination::Everywhere, Spelling::FirstColumn) => {
                (self.variable("There"), rule.head.arguments[1..].to_vec())
            }
            (_, Spelling::Hash) => {
                let to = match &rule.head.location {
                    Some(term) => Expr { kind: ExprKind::Term(term.kind.clone()), span: term.span },
                    None => here.clone(),
                };
                (to, rule.head.arguments.clone())
            }
            (_, Spelling::FirstColumn) => match rule.head.arguments.split_first() {
                Some((Argument::Expr(to), columns)) => (to.clone(), columns.to_vec()),
                _ => unreachable!("internal error: a head without a location"),
            },
        };
        let simple = matches!(to.kind, ExprKind::Term(_));
        let addressee = if simple { to.clone() } else { self.variable("There") };
        if !simple {
            rule.body.push(literal(LiteralKind::Comparison(addressee.clone(), Comparator::Eq, to)));
        }
        // A node is in its own network.
        if addressee.kind != here.kind {
            let known = self.at(everyone, &here, vec![Argument::Expr(addressee.clone())]);
            rule.body.push(literal(LiteralKind::Positive(known)));
        }
        let columns: Vec<Argument> = std::iter::once(Argument::Expr(addressee)).chain(columns).collect();
        rule.head = self.at(to_send, &here, columns);
        rule
    }

    fn at(&self, relation: &str, here: &Expr, columns: Vec<Argument>) -> Atom {
        match (self.program.spelling, &here.kind) {
            (Spelling::Hash, ExprKind::Term(kind)) => {
                atom(relation, Some(Term { kind: kind.clone(), span: NOWHERE }), columns)
            }
            _ => {
                let columns = std::iter::once(Argument::Expr(here.clone())).chain(columns).collect();
                atom(relation, None, columns)
            }
        }
    }

    fn variable(&self, wish: &str) -> Expr {
        Expr { kind: ExprKind::Term(TermKind::Variable(self.names.fresh(wish))), span: NOWHERE }
    }

    /// The location of the body, which gets a name if it has none.
    fn location(&self, rule: &mut Rule) -> Expr {
        let here = self.variable("Here");
        let ExprKind::Term(name) = here.kind.clone() else { unreachable!("internal error: a variable is a term") };
        let mut found: Option<TermKind> = None;
        for literal in &mut rule.body {
            let (LiteralKind::Positive(atom) | LiteralKind::Negative(atom)) = &mut literal.kind else { continue };
            let written = match self.program.spelling {
                Spelling::Hash => atom.location.as_mut().map(|term| &mut term.kind),
                Spelling::FirstColumn => match atom.arguments.first_mut() {
                    Some(Argument::Expr(Expr { kind: ExprKind::Term(kind), .. })) => Some(kind),
                    _ => None,
                },
            };
            let Some(kind) = written else { continue };
            if *kind == TermKind::Anonymous {
                *kind = name.clone();
            }
            found.get_or_insert_with(|| kind.clone());
        }
        if let Some(kind) = found {
            return Expr { kind: ExprKind::Term(kind), span: NOWHERE };
        }
        let positive = rule.body.iter_mut().find_map(|literal| match &mut literal.kind {
            LiteralKind::Positive(atom) => Some(atom),
            _ => None,
        });
        match positive {
            Some(atom) => atom.location = Some(Term { kind: name, span: NOWHERE }),
            None => {
                let anyone = Expr { kind: ExprKind::Term(TermKind::Anonymous), span: NOWHERE };
                let everyone = self.names.fresh("everyone");
                let located = self.at(&everyone, &here, vec![Argument::Expr(anyone)]);
                rule.body.insert(0, literal(LiteralKind::Positive(located)));
            }
        }
        here
    }
}

fn atom(relation: &str, location: Option<Term>, arguments: Vec<Argument>) -> Atom {
    let name = Name { text: relation.to_string(), span: NOWHERE };
    Atom { name, location, arguments, time: None, span: NOWHERE }
}

fn literal(kind: LiteralKind) -> Literal {
    Literal { kind, span: NOWHERE, leading: Vec::new() }
}
