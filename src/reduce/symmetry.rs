//! Values that no rule or fact tells apart.
//!
//! A *swap* exchanges two values wherever they stand: as columns of facts, and, if they are nodes, as locations. It is a symmetry
//! if it maps the ground program onto itself: for each node its atoms, what of these is certain or carried, its events, its
//! messages and its rules are those of the node's image. That is compared, rule by rule, not inferred from the text. Relations stay
//! as they are, so outputs and `never` relations do. Then the swap maps each step of a node to a step of its image,
//! hence the transition system onto itself, and it leaves the initial state where it is; fair runs become fair runs, and the ultimate
//! facts of a run's image are the images of its ultimate facts.
//!
//! An aggregate is ground into atoms and rules that count its parts in some order ([`Ground::aggregations`]). These are passed over, and the aggregates
//! themselves are compared: the parts of a group must be mapped to the parts of a group, and the head for each value of the function to the head for the same
//! value. How many parts there are does not change with their names; for `min` and `max` the values must be fixed besides.
//!
//! Observer rules are not ground. They are the same after a swap if they name none of its values and only ask whether values are
//! equal; others count as telling all values apart.
//!
//! If (a b) and (b c) are symmetries then so is (a c), their product (a b)(b c)(a b). So values fall into classes, and the swaps of neighbours in
//! a class generate all permutations of it. One comparison with a member of each class is enough for a value, and a number that
//! any symmetry keeps rules out most of these.

use super::Flaw;
use crate::eval::ground::{Aggregation, Ground};
use crate::program::rule::AggregateFunction;
use crate::program::{
    Condition, Expr, Fact, HeadTerm, LocatedFact, NegatedTerm, NodeId, Program, Rule, RuleKind, Term, Value,
};
use crate::syntax::ast::Comparator;
use rustc_hash::FxHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

/// Comparing swaps takes no more than about this many looks at ground rules; what was not compared is told apart.
const MOST_WORK: usize = 20_000_000;

/// No atom.
pub const NO_IMAGE: u32 = u32::MAX;

/// An exchange of two values that changes nothing.
#[derive(Debug, Clone)]
pub struct Swap {
    /// Where they stand in their class: the first, and the next.
    pub values: (Value, Value),
    /// For each node its image.
    pub nodes: Vec<NodeId>,
    /// For each atom of each node its image at the node's image, [`NO_IMAGE`] for those by which aggregates are worked out.
    pub atoms: Vec<Vec<u32>>,
}

impl Swap {
    fn value(&self, value: Value) -> Value {
        exchange(self.values, value)
    }

    /// The image of a fact.
    pub fn located(&self, located: &LocatedFact) -> LocatedFact {
        LocatedFact { node: self.nodes[located.node.0 as usize], fact: self.fact(&located.fact) }
    }

    /// The image of a fact at the node's image.
    pub fn fact(&self, fact: &Fact) -> Fact {
        Fact { relation: fact.relation, values: fact.values.iter().map(|&value| self.value(value)).collect() }
    }
}

/// What a value becomes where two are exchanged.
pub fn exchange((one, other): (Value, Value), value: Value) -> Value {
    if value == one {
        other
    } else if value == other {
        one
    } else {
        value
    }
}

/// Values that are exchanged with one another.
#[derive(Debug, Clone)]
pub struct Class {
    /// They, in order; at least two.
    pub values: Vec<Value>,
    /// The swap of each with the next.
    pub swaps: Vec<Swap>,
}

