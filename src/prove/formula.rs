//! Rules as first-order formulas, in SMT-LIB.
//!
//! A relation at some moment is a predicate over values; the location is no column, and all of a formula is about one node, `self`. A rule is the formula
//! that says of a row whether the rule derives it: its body, with the variables that the head does not bind quantified. `min` and `max` are said as
//! "in the group, and none less". Values are a total order without more, or integers where rules compute (`theories/values.smt2`,
//! `theories/integers.smt2`); symbols are constants whose places in the order are all that is known of them. So each finite set of values of an instance is
//! found in some model, and what holds of all models holds of all instances. What is said of arithmetic holds of instances in which no
//! rule errs and no integer leaves 64 bits.

mod mentions;
mod script;

pub use script::{Script, and, apply, for_all, formal, or, subsets};

use super::theory::{INTEGERS, VALUES};
use crate::program::rule::{AggregateFunction, BinaryOperator, Comparator};
use crate::program::{
    Condition, Destination, Expr, HeadTerm, NegatedAtom, NegatedTerm, Program, RelationId, Rule, RuleKind, Term, Value,
};
use mentions::{Beyond, Mentions, variable_of};
use script::exists;
use std::collections::{BTreeMap, BTreeSet};

/// Why a rule has no formula here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NoFormula {
    /// `count` or `sum`.
    #[error("counts and sums are not first-order")]
    Counts,
    /// Several aggregates in one head.
    #[error("a head with several aggregates is not covered")]
    Aggregates,
    /// A relation that depends on itself within one step.
    #[error("recursion within a step is not first-order")]
    Recursion,
}

/// The names that a program's formulas use.
#[derive(Debug)]
pub struct Vocabulary {
    /// By relation, as an SMT-LIB symbol may contain it.
    names: Vec<String>,
    constants: BTreeMap<Value, String>,
    computes: bool,
    orders: bool,
    /// Where rules ask for a row that is beyond another.
    beyond: BTreeSet<Beyond>,
    /// Whether a rule looks at the node where it is evaluated.
    located: bool,
}

