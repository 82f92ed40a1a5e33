//! What a run of a program costs, by running it: in rounds, each node with all that is in flight to it.

use watershed::budget::Budget;
use watershed::program::resolve;
use watershed::source::SourceMap;
use watershed::syntax::parser;
use watershed::witness::run::{End, Policy, run};

/// What a run took until it fell quiet.
pub struct Cost {
    /// Copies sent.
    pub messages: usize,
    /// Steps of each node.
    pub rounds: usize,
    /// The ultimate model, as text.
    pub model: Vec<String>,
}

/// Runs a program that falls quiet.
///
/// # Panics
/// If the program is wrong, or does not fall quiet.
pub fn cost(text: &str) -> Cost {
    let mut sources = SourceMap::new();
    let file = sources.add("generated.ded", text);
    let (tree, mut diagnostics) = parser::parse(&sources, file);
    let (program, more) = resolve::resolve(&sources, &[tree], &resolve::Options::default());
    diagnostics.extend(more);
    let program = program.unwrap_or_else(|| panic!("{diagnostics:#?}\n{text}"));
    let run = run(&program, Policy::Fifo, &Budget::default());
    let End::Closed(lasso) = &run.end else { panic!("{:?}\n{text}", run.end) };
    let (stem, repeated) = lasso.records.split_at(lasso.stem);
    assert!(repeated.iter().all(|record| record.sent.is_empty()), "it does not fall quiet\n{text}");
    Cost {
        messages: stem.iter().map(|record| record.sent.len()).sum(),
        rounds: stem.len().div_ceil(program.nodes.len()),
        model: lasso.ultimate_model(&program).iter().map(|fact| program.show_fact(fact.node, &fact.fact)).collect(),
    }
}
