//! One rule's literals and head: variables numbered, expressions in place, each variable bound before it is used.
//!
//! A positive atom binds the variables that are its arguments; an argument that is an expression becomes a made-up
//! variable and a comparison at the atom's place. A variable found only in one negated atom is existential there.

use super::constants::{Constants, symbol_operand};
use super::location::Whereabouts;
use super::observers::Role;
use super::occurrences::Occurrences;
use super::relations::{Draft, Literal, Located, Place};
use super::safety::{Order, Pending};
use super::suggest::nearest;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{
    Atom, Condition, Destination, Expr, Head, NegatedAtom, NegatedTerm, Rule, Spelling, Term, VariableId,
};
use crate::source::Span;
use crate::syntax::ast::{self, Argument, Comparator, ExprKind, TermKind, Time};
use rustc_hash::FxHashMap;

/// What the rules of one program share.
pub struct Context<'c, 'a> {
    pub constants: &'c Constants<'a>,
    pub spelling: Spelling,
}

/// The checked form of a rule, if it has one. `can_err` and the `checked` marks are set later, by
/// [`super::integers`], when all rules are known.
pub fn rule<'a>(
    context: &Context<'_, 'a>,
    draft: &Draft<'a>,
    place: &Whereabouts<'a>,
    role: Role,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Rule> {
    let mut body = Body {
        context,
        place,
        located: role != Role::Operational,
        observes: role == Role::Observer,
        occurrences: Occurrences::read(draft, place, role != Role::Operational),
        names: Vec::new(),
        made_up: 0,
        own: None,
        bound: Vec::new(),
        pending: Vec::new(),
        uses: Vec::new(),
        sound: true,
        diagnostics,
    };
    let location = body.location(draft);
    let (positive, negative) = body.literals(draft);
    let head = body.head(draft);
    let (conditions, destination) = body.bind(draft, location)?;
    let made = Rule {
        kind: draft.kind,
        head: Head { destination, ..head? },
        location,
        positive,
        conditions,
        negative,
        variables: body.names,
        can_err: false,
        span: draft.span,
    };
    body.sound.then_some(made)
}

/// A use of a variable that something else has to bind.
pub struct Use {
    pub variable: VariableId,
    pub span: Span,
}

/// A rule while it is read.
pub struct Body<'b, 'c, 'a> {
    pub context: &'b Context<'c, 'a>,
    pub place: &'b Whereabouts<'a>,
    /// Whether locations are the atoms' first terms.
    pub located: bool,
    /// Whether the head's location is its first term too.
    pub observes: bool,
    /// The made-up variable for an own location that has no name.
    pub own: Option<VariableId>,
    pub uses: Vec<Use>,
    pub diagnostics: &'b mut Vec<Diagnostic>,
    pub occurrences: Occurrences<'a>,
    names: Vec<String>,
    made_up: usize,
    /// By variable: whether a positive atom or the location binds it.
    bound: Vec<bool>,
    pending: Vec<Pending>,
    sound: bool,
}

impl<'a> Body<'_, '_, 'a> {
    /// Reports what keeps the rule from having a checked form.
    pub fn refuse(&mut self, diagnostic: Diagnostic) {
        self.sound = false;
        self.diagnostics.push(diagnostic);
    }

    /// The number of a named variable.
    pub fn variable(&mut self, name: &'a str) -> VariableId {
        if let Some(id) = self.occurrences.of(name).number {
            return id;
        }
        let id = self.fresh(name.to_string());
        self.occurrences.of(name).number = Some(id);
        id
    }

    fn fresh(&mut self, name: String) -> VariableId {
        let id = VariableId(u32::try_from(self.names.len()).expect("a program shorter than 4 GiB"));
        self.names.push(name);
        self.bound.push(false);
        id
    }

    /// A made-up variable, whose name the rule does not use.
    fn make_up(&mut self) -> VariableId {
        loop {
            self.made_up += 1;
            let name = format!("_{}", self.made_up);
            if self.occurrences.get(&name).is_none() {
                return self.fresh(name);
            }
        }
    }

    /// The location of the body; also decides whether the own location needs a made-up variable.
    fn location(&mut self, draft: &Draft<'a>) -> Option<Term> {
        if self.located {
            let shared = draft.atoms().chain([&draft.head]).any(|atom| matches!(atom.place, Place::Unwritten));
            if shared && matches!(self.place.own, Place::Unwritten | Place::Anonymous) {
                self.own = Some(self.make_up());
            }
            return None;
        }
        match self.place.own {
            Place::Variable(name) => Some(Term::Variable(self.variable(name))),
            Place::Constant(value) => Some(Term::Constant(value)),
            Place::Unwritten | Place::Anonymous | Place::Computed(_) => None,
        }
    }

    fn bind_term(&mut self, term: Term) -> Term {
        if let Term::Variable(id) = term {
            self.bound[id.0 as usize] = true;
        }
        term
    }

