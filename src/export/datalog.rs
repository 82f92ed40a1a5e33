//! The Datalog reading of a Dedalus⁺ program, in the syntax of Soufflé: one fixpoint over all nodes at once.
//!
//! Corollary 1 and Lemma 4 of *Confluence analysis for distributed programs*: such a program has one ultimate model, and it is
//! what its rules derive when inductive and async rules are read as deductive. So each relation gets its location as a first
//! column, and each rule stays one rule, but for helpers that aggregates and repeated existential variables need. Negation
//! and aggregation are on EDB relations, so one stratum above them is enough.
//!
//! Soufflé has typed columns and integers that wrap silently, Dedalus has neither. Hence [`types`]: each column and variable gets
//! one type, or the program is refused; then no comparison or operation can err. Integers are read within ±[`MOST`], and operations are linear: a
//! result outside has a fact in the relation `beyond`, and if that has any, the other relations say nothing.

mod rules;
mod types;

use crate::analysis::{Class, Dependencies, classify};
use crate::program::{Program, RelationId, Value};
use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use types::{Type, Types};

/// The greatest absolute value of an integer in the Datalog reading: two of them can be added in 32 bits.
pub const MOST: i64 = 1_000_000_000;

/// The greatest absolute value of a term of a `sum`, and the most terms: all can be added.
const MOST_TERM: i64 = 1_000_000;
const MOST_TERMS: i64 = MOST / MOST_TERM;

/// Words that Soufflé keeps to itself, some only in later versions.
const RESERVED: &str = "\
    as autoinc band bnot bor brie bshl bshr bshru btree btree_delete bxor cat contains count debug_delta eqrel \
    false float ftoi ftou inline itof itou land lnot lor lxor magic match max mean min nil no_inline no_magic \
    number ord overridable override provenance range recursive_iteration_cnt stateful strlen substr sum symbol \
    to_float to_number to_string to_unsigned true unsigned utof utoi";

/// Why a program has no Datalog reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Only in Dedalus⁺ is the Datalog reading the ultimate model of every fair run.
    #[error("a {0} program: only of a dedalus+ program is the Datalog reading the ultimate model of every fair run")]
    Class(&'static str),
    /// Integers and symbols at one place, where Soufflé wants one type.
    #[error("{what} holds integers and symbols; Soufflé wants one type there")]
    Mixed {
        /// A column or variable.
        what: String,
        /// Where that shows; nowhere if it is the names of nodes.
        span: Option<Span>,
    },
    /// An integer is too large.
    #[error("the integer {0} is beyond {MOST}, the greatest that the Datalog reading takes")]
    Integer(i64),
    /// A symbol that a Soufflé string cannot hold.
    #[error("the symbol {0:?} has a quote, a backslash or a control character, which Soufflé's strings do not take")]
    Symbol(String),
    /// A product of unknowns, or a division by one.
    #[error(
        "Soufflé's integers wrap silently: the Datalog reading multiplies and divides by constants other than 0 only"
    )]
    Operation(Span),
    /// An order of symbols that Soufflé's aggregates do not know.
    #[error("Soufflé finds the least and greatest of integers only")]
    Extreme(Span),
}

impl Unsupported {
    /// Where the reason stands in the text, if it is at one place.
    pub fn span(&self) -> Option<Span> {
        match self {
            Unsupported::Mixed { span, .. } => *span,
            Unsupported::Operation(span) | Unsupported::Extreme(span) => Some(*span),
            Unsupported::Class(_) | Unsupported::Integer(_) | Unsupported::Symbol(_) => None,
        }
    }
}

/// The program as Soufflé reads it, with its facts; output relations are printed. Observer rules are left out: they are no part of
/// runs. Linear in the program.
///
/// # Errors
/// If the program has no Datalog reading.
pub fn to_datalog(program: &Program) -> Result<String, Unsupported> {
    let class = classify(program, &Dependencies::of(program)).class;
    if class != Class::DedalusPlus || !program.synchronous.is_empty() {
        return Err(Unsupported::Class(class.name()));
    }
    let types = Types::of(program)?;
    let mut names = Names::new(program);
    let network = names.fresh("network");
    let beyond = names.fresh("beyond");

    let mut text = format!("\n.decl {network}(l: {})\n", types.node());
    for &node in &program.nodes {
        let _ = writeln!(text, "{network}({}).", constant(program, node)?);
    }
    for relation in relations(program) {
        declare(&mut text, &names.relations[relation.0 as usize], types.columns(relation));
        if program.relation(relation).builtin {
            let name = &names.relations[relation.0 as usize];
            let _ = writeln!(text, "{name}(L,N) :- {network}(L), {network}(N).");
        }
    }
    text.push('\n');
    for given in &program.facts {
        if program.relation(given.fact.relation).observer {
            continue;
        }
        let mut columns = vec![constant(program, program.node_value(given.node))?];
        for &value in &given.fact.values {
            columns.push(constant(program, value)?);
        }
        let _ = writeln!(text, "{}({}).", names.relations[given.fact.relation.0 as usize], columns.join(","));
    }
    let mut written = rules::Written { network, beyond, names, types, text, guarded: false };
    for number in 0..program.rules.len() {
        rules::write(program, number, &mut written)?;
    }
    let rules::Written { beyond, names, mut text, guarded, .. } = written;
    text.push('\n');
    for &output in &program.outputs {
        let _ = writeln!(text, ".output {}", names.relations[output.0 as usize]);
    }
    if guarded {
        let _ = writeln!(text, ".output {beyond}");
        declare(&mut text, &beyond, &[Type::Number]);
    }
    Ok(text)
}

/// All but those of observer rules.
fn relations(program: &Program) -> impl Iterator<Item = RelationId> + '_ {
    (0..).map(RelationId).take(program.relations.len()).filter(|&relation| !program.relation(relation).observer)
}

fn declare(text: &mut String, name: &str, types: &[Type]) {
    let columns: Vec<String> = types.iter().enumerate().map(|(at, column)| format!("c{at}: {column}")).collect();
    let _ = writeln!(text, ".decl {name}({})", columns.join(", "));
}

fn constant(program: &Program, value: Value) -> Result<String, Unsupported> {
    match value {
        Value::Int(i) if i.unsigned_abs() > MOST.unsigned_abs() => Err(Unsupported::Integer(i)),
        Value::Int(i) => Ok(i.to_string()),
        Value::Symbol(id) => {
            let symbol = program.symbols.name(id);
            if symbol.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
                return Err(Unsupported::Symbol(symbol.to_string()));
            }
            Ok(format!("\"{symbol}\""))
        }
    }
}

/// The names of relations, no two the same.
struct Names {
    /// By relation.
    relations: Vec<String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Relations keep their names where Soufflé takes them.
    fn new(program: &Program) -> Self {
        let plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !RESERVED.split_whitespace().any(|word| word == name)
        };
        let own = program.relations.iter().map(|relation| relation.name.clone()).filter(|name| plain(name));
        let mut names = Names { relations: Vec::new(), taken: own.collect() };
        let mut kept = BTreeSet::new();
        for relation in &program.relations {
            let name = if plain(&relation.name) && kept.insert(relation.name.clone()) {
                relation.name.clone()
            } else {
                let plain: String =
                    relation.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                names.fresh(&format!("r_{plain}"))
            };
            names.relations.push(name);
        }
        names
    }

    /// A name like `wanted` that nothing has.
    fn fresh(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_string();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}