impl Vocabulary {
    /// The names of what these rules mention.
    pub fn new<'r>(program: &Program, rules: impl Iterator<Item = &'r Rule>) -> Self {
        let mut names: Vec<String> = Vec::with_capacity(program.relations.len());
        for (index, relation) in program.relations.iter().enumerate() {
            let plain = relation.name.chars().all(|c| c.is_ascii_alphanumeric() || "_?.@".contains(c));
            let taken = !plain || program.relations[..index].iter().any(|other| other.name == relation.name);
            names.push(if taken { format!("relation.{index}") } else { relation.name.clone() });
        }
        let mut mentions = Mentions::default();
        for rule in rules {
            mentions.rule(rule);
        }
        let Mentions { values, computes, orders, beyond, located } = mentions;
        let name = |value: Value| match value {
            Value::Int(integer) if computes && integer < 0 => format!("(- {})", integer.unsigned_abs()),
            Value::Int(integer) if computes => integer.to_string(),
            Value::Int(integer) => format!("number.{integer}"),
            Value::Symbol(id) => {
                let symbol = program.symbols.name(id);
                let plain = !symbol.is_empty() && symbol.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if plain { format!("symbol.{symbol}") } else { format!("symbol..{}", id.0) }
            }
        };
        let constants = values.into_iter().map(|value| (value, name(value))).collect();
        Vocabulary { names, constants, computes, orders, beyond, located }
    }

    /// A relation at a moment.
    pub fn name(&self, moment: &str, relation: RelationId) -> String {
        format!("{moment}.{}", self.names[relation.0 as usize])
    }

    /// The theory of values, the node, and the constants with their order.
    pub fn preamble(&self) -> Script {
        let mut script = match (self.computes, self.orders) {
            (true, _) => Script::theory(INTEGERS),
            (false, true) => Script::theory(VALUES),
            (false, false) => Script::of("(declare-sort Value 0)\n", 0),
        };
        script.constants(&["self".to_string()]);
        let declared: Vec<String> = self
            .constants
            .iter()
            .filter(|(value, _)| !self.computes || matches!(value, Value::Symbol(_)))
            .map(|(_, name)| name.clone())
            .collect();
        script.constants(&declared);
        if self.computes || self.orders {
            if self.computes
                && let Some(first) = declared.first()
            {
                script.assert(&format!("(le first-symbol {first})"));
            }
            for pair in declared.windows(2) {
                script.assert(&format!("(lt {} {})", pair[0], pair[1]));
            }
        } else if declared.len() > 1 {
            script.assert(&format!("(distinct {})", declared.join(" ")));
        }
        script
    }

    /// Adds that a relation is a finite set, as far as rules ask for rows that are beyond others: see [`Script::extreme`].
    pub fn finite(&self, script: &mut Script, name: &str, relation: RelationId, arity: usize) {
        for beyond in self.beyond.iter().filter(|beyond| beyond.relation == relation) {
            script.extreme(name, arity, beyond.column, &beyond.key, beyond.greatest);
        }
    }

    /// Whether rules look at the node where they are evaluated.
    pub fn is_located(&self) -> bool {
        self.located
    }

    /// Whether rules order values.
    pub fn is_ordered(&self) -> bool {
        self.computes || self.orders
    }

    /// The constants with their names, in order.
    pub fn constants(&self) -> impl Iterator<Item = (Value, &str)> {
        self.constants.iter().map(|(value, name)| (*value, name.as_str()))
    }

    /// A formula that says whether the rule derives a row `a0`, `a1`, …, in which the addressee of an async rule is the last; `read` says whether a row is in a relation.
    /// What an aggregate ranges over gets a predicate of its own, called by `group` and the rule's column.
    ///
    /// # Errors
    /// If the rule has no formula.
    pub fn derives(
        &self,
        script: &mut Script,
        rule: &Rule,
        group: &str,
        read: &dyn Fn(RelationId, &[String]) -> String,
    ) -> Result<String, NoFormula> {
        let arity = rule.head.terms.len() + usize::from(rule.kind == RuleKind::Async);
        let row: Vec<String> = (0..arity).map(formal).collect();
        let aggregates: Vec<(usize, AggregateFunction)> = (rule.head.terms.iter().enumerate())
            .filter_map(|(column, term)| match term {
                HeadTerm::Aggregate(aggregate) => Some((column, aggregate.function)),
                HeadTerm::Expr(_) => None,
            })
            .collect();
        let body = self.body(rule, &row, read);
        let &[(column, function)] = aggregates.as_slice() else {
            return if aggregates.is_empty() { Ok(body) } else { Err(NoFormula::Aggregates) };
        };
        let better = match function {
            AggregateFunction::Min => format!("(lt other {})", row[column]),
            AggregateFunction::Max => format!("(lt {} other)", row[column]),
            AggregateFunction::Count | AggregateFunction::Sum => return Err(NoFormula::Counts),
        };
        script.definition(group, arity, &body);
        let key: Vec<usize> = (0..arity).filter(|other| *other != column).collect();
        script.extreme(group, arity, column, &key, function == AggregateFunction::Max);
        let mut with_other = row.clone();
        with_other[column] = "other".to_string();
        let beaten = exists(&["other".to_string()], &and(&[apply(group, &with_other), better]));
        Ok(and(&[apply(group, &row), format!("(not {beaten})")]))
    }

    /// The body, with the aggregated variable as a column.
    fn body(&self, rule: &Rule, row: &[String], read: &dyn Fn(RelationId, &[String]) -> String) -> String {
        let addressee = row.get(rule.head.terms.len()).map(String::as_str);
        let mut scope = Scope { vocabulary: self, rule, names: vec![None; rule.variables.len()], bound: Vec::new() };
        let mut parts = Vec::new();
        match &rule.location {
            Some(Term::Variable(variable)) => scope.names[variable.0 as usize] = Some("self".to_string()),
            Some(Term::Constant(value)) => parts.push(format!("(= self {})", self.constants[value])),
            Some(Term::Anonymous) | None => {}
        }
        let mut columns: Vec<(Expr, &str)> = Vec::new();
        for (term, argument) in rule.head.terms.iter().zip(row) {
            columns.push(match term {
                HeadTerm::Expr(expr) => (expr.clone(), argument),
                HeadTerm::Aggregate(aggregate) => (Expr::Variable(aggregate.variable), argument),
            });
        }
        match (&rule.head.destination, addressee) {
            (Destination::At(expr), Some(addressee)) => columns.push((expr.clone(), addressee)),
            (Destination::Here, Some(addressee)) => parts.push(format!("(= self {addressee})")),
            (Destination::At(_) | Destination::Here | Destination::Everywhere, _) => {}
        }
        let columns = scope.take_from_head(columns);
        for atom in &rule.positive {
            let arguments: Vec<String> = atom.terms.iter().map(|term| scope.term(*term)).collect();
            parts.push(read(atom.relation, &arguments));
        }
        for condition in &rule.conditions {
            match condition {
                Condition::Compare { comparator, left, right, .. } => {
                    parts.push(compare(*comparator, &scope.expression(left), &scope.expression(right)));
                }
                Condition::Bind { variable, value, .. } => {
                    scope.names[variable.0 as usize] = Some(scope.expression(value));
                }
            }
        }
        for atom in &rule.negative {
            parts.push(scope.absent(atom, read));
        }
        for (expr, argument) in columns {
            parts.push(format!("(= {argument} {})", scope.expression(&expr)));
        }
        exists(&scope.bound, &and(&parts))
    }
}

