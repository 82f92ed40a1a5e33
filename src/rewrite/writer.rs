//! Made-up rules in the spelling of the program that they are added to.

use super::names::Names;
use crate::program::{Program, Spelling};
use std::cell::Cell;
use std::fmt::Write as _;

/// An atom of a made-up rule. Its location is always said; the text leaves it out where it says nothing.
#[derive(Debug, Clone)]
pub struct Said {
    relation: String,
    location: String,
    columns: Vec<String>,
    negated: bool,
    /// A comparison, as it is written, instead of an atom.
    comparison: bool,
}

/// An atom at a location.
pub fn at(location: &str, relation: &str, columns: &[&str]) -> Said {
    Said {
        relation: relation.to_string(),
        location: location.to_string(),
        columns: columns.iter().map(|column| column.to_string()).collect(),
        negated: false,
        comparison: false,
    }
}

/// An atom that has no fact.
pub fn no(location: &str, relation: &str, columns: &[&str]) -> Said {
    Said { negated: true, ..at(location, relation, columns) }
}

/// A comparison.
pub fn holds(comparison: String) -> Said {
    Said { comparison: true, ..at("", &comparison, &[]) }
}

/// When the head of a made-up rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suffix {
    /// In the same step.
    Now,
    /// In the next step.
    Next,
    /// When the message arrives.
    Async,
}

/// Text of made-up rules.
#[derive(Debug)]
pub struct Writer<'p> {
    program: &'p Program,
    names: &'p Names,
    text: String,
    rules: usize,
    reads_order_of_nodes: bool,
    reads_network: Cell<bool>,
}

impl<'p> Writer<'p> {
    /// An empty text for a program.
    pub fn new(program: &'p Program, names: &'p Names) -> Self {
        Writer {
            program,
            names,
            text: String::new(),
            rules: 0,
            reads_order_of_nodes: false,
            reads_network: Cell::new(false),
        }
    }

    /// A fresh name.
    pub fn name(&self, wish: &str) -> String {
        self.names.fresh(wish)
    }

    /// How many rules were written.
    pub fn rules(&self) -> usize {
        self.rules
    }

    /// A paragraph of comment, after an empty line.
    pub fn comment(&mut self, text: &str) {
        const WIDTH: usize = 97;
        self.text.push('\n');
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                let _ = writeln!(self.text, "// {line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(self.text, "// {line}");
    }

    /// A rule.
    pub fn rule(&mut self, head: Said, suffix: Suffix, body: &[Said]) {
        self.rules += 1;
        let suffix_text = match suffix {
            Suffix::Now => "",
            Suffix::Next => "@next",
            Suffix::Async => "@async",
        };
        let silent = self.may_leave_out(&head, suffix, body);
        let body: Vec<String> = body.iter().map(|said| self.said(said, silent)).collect();
        let head = self.said(&head, silent);
        let _ = writeln!(self.text, "{head}{suffix_text} :- {};", body.join(", "));
    }

    /// What was there, or is new, stays.
    pub fn keep(&mut self, relation: &str, columns: &[&str]) {
        self.rule(at("L_", relation, columns), Suffix::Next, &[at("L_", relation, columns)]);
    }

    /// A fact at every node, with its suffix.
    pub fn fact_everywhere(&mut self, relation: &str, columns: &[&str], suffix: &str) {
        match self.program.spelling {
            Spelling::Hash => {
                let _ = writeln!(self.text, "{relation}({}){suffix};", columns.join(", "));
            }
            Spelling::FirstColumn => {
                for node in self.program.node_ids() {
                    self.fact(node, relation, columns, suffix);
                }
            }
        }
    }

    /// A fact at one node.
    pub fn fact(&mut self, node: crate::program::NodeId, relation: &str, columns: &[&str], suffix: &str) {
        let mark = self.mark();
        let columns: String = columns.iter().map(|column| format!(", {column}")).collect();
        let node = self.program.show_node(node);
        let _ = writeln!(self.text, "{relation}({mark}{node}{columns}){suffix};");
    }

    /// Whether the location of a rule at one node says nothing: every atom is there, and no column has its name.
    fn may_leave_out(&self, head: &Said, suffix: Suffix, body: &[Said]) -> bool {
        let is_variable = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
        let word = |text: &str| {
            text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|word| word == head.location)
        };
        let mentions =
            |said: &Said| said.columns.iter().any(|column| word(column)) || (said.comparison && word(&said.relation));
        self.program.spelling == Spelling::Hash
            && suffix != Suffix::Async
            && is_variable(&head.location)
            && body.iter().all(|said| said.comparison || said.location == head.location)
            && !mentions(head)
            && !body.iter().any(mentions)
    }

