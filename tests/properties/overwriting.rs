//! Random programs whose state is overwritten: registers, sets that are changed in place, acknowledgements. Most of them depend on the order of
//! deliveries, some in ways that only what the rules mean tells apart.

use super::model::{Atom, Constant, Fact, Literal, Model, Place, Rule, Term, When};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

struct Generator {
    rng: ChaCha8Rng,
    model: Model,
    /// What a body at the holder may read.
    readable: Vec<String>,
}

fn var(name: &str) -> Term {
    Term::Variable(name.to_string())
}

fn at(node: &str) -> Place {
    Place::At(Term::Constant(Constant::symbol(node)))
}

fn atom(relation: &str, place: Place, terms: Vec<Term>) -> Atom {
    Atom { relation: relation.to_string(), place, terms }
}

fn here(relation: &str, term: Term) -> Atom {
    atom(relation, Place::Here, vec![term])
}

/// A program; the same one for the same seed.
pub fn program(seed: u64) -> Model {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let model = Model {
        hash: rng.random_bool(0.8),
        nodes: vec![Constant::symbol("n1"), Constant::symbol("n2")],
        declared: true,
        outputs: Vec::new(),
        nevers: Vec::new(),
        facts: Vec::new(),
        rules: Vec::new(),
    };
    let mut generator = Generator { rng, model, readable: Vec::new() };
    generator.build();
    generator.model
}

