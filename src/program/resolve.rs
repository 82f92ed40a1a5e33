//! From trees to a checked [`Program`]: names, columns, locations, types, safety, strata, facts and network.
//!
//! All mistakes of all files are reported at once; a program comes out only if none of them is an error. Each stage
//! works on what is in order after the stages before it, so that one mistake is reported once:
//!
//! 1. `constants`, `relations`: symbols and relations are numbered, each atom's location is told apart from its columns;
//! 2. `location`, `observers`: where each body is, and whether the rule runs at nodes or observes the global snapshot;
//! 3. `body`, `occurrences`, `safety`, `head`: variables are numbered and each is bound before it is used;
//! 4. `persistence`: repeated rules go, and relations that only keep their first facts are static;
//! 5. `integers`, `projection`, `strata`: what can err, what sums lose, what order of evaluation there is;
//! 6. `network`, `facts`, `declarations`: the instance, and what is asked of it.
//!
//! The time is linear in the program (up to the logarithm of a sort).

mod body;
mod constants;
mod declarations;
mod facts;
mod head;
mod integers;
mod location;
mod network;
mod observers;
mod occurrences;
mod persistence;
mod projection;
mod relations;
mod safety;
mod strata;
mod suggest;

use super::{Kind, Order, Program, Relation, Rule};
use crate::diagnostic::{Diagnostic, any_error, codes};
use crate::source::SourceMap;
use crate::syntax::ast::Ast;
use constants::Constants;
use integers::IntegerColumns;
use network::NodeName;
use observers::{Role, Roles};
use relations::Drafts;
use suggest::Suggestions;
pub use suggest::nearest;

/// How a program is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--nodes`: replaces the network of the text. Written as in the text (`n1`, `"a b"`, `3`).
    pub nodes: Option<Vec<String>>,
    /// `--output`: replaces the declared outputs.
    pub outputs: Option<Vec<String>>,
    /// Symbols that the program has beside those of its text: programs that are evaluated together have the same.
    pub symbols: Vec<String>,
    /// `--network`: in which order copies may be delivered.
    pub order: Order,
    /// Synchronous rounds (semantics §5): operational rules may join across nodes and read `r(X)@k`, with a warning,
    /// and a fact outside the network is a warning.
    pub synchronous: bool,
}

/// Checks the trees of one program and resolves them.
///
/// Warnings come with the program; errors come without one. Diagnostics are in the order of the source, those
/// without a place first.
pub fn resolve(sources: &SourceMap, trees: &[Ast], options: &Options) -> (Option<Program>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let program = checked(sources, trees, options, &mut diagnostics);
    diagnostics.sort_by_key(|d| d.primary.as_ref().map(|label| (label.span.file, label.span.start)));
    let program = if any_error(&diagnostics) { None } else { Some(program) };
    (program, diagnostics)
}

