//! Steps of programs given as text, shown as text.

use std::collections::BTreeSet;
use watershed::budget::Budget;
use watershed::eval::ground::{Ground, GroundStep};
use watershed::eval::naive::Naive;
use watershed::eval::seminaive::SemiNaive;
use watershed::eval::{EvalError, LocalStep, Outcome};
use watershed::program::resolve::{Options, resolve};
use watershed::program::{Fact, LocatedFact, NodeId, Program, When};
use watershed::syntax::load::{Input, load};

const MAX_FACTS: usize = 200;

/// The checked program of a text without errors.
pub fn program(text: &str) -> Program {
    let loaded = load(&[Input::Text { name: "test.ded".to_string(), text: text.to_string() }]);
    assert!(loaded.diagnostics.is_empty(), "{text}\n{:#?}", loaded.diagnostics);
    let (program, diagnostics) = resolve(&loaded.sources, &loaded.trees, &Options::default());
    program.unwrap_or_else(|| panic!("{text}\n{diagnostics:#?}"))
}

/// The node of this name.
pub fn node(program: &Program, name: &str) -> NodeId {
    let named = program.node_ids().find(|&node| program.show_node(node) == name);
    named.unwrap_or_else(|| panic!("no node {name}"))
}

/// What a node is given at a step: its static facts and the events of the step.
pub fn given(program: &Program, node: NodeId, step: u64) -> BTreeSet<Fact> {
    let due = |when| match when {
        When::Always => true,
        When::Step(k) => k == step,
    };
    program.facts.iter().filter(|f| f.node == node && due(f.when)).map(|f| f.fact.clone()).collect()
}

/// The first step of a node by every evaluator, which must agree.
pub fn step_on(program: &Program, node: NodeId) -> Result<Outcome, EvalError> {
    let input = given(program, node, 1);
    let outcome = Naive::new(program, MAX_FACTS).step(node, &input);
    let budget = Budget { max_facts: MAX_FACTS, ..Budget::default() };
    assert_eq!(SemiNaive::new(program, budget.clone()).step(node, &input), outcome);
    if let Some(ground) = Ground::new(program, &budget) {
        assert_eq!(Ok(ground_step(&ground, node, &[], &input)), outcome);
    }
    outcome
}

/// A step on bits. Of the input, the facts at these atoms are carried and the others arrive; those that are static
/// hold anyway.
pub fn ground_step(ground: &Ground, node: NodeId, carried: &[u32], input: &BTreeSet<Fact>) -> Outcome {
    let mut words = vec![0; ground.carried_words(node)];
    carried.iter().for_each(|&atom| words[atom as usize / 64] |= 1 << (atom % 64));
    let arrives = |fact| ground.atom(node, fact).filter(|atom| !carried.contains(atom));
    let arriving: Vec<u32> = input.iter().filter_map(arrives).collect();
    let mut step = GroundStep::default();
    ground.step(node, &words, &arriving, &[], &mut step);
    let atoms = ground.atoms(node);
    let set = |words: &[u64]| {
        let holds = |atom: &usize| words[atom / 64] >> (atom % 64) & 1 == 1;
        let held = (0..words.len() * 64).filter(holds).map(|atom| &atoms[atom]);
        held.filter(|fact| ground.is_shown(fact)).cloned().collect()
    };
    let sent = step.sent.iter().map(|&message| {
        let (addressee, atom) = ground.messages(node)[message as usize];
        LocatedFact { node: addressee, fact: ground.atoms(addressee)[atom as usize].clone() }
    });
    Outcome { derived: set(&step.derived), next: set(&step.next), sent: sent.collect() }
}

/// The first step of a node: what is derived beyond the input and the built-in facts, what is kept, what is sent.
pub fn first_step(text: &str, name: &str) -> [String; 3] {
    let program = program(text);
    let node = node(&program, name);
    let input = given(&program, node, 1);
    let outcome = step_on(&program, node).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let show = |facts: &mut dyn Iterator<Item = String>| facts.collect::<Vec<_>>().join(" ");
    let derived = outcome.derived.iter().filter(|f| !input.contains(f) && !program.relation(f.relation).builtin);
    [
        show(&mut derived.map(|fact| program.show_fact(node, fact))),
        show(&mut outcome.next.iter().map(|fact| program.show_fact(node, fact))),
        show(&mut outcome.sent.iter().map(|sent| program.show_fact(sent.node, &sent.fact))),
    ]
}

/// The error of the first step of a node: the rule's number and what it does wrong.
pub fn first_error(text: &str, name: &str) -> EvalError {
    let program = program(text);
    let node = node(&program, name);
    step_on(&program, node).expect_err("the step errs")
}
