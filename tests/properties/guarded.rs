//! Random programs rich in what temporal polarity speaks of: relations that keep what they are told, facts at single steps, negation, thresholds, sets that only
//! lose members, clocks, and messages that count in one step only. Small enough that the whole system can be explored.

use super::model::{Atom, Constant, Fact, Literal, Model, Place, Rule, Term, When};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A relation that rules may read.
#[derive(Debug, Clone)]
struct Relation {
    name: String,
    unary: bool,
    /// For deductive rules: those of a relation read lower ones, or the same one positively.
    level: usize,
    /// Whether rules may head it.
    idb: bool,
}

struct Generator {
    rng: ChaCha8Rng,
    model: Model,
    relations: Vec<Relation>,
    /// Relations with one column of counts, or of least or greatest values: (name, whether counts, level).
    values: Vec<(String, bool, usize)>,
}

/// A program; the same one for the same seed.
pub fn program(seed: u64) -> Model {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let nodes = [1, 1, 2, 2, 2][rng.random_range(0..5)];
    let model = Model {
        hash: rng.random_bool(0.7),
        nodes: (1..=nodes).map(|n| Constant::Symbol(format!("n{n}"))).collect(),
        declared: true,
        outputs: Vec::new(),
        nevers: Vec::new(),
        facts: Vec::new(),
        rules: Vec::new(),
    };
    let mut generator = Generator { rng, model, relations: Vec::new(), values: Vec::new() };
    generator.build();
    generator.model
}

fn x() -> Term {
    Term::Variable("X".to_string())
}