/// The program as far as it is in order.
fn checked(sources: &SourceMap, trees: &[Ast], options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Program {
    let given: Option<Vec<NodeName>> = options.nodes.as_ref().and_then(|names| network::read_names(names, diagnostics));
    let more = options.symbols.iter().map(String::as_str);
    let constants = Constants::collect(trees, given.iter().flatten().filter_map(NodeName::symbol).chain(more));
    let mut drafts = Drafts::collect(trees, &constants, diagnostics);
    let mut suggestions = Suggestions::default();
    declarations::events(&mut drafts, &mut suggestions, diagnostics);

    let places = location::locate(&mut drafts, diagnostics);
    let roles = observers::assign(&mut drafts, &places, &constants.symbols, options.synchronous, diagnostics);
    let mut rules = rules(&mut drafts, &places, &roles, &constants, diagnostics);

    let normalised = persistence::normalised(&drafts, &rules.operational);
    rules.operational.retain(|rule| !normalised[rule.head.relation.0 as usize]);
    let relations = relations(&drafts, &roles, &normalised);

    let integers = IntegerColumns::infer(&relations, &rules);
    let Rules { mut operational, mut observers, mut synchronous } = rules;
    for (rules, skip) in [(&mut operational, 0), (&mut observers, 1), (&mut synchronous, 1)] {
        for rule in rules {
            integers.mark(rule, skip);
            projection::warn(rule, diagnostics);
        }
    }
    let strata = strata::strata(&drafts.relations, operational.iter().chain(&synchronous), diagnostics);
    let observer_strata = strata::strata(&drafts.relations, &observers, diagnostics);

    let nodes = network::network(&drafts, given.as_deref(), options.nodes.is_some(), &constants, diagnostics);
    network::outsiders(&nodes, operational.iter().chain(&synchronous), &constants, diagnostics);
    let instance =
        facts::Instance { nodes: &nodes, relations: &relations, integers: &integers, synchronous: options.synchronous };
    let facts = facts::facts(&drafts, &instance, &constants, diagnostics);
    underived(&drafts, &normalised, &mut suggestions, diagnostics);
    let declared = declarations::read(&drafts, &relations, options.outputs.as_deref(), &mut suggestions, diagnostics);

    Program {
        files: sources.files().map(|(_, file)| file.name.clone()).collect(),
        spelling: drafts.spelling,
        symbols: constants.symbols,
        relations,
        rules: operational,
        observers,
        synchronous,
        nodes,
        order: options.order,
        facts,
        outputs: declared.outputs,
        outputs_declared: declared.outputs_declared,
        nevers: declared.nevers,
        strata,
        observer_strata,
        integers: integers.columns(),
    }
}

/// Checked rules by role.
struct Rules {
    operational: Vec<Rule>,
    observers: Vec<Rule>,
    synchronous: Vec<Rule>,
}

fn rules<'a>(
    drafts: &mut Drafts<'a>,
    places: &[location::Whereabouts<'a>],
    roles: &Roles,
    constants: &Constants<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Rules {
    let context = body::Context { constants, spelling: drafts.spelling };
    let mut rules = Rules { operational: Vec::new(), observers: Vec::new(), synchronous: Vec::new() };
    for ((draft, place), role) in drafts.rules.iter_mut().zip(places).zip(&roles.rules) {
        let made = body::rule(&context, draft, place, *role, diagnostics);
        draft.sound &= made.is_some();
        let Some(rule) = made.filter(|_| draft.sound) else { continue };
        match role {
            Role::Operational => rules.operational.push(rule),
            Role::Observer => rules.observers.push(rule),
            Role::Synchronous => rules.synchronous.push(rule),
        }
    }
    Rules {
        operational: persistence::remove_repeated(rules.operational),
        observers: persistence::remove_repeated(rules.observers),
        synchronous: persistence::remove_repeated(rules.synchronous),
    }
}

fn relations(drafts: &Drafts<'_>, roles: &Roles, normalised: &[bool]) -> Vec<Relation> {
    let kind = |i: usize| {
        let entry = &drafts.relations[i];
        if entry.builtin || normalised[i] {
            Kind::Static
        } else if entry.derived.is_some() {
            Kind::Idb
        } else if entry.event.is_some() || entry.first_step_fact || entry.declared_event.is_some() {
            Kind::Event
        } else {
            Kind::Static
        }
    };
    drafts
        .relations
        .iter()
        .enumerate()
        .map(|(i, entry)| Relation {
            name: entry.name.to_string(),
            arity: entry.arity,
            kind: kind(i),
            observer: roles.relations[i],
            builtin: entry.builtin,
            normalised: normalised[i],
            span: entry.span,
        })
        .collect()
}

/// Warns of each relation that is read and that nothing can ever hold in.
fn underived(
    drafts: &Drafts<'_>,
    normalised: &[bool],
    suggestions: &mut Suggestions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let crash = observers::crash(drafts).map(|id| id.0 as usize);
    for (i, entry) in drafts.relations.iter().enumerate() {
        let Some(read) = entry.read else { continue };
        let given = entry.fact.or(entry.declared_input).or(entry.declared_event).is_some();
        let derived = entry.derived.is_some() && !normalised[i];
        if given || derived || entry.builtin || crash == Some(i) {
            continue;
        }
        let message = format!("nothing derives `{}` and it has no facts", entry.name);
        let diagnostic = Diagnostic::at(codes::NEVER_DERIVED, read, message, "always empty")
            .help(format!("if its facts come from elsewhere, declare it: `input {}(…);` or `event {0};`", entry.name));
        diagnostics.push(suggestions.unknown(drafts, entry.name, diagnostic));
    }
}
