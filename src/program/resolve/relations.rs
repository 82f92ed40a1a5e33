//! The table of relations, and the trees with every atom's location told apart from its columns.
//!
//! Which spelling a program uses (semantics §1, *Location*) is known before the first atom is read: one `#` anywhere
//! makes it the hash spelling.

use super::constants::Constants;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{RelationId, RuleKind, Spelling, Value};
use crate::source::Span;
use crate::syntax::ast::{
    self, Argument, Ast, Comparator, Declaration, Expr, ExprKind, ItemKind, LiteralKind, TermKind, Time,
};
use rustc_hash::FxHashMap;

/// What is known of a relation from where it occurs.
pub struct Entry<'a> {
    pub name: &'a str,
    /// Columns without the location.
    pub arity: usize,
    /// Where it first appears.
    pub span: Span,
    pub builtin: bool,
    /// First body atom that reads it.
    pub read: Option<Span>,
    /// First rule that derives it.
    pub derived: Option<Span>,
    /// First fact of it.
    pub fact: Option<Span>,
    /// First fact of it with `@k`, k other than 1.
    pub event: Option<Span>,
    /// Whether some fact of it has no `@k`.
    pub static_fact: bool,
    /// Whether some fact of it is `@1`.
    pub first_step_fact: bool,
    pub declared_input: Option<Span>,
    pub declared_event: Option<Span>,
}

/// Where an atom says it is.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// Nowhere in particular: no `#` in the hash spelling.
    Unwritten,
    Anonymous,
    Variable(&'a str),
    Constant(Value),
    /// First-column spelling only: an expression, or an aggregate.
    Computed(&'a Argument),
}

/// An atom whose relation is numbered and whose location is no column.
pub struct Located<'a> {
    pub relation: RelationId,
    pub place: Place<'a>,
    /// Where `place` stands; the name if it is unwritten.
    pub place_span: Span,
    pub columns: &'a [Argument],
    pub time: Option<(&'a Time, Span)>,
    pub span: Span,
}

/// A body literal.
pub enum Literal<'a> {
    Positive(Located<'a>),
    Negative(Located<'a>),
    Comparison(&'a Expr, Comparator, &'a Expr, Span),
}

impl<'a> Literal<'a> {
    /// The atom of a literal that has one.
    pub fn atom(&self) -> Option<&Located<'a>> {
        match self {
            Literal::Positive(atom) | Literal::Negative(atom) => Some(atom),
            Literal::Comparison(..) => None,
        }
    }
}

/// A rule between tree and checked form.
pub struct Draft<'a> {
    pub kind: RuleKind,
    pub head: Located<'a>,
    pub body: Vec<Literal<'a>>,
    pub span: Span,
    /// Whether no error of it has been reported yet.
    pub sound: bool,
}

impl<'a> Draft<'a> {
    /// The atoms of the body, negated ones too.
    pub fn atoms(&self) -> impl Iterator<Item = &Located<'a>> {
        self.body.iter().filter_map(Literal::atom)
    }
}

/// A fact between tree and checked form.
pub struct FactDraft<'a> {
    pub atom: Located<'a>,
    pub sound: bool,
}

/// All that the trees say, relations numbered.
pub struct Drafts<'a> {
    pub spelling: Spelling,
    pub relations: Vec<Entry<'a>>,
    pub rules: Vec<Draft<'a>>,
    pub facts: Vec<FactDraft<'a>>,
    pub declarations: Vec<&'a Declaration>,
    ids: FxHashMap<(&'a str, bool), RelationId>,
    without_columns: Vec<bool>,
}

impl<'a> Drafts<'a> {
    /// Numbers the relations of the trees in order of first appearance, and checks their numbers of columns.
    pub fn collect(trees: &'a [Ast], constants: &Constants<'a>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let items = || trees.iter().flat_map(|tree| &tree.items);
        let facts = items().filter(|item| matches!(item.kind, ItemKind::Fact(_))).count();
        let mut drafts = Drafts {
            spelling: spelling(trees),
            relations: Vec::new(),
            rules: Vec::new(),
            facts: Vec::with_capacity(facts),
            declarations: Vec::new(),
            ids: FxHashMap::default(),
            without_columns: Vec::new(),
        };
        for item in items() {
            match &item.kind {
                ItemKind::Include(_) => {}
                ItemKind::Declaration(declaration) => {
                    if let Declaration::Input(schemas) = declaration {
                        for (name, columns) in schemas {
                            drafts.input(name, columns.len(), diagnostics);
                        }
                    }
                    drafts.declarations.push(declaration);
                }
                ItemKind::Fact(fact) => {
                    if fact.maybe {
                        let message = "whether this fact is given is not known, and has to be here";
                        diagnostics.push(Diagnostic::at(codes::VALUES_NEEDED, item.span, message, "given or not"));
                    }
                    drafts.fact(&fact.atom, constants, diagnostics);
                }
                ItemKind::Rule(rule) => drafts.rule(rule, item.span, constants, diagnostics),
            }
        }
        drafts
    }

