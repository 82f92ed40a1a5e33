//! Steps with many facts: the indexed evaluator against graph searches written by hand.

use super::text::{given, node, program};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use watershed::budget::{Bound, Budget};
use watershed::eval::ground::{Ground, GroundStep};
use watershed::eval::seminaive::SemiNaive;
use watershed::eval::store::FactId;
use watershed::eval::{EvalError, LocalStep};
use watershed::program::{Fact, NodeId, Program, Value};

/// A graph whose edges look random and are the same every time.
fn edges(nodes: u64, count: usize) -> BTreeSet<(i64, i64)> {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % nodes) as i64
    };
    (0..count).map(|_| (next(), next())).collect()
}

fn pair(program: &Program, relation: &str, (from, to): (i64, i64)) -> Fact {
    let relation = program.relation_named(relation).expect("the program has the relation");
    Fact { relation, values: [Value::Int(from), Value::Int(to)].into() }
}

/// The pairs that a path of at least one edge connects.
fn reachable(edges: &BTreeSet<(i64, i64)>) -> BTreeSet<(i64, i64)> {
    let sources: BTreeSet<i64> = edges.iter().map(|&(from, _)| from).collect();
    let mut pairs = BTreeSet::new();
    for source in sources {
        let mut open = vec![source];
        while let Some(at) = open.pop() {
            for &(_, to) in edges.range((at, i64::MIN)..=(at, i64::MAX)) {
                if pairs.insert((source, to)) {
                    open.push(to);
                }
            }
        }
    }
    pairs
}

#[test]
fn transitive_closure_of_a_thousand_edges() {
    for rules in ["p(X, Z) :- p(X, Y), e(Y, Z).", "p(X, Z) :- e(X, Y), p(Y, Z).", "p(X, Z) :- p(X, Y), p(Y, Z)."] {
        let program = program(&format!("nodes n; e(#n, 0, 0)@1. p(X, Y) :- e(#n, X, Y). {rules}"));
        let edges = edges(900, 1000);
        let input: BTreeSet<Fact> = edges.iter().map(|&edge| pair(&program, "e", edge)).collect();
        let outcome = SemiNaive::new(&program, Budget::default()).step(NodeId(0), &input).expect("no errors");
        let expected = reachable(&edges).into_iter().map(|connected| pair(&program, "p", connected));
        assert_eq!(outcome.derived, expected.chain(input).collect());
    }
}

#[test]
fn joins_and_negation_on_a_hundred_thousand_edges() {
    let program = program(
        "nodes n; e(#n, 0, 0)@1. one(X, Y) :- e(#n, X, Y), notin e(Y, X). two(X, Z)@next :- e(X, Y), e(Y, Z), X < Z.
         d(X, count<Y>)@next :- e(X, Y).",
    );
    let edges = edges(60_000, 100_000);
    let mut evaluator = SemiNaive::new(&program, Budget::default());
    let input: Vec<FactId> =
        edges.iter().map(|&edge| evaluator.facts_mut().intern(&pair(&program, "e", edge))).collect();
    let outcome = evaluator.step_ids(NodeId(0), &input).expect("no errors");
    let one_way = edges.iter().filter(|&&(from, to)| !edges.contains(&(to, from))).count();
    assert_eq!(outcome.derived.len(), edges.len() + one_way);
    let mut kept: BTreeSet<Fact> = BTreeSet::new();
    let mut degrees: Vec<i64> = vec![0; 60_000];
    for &(from, to) in &edges {
        degrees[from as usize] += 1;
        let onward = edges.range((to, i64::MIN)..=(to, i64::MAX)).filter(|&&(_, end)| from < end);
        kept.extend(onward.map(|&(_, end)| pair(&program, "two", (from, end))));
    }
    kept.extend((0..).zip(degrees).filter(|&(_, degree)| degree > 0).map(|entry| pair(&program, "d", entry)));
    assert_eq!(outcome.next.iter().map(|&id| evaluator.facts().get(id).clone()).collect::<BTreeSet<_>>(), kept);
}

#[test]
fn a_step_stops_when_it_is_interrupted() {
    let program = program("nodes n; e(#n, 0). p(X) :- e(X). p(X + 1) :- p(X).");
    let budget = Budget { max_facts: usize::MAX, ..Budget::default() };
    budget.interrupted.store(true, Ordering::Relaxed);
    let node = node(&program, "n");
    let input = given(&program, node, 1);
    let stopped = EvalError::Stopped(Bound::Interrupt);
    assert_eq!(SemiNaive::new(&program, budget).step(node, &input), Err(stopped));
}

/// On a cycle of three a path of a thousand edges ends where one edge does, and is the only one from its start.
#[test]
fn recursive_bodies_of_a_thousand_atoms_are_planned() {
    let atoms: Vec<String> = (0..1000).map(|i| format!("p(X{}, X{})", i, i + 1)).collect();
    let program = program(&format!(
        "nodes n; p(#n, a, b). p(#n, b, c). p(#n, c, a). p(X, Y) :- r(X, Y). r(X0, X1000) :- {}.",
        atoms.join(", ")
    ));
    let input = given(&program, NodeId(0), 1);
    let outcome = SemiNaive::new(&program, Budget::default()).step(NodeId(0), &input).expect("no errors");
    assert_eq!(outcome.derived.len(), 6);
}

/// The family whose steps are the speed of a search: what it grounds to, exactly.
#[test]
fn order_recording_is_one_word_of_state() {
    let mut text = String::from(
        "m(#S, X)@async :- go(#C, S, X); seen(X) :- m(X); seen(X)@next :- seen(X);
         before(X, Y) :- seen(X), all(Y), notin seen(Y); before(X, Y)@next :- before(X, Y); up(#s);",
    );
    (0..8).for_each(|i| text += &format!("go(#c, s, x{i})@1; all(#s, x{i});"));
    let program = program(&text);
    let ground = Ground::new(&program, &Budget::default()).expect("it has neither aggregates nor arithmetic");
    let (client, server) = (node(&program, "c"), node(&program, "s"));
    assert_eq!((ground.carried_atoms(server), ground.carried_words(server)), (8 + 56, 1));
    assert_eq!((ground.atoms(server).len(), ground.words(server)), (64 + 8 + 8 + 1, 2));
    assert_eq!(ground.messages(client).len(), 8);
    let mut outcome = GroundStep::default();
    let due: Vec<u32> = ground.events(client).iter().map(|&(_, atom)| atom).collect();
    ground.step(client, &[], &[], &due, &mut outcome);
    assert_eq!(outcome.sent, (0..8).collect::<Vec<u32>>());
    let (_, first) = ground.messages(client)[0];
    ground.step(server, &[0], &[first], &[], &mut outcome);
    assert_eq!(outcome.next.iter().map(|word| word.count_ones()).sum::<u32>(), 1 + 7);
}
