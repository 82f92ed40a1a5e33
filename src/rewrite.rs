//! Programs that write programs: coordination (semantics §4, *P(S)*, and less of it).
//!
//! After Marczak et al., *Confluence analysis for distributed programs* (2012), §4.2, and Alvaro et al., *Blazes* (2014). A rewrite
//! takes the trees of a program and gives text, as a person would write it, with comments that say what each added rule is for; the text is
//! read, resolved and checked like any other. What is to be coordinated is found by [`channels`]; a plan ([`plan`]) says where and
//! how; [`seal`] writes seals, [`vote`] those of recursive components, [`order`] queues that fix an order of deliveries.

pub mod channels;
pub mod names;
pub mod order;
pub mod plan;
pub mod seal;
pub mod surgery;
pub mod vote;
pub mod writer;

pub use channels::{Channel, Channels, Group, Point};
pub use plan::{Acknowledge, Plan, Queue, Sealing};

use crate::program::Program;
use crate::syntax::ast::{Ast, Declaration, Item, ItemKind, Name};
use crate::syntax::print::print;
use names::{Names, names_network};
use seal::Scene;
use surgery::Surgery;
use writer::Writer;

/// A program that was rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// Its text.
    pub text: String,
    /// How many rules it has more.
    pub rules_added: usize,
}

/// The text of `program`, which was resolved from `trees`, with a plan made part of it. Its outputs are those of the program.
pub fn rewrite(program: &Program, trees: &[Ast], channels: &Channels, plan: &Plan) -> Rewritten {
    let names = Names::of(program, trees);
    let scene = Scene::new(program, &names, channels);
    let surgery = Surgery::new(program, &names);
    let mut writer = Writer::new(program, &names);
    let items = items_of(program, trees, &surgery);
    let (items, added) = match plan {
        Plan::Nothing => (items, None),
        Plan::Once(chosen) => (order::once(&scene, &surgery, chosen, items, &mut writer), Some(writer)),
        Plan::Seals(sealing) => (seal::sealed(&scene, &surgery, sealing, items, &mut writer), Some(writer)),
        Plan::Order(chosen, queue) => {
            (order::ordered(&scene, &surgery, (chosen, *queue), items, &mut writer), Some(writer))
        }
    };
    let mut text = print(&Ast { items, closing_comments: Vec::new() });
    let mut rules_added = 0;
    if let Some(writer) = added {
        let (more, rules) = writer.finish();
        text.push_str(&more);
        rules_added = rules;
    }
    Rewritten { text: laid_out(text), rules_added }
}

/// The text as `fmt` lays it out.
fn laid_out(text: String) -> String {
    let mut sources = crate::source::SourceMap::new();
    let file = sources.add("<rewritten>", text.clone());
    let (tree, findings) = crate::syntax::parser::parse(&sources, file);
    // What does not parse is refused, with its findings, where it is read.
    if findings.is_empty() { print(&tree) } else { text }
}

/// The items of all files in order, without what says again what another says; the network and the outputs are declared as they are.
fn items_of(program: &Program, trees: &[Ast], surgery: &Surgery<'_>) -> Vec<Item> {
    let is_network = |item: &Item| match &item.kind {
        ItemKind::Declaration(Declaration::Nodes(_)) => true,
        ItemKind::Fact(fact) => names_network(program, &fact.atom),
        _ => false,
    };
    let mut kept: Vec<Item> = Vec::new();
    // Comments before what is left out stand before what comes next.
    let mut comments = Vec::new();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let dropped = match &item.kind {
            ItemKind::Include(_) | ItemKind::Declaration(Declaration::Output(_)) => true,
            ItemKind::Rule(rule) => surgery.is_repeated(rule),
            _ => is_network(item),
        };
        let mut item = item.clone();
        comments.append(&mut item.leading);
        if !dropped {
            item.leading = std::mem::take(&mut comments);
            kept.push(item);
        }
    }
    let span = crate::source::Span::new(crate::source::FileId(0), 0, 0);
    let declared = |declaration| Item {
        kind: ItemKind::Declaration(declaration),
        span,
        leading: Vec::new(),
        trailing: Vec::new(),
        spaced: false,
    };
    let outputs = program.outputs.iter().map(|&id| Name { text: program.relation(id).name.clone(), span }).collect();
    let mut items =
        vec![declared(Declaration::Nodes(program.nodes.iter().map(|&node| node_term(program, node, span)).collect()))];
    if !program.outputs.is_empty() {
        items.push(declared(Declaration::Output(outputs)));
    }
    if let Some(first) = kept.first_mut() {
        first.spaced = true;
        // What a file says of itself stands first. What it expects is said of the program as it was.
        items[0].leading = std::mem::take(&mut first.leading);
    }
    items.extend(kept);
    for item in &mut items {
        item.leading.retain(|comment| !comment.text.trim_start_matches('/').trim_start().starts_with("expect:"));
    }
    items
}

fn node_term(program: &Program, node: crate::program::Value, span: crate::source::Span) -> crate::syntax::ast::Term {
    use crate::syntax::ast::{Term, TermKind};
    let kind = match program.name(node) {
        crate::program::Name::Int(integer) => TermKind::Integer(integer),
        crate::program::Name::Symbol(symbol) => TermKind::Symbol(symbol),
    };
    Term { kind, span }
}

/// The text of the program whose events and messages last: facts without `@k`, exact persistence for what has none and for event relations none needed. What
/// it means stratum by stratum is what seals aim at.
pub fn lasting(program: &Program, trees: &[Ast]) -> String {
    use crate::analysis::persistence;
    let names = Names::of(program, trees);
    let surgery = Surgery::new(program, &names);
    let mut items = items_of(program, trees, &surgery);
    items.retain(|item| !matches!(item.kind, ItemKind::Declaration(Declaration::Event(_))));
    for item in &mut items {
        if let ItemKind::Fact(fact) = &mut item.kind {
            fact.atom.time = None;
        }
    }
    let guarded = persistence::guarded(program);
    let mut writer = Writer::new(program, &names);
    let asynchronous = program.rules.iter().filter(|rule| rule.kind == crate::program::RuleKind::Async);
    let heads: std::collections::BTreeSet<_> = asynchronous.map(|rule| rule.head.relation).collect();
    for relation in heads.into_iter().filter(|id| !guarded[id.0 as usize]).map(|id| program.relation(id)) {
        let columns: Vec<String> = (1..=relation.arity).map(|column| format!("X{column}")).collect();
        writer.keep(&relation.name, &columns.iter().map(String::as_str).collect::<Vec<_>>());
    }
    format!("{}{}", print(&Ast { items, closing_comments: Vec::new() }), writer.finish().0)
}
