//! The nodes of an instance (semantics §1): `--nodes`, else the `nodes` declaration, else the `node(n)` facts of the
//! hash spelling, else the constants in location positions of facts.

use super::constants::Constants;
use super::relations::{Drafts, Place};
use super::suggest::nearest;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Destination, Expr as CheckedExpr, Rule, Spelling, Term, Value};
use crate::source::Span;
use crate::syntax::ast::{Argument, Declaration, Expr, ExprKind};
use rustc_hash::FxHashSet;

/// Names of nodes after these are not compared with others.
const MOST_COMPARED: usize = 64;

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
/// Nothing if one of them is malformed: then the rest is checked in the program's own network.
pub fn read_names(names: &[String], diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<NodeName>> {
    let mut read = Vec::with_capacity(names.len());
    if names.is_empty() {
        diagnostics
            .push(Diagnostic::new(codes::NOT_A_NODE_NAME, "`--nodes` names no node").help(
                "name at least one, such as `--nodes a,b`; without the option the program's own network is used",
            ));
    }
    for name in names {
        match read_name(name.trim()) {
            Some(name) => read.push(name),
            None => diagnostics.push(
                Diagnostic::new(codes::NOT_A_NODE_NAME, format!("`{name}` names no node"))
                    .help("a node is an integer, a name in lower case, or a symbol in double quotes"),
            ),
        }
    }
    (!read.is_empty() && read.len() == names.len()).then_some(read)
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

/// The network, sorted. `replaced` says that `--nodes` replaces that of the text, whether its names can be read or not.
pub fn network(
    drafts: &Drafts<'_>,
    given: Option<&[NodeName]>,
    replaced: bool,
    constants: &Constants<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Value> {
    let mut nodes = own(drafts, constants, diagnostics, !replaced);
    if let Some(names) = given {
        let value = |name: &NodeName| match name {
            NodeName::Integer(i) => Value::Int(*i),
            NodeName::Symbol(name) => constants.symbol(name),
        };
        let given: Vec<Value> = names.iter().map(value).collect();
        misspelt(&given, &nodes, constants, diagnostics);
        nodes = given;
    }
    nodes.sort_unstable();
    nodes.dedup();
    if nodes.is_empty() && !replaced {
        diagnostics.push(
            Diagnostic::new(codes::EMPTY_NETWORK, "the network has no nodes")
                .help("declare them: `nodes n1, n2;`, or name them on the command line: `--nodes n1,n2`"),
        );
    }
    nodes
}

/// Warns of a name given to `--nodes` that the program does not know and that is near one that it knows and that is not
/// given.
fn misspelt(given: &[Value], own: &[Value], constants: &Constants<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let names = |values: &[Value], but: &[Value]| -> Vec<String> {
        let symbol = |value: &Value| match value {
            Value::Symbol(id) if !but.contains(value) => Some(constants.symbols.name(*id).to_string()),
            _ => None,
        };
        values.iter().take(MOST_COMPARED).filter_map(symbol).collect()
    };
    let missing = names(own, given);
    for name in names(given, own) {
        if let Some(near) = nearest(&name, missing.iter().map(String::as_str)) {
            diagnostics.push(
                Diagnostic::new(
                    codes::NODE_UNKNOWN,
                    format!("`--nodes` names `{name}`, which is no node of the program's own network"),
                )
                .help(format!("did you mean `{near}`?")),
            );
        }
    }
}

/// The network of the text.
fn own(
    drafts: &Drafts<'_>,
    constants: &Constants<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    in_force: bool,
) -> Vec<Value> {
    let declared = declared(drafts, constants, diagnostics);
    let listed = listed(drafts, constants);
    match declared {
        Some(nodes) => {
            let known: FxHashSet<Value> = nodes.iter().copied().collect();
            for (node, span) in &listed {
                if in_force && !known.contains(node) {
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
        None if !listed.is_empty() => listed.into_iter().map(|(node, _)| node).collect(),
        None => drafts.facts.iter().filter_map(|fact| location(&fact.atom.place, constants)).collect(),
    }
}

/// Warns of each node outside the network that a rule sends to or is at, once a node: such messages are dropped, and such
/// a rule never fires.
pub fn outsiders<'r>(
    nodes: &[Value],
    rules: impl Iterator<Item = &'r Rule>,
    constants: &Constants<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // Without a network there is no instance yet.
    if nodes.is_empty() {
        return;
    }
    let mut told = FxHashSet::default();
    for rule in rules {
        let sends = match &rule.head.destination {
            Destination::At(CheckedExpr::Constant(value)) => {
                Some((*value, rule.head.span, "sends to", "what is sent there is dropped"))
            }
            _ => None,
        };
        let fires = match rule.location {
            Some(Term::Constant(value)) => Some((value, rule.span, "is at", "never fires")),
            _ => None,
        };
        for (value, span, does, label) in sends.into_iter().chain(fires) {
            if nodes.binary_search(&value).is_err() && told.insert((value, does)) {
                let name = super::location::show(Place::Constant(value), &constants.symbols);
                let message = format!("a rule {does} {name}, which is not in the network");
                diagnostics.push(Diagnostic::at(codes::RULE_OUTSIDE, span, message, label).help(
                    "add it to the network: to the `nodes` declaration if there is one, else with `nodes …;` or `--nodes`",
                ));
            }
        }
    }
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
