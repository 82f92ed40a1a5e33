//! Good runs and bad ones (semantics §5): what `pre` promises must hold in `post` at EOT.

use super::rounds::Run;
use crate::program::{Program, RelationId, Value};
use std::collections::BTreeSet;

/// A tuple of `pre` or `post`, its location included.
pub type Tuple = Box<[Value]>;

/// When a run is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerdictRule {
    /// Some `pre` tuple has no equal `post` tuple: the paper's rule.
    #[default]
    Invariant,
    /// A `post` tuple of the failure-free run is missing while the same `pre` tuple holds: the authors' tool's.
    Baseline,
}

impl VerdictRule {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            VerdictRule::Invariant => "invariant",
            VerdictRule::Baseline => "baseline",
        }
    }
}

/// What runs of a program are judged by.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The relation `pre`, if there is one.
    pub pre: Option<RelationId>,
    /// The relation `post`, if there is one.
    pub post: Option<RelationId>,
    rule: VerdictRule,
    /// `pre` and `post` of the failure-free run.
    failure_free: (BTreeSet<Tuple>, BTreeSet<Tuple>),
}

impl Judgement {
    /// The judgement by `rule`, given the failure-free run.
    pub fn new(program: &Program, rule: VerdictRule, failure_free: &Run) -> Self {
        let [pre, post] = ["pre", "post"].map(|name| program.relation_named(name));
        Judgement { pre, post, rule, failure_free: (failure_free.tuples(pre), failure_free.tuples(post)) }
    }

    /// The `pre` tuples that `post` lacks; the run is bad if there are any.
    pub fn lost(&self, run: &Run) -> BTreeSet<Tuple> {
        let post = run.tuples(self.post);
        run.tuples(self.pre).into_iter().filter(|tuple| self.concerns(tuple) && !post.contains(tuple)).collect()
    }

    /// Whether a run can be bad because of this tuple.
    pub fn concerns(&self, tuple: &Tuple) -> bool {
        self.rule == VerdictRule::Invariant || self.failure_free.1.contains(tuple)
    }

    /// Whether the failure-free run promises nothing, or fulfils nothing: then no verdict means anything.
    pub fn is_vacuous(&self) -> bool {
        self.failure_free.0.is_empty() || self.failure_free.1.is_empty()
    }

    /// `pre` of the failure-free run.
    pub fn promised(&self) -> &BTreeSet<Tuple> {
        &self.failure_free.0
    }

    /// `post` of the failure-free run.
    pub fn fulfilled(&self) -> &BTreeSet<Tuple> {
        &self.failure_free.1
    }
}
