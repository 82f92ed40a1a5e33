//! Graphs derived from rules against exploration: a stream that is labelled `Async` without a seal carries the same in every run.

use super::campaign::{Tally, campaign};
use super::library;
use super::model::Model;
use watershed::analysis::analyse;
use watershed::budget::Budget;
use watershed::flow::graph::Gate;
use watershed::flow::read::program::{ComponentRules, Description};
use watershed::flow::{Coordination, Derived, Label, derive, infer};
use watershed::pipeline::check::Options;
use watershed::pipeline::contents::{Asked, Found, contents};
use watershed::pipeline::instance;
use watershed::program::{Program, RelationId};
use watershed::reduce::Reductions;
use watershed::source::{FileId, Span};

/// Most transitions of one search.
const TRANSITIONS: usize = 2_000;

/// The program's rules divided among components: each relation by its number.
fn divided(program: &Program, components: usize) -> Option<Derived> {
    let heads = |relation: usize| program.rules.iter().any(|rule| rule.head.relation == RelationId(relation as u32));
    let span = Span::new(FileId(0), 0, 0);
    let component = |at: usize| {
        let own = (0..program.relations.len()).filter(|&relation| relation % components == at && heads(relation));
        let rules = own.map(|relation| (program.relations[relation].name.clone(), span)).collect();
        ComponentRules { name: format!("C{at}"), span, rules, replicated: None }
    };
    let description = Description { components: (0..components).map(component).collect(), ..Description::default() };
    derive(program, &analyse(program), &description).0
}

/// The streams that are labelled `Async`.
fn harmless(derived: &Derived) -> Vec<RelationId> {
    let labels = infer(&derived.graph, &Coordination::none(&derived.graph)).labels;
    labels
        .iter()
        .zip(&derived.carries)
        .filter(|(label, _)| **label == Label::Async)
        .map(|(_, &carried)| carried)
        .collect()
}

fn differs(program: &Program, relation: RelationId) -> Option<bool> {
    let instance = instance::Options { reductions: Reductions::NONE, ..instance::Options::default() };
    let options = Options { theorems: false, instance, ..Options::default() };
    let budget = Budget { max_transitions: TRANSITIONS, ..Budget::default() };
    let contents = contents(program, Asked { relation, lasts: false }, &budget, options, &mut |_| ()).ok()?;
    match contents.found {
        Found::Same(_) => Some(false),
        Found::Different(_) => Some(true),
        Found::Open(_) => None,
    }
}

fn async_is_the_same_in_every_run(model: &Model, tally: &mut Tally) -> Result<(), String> {
    let Ok(program) = library::program(&model.text()) else { return Ok(()) };
    if program.nodes.is_empty() {
        return Ok(());
    }
    for components in [1, 3] {
        let Some(derived) = divided(&program, components) else { continue };
        let harmless = harmless(&derived);
        for &relation in &derived.carries {
            let name = &program.relation(relation).name;
            match (harmless.contains(&relation), differs(&program, relation)) {
                (true, Some(true)) => return Err(format!("{name} is Async of {components}, and differs")),
                (true, Some(false)) => tally.count("Async, and the same"),
                (false, Some(true)) => tally.count("above Async, and differs"),
                (false, Some(false)) => tally.count("above Async, and the same in this instance"),
                (_, None) => tally.count("not explored to the end"),
            }
        }
    }
    Ok(())
}

/// Whether a stream that differs would be labelled `Async` if only literals that negate or aggregate were looked at, within the components of the
/// first sort above.
fn meetings_matter(model: &Model) -> bool {
    let Ok(program) = library::program(&model.text()) else { return false };
    let Some(mut derived) = divided(&program, 1).filter(|_| !program.nodes.is_empty()) else { return false };
    for path in derived.graph.components.iter_mut().flat_map(|component| &mut component.paths) {
        path.annotation.gate = path.annotation.gate.take().filter(|gate| *gate != Gate::Unknown);
    }
    harmless(&derived).into_iter().any(|relation| differs(&program, relation) == Some(true))
}

#[test]
fn what_is_labelled_async_is_the_same_in_every_run() {
    for random in [super::random, super::guarded::program] {
        let tally = campaign(50, random, async_is_the_same_in_every_run);
        assert!(tally.of("Async, and the same") > tally.programs(), "too few streams are Async");
        assert!(tally.of("above Async, and differs") * 4 > tally.programs(), "too few streams differ");
        assert!(tally.of("not explored to the end") < tally.of("Async, and the same"), "too much is left open");
    }
}

/// The comparison above would notice if messages that meet by chance were passed over.
#[test]
fn labels_that_pass_over_meetings_are_caught() {
    let caught = (0..300).find(|&seed| meetings_matter(&super::guarded::program(seed)));
    assert!(caught.is_some(), "no stream differs that only meetings make anomalous");
}
