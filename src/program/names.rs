//! How values and facts are written: as the program spells them (interface, *JSON*).

use super::{Fact, NodeId, Program, RelationId, Spelling, Value};
pub use crate::syntax::print::quote;
use std::fmt::{self, Write as _};

/// A value by name: the same in programs whose symbols have other numbers. The derived order is the language's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A 64-bit integer.
    Int(i64),
    /// A symbol.
    Symbol(String),
}

/// As the program would write it.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Int(integer) => integer.fmt(f),
            Name::Symbol(symbol) => f.write_str(&quote(symbol)),
        }
    }
}

impl Program {
    /// The name of a value.
    pub fn name(&self, value: Value) -> Name {
        match value {
            Value::Int(integer) => Name::Int(integer),
            Value::Symbol(id) => Name::Symbol(self.symbols.name(id).to_string()),
        }
    }

    /// A value: an integer, a plain lower-case identifier, or a quoted symbol.
    pub fn show_value(&self, value: Value) -> String {
        match value {
            Value::Int(i) => i.to_string(),
            Value::Symbol(id) => quote(self.symbols.name(id)),
        }
    }

    /// A node's name.
    pub fn show_node(&self, node: NodeId) -> String {
        self.show_value(self.node_value(node))
    }

    /// A fact with its location: `r(#n1, a, 2)` in the hash spelling, `r(n1, a, 2)` with first-column location.
    pub fn show_fact(&self, node: NodeId, fact: &Fact) -> String {
        self.show_at(fact.relation, self.node_value(node), &fact.values)
    }

    /// A fact of a global snapshot: its first value is its location.
    pub fn show_global_fact(&self, fact: &Fact) -> String {
        match fact.values.split_first() {
            Some((&location, rest)) => self.show_at(fact.relation, location, rest),
            None => format!("{}()", self.relation(fact.relation).name),
        }
    }

    fn show_at(&self, relation: RelationId, location: Value, values: &[Value]) -> String {
        let mark = match self.spelling {
            Spelling::Hash => "#",
            Spelling::FirstColumn => "",
        };
        let mut text = format!("{}({mark}{}", self.relation(relation).name, self.show_value(location));
        for &value in values {
            let _ = write!(text, ", {}", self.show_value(value));
        }
        text.push(')');
        text
    }
}
