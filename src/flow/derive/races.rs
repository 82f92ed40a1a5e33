//! Literals that make a rule order-sensitive, and the partitions within which the order matters.
//!
//! Let the inputs of all components be what they are in every run, and likewise everything that is kept for ever. Under this
//! assumption ([`assumed`]) the type system of [`crate::analysis::polarity`] says of which rules the same facts are derived in
//! every fair run, each at some step: those that *occur*. Such a rule is no race. In any other rule these literals *race*:
//!
//! - A **state** is what is kept for ever, or derived in the same step from states and constants, with any negation and aggregation: it can be
//!   looked at in every later step. All else that changes is **momentary**.
//! - If all literals that change read states, those race that negate, and all of them if the head aggregates. The gate is made of the
//!   columns that the rule fixes: those of a negated literal that are not existential; for an aggregate those that the group fixes.
//! - If one of them is momentary, what it meets, or whether it is missed, is decided by the step in which it comes, and no seal helps, since it cannot
//!   wait: all literals that change race, with an unknown gate.
//!
//! This is wider than "negates or aggregates": two messages that meet only if they arrive together race too (semantics §6, erratum 2). And it is
//! narrower: a count that is compared with `>=` does not race.

use super::owners::{Carried, Owners};
use crate::analysis::endurance::Endurance;
use crate::analysis::polarity::Granted;
use crate::analysis::{Analysis, Flags, Polarity};
use crate::program::{
    Expr, HeadTerm, NegatedTerm, Program, RelationId, Rule, RuleId, RuleKind, Term, VariableId, When,
};
use crate::source::Span;
use std::collections::BTreeSet;

/// A literal that reads a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal {
    /// What it reads.
    pub relation: RelationId,
    /// Its place among the positive atoms, then the negated ones.
    pub index: usize,
    /// Where.
    pub span: Span,
}

/// How a literal races.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Race {
    /// Within partitions: the columns of its relation that the rule fixes.
    Within(BTreeSet<usize>),
    /// The step decides in which something comes.
    Momentary,
}

/// What is known of rules if inputs, and what is kept, are the same in every run.
#[derive(Debug)]
pub struct Races {
    polarity: Polarity,
    /// By relation, whether it is assumed to be the same in every run: streams, and what is kept for ever.
    pub assumed: Vec<bool>,
    /// By relation, whether it is a state.
    pub state: Vec<bool>,
}

/// The type system under the assumption that streams, and all that is kept for ever, are the same in every run.
fn assumed(program: &Program, analysis: &Analysis, owners: &Owners, streams: &[Carried]) -> Polarity {
    let mut granted = Granted::nothing(program);
    for (flags, &guarded) in granted.relations.iter_mut().zip(&owners.guarded) {
        *flags = Flags { up: guarded, occurs: guarded, ..Flags::default() };
    }
    for stream in streams {
        granted.relations[stream.relation.0 as usize].occurs = true;
    }
    let endurance = Endurance::of(program, &analysis.dependencies);
    Polarity::granted(program, &analysis.dependencies, &endurance, &analysis.counters, &granted)
}

impl Races {
    /// Types a program under the assumption above.
    pub fn of(program: &Program, analysis: &Analysis, owners: &Owners, streams: &[Carried]) -> Races {
        let polarity = assumed(program, analysis, owners, streams);
        let state = states(program, &polarity);
        let mut assumed = owners.guarded.clone();
        for stream in streams {
            assumed[stream.relation.0 as usize] = true;
        }
        Races { polarity, assumed, state }
    }

    /// Whether the rule derives the same facts in every run, each at some step.
    pub fn occurs(&self, rule: RuleId) -> bool {
        self.polarity.derived(rule).occurs
    }

    /// The literals of a rule whose relations change.
    pub fn changing(&self, rule: &Rule) -> Vec<Literal> {
        let positive = rule.positive.iter().map(|atom| (atom.relation, atom.span));
        let negative = rule.negative.iter().map(|atom| (atom.relation, atom.span));
        let literal = |(index, (relation, span))| Literal { relation, index, span };
        let all = positive.chain(negative).enumerate().map(literal);
        all.filter(|literal: &Literal| !self.polarity.flags(literal.relation).is_constant()).collect()
    }

    /// The literals of a rule that race.
    pub fn racing(&self, program: &Program, id: RuleId) -> Vec<(Literal, Race)> {
        let rule = &program.rules[id.0 as usize];
        if self.occurs(id) {
            return Vec::new();
        }
        let changing = self.changing(rule);
        let negated = |literal: &Literal| literal.index >= rule.positive.len();
        let aggregated = rule.head.is_aggregated();
        if !changing.iter().all(|literal| self.state[literal.relation.0 as usize]) {
            let alone = changing.len() == 1 && !negated(&changing[0]) && !aggregated;
            let momentary = |literal| (literal, Race::Momentary);
            return if alone { Vec::new() } else { changing.into_iter().map(momentary).collect() };
        }
        let races = changing.into_iter().filter(|literal| aggregated || negated(literal));
        races.map(|literal| (literal, Race::Within(fixed(rule, &literal, aggregated)))).collect()
    }
}

/// The columns of a literal's relation that the rule fixes. Facts with other values there say nothing about this literal.
fn fixed(rule: &Rule, literal: &Literal, aggregated: bool) -> BTreeSet<usize> {
    let group: BTreeSet<VariableId> = (rule.head.terms.iter())
        .filter_map(|term| match term {
            HeadTerm::Expr(Expr::Variable(variable)) => Some(*variable),
            _ => None,
        })
        .collect();
    let within = |variable: &VariableId| !aggregated || group.contains(variable);
    if let Some(atom) = rule.positive.get(literal.index) {
        let fixes = |term: &Term| match term {
            Term::Constant(_) => true,
            Term::Variable(variable) => within(variable),
            Term::Anonymous => false,
        };
        return (0..atom.terms.len()).filter(|&column| fixes(&atom.terms[column])).collect();
    }
    let terms = &rule.negative[literal.index - rule.positive.len()].terms;
    let fixes = |term: &NegatedTerm| match term {
        NegatedTerm::Expr(Expr::Constant(_)) => true,
        NegatedTerm::Expr(Expr::Variable(variable)) => within(variable),
        NegatedTerm::Expr(_) => !aggregated,
        NegatedTerm::Existential(_) => false,
    };
    (0..terms.len()).filter(|&column| fixes(&terms[column])).collect()
}

/// The greatest set of relations that are kept for ever, or derived in one step from such and from constants.
fn states(program: &Program, polarity: &Polarity) -> Vec<bool> {
    let flags = |relation: RelationId| polarity.flags(relation);
    let mut state: Vec<bool> = program.relations.iter().map(|relation| !relation.is_edb()).collect();
    for given in program.facts.iter().filter(|given| given.when != When::Always) {
        state[given.fact.relation.0 as usize] = false;
    }
    for (at, state) in state.iter_mut().enumerate() {
        let flags = flags(RelationId(at as u32));
        *state |= flags.up || flags.is_constant();
    }
    loop {
        let before = state.clone();
        for rule in &program.rules {
            let head = rule.head.relation;
            let derived = rule.kind == RuleKind::Deductive
                && super::owners::read_by(rule).all(|relation| state[relation.0 as usize]);
            if !derived && !flags(head).up && !flags(head).is_constant() {
                state[head.0 as usize] = false;
            }
        }
        if state == before {
            return state;
        }
    }
}
