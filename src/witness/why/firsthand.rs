//! What a fact of a step rests on directly, one link of the chain that [`super::why`] follows to its end.

use super::{Claim, Explainer, How, Moments, located};
use crate::program::{LocatedFact, Program};
use crate::source::Span;
use crate::witness::StepRecord;

/// Explains single facts of one run; what was computed of a step is kept for the next question.
pub struct Firsthand<'p>(Explainer<'p>);

impl std::fmt::Debug for Firsthand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Firsthand")
    }
}

impl<'p> Firsthand<'p> {
    /// For a run with these transitions, from its start.
    pub fn new(program: &'p Program, records: &'p [StepRecord]) -> Self {
        Firsthand(Explainer::new(program, records))
    }

    /// Why a fact is in D of this transition of its node, and the claims that this rests on.
    pub fn held(&mut self, fact: &LocatedFact, step: usize) -> (How, Vec<Claim>) {
        let fact = located(self.0.program, fact.node, &fact.fact);
        self.0.explained(&Claim::Holds(fact, Moments::Step(step)))
    }

    /// The first rule that sends a message in this transition, and the claims that this rests on.
    pub fn sent(&mut self, message: &LocatedFact, step: usize) -> Option<(Span, Vec<Claim>)> {
        let (rule, firing) = self.0.sending(message, step)?;
        Some((rule.span, self.0.parts(&firing, Moments::Step(step))))
    }
}
