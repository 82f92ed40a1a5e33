//! One type for each column and variable, by unification: what is joined, compared, copied or computed with has the same type.

use super::{Unsupported, relations};
use crate::program::rule::AggregateFunction;
use crate::program::{
    Aggregate, Condition, Destination, Expr, HeadTerm, NegatedTerm, Program, RelationId, Rule, Term, Value, VariableId,
};
use crate::source::Span;
use petgraph::unionfind::UnionFind;

/// A type of Soufflé.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Symbol,
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Type::Number => "number",
            Type::Symbol => "symbol",
        })
    }
}

impl From<Value> for Type {
    fn from(value: Value) -> Self {
        match value {
            Value::Int(_) => Type::Number,
            Value::Symbol(_) => Type::Symbol,
        }
    }
}

/// The types of a program. What nothing says anything of is a symbol.
pub(super) struct Types {
    node: Type,
    columns: Vec<Vec<Type>>,
    variables: Vec<Vec<Type>>,
}

impl Types {
    pub(super) fn of(program: &Program) -> Result<Self, Unsupported> {
        let mut typing = Typing::new(program);
        for &node in &program.nodes {
            typing.same(NODE, Place::Of(node.into()), None)?;
        }
        for (relation, _) in program.relations.iter().enumerate().filter(|(_, relation)| relation.builtin) {
            typing.same(NODE, typing.column(RelationId(relation as u32), 0), None)?;
        }
        for given in program.facts.iter().filter(|given| !program.relation(given.fact.relation).observer) {
            for (column, &value) in given.fact.values.iter().enumerate() {
                typing.same(typing.column(given.fact.relation, column), Place::Of(value.into()), Some(given.span))?;
            }
        }
        for (number, rule) in program.rules.iter().enumerate() {
            typing.rule(number, rule)?;
        }
        let mut settled = |place: Place| typing.known(place).unwrap_or(Type::Symbol);
        let node = settled(NODE);
        let mut first = 1;
        let mut settle = |count: usize| -> Vec<Type> {
            first += count;
            (first - count..first).map(|slot| settled(Place::Slot(slot))).collect()
        };
        let own = program.relations.iter().map(|relation| settle(relation.arity));
        let columns = own.map(|own| std::iter::once(node).chain(own).collect()).collect();
        let variables = program.rules.iter().map(|rule| settle(rule.variables.len())).collect();
        Ok(Types { node, columns, variables })
    }

    /// That of locations.
    pub(super) fn node(&self) -> Type {
        self.node
    }

    /// Those of a relation's columns, the location first.
    pub(super) fn columns(&self, relation: RelationId) -> &[Type] {
        &self.columns[relation.0 as usize]
    }

    /// That of a variable of rule `number`.
    pub(super) fn variable(&self, number: usize, variable: VariableId) -> Type {
        self.variables[number][variable.0 as usize]
    }
}

/// What has a type: a slot of the union-find structure, or a value.
#[derive(Debug, Clone, Copy)]
enum Place {
    Slot(usize),
    Of(Type),
}

/// The slot of all locations.
const NODE: Place = Place::Slot(0);

struct Typing<'a> {
    program: &'a Program,
    slots: UnionFind<usize>,
    /// By representative.
    types: Vec<Option<Type>>,
    /// The first slot of each relation's columns, and of each rule's variables, which come in this order after that of locations.
    columns: Vec<usize>,
    variables: Vec<usize>,
}

impl<'a> Typing<'a> {
    fn new(program: &'a Program) -> Self {
        let mut slots = 1;
        let mut take = |count: usize| {
            slots += count;
            slots - count
        };
        let columns = program.relations.iter().map(|relation| take(relation.arity)).collect();
        let variables = program.rules.iter().map(|rule| take(rule.variables.len())).collect();
        Typing { program, slots: UnionFind::new(slots), types: vec![None; slots], columns, variables }
    }

    fn column(&self, relation: RelationId, column: usize) -> Place {
        Place::Slot(self.columns[relation.0 as usize] + column)
    }

    fn variable(&self, number: usize, variable: VariableId) -> Place {
        Place::Slot(self.variables[number] + variable.0 as usize)
    }

    fn known(&mut self, place: Place) -> Option<Type> {
        match place {
            Place::Slot(slot) => self.types[self.slots.find_mut(slot)],
            Place::Of(known) => Some(known),
        }
    }

