//! Values and their total order: integers by number, below symbols; symbols by bytes (semantics §1).

/// A symbol of a [`Symbols`] table. Its number is its rank in byte order, so ids compare as the symbols do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(pub u32);

/// An integer or a symbol. The derived order is the language's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A 64-bit integer.
    Int(i64),
    /// A symbol.
    Symbol(SymbolId),
}

/// The symbols of a program, sorted by bytes. No rule makes a new symbol, so the table is complete once made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols {
    names: Vec<String>,
}

impl Symbols {
    /// The table of these names; duplicates are merged.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        Symbols { names }
    }

    /// The id of a name, if it is in the table.
    pub fn get(&self, name: &str) -> Option<SymbolId> {
        self.names.binary_search_by(|n| n.as_str().cmp(name)).ok().map(|i| SymbolId(i as u32))
    }

    /// The name of a symbol of this table.
    pub fn name(&self, id: SymbolId) -> &str {
        &self.names[id.0 as usize]
    }

    /// Number of symbols.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}
