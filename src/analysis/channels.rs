//! Which async rules feed a relation, as sets small enough to carry through the whole graph.
//!
//! The exact sets are quadratic in the program; a reader wants the first few. Each set keeps the least rules, so the union of two
//! truncated sets is the truncation of their union, and one pass over the components in order is enough.

use super::dependency::Dependencies;
use crate::program::{Program, RelationId, RuleId, RuleKind};

/// The async rules whose messages a relation depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Channels {
    /// The first of them in the order of the source, at most [`Channels::SHOWN`].
    pub rules: Vec<RuleId>,
    /// Whether there are more.
    pub more: bool,
}

impl Channels {
    /// How many rules a set names.
    pub const SHOWN: usize = 8;

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn add(&mut self, rule: RuleId) {
        if let Err(at) = self.rules.binary_search(&rule) {
            if at < Self::SHOWN {
                self.rules.insert(at, rule);
            }
            if at >= Self::SHOWN || self.rules.len() > Self::SHOWN {
                self.rules.truncate(Self::SHOWN);
                self.more = true;
            }
        }
    }

    /// Adds all rules of another set.
    pub fn join(&mut self, other: &Channels) {
        for &rule in &other.rules {
            self.add(rule);
        }
        self.more |= other.more;
    }

    /// The message relations in words: `` `ack` and `vote` ``.
    pub fn names(&self, program: &Program) -> String {
        let mut names: Vec<String> = Vec::new();
        for rule in &self.rules {
            let head = program.rules[rule.0 as usize].head.relation;
            let name = format!("`{}`", program.relation(head).name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let last = if self.more { Some("others".to_string()) } else { None };
        names.extend(last);
        match names.split_last() {
            None => String::new(),
            Some((only, [])) => only.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        }
    }
}

/// For each relation the async rules whose messages flow into it at the node they arrive at: back along deductive and inductive
/// rules, up to the first async rule on each path. Paths through a relation that `carries` refuses do not count, and it has none itself. By [`RelationId`].
/// Linear.
pub fn channels(program: &Program, dependencies: &Dependencies, carries: impl Fn(RelationId) -> bool) -> Vec<Channels> {
    let local = |head: RelationId, kind: RuleKind| kind != RuleKind::Async && carries(head);
    let mut found = vec![Channels::default(); program.relations.len()];
    for (index, rule) in program.rules.iter().enumerate() {
        if rule.kind == RuleKind::Async && carries(rule.head.relation) {
            found[rule.head.relation.0 as usize].add(RuleId(index as u32));
        }
    }
    for members in dependencies.components_where(|head, dependency| local(head, dependency.kind)) {
        let mut joined = Channels::default();
        for &member in &members {
            joined.join(&found[member.0 as usize]);
            for (read, dependency) in dependencies.edges_into(member) {
                if local(member, dependency.kind) {
                    joined.join(&found[read.0 as usize]);
                }
            }
        }
        for member in members {
            found[member.0 as usize] = joined.clone();
        }
    }
    found
}
