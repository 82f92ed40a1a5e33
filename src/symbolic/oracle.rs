//! Answers to questions about unknown constants, in one case after another.
//!
//! A question is answered, in this order: from its terms alone, from the conditions and answers of the case so far, by a solver. If both answers are
//! possible it stays open, and the case is to be split.

use super::condition::{Condition, Line, Question};
use super::term::{Term, TermId, Terms};
use crate::budget::{Bound, Budget};
use crate::program::Value;
use crate::solver::stack::{Answer, Questions};
use rustc_hash::FxHashMap;

/// How questions were answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Path conditions that the solver was asked for.
    pub solved: u64,
    /// Of these, how many no values meet: branches that were cut.
    pub cut: u64,
    /// Questions answered from the conditions of their case, without the solver.
    pub cached: u64,
    /// Questions that were left open: cases split in two.
    pub split: u64,
}

/// Why an evaluation ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// Both answers are possible.
    Open(Question),
    /// A bound was hit.
    Stopped(Bound),
}

/// What is known in a case.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The answers by which it was split off, in order.
    pub path: Vec<Condition>,
    answers: FxHashMap<Question, bool>,
}

impl Case {
    /// The part of the case with this answer.
    #[must_use]
    pub fn with(&self, question: Question, answer: bool) -> Case {
        let mut part = self.clone();
        part.path.push((question, answer));
        part.answers.insert(question, answer);
        part
    }
}

/// Answers questions.
#[derive(Debug)]
pub struct Oracle<'l> {
    /// The terms that are asked about.
    pub terms: Terms,
    /// The case.
    pub case: Case,
    /// How questions were answered, in all cases.
    pub counts: Counts,
    line: &'l Line,
    budget: &'l Budget,
    solver: Questions,
}

impl<'l> Oracle<'l> {
    /// An oracle for the unknowns of `line`; all cases are one.
    pub fn new(line: &'l Line, budget: &'l Budget) -> Self {
        let solver = Questions::new(line.declarations.clone());
        Oracle { terms: Terms::default(), case: Case::default(), counts: Counts::default(), line, budget, solver }
    }

