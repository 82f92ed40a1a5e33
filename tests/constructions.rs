//! The constructions behind "undecidable in general" [C, Lemma 1, repaired] and PSPACE [C, Lemma 2], generated: what is answered is whether the machine
//! halts, and whether the formula is true. The rules are those of the programs in `papers/`; only facts are made here.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use watershed::budget::{Bound, Budget};
use watershed::pipeline::check::{Options, check};
use watershed::pipeline::{Answer, Basis, Verdict, read};
use watershed::program::resolve;
use watershed::syntax::load::Input;

fn answer(text: &str, budget: &Budget) -> Answer {
    let input = Input::Text { name: "construction.ded".to_string(), text: text.to_string() };
    let read = read(&[input], &resolve::Options::default());
    let why: Vec<_> = read.diagnostics.iter().map(|finding| finding.message.clone()).collect();
    let (program, analysis) = read.program.unwrap_or_else(|| panic!("{why:?}\n{text}"));
    check(&program, &analysis, budget, Options::default(), &mut |_| ())
        .unwrap_or_else(|_| panic!("a rule errs\n{text}"))
}

/// The text of a program of the corpus from `start` on.
fn rules(file: &str, start: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks/programs/papers").join(file);
    let text = std::fs::read_to_string(path).expect("a program of the corpus");
    text[text.find(start).expect("the rules")..].to_string()
}

/// An instruction of a two-counter machine; states are numbers, the last one halts.
#[derive(Debug, Clone, Copy)]
enum Instruction {
    Inc { counter: usize, then: usize },
    Dec { counter: usize, then: usize, at_zero: usize },
}

/// What becomes of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Halts,
    /// A configuration comes back.
    Loops,
    /// A counter passes the bound.
    Grows,
}

fn machine(rng: &mut impl Rng) -> Vec<Instruction> {
    let states = rng.random_range(1..=5);
    (0..states)
        .map(|_| {
            let (counter, then) = (rng.random_range(0..2), rng.random_range(0..=states));
            if rng.random_bool(0.5) {
                Instruction::Inc { counter, then }
            } else {
                Instruction::Dec { counter, then, at_zero: rng.random_range(0..=states) }
            }
        })
        .collect()
}

/// Runs a machine by itself, with counters up to `most`.
fn fate(machine: &[Instruction], most: u64) -> Fate {
    let (mut state, mut counters) = (0, [0u64; 2]);
    let mut seen = BTreeSet::new();
    while seen.insert((state, counters)) {
        let Some(instruction) = machine.get(state) else { return Fate::Halts };
        match *instruction {
            Instruction::Inc { counter, then } => {
                counters[counter] += 1;
                state = then;
            }
            Instruction::Dec { counter, at_zero, .. } if counters[counter] == 0 => state = at_zero,
            Instruction::Dec { counter, then, .. } => {
                counters[counter] -= 1;
                state = then;
            }
        }
        if counters.iter().any(|&counter| counter > most) {
            return Fate::Grows;
        }
    }
    Fate::Loops
}

fn facts(machine: &[Instruction]) -> String {
    let name = |state: usize| if state == machine.len() { "halt".to_string() } else { format!("q{state}") };
    let mut text = "nodes n1;\noutput accept;\nconf(#n1, q0, 0, 0)@1;\n".to_string();
    for (state, instruction) in machine.iter().enumerate() {
        let line = match *instruction {
            Instruction::Inc { counter, then } => {
                format!("inc(#n1, {}, {}, {});", name(state), ["one", "two"][counter], name(then))
            }
            Instruction::Dec { counter, then, at_zero } => {
                let counter = ["one", "two"][counter];
                format!("dec(#n1, {}, {counter}, {}, {});", name(state), name(then), name(at_zero))
            }
        };
        let _ = writeln!(text, "{line}");
    }
    // That no machine here has some instruction is no mistake.
    text.push_str("input inc(q, c, p), dec(q, c, p, z);\n");
    text
}

const MOST: u64 = 6;

#[test]
fn a_program_is_diffluent_just_because_a_machine_halts() {
    let rules = rules("counter-machine-halts.ded", "// inc(Q, C, P)");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut fates = [0; 3];
    for _ in 0..300 {
        let machine = machine(&mut rng);
        let fate = fate(&machine, MOST);
        fates[fate as usize] += 1;
        let mut text = facts(&machine) + &rules;
        for n in 0..MOST {
            let _ = writeln!(text, "succ(#n1, {n}, {});", n + 1);
        }
        let answer = answer(&text, &Budget::default());
        // A counter that would pass the last number stops the machine.
        let expected = if fate == Fate::Halts { Verdict::Diffluent } else { Verdict::Confluent };
        assert_eq!((answer.verdict, answer.basis), (expected, Basis::Explored), "{fate:?}\n{text}");
    }
    println!("halt, loop, grow: {fates:?}");
    assert!(fates.iter().all(|&count| count >= 20), "{fates:?}");
}

