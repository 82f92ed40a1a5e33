//! The one location of a rule's body, and which rules reach beyond it (semantics §1, *Location*).
//!
//! A rule is *across nodes* when two of its body atoms are at different places, or when its head holds in the same or
//! the next step but elsewhere. What becomes of such a rule is decided in [`super::observers`].

use super::relations::{Draft, Drafts, Literal, Located, Place};
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{RuleKind, Spelling, Symbols, Value};
use crate::source::Span;
use crate::syntax::ast::{Argument, Expr, ExprKind, TermKind};

/// Where a rule's body is.
#[derive(Clone, Copy)]
pub struct Whereabouts<'a> {
    /// The body's own location: the first atom's, in the hash spelling the first one that is written. A body without
    /// atoms is where its head is, if that is written and holds there.
    pub own: Place<'a>,
    /// Where that stands.
    pub own_span: Span,
    /// Which literal of the body gave it.
    pub own_literal: Option<usize>,
    /// An atom elsewhere, if there is one.
    pub across: Option<Across<'a>>,
}

/// What takes a rule beyond its own location.
#[derive(Clone, Copy)]
pub struct Across<'a> {
    pub place: Place<'a>,
    pub span: Span,
    /// Whether it is the head.
    pub head: bool,
}

/// Finds the location of each rule; a rule whose locations make no sense is no longer sound.
pub fn locate<'a>(drafts: &mut Drafts<'a>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Whereabouts<'a>> {
    let spelling = drafts.spelling;
    drafts
        .rules
        .iter_mut()
        .map(|draft| {
            let (found, sound) = whereabouts(draft, spelling, diagnostics);
            draft.sound &= sound;
            found
        })
        .collect()
}

fn whereabouts<'a>(
    draft: &Draft<'a>,
    spelling: Spelling,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Whereabouts<'a>, bool) {
    let mut sound = true;
    let mut found =
        Whereabouts { own: Place::Unwritten, own_span: draft.head.place_span, own_literal: None, across: None };
    let first = draft.body.iter().enumerate().find_map(|(i, literal)| {
        literal.atom().filter(|atom| !matches!(atom.place, Place::Unwritten)).map(|atom| (i, atom))
    });
    let has_atoms = draft.atoms().next().is_some();
    match first {
        Some((i, atom)) => {
            found.own = atom.place;
            found.own_span = atom.place_span;
            found.own_literal = Some(i);
        }
        None if !has_atoms && draft.kind != RuleKind::Async => found.own = draft.head.place,
        None => {}
    }
    for (i, literal) in draft.body.iter().enumerate() {
        let Some(atom) = literal.atom() else { continue };
        if let Place::Computed(_) = atom.place {
            sound = false;
            diagnostics.push(computed(atom));
        } else if Some(i) != found.own_literal
            && !matches!(atom.place, Place::Unwritten)
            && !same(found.own, atom.place)
            && found.across.is_none()
        {
            found.across = Some(Across { place: atom.place, span: atom.place_span, head: false });
        }
    }
    if sound && !head(draft, spelling, has_atoms, &mut found, diagnostics) {
        sound = false;
        if found.own_literal.is_none() {
            found.own = Place::Unwritten;
        }
    }
    if !sound {
        found.across = None;
    }
    (found, sound)
}

/// Whether a deductive or inductive head is where its body is; the destination of an async head is free.
fn head<'a>(
    draft: &Draft<'a>,
    spelling: Spelling,
    has_atoms: bool,
    found: &mut Whereabouts<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let head = &draft.head;
    if draft.kind == RuleKind::Async {
        return true;
    }
    match head.place {
        Place::Unwritten => return true,
        Place::Anonymous => {
            diagnostics.push(
                Diagnostic::at(
                    codes::HEAD_WITHOUT_LOCATION,
                    head.place_span,
                    "the head's location is `_`",
                    "where does it hold?",
                )
                .help("give the location of the body a name and write it here"),
            );
            return false;
        }
        Place::Variable(name) if spelling == Spelling::Hash && !mentions(draft, name) => {
            diagnostics.push(
                Diagnostic::at(
                    codes::HEAD_WITHOUT_LOCATION,
                    head.place_span,
                    format!("the body does not bind the head's location `{name}`"),
                    "not in the body",
                )
                .help("only in the head of an `@async` rule does such a location mean every node"),
            );
            return false;
        }
        Place::Computed(_) if !has_atoms => {
            diagnostics.push(
                Diagnostic::at(
                    codes::HEAD_WITHOUT_LOCATION,
                    head.place_span,
                    "the head's location is computed and the body has none",
                    "where does it hold?",
                )
                .help("write a constant or a variable here"),
            );
            return false;
        }
        Place::Variable(_) | Place::Constant(_) | Place::Computed(_) => {}
    }
    if !same(found.own, head.place) && found.across.is_none() {
        found.across = Some(Across { place: head.place, span: head.place_span, head: true });
    }
    true
}

fn computed(atom: &Located<'_>) -> Diagnostic {
    let what = match atom.place {
        Place::Computed(Argument::Aggregate(_)) => "an aggregate",
        _ => "an expression",
    };
    Diagnostic::at(
        codes::COMPUTED_LOCATION,
        atom.place_span,
        format!("the location of a body atom is {what}"),
        "not a variable or a constant",
    )
    .help("the first column is the location; write a variable and equate it to the expression: `X == …`")
}

/// Whether two written places are surely one. Two `_` are not.
pub fn same(a: Place<'_>, b: Place<'_>) -> bool {
    match (a, b) {
        (Place::Variable(a), Place::Variable(b)) => a == b,
        (Place::Constant(a), Place::Constant(b)) => a == b,
        _ => false,
    }
}

/// Whether a variable stands anywhere in the body.
fn mentions(draft: &Draft<'_>, name: &str) -> bool {
    draft.body.iter().any(|literal| match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => {
            matches!(atom.place, Place::Variable(other) if other == name)
                || atom.columns.iter().any(|argument| match argument {
                    Argument::Expr(expr) => mentioned(expr, name),
                    Argument::Aggregate(_) => false,
                })
        }
        Literal::Comparison(left, _, right, _) => mentioned(left, name) || mentioned(right, name),
    })
}

fn mentioned(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Term(TermKind::Variable(other)) => other == name,
        ExprKind::Term(_) => false,
        ExprKind::Negate(operand) => mentioned(operand, name),
        ExprKind::Binary(_, left, right) => mentioned(left, name) || mentioned(right, name),
    }
}

/// A place as a message names it.
pub fn show(place: Place<'_>, symbols: &Symbols) -> String {
    match place {
        Place::Unwritten => "the rule's own location".to_string(),
        Place::Anonymous => "`_`".to_string(),
        Place::Variable(name) => format!("`{name}`"),
        Place::Constant(Value::Int(i)) => format!("`{i}`"),
        Place::Constant(Value::Symbol(id)) => format!("`{}`", crate::program::names::quote(symbols.name(id))),
        Place::Computed(_) => "a computed location".to_string(),
    }
}
