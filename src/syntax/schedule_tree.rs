//! The tree of a schedule as written: nodes and atoms are not yet resolved against a program.

use super::ast::{Atom, Term};
use crate::source::Span;

/// `n1 ; s{m(#s, a)} ; s loop: n1 ; s`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchedulePhrase {
    /// The steps before `loop:`.
    pub stem: Vec<StepPhrase>,
    /// The steps after `loop:`; empty if it is not there.
    pub cycle: Vec<StepPhrase>,
}

/// `s{m(#s, a), m(#s, a)}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPhrase {
    /// The node that steps: an integer or a symbol.
    pub node: Term,
    /// The copies delivered, as often as they are listed. Their arguments are constants and they have no `@`.
    pub deliver: Vec<CopyPhrase>,
    /// The whole step.
    pub span: Span,
}

/// `m(#s, a)` or `m(#s, a) from n1`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyPhrase {
    /// The fact.
    pub fact: Atom,
    /// The node after `from`: an integer or a symbol.
    pub from: Option<Term>,
}
