//! Random programs with values that nothing tells apart: a random program, and with each fact and rule its images when names are exchanged.

use super::model::{Atom, Constant, Literal, Model, Place, Rule, Term, When};
use super::{apart, generator, relays};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A program; the same one for the same seed.
pub fn program(seed: u64) -> Model {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut model = match rng.random_range(0..4) {
        0 | 1 => relays::program(seed),
        2 => apart::program(seed),
        _ => generator::program(seed, generator::Fragment::Dedalus),
    };
    count_something(&mut model, &mut rng);
    let symbols = [Constant::symbol("a"), Constant::symbol("b")];
    let mut swaps: Vec<[Constant; 2]> = model.nodes.windows(2).map(|two| [two[0].clone(), two[1].clone()]).collect();
    swaps.retain(|_| rng.random_bool(0.7));
    if swaps.is_empty() || rng.random_bool(0.3) {
        swaps.push(symbols);
    }
    // Images of images: twice is enough for two neighbouring swaps.
    for _ in 0..2 {
        for swap in &swaps {
            close(&mut model, swap);
        }
    }
    model
}

/// Counts what some relation of one column holds, and remembers whether that was two.
fn count_something(model: &mut Model, rng: &mut ChaCha8Rng) {
    let unary = |rule: &&Rule| rule.head.terms.len() == 1 && matches!(rule.head.terms[0], Term::Variable(_));
    let unary: Vec<String> = model.rules.iter().filter(unary).map(|rule| rule.head.relation.clone()).collect();
    if unary.is_empty() || rng.random_bool(0.4) {
        return;
    }
    let counted = &unary[rng.random_range(0..unary.len())];
    let atom = |relation: &str, terms: Vec<Term>| Atom { relation: relation.to_string(), place: Place::Here, terms };
    let variable = |name: &str| Term::Variable(name.to_string());
    let rule = |head: Atom, when: When, body: Vec<Literal>| Rule { head, when, body, at: None, located: false };
    let number = Term::Aggregate("count", "X".to_string(), Vec::new());
    let body = vec![Literal::Positive(atom(counted, vec![variable("X")]))];
    model.rules.push(rule(atom("howmany", vec![number]), When::Now, body));
    let two = Literal::Positive(atom("howmany", vec![Term::Constant(Constant::Int(2))]));
    model.rules.push(rule(atom("weretwo", vec![]), When::Next, vec![two]));
    let kept = Literal::Positive(atom("weretwo", vec![]));
    model.rules.push(rule(atom("weretwo", vec![]), When::Next, vec![kept]));
}

/// Adds the images of all facts and rules.
fn close(model: &mut Model, swap: &[Constant; 2]) {
    for mut fact in model.facts.clone() {
        rename_atom(&mut fact.atom, swap);
        if !model.facts.contains(&fact) {
            model.facts.push(fact);
        }
    }
    for mut rule in model.rules.clone() {
        rename_atom(&mut rule.head, swap);
        rule.at = rule.at.map(|at| renamed(&at, swap));
        for literal in &mut rule.body {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => rename_atom(atom, swap),
                Literal::Compare(left, _, right) => {
                    rename_term(left, swap);
                    rename_term(right, swap);
                }
            }
        }
        if !model.rules.contains(&rule) {
            model.rules.push(rule);
        }
    }
}

fn renamed(constant: &Constant, [one, other]: &[Constant; 2]) -> Constant {
    if constant == one {
        other.clone()
    } else if constant == other {
        one.clone()
    } else {
        constant.clone()
    }
}

fn rename_term(term: &mut Term, swap: &[Constant; 2]) {
    if let Term::Constant(constant) = term {
        *constant = renamed(constant, swap);
    }
}

fn rename_atom(atom: &mut Atom, swap: &[Constant; 2]) {
    if let Place::At(term) = &mut atom.place {
        rename_term(term, swap);
    }
    for term in &mut atom.terms {
        rename_term(term, swap);
    }
}
