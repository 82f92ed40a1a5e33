//! Questions to a solver, counted, and how much is tried.

use super::formula::Script;
use crate::budget::Budget;
use crate::solver::smt::{Answer, satisfiable, truths};

/// Most work for a model of one size.
const MODEL: u32 = 2_000_000;
/// Most work for what a proof may do without.
const SOON: u32 = 600_000;

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Most work for one question, in the solver's unit.
    pub work: u32,
    /// Most questions.
    pub questions: usize,
    /// So many questions without an answer end the attempt.
    pub unanswered: usize,
    /// Most work for all questions without an answer.
    pub lost: u64,
    /// Most bytes of questions: of large programs each is long, and reading it is most of the work.
    pub text: usize,
    /// Whether it is found out how an obligation fails.
    pub explains: bool,
}

impl Effort {
    /// Where a proof is what was asked for.
    pub const PROVE: Effort = Effort {
        work: 12_000_000,
        questions: 5_000,
        unanswered: 40,
        lost: 400_000_000,
        text: 30_000_000,
        explains: true,
    };
    /// Before an instance is explored, which may be quick.
    pub const CHECK: Effort =
        Effort { work: 1_000_000, questions: 200, unanswered: 2, lost: 6_000_000, text: 1_000_000, explains: false };
}

/// A mistake in the proofs that is made on purpose, so that tests can show that they would notice it. No command makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Deliveries need not join.
    Joins,
    /// What is sent may depend on the order.
    Sends,
    /// Relations about which nothing is known are taken for inputs that come in every run.
    Strangers,
    /// Relations about which nothing is known are taken for constant where rules are read together.
    Unknowns,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 4] = [Flaw::Joins, Flaw::Sends, Flaw::Strangers, Flaw::Unknowns];
}

/// Asks.
#[derive(Debug)]
pub struct Prover<'a> {
    budget: &'a Budget,
    effort: Effort,
    /// A mistake made on purpose.
    pub(super) flaw: Option<Flaw>,
    /// Questions asked.
    pub questions: usize,
    /// Of these, those without which there is no proof and that had no answer.
    unanswered: usize,
    /// Work for questions that had no answer.
    lost: u64,
    /// Bytes of questions.
    text: usize,
}

impl<'a> Prover<'a> {
    /// One that has asked nothing.
    pub fn new(effort: Effort, budget: &'a Budget) -> Self {
        Prover { budget, effort, flaw: None, questions: 0, unanswered: 0, lost: 0, text: 0 }
    }

    /// Whether nothing more is tried.
    pub fn is_spent(&self) -> bool {
        self.questions >= self.effort.questions
            || self.unanswered >= self.effort.unanswered
            || self.lost >= self.effort.lost
            || self.text >= self.effort.text
            || self.budget.check().is_err()
    }

    /// In one way in which what the script asserts holds together, which of the Boolean terms are true; none if there is none, or it is not found.
    ///
    /// # Panics
    /// As [`Prover::ask`].
    pub fn model(&mut self, script: &Script, terms: &[String]) -> Option<Vec<bool>> {
        if self.is_spent() || !self.effort.explains {
            return None;
        }
        self.questions += 1;
        self.text += script.text.len();
        truths(&script.text, script.assertions, terms, self.effort.work.min(MODEL), self.budget)
    }

    /// Whether what the script asserts can hold together.
    ///
    /// # Panics
    /// If the solver does not read the script: an internal error.
    pub fn ask(&mut self, script: &Script) -> Answer {
        let answer = self.ask_with(script, self.effort.work);
        self.unanswered += usize::from(matches!(answer, Answer::Unknown(_)));
        answer
    }

    /// Whether it is soon shown that what the script asserts cannot hold together: for what a proof may do without.
    ///
    /// # Panics
    /// As [`Prover::ask`].
    pub fn is_soon_refuted(&mut self, script: &Script) -> bool {
        self.ask_with(script, self.effort.work.min(SOON)) == Answer::Unsatisfiable
    }

    fn ask_with(&mut self, script: &Script, work: u32) -> Answer {
        if self.is_spent() {
            return Answer::Unknown("enough was tried".to_string());
        }
        self.questions += 1;
        self.text += script.text.len();
        let answer = satisfiable(&script.text, script.assertions, work, self.budget);
        if matches!(answer, Answer::Unknown(_)) {
            self.lost += u64::from(work);
        }
        answer
    }
}