    /// The entry of a relation.
    pub fn entry(&self, id: RelationId) -> &Entry<'a> {
        &self.relations[id.0 as usize]
    }

    /// The ordinary relation of this name.
    pub fn named(&self, name: &str) -> Option<RelationId> {
        self.ids.get(&(name, false)).copied()
    }

    fn entry_mut(&mut self, id: RelationId) -> &mut Entry<'a> {
        &mut self.relations[id.0 as usize]
    }

    fn input(&mut self, name: &'a ast::Name, columns: usize, diagnostics: &mut Vec<Diagnostic>) {
        let arity = match self.spelling {
            Spelling::Hash => Some(columns),
            Spelling::FirstColumn => columns.checked_sub(1),
        };
        let (id, _) = self.relation(name, arity, false, diagnostics);
        self.entry_mut(id).declared_input.get_or_insert(name.span);
    }

    fn fact(&mut self, atom: &'a ast::Atom, constants: &Constants<'a>, diagnostics: &mut Vec<Diagnostic>) {
        let (atom, sound) = self.locate(atom, constants, diagnostics);
        let entry = self.entry_mut(atom.relation);
        entry.fact.get_or_insert(atom.span);
        match atom.time {
            None => entry.static_fact = true,
            Some((Time::At(1), _)) => entry.first_step_fact = true,
            Some(_) => {
                entry.event.get_or_insert(atom.span);
            }
        }
        self.facts.push(FactDraft { atom, sound });
    }

    fn rule(&mut self, rule: &'a ast::Rule, span: Span, constants: &Constants<'a>, diagnostics: &mut Vec<Diagnostic>) {
        let (head, mut sound) = self.locate(&rule.head, constants, diagnostics);
        if self.entry(head.relation).builtin {
            sound = false;
            diagnostics.push(
                Diagnostic::at(codes::BUILT_IN_RELATION, head.span, "a rule derives the built-in `node/1`", "derived here")
                    .help("`node(N)` is true of every node at every node; give your relation another name or write `node(#X, N)`"),
            );
        }
        self.entry_mut(head.relation).derived.get_or_insert(head.span);
        let kind = match head.time {
            None => RuleKind::Deductive,
            Some((Time::Next, _)) => RuleKind::Inductive,
            Some((Time::Async, _)) => RuleKind::Async,
            Some((Time::At(step), at)) => {
                sound = false;
                diagnostics.push(
                    Diagnostic::at(
                        codes::RULE_AT_A_STEP,
                        at,
                        format!("a rule's head is `@{step}`"),
                        "not a rule's suffix",
                    )
                    .help("only facts are given at a step; a rule is without suffix, `@next` or `@async`"),
                );
                RuleKind::Deductive
            }
            Some((Time::Variable(name), at)) => {
                sound = false;
                diagnostics.push(entangled(name, at));
                RuleKind::Deductive
            }
        };
        let mut body = Vec::with_capacity(rule.body.len());
        for literal in &rule.body {
            body.push(match &literal.kind {
                LiteralKind::Positive(atom) | LiteralKind::Negative(atom) => {
                    let (located, well) = self.locate(atom, constants, diagnostics);
                    sound &= well & self.check_time(&located, diagnostics);
                    self.entry_mut(located.relation).read.get_or_insert(located.span);
                    match literal.kind {
                        LiteralKind::Positive(_) => Literal::Positive(located),
                        _ => Literal::Negative(located),
                    }
                }
                LiteralKind::Comparison(left, comparator, right) => {
                    Literal::Comparison(left, *comparator, right, literal.span)
                }
            });
        }
        self.rules.push(Draft { kind, head, body, span, sound });
    }

    fn check_time(&self, atom: &Located<'a>, diagnostics: &mut Vec<Diagnostic>) -> bool {
        match atom.time {
            None => true,
            Some((Time::At(step), at)) => {
                if *step == 0 {
                    diagnostics.push(step_zero(at));
                }
                *step > 0
            }
            Some((Time::Variable(name), at)) => {
                diagnostics.push(entangled(name, at));
                false
            }
            Some((time @ (Time::Next | Time::Async), at)) => {
                let suffix = if *time == Time::Next { "@next" } else { "@async" };
                diagnostics.push(
                    Diagnostic::at(
                        codes::SUFFIX_IN_BODY,
                        at,
                        format!("`{suffix}` on a body atom is ignored"),
                        "means nothing here",
                    )
                    .help("the suffix goes after the head: it says when the head holds"),
                );
                true
            }
        }
    }

    /// The relation and location of an atom, and whether they are in order.
    fn locate(
        &mut self,
        atom: &'a ast::Atom,
        constants: &Constants<'a>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (Located<'a>, bool) {
        let (place, place_span, columns, arity) = match (self.spelling, &atom.location) {
            (Spelling::Hash, Some(term)) => {
                (place_of(&term.kind, constants), term.span, &atom.arguments[..], Some(atom.arguments.len()))
            }
            (Spelling::Hash, None) => {
                (Place::Unwritten, atom.name.span, &atom.arguments[..], Some(atom.arguments.len()))
            }
            (Spelling::FirstColumn, _) => match atom.arguments.split_first() {
                Some((first, rest)) => match first {
                    Argument::Expr(Expr { kind: ExprKind::Term(term), span }) => {
                        (place_of(term, constants), *span, rest, Some(rest.len()))
                    }
                    Argument::Expr(expr) => (Place::Computed(first), expr.span, rest, Some(rest.len())),
                    Argument::Aggregate(aggregate) => (Place::Computed(first), aggregate.span, rest, Some(rest.len())),
                },
                None => (Place::Unwritten, atom.name.span, &[][..], None),
            },
        };
        let builtin = self.spelling == Spelling::Hash
            && atom.location.is_none()
            && atom.name.text == "node"
            && atom.arguments.len() == 1;
        let (relation, sound) = self.relation(&atom.name, arity, builtin, diagnostics);
        if !sound
            && matches!(place, Place::Unwritten)
            && columns.len() == self.entry(relation).arity + 1
            && let Some(finding) = diagnostics.last_mut()
        {
            finding.help.push("is its first argument meant as its location? then write `#` before it".to_string());
        }
        let time = atom.time.as_ref().map(|(time, at)| (time, *at));
        (Located { relation, place, place_span, columns, time, span: atom.span }, sound)
    }

    /// The number of a relation; `arity` is `None` where the location column is missing.
    fn relation(
        &mut self,
        name: &'a ast::Name,
        arity: Option<usize>,
        builtin: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (RelationId, bool) {
        let key = (name.text.as_str(), builtin);
        let known = self.ids.get(&key).copied();
        let id = known.unwrap_or_else(|| {
            let id = RelationId(u32::try_from(self.relations.len()).expect("a program shorter than 4 GiB"));
            self.ids.insert(key, id);
            self.relations.push(Entry {
                name: &name.text,
                arity: arity.unwrap_or(0),
                span: name.span,
                builtin,
                read: None,
                derived: None,
                fact: None,
                event: None,
                static_fact: false,
                first_step_fact: false,
                declared_input: None,
                declared_event: None,
            });
            self.without_columns.push(false);
            id
        });
        let index = id.0 as usize;
        let Some(arity) = arity else {
            if !std::mem::replace(&mut self.without_columns[index], true) {
                let message = format!("`{}()` has no column for its location", name.text);
                diagnostics.push(
                    Diagnostic::at(codes::NO_LOCATION_COLUMN, name.span, message, "no columns")
                        .help("no atom of this program has a `#`, so the first column of every relation is its location")
                        .help(format!(
                            "write the location as first column, `{0}(N)`, or mark locations with `#` throughout: `{0}(#N)`",
                            name.text
                        )),
                );
            }
            return (id, false);
        };
        let entry = &self.relations[index];
        if entry.arity == arity || self.without_columns[index] {
            return (id, !self.without_columns[index]);
        }
        let shown = |columns: usize| match (self.spelling, columns) {
            (Spelling::FirstColumn, columns) => count(columns + 1),
            (Spelling::Hash, columns) => count(columns),
        };
        let message = format!("`{}` has {} here and {} before", name.text, shown(arity), shown(entry.arity));
        let mut diagnostic = Diagnostic::at(codes::NUMBER_OF_COLUMNS, name.span, message, shown(arity))
            .with(entry.span, shown(entry.arity))
            .help("every atom of a relation has the same number of columns");
        if self.spelling == Spelling::Hash {
            diagnostic = diagnostic.help("a location written with `#` is not counted");
        }
        diagnostics.push(diagnostic);
        (id, false)
    }
}

