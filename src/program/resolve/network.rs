//! The nodes of an instance (semantics §1): `--nodes`, else the `nodes` declaration, else the `node(n)` facts of the
//! hash spelling, else the constants in location positions of facts.

use super::constants::Constants;
use super::relations::{Drafts, Place};
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Spelling, Value};
use crate::source::Span;
use crate::syntax::ast::{Argument, Declaration, Expr, ExprKind};
use rustc_hash::FxHashSet;

/// A name given to `--nodes`.
pub enum NodeName {
    Integer(i64),
    Symbol(String),
}

impl NodeName {
    /// The symbol, if it is one.
    pub fn symbol(&self) -> Option<&str> {
        match self {
            NodeName::Symbol(name) => Some(name),
            NodeName::Integer(_) => None,
        }
    }
}

/// Reads the names of `--nodes`, written as in the text: an integer, a lower-case identifier, or a symbol in quotes.
pub fn read_names(names: &[String], diagnostics: &mut Vec<Diagnostic>) -> Vec<NodeName> {
    let mut read = Vec::with_capacity(names.len());
    for name in names {
        match read_name(name.trim()) {
            Some(name) => read.push(name),
            None => diagnostics.push(
                Diagnostic::new(codes::NOT_A_NODE_NAME, format!("`{name}` names no node"))
                    .help("a node is an integer, a name in lower case, or a symbol in double quotes"),
            ),
        }
    }
    read
}

fn read_name(text: &str) -> Option<NodeName> {
    if let Ok(integer) = text.parse() {
        return Some(NodeName::Integer(integer));
    }
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return unescape(inner).map(NodeName::Symbol);
    }
    let mut chars = text.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '?' | '.' | '@'))
        && !matches!(text, "not" | "notin");
    plain.then(|| NodeName::Symbol(text.to_string()))
}

/// The escapes of the language's strings: `\" \\ \n \t \u{…}`.
fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => match chars.next()? {
                '"' => text.push('"'),
                '\\' => text.push('\\'),
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'u' => {
                    let (digits, rest) = chars.as_str().strip_prefix('{')?.split_once('}')?;
                    if digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                        return None;
                    }
                    text.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                    chars = rest.chars();
                }
                _ => return None,
            },
            c => text.push(c),
        }
    }
    Some(text)
}

/// The network, sorted.
pub fn network(
    drafts: &Drafts<'_>,
    given: Option<&[NodeName]>,
    constants: &Constants<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Value> {
    let declared = declared(drafts, constants, diagnostics);
    let listed = listed(drafts, constants);
    let mut nodes: Vec<Value> = match (given, declared) {
        (Some(names), _) => names
            .iter()
            .map(|name| match name {
                NodeName::Integer(i) => Value::Int(*i),
                NodeName::Symbol(name) => constants.symbol(name),
            })
            .collect(),
        (None, Some(nodes)) => {
            let known: FxHashSet<Value> = nodes.iter().copied().collect();
            for (node, span) in &listed {
                if !known.contains(node) {
                    diagnostics.push(
                        Diagnostic::at(
                            codes::NODE_NOT_DECLARED,
                            *span,
                            "a `node` fact names a node that the `nodes` declaration does not",
                            "not in the network",
                        )
                        .help("the declaration is the network; add the node to it or remove the fact"),
                    );
                }
            }
            nodes
        }
        (None, None) if !listed.is_empty() => listed.into_iter().map(|(node, _)| node).collect(),
        (None, None) => drafts.facts.iter().filter_map(|fact| location(&fact.atom.place, constants)).collect(),
    };
    nodes.sort_unstable();
    nodes.dedup();
    if nodes.is_empty() {
        diagnostics.push(
            Diagnostic::new(codes::EMPTY_NETWORK, "the network has no nodes")
                .help("declare them: `nodes n1, n2;`, or name them on the command line: `--nodes n1,n2`"),
        );
    }
    nodes
}

/// The location of a fact, if it is in order.
pub fn location(place: &Place<'_>, constants: &Constants<'_>) -> Option<Value> {
    match place {
        Place::Constant(value) => Some(*value),
        Place::Computed(Argument::Expr(expr)) => constants.evaluate(expr).ok(),
        _ => None,
    }
}

fn declared(drafts: &Drafts<'_>, constants: &Constants<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Value>> {
    let mut nodes: Option<Vec<Value>> = None;
    let mut known: FxHashSet<Value> = FxHashSet::default();
    for declaration in &drafts.declarations {
        let Declaration::Nodes(terms) = declaration else { continue };
        let nodes = nodes.get_or_insert_default();
        for term in terms {
            // The parser has reported what is no constant.
            let Some(value) = constants.value(&term.kind) else { continue };
            if known.insert(value) {
                nodes.push(value);
            } else {
                let message = "a node is declared twice";
                diagnostics.push(Diagnostic::at(codes::DECLARED_TWICE, term.span, message, "declared before"));
            }
        }
    }
    nodes
}

/// The arguments of the `node(n)` facts of the hash spelling.
fn listed(drafts: &Drafts<'_>, constants: &Constants<'_>) -> Vec<(Value, Span)> {
    if drafts.spelling == Spelling::FirstColumn {
        return Vec::new();
    }
    let node = |argument: &Argument| match argument {
        Argument::Expr(Expr { kind: ExprKind::Term(term), .. }) => constants.value(term),
        Argument::Expr(expr) => constants.evaluate(expr).ok(),
        Argument::Aggregate(_) => None,
    };
    drafts
        .facts
        .iter()
        .filter(|fact| drafts.entry(fact.atom.relation).builtin)
        .filter_map(|fact| Some((node(fact.atom.columns.first()?)?, fact.atom.span)))
        .collect()
}
