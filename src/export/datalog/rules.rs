//! One rule as Datalog rules: its body literal by literal, then its head.
//!
//! Expressions are taken apart, one operation a variable, each kept within the range. Nothing in a body can err, so it does not
//! matter in which order Soufflé takes its literals.

use super::types::{Type, Types};
use super::{MOST, MOST_TERM, MOST_TERMS, Names, Unsupported, constant, declare};
use crate::program::rule::{AggregateFunction, BinaryOperator, Comparator};
use crate::program::{
    Aggregate, Condition, Destination, Expr, HeadTerm, NegatedAtom, NegatedTerm, Program, RelationId, Rule, RuleKind,
    Term, Value, VariableId,
};
use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What has been written, and the names in it.
pub(super) struct Written {
    pub(super) network: String,
    pub(super) beyond: String,
    pub(super) names: Names,
    pub(super) types: Types,
    pub(super) text: String,
    /// Whether some rule of `beyond` was written.
    pub(super) guarded: bool,
}

/// Writes rule `number` of `program` at the end.
pub(super) fn write(program: &Program, number: usize, written: &mut Written) -> Result<(), Unsupported> {
    let rule = &program.rules[number];
    let kind = match rule.kind {
        RuleKind::Deductive => "",
        RuleKind::Inductive => "@next",
        RuleKind::Async => "@async",
    };
    let _ = writeln!(written.text, "\n// rule {}: {}{kind}", number + 1, program.relation(rule.head.relation).name);
    let location = match rule.location {
        Some(Term::Constant(value)) => constant(program, value)?,
        Some(Term::Variable(variable)) => variable_name(rule, variable),
        Some(Term::Anonymous) | None => "_L".to_string(),
    };
    let mut writer = Writer { program, rule, number, location, written, body: Vec::new(), operations: 0 };
    writer.body()?;
    writer.head()
}

struct Writer<'a> {
    program: &'a Program,
    rule: &'a Rule,
    number: usize,
    location: String,
    written: &'a mut Written,
    /// The literals so far.
    body: Vec<String>,
    /// How many variables were made for results of operations.
    operations: usize,
}