    /// The unknowns.
    pub fn line(&self) -> &'l Line {
        self.line
    }

    /// What may be used.
    pub fn budget(&self) -> &'l Budget {
        self.budget
    }

    /// Checks time and memory.
    ///
    /// # Errors
    /// The bound that is hit.
    pub fn spend(&self) -> Result<(), Halt> {
        self.budget.check().map_err(Halt::Stopped)
    }

    /// The term of a value of the program.
    pub fn term(&mut self, value: Value) -> TermId {
        let term = match self.line.unknown(value) {
            Some(number) => Term::Unknown(number),
            None => Term::Known(value),
        };
        self.terms.id(term)
    }

    /// Whether some values meet the conditions of the case and `more`.
    ///
    /// # Errors
    /// If that is not found out.
    pub fn is_possible(&mut self, more: &[Condition]) -> Result<bool, Halt> {
        let conditions = self.case.path.iter().chain(more).map(|&one| self.line.condition(&self.terms, one));
        let assertions: Vec<String> = self.line.given.iter().cloned().chain(conditions).collect();
        self.counts.solved += 1;
        match self.solver.ask(&assertions, self.budget) {
            Answer::Possible => Ok(true),
            Answer::Impossible => {
                self.counts.cut += 1;
                Ok(false)
            }
            Answer::Unknown => {
                self.budget.check().map_err(Halt::Stopped)?;
                Err(Halt::Stopped(Bound::Solver))
            }
        }
    }

    /// Places of the unknowns that meet the conditions of the case; small numbers where they can be.
    ///
    /// # Errors
    /// If none are found.
    pub fn places(&mut self) -> Result<Vec<i128>, Halt> {
        let conditions = self.case.path.iter().map(|&one| self.line.condition(&self.terms, one));
        let mut assertions: Vec<String> = self.line.given.iter().cloned().chain(conditions).collect();
        let unknowns = self.line.names.len();
        let mut places = Vec::new();
        for number in 0..unknowns {
            let mut place = None;
            for candidate in 1..=unknowns {
                assertions.push(format!("(= u{number} {candidate})"));
                if self.solver.ask(&assertions, self.budget) == Answer::Possible {
                    place = i128::try_from(candidate).ok();
                    break;
                }
                assertions.pop();
            }
            let place = match place {
                Some(place) => place,
                None => {
                    let name = format!("u{number}");
                    let place =
                        self.solver.value(&assertions, &name, self.budget).ok_or(Halt::Stopped(Bound::Solver))?;
                    assertions.push(format!("(= {name} {})", super::condition::number(place)));
                    place
                }
            };
            places.push(place);
        }
        Ok(places)
    }

    /// The answer to a question, from the terms and the case alone.
    pub fn glance(&mut self, question: Question) -> Option<bool> {
        let known = |id: TermId| self.terms.known(id);
        let simple = match question {
            Question::Equal(left, right) if left == right => Some(true),
            Question::Less(left, right) if left == right => Some(false),
            Question::Equal(left, right) => known(left).zip(known(right)).map(|(left, right)| left == right),
            Question::Less(left, right) => known(left).zip(known(right)).map(|(left, right)| left < right),
            Question::Integer(term) => match self.terms.get(term) {
                Term::Known(value) => Some(matches!(value, Value::Int(_))),
                Term::Unknown(_) => None,
                // Arithmetic was asked to fit before there was a term for it.
                Term::Negate(_) | Term::Binary(..) => Some(true),
            },
            Question::Fits(_) => None,
        };
        if simple.is_some() {
            return simple;
        }
        let answers = &self.case.answers;
        let told = |question: Question, answer: bool| answers.get(&question) == Some(&answer);
        let answer = answers.get(&question).copied().or_else(|| match question {
            Question::Less(left, right) => {
                (told(equal(left, right), true) || told(Question::Less(right, left), true)).then_some(false)
            }
            Question::Equal(left, right) => {
                (told(Question::Less(left, right), true) || told(Question::Less(right, left), true)).then_some(false)
            }
            Question::Integer(_) | Question::Fits(_) => None,
        });
        self.counts.cached += u64::from(answer.is_some());
        answer
    }

    /// The answer to a question.
    ///
    /// # Errors
    /// If it is open, or a bound is hit.
    pub fn ask(&mut self, question: Question) -> Result<bool, Halt> {
        if let Some(answer) = self.glance(question) {
            return Ok(answer);
        }
        let answer = if !self.is_possible(&[(question, true)])? {
            false
        } else if !self.is_possible(&[(question, false)])? {
            true
        } else {
            return Err(Halt::Open(question));
        };
        self.case.answers.insert(question, answer);
        Ok(answer)
    }

    /// Whether two terms are equal.
    ///
    /// # Errors
    /// As [`Oracle::ask`].
    pub fn equal(&mut self, left: TermId, right: TermId) -> Result<bool, Halt> {
        self.ask(equal(left, right))
    }

    /// Whether the first term is less than the second.
    ///
    /// # Errors
    /// As [`Oracle::ask`].
    pub fn less(&mut self, left: TermId, right: TermId) -> Result<bool, Halt> {
        self.ask(Question::Less(left, right))
    }

    /// Whether all pairs are equal. Nothing is asked if one pair is known to differ.
    ///
    /// # Errors
    /// As [`Oracle::ask`].
    pub fn all_equal(&mut self, pairs: &[(TermId, TermId)]) -> Result<bool, Halt> {
        if pairs.iter().any(|&(left, right)| self.glance(equal(left, right)) == Some(false)) {
            return Ok(false);
        }
        for &(left, right) in pairs {
            if !self.equal(left, right)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn equal(left: TermId, right: TermId) -> Question {
    Question::Equal(left.min(right), left.max(right))
}
