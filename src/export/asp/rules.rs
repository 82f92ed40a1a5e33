//! One rule as answer-set rules: its body literal by literal in the order of evaluation, what can err on the way, its head.
//!
//! Expressions are taken apart, one operation a variable, so that the literals before an operation say for which
//! bindings it is evaluated. Where these make it err, `fault(T)` holds; where its value leaves the range of the
//! answer-set reading, `beyond(T)` holds and the binding is dropped.
//!
//! Variables of the rule keep their names if they begin with a capital; all others, and those made here, begin with `_`.

use super::{MOST, MOST_TERM, Unsupported, fact_of, value_term};
use crate::program::rule::{AggregateFunction, BinaryOperator, Comparator};
use crate::program::{
    Aggregate, Condition, Destination, Expr, HeadTerm, NegatedAtom, NegatedTerm, Program, Rule, RuleKind, Term,
    VariableId,
};
use std::fmt::Write as _;
use std::ops::Range;

/// Writes rule `number` of `program` at the end of `text`.
pub(super) fn write(program: &Program, number: usize, text: &mut String) -> Result<(), Unsupported> {
    let rule = &program.rules[number];
    let kind = match rule.kind {
        RuleKind::Deductive => "",
        RuleKind::Inductive => "@next",
        RuleKind::Async => "@async",
    };
    let _ = writeln!(text, "\n% rule {}: {}{kind}", number + 1, program.relation(rule.head.relation).name);
    let location = match rule.location {
        Some(Term::Constant(value)) => value_term(program, value)?,
        Some(Term::Variable(variable)) => variable_name(rule, variable),
        Some(Term::Anonymous) | None => "_L".to_string(),
    };
    let body = vec![format!("steps(_T,{location})")];
    let mut writer = Writer { program, rule, number, location, text, body, operations: 0 };
    writer.body()?;
    writer.head()
}

struct Writer<'a> {
    program: &'a Program,
    rule: &'a Rule,
    number: usize,
    /// The node that steps.
    location: String,
    /// Finished rules.
    text: &'a mut String,
    /// The literals so far.
    body: Vec<String>,
    /// How many variables were made for results of operations.
    operations: usize,
}

/// A constant, or a bound variable.
struct Operand {
    term: String,
    /// It cannot be a symbol.
    integer: bool,
}