    fn literals(&mut self, draft: &Draft<'a>) -> (Vec<Atom>, Vec<NegatedAtom>) {
        let (mut positive, mut negative) = (Vec::new(), Vec::new());
        for (i, literal) in draft.body.iter().enumerate() {
            match literal {
                Literal::Positive(atom) => {
                    let mut terms = Vec::with_capacity(atom.columns.len() + 1);
                    if self.located {
                        let term = self.written(atom, i);
                        terms.push(self.bind_term(term));
                    }
                    for argument in atom.columns {
                        let term = self.argument(argument);
                        terms.push(self.bind_term(term));
                    }
                    positive.push(Atom { relation: atom.relation, terms, time: round(atom), span: atom.span });
                }
                Literal::Negative(atom) => {
                    let terms = self.negated(atom, i);
                    negative.push(NegatedAtom { relation: atom.relation, terms, time: round(atom), span: atom.span });
                }
                Literal::Comparison(left, comparator, right, span) => {
                    if let (Some(left), Some(right)) = (self.expr(left), self.expr(right)) {
                        self.pending.push(Pending { comparator: *comparator, left, right, span: *span });
                    }
                }
            }
        }
        (positive, negative)
    }

    /// The location of an atom as its first term.
    fn written(&mut self, atom: &Located<'a>, literal: usize) -> Term {
        let place = match atom.place {
            Place::Unwritten => self.place.own,
            place => place,
        };
        let shared = matches!(atom.place, Place::Unwritten) || self.place.own_literal == Some(literal);
        match (place, self.own) {
            (Place::Variable(name), _) => Term::Variable(self.variable(name)),
            (Place::Constant(value), _) => Term::Constant(value),
            (_, Some(own)) if shared => Term::Variable(own),
            _ => Term::Anonymous,
        }
    }

    /// A column of a positive atom.
    fn argument(&mut self, argument: &'a Argument) -> Term {
        let expr = match argument {
            Argument::Expr(expr) => expr,
            Argument::Aggregate(aggregate) => {
                self.refuse(misplaced(aggregate.span));
                return Term::Anonymous;
            }
        };
        match &expr.kind {
            ExprKind::Term(TermKind::Variable(name)) => Term::Variable(self.variable(name)),
            ExprKind::Term(TermKind::Anonymous) => Term::Anonymous,
            ExprKind::Term(constant) => match self.context.constants.value(constant) {
                Some(value) => Term::Constant(value),
                None => Term::Anonymous,
            },
            _ => {
                let Some(right) = self.expr(expr) else { return Term::Anonymous };
                let id = self.make_up();
                let left = Expr::Variable(id);
                self.pending.push(Pending { comparator: Comparator::Eq, left, right, span: expr.span });
                Term::Variable(id)
            }
        }
    }