fn count(columns: usize) -> String {
    if columns == 1 { "1 column".to_string() } else { format!("{columns} columns") }
}

/// `@N` with a variable.
pub fn entangled(name: &str, at: Span) -> Diagnostic {
    Diagnostic::at(codes::ENTANGLEMENT, at, format!("time is bound to the variable `{name}`"), "entanglement")
        .help("no rule can name the step in which its facts hold; write `@next` or `@async` after the head, or nothing")
}

/// `@0`.
pub fn step_zero(at: Span) -> Diagnostic {
    Diagnostic::at(codes::NO_SUCH_STEP, at, "there is no step 0", "steps are numbered from 1")
}

fn place_of<'a>(term: &'a TermKind, constants: &Constants<'a>) -> Place<'a> {
    match term {
        TermKind::Variable(name) => Place::Variable(name),
        TermKind::Anonymous | TermKind::Unknown(_) => Place::Anonymous,
        TermKind::Integer(_) | TermKind::Symbol(_) => match constants.value(term) {
            Some(value) => Place::Constant(value),
            None => Place::Anonymous,
        },
    }
}

fn spelling(trees: &[Ast]) -> Spelling {
    if trees.iter().any(Ast::marks_locations) { Spelling::Hash } else { Spelling::FirstColumn }
}