    fn mark(&self) -> &'static str {
        match self.program.spelling {
            Spelling::Hash => "#",
            Spelling::FirstColumn => "",
        }
    }

    fn said(&self, said: &Said, silent: bool) -> String {
        if said.comparison {
            return said.relation.clone();
        }
        let location = if silent { Vec::new() } else { vec![format!("{}{}", self.mark(), said.location)] };
        let columns: Vec<String> = location.into_iter().chain(said.columns.iter().cloned()).collect();
        let not = if said.negated { "notin " } else { "" };
        format!("{not}{}({})", said.relation, columns.join(", "))
    }

    /// The relation of all nodes, known at every node.
    pub fn everyone(&self) -> String {
        self.reads_network.set(true);
        self.name("everyone")
    }

    /// The relations `first`, `following` and `last`, which walk through all nodes.
    pub fn walk(&mut self) -> Walk {
        self.reads_order_of_nodes = true;
        Walk { first: self.name("first_node"), following: self.name("following_node"), last: self.name("last_node") }
    }

    /// The text; before it what it rests on.
    pub fn finish(mut self) -> (String, usize) {
        let written = std::mem::take(&mut self.text);
        if !self.reads_network.get() && !self.reads_order_of_nodes {
            return (written, self.rules);
        }
        let everyone = self.everyone();
        let has_builtin = self.program.relations.iter().all(|relation| relation.builtin || relation.name != "node");
        self.comment("The network, as every node knows it.");
        match self.program.spelling {
            Spelling::Hash if has_builtin => {
                self.rules += 1;
                let _ = writeln!(self.text, "{everyone}(X) :- node(X);");
            }
            _ => {
                for node in self.program.node_ids() {
                    let name = self.program.show_node(node);
                    self.fact_everywhere(&everyone, &[&name], "");
                }
            }
        }
        if self.reads_order_of_nodes {
            let Walk { first, following, last } = self.walk();
            let [lesser, greater, between] =
                ["lesser_node", "greater_node", "between_nodes"].map(|wish| self.name(wish));
            self.comment("All nodes, one after another: \"for all nodes\" is a walk from the first to the last.");
            let (x, y) = (at("L", &everyone, &["X"]), at("L", &everyone, &["Y"]));
            let less = holds("X < Y".to_string());
            self.rule(at("L", &greater, &["X"]), Suffix::Now, &[x.clone(), y.clone(), less.clone()]);
            self.rule(at("L", &lesser, &["Y"]), Suffix::Now, &[x.clone(), y.clone(), less.clone()]);
            let z = at("L", &everyone, &["Z"]);
            let more = holds("Y < Z".to_string());
            let three = [x.clone(), y.clone(), z, less.clone(), more];
            self.rule(at("L", &between, &["X", "Z"]), Suffix::Now, &three);
            self.rule(at("L", &first, &["X"]), Suffix::Now, &[x.clone(), no("L", &lesser, &["X"])]);
            self.rule(at("L", &last, &["X"]), Suffix::Now, &[x.clone(), no("L", &greater, &["X"])]);
            let adjacent = [x, y, less, no("L", &between, &["X", "Y"])];
            self.rule(at("L", &following, &["X", "Y"]), Suffix::Now, &adjacent);
        }
        let text = format!("{}{written}", self.text);
        (text, self.rules)
    }
}

/// Names of the relations that walk through all nodes.
#[derive(Debug)]
pub struct Walk {
    /// The least node.
    pub first: String,
    /// A node and the next one.
    pub following: String,
    /// The greatest node.
    pub last: String,
}
