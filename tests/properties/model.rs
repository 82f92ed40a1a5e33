//! A program as the generator sees it: facts, rules and declarations that can be dropped, renamed and reordered one by one, and
//! the text that they make in either spelling.

use rand::Rng;
use rand::seq::SliceRandom;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constant {
    Int(i64),
    Symbol(String),
}

/// An argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    Variable(String),
    Constant(Constant),
    Anonymous,
    /// A variable plus a number.
    Plus(String, i64),
    /// Function, variable, keys.
    Aggregate(&'static str, String, Vec<String>),
}

/// Where an atom holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where the rule is evaluated.
    Here,
    /// At a node.
    At(Term),
    /// At every node: a send with an unbound location, a fact without one.
    Everywhere,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    pub relation: String,
    pub place: Place,
    pub terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Positive(Atom),
    Negative(Atom),
    Compare(Term, &'static str, Term),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Now,
    Next,
    Async,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub head: Atom,
    pub when: When,
    pub body: Vec<Literal>,
    /// The location, if it is a constant; else a variable.
    pub at: Option<Constant>,
    /// In the hash spelling: whether the rule's own location is written.
    pub located: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub atom: Atom,
    pub step: Option<u64>,
}

/// A whole program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Spelled with `#`, and not with first-column locations.
    pub hash: bool,
    pub nodes: Vec<Constant>,
    /// The network is a `nodes` declaration, and not what the facts name.
    pub declared: bool,
    pub outputs: Vec<String>,
    pub nevers: Vec<String>,
    pub facts: Vec<Fact>,
    pub rules: Vec<Rule>,
}

/// The variable that stands for a rule's location.
const HERE: &str = "L";

impl Constant {
    pub fn symbol(name: &str) -> Self {
        Constant::Symbol(name.to_string())
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constant::Int(i) => write!(f, "{i}"),
            Constant::Symbol(s) if s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) => f.write_str(s),
            Constant::Symbol(s) => write!(f, "\"{s}\""),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Variable(name) => f.write_str(name),
            Term::Constant(constant) => constant.fmt(f),
            Term::Anonymous => f.write_str("_"),
            Term::Plus(name, number) => write!(f, "{name}+{number}"),
            Term::Aggregate(function, variable, keys) if keys.is_empty() => write!(f, "{function}<{variable}>"),
            Term::Aggregate(function, variable, keys) => write!(f, "{function}<{variable}; {}>", keys.join(", ")),
        }
    }
}

impl Model {
    /// The program's text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let list = |text: &mut String, word: &str, names: Vec<String>| {
            if !names.is_empty() {
                let _ = writeln!(text, "{word} {};", names.join(", "));
            }
        };
        if self.declared {
            list(&mut text, "nodes", self.nodes.iter().map(Constant::to_string).collect());
        } else if self.hash {
            for node in &self.nodes {
                let _ = writeln!(text, "node({node});");
            }
        }
        list(&mut text, "output", self.outputs.clone());
        list(&mut text, "never", self.nevers.clone());
        for fact in &self.facts {
            self.atom(&mut text, &fact.atom, None);
            if let Some(step) = fact.step {
                let _ = write!(text, "@{step}");
            }
            text.push_str(";\n");
        }
        // A program is in the hash spelling by a `#` somewhere in it.
        let marked = |rule: &Rule| rule.head.place != Place::Here || rule.located || rule.at.is_some();
        let mut lacks_mark = self.hash
            && !self.facts.iter().any(|fact| fact.atom.place != Place::Everywhere)
            && !self.rules.iter().any(marked);
        for rule in &self.rules {
            let written = !self.hash || rule.located || std::mem::take(&mut lacks_mark);
            let here = match &rule.at {
                Some(node) => node.to_string(),
                None if written => HERE.to_string(),
                None => String::new(),
            };
            self.rule(&mut text, rule, &here);
        }
        text
    }

    fn rule(&self, text: &mut String, rule: &Rule, here: &str) {
        let here = Some(here);
        self.atom(text, &rule.head, here);
        text.push_str(match rule.when {
            When::Now => "",
            When::Next => "@next",
            When::Async => "@async",
        });
        for (index, literal) in rule.body.iter().enumerate() {
            text.push_str(if index == 0 { " :- " } else { ", " });
            match literal {
                Literal::Positive(atom) => self.atom(text, atom, here),
                Literal::Negative(atom) => {
                    text.push_str("notin ");
                    self.atom(text, atom, here);
                }
                Literal::Compare(left, comparator, right) => {
                    let _ = write!(text, "{left} {comparator} {right}");
                }
            }
        }
        text.push_str(";\n");
    }

    fn atom(&self, text: &mut String, atom: &Atom, here: Option<&str>) {
        let mark = if self.hash { "#" } else { "" };
        let location = match (&atom.place, here) {
            (Place::At(term), _) => term.to_string(),
            (Place::Here, Some(here)) => here.to_string(),
            (Place::Everywhere, Some(_)) => "Everyone".to_string(),
            (_, None) => String::new(),
        };
        let mut columns: Vec<String> = Vec::new();
        if !location.is_empty() {
            columns.push(format!("{mark}{location}"));
        }
        columns.extend(atom.terms.iter().map(Term::to_string));
        let _ = write!(text, "{}({})", atom.relation, columns.join(", "));
    }
}