fn symbol(name: &str) -> Term {
    Term::Constant(Constant::symbol(name))
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

    fn node(&mut self) -> Constant {
        self.pick(&self.model.nodes.clone())
    }

    fn build(&mut self) {
        self.given("s", true, 0);
        self.given("up", false, 100);
        for _ in 0..self.pick(&[1, 1, 2]) {
            self.event();
        }
        if self.chance(25) {
            self.wearing();
        }
        if self.chance(25) {
            self.flip();
        }
        if self.chance(25) {
            self.quorum();
        }
        if self.chance(10) {
            self.delayed();
        }
        for level in 1..=self.pick(&[3, 4, 5, 6]) {
            self.derived(level);
            if self.chance(30) {
                self.value(level);
            }
        }
        let idb: Vec<String> = self.relations.iter().filter(|r| r.idb).map(|r| r.name.clone()).collect();
        if self.chance(60) {
            for _ in 0..self.pick(&[1, 1, 2]) {
                let name = self.pick(&idb);
                if !self.model.outputs.contains(&name) {
                    self.model.outputs.push(name);
                }
            }
        }
    }

    fn add(&mut self, stem: &str, unary: bool, level: usize, idb: bool) -> Relation {
        let name = format!("{stem}{}", self.relations.len());
        let relation = Relation { name, unary, level, idb };
        self.relations.push(relation.clone());
        relation
    }

    fn fact(&mut self, relation: &Relation, step: Option<u64>) {
        let node = self.node();
        let terms = if relation.unary { vec![symbol(self.pick(&["a", "a", "b"]))] } else { vec![] };
        let place = Place::At(Term::Constant(node));
        let atom = Atom { relation: relation.name.clone(), place, terms };
        if !self.model.facts.iter().any(|fact| fact.atom == atom && fact.step == step) {
            self.model.facts.push(Fact { atom, step });
        }
    }

    fn atom(&self, relation: &Relation, term: Term) -> Atom {
        let terms = if relation.unary { vec![term] } else { vec![] };
        Atom { relation: relation.name.clone(), place: Place::Here, terms }
    }

    fn rule(&mut self, when: When, head: Atom, body: Vec<Literal>) {
        self.model.rules.push(Rule { head, when, body, at: None, located: false });
    }

    fn persist(&mut self, relation: &Relation) {
        let atom = self.atom(relation, x());
        self.rule(When::Next, atom.clone(), vec![Literal::Positive(atom)]);
    }

    /// A static relation; without columns, at all nodes.
    fn given(&mut self, stem: &str, unary: bool, everywhere: usize) {
        let relation = self.add(stem, unary, 0, false);
        if everywhere == 100 {
            for node in self.model.nodes.clone() {
                let atom =
                    Atom { relation: relation.name.clone(), place: Place::At(Term::Constant(node)), terms: vec![] };
                self.model.facts.push(Fact { atom, step: None });
            }
            return;
        }
        for _ in 0..self.pick(&[1, 1, 2]) {
            self.fact(&relation, None);
        }
    }

    fn event(&mut self) {
        let relation = self.add("e", true, 0, false);
        for _ in 0..self.pick(&[1, 1, 2]) {
            let step = self.pick(&[1, 1, 2, 3]);
            self.fact(&relation, Some(step));
        }
    }

    /// A set that starts with some members and loses them; sometimes gets new ones.
    fn wearing(&mut self) {
        let relation = self.add("w", true, 1, true);
        for _ in 0..2 {
            let step = self.pick(&[1, 1, 1, 1, 2]);
            self.fact(&relation, Some(step));
        }
        let own = self.atom(&relation, x());
        let against = self.add("d", true, 1, true);
        self.persist(&against);
        self.source(&against);
        let other = self.atom(&against, x());
        let literal = if self.chance(80) { Literal::Negative(other) } else { Literal::Positive(other) };
        self.rule(When::Next, own.clone(), vec![Literal::Positive(own.clone()), literal]);
        if self.chance(20) {
            let lower = self.relations[0].clone();
            let body = vec![Literal::Positive(self.atom(&lower, x()))];
            self.rule(When::Now, own, body);
        }
    }

    /// True at every second step.
    fn flip(&mut self) {
        let up = self.relations[1].clone();
        let relation = self.add("f", false, 1, true);
        let own = self.atom(&relation, x());
        let body = vec![Literal::Positive(self.atom(&up, x())), Literal::Negative(own.clone())];
        self.rule(When::Next, own, body);
    }

    /// What a static relation says one step late, and messages that come before or after.
    fn delayed(&mut self) {
        let given = self.relations[0].clone();
        let late = self.add("l", true, 1, true);
        let body = vec![Literal::Positive(self.atom(&given, x()))];
        self.rule(When::Next, self.atom(&late, x()), body);
        let message = self.add("m", true, 1, true);
        self.persist(&message);
        self.source(&message);
        let early = self.add("p", true, 2, true);
        if self.chance(60) {
            self.persist(&early);
        }
        let body = vec![Literal::Positive(self.atom(&message, x())), Literal::Negative(self.atom(&late, x()))];
        self.rule(When::Now, self.atom(&early, x()), body);
    }

    /// Votes that are kept and counted, and what follows from some of them.
    fn quorum(&mut self) {
        let vote = self.add("m", true, 1, true);
        self.persist(&vote);
        let ballot = self.add("b", true, 0, false);
        for name in ["a", "b"] {
            let place = Place::At(Term::Constant(self.node()));
            let atom = Atom { relation: ballot.name.clone(), place, terms: vec![symbol(name)] };
            let step = self.pick(&[Some(1), Some(1), Some(2), None]);
            self.model.facts.push(Fact { atom, step });
        }
        let head = Atom { place: Place::At(Term::Constant(self.node())), ..self.atom(&vote, x()) };
        self.rule(When::Async, head, vec![Literal::Positive(self.atom(&ballot, x()))]);
        let name = format!("q{}", self.relations.len());
        let function = self.pick(&["count", "count", "max", "min"]);
        let terms = vec![Term::Aggregate(function, "X".to_string(), vec![])];
        let head = Atom { relation: name.clone(), place: Place::Here, terms };
        self.rule(When::Now, head, vec![Literal::Positive(self.atom(&vote, x()))]);
        self.values.push((name, function == "count", 2));
        let passed = self.add("p", false, 3, true);
        if self.chance(70) {
            self.persist(&passed);
        }
        let mut body = Vec::new();
        self.threshold(When::Now, 3, &mut body);
        self.rule(When::Now, self.atom(&passed, x()), body);
    }

    /// A message from an event or a static relation.
    fn source(&mut self, relation: &Relation) {
        let given: Vec<Relation> = self.relations.iter().filter(|r| !r.idb && r.unary).cloned().collect();
        let from = self.pick(&given);
        let to = self.node();
        let head = Atom { place: Place::At(Term::Constant(to)), ..self.atom(relation, x()) };
        let body = vec![Literal::Positive(self.atom(&from, x()))];
        self.rule(When::Async, head, body);
    }

    /// A relation with one to three rules.
    fn derived(&mut self, level: usize) {
        let unary = self.chance(65);
        let kept = self.chance(60);
        let relation = self.add("p", unary, level, true);
        if kept {
            self.persist(&relation);
        }
        if self.chance(12) {
            let step = self.pick(&[None, Some(1), Some(1), Some(2)]);
            self.fact(&relation, step);
        }
        if relation.unary && self.chance(35) {
            self.source(&relation);
            if self.chance(60) {
                return;
            }
        }
        for _ in 0..self.pick(&[1, 1, 1, 2]) {
            self.derive(&relation);
        }
    }

    fn derive(&mut self, relation: &Relation) {
        let when = self.pick(&[When::Now, When::Now, When::Now, When::Next, When::Async, When::Async]);
        let lower = |r: &Relation| when != When::Now || r.level < relation.level;
        let readable: Vec<Relation> = self.relations.iter().filter(|r| lower(r)).cloned().collect();
        let mut body = Vec::new();
        let mut bound = false;
        for _ in 0..self.pick(&[1, 1, 1, 2]) {
            let read = self.pick(&readable);
            let literal = Literal::Positive(self.atom(&read, x()));
            bound |= read.unary;
            if !body.contains(&literal) {
                body.push(literal);
            }
        }
        if self.chance(40) {
            let read = self.pick(&readable);
            let term = if bound && self.chance(80) { x() } else { Term::Anonymous };
            body.push(Literal::Negative(self.atom(&read, term)));
        }
        if self.chance(25) {
            self.threshold(when, relation.level, &mut body);
        }
        let term = if bound { x() } else { symbol(self.pick(&["a", "b"])) };
        let mut head = self.atom(relation, term);
        if when == When::Async {
            head.place = Place::At(Term::Constant(self.node()));
        }
        self.rule(when, head, body);
    }

    /// A relation of counts, or of least or greatest values.
    fn value(&mut self, level: usize) {
        let readable: Vec<Relation> = self.relations.iter().filter(|r| r.unary && r.level <= level).cloned().collect();
        let of = self.pick(&readable);
        let function = self.pick(&["count", "count", "max", "min"]);
        let name = format!("v{}", self.relations.len() + 10 * self.values.len());
        let head = Atom {
            relation: name.clone(),
            place: Place::Here,
            terms: vec![Term::Aggregate(function, "X".to_string(), vec![])],
        };
        let mut body = vec![Literal::Positive(self.atom(&of, x()))];
        if self.chance(20) {
            let other = self.pick(&readable);
            body.push(Literal::Negative(self.atom(&other, x())));
        }
        self.rule(When::Now, head, body);
        self.values.push((name, function == "count", level + 1));
    }

    fn threshold(&mut self, when: When, level: usize, body: &mut Vec<Literal>) {
        let values: Vec<(String, bool, usize)> =
            self.values.iter().filter(|(_, _, of)| when != When::Now || *of < level).cloned().collect();
        if values.is_empty() {
            return;
        }
        let (name, counts, _) = self.pick(&values);
        let atom = |term| Atom { relation: name.clone(), place: Place::Here, terms: vec![term] };
        match self.below(10) {
            0 => return body.push(Literal::Positive(atom(Term::Anonymous))),
            1 => return body.push(Literal::Negative(atom(Term::Anonymous))),
            _ => {}
        }
        let number = || Term::Variable("V".to_string());
        let limit =
            if counts { Term::Constant(Constant::Int(self.pick(&[1, 2, 2]))) } else { symbol(self.pick(&["a", "b"])) };
        let comparator = self.pick(&[">=", ">=", ">=", ">", "<=", "<=", "<", "==", "!="]);
        body.push(Literal::Positive(atom(number())));
        body.push(Literal::Compare(number(), comparator, limit));
    }
}
