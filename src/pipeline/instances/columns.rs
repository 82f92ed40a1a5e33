//! What may stand in the columns of small instances, and what may be exchanged there.
//!
//! Columns that some rule joins, compares or computes with each other are of one *class*. Values meet only within a class, so each class
//! has values of its own. Those that no rule names, in a class whose values no rule orders or computes with, are told apart by nothing: a permutation of them
//! maps the runs of an instance onto those of its image, step by step (rules use such values in joins, `==` and `!=` only, and a permutation keeps all of these),
//! so both instances have the same verdict. The same holds of nodes that no rule or remaining fact names; locations are a class like the others.
//!
//! Of two programs that are compared, the columns of a relation that both are given are of one class, and so are those of a relation whose ultimate facts
//! are compared; what either names is named, and what either orders is ordered. So a permutation as above maps the runs of both, and the ultimate facts
//! that are compared column by column in the same way: both have the same ultimate models on an instance if and only if they have on its image.

use crate::program::rule::{AggregateFunction, Comparator};
use crate::program::{
    Condition, Destination, Expr, HeadTerm, Name, NegatedTerm, Program, RelationId, Rule, Term, Value, VariableId,
};
use std::collections::BTreeSet;

/// The class of locations.
pub const LOCATION: usize = 0;

/// What is known of one class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Class {
    /// Rules order its values, or compute with them: they are told apart.
    pub ordered: bool,
    /// Rules compute with its values.
    pub integer: bool,
    /// The values that rules and remaining facts name.
    pub constants: BTreeSet<Name>,
}

/// The classes of the columns of one program, or of two that are compared.
#[derive(Debug, Clone)]
pub struct Columns {
    /// By program and relation: the place of the first column.
    first: Vec<Vec<usize>>,
    parent: Vec<usize>,
    classes: Vec<Class>,
}

impl Columns {
    /// Reads the operational rules, and the facts of derived relations.
    pub fn of(programs: &[&Program]) -> Self {
        let mut columns = Columns { first: Vec::new(), parent: vec![LOCATION], classes: vec![Class::default()] };
        for program in programs {
            let places = (program.relations.iter())
                .map(|relation| {
                    let first = columns.parent.len();
                    (0..relation.arity).for_each(|_| _ = columns.new_place());
                    first
                })
                .collect();
            columns.first.push(places);
        }
        for (number, program) in programs.iter().enumerate() {
            Reader { columns: &mut columns, program, number }.read_program();
        }
        if let [one, other] = programs {
            columns.compare(one, other);
        }
        columns
    }

    /// Joins the columns that are given to two programs, and those that are compared.
    fn compare(&mut self, one: &Program, other: &Program) {
        for (index, relation) in (0..).zip(&one.relations) {
            let Some(twin) = other.relation_named(&relation.name) else { continue };
            let given = relation.is_edb() && other.relation(twin).is_edb();
            let compared = one.outputs.contains(&RelationId(index)) && other.outputs.contains(&twin);
            if (given || compared) && relation.arity == other.relation(twin).arity {
                for column in 0..relation.arity {
                    self.join(self.place(0, RelationId(index), column), self.place(1, twin, column));
                }
            }
        }
    }

    fn place(&self, program: usize, relation: RelationId, column: usize) -> usize {
        self.first[program][relation.0 as usize] + column
    }

    /// The class of a column: a number, and what is known.
    pub fn class(&self, program: usize, relation: RelationId, column: usize) -> (usize, &Class) {
        let root = self.root(self.place(program, relation, column));
        (root, &self.classes[root])
    }

    /// The class of locations.
    pub fn location(&self) -> (usize, &Class) {
        let root = self.root(LOCATION);
        (root, &self.classes[root])
    }

    /// All values that rules and remaining facts name.
    pub fn constants(&self) -> impl Iterator<Item = &Name> {
        self.classes.iter().flat_map(|class| &class.constants)
    }

    fn root(&self, mut place: usize) -> usize {
        while self.parent[place] != place {
            place = self.parent[place];
        }
        place
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            let joined = std::mem::take(&mut self.classes[b]);
            self.parent[b] = a;
            let class = &mut self.classes[a];
            class.ordered |= joined.ordered;
            class.integer |= joined.integer;
            class.constants.extend(joined.constants);
        }
    }

    fn name(&mut self, place: usize, name: Name) {
        let root = self.root(place);
        self.classes[root].constants.insert(name);
    }

    fn mark(&mut self, place: usize, integer: bool) {
        let root = self.root(place);
        self.classes[root].ordered = true;
        self.classes[root].integer |= integer;
    }

    fn new_place(&mut self) -> usize {
        self.parent.push(self.parent.len());
        self.classes.push(Class::default());
        self.parent.len() - 1
    }
}