    fn negated(&mut self, atom: &Located<'a>, literal: usize) -> Vec<NegatedTerm> {
        let mut existentials: Vec<&'a str> = Vec::new();
        let mut anonymous = 0;
        let mut terms = Vec::with_capacity(atom.columns.len() + 1);
        let mut numbers: FxHashMap<&'a str, u32> = FxHashMap::default();
        let mut existential = |name: Option<&'a str>| {
            let next = (existentials.len() + anonymous) as u32;
            match name {
                None => {
                    anonymous += 1;
                    NegatedTerm::Existential(next)
                }
                Some(name) => NegatedTerm::Existential(*numbers.entry(name).or_insert_with(|| {
                    existentials.push(name);
                    next
                })),
            }
        };
        if self.located {
            terms.push(match atom.place {
                Place::Variable(name) if self.occurrences.existential(name, literal) => existential(Some(name)),
                _ => match self.written(atom, literal) {
                    Term::Variable(variable) => {
                        self.uses.push(Use { variable, span: atom.place_span });
                        NegatedTerm::Expr(Expr::Variable(variable))
                    }
                    Term::Constant(value) => NegatedTerm::Expr(Expr::Constant(value)),
                    Term::Anonymous => existential(None),
                },
            });
        }
        for argument in atom.columns {
            let expr = match argument {
                Argument::Expr(expr) => expr,
                Argument::Aggregate(aggregate) => {
                    self.refuse(misplaced(aggregate.span));
                    continue;
                }
            };
            match &expr.kind {
                ExprKind::Term(TermKind::Anonymous) => terms.push(existential(None)),
                ExprKind::Term(TermKind::Variable(name)) if self.occurrences.existential(name, literal) => {
                    terms.push(existential(Some(name)));
                }
                _ => {
                    if let Some(value) = self.used(expr) {
                        terms.push(NegatedTerm::Expr(value));
                    }
                }
            }
        }
        terms
    }

    /// An expression whose variables have to be bound.
    pub fn used(&mut self, expr: &'a ast::Expr) -> Option<Expr> {
        self.note_uses(expr);
        self.expr(expr)
    }

    fn note_uses(&mut self, expr: &'a ast::Expr) {
        match &expr.kind {
            ExprKind::Term(TermKind::Variable(name)) => {
                let variable = self.variable(name);
                self.uses.push(Use { variable, span: expr.span });
            }
            ExprKind::Term(_) => {}
            ExprKind::Negate(operand) => self.note_uses(operand),
            ExprKind::Binary(_, left, right) => {
                self.note_uses(left);
                self.note_uses(right);
            }
        }
    }

    fn expr(&mut self, expr: &'a ast::Expr) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Term(TermKind::Variable(name)) => Some(Expr::Variable(self.variable(name))),
            ExprKind::Term(term) => match self.context.constants.value(term) {
                Some(value) => Some(Expr::Constant(value)),
                None => {
                    self.refuse(
                        Diagnostic::at(
                            codes::ANONYMOUS_VALUE,
                            expr.span,
                            "`_` stands where a value is needed",
                            "has no value",
                        )
                        .help("`_` may stand for an argument of a body atom only; give the variable a name"),
                    );
                    None
                }
            },
            ExprKind::Negate(operand) => {
                let operand = self.operand(operand)?;
                Some(Expr::Negate(Box::new(operand)))
            }
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                Some(Expr::Binary(*operator, Box::new(left?), Box::new(right?)))
            }
        }
    }

    /// An operand of arithmetic.
    fn operand(&mut self, expr: &'a ast::Expr) -> Option<Expr> {
        if let ExprKind::Term(TermKind::Symbol(name)) = &expr.kind {
            self.refuse(symbol_operand(name, expr));
            return None;
        }
        self.expr(expr)
    }

    /// Orders the conditions, finds where the head goes, and reports every variable that nothing binds.
    fn bind(&mut self, draft: &Draft<'a>, location: Option<Term>) -> Option<(Vec<Condition>, Destination)> {
        let pending = std::mem::take(&mut self.pending);
        // In the first-column spelling, and where no atom has it, a location has to be bound as any variable is: by a
        // positive atom or an equation. Its value is the node, bound beforehand, so such an equation is a comparison.
        let mut unbound_location = None;
        if let Some(Term::Variable(own)) = location {
            let free = self.place.own_literal.is_none()
                || (self.context.spelling == Spelling::FirstColumn
                    && !draft.body.iter().any(|literal| matches!(literal, Literal::Positive(_))));
            if free && !Order::of(&self.bound, &pending).binds(own) {
                unbound_location = Some(own);
            } else {
                self.bound[own.0 as usize] = true;
            }
        }
        let order = Order::of(&self.bound, &pending);
        if let Some(variable) = unbound_location {
            self.uses.push(Use { variable, span: self.place.own_span });
        }
        let destination = self.destination(draft, &order);
        let mut reported = vec![false; self.names.len()];
        let uses = std::mem::take(&mut self.uses);
        let stuck = order.stuck(&pending);
        let times: Vec<&str> = draft.atoms().chain([&draft.head]).filter_map(time_variable).collect();
        for (variable, span) in stuck.into_iter().chain(uses.iter().map(|u| (u.variable, u.span))) {
            let i = variable.0 as usize;
            // A suffix `@N` that names it has been reported.
            if order.binds(variable) || order.waits(variable) || times.contains(&self.names[i].as_str()) {
                continue;
            }
            if !std::mem::replace(&mut reported[i], true) {
                let diagnostic = self.unsafe_variable(variable, span);
                self.refuse(diagnostic);
            }
        }
        let conditions = order.conditions(pending)?;
        Some((conditions, destination?))
    }

    fn unsafe_variable(&self, variable: VariableId, span: Span) -> Diagnostic {
        if Some(variable) == self.own {
            return Diagnostic::at(
                codes::UNSAFE_VARIABLE,
                span,
                "nothing binds the rule's own location",
                "which node is this?",
            )
            .help("a rule that observes several nodes needs a positive atom at each location it names");
        }
        let name = &self.names[variable.0 as usize];
        let mut diagnostic =
            Diagnostic::at(codes::UNSAFE_VARIABLE, span, format!("nothing binds the variable `{name}`"), "not bound");
        if let Some(at) = self
            .occurrences
            .get(name)
            .and_then(|occurrence| occurrence.negated)
            .filter(|at| at.end <= span.start || span.end <= at.start)
        {
            diagnostic = diagnostic.with(at, "a negated atom binds nothing");
        }
        // One- and two-letter names are all alike.
        let bound = self.names.iter().zip(&self.bound).filter(|(_, bound)| **bound).map(|(name, _)| name.as_str());
        if name.chars().count() > 2
            && let Some(near) = nearest(name, bound.filter(|name| !name.starts_with('_')))
        {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        diagnostic.help(format!(
            "`{name}` has to be an argument of a positive body atom, or be equated to an expression over such variables"
        ))
    }
}

/// The variable of a suffix `@N`.
fn time_variable<'a>(atom: &Located<'a>) -> Option<&'a str> {
    match atom.time {
        Some((Time::Variable(name), _)) => Some(name),
        _ => None,
    }
}

fn round(atom: &Located<'_>) -> Option<u64> {
    match atom.time {
        Some((Time::At(step), _)) => Some(*step),
        _ => None,
    }
}

/// An aggregate outside a head.
pub fn misplaced(span: Span) -> Diagnostic {
    Diagnostic::at(codes::MISPLACED_AGGREGATE, span, "an aggregate outside a rule's head", "not allowed here")
        .help("aggregate in the head of a rule of its own, and read its result here")
}
