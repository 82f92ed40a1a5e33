//! Random programs in which messages cause messages and what is counted is how many come: causes that meet in one step send one copy, causes that
//! come apart send two. All relations are without columns, so that the systems stay small while a cause can travel over three nodes.

use super::model::{Atom, Constant, Fact, Literal, Model, Place, Rule, Term, When};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

struct Generator {
    rng: ChaCha8Rng,
    model: Model,
    /// What a rule may read, by the layer of messages that it rests on.
    heard: Vec<(String, usize)>,
    /// What stays once it is there.
    kept: Vec<(String, usize)>,
    relations: usize,
}

/// A program; the same one for the same seed.
pub fn program(seed: u64) -> Model {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let nodes = [2, 2, 3, 3, 3][rng.random_range(0..5)];
    let model = Model {
        hash: true,
        nodes: (1..=nodes).map(|n| Constant::Symbol(format!("n{n}"))).collect(),
        declared: true,
        outputs: Vec::new(),
        nevers: Vec::new(),
        facts: Vec::new(),
        rules: Vec::new(),
    };
    let mut generator = Generator { rng, model, heard: Vec::new(), kept: Vec::new(), relations: 0 };
    generator.build();
    generator.model
}

fn positive(name: &str) -> Literal {
    Literal::Positive(here(name))
}

fn negative(name: &str) -> Literal {
    Literal::Negative(here(name))
}

fn here(name: &str) -> Atom {
    Atom { relation: name.to_string(), place: Place::Here, terms: Vec::new() }
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        self.rng.random_range(0..bound)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    fn new_name(&mut self, stem: &str) -> String {
        self.relations += 1;
        format!("{stem}{}", self.relations)
    }

    fn rule(&mut self, when: When, head: Atom, body: Vec<Literal>, at: Option<Constant>) {
        self.model.rules.push(Rule { head, when, body, at, located: false });
    }

    fn now(&mut self, head: &str, body: Vec<Literal>) {
        self.rule(When::Now, here(head), body, None);
    }

    fn next(&mut self, head: &str, body: Vec<Literal>) {
        self.rule(When::Next, here(head), body, None);
    }

    fn persist(&mut self, name: &str) {
        self.next(name, vec![positive(name)]);
    }

    fn build(&mut self) {
        for _ in 0..self.pick(&[1, 1, 2]) {
            self.source();
        }
        for layer in 1..=self.pick(&[2, 2, 3]) {
            for _ in 0..self.pick(&[1, 2, 2, 3]) {
                self.message(layer);
            }
            if self.chance(40) {
                self.keep();
            }
            if self.chance(25) {
                self.first_step();
            }
        }
        for _ in 0..self.pick(&[1, 1, 2]) {
            self.counter();
        }
        if self.chance(30) {
            self.order();
        }
    }

    /// A fact at one or two steps of one node.
    fn source(&mut self) {
        let name = self.new_name("go");
        let node = self.pick(&self.model.nodes.clone());
        for step in self.pick(&[&[1][..], &[1], &[2], &[1, 2], &[1, 3]]) {
            let atom = Atom { place: Place::At(Term::Constant(node.clone())), ..here(&name) };
            self.model.facts.push(Fact { atom, step: Some(*step) });
        }
        self.heard.push((name, 0));
    }

    /// A message that rests on lower layers, with one to three rules that send it.
    fn message(&mut self, layer: usize) {
        let name = self.new_name("m");
        for _ in 0..self.pick(&[1, 1, 2, 2, 3]) {
            let body = self.cause(layer);
            let place = if self.chance(85) {
                Place::At(Term::Constant(self.pick(&self.model.nodes.clone())))
            } else {
                Place::Everywhere
            };
            let at = self.chance(15).then(|| self.pick(&self.model.nodes.clone()));
            self.rule(When::Async, Atom { place, ..here(&name) }, body, at);
        }
        if self.chance(25) {
            let body = vec![positive(&name)];
            let through = self.new_name("d");
            self.now(&through, body);
            if self.chance(30) {
                let other = self.cause(layer + 1);
                self.now(&through, other);
            }
            self.heard.push((through, layer));
        }
        self.heard.push((name, layer));
    }

    /// One thing that was heard below this layer, more often of the layer just below, and perhaps something with it.
    fn cause(&mut self, layer: usize) -> Vec<Literal> {
        let just_below: Vec<String> = self.heard.iter().filter(|(_, l)| l + 1 == layer).map(|h| h.0.clone()).collect();
        let below: Vec<String> = self.heard.iter().filter(|(_, l)| *l < layer).map(|h| h.0.clone()).collect();
        let from = if !just_below.is_empty() && self.chance(80) { &just_below } else { &below };
        let mut body = vec![positive(&self.pick(from))];
        let kept: Vec<String> = self.kept.iter().filter(|(_, l)| *l < layer).map(|k| k.0.clone()).collect();
        match self.below(10) {
            0 => body.push(positive(&self.pick(&below))),
            1 if !kept.is_empty() => body.push(positive(&self.pick(&kept))),
            2 | 3 if !kept.is_empty() => body.push(negative(&self.pick(&kept))),
            // Sent at every step from then on.
            4 if !kept.is_empty() && self.chance(30) => body = vec![positive(&self.pick(&kept))],
            _ => {}
        }
        body
    }

    /// Remembers something that was heard.
    fn keep(&mut self) {
        let (name, layer) = self.pick(&self.heard.clone());
        let kept = self.new_name("k");
        match self.below(3) {
            0 => self.now(&kept, vec![positive(&name)]),
            _ => self.next(&kept, vec![positive(&name)]),
        }
        self.persist(&kept);
        self.kept.push((kept, layer));
    }

    /// Holds in the first step of something kept.
    fn first_step(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        let (kept, layer) = self.pick(&self.kept.clone());
        let (was, first) = (self.new_name("w"), self.new_name("f"));
        self.next(&was, vec![positive(&kept)]);
        self.persist(&was);
        self.now(&first, vec![positive(&kept), negative(&was)]);
        self.heard.push((first, layer));
    }

    /// Whether something came in one step, in two, perhaps in three.
    fn counter(&mut self) {
        let latest = self.heard.len().saturating_sub(3);
        let (name, _) = self.pick(&self.heard.clone()[latest..]);
        let mut before: Option<String> = None;
        for _ in 0..self.pick(&[2, 2, 3]) {
            let count = self.new_name("c");
            let mut body = vec![positive(&name)];
            body.extend(before.as_deref().map(positive));
            self.next(&count, body);
            self.persist(&count);
            before = Some(count);
        }
    }

    /// Which of two things came first, or whether they came together.
    fn order(&mut self) {
        let (one, _) = self.pick(&self.heard.clone());
        let (other, _) = self.pick(&self.heard.clone());
        let seen = self.new_name("o");
        let second = if self.chance(50) { positive(&other) } else { negative(&other) };
        self.next(&seen, vec![positive(&one), second]);
        self.persist(&seen);
    }
}
