//! What the program declares of its relations: outputs, events, inputs, what must never hold.

use super::relations::Drafts;
use super::suggest::Suggestions;
use crate::diagnostic::{Diagnostic, codes};
use crate::program::{Kind, Relation, RelationId, Spelling};
use crate::source::Span;
use crate::syntax::ast::{Declaration, Name};
use rustc_hash::FxHashSet;

/// Notes the `event` declarations, before kinds are decided.
pub fn events(drafts: &mut Drafts<'_>, suggestions: &mut Suggestions, diagnostics: &mut Vec<Diagnostic>) {
    for declaration in std::mem::take(&mut drafts.declarations) {
        if let Declaration::Event(names) = declaration {
            for name in names {
                if let Some(id) = known(drafts, name, "event", suggestions, diagnostics) {
                    drafts.relations[id.0 as usize].declared_event.get_or_insert(name.span);
                }
            }
        }
        drafts.declarations.push(declaration);
    }
}

/// What is compared, and what must never hold, each relation once and in the order of its first declaration.
pub struct Declared {
    pub outputs: Vec<RelationId>,
    pub outputs_declared: bool,
    pub nevers: Vec<(RelationId, Span)>,
}

/// Reads the `output`, `never`, `event` and `input` declarations against the relations. `given` are the names of
/// `--output`, which replace those of the text.
pub fn read(
    drafts: &Drafts<'_>,
    relations: &[Relation],
    given: Option<&[String]>,
    suggestions: &mut Suggestions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Declared {
    let mut outputs = Vec::new();
    let mut outputs_declared = given.is_some();
    let mut nevers = Vec::new();
    if given.is_some_and(<[String]>::is_empty) {
        diagnostics.push(
            Diagnostic::new(codes::UNKNOWN_RELATION, "`--output` names no relation").help(
                "name at least one, such as `--output p,q`; without the option all derived relations are outputs",
            ),
        );
    }
    for name in given.into_iter().flatten() {
        match drafts.named(name.trim()) {
            Some(id) => outputs.push((id, None)),
            None => diagnostics.push(suggestions.unknown(
                drafts,
                name.trim(),
                Diagnostic::new(
                    codes::UNKNOWN_RELATION,
                    format!("`--output` names `{name}`, which is no relation of this program"),
                ),
            )),
        }
    }
    for declaration in &drafts.declarations {
        match declaration {
            Declaration::Output(names) => {
                for name in names {
                    let Some(id) = known(drafts, name, "output", suggestions, diagnostics) else { continue };
                    if given.is_none() {
                        outputs.push((id, Some(name.span)));
                    }
                }
                outputs_declared = true;
            }
            Declaration::Never(names) => {
                for name in names {
                    let Some(id) = known(drafts, name, "never", suggestions, diagnostics) else { continue };
                    nevers.push((id, name.span));
                }
            }
            Declaration::Event(_) | Declaration::Input(_) | Declaration::Nodes(_) | Declaration::Assume(_) => {}
        }
    }
    for (entry, relation) in drafts.relations.iter().zip(relations) {
        if relation.kind != Kind::Idb {
            continue;
        }
        for (declared, word) in [(entry.declared_event, "event"), (entry.declared_input, "input")] {
            if let Some(at) = declared {
                diagnostics.push(derived(relation, word, at, entry.derived));
            }
        }
    }
    observed(&mut outputs, relations, diagnostics);
    let mut outputs: Vec<RelationId> = if outputs_declared {
        outputs.into_iter().map(|(id, _)| id).collect()
    } else {
        let by_default = |r: &Relation| r.kind == Kind::Idb && !r.observer && !r.builtin;
        (0u32..).zip(relations).filter(|(_, r)| by_default(r)).map(|(i, _)| RelationId(i)).collect()
    };
    let mut seen = FxHashSet::default();
    outputs.retain(|id| seen.insert(*id));
    seen.clear();
    nevers.retain(|(id, _)| seen.insert(*id));
    for &(id, span) in &nevers {
        let entry = drafts.entry(id);
        if entry.derived.is_none() && entry.fact.is_none() {
            diagnostics.push(
                Diagnostic::at(
                    codes::NEVER_UNDERIVABLE,
                    span,
                    format!("nothing can derive `{}`, so it never holds", entry.name),
                    "holds vacuously",
                )
                .help("a `never` relation is derived by rules that say what must not happen"),
            );
        }
    }
    Declared { outputs, outputs_declared, nevers }
}

/// The relation that a declaration names.
fn known(
    drafts: &Drafts<'_>,
    name: &Name,
    word: &str,
    suggestions: &mut Suggestions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<RelationId> {
    let id = drafts.named(&name.text);
    if id.is_none() {
        let message = format!("`{word}` names `{}`, which is no relation of this program", name.text);
        let mut diagnostic = Diagnostic::at(codes::UNKNOWN_RELATION, name.span, message, "unknown");
        if name.text == "node" && drafts.spelling == Spelling::Hash {
            diagnostic = diagnostic.help("the built-in `node/1` cannot be declared");
        }
        diagnostics.push(suggestions.unknown(drafts, &name.text, diagnostic));
    }
    id
}

fn derived(relation: &Relation, word: &str, at: Span, rule: Option<Span>) -> Diagnostic {
    let message = format!("`{word}` declares `{}`, which a rule derives", relation.name);
    let mut diagnostic = Diagnostic::at(codes::DERIVED_INPUT, at, message, "not an EDB relation");
    if let Some(rule) = rule {
        diagnostic = diagnostic.with(rule, "derived here");
    }
    diagnostic.help("only relations that no rule with a body derives are given from outside")
}

/// Observer relations hold of snapshots and are no outputs.
fn observed(outputs: &mut Vec<(RelationId, Option<Span>)>, relations: &[Relation], diagnostics: &mut Vec<Diagnostic>) {
    let mut told = FxHashSet::default();
    outputs.retain(|(id, span)| {
        let relation = &relations[id.0 as usize];
        if relation.observer && told.insert(*id) {
            let message = format!("`{}` is derived across nodes and cannot be an output", relation.name);
            let diagnostic = match span {
                Some(span) => Diagnostic::at(codes::OBSERVED_OUTPUT, *span, message, "left out"),
                None => Diagnostic::new(codes::OBSERVED_OUTPUT, message),
            };
            diagnostics
                .push(diagnostic.help("an output is what one node has in the end; this holds of global snapshots"));
        }
        !relation.observer
    });
}
