//! The theories that proofs are built on: each can be satisfied, and what the written proofs take from it follows.
#![cfg(feature = "z3")]

use watershed::budget::Budget;
use watershed::prove::theory::{INTEGERS, SEMILATTICE, SETS, STEPS, VALUES, assertions};
use watershed::solver::smt::{Answer, WORK, satisfiable};

fn ask(theories: &[&str], more: &[&str]) -> Answer {
    let mut text = theories.join("\n");
    let mut count: usize = theories.iter().map(|theory| assertions(theory)).sum();
    for line in more {
        text.push_str(line);
        count += line.matches("(assert").count();
    }
    satisfiable(&text, count, WORK, &Budget::default())
}

fn follows(theories: &[&str], declarations: &str, claim: &str) {
    let negated = format!("(assert (not {claim}))");
    assert_eq!(ask(theories, &[declarations, &negated]), Answer::Unsatisfiable, "{claim}");
}

#[test]
fn each_theory_has_a_model() {
    for theories in [&[VALUES][..], &[INTEGERS], &[SETS], &[SETS, STEPS], &[SEMILATTICE]] {
        assert!(matches!(ask(theories, &[]), Answer::Satisfiable(_)), "{}", theories[theories.len() - 1]);
    }
    // Also where there is something to tell apart.
    let two = "(declare-const x Value)(declare-const y Value)(assert (lt x y))";
    assert!(matches!(ask(&[VALUES], &[two]), Answer::Satisfiable(_)));
    let three = "(declare-const p Element)(declare-const q Element)(assert (distinct p q bottom (join p q)))";
    assert!(matches!(ask(&[SEMILATTICE], &[three]), Answer::Satisfiable(_)));
    let moving = "(declare-const s State)(declare-const a Fact)
        (assert (distinct (step s nothing) (step s (with nothing a))))(assert (invariant s))";
    assert!(matches!(ask(&[SETS, STEPS], &[moving]), Answer::Satisfiable(_)));
}

#[test]
fn the_order_of_values_is_total_and_strict() {
    let values = "(declare-const x Value)(declare-const y Value)(declare-const z Value)";
    for theory in [VALUES, INTEGERS] {
        follows(&[theory], values, "(or (lt x y) (= x y) (lt y x))");
        follows(&[theory], values, "(not (and (lt x y) (lt y x)))");
        follows(&[theory], values, "(=> (and (lt x y) (le y z)) (lt x z))");
    }
}

/// Against the language's own arithmetic.
#[test]
fn division_truncates_and_the_remainder_follows_the_dividend() {
    let number = |n: i64| if n < 0 { format!("(- {})", -n) } else { n.to_string() };
    for x in [-7i64, -6, -1, 0, 1, 6, 7] {
        for y in [-3i64, -2, -1, 1, 2, 3] {
            let (a, b) = (number(x), number(y));
            let (quotient, remainder) = (number(x / y), number(x % y));
            follows(
                &[INTEGERS],
                "",
                &format!("(and (= (quotient {a} {b}) {quotient}) (= (remainder {a} {b}) {remainder}))"),
            );
        }
    }
}

/// The induction of the Lemma in `src/prove/joining.rs`: its base, its step, and what it is used for.
#[test]
fn deliveries_join_if_the_obligations_hold() {
    let given = "(declare-const s State)(declare-const m Facts)(declare-const n Facts)(declare-const a Fact)(assert (invariant s))";
    let states = |n: &str| format!("(= (step s (union m {n})) (step (step s m) {n}))");
    let messages = |n: &str| format!("(= (sends s (union m {n})) (both (sends s m) (sends (step s m) {n})))");
    follows(&[SETS, STEPS], given, &states("nothing"));
    follows(&[SETS, STEPS], given, &messages("nothing"));
    let hypothesis = format!("{given}(assert {})(assert {})", states("n"), messages("n"));
    follows(&[SETS, STEPS], &hypothesis, &states("(with n a)"));
    follows(&[SETS, STEPS], &hypothesis, &messages("(with n a)"));
    // With the Lemma for all sets: deliveries may be exchanged and repeated. That union commutes is proved by the same induction.
    let lemma = format!(
        "{given}(assert (forall ((s State) (m Facts) (n Facts)) (=> (invariant s) {})))\
         (assert (forall ((m Facts) (n Facts)) (= (union m n) (union n m))))(assert (forall ((m Facts)) (= (union m m) m)))",
        states("n")
    );
    follows(&[SETS, STEPS], &lemma, "(= (step (step s m) n) (step (step s n) m))");
    follows(&[SETS, STEPS], &lemma, "(= (step (step s m) m) (step s m))");
}

/// Sets with their union are a semilattice: associativity, by induction on the last set; that the rest follows by induction too is said in its base and step.
#[test]
fn sets_with_union_join() {
    let given = "(declare-const l Facts)(declare-const m Facts)(declare-const n Facts)(declare-const a Fact)";
    follows(&[SETS], given, "(= (union l (union m nothing)) (union (union l m) nothing))");
    let hypothesis = format!("{given}(assert (= (union l (union m n)) (union (union l m) n)))");
    follows(&[SETS], &hypothesis, "(= (union l (union m (with n a))) (union (union l m) (with n a)))");
    // A fact that is put in before may be put in after: by induction on n, and with it that union commutes.
    follows(&[SETS], given, "(= (union (with m a) nothing) (with (union m nothing) a))");
    let early = format!("{given}(declare-const b Fact)(assert (= (union (with m a) n) (with (union m n) a)))");
    follows(&[SETS], &early, "(= (union (with m a) (with n b)) (with (union m (with n b)) a))");
}

#[test]
fn the_laws_of_semilattices_make_an_order() {
    let given = "(declare-const x Element)(declare-const y Element)(declare-const z Element)";
    follows(&[SEMILATTICE], given, "(below x (join x y))");
    follows(&[SEMILATTICE], given, "(=> (and (below x y) (below y z)) (below x z))");
    follows(&[SEMILATTICE], given, "(=> (and (below x z) (below y z)) (below (join x y) z))");
}