/// The classes of at least two values.
pub fn classes(program: &Program, ground: &Ground, flaw: Option<Flaw>) -> Vec<Class> {
    let Some(named) = named_by_observers(program) else { return Vec::new() };
    let rules = rules(program, ground);
    let mut size = 1;
    let mut candidates: BTreeMap<Value, u64> = program.nodes.iter().map(|&node| (node, 1)).collect();
    for node in program.node_ids() {
        size += ground.atoms(node).len() + ground.rules(node).len();
        let place = program.node_value(node);
        for (atom, fact) in (0u32..).zip(ground.atoms(node)).filter(|(_, fact)| !ground.is_counter(fact)) {
            let about: BTreeSet<Value> = fact.values.iter().copied().chain([place]).collect();
            for value in about {
                let mut hasher = FxHasher::default();
                fact.relation.hash(&mut hasher);
                (place == value, is_set(ground.certain(node), atom)).hash(&mut hasher);
                fact.values.iter().for_each(|&other| (other == value).hash(&mut hasher));
                let colour = candidates.entry(value).or_default();
                *colour = colour.wrapping_add(hasher.finish());
            }
        }
    }
    let mut tries = MOST_WORK / size;
    let mut classes: Vec<(u64, Vec<Value>)> = Vec::new();
    for (value, colour) in candidates {
        if named.contains(&value) {
            continue;
        }
        let mut alike = classes.iter_mut().filter(|(other, _)| *other == colour);
        let class = alike.find(|(_, members)| {
            tries = tries.saturating_sub(1);
            tries > 0 && swap(program, ground, &rules, (members[0], value), flaw).is_some()
        });
        match class {
            Some((_, members)) => members.push(value),
            None => classes.push((colour, vec![value])),
        }
    }
    let classes = classes.into_iter().filter(|(_, members)| members.len() > 1);
    classes
        .map(|(_, values)| {
            let pairs = values.windows(2).map(|pair| (pair[0], pair[1]));
            // The product of three symmetries is one; looking again costs little.
            let swaps = pairs.filter_map(|pair| swap(program, ground, &rules, pair, flaw)).collect();
            Class { values, swaps }
        })
        .collect()
}

/// The values that observer rules name; `None` if they do more with values than to compare them for equality.
fn named_by_observers(program: &Program) -> Option<BTreeSet<Value>> {
    let mut named = BTreeSet::new();
    program.observers.iter().all(|rule| names(rule, &mut named)).then_some(named)
}

fn names(rule: &Rule, named: &mut BTreeSet<Value>) -> bool {
    let mut simple = true;
    let mut expression = |expr: &Expr| match expr {
        Expr::Constant(value) => drop(named.insert(*value)),
        Expr::Variable(_) => {}
        Expr::Negate(_) | Expr::Binary(..) => simple = false,
    };
    for term in rule.positive.iter().flat_map(|atom| &atom.terms) {
        if let Term::Constant(value) = term {
            expression(&Expr::Constant(*value));
        }
    }
    for term in rule.negative.iter().flat_map(|atom| &atom.terms) {
        if let NegatedTerm::Expr(expr) = term {
            expression(expr);
        }
    }
    for term in &rule.head.terms {
        if let HeadTerm::Expr(expr) = term {
            expression(expr);
        }
    }
    for condition in &rule.conditions {
        match condition {
            Condition::Compare { left, right, .. } => [left, right].into_iter().for_each(&mut expression),
            Condition::Bind { value, .. } => expression(value),
        }
    }
    let asks_for_equality = |condition: &Condition| match condition {
        Condition::Compare { comparator, .. } => matches!(comparator, Comparator::Eq | Comparator::Ne),
        Condition::Bind { .. } => true,
    };
    simple && !rule.head.is_aggregated() && rule.conditions.iter().all(asks_for_equality)
}

/// A rule with places for numbers: an async head is an addressee and an atom there, others have the node itself.
type Plain = (RuleKind, NodeId, u32, Vec<u32>, Vec<u32>);

/// The rules of each node, sorted, each once.
fn rules(program: &Program, ground: &Ground) -> Vec<Vec<Plain>> {
    let same = |_: NodeId, atom: u32| atom;
    program.node_ids().map(|node| renamed(ground, node, &same, &|node| node)).collect()
}