/// With counters that have no bound the question is undecidable; what has no end is never called confluent.
#[test]
fn a_machine_whose_counters_grow_is_never_answered() {
    let rules = rules("counter-machine-halts.ded", "// inc(Q, C, P)");
    let computed = rules
        .replace("inc(Q, one, P), succ(A, A2)", "inc(Q, one, P), A2 == A + 1")
        .replace("inc(Q, two, P), succ(B, B2)", "inc(Q, two, P), B2 == B + 1")
        .replace("dec(Q, one, P, _), succ(A2, A)", "dec(Q, one, P, _), A > 0, A2 == A - 1")
        .replace("dec(Q, two, P, _), succ(B2, B)", "dec(Q, two, P, _), B > 0, B2 == B - 1");
    assert!(!computed.contains("succ"), "{computed}");
    let budget = Budget { max_states: 500, ..Budget::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut fates = [0; 3];
    for _ in 0..60 {
        let machine = machine(&mut rng);
        let fate = fate(&machine, 2_000);
        fates[fate as usize] += 1;
        let text = facts(&machine) + &computed;
        let answer = answer(&text, &budget);
        match fate {
            Fate::Halts => assert_eq!(answer.verdict, Verdict::Diffluent, "{text}"),
            Fate::Loops => assert_eq!(answer.verdict, Verdict::Confluent, "{text}"),
            Fate::Grows => {
                assert_eq!(
                    (answer.verdict, answer.basis),
                    (Verdict::Inconclusive, Basis::Bound(Bound::States)),
                    "{text}"
                );
            }
        }
    }
    println!("halt, loop, grow: {fates:?}");
    assert!(fates.iter().all(|&count| count >= 5), "{fates:?}");
}

/// A formula: for each variable whether it is universal, outermost first, and clauses of variables with their values.
#[derive(Debug)]
struct Formula {
    universal: Vec<bool>,
    clauses: Vec<Vec<(usize, bool)>>,
}

impl Formula {
    fn random(variables: usize, rng: &mut impl Rng) -> Self {
        let universal = (0..variables).map(|_| rng.random_bool(0.5)).collect();
        let clauses = (0..rng.random_range(1..=variables + 1))
            .map(|_| {
                let literals = rng.random_range(1..=3.min(variables));
                (0..literals).map(|_| (rng.random_range(0..variables), rng.random_bool(0.5))).collect()
            })
            .collect();
        Formula { universal, clauses }
    }

    /// Whether it is true, by definition.
    fn holds(&self, assigned: &mut Vec<bool>) -> bool {
        let Some(&universal) = self.universal.get(assigned.len()) else {
            return self
                .clauses
                .iter()
                .all(|clause| clause.iter().any(|&(variable, value)| assigned[variable] == value));
        };
        let branches = [false, true].map(|value| {
            assigned.push(value);
            let holds = self.holds(assigned);
            assigned.pop();
            holds
        });
        if universal { branches[0] && branches[1] } else { branches[0] || branches[1] }
    }

    fn facts(&self) -> String {
        let mut text = "output agree, valid;\nnode(n1);\noutermost(x0);\n".to_string();
        for (variable, universal) in self.universal.iter().enumerate() {
            let below =
                if variable + 1 == self.universal.len() { "leaf".to_string() } else { format!("x{}", variable + 1) };
            let quantifier = if *universal { "forall" } else { "exists" };
            let _ = writeln!(
                text,
                "quant(x{variable}, {quantifier});\nbelow(x{variable}, {below});\nbit(#n1, x{variable}, 0)@1;"
            );
        }
        for (number, clause) in self.clauses.iter().enumerate() {
            let _ = writeln!(text, "clause(c{number});");
            for (variable, value) in clause {
                let _ = writeln!(text, "lit(c{number}, x{variable}, {});", u8::from(*value));
            }
        }
        text
    }
}

#[test]
fn a_program_is_diffluent_just_because_a_formula_is_true() {
    let rules = rules("qbf-true.ded", "op(forall, 0, 0, 0);");
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for variables in 1..=5 {
        let mut truths = [0; 2];
        for _ in 0..60 {
            let formula = Formula::random(variables, &mut rng);
            let holds = formula.holds(&mut Vec::new());
            truths[usize::from(holds)] += 1;
            let text = formula.facts() + &rules;
            let answer = answer(&text, &Budget::default());
            let expected = if holds { Verdict::Diffluent } else { Verdict::Confluent };
            assert_eq!((answer.verdict, answer.basis), (expected, Basis::Explored), "{formula:?}\n{text}");
        }
        println!("{variables} variables: {} formulas false, {} true", truths[0], truths[1]);
        assert!(truths.iter().all(|&count| count >= 5), "{variables} variables: {truths:?}");
    }
}