impl Generator {
    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.rng.random_range(0..list.len())].clone()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn rule(&mut self, when: When, head: Atom, body: Vec<Literal>) {
        self.model.rules.push(Rule { head, when, body, at: None, located: false });
    }

    fn build(&mut self) {
        for message in self.pick(&[vec!["m"], vec!["m", "k"], vec!["m", "k"]]) {
            self.message(message);
        }
        let states: Vec<&str> = self.pick(&[vec!["s"], vec!["s"], vec!["s", "t"]]);
        self.readable.extend(states.iter().map(ToString::to_string));
        for state in &states {
            match self.rng.random_range(0..7) {
                0 => self.extreme(state),
                1 => self.removals(state),
                2 => self.latest(state),
                3 => self.parts(state),
                _ => self.anything(state),
            }
            if self.chance(15) {
                self.anything(state);
            }
        }
        self.model.outputs = states.iter().map(ToString::to_string).collect();
        if self.chance(30) {
            self.acknowledged();
        }
        if self.chance(25) {
            let body = self.body(When::Now);
            self.rule(When::Now, here("d", var("X")), body);
            self.model.outputs.push("d".to_string());
        }
    }

    /// A message with one column from events, or from what is given for good.
    fn message(&mut self, name: &str) {
        let source = format!("{name}e");
        let lasting = self.chance(30);
        for _ in 0..self.pick(&[1, 2, 2]) {
            let value = Constant::Int(self.pick(&[1, 2, 2, 3]));
            let fact = Fact {
                atom: atom(&source, at("n1"), vec![Term::Constant(value)]),
                step: if lasting { None } else { Some(self.pick(&[1, 1, 2])) },
            };
            if !self.model.facts.contains(&fact) {
                self.model.facts.push(fact);
            }
        }
        self.rule(When::Async, atom(name, at("n2"), vec![var("X")]), vec![Literal::Positive(here(&source, var("X")))]);
        if self.chance(25) {
            self.rule(When::Next, here(name, var("X")), vec![Literal::Positive(here(name, var("X")))]);
        }
        self.readable.push(name.to_string());
    }

    /// The greatest or least of what has come.
    fn extreme(&mut self, state: &str) {
        let (message, function) = (self.readable[0].clone(), self.pick(&["max", "min"]));
        let seen = format!("{state}seen");
        for source in [&message, state] {
            self.rule(When::Now, here(&seen, var("X")), vec![Literal::Positive(here(source, var("X")))]);
        }
        let best = Term::Aggregate(function, "X".to_string(), vec![]);
        self.rule(When::Next, here(state, best), vec![Literal::Positive(here(&seen, var("X")))]);
    }

    /// A set from which is removed what another message names.
    fn removals(&mut self, state: &str) {
        let (message, other) = (self.readable[0].clone(), self.pick(&self.readable.clone()));
        let gone = Literal::Negative(here(&other, var("X")));
        let kept = vec![Literal::Positive(here(state, var("X"))), gone.clone()];
        self.rule(When::Next, here(state, var("X")), kept);
        let mut new = vec![Literal::Positive(here(&message, var("X")))];
        if self.chance(50) {
            new.push(gone);
        }
        self.rule(When::Next, here(state, var("X")), new);
    }

    /// A register that keeps the greater value, or the later one.
    fn latest(&mut self, state: &str) {
        let (message, beaten) = (self.readable[0].clone(), format!("{state}beaten"));
        let comparison = self.pick(&["<", "<", "<=", ">"]);
        let older = vec![
            Literal::Positive(here(state, var("X"))),
            Literal::Positive(here(&message, var("Y"))),
            Literal::Compare(var("X"), comparison, var("Y")),
        ];
        self.rule(When::Now, here(&beaten, var("X")), older);
        let kept = vec![Literal::Positive(here(state, var("X"))), Literal::Negative(here(&beaten, var("X")))];
        self.rule(When::Next, here(state, var("X")), kept);
        let late = format!("{state}late");
        let mut new = vec![Literal::Positive(here(&message, var("X")))];
        if self.chance(80) {
            let readable = self.readable.clone();
            for than in [state, self.pick(&readable).as_str()] {
                let body = vec![
                    Literal::Positive(here(&message, var("X"))),
                    Literal::Positive(here(than, var("Y"))),
                    Literal::Compare(var("X"), "<", var("Y")),
                ];
                self.rule(When::Now, here(&late, var("X")), body);
            }
            new.push(Literal::Negative(here(&late, var("X"))));
        }
        self.rule(When::Next, here(state, var("X")), new);
    }

    /// Two rules that differ in the sign of a literal.
    fn parts(&mut self, state: &str) {
        let readable = self.readable.clone();
        let (message, other) = (self.pick(&readable), self.pick(&readable));
        let when = self.pick(&[When::Now, When::Next]);
        if self.chance(70) {
            self.rule(When::Next, here(state, var("X")), vec![Literal::Positive(here(state, var("X")))]);
        }
        for sign in [true, false] {
            if self.chance(90) {
                let literal = here(&other, var("X"));
                let literal = if sign { Literal::Positive(literal) } else { Literal::Negative(literal) };
                let body = vec![Literal::Positive(here(&message, var("X"))), literal];
                self.rule(if other == state { When::Next } else { when }, here(state, var("X")), body);
            }
        }
    }

    /// Up to three rules of any form.
    fn anything(&mut self, state: &str) {
        for _ in 0..self.pick(&[1, 2, 2, 3]) {
            let body = self.body(When::Next);
            self.rule(When::Next, here(state, var("X")), body);
        }
        if self.chance(30) {
            self.rule(When::Next, here(state, var("X")), vec![Literal::Positive(here(state, var("X")))]);
        }
    }

    fn body(&mut self, _when: When) -> Vec<Literal> {
        let readable = self.readable.clone();
        let mut body = vec![Literal::Positive(here(&self.pick(&readable), var("X")))];
        if self.chance(60) {
            let term = self.pick(&[var("X"), Term::Anonymous]);
            body.push(Literal::Negative(here(&self.pick(&readable), term)));
        }
        if self.chance(25) {
            let comparison = self.pick(&["<", "<=", ">", "!="]);
            body.push(Literal::Positive(here(&self.pick(&readable), var("Y"))));
            body.push(Literal::Compare(var("X"), comparison, var("Y")));
        }
        body
    }

    /// Something is sent back, and kept or not.
    fn acknowledged(&mut self) {
        let body = if self.chance(50) {
            vec![Literal::Positive(here(&self.readable[0].clone(), var("X")))]
        } else {
            self.body(When::Async)
        };
        self.rule(When::Async, atom("a", at("n1"), vec![var("X")]), body);
        if self.chance(50) {
            self.rule(When::Next, here("a", var("X")), vec![Literal::Positive(here("a", var("X")))]);
            self.model.outputs.push("a".to_string());
        } else {
            for source in ["a", "b"] {
                self.rule(When::Next, here("b", var("X")), vec![Literal::Positive(here(source, var("X")))]);
            }
            self.model.outputs.push("b".to_string());
        }
    }
}