impl Writer<'_> {
    fn body(&mut self) -> Result<(), Unsupported> {
        let rule = self.rule;
        if rule.positive.is_empty() {
            self.body.push(format!("{}({})", self.written.network, self.location));
        }
        for atom in &rule.positive {
            let mut columns = Vec::new();
            for &term in &atom.terms {
                columns.push(match term {
                    Term::Constant(value) => constant(self.program, value)?,
                    Term::Variable(variable) => variable_name(rule, variable),
                    Term::Anonymous => "_".to_string(),
                });
            }
            let literal = self.atom(atom.relation, &self.location, &columns);
            self.body.push(literal);
        }
        for condition in &rule.conditions {
            let literal = match condition {
                Condition::Bind { variable, value, span } => {
                    format!("{} = {}", variable_name(rule, *variable), self.operand(value, *span)?)
                }
                Condition::Compare { comparator, left, right, span, .. } => {
                    let left = self.operand(left, *span)?;
                    let right = self.operand(right, *span)?;
                    format!("{left} {} {right}", sign(*comparator))
                }
            };
            self.body.push(literal);
        }
        for atom in &rule.negative {
            self.negated(atom)?;
        }
        Ok(())
    }

    fn atom(&self, relation: RelationId, location: &str, columns: &[String]) -> String {
        let columns: String = columns.iter().map(|column| format!(",{column}")).collect();
        format!("{}({location}{columns})", self.written.names.relations[relation.0 as usize])
    }

    /// A negated atom. An existential variable that stands in it twice is bound in a relation of its own.
    fn negated(&mut self, atom: &NegatedAtom) -> Result<(), Unsupported> {
        let mut columns = Vec::new();
        let mut met = BTreeSet::new();
        let mut repeated = false;
        for term in &atom.terms {
            columns.push(match term {
                NegatedTerm::Expr(expr) => self.operand(expr, atom.span)?,
                NegatedTerm::Existential(name) => {
                    repeated |= !met.insert(name);
                    "_".to_string()
                }
            });
        }
        if !repeated {
            let literal = self.atom(atom.relation, &self.location, &columns);
            self.body.push(format!("!{literal}"));
            return Ok(());
        }
        let some = self.written.names.fresh(&format!("some_{}", self.number + 1));
        let all = self.written.types.columns(atom.relation);
        let mut types = vec![all[0]];
        let mut bound = Vec::new();
        let mut pattern = Vec::new();
        let mut values = vec![self.location.clone()];
        for (at, (term, value)) in atom.terms.iter().zip(columns).enumerate() {
            match term {
                NegatedTerm::Expr(_) => {
                    types.push(all[at + 1]);
                    bound.push(format!("_C{at}"));
                    pattern.push(format!("_C{at}"));
                    values.push(value);
                }
                NegatedTerm::Existential(name) => pattern.push(format!("_E{name}")),
            }
        }
        declare(&mut self.written.text, &some, &types);
        let found = self.atom(atom.relation, "_N", &pattern);
        let bound: String = bound.iter().map(|column| format!(",{column}")).collect();
        let _ = writeln!(self.written.text, "{some}(_N{bound}) :- {found}.");
        self.body.push(format!("!{some}({})", values.join(",")));
        Ok(())
    }

    /// The value of an expression, after literals that compute it.
    fn operand(&mut self, expr: &Expr, span: Span) -> Result<String, Unsupported> {
        let operation = match expr {
            Expr::Constant(value) => return constant(self.program, *value),
            Expr::Variable(variable) => return Ok(variable_name(self.rule, *variable)),
            Expr::Negate(operand) => format!("0 - {}", self.operand(operand, span)?),
            Expr::Binary(operator, left, right) => {
                let factors = [constant_integer(left), constant_integer(right)];
                let left = self.operand(left, span)?;
                let right = self.operand(right, span)?;
                match (operator, factors) {
                    (BinaryOperator::Add, _) => format!("{left} + {right}"),
                    (BinaryOperator::Subtract, _) => format!("{left} - {right}"),
                    (BinaryOperator::Multiply, [factor, other]) => {
                        let (factor, unknown) = match (factor, other) {
                            (Some(factor), _) => (factor, &right),
                            (None, Some(factor)) => (factor, &left),
                            (None, None) => return Err(Unsupported::Operation(span)),
                        };
                        let room = MOST / factor.abs().max(1);
                        self.within(unknown, room);
                        format!("{left} * {right}")
                    }
                    (BinaryOperator::Divide, [_, Some(divisor)]) if divisor != 0 => format!("{left} / {right}"),
                    (BinaryOperator::Remainder, [_, Some(divisor)]) if divisor != 0 => format!("{left} % {right}"),
                    (BinaryOperator::Divide | BinaryOperator::Remainder, _) => {
                        return Err(Unsupported::Operation(span));
                    }
                }
            }
        };
        let term = format!("_A{}", self.operations);
        self.operations += 1;
        self.body.push(format!("{term} = {operation}"));
        // Of operands within the range, products kept to their room and quotients are within it too.
        if matches!(expr, Expr::Binary(BinaryOperator::Add | BinaryOperator::Subtract, ..)) {
            self.within(&term, MOST);
        }
        Ok(term)
    }

    /// Drops bindings with a value outside ±`room`, and has a fact of `beyond` for them.
    fn within(&mut self, term: &str, room: i64) {
        for outside in [format!("{term} > {room}"), format!("{term} < -{room}")] {
            self.is_beyond(&format!("{}, {outside}", self.body.join(", ")));
        }
        self.body.push(format!("{term} <= {room}"));
        self.body.push(format!("{term} >= -{room}"));
    }

    fn is_beyond(&mut self, body: &str) {
        self.written.guarded = true;
        let _ = writeln!(self.written.text, "{}({}) :- {body}.", self.written.beyond, self.number + 1);
    }

    fn head(&mut self) -> Result<(), Unsupported> {
        let head = &self.rule.head;
        let destination = match &head.destination {
            Destination::Here => self.location.clone(),
            Destination::At(expr) => {
                // What is sent to no node arrives nowhere.
                let node = self.operand(expr, head.span)?;
                self.body.push(format!("{}({node})", self.written.network));
                node
            }
            Destination::Everywhere => {
                self.body.push(format!("{}(_N)", self.written.network));
                "_N".to_string()
            }
        };
        if head.is_aggregated() {
            return self.aggregated(destination);
        }
        let mut columns = Vec::new();
        for term in &head.terms {
            if let HeadTerm::Expr(expr) = term {
                columns.push(self.operand(expr, head.span)?);
            }
        }
        let derived = self.atom(head.relation, &destination, &columns);
        let _ = writeln!(self.written.text, "{derived} :- {}.", self.body.join(", "));
        Ok(())
    }

    /// A head with aggregates. For each a relation `group(group, tuple)` of the bindings as far as they matter to it; then the
    /// head, once for each group. A group without bindings has no row.
    fn aggregated(&mut self, destination: String) -> Result<(), Unsupported> {
        let rule = self.rule;
        let all = self.written.types.columns(rule.head.relation).to_vec();
        let mut keys = vec![destination];
        let mut key_types = vec![all[0]];
        for (at, term) in rule.head.terms.iter().enumerate() {
            if let HeadTerm::Expr(expr) = term {
                keys.push(self.operand(expr, rule.head.span)?);
                key_types.push(all[at + 1]);
            }
        }
        let group: Vec<String> = (0..keys.len()).map(|key| format!("_K{key}")).collect();
        let mut group_columns = group.iter().skip(1).cloned();
        let mut columns = Vec::new();
        let mut body = Vec::new();
        let bindings = self.body.join(", ");
        for term in &rule.head.terms {
            let HeadTerm::Aggregate(aggregate) = term else {
                columns.extend(group_columns.next());
                continue;
            };
            let Aggregate { function, variable, keys: tuple } = aggregate;
            let tuple: Vec<VariableId> = std::iter::once(variable).chain(tuple).copied().collect();
            let tuple_types = tuple.iter().map(|&variable| self.written.types.variable(self.number, variable));
            let types: Vec<Type> = key_types.iter().copied().chain(tuple_types).collect();
            let name = self.written.names.fresh(&format!("group_{}_{}", self.number + 1, columns.len() + 1));
            declare(&mut self.written.text, &name, &types);
            let bound: Vec<String> =
                keys.iter().cloned().chain(tuple.iter().map(|&variable| variable_name(rule, variable))).collect();
            let _ = writeln!(self.written.text, "{name}({}) :- {bindings}.", bound.join(","));

            let among = |first: &str| {
                let rest = std::iter::repeat_n("_", tuple.len() - 1);
                let columns: Vec<&str> = group.iter().map(String::as_str).chain([first]).chain(rest).collect();
                format!("{name}({})", columns.join(","))
            };
            let value = format!("_S{}", columns.len());
            let term = format!("_V{}", columns.len());
            let (any, of_term) = (among("_"), among(&term));
            let computed = match function {
                AggregateFunction::Count => format!("count : {{ {any} }}"),
                AggregateFunction::Min | AggregateFunction::Max if types[keys.len()] == Type::Symbol => {
                    return Err(Unsupported::Extreme(rule.head.span));
                }
                AggregateFunction::Min => format!("min {term} : {{ {of_term} }}"),
                AggregateFunction::Max => format!("max {term} : {{ {of_term} }}"),
                AggregateFunction::Sum => {
                    for outside in [format!("{term} > {MOST_TERM}"), format!("{term} < -{MOST_TERM}")] {
                        self.is_beyond(&format!("{of_term}, {outside}"));
                    }
                    self.is_beyond(&format!("{any}, _M = count : {{ {any} }}, _M > {MOST_TERMS}"));
                    format!("sum {term} : {{ {of_term} }}")
                }
            };
            body.push(any);
            body.push(format!("{value} = {computed}"));
            columns.push(value);
        }
        let derived = self.atom(rule.head.relation, &group[0], &columns);
        let _ = writeln!(self.written.text, "{derived} :- {}.", body.join(", "));
        Ok(())
    }
}

fn sign(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::Eq => "=",
        Comparator::Ne => "!=",
        Comparator::Lt => "<",
        Comparator::Le => "<=",
        Comparator::Gt => ">",
        Comparator::Ge => ">=",
    }
}

fn constant_integer(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Constant(Value::Int(i)) => Some(*i),
        Expr::Negate(operand) => constant_integer(operand).and_then(i64::checked_neg),
        _ => None,
    }
}

fn variable_name(rule: &Rule, variable: VariableId) -> String {
    let name = &rule.variables[variable.0 as usize];
    let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.clone() } else { format!("_X{}", variable.0) }
}