    /// Both have one type. `span` is where that is said.
    fn same(&mut self, one: Place, other: Place, span: Option<Span>) -> Result<(), Unsupported> {
        let known = match (self.known(one), self.known(other)) {
            (Some(a), Some(b)) if a != b => {
                let what = [one, other].into_iter().find_map(|place| self.describe(place));
                let (what, own) = what.unwrap_or_else(|| ("a comparison".to_string(), None));
                return Err(Unsupported::Mixed { what, span: span.or(own) });
            }
            (a, b) => a.or(b),
        };
        for place in [one, other] {
            if let (Place::Slot(a), Place::Slot(b)) = (one, place) {
                self.slots.union(a, b);
            }
        }
        for place in [one, other] {
            if let Place::Slot(slot) = place {
                let root = self.slots.find_mut(slot);
                self.types[root] = known;
            }
        }
        Ok(())
    }

    /// A column, rather than a variable that stands for it.
    fn describe(&mut self, place: Place) -> Option<(String, Option<Span>)> {
        let Place::Slot(slot) = place else { return None };
        if self.slots.equiv(0, slot) {
            return Some(("the location of facts".to_string(), None));
        }
        for relation in relations(self.program) {
            let first = self.columns[relation.0 as usize];
            let arity = self.program.relation(relation).arity;
            if let Some(column) = (0..arity).find(|column| self.slots.equiv(first + column, slot)) {
                let relation = self.program.relation(relation);
                let what = format!("column {} of `{}`, its location not counted,", column + 1, relation.name);
                return Some((what, Some(relation.span)));
            }
        }
        Some(("a variable".to_string(), None))
    }

    fn rule(&mut self, number: usize, rule: &Rule) -> Result<(), Unsupported> {
        if let Some(location) = rule.location.and_then(|term| self.term(number, term)) {
            self.same(NODE, location, Some(rule.span))?;
        }
        for atom in &rule.positive {
            for (column, &term) in atom.terms.iter().enumerate() {
                if let Some(place) = self.term(number, term) {
                    self.same(self.column(atom.relation, column), place, Some(atom.span))?;
                }
            }
        }
        for condition in &rule.conditions {
            let (left, right, span) = match condition {
                Condition::Compare { left, right, span, .. } => (self.expr(number, left, *span)?, right, *span),
                Condition::Bind { variable, value, span } => (self.variable(number, *variable), value, *span),
            };
            let right = self.expr(number, right, span)?;
            self.same(left, right, Some(span))?;
        }
        for atom in &rule.negative {
            let mut met: Vec<(u32, Place)> = Vec::new();
            for (column, term) in atom.terms.iter().enumerate() {
                let place = self.column(atom.relation, column);
                let other = match term {
                    NegatedTerm::Expr(expr) => Some(self.expr(number, expr, atom.span)?),
                    NegatedTerm::Existential(name) => {
                        met.push((*name, place));
                        met.iter().find(|(other, _)| other == name).map(|(_, place)| *place)
                    }
                };
                if let Some(other) = other {
                    self.same(place, other, Some(atom.span))?;
                }
            }
        }
        let head = &rule.head;
        if let Destination::At(expr) = &head.destination {
            let place = self.expr(number, expr, head.span)?;
            self.same(NODE, place, Some(head.span))?;
        }
        for (column, term) in head.terms.iter().enumerate() {
            let place = match term {
                HeadTerm::Expr(expr) => self.expr(number, expr, head.span)?,
                HeadTerm::Aggregate(Aggregate { function, variable, .. }) => {
                    let variable = self.variable(number, *variable);
                    match function {
                        AggregateFunction::Count => Place::Of(Type::Number),
                        AggregateFunction::Min | AggregateFunction::Max => variable,
                        AggregateFunction::Sum => {
                            self.same(variable, Place::Of(Type::Number), Some(head.span))?;
                            variable
                        }
                    }
                }
            };
            self.same(self.column(head.relation, column), place, Some(head.span))?;
        }
        Ok(())
    }

    fn term(&self, number: usize, term: Term) -> Option<Place> {
        match term {
            Term::Constant(value) => Some(Place::Of(value.into())),
            Term::Variable(variable) => Some(self.variable(number, variable)),
            Term::Anonymous => None,
        }
    }

    /// What an expression is; what is computed with are numbers.
    fn expr(&mut self, number: usize, expr: &Expr, span: Span) -> Result<Place, Unsupported> {
        let operands: &[&Expr] = match expr {
            Expr::Constant(value) => return Ok(Place::Of((*value).into())),
            Expr::Variable(variable) => return Ok(self.variable(number, *variable)),
            Expr::Negate(operand) => &[operand],
            Expr::Binary(_, left, right) => &[left, right],
        };
        for operand in operands {
            let place = self.expr(number, operand, span)?;
            self.same(place, Place::Of(Type::Number), Some(span))?;
        }
        Ok(Place::Of(Type::Number))
    }
}