/// The rules of a node with other numbers for its atoms, sorted, each once.
fn renamed(
    ground: &Ground,
    node: NodeId,
    atom: &impl Fn(NodeId, u32) -> u32,
    image: &impl Fn(NodeId) -> NodeId,
) -> Vec<Plain> {
    let body = |literals: &[u32]| {
        let mut literals: Vec<u32> = literals.iter().map(|&literal| atom(node, literal)).collect();
        literals.sort_unstable();
        literals
    };
    let counts = |at: NodeId, atom: u32| ground.is_counter(&ground.atoms(at)[atom as usize]);
    let rules = ground.rules(node).iter().filter_map(|rule| {
        let (at, head) =
            if rule.kind == RuleKind::Async { ground.messages(node)[rule.head as usize] } else { (node, rule.head) };
        let mut read = rule.positive.iter().chain(&rule.negative);
        let plain = !counts(at, head) && !read.any(|&literal| counts(node, literal));
        plain.then(|| (rule.kind, image(at), atom(at, head), body(&rule.positive), body(&rule.negative)))
    });
    let mut rules: Vec<Plain> = rules.collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn is_set(bits: &[u64], atom: u32) -> bool {
    bits.get(atom as usize / 64).is_some_and(|word| word >> (atom % 64) & 1 == 1)
}

/// The swap of these values if it is a symmetry.
fn swap(
    program: &Program,
    ground: &Ground,
    rules: &[Vec<Plain>],
    values: (Value, Value),
    flaw: Option<Flaw>,
) -> Option<Swap> {
    let nodes: Option<Vec<NodeId>> =
        program.nodes.iter().map(|&node| program.node_of(exchange(values, node))).collect();
    let mut swap = Swap { values, nodes: nodes?, atoms: Vec::new() };
    for node in program.node_ids() {
        let to = swap.nodes[node.0 as usize];
        let atoms = ground.atoms(node);
        if atoms.len() != ground.atoms(to).len() || ground.carried_atoms(node) != ground.carried_atoms(to) {
            return None;
        }
        let image = |fact: &Fact| {
            if ground.is_counter(fact) { Some(NO_IMAGE) } else { ground.atom(to, &swap.fact(fact)) }
        };
        let images: Option<Vec<u32>> = atoms.iter().map(image).collect();
        swap.atoms.push(images?);
    }
    let image = |node: NodeId| swap.nodes[node.0 as usize];
    let atom = |node: NodeId, atom: u32| swap.atoms[node.0 as usize][atom as usize];
    let same = program.node_ids().all(|node| {
        let to = image(node);
        let carried = ground.carried_atoms(node) as u32;
        let named = (0u32..).zip(&swap.atoms[node.0 as usize]).filter(|(_, at)| **at != NO_IMAGE);
        let alike = named.into_iter().all(|(from, &at)| {
            (from < carried) == (at < carried) && is_set(ground.certain(node), from) == is_set(ground.certain(to), at)
        });
        let mut events: Vec<(u64, u32)> =
            ground.events(node).iter().map(|&(step, event)| (step, atom(node, event))).collect();
        events.sort_unstable();
        let mut messages: Vec<(NodeId, u32)> =
            ground.messages(node).iter().map(|&(to, message)| (image(to), atom(to, message))).collect();
        messages.sort_unstable();
        alike
            && events == ground.events(to)
            && messages == ground.messages(to)
            && (flaw == Some(Flaw::Alike) || renamed(ground, node, &atom, &image) == rules[to.0 as usize])
    });
    (same && (flaw == Some(Flaw::Aggregated) || aggregates_alike(ground, &swap))).then_some(swap)
}

/// Whether a swap maps aggregates to aggregates.
fn aggregates_alike(ground: &Ground, swap: &Swap) -> bool {
    let image = |aggregation: &Aggregation| {
        let images = |facts: &[Fact]| {
            let mut images: Vec<Fact> = facts.iter().map(|fact| swap.fact(fact)).collect();
            images.sort();
            images
        };
        let heads = aggregation.heads.iter().map(|head| {
            let (node, fact) = head.as_ref()?;
            Some((swap.nodes[node.0 as usize], swap.fact(fact)))
        });
        let node = swap.nodes[aggregation.node.0 as usize];
        let (parts, certain) = (images(&aggregation.parts), images(&aggregation.certain));
        Aggregation { node, parts, certain, heads: heads.collect(), ..aggregation.clone() }
    };
    let known: BTreeSet<&Aggregation> = ground.aggregations().iter().collect();
    ground.aggregations().iter().all(|aggregation| {
        let fixed = |part: &Fact| {
            let value = part.values[aggregation.column];
            swap.value(value) == value
        };
        let by_number = aggregation.function == AggregateFunction::Count;
        (by_number || aggregation.parts.iter().all(fixed)) && known.contains(&image(aggregation))
    })
}