/// Reads one program.
struct Reader<'a> {
    columns: &'a mut Columns,
    program: &'a Program,
    number: usize,
}

impl Reader<'_> {
    fn read_program(&mut self) {
        let program = self.program;
        for (index, relation) in (0..).zip(&program.relations) {
            if relation.builtin {
                self.columns.join(LOCATION, self.place(RelationId(index), 0));
            }
        }
        for given in program.facts.iter().filter(|given| !program.relation(given.fact.relation).is_edb()) {
            for (column, &value) in given.fact.values.iter().enumerate() {
                self.name(self.place(given.fact.relation, column), value);
            }
        }
        for rule in &program.rules {
            self.read(rule);
        }
    }

    fn place(&self, relation: RelationId, column: usize) -> usize {
        self.columns.place(self.number, relation, column)
    }

    fn name(&mut self, place: usize, value: Value) {
        self.columns.name(place, self.program.name(value));
    }

    fn read(&mut self, rule: &Rule) {
        // A place for each variable, joined with wherever it occurs.
        let variables: Vec<usize> = rule.variables.iter().map(|_| self.columns.new_place()).collect();
        let of = |variable: VariableId| variables[variable.0 as usize];
        match rule.location {
            Some(Term::Variable(variable)) => self.columns.join(LOCATION, of(variable)),
            Some(Term::Constant(value)) => self.name(LOCATION, value),
            _ => {}
        }
        for atom in &rule.positive {
            for (column, term) in atom.terms.iter().enumerate() {
                let place = self.place(atom.relation, column);
                match *term {
                    Term::Variable(variable) => self.columns.join(place, of(variable)),
                    Term::Constant(value) => self.name(place, value),
                    Term::Anonymous => {}
                }
            }
        }
        for atom in &rule.negative {
            // An existential variable that occurs twice in its atom joins the columns.
            let mut existential: Vec<(u32, usize)> = Vec::new();
            for (column, term) in atom.terms.iter().enumerate() {
                let place = self.place(atom.relation, column);
                match term {
                    NegatedTerm::Expr(expr) => self.meet(place, expr, &variables),
                    NegatedTerm::Existential(number) => {
                        if let Some(&(_, other)) = existential.iter().find(|(known, _)| known == number) {
                            self.columns.join(place, other);
                        }
                        existential.push((*number, place));
                    }
                }
            }
        }
        for condition in &rule.conditions {
            match condition {
                Condition::Compare { comparator, left, right, .. } => {
                    let place = self.columns.new_place();
                    self.meet(place, left, &variables);
                    self.meet(place, right, &variables);
                    if !matches!(comparator, Comparator::Eq | Comparator::Ne) {
                        self.columns.mark(place, false);
                    }
                }
                Condition::Bind { variable, value, .. } => self.meet(of(*variable), value, &variables),
            }
        }
        if let Destination::At(expr) = &rule.head.destination {
            self.meet(LOCATION, expr, &variables);
        }
        for (column, term) in rule.head.terms.iter().enumerate() {
            let place = self.place(rule.head.relation, column);
            match term {
                HeadTerm::Expr(expr) => self.meet(place, expr, &variables),
                HeadTerm::Aggregate(aggregate) => match aggregate.function {
                    AggregateFunction::Count => self.columns.mark(place, true),
                    AggregateFunction::Sum => {
                        self.columns.join(place, of(aggregate.variable));
                        self.columns.mark(place, true);
                    }
                    AggregateFunction::Min | AggregateFunction::Max => {
                        self.columns.join(place, of(aggregate.variable));
                        self.columns.mark(place, false);
                    }
                },
            }
        }
    }

    /// The values of an expression meet those of a place.
    fn meet(&mut self, place: usize, expr: &Expr, variables: &[usize]) {
        match expr {
            Expr::Constant(value) => self.name(place, *value),
            Expr::Variable(variable) => self.columns.join(place, variables[variable.0 as usize]),
            Expr::Negate(inner) => {
                self.columns.mark(place, true);
                self.meet(place, inner, variables);
            }
            Expr::Binary(_, left, right) => {
                self.columns.mark(place, true);
                self.meet(place, left, variables);
                self.meet(place, right, variables);
            }
        }
    }
}