/// What the variables of a body are called.
struct Scope<'a> {
    vocabulary: &'a Vocabulary,
    rule: &'a Rule,
    names: Vec<Option<String>>,
    /// Those that are quantified.
    bound: Vec<String>,
}

impl Scope<'_> {
    /// Names variables of atoms after the head's columns in which they stand; what is left are columns that must equal an expression.
    fn take_from_head<'c>(&mut self, columns: Vec<(Expr, &'c str)>) -> Vec<(Expr, &'c str)> {
        let in_atoms: BTreeSet<u32> =
            self.rule.positive.iter().flat_map(|atom| &atom.terms).filter_map(variable_of).collect();
        let mut left = Vec::new();
        for (expr, argument) in columns {
            match &expr {
                Expr::Variable(variable)
                    if in_atoms.contains(&variable.0) && self.names[variable.0 as usize].is_none() =>
                {
                    self.names[variable.0 as usize] = Some(argument.to_string());
                }
                _ => left.push((expr, argument)),
            }
        }
        left
    }

    fn fresh(&mut self) -> String {
        let name = format!("x{}", self.bound.len());
        self.bound.push(name.clone());
        name
    }

    fn term(&mut self, term: Term) -> String {
        match term {
            Term::Constant(value) => self.vocabulary.constants[&value].clone(),
            Term::Anonymous => self.fresh(),
            Term::Variable(variable) => {
                if let Some(name) = &self.names[variable.0 as usize] {
                    return name.clone();
                }
                let name = self.fresh();
                self.names[variable.0 as usize] = Some(name.clone());
                name
            }
        }
    }

    /// An expression over bound variables.
    fn expression(&self, expr: &Expr) -> String {
        match expr {
            Expr::Constant(value) => self.vocabulary.constants[value].clone(),
            Expr::Variable(variable) => self.names[variable.0 as usize]
                .clone()
                .expect("internal error: a rule whose variables are not bound in its order"),
            Expr::Negate(inner) => format!("(- {})", self.expression(inner)),
            Expr::Binary(operator, left, right) => {
                let operator = match operator {
                    BinaryOperator::Add => "+",
                    BinaryOperator::Subtract => "-",
                    BinaryOperator::Multiply => "*",
                    BinaryOperator::Divide => "quotient",
                    BinaryOperator::Remainder => "remainder",
                };
                format!("({operator} {} {})", self.expression(left), self.expression(right))
            }
        }
    }

    fn absent(&self, atom: &NegatedAtom, read: &dyn Fn(RelationId, &[String]) -> String) -> String {
        let mut existential = BTreeSet::new();
        let arguments: Vec<String> = (atom.terms.iter())
            .map(|term| match term {
                NegatedTerm::Expr(expr) => self.expression(expr),
                NegatedTerm::Existential(number) => {
                    existential.insert(format!("e{number}"));
                    format!("e{number}")
                }
            })
            .collect();
        let existential: Vec<String> = existential.into_iter().collect();
        format!("(not {})", exists(&existential, &read(atom.relation, &arguments)))
    }
}

fn compare(comparator: Comparator, left: &str, right: &str) -> String {
    match comparator {
        Comparator::Eq => format!("(= {left} {right})"),
        Comparator::Ne => format!("(not (= {left} {right}))"),
        Comparator::Lt => format!("(lt {left} {right})"),
        Comparator::Le => format!("(le {left} {right})"),
        Comparator::Gt => format!("(lt {right} {left})"),
        Comparator::Ge => format!("(le {right} {left})"),
    }
}
