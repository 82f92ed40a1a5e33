//! Random whole programs from a seed: small, valid, finite, and rich in what makes confluence hard.
//!
//! A program is put together from motifs (a channel with a way to send and a way to remember, a timer, a latch, a register, …) over one
//! growing list of relations, and from random rules that read and write the same relations. Columns have types, so that
//! arithmetic and orderings never meet a symbol; numbers grow only below a bound and counts are only compared, so that
//! systems are finite but for copies; each relation has a level, so that deductive rules can be stratified.

use super::model::{Atom, Constant, Fact, Literal, Model, Place, Rule, Term, When};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Which sublanguage to stay in (semantics §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fragment {
    Dedalus,
    DedalusS,
    DedalusPlus,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Symbol,
    Int,
    Node,
    /// The result of a count or a sum: read by comparisons only.
    Count,
}

#[derive(Debug, Clone)]
struct Relation {
    name: String,
    columns: Vec<Type>,
    level: usize,
    edb: bool,
    /// Whether temporal and random rules may head it too.
    open: bool,
}

/// A relation, by index.
type Id = usize;

/// A program of the fragment; the same one for the same seed.
pub fn program(seed: u64, fragment: Fragment) -> Model {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let hash = rng.random_bool(0.5);
    let nodes = [1, 1, 1, 2, 2, 2, 2, 2, 3][rng.random_range(0..9)];
    let model = Model {
        hash,
        nodes: (1..=nodes).map(|n| Constant::Symbol(format!("n{n}"))).collect(),
        declared: rng.random_bool(0.7),
        outputs: Vec::new(),
        nevers: Vec::new(),
        facts: Vec::new(),
        rules: Vec::new(),
    };
    let mut generator = Generator { rng, model, relations: Vec::new(), up: 0, fragment, once: false };
    generator.build();
    generator.model
}

struct Generator {
    rng: ChaCha8Rng,
    model: Model,
    relations: Vec<Relation>,
    /// The static relation without columns that holds at every node.
    up: Id,
    fragment: Fragment,
    /// Whether messages are sent once, or a few times, and not for ever.
    once: bool,
}

fn variable(name: &str) -> Term {
    Term::Variable(name.to_string())
}

fn symbol(name: &str) -> Term {
    Term::Constant(Constant::symbol(name))
}

fn int(number: i64) -> Term {
    Term::Constant(Constant::Int(number))
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

    fn full(&self) -> bool {
        self.fragment == Fragment::Dedalus
    }

    fn build(&mut self) {
        self.up = self.relation("up", &[], 0, true);
        for node in self.model.nodes.clone() {
            self.fact(self.up, Some(&node), vec![], None);
        }
        self.once = self.full() && self.chance(60);
        let channels = match (self.full(), self.once) {
            (true, true) => self.pick(&[1, 2, 2, 3, 3]),
            (true, false) => self.pick(&[1, 1, 2, 2]),
            (false, _) => self.pick(&[1, 1, 2]),
        };
        for _ in 0..channels {
            self.channel();
        }
        for _ in 0..self.pick(&[0, 1, 1, 2, 2, 3, 3]) {
            match self.below(12) {
                0 => self.timer(),
                1 if self.full() && !self.once => self.ping_pong(),
                2 | 3 | 9 => self.latch(),
                4 | 10 => self.order_recorder(),
                5 => self.aggregate(),
                6 if self.full() => self.mutable(),
                7 => self.join(),
                8 if self.chance(40) => self.observer(),
                _ => self.difference(),
            }
        }
        for _ in 0..self.pick(&[0, 0, 1, 1, 2, 3, 4]) {
            self.random_rule();
        }
        if self.fragment != Fragment::Dedalus {
            self.guard_asynchrony();
        }
        self.declare();
    }

    // Relations, facts and rules.

    fn relation(&mut self, stem: &str, columns: &[Type], level: usize, edb: bool) -> Id {
        let number =
            self.relations.iter().filter(|r| r.name.trim_end_matches(|c: char| c.is_ascii_digit()) == stem).count();
        let name = if number == 0 { stem.to_string() } else { format!("{stem}{number}") };
        self.relations.push(Relation { name, columns: columns.to_vec(), level, edb, open: false });
        self.relations.len() - 1
    }

    fn level(&self, relation: Id) -> usize {
        self.relations[relation].level
    }

    fn atom(&self, relation: Id, terms: Vec<Term>) -> Atom {
        Atom { relation: self.relations[relation].name.clone(), place: Place::Here, terms }
    }

    fn positive(&self, relation: Id, terms: Vec<Term>) -> Literal {
        Literal::Positive(self.atom(relation, terms))
    }

    fn negative(&self, relation: Id, terms: Vec<Term>) -> Literal {
        Literal::Negative(self.atom(relation, terms))
    }

    fn fact(&mut self, relation: Id, node: Option<&Constant>, terms: Vec<Term>, step: Option<u64>) {
        let mut atom = self.atom(relation, terms);
        atom.place = node.map_or(Place::Everywhere, |node| Place::At(Term::Constant(node.clone())));
        let step = step.filter(|_| self.full());
        self.model.facts.push(Fact { atom, step });
    }

    fn rule(&mut self, when: When, head: Atom, body: Vec<Literal>) {
        let located = self.chance(40);
        self.model.rules.push(Rule { head, when, body, at: None, located });
    }

    fn now(&mut self, head: Id, terms: Vec<Term>, body: Vec<Literal>) {
        self.rule(When::Now, self.atom(head, terms), body);
    }

    fn next(&mut self, head: Id, terms: Vec<Term>, body: Vec<Literal>) {
        self.rule(When::Next, self.atom(head, terms), body);
    }

    fn variables(&self, relation: Id) -> Vec<Term> {
        (0..self.relations[relation].columns.len()).map(|column| variable(["X", "Y", "Z"][column])).collect()
    }

    fn persist(&mut self, relation: Id) {
        let terms = self.variables(relation);
        self.next(relation, terms.clone(), vec![self.positive(relation, terms)]);
    }

    fn node(&mut self) -> Constant {
        self.pick(&self.model.nodes.clone())
    }

    fn constant(&mut self, of: Type) -> Term {
        match of {
            Type::Symbol => symbol(["a", "b", "c"][self.pick(&[0, 0, 1, 1, 2])]),
            Type::Int | Type::Count => int(self.below(3) as i64),
            Type::Node => Term::Constant(self.node()),
        }
    }

    /// Relations with these columns, the latest ones more often; `edb` restricts to EDB relations.
    fn choose(&mut self, fits: impl Fn(&Relation) -> bool) -> Option<Id> {
        let fitting: Vec<Id> = (0..self.relations.len()).filter(|&id| fits(&self.relations[id])).collect();
        (!fitting.is_empty()).then(|| self.pick(&fitting))
    }

    /// An IDB relation with one symbol column, if there is one; one that messages fill, more often.
    fn unary(&mut self) -> Option<Id> {
        let heard = |r: &Relation| matches!(r.name.trim_end_matches(|c: char| c.is_ascii_digit()), "m" | "log");
        if self.chance(50)
            && let Some(heard) = self.choose(heard)
        {
            return Some(heard);
        }
        self.choose(|r| !r.edb && r.columns == [Type::Symbol])
    }

    // Motifs.

    /// Messages from one node to another (or itself, or all): a source, a way to send, a way to remember.
    fn channel(&mut self) {
        let from = self.node();
        // Most messages meet at one node: races need company.
        let to = if self.chance(70) { self.model.nodes[0].clone() } else { self.node() };
        let message = self.relation("m", &[Type::Symbol], 0, false);
        self.relations[message].open = true;
        let source = self.relation("go", &[Type::Symbol], 0, true);
        let mut body = vec![self.positive(source, vec![variable("X")])];
        let names: &[&str] = self.pick(&[&["a"][..], &["a", "b"], &["a", "b"], &["a", "b", "c"]]);
        let kind = match (self.full(), self.once) {
            (true, true) => self.below(8),
            (true, false) => 3 + self.below(12),
            (false, _) => 14,
        };
        match kind {
            0..=5 => {
                for name in names {
                    let step = self.pick(&[1, 1, 2, 3]);
                    self.fact(source, Some(&from), vec![symbol(name)], Some(step));
                }
            }
            6 | 7 => {
                for step in 1..=self.pick(&[2, 3]) {
                    self.fact(source, Some(&from), vec![symbol("a")], Some(step));
                }
            }
            8..=10 => {
                self.fact(source, Some(&from), vec![symbol(names[0])], None);
                let on = self.oscillator();
                body.push(on);
            }
            11 => {
                self.fact(source, Some(&from), vec![symbol("a")], Some(1));
                self.relations[source].edb = false;
                self.persist(source);
                let (clock, last) = self.clock();
                let number = variable("T");
                body.push(self.positive(clock, vec![number.clone()]));
                body.push(Literal::Compare(number, "<", int(last)));
            }
            12 => {
                self.fact(source, Some(&from), vec![symbol("a")], None);
                let stop = self.relation("stop", &[], 0, false);
                self.relations[stop].open = true;
                let place = Place::At(Term::Constant(from.clone()));
                let head = Atom { place, ..self.atom(stop, vec![]) };
                let heard = self.positive(message, vec![variable("X")]);
                self.rule(When::Async, head, vec![heard]);
                if self.chance(70) {
                    self.persist(stop);
                }
                body.push(self.negative(stop, vec![]));
            }
            13 => {
                self.fact(source, Some(&from), vec![symbol(names[0])], Some(1));
                self.persist(source);
            }
            _ => {
                let names = if self.full() { &names[..1] } else { &names[..names.len().min(2)] };
                for name in names {
                    self.fact(source, Some(&from), vec![symbol(name)], None);
                }
            }
        }
        let place = match self.below(10) {
            0 if self.model.hash => Place::Everywhere,
            1 if from == to => Place::Here,
            2..=6 => {
                let link = self.relation("link", &[Type::Node], 0, true);
                self.fact(link, Some(&from), vec![Term::Constant(to)], None);
                body.push(self.positive(link, vec![variable("To")]));
                Place::At(variable("To"))
            }
            _ => Place::At(Term::Constant(to)),
        };
        let head = Atom { place, ..self.atom(message, vec![variable("X")]) };
        self.rule(When::Async, head, body);
        match self.below(10) {
            0..=2 => self.persist(message),
            3..=7 => {
                let log = self.relation("log", &[Type::Symbol], 0, false);
                self.now(log, vec![variable("X")], vec![self.positive(message, vec![variable("X")])]);
                self.persist(log);
            }
            _ => {}
        }
    }

    /// A literal that holds at every second or third step.
    fn oscillator(&mut self) -> Literal {
        if self.chance(70) {
            let flip = self.relation("flip", &[], 0, false);
            self.next(flip, vec![], vec![self.positive(self.up, vec![]), self.negative(flip, vec![])]);
            return if self.chance(50) { self.positive(flip, vec![]) } else { self.negative(flip, vec![]) };
        }
        let (turn, after) =
            (self.relation("turn", &[Type::Int], 0, false), self.relation("after", &[Type::Int; 2], 0, true));
        let period = self.pick(&[2, 3]);
        for number in 0..period {
            self.fact(after, None, vec![int(number), int((number + 1) % period)], None);
        }
        self.at_every_node(turn, vec![int(0)], Some(1));
        let body =
            vec![self.positive(turn, vec![variable("X")]), self.positive(after, vec![variable("X"), variable("Y")])];
        self.next(turn, vec![variable("Y")], body);
        self.positive(turn, vec![int(0)])
    }

    fn at_every_node(&mut self, relation: Id, terms: Vec<Term>, step: Option<u64>) {
        for node in self.model.nodes.clone() {
            self.fact(relation, Some(&node), terms.clone(), step);
        }
    }

    /// A counter of steps up to a bound, by arithmetic or by a successor relation; the bound.
    fn clock(&mut self) -> (Id, i64) {
        let clock = self.relation("clock", &[Type::Int], 0, false);
        let last = self.pick(&[2, 3]);
        self.at_every_node(clock, vec![int(0)], Some(1));
        let now = self.positive(clock, vec![variable("X")]);
        if self.chance(50) {
            let bounded = Literal::Compare(variable("X"), "<", int(last));
            self.next(clock, vec![Term::Plus("X".to_string(), 1)], vec![now.clone(), bounded]);
        } else {
            let successor = self.relation("succ", &[Type::Int; 2], 0, true);
            for number in 0..last {
                self.at_every_node(successor, vec![int(number), int(number + 1)], None);
            }
            let pair = self.positive(successor, vec![variable("X"), variable("Y")]);
            self.next(clock, vec![variable("Y")], vec![now.clone(), pair]);
        }
        if self.chance(60) {
            self.next(clock, vec![variable("X")], vec![now, Literal::Compare(variable("X"), ">=", int(last))]);
        }
        (clock, last)
    }

    /// Something that happens when a clock strikes, or before something else does.
    fn timer(&mut self) {
        let (clock, last) = self.clock();
        let late = self.relation("late", &[], 0, false);
        let mut body = vec![self.positive(clock, vec![int(last)])];
        if self.full()
            && let Some(seen) = self.unary()
        {
            self.relations[late].level = self.level(seen) + 1;
            body.push(self.negative(seen, vec![Term::Anonymous]));
        }
        self.now(late, vec![], body);
        if self.chance(50) {
            self.persist(late);
        }
    }

    /// A token that two nodes (or one) send to each other for ever.
    fn ping_pong(&mut self) {
        let (one, other) = (self.node(), self.node());
        let (ping, pong) = (self.relation("ping", &[], 0, false), self.relation("pong", &[], 0, false));
        let serve = self.relation("serve", &[], 0, true);
        self.fact(serve, Some(&one), vec![], Some(1));
        let to = |node: &Constant, atom: Atom| Atom { place: Place::At(Term::Constant(node.clone())), ..atom };
        let (ping_head, pong_head) = (to(&other, self.atom(ping, vec![])), to(&one, self.atom(pong, vec![])));
        self.rule(When::Async, ping_head.clone(), vec![self.positive(serve, vec![])]);
        self.rule(When::Async, pong_head, vec![self.positive(ping, vec![])]);
        self.rule(When::Async, ping_head, vec![self.positive(pong, vec![])]);
    }

    /// The first message wins.
    fn latch(&mut self) {
        let Some(message) = self.unary() else { return };
        let level = self.level(message);
        let win = self.relation("win", &[Type::Symbol], level, false);
        if self.full() {
            let taken = self.relation("taken", &[], 0, false);
            let arrives = self.positive(message, vec![variable("X")]);
            self.now(win, vec![variable("X")], vec![arrives.clone(), self.negative(taken, vec![])]);
            self.relations[win].level = level.max(1);
            self.next(taken, vec![], vec![arrives]);
            self.persist(taken);
        } else {
            let bar = self.relation("bar", &[Type::Symbol], 0, true);
            self.at_every_node(bar, vec![symbol("a")], None);
            let body = vec![self.positive(message, vec![variable("X")]), self.negative(bar, vec![variable("X")])];
            self.now(win, vec![variable("X")], body);
        }
        self.persist(win);
    }

    /// Which values were there before which others.
    fn order_recorder(&mut self) {
        let Some(seen) = self.unary() else { return };
        let all = self.relation("all", &[Type::Symbol], 0, true);
        for name in ["a", "b"] {
            self.at_every_node(all, vec![symbol(name)], None);
        }
        let plus = self.fragment == Fragment::DedalusPlus;
        let level = self.level(seen) + usize::from(!plus);
        let before = self.relation("before", &[Type::Symbol; 2], level, false);
        let mut body = vec![self.positive(seen, vec![variable("X")]), self.positive(all, vec![variable("Y")])];
        body.push(match plus {
            true => Literal::Compare(variable("X"), self.pick(&["!=", "<"]), variable("Y")),
            false => self.negative(seen, vec![variable("Y")]),
        });
        self.now(before, vec![variable("X"), variable("Y")], body);
        if self.chance(70) {
            self.persist(before);
        }
    }

    /// A count, sum, least or greatest value, and what is concluded from it.
    fn aggregate(&mut self) {
        let plus = self.fragment == Fragment::DedalusPlus;
        let Some(of) = self.choose(|r| (r.edb || !plus) && matches!(r.columns[..], [Type::Symbol | Type::Int])) else {
            return;
        };
        let column = self.relations[of].columns[0];
        let level = self.level(of) + 1;
        let function = match column {
            Type::Int => self.pick(&["count", "sum", "min", "max"]),
            _ => self.pick(&["count", "count", "min", "max"]),
        };
        let aggregate = Term::Aggregate(function, "X".to_string(), vec![]);
        let body = vec![self.positive(of, vec![variable("X")])];
        if matches!(function, "min" | "max") {
            let best = self.relation("best", &[column], level, false);
            if self.chance(30) {
                self.next(best, vec![aggregate], body);
            } else {
                self.now(best, vec![aggregate], body);
            }
            if self.chance(30) {
                self.persist(best);
            }
        } else {
            let number = self.relation("number", &[Type::Count], level, false);
            self.now(number, vec![aggregate], body);
            let enough = self.relation("enough", &[], level, false);
            let comparator = self.pick(&[">=", "==", "<", "!="]);
            let least = int(self.pick(&[1, 2, 2, 3]));
            let body =
                vec![self.positive(number, vec![variable("X")]), Literal::Compare(variable("X"), comparator, least)];
            self.now(enough, vec![], body);
            if self.chance(50) {
                self.persist(enough);
            }
        }
    }

    /// A set from which messages delete what other messages add.
    fn mutable(&mut self) {
        let Some(add) = self.unary() else { return };
        let delete = self.relation("del", &[Type::Symbol], 0, false);
        self.relations[delete].open = true;
        let value = self.relation("val", &[Type::Symbol], self.level(add), false);
        match self.unary() {
            Some(other) if other != add && other < delete => {
                self.relations[delete].level = self.level(other);
                self.now(delete, vec![variable("X")], vec![self.positive(other, vec![variable("X")])]);
            }
            _ => {
                let node = self.node();
                let step = self.pick(&[1, 2, 3]);
                self.fact(delete, Some(&node), vec![symbol("a")], Some(step));
                let source = self.relation("drop", &[Type::Symbol], 0, true);
                let from = self.node();
                self.fact(source, Some(&from), vec![symbol("a")], Some(step));
                let head = Atom { place: Place::At(Term::Constant(node)), ..self.atom(delete, vec![variable("X")]) };
                self.rule(When::Async, head, vec![self.positive(source, vec![variable("X")])]);
            }
        }
        let x = || vec![variable("X")];
        self.now(value, x(), vec![self.positive(add, x())]);
        self.next(value, x(), vec![self.positive(value, x()), self.negative(delete, x())]);
    }

    /// Two things at once.
    fn join(&mut self) {
        let (Some(one), Some(other)) = (self.unary(), self.unary()) else { return };
        let level = self.level(one).max(self.level(other));
        let both = self.relation("both", &[Type::Symbol], level, false);
        let with = self.pick(&["X", "Y"]);
        let body = vec![self.positive(one, vec![variable("X")]), self.positive(other, vec![variable(with)])];
        self.now(both, vec![variable("X")], body);
        if self.chance(60) {
            self.persist(both);
        }
    }

    /// One thing without another.
    fn difference(&mut self) {
        let plus = self.fragment == Fragment::DedalusPlus;
        let Some(one) = self.unary() else { return };
        let Some(other) = self.choose(|r| (r.edb || !plus) && r.columns == [Type::Symbol]) else { return };
        let level = self.level(one).max(self.level(other) + 1);
        let only = self.relation("only", &[Type::Symbol], level, false);
        let body = vec![self.positive(one, vec![variable("X")]), self.negative(other, vec![variable("X")])];
        self.now(only, vec![variable("X")], body);
        if self.chance(75) {
            self.persist(only);
        }
    }

    /// A relation over the global snapshot, which must never hold.
    fn observer(&mut self) {
        let (Some(one), Some(other)) = (self.unary(), self.unary()) else { return };
        let at = |node: &str, atom: Atom| Atom { place: Place::At(variable(node)), ..atom };
        let bad = Atom { relation: "bad".to_string(), place: Place::At(variable("A")), terms: vec![variable("X")] };
        if self.model.nevers.contains(&bad.relation) {
            return;
        }
        let first = at("A", self.atom(one, vec![variable("X")]));
        let second = at("B", self.atom(other, vec![variable("X")]));
        let mut body = vec![Literal::Positive(first)];
        if self.chance(50) {
            body.push(Literal::Positive(second));
            body.push(Literal::Compare(variable("A"), "!=", variable("B")));
        } else {
            body.push(Literal::Positive(at("B", self.atom(self.up, vec![]))));
            body.push(Literal::Negative(second));
        }
        self.model.nevers.push(bad.relation.clone());
        self.rule(When::Now, bad, body);
        if let Some(rule) = self.model.rules.last_mut() {
            rule.located = true;
        }
    }

    // Random rules.

    /// A rule with one to three positive atoms, at most one negated one and at most one comparison over any relations.
    fn random_rule(&mut self) {
        let when = match self.below(10) {
            0..=5 => When::Now,
            6..=7 => When::Next,
            _ if self.once => When::Now,
            _ => When::Async,
        };
        // Where it must be stratified: deductive rules always, all rules in DedalusS.
        let stratified = when == When::Now || self.fragment == Fragment::DedalusS;
        let most = if stratified { 2 } else { usize::MAX };
        let mut level = 0;
        let mut bound: Vec<(String, Type)> = Vec::new();
        let mut body = Vec::new();
        for _ in 0..self.pick(&[1, 1, 2, 2, 3]) {
            let Some(relation) = self.choose(|r| r.level <= most) else { return };
            let terms = self.arguments(relation, &mut bound);
            level = level.max(self.level(relation));
            body.push(self.positive(relation, terms));
        }
        if self.chance(45) {
            let plus = self.fragment == Fragment::DedalusPlus;
            if let Some(relation) = self.choose(|r| r.level < most && (r.edb || !plus)) {
                let terms = self.negated_arguments(relation, &bound);
                level = level.max(self.level(relation) + 1);
                body.push(self.negative(relation, terms));
            }
        }
        if self.chance(25)
            && let Some(comparison) = self.comparison(&bound)
        {
            body.push(comparison);
        }
        if !stratified {
            level = 0;
        }
        let head = self.head(when, level, &bound);
        let terms: Option<Vec<Term>> =
            self.relations[head].columns.clone().into_iter().map(|column| self.value(column, &bound)).collect();
        let Some(terms) = terms else { return };
        let place = match when {
            When::Async => self.destination(&bound),
            _ => Place::Here,
        };
        let head = Atom { place, ..self.atom(head, terms) };
        let at = self.chance(8).then(|| self.node());
        let located = self.chance(40);
        self.model.rules.push(Rule { head, when, body, at, located });
    }

    /// A head that a rule of this level may have: an old relation that is open to more rules, or a new one.
    fn head(&mut self, when: When, level: usize, bound: &[(String, Type)]) -> Id {
        let old = self.choose(|r| {
            !r.edb && r.level >= level && !r.columns.contains(&Type::Count) && (r.open || when != When::Async)
        });
        if let Some(old) = old
            && self.chance(60)
        {
            return old;
        }
        let column = bound.iter().map(|&(_, column)| column).find(|&column| column != Type::Count);
        let columns: Vec<Type> = column.into_iter().filter(|_| self.chance(60)).collect();
        let new = self.relation("r", &columns, level, false);
        if self.chance(40) {
            self.persist(new);
        }
        new
    }

    fn arguments(&mut self, relation: Id, bound: &mut Vec<(String, Type)>) -> Vec<Term> {
        let mut terms = Vec::new();
        for column in self.relations[relation].columns.clone() {
            let known: Vec<String> =
                bound.iter().filter(|(_, of)| *of == column).map(|(name, _)| name.clone()).collect();
            terms.push(match self.below(10) {
                0 => Term::Anonymous,
                1 if column != Type::Count => self.constant(column),
                2..=6 if !known.is_empty() => Term::Variable(self.pick(&known)),
                _ => {
                    let name = format!("V{}", bound.len());
                    bound.push((name.clone(), column));
                    Term::Variable(name)
                }
            });
        }
        terms
    }

    fn negated_arguments(&mut self, relation: Id, bound: &[(String, Type)]) -> Vec<Term> {
        let mut terms = Vec::new();
        for column in self.relations[relation].columns.clone() {
            let value = self.value(column, bound);
            terms.push(match (self.below(10), value) {
                (0, _) => variable("Some"),
                (1, _) | (_, None) => Term::Anonymous,
                (_, Some(value)) => value,
            });
        }
        terms
    }

    /// A bound variable of the type, or a constant.
    fn value(&mut self, of: Type, bound: &[(String, Type)]) -> Option<Term> {
        let known: Vec<String> =
            bound.iter().filter(|(_, column)| *column == of).map(|(name, _)| name.clone()).collect();
        if !known.is_empty() && self.chance(85) {
            return Some(Term::Variable(self.pick(&known)));
        }
        (of != Type::Count).then(|| self.constant(of))
    }

    fn comparison(&mut self, bound: &[(String, Type)]) -> Option<Literal> {
        let (name, column) = (!bound.is_empty()).then(|| self.pick(bound))?;
        let right = self.value(column, bound).unwrap_or(int(1));
        let comparator = self.pick(&["==", "!=", "!=", "<", "<=", ">", ">="]);
        Some(Literal::Compare(Term::Variable(name), comparator, right))
    }

    fn destination(&mut self, bound: &[(String, Type)]) -> Place {
        let nodes: Vec<String> =
            bound.iter().filter(|(_, of)| *of == Type::Node).map(|(name, _)| name.clone()).collect();
        match self.below(8) {
            0 => Place::Here,
            1 if self.model.hash => Place::Everywhere,
            2..=5 if !nodes.is_empty() => Place::At(Term::Variable(self.pick(&nodes))),
            _ => Place::At(Term::Constant(self.node())),
        }
    }

    // The last touches.

    /// Gives every relation that heads an async rule its exact persistence.
    fn guard_asynchrony(&mut self) {
        for relation in 0..self.relations.len() {
            let name = &self.relations[relation].name;
            if self.model.rules.iter().any(|rule| rule.when == When::Async && rule.head.relation == *name) {
                self.persist(relation);
            }
        }
    }

    /// Outputs and assertions; facts of IDB relations; in the hash spelling facts without a location.
    fn declare(&mut self) {
        let idb: Vec<Id> = (0..self.relations.len()).filter(|&id| !self.relations[id].edb).collect();
        for _ in 0..self.pick(&[0, 0, 0, 1, 2]) {
            let relation = self.pick(&idb);
            let terms: Vec<Term> =
                self.relations[relation].columns.clone().into_iter().map(|of| self.constant(of)).collect();
            let node = self.node();
            let step = if self.once { self.pick(&[1, 1, 2]) } else { self.pick(&[0, 1, 2]) };
            let step = (step > 0).then_some(step);
            self.fact(relation, Some(&node), terms, step);
        }
        if self.chance(30) {
            let relation = self.pick(&idb);
            let name = self.relations[relation].name.clone();
            self.model.nevers.push(name);
        }
        if self.chance(20) {
            for relation in [self.pick(&idb), self.pick(&idb)] {
                let name = self.relations[relation].name.clone();
                if !self.model.outputs.contains(&name) {
                    self.model.outputs.push(name);
                }
            }
        }
        // An oscillator's static relation is given once for every node: only the hash spelling can say so in one fact.
        if !self.model.hash {
            let nodes = self.model.nodes.clone();
            let facts = std::mem::take(&mut self.model.facts);
            for fact in facts {
                if fact.atom.place == Place::Everywhere {
                    for node in &nodes {
                        let place = Place::At(Term::Constant(node.clone()));
                        let atom = Atom { place, ..fact.atom.clone() };
                        self.model.facts.push(Fact { atom, step: fact.step });
                    }
                } else {
                    self.model.facts.push(fact);
                }
            }
        }
    }
}