impl Model {
    /// Whether some rule compares values by their order, or takes a least or greatest one.
    pub fn orders_values(&self) -> bool {
        self.rules.iter().any(|rule| {
            rule.body.iter().any(|literal| matches!(literal, Literal::Compare(_, "<" | "<=" | ">" | ">=", _)))
                || rule.head.terms.iter().any(|term| matches!(term, Term::Aggregate("min" | "max", ..)))
        })
    }

    /// Every symbol.
    pub fn symbols(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.clone().for_each_constant(&mut |constant| {
            if let Constant::Symbol(name) = constant {
                found.insert(name.clone());
            }
        });
        found
    }

    /// The same program with other symbols.
    pub fn renamed(&self, names: &BTreeMap<String, String>) -> Model {
        let mut renamed = self.clone();
        renamed.for_each_constant(&mut |constant| {
            if let Constant::Symbol(name) = constant
                && let Some(other) = names.get(name)
            {
                name.clone_from(other);
            }
        });
        renamed
    }

    /// The same program with its facts, rules, literals and declarations in another order.
    pub fn shuffled(&self, rng: &mut impl Rng) -> Model {
        let mut shuffled = self.clone();
        shuffled.facts.shuffle(rng);
        shuffled.rules.shuffle(rng);
        shuffled.nodes.shuffle(rng);
        shuffled.outputs.shuffle(rng);
        shuffled.nevers.shuffle(rng);
        for rule in &mut shuffled.rules {
            rule.body.shuffle(rng);
        }
        shuffled
    }

    fn for_each_constant(&mut self, visit: &mut impl FnMut(&mut Constant)) {
        self.nodes.iter_mut().for_each(&mut *visit);
        for fact in &mut self.facts {
            fact.atom.for_each_constant(visit);
        }
        for rule in &mut self.rules {
            rule.at.iter_mut().for_each(&mut *visit);
            rule.head.for_each_constant(visit);
            for literal in &mut rule.body {
                match literal {
                    Literal::Positive(atom) | Literal::Negative(atom) => atom.for_each_constant(visit),
                    Literal::Compare(left, _, right) => {
                        left.for_each_constant(visit);
                        right.for_each_constant(visit);
                    }
                }
            }
        }
    }
}

impl Atom {
    fn for_each_constant(&mut self, visit: &mut impl FnMut(&mut Constant)) {
        if let Place::At(term) = &mut self.place {
            term.for_each_constant(visit);
        }
        for term in &mut self.terms {
            term.for_each_constant(visit);
        }
    }
}

impl Term {
    fn for_each_constant(&mut self, visit: &mut impl FnMut(&mut Constant)) {
        if let Term::Constant(constant) = self {
            visit(constant);
        }
    }
}