impl Writer<'_> {
    fn body(&mut self) -> Result<(), Unsupported> {
        let rule = self.rule;
        for atom in &rule.positive {
            let columns: Result<Vec<String>, _> = atom.terms.iter().map(|&term| self.column(term)).collect();
            self.body.push(format!("holds(_T,{})", fact_of(self.program, atom.relation, &columns?)));
        }
        for condition in &rule.conditions {
            self.condition(condition)?;
        }
        for (place, atom) in rule.negative.iter().enumerate() {
            self.negated(place, atom)?;
        }
        Ok(())
    }

    fn column(&self, term: Term) -> Result<String, Unsupported> {
        match term {
            Term::Constant(value) => value_term(self.program, value),
            Term::Variable(variable) => Ok(variable_name(self.rule, variable)),
            Term::Anonymous => Ok("_".to_string()),
        }
    }

    fn condition(&mut self, condition: &Condition) -> Result<(), Unsupported> {
        match condition {
            Condition::Bind { variable, value, .. } => {
                let value = self.operand(value)?.term;
                self.body.push(format!("{} = {value}", variable_name(self.rule, *variable)));
            }
            Condition::Compare { comparator, left, right, checked, .. } => {
                let left = self.operand(left)?;
                let right = self.operand(right)?;
                let (sign, orders) = match comparator {
                    Comparator::Eq => ("=", false),
                    Comparator::Ne => ("!=", false),
                    Comparator::Lt => ("<", true),
                    Comparator::Le => ("<=", true),
                    Comparator::Gt => (">", true),
                    Comparator::Ge => (">=", true),
                };
                let (left_term, right_term) = (&left.term, &right.term);
                if *checked && orders {
                    for (integer, symbol) in [(&left, &right), (&right, &left)] {
                        if !symbol.integer {
                            self.when("fault", &[is_integer(&integer.term), is_symbol(&symbol.term)]);
                        }
                    }
                }
                self.body.push(format!("{left_term} {sign} {right_term}"));
            }
        }
        Ok(())
    }

    /// A negated atom; with existential columns, that no fact has the other ones.
    fn negated(&mut self, place: usize, atom: &NegatedAtom) -> Result<(), Unsupported> {
        let mut values = Vec::new();
        let mut bound = Vec::new();
        let mut columns = Vec::new();
        for (column, term) in atom.terms.iter().enumerate() {
            match term {
                NegatedTerm::Expr(expr) => {
                    values.push(self.operand(expr)?.term);
                    bound.push(format!("_C{column}"));
                    columns.push(format!("_C{column}"));
                }
                NegatedTerm::Existential(number) => columns.push(format!("_E{number}")),
            }
        }
        if values.len() == atom.terms.len() {
            self.body.push(format!("not holds(_T,{})", fact_of(self.program, atom.relation, &values)));
            return Ok(());
        }
        let some = format!("some_{}_{}", self.number + 1, place + 1);
        let fact = fact_of(self.program, atom.relation, &columns);
        let _ = writeln!(self.text, "{} :- holds(_T,{fact}).", timed(&some, &bound));
        self.body.push(format!("not {}", timed(&some, &values)));
        Ok(())
    }

    /// The value of an expression, after literals that compute it.
    fn operand(&mut self, expr: &Expr) -> Result<Operand, Unsupported> {
        match expr {
            Expr::Constant(value) => {
                let term = value_term(self.program, *value)?;
                Ok(Operand { integer: !term.starts_with('"'), term })
            }
            Expr::Variable(variable) => Ok(Operand { term: variable_name(self.rule, *variable), integer: false }),
            Expr::Negate(operand) => {
                let operand = self.operand(operand)?;
                self.must_be_integer(&operand);
                Ok(self.result(&format!("0-({})", operand.term)))
            }
            Expr::Binary(operator, left, right) => {
                let left = self.operand(left)?;
                let right = self.operand(right)?;
                self.must_be_integer(&left);
                self.must_be_integer(&right);
                let (left, right) = (left.term, right.term);
                let sign = match operator {
                    BinaryOperator::Add => "+",
                    BinaryOperator::Subtract => "-",
                    BinaryOperator::Multiply => {
                        // Stricter than need be, and cannot itself wrap or divide by zero.
                        let room = format!("{MOST}/(|{right}|+1)");
                        self.when("beyond", &[format!("|{left}| > {room}")]);
                        self.body.push(format!("|{left}| <= {room}"));
                        "*"
                    }
                    BinaryOperator::Divide => "/",
                    BinaryOperator::Remainder => "\\",
                };
                if matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder) {
                    self.when("fault", &[format!("{right} = 0")]);
                    self.body.push(format!("{right} != 0"));
                }
                Ok(self.result(&format!("({left}){sign}({right})")))
            }
        }
    }

    fn must_be_integer(&mut self, operand: &Operand) {
        if !operand.integer {
            self.when("fault", &[is_symbol(&operand.term)]);
            self.body.push(is_integer(&operand.term));
        }
    }

    /// A new variable for the result of an operation, kept within the range.
    fn result(&mut self, operation: &str) -> Operand {
        let term = format!("_A{}", self.operations);
        self.operations += 1;
        self.body.push(format!("{term} = {operation}"));
        self.when("beyond", &[format!("|{term}| > {MOST}")]);
        self.body.push(format!("|{term}| <= {MOST}"));
        Operand { term, integer: true }
    }

    /// A rule that marks the transition if the literals so far and `more` hold.
    fn when(&mut self, mark: &str, more: &[String]) {
        let body: Vec<&str> = self.body.iter().chain(more).map(String::as_str).collect();
        let _ = writeln!(self.text, "{mark}(_T) :- {}.", body.join(", "));
    }

    fn head(&mut self) -> Result<(), Unsupported> {
        let head = &self.rule.head;
        let destination = match &head.destination {
            Destination::Here => Some(self.location.clone()),
            Destination::At(expr) => Some(self.operand(expr)?.term),
            Destination::Everywhere => None,
        };
        let mut plain = Vec::new();
        for term in &head.terms {
            if let HeadTerm::Expr(expr) = term {
                plain.push(self.operand(expr)?.term);
            }
        }
        if head.is_aggregated() {
            self.aggregated(destination, plain);
        } else {
            let derived = self.derived(destination, &plain);
            let _ = writeln!(self.text, "{derived} :- {}.", self.body.join(", "));
        }
        Ok(())
    }

    /// The atom that the rule derives; the body gains a literal if it is sent everywhere.
    fn derived(&mut self, destination: Option<String>, columns: &[String]) -> String {
        let fact = fact_of(self.program, self.rule.head.relation, columns);
        match self.rule.kind {
            RuleKind::Deductive => format!("holds(_T,{fact})"),
            RuleKind::Inductive => format!("keeps(_T,{fact})"),
            RuleKind::Async => {
                let addressee = destination.unwrap_or_else(|| {
                    self.body.push("node(_N)".to_string());
                    "_N".to_string()
                });
                format!("sends(_T,{addressee},{fact})")
            }
        }
    }

    /// A head with aggregates. First the bindings as far as they matter, `group(T, group, tuples of each aggregate)`; then
    /// the head, once for each group, from aggregates over these. A group without bindings has no row.
    fn aggregated(&mut self, destination: Option<String>, plain: Vec<String>) {
        let rule = self.rule;
        let predicate = format!("group_{}", self.number + 1);
        let own = destination.is_some();
        let keys: Vec<String> = destination.into_iter().chain(plain).collect();
        let mut arguments = keys.clone();
        // For each column of the head, the arguments of `group` that it ranges over, if it is an aggregate.
        let mut ranges = Vec::new();
        for term in &rule.head.terms {
            let from = arguments.len();
            if let HeadTerm::Aggregate(Aggregate { variable, keys, .. }) = term {
                let tuple = std::iter::once(variable).chain(keys);
                arguments.extend(tuple.map(|&variable| variable_name(rule, variable)));
            }
            ranges.push(from..arguments.len());
        }
        let _ = writeln!(self.text, "{} :- {}.", timed(&predicate, &arguments), self.body.join(", "));

        let group: Vec<String> = (0..keys.len()).map(|key| format!("_K{key}")).collect();
        let atom = |shown: &Range<usize>| {
            let rest = (keys.len()..arguments.len())
                .map(|at| if shown.contains(&at) { format!("_V{at}") } else { "_".to_string() });
            timed(&predicate, &group.iter().cloned().chain(rest).collect::<Vec<_>>())
        };
        self.body = vec![atom(&(0..0))];
        let mut group_columns = group.iter().skip(usize::from(own)).cloned();
        let mut columns = Vec::new();
        for (term, range) in rule.head.terms.iter().zip(ranges) {
            let HeadTerm::Aggregate(aggregate) = term else {
                columns.extend(group_columns.next());
                continue;
            };
            let first = format!("_V{}", range.start);
            let tuple: Vec<String> = range.clone().map(|at| format!("_V{at}")).collect();
            let mut among = atom(&range);
            let function = match aggregate.function {
                AggregateFunction::Count => "#count",
                AggregateFunction::Min => "#min",
                AggregateFunction::Max => "#max",
                AggregateFunction::Sum => {
                    let _ = writeln!(self.text, "fault(_T) :- {among}, {}.", is_symbol(&first));
                    let _ = writeln!(self.text, "beyond(_T) :- {among}, |{first}| > {MOST_TERM}.");
                    let _ = write!(among, ", |{first}| <= {MOST_TERM}");
                    "#sum"
                }
            };
            let value = format!("_S{}", columns.len());
            self.body.push(format!("{value} = {function} {{ {} : {among} }}", tuple.join(",")));
            columns.push(value);
        }
        let derived = self.derived(own.then(|| "_K0".to_string()), &columns);
        let _ = writeln!(self.text, "{derived} :- {}.", self.body.join(", "));
    }
}

/// An atom of a predicate made for one rule.
fn timed(predicate: &str, arguments: &[String]) -> String {
    let arguments: String = arguments.iter().map(|argument| format!(",{argument}")).collect();
    format!("{predicate}(_T{arguments})")
}

/// Integers lie below strings, and the empty string is the least of these.
fn is_integer(term: &str) -> String {
    format!("{term} < \"\"")
}

fn is_symbol(term: &str) -> String {
    format!("{term} >= \"\"")
}

fn variable_name(rule: &Rule, variable: VariableId) -> String {
    let name = &rule.variables[variable.0 as usize];
    let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.clone() } else { format!("_X{}", variable.0) }
}
